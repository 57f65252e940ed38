"""How fast and how exact the road lengths outside coverage are, beside geopandas.overlay.

    python -m benchmarks.road_bench

500,000 segments of winding roads over Mie against 8 layers of 200,000 vertices, user CPU seconds of this
process. The peer is measured with one layer of each kind on two samples of the roads; the line through the two
times (what it costs at all, and what each road adds) is drawn out to all roads. Both get the same repaired
polygons; the union that overlay needs where polygons overlap is charged once. Layers and roads are synthetic.
"""

from __future__ import annotations

import resource
from typing import Any

import numpy as np
import shapely

from benchmarks.layers import KINDS, MIE_250_M, layer
from benchmarks.share_bench import timed
from coverage.share.edges import polygon_edges
from coverage.share.lines import common_shares, covered_stretches, line_pieces
from geodata.grid import FloatArray
from geodata.repair import repair_polygons

ROADS, SEGMENTS_EACH = 5_000, 100
LAYERS, VERTICES = 8, 200_000
FEW, MORE = 40, 160  # roads that the peer is measured on
STEP_DEGREES = 0.0006


def winding_roads() -> np.ndarray:
    """ROADS lines of SEGMENTS_EACH segments about 40 m long, spread over the grid; object[ROADS]."""
    random, grid = np.random.default_rng(20261123), MIE_250_M
    west, south, east, north = grid.bounds
    margin = 0.05
    start = random.uniform([west + margin, south + margin], [east - margin, north - margin], (ROADS, 2))
    heading = np.cumsum(random.normal(0, 0.35, (ROADS, SEGMENTS_EACH)), axis=1) + random.uniform(0, 6.28, (ROADS, 1))
    steps = STEP_DEGREES * np.stack([np.cos(heading), np.sin(heading)], axis=2)
    points = np.concatenate([np.zeros((ROADS, 1, 2)), np.cumsum(steps, axis=1)], axis=1) + start[:, None]
    return np.asarray(shapely.linestrings(points))


def own(roads: np.ndarray, layers: list[np.ndarray]) -> list[FloatArray]:
    """Covered length of each road in each layer, in degrees."""
    pieces = line_pieces(roads, MIE_250_M)
    length = np.hypot((pieces.x1 - pieces.x0) * MIE_250_M.dx, (pieces.y1 - pieces.y0) * MIE_250_M.dy)
    stretches = (covered_stretches(pieces, polygon_edges(polygons, MIE_250_M, repaired=True)) for polygons in layers)
    shares = (common_shares([one], len(pieces.line)) for one in stretches)
    return [np.bincount(pieces.line, length * share, len(roads)) for share in shares]


def union(polygons: np.ndarray) -> Any:
    """One layer as overlay wants it: no overlaps."""
    import geopandas as gpd

    return gpd.GeoDataFrame(geometry=[shapely.union_all(polygons)], crs=MIE_250_M.crs).explode()


def overlaid(roads: np.ndarray, area: Any) -> FloatArray:
    """Covered length of each road in one layer by geopandas.overlay, in degrees."""
    import geopandas as gpd

    lines = gpd.GeoDataFrame({"road": np.arange(len(roads))}, geometry=roads, crs=MIE_250_M.crs)
    found = gpd.overlay(lines, area, how="intersection", keep_geom_type=True)
    return np.bincount(found["road"], shapely.length(found.geometry.to_numpy()), len(roads))


def overlay_seconds(roads: np.ndarray, polygons: np.ndarray, covered: FloatArray) -> tuple[float, float]:
    """(seconds for all roads, largest difference from `covered` on the sample) of one layer."""
    once, area = timed(lambda: union(polygons))
    taken, worst = [], 0.0
    for size in (FEW, MORE):
        sample = np.linspace(0, ROADS - 1, size).astype(int)
        seconds, found = timed(lambda sample=sample: overlaid(roads[sample], area))  # type: ignore[misc]
        taken.append(seconds)
        worst = max(worst, float(np.abs(found - covered[sample]).max()))
    each = max(taken[1] - taken[0], 0.0) / (MORE - FEW)
    return once + taken[0] + each * (ROADS - FEW), worst


def main() -> None:
    """Print seconds, ratio, error and peak memory."""
    roads = winding_roads()
    layers = [repair_polygons(layer(KINDS[k % len(KINDS)], VERTICES, MIE_250_M, seed=k))[0] for k in range(LAYERS)]
    seconds, covered = timed(lambda: own(roads, layers), 3)
    print(f"\nroads: {ROADS * SEGMENTS_EACH:,} segments x {LAYERS} layers of {VERTICES:,} vertices")
    print(f"  own                 {seconds:8.2f} s   peak {peak_mb():,.0f} MB")
    total, worst = 0.0, 0.0
    for k, kind in enumerate(KINDS):
        taken, difference = overlay_seconds(roads, layers[k], covered[k])
        total, worst = total + taken * LAYERS / len(KINDS), max(worst, difference)
        print(f"  overlay, {kind:<10} {taken:8.1f} s a layer (drawn out from {FEW} and {MORE} roads)")
    print(f"  overlay / own       {total / seconds:8.0f} x")
    print(f"  largest difference  {worst:8.1e} degrees of a road")


def peak_mb() -> Any:
    """Peak memory of this process so far, MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
