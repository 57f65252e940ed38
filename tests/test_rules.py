"""Rules on worlds that fit in the head, and the laws they must keep."""

from typing import get_args

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.rules import RULES, Threshold, block_share, count_by, covered_weight
from coverage.study.study import RuleName

IDS = pd.Index(["a", "b", "c", "d"], name="cell_id")


def series(*values: float) -> pd.Series:
    return pd.Series(values, index=IDS)


def weight(rule: str, share: pd.Series, **options: object) -> pd.Series:
    given = {"centre_covered": series(0, 0, 0, 0), "land_area_m2": series(1, 1, 1, 1), "block": None}
    return covered_weight(rule, share, **{**given, "threshold": Threshold(), **options})


def test_each_rule_on_four_cells():
    """Shares 0, 0.5, 0.9 and unknown; the centre of the second cell is outside, of the third inside."""
    share = series(0.0, 0.5, 0.9, np.nan)
    centre = series(0, 0, 1, 0)
    answers = {
        "area": series(0.0, 0.5, 0.9, np.nan),
        "mic_half": series(0, 1, 1, np.nan),
        "any_touch": series(0, 1, 1, np.nan),
        "centroid": series(0, 0, 1, np.nan),
    }
    for rule, answer in answers.items():
        pd.testing.assert_series_equal(weight(rule, share, centre_covered=centre), answer, check_names=False)


def test_exactly_half_is_decided_by_the_setting():
    half = series(0.5, 0.5 - 1e-12, 0.5 + 1e-12, 0.4999)
    assert weight("mic_half", half).tolist() == [1, 1, 1, 0]
    assert weight("mic_half", half, threshold=Threshold(inclusive=False)).tolist() == [0, 0, 0, 0]


def test_finer_cells_are_judged_together():
    """Two 250 m cells of one 500 m mesh: 0.9 and 0.0 of equal land make 0.45: nobody counts. Alone, one would."""
    share, block = series(0.9, 0.0, 0.9, 0.2), pd.Series([1, 1, 2, 2], index=IDS)
    assert weight("mic_half", share, block=block).tolist() == [0, 0, 1, 1]
    assert weight("mic_half", share).tolist() == [1, 0, 1, 0]


def test_blocks_weigh_by_land():
    """A coastal cell with a tenth of the land decides a tenth: (0.1·1 + 1·0.45) / 1.1 = 0.5."""
    share = block_share(series(1.0, 0.45, 1, 1), series(0.1, 1.0, 1, 1), pd.Series([1, 1, 2, 2], index=IDS))
    assert share.tolist() == pytest.approx([0.5, 0.5, 1, 1])


def test_a_block_with_an_unknown_cell_is_unknown():
    share = block_share(series(1.0, np.nan, 1, 1), series(1, 1, 1, 1), pd.Series([1, 1, 2, 2], index=IDS))
    assert share.isna().tolist() == [True, True, False, False]


def test_count_by_adds_up_and_leaves_unknown_people_out():
    """Group 0: 10 people half covered, 4 unknown coverage. Group 1: a cell of unknown people. −1: nobody's."""
    count = count_by(np.array([0, 0, 1, -1]), 2, np.array([10.0, 4.0, np.nan, 7.0]), np.array([0.5, np.nan, 1.0, 1.0]))
    assert count.covered.tolist() == [5, 0]
    assert count.uncovered.tolist() == [5, 0]
    assert count.unknown.tolist() == [4, 0]


def test_an_unknown_rule_is_refused():
    with pytest.raises(ValueError, match="mic_half"):
        weight("majority", series(0, 0, 0, 0))


shares = st.one_of(st.just(np.nan), st.floats(0, 1))
worlds = st.lists(st.tuples(shares, st.booleans(), st.floats(0.001, 1), st.integers(0, 3)), min_size=1, max_size=20)


@settings(deadline=None, max_examples=60)
@given(worlds, st.sampled_from(RULES), st.lists(st.floats(0, 1e4), min_size=20, max_size=20))
def test_people_are_conserved_under_every_rule(world, rule, people):
    frame = pd.DataFrame(world, columns=["share", "centre", "land", "block"])
    weights = covered_weight(rule, frame["share"], frame["centre"], frame["land"], frame["block"], Threshold()).to_numpy()
    assert ((weights >= 0) & (weights <= 1) | np.isnan(weights)).all()
    amount = np.array(people[: len(frame)])
    count = count_by(np.zeros(len(frame), int), 1, amount, weights)
    total = count.covered[0] + count.uncovered[0] + count.unknown[0]
    assert total == pytest.approx(amount.sum(), abs=1e-6)
    assert min(count.covered[0], count.uncovered[0], count.unknown[0]) >= 0
    if rule != "mic_half":  # unknown shares are unknown; a block may be decided without them (next law)
        assert np.isnan(weights[np.isnan(frame["share"])]).all()


@settings(deadline=None, max_examples=60)
@given(worlds, st.data())
def test_a_block_is_known_only_where_no_unknown_cell_can_change_it(world, data):
    frame = pd.DataFrame(world, columns=["share", "centre", "land", "block"])
    args = frame["centre"], frame["land"], frame["block"], Threshold()
    weights = covered_weight("mic_half", frame["share"], *args)
    filled = frame["share"].map(lambda share: data.draw(st.floats(0, 1)) if np.isnan(share) else share)
    truth = covered_weight("mic_half", filled, *args)
    known = weights.notna()
    assert (weights[known] == truth[known]).all()
    assert known[~frame["block"].isin(frame.loc[frame["share"].isna(), "block"])].all()


def test_three_covered_quarters_decide_a_block_and_one_does_not():
    block, land = pd.Series([1, 1, 1, 1], index=IDS), series(1, 1, 1, 1)
    assert weight("mic_half", series(1, 1, 0, np.nan), block=block, land_area_m2=land).tolist() == [1, 1, 1, 1]
    assert weight("mic_half", series(0, 0, 0, np.nan), block=block, land_area_m2=land).tolist() == [0, 0, 0, 0]
    assert np.isnan(weight("mic_half", series(1, 0, 0, np.nan), block=block, land_area_m2=land)).all()


@settings(deadline=None, max_examples=40)
@given(worlds, st.sampled_from(RULES), st.floats(0, 1))
def test_more_coverage_never_leaves_more_people_out(world, rule, more):
    frame = pd.DataFrame(world, columns=["share", "centre", "land", "block"])
    grown = frame["share"] + (1 - frame["share"]) * more
    args = frame["centre"], frame["land"], frame["block"], Threshold()
    before = covered_weight(rule, frame["share"], *args).to_numpy()
    after = covered_weight(rule, grown, *args).to_numpy()
    both = ~np.isnan(before) & ~np.isnan(after)
    assert (after[both] >= before[both] - 1e-12).all()
    # with more coverage an unknown cell may come to decide the half: what was out is then open, what was in never is
    opened = ~np.isnan(before) & np.isnan(after)
    assert (before[opened] == 0).all()
    assert rule == "mic_half" or not opened.any()


def test_a_study_may_name_every_rule_and_no_other():
    assert get_args(RuleName) == RULES
