"""Whether the municipality that a row names is the one its point lies in, and whether names slipped by one row.

A spreadsheet column pasted one row too high gives every place a neighbour's municipality. In a sorted list only the first
or last row of each municipality betrays it, and all of them are put right by moving the names back by one row.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from coverage.questions.claims import BoolArray, Land, TextArray
from geodata.grid import FloatArray, IntArray

# a border drawn to 1 % of its vertices leaves real places of Mie up to some 300 m outside; a point of a 大字 is its middle
TOLERANCE_M = 500.0
# fewer contradictions than this can be single slips, which are told with their rows
LEAST_CONTRADICTIONS = 5
MOST_SHARE = 0.02  # of the places that name a municipality; real lists of Mie have none of 3,107 towns and 3 of 1,671 shelters
LEFT_OVER = 0.25  # moving the names by one row must mend three of four: single slips get more by it, never fewer


@dataclass(frozen=True)
class Contradictions:
    """far: bool[n], the places further than TOLERANCE_M from the municipality they name; metres: float64[n], how far; naming:
    how many name one; slipped: +1 where each name stands one row below its own place, -1 above, 0 neither;
    left: contradictions that remain with the names moved back."""

    far: BoolArray
    metres: FloatArray
    naming: int
    slipped: int
    left: int

    @property
    def many(self) -> bool:
        """Whether there are more than single slips."""
        return int(self.far.sum()) >= max(LEAST_CONTRADICTIONS, MOST_SHARE * self.naming)


def contradictions(lon: FloatArray, lat: FloatArray, says: TextArray, rows: IntArray, land: Land) -> Contradictions:
    """Of one list. lon, lat: degrees (JGD2011) float64[n]; says: Land.ids_of; rows: line of each place in the file int[n]."""
    metres = land.metres_off(lon, lat, says)
    far = np.asarray(metres > TOLERANCE_M)
    count, naming = int(far.sum()), int((says != "").sum())
    slipped, left = 0, count
    if count >= LEAST_CONTRADICTIONS:
        order = np.argsort(rows, kind="stable")
        x, y, names = lon[order], lat[order], says[order]
        # names that stand one row below their place: the name of row k is in row k + 1
        below = int((land.metres_off(x[:-1], y[:-1], names[1:]) > TOLERANCE_M).sum())
        above = int((land.metres_off(x[1:], y[1:], names[:-1]) > TOLERANCE_M).sum())
        left = min(below, above)
        slipped = 0 if left > LEFT_OVER * count else 1 if below <= above else -1
    return Contradictions(far, metres, naming, slipped, left)
