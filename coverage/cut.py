"""Edges cut where they cross the lines between cells.

Conventions, on which the bookkeeping of windings rests. A cell owns its upper and right side: the column of
x is ceil(x) - 1, so a point on a line belongs to the cell before it. A piece that stays inside one cell
therefore never starts on that cell's lower or left side, and needs no bookkeeping at all; only edges that
cross a line do. Pieces run upwards. Where neighbours share a border, both get bit-identical pieces, because
every crossing is computed from the edge turned upwards.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geodata.grid import FloatArray, IntArray


class Pieces(NamedTuple):
    """Parts of edges inside single cells, running upwards (v0 <= v1).

    row, column  float64[n]  of the cell; column -1 stands for everything west of the grid
    u0, v0, u1, v1  float64[n]  ends within the cell, 0..1 (u may be negative in column -1)
    sign  float64[n]  +1 where the polygon is to the right
    edge  int64[n]  the edge it was cut from
    """

    row: FloatArray
    column: FloatArray
    u0: FloatArray
    v0: FloatArray
    u1: FloatArray
    v1: FloatArray
    sign: FloatArray
    edge: IntArray


def last_before(a: FloatArray) -> FloatArray:
    """Index of the row or column that owns `a`, as a float."""
    index: FloatArray = np.ceil(a)
    index -= 1
    return index


def ragged(start: IntArray, count: IntArray) -> tuple[IntArray, IntArray]:
    """Ranges start[k], start[k] + 1, … (count[k] of them) laid end to end, and the k of every entry."""
    owner = np.repeat(np.arange(len(count)), count)
    before = np.cumsum(count) - count
    return np.arange(len(owner)) + (start - before)[owner], owner


def tally(index: IntArray, weights: FloatArray, n: int) -> FloatArray:
    """Sum of `weights` for each of 0..n - 1 (np.bincount, which turns integer when there is nothing to sum)."""
    return np.bincount(index, weights, n).astype(float, copy=False)


def cut(
    x0: FloatArray, y0: FloatArray, x1: FloatArray, y1: FloatArray, turn: FloatArray, first_row: int, end_row: int, nx: int
) -> Pieces:
    """Pieces of edges (float64[n] ends, +1/-1 `turn`) in rows first_row..end_row - 1 and columns -1..nx - 1."""
    down = y0 > y1
    xa, xb = np.where(down, x1, x0), np.where(down, x0, x1)
    ya, yb = np.where(down, y1, y0), np.where(down, y0, y1)
    sign = np.where(down, -turn, turn)
    row, edge, pa, qa, pb, qb = _split(ya, xa, yb, xb, last_before(ya), last_before(yb), first_row, end_row - 1)
    # (q, p) are now ends inside one row; split again along x, walking from left to right
    left = qa > qb
    xl, xr = np.where(left, qb, qa), np.where(left, qa, qb)
    yl, yr = np.where(left, pb, pa), np.where(left, pa, pb)
    column, piece, ul, vl, ur, vr = _split(xl, yl, xr, yr, np.maximum(last_before(xl), -1), np.maximum(last_before(xr), -1), -1, nx - 1)
    row, edge, left = row[piece], edge[piece], left[piece]
    ul -= column
    ur -= column
    vl -= row
    vr -= row
    return Pieces(
        row, column,
        np.where(left, ur, ul), np.where(left, vr, vl), np.where(left, ul, ur), np.where(left, vl, vr),
        sign[edge], edge,
    )  # fmt: skip


def _split(
    a0: FloatArray, b0: FloatArray, a1: FloatArray, b1: FloatArray, first: FloatArray, last: FloatArray, low: int, high: int
) -> tuple[FloatArray, IntArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Split segments (a0, b0)-(a1, b1), a0 <= a1, at whole numbers of a between `low` and `high` + 1.

    Returns (index, owner, a0, b0, a1, b1) of what lies in intervals low..high; parts below `low` are kept
    in one go as interval `low` - never: they are clipped away, except that along x (low = -1) the
    interval -1 reaches to minus infinity.
    """
    begin = np.maximum(first, low)
    count = (np.minimum(last, high) - begin + 1).astype(np.int64)
    np.maximum(count, 0, out=count)
    index, owner = ragged(begin.astype(np.int64), count)
    interval = index.astype(float)
    A0, B0, A1, B1 = a0[owner], b0[owner], a1[owner], b1[owner]
    slope = (B1 - B0) / np.where(A1 > A0, A1 - A0, 1.0)
    lo, hi = np.minimum(B0, B1), np.maximum(B0, B1)
    enters = interval > first[owner]
    leaves = interval < last[owner]
    if low == -1:  # west of the grid is one wide column
        enters &= interval > -1
    pa = np.where(enters, interval, A0)
    pb = np.where(leaves, interval + 1, A1)
    qa = np.where(enters, np.clip(B0 + (interval - A0) * slope, lo, hi), B0)
    qb = np.where(leaves, np.clip(B0 + (interval + 1 - A0) * slope, lo, hi), B1)
    return interval, owner, pa, qa, pb, qb
