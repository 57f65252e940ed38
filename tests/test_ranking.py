"""Scores a councillor can check, and the laws of a fair order."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.ranking.criteria import CRITERIA, DEFAULT_WEIGHTS, EXTERNAL, Criterion
from coverage.ranking.scores import ROAD, RankingSpec, gates, rank, score_parts, weighed_needs
from coverage.ranking.stability import first_break, perturbed_weights, stability
from geodata.errors import Text
from requests_gen.results.columns import GATES

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
    """Only shelters weigh (3 of 5) next to carriers missing (3 of 4: six tenths), two to one: 2/3·60 + 1/3·60."""
    world = zones({"shelters": 3, "carriers_missing": 3})
    parts = score_parts(world, {"shelters": 2.0, "carriers_missing": 1.0})
    assert parts.iloc[0].to_dict() == pytest.approx({"score_shelters": 40.0, "score_carriers_missing": 20.0})


def test_groups_add_up_and_feasibility_stands_beside():
    """1.2 km to the next coverage is easy (75) and earns no point unless the study gives it a weight."""
    world = zones({"uncovered_population": 80.0, "shelters": 2.0}).assign(nearest_coverage_km=1.2)
    row = rank(world, RankingSpec(DEFAULT_WEIGHTS, 1.0, draws=0)).iloc[0]
    assert row["feasibility"] == 75.0
    assert "score_nearest_coverage_km" not in row.index
    groups = ["group_need", "group_safety", "group_situation"]
    assert [name for name in row.index if name.startswith("group_")] == groups
    assert row[groups].sum() == pytest.approx(row["score"])
    mixed = rank(world, RankingSpec({"shelters": 1.0, "nearest_coverage_km": 3.0}, 1.0, draws=0)).iloc[0]
    assert mixed["score"] == pytest.approx(25 * 0.4 + 75 * 0.75)


def test_unknown_is_not_zero():
    """Households unknown: judged on the rest. With need everywhere else the score stays 100, not 100 − 1/6."""
    full = {c.key: c.full for c in CRITERIA}
    table = rank(zones(full, full | {"uncovered_households": np.nan}), RankingSpec(WEIGHTS, 1.0, draws=200))
    assert table["score"].tolist() == pytest.approx([100.0, 100.0])
    unknown = table.loc["24201-002"]
    assert np.isnan(unknown["score_uncovered_households"])
    assert unknown["unknown_criteria"] == "uncovered_households"
    assert table.loc["24201-001", "unknown_criteria"] == ""


def test_an_unknown_widens_the_range_and_the_limits():
    half = {c.key: c.full / 2 for c in CRITERIA}
    rows = [half | {"shelters": n} for n in (0.0, 1.0, 2.0, 3.0, 4.0)] + [half | {"shelters": np.nan}]
    table = rank(zones(*rows), RankingSpec(WEIGHTS, 1.0, draws=500))
    width = table["rank_high"] - table["rank_low"]
    assert width["24201-006"] >= 4
    assert width["24201-001"] <= 1
    assert table.loc["24201-006", ["rank_best", "rank_worst"]].tolist() == [1, 5]  # 0 shelters ties with the last
    assert table.loc["24201-005", ["rank_best", "rank_worst"]].tolist() == [1, 2]


def test_a_criterion_without_data_is_said_and_takes_nothing_away():
    """No list of roads, no count of shelters: both are named in each row, the rest is judged out of 100."""
    world = zones({"uncovered_population": 1000.0}, {"uncovered_population": 5.0})
    world["shelters"] = np.nan
    weights = {"uncovered_population": 10.0, "shelters": 15.0, ROAD: 15.0}
    table = rank(world, RankingSpec(weights, 1.0, draws=50))
    assert table["score"].iloc[0] == pytest.approx(100.0)
    assert table["unknown_criteria"].tolist() == [f"shelters,{ROAD}"] * 2
    assert table[["score_shelters", f"score_{ROAD}"]].isna().all(axis=None)
    # what nobody measured blurs no rank either
    assert table[["rank_best", "rank_worst", "rank_low", "rank_high"]].to_numpy().tolist() == [[1] * 4, [2] * 4]


def test_carriers_that_said_nothing_are_not_counted_as_serving():
    """Three missing and one silent: at least 3 of 4. None missing and one silent: unknown, never 0."""
    row = {"uncovered_population": 9.0}
    world = zones(row | {"carriers_missing": 3.0}, row, row | {"carriers_missing": 1.5})
    world["carriers_unknown"] = [1, 1, 0]
    table = rank(world, RankingSpec({"uncovered_population": 1.0, "carriers_missing": 1.0}, 1.0, draws=0))
    assert table["unknown_criteria"].to_dict() == {"24201-001": "", "24201-002": "carriers_missing", "24201-003": ""}
    assert table.loc["24201-001", "score_carriers_missing"] == pytest.approx(30.0)
    assert table["rank_best"].to_dict() == {"24201-001": 1, "24201-002": 1, "24201-003": 2}


def test_small_and_unknown_zones_are_listed_without_a_rank():
    world = zones({"uncovered_population": 0.4}, {"uncovered_population": 30.0}, {"uncovered_population": np.nan})
    table = rank(world, RankingSpec(WEIGHTS, 1.0, draws=10))
    assert table.index.tolist()[0] == "24201-002"
    assert table["gate"].to_dict() == {"24201-002": "", "24201-001": "small", "24201-003": "unknown"}
    assert table["rank"].notna().to_dict() == {"24201-002": True, "24201-001": False, "24201-003": False}
    assert table.loc["24201-001", "score"] > 0
    assert table["always_top"].dtype == bool
    assert (table.loc[["24201-001", "24201-003"], "decides"] == "").all()


def test_a_road_opens_the_gate_for_a_place_without_people():
    """Nobody lives there: 6 km of road compete, 2 km are small, of an unknown length that is the reason, not the people."""
    world = zones({}, {}, {}, {"uncovered_population": 3.0}, {"uncovered_population": np.nan})
    world[ROAD] = [6.0, 2.0, np.nan, np.nan, 6.0]
    score = pd.Series(1.0, index=world.index)
    assert gates(world, score, 1.0, 5.0).tolist() == ["", "small", "unknown_road", "", ""]
    assert gates(world, score, 1.0, 0.0).tolist() == ["small", "small", "small", "", "unknown"]
    assert gates(world.drop(columns=ROAD), score, 1.0, 5.0).tolist() == ["small", "small", "small", "", "unknown"]


def test_a_few_people_beside_cells_of_unknown_people_are_not_few():
    world = zones({"uncovered_population": 0.2}, {"uncovered_population": 0.2}, {"uncovered_population": 3.0})
    world["unknown_people_cells"] = [0, 1, 1]
    assert gates(world, pd.Series(1.0, index=world.index), 1.0, 0.0).tolist() == ["small", "unknown", ""]


def test_ties_share_a_rank_and_are_said():
    row = {"uncovered_population": 10.0}
    table = rank(zones(row, {"uncovered_population": 99.0}, row), RankingSpec(WEIGHTS, 1.0, draws=10))
    assert table["rank"].tolist() == [1, 2, 2]
    assert table["tied"].tolist() == [False, True, True]
    assert table.index.tolist() == ["24201-002", "24201-001", "24201-003"]
    assert table["rank_high"].tolist() == [1, 2, 2]


def test_no_shake_no_range():
    rows = [{"uncovered_population": float(n)} for n in (5, 50, 500)]
    table = rank(zones(*rows), RankingSpec(WEIGHTS, 1.0, perturbation=0.0, draws=20))
    assert table[["rank_low", "rank_high"]].to_numpy().tolist() == [[1, 1], [2, 2], [3, 3]]
    assert rank(zones(*rows), RankingSpec(WEIGHTS, 1.0, draws=0))["rank_low"].isna().all()


def test_no_zone_and_no_weight_that_has_data():
    empty = rank(zones({}).iloc[:0], RankingSpec(DEFAULT_WEIGHTS, 1.0))
    assert len(empty) == 0
    without = rank(zones({"uncovered_population": 9.0}), RankingSpec({ROAD: 1.0}, 1.0, draws=5))
    assert without["gate"].tolist() == ["no_data"]
    assert without["score"].isna().all()


def test_the_reason_is_the_one_that_holds():
    """Only shelters weigh, and nobody has a list: people are known to be enough, too few, or not known at all."""
    world = zones(*({"uncovered_population": n} for n in (58.0, 0.4, np.nan)))
    world["shelters"] = np.nan
    table = rank(world, RankingSpec({"shelters": 10.0}, 1.0, draws=0))
    assert table["gate"].to_dict() == {"24201-001": "no_data", "24201-002": "small", "24201-003": "unknown"}
    assert table["rank"].isna().all()


@given(st.lists(st.tuples(*[st.sampled_from([np.nan, 0.0, 1.0, 9.0])] * 3), min_size=1, max_size=6), st.sampled_from([0.0, 1.0, 5.0]))
def test_every_reason_is_true_of_its_zone(rows, least_road_km):
    people, road, score = (pd.Series(column) for column in zip(*rows, strict=True))
    told = gates(pd.DataFrame({"uncovered_population": people, ROAD: road}), score, 1.0, least_road_km)
    assert told.isin(list(GATES)).all()
    assert people[told == "unknown"].isna().all()
    assert road[told == "unknown_road"].isna().all()
    assert people[told.isin(["unknown_road", "small"])].lt(1).all()
    assert score[told == "no_data"].isna().all()
    assert score[told == ""].notna().all()


def test_a_weight_nobody_knows_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="hope"):
        rank(zones({}), RankingSpec({"hope": 1.0}, 1.0))


def test_what_decides_and_what_breaks_first():
    """Shelters carry the first zone: without them it falls behind. Its lead is 100·(0.4·a − 0.2·b)."""
    own = Criterion("mud", "泥", "mud", "", "linear", 1, Text("", ""))
    world = zones({"shelters": 5.0}, {"shelters": 3.0}).assign(mud=[0.0, 0.2], uncovered_population=9.0)
    criteria, weights = (*CRITERIA, own), {"shelters": 1.0, "mud": 1.0}
    table = rank(world, RankingSpec(weights, 1.0, criteria=criteria, draws=0))
    assert table.loc["24201-001", ["decides", "rank_without"]].tolist() == ["shelters", 2]
    found = first_break(weighed_needs(world, table, weights, criteria), 0)
    # equal when 0.4·shelters = 0.2·mud: mud doubled, or shelters halved (the nearer)
    assert (found.criterion, found.rival) == (0, 1)
    assert found.factor == pytest.approx(0.5)


def test_always_in_the_top_is_proof():
    """The first needs more of everything than all others; the second is beaten by the third in shelters."""
    rows = [dict(zip(KEYS, [c.full * f for c in CRITERIA], strict=True)) for f in (0.9, 0.5, 0.4)]
    rows[2]["shelters"] = 3.0
    table = rank(zones(*rows), RankingSpec(WEIGHTS, 1.0, top=1, draws=200))
    assert table["always_top"].tolist() == [True, False, False]
    assert table["top_probability_any"].tolist() == [1.0, 0.0, 0.0]
    second = rank(zones(*rows), RankingSpec(WEIGHTS, 1.0, top=2, draws=200))
    assert second["always_top"].tolist() == [True, False, False]
    assert second["always_top_shaken"].tolist() == [True, True, False]
    assert second["top_probability"].tolist() == [1.0, 1.0, 0.0]
    assert 0 < second["top_probability_any"].iloc[2] < 1


amounts = st.lists(st.tuples(*[st.one_of(st.floats(0, c.full * 2), st.just(float("nan"))) for c in CRITERIA]), min_size=2, max_size=8)
known = st.lists(st.tuples(*[st.floats(0, c.full * 2) for c in CRITERIA]), min_size=2, max_size=8)
weight_lists = st.lists(st.floats(0.1, 50), min_size=len(KEYS), max_size=len(KEYS))


def made(rows):
    return zones(*[dict(zip(KEYS, row, strict=True)) for row in rows])


@settings(deadline=None, max_examples=20)
@given(amounts, weight_lists, st.floats(0.01, 100))
def test_laws_of_the_score(rows, weights, factor):
    world = made(rows)
    weight = dict(zip(KEYS, weights, strict=True))
    table = rank(world, RankingSpec(weight, 0.0, 0.0, draws=5))
    parts = table[[name for name in table.columns if name.startswith("score_")]]
    scored = table["score"].notna()
    assert np.allclose(parts.sum(axis=1)[scored], table["score"][scored])
    assert table["score"][scored].between(0, 100 + 1e-9).all()
    # scaling all weights changes nothing
    scaled = rank(world, RankingSpec({k: v * factor for k, v in weight.items()}, 0.0, 0.0, draws=5))
    assert np.allclose(scaled["score"].reindex(table.index), table["score"], equal_nan=True)
    # the order of rows does not matter
    again = rank(world.iloc[::-1], RankingSpec(weight, 0.0, 0.0, draws=5))
    pd.testing.assert_series_equal(again["rank"].sort_index(), table["rank"].sort_index())
    # the ranks stay within what the unknown can make of them; 1e-9 of slack in scores is one rank at most
    ranked = table[table["gate"] == ""]
    assert (ranked["rank_best"] <= ranked["rank"]).all()
    assert (ranked["rank"] <= ranked["rank_worst"]).all()


@settings(deadline=None, max_examples=20)
@given(amounts, weight_lists)
def test_an_irrelevant_zone_reverses_no_pair(rows, weights):
    weight = dict(zip(KEYS, weights, strict=True))
    world = made(rows)
    whole = rank(world, RankingSpec(weight, 0.0, draws=0))["score"]
    fewer = rank(world.iloc[1:], RankingSpec(weight, 0.0, draws=0))["score"]
    assert np.allclose(fewer, whole.reindex(fewer.index), equal_nan=True, rtol=1e-12)


@settings(deadline=None, max_examples=16)
@given(amounts, st.integers(0, len(KEYS) - 1), st.floats(0, 3))
def test_more_need_never_lowers_a_rank(rows, which, factor):
    world = made(rows)
    before = rank(world, RankingSpec(WEIGHTS, 0.0, draws=0))["rank"]
    worse = world.copy()
    worse.iloc[0, which] = worse.iloc[0, which] * (1 + factor) + 1
    after = rank(worse, RankingSpec(WEIGHTS, 0.0, draws=0))["rank"]
    zone = world.index[0]
    if not np.isnan(world.iloc[0, which]) and not np.isnan(before[zone]):
        assert after[zone] <= before[zone]


@settings(deadline=None, max_examples=14)
@given(known, st.integers(1, 4), st.integers(0, 9))
def test_proof_holds_in_every_draw(rows, top, seed):
    """always_top and always_top_shaken are never contradicted by a draw."""
    table = rank(made(rows), RankingSpec(WEIGHTS, 0.0, top=top, draws=100, seed=seed))
    assert (table["top_probability_any"][table["always_top"]] == 1).all()
    assert (table["top_probability"][table["always_top_shaken"]] == 1).all()
    assert (table["always_top"] <= table["always_top_shaken"]).all()
    needs = weighed_needs(made(rows), table, WEIGHTS)
    again = stability(needs, perturbed_weights(needs.weight, 0.2, 100, seed), top, seed)
    # the same seed gives the same draws, whatever order the zones are in
    assert again.top_probability.tolist() == table.loc[table["gate"] == "", "top_probability"].tolist()


def test_awaited_items_complete_the_hundred():
    weights = [c.weight for c in (*CRITERIA, *EXTERNAL)]
    assert sum(weights) == 95  # and 5 for feasibility, which stands beside
