"""Our own readers against GDAL, and one layer through every format."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.formats import geojson, shapefile
from geodata.formats.raw import ShapeBuilder, column
from geodata.formats.rings import Rings, polygons_of, signed_areas
from geodata.intake import reading as intake
from geodata.safety.gdal import ALLOWED, FENCE, pyogrio, rasterio
from tests.hostile import SECOND, SQUARE, frame, save, write
from tests.hostile import geojson as write_geojson
from tests.hostile import shapefile as write_shapefile
from tests.hostile_shapefiles import shp_hole_wound_like_its_shell, shp_reversed_rings_with_hole

MODEST = settings(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def areas(draw: st.DrawFn) -> Any:
    """Unions of random boxes with bites taken out: holes, islands in holes, several parts."""
    corner = st.tuples(st.integers(0, 20), st.integers(0, 20), st.integers(1, 8), st.integers(1, 8))
    boxes = [shapely.box(x, y, x + w, y + h) for x, y, w, h in draw(st.lists(corner, min_size=1, max_size=8))]
    bites = [shapely.box(x + 0.5, y + 0.5, x + w / 2, y + h / 2) for x, y, w, h in draw(st.lists(corner, max_size=6))]
    whole = shapely.difference(shapely.union_all(boxes), shapely.union_all(bites))
    return whole if whole.area else boxes[0]


@MODEST
@given(st.lists(areas(), min_size=1, max_size=3))
def test_shapefile_polygons_are_those_of_gdal(tmp_path: Path, shapes: list[Any]) -> None:
    path = save(frame(shapes, 6674, a=list(range(len(shapes)))), tmp_path / "a.shp")
    ours = shapefile.layers(path)[0].read()
    theirs = pyogrio().read_dataframe(path)
    assert shapely.equals(ours.geometries, theirs.geometry.to_numpy()).all()
    assert np.allclose(shapely.area(ours.geometries), shapely.area(np.array(shapes)))
    assert ours.attributes["a"].tolist() == theirs["a"].tolist()
    assert ours.remarks == []


@MODEST
@given(st.lists(areas(), min_size=1, max_size=3), st.booleans())
def test_rings_in_any_direction_and_order_make_the_same_area(shapes: list[Any], turn: bool) -> None:
    """Shapefile law: the order of rings does not matter, and neither does turning all of them round."""
    rings = Rings()
    builder = ShapeBuilder(shapefile.WORD)
    for index, shape in enumerate(shapes):
        builder.next()
        own = [
            shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shapely.orient_polygons(shape, exterior_cw=True)))
        ]
        for ring in own[::-1]:
            rings.add(index, ring[::-1] if turn else ring)
    polygons_of(rings, builder, shapefile.WORD)
    made = builder.shapes()
    assert np.allclose(shapely.area(made), shapely.area(np.array(shapes)))


def test_signed_area_of_a_square() -> None:
    ring = np.array([[1e6, 1e6], [1e6 + 2, 1e6], [1e6 + 2, 1e6 + 2], [1e6, 1e6 + 2], [1e6, 1e6]])
    assert signed_areas([ring, ring[::-1], np.empty((0, 2))]).tolist() == [4.0, -4.0, 0.0]


@MODEST
@given(st.lists(areas(), min_size=1, max_size=3))
def test_geojson_shapes_are_those_of_geos(tmp_path: Path, shapes: list[Any]) -> None:
    path = write_geojson(tmp_path, *shapes)
    assert shapely.equals(geojson.layers(path)[0].read().geometries, np.array(shapes)).all()


def test_geojson_text_stays_as_it_is_written(tmp_path: Path) -> None:
    """GDAL makes a date of 2020/01/02; we do not. Numbers are numbers, null is blank text or NaN."""
    rows = [{"code": "001", "day": "2020/01/02", "n": 1, "x": 1.5, "t": None}, {"code": "NA", "day": "None", "n": None, "x": 2, "t": None}]
    table, _ = intake.read_vector(write_geojson(tmp_path, SQUARE, SECOND, properties=rows))
    assert table["code"].tolist() == ["001", "NA"]
    assert table["day"].tolist() == ["2020/01/02", "None"]
    assert table["n"].isna().tolist() == [False, True]
    assert table["x"].tolist() == [1.5, 2.0]
    assert table["t"].tolist() == ["", ""]
    assert isinstance(table.index, pd.RangeIndex)


@pytest.mark.parametrize(
    ("values", "expected"), [([1, 2], [1, 2]), ([1, "a"], ["1", "a"]), ([True, None], ["true", ""]), ([2**70, 1], [str(2**70), "1"])]
)
def test_columns_of_mixed_values_become_text(values: list[Any], expected: list[Any]) -> None:
    assert column(values).tolist() == expected


@pytest.mark.parametrize("cut", [1, 7, 64, 1000])
def test_json_in_small_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int) -> None:
    """However the file is cut into blocks, the features are the same, and so is the row of an error."""
    monkeypatch.setattr("geodata.formats.json_stream.BLOCK", cut)
    monkeypatch.setattr("geodata.formats.json_stream.FORGET_AFTER", 50)
    path = write_geojson(tmp_path, SQUARE, SECOND, properties=[{"a": '{"}[日本'}, {"a": "\\"}])
    raw = geojson.layers(path)[0].read()
    assert shapely.equals(raw.geometries, np.array([SQUARE, SECOND])).all()
    assert raw.attributes["a"].tolist() == ['{"}[日本', "\\"]
    broken = path.read_text(encoding="utf-8").replace("}, {", "}\n\n, !", 1)
    with pytest.raises(DataError) as refused:
        geojson.layers(write(tmp_path / "b.geojson", broken))
    assert "3 行目" in str(refused.value)


def test_one_layer_in_every_format(tmp_path: Path) -> None:
    """The same two squares from seven kinds of file: same shapes, same names, nothing to tell."""
    data = frame([SQUARE, SECOND], 6668, name=["津", "松阪"], n=[1, 2])
    for ending in ("geojson", "gpkg", "fgb", "kml", "shp"):
        save(data, tmp_path / f"a.{ending}", **({"encoding": "cp932"} if ending == "shp" else {}))
    data.to_parquet(tmp_path / "a.parquet")
    for ending in ("geojson", "gpkg", "fgb", "kml", "shp", "parquet"):
        table, report = intake.read_vector(tmp_path / f"a.{ending}")
        assert report.verdict == "accept", (ending, report.notices)
        table = table.sort_values("n", ignore_index=True)  # FlatGeobuf keeps its own order
        # GDAL writes GeoJSON to the seventh decimal
        assert table.geometry.iloc[0].symmetric_difference(SQUARE).area < 1e-9, ending
        names = table["name" if "name" in table else "Name"].tolist()
        assert names == ["津", "松阪"], ending
        assert (report.records_in_file, report.accepted, report.facts["rows"]) == (2, 2, 2)
        assert report.facts["bounds"] == pytest.approx([136.4, 34.6, 136.46, 34.63])


def test_deleted_row_takes_its_own_shape_along(tmp_path: Path) -> None:
    """P4: with row 1 struck out, row 2 keeps its shape and name; 2 records = 1 accepted + 1 excluded."""
    path = write_shapefile(tmp_path)
    dbf = bytearray(path.with_suffix(".dbf").read_bytes())
    dbf[int.from_bytes(dbf[8:10], "little")] = ord("*")
    path.with_suffix(".dbf").write_bytes(bytes(dbf))
    table, report = intake.read_vector(path)
    assert table.geometry.iloc[0].equals(SECOND)
    assert table["名称"].tolist() == ["表示ソ1"]
    assert (report.records_in_file, report.accepted, report.excluded) == (2, 1, {"dbf-deleted": 1})


def test_a_hole_stays_a_hole_when_all_rings_are_turned(tmp_path: Path) -> None:
    """GDAL gives -0.000368; a ring in its shell's own direction is filled, as the format says, and told of."""
    turned, _ = intake.read_vector(shp_reversed_rings_with_hole(tmp_path))
    assert shapely.area(turned.geometry.to_numpy()).sum() == pytest.approx(0.0004 - 2 * 0.004**2, rel=1e-9)
    (tmp_path / "b").mkdir()
    filled, _ = intake.read_vector(shp_hole_wound_like_its_shell(tmp_path / "b"))
    assert shapely.union_all(filled.geometry.to_numpy()).area == pytest.approx(0.0004, rel=1e-9)


def test_parts_that_overlap_are_all_filled(tmp_path: Path) -> None:
    """A carrier's record of 30 overlapping blobs, some within others: the union counts, nothing is cut out."""
    rng = np.random.default_rng(3)
    blobs = shapely.buffer(shapely.points(rng.uniform(0, 10, (30, 2)) * 1000), rng.uniform(100, 3000, 30), quad_segs=4)
    path = save(frame([shapely.multipolygons(blobs)], 6674), tmp_path / "a.shp")
    raw = shapefile.layers(path)[0].read()
    assert shapely.union_all(shapely.get_parts(raw.geometries)).area == pytest.approx(shapely.union_all(blobs).area)
    assert [remark.code for remark in raw.remarks] == ["rings-nested"]


def test_folder_of_a_kml_is_chosen_and_the_others_counted(tmp_path: Path) -> None:
    from tests.hostile import kml, placemark

    text = kml(f"<Folder><name>4G</name>{placemark()}</Folder><Folder><name>5G</name>{placemark(SECOND)}{placemark()}</Folder>")
    table, report = intake.read_vector(write(tmp_path / "a.kml", text), layer="5G")
    assert len(table) == 2
    assert (report.records_in_file, report.excluded) == (3, {"other-layer": 1})
    both, whole = intake.read_vector(tmp_path / "a.kml", layer="*")
    assert sorted(both["layer"]) == ["4G", "5G", "5G"]
    assert (whole.records_in_file, whole.accepted) == (3, 3)


def test_only_the_listed_drivers_are_loaded() -> None:
    """The fence: nothing but the allow-list in the GDAL of pyogrio and of rasterio, and no network."""
    assert set(pyogrio().list_drivers()) <= ALLOWED
    with rasterio().Env() as env:
        assert set(env.drivers()) <= ALLOWED
    assert FENCE["CPL_VSIL_CURL_ALLOWED_EXTENSIONS"] == ".none"


@pytest.mark.parametrize(
    "path", ["/vsicurl/http://127.0.0.1:9/a.gpkg", "/vsizip/a.zip/b.gpkg", "PG:dbname=x", "http://127.0.0.1:9/a.geojson"]
)
def test_virtual_paths_are_only_missing_files(path: str) -> None:
    with pytest.raises(DataError) as refused:
        intake.read_vector(path)
    assert refused.value.code == "file-missing"


def test_real_files(shared_data: Path) -> None:
    """Public data is accepted without a warning, and is what its README says it is."""
    border, report = intake.read_vector(shared_data / "boundaries/N03-21_24_210101_s0010.geojson")
    assert report.verdict == "accept"
    assert border["N03_007"].nunique() == 29
    assert border.to_crs("EPSG:6933").area.sum() / 1e6 == pytest.approx(5771.6, abs=6)
    shelters, report = intake.read_vector(
        shared_data / "facilities/gsi_shelters_mie.geojson", geometry="point", near=(135.8, 33.7, 137.0, 35.3)
    )
    assert (len(shelters), report.verdict) == (1671, "accept")
    assert {n.code: n.count for n in report.notices} == {"same-place": 6}
    kinds = {
        "boundaries/N03-21_29_210101_s0010.geojson": "boundary",
        "facilities/gsi_shelters_mie.geojson": "facility",
        "population/tblT001101H5130.txt": "population",
        "towns/mie_towns_geolonia_20240115.csv": "settlement",
        "raster/bdi_ppp_worldpop.tif": "population",
    }
    for name, kind in kinds.items():
        seen = intake.inspect(shared_data / name)
        assert (seen.kind, seen.verdict) == (kind, "accept"), name


def test_real_rasters(shared_data: Path) -> None:
    band, report = intake.read_raster(shared_data / "raster/bdi_ppp_worldpop.tif")
    assert np.nansum(band.values) == pytest.approx(9.13e6, rel=1e-3)
    assert report.verdict == "accept"
    clip, report = intake.read_raster(shared_data / "raster/dom_ppp_2020_1km_clip.tif")
    assert np.nansum(clip.values) == pytest.approx(26257, abs=1)
    assert (clip.values.shape, report.verdict) == ((15, 57), "accept")


def test_a_shapefile_names_its_companions_by_hash(tmp_path: Path) -> None:
    _, report = intake.read_vector(write_shapefile(tmp_path))
    assert sorted(report.facts["companions"]) == [".dbf", ".prj", ".shx"]


def test_report_is_plain_data(tmp_path: Path) -> None:
    _, report = intake.read_vector(write_shapefile(tmp_path))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert json.loads(json.dumps(report.as_dict()))["verdict"] == "accept"
