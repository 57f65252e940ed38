"""What makes a zone urgent, in the sheet, annex 1, annex 2 and the report of what was read. World: urgent_study."""

from __future__ import annotations

import csv
import dataclasses
import functools
import io
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from pypdf import PdfReader

from coverage.carrier_need import carrier_need, zone_facilities
from coverage.result import Result
from coverage.run import run
from coverage.study.study import read_study
from geodata.schema import FACILITY_CATEGORIES
from requests_gen.letters.annexes.annex1 import Annex, annex, municipal_orders
from requests_gen.letters.pdf import annex1_pdf, annex2_pdf, font_size_pt
from requests_gen.registry.registry import open_registry
from requests_gen.results.columns import ranking_columns, ranking_rows
from requests_gen.results.intake_report import intake_html
from requests_gen.results.ranking_sheets import ranking_csv, write_ranking_xlsx
from requests_gen.web_map.data import map_data
from requests_gen.web_map.page import TEMPLATES
from requests_gen.web_map.words import MAP_WORDS
from requests_gen.web_map.zone_card import urgency_facts
from requests_gen.wording.captions import caption
from requests_gen.wording.urgency import not_used, source_kinds, subsidy_note, subsidy_of, subsidy_rules
from tests.letter_world import SETTINGS, papers_of, settings_of, world
from tests.urgent_study import write_urgent_study
from tests.worlds import HOSTILE

NAMES = [HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[4]]  # the other has a sign without a glyph, which is refused
PASS, SOUTH, EAST, WEST = "24202-002", "24202-001", "24201-001", "24201-002"
ROAD_KM = 0.577  # the cell's width at 34.006° N: 22.5" of longitude


@functools.cache
def urgent_folder() -> Path:
    return write_urgent_study(Path(tempfile.mkdtemp(prefix="kengai-test-")))


@functools.cache
def urgent() -> Result:
    """The result of the study; not to be changed."""
    return run(read_study(urgent_folder()))


@functools.cache
def papers(carrier: str = "alpha", more: str = ""):
    folder = Path(tempfile.mkdtemp(prefix="kengai-test-"))
    return papers_of(urgent(), settings_of(folder, SETTINGS + more, urgent_folder()), carrier)


def with_zones(result: Result, **values: dict[str, object]) -> Result:
    """The same result with other values in some zones: {column: {zone_id: value}}."""
    zones = result.zones.copy()
    for column, by_zone in values.items():
        for zone, value in by_zone.items():
            zones.loc[zone, column] = value
    return dataclasses.replace(result, zones=gpd.GeoDataFrame(zones, geometry="geometry", crs=result.zones.crs))


def printed(table) -> list[dict[str, str]]:
    heads = [heading.text.replace("\n", "") for heading in table.headings]
    return [dict(zip(heads, [cell.text for cell in row], strict=True)) for row in table.cells]


# ---- annex 1 ----


def test_a_place_without_people_but_with_a_road_is_asked_for_as_a_road():
    """峠: nobody, 0.58 km of 県道 outside both areas. It was － for want of people; its land lies outside."""
    rows = {row["地区ID"]: row for row in printed(papers().table)}
    row = rows[PASS]
    assert (row["種別"], row["貴社エリア外人口(推計)"], row["貴社エリア外の道路(km)"], row["うち６５歳以上割合"]) == (
        "道路",
        "０",
        "０．６",
        "－",
    )
    assert (row["架空アルファ（貴社）"], row["架空ベータ"], row["提供事業者数"]) == ("×", "×", "０社")
    assert any("陸地の面積で判定" in note for note in papers().table.notes)


def test_kinds_places_designations_and_grants_by_hand():
    rows = {row["地区ID"]: row for row in printed(papers().table)}
    south = rows[SOUTH]
    assert (south["種別"], south["貴社エリア外の学校・医療等(か所)"], south["条件不利地域"], south["補助活用の可能性"]) == (
        "居住・施設・観光",
        "２",
        "過・半",
        "可能性あり",
    )
    # 東 is designated by no list, but 辺地 and others were not given: not known, and not "no"
    assert (rows[EAST]["条件不利地域"], rows[EAST]["補助活用の可能性"]) == ("不明", "不明")
    assert any("2026年度の決まり（未確認" in plain(note) for note in papers().table.notes)


def plain(text: str) -> str:
    return text.translate(str.maketrans("０１２３４５６７８９．", "0123456789."))


def test_totals_are_sums_of_the_printed_rows():
    table = papers().table
    total = dict(zip([h.text.replace("\n", "") for h in table.headings], table.totals, strict=True))
    assert total["貴社エリア外の道路(km)"].value == pytest.approx(0.6)
    assert total["貴社エリア外の学校・医療等(か所)"].value == 2


def test_a_carrier_is_shown_its_own_road_only():
    """alpha's road lies inside its area once its own figure is 0: beta's 0.58 km is not alpha's."""
    mine = with_zones(urgent(), uncovered_road_km_alpha={PASS: 0.0})
    need = carrier_need(mine, "alpha", "4G")
    assert need.at[PASS, "road_km"] == 0
    assert carrier_need(mine, "beta", "4G").at[PASS, "road_km"] == pytest.approx(ROAD_KM, abs=0.001)


def rows_of(result: Result, carrier: str = "alpha", **more) -> Annex:
    settings = settings_of(Path(tempfile.mkdtemp(prefix="kengai-test-")), study_folder=urgent_folder())
    return annex(result, carrier, settings.zones, None, pd.Series(1.0, index=result.zones.index), **more)


def test_a_served_zone_with_roads_is_asked_for_where_roads_count():
    """西 is ○ to alpha. With 0.4 km of road outside alpha's area it competes (least_road_km 0.1)."""
    assert WEST not in {row.zone_id for row in rows_of(urgent()).rows}
    with_road = rows_of(with_zones(urgent(), uncovered_road_km_alpha={WEST: 0.4}))
    (west,) = [row for row in with_road.rows if row.zone_id == WEST]
    assert (west.kind, west.road_km, west.marks[0]) == ("道路", 0.4, "○")


def test_the_municipalities_order_by_registry_or_none():
    assert {row.municipal_order for row in rows_of(urgent()).rows} == {None}
    ordered = rows_of(urgent(), orders={PASS: 1})
    assert {row.zone_id: row.municipal_order for row in ordered.rows} == {PASS: 1, SOUTH: None, EAST: None}


def test_the_order_of_the_registry_reaches_the_letters(tmp_path):
    assert municipal_orders(tmp_path, 2026) is None
    with open_registry(tmp_path / "kengai.sqlite") as registry:
        assert municipal_orders(tmp_path, 2026) is None
        at = datetime(2026, 9, 1, tzinfo=UTC)
        registry.set_municipal_order(2026, PASS, 1, "", who="県", at=at, expected_revision=0)
        registry.set_municipal_order(2026, SOUTH, None, "", who="県", at=at, expected_revision=0)
    assert municipal_orders(tmp_path, 2026) == {PASS: 1}
    assert municipal_orders(tmp_path, 2027) is None


def test_unknown_is_told_and_never_zero():
    """No roads and no places given: no column, but a note; a single unknown row says 不明, and its sum how many it does not hold."""
    result = world()
    notes = papers_of(result, settings_of(Path(tempfile.mkdtemp(prefix="kengai-test-")))).table.notes
    assert any("学校・医療等、不感道路延長、条件不利地域・補助活用の可能性は、資料がないため不明" in note for note in notes)
    hole = with_zones(urgent(), uncovered_road_km_alpha={SOUTH: np.nan})
    (south,) = [row for row in rows_of(hole).rows if row.zone_id == SOUTH]
    assert south.road_km is None
    figures = rows_of(hole).figures
    assert (figures.road_km, figures.unknown) == (pytest.approx(0.6), {"road_km": 1})


def test_shelters_are_shelters_only():
    """A school in the zone is no shelter; a school that is a shelter too counts once as each."""
    assert carrier_need(urgent(), "alpha", "4G").at[SOUTH, "shelters"] == 0
    places = urgent().facilities
    school = places[places["category"] == "school"]
    both = pd.concat([places, school.assign(category="shelter").rename(index=lambda key: f"{key}/2")])
    result = dataclasses.replace(urgent(), facilities=gpd.GeoDataFrame(both, crs=places.crs))
    assert sorted(zone_facilities(result).query("zone_id == @SOUTH")["category"]) == ["clinic", "school", "shelter", "trail"]
    need = carrier_need(result, "alpha", "4G").loc[SOUTH]
    assert (need["shelters"], need["public"], need["visited"]) == (1, 2, 1)


def test_the_letters_of_a_wide_table_are_smaller():
    assert font_size_pt(250) == 8.0
    assert font_size_pt(345) < 7
    assert font_size_pt(900) == 5.8


# ---- annex 2 ----


def test_every_part_of_the_sheet_says_what_is_known_and_what_is_missing():
    sheets = {sheet.zone_id: sheet for sheet in papers().sheets}
    south = sheets[SOUTH]
    places = dict(south.facilities)
    assert "南小学校（エリア外）" in places["学校"]
    assert "南の峰登山道（登山道、エリア外）" in places["登山道・観光・農林業"]
    assert places["避難所等"] == "地区の区画内にはない"
    assert places["役場・支所・集会所"] == places["駅"] == "データなし（未収集）"
    assert "P29-23_24.geojson" in places["出典"]
    assert "ledger.geojson" in places["出典"]
    assert places["不感道路延長"] == "貴社のエリア外の緊急輸送道路及び県道以上はない"
    assert plain(dict(sheets[PASS].facilities)["不感道路延長"]).startswith("貴社のエリア外　約0.6km")
    assert plain(dict(south.dangers)["土砂災害警戒区域"]) == "約17％が区域内"
    assert dict(south.dangers)["津波浸水想定"] == "データなし（未収集）"
    assert dict(sheets[EAST].dangers)["土砂災害警戒区域"] == "区域に入らない"
    assert dict(south.building)["用地・電源・光ファイバ・搬入路"] == "データなし（未収集）"
    grant = dict(south.grant)
    assert "過疎地域・半島（最も早い期限 2027-03-31まで）" in grant["条件不利地域の種別"]
    assert "辺地・離島・振興山村・特定農山村・豪雪地帯はデータなし（未収集）" in grant["条件不利地域の種別"]
    assert grant["補助活用の可能性"].startswith("可能性あり")
    assert "未確認" in grant["根拠"]
    assert "国の審査" in grant["根拠"]
    assert dict(sheets[EAST].grant)["補助活用の可能性"].startswith("不明")
    assert dict(south.effect)["整備された場合"].endswith("学校・医療等２か所")


def test_where_other_carriers_are_hidden_their_roads_are_too():
    hidden = {sheet.zone_id: sheet for sheet in papers("alpha", '[zones]\nother_carriers = "hidden"\n').sheets}
    shown = {sheet.zone_id: sheet for sheet in papers().sheets}
    assert "１社でもエリア外" in dict(shown[PASS].facilities)["不感道路延長"]
    assert "１社でもエリア外" not in dict(hidden[PASS].facilities)["不感道路延長"]


def test_the_pdfs_hold_it_and_stay_on_their_pages():
    made = papers()
    one = PdfReader(io.BytesIO(annex1_pdf(made.table, made.frame)))
    assert len(one.pages) == 1
    text = one.pages[0].extract_text().replace("\n", "").replace(" ", "")
    assert {"道路", "可能性", "過・半", PASS} <= {word for word in ("道路", "可能性", "過・半", PASS) if word in text}
    two = PdfReader(io.BytesIO(annex2_pdf(made.sheets, {}, made.frame)))
    assert len(two.pages) <= 2 * len(made.sheets)
    assert all((round(float(page.mediabox.width)), round(float(page.mediabox.height))) == (595, 842) for page in two.pages)


# ---- the grant ----


def test_a_year_without_rules_is_unknown_and_says_so():
    study = urgent().study
    later = study.model_copy(update={"about": study.about.model_copy(update={"fiscal_year": 2027})})
    assert subsidy_rules(later) is None
    result = dataclasses.replace(urgent(), study=later)
    assert {found.answer for found in subsidy_of(result, None).values()} == {"unknown"}
    assert "2027年度の決まりがまだない" in subsidy_note(later, None).ja
    assert set(ranking_rows(result, caption(result, "ja"))["subsidy"]) == {"不明"}


# ---- the ranking sheet ----


def csv_rows(result: Result) -> dict[str, dict[str, str]]:
    text = ranking_csv(result, caption(result, "ja")).decode("utf-8-sig")
    return {row["zone_id"]: row for row in csv.DictReader(io.StringIO(text, newline=""))}


def test_the_ranking_holds_every_column_with_a_meaning():
    rows = csv_rows(urgent())
    south, east = rows[SOUTH], rows[EAST]
    assert (south["public_facilities"], south["visitors"], south["hazard"]) == ("2", "1", "1")
    assert (south["designated"], south["designated_until"], south["subsidy"]) == ("過・半", "2027-03-31", "可能性あり")
    assert (east["designated"], east["subsidy"]) == ("", "不明")
    assert float(rows[PASS]["uncovered_road_km"]) == pytest.approx(ROAD_KM, abs=0.001)
    assert (rows[PASS]["road_km_municipal"], rows[PASS]["road_km_national"]) == ("", "0")  # not given; given and none
    for carrier in urgent().study.carriers:  # what each one leaves out stands beside what at least one does, under its name
        key = f"uncovered_road_km_{carrier.key}"
        assert float(rows[PASS][key]) == pytest.approx(ROAD_KM, abs=0.001)
        assert {c.key: c.heading.ja for c in ranking_columns(urgent().study)}[key] == f"不感道路km {carrier.name}"
    assert south["school_names"] == "南小学校"
    for column in ranking_columns(urgent().study):
        if column.key in {"public_facilities", "uncovered_road_km", "visitors", "hazard", "designated", "subsidy"}:
            assert column.meaning.ja
            assert column.meaning.en


def test_no_source_no_figure():
    """Without any file on urgency: the columns are there and empty, and the sheet says what that leaves unknown."""
    rows = csv_rows(world())
    for row in rows.values():
        assert {row[key] for key in ("public_facilities", "uncovered_road_km", "visitors", "hazard", "designated", "shelters")} == {""}
        assert row["subsidy"] == "不明"
        assert not {key for key in row if key.startswith(("road_km_", "in_"))}


def test_the_workbook_prints_what_was_given(tmp_path):
    write_ranking_xlsx(tmp_path / "r.xlsx", urgent(), caption(urgent(), "ja"))
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    sheet = book["優先順位"]
    heads = [cell.value for cell in sheet[4]]
    last = sheet.print_area.split(":")[1].replace("$", "").rstrip("0123456789")
    inside = heads[: openpyxl.utils.column_index_from_string(last)]
    assert {"学校・医療等", "不感道路km（1社でも）", "条件不利地域"} <= set(inside)
    assert len(inside) < 24
    told = {(row[0].value, row[1].value) for row in book["説明"].iter_rows()}
    assert ("駅", "駅の数") in told
    road = heads.index("不感道路km（1社でも）")
    values = {row[1].value: row[road].value for row in sheet.iter_rows(min_row=5)}
    assert values[PASS] == pytest.approx(ROAD_KM, abs=0.001)
    assert values[EAST] == 0


def test_an_own_criterion_takes_the_place_of_the_standard_column(tmp_path):
    folder = write_urgent_study(tmp_path)
    text = (folder / "study.toml").read_text(encoding="utf-8").partition('[[areas]]\nkind = "hazards"')[0]
    (folder / "hazard.csv").write_text(f"zone_id,市町村,地区,該当\n{SOUTH},乙町,南,1\n", encoding="utf-8")
    (folder / "study.toml").write_text(
        text + '[[ranking.criteria]]\nkey = "hazard"\nfile = "hazard.csv"\nvalue = "該当"\nsource = "県調べ"\nas_of = "2026-05-01"\n',
        encoding="utf-8",
    )
    result = run(read_study(folder))
    keys = [column.key for column in ranking_columns(result.study)]
    assert keys.count("hazard") == 1
    rows = csv_rows(result)
    assert (rows[SOUTH]["hazard"], rows[EAST]["hazard"]) == ("1", "")
    sheet = next(s for s in papers_of(result, settings_of(tmp_path, SETTINGS, folder)).sheets if s.zone_id == SOUTH)
    assert ("土砂災害の区域", "1（県調べ 2026-05-01）") in sheet.dangers


# ---- the cards of the maps ----


def test_the_cards_say_what_is_known_and_what_is_not():
    rows = ranking_rows(urgent(), caption(urgent(), "ja"))
    south, east = (dict(urgency_facts(rows.loc[zone], urgent().study, "ja")) for zone in (SOUTH, EAST))
    assert south == {
        "学校・医療等": "2か所",
        "不感道路km（1社でも）": "0.0 km",
        "登山道・観光等": "あり",
        "土砂災害の区域": "該当",
        "条件不利地域": "過・半（2027-03-31まで）",
        "補助活用": "可能性あり",
    }
    assert (east["条件不利地域"], east["補助活用"], east["土砂災害の区域"]) == ("不明", "不明", "該当しない")
    bare = ranking_rows(world(), caption(world(), "ja"))
    assert {value for _, row in bare.iterrows() for _, value in urgency_facts(row, world().study, "ja")} == {"不明"}


def test_the_offline_map_holds_the_cards_and_knows_every_kind_of_place():
    data = map_data(urgent(), caption(urgent(), "ja"))
    (south,) = [zone for zone in data["zones"] if zone["id"] == SOUTH]
    assert dict(south["more"])["学校・医療等"] == "2か所"
    drawing = (TEMPLATES / "map_draw.js").read_text(encoding="utf-8")
    for category in FACILITY_CATEGORIES:
        assert MAP_WORDS[category].ja
        assert f"    {category}: (pen, p, s)" in drawing  # a place is never drawn with another's sign


# ---- what was read, and what was not ----


def test_the_report_names_what_was_not_given():
    page = intake_html(urgent(), caption(urgent(), "ja"))
    part = page.partition("使っていないデータ")[2].partition("</table>")[0]
    assert "自然公園の区域" in part
    assert "学校" not in part
    assert "指定地域・危険区域" in page
    assert {source.name.ja for source in not_used(urgent().study)} == {
        "役場・支所・集会所",
        "駅",
        "自然公園の区域",
        "人口集中地区（DID）",
        "将来推計人口",
        "市町の優先順位",
    }
    assert source_kinds(world().study) == set()


def test_names_of_places_are_text(tmp_path):
    places = urgent().facilities.copy()
    places["name"] = [NAMES[at % len(NAMES)] for at in range(len(places))]
    hostile = with_zones(dataclasses.replace(urgent(), facilities=places), school_names={SOUTH: HOSTILE[4]})
    made = papers_of(hostile, settings_of(tmp_path, SETTINGS, urgent_folder()))
    assert annex2_pdf(made.sheets, {}, made.frame)
    assert csv_rows(hostile)[SOUTH]["school_names"] == "'" + HOSTILE[4]
