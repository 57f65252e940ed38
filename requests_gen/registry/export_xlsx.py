"""The registry as a workbook that people can read and that gives back every value as it was.

A sheet a table. The third row says how each column is to be read; what a cell cannot hold exactly (text that is
too long, an empty text, numbers beyond 16 digits, lists) stands in the last columns as JSON.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.files import workbook
from requests_gen.registry.connection import Database
from requests_gen.registry.export_json import (
    FORMAT,
    FORMAT_VERSION,
    SIGNED,
    Change,
    checked,
    fingerprint,
    not_an_export,
    put_in,
    read_changes,
    records_in_order,
)
from requests_gen.registry.tables import HEADINGS, TABLES, Table

ABOUT, CHANGES = "はじめに", "変更の記録"
HEADING_ROW, NAME_ROW, KIND_ROW, FIRST_ROW = 0, 1, 2, 3
READ_ME = Text(
    "圏外（Kengai）の台帳のすべて（履歴を含む）です。見るための写しで、ここで直しても台帳は変わりません。"
    "直したファイルは取り込めません（照合値で分かります）。値は Kengai の画面で直すと、履歴に残ります。",
    "Everything the registry holds, history included. A change made here changes nothing in the registry, and the "
    "file could then not be imported. Mend values in Kengai: the history shows it.",
)
OURS = ("_change", "_key", "_revision")
FONT = "BIZ UDPゴシック"
WIDE = {"at": 33, "_key": 24, "name": 22, "place_id": 26, "file_sha256": 40, "remarks": 36, "text": 40}
LAST_ROW = 1_048_576
EXACT_WHOLE = 10**15  # a workbook keeps 16 digits
MORE = "_more"  # JSON of what no cell holds, in as many columns as it needs
PIECE = 30_000
UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^<r>.*</r>$|^$", re.DOTALL)


def export_xlsx(database: Database, path: Path, notice: str = "") -> None:
    """Write everything as one workbook. notice: what its first sheet and printed pages say, e.g. invented areas."""
    import xlsxwriter

    told = read_changes(database)
    stream = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {"in_memory": True, **as_text}) as book:
        book.set_properties({"title": "Kengai 台帳", "comments": notice, "author": "Kengai", "created": workbook.FIXED_DATE})
        _about_sheet(book, told, notice)
        signed = [
            {"number": number, **{name: change[name] for name in SIGNED if change[name]}} for number, change in enumerate(told, start=1)
        ]
        _Sheet(book, CHANGES, {"number": "whole", **dict.fromkeys(SIGNED, "text")}, notice).fill(signed)
        unexpected = {record["kind"] for _, record in records_in_order(told)} - set(TABLES)
        for table in (*TABLES.values(), *(Table(kind, kind, (), {}) for kind in sorted(unexpected))):
            rows = [
                {**record["content"], **dict(zip(OURS, (number, record["key"], record["revision"]), strict=True))}
                for number, record in records_in_order(told)
                if record["kind"] == table.name
            ]
            _Sheet(book, table.ja, _columns(dict(table.fields), rows), notice).fill(rows)
    write_bytes(path, stream.getvalue())


def _columns(fields: dict[str, Any], rows: list[dict[str, Any]]) -> dict[str, str]:
    """{column: how it is read}: the table's fields, then what else its records have, then ours."""
    found: dict[str, str] = {name: _READ_AS.get(kind, kind) for name, kind in fields.items()}
    for name in sorted({name for row in rows for name in row} - set(fields) - set(OURS)):
        kinds = {_kind_of(row[name]) for row in rows if name in row}
        found[name] = kinds.pop() if len(kinds) == 1 else "json"
    return {**found, "_change": "whole", "_key": "text", "_revision": "whole"}


_READ_AS = {"day": "text", "list": "json", "map": "json"}


def _kind_of(value: Any) -> str:
    kinds = ((bool, "truth"), (int, "whole"), (float, "number"), (str, "text"))
    return next((kind for of, kind in kinds if isinstance(value, of)), "json")


def _fits(kind: str, value: Any) -> bool:
    """Whether a cell that is read as `kind` gives back exactly this value."""
    if _kind_of(value) != kind:
        return False
    if kind == "whole":
        return bool(abs(value) < EXACT_WHOLE)
    if kind == "number":
        return bool(float(f"{value:.16G}") == value)
    return kind == "truth" or _text_fits(value)


def _text_fits(text: str) -> bool:
    return len(text.encode("utf-16-le")) // 2 <= workbook.LONGEST_CELL and not UNFIT.search(text)


class _Sheet:
    """One sheet being written."""

    def __init__(self, book: Any, name: str, columns: dict[str, str], notice: str) -> None:
        self.name, self.columns = name, columns
        self.sheet = book.add_worksheet(name)
        _paper(self.sheet)
        self.sheet.repeat_rows(HEADING_ROW)
        self.sheet.set_row(HEADING_ROW, 30)
        self.sheet.set_header(f"&L{name}&R{notice.replace('&', '&&')[:150]}")
        self.sheet.freeze_panes(FIRST_ROW, 0)
        self.heading = book.add_format({"font_name": FONT, "bold": True, "bg_color": "#DCE6F1", "border": 1, "text_wrap": True})
        self.plain = book.add_format({"font_name": FONT, "font_size": 10})
        self.small = book.add_format({"font_name": FONT, "font_color": "#666666", "font_size": 8})

    def fill(self, rows: list[dict[str, Any]]) -> None:
        """Write the headings and all rows."""
        if FIRST_ROW + len(rows) > LAST_ROW:
            raise DataError(
                "export-too-long",
                Text(f"「{self.name}」が {len(rows):,} 行あり、Excel に入りません", f"{len(rows):,} rows do not fit a sheet"),
                Text("JSON で書き出してください（--out の名前を .json にします）。", "export as JSON (name the file .json)"),
            )
        pieces = 0
        for at, row in enumerate(rows, start=FIRST_ROW):
            rest = {}
            for column, (name, kind) in enumerate(self.columns.items()):
                if name in row and not self._write(at, column, kind, row[name]):
                    rest[name] = row[name]
            pieces = max(pieces, self._write_rest(at, rest))
        names = [*self.columns, *(f"{MORE}{number}" for number in range(1, pieces + 1))]
        for column, name in enumerate(names):
            more = name not in self.columns
            self.sheet.write_string(HEADING_ROW, column, HEADINGS.get(MORE if more else name, name), self.heading)
            self.sheet.write_string(NAME_ROW, column, name, self.small)
            self.sheet.write_string(KIND_ROW, column, "json" if more else self.columns[name], self.small)
            self.sheet.set_column(column, column, WIDE.get(name, 14))

    def _write(self, row: int, column: int, kind: str, value: Any) -> bool:
        """Whether the cell now holds the value; where it cannot, it is left empty."""
        if kind == "json":
            text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
            return _text_fits(text) and self.sheet.write_string(row, column, text, self.plain) == 0
        if not _fits(kind, value):
            return False
        write = {"truth": self.sheet.write_boolean, "text": self.sheet.write_string}
        return bool(write.get(kind, self.sheet.write_number)(row, column, value, self.plain) == 0)

    def _write_rest(self, row: int, rest: dict[str, Any]) -> int:
        """Write what no cell holds as JSON, in pieces; how many they are."""
        if not rest:
            return 0
        text = json.dumps(rest)  # plain ASCII: every character lives through every program
        text = text.replace("_x", "\\u005fx")
        pieces = [text[start : start + PIECE] for start in range(0, len(text), PIECE)]
        for number, piece in enumerate(pieces):
            self.sheet.write_string(row, len(self.columns) + number, piece)
        return len(pieces)


def _about_sheet(book: Any, told: list[Change], notice: str) -> None:
    sheet = book.add_worksheet(ABOUT)
    _paper(sheet)
    sheet.set_column(0, 0, 16)
    sheet.set_column(1, 1, 100)
    strong = book.add_format({"font_name": FONT, "bold": True, "font_color": workbook.WARNING_INK, "text_wrap": True})
    plain = book.add_format({"font_name": FONT, "text_wrap": True, "valign": "top"})
    lines = [
        ("注意", notice, strong),
        ("説明", READ_ME.ja, plain),
        ("About", READ_ME.en, plain),
        ("format", FORMAT, plain),
        ("format_version", str(FORMAT_VERSION), plain),
        ("fingerprint", fingerprint(told), plain),
    ]
    for row, (name, value, look) in enumerate(line for line in lines if line[1]):
        sheet.set_row(row, 15 * workbook.lines_in(value, 100))
        sheet.write_string(row, 0, name, plain)
        sheet.write_string(row, 1, value, look)


def _paper(sheet: Any) -> None:
    """A4, lying, as wide as the paper."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)


def read_xlsx(path: Path) -> list[Change]:
    """The changes that a workbook holds. Raises DataError when it is no export, or was changed."""
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        try:
            about = {str(row[0]): str(row[1]) for row in book[ABOUT].iter_rows(max_col=2, values_only=True)}
            if about["format"] != FORMAT:
                raise KeyError("format")
            told = [_change(row) for row in _rows(book[CHANGES])]
            kinds = {table.ja: table.name for table in TABLES.values()}
            for sheet in book.worksheets[2:]:
                kind = kinds.get(sheet.title, sheet.title)
                for row in _rows(sheet):
                    number, key, revision = (row.pop(name) for name in OURS)
                    told[number - 1]["records"].append({"kind": kind, "key": key, "revision": revision, "content": row})
            version, digest = int(about["format_version"]), about["fingerprint"]
        finally:
            book.close()
    except (OSError, ValueError, KeyError, TypeError, IndexError, zipfile.BadZipFile) as error:
        raise not_an_export(path) from error
    return checked(path, version, digest, told)


def _change(row: dict[str, Any]) -> Change:
    signed = {name: row.get(name) for name in SIGNED}
    return {**signed, "note": signed["note"] or "", "records": []}


def _rows(sheet: Any) -> Iterator[dict[str, Any]]:
    """The rows of a sheet as they were before they were written."""
    lines = sheet.iter_rows(values_only=True)
    _, names, kinds = next(lines), next(lines), next(lines)
    for line in lines:
        if any(cell is not None for cell in line):
            yield _row_of(names, kinds, line)


def _row_of(names: Sequence[Any], kinds: Sequence[Any], line: Sequence[Any]) -> dict[str, Any]:
    row, rest = {}, ""
    for name, kind, cell in zip(names, kinds, line, strict=False):
        if cell is None or name is None:
            continue
        if name.startswith(MORE):
            rest += str(cell)
        else:
            row[name] = _READERS[kind](cell)
    return row | (json.loads(rest) if rest else {})


_READERS: dict[str, Any] = {"text": str, "whole": int, "number": float, "truth": bool, "json": json.loads}


def import_xlsx(database: Database, path: Path) -> None:
    """Fill an empty registry from a workbook."""
    put_in(database, read_xlsx(path), path.name)
