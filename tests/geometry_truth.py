"""What the engine is held against: GEOS cell by cell, and exact rational arithmetic."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
import shapely

from geodata.grid import Grid

Points = Sequence[tuple[float, float]]


def geos_share(polygons: Sequence[shapely.Geometry], grid: Grid) -> np.ndarray:
    """Share of every cell inside the union, by GEOS: union first, then one intersection a cell; [ny, nx]."""
    union = shapely.union_all(shapely.make_valid(np.array(polygons, object), method="structure"))
    west = grid.west + np.arange(grid.nx) * grid.dx
    south = grid.south + np.arange(grid.ny)[:, None] * grid.dy
    boxes = shapely.box(*np.broadcast_arrays(west, south, west + grid.dx, south + grid.dy))
    return shapely.area(shapely.intersection(union, boxes)) / shapely.area(boxes)


def exact_share(rings: Sequence[Points], grid: Grid) -> list[list[Fraction]]:
    """Share of every cell inside the union of simple rings, in exact rational arithmetic; [ny][nx].

    Slow and plain on purpose: inside each cell, cut at every height where an edge ends or two edges or the
    cell's sides cross; between two such heights the covered width is linear, so its middle value is exact.
    """
    origin = Fraction(grid.west), Fraction(grid.south)
    size = Fraction(grid.dx), Fraction(grid.dy)
    scaled = [[((Fraction(x) - origin[0]) / size[0], (Fraction(y) - origin[1]) / size[1]) for x, y in ring] for ring in rings]
    return [[_exact_cell(scaled, i, j) for i in range(grid.nx)] for j in range(grid.ny)]


def _exact_cell(rings: list[list[tuple[Fraction, Fraction]]], i: int, j: int) -> Fraction:
    edges = [(number, a, b) for number, ring in enumerate(rings) for a, b in zip(ring, ring[1:] + ring[:1], strict=True) if a[1] != b[1]]
    heights = {Fraction(j), Fraction(j + 1)}
    heights |= {point[1] for _, a, b in edges for point in (a, b) if j < point[1] < j + 1}
    lines = [(a, (b[0] - a[0]) / (b[1] - a[1])) for _, a, b in edges]
    lines += [((Fraction(side), Fraction(0)), Fraction(0)) for side in (i, i + 1)]
    for k, (a, slope) in enumerate(lines):
        for b, other in lines[:k]:
            if slope != other:
                y = (b[0] - a[0] + slope * a[1] - other * b[1]) / (slope - other)
                if j < y < j + 1:
                    heights.add(y)
    levels = sorted(heights)
    return sum(((high - low) * _exact_width(edges, (low + high) / 2, i) for low, high in pairwise(levels)), Fraction(0))


def _exact_width(edges: list, y: Fraction, i: int) -> Fraction:
    """Length of [i, i + 1] at height y inside any ring (even-odd within a ring, union over rings)."""
    spans = []
    for number in {edge[0] for edge in edges}:
        crossed = sorted(
            a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1])
            for owner, a, b in edges
            if owner == number and min(a[1], b[1]) < y < max(a[1], b[1])
        )
        spans += list(zip(crossed[::2], crossed[1::2], strict=True))
    width, reached = Fraction(0), Fraction(i)
    for start, end in sorted(spans):
        start, end = max(start, reached), min(end, Fraction(i + 1))
        if end > start:
            width += end - start
            reached = end
    return width
