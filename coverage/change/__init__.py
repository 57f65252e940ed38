"""What changed between two years: people left out, zones by their id, and the reasons told apart.

change = compare(result_2025, result_2026)
change.figures                      # old, new, and the parts that sum to the difference
trend([result_2024, result_2025, result_2026], "4G")
"""

from __future__ import annotations

from coverage.change.cells import WORST
from coverage.change.comparison import REAL, Change, Figure, compare
from coverage.change.terms import Difference
from coverage.change.trends import trend
from coverage.change.zones import REASONS, STATES, ZONE_PARTS

__all__ = ["REAL", "REASONS", "STATES", "WORST", "ZONE_PARTS", "Change", "Difference", "Figure", "compare", "trend"]
