"""Edges cut where they cross the lines between cells, and the windings that follow from it.

Cells are numbered on a padded grid of nx + 2 columns: column 0 stands for everything west of the grid,
column nx + 1 for everything east of it. A cell owns its upper and its right side: x lies in padded column
ceil(x). An edge within one cell therefore never touches that cell's lower or left side, and needs no
bookkeeping at all; only edges that cross a line do. Those are cut running upwards whichever way they were
drawn, so that two neighbours with a common border get bit-identical pieces of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from geodata.grid import FloatArray, IntArray

BoolArray = npt.NDArray[np.bool_]


class Pieces(NamedTuple):
    """Straight pieces of polygon sides, each inside one cell.

    cell  int64[n]  number of the cell
    u0, v0, u1, v1  float64[n]  its ends within the cell, 0..1 from the lower left corner
    sign  float64[n]  +1 where walking from end 0 to end 1 upwards has the polygon on the right
    part  int32[n]  the polygon it belongs to
    """

    cell: IntArray
    u0: FloatArray
    v0: FloatArray
    u1: FloatArray
    v1: FloatArray
    sign: FloatArray
    part: npt.NDArray[np.int32]

    def at(self, index: IntArray | BoolArray) -> Pieces:
        """The pieces that `index` picks."""
        return Pieces._make(column[index] for column in self)

    def and_(self, other: Pieces) -> Pieces:
        """These pieces and then the others."""
        return Pieces._make(joined(self, other))


class LeftChanges(NamedTuple):
    """Where, going up a cell's left side, the winding just right of it changes: cell int64[n], v, sign."""

    cell: IntArray
    v: FloatArray
    sign: FloatArray

    def at(self, index: IntArray | BoolArray) -> LeftChanges:
        """The changes that `index` picks."""
        return LeftChanges._make(column[index] for column in self)


def joined(one: Iterable[Any], other: Iterable[Any]) -> Iterator[Any]:
    """The columns of one table, each followed by the same column of the other."""
    return (np.concatenate(pair) for pair in zip(one, other, strict=True))


def bincount_float(index: IntArray, weights: FloatArray, n: int) -> FloatArray:
    """Sum of `weights` for each of 0..n - 1. (np.bincount turns integer when there is nothing to sum.)"""
    return np.bincount(index, weights, n).astype(float, copy=False)


def ragged(start: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """Ranges start[k], start[k] + 1, … (count[k] of them) laid end to end, and the k of every entry."""
    owner = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return np.arange(len(owner)) + (start - before)[owner], owner


class Segments(NamedTuple):
    """Polygon sides or lines as drawn: their ends in cell units float64[n], sign and part as in Pieces."""

    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    sign: FloatArray
    part: npt.NDArray[np.int32]


class Rows(NamedTuple):
    """Rows first..end - 1 of a grid of `nx` columns."""

    first: int
    end: int
    nx: int


def cut_edges(edges: Segments, rows: Rows) -> tuple[Pieces, Pieces]:
    """(inner, crossing) pieces of `edges` in `rows`.

    Cells are numbered from the first row's on the padded grid. Inner pieces are whole edges inside one cell of the grid, in the direction they were drawn; crossing
    ones run upwards and may lie in the padding.
    """
    x0, y0, x1, y1, sign, part = edges
    first_row, end_row, nx = rows
    row0, row1, column0, column1 = np.ceil(y0), np.ceil(y1), np.ceil(x0), np.ceil(x1)
    one_cell = (row0 == row1) & (column0 == column1)
    in_grid = (row0 > first_row) & (row0 <= end_row) & (column0 > 0) & (column0 <= nx)
    k = np.flatnonzero(one_cell & in_grid)
    row, column = row0[k], column0[k]
    cell = ((row - (first_row + 1)) * (nx + 2) + column).astype(np.int64)
    column -= 1
    row -= 1
    inner = Pieces(cell, x0[k] - column, y0[k] - row, x1[k] - column, y1[k] - row, sign[k], part[k])
    # an edge east of the grid, or within one cell outside it, changes no winding inside
    k = np.flatnonzero(~one_cell)
    crossing = _cut_at_lines(Segments(x0[k], y0[k], x1[k], y1[k], sign[k], part[k]), rows)
    return inner, crossing


def _cut_at_lines(edges: Segments, rows: Rows) -> Pieces:
    """Pieces, running upwards, of edges that leave their cell; see `cut_edges`."""
    x0, y0, x1, y1, sign, part = edges
    first_row, end_row, nx = rows
    down = y0 > y1
    x0, x1 = np.where(down, x1, x0), np.where(down, x0, x1)
    y0, y1 = np.where(down, y1, y0), np.where(down, y0, y1)
    sign = np.where(down, -sign, sign)
    row, edge, y0, x0, y1, x1 = _split(y0, x0, y1, x1, first_row + 1, end_row, clip=True)
    # every piece now lies in one row; along x it is walked from west to east
    leftward = x0 > x1
    x0, x1 = np.where(leftward, x1, x0), np.where(leftward, x0, x1)
    y0, y1 = np.where(leftward, y1, y0), np.where(leftward, y0, y1)
    column, piece, x0, y0, x1, y1 = _split(x0, y0, x1, y1, 0, nx + 1, clip=False)
    row, edge, leftward = row[piece], edge[piece], leftward[piece]
    cell = ((row - (first_row + 1)) * (nx + 2) + column).astype(np.int64)
    west, south = column - 1, row - 1
    u0, u1, v0, v1 = x0 - west, x1 - west, y0 - south, y1 - south
    return Pieces(
        cell,
        np.where(leftward, u1, u0),
        np.where(leftward, v1, v0),
        np.where(leftward, u0, u1),
        np.where(leftward, v0, v1),
        sign[edge],
        part[edge],
    )


def _split(
    a0: FloatArray, b0: FloatArray, a1: FloatArray, b1: FloatArray, low: int, high: int, *, clip: bool
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Split segments from (a0, b0) to (a1, b1), a0 <= a1, at whole numbers of `a`.

    Interval k reaches from k - 1 to k. Returns (interval, owner, a0, b0, a1, b1) of the pieces in intervals
    low..high. What lies outside is clipped away or, with `clip=False`, counted to the outermost interval,
    which then has no end.
    """
    first, last = np.ceil(a0), np.ceil(a1)
    if not clip:
        np.clip(first, low, high, out=first)
        np.clip(last, low, high, out=last)
    begin = np.clip(first, low, high + 1).astype(np.int64)
    end = np.clip(last, low - 1, high).astype(np.int64)
    number, owner = ragged(begin, end - begin + 1)
    interval = number.astype(float)
    a, b, end_a, end_b = a0[owner], b0[owner], a1[owner], b1[owner]
    # where a piece does not begin (end) at the segment's own end, it does so on a line
    enters, leaves = np.flatnonzero(interval > first[owner]), np.flatnonzero(interval < last[owner])
    b_enter = _b_at(interval[enters] - 1, a[enters], b[enters], end_a[enters], end_b[enters])
    b_leave = _b_at(interval[leaves], a[leaves], b[leaves], end_a[leaves], end_b[leaves])
    a[enters], b[enters] = interval[enters] - 1, b_enter
    end_a[leaves], end_b[leaves] = interval[leaves], b_leave
    return interval, owner, a, b, end_a, end_b


def _b_at(line: FloatArray, a0: FloatArray, b0: FloatArray, a1: FloatArray, b1: FloatArray) -> FloatArray:
    """b where segments cross `line`, never outside b0..b1 (rounding)."""
    b: FloatArray = b0 + (line - a0) / (a1 - a0) * (b1 - b0)
    return np.clip(b, np.minimum(b0, b1), np.maximum(b0, b1))


def bottom_windings(crossing: Pieces, n: int) -> FloatArray:
    """How much the winding grows across each of `n` cells, from left to right just above its lower side."""
    rising = np.flatnonzero((crossing.v0 == 0) & (crossing.v1 > 0))
    return bincount_float(crossing.cell[rising], crossing.sign[rising], n)


def left_changes(crossing: Pieces) -> LeftChanges:
    """Changes of winding up the left sides: where a piece begins it goes down, where one ends it goes up."""
    begins = np.flatnonzero((crossing.u0 == 0) & (crossing.v0 > 0) & (crossing.v0 < 1))
    ends = np.flatnonzero((crossing.u1 == 0) & (crossing.v1 > 0) & (crossing.v1 < 1))
    return LeftChanges(
        np.concatenate([crossing.cell[begins], crossing.cell[ends]]),
        np.concatenate([crossing.v0[begins], crossing.v1[ends]]),
        np.concatenate([-crossing.sign[begins], crossing.sign[ends]]),
    )
