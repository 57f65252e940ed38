"""What a returned workbook shows besides its values: joined cells, struck-out words, comments, drawings.

People answer in all of these. None of it is read as an answer, and none of it is lost.
"""

from __future__ import annotations

import warnings
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

Span = tuple[int, int, int]  # column from 0, first and last row from 1


@dataclass(frozen=True)
class SheetLook:
    """One sheet. state: visible, hidden, veryHidden. struck: rows with words struck out; comments: {row: text}."""

    state: str
    merged: tuple[Span, ...] = ()
    struck: frozenset[int] = frozenset()
    comments: dict[int, str] = field(default_factory=dict)


def looks_of(file: Path) -> dict[str, SheetLook]:
    """Each sheet by name. The file has passed intake's checks before."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and rules that it drops
        book = openpyxl.load_workbook(file, keep_links=False, rich_text=True)
    found = {sheet.title: _look(sheet) for sheet in book.worksheets}
    book.close()
    return found


def _look(sheet: Any) -> SheetLook:
    merged = tuple(
        (part.min_col - 1, part.min_row, part.max_row)
        for part in sheet.merged_cells.ranges
        if part.max_row > part.min_row
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
    return SheetLook(str(sheet.sheet_state), merged, frozenset(struck), told)


def _is_struck(cell: Any) -> bool:
    if cell.font is not None and cell.font.strike:
        return True
    parts = (
        cell.value if isinstance(cell.value, list) else []
    )  # rich text is a list of plain and dressed parts
    return any(getattr(getattr(part, "font", None), "strike", False) for part in parts)


def holds_drawings(file: Path) -> bool:
    """Whether there are shapes or pictures, whose words nobody reads here."""
    with zipfile.ZipFile(file) as opened:
        return any(name.startswith(("xl/drawings/drawing", "xl/media/")) for name in opened.namelist())
