"""Exact share of every cell inside the union of polygons that may overlap, touch or repeat."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from coverage.cut import cut, last_before, tally
from coverage.edges import Edges, polygon_edges
from coverage.slabs import Sides, union_areas
from geodata.grid import FloatArray, Grid

BoolArray = npt.NDArray[np.bool_]


def covered_share(polygons: Iterable[Any], grid: Grid, *, repaired: bool = False) -> FloatArray:
    """Share, 0..1, of every cell's area inside the union of `polygons`; float64[ny, nx]."""
    return share_of(polygon_edges(polygons, grid, repaired=repaired))


def share_of(*edges: Edges, cells: BoolArray | None = None, rows: tuple[int, int] | None = None) -> FloatArray:
    """Share of every cell inside the union of all the polygons of `edges`."""
    grid = edges[0].grid
    r0, r1 = rows or (0, grid.ny)
    e = edges[0]
    if len(edges) > 1:
        first = np.cumsum([0] + [x.part_count for x in edges])
        e = Edges(grid, np.concatenate([k.x for k in edges]), np.concatenate([k.y for k in edges]),
                  np.concatenate([k.turn for k in edges]),
                  np.concatenate([k.part + np.int32(f) for k, f in zip(edges, first)]))
    return _strip(e, r0, r1, cells)


def _strip(e: Edges, r0: int, r1: int, wanted: BoolArray | None) -> FloatArray:
    nx, ny = e.grid.nx, r1 - r0
    out = np.zeros((ny, nx))
    if len(e.x) < 2:
        return out
    i = np.flatnonzero(e.turn[:-1])
    x0, y0, x1, y1 = e.x[i], e.y[i], e.x[i + 1], e.y[i + 1]
    row0, row1, col0, col1 = last_before(y0), last_before(y1), last_before(x0), last_before(x1)
    near = (np.maximum(row0, row1) >= r0) & (np.minimum(row0, row1) < r1) & (np.minimum(col0, col1) < nx)
    inner = (row0 == row1) & (col0 == col1)
    k = np.flatnonzero(inner & near & (col0 >= 0))
    cell_k = ((row0[k] - r0) * nx + col0[k]).astype(np.int64)
    rise = (y1[k] - y0[k]) * e.turn[i[k]]
    n = nx * ny
    area = tally(cell_k, rise * (1 + col0[k] - 0.5 * (x0[k] + x1[k])), n)
    c = np.flatnonzero(near & ~inner)
    p = cut(x0[c], y0[c], x1[c], y1[c], e.turn[i[c]].astype(float), r0, r1, nx)
    bottom = np.flatnonzero((p.v0 == 0) & (p.v1 > 0))
    slot = ((p.row[bottom] - r0) * (nx + 1) + p.column[bottom] + 1).astype(np.int64)
    W = np.cumsum(tally(slot, p.sign[bottom], ny * (nx + 1)).reshape(ny, nx + 1), axis=1)[:, :nx].ravel()
    ok = p.column >= 0
    p = type(p)(*(a[ok] for a in p))
    cell_p = ((p.row - r0) * nx + p.column).astype(np.int64)
    area += tally(cell_p, p.sign * (p.v1 - p.v0) * (1 - 0.5 * (p.u0 + p.u1)), n)
    s0 = np.flatnonzero((p.u0 == 0) & (p.v0 > 0) & (p.v0 < 1))
    s1 = np.flatnonzero((p.u1 == 0) & (p.v1 > 0) & (p.v1 < 1))
    lc = np.concatenate([cell_p[s0], cell_p[s1]])
    lv = np.concatenate([p.v0[s0], p.v1[s1]])
    ls = np.concatenate([-p.sign[s0], p.sign[s1]])
    area += tally(lc, ls * (1 - lv), n)
    area = area + W
    part = np.concatenate([e.part[i[k]], e.part[i[c]][p.edge]])
    cell = np.concatenate([cell_k, cell_p])
    occupied = np.zeros(n, bool)
    occupied[cell] = True
    flat = np.where(occupied, np.clip(area, 0, 1), W > 0)
    last = np.zeros(n, np.int32)
    last[cell] = part
    hard = np.zeros(n, bool)
    hard[cell[last[cell] != part]] = True
    if hard.any():
        kk = np.flatnonzero(hard[cell_k])
        q = k[kk]
        down = y0[q] > y1[q]
        a, b = np.where(down, i[q] + 1, i[q]), np.where(down, i[q], i[q] + 1)
        col, row = col0[q], row0[q]
        h = np.flatnonzero(hard[cell_p])
        sides = Sides(
            np.concatenate([cell_k[kk], cell_p[h]]),
            np.concatenate([e.x[a] - col, p.u0[h]]), np.concatenate([e.y[a] - row, p.v0[h]]),
            np.concatenate([e.x[b] - col, p.u1[h]]), np.concatenate([e.y[b] - row, p.v1[h]]),
            np.concatenate([np.where(down, -1.0, 1.0) * e.turn[i[q]], p.sign[h]]),
        )
        up = np.flatnonzero(sides.v1 > sides.v0)
        order = up[np.argsort(sides.cell[up], kind="stable")]
        sides = Sides(*(s[order] for s in sides))
        ids = np.flatnonzero(hard)
        l = hard[lc]
        flat[ids] = union_areas(ids, W[ids], sides, lc[l], lv[l], ls[l])
    return flat.reshape(ny, nx)
