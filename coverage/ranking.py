"""Ranking: zones in order of need, each score with its parts, ties and unknowns said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from geodata.grid import FloatArray

FULL_SCORE = 100.0
SCORE_DECIMALS = 9  # scores that differ by less are equal: float noise decides no rank


@dataclass(frozen=True)
class Criterion:
    """What is measured, in which unit, and the amount that earns the whole weight.

    `log`: log(1 + x) / log(1 + full), so that the step from 5 to 10 people weighs like that from 50 to 100;
    `linear`: x / full. Both are capped at 1. `full` is fixed, not taken from the data, so that a zone's
    score does not depend on which other zones there are.
    """

    key: str
    ja: str
    en: str
    unit: str
    scale: Literal["log", "linear"]
    full: float
    why: str

    def need(self, amount: pd.Series) -> pd.Series:
        """0 (no need) to 1 (the whole weight), NaN where the amount is unknown. Same index."""
        clipped = amount.astype(float).clip(0.0, self.full)
        return np.log1p(clipped) / np.log1p(self.full) if self.scale == "log" else clipped / self.full


CRITERIA = (
    Criterion("uncovered_population", "エリア外人口", "uncovered people", "人", "log", 1000,
              "people whom at least one carrier leaves out"),
    Criterion("complete_population", "全社エリア外人口", "people no carrier serves", "人", "log", 500,
              "nobody serves them: no call for help, no roaming between carriers either"),
    Criterion("uncovered_households", "エリア外世帯", "uncovered households", "世帯", "log", 500,
              "what a contract is counted in"),
    Criterion("uncovered_65plus", "エリア外の65歳以上", "uncovered people aged 65+", "人", "log", 500,
              "fewer other ways to reach help"),
    Criterion("shelters", "避難所等", "shelters", "か所", "linear", 5, "where everyone goes when it matters"),
    Criterion("carriers_missing", "不足する事業者数", "carriers missing", "者", "linear", 4,
              "how far from a free choice of carrier"),
)  # fmt: skip


def score_parts(zones: pd.DataFrame, weights: Mapping[str, float]) -> pd.DataFrame:
    """`score_<criterion>` of every zone; the parts of a row sum to its score (0–100). Index as `zones`.

    A part is NaN where the amount is unknown: the zone is then judged on what is known, its known parts
    scaled up to the whole weight. rank_range tells what the unknown could change.
    """
    needs, weight = _needs(zones, weights)
    known = np.where(np.isnan(needs), 0.0, weight)
    total = known.sum(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        parts = np.where(total > 0, needs * known / total * FULL_SCORE, np.nan)
    return pd.DataFrame(parts, index=zones.index, columns=[f"score_{c.key}" for c in _used(weights)])


def _used(weights: Mapping[str, float]) -> list[Criterion]:
    return [criterion for criterion in CRITERIA if weights.get(criterion.key, 0.0) > 0]


def _needs(zones: pd.DataFrame, weights: Mapping[str, float]) -> tuple[FloatArray, FloatArray]:
    """Need float64[zones, criteria] 0..1, NaN unknown; weight float64[criteria], summing to 1."""
    used = _used(weights)
    needs = np.column_stack([criterion.need(zones[criterion.key]).to_numpy(float) for criterion in used])
    weight = np.array([weights[criterion.key] for criterion in used])
    return needs.reshape(len(zones), len(used)), weight / weight.sum()


def order(zones: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """rank (1 = most urgent, equal scores share the lower number) and `tied` (yes or no). Index as `zones`."""
    rounded = score.round(SCORE_DECIMALS)
    rank = rounded.rank(method="min", ascending=False)
    tied = rounded.duplicated(keep=False) & rounded.notna()
    return pd.DataFrame({"rank": rank, "tied": tied}, index=zones.index)


def rank_range(
    zones: pd.DataFrame, weights: Mapping[str, float], ranked: pd.Series, shake: float, draws: int, seed: int
) -> pd.DataFrame:
    """rank_low, rank_high of the ranked zones when every weight moves by up to ±`shake`. Index as `zones`.

    ranked: bool, the zones that compete. The 5th and 95th percentile over `draws` seeded draws; an unknown
    amount is drawn too, evenly between no need and full need, so a zone with unknowns has a wide range.
    """
    low_high = pd.DataFrame({"rank_low": np.nan, "rank_high": np.nan}, index=zones.index)
    if not ranked.any() or not draws:
        return low_high
    needs, weight = _needs(zones[ranked], weights)
    random = np.random.default_rng(seed)
    ranks = np.empty((draws, len(needs)), np.int32)
    unknown = np.isnan(needs)
    for draw in range(draws):
        shaken = weight * random.uniform(1 - shake, 1 + shake, len(weight))
        guessed = np.where(unknown, random.uniform(size=needs.shape), needs) if unknown.any() else needs
        score = np.round(guessed @ (shaken / shaken.sum()) * FULL_SCORE, SCORE_DECIMALS)
        # rank = 1 + how many score higher; equal scores share the lower number
        ranks[draw] = len(score) - np.searchsorted(np.sort(score), score, side="right") + 1
    low_high.loc[ranked, ["rank_low", "rank_high"]] = np.percentile(
        ranks, [5, 95], axis=0, method="nearest"
    ).T
    return low_high


def rank(
    zones: pd.DataFrame,
    weights: Mapping[str, float],
    least_uncovered_population: float,
    shake: float = 0.2,
    draws: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The ranking table. Index as `zones`, in order of rank, then zone_id; zones below a gate come last.

    `gate` is "" for zones that compete, "small" where fewer people than the gate are uncovered (they keep
    their score and are listed, without a rank), "unknown" where the people are not known.
    `unknown_criteria` names what a zone's score had to do without.
    """
    parts = score_parts(zones, weights)
    score = parts.sum(axis=1, min_count=1).rename("score")
    small = zones["uncovered_population"] < least_uncovered_population
    no_answer = zones["uncovered_population"].isna() | score.isna()
    gate = pd.Series(np.select([no_answer, small], ["unknown", "small"], ""), index=zones.index, name="gate")
    places = order(zones, score.where(gate == ""))
    ranges = rank_range(zones, weights, gate == "", shake, draws, seed)
    names = pd.Series(parts.columns).str.removeprefix("score_") + ","
    unknown = parts.isna().dot(names.to_numpy(object)).str.rstrip(",")
    table = pd.concat([score, parts, places, ranges, gate, unknown.rename("unknown_criteria")], axis=1)
    by_rank = table.assign(
        place=table["rank"].fillna(np.inf), id=table.index.astype(str), low=-table["score"]
    )
    return table.loc[by_rank.sort_values(["place", "low", "id"]).index]
