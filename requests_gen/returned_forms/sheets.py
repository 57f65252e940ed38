"""What a returned workbook shows besides its values: joined cells, struck-out words, comments, drawings.

People answer in all of these. None of it is read as an answer, and none of it is lost.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from requests_gen.wording import dates

LEAP_DAY_OF_1900 = 60  # Excel counts a day that never was
_EARLY = re.compile(r"19(0\d)-(\d{2})-(\d{2})")


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    numbers = table.attrs.pop("row_numbers", range(1, len(table) + 1))
    return table.set_axis(pd.Index(list(numbers)), axis=0)


def filled(table: pd.DataFrame, merged: tuple[Span, ...]) -> pd.DataFrame:
    table = table.copy()
    for column, first, last in merged:
        if first in table.index and column in table.columns:
            rows = [row for row in range(first + 1, last + 1) if row in table.index]
            table.loc[rows, column] = table.at[first, column]
    return table


def number_again(text: str) -> str:
    """A small number that a pasted format shows as a day of the 1900s: 2026 as 1905-07-18."""
    if not _EARLY.fullmatch(text):
        return text
    serial = (date.fromisoformat(text) - dates.EXCEL_BEGAN).days
    return str(serial if serial > LEAP_DAY_OF_1900 else serial - 1)


Span = tuple[int, int, int]  # column from 0, first and last row from 1


@dataclass(frozen=True)
class SheetFeatures:
    """One sheet. state: visible, hidden, veryHidden. struck: rows with words struck out; comments: {row: text}."""

    state: str
    merged: tuple[Span, ...] = ()
    struck: frozenset[int] = frozenset()
    comments: dict[int, str] = field(default_factory=dict)


def features_of(file: Path) -> dict[str, SheetFeatures]:
    """Each sheet by name. The file has passed intake's checks before."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and rules that it drops
        book = openpyxl.load_workbook(file, keep_links=False, rich_text=True)
    found = {sheet.title: _look(sheet) for sheet in book.worksheets}
    book.close()
    return found


def _look(sheet: Any) -> SheetFeatures:
    merged = tuple(
        (part.min_col - 1, part.min_row, part.max_row) for part in sheet.merged_cells.ranges if part.max_row > part.min_row
    )
    struck: set[int] = set()
    comments: dict[int, list[str]] = {}
    for row in sheet.iter_rows():
        for cell in row:
            if cell.value is not None and _is_struck(cell):
                struck.add(cell.row)
            if getattr(cell, "comment", None) is not None:
                comments.setdefault(cell.row, []).append(f"{cell.coordinate} {cell.comment.text}".strip())
    told = {number: "\n".join(texts) for number, texts in comments.items()}
    return SheetFeatures(str(sheet.sheet_state), merged, frozenset(struck), told)


def _is_struck(cell: Any) -> bool:
    if cell.font is not None and cell.font.strike:
        return True
    parts = cell.value if isinstance(cell.value, list) else []  # rich text is a list of plain and dressed parts
    return any(getattr(getattr(part, "font", None), "strike", False) for part in parts)


def holds_drawings(file: Path) -> bool:
    """Whether there are shapes or pictures, whose words nobody reads here."""
    with zipfile.ZipFile(file) as opened:
        return any(name.startswith(("xl/drawings/drawing", "xl/media/")) for name in opened.namelist())
