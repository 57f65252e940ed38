"""Where a layer's polygons lie, as a bitmap in Mercator: the picture of coverage on the map of the screen.

A bit is one where at least half of its pixel (about 50 m on the ground in Japan) lies inside the polygons, so what
is drawn follows the real edges to half a pixel, and parts and holes smaller than that may vanish. It is a picture
only: every figure comes from the exact shares of cells, never from here.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from coverage.share import covered_share
from geodata.grid import Grid
from requests_gen.columns import degrees
from requests_gen.map_raster import degree_bounds

Bits = npt.NDArray[np.uint8]  # [ny, ceil(nx / 8)], north first, the highest bit of a byte is its westernmost

PIXEL = 60.0  # Mercator metres: 49 m on the ground at 35° north, 43 m at 44°
EARTH_RADIUS_M = 6378137.0
HALF = 0.5


@dataclass(frozen=True)
class Window:
    """The bitmap's place: `west` and `north` in Mercator metres, `nx` × `ny` pixels of PIXEL."""

    west: float
    north: float
    nx: int
    ny: int

    def plain(self) -> dict[str, float]:
        """As the page's script takes it."""
        return {"west": self.west, "north": self.north, "pixel": PIXEL, "nx": self.nx, "ny": self.ny}


def mercator(lon: Any, lat: Any) -> tuple[Any, Any]:
    """Mercator metres (EPSG:3857) of degrees. For pictures only: never measure in it."""
    x = np.radians(lon) * EARTH_RADIUS_M
    y = np.arctanh(np.sin(np.radians(lat))) * EARTH_RADIUS_M
    return x, y


def mask_window(grid: Grid) -> Window:
    """The window that holds all of `grid`."""
    west, south, east, north = degree_bounds(grid)
    (left, right), (bottom, top) = mercator(np.array([west, east]), np.array([south, north]))
    column, row = np.floor(left / PIXEL), np.ceil(top / PIXEL)
    return Window(
        float(column * PIXEL), float(row * PIXEL),
        int(np.ceil(right / PIXEL) - column), int(row - np.floor(bottom / PIXEL)),
    )  # fmt: skip


def mask(shapes: npt.NDArray[np.object_], crs: str, window: Window) -> Bits:
    """The bitmap of repaired polygons in `crs`; what lies outside the window is left out, overlaps count once."""

    def to_mercator(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.column_stack(mercator(*degrees(xy[:, 0], xy[:, 1], crs)))

    south = window.north - window.ny * PIXEL
    pixels = Grid(window.west, south, PIXEL, PIXEL, window.nx, window.ny, "EPSG:3857")
    share = covered_share(shapely.transform(shapes, to_mercator), pixels, repaired=True)
    return np.packbits(share[::-1] >= HALF, axis=1)


def packed(bits: Bits) -> bytes:
    """A bitmap for the page: each row as its difference to the one above, compressed (zlib)."""
    steps = bits.copy()
    steps[1:] ^= bits[:-1]
    return zlib.compress(steps.tobytes())


def unpacked(data: bytes, window: Window) -> Bits:
    """The bitmap that packed() made."""
    steps = np.frombuffer(zlib.decompress(data), np.uint8).reshape(window.ny, -1)
    return np.asarray(np.bitwise_xor.accumulate(steps, axis=0))
