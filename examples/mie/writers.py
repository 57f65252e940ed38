"""The made-up data in the formats a team is really handed, byte for byte the same every time.

Each function returns the bytes of one file. Dates inside files and archives are fixed.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely
from shapely.geometry.base import BaseGeometry

FIXED_DATE = (2026, 10, 1, 0, 0, 0)
FIXED_TIME = "2026-10-01T00:00:00Z"
FIXED_DAY = "2026-10-01"
UTF8_NAME = 0x800  # the flag of a zip member that says its name is UTF-8
NOTE = "架空のデータです。実在の事業者・境界・施設とは関係ありません。"


class _ShiftJisName(zipfile.ZipInfo):
    """A member whose name is written in Shift_JIS without saying so, as Japanese archivers do."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 (zipfile's own name)
        return self.filename.encode("cp932"), self.flag_bits & ~UTF8_NAME


def shapefile_zip(layer: gpd.GeoDataFrame, name: str) -> bytes:
    """A zipped Shapefile: names and attributes in CP932, no .cpg, no code page in the .dbf."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.shp"
        pyogrio.write_dataframe(
            layer,
            path,
            driver="ESRI Shapefile",
            encoding="CP932",
            geometry_type="Polygon",
            layer_options={"DBF_DATE_LAST_UPDATE": FIXED_DAY},
        )
        members = {suffix: path.with_suffix(suffix).read_bytes() for suffix in (".shp", ".shx", ".dbf", ".prj")}
    table = bytearray(members[".dbf"])
    table[29] = 0  # the language driver id: most writers leave it empty
    members[".dbf"] = bytes(table)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for suffix, data in members.items():
            member = _ShiftJisName(f"{name}/{name}{suffix}", FIXED_DATE)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            member.create_system = 0
            archive.writestr(member, data)
    return stream.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    """A zip of one file, as e-Stat and 国土数値情報 deliver them."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        member = zipfile.ZipInfo(name, FIXED_DATE)
        member.compress_type = zipfile.ZIP_DEFLATED
        member.external_attr = 0o644 << 16
        member.create_system = 0
        archive.writestr(member, data)
    return stream.getvalue()


def geopackage(layers: dict[str, gpd.GeoDataFrame], description: str, geometry_type: str = "MultiPolygon") -> bytes:
    """One GeoPackage with several layers."""
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": FIXED_TIME})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "layer.gpkg"
            for number, (name, layer) in enumerate(layers.items()):
                pyogrio.write_dataframe(
                    layer,
                    path,
                    layer=name,
                    driver="GPKG",
                    append=number > 0,
                    geometry_type=geometry_type,
                    layer_options={"DESCRIPTION": description, "SPATIAL_INDEX": "YES"},
                )
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": None})


def flatgeobuf(layer: gpd.GeoDataFrame, title: str) -> bytes:
    """A FlatGeobuf with its spatial index."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.fgb"
        pyogrio.write_dataframe(
            layer, path, driver="FlatGeobuf", geometry_type="Polygon", layer_options={"TITLE": title, "DESCRIPTION": NOTE}
        )
        return path.read_bytes()


def kml(layer: gpd.GeoDataFrame, title: str) -> bytes:
    """A KML as drawn in a map program: a placemark a polygon, five decimals, longitude first."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>',
        f"<name>{escape(title)}</name><description>{escape(NOTE)}</description>",
        '<Style id="a"><LineStyle><color>ffb2721f</color></LineStyle><PolyStyle><color>66b2721f</color></PolyStyle></Style>',
    ]
    for name, geometry in zip(layer["name"], layer.geometry, strict=True):
        rings = [_kml_ring("outer", geometry.exterior), *(_kml_ring("inner", ring) for ring in geometry.interiors)]
        lines.append(f"<Placemark><name>{escape(name)}</name><styleUrl>#a</styleUrl><Polygon>{''.join(rings)}</Polygon></Placemark>")
    lines.append("</Document></kml>")
    return ("\n".join(lines) + "\n").encode()


def _kml_ring(side: str, ring: BaseGeometry) -> str:
    points = " ".join(f"{lon:.5f},{lat:.5f}" for lon, lat in shapely.get_coordinates(ring))
    return f"<{side}BoundaryIs><LinearRing><coordinates>{points}</coordinates></LinearRing></{side}BoundaryIs>"


def geojson(layer: gpd.GeoDataFrame, name: str, decimals: int) -> bytes:
    """A GeoJSON feature a line, with the CRS member 国土数値情報 writes (JGD2011)."""
    head = {
        "type": "FeatureCollection",
        "name": name,
        "description": NOTE,
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}},
    }
    fields = layer.drop(columns="geometry")
    features = []
    for values, geometry in zip(fields.to_dict("records"), layer.geometry, strict=True):
        shape = json.loads(shapely.to_geojson(geometry))
        shape["coordinates"] = _rounded(shape["coordinates"], decimals)
        plain = {key: None if pd.isna(value) else value for key, value in values.items()}
        features.append(_compact({"type": "Feature", "properties": plain, "geometry": shape}))
    return (_compact(head)[:-1] + ',"features":[\n' + ",\n".join(features) + "\n]}\n").encode()


def _rounded(value: Any, decimals: int) -> Any:
    return round(value, decimals) if isinstance(value, float) else [_rounded(part, decimals) for part in value]


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def table(header: Sequence[str], rows: Iterable[Sequence[object]], encoding: str = "utf-8-sig") -> bytes:
    """A CSV with CRLF, quoted only where needed."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(rows)
    return stream.getvalue().encode(encoding)


def multipolygons(polygons: np.ndarray, sheet_m: float) -> np.ndarray:
    """Polygons gathered by the square of `sheet_m` they begin in, as one row a sheet: object[n]."""
    west, south, _, _ = shapely.bounds(polygons).T
    sheet = (south // sheet_m) * 100_000 + west // sheet_m
    return np.array([shapely.multipolygons(polygons[sheet == one]) for one in np.unique(sheet)], dtype=object)
