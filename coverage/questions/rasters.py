"""Whether a population raster is half a cell or a cell off: the move by which most of its people come ashore.

A raster whose corner was taken for its centre lies half a cell off, so that people of one coast live in the sea. Only
coasts (or borders at which the raster ends) betray it; a raster that goes on beyond the boundary gives no sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.questions.claims import BoolArray
from coverage.questions.shift import CHANCE, CORRECTED_TO_BROKEN, LEAST_CORRECTED, chance
from coverage.share import covered_share
from geodata.grid import Grid, IntArray

LEAST_LAND = 1e-6  # of a quarter of a cell, as coverage.cells takes it for a whole one
LEFT_OVER = 0.5  # at most this part of the people without land may remain
MOST_QUARTERS = 16_000_000  # of cells that are measured: a prefecture at 100 m; beyond that nothing is asked
HALVES = (1, 2)  # half a cell and a whole one


@dataclass(frozen=True)
class Offset:
    """The move that puts a raster right. east, north: in cells (±0.5, ±1); before, after: people on cells without land;
    corrected, broken: inhabited cells that get land and that lose it; people: all within the frame that was looked at."""

    east: float
    north: float
    before: float
    after: float
    corrected: int
    broken: int
    people: float


def best_offset(frame: pd.DataFrame, grid: Grid, shapes: npt.NDArray[np.object_]) -> Offset | None:
    """The move of half a cell or one cell that fits markedly better than none, or None.

    frame: POPULATION of a raster, with columns i and j in `grid`; shapes: all known land (own and neighbours) in its CRS.
    Asked of the part of the raster within one cell of the land, and not at all where that has more than
    MOST_QUARTERS.
    """
    window = _around(shapes, grid)
    if window is None or window[0].nx * window[0].ny * 4 > MOST_QUARTERS:
        return None
    part, i0, j0 = window
    land = _some_land(np.asarray(covered_share(shapes, part.refined(2)) > LEAST_LAND))
    inhabited = frame[frame["population"] > 0]
    i, j = inhabited["i"].to_numpy(np.int64) - i0, inhabited["j"].to_numpy(np.int64) - j0
    # a cell moved by one must still be in the window
    here = (i >= 1) & (i < part.nx - 1) & (j >= 1) & (j < part.ny - 1)
    i, j, people = i[here], j[here], inhabited["population"].to_numpy(float)[here]
    ashore = _ashore(land, i, j, 0, 0)
    before = float(people[~ashore].sum())
    if int((~ashore).sum()) < LEAST_CORRECTED:
        return None
    found = []
    for size in HALVES:
        for east, north in ((a * size, b * size) for a in (-1, 0, 1) for b in (-1, 0, 1) if a or b):
            moved = _ashore(land, i, j, east, north)
            corrected, broken = int((moved & ~ashore).sum()), int((ashore & ~moved).sum())
            after = float(people[~moved].sum())
            likely = corrected >= LEAST_CORRECTED and corrected >= CORRECTED_TO_BROKEN * broken and chance(corrected, broken) <= CHANCE
            if likely and after <= LEFT_OVER * before:
                found.append(Offset(east / 2, north / 2, before, after, corrected, broken, float(people.sum())))
    return min(found, key=lambda one: (one.after, abs(one.east) + abs(one.north))) if found else None


def _around(shapes: npt.NDArray[np.object_], grid: Grid) -> tuple[Grid, int, int] | None:
    """The cells of `grid`, grown by two on each side, that lie around the land, with their first column and row."""
    import shapely

    west, south, east, north = shapely.total_bounds(shapes)
    i0 = max(int(np.floor((west - grid.west) / grid.dx)), 0) - 2
    j0 = max(int(np.floor((south - grid.south) / grid.dy)), 0) - 2
    i1 = min(int(np.ceil((east - grid.west) / grid.dx)), grid.nx) + 2
    j1 = min(int(np.ceil((north - grid.south) / grid.dy)), grid.ny) + 2
    if i1 - i0 <= 4 or j1 - j0 <= 4:
        return None
    return grid.window(i0, j0, i1 - i0, j1 - j0), i0, j0


def _ashore(some_land: BoolArray, i: IntArray, j: IntArray, east: int, north: int) -> BoolArray:
    """Whether cells (i, j), moved by so many halves of a cell, hold land: bool[n]. some_land: _some_land of the window."""
    return np.asarray(some_land[2 * j + north, 2 * i + east])


def _some_land(quarters: BoolArray) -> BoolArray:
    """Whether a cell that begins at each quarter has land in one of its four. bool[2·ny - 1, 2·nx - 1] of bool[2·ny, 2·nx]."""
    rows = quarters[:-1] | quarters[1:]
    return np.asarray(rows[:, :-1] | rows[:, 1:])
