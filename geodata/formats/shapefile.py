"""ESRI Shapefiles, with or without their companions.

Read by our own code and not by GDAL: GDAL leaves out deleted rows and pads missing ones without a word,
and reads half a file as shapes of None. Layout: ESRI Shapefile Technical Description (1998).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.formats.dbf import Dbf, read_dbf
from geodata.formats.raw import LINES, POINTS, POLYGONS, LayerEntry, RawLayer, Remark, ShapeBuilder, frame_of, place
from geodata.formats.rings import Rings, polygons_of
from geodata.safety import ceilings

WORD = Text("レコード", "record")
MAGIC = b"\x00\x00\x27\x0a"
HEADER = 100
# 1, 3, 5, 8 and the same with Z (+10) and M (+20)
KINDS = {1: POINTS, 3: LINES, 5: POLYGONS, 8: "MultiPoint"}
MULTIPATCH = 31
COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
REMEDY = Text(
    ".shp・.shx・.dbf・.prj を同じ元からそろえてコピーし直してください（zip のままが確実です）。直らなければ GISソフトから書き出し直してください。",
    "copy .shp, .shx, .dbf and .prj again from one source (best as the zip), or export again",
)


def layers(path: Path) -> list[LayerEntry]:
    """The only layer of the shapefile at `path` (.shp), its companions beside it."""
    data = path.read_bytes()
    kind = _check_header(data)
    records = list(_records(data, _index(path)))
    ceilings.check_count("地物数", "features", len(records), ceilings.limits().features)
    kinds = frozenset({POINTS if kind == 8 else str(KINDS[kind])})
    return [LayerEntry("", len(records), lambda: _read(path, data, records), kinds)]


def companion(path: Path, suffix: str) -> Path | None:
    """The file beside `path` with another ending, in whatever case it is written."""
    for name in (path.with_suffix(suffix), path.with_suffix(suffix.upper()), path.with_name(path.name + suffix)):
        if name.is_file():
            return name
    return None


def _check_header(data: bytes) -> int:
    if len(data) < HEADER or data[:4] != MAGIC:
        raise _broken("shp-broken", "Shapefile（.shp）の見出しがありません。", "no shapefile header")
    length = 2 * struct.unpack_from(">i", data, 24)[0]
    kind = struct.unpack_from("<i", data, 32)[0]
    if kind == MULTIPATCH:
        raise DataError(
            "shp-multipatch",
            Text("立体（マルチパッチ）の Shapefile は読めません。", "multipatch (3-D) shapefiles cannot be read"),
            Text("GISソフトで 2次元のポリゴンに変換してください。", "convert it to 2-D polygons with GIS software"),
        )
    if kind % 10 not in KINDS or kind not in (0, 1, 3, 5, 8, 11, 13, 15, 18, 21, 23, 25, 28):
        raise _broken("shp-broken", f"図形の種類 {kind} は Shapefile にありません。", f"no such shape type: {kind}")
    if len(data) < length:
        raise _broken(
            "shp-truncated",
            f".shp が途中で切れています（{length:,} バイトのはずが {len(data):,} バイト）。",
            f"the .shp is cut short: {len(data):,} of {length:,} bytes",
        )
    return int(kind % 10)


def _index(path: Path) -> npt.NDArray[np.int64] | None:
    """Byte offsets of the records from the .shx, or None without one."""
    found = companion(path, ".shx")
    if found is None:
        return None
    data = found.read_bytes()
    if len(data) < HEADER or data[:4] != MAGIC or (len(data) - HEADER) % 8:
        raise _broken("shx-broken", ".shx が壊れています。", "the .shx is damaged")
    return 2 * np.frombuffer(data, ">i4", offset=HEADER).astype(np.int64)[::2]


def _records(data: bytes, offsets: npt.NDArray[np.int64] | None) -> Iterator[tuple[int, int]]:
    """(start, end) of every record's content; by the index where there is one, else one after the other."""
    at, number, end_of_file = HEADER, 0, len(data)
    while number < len(offsets) if offsets is not None else at + 12 <= end_of_file:
        start = int(offsets[number]) if offsets is not None else at
        number += 1
        size = 2 * struct.unpack_from(">i", data, start + 4)[0] if HEADER <= start <= end_of_file - 8 else -1
        if size < 4 or start + 8 + size > end_of_file:
            raise _broken(
                "shp-truncated",
                f"レコード {number} が .shp の終わりからはみ出しています。",
                f"record {number} runs over the end of the .shp",
            )
        at = start + 8 + size
        yield start + 8, at


def _read(path: Path, data: bytes, records: list[tuple[int, int]]) -> RawLayer:
    table = _table(path, len(records))
    builder = ShapeBuilder(WORD)
    all_rings = Rings()
    for number, (start, end) in enumerate(records):
        if number % 1024 == 0:
            ceilings.check_time()
        builder.next()
        _shape(data, start, end, number, builder, all_rings)
    remarks = list(_companion_remarks(path, table))
    remarks += polygons_of(all_rings, builder, WORD)
    shapes = builder.shapes()
    numbers = np.arange(1, len(records) + 1)
    columns: dict[str, Any] = table.columns if table else {}
    frame = frame_of(columns, len(records))
    if table is not None and table.deleted.any():
        gone = numbers[table.deleted]
        text = Text(
            f".dbf で削除の印が付いた {len(gone):,} 件を除きました（GISソフトでも表示されません）。",
            f"{len(gone):,} records struck out in the .dbf were left out (GIS software hides them too)",
        )
        remarks.append(Remark("warn", "dbf-deleted", text, len(gone), _places(gone), excluded=True))
        kept = ~table.deleted
        shapes, numbers, frame = shapes[kept], numbers[kept], frame[kept].reset_index(drop=True)
    facts = {"encoding": table.encoding} if table else {}
    return RawLayer("", shapes, frame, _crs(path), len(records), numbers, WORD, remarks + builder.remarks(), facts)


def _places(numbers: npt.NDArray[np.int64]) -> tuple[str, ...]:
    return tuple(str(place(WORD, int(number))) for number in numbers[:20])


def _crs(path: Path) -> Declared:
    found = companion(path, ".prj")
    text = found.read_bytes().decode("utf-8", "replace").strip() if found else ""
    return Declared("declared", text) if text else Declared("absent")


def _table(path: Path, records: int) -> Dbf | None:
    found, cpg = companion(path, ".dbf"), companion(path, ".cpg")
    if found is None:
        return None
    named = cpg.read_bytes()[:64].decode("latin-1") if cpg else ""
    table = read_dbf(found.read_bytes(), named)
    if len(table.deleted) != records:
        raise _broken(
            "dbf-rows",
            f".shp は {records:,} 件、.dbf は {len(table.deleted):,} 行で、数が合いません。",
            f"{records:,} shapes in the .shp but {len(table.deleted):,} rows in the .dbf",
        )
    return table


def _companion_remarks(path: Path, table: Dbf | None) -> Iterator[Remark]:
    if table is None:
        text = Text(".dbf がないため属性（名称など）なしで、図形だけを読みました。", "no .dbf: shapes only, without attributes")
        yield Remark("warn", "dbf-missing", text)
    if companion(path, ".shx") is None:
        text = Text(".shx がないため、.shp を先頭から順に読みました。", "no .shx: the .shp was read from its beginning")
        yield Remark("warn", "shx-missing", text)
    if table is not None and table.wrong_encoding:
        text = Text(
            f"書かれている文字コードでは読めないため、{table.encoding} として読みました。",
            f"not in the encoding it names: read as {table.encoding}",
        )
        yield Remark("warn", "encoding-wrong", text)


def _shape(data: bytes, start: int, end: int, number: int, builder: ShapeBuilder, rings: Rings) -> None:
    """Take in the record at data[start:end]; polygons' rings are gathered for later."""
    kind = struct.unpack_from("<i", data, start)[0]
    base = kind % 10
    if 10 < kind < 20:
        builder.tall.add(number)
    try:
        if base == 0 and kind in (0, 10, 20):
            return
        if base == 1:
            builder.point(number, builder.coordinates([struct.unpack_from("<2d", data, start + 4)], number))
        elif base == 8:
            (count,) = struct.unpack_from("<i", data, start + 36)
            for xy in builder.coordinates(_doubles(data, start + 40, count, end), number):
                builder.point(number, xy[None])
        elif base in (3, 5):
            for part in _parts(data, start, end, number, builder):
                if base == 3:
                    builder.line(number, part)
                else:
                    rings.add(number, part)
        else:
            raise ValueError(kind)
    except DataError:
        raise
    except (struct.error, ValueError) as error:
        raise _broken(
            "shp-broken", f"レコード {number + 1} の図形が壊れています。", f"the shape of record {number + 1} is damaged"
        ) from error


def _doubles(data: bytes, at: int, count: int, end: int) -> npt.NDArray[np.float64]:
    if count < 0 or at + 16 * count > end:
        raise ValueError("more points than the record holds")
    return np.frombuffer(data, "<f8", 2 * count, at).reshape(count, 2)


def _parts(data: bytes, start: int, end: int, number: int, builder: ShapeBuilder) -> Iterator[npt.NDArray[np.float64]]:
    parts, count = struct.unpack_from("<2i", data, start + 36)
    if parts < 0 or start + 44 + 4 * parts > end:
        raise ValueError("more parts than the record holds")
    firsts = np.frombuffer(data, "<i4", parts, start + 44)
    xy = builder.coordinates(_doubles(data, start + 44 + 4 * parts, count, end), number)
    edges = [*firsts.tolist(), count]
    if any(not 0 <= one <= other for one, other in pairwise(edges)):
        raise ValueError("parts out of order")
    for first, last in pairwise(edges):
        yield xy[first:last]


def _broken(code: str, ja: str, en: str) -> DataError:
    return DataError(code, Text(ja, en), REMEDY)
