"""Exact area of the union of several polygons inside single cells, by slabs between the heights of their ends.

Between two neighbouring heights at which nothing begins, ends or crosses, every side is straight, so the
covered width changes linearly with height: its value at half height times the height of the slab is exact.
Crossings are not looked for up front; a slab in which two sides swap places is cut again at its crossings.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from coverage.share.pieces import BoolArray, LeftChanges, Pieces, bincount_float, ragged
from geodata.grid import FloatArray, IntArray

# Sorting by (group, position) packed into one integer is ten times faster than sorting by two keys.
# Positions are kept to 2 ** -43 of a cell (1e-13), finer than a double can tell degrees of longitude apart.
# Sums of such positions have no rounding, so the order of equal ones cannot matter.
POSITION_BITS = 43
SWAP_TOLERANCE = 1e-12  # of a cell: sides this close may swap places without mattering


class Slabs(NamedTuple):
    """Slabs of several cells, cell by cell and from the bottom up: cell int64[n], low and high float64[n]."""

    cell: IntArray
    low: FloatArray
    high: FloatArray
    winding: FloatArray  # at the left end of the slab

    @property
    def height(self) -> FloatArray:
        return self.high - self.low

    def at(self, index: IntArray) -> Slabs:
        """The slabs that `index` picks."""
        return Slabs._make(column[index] for column in self)


class Items(NamedTuple):
    """Which side passes through which slab: both int64[n]."""

    slab: IntArray
    side: IntArray


class Lines(NamedTuple):
    """Sides as u = offset + lean * v, with their signs; float64[n]."""

    offset: FloatArray
    slope: FloatArray
    sign: FloatArray


def union_areas(corner: FloatArray, sides: Pieces, left: LeftChanges) -> FloatArray:
    """Area, 0..1, inside the union of the polygons, of each of the n cells 0..n - 1.

    corner  float64[n]  winding just above and right of each cell's lower left corner
    sides, left  pieces inside these cells, and the changes of winding up their left sides
    """
    sides = _upward(sides)
    slabs, items = _slabs(corner, sides, left)
    slope = (sides.u1 - sides.u0) / (sides.v1 - sides.v0)
    lines = Lines(sides.u0 - sides.v0 * slope, slope, sides.sign)
    width, swapped = _widths(slabs, items, lines)
    width[swapped] = 0.0
    area = bincount_float(slabs.cell, width * slabs.height, len(corner))
    if swapped.any():
        thinner, items = _cut_at_crossings(slabs, items, lines, swapped)
        width, _ = _widths(thinner, items, lines)
        area += bincount_float(thinner.cell, width * thinner.height, len(corner))
    return np.clip(area, 0.0, 1.0)


def _upward(sides: Pieces) -> Pieces:
    """The same sides running upwards, without level ones, which bound no slab's width."""
    sides = sides.at(sides.v0 != sides.v1)
    down = sides.v0 > sides.v1
    return sides._replace(
        u0=np.where(down, sides.u1, sides.u0),
        v0=np.where(down, sides.v1, sides.v0),
        u1=np.where(down, sides.u0, sides.u1),
        v1=np.where(down, sides.v0, sides.v1),
        sign=np.where(down, -sides.sign, sides.sign),
    )


def _sorted(group: IntArray, position: FloatArray) -> tuple[IntArray, IntArray, FloatArray, IntArray]:
    """Sort by group, then by position in 0..1: (order, group, position, key), the last three as sorted."""
    groups = int(group.max()) + 1 if len(group) else 1
    bits = min(POSITION_BITS, 61 - groups.bit_length())
    one = 1 << bits
    whole = np.rint(position * one).astype(np.int64)
    np.clip(whole, 0, one, out=whole)
    key: IntArray = (group << (bits + 1)) + whole
    order = np.argsort(key)
    key = key[order]
    place = np.asarray((key & (2 * one - 1)) * (1.0 / one), float)
    return order, key >> (bits + 1), place, key


def _slabs(corner: FloatArray, sides: Pieces, left: LeftChanges) -> tuple[Slabs, Items]:
    """Cut the cells at every height where a side begins or ends or the winding on the left changes."""
    n, k, m = len(corner), len(sides.cell), len(left.cell)
    cells = np.arange(n)
    order, cell, height, key = _sorted(
        np.concatenate([sides.cell, sides.cell, left.cell, cells, cells]),
        np.concatenate([sides.v0, sides.v1, left.v, np.zeros(n), np.ones(n)]),
    )
    new = np.ones(len(key), bool)
    new[1:] = key[1:] != key[:-1]
    level = np.cumsum(new) - 1
    level_of = np.empty(len(order), np.int64)
    level_of[order] = level
    cell, height = cell[new], height[new]
    top = np.ones(len(cell), bool)
    top[:-1] = cell[1:] != cell[:-1]
    bottom = np.flatnonzero(~top)
    slab_cell = cell[bottom]

    # a cell has one level more than it has slabs, so a level's number less its cell's is that of the slab above
    slab_of = level_of - cell[level_of]
    changes = np.flatnonzero(~top[level_of[2 * k : 2 * k + m]])  # a change at the very top changes no slab
    growth = bincount_float(slab_of[2 * k + changes], left.sign[changes], len(bottom))
    winding = np.cumsum(growth)
    before_cell = (winding - growth)[np.searchsorted(slab_cell, cells)]
    winding += (corner - before_cell)[slab_cell]
    first, end = slab_of[:k], slab_of[k : 2 * k]
    slabs = Slabs(slab_cell, height[bottom], height[bottom + 1], winding)
    return slabs, Items(*ragged(first, end - first))


def _widths(slabs: Slabs, items: Items, lines: Lines) -> tuple[FloatArray, BoolArray]:
    """(covered width at half height, whether two sides swap places inside) of every slab."""
    n = len(slabs.cell)
    slope = lines.slope[items.side]
    x = lines.offset[items.side] + (0.5 * (slabs.low + slabs.high))[items.slab] * slope
    order, slab, x, _ = _sorted(items.slab, x)
    slope, sign = slope[order], lines.sign[items.side[order]]
    after = np.cumsum(sign)
    total = bincount_float(slab, sign, n)
    after += (slabs.winding - (np.cumsum(total) - total))[slab]
    inside_after, inside_before = after > 0, after - sign > 0
    # where covered width begins, x counts against it; where it ends, for it
    step = inside_before.astype(np.int8) - inside_after.astype(np.int8)
    width = bincount_float(slab, x * step, n)
    width += slabs.winding + total > 0  # covered up to the right side

    spread = (0.5 * slabs.height)[slab] * slope
    low, high = x - spread, x + spread
    swap = (low[:-1] > low[1:] + SWAP_TOLERANCE) | (high[:-1] > high[1:] + SWAP_TOLERANCE)
    swap &= slab[1:] == slab[:-1]
    swapped = np.zeros(n, bool)
    swapped[slab[1:][swap]] = True
    return width, swapped


def _cut_at_crossings(slabs: Slabs, items: Items, lines: Lines, swapped: BoolArray) -> tuple[Slabs, Items]:
    """The swapped slabs, cut at every height where two of their sides cross."""
    slabs = slabs.at(np.flatnonzero(swapped))
    n = len(slabs.cell)
    here = np.flatnonzero(swapped[items.slab])
    slab = (np.cumsum(swapped) - 1)[items.slab[here]]
    order = np.argsort(slab, kind="stable")
    slab, side = slab[order], items.side[here][order]
    count = np.bincount(slab, minlength=n)
    first = np.cumsum(count) - count

    crossing_slab, crossing_v = _crossings(slabs, Items(slab, side), lines, first + count)
    every = np.arange(n)
    _, owner, v, _ = _sorted(np.concatenate([every, crossing_slab, every]), np.concatenate([slabs.low, crossing_v, slabs.high]))
    bottom = np.flatnonzero((owner[1:] == owner[:-1]) & (v[1:] > v[:-1]))
    owner = owner[bottom]
    thinner = slabs.at(owner)._replace(low=v[bottom], high=v[bottom + 1])
    item, thin = ragged(first[owner], count[owner])
    return thinner, Items(thin, side[item])


def _crossings(slabs: Slabs, items: Items, lines: Lines, end: IntArray) -> tuple[IntArray, FloatArray]:
    """(slab, height) of every crossing strictly inside a slab. `end` is where each slab's items end."""
    following = np.arange(1, len(items.slab) + 1)
    other, one = ragged(following, end[items.slab] - following)
    slab, side, other_side = items.slab[one], items.side[one], items.side[other]
    with np.errstate(divide="ignore", invalid="ignore"):  # parallel sides never cross
        v = (lines.offset[side] - lines.offset[other_side]) / (lines.slope[other_side] - lines.slope[side])
    inside = (v > slabs.low[slab]) & (v < slabs.high[slab])
    return slab[inside], v[inside]
