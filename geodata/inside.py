"""Which points lie in which polygons, also where the parts of one multipolygon overlap.

A layer's multipolygon may hold parts that overlap (geodata.repair leaves them: an area counts them once). Such a
geometry is not valid, and a predicate asked of it whole counts how often a point is surrounded and takes twice for
outside. So every part is asked by itself. The order of the answers is that of the rows, never that of a spatial index.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geodata.grid import IntArray

Geometries = npt.NDArray[np.object_]


def points_in(shapes: Geometries, points: Geometries) -> tuple[IntArray, IntArray]:
    """(point, shape), int64[k] each: every pair of a point and a polygon it lies in or on the edge of, once.

    shapes: (multi)polygons of sound parts (geodata.repair), None for none, object[n]; points: object[m]; both in one
    CRS. Pairs are sorted by point, then by shape: of shapes that share a point the first row comes first.
    """
    parts, owner = shapely.get_parts(np.asarray(shapes, object), return_index=True)
    if not len(parts) or not len(points):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    part, point = shapely.STRtree(points).query(parts, predicate="intersects")  # each part is prepared once
    pairs = np.unique(np.column_stack([point, owner[part]]), axis=0)
    return pairs[:, 0], pairs[:, 1]


def any_contains(shapes: Geometries, points: Geometries) -> npt.NDArray[np.bool_]:
    """bool[m]: whether each point lies in, or on the edge of, one of the shapes (as points_in)."""
    inside = np.zeros(len(points), bool)
    inside[points_in(shapes, points)[0]] = True
    return inside
