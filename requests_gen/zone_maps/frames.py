"""Everything the maps of a result are drawn from, brought into metres once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.matrix import Key, Members, layers_by_column
from coverage.rules import Threshold
from geodata.areas import metric_xy
from geodata.crs import metric
from requests_gen.wording import Caption, caption

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study

Floats = npt.NDArray[np.float64]
Bounds = tuple[float, float, float, float]  # west, south, east, north in metres

CLOSE_STEP_M, WHERE_STEP_M = 3.0, 150.0  # finer than a line's width on either map
LEAST_ISLET_M2 = 60_000.0
ISLANDS_TOGETHER_M = 40_000.0


@dataclass(frozen=True)
class IndexedShapes:
    """Geometries with an index, to find those in a rectangle."""

    shapes: npt.NDArray[np.object_]

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    def within(self, bounds: Bounds) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
        """The parts that lie in `bounds`, and the number of the shape each belongs to."""
        hits = np.sort(self._tree.query(shapely.box(*bounds)))
        parts = shapely.clip_by_rect(self.shapes[hits], *bounds)
        some = ~shapely.is_empty(parts)
        return parts[some], hits[some]

    def distance_m(self, x: float, y: float) -> float:
        """Metres from (x, y) to the nearest shape; NaN without any."""
        if not len(self.shapes):
            return float("nan")
        at = self._tree.query_nearest(shapely.Point(x, y), return_distance=True, all_matches=False)[1]
        return float(at[0])


@dataclass(frozen=True)
class Towns:
    """Municipalities: polygons by code, borders between them, and the outline of the land (with the coast)."""

    codes: list[str]
    names: list[str]
    own: npt.NDArray[np.bool_]
    land: IndexedShapes
    borders: IndexedShapes
    outline: IndexedShapes


@dataclass(frozen=True)
class MapFrames:
    """A result ready to be drawn. Coordinates are metres in the study's metric CRS, x to the east."""

    study: Study
    caption: Caption
    zones: pd.DataFrame  # index zone_id: name, municipality, municipality_id, population, x, y
    zone_shapes: IndexedShapes
    cells: pd.DataFrame  # population, zone_id
    corners: Floats  # [cells, 4, 2]
    cell_bounds: Floats  # [cells, 4]: west, south, east, north
    shares: pd.DataFrame
    gaps: pd.DataFrame
    facilities: pd.DataFrame  # name, category, x, y of Result.places
    coverage: dict[Key, IndexedShapes]
    dates: dict[Key, str]
    near: Towns
    far: Towns
    boundary_sources: list[str]  # credits of the borders, and the study's notes
    group: npt.NDArray[np.int64]  # of each shape of far.land: islands far from the rest have their own number

    @property
    def threshold(self) -> Threshold:
        """When a cell counts as covered."""
        return Threshold(self.study.rules.threshold, self.study.rules.inclusive)


def map_frames(result: Result, lang: str = "ja") -> MapFrames:
    """Prepare the maps of `result`. Raises DataError when the study's metric CRS is not in metres."""
    study = result.study
    metric.metric_crs(study.about.metric_crs, study.about.prefecture)

    def to_metres(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
        moved = shapely.transform(shapes, lambda xy: metric_xy(xy[:, 0], xy[:, 1], result.grid.crs, study.about.metric_crs))
        return np.asarray(moved, dtype=object)

    points = to_metres(shapely.points(result.zones["x"].to_numpy(float), result.zones["y"].to_numpy(float)))
    columns = layers_by_column(result.layers, study.carrier_keys, study.generations, study.rules.kinds)
    areas = to_metres(result.layers.geometry.to_numpy(object))
    own = np.isin(np.asarray(result.municipalities.index, dtype=str), list(result.summary["municipalities"]))
    shapes = to_metres(result.municipalities.geometry.to_numpy(object))
    corners = _corners(result, study.about.metric_crs)
    far = _towns(result, _coarse(shapes), own)
    return MapFrames(
        study=study,
        caption=caption(result, lang),
        zones=pd.DataFrame(result.zones[["name", "municipality", "municipality_id", "population"]]).assign(
            x=shapely.get_x(points), y=shapely.get_y(points)
        ),
        zone_shapes=IndexedShapes(to_metres(result.zones.geometry.to_numpy(object))),
        cells=result.cells[["population", "zone_id"]],
        corners=corners,
        cell_bounds=np.hstack([corners.min(axis=1), corners.max(axis=1)]),
        shares=result.shares,
        gaps=result.gaps,
        facilities=_facilities(result, to_metres),
        coverage={key: IndexedShapes(_parts(areas[members.rows])) for key, members in columns.items()},
        dates={key: _dates(result, members) for key, members in columns.items()},
        near=_towns(result, _simple(shapes, CLOSE_STEP_M), own),
        far=far,
        boundary_sources=_boundary_sources(result),
        group=_groups(far.land.shapes),
    )


def _parts(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """Single polygons; none of a layer that says that there is no area."""
    found = shapely.get_parts(shapes)
    return np.asarray(found[~shapely.is_empty(found)], dtype=object)


def _dates(result: Result, members: Members) -> str:
    rows = [row for part in (*members.covered, *members.unknown) for row in part]
    found = sorted({str(date) for date in result.layers["as_of"].iloc[rows] if date})
    return " ～ ".join(dict.fromkeys(found[:1] + found[-1:]))


def _boundary_sources(result: Result) -> list[str]:
    found = (str(report.facts.get("credit", "")) for report in result.reports if report.kind == "boundary")
    return list(dict.fromkeys(line for line in (*found, result.study.about.notes) if line))


def _corners(result: Result, metric_crs: str) -> Floats:
    """Corners of every cell in metres, [n, 4, 2], going round."""
    grid = result.grid
    i, j = result.cells["i"].to_numpy(), result.cells["j"].to_numpy()
    x = grid.west + np.stack([i, i + 1, i + 1, i], axis=1) * grid.dx
    y = grid.south + np.stack([j, j, j + 1, j + 1], axis=1) * grid.dy
    return metric_xy(x.ravel(), y.ravel(), grid.crs, metric_crs).reshape(-1, 4, 2)


def _facilities(result: Result, to_metres: Callable[[npt.NDArray[np.object_]], npt.NDArray[np.object_]]) -> pd.DataFrame:
    points = to_metres(result.places.geometry.to_numpy(object))
    return pd.DataFrame(
        {
            "name": result.places["name"].to_numpy(object),
            "category": result.places["category"].to_numpy(object),
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    )


def _simple(shapes: npt.NDArray[np.object_], step_m: float) -> npt.NDArray[np.object_]:
    """Borders with fewer points, neighbours still sharing theirs."""
    return np.asarray(shapely.coverage_simplify(shapes, step_m), dtype=object)


def _coarse(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.object_]:
    """For the map of a whole prefecture: without islets too small to see; each keeps its largest part."""
    kept = []
    for shape in shapes:
        parts = shapely.get_parts(shape)
        areas = shapely.area(parts)
        kept.append(shapely.multipolygons(parts[(areas >= LEAST_ISLET_M2) | (areas == areas.max())]))
    return _simple(np.array(kept, dtype=object), WHERE_STEP_M)


def _towns(result: Result, shapes: npt.NDArray[np.object_], own: npt.NDArray[np.bool_]) -> Towns:
    borders, outline = border_lines(shapes, own)
    return Towns(
        codes=[str(code) for code in result.municipalities.index],
        names=[str(name) for name in result.municipalities["name"]],
        own=own,
        land=IndexedShapes(shapes),
        borders=IndexedShapes(borders),
        outline=IndexedShapes(outline),
    )


def border_lines(shapes: npt.NDArray[np.object_], own: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """(borders inside one land, outlines) as lines. shapes: polygons that share their borders point by point.

    A stretch that two municipalities share is a border, and is drawn once, so that its dashes do not fill each
    other; a stretch that only one has is coast or the end of what was read. Where just one of the two is the
    study's `own`, it is the outline too.
    """
    parts, shape_of_part = shapely.get_parts(shapes, return_index=True)
    rings, part_of_ring = shapely.get_rings(parts, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return np.empty(0, object), np.empty(0, object)
    follows = ring[1:] == ring[:-1]
    pairs = np.column_stack([points[:-1], points[1:]])[follows]
    mine = own[shape_of_part[part_of_ring[ring[:-1][follows]]]]
    turned = (pairs[:, 0] > pairs[:, 2]) | ((pairs[:, 0] == pairs[:, 2]) & (pairs[:, 1] > pairs[:, 3]))
    pairs[turned] = pairs[turned][:, [2, 3, 0, 1]]
    unique, number = np.unique(pairs, axis=0, return_inverse=True)
    number = number.ravel()
    count = np.bincount(number, minlength=len(unique))
    owned = np.bincount(number, weights=mine, minlength=len(unique))
    inner = (count > 1) & ((owned == count) | (owned == 0))
    return _merged(unique[inner]), _merged(unique[~inner])


def _merged(segments: Floats) -> npt.NDArray[np.object_]:
    if not len(segments):
        return np.empty(0, object)
    lines = shapely.line_merge(shapely.multilinestrings(shapely.linestrings(segments.reshape(-1, 2, 2))))
    return np.asarray(shapely.get_parts(lines), dtype=object)


def _groups(shapes: npt.NDArray[np.object_]) -> npt.NDArray[np.int64]:
    """A number for each municipality; those within ISLANDS_TOGETHER_M of each other have the same.

    A municipality of islands goes with its largest island.
    """
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    largest = np.array([max(shapely.get_parts(s), key=shapely.area) for s in shapes], dtype=object)
    a, b = shapely.STRtree(largest).query(largest, predicate="dwithin", distance=ISLANDS_TOGETHER_M)
    links = coo_matrix((np.ones(len(a)), (a, b)), shape=(len(shapes), len(shapes)))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)
