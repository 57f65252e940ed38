"""Ranking: zones in order of need, each score with its parts, ties and unknowns said.

ranking = rank(zones, spec)        # spec: RankingSpec, as study.ranking.spec gives it; score, score_<criterion>, rank, rank_low, rank_high, gate; index as zones
DEFAULT_WEIGHTS                   # {criterion: points}, summing to 100
"""

from __future__ import annotations

from coverage.ranking.criteria import DEFAULT_WEIGHTS, EXTERNAL, GROUPS, STANDARD, Criterion, not_available
from coverage.ranking.scores import RankingSpec, rank

__all__ = ["DEFAULT_WEIGHTS", "EXTERNAL", "GROUPS", "STANDARD", "Criterion", "RankingSpec", "not_available", "rank"]
