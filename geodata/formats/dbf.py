"""dBASE tables beside Shapefiles: fixed-width rows, deleted ones marked, and no certain encoding."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import DataError, Text
from geodata.safety import ceilings
from geodata.tables import text as tables_text

FIELD = struct.Struct("<11sc4xBB14x")
HEADER_END = 0x0D
DELETED = b"*"
LANGUAGE_DRIVERS = {0x13: "cp932", 0x7B: "cp932", 0x03: "", 0x57: "", 0x00: "", 0x01: "cp437", 0x02: "cp850"}
_NO_NUMBER = (b"", b"*")


@dataclass(frozen=True)
class Dbf:
    """Columns of text or numbers, one entry a record; `deleted` [rows] marks records struck out."""

    columns: dict[str, Any]
    deleted: npt.NDArray[np.bool_]
    encoding: str
    wrong_encoding: bool  # the .cpg or the header names another encoding than the bytes are in


def read_dbf(data: bytes, cpg: str = "") -> Dbf:
    """All records of a .dbf. `cpg` is the encoding named beside it, "" for none. DataError when cut short."""
    if len(data) < 33:
        raise _broken(".dbf が短すぎます", "the .dbf is too short")
    rows, header, width = struct.unpack_from("<IHH", data, 4)
    fields = _fields(data, header)
    if sum(size for _, _, size, _ in fields) + 1 != width or header > len(data):
        raise _broken(".dbf の見出しと行の長さが合いません", "header and row length of the .dbf disagree")
    ceilings.check_count("行数", "rows", rows, ceilings.limits().rows)
    if len(data) - header < rows * width:
        whole = (len(data) - header) // width
        raise DataError(
            "dbf-truncated",
            Text(f".dbf が途中で切れています（{rows:,} 行のはずが {whole:,} 行）。", f"the .dbf is cut short: {whole:,} of {rows:,} rows"),
            _REMEDY,
        )
    table = np.frombuffer(data, np.uint8, rows * width, header).reshape(rows, width)
    cells, at = {}, 1
    for position, (name, kind, size, decimals) in enumerate(fields):
        block = np.ascontiguousarray(table[:, at : at + size]).view(f"S{size}")[:, 0] if size else np.full(rows, b"")
        cells[position] = (name, kind, decimals, block)
        at += size
    declared = _codec(cpg) or LANGUAGE_DRIVERS.get(data[29], "")
    encoding, wrong = tables_text.decode_fields(_texts(cells), declared)
    columns: dict[str, Any] = {}
    for name, kind, decimals, block in cells.values():
        columns[_free_name(name.decode(encoding, "replace").strip(), columns)] = _column(block, kind, decimals, encoding)
    deleted = table[:, 0] == DELETED[0] if width else np.zeros(rows, bool)
    return Dbf(columns, deleted, encoding, wrong)


def _fields(data: bytes, header: int) -> list[tuple[bytes, str, int, int]]:
    fields: list[tuple[bytes, str, int, int]] = []
    at = 32
    while at + 32 <= min(header, len(data)) and data[at] != HEADER_END:
        name, kind, size, decimals = FIELD.unpack_from(data, at)
        # FoxPro keeps the high byte of long text fields where others keep decimals
        length = size + 256 * decimals if kind == b"C" else size
        fields.append((name.split(b"\x00")[0], kind.decode("latin-1"), length, decimals))
        at += 32
    ceilings.check_count("列数", "columns", len(fields), ceilings.limits().columns)
    return fields


def _texts(cells: dict[int, tuple[bytes, str, int, npt.NDArray[np.bytes_]]]) -> list[bytes]:
    names = [name for name, _, _, _ in cells.values()]
    values = [np.unique(block) for _, kind, _, block in cells.values() if kind in "CVM"]
    return names + [bytes(value).rstrip(b" \x00") for block in values for value in block]


def _codec(cpg: str) -> str:
    """Python's name of the encoding in a .cpg, or "" where it names none that we know."""
    import codecs

    name = cpg.strip().strip("\ufeff").casefold().replace(" ", "")
    known = {"932": "cp932", "sjis": "cp932", "shift_jis": "cp932", "shift-jis": "cp932", "65001": "utf-8"}
    known |= {"88591": "iso8859-1", "1252": "cp1252", "ansi1252": "cp1252", "ansi932": "cp932", "windows-31j": "cp932"}
    try:
        return codecs.lookup(known.get(name, name)).name if name else ""
    except (LookupError, ValueError):  # ValueError: a NUL in the name
        return ""


def _free_name(name: str, taken: dict[str, Any]) -> str:
    free, number = name or "列", 2
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _column(block: npt.NDArray[np.bytes_], kind: str, decimals: int, encoding: str) -> Any:
    import pandas as pd

    if kind in "NF":
        return _numbers(block, decimals)
    unique, inverse = np.unique(block, return_inverse=True)
    texts = np.array([bytes(value).split(b"\x00")[0].rstrip().decode(encoding, "ignore") for value in unique], object)
    if kind == "D":
        texts = np.array([f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 else text for text in texts], object)
    return pd.Series(texts[inverse] if len(unique) else [], dtype=str)


def _numbers(block: npt.NDArray[np.bytes_], decimals: int) -> npt.NDArray[Any]:
    plain = np.char.strip(block, b" \x00")
    unknown = (plain == b"") | (np.char.lstrip(plain, b"*") == b"")
    try:
        numbers = np.where(unknown, b"nan", plain).astype(np.float64)
    except ValueError as error:
        raise _broken("数値の列に数でない文字があります", "a column of numbers holds something else") from error
    whole = decimals == 0 and not unknown.any() and len(numbers) > 0 and np.abs(numbers).max() < 2**53
    if whole and (numbers == np.round(numbers)).all():
        return numbers.astype(np.int64)
    return numbers


_REMEDY = Text(
    ".shp・.shx・.dbf を同じ元からそろえてコピーし直すか、GISソフトから書き出し直してください。",
    "copy .shp, .shx and .dbf again from one source, or export again",
)


def _broken(ja: str, en: str) -> DataError:
    return DataError("dbf-broken", Text(f"{ja}。", en), _REMEDY)
