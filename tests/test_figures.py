"""The catalogue of figures: one name each, one value each, and every value asked back to its rows and files."""

from __future__ import annotations

import dataclasses
import importlib.util
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coverage.change import compare
from coverage.explain.explain import explain
from coverage.explain.rows import Asked
from coverage.figures.catalogue import FIGURES, figure, figure_of_column
from coverage.figures.figure import Amount
from coverage.figures.sums import add_up, zone_sum
from coverage.gaps import uncovered_column
from coverage.result import Result
from coverage.run import run
from coverage.study import read_study
from coverage.totals import adds_up, kept_totals, total
from coverage.zones.tables import zone_table
from geodata.errors import DataError
from kengai import app
from requests_gen.explain.words import as_dict, lines
from requests_gen.results.columns import ranking_columns
from requests_gen.wording.amounts import amount_words, counted
from tests.hand_world import CARRIERS, NAMES
from tests.letter_world import papers_of, settings_of, world
from tests.mini_study import write_mini_study

ROOT = Path(__file__).resolve().parents[1]
SOUTH, EAST, WEST = "24202-001", "24201-001", "24201-002"


def of(result: Result, key: str, **asked: str):
    return explain(result, key, Asked(**asked))


# ---- the catalogue itself ----


def test_the_page_of_figures_is_made_from_the_catalogue():
    spec = importlib.util.spec_from_file_location("make_figures", ROOT / "docs" / "make_figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.PAGE.read_text(encoding="utf-8") == module.page(), "python docs/make_figures.py"
    assert [key for key in FIGURES if f"`{key}`" not in module.page()] == []


def test_no_two_figures_share_a_name_in_either_language():
    for lang in ("ja", "en"):
        names = [name for f in FIGURES.values() for name in {f.named().in_(lang), f.named(short=True).in_(lang)}]
        assert len(names) == len(set(names)), [name for name in names if names.count(name) > 1]


def test_every_column_of_numbers_of_the_ranking_is_a_figure():
    study = world().study
    columns = [column for column in ranking_columns(study) if column.kind not in {"text", "degree"}]
    assert len(columns) > 20
    for column in columns:
        found, parts = figure_of_column(column.key)
        assert column.key == found.column.format(**parts)


def test_an_unknown_key_is_answered_with_the_nearest():
    with pytest.raises(DataError) as caught:
        figure("complete_poplation")
    assert caught.value.code == "figure-unknown"
    assert "complete_population（全社エリア外人口（地区の中））" in caught.value.remedy.ja
    assert figure("全社エリア外人口（地区の中）").key == figure("complete_population").key == "complete_population"


# ---- sums with an unknown part: one rule ----


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), max_size=12), st.data())
def test_a_sum_never_looks_whole_where_a_part_is_unknown(values, data):
    series = pd.Series([np.nan if value is None else value for value in values], dtype=float)
    partial = pd.Series(data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values))), dtype=bool)
    amount = add_up(series, partial)
    known = [value for value in values if value is not None]
    assert (amount.value is None) == (amount.unknown > 0 or amount.known is None)
    assert amount.known == (pytest.approx(sum(known)) if known or not values else None)
    assert amount.unknown == sum(value is None or part for value, part in zip(values, partial, strict=True))


def test_a_zone_says_how_many_cells_its_households_and_elderly_do_not_hold():
    """Three cells of one zone: 10 people in 4 households, 20 of unknown households and age, nobody (blank is no unknown)."""
    index = pd.Index(["a", "b", "c"], name="cell_id")
    cells = pd.DataFrame(
        {
            "population": [10.0, 20.0, 0.0],
            "households": [4.0, np.nan, np.nan],
            "population_65plus": [5.0, np.nan, np.nan],
            "land_share": 1.0,
            "zone_id": WEST,
        },
        index=index,
    )
    gaps = pd.DataFrame({uncovered_column("4G", name): [10.0, 10.0, 0.0] for name in (*CARRIERS, "any")}, index=index)
    shares = pd.DataFrame(0.0, index=index, columns=pd.MultiIndex.from_product([CARRIERS, ["4G"]]))
    ids = pd.DataFrame({"zone_id": [WEST], "name": ["西"], "municipality_id": ["24201"]})
    zone = zone_table(cells, gaps, ids, NAMES, CARRIERS, ["4G"], "4G", shares).loc[WEST]
    assert (zone["households"], zone["unknown_households_cells"], zone["unknown_65plus_cells"], zone["unknown_people_cells"]) == (
        4,
        1,
        1,
        0,
    )
    assert np.isnan(zone["share_65plus"])  # 5 of 30 would be a share of people whose age nobody knows
    amount = zone_sum(zone.to_frame().T, "uncovered_households")
    assert (amount.known, amount.unknown, amount.value) == (4, 1, None)
    assert amount_words(amount, "households") == "少なくとも4世帯（一部不明）"


def test_people_are_read_whole_and_a_part_of_a_person_is_not_nobody():
    assert [counted(value, "people") for value in (0.0, 0.2, 0.5, 1.4, 1234.5)] == ["0人", "1人未満", "1人", "1人", "1,235人"]
    assert amount_words(Amount(None, 3, 3), "people") == "不明"
    assert amount_words(Amount(0.0, 0, 3), "people") == "0人"
    assert amount_words(Amount(12.0, 3, 20), "people") == "少なくとも12人（ほかに不明 3地区）"


# ---- values ----


def test_three_ways_to_count_people_without_any_carrier_are_three_figures():
    """By hand (mini_study): 東 5 people nobody serves; 南 28 of 48 whom alpha does not, beta leaves out more."""
    result = world()
    zones = result.zones
    assert total(result, "complete_population").value == pytest.approx(zones["complete_population"].sum())
    assert total(result, "uncovered_population").value == pytest.approx(zones["uncovered_population"].sum())
    people = result.gaps[uncovered_column("4G")].sum()
    assert total(result, "no_carrier_population").value == pytest.approx(people)
    official = result.summary["generations"]["4G"][result.summary["rules"]["official"]]["any_carrier"]["uncovered"]
    assert total(result, "no_carrier_official").value == pytest.approx(official)


def test_what_a_run_keeps_is_what_is_found_again():
    result = world()
    kept = result.summary["figures"]
    forgotten = dataclasses.replace(result, summary={k: v for k, v in result.summary.items() if k != "figures"})
    assert kept == kept_totals(forgotten)
    assert len(kept) > 40
    for row in kept:
        assert total(result, row["key"], row["generation"], row["carrier"]) == total(
            forgotten, row["key"], row["generation"], row["carrier"]
        )


def test_where_a_carrier_has_not_published_nobody_knows_who_has_none():
    """beta gave no 5G: whom nobody serves is unknown, and not nobody."""
    result = world()
    for key in ("no_carrier_population", "no_carrier_households", "no_carrier_zones"):
        assert total(result, key, "5G").known is None
    assert total(result, "carrier_uncovered_population_all", "5G", "alpha").known > 0


# ---- asked back ----


def test_known_rows_add_up_to_the_known_value():
    result, asked = world(), 0
    for key, each in FIGURES.items():
        if not (adds_up(each) and each.column.format(generation="4G", carrier="alpha", year="") in result.zones):
            continue
        for zone in ("", SOUTH):
            answer = of(result, key, zone=zone, carrier="alpha" if "carrier" in each.parts else "")
            if answer.rows_of in {"zones", "cells", "places"}:
                known = pd.to_numeric(answer.rows["value"]).sum()
                assert known == pytest.approx(answer.amount.known or 0.0), (key, zone)
                asked += 1
    assert asked > 20


def test_a_zones_people_are_asked_back_to_cells_and_files():
    answer = of(world(), "carrier_uncovered_population", zone=SOUTH, carrier="alpha")
    assert answer.amount.value == pytest.approx(28)
    assert set(answer.rows["zone_id"]) == {SOUTH}
    kinds = {report.kind for report in answer.files}
    assert {"population", "coverage"} <= kinds or any("population" in kind or "mesh" in kind for kind in kinds)
    assert {report.facts.get("carrier") for report in answer.files} <= {None, "alpha"}
    assert all(report.sha256 for report in answer.files)
    said = "\n".join(lines(answer, world(), "ja", 10))
    assert "値: 28人" in said
    assert "似ているが別の数" in said
    told = as_dict(answer, world(), "en")
    assert (told["key"], told["value"], told["asked"]["zone"]) == ("carrier_uncovered_population", pytest.approx(28), SOUTH)
    json.dumps(told, allow_nan=False)


def test_a_column_of_the_ranking_is_a_way_to_ask():
    assert of(world(), "uncovered_population_4G_alpha", zone=SOUTH).amount.value == pytest.approx(28)
    assert of(world(), "mark_4G_beta", zone=SOUTH).text == "×"
    assert of(world(), "score", zone=SOUTH).rows["value"].sum() == pytest.approx(of(world(), "score", zone=SOUTH).amount.value)


@pytest.mark.parametrize(
    ("key", "asked", "code", "offered"),
    [
        ("complete_population", {"zone": "24202-009"}, "zone-unknown", SOUTH),
        ("carrier_uncovered_population", {"carrier": "alfa"}, "carrier-unknown", "alpha"),
        ("carrier_uncovered_population", {}, "carrier-needed", "alpha"),
        ("no_carrier_population", {"generation": "6G"}, "generation-unknown", "5G"),
        ("uncoverd_populaton", {}, "figure-unknown", "uncovered_population"),
        ("letter_people", {}, "carrier-needed", "alpha"),
        ("score_part", {"zone": SOUTH}, "part-needed", "score_uncovered_population"),
        ("covered_official", {"carrier": "alpha", "rule": "foo"}, "rule-unknown", "mic_half"),
        # what would be passed over is refused: the answer would be another figure's
        ("study_population", {"zone": SOUTH}, "not-for-figure", "--zone"),
        ("no_carrier_population", {"zone": SOUTH}, "not-for-figure", "--zone"),
        ("uncovered_population", {"generation": "5G"}, "not-for-figure", "--generation"),
        ("complete_population", {"carrier": "alpha"}, "not-for-figure", "--carrier"),
        ("complete_population", {"rule": "area"}, "not-for-figure", "--rule"),
    ],
)
def test_what_is_not_there_is_answered_with_the_nearest(key, asked, code, offered):
    with pytest.raises(DataError) as caught:
        of(world(), key, **asked)
    assert caught.value.code == code
    assert offered in caught.value.remedy.ja


def test_the_command_lists_explains_and_refuses(tmp_path: Path) -> None:
    study = write_mini_study(tmp_path)

    def done(*arguments: object, code: int = 0) -> str:
        answer = CliRunner().invoke(app, [str(argument) for argument in arguments])
        assert answer.exit_code == code, answer.output
        return answer.output

    listed = json.loads(done("explain", study, "--json"))
    assert {tuple(each) for each in listed} == {("key", "name", "definition")}
    assert [each["key"] for each in listed] == list(FIGURES)
    assert "まだ結果がありません" in done("explain", study, "complete_population", code=2)
    done("run", "-q", study)
    assert "値: 28人" in done("explain", study, "carrier_uncovered_population", "--carrier", "alpha", "--zone", SOUTH)
    assert json.loads(done("explain", study, "zones_count", "--json"))["value"] == 3
    assert "まだ作られていません" in done("explain", study, "letter_people", "--carrier", "alpha")
    assert "近いもの" in done("explain", study, "no_such_thing", code=2)
    kept = json.loads((study / "results" / "summary.json").read_text(encoding="utf-8"))["figures"]
    assert {
        "key": "zones_count",
        "generation": "",
        "carrier": "",
        "value": 3.0,
        "known": 3.0,
        "unknown": 0,
        "parts": 3,
        "of": "zones",
    } in kept


# ---- one cell whose people nobody knows: no sum looks whole, wherever it is printed ----


@pytest.fixture(scope="module")
def holed(tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The hand-made study, of whose cell 513600013 (南, 40 people) the table gives no number."""
    study = write_mini_study(tmp_path_factory.mktemp("holed"))
    table = study / "tblT001141H24.txt"
    text = table.read_bytes().decode("cp932")
    row = next(line for line in text.splitlines() if line.startswith("513600013,"))
    table.write_bytes(text.replace(row, "513600013,0,,,,,").encode("cp932"))
    return run(read_study(study))


def test_every_figure_of_people_says_that_a_cell_is_missing(holed: Result) -> None:
    for key in (
        "uncovered_population",
        "complete_population",
        "uncovered_65plus",
        "no_carrier_population",
        "no_carrier_official",
        "study_population",
    ):
        assert (total(holed, key).value, total(holed, key).unknown) == (None, 1), key
    zone = holed.zones.loc[SOUTH]
    assert [zone[f"unknown_{name}_cells"] for name in ("people", "households", "65plus")] == [1, 1, 1]
    said = "\n".join(lines(of(holed, "uncovered_population"), holed, "ja", 10))
    assert "値: 少なくとも33人（ほかに不明 1地区）" in said
    assert "南  少なくとも8人（一部不明）" in said
    by_town = of(holed, "covered_official", carrier="alpha")
    assert dict(zip(by_town.rows["municipality"], by_town.rows["partly"], strict=True)) == {"甲市": False, "乙町": True}


def test_a_comparison_with_such_a_year_does_not_look_whole(holed: Result) -> None:
    figure = compare(holed, world()).figure("worst", "4G")
    assert (figure.old, figure.old_unknown, figure.new_unknown) == (pytest.approx(33), 1, 0)


def test_letter_annex_and_cover_say_at_least(holed: Result, tmp_path: Path) -> None:
    made = papers_of(holed, settings_of(tmp_path))
    assert made.zones.figures.unknown == {"people": 1, "households": 1}
    assert "推計で少なくとも" in "".join(made.letter.body)
    headings = [heading.text.replace("\n", "") for heading in made.table.headings]
    people = headings.index("貴社エリア外人口(推計)")
    assert [row[people].text for row in made.table.cells] == ["８以上", "５"]
    assert made.table.totals[people].text == "１３\n不明１地区"
    assert ["貴社エリア外人口", "１３", "人以上"] in made.cover["figures"]
    (south,) = [sheet for sheet in made.sheets if sheet.zone_id == SOUTH]
    assert south.people[0][1:] == ("８以上", "８以上")
    assert "不明世帯" not in dict(south.effect)["整備された場合"]


# ---- rows are those of the value, and distances have no sum ----


def test_rows_of_counts_households_and_the_best_carrier_are_those_of_the_value():
    assert set(of(world(), "no_carrier_zones").rows.index) == {SOUTH, EAST}
    for carrier in CARRIERS:
        answer = of(world(), "carrier_uncovered_households", carrier=carrier)
        assert answer.rows["value"].sum() == pytest.approx(answer.amount.known)
        best = of(world(), "covered_official", carrier="best_carrier")
        assert best.rows["value"].sum() == pytest.approx(best.amount.known)
    with pytest.raises(KeyError):
        total(world(), "nearest_coverage_km")
    parts = of(world(), "group_need", zone=SOUTH)
    assert lines(parts, world(), "ja", 0)[0].startswith("群の計 需要")
    assert parts.rows["value"].sum() == pytest.approx(parts.amount.known)


@pytest.mark.parametrize("key", ["any", "any_carrier", "best_carrier", "worst"])
def test_no_carrier_is_called_like_several_together(tmp_path: Path, key: str) -> None:
    study = write_mini_study(tmp_path) / "study.toml"
    study.write_text(study.read_text(encoding="utf-8").replace('"alpha"', f'"{key}"'), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_study(study)
    assert "別のキー" in caught.value.problem.ja
