"""Annex 1 as a workbook: numbers as numbers, text as text, the headings on every printed page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from requests_gen.files import workbook
from requests_gen.letters.annexes.annex1_table import AnnexTable, Cell
from requests_gen.wording import Caption

FORMATS = {"whole": "#,##0", "km": "0.0", "percent": '0"％"'}
CHARACTERS_A_MM = 0.62  # widths of the sheet's columns follow the paper's
TITLE_ROW, MARKS_ROW, GROUP_ROW, HEADER_ROW = 0, 1, 2, 3
LINE_POINTS = 14.0


def write_annex_xlsx(path: Path, table: AnnexTable, caption: Caption, head: tuple[str, ...], carrier_name: str) -> None:
    """別紙1 as `path`. head: what must be seen on every page ((案), 架空), carrier_name: whose annex this is."""
    book = workbook.Book(path, caption)
    book.book.set_properties({"title": f"{table.title} {carrier_name}", "author": "Kengai", "created": workbook.FIXED_DATE})
    sheet = book.book.add_worksheet("別紙1")
    _page(sheet, table, head, carrier_name)
    last = len(table.headings) - 1
    workbook.write_text(sheet, TITLE_ROW, 0, f"{table.title}　{carrier_name}", book.look(bold=True, font_size=14))
    workbook.write_text(sheet, MARKS_ROW, 0, "　".join(part for part in head if part), book.look(bold=True))
    _headings(book, sheet, table)
    for row, cells in enumerate(table.cells, start=HEADER_ROW + 1):
        sheet.set_row(row, LINE_POINTS * _lines(cells, table) + 2)
        for column, cell in enumerate(cells):
            _cell(book, sheet, row, column, cell, table.headings[column].align)
    at = HEADER_ROW + 1 + len(table.cells)
    sheet.set_row(at, 2 * LINE_POINTS + 2)
    for column, cell in enumerate(table.totals):
        _cell(book, sheet, at, column, cell, table.headings[column].align, bg_color="#EEEEEE")
    _notes(book, sheet, table, at + 2, last)
    sheet.freeze_panes(HEADER_ROW + 1, 5)
    if table.cells:
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(table.cells), last)
    book.book.close()


def _lines(cells: tuple[Cell, ...], table: AnnexTable) -> int:
    """How many lines the tallest cell of a row takes."""
    return max(
        workbook.lines_in(cell.text, int(heading.width_mm * CHARACTERS_A_MM))
        for cell, heading in zip(cells, table.headings, strict=True)
        if not cell.unit
    )


def _page(sheet: Any, table: AnnexTable, head: tuple[str, ...], carrier_name: str) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
    marks = "　".join(part for part in head if part).replace("&", "&&")
    sheet.set_header(f"&L&9{marks[:80]}&R&9{carrier_name.replace('&', '&&')[:60]}")
    sheet.set_footer(f"&C&9{table.title.split('　')[0]}－&P")
    sheet.repeat_rows(GROUP_ROW, HEADER_ROW)
    for column, heading in enumerate(table.headings):
        sheet.set_column(column, column, heading.width_mm * CHARACTERS_A_MM)


def _headings(book: workbook.Book, sheet: Any, table: AnnexTable) -> None:
    look = book.look(bold=True, bg_color="#E6E6E6", border=1, text_wrap=True, align="center", valign="vcenter")
    sheet.set_row(GROUP_ROW, 18)
    sheet.set_row(HEADER_ROW, 44)
    groups: dict[str, list[int]] = {}
    for column, heading in enumerate(table.headings):
        if heading.group:
            groups.setdefault(heading.group, []).append(column)
            workbook.write_text(sheet, HEADER_ROW, column, heading.text, look)
        else:
            # not merged: a filter's arrow belongs to the lower cell
            workbook.write_text(sheet, GROUP_ROW, column, "", look)
            workbook.write_text(sheet, HEADER_ROW, column, heading.text, look)
    for group, columns in groups.items():
        if len(columns) > 1:
            sheet.merge_range(GROUP_ROW, columns[0], GROUP_ROW, columns[-1], "", look)
        workbook.write_text(sheet, GROUP_ROW, columns[0], group, look)


def _cell(book: workbook.Book, sheet: Any, row: int, column: int, cell: Cell, align: str, **more: Any) -> None:
    how = {"border": 1, "align": align, "valign": "vcenter", "text_wrap": not cell.unit, **more}
    if cell.unit and cell.value is not None:
        sheet.write_number(row, column, cell.value, book.look(num_format=FORMATS[cell.unit], **how))
    else:
        workbook.write_text(sheet, row, column, cell.text, book.look(**how))


def _notes(book: workbook.Book, sheet: Any, table: AnnexTable, first: int, last: int) -> None:
    look = book.look(font_size=9, text_wrap=True, valign="top")
    wide = int(sum(heading.width_mm * CHARACTERS_A_MM for heading in table.headings))
    for row, note in enumerate(table.notes, start=first):
        text = f"注{row - first + 1}　{note}"
        sheet.merge_range(row, 0, row, last, "", look)
        workbook.write_text(sheet, row, 0, text, look)
        sheet.set_row(row, LINE_POINTS * workbook.lines_in(text, wide))
