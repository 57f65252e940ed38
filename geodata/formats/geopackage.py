"""GeoPackage (OGC 12-128): tables of shapes in an SQLite file, read with sqlite3 and nothing else.

Opened read-only with an untrusted schema; views and triggers are never run. The file that is opened is a
private copy, so that SQLite leaves nothing beside the original.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.formats.raw import LINES, POINTS, POLYGONS, LayerEntry, RawLayer, Remark, column, frame_of
from geodata.formats.wkb import shapes_of_wkb
from geodata.safety import ceilings

WORD = Text("地物", "feature")
ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
UNDEFINED_SRS = {-1, 0}
STEPS_BETWEEN_CHECKS = 1_000_000
REMEDY = Text(
    "QGIS などで開き、新しい GeoPackage として書き出し直してください。開けない場合は元のファイルを入手し直してください。",
    "open it in QGIS and export a new GeoPackage; or get the file again",
)
_KINDS = {"POINT": POINTS, "LINE": LINES, "POLYGON": POLYGONS, "CURVEPOLYGON": POLYGONS, "SURFACE": POLYGONS}


def layers(path: Path, copy: Path) -> list[LayerEntry]:
    """The feature tables of the GeoPackage; `copy` is the private file that is opened."""
    journal = path.with_name(path.name + "-wal")
    if journal.exists() and journal.stat().st_size:
        raise DataError(
            "gpkg-open",
            Text(
                "ほかのソフトで編集中のようです（保存されていない変更が -wal ファイルにあります）。",
                "another program has it open: changes still lie in its -wal file",
            ),
            Text("QGIS などを閉じてから、もう一度読み込んでください。", "close QGIS or whatever has it open, and try again"),
        )
    with _database(copy) as base:
        found = _tables(base)
        if not found:
            raise DataError("gpkg-no-layer", Text("GeoPackage に図形の層がありません。", "the GeoPackage holds no layer of shapes"), REMEDY)
        ceilings.check_count("層の数", "layers", len(found), ceilings.limits().layers)
        entries = []
        for name, geometry, kind, srs in found:
            rows = base.execute(f"SELECT count(*) FROM {_quoted(name)}").fetchone()[0]
            ceilings.check_count("地物数", "features", rows, ceilings.limits().features)
            entries.append(LayerEntry(name, rows, _reader(copy, name, geometry, srs, rows), _kinds(kind)))
    return entries


def _reader(copy: Path, name: str, geometry: str, srs: int, rows: int) -> Any:
    def read() -> RawLayer:
        with _database(copy) as base:
            return _read(base, name, geometry, srs, rows)

    return read


@contextmanager
def _database(copy: Path) -> Iterator[sqlite3.Connection]:
    try:
        with closing(sqlite3.connect(f"{copy.resolve().as_uri()}?mode=ro&immutable=1", uri=True)) as base:
            base.execute("PRAGMA trusted_schema=OFF")
            base.execute("PRAGMA query_only=ON")
            base.execute("PRAGMA cell_size_check=ON")
            base.text_factory = lambda data: data.decode("utf-8", "replace")
            base.set_progress_handler(_still_in_time, STEPS_BETWEEN_CHECKS)
            yield base
    except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:  # sqlite3 decodes damaged text strictly
        ceilings.check_time()  # the progress handler stops a query that takes too long
        raise DataError(
            "gpkg-broken",
            Text(f"GeoPackage が壊れているか、GeoPackage ではありません（{error}）。", f"damaged, or no GeoPackage ({error})"),
            REMEDY,
        ) from error


def _still_in_time() -> int:
    try:
        ceilings.check_time()
    except DataError:
        return 1
    return 0


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _kinds(declared: str) -> frozenset[str]:
    found = {kind for word, kind in _KINDS.items() if word in declared.upper()}
    return frozenset(found)


def _tables(base: sqlite3.Connection) -> list[tuple[str, str, str, int]]:
    """(table, geometry column, geometry type, srs id) of the real tables registered as features."""
    rows = base.execute(
        "SELECT g.table_name, g.column_name, g.geometry_type_name, g.srs_id FROM gpkg_geometry_columns g "
        "JOIN sqlite_master m ON lower(m.name) = lower(g.table_name) AND m.type = 'table' ORDER BY g.rowid"
    ).fetchall()
    return [(str(name), str(column_name), str(kind), int(srs)) for name, column_name, kind, srs in rows]


def _read(base: sqlite3.Connection, name: str, geometry: str, srs: int, rows: int) -> RawLayer:
    columns = [row[1] for row in base.execute(f"PRAGMA table_info({_quoted(name)})")]
    keys = {row[1] for row in base.execute(f"PRAGMA table_info({_quoted(name)})") if row[5]}
    names = [title for title in columns if title != geometry]
    ceilings.check_count("列数", "columns", len(names), ceilings.limits().columns)
    ceilings.check_count("属性の値の数", "attribute values", rows * len(names), ceilings.limits().attributes)
    listed = ", ".join(_quoted(title) for title in [geometry, *names])
    values = base.execute(f"SELECT {listed} FROM {_quoted(name)}").fetchall()
    ceilings.check_time()
    transposed = list(zip(*values, strict=True)) if values else [()] * (len(names) + 1)
    shapes = shapes_of_wkb(_wkb(transposed[0]), WORD, REMEDY)
    kept = {title: column(_plain(held)) for title, held in zip(names, transposed[1:], strict=True) if title not in keys}
    remarks = []
    if views := base.execute(
        "SELECT count(*) FROM sqlite_master WHERE type = 'view' AND name IN (SELECT table_name FROM gpkg_geometry_columns)"
    ).fetchone()[0]:
        text = Text(f"ビュー（仮想の層）{views} 個は使っていません。", f"{views} views (virtual layers) were not used")
        remarks.append(Remark("info", "gpkg-views", text, views))
    return RawLayer(name, shapes, frame_of(kept, len(values)), _crs(base, srs), len(values), np.arange(1, len(values) + 1), WORD, remarks)


def _plain(values: tuple[Any, ...]) -> list[Any]:
    return [value.hex() if isinstance(value, bytes) else value for value in values]


def _wkb(blobs: tuple[Any, ...]) -> list[bytes | None]:
    """WKB from GeoPackage binaries (header, optional envelope, WKB); b"" for what is none, so that it is refused."""
    found: list[bytes | None] = []
    for blob in blobs:
        if blob is None:
            found.append(None)
        elif isinstance(blob, bytes) and blob[:2] == b"GP" and len(blob) > 8:
            found.append(blob[8 + ENVELOPE_BYTES.get((blob[3] >> 1) & 7, len(blob)) :])
        else:
            found.append(b"")
    return found


def _crs(base: sqlite3.Connection, srs: int) -> Declared:
    if srs in UNDEFINED_SRS:
        return Declared("unknown")
    row = base.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs,)
    ).fetchone()
    if row is None:
        return Declared("absent")
    organization, code, definition = row
    text = str(definition or "").strip()
    if "undefined" in text[:40].casefold():  # GDAL's "Undefined SRS"
        return Declared("unknown")
    if text:
        return Declared("declared", text)
    if str(organization).casefold() == "epsg":
        return Declared("declared", f"EPSG:{code}")
    return Declared("absent")
