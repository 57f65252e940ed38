"""Made-up land: an outline of Mie drawn by hand, cut into municipalities around the real places.

The coast is a coarse hand-drawn line (about a hundred points, from general knowledge of the map) roughened by
midpoint displacement; borders are Voronoi edges between places of different municipalities, roughened once
each, so that neighbours share them exactly. Nothing here is taken from a boundary data set.
"""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import Transformer
from scipy.spatial import Voronoi, cKDTree
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from examples.mie.outline import COAST, INLAND, ISLANDS, RECLAIMED
from examples.mie.places import CENSUS

METRIC = "EPSG:6674"
GEOGRAPHIC = "EPSG:6668"
DECIMALS = 6
COAST_STEP_M = 180.0
BORDER_STEP_M = 260.0
BORDER_ROUGHNESS = 0.13
SHORE_M = 300.0  # a place in the sea gets at least this much land around it
LEAST_PART_M2 = 900.0

to_metres = Transformer.from_crs(GEOGRAPHIC, METRIC, always_xy=True)
to_degrees = Transformer.from_crs(METRIC, GEOGRAPHIC, always_xy=True)


def metres(lon: object, lat: object) -> np.ndarray:
    """Points in EPSG:6674, easting and northing: float[n, 2]."""
    return np.column_stack(to_metres.transform(np.asarray(lon, float), np.asarray(lat, float)))


def in_degrees(geometry: BaseGeometry, decimals: int = DECIMALS) -> BaseGeometry:
    """A geometry in EPSG:6674 as degrees, every vertex rounded alike so that shared edges stay shared."""
    return shapely.transform(geometry, lambda xy: np.round(np.column_stack(to_degrees.transform(xy[:, 0], xy[:, 1])), decimals))


def roughen(start: np.ndarray, end: np.ndarray, roughness: float, step: float, rng: np.random.Generator) -> list[np.ndarray]:
    """The vertices from `start` up to but without `end`, each midpoint moved aside at random."""
    reach = float(np.hypot(*(end - start)))
    if reach <= step or roughness == 0.0:
        return [start]
    aside = np.array([start[1] - end[1], end[0] - start[0]])
    middle = (start + end) / 2.0 + aside * float(np.clip(rng.normal(0.0, roughness), -0.45, 0.45))
    return roughen(start, middle, roughness, step, rng) + roughen(middle, end, roughness, step, rng)


def _coast(rng: np.random.Generator) -> BaseGeometry:
    """The mainland side of the coast, reaching far inland, in EPSG:6674."""
    turns = np.array(COAST)
    points = metres(turns[:, 0], turns[:, 1])
    ring: list[np.ndarray] = []
    for number, roughness in enumerate(turns[:-1, 2]):
        ring += roughen(points[number], points[number + 1], roughness, COAST_STEP_M, rng)
    ring.append(points[-1])
    inland = np.array(INLAND)
    return Polygon([*ring, *metres(inland[:, 0], inland[:, 1])]).buffer(0)


def _island(lon: float, lat: float, long_m: float, short_m: float, turn: float, rng: np.random.Generator) -> Polygon:
    """A rough ellipse; `turn` is the bearing of its long axis, degrees counter-clockwise from east."""
    angle = np.linspace(0.0, 2.0 * math.pi, 10)[:-1]
    x, y = long_m * np.cos(angle), short_m * np.sin(angle)
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    corners = metres([lon], [lat])[0] + np.column_stack([x * cos - y * sin, x * sin + y * cos])
    ring: list[np.ndarray] = []
    for number in range(len(corners)):
        following = corners[(number + 1) % len(corners)]
        ring += roughen(corners[number], following, 0.14, COAST_STEP_M / 2, rng)
    return Polygon(ring).buffer(0)


def make_land(places: np.ndarray, rng: np.random.Generator) -> BaseGeometry:
    """Land of the region without the reclaimed part; every place (float[n, 2], metres) stands on it."""
    land = shapely.union_all([_coast(rng), *(_island(*island, rng) for island in ISLANDS)])
    wet = [Point(xy) for xy in places if land.distance(Point(xy)) > 0 or land.boundary.distance(Point(xy)) < 120]
    # a spit from the place to the shore rather than a lone disc in the sea
    spits = []
    inner = land.buffer(-SHORE_M)
    for point in wet:
        mainland = shapely.shortest_line(point, inner)
        reach = SHORE_M * rng.uniform(0.8, 1.3)
        spits.append(mainland.buffer(reach, quad_segs=3) if mainland.length < 2_500 else point.buffer(2 * reach))
    land = shapely.union_all([land, *spits])
    parts = [part for part in shapely.get_parts(land) if part.area >= LEAST_PART_M2]
    return shapely.union_all([Polygon(part.exterior) for part in parts])


def make_municipalities(mie: pd.DataFrame, around: pd.DataFrame, rng: np.random.Generator) -> tuple[gpd.GeoDataFrame, BaseGeometry]:
    """N03-shaped rows in EPSG:6668, one a part, and the outline of all land in EPSG:6674.

    Columns N03_001 … N03_007 of the 2024 schema. The reclaimed part belongs to nobody (N03_007 null).
    """
    own = metres(mie["lon"], mie["lat"])
    points = np.vstack([own, metres(around["lon"], around["lat"])])
    labels = np.concatenate([mie["code"].to_numpy(object), np.full(len(around), "", dtype=object)])
    land = make_land(own, rng)
    reclaimed = Polygon(metres(*np.array(RECLAIMED).T)).difference(land)
    lines = [land.boundary, *_borders(points, labels, rng)]
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.node(shapely.union_all(lines)))))
    middles = shapely.point_on_surface(faces)
    shapely.prepare(land)
    on_land = shapely.contains(land, middles)
    nearest = cKDTree(points).query(shapely.get_coordinates(middles))[1]
    rows: list[tuple[str | None, BaseGeometry]] = []
    for code in CENSUS:
        mine = faces[on_land & (labels[nearest] == code)]
        parts = shapely.get_parts(shapely.coverage_union_all(mine))
        rows += [(code, part) for part in sorted(parts, key=lambda part: (-part.area, part.bounds))]
    rows += [(None, part) for part in shapely.get_parts(reclaimed) if part.area > LEAST_PART_M2]
    rows = [(code, part) for code, part in rows if part.area >= LEAST_PART_M2]
    outline = shapely.union_all([part for _, part in rows])
    return _n03(rows), outline


def _borders(points: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> list[LineString]:
    """Roughened Voronoi edges between places of different municipalities (all outsiders count as one)."""
    cells = Voronoi(points)
    lines = []
    for (left, right), (start, end) in zip(cells.ridge_points, cells.ridge_vertices, strict=True):
        if labels[left] == labels[right] or start < 0 or end < 0:
            continue
        a, b = cells.vertices[start], cells.vertices[end]
        if np.hypot(*(b - a)) > 80_000:  # edges far out to sea
            b = a + (b - a) * (80_000 / np.hypot(*(b - a)))
        lines.append(LineString([*roughen(a, b, BORDER_ROUGHNESS, BORDER_STEP_M, rng), b]))
    return lines


def _n03(rows: list[tuple[str | None, BaseGeometry]]) -> gpd.GeoDataFrame:
    """The rows with the columns of 国土数値情報 N03, 2024 and later."""
    names = [CENSUS[code][:2] if code else ("", "所属未定地") for code, _ in rows]
    return gpd.GeoDataFrame(
        {
            "N03_001": "三重県",
            "N03_002": None,
            "N03_003": [district or None for district, _ in names],
            "N03_004": [name for _, name in names],
            "N03_005": None,
            "N03_007": [code for code, _ in rows],
        },
        geometry=[in_degrees(part) for _, part in rows],
        crs=GEOGRAPHIC,
    )
