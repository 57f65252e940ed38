"""GeoJSON, KML, GeoPackage, GeoParquet and FlatGeobuf that are broken or more than they seem."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import numpy as np

from tests.hostile import SECOND, SQUARE, case, collection, frame, geojson, kml, placemark, save, write, zipped


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
    return write(folder / "a.geojson", '{"type":"gdal_streamed_alg","command_line":"gdal vector pipeline ! read /etc/passwd"}')


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


@case("refuse", "no-records")
def geojson_without_features(folder: Path) -> Path:
    return geojson(folder)


@case("refuse", "xml-unsafe")
def kml_doctype(folder: Path) -> Path:
    head = '<?xml version="1.0"?><!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    return write(folder / "a.kml", kml(placemark(name="&x;"), head))


@case("warn", "kml-groundoverlay")
def kml_ground_overlay(folder: Path) -> Path:
    return write(folder / "a.kml", kml(placemark() + "<GroundOverlay><LatLonBox><north>35</north></LatLonBox></GroundOverlay>"))


@case("refuse", "kml-no-shapes")
def kml_only_overlay(folder: Path) -> Path:
    return write(folder / "a.kml", kml("<GroundOverlay><LatLonBox><north>35</north></LatLonBox></GroundOverlay>"))


@case("refuse", "kml-no-shapes")
def kml_network_link(folder: Path) -> Path:
    return write(folder / "a.kml", kml("<NetworkLink><Link><href>http://example.com/a.kml</href></Link></NetworkLink>"))


@case("refuse", "layer-ambiguous")
def kml_two_folders(folder: Path) -> Path:
    return write(folder / "a.kml", kml(f"<Folder><name>4G</name>{placemark()}</Folder><Folder><name>5G</name>{placemark(SECOND)}</Folder>"))


@case("accept", "", layer="*")
def kml_two_folders_all(folder: Path) -> Path:
    return kml_two_folders(folder)


@case("refuse", "layer-ambiguous")
def kmz_two_files(folder: Path) -> Path:
    return zipped(folder / "a.kmz", {"a.kml": kml(placemark()).encode(), "b.kml": kml(placemark(SECOND)).encode()})


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
    base.execute('CREATE VIEW v AS WITH RECURSIVE r(x) AS (SELECT 1 UNION ALL SELECT x+1 FROM r) SELECT * FROM "4G", r')
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
    base.executescript("DROP TRIGGER IF EXISTS rtree_a_geom_update6; DROP TRIGGER IF EXISTS rtree_a_geom_update7;")
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
