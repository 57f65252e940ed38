"""Roads of 国土数値情報 N13 and of the office's own ledger: small files of their shapes."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geodata.errors import DataError
from geodata.sources import road_ledger, roads_n13

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
