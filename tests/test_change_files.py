"""The comparison in words, sheets and JSON; where earlier findings lie; the office's own table of past years."""

from __future__ import annotations

import dataclasses
import json
from datetime import date
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from typer.testing import CliRunner

from coverage.change.comparison import Figure, compare
from coverage.change.zones import ZONE_PARTS
from coverage.result import Result
from geodata.errors import DataError
from kengai import app
from requests_gen.annual_report.files import place_of, report_of
from requests_gen.compare.earlier_results import earlier_findings, results_of
from requests_gen.compare.files import write_change
from requests_gen.compare.published_table import read_published
from requests_gen.compare.whole_people import whole_figure, whole_people
from requests_gen.compare.words import sentences
from requests_gen.results.store import read_result
from requests_gen.runs.outputs import write_outputs
from requests_gen.workspace.places import find_studies
from tests.change_years import run_year
from tests.hand_world import box

CARRIERS = {"alpha": "架空アルファ", "beta": "架空ベータ"}
# 島根県が平成27年度から毎年公表している表の、わかっている年（数は公表値）
SHIMANE = '年度,地区数,世帯数,人口\n平成27年度,107,512,"1,224"\n令和5年度,23,67,156\n'
cli = CliRunner()


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two years, run: in 2026 beta reaches 西 (20 people) and 南 has 10 people fewer."""
    home = tmp_path_factory.mktemp("作業")
    old = run_year(home / "2025", 2025)
    new = run_year(home / "2026", 2026, layers={"beta_4g": [box(0, 1, 2, 2)]}, people={(2, 1): 30}, ids_of=home / "2025")
    for result in (old, new):
        write_outputs(result, result.study.folder / "results")
    return home


@pytest.fixture(scope="module")
def both(workspace: Path) -> tuple[Result, Result]:
    return read_result(workspace / "2025" / "results"), read_result(workspace / "2026" / "results")


def test_the_sentences(both: tuple[Result, Result]) -> None:
    said = sentences(compare(*both), CARRIERS, "ja")
    assert said == [
        "令和7年度（2025年度） → 令和8年度（2026年度）（4G・面積按分）",
        "架空のエリアです。実在の携帯電話会社のサービスエリアではありません。",
        "エリア外人口（最多の社）: 73人 → 43人（−30人）",
        "　内訳: エリアの拡大 −20人、エリアの縮小 ±0人、人口の動き −10人",
        "全社エリア外人口（調査区域全体）: 33人 → 28人（−5人）※表の合計とは別の数え方",
        "　内訳: エリアの拡大 ±0人、エリアの縮小 ±0人、人口の動き −5人",
        "地区: 減少 1・変わらず 1・解消 1",
        "エリア図の無い年度がある会社: 架空ベータ 5G。その会社を除いて比べています（その会社のエリアの人は不明です）。",
        "条件の違い: 人口のファイル（中身が変わりました: tblT001141H24.txt）",
        "エリア図のファイルが前回と同じです: 架空アルファ 4G、架空アルファ 5G。「変わらず」は、整備が無かったことを意味しません。",
    ]
    english = "\n".join(sentences(compare(*both), {}, "en"))
    assert "73 → 43 (−30)" in english
    assert "33 → 28 (−5)" in english
    assert not set("人地区規則") & set(english)


def test_the_sheets(both: tuple[Result, Result], tmp_path: Path) -> None:
    """Headings, sums, legend, frozen panes, the notice; text as text; the same bytes twice."""
    change = compare(*both)
    paths = write_change(change, both[1], tmp_path / "c")
    book = openpyxl.load_workbook(paths[0])
    assert book.sheetnames == ["要約", "内訳", "地区", "説明"]
    assert all("架空" in str(sheet["A3"].value) and sheet.freeze_panes for sheet in book)
    zones = book["地区"]
    rows = [[cell.value for cell in row] for row in zones.iter_rows(min_row=5)]
    assert [row[:4] for row in rows] == [
        ["減少", "24202-001", "乙町", "南"],
        ["解消", "24201-002", "甲市", "西"],
        ["変わらず", "24201-001", "甲市", "東"],
        ["合計", "", "", ""],
    ]
    assert [row[4:9] for row in rows] == [[48, 38, 0, -10, 0], [20, None, -20, 0, 0], [5, 5, 0, 0, 0], [73, 43, -20, -10, 0]]
    assert rows[1][9] == "エリアの変化"
    parts = {row[1].value: [cell.value for cell in row[2:]] for row in book["内訳"].iter_rows(min_row=5, max_row=8)}
    alone = "「地区」の表の合計とは別の数え方"
    assert parts["エリア外人口 架空ベータ 4G（調査区域全体）"] == [73, 43, -30, -20, 0, -10, 0, 0, 0, None, alone]
    assert parts["エリア外人口（最多の社）"] == [73, 43, -30, -20, 0, -10, 0, 0, 0, 0, "「地区」の表の合計"]
    assert {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None} <= {"s", "n"}
    assert "再発" in {row[0].value for row in book["説明"].iter_rows(min_row=5)}
    again = write_change(compare(*both), both[1], tmp_path / "again")
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in again]


def test_sheets_of_fractions_and_of_an_unknown_zone_add_up(both: tuple[Result, Result], tmp_path: Path) -> None:
    """Thirds of people in every field: read back from the sheet, rows and sums add up, and no decimal is left.

    乙町 南 is unknown now: 不明 in its row, its 48 1/3 of before apart from all that moved, and told below the sum.
    """
    change = compare(*both)
    third = 1 / 3
    zones = change.zones.assign(
        old_people=[5 + third, 20 + third, 48 + third], new_people=[5.0, np.nan, np.nan], population=[-third, -third, np.nan]
    )
    zones = zones.assign(
        coverage=[0.0, -20.0, np.nan], terms=[0.0, 0.0, np.nan], unknown=[0, 0, -48 - third], unknown_years=["", "", "new"]
    )
    parts = dict.fromkeys(ZONE_PARTS, 0.0) | {"coverage_grew": -20.0, "population": -2 * third, "unknown": -48 - third}
    figure = Figure("worst", "4G", 74.0, 5.0, parts, new_unknown=1)
    change = dataclasses.replace(change, zones=zones, figures=[figure, *change.figures[1:]])
    path, facts = write_change(change, both[1], tmp_path / "c")
    rows = [[cell.value for cell in row[1:10]] for row in openpyxl.load_workbook(path)["地区"].iter_rows(min_row=5)]
    assert [row[3:] for row in rows[:3]] == [[48, "不明", "不明", "不明", "不明", -48], [20, None, -20, 0, 0, 0], [6, 5, 0, -1, 0, 0]]
    assert rows[3][3:] == [74, 5, -20, -1, 0, -48]
    assert openpyxl.load_workbook(path)["地区"]["A9"].value == "ほかに不明 今回 1地区"
    told = json.loads(facts.read_text(encoding="utf-8"))
    headline = told["figures"][0]
    assert (headline["key"], headline["parts"]["population"], headline["new_unknown"]) == ("uncovered_population", -2 * third, 1)
    assert headline["printed"]["parts"] == dict.fromkeys(ZONE_PARTS, 0) | {"coverage_grew": -20, "population": -1, "unknown": -48}
    assert [one["key"] for one in told["figures"][1:4]] == [*["carrier_uncovered_population_all"] * 2, "no_carrier_population"]
    assert "エリア外人口（最多の社）: 74人 → 5人（−69人）（ほかに不明 今回 1地区）" in told["sentences"]


def test_a_total_on_a_half_to_the_last_bit_still_has_parts() -> None:
    """0.499999997 prints 0 and 1.5 prints 2: one person moved, and two are printed."""
    whole = whole_figure(Figure("any", "4G", 0.5 - 3e-9, 1.5, {"coverage_grew": 0.0, "coverage_shrank": 1.0}))
    assert (whole.old, whole.new, whole.parts) == (0, 2, {"coverage_grew": 0, "coverage_shrank": 2})


def test_the_annual_report_says_what_the_comparison_says(workspace: Path, both: tuple[Result, Result]) -> None:
    """One figure, one name, one number: the facts, the line of years, and the first sentences of what changed."""
    report, _ = report_of(place_of(workspace / "2026"), date(2027, 3, 20))
    fact = report.fact("uncovered_population")
    printed = whole_people(compare(*both))
    assert (fact.label, fact.value, fact.unknown) == ("エリア外人口（最多の社）", printed.totals["new_people"], 0)
    assert [year["zone_people"] for year in report.trend] == [printed.totals["old_people"], printed.totals["new_people"]] == [73, 43]
    assert f"{fact.label}: 73人 → 43人（−30人）" in report.change
    assert "全社エリア外人口（地区の中）" in {other.label for other in report.facts}
    assert any(line.startswith("全社エリア外人口（調査区域全体）") for line in report.change)


def test_a_second_comparison_keeps_the_first(both: tuple[Result, Result], tmp_path: Path) -> None:
    for _ in range(2):
        write_change(compare(*both), both[1], tmp_path / "c")
    assert {path.name for path in tmp_path.iterdir()} == {"c", "c.old"}
    (tmp_path / "c" / "memo.txt").write_text("mine")
    with pytest.raises(DataError, match=r"memo\.txt"):
        write_change(compare(*both), both[1], tmp_path / "c")


def test_the_command(workspace: Path, tmp_path: Path) -> None:
    """A study or its results, the earlier first; JSON for programs; 2 where there is nothing to compare."""
    years = [str(workspace / "2025"), str(workspace / "2026" / "results")]
    done = cli.invoke(app, ["compare", *years, "--out", str(tmp_path / "c")])
    assert done.exit_code == 0, done.output
    assert "地区: 減少 1・変わらず 1・解消 1" in done.output
    assert (tmp_path / "c" / "compare.xlsx").is_file()
    told = json.loads((tmp_path / "c" / "compare.json").read_text(encoding="utf-8"))
    printed = json.loads(cli.invoke(app, ["compare", *years, "--json"]).output)
    assert printed == told
    beta = next(f for f in told["figures"] if (f["carrier"], f["generation"]) == ("beta", "4G"))
    assert (beta["old"], beta["new"], beta["parts"]["coverage_grew"], beta["parts"]["population"]) == (73, 43, -20, -10)
    assert told["fictitious"] is True
    assert {zone["zone_id"]: zone["state"] for zone in told["zones"]}["24201-002"] == "resolved"
    nothing = cli.invoke(app, ["compare", str(workspace), years[1]])
    assert nothing.exit_code == 2
    assert cli.invoke(app, ["compare", str(tmp_path), years[1]]).exit_code == 2


def test_what_a_study_can_be_compared_with(workspace: Path, tmp_path: Path) -> None:
    import shutil

    home = tmp_path / "w"
    shutil.copytree(workspace, home)
    places = {place.folder.name: place for place in find_studies(home)}
    assert [(held.name, held.before) for held in earlier_findings(places["2026"])] == [("2025", False)]
    write_outputs(read_result(places["2026"].results), places["2026"].results)
    found = earlier_findings(places["2026"])
    assert [(held.name, held.before) for held in found] == [("2025", False), ("2026", True)]
    assert all(held.stamp for held in found)
    shutil.rmtree(places["2025"].results)
    assert [held.before for held in earlier_findings(places["2026"])] == [True]
    with pytest.raises(DataError) as caught:
        results_of(home / "2025")
    assert caught.value.code == "study-not-run"
    with pytest.raises(DataError) as caught:
        results_of(home)
    assert caught.value.code == "several-studies"


def test_the_published_table_of_shimane(tmp_path: Path) -> None:
    file = tmp_path / "島根.csv"
    file.write_bytes(SHIMANE.encode("cp932"))
    assert read_published(file).to_numpy().tolist() == [[2015, 107, 512, 1224], [2023, 23, 67, 156]]


@pytest.mark.parametrize(
    ("text", "year"), [("H27", 2015), ("平成３０年度", 2018), ("令和元年度", 2019), ("R5", 2023), ("2024年度末", 2024)]
)
def test_years_as_offices_write_them(tmp_path: Path, text: str, year: int) -> None:
    (tmp_path / "t.csv").write_text(f"人口,年度\n不明,{text}\n", encoding="utf-8")
    table = read_published(tmp_path / "t.csv")
    assert table["fiscal_year"].tolist() == [year]
    assert np.isnan(table[["people", "areas"]].to_numpy()).all()


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ("年度,地区\n2023,1\n", "published-columns"),
        ("年度,人口\n５,1\n", "published-year"),
        ("年度,人口\n昭和60,1\n", "published-year"),
        ("年度,人口\n平成31,1\n2019,2\n", "published-year-twice"),
        ("年度,人口\n2023,約百\n", None),
        ("年度,人口\n2023,-4\n", None),
    ],
)
def test_a_table_that_gives_no_right_answer_is_refused(tmp_path: Path, rows: str, code: str | None) -> None:
    (tmp_path / "t.csv").write_text(rows, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_published(tmp_path / "t.csv")
    assert code in {None, caught.value.code}
    assert caught.value.file == "t.csv"
