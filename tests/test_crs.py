"""Coordinate reference systems: never guessed, never edited, and old Tokyo datum moves by 400-500 m."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod

from geodata.crs.datum import to_target, tokyo_shift_m, transformer
from geodata.crs.declared import Declared, decide_crs
from geodata.crs.names import crs_name, parse_crs
from geodata.crs.position import check_near, check_numbers
from geodata.errors import DataError
from geodata.report import IntakeReport

TSU = (136.5, 34.7)


def moved(point: tuple[float, float], source: str) -> tuple[tuple[float, float], IntakeReport]:
    report = IntakeReport("x")
    shapes = to_target(np.array([shapely.Point(point)], object), parse_crs(source), "EPSG:6668", report)
    return (float(shapes[0].x), float(shapes[0].y)), report


@pytest.mark.parametrize("code", [6668, 4612, 4301, 4326, 6674, 2448, 30166, 32653, 2154])
@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT1_GDAL", "WKT2_2019"])
def test_every_spelling_is_one_crs(code: int, form: str) -> None:
    """A .prj, a GDAL text and WKT 2 of one CRS give its code."""
    assert crs_name(parse_crs(CRS.from_epsg(code).to_wkt(form))) == f"EPSG:{code}"


@pytest.mark.parametrize("text", ["OGC:CRS84", "urn:ogc:def:crs:OGC:1.3:CRS84", "http://www.opengis.net/def/crs/OGC/1.3/CRS84"])
def test_crs84_is_wgs84(text: str) -> None:
    assert crs_name(parse_crs(text)) == "EPSG:4326"


def test_tokyo_moves_450_m_to_the_north_west() -> None:
    """A point near Tsu moves 400-500 m, to the north-west, and the operation is named."""
    (lon, lat), report = moved(TSU, "EPSG:4301")
    distance = Geod(ellps="GRS80").inv(*TSU, lon, lat)[2]
    assert 400 <= distance <= 500
    assert lon < TSU[0]
    assert lat > TSU[1]
    assert "Tokyo to JGD2000" in report.facts["crs_operation"]
    assert report.facts["tokyo_shift_m"] == pytest.approx(distance, abs=0.1)
    assert [notice.code for notice in report.notices] == ["crs-tokyo"]
    assert "Tokyo to JGD2000" in str(report.notices[0].text)


@pytest.mark.parametrize("source", ["EPSG:4326", "EPSG:4612"])
def test_new_datums_stay_where_they_are(source: str) -> None:
    """WGS84 and JGD2000 differ from JGD2011 by nothing that PROJ knows; no notice."""
    place, report = moved(TSU, source)
    assert place == TSU
    assert report.notices == []
    assert report.facts["crs_operation"] != "none"


def test_plane_zone_of_tokyo_moves_too() -> None:
    assert 400 <= tokyo_shift_m(parse_crs("EPSG:30166"), parse_crs("EPSG:6668")) <= 500


def test_ballpark_is_refused() -> None:
    wkt = 'GEOGCS["x",DATUM["Unknown",SPHEROID["Bessel 1841",6377397.155,299.1528128]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]]'
    with pytest.raises(DataError) as refused:
        transformer(parse_crs(wkt), parse_crs("EPSG:6668"))
    assert refused.value.code == "crs-no-way"


@pytest.mark.parametrize("form", ["WKT1_ESRI", "WKT1_GDAL"])
def test_edited_definition_is_refused(form: str) -> None:
    """The name says zone VI, the central meridian does not."""
    wkt = CRS.from_epsg(6674).to_wkt(form)
    with pytest.raises(DataError) as refused:
        parse_crs(wkt.replace("136.0", "136.25") if "136.0" in wkt else wkt.replace(",136]", ",136.25]"))
    assert refused.value.code == "crs-edited"


@pytest.mark.parametrize(
    ("state", "answer", "code"),
    [("absent", None, "crs-missing"), ("unknown", None, "crs-missing"), ("declared", "EPSG:6672", "crs-conflict")],
)
def test_what_is_not_known_is_asked(state: str, answer: str | None, code: str) -> None:
    with pytest.raises(DataError) as refused:
        decide_crs(Declared(state, "EPSG:6674"), answer, IntakeReport("x"))  # type: ignore[arg-type]
    assert refused.value.code == code
    assert "study.toml" in str(refused.value)


def test_an_answer_is_a_warning_and_an_equal_answer_is_none() -> None:
    report = IntakeReport("x")
    assert crs_name(decide_crs(Declared("absent"), "EPSG:6674", report)) == "EPSG:6674"
    assert [notice.code for notice in report.notices] == ["crs-from-study"]
    unpublished = IntakeReport("x")
    decide_crs(Declared("declared", "EPSG:6674"), "EPSG:6674", unpublished)
    decide_crs(Declared("default", "OGC:CRS84"), "EPSG:6668", unpublished)
    assert unpublished.notices == []


def test_long_edges_of_metres_bend_and_others_are_left_alone() -> None:
    """A 100 km edge in zone VI gets a vertex every km; a square of 500 m and its hole stay five points each."""
    long = shapely.LineString([(-50_000, -150_000), (50_000, -150_000)])
    square = shapely.box(0, 0, 500, 500).difference(shapely.box(100, 100, 200, 200))
    both = shapely.MultiPolygon([square, shapely.box(10_000, 0, 20_000, 10)])
    report = IntakeReport("x")
    shapes = to_target(np.array([long, square, both], object), parse_crs("EPSG:6674"), "EPSG:6668", report)
    assert shapely.get_num_coordinates(shapes[0]) == 101
    assert shapely.get_num_coordinates(shapes[1]) == 10
    assert shapely.get_num_coordinates(shapes[2]) == 10 + 5 + 2 * 9
    assert shapes[2].geom_type == "MultiPolygon"


BOX = (136.0, 34.0, 137.0, 35.0)


@pytest.mark.parametrize(
    ("crs", "box", "code"),
    [
        ("EPSG:6668", (34.0, 136.0, 35.0, 137.0), "coordinates-swapped"),
        ("EPSG:6668", (30_000.0, -150_000.0, 31_000.0, -149_000.0), "crs-contradiction"),
        ("EPSG:6674", BOX, "crs-contradiction"),
        ("EPSG:6674", (1e12, 0.0, 2e12, 1.0), "crs-contradiction"),
    ],
)
def test_numbers_that_contradict(crs: str, box: tuple[float, float, float, float], code: str) -> None:
    with pytest.raises(DataError) as refused:
        check_numbers(np.array([box, box]), parse_crs(crs), box)
    assert refused.value.code == code


def test_near_lets_wider_layers_pass_and_lists_the_few_far_ones() -> None:
    """A layer of all Japan is wider than a prefecture; two points of ten in Tokyo are told of."""
    report = IntakeReport("x")
    japan = np.array([[129.0, 31.0, 130.0, 32.0], [140.0, 40.0, 141.0, 41.0], [136.4, 34.5, 136.5, 34.6]])
    check_near(japan, BOX, ["1", "2", "3"], report)
    assert report.notices == []
    points = np.array([[136.5, 34.5, 136.5, 34.5]] * 8 + [[139.7, 35.7, 139.7, 35.7]] * 2)
    check_near(points, BOX, [f"点 {k}" for k in range(10)], report)
    assert [(n.code, n.count, n.places) for n in report.notices] == [("far-away", 2, ("点 8", "点 9"))]
    with pytest.raises(DataError):
        check_near(points[::-1][:3], BOX, ["1", "2", "3"], report)


def test_refusals_travel_between_processes() -> None:
    with pytest.raises(DataError) as refused:
        parse_crs("平面直角6系")
    again = pickle.loads(pickle.dumps(refused.value))
    assert str(again) == str(refused.value)
