"""Each criterion by hand; what a study brings itself; what the pages say of them."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.ranking.criteria import CRITERIA, DEFAULT_WEIGHTS, EXTERNAL, FEASIBILITY, GROUPS, STANDARD, feasibility, not_available
from coverage.ranking.scores import RankingSpec, rank, score_parts
from coverage.study.ranking import OwnCriterion, Ranking
from coverage.study.study import read_study
from coverage.zones.own_values import values_by_zone
from geodata.errors import DataError
from geodata.sources import zone_values
from tests.test_study import GOOD

ROOT = Path(__file__).resolve().parents[1]
BY_KEY = {criterion.key: criterion for criterion in STANDARD}


@pytest.mark.parametrize(
    ("key", "amount", "need"),
    [
        ("shelters", 3.0, 0.6),
        ("shelters", 9.0, 1.0),
        ("carriers_missing", 4.0, 1.0),
        ("carriers_missing", 3.0, 0.6),
        ("carriers_missing", 2.0, 0.2),
        ("carriers_missing", 1.0, 0.0),
        ("carriers_missing", 3.5, 0.8),
        ("nearest_coverage_km", 0.3, 1.0),
        ("nearest_coverage_km", 1.0, 0.75),
        ("nearest_coverage_km", 30.0, 0.0),
        ("municipal_order", 1.0, 1.0),
        ("municipal_order", 3.0, 0.6),
        ("municipal_order", 7.0, 0.0),
        ("uncovered_road_km", 5.0, 0.5),
        ("uncovered_population", 1000.0, 1.0),
        ("uncovered_population", 0.0, 0.0),
    ],
)
def test_need_by_hand(key, amount, need):
    assert BY_KEY[key].need(pd.Series([amount])).tolist() == pytest.approx([need])


@given(st.sampled_from(STANDARD), st.floats(0, 1e6), st.floats(0, 1e6))
def test_need_is_a_share_and_never_falls(criterion, a, b):
    if criterion.group == "will":
        a, b = a + 1, b + 1  # an order begins with 1
    need = criterion.need(pd.Series([min(a, b), max(a, b), np.nan]))
    assert need[:2].between(0, 1).all()
    assert np.isnan(need[2])
    rises = criterion.group not in ("feasibility", "will")
    assert need[0] <= need[1] if rises else need[0] >= need[1]


def test_the_standard_weights_make_a_hundred_and_have_their_reasons():
    assert sum(criterion.weight for criterion in STANDARD) == 100
    assert len(BY_KEY) == len(STANDARD)
    assert {criterion.group for criterion in STANDARD} == set(GROUPS)
    assert all(c.ja and c.en and c.why.ja and c.why.en and c.rule().ja for c in STANDARD)
    assert set(DEFAULT_WEIGHTS) == {criterion.key for criterion in CRITERIA}


def test_what_is_not_available_is_named():
    zones = pd.DataFrame({"uncovered_population": [3.0], "shelters": [np.nan]})
    weights = {"uncovered_population": 1.0, "shelters": 1.0}
    assert not_available(zones, weights, STANDARD) == ["shelters", *(c.key for c in EXTERNAL)]


def test_feasibility_without_a_distance_is_unknown():
    zones = pd.DataFrame({"nearest_coverage_km": [0.5, 3.0, np.nan]})
    assert feasibility(zones, FEASIBILITY).fillna(-1).tolist() == [100.0, 50.0, -1.0]
    assert feasibility(zones[[]], FEASIBILITY).isna().all()


def test_the_worked_example_of_the_page():
    """docs/score.md: the figures of the first place of the example, from the amounts it names."""
    zones = pd.DataFrame(
        [
            {
                "uncovered_population": 67.0,
                "complete_population": 67.0,
                "uncovered_households": 33.0,
                "uncovered_65plus": 31.0,
                "shelters": 1.0,
                "carriers_missing": 4.0,
            }
        ]
    )
    page = (ROOT / "docs" / "score.md").read_text(encoding="utf-8")
    parts = score_parts(zones, DEFAULT_WEIGHTS).iloc[0]
    for criterion in CRITERIA:
        points = 100 * criterion.weight / sum(DEFAULT_WEIGHTS.values())
        row = next(line for line in page.splitlines() if line.startswith(f"| {criterion.ja} |"))
        assert row.endswith(f"| {points:.1f} | {parts[f'score_{criterion.key}']:.1f} |"), row
    assert f"| **{parts.sum():.1f}** |" in page


def test_every_key_of_a_own_criterion_is_explained():
    text = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
    assert [name for name in OwnCriterion.model_fields if f"`{name}`" not in text] == []
    assert [c.key for c in STANDARD if f"`{c.key}`" not in text] == []


OWN = """
[[ranking.criteria]]
key = "hazard"
file = "hazard.csv"
value = "該当"
source = "県砂防課"
as_of = "2026-03-31"
[[ranking.criteria]]
key = "bus"
name = "バスの便数"
unit = "便"
scale = "steps"
steps = [[0, 1.0], [4, 0.5], [10, 0.0]]
group = "use"
weight = 4.0
file = "bus.csv"
value = "便数"
source = "県交通政策課"
as_of = "2026-04-01"
"""


def study(tmp_path, text=OWN):
    (tmp_path / "study.toml").write_text(GOOD + text, encoding="utf-8")
    return read_study(tmp_path)


def test_a_study_adds_its_own_criteria_without_code(tmp_path):
    ranking = study(tmp_path).ranking
    assert ranking.weights == DEFAULT_WEIGHTS | {"hazard": 10.0, "bus": 4.0}
    own = {criterion.key: criterion for criterion in ranking.all_criteria}
    assert (own["hazard"].ja, own["hazard"].group, own["hazard"].full) == ("土砂災害の区域", "safety", 1)
    assert own["bus"].need(pd.Series([0.0, 5.0, 12.0])).tolist() == [1.0, 0.5, 0.0]
    assert ranking.all_criteria[-1].key == "bus"
    zones = pd.DataFrame({"uncovered_population": [9.0, 9.0], "bus": [0.0, 5.0], "hazard": [1.0, np.nan]})
    table = rank(zones, RankingSpec({"bus": 4.0, "hazard": 10.0}, 1.0, criteria=ranking.all_criteria, draws=20))
    assert table["score"].tolist() == pytest.approx([100.0, 50.0])
    assert table["unknown_criteria"].tolist() == ["", "hazard"]
    assert table["rank_worst"].tolist() == [1, 2]
    assert table["rank_best"].tolist() == [1, 2]


def test_own_feasibility_stands_beside_unless_weighed_on_purpose(tmp_path):
    text = OWN.replace('group = "use"', 'group = "feasibility"')
    assert "bus" not in study(tmp_path, text).ranking.weights
    mixed = study(tmp_path, "[ranking.weights]\nshelters = 1.0\nbus = 2.0\n" + text).ranking
    assert mixed.weights == {"shelters": 1.0, "bus": 2.0, "hazard": 10.0}


def test_files_of_the_study_bring_their_standard_item(tmp_path):
    """A list of roads weighs as usual, unless the study says its own weights."""
    roads = '[[roads]]\nkind = "n13"\nfiles = ["n13.zip"]\n'
    assert study(tmp_path, roads).ranking.weights == DEFAULT_WEIGHTS | {"uncovered_road_km": 15.0}
    own = study(tmp_path, roads + "[ranking.weights]\nshelters = 1.0\n").ranking.weights
    assert own == {"shelters": 1.0}


def test_no_study_changes_the_defaults(tmp_path):
    study(tmp_path)
    assert Ranking().weights == DEFAULT_WEIGHTS
    assert "hazard" not in DEFAULT_WEIGHTS


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (('key = "bus"', 'key = "shelters"'), "shelters"),
        (('key = "bus"', 'key = "hazard"'), "hazard"),
        (('name = "バスの便数"\n', ""), "name"),
        (("weight = 4.0\n", ""), "weight"),
        (("[[0, 1.0], [4, 0.5], [10, 0.0]]", "[[4, 1.0], [0, 0.5]]"), "steps"),
        (("[[0, 1.0], [4, 0.5], [10, 0.0]]", "[[4, 7.0]]"), "steps"),
        (('scale = "steps"', 'scale = "linear"'), "full"),
        (('as_of = "2026-04-01"', 'as_of = "R8.4.1"'), "criteria.2.as_of"),
        (('[[ranking.criteria]]\nkey = "hazard"', '[ranking.weights]\nhope = 1.0\n[[ranking.criteria]]\nkey = "hazard"'), "hope"),
    ],
)
def test_each_mistake_in_an_own_criterion_is_named(tmp_path, change, expected):
    assert change[0] in OWN
    with pytest.raises(DataError) as refused:
        study(tmp_path, OWN.replace(*change))
    assert expected in str(refused.value)


ZONES = pd.DataFrame(
    {"name": ["明豆", "栗谷", "梶賀町"], "municipality": ["多気郡大台町", "多気郡大台町", "尾鷲市"]},
    index=pd.Index(["24443-007", "24443-008", "24209-004"], name="zone_id"),
)


def values(tmp_path, text):
    (tmp_path / "own.csv").write_bytes(text.encode("cp932"))
    return zone_values.read(tmp_path / "own.csv", value_field="該当")


def test_figures_find_their_zones_and_no_row_is_lost(tmp_path):
    """大台町 without its 郡, full width and blanks; a blank is unknown; a place that is no zone is counted."""
    rows, report = values(tmp_path, "市町村名,地区名,該当\n大台町,明豆,該当\n多気郡大台町, 栗谷,\n尾鷲市,賀田町,1\n")
    found = values_by_zone(ZONES, rows, report)
    assert found["24443-007"] == 1.0
    assert found.drop("24443-007").isna().all()
    assert report.excluded == {"no-such-zone": 1}
    assert report.records_in_file == report.accepted + sum(report.excluded.values()) == 3
    assert [n.count for n in report.notices if n.code == "zones-without-value"] == [2]


def test_figures_by_zone_id(tmp_path):
    rows, report = values(tmp_path, "zone_id,該当\n24209-004,１２\n24443-008,無\n24443-007,－\n")
    found = values_by_zone(ZONES, rows, report)
    assert found.fillna(-1).to_dict() == {"24443-007": -1, "24443-008": 0, "24209-004": 12}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("zone_id,該当\n24209-004,たくさん\n", "value-not-a-number"),
        ("zone_id,該当\n24209-004,-3\n", "value-not-a-number"),
        ("zone_id,値\n24209-004,3\n", "column-missing"),
        ("地区名,該当\n明豆,3\n", "column-missing"),
        ("zone_id,該当\n24209-004,3\n24209-004,4\n", "zone-twice"),
    ],
)
def test_figures_that_give_no_right_answer_are_refused(tmp_path, text, code):
    with pytest.raises(DataError) as refused:
        values_by_zone(ZONES, *values(tmp_path, text))
    assert refused.value.code == code


def test_a_name_that_fits_two_zones_is_asked_back(tmp_path):
    twins = pd.concat([ZONES, ZONES.iloc[:1].set_axis(["24443-099"])])
    with pytest.raises(DataError, match="zone_id"):
        values_by_zone(twins, *values(tmp_path, "市町村名,地区名,該当\n大台町,明豆,1\n"))
