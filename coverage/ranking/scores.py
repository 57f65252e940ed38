"""Ranking: zones in order of need, each score with its parts, ties and unknowns said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.ranking.criteria import GROUPS, STANDARD, Criterion, Needs, feasibility, needs_of
from coverage.ranking.stability import (
    SCORE_DECIMALS,
    always_within,
    any_weights,
    deciding,
    drawn_ranks,
    perturbed_weights,
    rank_limits,
    stability,
    within_top,
)

FULL_SCORE = 100.0
TOP = 20
ROAD = "uncovered_road_km"
STABLE = ("rank_low", "rank_high", "top_probability", "top_probability_any")


def score_parts(zones: pd.DataFrame, weights: Mapping[str, float], criteria: Iterable[Criterion] = STANDARD) -> pd.DataFrame:
    """`score_<criterion>` of every zone; the parts of a row sum to its score (0–100). Index as `zones`.

    A part is NaN where the amount is unknown: the zone is then judged on what is known, its known parts
    scaled up to the whole weight. rank_best and rank_worst tell what the unknown could change. A criterion
    that nothing is known of in any zone is a column of NaN, named in `unknown_criteria` of every row.
    """
    return _parts(needs_of(zones, weights, criteria))


def _parts(needs: Needs) -> pd.DataFrame:
    names = [f"score_{criterion.key}" for criterion in needs.criteria]
    return pd.DataFrame(needs.parts() * FULL_SCORE, index=needs.index, columns=names)


def order(zones: pd.DataFrame, score: pd.Series) -> pd.DataFrame:
    """rank (1 = most urgent, equal scores share the lower number) and `tied` (yes or no). Index as `zones`."""
    rounded = score.round(SCORE_DECIMALS)
    rank = rounded.rank(method="min", ascending=False)
    tied = rounded.duplicated(keep=False) & rounded.notna()
    return pd.DataFrame({"rank": rank, "tied": tied}, index=zones.index)


def gates(zones: pd.DataFrame, score: pd.Series, least_people: float, least_road_km: float) -> pd.Series:
    """`gate` of each zone: "" competes, else why it does not. Index as `zones`.

    A zone competes with at least `least_people` uncovered people, or (least_road_km > 0) that much uncovered
    road. Without any list of roads the road gate says nothing. "small": it has less of both; "unknown": its people are
    not known, or those of some of its cells (`unknown_people_cells`) so that they could be enough; "unknown_road": only the length of its road is not, and could be enough; "no_data": it has
    enough, but nothing is known of any criterion that weighs (score is NaN).
    """
    people = zones["uncovered_population"]
    enough, unknown = people >= least_people, people.isna()
    if "unknown_people_cells" in zones:
        unknown |= zones["unknown_people_cells"] > 0
    unknown_road = pd.Series(False, index=zones.index)
    if least_road_km > 0 and ROAD in zones:
        enough |= zones[ROAD] >= least_road_km
        unknown_road = zones[ROAD].isna()
    reasons = {"unknown": unknown & ~enough, "unknown_road": unknown_road & ~enough, "small": ~enough, "no_data": score.isna()}
    chosen = np.select(list(reasons.values()), list(reasons), "")
    return pd.Series(chosen, index=zones.index, name="gate")


def weighed_needs(
    zones: pd.DataFrame, ranking: pd.DataFrame, weights: Mapping[str, float], criteria: Iterable[Criterion] = STANDARD
) -> Needs:
    """The needs of the ranked zones in order of rank, for first_break and drawn_ranks of one's own choice."""
    needs = needs_of(zones.reindex(ranking.index), weights, criteria)
    return needs.of((ranking["gate"] == "").to_numpy())


@dataclass(frozen=True)
class RankingSpec:
    """How zones are ranked: the [ranking] table of a study (Ranking.spec), or another weighting.

    weights: {criterion: points ≥ 0, any scale}; least_uncovered_population (persons) and least_road_km: the gates;
    perturbation, draws, seed: by how much (0..1), how often and from where on the weights are moved; top: how many places
    the probabilities speak of.
    """

    weights: Mapping[str, float]
    least_uncovered_population: float
    perturbation: float = 0.2
    draws: int = 1000
    seed: int = 0
    criteria: tuple[Criterion, ...] = STANDARD
    top: int = TOP
    least_road_km: float = 0.0


def _steadiness(needs: Needs, table: pd.DataFrame, spec: RankingSpec) -> pd.DataFrame:
    """What stability says of the ranked zones. Index as `needs`; table: their score and rank."""
    best, worst = rank_limits(needs, table["score"].to_numpy())
    decides, without = deciding(needs, table["rank"].to_numpy())
    keys = np.array([*(criterion.key for criterion in needs.criteria), ""], object)
    found: dict[str, object] = dict.fromkeys(STABLE, np.nan)
    if spec.draws and needs.available.any() and len(needs.index):
        near = stability(needs, perturbed_weights(needs.weight, spec.perturbation, spec.draws, spec.seed), spec.top, spec.seed)
        far = within_top(drawn_ranks(needs, any_weights(needs.weight, spec.draws, spec.seed), spec.seed), spec.top)
        found = dict(zip(STABLE, (near.low, near.high, near.top_probability, far), strict=True))
    return pd.DataFrame(
        {
            **found,
            "rank_best": best,
            "rank_worst": worst,
            "decides": keys[decides],
            "rank_without": without,
            "always_top": always_within(needs, spec.top, None),
            "always_top_shaken": always_within(needs, spec.top, spec.perturbation),
        },
        index=needs.index,
    )


def rank(zones: pd.DataFrame, spec: RankingSpec) -> pd.DataFrame:
    """The ranking table. Index as `zones`, in order of rank, then zone_id; zones below a gate come last.

    score (0–100), score_<criterion>, group_<group> (sums of the parts), feasibility (0–100, beside the score),
    rank, tied, gate (see `gates`; those that do not compete keep their score and are listed, without a rank),
    unknown_criteria (keys, commas between: what the score had to do without). Of the zones that compete:
    rank_low, rank_high (5th and 95th percentile with every weight moved by up to ±`perturbation`, unknown amounts drawn
    too), rank_best, rank_worst (whatever the unknown amounts are), top_probability (of the first `top` places;
    …_any with any weights at all), decides and rank_without (the criterion whose removal moves it most, and where
    to), always_top (any weights) and always_top_shaken (±`perturbation`), both proven.
    """
    needs = needs_of(zones, spec.weights, spec.criteria)
    parts = _parts(needs)
    score = parts.sum(axis=1, min_count=1).rename("score")
    gate = gates(zones, score, spec.least_uncovered_population, spec.least_road_km)
    competes = gate == ""
    places = order(zones, score.where(competes))
    near = pd.concat([score, places["rank"]], axis=1)[competes]
    steady = _steadiness(needs.of(competes.to_numpy()), near, spec).reindex(zones.index)
    steady["decides"] = steady["decides"].fillna("")
    for name in ("always_top", "always_top_shaken"):
        steady[name] = steady[name].eq(True)
    keys = np.array([criterion.key + "," for criterion in needs.criteria], object)
    unknown = parts.isna().dot(keys).astype(str).str.rstrip(",") if len(keys) else score.map(lambda _: "")
    table = pd.concat(
        [score, parts, _groups(parts, needs), feasibility(zones, spec.criteria), places, steady, gate, unknown.rename("unknown_criteria")],
        axis=1,
    )
    by_rank = table.assign(place=table["rank"].fillna(np.inf), id=table.index.astype(str), low=-table["score"])
    return table.loc[by_rank.sort_values(["place", "low", "id"]).index]


def _groups(parts: pd.DataFrame, needs: Needs) -> pd.DataFrame:
    """group_<group>: points from the criteria of each group, in the order of GROUPS; NaN where none is known."""
    owner = np.array([criterion.group for criterion in needs.criteria])
    return pd.DataFrame(
        {f"group_{g}": parts.loc[:, owner == g].sum(axis=1, min_count=1) for g in GROUPS if (owner == g).any()}, index=parts.index
    )
