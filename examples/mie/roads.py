"""Made-up roads: national and prefectural routes along the named places, as a prefecture's ledger would hold them.

Routes follow the shortest way from place to place, with a detour rather than through land that no carrier
serves; a few passes over the hills are drawn straight on purpose. Numbers and names belong to no real road.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from examples.mie.land import METRIC, metres, roughen

SEED = 20_262
LONGEST_M = 7_000.0  # between two places; a longer way would lead through nothing
UNSERVED = 9.0  # so much longer a way seems where some carrier is missing
SAMPLE_M = 150.0
STEP_M, ROUGHNESS = 320.0, 0.05
NATIONAL, PREFECTURAL = "国道", "県道"
# routes by the municipalities they join (their most peopled place), and whether they are for emergency transport
ROUTES = (
    ("（架空）国道901号", NATIONAL, "1", ("24205", "24202", "24207", "24201", "24204", "24203", "24211", "24215")),
    ("（架空）国道902号", NATIONAL, "1", ("24441", "24443", "24471", "24543", "24209", "24212", "24561", "24562")),
    ("（架空）国道903号", NATIONAL, "1", ("24207", "24210", "24216", "24208")),
    ("（架空）国道904号", NATIONAL, "0", ("24203", "24470", "24472", "24215")),
    ("（架空）県道1号 桑名員弁線", PREFECTURAL, "1", ("24303", "24205", "24324", "24214")),
    ("（架空）県道2号 三重朝日線", PREFECTURAL, "0", ("24341", "24202", "24344", "24343")),
    ("（架空）県道3号 津伊賀線", PREFECTURAL, "0", ("24201", "24216")),
    ("（架空）県道4号 松阪玉城線", PREFECTURAL, "0", ("24204", "24442", "24461", "24203")),
    ("（架空）県道5号 多気大台線", PREFECTURAL, "1", ("24204", "24441", "24443")),
    ("（架空）県道6号 大紀南伊勢線", PREFECTURAL, "0", ("24471", "24472")),
)
PASSES = 6  # ways over the hills, each between two neighbouring places, where nobody may live on the way
PASS_M = (2_600.0, 5_200.0)


def make_roads(mie: pd.DataFrame, cells: pd.DataFrame, outline: BaseGeometry, layers: Iterable[np.ndarray]) -> gpd.GeoDataFrame:
    """Rows 路線名, 種別, 緊急輸送道路 ("1"/"0"), 備考 in EPSG:6674; every stretch stands in one row alone.

    layers: each carrier's 4G polygons in EPSG:6674.
    """
    rng = np.random.default_rng(SEED)
    points = metres(mie["lon"], mie["lat"])
    start, end = _neighbours(points, outline)
    length = np.hypot(*(points[start] - points[end]).T)
    unserved = _unserved(points[start], points[end], length, [shapely.make_valid(layer) for layer in layers])
    graph = coo_matrix((length * (1.0 + UNSERVED * unserved), (start, end)), (len(mie),) * 2).tocsr()
    hubs = _hubs(mie, cells)
    taken: set[tuple[int, int]] = set()
    rows = []
    for name, kind, emergency, through in ROUTES:
        ways = [_way(graph, hubs[one], hubs[other]) for one, other in pairwise(through)]
        stretches = [pair for way in ways for pair in pairwise(way)]
        rows += _rows(name, kind, emergency, stretches, taken, points, rng)
    used = {place for pair in taken for place in pair}
    for number, (one, other) in enumerate(_passes(start, end, length, unserved, used), start=1):
        emergency = "1" if number % 3 == 0 else "0"
        name = f"（架空）県道{100 + number}号 {mie['town'].iloc[one]}{mie['town'].iloc[other]}線"
        rows += _rows(name, PREFECTURAL, emergency, [(one, other)], taken, points, rng)
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=METRIC)


def _neighbours(points: np.ndarray, outline: BaseGeometry) -> tuple[np.ndarray, np.ndarray]:
    """Pairs of neighbouring places with dry land all the way: (first, second), int64[n], first < second."""
    corners = Delaunay(points).simplices
    pairs = np.unique(np.sort(np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]])), axis=0)
    lines = shapely.linestrings(points[pairs])
    land = outline.buffer(-60.0)
    shapely.prepare(land)
    fit = (shapely.length(lines) > 1.0) & (shapely.length(lines) < LONGEST_M) & shapely.covers(land, lines)
    return pairs[fit, 0].astype(np.int64), pairs[fit, 1].astype(np.int64)


def _unserved(start: np.ndarray, end: np.ndarray, length: np.ndarray, layers: list[np.ndarray]) -> np.ndarray:
    """Share of each way, 0..1, where at least one carrier is missing, by points along it: float[n]."""
    count = np.maximum(np.ceil(length / SAMPLE_M).astype(int), 1)
    way = np.repeat(np.arange(len(length)), count)
    along = (np.arange(len(way)) - np.repeat(np.cumsum(count) - count, count) + 0.5) / count[way]
    at = shapely.points(start[way] + along[:, None] * (end[way] - start[way]))
    tree = shapely.STRtree(at)
    missing = np.zeros(len(at), bool)
    for layer in layers:
        served = np.zeros(len(at), bool)
        served[tree.query(layer, predicate="intersects")[1]] = True
        missing |= ~served
    return np.bincount(way, missing, len(length)) / count


def _hubs(mie: pd.DataFrame, cells: pd.DataFrame) -> dict[str, int]:
    """The most peopled place of every municipality: {code: row of `mie`}."""
    people = np.bincount(cells["place"], cells["population"], len(mie))
    return {str(code): int(rows[np.argmax(people[rows])]) for code, rows in mie.groupby("code").indices.items()}


def _way(graph: object, one: int, other: int) -> list[int]:
    """The places on the shortest way, both ends among them."""
    before = dijkstra(graph, directed=False, indices=one, return_predecessors=True)[1]
    way = [other]
    while way[-1] != one:
        if before[way[-1]] < 0:
            raise ValueError(f"no dry way between the places {one} and {other}")
        way.append(int(before[way[-1]]))
    return way[::-1]


def _passes(start: np.ndarray, end: np.ndarray, length: np.ndarray, unserved: np.ndarray, used: set[int]) -> list[tuple[int, int]]:
    """The ways from a road that is there into the least served hills, spread over the map: one a place."""
    low, high = PASS_M
    fit = (length > low) & (length < high) & (unserved > 0.2) & (unserved < 0.8)
    chosen: list[tuple[int, int]] = []
    away: set[int] = set()
    for number in np.flatnonzero(fit)[np.argsort(-unserved[fit] * length[fit], kind="stable")]:
        pair = int(start[number]), int(end[number])
        if (pair[0] in used) != (pair[1] in used) and not away & set(pair):
            chosen.append(pair)
            away |= set(pair)
    return chosen[:PASSES]


def _rows(
    name: str,
    kind: str,
    emergency: str,
    stretches: list[tuple[int, int]],
    taken: set[tuple[int, int]],
    points: np.ndarray,
    rng: np.random.Generator,
) -> list[dict[str, object]]:
    """A row for each unbroken run of stretches that no earlier road has."""
    rows: list[dict[str, object]] = []
    corners: list[np.ndarray] = []

    def close() -> None:
        if len(corners) > 1:
            shape = LineString(np.round(np.array(corners), 1))
            rows.append({"路線名": name, "種別": kind, "緊急輸送道路": emergency, "備考": "架空の道路", "geometry": shape})
        corners.clear()

    for one, other in stretches:
        pair = (min(one, other), max(one, other))
        if pair in taken:
            close()
            continue
        taken.add(pair)
        if not corners:
            corners.append(points[one])
        corners += [*roughen(points[one], points[other], ROUGHNESS, STEP_M, rng)[1:], points[other]]
    close()
    return rows
