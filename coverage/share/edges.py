"""Polygons as edges in cell units: decoded once, then shared by every question asked of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from coverage.share.pieces import Segments
from geodata.errors import DataError, Text
from geodata.grid import FloatArray, Grid, IntArray, normal_crs
from geodata.repair import repair_polygons

# Large temporary arrays cost more in page faults than in arithmetic: work in blocks that stay in cache.
BLOCK_VERTICES = 1 << 18


# (x, y, turn, part) of nothing, so that there is always something to lay end to end
_NO_EDGES = (np.zeros(0), np.zeros(0), np.zeros(0, np.int8), np.zeros(0, np.int32))


@dataclass(frozen=True, eq=False)
class Edges:
    """All rings of some polygons, ring after ring; vertex k and k + 1 are the ends of edge k.

    x, y  float64[n]  in cells of `grid`, from its south-western corner
    turn  int8[n]     +1 where the polygon lies to the right of an edge that goes up (-1: to the left);
                      0 at the last vertex of a ring, where no edge begins
    part  int32[n]    number of the polygon (one part of a multipolygon) the edge belongs to
    """

    grid: Grid
    x: FloatArray
    y: FloatArray
    turn: npt.NDArray[np.int8]
    part: npt.NDArray[np.int32]

    @property
    def part_count(self) -> int:
        """One more than the highest part number."""
        return int(self.part[-1]) + 1 if len(self.part) else 0

    def segments(self, index: IntArray) -> Segments:
        """The edges that `index` picks, as they are cut."""
        after = index + 1
        return Segments(self.x[index], self.y[index], self.x[after], self.y[after], self.turn[index].astype(float), self.part[index])


def polygon_edges(polygons: Iterable[Any], grid: Grid, *, repaired: bool = False) -> Edges:
    """Edges of (multi)polygons in the CRS of `grid`; None and empty ones are ignored.

    `polygons` is an array, list or GeoSeries of shapely geometries. Rings may run either way. With
    `repaired=True` the caller vouches that geodata.repair has seen them already (intake does); otherwise
    invalid ones are repaired here. A GeoSeries in another CRS, or without one, is a ValueError; geometries
    that are not polygons are a DataError.
    """
    geometries = _as_array(polygons, grid)
    if not repaired:
        geometries, count = repair_polygons(geometries)
        if len(count.not_polygons):
            raise _not_polygons(count.not_polygons)
    blocks = _blocks(_single_parts(geometries))
    columns = [_ring_edges(block, grid) for block in blocks]
    x, y, turn, part = (np.concatenate(column) for column in zip(_NO_EDGES, *columns, strict=True))
    # parts are numbered from 0 in every block
    first = np.repeat(np.cumsum([0, *map(len, blocks)])[:-1], [len(column[3]) for column in columns])
    return Edges(grid, x, y, turn, part + first.astype(np.int32))


def joined_edges(edges: Sequence[Edges]) -> Edges:
    """All the polygons of several layers over one grid, as if they had been one layer."""
    if len(edges) == 1:
        return edges[0]
    if not edges or any(one.grid != edges[0].grid for one in edges):
        raise ValueError("edges must be of the same grid, and there must be some")
    first_part = np.cumsum([0] + [one.part_count for one in edges[:-1]]).astype(np.int32)
    return Edges(
        edges[0].grid,
        np.concatenate([one.x for one in edges]),
        np.concatenate([one.y for one in edges]),
        np.concatenate([one.turn for one in edges]),
        np.concatenate([one.part + first for one, first in zip(edges, first_part, strict=True)]),
    )


def _as_array(polygons: Iterable[Any], grid: Grid) -> npt.NDArray[np.object_]:
    """The geometries as an object array; a frame's CRS must be the grid's."""
    if hasattr(polygons, "geometry") and hasattr(polygons, "crs"):  # GeoSeries or GeoDataFrame
        if polygons.crs is None:
            raise ValueError("the polygons have no CRS: say which one they are in before asking for shares")
        if normal_crs(polygons.crs) != grid.crs:
            raise ValueError(f"polygons are in {normal_crs(polygons.crs)}, the grid in {grid.crs}")
        polygons = polygons.geometry.to_numpy()
    if isinstance(polygons, shapely.Geometry):
        polygons = [polygons]
    geometries = np.empty(len(polygons := list(polygons)), object)
    geometries[:] = polygons
    return geometries


def _not_polygons(rows: IntArray) -> DataError:
    some = ", ".join(str(row) for row in rows[:5])
    return DataError(
        "not-polygons",
        Text(f"面（ポリゴン）でない図形が {len(rows)} 件あります。", f"{len(rows)} geometries are not polygons."),
        Text(
            "エリアを面で描いたファイルを使うか、点・線を取り除いてください。",
            "Use a file that holds areas as polygons, or remove the points and lines.",
        ),
        where=Text(f"地物番号 {some}", f"features {some}"),
    )


def _single_parts(geometries: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Every polygon by itself, without empty ones."""
    geometries = np.asarray(geometries[~shapely.is_missing(geometries)], object)
    if (shapely.get_type_id(geometries) != shapely.GeometryType.POLYGON).any():
        geometries = np.asarray(shapely.get_parts(geometries), object)
    single: npt.NDArray[np.object_] = geometries[~shapely.is_empty(geometries)]
    return single


def _blocks(parts: npt.NDArray[np.object_]) -> list[npt.NDArray[np.object_]]:
    """Cut the parts into runs of about BLOCK_VERTICES vertices."""
    if not len(parts):
        return []
    upto = np.cumsum(shapely.get_num_coordinates(parts))
    return np.split(parts, np.flatnonzero(np.diff(upto // BLOCK_VERTICES)) + 1)


def _ring_edges(parts: npt.NDArray[np.object_], grid: Grid) -> tuple[FloatArray, FloatArray, npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    """(x, y, turn, part) of a run of single polygons; see Edges."""
    _, xy, (ring_start, part_start) = shapely.to_ragged_array(parts, include_z=False)
    x = (xy[:, 0] - grid.west) / grid.dx
    y = (xy[:, 1] - grid.south) / grid.dy
    length = np.diff(ring_start)
    anticlockwise = _signed_areas(x, y, ring_start, length) > 0
    is_shell = np.zeros(len(length), bool)
    is_shell[part_start[:-1]] = True
    # Going up along an anticlockwise shell, or a clockwise hole, the polygon is on the left.
    ring_turn = np.where(anticlockwise == is_shell, -1, 1).astype(np.int8)
    turn = np.repeat(ring_turn, length)
    turn[ring_start[1:] - 1] = 0
    ring_part = np.repeat(np.arange(len(parts), dtype=np.int32), np.diff(part_start))
    return x, y, turn, np.repeat(ring_part, length)


def _signed_areas(x: FloatArray, y: FloatArray, ring_start: IntArray, length: IntArray) -> FloatArray:
    """Twice the area of every ring, positive where it runs anticlockwise.

    Coordinates are taken from each ring's first vertex, so that a tiny ring far out keeps its sign.
    """
    u = x - np.repeat(x[ring_start[:-1]], length)
    v = y - np.repeat(y[ring_start[:-1]], length)
    cross = np.zeros(len(x))
    cross[:-1] = u[:-1] * v[1:] - u[1:] * v[:-1]
    # between two rings u and v are zero at the new ring's first vertex, so those products vanish by themselves
    return np.asarray(np.add.reduceat(cross, ring_start[:-1]), float)
