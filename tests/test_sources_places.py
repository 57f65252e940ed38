"""Schools, clinics, offices, stations and the team's own places: small files of the documented shapes."""

from __future__ import annotations

import geopandas as gpd
import pytest
import shapely

from geodata.errors import DataError
from geodata.sources import clinics_p04, offices_p05, own_places, schools_p29, stations_n02


def file(folder, columns: dict, shapes=None, name="x.geojson"):
    many = len(next(iter(columns.values())))
    shapes = shapes or [shapely.Point(136 + k / 100, 34 + k / 100) for k in range(many)]
    gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:6668").to_file(folder / name)
    return folder / name


def adds_up(*reports) -> bool:
    return all(report.records_in_file == report.accepted + sum(report.excluded.values()) for report in reports)


def p29(**more):
    columns = {
        "P29_001": ["24443"] * 3,
        "P29_002": ["a", "b", "c"],
        "P29_003": ["16001", "16002", "16001"],
        "P29_004": ["甲小学校", "乙中学校", "丙小学校"],
        "P29_005": ["大字一", "大字二", "大字三"],
        "P29_006": ["3"] * 3,
        "P29_007": ["1", "1", "2"],
        "P29_008": [""] * 3,
        "P29_009": [""] * 3,
    }
    return columns | more


def test_closed_schools_do_not_count(tmp_path):
    table, (report,) = schools_p29.read(file(tmp_path, p29()))
    assert table["name"].tolist() == ["乙中学校", "甲小学校"]
    assert set(table["category"]) == {"school"}
    assert report.excluded == {"school-closed": 1}
    assert adds_up(report)


def test_schools_of_2013_tell_nothing_of_closing(tmp_path):
    old = {
        "P29_001": ["24443"],
        "P29_002": ["16"],
        "P29_003": ["16001"],
        "P29_004": ["16001"],
        "P29_005": ["甲小学校"],
        "P29_006": ["大字一"],
    }
    table, (report,) = schools_p29.read(file(tmp_path, old))
    assert table["name"].tolist() == ["甲小学校"]
    assert "school-closed-unknown" in {notice.code for notice in report.notices}


def test_a_file_of_something_else_is_refused(tmp_path):
    with pytest.raises(DataError, match="P29"):
        schools_p29.read(file(tmp_path, {"name": ["甲"]}))


def test_clinics_without_dentists(tmp_path):
    columns = {"P04_001": ["1", "2", "3"], "P04_002": ["甲病院", "乙診療所", "丙歯科"], "P04_003": ["a", "b", "c"]}
    table, (report,) = clinics_p04.read(file(tmp_path, columns))
    assert dict(zip(table["name"], table["kind"], strict=True)) == {"乙診療所": "診療所", "甲病院": "病院"}
    assert report.excluded == {"dental-clinic": 1}
    assert adds_up(report)
    assert len(clinics_p04.read(file(tmp_path, columns), dental=True)[0]) == 3


def test_offices_and_halls(tmp_path):
    columns = {"P05_001": ["24443"] * 3, "P05_002": ["1", "2", "4"], "P05_003": ["町役場", "支所", "集会所"], "P05_004": ["a"] * 3}
    table, (report,) = offices_p05.read(file(tmp_path, columns))
    assert dict(zip(table["name"], table["category"], strict=True)) == {"町役場": "office", "支所": "office", "集会所": "hall"}
    assert adds_up(report)
    assert "redistributable" not in report.facts


def test_p34_may_not_be_passed_on(tmp_path):
    columns = {"P34_001": ["24443"], "P34_002": ["1"], "P34_003": ["町役場"], "P34_004": ["a"]}
    _, (report,) = offices_p05.read(file(tmp_path, columns))
    assert report.facts["redistributable"] is False
    assert "not-redistributable" in {notice.code for notice in report.notices}


def test_platforms_of_one_station_are_one(tmp_path):
    lines = [
        shapely.LineString([(136, 34), (136.002, 34)]),
        shapely.LineString([(136, 34.002), (136.002, 34.002)]),
        shapely.LineString([(137, 34), (137.002, 34)]),
    ]
    columns = {
        "N02_003": ["甲線", "乙線", "甲線"],
        "N02_004": ["A", "B", "A"],
        "N02_005": ["多気", "多気", "多気"],
        "N02_005g": ["1", "1", "9"],
    }
    table, (report,) = stations_n02.read(file(tmp_path, columns, lines))
    assert sorted(table["route"]) == ["乙線・甲線", "甲線"]
    middle = table[table["route"] == "乙線・甲線"].geometry.iloc[0]
    assert (middle.x, middle.y) == pytest.approx((136.001, 34.001))
    assert report.excluded == {"platforms-of-one-station": 1}
    assert adds_up(report)


OWN = """名称,種別,緯度,経度,年間利用者数,出典
大杉谷登山道,登山道,34.2,136.15,"5,000",町調べ
やまあいキャンプ場,観光（キャンプ）,34.21,136.16,,町調べ
杉作業場,林業の作業場,34.22,136.17,,
,観光,34.23,136.18,,
場所なし,観光,,,,
"""


def test_own_places_by_the_words_of_the_office(tmp_path):
    (tmp_path / "own.csv").write_text(OWN, encoding="cp932")
    table, (report,) = own_places.read(tmp_path / "own.csv")
    assert dict(zip(table["name"], table["category"], strict=True)) == {
        "大杉谷登山道": "trail",
        "やまあいキャンプ場": "tourism",
        "杉作業場": "worksite",
    }
    assert table.loc["trail/大杉谷登山道", "visitors"] == "5,000"
    assert report.excluded == {"no-coordinates": 1, "no-name": 1}
    assert adds_up(report)


def test_a_trail_as_a_line_counts_at_its_middle(tmp_path):
    path = file(tmp_path, {"名称": ["古道"], "種別": ["遊歩道"]}, [shapely.LineString([(136, 34), (136.01, 34), (136.02, 34)])], "t.gpkg")
    table, _ = own_places.read(path)
    assert table.geometry.iloc[0].x == pytest.approx(136.01)


def test_a_kind_nobody_knows_is_asked_for(tmp_path):
    (tmp_path / "own.csv").write_text("名称,種別,緯度,経度\n甲,ひみつ,34,136\n", encoding="utf-8")
    with pytest.raises(DataError, match="ひみつ") as error:
        own_places.read(tmp_path / "own.csv")
    assert "2" in error.value.in_("ja")


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path):
    columns = p29(P29_004=["甲小学校", "甲小学校", "乙小学校"], P29_007=["1"] * 3)
    shapes = [shapely.Point(136 + k / 100, 34) for k in range(3)]
    one, _ = schools_p29.read(file(tmp_path, columns, shapes))
    other, _ = schools_p29.read(file(tmp_path, {k: v[::-1] for k, v in columns.items()}, shapes[::-1], "y.geojson"))
    assert one.index.tolist() == other.index.tolist() == ["school/乙小学校", "school/甲小学校", "school/甲小学校#2"]
    assert one.geometry.x.tolist() == other.geometry.x.tolist()


def test_a_school_listed_twice_is_one(tmp_path):
    columns = {key: [values[0]] * 2 for key, values in p29().items()}
    table, (report,) = schools_p29.read(file(tmp_path, columns, [shapely.Point(136, 34)] * 2))
    assert len(table) == 1
    assert report.excluded == {"duplicate-row": 1}
    assert adds_up(report)
