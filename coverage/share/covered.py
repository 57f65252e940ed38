"""Exact share of every cell inside the union of polygons that may overlap, touch or repeat.

No union is ever built. Every polygon winds once around its inside, so a point is covered where the windings
add up to one or more; prefix sums along the rows of the grid carry them from cell to cell, and only the
cells that sides pass through need any geometry (coverage/share/cell_areas.py). The cost is linear in vertices and
cells. Work goes strip by strip, which bounds the memory; a strip depends on no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from coverage.share.cell_areas import cell_areas
from coverage.share.edges import Edges, joined_edges, polygon_edges
from coverage.share.pieces import BoolArray, Rows, bottom_windings, cut_edges, left_changes, ragged
from geodata.grid import FloatArray, Grid, IntArray

# A strip small enough to stay in cache: measured, and flat within a factor of two either way.
STRIP_CELLS = 1 << 16
STRIP_EDGES = 1 << 17
MOST_STRIPS = 1 << 14  # they are numbered in 16 bits


def covered_share(polygons: Iterable[Any], grid: Grid, *, repaired: bool = False) -> FloatArray:
    """Share, 0..1, of every cell's area inside the union of `polygons`; float64[ny, nx].

    `polygons` is an array, list or GeoSeries of shapely (multi)polygons in the CRS of `grid`. They may
    overlap, touch, repeat, lie partly or wholly outside the grid, and be invalid: rings that are get the
    meaning of make_valid(method="structure"). None and empty geometries count for nothing. With
    `repaired=True` the caller vouches that geodata.repair has seen them (intake does), which saves the look.

    A GeoSeries in another CRS, or in none, raises ValueError; points and lines raise DataError.
    """
    return share_of(polygon_edges(polygons, grid, repaired=repaired))


def share_of(*edges: Edges, cells: BoolArray | None = None, rows: tuple[int, int] | None = None) -> FloatArray:
    """Share, 0..1, of every cell inside the union of all the polygons of `edges`; float64[rows, nx].

    `edges` come from `polygon_edges`, one for each layer, all on the same grid. `rows=(first, end)` asks for
    rows first..end - 1 only (default: all), for work that is spread out; every cell's share is the same
    number either way. `cells`, bool[ny, nx], names the only cells that matter: elsewhere the answer is NaN
    and no area is worked out. So where the union with another layer is wanted only here and there (along a
    coast, or where two carriers both cover a part of a cell), it costs little.
    """
    whole = joined_edges(edges)
    first, end = rows or (0, whole.grid.ny)
    share = np.empty((end - first, whole.grid.nx))
    for a, b, index in _strips(whole, first, end):
        spec = None if cells is None else cells[a:b]
        if spec is None or spec.any():
            share[a - first : b - first] = strip_share(whole, index, a, b, spec)
        else:
            share[a - first : b - first] = np.nan
    return share


def strip_share(edges: Edges, index: IntArray, first_row: int, end_row: int, cells: BoolArray | None = None) -> FloatArray:
    """Share of the cells in rows first_row..end_row - 1; float64[end_row - first_row, nx]. Pure.

    `index` numbers the edges that reach into these rows (more do no harm); `cells` as in `share_of`, for
    these rows.
    """
    nx, rows = edges.grid.nx, end_row - first_row
    shape = (rows, nx + 2)  # the padded grid of coverage/share/pieces.py
    inner, crossing = cut_edges(edges.segments(index), Rows(first_row, end_row, nx))
    growth = bottom_windings(crossing, rows * (nx + 2)).reshape(shape)
    corner = (np.cumsum(growth, axis=1) - growth).ravel()
    # the windings are known now: from here on only pieces in cells that are asked for matter
    padded = np.zeros(shape, bool)
    padded[:, 1:-1] = True if cells is None else cells
    spec = padded.ravel()
    crossing = crossing.at(np.flatnonzero(spec[crossing.cell]))
    if cells is not None:
        inner = inner.at(np.flatnonzero(spec[inner.cell]))
    area = cell_areas(corner, inner.and_(crossing), left_changes(crossing))
    area[~spec] = np.nan
    return area.reshape(shape)[:, 1:-1]


def _strips(edges: Edges, first_row: int, end_row: int) -> Iterator[tuple[int, int, IntArray]]:
    """(first row, end row, edges that reach into it) of every strip."""
    rows = end_row - first_row
    many = max(1, -(-rows * edges.grid.nx // STRIP_CELLS), -(-len(edges.x) // STRIP_EDGES))
    height = max(1, -(-rows // many), -(-rows // MOST_STRIPS))
    starts = np.arange(first_row, end_row, height)
    index, bounds = _edges_by_strip(edges, first_row, end_row, height)
    for number, start in enumerate(starts.tolist()):
        # in the order of the vertices, whatever strip an edge began in: sums are then the same to the last bit
        yield start, min(start + height, end_row), np.sort(index[bounds[number] : bounds[number + 1]])


def _edges_by_strip(edges: Edges, first_row: int, end_row: int, height: int) -> tuple[IntArray, IntArray]:
    """(edge numbers strip by strip, where each strip's begin); an edge is listed in each strip it reaches into."""
    strips = -(-(end_row - first_row) // height)
    # 0 stands for below, strips + 1 for above; 16-bit integers are small, and sort in linear time
    strip_of_row = np.full(end_row - first_row + 2, strips + 1, np.int16)
    strip_of_row[0] = 0
    strip_of_row[1:-1] = np.arange(end_row - first_row) // height + 1
    strip = np.empty(len(edges.y), np.int16)
    for a in range(0, len(strip), STRIP_EDGES):  # in blocks: large temporaries cost more than arithmetic
        row = np.ceil(edges.y[a : a + STRIP_EDGES]) - first_row
        strip[a : a + STRIP_EDGES] = strip_of_row[np.clip(row, 0, len(strip_of_row) - 1).astype(np.int32)]
    low, high = np.minimum(strip[:-1], strip[1:]), np.maximum(strip[:-1], strip[1:])
    index = np.flatnonzero((edges.turn[:-1] != 0) & (high > 0) & (low <= strips))
    low, high = np.maximum(low[index], 1), np.minimum(high[index], strips)
    longer = np.flatnonzero(high > low)
    more, owner = ragged(low[longer].astype(np.int64) + 1, (high - low)[longer].astype(np.int64))
    index = np.concatenate([index, index[longer[owner]]])
    listed = np.concatenate([low, more.astype(np.int16)])
    order = np.argsort(listed, kind="stable")
    bounds = np.searchsorted(listed[order], np.arange(1, strips + 2))
    return index[order], bounds
