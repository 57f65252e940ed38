"""Coordinate reference systems: never guessed, never edited, and old Tokyo datum moves by 400-500 m."""

from __future__ import annotations

import pickle
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS, Geod

from coverage.questions.metric_crs import questions_of
from coverage.study.study import read_study
from geodata.crs import metric
from geodata.crs.datum import to_target, tokyo_shift_m, transformer
from geodata.crs.declared import Declared, decide_crs
from geodata.crs.names import crs_name, parse_crs
from geodata.crs.position import check_near, check_numbers
from geodata.errors import DataError
from geodata.prefectures import PREFECTURES, metric_crs, plane_zones
from geodata.report import IntakeReport
from tests.mini_study import write_mini_study

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


# --- the CRS that distances are taken in -----------------------------------------------------------------

MIE = np.array([shapely.box(136.0, 34.0, 136.8, 35.0)], object)
BURUNDI = np.array([shapely.box(29.2, -4.0, 30.6, -2.6)], object)
OGASAWARA = np.array([shapely.box(142.1, 26.6, 142.3, 27.7)], object)
YONAGUNI = np.array([shapely.box(122.9, 24.4, 123.1, 24.5)], object)


@pytest.mark.parametrize(
    ("text", "shapes", "prefecture"),
    [
        ("EPSG:6674", MIE, "24"),
        ("EPSG:2448", MIE, "24"),  # the same zone on JGD2000, and on the old datum
        ("EPSG:30166", MIE, "24"),
        ("EPSG:6675", MIE, "24"),  # the neighbour's: asked, not refused
        ("EPSG:32653", MIE, "24"),
        ("EPSG:6690", MIE, ""),
        ("+proj=laea +lat_0=36 +lon_0=138 +ellps=GRS80 +units=m", MIE, "24"),
        ("EPSG:6677", OGASAWARA, "13"),
        ("EPSG:6683", YONAGUNI, "47"),
        ("EPSG:32735", BURUNDI, ""),
        ("EPSG:32736", BURUNDI, ""),
        ("EPSG:3035", np.array([shapely.box(-9.0, 38.0, -8.0, 40.0)], object), ""),  # the rim of Europe's grid: 1.4 %
        ("EPSG:2193", np.array([shapely.box(171.0, -44.0, 173.0, -42.0)], object), ""),
    ],
)
def test_metres_made_for_the_place_pass(text: str, shapes: np.ndarray, prefecture: str) -> None:
    metric.check_place(text, shapes, prefecture)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("EPSG:66740", "metric-crs-unknown"),
        ("", "metric-crs-unknown"),
        ("三重県", "metric-crs-unknown"),
        ("EPSG:6668", "metric-crs-not-metres"),
        ("EPSG:4978", "metric-crs-not-metres"),  # geocentric
        ("EPSG:5703", "metric-crs-not-metres"),  # heights alone
        ("EPSG:2227", "metric-crs-not-metres"),  # US survey feet
        ("EPSG:3857", "metric-crs-web"),
        ("EPSG:900913", "metric-crs-web"),
        ("EPSG:6669", "metric-crs-elsewhere"),  # zone I, Nagasaki
        ("EPSG:6680", "metric-crs-elsewhere"),
        ("EPSG:32735", "metric-crs-elsewhere"),
        ("EPSG:3395", "metric-crs-stretched"),
        ("EPSG:6933", "metric-crs-stretched"),
    ],
)
def test_what_measures_no_distance_in_mie_is_refused(text: str, code: str) -> None:
    """The advice, followed, is taken: the code it names passes."""
    with pytest.raises(DataError) as refused:
        metric.check_place(text, MIE, "24")
    assert (refused.value.code, refused.value.file) == (code, "study.toml")
    assert 'metric_crs = "EPSG:6674"' in refused.value.remedy.ja
    metric.check_place("EPSG:6674", MIE, "24")


def test_islets_far_off_do_not_speak_for_a_prefecture() -> None:
    """Two municipalities around Tsu and one 20 degrees to the east."""
    metric.check_place("EPSG:6674", np.array([MIE[0], shapely.box(155, 24, 156, 25), MIE[0]], object), "24")


@pytest.mark.parametrize("prefecture", sorted(PREFECTURES))
def test_each_prefecture_has_its_zone(prefecture: str) -> None:
    zones = plane_zones(prefecture)
    assert metric.plane_zone(metric_crs(prefecture)) == zones[0]
    assert metric.plane_zone(f"EPSG:{2443 + zones[-1] - 1}") == zones[-1]  # on JGD2000
    assert metric.plane_zone(f"EPSG:{30161 + zones[-1] - 1}") == zones[-1]  # on the old datum
    assert metric.plane_zone("EPSG:32653") is None


@pytest.mark.parametrize(
    ("text", "prefecture", "shapes", "kind", "code"),
    [
        ("EPSG:6674", "24", MIE, "", ""),
        ("EPSG:32653", "24", MIE, "", ""),
        ("EPSG:6675", "24", MIE, "ask", "metric-crs-zone"),
        ("EPSG:2449", "24", MIE, "ask", "metric-crs-zone"),
        ("EPSG:6675", "", MIE, "", ""),
        ("EPSG:6682", "13", OGASAWARA, "", ""),
        ("EPSG:32735", "", BURUNDI, "", ""),
        ("EPSG:6669", "24", MIE, "stop", "metric-crs-elsewhere"),
        ("EPSG:6668", "24", MIE, "stop", "metric-crs-not-metres"),
    ],
)
def test_a_neighbours_zone_is_asked(text: str, prefecture: str, shapes: np.ndarray, kind: str, code: str, tmp_path: Path) -> None:
    study = read_study(write_mini_study(tmp_path))
    study = study.model_copy(update={"about": study.about.model_copy(update={"metric_crs": text, "prefecture": prefecture})})
    asked = questions_of(study, gpd.GeoDataFrame(geometry=shapes, crs="EPSG:6668"))
    assert [(one.kind, one.code) for one in asked] == ([(kind, code)] if kind else [])
    if kind == "ask":
        assert "VII系" in asked[0].problem.ja
        assert "VI系" in asked[0].problem.ja
        other = study.model_copy(update={"about": study.about.model_copy(update={"metric_crs": "EPSG:6673"})})
        assert questions_of(other, gpd.GeoDataFrame(geometry=shapes, crs="EPSG:6668"))[0].id != asked[0].id
