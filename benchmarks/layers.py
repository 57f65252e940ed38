"""Synthetic coverage layers of the character of real ones, with about as many vertices as asked for.

smooth  contours of terrain-like noise: few giant parts, thousands of holes, short edges
stair   a polygonised raster: every edge horizontal or vertical, parts and holes touching at corners
messy   one ragged fan per radio station, overlapping each other, some with rings that cross themselves

Everything is drawn from a seed: the same arguments give the same layer. No place on the map is real.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

from geodata.grid import FloatArray, Grid

MIE_250_M = Grid(west=135.85, south=33.7, dx=11.25 / 3600, dy=7.5 / 3600, nx=370, ny=732, crs="EPSG:6668")  # 270,840 cells
COVERED_PART = 0.55  # of the box, for smooth and stair
KINDS = ("smooth", "stair", "messy")
# vertices per raster sample, as found by trial: only the first guess of the search for the right size
FIRST_GUESS = {"smooth": 0.024, "stair": 0.017}
WITHIN = 0.05


def layer(kind: str, vertices: int, grid: Grid = MIE_250_M, seed: int = 0) -> np.ndarray:
    """Object array of polygons over the box of `grid` with about `vertices` vertices (within a few percent).

    `kind` is one of KINDS. Polygons of "smooth" and "stair" are valid and don't overlap.
    """
    if kind == "messy":
        return messy(vertices, grid, seed)
    trace = {"smooth": smooth, "stair": stair}[kind]
    samples = vertices / FIRST_GUESS[kind]
    for _ in range(4):
        polygons = trace(int(samples**0.5), grid, seed)
        found = int(shapely.get_num_coordinates(polygons).sum())
        if abs(found / vertices - 1) < WITHIN:
            break
        samples *= (vertices / found) ** 1.1  # finer noise has fewer vertices a sample
    return polygons


def noise(side: int, seed: int, slope: float = -1.6) -> FloatArray:
    """Noise of shape [side, side] whose spectrum falls with frequency ** slope, like that of terrain.

    The low frequencies are the same for every `side`, so a finer layer shows the same hills in more detail.
    """
    rng = np.random.default_rng(seed)
    half = side // 2
    spectrum = np.zeros((side, half + 1), complex)
    for ring in range(1, half):  # one square ring of frequencies at a time: the seed's order is independent of side
        rows = np.r_[-ring : ring + 1]
        values = rng.normal(size=(2, 2 * len(rows) + 2 * ring))
        values = (values[0] + 1j * values[1]) * float(ring) ** slope
        spectrum[rows, ring] = values[: len(rows)]
        spectrum[ring, :ring] = values[len(rows) : len(rows) + ring]
        spectrum[-ring, :ring] = values[len(rows) + ring : len(rows) + 2 * ring]
    return np.asarray(np.fft.irfft2(spectrum, s=(side, side)), float)


def smooth(side: int, grid: Grid, seed: int) -> np.ndarray:
    """Polygons where noise sampled on `side` × `side` points lies above a contour."""
    from contourpy import FillType, contour_generator

    west, south, east, north = grid.bounds
    field = noise(side, seed)
    x, y = np.linspace(west, east, side), np.linspace(south, north, side)
    lines = contour_generator(x, y, field, fill_type=FillType.OuterOffset)
    points, offsets = lines.filled(np.quantile(field, 1 - COVERED_PART), np.inf)
    polygons = [shapely.Polygon(xy[o[0] : o[1]], [xy[a:b] for a, b in pairwise(o[1:])]) for xy, o in zip(points, offsets, strict=True)]
    return np.array(polygons, object)


def stair(side: int, grid: Grid, seed: int) -> np.ndarray:
    """The same noise as a raster of yes and no, each connected region one polygon."""
    from rasterio.features import shapes
    from rasterio.transform import from_bounds

    field = noise(side, seed)
    yes = (field > np.quantile(field, 1 - COVERED_PART)).astype(np.uint8)
    regions = shapes(yes, mask=yes > 0, connectivity=4, transform=from_bounds(*grid.bounds, side, side))
    return np.array([shapely.geometry.shape(region) for region, _ in regions], object)


def messy(vertices: int, grid: Grid, seed: int, stations: int | None = None) -> np.ndarray:
    """Ragged fans around radio stations: overlapping heavily, and one in ten with a ring that crosses itself."""
    rng = np.random.default_rng(seed)
    stations = stations or max(20, min(vertices // 100, 2_000))
    west, south, east, north = grid.bounds
    corners = max(8, vertices // stations)
    reach = 0.7 * np.sqrt((east - west) * (north - south) / stations)
    fans = []
    for number in range(stations):
        angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
        walk = np.cumsum(rng.normal(size=corners))
        walk -= np.linspace(walk[0], walk[-1], corners)  # the outline closes where it began
        radius = reach * rng.uniform(0.5, 1.5) * np.clip(1 + 0.25 * walk / (np.abs(walk).max() + 1e-9), 0.2, None)
        if number % 10 == 0:  # a stretch drawn in the wrong order
            at = rng.integers(0, corners - 4)
            angle[at : at + 4] = angle[at : at + 4][::-1]
        x = rng.uniform(west, east) + radius * np.cos(angle)
        y = rng.uniform(south, north) + radius * np.sin(angle)
        fans.append(shapely.Polygon(np.column_stack([x, y])))
    return np.array(fans, object)
