"""Excel workbooks (.xlsx) to frames of text: values as they were last calculated, one sheet at a time."""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.errors import DataError, Text
from geodata.report import PLACES_KEPT, IntakeReport
from geodata.safety import archive as safety_archive
from geodata.safety import ceilings
from geodata.tables.table import frame_of_rows, row_place
from geodata.tables.text import clean_columns

SHEET_PART = re.compile(r"xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
TAG_BYTES = 16
_CELL = re.compile(rb"<(?:\w+:)?c[ >/]")
_FORMULA = re.compile(rb"<(\w+:)?f[ >]")
_MERGED = re.compile(rb"<(?:\w+:)?mergeCell[ />]")
_LEADING_ZEROS = re.compile(r"^0{2,}$")
_ERROR_VALUES = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!")
SAVE_AGAIN = Text("Excel で開いて保存し直すか、CSV（UTF-8）で保存してください。", "save it again with Excel, or as CSV (UTF-8)")


def is_workbook(path: Path) -> bool:
    """Whether a zip is an Excel workbook by what it holds."""
    try:
        with zipfile.ZipFile(path) as opened:
            return "xl/workbook.xml" in opened.namelist()
    except safety_archive.ZIP_TROUBLE:
        return False


def read_workbook(path: Path, report: IntakeReport, *, sheet: str | None, header: bool) -> pd.DataFrame:
    """One sheet of a workbook, all cells text. Asks which when several hold something."""
    with safety_archive.Archive(path) as archive:  # sizes and ratios first
        parts = _look_into_parts(archive)
    report.format = "XLSX"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and validations that it drops
        values = _open(path, values=True)
        try:
            chosen = _chosen_sheet(values, sheet, report)
            missing = _uncalculated(path, chosen, values[chosen], report) if parts.formula else None
            if missing:
                raise missing
            cells = _Cells(values[chosen], chosen)
            frame = frame_of_rows(cells.rows(), report, header=header, sheet=chosen)
        finally:
            values.close()
    report.records_in_file = len(frame) + sum(report.excluded.values())
    report.facts["sheet"] = chosen
    cells.tell(report)
    if parts.merged:
        text = Text(
            f"結合セルが {parts.merged:,} か所あります。値は左上のセルだけにあり、残りは空として読みました。",
            f"{parts.merged:,} merged ranges: only their top left cell has a value, the rest was read as blank",
        )
        report.note("warn", "merged-cells", text, parts.merged)
    return clean_columns(frame, report)


@dataclass
class _Parts:
    """What the XML of all sheets holds."""

    formula: bool = False
    cells: int = 0
    merged: int = 0


def _look_into_parts(archive: safety_archive.Archive) -> _Parts:
    """What a quick search of the sheets finds; refuses XML entities, and more cells than can be read.

    openpyxl takes a hundred times longer than this to go through a sheet.
    """
    parts = _Parts()
    inflated = sum(member.entry.file_size for member in archive.members)
    ceilings.check_count("展開後のバイト数", "bytes after unpacking", inflated, ceilings.limits().xlsx_bytes)
    for member in archive.members:
        if member.suffix not in (".xml", ".rels"):
            continue
        ceilings.check_time()
        head = archive.read(member, 2048)
        if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
            raise DataError(
                "xlsx-unsafe",
                Text("Excel ファイルの中に外部参照の宣言（DOCTYPE）があります。", "the workbook declares XML entities"),
                SAVE_AGAIN,
            )
        if SHEET_PART.search(member.name):
            _search(archive, member, parts)
            ceilings.check_count("セル数", "cells", parts.cells, ceilings.limits().xlsx_cells)
    return parts


def _search(archive: safety_archive.Archive, member: safety_archive.Member, parts: _Parts) -> None:
    """Add what one sheet's XML holds."""
    before = b""
    for block in archive.blocks(member):
        ceilings.check_time()
        parts.cells += len(_CELL.findall(block))  # one cut in two by the block's end does not matter
        parts.merged += len(_MERGED.findall(block))
        parts.formula = parts.formula or _FORMULA.search(before + block) is not None
        before = block[-TAG_BYTES:]


def _open(path: Path, *, values: bool) -> Any:
    import openpyxl

    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=values, keep_links=False)
    except Exception as error:  # openpyxl raises whatever its parsers do
        raise _broken() from error


def _broken() -> DataError:
    return DataError(
        "xlsx-broken", Text("Excel ファイルとして読めません（壊れています）。", "this workbook cannot be read (damaged)"), SAVE_AGAIN
    )


def _chosen_sheet(book: Any, sheet: str | None, report: IntakeReport) -> str:
    """The sheet asked for, or the only one that holds something; the others' rows are counted as left out."""
    tabs = book.worksheets
    counts = {tab.title: _filled_rows(tab) if len(tabs) > 1 else 1 for tab in tabs}
    if sheet is not None and sheet not in counts:
        raise _which(counts, Text(f"シート「{sheet}」がありません。", f"there is no sheet {sheet!r}."), "sheet-missing")
    visible = [tab.title for tab in book.worksheets if counts[tab.title] and tab.sheet_state == "visible"]
    if sheet is None and len(visible) > 1:
        raise _which(
            {name: counts[name] for name in visible},
            Text("シートが複数あり、どれを使うか決められません。", "several sheets: which one is meant?"),
            "sheet-ambiguous",
        )
    chosen = sheet if sheet is not None else next(iter(visible or counts), None)
    if chosen is None:
        raise _broken()
    others = {name: count for name, count in counts.items() if name != chosen and count}
    text = Text(
        f"他のシート（{'、'.join(others)}）の {sum(others.values()):,} 行は使っていません。",
        f"{sum(others.values()):,} rows of other sheets ({', '.join(others)}) were not used",
    )
    report.exclude("other-sheet", text, sum(others.values()), others)
    return chosen


def _filled_rows(tab: Any) -> int:
    tab.reset_dimensions()
    count = 0
    try:
        for number, row in enumerate(tab.iter_rows(values_only=True)):
            if number % 1024 == 0:
                ceilings.check_time()
            ceilings.check_count("列数", "columns", len(row), ceilings.limits().columns, row_place(number + 1, tab.title))
            count += any(value is not None for value in row)
    except DataError:
        raise
    except Exception as error:  # see _open
        raise _broken() from error
    ceilings.check_count("行数", "rows", count, ceilings.limits().rows)
    return count


def _which(counts: dict[str, int], problem: Text, code: str) -> DataError:
    listed = "、".join(f"「{name}」{count:,} 行" for name, count in counts.items())
    example = next(iter(counts), "")
    return DataError(
        code,
        Text(f"{problem.ja} 候補: {listed}", f"{problem.en} Choices: {', '.join(counts)}"),
        Text(
            f'使うシートだけを残したファイルにしてください。エリアの一覧なら study.toml に layer = "{example}" と書いても指定できます。',
            f'keep one sheet in the file; for a list of covered meshes, layer = "{example}" in study.toml will do',
        ),
    )


def _uncalculated(path: Path, sheet: str, values: Any, report: IntakeReport) -> DataError | None:
    """Tell of formula cells; a refusal when one has no stored result (it would read as blank)."""
    book = _open(path, values=False)
    try:
        tab = book[sheet]
        tab.reset_dimensions()
        places: list[str] = []
        count = 0
        for formulas, results in zip(tab.iter_rows(), values.iter_rows(values_only=True), strict=False):
            for cell, result in zip(formulas, results, strict=False):
                if cell.data_type != "f":
                    continue
                if result is None:
                    return DataError(
                        "formula-uncalculated",
                        Text("数式のセルに計算結果が保存されていません。", "a formula cell has no stored result"),
                        Text(
                            "Excel で開いて上書き保存するか、数式を値に貼り替えてください。",
                            "open and save it with Excel, or paste the values over the formulas",
                        ),
                        where=Text(f"{sheet} の {cell.coordinate}", f"{sheet} {cell.coordinate}"),
                    )
                count += 1
                if len(places) < PLACES_KEPT:
                    places.append(cell.coordinate)
    finally:
        book.close()
    if count:
        text = Text(
            f"数式のセルが {count:,} あり、保存されている計算結果を使いました。", f"{count:,} formula cells: their stored results were used"
        )
        report.note("info", "formula-cells", text, count, places)
    return None


class _Cells:
    """Rows of a sheet as text, and what was met on the way."""

    def __init__(self, tab: Any, name: str) -> None:
        self._tab, self._name = tab, name
        self.errors: list[str] = []

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(row number, cells), all padded to the widest filled row; blank rows left out."""
        self._tab.reset_dimensions()
        found, widest, total = [], 0, 0
        for number, row in enumerate(self._tab.iter_rows(), 1):
            if number % 1024 == 0:
                ceilings.check_time()
            ceilings.check_count("列数", "columns", len(row), ceilings.limits().columns, row_place(number, self._name))
            texts = [self._text(cell) for cell in row]
            while texts and not texts[-1]:
                texts.pop()
            if not texts:
                continue
            total += len(texts)
            ceilings.check_count("セル数", "cells", total, ceilings.limits().xlsx_cells)
            widest = max(widest, len(texts))
            found.append((number, texts))
        for number, texts in found:
            yield number, texts + [""] * (widest - len(texts))

    def _text(self, cell: Any) -> str:
        value = cell.value
        if value is None:
            return ""
        if isinstance(value, str):
            if value in _ERROR_VALUES and len(self.errors) < 1000:
                self.errors.append(str(cell.coordinate))
            return value
        if isinstance(value, bool):
            return "TRUE" if value else "FALSE"
        if isinstance(value, int | float):
            whole = float(value).is_integer() and abs(value) < 1e15
            text = str(int(value)) if whole else repr(value)
            shown = cell.number_format or ""
            return text.zfill(len(shown)) if whole and _LEADING_ZEROS.match(shown) else text
        if isinstance(value, dt.datetime) and value.time() == dt.time():
            return value.date().isoformat()
        return value.isoformat() if hasattr(value, "isoformat") else str(value)

    def tell(self, report: IntakeReport) -> None:
        """Report cells that hold an Excel error."""
        if self.errors:
            text = Text(
                f"Excel のエラー値（#N/A など）のセルが {len(self.errors):,} あります。",
                f"{len(self.errors):,} cells hold an Excel error (#N/A …)",
            )
            report.note("warn", "cell-errors", text, len(self.errors), self.errors)
