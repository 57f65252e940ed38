"""Covered area of single cells from the pieces of polygon sides inside them.

Three cases, from cheap to dear. No piece inside: the cell is covered if the winding at its corner is above
zero. Pieces of one polygon only: signed areas add up. Several polygons meet: slabs, which are exact for
their union. Cells crowded with pieces are first cut finer, which keeps the cost linear in the pieces.
"""

from __future__ import annotations

import numpy as np

from coverage.share.pieces import (
    BoolArray,
    LeftChanges,
    Pieces,
    Rows,
    Segments,
    bincount_float,
    bottom_windings,
    cut_edges,
    joined,
    left_changes,
)
from coverage.share.slabs import union_areas
from geodata.grid import FloatArray, IntArray

MANY_SIDES = 32  # in one cell: from here on cutting it finer is cheaper than more slabs
FINER = 4  # a crowded cell is cut into FINER x FINER
DEEPEST = 10  # FINER ** -10 of a cell is 1e-6: what is crowded there is one point where many sides meet
JUST_INSIDE = 1e-300  # of a cell: right of the left side by less than anything that could be drawn
ITEMS_AT_ONCE = 1 << 21  # at most so many (slab, side) pairs at a time, which bounds the memory


def cell_areas(corner: FloatArray, pieces: Pieces, left: LeftChanges, depth: int = 0) -> FloatArray:
    """Area, 0..1, inside the union of the polygons, of each of the n cells 0..n - 1.

    corner  float64[n]  winding just above and right of each cell's lower left corner
    pieces, left  all pieces inside these cells, and the changes of winding up their left sides
    """
    n = len(corner)
    # What one polygon covers: all of the cell if it holds the corner, corrected by every side and left change.
    # Where another polygon covers the whole cell, the sum is 1 or more, and 1 is right.
    area = corner + bincount_float(left.cell, left.sign * (1 - left.v), n)
    to_the_right = (pieces.v1 - pieces.v0) * (1 - 0.5 * (pieces.u0 + pieces.u1))
    area += bincount_float(pieces.cell, pieces.sign * to_the_right, n)
    np.clip(area, 0.0, 1.0, out=area)
    empty = np.ones(n, bool)
    empty[pieces.cell] = False
    area[empty] = corner[empty] > 0

    meeting = np.flatnonzero(_several_parts(pieces, n))
    if len(meeting):
        area[meeting] = _union_areas(meeting, corner, pieces, left, depth)
    return area


def _several_parts(pieces: Pieces, n: int) -> BoolArray:
    """In which of `n` cells pieces of more than one polygon lie."""
    some_part = np.zeros(n, np.int32)
    some_part[pieces.cell] = pieces.part
    several = np.zeros(n, bool)
    several[pieces.cell[some_part[pieces.cell] != pieces.part]] = True
    return several


def _union_areas(meeting: IntArray, corner: FloatArray, pieces: Pieces, left: LeftChanges, depth: int) -> FloatArray:
    """Areas of the cells numbered `meeting`, in which several polygons meet."""
    corner, sides, left = _only(meeting, corner, pieces, left)
    side_count = np.bincount(sides.cell, minlength=len(meeting))
    crowded = side_count > MANY_SIDES if depth < DEEPEST else np.zeros(len(meeting), bool)
    area = np.empty(len(meeting))
    if crowded.any():
        which = np.flatnonzero(crowded)
        area[which] = _finer_areas(*_only(which, corner, sides, left), depth)
    for block in _blocks(np.flatnonzero(~crowded), side_count):
        area[block] = union_areas(*_only(block, corner, sides, left))
    return area


def _only(cells: IntArray, corner: FloatArray, pieces: Pieces, left: LeftChanges) -> tuple[FloatArray, Pieces, LeftChanges]:
    """What belongs to `cells`, which are numbered anew from 0."""
    if len(cells) == len(corner):
        return corner, pieces, left
    number = np.full(len(corner), -1)
    number[cells] = np.arange(len(cells))
    piece_cell, left_cell = number[pieces.cell], number[left.cell]
    kept, left_kept = np.flatnonzero(piece_cell >= 0), np.flatnonzero(left_cell >= 0)
    pieces = pieces._replace(cell=piece_cell).at(kept)
    left = left._replace(cell=left_cell).at(left_kept)
    return corner[cells], pieces, left


def _blocks(cells: IntArray, side_count: IntArray) -> list[IntArray]:
    """Cut `cells` into runs with at most ITEMS_AT_ONCE pairs of slab and side each (or one cell)."""
    if not len(cells):
        return []
    pairs = np.cumsum(2 * side_count[cells] ** 2)
    return np.split(cells, np.flatnonzero(np.diff(pairs // ITEMS_AT_ONCE)) + 1)


def _finer_areas(corner: FloatArray, sides: Pieces, left: LeftChanges, depth: int) -> FloatArray:
    """Areas of cells, by cutting each into FINER x FINER small ones."""
    n, k = len(corner), FINER
    width, size = k + 2, k * (k + 2)  # cut_edges pads every small grid with a column on either side
    number = np.arange(len(sides.cell), dtype=np.int32)
    # what begins on the left side, or runs along it, belongs to the first column, not to the padding
    u0, u1 = np.maximum(sides.u0 * k, JUST_INSIDE), np.maximum(sides.u1 * k, JUST_INSIDE)
    inner, crossing = (
        pieces._replace(cell=sides.cell[pieces.part] * size + pieces.cell, part=sides.part[pieces.part])
        for pieces in cut_edges(Segments(u0, sides.v0 * k, u1, sides.v1 * k, sides.sign, number), Rows(0, k, k))
    )
    # winding at the left end of every small row: that of the corner, and the changes up to there
    row = np.ceil(left.v * k)
    row_left = bincount_float(left.cell * (k + 1) + row.astype(np.int64), left.sign, n * (k + 1)).reshape(n, k + 1)
    row_left = corner[:, None] + np.cumsum(row_left[:, :k], axis=1)
    growth = bottom_windings(crossing, n * size).reshape(n, k, width)
    small_corner = (row_left[:, :, None] + np.cumsum(growth, axis=2) - growth).ravel()

    first_column = left.cell * size + (row.astype(np.int64) - 1) * width + 1
    outer_left = LeftChanges(first_column, left.v * k - (row - 1), left.sign)
    inner_left = left_changes(crossing)
    small_left = LeftChanges._make(joined(outer_left, inner_left))
    area = cell_areas(small_corner, inner.and_(crossing), small_left.at(small_left.v < 1), depth + 1)
    return np.asarray(area.reshape(n, k, width)[:, :, 1:-1].mean(axis=(1, 2)), float)
