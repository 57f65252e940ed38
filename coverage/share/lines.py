"""Exact length of lines inside the union of polygons that may overlap, touch or repeat.

As with the share of cells (coverage/share/__init__.py) no union is built. Lines and sides are cut where they cross
the lines between cells; in a cell without sides the winding at its corner tells all, elsewhere every piece
of line is cut where it meets a side and each stretch is judged by the winding at its middle. The cost is
linear in segments and sides, as long as cells hold few of either.

A stretch that runs exactly along a side of the union lies on neither side of it: whether it counts as covered
is settled by rounding. It has no width, and no road is drawn along the edge of a carrier's area.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import shapely

from coverage.share.edges import Edges
from coverage.share.pieces import LeftChanges, Pieces, Rows, Segments, bincount_float, bottom_windings, cut_edges, left_changes, ragged
from geodata.grid import FloatArray, Grid, IntArray

PAIRS_AT_ONCE = 1 << 21  # pairs of stretch and side worked on at a time, which bounds the memory
BESIDE = 1e-12  # of a side: a cut too many is harmless, a cut missed is not


class LinePieces(NamedTuple):
    """Straight pieces of lines, each inside one cell of a grid.

    i, j  int64[n]  column and row of the cell
    x0, y0, x1, y1  float64[n]  ends, in cells from the grid's south-western corner
    line  int64[n]  number of the line (row of the table of lines) it belongs to
    """

    i: IntArray
    j: IntArray
    x0: FloatArray
    y0: FloatArray
    x1: FloatArray
    y1: FloatArray
    line: IntArray

    def at(self, index: Any) -> LinePieces:
        """The pieces that `index` picks."""
        return LinePieces._make(column[index] for column in self)


def line_pieces(lines: Any, grid: Grid) -> LinePieces:
    """(Multi)LineStrings in the CRS of `grid`, cut into pieces inside one cell each; what lies outside is left out.

    lines: array, list or GeoSeries of shapely geometries; None and empty ones have no piece. Segments without
    length have none either. A GeoSeries in another CRS is a ValueError.
    """
    if getattr(lines, "crs", None) is not None and str(lines.crs) != str(grid.crs):
        raise ValueError(f"lines are in {lines.crs}, the grid in {grid.crs}")
    geometries = np.asarray(getattr(lines, "values", lines), dtype=object)
    parts, line_of_part = shapely.get_parts(geometries, return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    x, y = (xy[:, 0] - grid.west) / grid.dx, (xy[:, 1] - grid.south) / grid.dy
    k = np.flatnonzero((part[1:] == part[:-1]) & ((x[1:] != x[:-1]) | (y[1:] != y[:-1])))
    inner, crossing = cut_edges(Segments(x[k], y[k], x[k + 1], y[k + 1], np.ones(len(k)), k.astype(np.int32)), Rows(0, grid.ny, grid.nx))
    pieces = inner.and_(crossing)
    row, column = np.divmod(pieces.cell, grid.nx + 2)
    inside = (column > 0) & (column <= grid.nx) & ((pieces.u0 != pieces.u1) | (pieces.v0 != pieces.v1))
    pieces, i, j = pieces.at(inside), column[inside] - 1, row[inside]
    # pieces follow their line, in the order of its segments, whichever way they were cut
    order = np.lexsort((pieces.u0 + i, pieces.v0 + j, pieces.part))
    pieces, i, j = pieces.at(order), i[order], j[order]
    return LinePieces(i, j, pieces.u0 + i, pieces.v0 + j, pieces.u1 + i, pieces.v1 + j, line_of_part[part[pieces.part]])


class Stretches(NamedTuple):
    """Stretches of pieces of lines, such as those inside a layer. One layer's stretches of a piece do not overlap.

    piece  int64[n]  row of the LinePieces
    start, end  float64[n]  where along the piece, 0..1
    """

    piece: IntArray
    start: FloatArray
    end: FloatArray


def covered_stretches(pieces: LinePieces, edges: Edges) -> Stretches:
    """The stretches of the pieces that lie inside the union of the polygons, in no order.

    edges: coverage.share.edges.polygon_edges of one layer, or joined_edges of several, on the grid the pieces were
    cut by. Both are straight in the grid's CRS.
    """
    grid = edges.grid
    width = grid.nx + 2
    cell = pieces.j * width + pieces.i + 1
    begins = np.flatnonzero(edges.turn[:-1] != 0) if len(edges.turn) else np.zeros(0, np.int64)
    inner, crossing = cut_edges(edges.segments(begins), Rows(0, grid.ny, grid.nx))
    growth = bottom_windings(crossing, grid.ny * width).reshape(grid.ny, width)
    corner = (np.cumsum(growth, axis=1) - growth).ravel()
    travelled = np.zeros(grid.ny * width, bool)
    travelled[cell] = True
    sides = inner.at(travelled[inner.cell]).and_(crossing.at(travelled[crossing.cell]))
    left = left_changes(crossing)
    left = left.at(travelled[left.cell])
    has_sides = np.zeros(grid.ny * width, bool)
    has_sides[sides.cell] = True
    cut = has_sides[cell]
    whole = np.flatnonzero(~cut & (corner[cell] > 0))
    among = np.flatnonzero(cut)
    found = [Stretches(whole, np.zeros(len(whole)), np.ones(len(whole)))]
    found += _among_sides(pieces.at(among), cell[among], corner, sides, left, among)
    return Stretches._make(np.concatenate(column) for column in zip(*found, strict=True))


def common_shares(layers: Sequence[Stretches], n: int) -> FloatArray:
    """Share, 0..1, of each of `n` pieces that lies inside every one of the layers (one or more); float64[n].

    Mostly one layer decides: the piece is whole in all the others, or one has nothing of it. Where two or more have a
    part, the parts may be different ones, and the stretches are laid over one another.
    """
    shares = np.array([_shares(stretches, n) for stretches in layers])
    common = np.asarray(shares.min(axis=0), np.float64)
    several = (common > 0) & ((shares < 1).sum(axis=0) > 1)
    if not several.any():
        return common
    picked = [(one, np.flatnonzero(several[one.piece])) for one in layers]
    piece = np.concatenate([one.piece[at] for one, at in picked] * 2)
    t = np.concatenate([one.start[at] for one, at in picked] + [one.end[at] for one, at in picked])
    step = np.repeat([1, -1], len(t) // 2)
    order = np.lexsort((t, piece))
    piece, t, depth = piece[order], t[order], np.cumsum(step[order])
    in_all = np.flatnonzero(depth == len(layers))  # never the last of a piece, where the depth is 0 again
    overlaid = bincount_float(piece[in_all], t[in_all + 1] - t[in_all], n)
    return np.where(several, np.minimum(overlaid, common), common)


def _shares(stretches: Stretches, n: int) -> FloatArray:
    """Share, 0..1, of each of `n` pieces that its stretches take; float64[n]."""
    return np.clip(bincount_float(stretches.piece, stretches.end - stretches.start, n), 0.0, 1.0)


def _among_sides(
    pieces: LinePieces, cell: IntArray, corner: FloatArray, sides: Pieces, left: LeftChanges, number: IntArray
) -> list[Stretches]:
    """covered_stretches of pieces in cells that sides pass through; number: what each piece is called in the answer."""
    sides = sides.at(np.argsort(sides.cell, kind="stable"))
    left = left.at(np.argsort(left.cell, kind="stable"))
    first = np.searchsorted(sides.cell, cell)
    count = np.searchsorted(sides.cell, cell, side="right") - first
    found = []
    for a, b in _blocks(count) if len(cell) else []:
        block = pieces.at(slice(a, b))
        u0, v0 = block.x0 - block.i, block.y0 - block.j
        du, dv = block.x1 - block.x0, block.y1 - block.y0
        owner, t = _cuts(u0, v0, du, dv, sides, first[a:b], count[a:b])
        stretch, start, end = _stretches(owner, t, b - a)
        middle = 0.5 * (start + end)
        u, v = u0[stretch] + middle * du[stretch], v0[stretch] + middle * dv[stretch]
        winding = corner[cell[a:b]][stretch] + _left_winding(cell[a:b][stretch], v, left)
        winding += _crossed(u, v, sides, first[a:b][stretch], count[a:b][stretch])
        inside = winding > 0
        found.append(Stretches(number[a:b][stretch[inside]], start[inside], end[inside]))
    return found


def _blocks(count: IntArray) -> list[tuple[int, int]]:
    """Runs of pieces that meet at most PAIRS_AT_ONCE sides together (or one piece)."""
    cut = np.flatnonzero(np.diff(np.cumsum(count) // PAIRS_AT_ONCE)) + 1
    bounds = [0, *cut.tolist(), len(count)]
    return list(itertools.pairwise(bounds))


def _cuts(
    u0: FloatArray, v0: FloatArray, du: FloatArray, dv: FloatArray, sides: Pieces, first: IntArray, count: IntArray
) -> tuple[IntArray, FloatArray]:
    """(piece, how far along it, 0..1) wherever a piece meets a side of its cell."""
    side, piece = ragged(first, count)
    su, sv = sides.u0[side], sides.v0[side]
    eu, ev = sides.u1[side] - su, sides.v1[side] - sv
    lu, lv = du[piece], dv[piece]
    across = lu * ev - lv * eu
    away_u, away_v = su - u0[piece], sv - v0[piece]
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (away_u * ev - away_v * eu) / across
        s = (away_u * lv - away_v * lu) / across
        meets = (t > 0) & (t < 1) & (s >= -BESIDE) & (s <= 1 + BESIDE)
    return piece[meets], t[meets]


def _stretches(owner: IntArray, t: FloatArray, n: int) -> tuple[IntArray, FloatArray, FloatArray]:
    """(piece, start, end) of the stretches that the cuts leave of `n` pieces, piece by piece."""
    number = np.concatenate([np.arange(n), owner])
    start = np.concatenate([np.zeros(n), t])
    order = np.lexsort((start, number))
    number, start = number[order], start[order]
    last = np.append(number[1:] != number[:-1], True)
    end = np.where(last, 1.0, np.append(start[1:], 1.0))
    return number, start, end


def _left_winding(cell: IntArray, v: FloatArray, left: LeftChanges) -> FloatArray:
    """How much the winding changes up the left side of its cell, from the corner to height `v` of each point."""
    first = np.searchsorted(left.cell, cell)
    change, point = ragged(first, np.searchsorted(left.cell, cell, side="right") - first)
    counted = np.where(left.v[change] <= v[point], left.sign[change], 0.0)
    return bincount_float(point, counted, len(cell))


def _crossed(u: FloatArray, v: FloatArray, sides: Pieces, first: IntArray, count: IntArray) -> FloatArray:
    """How much the winding changes from the left side of the cell to each point, at the point's height."""
    total = np.zeros(len(u))
    for a, b in _blocks(count):
        side, point = ragged(first[a:b], count[a:b])
        v0, v1, height = sides.v0[side], sides.v1[side], v[a:b][point]
        up, down = (v0 <= height) & (height < v1), (v1 <= height) & (height < v0)
        k = np.flatnonzero(up | down)
        side, point, height = side[k], point[k], height[k]
        along = (height - sides.v0[side]) / (sides.v1[side] - sides.v0[side])
        at = sides.u0[side] + along * (sides.u1[side] - sides.u0[side])
        passed = at < u[a:b][point]
        growth = np.where(up[k], sides.sign[side], -sides.sign[side])
        total[a:b] = bincount_float(point, np.where(passed, growth, 0.0), b - a)
    return total
