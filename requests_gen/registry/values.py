"""Records at the registry's border: what may be in them, how they are written down, and the frames they become."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from requests_gen.registry.tables import Kind, Table

RESERVED = ("revision", "who", "at")  # what a frame read from the registry has besides the record's fields
DTYPES: dict[Kind, str] = {"whole": "Int64", "number": "float64", "truth": "boolean"}
UNWRITABLE = ("\0", *map(chr, (0xFFFE, 0xFFFF)))


def dumps(content: Mapping[str, Any]) -> str:
    """The one way a record is written: the same record, the same text."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def records_of(rows: pd.DataFrame | Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a frame (a named index is a field too) or of any run of mappings."""
    if isinstance(rows, pd.DataFrame):
        frame = rows.reset_index() if any(name is not None for name in rows.index.names) else rows
        names = list(frame.columns)
        return [dict(zip(names, values, strict=True)) for values in frame.itertuples(index=False, name=None)]
    return [dict(row) for row in rows]


def content_of(table: Table, row: Mapping[str, Any]) -> dict[str, Any]:
    """The record as it is kept: fields that are unknown are left out, numbers are plain, days are ISO text.

    Raises TypeError or ValueError for what no record may hold, DataError for text that no file can carry.
    """
    content = {}
    for name, value in row.items():
        if name not in RESERVED:
            kept = _kept(value, table.fields.get(name), f"{table.name}.{name}")
            if kept is not None:
                content[str(name)] = kept
    missing = [name for name in table.key if name not in content]
    if missing:
        raise ValueError(f"a record of {table.name} has no {', '.join(missing)}: {content}")
    return content


def key_of(table: Table, content: Mapping[str, Any]) -> str:
    """What tells the record apart from all others of its table: its key fields, joined by "/"."""
    return "/".join(str(content[name]).replace("%", "%25").replace("/", "%2F") for name in table.key)


def is_unknown(value: Any) -> bool:
    """Whether a single value says "not known": None, NaN, NaT, <NA>."""
    return value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and math.isnan(value))


def _kept(value: Any, kind: Kind | None, where: str) -> Any:
    if type(value) is str and kind in _TEXTS:  # nearly all that is kept
        return _text(value, where)
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        value = value.item()
    if is_unknown(value):
        return None
    plain = _plain(value, where)
    if kind is None:
        return plain
    if kind == "whole" and isinstance(plain, float) and plain.is_integer():
        return int(plain)
    if kind == "number" and isinstance(plain, int) and not isinstance(plain, bool):
        return float(plain)
    if not isinstance(plain, _TYPES[kind]) or (isinstance(plain, bool) and kind != "truth"):
        raise TypeError(f"{where} must be {kind}, not {value!r}")
    return plain


_TEXTS = {None, "text", "day"}
_TYPES: dict[Kind, type] = {"text": str, "day": str, "whole": int, "number": float, "truth": bool, "list": list, "map": dict}


def _plain(value: Any, where: str) -> Any:
    """`value` as JSON holds it. Inside lists and maps an unknown value is None."""
    if isinstance(value, np.generic) and not isinstance(value, np.datetime64):
        value = value.item()
    if is_unknown(value):
        return None
    if isinstance(value, str):
        return _text(str(value), where)
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if math.isinf(value):
            raise ValueError(f"{where} is not a finite number: {value!r}")
        return value + 0.0  # there is one zero
    if isinstance(value, date | datetime | np.datetime64):
        return (pd.Timestamp(value) if isinstance(value, np.datetime64) else value).isoformat()
    if isinstance(value, Mapping):
        return {_text(str(name), where): _plain(inner, where) for name, inner in value.items()}
    if isinstance(value, list | tuple | np.ndarray):
        return [_plain(inner, where) for inner in value]
    if isinstance(value, set | frozenset):
        return sorted(_plain(inner, where) for inner in value)
    raise TypeError(f"{where} cannot be kept: {type(value).__name__}")


def _text(value: str, where: str) -> str:
    try:
        value.encode("utf-8")
        broken = any(sign in value for sign in UNWRITABLE)
    except UnicodeEncodeError:
        broken = True
    if broken:
        raise DataError(
            "text-unwritable",
            Text("書き表せない文字（文字化け）が入っています", "holds characters that no file can carry"),
            Text("その欄を入力し直してください。", "type the field again"),
            where=Text(where, where),
        )
    return value


def moment_text(at: datetime) -> str:
    """`at` as it is kept: ISO 8601 in UTC, always as long. Raises ValueError without a time zone."""
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError("the time of a saving must say its time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def moments(texts: list[str]) -> pd.Series:
    """Kept times as a Series of timestamps in UTC."""
    return pd.Series(pd.to_datetime(texts, utc=True, format="ISO8601")).astype("datetime64[us, UTC]")


def frame_of(table: Table, rows: list[dict[str, Any]], signed: list[tuple[int, str, str]]) -> pd.DataFrame:
    """The records as a frame by key: the table's fields, then others by name, then revision, who, at.

    rows: contents; signed: (revision, who, at) of each. Unknown is <NA>, NaN or None by the kind of the field.
    """
    others = sorted({name for row in rows for name in row} - set(table.fields))
    columns: dict[str, pd.Series] = {}
    for name in (*table.fields, *others):
        values = [row.get(name) for row in rows]
        kind = table.fields.get(name)
        columns[name] = pd.Series(values, dtype=DTYPES.get(kind, "object") if kind else "object")
    frame = pd.DataFrame(columns)
    frame["revision"] = pd.Series([revision for revision, _, _ in signed], dtype="int64")
    frame["who"] = pd.Series([who for _, who, _ in signed], dtype="object")
    frame["at"] = moments([at for _, _, at in signed])
    return frame.sort_values(list(table.key), ignore_index=True)
