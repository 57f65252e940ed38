"""A workbook with the few looks our sheets have. Text is always written as text: no formula, no link."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from geodata.errors import Text
from geodata.tables import text as tables_text
from requests_gen.wording import Caption

FIXED_DATE = datetime(1980, 1, 1)  # noqa: DTZ001  (the same bytes every day; XlsxWriter wants it without a zone)
LONGEST_CELL = 32_767
HEADER_ROW = 3
WARNING_INK = "#B00020"
NUMBER_FORMATS = {
    "whole": "0",
    "people": '[=0]0;[<0.5]"1未満";#,##0',  # people are whole; a part of a person is not nobody
    "amount": "0.0",
    "score": "0.0",
    "share": "0.0%",
    "km": "0.0",
    "degree": "0.00000",
}


@cache
def _plain_sheet() -> type[Any]:
    """XlsxWriter's sheet, writing the same bytes in half the time where a cell is only a number, a text or empty."""
    from xlsxwriter.utility import xl_col_to_name
    from xlsxwriter.worksheet import CellBlankTuple, CellNumberTuple, CellStringTuple, Worksheet

    column_name = cache(xl_col_to_name)

    class PlainSheet(Worksheet):  # type: ignore[misc]
        # without the look whether a cell is named like "A1": ours are numbered
        write_number, write_string, write_blank = Worksheet._write_number, Worksheet._write_string, Worksheet._write_blank

        def _write_cell(self, row: int, col: int, cell: Any) -> None:
            kind = type(cell)
            if not cell.format or kind not in (CellNumberTuple, CellStringTuple, CellBlankTuple):
                super()._write_cell(row, col, cell)
                return
            head = f'<c r="{column_name(col)}{row + 1}" s="{cell.format._get_xf_index()}"'
            if kind is CellNumberTuple:
                self.fh.write(f"{head}><v>{cell.number:.16G}</v></c>")
            elif kind is CellStringTuple:
                self.fh.write(f'{head} t="s"><v>{cell.string}</v></c>')
            else:
                self.fh.write(f"{head}/>")

    return PlainSheet


class Book:
    """One workbook in the language of its caption."""

    def __init__(self, path: Path, caption: Caption) -> None:
        import xlsxwriter

        self.book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
        self.book.set_properties({"title": caption.title, "subject": caption.notice, "author": "Kengai", "created": FIXED_DATE})
        self.caption = caption
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def look(self, **how: Any) -> Any:
        """The format with these properties, made once."""
        key = tuple(sorted(how.items()))
        if key not in self._formats:
            self._formats[key] = self.book.add_format({"font_name": "BIZ UDPゴシック", "font_size": 10, **how})
        return self._formats[key]

    def sheet(self, ja: str, en: str, landscape: bool = True, pages_wide: int = 1) -> Any:
        """A new A4 sheet, as wide as the paper, with the caption in its header and the page in its footer."""
        sheet = self.book.add_worksheet(Text(ja, en).in_(self.caption.lang), _plain_sheet())
        sheet.set_paper(9)
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(pages_wide, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        title = self.caption.title.replace("&", "&&")[:80]
        sheet.set_header(f"&L&9{title}&R&9{self.caption.notice}")
        sheet.set_footer(f"&L&8{self.caption.as_of}&C&9&P / &N")
        self._title(sheet)
        return sheet

    def _title(self, sheet: Any) -> None:
        write_text(sheet, 0, 0, f"{self.caption.title}  {self.caption.year}", self.look(bold=True, font_size=14))
        write_text(sheet, 1, 0, self.caption.brief, self.look(font_color="#444444"))
        write_text(sheet, 2, 0, self.caption.notice, self.look(bold=True, font_color=WARNING_INK))

    def header(self, sheet: Any, headings: list[tuple[str, float]], row: int = HEADER_ROW, height: float = 42) -> None:
        """Headings, column widths, and the row repeated on every printed page."""
        look = self.look(bold=True, bg_color="#DCE6F1", border=1, text_wrap=True, align="center", valign="vcenter")
        sheet.set_row(row, height)
        for number, (heading, width) in enumerate(headings):
            write_text(sheet, row, number, heading, look)
            sheet.set_column(number, number, width)
        sheet.repeat_rows(row)

    def cell(self, sheet: Any, row: int, column: int, value: Any, kind: str = "text", **how: Any) -> None:
        """One bordered cell; an unknown number stays empty."""
        self.column(sheet, row, column, [value], kind, **how)

    def column(self, sheet: Any, row: int, column: int, values: list[Any], kind: str = "text", **how: Any) -> None:
        """Bordered cells from `row` down; unknown numbers stay empty."""
        if kind in NUMBER_FORMATS:
            look = self.look(border=1, num_format=NUMBER_FORMATS[kind], **how)
            for at, value in enumerate(values, start=row):
                if value is None or value != value:
                    sheet.write_blank(at, column, None, look)
                else:
                    sheet.write_number(at, column, value, look)
        else:
            look = self.look(border=1, **how)
            for at, value in enumerate(values, start=row):
                write_text(sheet, at, column, value, look)


def write_text(sheet: Any, row: int, column: int, value: object, look: Any) -> None:
    """Text as text, whatever it begins with, within what a cell holds."""
    sheet.write_string(row, column, tables_text.stripped(str(value))[:LONGEST_CELL], look)


def lines_in(text: str, width: int) -> int:
    """How many lines a text takes in a column of `width` characters, Japanese ones counting double."""
    return sum(1 + sum(1 + (ord(sign) > 255) for sign in line) // width for line in text.split("\n"))
