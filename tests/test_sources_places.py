"""Schools, clinics, offices, stations and the team's own places: small files of the documented shapes."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from coverage.inputs import read_files
from coverage.study.sources import FacilityFiles
from geodata.errors import DataError
from geodata.sources import (
    clinics_p04,
    field_tests,
    gsi_shelters,
    offices_p05,
    own_places,
    schools_p29,
    settlements,
    site_reports,
    stations_n02,
)
from geodata.tables import points


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


def test_the_same_columns_of_2013_mean_other_things(tmp_path):
    """P29-13 as it is: seven columns of the names that 2021 uses; P29_007 says who runs the school, 2 = 都道府県."""
    old = {
        "P29_001": ["24443"] * 2,
        "P29_002": ["16"] * 2,
        "P29_003": ["16001", "16004"],
        "P29_004": ["16001", "16004"],
        "P29_005": ["甲小学校", "県立乙高等学校"],
        "P29_006": ["大字一", "大字二"],
        "P29_007": ["3", "2"],
    }
    table, (report,) = schools_p29.read(file(tmp_path, old))
    assert table["name"].tolist() == ["甲小学校", "県立乙高等学校"]
    assert table["kind"].tolist() == ["16001", "16004"]
    assert report.facts["vintage"] == "2013"
    assert not report.excluded
    with pytest.raises(DataError) as error:
        schools_p29.read(file(tmp_path, old | {"P29_004": ["16001", "乙高等学校"]}))
    assert error.value.code == "vintage-unclear"
    assert "2 件目「乙高等学校」" in str(error.value)


def test_which_classes_are_schools_is_said(tmp_path):
    columns = p29(P29_003=["16001", "16011", "16099"], P29_007=["1", "0", "0"])
    table, (report,) = schools_p29.read(file(tmp_path, columns))
    assert table["name"].tolist() == ["甲小学校"]
    assert report.excluded == {"school-class-not-counted": 1, "school-class-unknown": 1}
    assert adds_up(report)
    told = {notice.code: notice for notice in report.notices}
    assert "16099 が 1 件" in told["code-unknown"].text.ja
    assert "幼稚園（16011） 1" in told["school-class-not-counted"].text.ja
    # the advice works: what is written into classes counts, and is no longer told
    table, (report,) = schools_p29.read(file(tmp_path, columns), classes=["16001", "16011", "16099"])
    assert len(table) == 3
    assert "code-unknown" not in {notice.code for notice in report.notices}
    assert report.facts["codes"]["P29_003"] == {"16001": 1, "16011": 1, "16099": 1}


def test_no_school_of_the_classes_is_an_answer(tmp_path):
    table, (report,) = schools_p29.read(file(tmp_path, p29(P29_003=["16011"] * 3)))
    assert len(table) == 0
    assert adds_up(report)


def test_what_a_school_does_not_say_of_closing_is_told(tmp_path):
    table, (report,) = schools_p29.read(file(tmp_path, p29(P29_007=["0", "9", "2"])))
    assert table["name"].tolist() == ["乙中学校", "甲小学校"]
    assert report.facts["codes"]["P29_007"] == {"0": 1, "2": 1, "9": 1}
    told = {notice.code: (notice.level, notice.count, notice.places) for notice in report.notices}
    assert told["code-unknown"] == ("warn", 1, ("2",))
    assert told["school-closing-unsurveyed"][:2] == ("info", 1)


def test_one_blank_among_whole_numbers_hides_no_code(tmp_path):
    """A reader that makes floats of numbers with a gap says 16001.0 and 2.0 for what the file says."""
    columns = p29(P29_003=[16001, 16002, 16001], P29_007=[None, 1, 2])
    features_of_numbers = file(tmp_path, columns)
    table, (report,) = schools_p29.read(features_of_numbers)
    assert table["kind"].tolist() == ["16002", "16001"]
    assert report.excluded == {"school-closed": 1}
    assert report.facts["codes"]["P29_007"] == {"空欄": 1, "1": 1, "2": 1}
    clinics = {"P04_001": [1, None, 3], "P04_002": ["甲病院", "乙", "丙歯科"], "P04_003": ["a"] * 3}
    table, (report,) = clinics_p04.read(file(tmp_path, clinics))
    assert dict(zip(table["name"], table["kind"], strict=True)) == {"甲病院": "病院", "乙": ""}
    assert report.excluded == {"dental-clinic": 1}


def test_classes_of_a_study_belong_to_schools():
    assert FacilityFiles(kind="schools_p29", files=["a"], classes=["16011"]).classes == ["16011"]
    for wrong in ({"kind": "clinics_p04", "classes": ["16011"]}, {"kind": "schools_p29", "classes": ["小学校"]}):
        with pytest.raises(ValidationError):
            FacilityFiles(files=["a"], **wrong)


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


def test_codes_outside_the_list_are_told(tmp_path):
    halls = {"P05_001": ["24443"] * 4, "P05_002": ["3", "5", "7", ""], "P05_003": list("甲乙丙丁"), "P05_004": ["a"] * 4}
    table, (report,) = offices_p05.read(file(tmp_path, halls))
    assert dict(zip(table["name"], table["category"], strict=True)) == {"甲": "office", "乙": "hall", "丙": "hall", "丁": "hall"}
    (told,) = (notice for notice in report.notices if notice.code == "code-unknown")
    assert (told.level, told.count, told.places) == ("warn", 2, ("3", "4"))
    assert "空欄 が 1 件、7 が 1 件" in told.text.ja
    clinics = {"P04_001": ["1", "4"], "P04_002": ["甲病院", "乙薬局"], "P04_003": ["a", "b"]}
    table, (report,) = clinics_p04.read(file(tmp_path, clinics))
    assert len(table) == 2
    assert [notice.count for notice in report.notices if notice.code == "code-unknown"] == [1]
    town_halls = {"P34_001": ["24443"], "P34_002": ["3"], "P34_003": ["甲"], "P34_004": ["a"]}
    _, (report,) = offices_p05.read(file(tmp_path, town_halls))
    assert "code-unknown" in {notice.code for notice in report.notices}


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


def test_stations_of_one_name_far_apart_are_two(tmp_path):
    """0.01 degrees of latitude are 1,112 m, 0.008 are 890 m: a and b hang together, c is a step too far."""
    lats = {"a": 34.0, "b": 34.008, "c": 34.0181, "d": 38.0}
    lines = [shapely.LineString([(136, lat), (136.0001, lat)]) for lat in lats.values()]
    columns = {"N02_003": list(lats), "N02_004": ["A"] * 4, "N02_005": ["大久保"] * 4}
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]):
        shuffled = {key: [values[k] for k in order] for key, values in columns.items()}
        table, (report,) = stations_n02.read(file(tmp_path, shuffled, [lines[k] for k in order]))
        assert dict(zip(table["route"], table.geometry.y.round(4), strict=True)) == {"a・b": 34.004, "c": 34.0181, "d": 38.0}
        assert table.index.tolist() == ["station/大久保", "station/大久保#2", "station/大久保#3"]
        assert report.excluded == {"platforms-of-one-station": 1}
    # a group that the file itself names is no reason to put a station between two towns
    grouped = columns | {"N02_005g": ["7"] * 4}
    assert len(stations_n02.read(file(tmp_path, grouped, lines))[0]) == 3


def features(path: Path) -> list[dict]:
    if not path.is_file():
        pytest.skip(f"{path.name} is not here")
    return json.loads(path.read_text(encoding="utf-8"))["features"]


def test_real_schools_by_code(shared_data):
    for name, schools, unknown in (("P29-21_27", 1835, 2), ("P29-21_10", 585, 0)):
        path = shared_data / "ksj" / f"{name}.geojson"
        every = [one["properties"] for one in features(path)]
        table, (report,) = read_files(FacilityFiles(kind="schools_p29", files=[path.name]), [path])
        kinds = Counter(str(one["P29_003"]) for one in every)
        assert report.facts["codes"]["P29_003"] == kinds
        assert report.facts["codes"]["P29_007"] == Counter(str(one["P29_007"]) for one in every)
        wanted = {"16001", "16002", "16003", "16004", "16012", "16014"}
        assert len(table) == schools == sum(count for code, count in kinds.items() if code in wanted)
        assert sum(notice.count for notice in report.notices if notice.code == "code-unknown") == unknown
        assert report.verdict == ("warn" if unknown else "accept")
        assert adds_up(report)
    every = FacilityFiles(kind="schools_p29", files=[path.name], classes=sorted(kinds))
    assert len(read_files(every, [path])[0]) == len(features(path))


def test_real_offices_by_code(shared_data):
    path = shared_data / "ksj" / "P05-22_38.geojson"
    kinds = Counter(one["properties"]["P05_002"] for one in features(path))
    table, (report,) = offices_p05.read(path)
    assert report.facts["codes"]["P05_002"] == kinds == {"1": 20, "2": 141, "3": 33, "4": 1020, "5": 1384}
    assert Counter(table["category"]) == {"office": 194, "hall": 2404}
    assert report.verdict == "accept"


def test_real_stations_of_one_name(shared_data):
    """Six pairs of one name and operator lie 77 to 464 km apart: no station may stand where there is no platform."""
    path = shared_data / "ksj" / "N02-20_Station.geojson"
    platforms = [(one["properties"], shapely.geometry.shape(one["geometry"])) for one in features(path)]
    table, (report,) = stations_n02.read(path)
    assert report.records_in_file == len(platforms) == 10267
    assert len(platforms) - report.excluded["platforms-of-one-station"] == 9561 + 6  # names with operator, and the six pairs
    for name, routes in (("大久保", "奥羽線"), ("大久保", "中央線"), ("下松", "山陽線"), ("下松", "阪和線"), ("大沢", "上越線")):
        ((station),) = table[(table["name"] == name) & (table["route"] == routes)].geometry
        here = [shape for props, shape in platforms if props["N02_005"] == name and props["N02_003"] == routes]
        assert min(shape.distance(station) for shape in here) < 0.001
    spots = shapely.STRtree([shape for _, shape in platforms])
    distance = spots.query_nearest(table.geometry.to_numpy(), return_distance=True)[1]
    assert distance.max() < 0.01  # about 1 km
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
    with pytest.raises(DataError) as error:  # features are counted from 1
        own_places.read(file(tmp_path, {"名称": ["甲", "乙"], "種別": ["登山道", "ひみつ"]}))
    assert str(error.value.where) == "行 2"


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


HEADS = {
    own_places: ("名称,種別,緯度,経度", "甲,登山道"),
    gsi_shelters: ("施設・場所名,受入対象者,緯度,経度", "甲,だれでも"),
    settlements: ("大字名,市町村名,緯度,経度", "甲,乙町"),
    field_tests: ("日時,通話可否,事業者,緯度,経度", "2026/11/3 14:05,可,架空アルファ"),
    site_reports: ("日付,状況,事業者,緯度,経度", "2026/11/3,圏外,架空アルファ"),
}


def read_list(source, folder, *rows):
    """The list of `source` whose rows end in these coordinates."""
    head, start = HEADS[source]
    path = folder / "list.csv"
    path.write_text("\n".join([head, *(f"{start},{row}" for row in rows)]) + "\n", encoding="utf-8")
    more = {"carriers": {"alpha": ["架空アルファ"]}} if source in (field_tests, site_reports) else {}
    return source.read(path, **more)


@pytest.mark.parametrize("source", HEADS)
def test_a_list_without_a_usable_row_is_refused_with_the_reasons(tmp_path, source):
    with pytest.raises(DataError) as error:
        read_list(source, tmp_path, ",", "34.5,", "x,136.5")
    assert error.value.code == "no-usable-row"
    assert error.value.file == "list.csv"
    assert "緯度・経度が空の行を除きました。（2 行: 2、3）" in str(error.value)
    assert "読めない行を除きました。（1 行: 4）" in str(error.value)
    # the remedy works
    table, (report,) = read_list(source, tmp_path, ",", "34.5,136.5", "34°30′0″N,136°30′0″E")
    assert report.excluded["no-coordinates"] == 1
    assert table.geometry.x.round(9).unique().tolist() == [136.5]
    assert {(notice.code, notice.level) for notice in report.notices} >= {("coordinates-dms", "info")}


def test_what_a_field_test_says_of_no_carrier_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text(HEADS[field_tests][0] + "\n2026/11/3 14:05,可,架空オメガ,34.5,136.5\n", encoding="utf-8")
    with pytest.raises(DataError, match="架空オメガ") as error:
        field_tests.read(tmp_path / "a.csv", carriers={"alpha": ["架空アルファ"]})
    assert error.value.code == "no-usable-row"


@pytest.mark.parametrize(
    "written",
    [
        "34°15'30.5\"N",
        "34度15分30.5秒",
        "北緯34度15分30.5秒",
        "34-15-30.5",
        "N34.15.30.5",
        "34:15:30.5",
        "34 15 30.5",
        "34゜15′30.5″",
        "34º15’30.5”",
        "３４度１５分３０．５秒",
        "３４－１５－３０．５",
        "34°15.508333333'",
        "34.258472222°",
    ],
)
def test_degrees_with_minutes_and_seconds_are_read(written):
    assert points.degrees(pd.Series([written]))[0] == pytest.approx(34 + 15 / 60 + 30.5 / 3600, abs=1e-9)


@pytest.mark.parametrize("written", ["", "34度", "34°60'0\"", "34°15'75\"", "34-15", "34°15'30\"N E", "1/2", "-34°15'30\"N", "約34.2"])
def test_what_is_no_degree_is_not_guessed(written):
    assert pd.isna(points.degrees(pd.Series([written]))[0])


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 3600 * 179), st.sampled_from(["{}°{}'{}\"", "{}度{}分{}秒", "{}-{}-{}", "{}:{}:{}", "{} {} {}"]))
def test_degrees_written_out_come_back(seconds, form):
    """Law: any whole second, written with degrees, minutes and seconds, is that many degrees."""
    written = form.format(seconds // 3600, seconds // 60 % 60, seconds % 60)
    assert points.degrees(pd.Series([written]))[0] == pytest.approx(seconds / 3600, abs=1e-12)


def test_degrees_run_together_are_asked_for(tmp_path):
    with pytest.raises(DataError) as error:
        read_list(own_places, tmp_path, "34.5,136.5", "341530.5,1363015.5")
    assert error.value.code == "coordinates-run-together"
    assert str(error.value.where) == "3 行目"
    assert "34°15'30.5\"" in error.value.in_("ja")


def test_invisible_signs_in_names_are_taken_out_and_counted(tmp_path):
    lines = ["大字名,市町村名,緯度,経度", "字\u200b西1,甲市,34.5,136.5", "字\u202e南,\ufeff甲市,34.6,136.5", "字　東,甲市,34.7,136.5"]
    (tmp_path / "places.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    table, (report,) = settlements.read(tmp_path / "places.csv")
    assert sorted(table.index) == ["甲市/字　東", "甲市/字南", "甲市/字西1"]
    (told,) = report.notices
    assert (told.level, told.code, told.count, told.places) == ("warn", "control-characters", 3, ("2 大字名", "3 大字名", "3 市町村名"))
    shapes = file(tmp_path, {"大字名": ["字\u200b西1", "'字南"], "市町村名": ["甲市", '="甲市"']})
    table, (report,) = settlements.read(shapes)
    assert sorted(table.index) == ["甲市/字南", "甲市/字西1"]
    assert [(notice.code, notice.count) for notice in report.notices] == [("control-characters", 1), ("excel-text-marks", 2)]


@pytest.mark.parametrize(
    ("kind", "word"),
    [
        ("避難所ではない", "ではない"),
        ("立入禁止林", "禁止"),
        ("非農地", "非"),
        ("観光地（閉鎖）", "閉鎖"),
        ("公民館（なし）", "なし"),
        ("避難所（未指定）", "未指定"),
        ("公園跡", "跡"),
    ],
)
def test_a_kind_that_denies_says_nothing_of_what_a_place_is(kind, word):
    from geodata.sources.own_places import categories

    with pytest.raises(DataError) as caught:
        categories(pd.Series(["避難所", kind], index=[2, 3]))
    assert (caught.value.code, str(caught.value.where)) == ("place-kind-denied", "行 3")
    assert f"「{kind}」" in caught.value.problem.ja
    assert f"「{word}」" in caught.value.problem.ja


def test_what_each_kind_was_taken_for_stands_in_the_report(tmp_path):
    from geodata.sources import own_places

    (tmp_path / "a.csv").write_text(
        "名称,種別,緯度,経度\n甲,避難所（みなし）,34.5,136.5\n乙,城跡公園,34.6,136.5\n丙,城跡公園,34.7,136.5\n丁,非常用避難所,34.8,136.5\n"
    )
    table, (report,) = own_places.read(tmp_path / "a.csv")
    assert dict(zip(table["name"], table["category"], strict=True)) == {"甲": "shelter", "乙": "tourism", "丙": "tourism", "丁": "shelter"}
    assert report.facts["kinds"] == {"城跡公園 → 観光地": 2, "避難所（みなし） → 避難所": 1, "非常用避難所 → 避難所": 1}
