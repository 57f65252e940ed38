"""Small bad (and tricky but good) files of every kind that offices meet, made at test time: what they are made with.

A Case says how the file is made, how it is looked at, and what must be said of it. `ANSWER` cases are good
files that an ordinary script refuses or misreads: nothing may be said of them at all.
"""

from __future__ import annotations

import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.safety.gdal import pyogrio, rasterio

NEAR = (135.8, 33.7, 137.0, 35.3)  # Mie
WEST, SOUTH = 136.4, 34.6
SQUARE = shapely.box(WEST, SOUTH, WEST + 0.02, SOUTH + 0.02)
SECOND = shapely.box(WEST + 0.05, SOUTH, WEST + 0.06, SOUTH + 0.03)


@dataclass(frozen=True)
class Case:
    """One file: `verdict` and the notice `code` that must be among what is said ("" for nothing)."""

    name: str
    verdict: str
    code: str
    build: Callable[[Path], Path]
    look: dict[str, Any] = field(default_factory=dict)


CASES: list[Case] = []


def case(verdict: str, code: str = "", **look: Any) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register a builder; its name is the case's name."""

    def add(build: Callable[[Path], Path]) -> Callable[[Path], Path]:
        CASES.append(Case(build.__name__, verdict, code, build, {"kind": "coverage", **look}))
        return build

    return add


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def collection(*geometries: Any, properties: list[dict[str, Any]] | None = None, **members: Any) -> dict[str, Any]:
    rows = properties or [{"名称": f"区域{k}"} for k in range(len(geometries))]
    features = [
        {"type": "Feature", "properties": row, "geometry": g if isinstance(g, dict) or g is None else json.loads(shapely.to_geojson(g))}
        for g, row in zip(geometries, rows, strict=True)
    ]
    return {"type": "FeatureCollection", **members, "features": features}


def geojson(folder: Path, *geometries: Any, name: str = "エリア.geojson", **more: Any) -> Path:
    return write(folder / name, json.dumps(collection(*geometries, **more), ensure_ascii=False))


def frame(geometries: list[Any], crs: Any = "EPSG:6668", **columns: Any) -> Any:
    import geopandas as gpd

    return gpd.GeoDataFrame(columns or {"名称": [f"表示ソ{k}" for k in range(len(geometries))]}, geometry=geometries, crs=crs)


def save(data: Any, path: Path, **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio().write_dataframe(data, path, **options)
    return path


def shapefile(
    folder: Path, *, crs: Any = "EPSG:6668", geometries: list[Any] | None = None, encoding: str = "cp932", drop: tuple[str, ...] = (".cpg",)
) -> Path:
    path = save(frame(geometries or [SQUARE, SECOND], crs), folder / "表示エリア.shp", encoding=encoding)
    for suffix in drop:
        path.with_suffix(suffix).unlink(missing_ok=True)
    return path


def zipped(target: Path, members: dict[str, bytes], *, encoding: str = "utf-8", method: int = zipfile.ZIP_DEFLATED) -> Path:
    """A zip whose names are written in `encoding`; without the UTF-8 flag unless it is UTF-8."""
    with zipfile.ZipFile(target, "w", method) as out:
        for number, (name, data) in enumerate(members.items()):
            entry = zipfile.ZipInfo(f"{number:03d}".ljust(len(name.encode(encoding)), "x"))
            entry.compress_type = method
            out.writestr(entry, data)
    raw = target.read_bytes()
    for number, name in enumerate(members):
        coded = name.encode(encoding)
        raw = raw.replace(f"{number:03d}".ljust(len(coded), "x").encode(), coded)
    if encoding == "utf-8":
        raw = _with_utf8_flags(raw)
    return write(target, raw)


def _with_utf8_flags(raw: bytes) -> bytes:
    data = bytearray(raw)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = raw.find(mark)
        while at >= 0:
            flags = struct.unpack_from("<H", data, at + offset)[0]
            struct.pack_into("<H", data, at + offset, flags | 0x800)
            at = raw.find(mark, at + 4)
    return bytes(data)


def members_of(shp: Path, folder: str = "") -> dict[str, bytes]:
    return {folder + part.name: part.read_bytes() for part in sorted(shp.parent.glob(shp.stem + ".*"))}


def sub(folder: Path, name: str = "made") -> Path:
    made = folder / name
    made.mkdir(exist_ok=True)
    return made


def raster(
    folder: Path,
    values: Any,
    *,
    name: str = "人口.tif",
    crs: Any = "EPSG:6668",
    transform: Any = None,
    tags: dict[str, str] | None = None,
    scale: float | None = None,
    **profile: Any,
) -> Path:
    from affine import Affine

    array = np.asarray(values)
    bands = array if array.ndim == 3 else array[None]
    path = folder / name
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with rasterio().open(
            path,
            "w",
            driver="GTiff",
            width=bands.shape[2],
            height=bands.shape[1],
            count=bands.shape[0],
            dtype=bands.dtype,
            crs=crs,
            transform=Affine(0.01, 0, WEST, 0, -0.01, SOUTH) if transform is None else transform,
            **profile,
        ) as out:
            out.write(bands)
            if tags:
                out.update_tags(**tags)
            if scale is not None:
                out.scales = [scale] * bands.shape[0]
    return path


def kml(body: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{body}</Document></kml>'


def placemark(geometry: Any = SQUARE, name: str = "区域", height: str = "") -> str:
    ring = " ".join(f"{x},{y}{height}" for x, y in shapely.get_coordinates(geometry))
    return (
        f"<Placemark><name>{name}</name><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring}</coordinates>"
        "</LinearRing></outerBoundaryIs></Polygon></Placemark>"
    )


POINTS_CSV = "番号,名称,緯度,経度\r\n001,表示所,34.6,136.4\r\n002,None,34.7,136.5\r\n"


def workbook(path: Path, sheets: dict[str, list[list[Any]]], state: dict[str, str] | None = None) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.active)  # type: ignore[arg-type]
    for name, rows in sheets.items():
        tab = book.create_sheet(name)
        for row in rows:
            tab.append(row)
        tab.sheet_state = (state or {}).get(name, "visible")
    book.save(path)
    return path
