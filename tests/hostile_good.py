"""Good files that an ordinary script refuses or misreads: nothing may be said of them at all."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from tests.hostile import (
    NEAR,
    POINTS_CSV,
    SECOND,
    SQUARE,
    case,
    collection,
    frame,
    geojson,
    kml,
    members_of,
    placemark,
    raster,
    save,
    shapefile,
    sub,
    workbook,
    write,
    zipped,
)


@case("accept")
def good_geojson(folder: Path) -> Path:
    return geojson(folder, SQUARE, SECOND)


@case("accept", near=NEAR)
def good_geojson_bom_and_near(folder: Path) -> Path:
    return write(folder / "a.geojson", b"\xef\xbb\xbf" + json.dumps(collection(SQUARE)).encode())


@case("accept")
def good_geojson_sequence(folder: Path) -> Path:
    return write(folder / "a.geojsonl", "\n".join(json.dumps(f) for f in collection(SQUARE, SECOND)["features"]))


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
    return zipped(folder / "a.zip", {name.upper() if name.endswith("dbf") else name: data for name, data in parts.items()})


@case("accept")
def good_zip_geojson(folder: Path) -> Path:
    made = geojson(sub(folder), SQUARE)
    return zipped(folder / "a.zip", {"エリア.geojson": made.read_bytes()}, encoding="cp932")


@case("accept")
def good_gpkg(folder: Path) -> Path:
    return save(frame([SQUARE, SECOND]), folder / "a.gpkg", layer="エリア").rename(folder / "エリア!$(x) \n;.gpkg")


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
    return write(folder / "a.kml", kml(placemark(), '<?xml version="1.0" encoding="Shift_JIS"?>').encode("cp932"))


@case("accept")
def good_kmz_with_heights(folder: Path) -> Path:
    return zipped(folder / "a.kmz", {"doc.kml": kml(placemark(height=",0")).encode(), "files/icon.png": b"\x89PNG"})


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
