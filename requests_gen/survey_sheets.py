"""A returned workbook (or CSV) as tables of text, every sheet that is to be seen, merged cells filled.

What is merged over several rows counts for each of these rows, and that is told: a person may have meant it.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from geodata.columns import numbered
from geodata.errors import DataError, Text
from geodata.intake import read_table
from geodata.workbook import is_workbook

BLANK_OR_MANY = ("sheet-ambiguous", "table-empty")


@dataclass(frozen=True)
class FormSheet:
    """One sheet: its cells as text (index = row numbers from 1, columns 0..n-1) and what was merged over rows."""

    name: str
    cells: pd.DataFrame
    merged: frozenset[tuple[int, int]]  # (row number, column) of cells that got their value from above
    hidden: bool = False


Wanted = Callable[[list[list[str]]], bool]


def form_sheets(path: Path, wanted: Wanted) -> tuple[list[FormSheet], list[str]]:
    """(the sheets whose rows are `wanted`, the names of others that hold something).

    Raises DataError where the file cannot be read.
    """
    if not is_workbook(path):
        return [FormSheet("", numbered(read_table(path, header=False)[0]), frozenset())], []
    try:
        read_table(path, header=False)  # the safety checks of intake come before any other opening
    except DataError as error:
        if error.code not in BLANK_OR_MANY:
            raise
    found, others = [], []
    for looked in _look(path, wanted):
        if looked.wanted:
            table = numbered(read_table(path, sheet=looked.name, header=False)[0])
            found.append(_filled(looked, table))
        elif looked.filled:
            others.append(looked.name)
    return found, others


Span = tuple[int, int, int]  # column from 0, first and last row from 1


@dataclass(frozen=True)
class _Looked:
    """What a quick look at a sheet shows, before it is read."""

    name: str
    hidden: bool
    wanted: bool
    filled: bool
    merged: tuple[Span, ...]  # cells that are merged over several rows


def _look(path: Path, wanted: Wanted) -> list[_Looked]:
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and rules that it drops
        book = openpyxl.load_workbook(path, data_only=True, keep_links=False)
    looked = []
    for sheet in book.worksheets:
        rows = [["" if value is None else str(value) for value in row] for row in sheet.iter_rows(values_only=True)]  # fmt: skip
        merged = tuple((part.min_col - 1, part.min_row, part.max_row) for part in sheet.merged_cells.ranges if part.max_row > part.min_row)  # fmt: skip
        looked.append(_Looked(sheet.title, sheet.sheet_state != "visible", wanted(rows), any(map(any, rows)), merged))  # fmt: skip
    book.close()
    return looked


def _filled(looked: _Looked, table: pd.DataFrame) -> FormSheet:
    cells, merged = table.copy(), set()
    for column, first, last in looked.merged:
        if first not in cells.index or column not in cells.columns or not cells.at[first, column]:
            continue
        for row in cells.index[(cells.index > first) & (cells.index <= last)]:
            cells.at[row, column] = cells.at[first, column]
            merged.add((int(row), column))
    return FormSheet(looked.name, cells, frozenset(merged), looked.hidden)


def no_form(path: Path, wanted: Text) -> DataError:
    """The error for a file in which no form was found."""
    return DataError(
        "survey-form-missing",
        Text(
            f"照会様式が見つかりません。{wanted.ja}のある行が必要です",
            f"no form of the survey is in it: no row holds {wanted.en}",
        ),
        Text(
            "照会様式のファイルか確かめてください。見出しの行を消したときは、元の様式に書き写してください。",
            "see that this is the form; where the headings are gone, copy the answers into a fresh form",
        ),
        path.name,
    )
