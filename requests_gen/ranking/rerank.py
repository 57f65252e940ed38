"""The ranking of a study's zones again, with other weights: what the study's run does in its last step."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from coverage.ranking import EXTERNAL, Criterion, rank
from coverage.study import Study
from requests_gen.ranking.weightings import Weighting, weighting


def criteria_of(study: Study) -> tuple[Criterion, ...]:
    """The criteria that can weigh something in `study`, in the order in which they are shown.

    Standard items that nobody brought data for are not among them; see coverage.ranking.criteria.not_available.
    """
    brought = {spec.key for spec in study.ranking.criteria}
    awaited = {criterion.key for criterion in EXTERNAL} - brought
    weighed = study.ranking.weights
    return tuple(c for c in study.ranking.all_criteria if c.key not in awaited or c.key in weighed)


def study_weighting(study: Study) -> Weighting:
    """What study.toml says."""
    ranking = study.ranking
    return weighting(ranking.weights, ranking.least_uncovered_population, criteria_of(study), ranking.least_road_km)


def without_data(zones: pd.DataFrame, criteria: tuple[Criterion, ...]) -> frozenset[str]:
    """Criteria that nothing is known of in any zone: they weigh nothing, whatever their weight."""
    return frozenset(c.key for c in criteria if c.key not in zones or not zones[c.key].notna().any())


def rank_again(zones: pd.DataFrame, study: Study, chosen: Weighting, draws: int | None = None) -> pd.DataFrame:
    """coverage.ranking.rank of the study's `zones` with `chosen` in place of the study's weights and gate.

    draws: shaken weightings, by default the study's; 0 gives scores and ranks at once, without ranges.
    """
    spec = replace(study.ranking.spec, weights=chosen.weights, least_uncovered_population=chosen.least, least_road_km=chosen.road_km)
    return rank(zones, spec if draws is None else replace(spec, draws=draws))
