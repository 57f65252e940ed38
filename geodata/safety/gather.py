"""Pieces of one place as one area."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.grid import IntArray

ObjectArray = npt.NDArray[Any]


def gathered(geometries: ObjectArray, owner: IntArray, count: int) -> ObjectArray:
    """object[count]: for each owner 0 … count - 1 its (multi)polygon, from the polygons it owns.

    Parts that touch or overlap are united; disjoint ones are only collected, which is quick and moves no
    vertex. Every owner must own something.
    """
    parts, row = shapely.get_parts(geometries, return_index=True)
    order = np.argsort(owner[row], kind="stable")
    ends = np.cumsum(np.bincount(owner[row], minlength=count))
    out = np.empty(count, object)
    out[:] = [_one(own) for own in np.split(parts[order], ends[:-1])]
    return out


def _one(parts: ObjectArray) -> shapely.Geometry:
    if len(parts) == 1:
        return parts[0]
    left, right = shapely.STRtree(parts).query(parts, predicate="intersects")
    return shapely.union_all(parts) if (left != right).any() else shapely.multipolygons(parts)
