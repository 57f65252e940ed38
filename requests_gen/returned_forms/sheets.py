"""A returned workbook as tables of text, and what it shows besides: merged cells, struck-out words, comments, drawings.

People answer in all of these. None of it is read as an answer, and none of it is lost. What is merged over several
rows counts for each of these rows, and that is told: a person may have meant it.
"""

from __future__ import annotations

import re
import warnings
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.errors import DataError
from geodata.intake import read_table
from geodata.tables import numbered, workbook
from requests_gen.wording import dates

BLANK_OR_MANY = ("sheet-ambiguous", "table-empty")
AMBIGUOUS_DAY = 60  # Excel counts a 29 February 1900 that never was: both 59 and 60 come back as 28 February
_EARLY = re.compile(r"(19[0-4]\d)[-/](\d\d?)[-/](\d\d?)")


def number_again(text: str) -> str:
    """The number that was typed into a cell which shows it as a day before 1950: 2026 as 1905-07-18, 0 as 00:00:00.

    For columns that are not of days. Everything else stays as it is: a later day, which may be meant as one, and
    1900-02-28, which may be 59 or 60. A person is asked about those.
    """
    if text == "00:00:00":
        return "0"
    found = _EARLY.fullmatch(text)
    try:
        serial = (date(*map(int, found.groups())) - dates.EXCEL_BEGAN).days if found else AMBIGUOUS_DAY
    except ValueError:
        return text
    return text if serial == AMBIGUOUS_DAY else str(serial - 1 if serial < AMBIGUOUS_DAY else serial)


Span = tuple[int, int, int]  # column from 0, first and last row from 1


@dataclass(frozen=True)
class SheetFeatures:
    """One sheet. state: visible, hidden, veryHidden. struck: rows with words struck out; comments: {row: text}."""

    state: str
    merged: tuple[Span, ...] = ()
    struck: frozenset[int] = frozenset()
    comments: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class ReturnedSheet:
    """One sheet with something in it. cells: text, index = row numbers from 1, columns 0..n-1, merged cells filled.

    merged: (row number, column) of cells that got their value from above.
    """

    name: str
    cells: pd.DataFrame
    features: SheetFeatures
    holds_form: bool
    merged: frozenset[tuple[int, int]] = frozenset()

    @property
    def hidden(self) -> bool:
        """Whether a person who opens the file does not see it."""
        return self.features.state != "visible"


def read_sheets(path: Path, holds_form: Callable[[Sequence[Sequence[str]]], bool]) -> list[ReturnedSheet]:
    """The sheets of a workbook that are not blank, or the one table of a CSV (taken for a form whatever it holds).

    holds_form: whether rows of text hold the form. Raises DataError where the file cannot be read.
    """
    if not workbook.is_workbook(path):
        return [ReturnedSheet("", numbered(read_table(path, header=False)[0]), SheetFeatures("visible"), True)]
    try:
        read_table(path, header=False)  # the safety checks of intake come before any other opening
    except DataError as error:
        if error.code not in BLANK_OR_MANY:
            raise
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and rules that it drops
        book = openpyxl.load_workbook(path, data_only=True, keep_links=False, rich_text=True)
    found = []
    for tab in book.worksheets:
        texts = ([_text(value) for value in row] for row in tab.iter_rows(values_only=True))
        rows = {number: row for number, row in enumerate(texts, 1) if any(row)}
        if not rows:
            continue
        features = _features(tab)
        if holds_form(list(rows.values())):
            cells, merged = _filled(numbered(read_table(path, sheet=tab.title, header=False)[0]), features.merged)
            found.append(ReturnedSheet(tab.title, cells, features, True, merged))
        else:
            found.append(ReturnedSheet(tab.title, pd.DataFrame.from_dict(rows, orient="index"), features, False))
    book.close()
    return found


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _filled(table: pd.DataFrame, spans: tuple[Span, ...]) -> tuple[pd.DataFrame, frozenset[tuple[int, int]]]:
    """`table` with each merged cell's value in all the rows it covers, and which cells got theirs so."""
    cells, merged = table.copy(), set()
    for column, first, last in spans:
        if first not in cells.index or column not in cells.columns or not cells.at[first, column]:
            continue
        for row in cells.index[(cells.index > first) & (cells.index <= last)]:
            cells.at[row, column] = cells.at[first, column]
            merged.add((int(row), column))
    return cells, frozenset(merged)


def _features(sheet: Any) -> SheetFeatures:
    merged = tuple((part.min_col - 1, part.min_row, part.max_row) for part in sheet.merged_cells.ranges if part.max_row > part.min_row)
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
