"""Exact area of the union of several polygons inside single cells, by slabs between the heights of their ends.

Between two neighbouring heights at which nothing ends and nothing crosses, every side is straight, so the
covered width changes linearly and its value at half height times the height of the slab is exact.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coverage.cut import ragged, tally
from geodata.grid import FloatArray, IntArray

ITEMS_AT_ONCE = 1 << 20  # bounds the memory of one block of cells
THINNEST_SLAB = 1e-14  # of a cell
SWAP_TOLERANCE = 1e-13  # of a cell: sides this close may change order without mattering


class Sides(NamedTuple):
    """Pieces sorted by cell. cell int64[n]; ends in 0..1 with v0 <= v1; sign float64[n]."""

    cell: IntArray
    u0: FloatArray
    v0: FloatArray
    u1: FloatArray
    v1: FloatArray
    sign: FloatArray


def union_areas(
    cells: IntArray, corner: FloatArray, sides: Sides, left_cell: IntArray, left_v: FloatArray, left_sign: FloatArray
) -> FloatArray:
    """Covered area, 0..1, of the cells whose numbers `cells` lists in rising order.

    `corner` is the winding just above each cell's lower left corner; going up its left side the winding
    changes by `left_sign` at the heights `left_v` of `left_cell`. All cell numbers occur in `cells`.
    """
    area = np.zeros(len(cells))
    first = np.searchsorted(sides.cell, cells)
    count = np.searchsorted(sides.cell, cells, "right") - first
    order = np.argsort(left_cell, kind="stable")
    left_cell, left_v, left_sign = left_cell[order], left_v[order], left_sign[order]
    left_first = np.searchsorted(left_cell, cells)
    left_count = np.searchsorted(left_cell, cells, "right") - left_first
    block = np.cumsum(count * (count + left_count)) // ITEMS_AT_ONCE
    bounds = np.r_[0, np.flatnonzero(np.diff(block)) + 1, len(cells)]
    for a, b in zip(bounds[:-1], bounds[1:], strict=True):
        s = slice(first[a], first[b - 1] + count[b - 1])
        t = slice(left_first[a], left_first[b - 1] + left_count[b - 1])
        area[a:b] = _block_areas(
            corner[a:b],
            Sides(np.repeat(np.arange(b - a), count[a:b]), *(column[s] for column in sides[1:])),
            np.repeat(np.arange(b - a), left_count[a:b]), left_v[t], left_sign[t],
        )  # fmt: skip
    return np.clip(area, 0.0, 1.0)


def _block_areas(
    corner: FloatArray, sides: Sides, left_cell: IntArray, left_v: FloatArray, left_sign: FloatArray
) -> FloatArray:
    n = len(corner)
    slab_cell, low, high, rank0, rank1, left_rank = _slabs(n, sides, left_cell, left_v)
    # winding at the left end of every slab: that of the corner plus the changes below the slab
    change = tally(left_rank, left_sign, len(slab_cell) + 1)[: len(slab_cell)]
    winding = np.cumsum(change)
    starts = np.searchsorted(slab_cell, np.arange(n))
    winding -= (winding - change)[starts][slab_cell]
    winding += corner[slab_cell]
    slab, side = ragged(rank0, rank1 - rank0)
    width, swapped = _widths(0.5 * (low + high), high - low, winding, slab, side, sides)
    area = tally(slab_cell, width * (high - low), n)
    if swapped.any():
        again = np.flatnonzero(swapped)
        area -= tally(slab_cell[again], width[again] * (high - low)[again], n)
        area += _crossing_areas(again, slab_cell, low, high, winding, slab, side, sides, n)
    return area


def _slabs(
    n: int, sides: Sides, left_cell: IntArray, left_v: FloatArray
) -> tuple[IntArray, FloatArray, FloatArray, IntArray, IntArray, IntArray]:
    """Slabs of all cells, from the bottom up: (cell, low, high), and the slab ranks of ends and left changes."""
    k, m = len(sides.cell), len(left_cell)
    cell = np.concatenate([sides.cell, sides.cell, left_cell, np.arange(n), np.arange(n)])
    height = np.concatenate([sides.v0, sides.v1, left_v, np.zeros(n), np.ones(n)])
    order = np.lexsort((height, cell))
    cell, height = cell[order], height[order]
    # a slab begins at every new height but the topmost of a cell
    new = np.ones(len(cell), bool)
    new[1:] = (cell[1:] != cell[:-1]) | (height[1:] - height[:-1] > 0)
    level = np.cumsum(new) - 1
    rank_sorted = level - cell  # every cell below has one level more than it has slabs
    rank = np.empty(len(order), np.int64)
    rank[order] = rank_sorted
    at = np.flatnonzero(new)
    last = np.ones(len(at), bool)
    last[:-1] = cell[at][1:] != cell[at][:-1]
    keep = np.flatnonzero(~last)
    return (cell[at][keep], height[at][keep], height[at][keep + 1], rank[:k], rank[k : 2 * k], rank[2 * k : 2 * k + m])  # fmt: skip


def _widths(
    middle: FloatArray, height: FloatArray, winding: FloatArray, slab: IntArray, side: IntArray, sides: Sides
) -> tuple[FloatArray, np.ndarray]:
    """Covered width at half height of every slab, and whether two sides swap places within it."""
    rise = sides.v1[side] - sides.v0[side]
    lean = (sides.u1[side] - sides.u0[side]) / rise
    x = np.clip(sides.u0[side] + (middle[slab] - sides.v0[side]) * lean, 0.0, 1.0)
    order = np.lexsort((x, slab))
    slab, x, lean, sign = slab[order], x[order], lean[order], sides.sign[side][order]
    after = np.cumsum(sign)
    first = np.searchsorted(slab, np.arange(len(middle) + 1))
    before_slab = np.concatenate([[0.0], after])[first[:-1]]
    after += (winding - before_slab)[slab]
    before = after - sign
    inside_before, inside_after = before > 0, after > 0
    # where covered width begins x counts against it, where it ends for it
    width = tally(slab, x * (inside_before.astype(float) - inside_after), len(middle))
    final = winding + tally(slab, sign, len(middle))
    width += final > 0
    half = 0.5 * height[slab] * lean
    neighbours = slab[1:] == slab[:-1]
    low, high = x - half, x + half
    swap = neighbours & ((low[:-1] > low[1:] + SWAP_TOLERANCE) | (high[:-1] > high[1:] + SWAP_TOLERANCE))
    swapped = np.zeros(len(middle), bool)
    swapped[slab[1:][swap]] = True
    return width, swapped


def _crossing_areas(
    again: IntArray, slab_cell: IntArray, low: FloatArray, high: FloatArray, winding: FloatArray,
    slab: IntArray, side: IntArray, sides: Sides, n: int,
) -> FloatArray:  # fmt: skip
    """The area of slabs in which sides cross: cut again at every crossing."""
    number = np.full(len(low), -1)
    number[again] = np.arange(len(again))
    keep = number[slab] >= 0
    slab, side = number[slab[keep]], side[keep]
    order = np.argsort(slab, kind="stable")
    slab, side = slab[order], side[order]
    low, high, winding, cell = low[again], high[again], winding[again], slab_cell[again]
    crossing_slab, crossing_v = _crossings(slab, side, sides, low, high)
    # cut heights of every slab
    which = np.concatenate([np.arange(len(again)), crossing_slab, np.arange(len(again))])
    v = np.concatenate([low, crossing_v, high])
    order = np.lexsort((v, which))
    which, v = which[order], v[order]
    same = which[1:] == which[:-1]
    thin = np.flatnonzero(same)
    owner, a, b = which[:-1][thin], v[:-1][thin], v[1:][thin]
    first = np.searchsorted(slab, np.arange(len(again)))
    count = np.bincount(slab, minlength=len(again))
    item, thin_slab = ragged(first[owner], count[owner])
    width, _ = _widths(0.5 * (a + b), b - a, winding[owner], thin_slab, side[item], sides)
    return np.asarray(tally(cell[owner], width * (b - a), n), float)


def _crossings(
    slab: IntArray, side: IntArray, sides: Sides, low: FloatArray, high: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Heights at which two sides of the same slab cross inside it."""
    here = np.arange(len(slab))
    end = np.searchsorted(slab, slab, "right")
    j, i = ragged(here + 1, end - here - 1)
    where = slab[i]
    lean = (sides.u1[side] - sides.u0[side]) / (sides.v1[side] - sides.v0[side])
    u = sides.u0[side] + (low[slab] - sides.v0[side]) * lean
    apart = lean[j] - lean[i]
    with np.errstate(divide="ignore", invalid="ignore"):
        v = low[where] + (u[i] - u[j]) / apart
    inside = (v > low[where]) & (v < high[where])
    return where[inside], v[inside]
