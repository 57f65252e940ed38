"""Roads of 国土数値情報 N13 and of the office's own ledger: small files of their shapes."""

from __future__ import annotations

import json
import re
import tomllib

import geopandas as gpd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod

from coverage.inputs import read_files, read_inputs
from coverage.steps import run_steps
from coverage.study import read_study, sources
from geodata.errors import DataError
from geodata.sources import road_ledger, roads_n01, roads_n10, roads_n13
from tests.urgent_study import middle, write_urgent_study

LINES = [shapely.LineString([(136.1 + k / 100, 34.1), (136.1 + k / 100, 34.11)]) for k in range(5)]


def file(folder, columns: dict, lines=LINES, name="N13-24_5136.geojson"):
    frame = gpd.GeoDataFrame(columns, geometry=list(lines)[: len(next(iter(columns.values())))], crs="EPSG:6668")
    frame.to_file(folder / name)
    return folder / name


def adds_up(report) -> bool:
    return report.records_in_file == report.accepted + sum(report.excluded.values())


def test_n13_classes(tmp_path):
    path = file(tmp_path, {"N13_003": ["1", "2", "3", "4", "3"]})
    table, (report,) = roads_n13.read(path)
    assert sorted(table["road_class"]) == ["expressway", "national", "prefectural"]
    assert report.excluded == {"road-class-not-wanted": 2}
    assert adds_up(report)
    assert set(table["emergency"]) == {""}
    assert str(table.crs) == "EPSG:6668"


def test_n13_municipal_roads_when_asked_for(tmp_path):
    table, (report,) = roads_n13.read(file(tmp_path, {"N13_003": ["3", "3", "1"]}), classes=("municipal",))
    assert table["road_class"].tolist() == ["municipal"] * 2
    assert adds_up(report)


def test_n13_with_a_value_nobody_knows(tmp_path):
    with pytest.raises(DataError, match="9") as error:
        roads_n13.read(file(tmp_path, {"N13_003": ["1", "9"]}))
    assert "N13-24_5136.geojson" in error.value.in_("ja")


def test_n13_without_its_column(tmp_path):
    with pytest.raises(DataError, match="N13_003"):
        roads_n13.read(file(tmp_path, {"kind": ["1"]}))


def test_the_same_line_twice_counts_once(tmp_path):
    lines = [LINES[0], LINES[0].reverse(), LINES[1]]
    table, (report,) = roads_n13.read(file(tmp_path, {"N13_003": ["1", "1", "2"]}, lines))
    assert len(table) == 2
    assert report.excluded == {"road-twice": 1}
    assert adds_up(report)


LEDGER = {"種別": ["国道", "県道", "主要地方道"], "路線": ["国道260号", "県道68号", "南勢大王線"], "緊急": ["○", "", "×"]}
MEANING = {"国道": "national", "県道": "prefectural", "主要地方道": "prefectural"}


def test_a_ledger_by_its_own_fields(tmp_path):
    table, (report,) = road_ledger.read(
        file(tmp_path, LEDGER, name="daicho.gpkg"),
        road_ledger.RoadFile(class_field="種別", class_values=MEANING, name_field="路線", emergency_field="緊急"),
    )
    assert table["road_class"].tolist() == ["national", "prefectural", "prefectural"]
    assert table["name"].tolist() == LEDGER["路線"]
    assert table["emergency"].tolist() == ["yes", "", "no"]
    assert adds_up(report)


def test_widths_and_spaces_do_not_matter(tmp_path):
    path = file(tmp_path, {"code": ["１", " 2"]}, name="r.gpkg")
    table, _ = road_ledger.read(path, road_ledger.RoadFile(class_field="code", class_values={"1": "national", "2": "municipal"}))
    assert table["road_class"].tolist() == ["national", "municipal"]


def test_a_value_without_a_meaning_is_asked_for(tmp_path):
    with pytest.raises(DataError, match="主要地方道"):
        road_ledger.read(
            file(tmp_path, LEDGER, name="d.gpkg"),
            road_ledger.RoadFile(class_field="種別", class_values={"国道": "national", "県道": "prefectural"}),
        )


@pytest.mark.parametrize("said", [{}, {"class_field": "種別"}, {"class_field": "種別", "class_values": MEANING, "road_class": "national"}])
def test_the_class_must_be_said_one_way(tmp_path, said):
    with pytest.raises(DataError, match="class_field"):
        road_ledger.read(file(tmp_path, LEDGER, name="d.gpkg"), road_ledger.RoadFile(**said))


def test_a_whole_file_of_emergency_roads(tmp_path):
    table, _ = road_ledger.read(file(tmp_path, LEDGER, name="d.gpkg"), road_ledger.RoadFile(road_class="prefectural", emergency=True))
    assert set(table["emergency"]) == {"yes"}


def test_a_class_that_does_not_exist(tmp_path):
    with pytest.raises(DataError, match="lane"):
        road_ledger.read(file(tmp_path, LEDGER, name="d.gpkg"), road_ledger.RoadFile(class_field="種別", class_values={"国道": "lane"}))


def test_points_are_no_roads(tmp_path):
    points = [shapely.Point(136.1, 34.1)]
    with pytest.raises(DataError):
        roads_n13.read(file(tmp_path, {"N13_003": ["1"]}, points))


# ---- every code of the lists ----


def codes(report) -> set[str]:
    return {notice.code for notice in report.notices}


def told_setting(error: DataError, key: str) -> dict:
    """The setting that the advice of an error writes out for study.toml."""
    line = re.search(key + r" = \{.*?\}", error.in_("ja"))
    assert line
    return tomllib.loads(line[0])[key]


def test_n13_knows_its_six_classes_and_what_is_being_built(tmp_path):
    path = file(tmp_path, {"N13_003": ["1", "2", "5", "6", "1"], "N13_004": ["1", "5", "3", "7", "1"]})
    everything = ("expressway", "national", "prefectural", "municipal", "other")
    table, (report,) = roads_n13.read(path, classes=everything)
    assert sorted(table["road_class"]) == ["national", "national", "other"]
    assert report.excluded == {"road-under-construction": 1, "road-class-not-known": 1}
    assert adds_up(report)
    assert report.facts["codes"]["N13_003"] == {"1 国道": 2, "2 都道府県道": 1, "5 その他": 1, "6 不明": 1}
    assert report.facts["codes"]["N13_004"]["5 建設中"] == 1
    assert report.verdict == "accept"
    answered, _ = roads_n13.read(path, classes=everything, class_values={"6": "municipal"})
    assert sorted(answered["road_class"]) == ["municipal", "national", "national", "other"]


def test_n13_advice_works_when_followed(tmp_path):
    path = file(tmp_path, {"N13_003": [1.0, 9.0, 9.0], "N13_004": [1, 1, 8]})
    spec = {"kind": "n13", "files": [path.name], "classes": ["national", "other"]}
    with pytest.raises(DataError, match="9（2件）") as error:
        read_files(sources.RoadFiles(**spec), [path])
    table, (report,) = read_files(sources.RoadFiles(**spec, class_values=told_setting(error.value, "class_values")), [path])
    assert table["road_class"].tolist() == ["national", "other", "other"]
    assert "code-unknown" in codes(report)  # the state 8


@pytest.mark.parametrize("values", [["1", "2", "3"], ["指定", "第2次", "第2次"]])
def test_an_emergency_class_never_vanishes(tmp_path, values):
    path = file(tmp_path, {"区分": values}, name="d.gpkg")
    spec = {"kind": "ledger", "files": [path.name], "road_class": "prefectural", "emergency_field": "区分"}
    with pytest.raises(DataError, match="emergency_values") as error:
        read_files(sources.RoadFiles(**spec), [path])
    table, (report,) = read_files(sources.RoadFiles(**spec, emergency_values=told_setting(error.value, "emergency_values")), [path])
    assert set(table["emergency"]) == {"yes"}
    assert sum(report.facts["codes"]["区分"].values()) == 3


def test_blank_may_be_said_to_mean_no(tmp_path):
    path = file(tmp_path, {"区分": ["○", "", "9"]}, name="d.gpkg")
    spec = road_ledger.RoadFile(road_class="national", emergency_field="区分", emergency_values={"": "no", "9": "no"})
    assert road_ledger.read(path, spec)[0]["emergency"].tolist() == ["yes", "no", "no"]


# ---- 緊急輸送道路 (N10) ----

ORDERS = ["1", "2", "3", "9", "2"]


@pytest.mark.parametrize("prefix", ["N10", "N01"])
def test_n10_under_both_names_of_its_columns(tmp_path, prefix):
    columns = {"001": ["24"] * 5, "002": ORDERS, "003": ["3"] * 5, "004": ["国道1号"] * 5, "009": ["供用"] * 4 + ["未供用"]}
    path = file(tmp_path, {f"{prefix}_{number}": values for number, values in columns.items()}, name="N10-24_24.geojson")
    table, (report,) = roads_n10.read(path)
    assert table["emergency"].tolist() == ["yes", "yes", "yes", "no"]
    assert report.excluded == {"road-not-in-use": 1}
    assert adds_up(report)
    assert report.facts["codes"][f"{prefix}_002"] == {"1 第1次": 1, "2 第2次": 2, "3 第3次": 1, "9 未指定": 1}
    km = Geod(ellps="GRS80").geometry_length(LINES[0]) / 1000  # every line is as long
    assert report.facts["km_by_emergency"] == pytest.approx({"yes": 3 * km, "no": km}, abs=1e-5)
    assert table["name"].tolist() == ["国道1号"] * 4
    by_class, _ = roads_n10.read(path, class_values={"3": "national"})
    assert set(by_class["road_class"]) == {"national"}


def test_n10_and_n01_are_told_apart_by_what_they_hold(tmp_path):
    emergency = file(tmp_path, {"N01_001": ["24"], "N01_002": ["2"], "N01_003": ["3"]}, name="a.geojson")
    old = file(tmp_path, {"N01_001": ["2"], "N01_002": ["国道260号"], "N01_003": [""], "N01_004": [""]}, name="b.geojson")
    with pytest.raises(DataError, match='kind = "n10"'):
        roads_n01.read(emergency)
    with pytest.raises(DataError, match='kind = "n01"'):
        roads_n10.read(old)
    with pytest.raises(DataError, match="N10_002"):
        roads_n10.read(file(tmp_path, {"N13_003": ["1"]}, name="c.geojson"))
    with pytest.raises(DataError, match="4（1件）"):
        roads_n10.read(file(tmp_path, {"N10_002": ["4"], "N10_003": ["1"]}, name="d.geojson"))


def test_a_study_with_n10_beside_its_ledger_rivers_and_areas_of_its_own(tmp_path):
    """The 県道 over the pass is in the ledger, as an emergency road, and, drawn again, in N10: kept apart, and told."""
    folder = write_urgent_study(tmp_path / "s")
    more = """
[[roads]]
kind = "n10"
files = ["N10.geojson"]
[[areas]]
kind = "own_areas"
files = ["own.geojson"]
class_field = "区分"
class_values = { "浸水" = "tsunami", "市街" = "did" }
[[water]]
files = ["W05.geojson"]
"""
    text = (folder / "study.toml").read_text(encoding="utf-8")
    (folder / "study.toml").write_text(text + more, encoding="utf-8")
    line = shapely.LineString([middle(3, 1.5), middle(3.5, 1.5), middle(4, 1.5)])
    file(folder, {"N10_002": ["3"], "N10_003": ["5"]}, [line], name="N10.geojson")
    file(folder, {"W05_003": ["1"], "W05_004": ["宮川"]}, [line], name="W05.geojson")
    file(folder, {"区分": ["浸水"]}, [line.buffer(0.001)], name="own.geojson")
    study, steps = read_study(folder), []
    inputs = read_inputs(study, steps.append)
    roads = inputs.sources.roads
    assert list(zip(roads["road_class"], roads["emergency"], strict=True)) == [("prefectural", "yes"), ("other", "apart")]
    assert inputs.sources.roads_given == {"national", "prefectural"}
    assert {"emergency-roads-apart", "emergency-from-two"} <= codes(next(one for one in inputs.reports if one.path == "N10.geojson"))
    assert {"tsunami", "did"} <= inputs.sources.areas_given  # no 市街 occurs: none, not unknown
    assert inputs.water["name"].tolist() == ["宮川"]
    assert steps == run_steps(study)[: len(steps)]


# ---- old roads (N01) ----


def test_a_line_of_two_classes_is_the_higher_one_and_broken_names_are_none(tmp_path):
    def n01(name: str, kind: str, lines, routes):
        columns = {"N01_001": [kind] * len(lines), "N01_002": routes, "N01_003": [None] * len(lines), "N01_004": [None] * len(lines)}
        return file(tmp_path, columns, lines, name)

    national = n01("a.geojson", "2", [LINES[0], LINES[1], LINES[1]], ["国道1号", "\ufffdP\ufffd", "\ufffdP\ufffd"])
    local = n01("b.geojson", "3", [LINES[1].reverse(), LINES[2]], ["四日市線", "津線"])
    for order in ([national, local], [local, national]):
        table, reports = roads_n01.read(order)
        by = {report.path.rsplit("/", 1)[-1]: report for report in reports}
        assert sorted(zip(table["road_class"], table["name"], strict=True)) == [
            ("national", "四日市線"),  # its own name is destroyed
            ("national", "国道1号"),
            ("prefectural", "津線"),
        ]
        assert by["a.geojson"].excluded == {"road-twice": 1}
        assert by["b.geojson"].excluded == {"road-two-classes": 1}
        assert all(adds_up(report) for report in reports)
        assert "names-destroyed" in codes(by["a.geojson"])
        assert "roads-main-only" in codes(reports[-1])


def test_n01_asks_for_a_kind_it_does_not_know(tmp_path):
    path = file(tmp_path, {"N01_001": ["2", "7"], "N01_002": ["国道1号", "某線"]}, name="r.geojson")
    with pytest.raises(DataError, match="7（1件）") as error:
        roads_n01.read(path)
    assert told_setting(error.value, "class_values") == {"7": "other"}
    table, _ = roads_n01.read(path, class_values={"7": "prefectural"})
    assert table["road_class"].tolist() == ["national", "prefectural"]
    asked = sources.RoadFiles(kind="n01", files=["r"], classes=["national", "municipal"])
    assert asked.given == {"national"}  # N01 holds no 市町村道: unknown, not none


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["national", "prefectural", "municipal"]), st.integers(0, 1)), max_size=8))
def test_each_line_is_once_whatever_the_order(rows):
    from geodata.report import IntakeReport
    from geodata.road_rows import lines_once

    def once(order):
        reports = [IntakeReport("a"), IntakeReport("b")]
        table = gpd.GeoDataFrame(
            {
                "road_class": [road for _, road, _ in order],
                "name": "",
                "emergency": "",
                "file": [f for *_, f in order],
                "row": range(len(order)),
            },
            geometry=[LINES[k] for k, *_ in order],
            crs="EPSG:6668",
        )
        kept = lines_once(table, reports)
        assert len(kept) + sum(sum(report.excluded.values()) for report in reports) == len(order)
        return {(shape.wkt, road) for shape, road in zip(kept.geometry, kept["road_class"], strict=True)}, len(kept)

    rank = ["national", "prefectural", "municipal"]
    best = {LINES[k].wkt: min((road for j, road, _ in rows if j == k), key=rank.index) for k, *_ in rows}
    assert once(rows) == once(rows[::-1]) == (set(best.items()), len(best))


def test_the_real_roads_of_2007_recounted(shared_data):
    """174 + 36 lines stand twice in a file, 46 (17.6 km) in two classes: counted here from the bare JSON."""
    files = [shared_data / "ksj" / f"N01-07L_24_class{kind}.geojson" for kind in (1, 2, 3)]
    if not all(path.is_file() for path in files):
        pytest.skip("N01-07L of Mie is not in ../shared/data/ksj")
    best: dict[tuple, str] = {}
    for path in files:
        for feature in json.loads(path.read_text(encoding="utf-8"))["features"]:
            line = tuple(map(tuple, feature["geometry"]["coordinates"]))
            best.setdefault(min(line, line[::-1]), feature["properties"]["N01_001"])
    geod, km = Geod(ellps="GRS80"), {}
    for line, kind in best.items():
        km[kind] = km.get(kind, 0.0) + geod.line_length(*zip(*line, strict=True)) / 1000
    table, reports = roads_n01.read(files)
    assert len(table) == len(best) == 5183
    told = {report.facts["km_by_class"].popitem() for report in reports}
    assert dict(told) == pytest.approx({"expressway": km["1"], "national": km["2"], "prefectural": km["3"]}, abs=1e-5)
    assert [report.excluded for report in reports] == [{}, {"road-twice": 174}, {"road-twice": 36, "road-two-classes": 46}]
    assert set(table["name"]) == {""}
    assert "17.6 km" in next(notice.text.ja for notice in reports[2].notices if notice.code == "road-two-classes")
