"""GeoParquet 1.x, read by Arrow in the reading process; a Parquet without geo metadata is only a table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.formats.flatgeobuf import Fields
from geodata.formats.raw import LayerEntry, RawLayer, column, frame_of
from geodata.formats.wkb import shapes_of_wkb
from geodata.safety import ceilings, child_process

WORD = Text("地物", "feature")
REMEDY = Text(
    "GISソフトで GeoParquet か GeoPackage として書き出し直してください。", "export it again as GeoParquet or GeoPackage with GIS software"
)
UNKNOWN = "unknown"


def layers(copy: Path) -> list[LayerEntry]:
    """The file's only layer, already read."""
    fields = child_process.run(read_fields, str(copy), ceilings.limits(), size_bytes=copy.stat().st_size)
    shapes = shapes_of_wkb(fields.wkb, WORD, REMEDY)
    count = len(shapes)
    columns = {name: column(list(values)) for name, values in fields.columns.items()}
    raw = RawLayer("", shapes, frame_of(columns, count), _declared(fields.crs), count, np.arange(1, count + 1), WORD)
    return [LayerEntry("", count, lambda: raw)]


def _declared(crs: str) -> Declared:
    if crs == UNKNOWN:
        return Declared("unknown")
    return Declared("declared", crs) if crs else Declared("default", "OGC:CRS84")


def read_fields(copy: str, ceiling: ceilings.Limits) -> Fields:
    """Everything in the private copy. Runs in the reading process."""
    import pyarrow
    from pyarrow import parquet

    try:
        with parquet.ParquetFile(copy, thrift_string_size_limit=ceiling.text_bytes, page_checksum_verification=True) as opened:
            rows = opened.metadata.num_rows
            ceilings.check_count("地物数", "features", rows, ceiling.features)
            size = sum(opened.metadata.row_group(k).total_byte_size for k in range(opened.metadata.num_row_groups))
            ceilings.check_count("展開後のバイト数", "bytes after unpacking", size, ceiling.text_bytes)
            ceilings.check_count("属性の値の数", "attribute values", rows * len(opened.schema_arrow), ceiling.attributes)
            geo = _geo(opened.schema_arrow.metadata or {})
            primary = str(geo.get("primary_column", "geometry"))
            described = geo["columns"].get(primary)
            if not isinstance(described, dict) or described.get("encoding") != "WKB":
                raise DataError(
                    "parquet-encoding", Text("図形の列が WKB 形式ではありません。", "its shapes are not encoded as WKB"), REMEDY
                )
            names = [f.name for f in opened.schema_arrow if not pyarrow.types.is_nested(f.type)]
            extra = [name for name in names if name != primary and name not in geo["columns"]]
            table = opened.read(columns=[primary, *extra])
            held = table.to_pydict()  # text is decoded here: damaged text fails here
    except DataError:
        raise
    except (pyarrow.ArrowException, OSError, LookupError, ValueError, TypeError) as error:
        raise DataError("parquet-broken", Text("Parquet が壊れていて読めません。", "the Parquet file is damaged"), REMEDY) from error
    wkb = np.array(held[primary], object) if rows else np.empty(0, object)
    columns = {name: np.array([_plain(value) for value in held[name]], object) for name in extra}
    return Fields(wkb, columns, _crs_text(described), "", rows)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | int | float):
        return value
    return value.hex() if isinstance(value, bytes) else str(value)


def _geo(metadata: dict[bytes, bytes]) -> dict[str, Any]:
    try:
        geo = json.loads(metadata[b"geo"])
    except (KeyError, ValueError) as error:
        raise DataError(
            "parquet-no-geo",
            Text(
                "位置情報（geo メタデータ）のない Parquet で、図形として読めません。", "a Parquet without geo metadata: no shapes to read"
            ),
            REMEDY,
        ) from error
    if not isinstance(geo, dict) or not isinstance(geo.get("columns"), dict):
        raise DataError("parquet-no-geo", Text("geo メタデータの書き方が正しくありません。", "its geo metadata is malformed"), REMEDY)
    return geo


def _crs_text(described: dict[str, Any]) -> str:
    """PROJJSON of the CRS; "" where the file leaves it to the rule (CRS84); UNKNOWN where it says null."""
    if "crs" not in described:
        return ""
    crs = described["crs"]
    return UNKNOWN if crs is None else crs if isinstance(crs, str) else json.dumps(crs)
