"""Shapefiles with something missing, wrong or cut, and coordinate systems that mislead."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from tests.hostile import NEAR, SECOND, SQUARE, case, frame, geojson, save, shapefile, write


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


@case("warn", "rings-nested")
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
