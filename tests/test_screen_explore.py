"""The page 地図: filters, the selection that map, table and card share, and the files of what is in view."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.explain import Asked, Explained, explain
from coverage.figures import Amount
from coverage.result import Result
from geodata.mesh import standard as mesh
from requests_gen.results.columns import ranking_rows
from requests_gen.results.ranking_sheets import ranking_csv
from requests_gen.wording.captions import caption
from screens.map.card import card, card_html, cell_html, facilities_by_zone
from screens.map.figures import figures
from screens.map.table import short_names
from screens.map.view import (
    CLASSES,
    COMPLETE,
    NO_5G,
    PARTIAL,
    SHOWABLE,
    UNKNOWN,
    View,
    chosen,
    folded,
    part_of,
    published,
    query_of,
    search_text,
    unpublished_in,
    view_of,
    zone_classes,
)
from screens.shared.figure_box import in_view as in_view_of
from screens.shared.figure_rows import rows_csv, rows_table
from tests.waiting import CEILING_S
from tests.worlds import CARRIERS, HOSTILE, study, world

pytestmark = pytest.mark.filterwarnings("ignore")
STUDY = study(CARRIERS)
TOWNS = ("24201", "24202")


@pytest.fixture(scope="module")
def result() -> Result:
    return world(unpublished=("c",))


@pytest.fixture(scope="module")
def rows(result: Result) -> pd.DataFrame:
    return ranking_rows(result, caption(result, "ja"))


def in_view(result: Result, rows: pd.DataFrame, **asked: object) -> list[str]:
    view = View(**{"generation": "4G", **asked})  # type: ignore[arg-type]
    return chosen(rows, zone_classes(result, view.generation), search_text(rows), view)


VIEWS = st.builds(
    View,
    generation=st.sampled_from(["4G", "5G"]),
    carriers=st.sets(st.sampled_from(list(CARRIERS))).map(lambda some: tuple(c for c in CARRIERS if c in some)),
    classes=st.sets(st.sampled_from(list(CLASSES))).map(lambda some: tuple(c for c in CLASSES if c in some)),
    municipality=st.sampled_from(["", *TOWNS]),
    people=st.integers(0, 9_999_999),
    text=st.text(max_size=100),
    layers=st.sets(st.sampled_from([(c, g) for c in (*CARRIERS, "any") for g in ("4G", "5G")])).map(
        lambda some: tuple((c, g) for c in (*CARRIERS, "any") for g in ("4G", "5G") if (c, g) in some)
    ),
    show=st.sets(st.sampled_from(list(SHOWABLE))).map(lambda some: tuple(s for s in SHOWABLE if s in some)),
)


@given(VIEWS)
@settings(deadline=None, max_examples=60)
def test_an_address_brings_the_view_back(view: View) -> None:
    address = {key: value for key, value in query_of(view, STUDY).items() if value}
    assert view_of(address, STUDY, TOWNS) == view


@given(st.dictionaries(st.sampled_from(["gen", "lacking", "class", "town", "people", "q", "layers", "show"]), st.text()))
@settings(deadline=None, max_examples=60)
def test_no_address_breaks_the_page(query: dict[str, str]) -> None:
    view = view_of(query, STUDY, TOWNS)
    assert view.generation in STUDY.generations
    assert set(view.carriers) <= set(CARRIERS)
    assert 0 <= view.people <= 9_999_999


@pytest.mark.parametrize(
    ("written", "asked"),
    [("キワチョウ", "きわちょう"), ("ＡＢＣ町", "abc町"), ("ﾔﾏﾉﾀﾞ", "やまのだ"), ("三ヶ野", "三ケ野"), ("24201-003", "２４２０１")],
)
def test_width_and_kana_make_no_difference(written: str, asked: str) -> None:
    assert folded(asked) in folded(written)


def test_different_names_stay_different() -> None:
    assert folded("はな") != folded("ばな")
    assert folded("川") != folded("河")


def test_filters_keep_the_order_of_rank_and_only_narrow(result: Result, rows: pd.DataFrame) -> None:
    everything = in_view(result, rows)
    assert everything == list(rows.index)
    for asked in ({"carriers": ("a",)}, {"municipality": "24202"}, {"people": 30}, {"classes": (COMPLETE,)}):
        some = in_view(result, rows, **asked)
        assert some == [zone for zone in everything if zone in set(some)]
        assert 0 < len(some) < len(everything), asked
    lacking = rows.loc[in_view(result, rows, carriers=("a", "b"))]
    assert lacking[["mark_4G_a", "mark_4G_b"]].isin(["△", "×"]).all(axis=None)


def test_zones_whose_people_are_unknown_are_not_filtered_away(result: Result, rows: pd.DataFrame) -> None:
    unknown = rows.assign(population=rows["population"].where(rows.index != rows.index[0]))
    assert in_view(result, unknown, people=9_999_999) == [rows.index[0]]


def test_a_silent_carrier_makes_the_class_unknown_not_missing(result: Result) -> None:
    five, four = zone_classes(result, "5G"), zone_classes(result, "4G")
    assert not published(result, "5G")
    assert five[UNKNOWN].all()
    assert not five[[COMPLETE, PARTIAL, NO_5G]].any(axis=None)
    assert (four[[COMPLETE, PARTIAL, UNKNOWN]].sum(axis=1) == 1).all()
    assert (four[COMPLETE] == (result.zones["complete_population"] > 0)).all()


def test_what_a_silent_carrier_leaves_open_is_said(result: Result, rows: pd.DataFrame) -> None:
    asked = View("5G", carriers=("c",), classes=(NO_5G,))
    told = [text.ja for text in unpublished_in(asked, result)]
    assert len(told) == 2
    assert "丙テレコム" in told[0]
    assert unpublished_in(View("4G", carriers=("c",), classes=(COMPLETE,)), result) == []
    assert [figure.label for figure in figures(rows.iloc[:0], result, asked, False, "ja")] == ["不感のある地区"]


def test_no_5g_by_hand() -> None:
    """100 people each: 5G reaches nobody; 5G reaches 4; 5G reaches 6; neither reaches anybody; nobody lives there."""
    made = world()
    zones = made.zones.iloc[:5].assign(
        population=[100.0, 100, 100, 100, 0], uncovered_population_4G=[0.0, 94, 0, 100, 0], uncovered_population_5G=[100.0, 96, 94, 100, 0]
    )
    told = zone_classes(replace(made, zones=zones), "4G")
    assert told[NO_5G].tolist() == [True, True, False, False, False]
    assert told[COMPLETE].tolist() == [False, True, False, True, False]


def test_the_figures_are_sums_and_say_what_is_unknown(result: Result, rows: pd.DataFrame) -> None:
    told = figures(rows, result, View("4G"), published(result, "4G"), "ja")
    assert told[0].value == f"{len(rows)}地区"
    assert told[1].value == f"{rows['population'].sum():,.0f}人"
    assert told[2].value == f"{rows['uncovered_population_4G'].sum():,.0f}人"
    five = figures(rows, result, View("5G"), published(result, "5G"), "ja")
    assert five[2].value == "不明"
    assert "未公表" in five[2].note
    gaps = figures(rows.assign(population=np.nan), result, View("4G"), True, "ja")
    assert gaps[1].value == "不明"
    partly = rows.assign(population=rows["population"].where(rows.index != rows.index[0]))
    assert figures(partly, result, View("4G"), True, "ja")[1].note == "ほかに不明 1地区"


def test_the_card_says_what_the_ranking_says(result: Result, rows: pd.DataFrame) -> None:
    zone = rows.index[0]
    made = card(zone, rows.loc[zone], result, ["甲小学校"], caption(result, "ja"))
    facts = dict(made.facts)
    assert facts["地区の人口"] == f"{rows.loc[zone, 'population']:,.0f}人"
    assert facts["最寄りエリアまでkm（いずれか1社）"] == "1.5 km"
    assert made.marks["甲通信"] == {"4G": rows.loc[zone, "mark_4G_a"], "5G": rows.loc[zone, "mark_5G_a"]}
    assert made.marks["丙テレコム"]["5G"] == "－"
    points = sum(points for _, points, _ in made.parts if points == points)
    assert points == pytest.approx(rows.loc[zone, "score"])
    assert sum(most for *_, most in made.parts) == pytest.approx(100)
    assert "－ <small>不明</small>" in card_html(made, "ja")


def test_names_in_card_and_cell_are_text(result: Result, rows: pd.DataFrame) -> None:
    said = caption(result, "ja")
    hostile = [zone for zone in rows.index if rows.loc[zone, "name"] in HOSTILE]
    assert hostile
    for zone in hostile:
        shown = card_html(card(zone, rows.loc[zone], result, list(HOSTILE), said), "ja")
        assert not re.search(r"<(img|script)", shown)
    assert "<img" not in cell_html(136.01, 34.01, None, result, "ja")


def test_every_facility_of_a_zone_is_named_once(result: Result) -> None:
    doubled = result.facilities.iloc[[0, 0, *range(1, len(result.facilities))]]
    named = facilities_by_zone(replace(result, facilities=doubled))
    assert named == facilities_by_zone(result)
    counts = {zone: len(names) for zone, names in named.items()}
    assert counts
    assert counts == {z: int(n) for z, n in result.zones["shelters"].items() if n > 0}


def test_the_files_hold_what_is_in_view(result: Result, rows: pd.DataFrame) -> None:
    some = in_view(result, rows, carriers=("a",))
    data = ranking_csv(part_of(result, some), caption(result, "ja"))
    lines = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert data.startswith(b"\xef\xbb\xbf")
    assert [line["zone_id"] for line in lines] == some
    assert {line["注記"] for line in lines} == {"架空"}
    assert not any(line["name"].startswith(("=", "+", "@")) for line in lines)


def test_short_names() -> None:
    assert short_names(["架空モバイルA", "架空モバイルB"]) == ["A", "B"]
    assert short_names(["甲", "甲乙"]) == ["甲", "甲乙"]
    assert short_names(["甲"]) == ["甲"]


def script(folder: str) -> None:
    from pathlib import Path

    from requests_gen.workspace.places import find_studies
    from screens.map import page as explore
    from screens.shared.opened import Opened

    place = find_studies(Path(folder))[0]
    explore.show(Opened(place, place.stamp, "ja"))


def opened(folder: Path, **query: str):
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_function(script, kwargs={"folder": str(folder)}, default_timeout=CEILING_S)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def ranking(folder: Path) -> list[dict[str, str]]:
    with (folder / "results" / "ranking.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def listed(page) -> list[str]:
    return list(page.dataframe[0].value["zone_id"])


def test_the_address_filters_and_filters_write_the_address(busy_place: Path) -> None:
    page = opened(busy_place, town="24203", people="100")
    assert not page.exception
    expected = [row["zone_id"] for row in ranking(busy_place) if row["municipality_id"] == "24203" and float(row["population"]) >= 100]
    assert listed(page) == expected
    page.text_input[0].set_value("大字").run()
    assert page.query_params["q"] == "大字"
    names = {row["zone_id"]: row["name"] for row in ranking(busy_place)}
    assert listed(page) == [zone for zone in expected if "大字" in names[zone]]
    page.button[0].click().run()
    assert listed(page) == [row["zone_id"] for row in ranking(busy_place)]
    assert "town" not in page.query_params


def test_a_zone_hidden_by_filters_is_said_to_be(busy_place: Path) -> None:
    zone = next(row["zone_id"] for row in ranking(busy_place) if row["municipality_id"] == "24203")
    page = opened(busy_place, zone=zone)
    assert not page.caption
    page.selectbox[0].set_value("24202").run()
    assert "当てはまらない" in page.caption[0].value
    assert page.query_params["zone"] == zone
    page.selectbox[0].set_value("24203").run()
    assert not page.caption


def test_nothing_fits(busy_place: Path) -> None:
    page = opened(busy_place, q="そんな地区はない")
    assert not page.exception
    assert "当てはまる地区がありません" in page.info[0].value


def test_a_strange_address_is_as_none(busy_place: Path) -> None:
    page = opened(busy_place, gen="9G", lacking="zz", town="'; --", people="-5", zone="99999-999", layers="a", show="x")
    assert not page.exception
    assert len(listed(page)) == len(ranking(busy_place))


@pytest.mark.browser
def test_map_table_and_card_speak_of_the_same_zone(busy_place: Path, busy_url: str, visitor) -> None:
    """Row → card and map; click on the map → card and row; click anywhere → mesh code; the link brings it back."""
    from playwright.sync_api import expect

    visit = visitor(f"{busy_url}/map?town=24203")
    page = visit.page
    spec = [row for row in ranking(busy_place) if row["municipality_id"] == "24203"][2]
    head, frame = page.locator(".kengai-card .head").first, page.frame_locator("iframe").first
    expect(frame.locator(".leaflet-container")).to_be_visible()
    table = page.get_by_test_id("stDataFrame").bounding_box()
    page.mouse.click(table["x"] + 16, table["y"] + 36 + 28 * 2 + 14)
    expect(head).to_contain_text(spec["zone_id"])
    expect(head).to_contain_text(spec["name"])
    expect(page).to_have_url(re.compile(f"zone={spec['zone_id']}"))
    expect(page.locator(".kengai-card").first).to_contain_text(f"{float(spec['population']):,.0f}人")
    visit.idle(800)  # the map has gone to the zone: it lies in the middle
    box = page.locator("iframe").first.bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 60)
    expect(page.locator(".kengai-card dl.cell")).to_be_visible()
    told = page.locator(".kengai-card").last.inner_text()
    lat, lon = map(float, re.search(r"北緯([\d.]+)・東経([\d.]+)", told).groups())
    assert str(mesh.encode(np.array([lon]), np.array([lat]), 500)[0]) in told
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(head).to_contain_text(spec["zone_id"])
    page.get_by_role("button", name="数の意味と元").click()
    box = page.locator(".st-key-kengai-figure-box")
    box.get_by_role("combobox").fill("地区の人口")
    page.keyboard.press("Enter")
    expect(box.locator(".kengai-meaning")).to_contain_text(f"{float(spec['population']):,.0f}人")
    expect(page).to_have_url(re.compile("figure=population"))
    page.keyboard.press("Escape")
    again = visitor(page.url)
    expect(again.page.locator(".kengai-card .head").first).to_contain_text(spec["zone_id"])


@pytest.mark.browser
def test_the_list_in_view_is_saved_as_files(busy_place: Path, busy_url: str, visitor) -> None:
    page = visitor(f"{busy_url}/map?town=24203&class=complete").page
    for suffix in ("CSV", "GEOJSON"):
        with page.expect_download() as saving:
            page.get_by_role("button", name=f"この一覧を{suffix}で保存").click()
        saved = saving.value
        data = Path(saved.path()).read_bytes()
        expected = [
            row["zone_id"] for row in ranking(busy_place) if row["municipality_id"] == "24203" and float(row["complete_population"]) > 0
        ]
        assert saved.suggested_filename.startswith("架空_")
        if suffix == "CSV":
            assert [line["zone_id"] for line in csv.DictReader(io.StringIO(data.decode("utf-8-sig")))] == expected
        else:
            whole = json.loads(data)
            assert [feature["id"] for feature in whole["features"]] == expected
            assert whole["fictitious"]


def test_the_card_tells_what_the_registry_holds(busy_place: Path, tmp_path: Path) -> None:
    from requests_gen.registry.registry import open_registry

    study = shutil.copytree(busy_place, tmp_path / "survey")
    zone = ranking(study)[0]["zone_id"]
    page = opened(study, zone=zone)
    assert len(page.dataframe) == 1  # the zones alone, and no registry was made by looking
    assert not (study / "kengai.sqlite").exists()
    with open_registry(study) as registry:
        registry.add_note(zone, "現地で<b>確認</b>", who="山田", at=datetime(2026, 11, 1, 9, tzinfo=UTC), year=2026)
    page = opened(study, zone=zone)
    assert not page.exception
    assert "現地で<b>確認</b>" in page.dataframe[0].value.to_string()
    assert "山田" in page.dataframe[0].value.to_string()


def told_of(result: Result, key: str, **asked: str) -> Explained:
    return explain(result, key, Asked(**asked))


def test_rows_behind_a_figure_are_whole_and_add_up_to_it(result: Result) -> None:
    told = told_of(result, "uncovered_population")
    thirds = replace(told, rows=told.rows.assign(value=10 / 3).iloc[:3], amount=Amount(10.0, 0, 3))
    assert list(rows_table(thirds, result, "ja")["この数への分（人）"]) == [4, 3, 3]
    unknown = replace(thirds, rows=thirds.rows.assign(value=[6.5, 3.5, np.nan]))
    assert rows_table(unknown, result, "ja").iloc[:, -1].isna().tolist() == [False, False, True]
    shares = told_of(result, "share_65plus")
    assert shares.amount is None
    assert rows_table(shares, result, "en").columns[-1] == "value（%）"  # shares do not add up


def test_rows_of_a_figure_as_csv_hold_no_formula_and_no_part_of_a_person(result: Result) -> None:
    rows = told_of(result, "population").rows
    rows = rows.assign(name=HOSTILE[-1], value=[np.nan, *rows["value"][1:]])
    told = replace(told_of(result, "population"), rows=rows, amount=Amount(float(rows["value"].sum()), 1, len(rows)))
    data = rows_csv(rows_table(told, result, "ja"), "地区の人口", "架空", "ja").decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(data)))
    assert len(lines) == len(rows)
    assert {line["地区"] for line in lines} == {"'" + HOSTILE[-1]}
    assert lines[0]["この数への分（人）"] == ""
    assert all(line["この数への分（人）"].isdigit() for line in lines[1:])
    assert {(line["数"], line["注記"]) for line in lines} == {("地区の人口", "架空")}


def test_a_figure_of_the_zones_in_view_is_their_sum(result: Result) -> None:
    two = [str(zone) for zone in result.zones.index[:2]]
    some = in_view_of(told_of(result, "population"), result, two)
    assert some.amount == Amount(float(result.zones.loc[two, "population"].sum()), 0, 2)
    assert sorted(some.rows.index) == sorted(two)
    assert in_view_of(told_of(result, "zones_count"), result, two).amount.value == 2


def meant(page) -> str:
    return " ".join(html.proto.body for html in page.get("html") if "kengai-meaning" in html.proto.body)


def test_an_address_opens_the_meaning_of_a_figure(busy_place: Path) -> None:
    first = ranking(busy_place)[0]
    closed = opened(busy_place, zone=first["zone_id"])
    assert not meant(closed)
    assert not [box for box in closed.selectbox if "数" in box.label]
    page = opened(busy_place, zone=first["zone_id"], figure="population")
    assert not page.exception
    assert f"<span>値</span> {float(first['population']):,.0f}人" in meant(page)
    assert "[study_population]" in meant(page)
    assert page.query_params["figure"] == "population"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"figure": "population", "zone": "99999-999"}, "地区「99999"),
        ({"figure": "populatoin"}, "「populatoin」という数はありません"),
        ({"figure": "carrier_uncovered_population", "figure_carrier": "nobody"}, "事業者「nobody」は調査結果にありません"),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest(busy_place: Path, query: dict[str, str], words: str) -> None:
    page = opened(busy_place, **query)
    assert not page.exception
    (told,) = [error.value.replace("\\", "").replace("\u2060", "") for error in page.error]
    assert words in told
    assert "近いもの" in told
    assert listed(page)  # the page itself is as always
