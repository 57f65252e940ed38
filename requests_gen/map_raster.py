"""Cells as a raster that a page can look up for every pixel: where it lies, and classes of shares in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.zones import MARK_COVERED, MARK_LACKING
from requests_gen.columns import degrees, in_degrees

if TYPE_CHECKING:
    from geodata.grid import Grid

HALF = 0.5
OUTSIDE, NONE, LITTLE, HALF_OR_MORE, ALL, UNKNOWN = range(6)
RUN_LETTERS = "abcdef"  # one for each class above
OVERSAMPLE = 2  # only where the grid does not run along meridians


def raster(grid: Grid, cells: pd.DataFrame) -> tuple[np.ndarray, dict[str, Any]]:
    """(row of `cells` under each pixel or −1, int64[ny, nx], south first; where the pixels lie in degrees).

    On a grid of degrees a pixel is a cell. Any other grid is looked up at the middle of smaller pixels.
    """
    at = np.full(grid.shape, -1, np.int64)
    at[cells["j"].to_numpy(), cells["i"].to_numpy()] = np.arange(len(cells))
    west, south, east, north = degree_bounds(grid)
    nx, ny = grid.nx, grid.ny
    if not in_degrees(grid.crs):
        nx, ny = nx * OVERSAMPLE, ny * OVERSAMPLE
        at = _looked_up(at, grid, west, south, (east - west) / nx, (north - south) / ny, nx, ny)
    window = {
        "west": west,
        "south": south,
        "dx": (east - west) / nx,
        "dy": (north - south) / ny,
        "nx": nx,
        "ny": ny,
    }
    return at, window


def degree_bounds(grid: Grid) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees around all of the grid."""
    west, south, east, north = grid.bounds
    edge = np.linspace(0.0, 1.0, 21)
    x = np.concatenate([west + (east - west) * edge] * 2 + [np.full(21, west), np.full(21, east)])
    y = np.concatenate([np.full(21, south), np.full(21, north)] + [south + (north - south) * edge] * 2)
    lon, lat = degrees(x, y, grid.crs)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _looked_up(
    at: np.ndarray, grid: Grid, west: float, south: float, dx: float, dy: float, nx: int, ny: int
) -> np.ndarray:
    """`at` of a grid that does not run along meridians, at the middles of nx × ny pixels of degrees."""
    from pyproj import Transformer

    lon, lat = np.meshgrid(west + (np.arange(nx) + 0.5) * dx, south + (np.arange(ny) + 0.5) * dy)
    back = Transformer.from_crs("EPSG:4326", grid.crs, always_xy=True)
    x, y = back.transform(lon.ravel(), lat.ravel())
    i, j, inside = grid.locate(np.asarray(x), np.asarray(y))
    out = np.full(nx * ny, -1, np.int64)
    out[inside] = at[j[inside], i[inside]]
    return out.reshape(ny, nx)


def classes(shares: np.ndarray, place: np.ndarray) -> np.ndarray:
    """Class of every pixel. shares: float64[n] of cells; place: int64[ny, nx], −1 outside. uint8[ny, nx]."""
    by_cell = np.select(
        [np.isnan(shares), shares <= MARK_LACKING, shares < HALF, shares < MARK_COVERED],
        [UNKNOWN, NONE, LITTLE, HALF_OR_MORE],
        ALL,
    ).astype(np.uint8)
    return np.asarray(np.append(by_cell, np.uint8(OUTSIDE))[place])  # place −1 takes the last


def runs(values: np.ndarray) -> str:
    """Run-length text of a class raster in its flat order: a letter a class, then how often if not once."""
    flat = values.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1])
    lengths = np.diff(np.append(starts, len(flat)))
    return "".join(
        RUN_LETTERS[value] + (str(length) if length > 1 else "")
        for value, length in zip(flat[starts].tolist(), lengths.tolist(), strict=True)
    )
