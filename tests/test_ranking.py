"""Scores a councillor can check, and the laws of a fair order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.ranking import CRITERIA, rank, rank_range, score_parts

KEYS = [criterion.key for criterion in CRITERIA]
WEIGHTS = dict.fromkeys(KEYS, 1.0)


def zones(*rows: dict[str, float]) -> pd.DataFrame:
    index = pd.Index([f"24201-{n:03d}" for n in range(1, len(rows) + 1)], name="zone_id")
    return pd.DataFrame([dict.fromkeys(KEYS, 0.0) | row for row in rows], index=index)


def test_full_need_scores_100_and_no_need_0():
    world = zones({c.key: c.full for c in CRITERIA}, {})
    parts = score_parts(world, WEIGHTS)
    assert parts.sum(axis=1).tolist() == pytest.approx([100.0, 0.0])


def test_a_score_by_hand():
    """Only shelters weigh (3 of 5) next to carriers missing (1 of 4), two to one: 2/3·60 + 1/3·25 = 48.33."""
    world = zones({"shelters": 3, "carriers_missing": 1})
    parts = score_parts(world, {"shelters": 2.0, "carriers_missing": 1.0})
    assert parts.iloc[0].to_dict() == pytest.approx(
        {"score_shelters": 40.0, "score_carriers_missing": 25 / 3}
    )


def test_unknown_is_not_zero():
    """Households unknown: judged on the rest. With need everywhere else the score stays 100, not 100 − 1/6."""
    full = {c.key: c.full for c in CRITERIA}
    table = rank(zones(full, full | {"uncovered_households": np.nan}), WEIGHTS, 1.0, draws=200)
    assert table["score"].tolist() == pytest.approx([100.0, 100.0])
    unknown = table.loc["24201-002"]
    assert np.isnan(unknown["score_uncovered_households"])
    assert unknown["unknown_criteria"] == "uncovered_households"
    assert table.loc["24201-001", "unknown_criteria"] == ""


def test_an_unknown_widens_the_range():
    half = {c.key: c.full / 2 for c in CRITERIA}
    rows = [half | {"shelters": n} for n in (0.0, 1.0, 2.0, 3.0, 4.0)] + [half | {"shelters": np.nan}]
    table = rank(zones(*rows), WEIGHTS, 1.0, draws=500)
    width = table["rank_high"] - table["rank_low"]
    assert width["24201-006"] >= 4
    assert width["24201-001"] <= 1


def test_small_and_unknown_zones_are_listed_without_a_rank():
    world = zones(
        {"uncovered_population": 0.4}, {"uncovered_population": 30.0}, {"uncovered_population": np.nan}
    )
    table = rank(world, WEIGHTS, 1.0, draws=10)
    assert table.index.tolist()[0] == "24201-002"
    assert table["gate"].to_dict() == {"24201-002": "", "24201-001": "small", "24201-003": "unknown"}
    assert table["rank"].notna().to_dict() == {"24201-002": True, "24201-001": False, "24201-003": False}
    assert table.loc["24201-001", "score"] > 0


def test_ties_share_a_rank_and_are_said():
    row = {"uncovered_population": 10.0}
    table = rank(zones(row, {"uncovered_population": 99.0}, row), WEIGHTS, 1.0, draws=10)
    assert table["rank"].tolist() == [1, 2, 2]
    assert table["tied"].tolist() == [False, True, True]
    assert table.index.tolist() == ["24201-002", "24201-001", "24201-003"]


def test_no_shake_no_range():
    rows = [{"uncovered_population": float(n)} for n in (5, 50, 500)]
    ranges = rank_range(zones(*rows), WEIGHTS, pd.Series(True, index=zones(*rows).index), 0.0, 20, 1)
    assert ranges.to_numpy().tolist() == [[3, 3], [2, 2], [1, 1]]


amounts = st.lists(st.tuples(*[st.floats(0, c.full * 2) for c in CRITERIA]), min_size=2, max_size=8)


@settings(deadline=None, max_examples=50)
@given(amounts, st.lists(st.floats(0.1, 50), min_size=len(KEYS), max_size=len(KEYS)), st.floats(0.01, 100))
def test_laws_of_the_score(rows, weights, factor):
    world = zones(*[dict(zip(KEYS, row, strict=True)) for row in rows])
    weight = dict(zip(KEYS, weights, strict=True))
    table = rank(world, weight, 0.0, draws=5)
    parts = table[[name for name in table.columns if name.startswith("score_")]]
    assert np.allclose(parts.sum(axis=1), table["score"])
    assert table["score"].between(0, 100 + 1e-9).all()
    # scaling all weights changes nothing
    scaled = rank(world, {k: v * factor for k, v in weight.items()}, 0.0, draws=5)
    assert np.allclose(scaled["score"].reindex(table.index), table["score"])
    # the order of rows does not matter
    again = rank(world.iloc[::-1], weight, 0.0, draws=5)
    pd.testing.assert_series_equal(again["rank"].sort_index(), table["rank"].sort_index())
    # a zone that is not there reverses no pair: scores do not depend on the others
    alone = rank(world.iloc[:1], weight, 0.0, draws=5)
    assert alone["score"].iloc[0] == pytest.approx(table["score"][world.index[0]])


@settings(deadline=None, max_examples=30)
@given(amounts, st.integers(0, len(KEYS) - 1))
def test_more_need_never_lowers_a_rank(rows, which):
    world = zones(*[dict(zip(KEYS, row, strict=True)) for row in rows])
    before = rank(world, WEIGHTS, 0.0, draws=1)["rank"]
    worse = world.copy()
    worse.iloc[0, which] = worse.iloc[0, which] * 2 + 1
    after = rank(worse, WEIGHTS, 0.0, draws=1)["rank"]
    assert after[world.index[0]] <= before[world.index[0]]
