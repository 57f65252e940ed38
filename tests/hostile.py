"""Small bad (and tricky but good) files of every kind in HAZARDS.md, made at test time.

A Case says how the file is made, how it is looked at, and what must be said of it. `ANSWER` cases are good
files that an ordinary script refuses or misreads: nothing may be said of them at all.
"""

from __future__ import annotations

import json
import sqlite3
import struct
import warnings
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geodata.gdal import pyogrio, rasterio

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


def case(
    verdict: str, code: str = "", **look: Any
) -> Callable[[Callable[[Path], Path]], Callable[[Path], Path]]:
    """Register a builder; its name is the case's name."""

    def add(build: Callable[[Path], Path]) -> Callable[[Path], Path]:
        CASES.append(Case(build.__name__, verdict, code, build, {"kind": "coverage", **look}))
        return build

    return add


# --- makers -----------------------------------------------------------------------------------------------


def write(path: Path, data: bytes | str) -> Path:
    path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
    return path


def collection(
    *geometries: Any, properties: list[dict[str, Any]] | None = None, **members: Any
) -> dict[str, Any]:
    rows = properties or [{"名称": f"区域{k}"} for k in range(len(geometries))]
    features = [
        {
            "type": "Feature",
            "properties": row,
            "geometry": g if isinstance(g, dict) or g is None else json.loads(shapely.to_geojson(g)),
        }
        for g, row in zip(geometries, rows, strict=True)
    ]
    return {"type": "FeatureCollection", **members, "features": features}


def geojson(folder: Path, *geometries: Any, name: str = "エリア.geojson", **more: Any) -> Path:
    return write(folder / name, json.dumps(collection(*geometries, **more), ensure_ascii=False))


def frame(geometries: list[Any], crs: Any = "EPSG:6668", **columns: Any) -> Any:
    import geopandas as gpd

    return gpd.GeoDataFrame(
        columns or {"名称": [f"表示ソ{k}" for k in range(len(geometries))]}, geometry=geometries, crs=crs
    )


def save(data: Any, path: Path, **options: Any) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio().write_dataframe(data, path, **options)
    return path


def shapefile(
    folder: Path,
    *,
    crs: Any = "EPSG:6668",
    geometries: list[Any] | None = None,
    encoding: str = "cp932",
    drop: tuple[str, ...] = (".cpg",),
) -> Path:
    path = save(frame(geometries or [SQUARE, SECOND], crs), folder / "表示エリア.shp", encoding=encoding)
    for suffix in drop:
        path.with_suffix(suffix).unlink(missing_ok=True)
    return path


def zipped(
    target: Path, members: dict[str, bytes], *, encoding: str = "utf-8", method: int = zipfile.ZIP_DEFLATED
) -> Path:
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
            path, "w", driver="GTiff", width=bands.shape[2], height=bands.shape[1], count=bands.shape[0],
            dtype=bands.dtype, crs=crs,
            transform=Affine(0.01, 0, WEST, 0, -0.01, SOUTH) if transform is None else transform, **profile,
        ) as out:  # fmt: skip
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


# --- good files that must be accepted without a word ------------------------------------------------------


@case("accept")
def good_geojson(folder: Path) -> Path:
    return geojson(folder, SQUARE, SECOND)


@case("accept", near=NEAR)
def good_geojson_bom_and_near(folder: Path) -> Path:
    return write(folder / "a.geojson", b"\xef\xbb\xbf" + json.dumps(collection(SQUARE)).encode())


@case("accept")
def good_geojson_sequence(folder: Path) -> Path:
    return write(
        folder / "a.geojsonl", "\n".join(json.dumps(f) for f in collection(SQUARE, SECOND)["features"])
    )


@case("accept")
def good_geojson_old_crs_member(folder: Path) -> Path:
    member = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}}
    return geojson(folder, SQUARE, crs=member)


@case("accept")
def good_shapefile_cp932_without_cpg(folder: Path) -> Path:
    return shapefile(folder)


@case("accept")
def good_shapefile_utf8_cut_names(folder: Path) -> Path:
    data = frame([SQUARE], 6668, 指定緊急避難場所との住所同一=["あ"], 備考欄=["漢字" * 60])
    return save(data, folder / "長い列名.shp", encoding="utf-8")


@case("accept")
def good_shapefile_plane_zone_6(folder: Path) -> Path:
    data = frame([SQUARE, SECOND]).to_crs(6674)
    return save(data, folder / "a.shp", encoding="cp932")


@case("accept")
def good_zip_shift_jis_names(folder: Path) -> Path:
    made = shapefile(sub(folder))
    return zipped(folder / "表示.zip", members_of(made, "能登ソ表/"), encoding="cp932")


@case("accept")
def good_zip_backslash_folders(folder: Path) -> Path:
    made = shapefile(sub(folder))
    return zipped(folder / "a.zip", members_of(made, "表\\Shift-JIS\\"), encoding="cp932")


@case("accept")
def good_zip_utf8_names_and_junk(folder: Path) -> Path:
    made = shapefile(sub(folder))
    extra = {"__MACOSX/._表示エリア.shp": b"x", "KS-META.xml": b"<a/>", "読んでください.pdf": b"%PDF"}
    return zipped(folder / "a.zip", {**members_of(made), **extra})


@case("accept")
def good_zip_mixed_case_endings(folder: Path) -> Path:
    parts = members_of(shapefile(sub(folder)))
    return zipped(
        folder / "a.zip",
        {name.upper() if name.endswith("dbf") else name: data for name, data in parts.items()},
    )


@case("accept")
def good_zip_geojson(folder: Path) -> Path:
    made = geojson(sub(folder), SQUARE)
    return zipped(folder / "a.zip", {"エリア.geojson": made.read_bytes()}, encoding="cp932")


@case("accept")
def good_gpkg(folder: Path) -> Path:
    return save(frame([SQUARE, SECOND]), folder / "a.gpkg", layer="エリア").rename(
        folder / "エリア!$(x) \n;.gpkg"
    )


@case("accept")
def good_fgb(folder: Path) -> Path:
    return save(frame([SQUARE, SECOND]), folder / "エリア.fgb")


@case("accept")
def good_parquet(folder: Path) -> Path:
    frame([SQUARE, SECOND]).to_parquet(folder / "エリア.parquet")
    return folder / "エリア.parquet"


@case("accept")
def good_kml(folder: Path) -> Path:
    return write(folder / "a.kml", kml(f"<Folder><name>4G</name>{placemark()}</Folder>"))


@case("accept")
def good_kml_shift_jis(folder: Path) -> Path:
    return write(
        folder / "a.kml", kml(placemark(), '<?xml version="1.0" encoding="Shift_JIS"?>').encode("cp932")
    )


@case("accept")
def good_kmz_with_heights(folder: Path) -> Path:
    return zipped(
        folder / "a.kmz", {"doc.kml": kml(placemark(height=",0")).encode(), "files/icon.png": b"\x89PNG"}
    )


@case("accept", kind="facility")
def good_csv_utf8(folder: Path) -> Path:
    return write(folder / "施設.csv", POINTS_CSV)


@case("accept", kind="facility")
def good_csv_cp932(folder: Path) -> Path:
    return write(folder / "施設.csv", POINTS_CSV.replace("表示所", "①㈱髙﨑～").encode("cp932"))


@case("accept", kind="facility")
def good_csv_utf16(folder: Path) -> Path:
    return write(folder / "施設.csv", POINTS_CSV.encode("utf-16"))


@case("accept", kind="facility")
def good_csv_trailing_commas_and_quotes(folder: Path) -> Path:
    return write(folder / "a.csv", '名称,備考,,\n"あ,い","改行\nあり",,\nNA,"""引用""",,\n')


@case("accept", kind="facility")
def good_xlsx(folder: Path) -> Path:
    return workbook(folder / "施設.xlsx", {"一覧": [["番号", "名称"], ["001", "NA"], [2, "None"]], "空": []})


@case("accept", kind="population")
def good_raster_float_nan(folder: Path) -> Path:
    return raster(folder, np.array([[1.5, np.nan], [0, 3]], "float32"))


@case("accept", kind="population")
def good_raster_declared_nodata(folder: Path) -> Path:
    return raster(folder, np.array([[1, 65535], [0, 3]], "uint16"), nodata=65535)


@case("accept", kind="population")
def good_raster_metres(folder: Path) -> Path:
    from affine import Affine

    return raster(folder, np.ones((3, 3)), crs="EPSG:6674", transform=Affine(500, 0, 30000, 0, -500, -140000))


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


# --- archives ---------------------------------------------------------------------------------------------


@case("refuse", "zip-unsafe")
def zip_dot_dot(folder: Path) -> Path:
    return zipped(folder / "a.zip", {"../../etc/a.geojson": b"{}"})


@case("refuse", "zip-unsafe")
def zip_absolute(folder: Path) -> Path:
    return zipped(folder / "a.zip", {"C:\\data\\a.geojson": b"{}"})


@case("refuse", "zip-unsafe")
def zip_link(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as out:
        entry = zipfile.ZipInfo("a.geojson")
        entry.external_attr = 0o120777 << 16
        out.writestr(entry, "/etc/passwd")
    return folder / "a.zip"


@case("refuse", "zip-nested")
def zip_nested(folder: Path) -> Path:
    inner = zipped(folder / "b.zip", {"a.geojson": b"{}"}).read_bytes()
    return zipped(folder / "a.zip", {"内側.zip": inner})


@case("refuse", "zip-encrypted")
def zip_encrypted(folder: Path) -> Path:
    path = zipped(folder / "a.zip", {"a.geojson": b"{}"})
    raw = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(mark) + offset] |= 1
    return write(path, bytes(raw))


@case("refuse", "layer-ambiguous")
def zip_two_shapefiles(folder: Path) -> Path:
    made = members_of(shapefile(sub(folder)))
    both = {f"{k}/{name}": data for k in ("4G", "5G") for name, data in made.items()}
    return zipped(folder / "a.zip", both, encoding="cp932")


@case("warn", "other-layer", layer="4G/表示エリア.shp")
def zip_two_shapefiles_answered(folder: Path) -> Path:
    return zip_two_shapefiles(folder)


@case("refuse", "layer-ambiguous")
def zip_geojson_beside_other_shapefile(folder: Path) -> Path:
    made = members_of(shapefile(sub(folder)))
    return zipped(folder / "a.zip", {**made, "別.geojson": geojson(sub(folder), SQUARE).read_bytes()})


@case("warn", "same-data-twice")
def zip_same_data_in_two_forms(folder: Path) -> Path:
    made = members_of(shapefile(sub(folder)))
    return zipped(
        folder / "a.zip", {**made, "表示エリア.geojson": geojson(sub(folder), SQUARE, SECOND).read_bytes()}
    )


@case("refuse", "zip-bomb")
def zip_bomb(folder: Path) -> Path:
    with (
        zipfile.ZipFile(folder / "a.zip", "w", zipfile.ZIP_DEFLATED) as out,
        out.open("a.geojson", "w") as member,
    ):
        for _ in range(100):
            member.write(b" " * (1 << 20))
    return folder / "a.zip"


@case("refuse", "zip-bomb")
def zip_bomb_that_lies_about_its_size(folder: Path) -> Path:
    path = zip_bomb(folder)
    raw = bytearray(path.read_bytes())
    central = raw.find(b"PK\x01\x02")
    struct.pack_into("<I", raw, central + 24, 200 << 20)
    return write(path, bytes(raw))


@case("refuse", "too-big")
def zip_too_many_members(folder: Path) -> Path:
    with zipfile.ZipFile(folder / "a.zip", "w") as out:
        for number in range(5001):
            out.writestr(f"{number}.txt", "")
    return folder / "a.zip"


@case("refuse", "zip-broken")
def zip_truncated(folder: Path) -> Path:
    whole = zip_geojson_bytes(folder)
    return write(folder / "b.zip", whole[: len(whole) // 2])


@case("refuse", "zip-broken")
def zip_wrong_checksum(folder: Path) -> Path:
    raw = bytearray(
        zipped(folder / "a.zip", {"a.geojson": b"{}" + b" " * 50}, method=zipfile.ZIP_STORED).read_bytes()
    )
    raw[raw.find(b"{}  ")] = ord("[")
    return write(folder / "b.zip", bytes(raw))


def zip_geojson_bytes(folder: Path) -> bytes:
    return zipped(folder / "a.zip", {"a.geojson": json.dumps(collection(SQUARE)).encode()}).read_bytes()


@case("refuse", "format-unknown")
def zip_self_extracting(folder: Path) -> Path:
    return write(folder / "a.zip", b"MZ\x90\x00" + b"\x00" * 100 + zip_geojson_bytes(folder))


@case("refuse", "zip-no-data")
def zip_without_data(folder: Path) -> Path:
    return zipped(folder / "a.zip", {"読んでください.pdf": b"%PDF"})


@case("refuse", "zip-twice")
def zip_one_name_twice(folder: Path) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(folder / "a.zip", "w") as out:
        warnings.simplefilter("ignore")
        out.writestr("a.geojson", json.dumps(collection(SQUARE)))
        out.writestr("a.geojson", json.dumps(collection(SECOND)))
    return folder / "a.zip"


# --- shapefiles -------------------------------------------------------------------------------------------


@case("refuse", "crs-missing")
def shp_without_prj(folder: Path) -> Path:
    return shapefile(folder, drop=(".prj", ".cpg"))


@case("warn", "crs-from-study", crs="EPSG:6668")
def shp_without_prj_answered(folder: Path) -> Path:
    return shp_without_prj(folder)


@case("warn", "shx-missing")
def shp_without_shx(folder: Path) -> Path:
    return shapefile(folder, drop=(".shx", ".cpg"))


@case("warn", "dbf-missing")
def shp_without_dbf(folder: Path) -> Path:
    return shapefile(folder, drop=(".dbf", ".cpg"))


@case("refuse", "dbf-rows")
def shp_fewer_dbf_rows(folder: Path) -> Path:
    path = shapefile(folder)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    struct.pack_into("<I", dbf, 4, 1)
    write(path.with_suffix(".dbf"), bytes(dbf))
    return path


@case("refuse", "dbf-truncated")
def shp_dbf_cut(folder: Path) -> Path:
    path = shapefile(folder)
    write(path.with_suffix(".dbf"), path.with_suffix(".dbf").read_bytes()[:-60])
    return path


@case("warn", "dbf-deleted")
def shp_deleted_row(folder: Path) -> Path:
    path = shapefile(folder)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[struct.unpack_from("<H", dbf, 8)[0]] = ord("*")
    write(path.with_suffix(".dbf"), bytes(dbf))
    return path


@case("warn", "encoding-wrong")
def shp_wrong_cpg(folder: Path) -> Path:
    path = shapefile(folder)
    write(path.with_suffix(".cpg"), "UTF-8")
    return path


@case("warn", "encoding-wrong")
def shp_latin_cpg_on_shift_jis(folder: Path) -> Path:
    path = shapefile(folder)
    write(path.with_suffix(".cpg"), "ISO-8859-1")
    return path


@case("warn", "rings-reversed")
def shp_reversed_rings(folder: Path) -> Path:
    path = shapefile(folder)
    raw = bytearray(path.read_bytes())
    start = 100 + 8 + 44 + 4
    points = np.frombuffer(bytes(raw[start : start + 80]), "<f8").reshape(5, 2)[::-1]
    raw[start : start + 80] = points.tobytes()
    return write(path, bytes(raw))


@case("warn", "rings-reversed")
def shp_reversed_rings_with_hole(folder: Path) -> Path:
    """Both the shell and its hole turned round."""
    return _with_rings(folder, (-1, -1))


@case("warn", "rings-reversed")
def shp_hole_wound_like_its_shell(folder: Path) -> Path:
    return _with_rings(folder, (1, -1))


def _with_rings(folder: Path, turns: tuple[int, int]) -> Path:
    holed = SQUARE.difference(SQUARE.centroid.buffer(0.004, quad_segs=1))
    path = shapefile(folder, geometries=[holed])
    raw = bytearray(path.read_bytes())
    start = 100 + 8 + 44 + 8
    first = 80
    for at, turn in ((start, turns[0]), (start + first, turns[1])):
        points = np.frombuffer(bytes(raw[at : at + 80]), "<f8").reshape(5, 2)[::turn]
        raw[at : at + 80] = points.tobytes()
    return write(path, bytes(raw))


@case("refuse", "shp-truncated")
def shp_half(folder: Path) -> Path:
    path = shapefile(folder)
    raw = path.read_bytes()
    return write(path, raw[: len(raw) // 2 + 20])


@case("warn", "geometry-null")
def shp_null_shape(folder: Path) -> Path:
    return shapefile(folder, geometries=[SQUARE, None])


@case("refuse", "format-unknown")
def shp_companion_named(folder: Path) -> Path:
    return shapefile(folder).with_suffix(".dbf")


@case("refuse", "shp-broken")
def shp_points_beyond_record(folder: Path) -> Path:
    path = shapefile(folder)
    raw = bytearray(path.read_bytes())
    struct.pack_into("<i", raw, 100 + 8 + 40, 2_000_000_000)
    return write(path, bytes(raw))


# --- geometry ---------------------------------------------------------------------------------------------


@case("refuse", "coordinates-swapped")
def lat_lon_swapped(folder: Path) -> Path:
    return geojson(folder, shapely.box(SOUTH, WEST, SOUTH + 0.1, WEST + 0.1))


@case("refuse", "coordinates-swapped", near=(-72.0, 18.0, -71.0, 19.0))
def lat_lon_swapped_elsewhere(folder: Path) -> Path:
    return geojson(folder, shapely.box(18.5, -71.6, 18.6, -71.5))


@case("refuse", "crs-contradiction")
def metres_called_degrees(folder: Path) -> Path:
    return geojson(folder, shapely.box(30000, -150000, 31000, -149000))


@case("refuse", "crs-contradiction")
def degrees_called_metres(folder: Path) -> Path:
    return save(frame([SQUARE, SECOND]).set_crs(6674, allow_override=True), folder / "a.shp")


@case("warn", "geometry-repaired")
def bow_tie(folder: Path) -> Path:
    return geojson(
        folder,
        shapely.Polygon([(WEST, SOUTH), (WEST + 0.1, SOUTH + 0.1), (WEST + 0.1, SOUTH), (WEST, SOUTH + 0.1)]),
    )


@case("warn", "duplicates")
def same_part_twice(folder: Path) -> Path:
    return geojson(folder, SQUARE, SQUARE, properties=[{"a": 1}, {"a": 1}])


@case("accept")
def overlaps(folder: Path) -> Path:
    return geojson(folder, SQUARE, shapely.affinity.translate(SQUARE, 0.01, 0.01))


@case("accept")
def hole_wound_the_wrong_way(folder: Path) -> Path:
    ring = [[WEST, SOUTH], [WEST + 0.1, SOUTH], [WEST + 0.1, SOUTH + 0.1], [WEST, SOUTH + 0.1], [WEST, SOUTH]]
    hole = [[x * 0.5 + WEST * 0.5 + 0.01, y * 0.5 + SOUTH * 0.5 + 0.01] for x, y in ring]
    return geojson(folder, {"type": "Polygon", "coordinates": [ring, hole]})


@case("warn", "geometry-null")
def null_geometry(folder: Path) -> Path:
    return geojson(folder, SQUARE, None)


@case("warn", "geometry-null")
def empty_geometry(folder: Path) -> Path:
    return geojson(folder, SQUARE, {"type": "Polygon", "coordinates": []})


@case("refuse", "coordinates-not-finite")
def nan_coordinate(folder: Path) -> Path:
    return write(
        folder / "a.geojson", json.dumps(collection(SQUARE)).replace(f"{WEST}, {SOUTH}]", f"NaN, {SOUTH}]", 1)
    )


@case("refuse", "coordinates-not-finite")
def infinite_coordinate(folder: Path) -> Path:
    return write(
        folder / "a.geojson",
        json.dumps(collection(SQUARE)).replace(f"{WEST}, {SOUTH}]", f"1e999, {SOUTH}]", 1),
    )


@case("accept", "geometry-z")
def heights(folder: Path) -> Path:
    return geojson(folder, shapely.force_3d(SQUARE, 5.0))


@case("warn", "geometry-collection")
def collection_of_kinds(folder: Path) -> Path:
    return geojson(folder, shapely.GeometryCollection([SQUARE, shapely.LineString([(136, 34), (137, 35)])]))


@case("warn", "geometry-kind")
def line_among_areas(folder: Path) -> Path:
    return geojson(folder, SQUARE, shapely.LineString([(136.4, 34.6), (136.5, 34.6)]))


@case("refuse", "nothing-left")
def points_for_areas(folder: Path) -> Path:
    return geojson(folder, shapely.Point(136.4, 34.6))


@case("warn", "frame-rectangle")
def map_frame(folder: Path) -> Path:
    return geojson(folder, shapely.box(136.0, 34.0, 137.0, 35.0), SQUARE)


@case("refuse", "crs-contradiction", near=NEAR)
def outside_the_prefecture(folder: Path) -> Path:
    return geojson(folder, shapely.affinity.translate(SQUARE, 5, 8))


@case("warn", "far-away", near=NEAR)
def one_outside_the_prefecture(folder: Path) -> Path:
    return geojson(folder, SQUARE, SECOND, shapely.affinity.translate(SQUARE, 5, 0))


@case("warn", "geometry-collapsed")
def polygon_without_area(folder: Path) -> Path:
    flat = {
        "type": "Polygon",
        "coordinates": [[[WEST, SOUTH], [WEST + 1, SOUTH], [WEST, SOUTH], [WEST, SOUTH]]],
    }
    return geojson(folder, SQUARE, flat)


@case("warn", "part-too-short")
def ring_of_two_points(folder: Path) -> Path:
    return geojson(
        folder,
        SQUARE,
        {
            "type": "MultiPolygon",
            "coordinates": [[[[136, 34], [136, 34]]], [shapely.get_coordinates(SECOND).tolist()]],
        },
    )


@case("refuse", "too-tangled")
def star_that_explodes(folder: Path) -> Path:
    count = 6001
    turn = np.arange(count) * (count // 2) * 2 * np.pi / count
    star = np.column_stack([136.5 + 0.1 * np.cos(turn), 34.6 + 0.1 * np.sin(turn)])
    return geojson(folder, {"type": "Polygon", "coordinates": [[*star.tolist(), star[0].tolist()]]})


@case("refuse", "geometry-malformed")
def wrong_nesting(folder: Path) -> Path:
    return geojson(folder, {"type": "Polygon", "coordinates": shapely.get_coordinates(SQUARE).tolist()})


# --- coordinate reference systems -------------------------------------------------------------------------


@case("refuse", "crs-missing")
def crs_null(folder: Path) -> Path:
    return geojson(folder, SQUARE, crs=None)


@case("warn", "crs-from-study", crs="EPSG:6668")
def crs_null_answered(folder: Path) -> Path:
    return geojson(folder, SQUARE, crs=None)


@case("refuse", "crs-contradiction", near=NEAR)
def zone_4_under_zone_6(folder: Path) -> Path:
    data = frame([SQUARE, SECOND]).to_crs(6672)
    path = save(data, folder / "a.shp")
    write(path.with_suffix(".prj"), pyproj_wkt(6674))
    return path


@case("warn", "crs-tokyo")
def tokyo_datum(folder: Path) -> Path:
    return shapefile(folder, crs="EPSG:4301")


@case("warn", "crs-tokyo")
def tokyo_plane_zone_6(folder: Path) -> Path:
    return save(frame([SQUARE, SECOND], 4301).to_crs(30166), folder / "a.gpkg")


@case("refuse", "crs-edited")
def edited_meridian(folder: Path) -> Path:
    path = save(frame([SQUARE]).to_crs(6674), folder / "a.shp")
    write(path.with_suffix(".prj"), pyproj_wkt(6674).replace("136.0", "136.5"))
    return path


@case("warn", "crs-custom")
def custom_wkt(folder: Path) -> Path:
    import pyproj

    wkt = (
        pyproj.CRS.from_epsg(6674)
        .to_wkt()
        .replace('JGD2011 / Japan Plane Rectangular CS VI"', '私の座標系"')
        .replace("136,", "136.25,")
        .replace(',ID["EPSG",6674]', "")
    )
    return save(frame([SQUARE]).to_crs(wkt), folder / "a.gpkg")


@case("refuse", "crs-no-way")
def unknown_datum(folder: Path) -> Path:
    path = shapefile(folder)
    write(
        path.with_suffix(".prj"),
        'GEOGCS["x",DATUM["Unknown",SPHEROID["Bessel 1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]',
    )
    return path


@case("refuse", "crs-unreadable")
def nonsense_prj(folder: Path) -> Path:
    path = shapefile(folder)
    write(path.with_suffix(".prj"), "平面直角6系")
    return path


@case("refuse", "crs-unusable")
def local_crs(folder: Path) -> Path:
    path = shapefile(folder)
    write(path.with_suffix(".prj"), 'LOCAL_CS["工事座標",UNIT["metre",1]]')
    return path


@case("refuse", "crs-conflict", crs="EPSG:6672")
def study_contradicts_file(folder: Path) -> Path:
    return save(frame([SQUARE]).to_crs(6674), folder / "a.gpkg")


def pyproj_wkt(code: int) -> str:
    import pyproj

    return str(pyproj.CRS.from_epsg(code).to_wkt("WKT1_ESRI"))


# --- GeoJSON, KML, GPKG, Parquet, FGB ---------------------------------------------------------------------


@case("refuse", "json-broken")
def geojson_cut(folder: Path) -> Path:
    text = json.dumps(collection(SQUARE, SECOND))
    return write(folder / "a.geojson", text[: len(text) - 40])


@case("refuse", "json-broken")
def geojson_nested_deep(folder: Path) -> Path:
    return write(folder / "a.geojson", '{"type":"FeatureCollection","features":[' + "[" * 100_000)


@case("refuse", "not-geojson")
def topojson(folder: Path) -> Path:
    return write(folder / "a.geojson", '{"type":"Topology","objects":{},"arcs":[]}')


@case("refuse", "not-geojson")
def gdalg_named_geojson(folder: Path) -> Path:
    return write(
        folder / "a.geojson",
        '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd"}',
    )


@case("refuse", "format-unknown")
def vrt_named_geojson(folder: Path) -> Path:
    return write(
        folder / "a.geojson",
        "<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
    )


@case("refuse", "format-unknown", kind="population")
def vrt_named_tif(folder: Path) -> Path:
    return write(folder / "a.tif", "<VRTDataset rasterXSize='1' rasterYSize='1'/>")


@case("warn", "ending-wrong")
def gpkg_named_geojson(folder: Path) -> Path:
    return save(frame([SQUARE]), folder / "a.gpkg").rename(folder / "a.geojson")


@case("refuse", "format-unknown")
def web_page_named_geojson(folder: Path) -> Path:
    return write(folder / "a.geojson", "<!DOCTYPE html><html><body>404</body></html>")


@case("warn", "encoding-not-utf8")
def geojson_cp932(folder: Path) -> Path:
    return write(folder / "a.geojson", json.dumps(collection(SQUARE), ensure_ascii=False).encode("cp932"))


@case("refuse", "geometry-malformed")
def feature_is_a_number(folder: Path) -> Path:
    return write(folder / "a.geojson", '{"type":"FeatureCollection","features":[1,2]}')


@case("refuse", "nothing-left")
def geojson_without_features(folder: Path) -> Path:
    return geojson(folder)


@case("refuse", "xml-unsafe")
def kml_doctype(folder: Path) -> Path:
    head = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return write(folder / "a.kml", kml(placemark(name="&x;"), head))


@case("warn", "kml-groundoverlay")
def kml_ground_overlay(folder: Path) -> Path:
    return write(
        folder / "a.kml",
        kml(placemark() + "<GroundOverlay><LatLonBox><north>35</north></LatLonBox></GroundOverlay>"),
    )


@case("refuse", "kml-no-shapes")
def kml_only_overlay(folder: Path) -> Path:
    return write(
        folder / "a.kml", kml("<GroundOverlay><LatLonBox><north>35</north></LatLonBox></GroundOverlay>")
    )


@case("refuse", "kml-no-shapes")
def kml_network_link(folder: Path) -> Path:
    return write(
        folder / "a.kml", kml("<NetworkLink><Link><href>http://example.com/a.kml</href></Link></NetworkLink>")
    )


@case("refuse", "layer-ambiguous")
def kml_two_folders(folder: Path) -> Path:
    return write(
        folder / "a.kml",
        kml(
            f"<Folder><name>4G</name>{placemark()}</Folder><Folder><name>5G</name>{placemark(SECOND)}</Folder>"
        ),
    )


@case("accept", "", layer="*")
def kml_two_folders_all(folder: Path) -> Path:
    return kml_two_folders(folder)


@case("refuse", "layer-ambiguous")
def kmz_two_files(folder: Path) -> Path:
    return zipped(
        folder / "a.kmz", {"a.kml": kml(placemark()).encode(), "b.kml": kml(placemark(SECOND)).encode()}
    )


@case("refuse", "kml-broken")
def kml_cut(folder: Path) -> Path:
    return write(folder / "a.kml", kml(placemark())[:-30])


@case("refuse", "geometry-malformed")
def kml_words_for_numbers(folder: Path) -> Path:
    return write(folder / "a.kml", kml(placemark()).replace("136.4,", "東経,", 1))


@case("refuse", "layer-ambiguous")
def gpkg_two_layers(folder: Path) -> Path:
    save(frame([SQUARE]), folder / "a.gpkg", layer="4G")
    return save(frame([SECOND]), folder / "a.gpkg", layer="5G", append=True)


@case("warn", "other-layer", layer="5G")
def gpkg_two_layers_answered(folder: Path) -> Path:
    return gpkg_two_layers(folder)


@case("refuse", "layer-missing", layer="6G")
def gpkg_layer_misspelt(folder: Path) -> Path:
    return gpkg_two_layers(folder)


@case("accept", "gpkg-views")
def gpkg_with_view_and_trigger(folder: Path) -> Path:
    path = save(frame([SQUARE]), folder / "a.gpkg", layer="4G")
    base = sqlite3.connect(path)
    base.execute(
        'CREATE VIEW v AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM r) SELECT * FROM "4G", r'
    )
    base.execute("INSERT INTO gpkg_geometry_columns VALUES ('v','geom','POLYGON',6668,0,0)")
    base.execute('CREATE TRIGGER t AFTER INSERT ON "4G" BEGIN SELECT load_extension("x"); END')
    base.commit()
    base.close()
    return path


@case("refuse", "gpkg-broken")
def gpkg_corrupt_pages(folder: Path) -> Path:
    data = frame([SQUARE] * 500, 6668, a=[str(k) * 50 for k in range(500)])
    raw = bytearray(save(data, folder / "a.gpkg").read_bytes())
    raw[4096 * 3 :] = b"\xff" * (len(raw) - 4096 * 3)
    return write(folder / "b.gpkg", bytes(raw))


@case("refuse", "gpkg-broken")
def sqlite_that_is_no_gpkg(folder: Path) -> Path:
    base = sqlite3.connect(folder / "a.gpkg")
    base.execute("CREATE TABLE t (x)")
    base.commit()
    base.close()
    return folder / "a.gpkg"


@case("refuse", "crs-missing")
def gpkg_undefined_crs(folder: Path) -> Path:
    return save(frame([SQUARE], None), folder / "a.gpkg")


@case("refuse", "geometry-malformed")
def gpkg_damaged_shape(folder: Path) -> Path:
    path = save(frame([SQUARE]), folder / "a.gpkg", layer="a")
    base = sqlite3.connect(path)
    base.executescript(
        "DROP TRIGGER IF EXISTS rtree_a_geom_update6; DROP TRIGGER IF EXISTS rtree_a_geom_update7;"
    )
    for (name,) in base.execute("SELECT name FROM sqlite_master WHERE type='trigger'").fetchall():
        base.execute(f'DROP TRIGGER "{name}"')
    base.execute("UPDATE a SET geom = X'47500001'")
    base.commit()
    base.close()
    return path


@case("refuse", "parquet-no-geo")
def parquet_without_geo(folder: Path) -> Path:
    import pandas as pd

    pd.DataFrame({"a": [1]}).to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


@case("refuse", "crs-missing")
def parquet_crs_null(folder: Path) -> Path:
    frame([SQUARE], None).to_parquet(folder / "a.parquet")
    return folder / "a.parquet"


@case("refuse", "parquet-broken")
def parquet_cut(folder: Path) -> Path:
    frame([SQUARE] * 50).to_parquet(folder / "a.parquet")
    return write(folder / "b.parquet", (folder / "a.parquet").read_bytes()[:-300])


@case("refuse", "fgb-broken")
def fgb_cut(folder: Path) -> Path:
    raw = save(frame([SQUARE] * 50), folder / "a.fgb", SPATIAL_INDEX="NO").read_bytes()
    return write(folder / "b.fgb", raw[: len(raw) // 2])


@case("refuse", "fgb-broken")
def fgb_noise(folder: Path) -> Path:
    noise = np.random.default_rng(5).integers(0, 256, 3000, np.uint8).tobytes()
    return write(folder / "b.fgb", b"fgb\x03fgb\x00" + noise)


# --- tables -----------------------------------------------------------------------------------------------


@case("refuse", "row-length", kind="facility")
def csv_extra_column_shifts(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,緯度,経度\nあ,34.6,136.4\nい,う,34.6,136.4\n")


@case("refuse", "row-length", kind="facility")
def csv_short_row(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,緯度,経度\nあ,34.6,136.4\nい,34.6\n")


@case("refuse", "encoding-unknown", kind="facility")
def csv_undecodable(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\nあ,い\n".encode() + b"\xff\xfe\xfd,x\n")


@case("refuse", "encoding-euc-jp", kind="facility")
def csv_euc_jp(folder: Path) -> Path:
    return write(folder / "a.csv", "施設名称,住所\n指定避難所,三重県津市広明町\n".encode("euc_jp"))


@case("refuse", "nul-byte", kind="facility")
def csv_nul(folder: Path) -> Path:
    return write(folder / "a.csv", b"a,b\n1,\x002\n")


@case("warn", "control-characters", kind="facility")
def csv_control_characters(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\nあ\x07い,う\u202eえ\n")


@case("warn", "long-cells", kind="facility")
def csv_long_cell(folder: Path) -> Path:
    return write(folder / "a.csv", f"名称,備考\nあ,{'い' * 20_000}\n")


@case("refuse", "csv-broken", kind="facility")
def csv_giant_cell(folder: Path) -> Path:
    return write(folder / "a.csv", f"名称,備考\nあ,{'い' * 200_000}\n")


@case("refuse", "csv-broken", kind="facility")
def csv_open_quote(folder: Path) -> Path:
    return write(folder / "a.csv", '名称,備考\n"あ,い\nう,え\n')


@case("refuse", "too-big", kind="facility")
def csv_many_columns(folder: Path) -> Path:
    return write(folder / "a.csv", ",".join(f"c{k}" for k in range(5000)) + "\n" + "," * 4998 + "1\n")


@case("refuse", "header-missing", kind="facility")
def csv_title_on_top(folder: Path) -> Path:
    return write(folder / "a.csv", "避難所一覧,,\n名称,緯度,経度\nあ,34.6,136.4\n")


@case("refuse", "table-empty", kind="facility")
def csv_header_only(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,緯度,経度\n")


@case("warn", "columns-repeated", kind="facility")
def csv_repeated_header(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考,備考\nあ,い,う\n")


@case("warn", "gaiji", kind="facility")
def csv_gaiji(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\n".encode("cp932") + b"\xf0\x40\x8f\xac,x\n")


@case("warn", "text-damaged", kind="facility")
def csv_lost_characters(folder: Path) -> Path:
    return write(folder / "a.csv", "名称,備考\n\ufffd\ufffd小学校,い\n")


@case("refuse", "sheet-ambiguous", kind="facility")
def xlsx_two_sheets(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", 1]], "松阪": [["名称", "x"], ["い", 2]]})


@case("warn", "other-sheet", kind="facility")
def xlsx_hidden_sheet(folder: Path) -> Path:
    return workbook(
        folder / "a.xlsx", {"津": [["名称", "x"], ["あ", 1]], "裏": [["い", 2]]}, {"裏": "hidden"}
    )


@case("refuse", "formula-uncalculated", kind="facility")
def xlsx_formula_without_result(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "人数"], ["あ", "=1+1"]]})


@case("refuse", "too-big", kind="facility")
def xlsx_cell_at_the_end_of_the_world(folder: Path) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.active["XFD1048576"] = 1  # type: ignore[index]
    book.save(folder / "a.xlsx")
    return folder / "a.xlsx"


@case("refuse", "format-unknown", kind="facility")
def old_xls(folder: Path) -> Path:
    return write(folder / "a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600)


@case("refuse", "xlsx-unsafe", kind="facility")
def xlsx_with_entities(folder: Path) -> Path:
    good = workbook(folder / "b.xlsx", {"津": [["名称", "x"], ["あ", 1]]})
    with zipfile.ZipFile(good) as source, zipfile.ZipFile(folder / "a.xlsx", "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name.endswith("sheet1.xml"):
                data = b'<!DOCTYPE x [<!ENTITY a "b">]>' + data
            out.writestr(name, data)
    return folder / "a.xlsx"


@case("warn", "merged-cells", kind="facility")
def xlsx_merged_cells(folder: Path) -> Path:
    import openpyxl

    path = workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", 1], ["", 2]]})
    book = openpyxl.load_workbook(path)
    book["津"].merge_cells("A2:A3")
    book.save(path)
    return path


@case("warn", "cell-errors", kind="facility")
def xlsx_error_cells(folder: Path) -> Path:
    return workbook(folder / "a.xlsx", {"津": [["名称", "x"], ["あ", "#N/A"]]})


# --- rasters ----------------------------------------------------------------------------------------------


PEOPLE = np.array([[1.0, 2.0], [3.0, -9999.0]], "float32")


@case("refuse", "crs-missing", kind="population")
def raster_without_crs(folder: Path) -> Path:
    return raster(folder, np.ones((2, 2)), crs=None)


@case("warn", "nodata-undeclared", kind="population")
def raster_undeclared_9999(folder: Path) -> Path:
    return raster(folder, PEOPLE)


@case("warn", "nodata-undeclared", kind="population")
def raster_undeclared_huge_negative(folder: Path) -> Path:
    return raster(folder, np.array([[1.0, -3.4e38]], "float32"))


@case("warn", "nodata-undeclared", kind="population")
def raster_wrong_nodata(folder: Path) -> Path:
    return raster(folder, PEOPLE, nodata=-32768)


@case("warn", "nodata-undeclared", kind="population")
def raster_undeclared_65535(folder: Path) -> Path:
    return raster(folder, np.array([[1, 65535]], "uint16"))


@case("refuse", "raster-negative", kind="population")
def raster_negative_people(folder: Path) -> Path:
    return raster(folder, np.array([[1.0, -7.5], [-3.25, 2.0]], "float32"))


@case("refuse", "raster-bands", kind="population")
def raster_three_bands(folder: Path) -> Path:
    return raster(folder, np.ones((3, 2, 2), "float32"))


@case("refuse", "raster-full", kind="population")
def raster_byte_overflow(folder: Path) -> Path:
    return raster(folder, np.array([[255, 3]], "uint8"))


@case("warn", "raster-scaled", kind="population")
def raster_with_scale(folder: Path) -> Path:
    return raster(folder, np.array([[10, 20]], "int16"), scale=0.1)


@case("refuse", "raster-density", kind="population")
def raster_density_by_tag(folder: Path) -> Path:
    return raster(folder, np.ones((2, 2)), tags={"TIFFTAG_IMAGEDESCRIPTION": "Population density per km2"})


@case("refuse", "raster-density", kind="population")
def raster_density_by_name(folder: Path) -> Path:
    return raster(folder, np.ones((2, 2)), name="jpn_pd_2020_1km.tif")


@case("refuse", "raster-turned", kind="population")
def raster_rotated(folder: Path) -> Path:
    from affine import Affine

    return raster(folder, np.ones((2, 2)), transform=Affine(0.01, 0.002, WEST, 0.002, -0.01, SOUTH))


@case("refuse", "raster-no-place", kind="population")
def raster_without_place(folder: Path) -> Path:
    from affine import Affine

    return raster(folder, np.ones((2, 2)), transform=Affine.identity())


@case("refuse", "raster-empty", kind="population")
def raster_all_nodata(folder: Path) -> Path:
    return raster(folder, np.full((2, 2), -1.0), nodata=-1)


@case("warn", "companion-ignored", kind="population")
def raster_aux_changes_crs(folder: Path) -> Path:
    path = raster(folder, np.ones((2, 2)))
    write(path.with_name(path.name + ".aux.xml"), "<PAMDataset><SRS>EPSG:6672</SRS></PAMDataset>")
    return path


@case("refuse", "raster-broken", kind="population")
def raster_cut(folder: Path) -> Path:
    raw = raster(folder, np.arange(90000, dtype="float64").reshape(300, 300)).read_bytes()
    return write(folder / "b.tif", raw[: len(raw) // 2])


@case("refuse", "too-big", kind="population")
def raster_giant(folder: Path) -> Path:
    from affine import Affine

    with rasterio().open(
        folder / "a.tif", "w", driver="GTiff", width=200_000, height=200_000, count=1, dtype="uint8", crs="EPSG:6668",
        transform=Affine(1e-5, 0, 136, 0, -1e-5, 35), SPARSE_OK="TRUE", tiled=True, compress="deflate",
    ):  # fmt: skip
        pass
    return folder / "a.tif"


@case("refuse", "raster-picture", kind="population")
def raster_palette(folder: Path) -> Path:
    path = raster(folder, np.array([[1, 2]], "uint8"), photometric="palette")
    with rasterio().open(path, "r+") as out:
        out.write_colormap(1, {1: (255, 0, 0, 255), 2: (0, 255, 0, 255)})
    return path


# --- any file ---------------------------------------------------------------------------------------------


@case("refuse", "file-empty")
def empty_file(folder: Path) -> Path:
    return write(folder / "a.geojson", b"")


@case("refuse", "file-missing")
def missing_file(folder: Path) -> Path:
    return folder / "ない.geojson"


@case("refuse", "not-a-file")
def a_folder(folder: Path) -> Path:
    return sub(folder, "a.gdb")


@case("refuse", "not-vector", kind="x-vector")
def noise_named_kml(folder: Path) -> Path:
    return write(folder / "a.kml", "ただの文\n")


@case("refuse", "format-unknown")
def picture_named_kml(folder: Path) -> Path:
    return write(folder / "a.kml", b"\x89PNG\r\n\x1a\n" + b"\x00" * 50)
