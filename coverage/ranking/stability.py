"""Stability: how far the ranks depend on the weights and on what is not known.

All ranks count 1 = most urgent, equal scores share the lower number. Weights are drawn with a seed, in blocks of
draws: scores are one matrix product, ranks one sort of integers that hold score and zone together.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from coverage.ranking.criteria import BoolArray, Needs
from geodata.grid import FloatArray

SCORE_DECIMALS = 9  # scores (0-100) that differ by less are equal: float noise decides no rank
BLOCK_SCORES = 20_000  # scores worked on at a time: they stay in the processor's cache, and BLAS in one thread
BARE = 1e-9  # of the whole weight: as good as none
STEPS_OF_SCORE = 10.0 ** (SCORE_DECIMALS + 2)  # the same on the scale 0-1
LOW_PERCENT, HIGH_PERCENT = 5.0, 95.0
RankArray = npt.NDArray[np.uint16] | npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Stability:
    """float64[zones]: the 5th and 95th percentile of the rank, and how often it was within the top (0..1)."""

    low: FloatArray
    high: FloatArray
    top_probability: FloatArray


def perturbed_weights(weight: FloatArray, perturbation: float, draws: int, seed: int) -> FloatArray:
    """float64[draws, criteria]: every weight times an even draw of 1 ± `perturbation`; each row sums to 1."""
    drawn = weight * np.random.default_rng(seed).uniform(1 - perturbation, 1 + perturbation, (draws, len(weight)))
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def any_weights(weight: FloatArray, draws: int, seed: int) -> FloatArray:
    """float64[draws, criteria]: all mixtures of the criteria that weigh anything alike (flat Dirichlet)."""
    used = weight > 0
    drawn = np.zeros((draws, len(weight)))
    drawn[:, used] = np.random.default_rng(seed).dirichlet(np.ones(int(used.sum())), draws)
    return drawn


def stability(needs: Needs, weights: FloatArray, top: int, seed: int) -> Stability:
    """How the ranks of the zones spread over the rows of `weights` (float64[draws, criteria], sums 1).

    An unknown amount is drawn as well, evenly between the least and the most it may be.
    """
    ranks = drawn_ranks(needs, weights, seed)
    low, high = np.percentile(ranks, [LOW_PERCENT, HIGH_PERCENT], axis=0, method="nearest")
    return Stability(low.astype(float), high.astype(float), within_top(ranks, top))


def within_top(ranks: RankArray, top: int) -> FloatArray:
    """float64[zones]: in what part of the draws each zone is among the first `top`."""
    return np.asarray(np.count_nonzero(ranks <= top, axis=0) / max(len(ranks), 1))


def drawn_ranks(needs: Needs, weights: FloatArray, seed: int) -> RankArray:
    """Ranks, uint[draws, zones]; one row for each row of `weights`."""
    count = len(needs.index)
    kind = np.uint16 if count <= np.iinfo(np.uint16).max else np.uint32
    ranks = np.empty((len(weights), count), kind)
    for rows, scores in _scores(needs, weights, seed):
        ranks[rows] = ranks_of(scores, kind)
    return ranks


def _scores(needs: Needs, weights: FloatArray, seed: int) -> Iterator[tuple[slice, FloatArray]]:
    """(rows of `weights`, float64[rows, zones] of 0..1), a block of rows at a time."""
    random = np.random.default_rng([seed, 1])
    span = np.where(np.isnan(needs.known), needs.high - needs.low, 0.0)
    uncertain = [(c, np.flatnonzero(span[:, c])) for c in np.flatnonzero(span.any(axis=0))]
    sure = needs.low.T.copy()  # what is known, and the least of what is not
    step = max(BLOCK_SCORES // max(len(needs.index), 1), 1)
    for start in range(0, len(weights), step):
        rows = slice(start, min(start + step, len(weights)))
        scores = weights[rows] @ sure
        for criterion, zones in uncertain:
            guess = random.random((len(scores), len(zones))) * span[zones, criterion]
            scores[:, zones] += weights[rows, criterion, None] * guess
        yield rows, scores


def ranks_of(scores: FloatArray, kind: type[Any] = np.int64) -> npt.NDArray[Any]:
    """Ranks along the last axis of float64[rows, zones] scores (0..1): 1 + how many zones score higher. Of `kind`."""
    count = scores.shape[1]
    bits = int(count).bit_length()
    # one integer holds (distance from a full score, zone): sorting it is several times faster than argsort
    away = np.subtract(1.0, scores)
    away *= STEPS_OF_SCORE
    key = np.rint(away, out=away).astype(np.int64)
    key <<= bits
    key |= np.arange(count)
    key.sort(axis=1)
    zone = key & ((1 << bits) - 1)
    key >>= bits
    place = np.broadcast_to(np.arange(1, count + 1, dtype=kind), key.shape)
    equal = key[:, 1:] == key[:, :-1]
    if equal.any():
        place = place.copy()
        place[:, 1:][equal] = 0
        place = np.maximum.accumulate(place, axis=1)
    ranks = np.empty(key.shape, kind)
    np.put_along_axis(ranks, zone, place, axis=1)
    return ranks


def rank_limits(needs: Needs, score: FloatArray) -> tuple[FloatArray, FloatArray]:
    """(best, worst) rank of each zone at the weights as they are, whatever the unknown amounts turn out to be.

    score: float64[zones] 0..100 by which they are ranked. Best: this zone's unknown amounts all full, the others'
    all none; worst: the other way round. Both can happen, and best ≤ rank ≤ worst.
    """
    unsure = (np.isnan(needs.known) & needs.available | (needs.high > needs.low)).any(axis=1)
    score = np.round(score, SCORE_DECIMALS)
    low = np.where(unsure, np.minimum(np.round(needs.low @ needs.weight * 100, SCORE_DECIMALS), score), score)
    high = np.where(unsure, np.maximum(np.round(needs.high @ needs.weight * 100, SCORE_DECIMALS), score), score)
    best = 1 + len(score) - np.searchsorted(np.sort(low), high, side="right")
    above = len(score) - np.searchsorted(np.sort(high), low, side="right")
    return best.astype(float), (1 + above - (high > low)).astype(float)


def deciding(needs: Needs, rank: FloatArray) -> tuple[npt.NDArray[np.int64], FloatArray]:
    """(criterion, rank without it): whose removal moves each zone most; −1 and NaN where none moves it.

    rank: float64[zones]. The other weights keep their proportions. Of equal moves the heavier part counts.
    """
    count, kinds = needs.known.shape
    part = np.nan_to_num(needs.known) * needs.weight
    whole = np.where(np.isnan(needs.known), 0.0, needs.weight)
    left = part.sum(axis=1)[None, :] - part.T
    rest = whole.sum(axis=1)[None, :] - whole.T
    with np.errstate(invalid="ignore", divide="ignore"):
        # a zone of which nothing else is known would have no score at all
        without = np.where(rest > 1e-12, left / rest, 0.0).clip(0.0, 1.0)
    if not count or int((needs.weight > 0).sum()) < 2:
        return np.full(count, -1), np.full(count, np.nan)
    ranks = ranks_of(without).astype(float)
    move = np.abs(ranks - rank)
    move[needs.weight <= 0] = 0.0
    chosen = np.argmax(move + (part.T + 1e-6) / (2 * kinds), axis=0)
    moved = np.take_along_axis(move, chosen[None], axis=0)[0] > 0
    at = np.take_along_axis(ranks, chosen[None], axis=0)[0]
    return np.where(moved, chosen, -1), np.where(moved, at, np.nan)


def always_within(needs: Needs, top: int, perturbation: float | None) -> BoolArray:
    """Zones that stay within the first `top` whatever the weights: bool[zones]; `perturbation` None means any at all.

    By dominance, so True is proof and not a sample: a zone stays when fewer than `top` others could outscore it
    with some weights (of any sort, or each within ±`perturbation`), its unknown amounts at their least and theirs at
    their most. Over any weights another zone can outscore it when it has more need in one criterion; within
    ±`perturbation`, when Σ w·d + perturbation·Σ w·|d| > 0 for the differences d. False may still be a zone that always stays,
    because those others cannot all outscore it at once.
    """
    used = needs.weight > 0
    low, high, weight = needs.low[:, used], needs.high[:, used], needs.weight[used]
    proven = np.zeros(len(low), bool)
    # only what is among the first with the weights as they are can stay there
    middle = low @ weight
    for zone in np.flatnonzero(_rank_among(middle, high @ weight) <= top):
        more = high - low[zone]
        more[zone] = -1.0
        needed = more if perturbation is None else (more @ weight + perturbation * (np.abs(more) @ weight))[:, None]
        rivals = (needed > 1e-12).any(axis=1)
        rivals[zone] = False
        proven[zone] = rivals.sum() < top
    return proven


def _rank_among(low: FloatArray, high: FloatArray) -> npt.NDArray[np.int64]:
    """1 + how many zones surely have a higher score."""
    return np.asarray(1 + len(low) - np.searchsorted(np.sort(low), high, side="right"))


@dataclass(frozen=True)
class Break:
    """The smallest change of one weight that changes a zone's rank: `criterion`'s weight times `factor`.

    factor < 1 is a cut, > 1 a rise (the other weights stay; all are brought to 100 again). `rival`: row of the
    zone that it then meets.
    """

    criterion: int
    factor: float
    rival: int


def first_break(needs: Needs, zone: int) -> Break | None:
    """Whose weight change first breaks the place of row `zone`, or None where no change of one weight does.

    Exact: two scores are equal where (K₁+t·k₁)(W₂+t·v₂) = (K₂+t·k₂)(W₁+t·v₁), K and W being the known parts and
    weights, k and v those of the criterion, t ≥ −1 its change. Zones tied already are left out.
    """
    part = np.nan_to_num(needs.known) * needs.weight
    held = np.where(np.isnan(needs.known), 0.0, needs.weight)
    score, whole = part.sum(axis=1), held.sum(axis=1)
    rivals = np.flatnonzero(np.abs(score * whole[zone] - score[zone] * whole) > 1 / STEPS_OF_SCORE)
    best: Break | None = None
    for criterion in np.flatnonzero(needs.weight > 0):
        k, v = part[:, criterion], held[:, criterion]
        a = (k[zone] * v - k * v[zone])[rivals]
        b = (score[zone] * v + k[zone] * whole - score * v[zone] - k * whole[zone])[rivals]
        c = (score[zone] * whole - score * whole[zone])[rivals]
        # without the only weight that a zone's known parts have, it has no score to compare
        alone = (whole[zone] - v[zone] < BARE) | (whole - v < BARE)[rivals]
        change = _nearest_root(a, b, c, np.where(alone, -1 + BARE, -1.0))
        if not len(change) or not np.isfinite(change).any():
            continue
        at = int(np.nanargmin(np.abs(change)))
        if best is None or abs(change[at]) < abs(best.factor - 1):
            best = Break(int(criterion), float(1 + change[at]), int(rivals[at]))
    return best


def _nearest_root(a: FloatArray, b: FloatArray, c: FloatArray, least: FloatArray) -> FloatArray:
    """The root of a·t² + b·t + c nearest to 0 with t ≥ `least`, NaN where there is none. c is not 0."""
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(b * b - 4 * a * c)
        q = -0.5 * (b + np.copysign(root, b))
        # the second form is the stable one, and all there is where a is 0
        found = np.stack([np.where(np.abs(a) > 1e-15, q / a, np.nan), c / q])
    found = np.where(np.isfinite(found) & (found >= least), found, np.nan)
    size = np.where(np.isnan(found), np.inf, np.abs(found))
    chosen = np.argmin(size, axis=0)
    return np.asarray(np.take_along_axis(found, chosen[None], axis=0)[0])
