"""Ranks under other weights: against the slow and obvious way, and by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from coverage.ranking import stability as module
from coverage.ranking.criteria import Criterion, needs_of
from coverage.ranking.stability import (
    always_within,
    any_weights,
    deciding,
    drawn_ranks,
    first_break,
    perturbed_weights,
    rank_limits,
    ranks_of,
    stability,
    within_top,
)
from geodata.errors import Text

ABC = tuple(Criterion(key, key, key, "", "linear", 1.0, Text("", "")) for key in "abc")
EQUAL = dict.fromkeys("abc", 1.0)


def needs(rows, weights=EQUAL):
    return needs_of(pd.DataFrame(rows, columns=list("abc")), weights, ABC)


def slow_ranks(scores):
    return [1 + sum(other > score + 1e-11 for other in scores) for score in scores]


grids = arrays.arrays(float, st.tuples(st.integers(1, 9), st.just(3)), elements=st.sampled_from([0.0, 0.25, 0.5, 0.7, 1.0]))
gappy = arrays.arrays(float, st.tuples(st.integers(1, 7), st.just(3)), elements=st.sampled_from([0.0, 0.2, 0.5, 0.9, np.nan]))
three = st.tuples(*[st.floats(0.05, 5)] * 3)


@settings(deadline=None)
@given(arrays.arrays(float, st.tuples(st.integers(1, 4), st.integers(1, 12)), elements=st.sampled_from([0, 0.1, 0.5, 1])))
def test_ranks_are_those_of_counting(scores):
    assert ranks_of(scores).tolist() == [slow_ranks(row) for row in scores]


@settings(deadline=None, max_examples=40)
@given(grids, three, st.integers(0, 5))
def test_every_draw_ranks_by_its_own_weights(rows, weights, seed):
    """Block or no block, ties or not: the same ranks as a plain loop."""
    found = needs(rows, dict(zip("abc", weights, strict=True)))
    if not found.available.any():
        return
    drawn = perturbed_weights(found.weight, 0.3, 7, seed)
    ranks = drawn_ranks(found, drawn, seed)
    for row, weight in zip(ranks, drawn, strict=True):
        assert row.tolist() == slow_ranks(rows @ weight)


def test_blocks_change_nothing(monkeypatch):
    rows = np.random.default_rng(1).random((40, 3))
    rows[3:9, 1] = np.nan
    found = needs(rows)
    whole = drawn_ranks(found, perturbed_weights(found.weight, 0.2, 50, 1), 1)
    # an unknown amount is drawn in the order of the draws, so a block that ends elsewhere sees the same numbers
    monkeypatch.setattr(module, "BLOCK_SCORES", 40 * 7)
    parts = drawn_ranks(found, perturbed_weights(found.weight, 0.2, 50, 1), 1)
    assert (whole == parts).all()


def test_weights_stay_within_the_shake_and_sum_to_one():
    weight = np.array([0.5, 0.3, 0.2, 0.0])
    drawn = perturbed_weights(weight, 0.2, 500, 4)
    assert np.allclose(drawn.sum(axis=1), 1)
    ratio = drawn[:, 0] / drawn[:, 1] / (0.5 / 0.3)
    assert ((ratio > 0.8 / 1.2) & (ratio < 1.2 / 0.8)).all()
    assert (drawn[:, 3] == 0).all()
    free = any_weights(weight, 2000, 4)
    assert np.allclose(free.sum(axis=1), 1)
    assert (free[:, 3] == 0).all()
    assert np.allclose(free[:, :3].mean(axis=0), 1 / 3, atol=0.03)


def test_interval_and_probability_by_hand():
    """One zone above all others in everything; two that change places with a and b."""
    found = needs([[1.0, 1.0, 1.0], [0.6, 0.2, 0.4], [0.2, 0.6, 0.4]])
    steady = stability(found, perturbed_weights(found.weight, 0.2, 1000, 1), 2, 1)
    assert steady.low.tolist() == [1, 2, 2]
    assert steady.high.tolist() == [1, 3, 3]
    assert steady.top_probability[0] == 1
    assert steady.top_probability[1:].sum() == pytest.approx(1, abs=1e-9)
    assert steady.top_probability[1] == pytest.approx(0.5, abs=0.06)


def test_a_known_order_has_no_interval():
    found = needs([[0.9, 0.9, 0.9], [0.5, 0.5, 0.5], [0.1, 0.1, 0.1]])
    ranks = drawn_ranks(found, any_weights(found.weight, 200, 1), 1)
    assert (ranks == [1, 2, 3]).all()
    assert within_top(ranks, 2).tolist() == [1, 1, 0]


@settings(deadline=None, max_examples=60)
@given(gappy, three, st.integers(0, 99))
def test_limits_hold_whatever_the_unknown_is(rows, weights, seed):
    """Filled with anything at all, no zone leaves its best and worst rank; and both are reached."""
    found = needs(rows, dict(zip("abc", weights, strict=True)))
    part = found.parts()
    known = ~np.isnan(part).all(axis=1)
    found = found.of(known)
    if not known.any():
        return
    score = np.nansum(found.parts(), axis=1) * 100
    best, worst = rank_limits(found, score)
    assert (best <= ranks_of(score[None] / 100)[0]).all()
    assert (ranks_of(score[None] / 100)[0] <= worst).all()
    random = np.random.default_rng(seed)
    for _ in range(10):
        filled = np.where(np.isnan(found.known), random.random(found.known.shape), found.known)
        ranks = np.array(slow_ranks(filled @ found.weight))
        assert (best <= ranks).all()
        assert (ranks <= worst).all()
    zone = int(random.integers(len(score)))
    at_best = found.low.copy()
    at_best[zone] = found.high[zone]
    if np.isnan(found.known).any(axis=1).all():  # a zone that is wholly known keeps its own score
        assert slow_ranks(at_best @ found.weight)[zone] == best[zone]


@settings(deadline=None, max_examples=60)
@given(grids, three)
def test_what_decides_is_what_moves_it_most(rows, weights):
    found = needs(rows, dict(zip("abc", weights, strict=True)))
    rank = np.array(slow_ranks(rows @ found.weight), float)
    decides, without = deciding(found, rank)
    for zone in range(len(rows)):
        moves = []
        for c in range(3):
            rest = np.delete(found.weight, c)
            moves.append(abs(slow_ranks(np.delete(rows, c, axis=1) @ (rest / rest.sum()))[zone] - rank[zone]))
        assert abs((without[zone] if decides[zone] >= 0 else rank[zone]) - rank[zone]) == max(moves)
        assert decides[zone] == -1 or moves[decides[zone]] == max(moves)


def test_one_criterion_alone_decides_nothing():
    found = needs([[0.5, 0, 0], [0.2, 0, 0]], {"a": 1.0})
    assert deciding(found, np.array([1.0, 2.0]))[0].tolist() == [-1, -1]


@settings(deadline=None, max_examples=60)
@given(gappy, three, st.integers(0, 6))
def test_the_first_break_is_the_nearest_change_of_rank(rows, weights, pick):
    """Just before the factor the rank stands; at the factor it meets the rival named."""
    weight = dict(zip("abc", weights, strict=True))
    found = needs(rows, weight)
    scored = ~np.isnan(found.parts()).all(axis=1)
    rows, found = rows[scored], found.of(scored)
    if not len(rows):
        return
    zone = pick % len(rows)

    def scores(criterion, factor):
        changed = found.weight.copy()
        changed[criterion] *= factor
        held = np.where(np.isnan(rows), 0.0, changed)
        with np.errstate(invalid="ignore"):
            return (np.nan_to_num(rows) * held).sum(axis=1) / held.sum(axis=1)

    broken = first_break(found, zone)
    start = scores(0, 1.0)
    apart = np.abs(start - start[zone]) > 1e-9
    if broken is not None:
        met = scores(broken.criterion, broken.factor)
        if np.isfinite(met[[zone, broken.rival]]).all():
            assert met[zone] == pytest.approx(met[broken.rival], abs=1e-6)
    reach = abs(broken.factor - 1) * 0.999 if broken is not None else 0.999
    for criterion in np.flatnonzero(found.weight > 0):
        for factor in (1 - min(reach, 0.999), 1 + reach):
            now = scores(criterion, factor)
            assert (np.sign(now - now[zone]) == np.sign(start - start[zone]))[apart].all()


@settings(deadline=None, max_examples=60)
@given(grids, three, st.integers(1, 4), st.integers(0, 9))
def test_proof_is_never_contradicted(rows, weights, top, seed):
    found = needs(rows, dict(zip("abc", weights, strict=True)))
    if not found.available.any():
        return
    free = within_top(drawn_ranks(found, any_weights(found.weight, 200, seed), seed), top)
    near = within_top(drawn_ranks(found, perturbed_weights(found.weight, 0.2, 200, seed), seed), top)
    assert (free[always_within(found, top, None)] == 1).all()
    assert (near[always_within(found, top, 0.2)] == 1).all()
    # what is certain for all weights is certain for some
    assert (always_within(found, top, None) <= always_within(found, top, 0.2)).all()


def test_proof_by_hand():
    """The second is outscored by the third with a alone (any weights), never within ±20 % of equal ones."""
    found = needs([[1.0, 1.0, 1.0], [0.4, 0.9, 0.9], [0.5, 0.1, 0.1]])
    assert always_within(found, 1, None).tolist() == [True, False, False]
    assert always_within(found, 2, None).tolist() == [True, False, False]
    assert always_within(found, 2, 0.2).tolist() == [True, True, False]
