"""Where the made-up carriers serve: masks of 100 m squares grown around people and roads, with rough edges.

No propagation model, no real station: distance to people and roads against a reach that wavers with smooth
noise (the same hills for all, and a part of its own for each carrier).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from rasterio.features import rasterize
from rasterio.transform import Affine
from scipy.ndimage import binary_dilation, distance_transform_edt, gaussian_filter
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import minimum_spanning_tree
from scipy.spatial import Delaunay
from shapely.geometry.base import BaseGeometry

from examples.mie.land import to_degrees
from examples.mie.people import COLUMNS_PER_DEGREE, ROWS_PER_DEGREE

PIXEL_M = 100.0
MARGIN_M = 2_500.0
REACH_4G_M = {"alpha": 1_550.0, "bravo": 1_300.0, "charlie": 1_150.0, "delta": 720.0}
ROADS_SERVED = {"alpha": 0.80, "bravo": 0.65, "charlie": 0.50, "delta": 0.20}
SPECKLE = {"alpha": 0.75, "bravo": 0.95, "charlie": 0.3, "delta": 0.4}  # how ragged the edge is
SHADOW_M = 1_500.0
PEOPLE_WITH_5G = {"alpha": 0.915, "bravo": 0.870, "charlie": 0.795}
# processors disagree in the last bit of a logarithm: pixels closer to the level than this count as equal to it
SAME_LEVEL = 1e-6


@dataclass(frozen=True)
class Field:
    """A raster of PIXEL_M squares in EPSG:6674, row 0 in the north.

    cell: row of the inhabited cell a pixel lies in, −1 elsewhere; near: land and a strip around it; roads:
    lines that join the places, with the share of carriers that follow them as a random number per line.
    """

    transform: Affine
    cell: np.ndarray
    near: np.ndarray
    roads: np.ndarray
    hills: np.ndarray


def make_field(outline: BaseGeometry, cells: pd.DataFrame, places: np.ndarray, rng: np.random.Generator) -> Field:
    """Everything the carriers have in common. places: every named place near, float[n, 2] metres."""
    west, south, east, north = np.array(outline.bounds) + MARGIN_M * np.array([-1, -1, 1, 1])
    west, north = np.floor(west / PIXEL_M) * PIXEL_M, np.ceil(north / PIXEL_M) * PIXEL_M
    shape = int((north - south) // PIXEL_M), int((east - west) // PIXEL_M)
    transform = Affine(PIXEL_M, 0.0, west, 0.0, -PIXEL_M, north)
    y, x = np.meshgrid(north - (np.arange(shape[0]) + 0.5) * PIXEL_M, west + (np.arange(shape[1]) + 0.5) * PIXEL_M, indexing="ij")
    lon, lat = to_degrees.transform(x.ravel(), y.ravel())
    key = _key(np.floor(lat * ROWS_PER_DEGREE), np.floor(lon * COLUMNS_PER_DEGREE))
    known = pd.Series(np.arange(len(cells)), index=_key(cells["row"].to_numpy(), cells["column"].to_numpy()))
    cell = known.reindex(key).fillna(-1).to_numpy(np.int64).reshape(shape)
    strip = rasterize([outline.buffer(1_300.0)], shape, transform=transform, fill=0).astype(bool)
    roads = rasterize(_roads(places, rng), shape, transform=transform, fill=2.0, all_touched=True)
    hills = 0.7 * smooth_noise(shape, 2_600.0, rng) + 0.5 * smooth_noise(shape, 700.0, rng)
    return Field(transform, cell, strip, roads, hills)


def _key(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    return np.asarray(np.asarray(row) * 100_000 + np.asarray(column), np.int64)


def _roads(places: np.ndarray, rng: np.random.Generator) -> list[tuple[BaseGeometry, float]]:
    """Lines of the shortest net that joins all places, each with a random number in 0 … 1."""
    corners = Delaunay(places).simplices
    start, end = np.vstack([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [2, 0]]]).T
    length = np.hypot(*(places[start] - places[end]).T)
    net = minimum_spanning_tree(coo_matrix((length, (start, end)), (len(places),) * 2).tocsr()).tocoo()
    lines = shapely.linestrings(np.stack([places[net.row], places[net.col]], axis=1))
    chance = np.where(net.data < 9_000.0, rng.random(len(lines)), 2.0)
    order = np.argsort(-chance, kind="stable")  # where lines cross, the more likely one is drawn last
    return [(lines[number], float(chance[number])) for number in order]


def smooth_noise(shape: tuple[int, ...], width_m: float, rng: np.random.Generator) -> np.ndarray:
    """Noise of mean 0 and standard deviation 1 whose hills are about `width_m` wide: float32[shape]."""
    # coarse noise, blown up: wide filters on a fine raster cost too much
    step = max(1, int(width_m / PIXEL_M / 4))
    coarse = rng.standard_normal((shape[0] // step + 8, shape[1] // step + 8))
    coarse = gaussian_filter(coarse, width_m / PIXEL_M / step / 2.0)
    fine = np.repeat(np.repeat(coarse, step, axis=0), step, axis=1)[: shape[0], : shape[1]]
    fine = gaussian_filter(fine, step / 2.0).astype(np.float32) if step > 1 else fine.astype(np.float32)
    return np.asarray(fine / fine.std())


def serve_4g(
    field: Field, carrier: str, left_out: np.ndarray, touched: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """(served, hollow): pixels the carrier serves with 4G, and those around the cells it leaves out.

    left_out, touched: bool[cells]; a cell left out is served by chance, in part, where it is `touched`. A cell
    that is neither lies in `served` with a strip of two pixels around it.
    """
    shape = field.cell.shape
    inhabited = field.cell >= 0
    out = np.zeros(shape, bool)
    out[inhabited] = (left_out & ~touched)[field.cell[inhabited]]
    lived_in = inhabited.copy()
    lived_in[inhabited] = ~left_out[field.cell[inhabited]]
    # the whole valley of a place that is left out lies in shadow, roads and all
    away = distance_transform_edt(~out, PIXEL_M) if out.any() else np.full(shape, np.inf)
    roads = (field.roads <= ROADS_SERVED[carrier]) & (away > SHADOW_M)
    hills = 0.8 * field.hills + 0.5 * smooth_noise(shape, 1_600.0, rng)
    hills += SPECKLE[carrier] * smooth_noise(shape, 230.0, rng)
    reach = REACH_4G_M[carrier] * (1.0 + 0.42 * hills) * (1.0 - 0.9 * np.exp(-((away / SHADOW_M) ** 2)))
    served = distance_transform_edt(~(lived_in | roads), PIXEL_M) < reach
    # with a wavering edge: a cell that is left out may still be touched, one that is served never shadowed
    shadow = gaussian_filter(out.astype(np.float32), 2.2) + 0.16 * smooth_noise(shape, 420.0, rng)
    hollow = out & (shadow > 0.36)
    kept = binary_dilation(lived_in, iterations=2) & ~hollow
    return ((served & ~hollow) | kept) & field.near, hollow


def serve_5g(field: Field, carrier: str, population: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pixels served with 5G: where people are dense, down to the carrier's share of all people."""
    inhabited = field.cell >= 0
    pixels = np.bincount(field.cell[inhabited], minlength=len(population))
    shape = field.cell.shape
    weight = np.zeros(shape, np.float32)
    weight[inhabited] = (population / np.maximum(pixels, 1))[field.cell[inhabited]]
    dense = np.log10(gaussian_filter(weight, 4.5).astype(np.float64) + 0.01)  # in float32 a last bit would be large
    dense += 0.22 * smooth_noise(shape, 1_500.0, rng)
    dense += 0.13 * smooth_noise(shape, 300.0, rng)
    order = np.argsort(-dense[inhabited])
    with_5g = np.cumsum(weight[inhabited][order].astype(np.float64)) / population.sum()
    level = dense[inhabited][order][np.searchsorted(with_5g, PEOPLE_WITH_5G[carrier])]
    return np.asarray((dense > level + SAME_LEVEL) & field.near)
