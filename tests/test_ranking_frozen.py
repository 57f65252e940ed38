"""A frozen ranking stays; a later one is a new version; what is taken away says what it is. Weights into study.toml."""

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from coverage.result import Result
from coverage.run import run
from coverage.study.study import read_study
from geodata.errors import DataError
from requests_gen.intake.edits import apply, undo
from requests_gen.ranking.export import RankingSheets, ranking_sheets_csv, ranking_sheets_xlsx
from requests_gen.ranking.frozen import Chosen, freeze, frozen_rows, frozen_weighting, known_weighting, rank_changes, version_changes
from requests_gen.ranking.municipal_orders import order_table
from requests_gen.ranking.rerank import criteria_of, rank_again, study_weighting, without_data
from requests_gen.ranking.study_file import plan_weights, with_weights
from requests_gen.ranking.tables import bar_labels, part_rows, range_rows, ranked_rows, step_words, unranked_rows, why_here
from requests_gen.ranking.weightings import Weighting, criterion_names, weighting
from requests_gen.registry.registry import Registry, open_registry
from requests_gen.wording.captions import caption
from tests.mini_study import write_mini_study

AT = datetime(2026, 9, 30, 5, 0, tzinfo=UTC)
STAMP = "0" * 64
HOSTILE = '=HYPERLINK("http://x")<img onerror=1>'


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Result:
    """The hand-made study, its zones renamed to something hostile where there are any names."""
    found = run(read_study(write_mini_study(tmp_path_factory.mktemp("frozen") / "s")))
    zones = found.zones.copy()
    zones.loc[zones.index[0], "name"] = HOSTILE
    return replace(found, zones=zones)


@pytest.fixture
def registry(tmp_path) -> Registry:
    with open_registry(tmp_path) as opened:
        yield opened


def table_of(result: Result) -> pd.DataFrame:
    return pd.DataFrame(result.zones.drop(columns="geometry"))


def keep(registry: Registry, result: Result, chosen: Weighting, **said: object) -> int:
    zones, criteria = table_of(result), criteria_of(result.study)
    ranking = rank_again(zones, result.study, chosen)
    orders = order_table(ranking, zones, registry.municipal_order(2026))
    return freeze(registry, result, Chosen(ranking, orders, chosen, criteria), **{"who": "山田", "at": AT, "stamp": STAMP, **said})


def test_ranking_again_with_the_studys_weights_is_the_run(result):
    assert_frame_equal(rank_again(table_of(result), result.study, study_weighting(result.study)), result.ranking)
    quick = rank_again(table_of(result), result.study, study_weighting(result.study), draws=0)
    for name in ("rank", "score", "gate", "decides"):
        assert quick[name].equals(result.ranking[name])


def test_a_version_stays_and_the_next_is_new(result, registry):
    own = study_weighting(result.study)
    people = weighting({"uncovered_population": 1.0}, 6.0, criteria_of(result.study))
    assert keep(registry, result, own, note="最終") == 1
    first = registry.frozen_ranking(2026, 1)
    assert keep(registry, result, people, who="佐藤") == 2
    assert_frame_equal(registry.frozen_ranking(2026, 1), first)
    heads = registry.frozen_rankings(2026)
    assert heads["who"].tolist() == ["山田", "佐藤"]
    assert heads["result_sha256"].tolist() == [STAMP, STAMP]
    held = [known_weighting(frozen_weighting(head), criteria_of(result.study)) for _, head in heads.iterrows()]
    assert held == [own, people]
    told = version_changes(first, registry.frozen_ranking(2026, 2), own, people, criterion_names(criteria_of(result.study)))
    words = [text.ja for text in told]
    assert "順位を付ける最少のエリア外人口（最多の社）: 1人 → 6人" in words
    assert any("順位が付かなくなった地区" in line for line in words)


def test_the_same_ranking_makes_no_new_version(result, registry):
    own = study_weighting(result.study)
    keep(registry, result, own)
    with pytest.raises(DataError) as told:
        keep(registry, result, own, who="佐藤")
    assert told.value.code == "ranking-frozen-already"
    assert len(registry.frozen_rankings(2026)) == 1


def test_a_difference_without_a_reason_refuses(result, registry):
    own = study_weighting(result.study)
    ranked = result.ranking[result.ranking["rank"].notna()]
    town = table_of(result).loc[ranked.index, "municipality_id"]
    pair = town[town == town.value_counts().index[0]].index[:2]
    rows = [{"year": 2026, "zone_id": zone, "municipal_rank": place, "reason": ""} for place, zone in zip((2, 1), pair, strict=True)]
    registry.save("municipal_orders", rows, who="山田", at=AT)
    with pytest.raises(DataError) as told:
        keep(registry, result, own)
    assert told.value.code == "order-reason-missing"
    assert all(zone in told.value.where.ja for zone in pair)
    assert registry.frozen_rankings(2026).empty
    registry.save("municipal_orders", [row | {"reason": "避難所がある"} for row in rows], who="山田", at=AT)
    assert keep(registry, result, own) == 1
    frozen = registry.frozen_ranking(2026)
    assert frozen.loc[list(pair), "reason"].tolist() == ["避難所がある"] * 2
    assert frozen.loc[list(pair), "municipal_rank"].tolist() == [2.0, 1.0]


def test_nobody_freezes_without_a_name(result, registry):
    with pytest.raises(DataError) as told:
        keep(registry, result, study_weighting(result.study), who=" ")
    assert told.value.code == "who-missing"


def test_weights_of_a_criterion_that_is_gone_are_told():
    frozen = frozen_weighting({"weights": {"roads": 3}, "gates": {"least_uncovered_population": 1}})
    with pytest.raises(DataError) as told:
        known_weighting(frozen, ())
    assert told.value.code == "weights-criterion-unknown"


def test_changes_between_rankings_by_hand():
    def frozen(**ranks: float) -> pd.DataFrame:
        return pd.DataFrame({"rank": ranks, "municipality": "甲", "name": "x"}).rename_axis("zone_id")

    nan = float("nan")
    table = rank_changes(frozen(a=1, b=2, c=3, d=nan, z=4), frozen(b=1, a=2, c=3, d=4, n=5))
    assert table["change"].to_dict() == {"b": "moved", "a": "moved", "c": "stayed", "d": "came", "n": "added", "z": "gone"}
    assert table["step"].to_dict()["b"] == 1
    assert rank_changes(frozen(a=1), frozen(a=nan))["change"].tolist() == ["went"]


def sheets_of(result: Result) -> RankingSheets:
    zones, own, criteria = table_of(result), study_weighting(result.study), criteria_of(result.study)
    ranking = rank_again(zones, result.study, replace(own, least=6.0))
    rows = frozen_rows(zones, ranking, order_table(ranking, zones, no_orders()), criteria)
    return RankingSheets(rows, own, own, criteria, ["試算"], "第1版")


def no_orders() -> pd.DataFrame:
    kinds = {"municipal_rank": "Int64", "reason": object, "who": object, "at": object, "revision": "Int64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()}).rename_axis("zone_id")


def test_the_csv_holds_every_zone_with_the_notice_and_no_formula(result):
    sheets = sheets_of(result)
    data = ranking_sheets_csv(sheets, caption(result, "ja"))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["zone_id"] for row in rows] == sheets.rows.index.tolist()
    assert {row["注記"] for row in rows} == {"架空"}
    named = next(row for row in rows if "HYPERLINK" in row["name"])
    assert named["name"] == "'" + HOSTILE
    unranked = [row for row in rows if not row["rank"]]
    assert unranked
    assert all(row["gate"] == "人数が基準未満" for row in unranked)
    assert {row["shelters"] for row in rows} == {""}  # no list of shelters: unknown, not 0


def test_the_workbook_says_what_it_is(result, tmp_path):
    file = tmp_path / "r.xlsx"
    file.write_bytes(ranking_sheets_xlsx(sheets_of(result), caption(result, "ja")))
    book = openpyxl.load_workbook(file)
    assert book.sheetnames == ["優先順位", "重み", "説明"]
    first = book["優先順位"]
    assert "第1版" in first["A1"].value
    assert "架空" in first["A3"].value
    assert first.max_row == 4 + len(result.zones)
    cells = [cell for row in first.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert HOSTILE in {cell.value for cell in cells}
    assert {"避難所等"} <= {row[1].value for row in book["重み"].iter_rows()}


def test_the_view_keeps_every_zone(result):
    zones, own = table_of(result), replace(study_weighting(result.study), least=6.0)
    ranking = rank_again(zones, result.study, own)
    orders = order_table(ranking, zones, no_orders())
    rows = ranked_rows(zones, ranking, result.ranking, orders)
    rest = unranked_rows(zones, ranking, result.ranking, orders, "ja")
    assert sorted([*rows.index, *rest.index]) == sorted(zones.index)
    assert set(rest["why"]) == {"人数が基準未満"}
    assert step_words([3.0, -2.0, 0.0, float("nan")], "ja") == ["↑3", "↓2", "–", "新"]
    parts = part_rows(rows, criteria_of(result.study), "ja")
    sums = parts.groupby("zone", sort=False)["points"].sum()
    assert sums.tolist() == pytest.approx(rows["score"].tolist(), abs=0.05)
    assert len(set(bar_labels(rows.assign(name="同じ", rank=1)))) == len(rows)
    assert set(range_rows(rows)["zone"]) <= set(bar_labels(rows))


def test_why_a_zone_stands_there(result):
    """Without a list of shelters they are unknown everywhere: said, and nothing is scored for them."""
    zones, criteria = table_of(result), criteria_of(result.study)
    assert "shelters" in without_data(zones, criteria)
    rows = ranked_rows(zones, result.ranking, result.ranking, order_table(result.ranking, zones, no_orders()))
    first = rows.index[0]
    told = [t.ja for t in why_here(rows.loc[first], zones.loc[first], criteria, 20, 0.2, criterion_names(criteria))]
    assert told[0].startswith("1位、評点 ")
    assert "エリア外人口（" in told[1]
    assert any("避難所等" in line and "不明です" in line and "0とはせず" in line for line in told)
    assert any("±20%" in line for line in told)


STUDY = """# 上の注
[ranking]
draws = 50  # 少なめ
least_uncovered_population = 1
[ranking.weights]
# 人数
uncovered_population = 40
shelters = 10.0 # 避難所
[zones]
unit = "contiguous"
"""


def test_weights_go_into_the_file_and_nothing_else_changes(result):
    criteria = criteria_of(result.study)
    chosen = weighting({"uncovered_population": 40.0, "carriers_missing": 12.5}, 3.0, criteria)
    text = with_weights(STUDY, chosen, ["uncovered_population", "shelters"])
    assert text == STUDY.replace("population = 1\n", "population = 3.0\n").replace(
        "shelters = 10.0 # 避難所\n", "shelters = 0.0 # 避難所\ncarriers_missing = 12.5\n"
    )
    assert with_weights(text, chosen, ["uncovered_population", "shelters"]) == text


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_weights_written_are_read_and_undone(tmp_path, ends):
    folder = write_mini_study(tmp_path / "s")
    file = folder / "study.toml"
    before = b"\xef\xbb\xbf" + file.read_bytes().replace(b"\n", ends.encode())
    file.write_bytes(before)
    study = read_study(folder)
    assert plan_weights(folder, study_weighting(study)).changes_nothing
    chosen = weighting({"shelters": 33.3}, 2.0, criteria_of(study))
    planned = plan_weights(folder, chosen)
    assert any(line.startswith("+") and "shelters = 33.3" in line for line in planned.difference)
    assert file.read_bytes() == before
    apply(planned, AT)
    assert study_weighting(read_study(folder)) == chosen
    assert (folder / "study.toml.old").read_bytes() == before
    assert file.read_bytes().startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in file.read_bytes()) == (ends == "\r\n")
    undo(folder, AT)
    assert file.read_bytes() == before


def test_a_study_that_changed_meanwhile_is_left_alone(tmp_path):
    folder = write_mini_study(tmp_path / "s")
    planned = plan_weights(folder, weighting({"shelters": 1.0}, 1.0, criteria_of(read_study(folder))))
    text = (folder / "study.toml").read_text(encoding="utf-8") + "# もう一人\n"
    (folder / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError):
        apply(planned, AT)
    assert (folder / "study.toml").read_text(encoding="utf-8") == text
