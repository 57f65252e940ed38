"""What a form of the survey says (facts), and the few looks and the paper its sheets share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from requests_gen.files import workbook
from requests_gen.wording import captions

FONT = "BIZ UDPゴシック"
TO_FILL_IN, OURS, OURS_HEADING, THEIRS_HEADING = "#FFF6D6", "#F2F2F2", "#D9D9D9", "#FFE08A"
LINE_POINTS = 13.5


@dataclass(frozen=True)
class Head:
    """What stands on every sheet. `deadline` and `contact` are ready to print."""

    year: int
    code: str
    municipality: str
    sender: str
    deadline: str
    contact: str
    as_of: str
    fictitious: bool

    @property
    def title(self) -> str:
        """The title of the form."""
        return f"携帯電話不感地域に関する照会　{captions.fiscal_year(self.year).ja}"

    @property
    def whose(self) -> str:
        """The municipality with its code, as the importer looks for it."""
        return f"{self.municipality}（市町コード {self.code}）"

    @property
    def mark(self) -> str:
        """What nobody may overlook: invented areas."""
        return f"【架空】{captions.FICTITIOUS.ja}" if self.fictitious else ""


@dataclass(frozen=True)
class FormZone:
    """One zone: our cells by key of ZONE_COLUMNS, the answers it had before, its map and what the map shows."""

    ours: Mapping[str, Any]
    answers: Mapping[str, Any] = field(default_factory=dict)
    map_png: bytes = b""
    map_words: str = ""


@dataclass(frozen=True)
class FormPlace:
    """One row for a place Kengai does not know, empty or as it was told before."""

    number: str
    answers: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Form:
    """Everything of one municipality's workbook."""

    head: Head
    zones: tuple[FormZone, ...]
    places: tuple[FormPlace, ...]
    carriers: tuple[str, ...]


class Formats:
    """The formats of the form, made once a workbook."""

    def __init__(self, book: Any) -> None:
        def made(**how: Any) -> Any:
            return book.add_format({"font_name": FONT, "font_size": 10, **how})

        cell = {"border": 1, "text_wrap": True, "valign": "vcenter"}
        heading = {**cell, "bold": True, "align": "center"}
        theirs = {**cell, "bg_color": TO_FILL_IN, "locked": False}
        self.title = made(bold=True, font_size=14)
        self.plain = made()
        self.small = made(font_size=9, text_wrap=True, valign="top")
        self.mark = made(bold=True, font_color="#B00020")
        self.ours_heading, self.theirs_heading = made(bg_color=OURS_HEADING, **heading), made(bg_color=THEIRS_HEADING, **heading)
        self.group = made(bold=True, align="left", font_size=9)
        self.ours = made(bg_color=OURS, num_format="@", **cell)
        self.ours_number = made(bg_color=OURS, num_format="#,##0", **cell)
        self.text = made(num_format="@", **theirs)
        self.number = made(num_format="#,##0", **theirs)
        self.day = made(**{**theirs, "num_format": "yyyy-mm-dd", "align": "left"})
        self.cell = made(**{**cell, "valign": "top"})
        self.example = made(**{**cell, "bg_color": TO_FILL_IN})
        self.caption = made(bold=True, valign="top")


def paper(sheet: Any, head: Head, landscape: bool = True) -> None:
    """A4, as wide as the paper; title, municipality and marks on every page."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    town = head.municipality.replace("&", "&&")[:40]
    sheet.set_header(f"&L&9照会様式　{town}&R&9{'【架空のエリア】' if head.fictitious else ''}")
    sheet.set_footer(f"&L&8回答期限 {head.deadline[:60].replace('&', '&&')}&C&9&P / &N")


def protect(sheet: Any) -> None:
    """Lock what is ours; no password: it guards against slips, not against people."""
    sheet.protect("", {"format_columns": True, "format_rows": True})


def put(sheet: Any, row: int, column: int, value: Any, text: Any, number: Any) -> None:
    """A number as a number, nothing as an empty cell, all else as text."""
    if value is None or value != value or value == "":
        sheet.write_blank(row, column, None, text)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        sheet.write_number(row, column, value, number)
    else:
        workbook.write_text(sheet, row, column, value, text)
