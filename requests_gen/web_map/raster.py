"""What the maps draw by pixels: classes of cells as rasters in degrees, a layer's polygons as a bitmap in Mercator.

A bit of the bitmap is one where at least half of its pixel (about 50 m on the ground in Japan) is inside the polygons:
drawn edges follow the real ones to half a pixel, and smaller parts and holes may vanish. These are pictures only: every
figure comes from the exact shares of cells.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from coverage.gaps import ANY
from coverage.rules import Threshold
from coverage.share import covered_share
from coverage.zones import tables
from geodata.areas import degrees, in_degrees
from geodata.grid import Grid

if TYPE_CHECKING:
    from coverage.result import Result

HALF = 0.5
OVERSAMPLE = 2  # only where the grid does not run along meridians
RUN_LETTERS = "abcdef"  # one for each ShareClass, in its order
PEOPLE_FROM = (10.0, 50.0, 200.0, 1000.0)  # persons a cell, where the classes of people after the first begin
FOUR, FIVE = "4G", "5G"
Classes = npt.NDArray[np.uint8]


class ShareClass(IntEnum):
    """How much of a cell a layer covers, as map.html draws it. OUTSIDE: no cell of the study."""

    OUTSIDE = 0
    NONE = 1
    LITTLE = 2
    HALF_OR_MORE = 3
    ALL = 4
    UNKNOWN = 5


class CellClass(IntEnum):
    """What the screen's map shows of cells: who lives there, or that 5G is missing. OUTSIDE: nothing is drawn.

    Classes of people are NOBODY, then LEAST (somebody, but fewer than the first of PEOPLE_FROM) and one more for each
    of PEOPLE_FROM; missing 5G is LACKING.
    """

    OUTSIDE = 0
    NOBODY = 1
    LEAST = 2
    LACKING = 2
    UNKNOWN = 7


def raster(grid: Grid, cells: pd.DataFrame) -> tuple[np.ndarray, dict[str, Any]]:
    """(row of `cells` under each pixel or −1, int64[ny, nx], south first; the raster's position and pixel size in degrees).

    On a grid of degrees a pixel is a cell. Any other grid is looked up at the middle of smaller pixels.
    """
    at = np.full(grid.shape, -1, np.int64)
    at[cells["j"].to_numpy(), cells["i"].to_numpy()] = np.arange(len(cells))
    west, south, east, north = degree_bounds(grid)
    nx, ny = grid.nx, grid.ny
    if not in_degrees(grid.crs):
        nx, ny = nx * OVERSAMPLE, ny * OVERSAMPLE
        at = _looked_up(at, grid, west, south, (east - west) / nx, (north - south) / ny, nx, ny)
    window = {"west": west, "south": south, "dx": (east - west) / nx, "dy": (north - south) / ny, "nx": nx, "ny": ny}
    return at, window


def degree_bounds(grid: Grid) -> tuple[float, float, float, float]:
    """(west, south, east, north) in degrees around all of the grid."""
    west, south, east, north = grid.bounds
    edge = np.linspace(0.0, 1.0, 21)
    x = np.concatenate([west + (east - west) * edge] * 2 + [np.full(21, west), np.full(21, east)])
    y = np.concatenate([np.full(21, south), np.full(21, north)] + [south + (north - south) * edge] * 2)
    lon, lat = degrees(x, y, grid.crs)
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _looked_up(at: np.ndarray, grid: Grid, west: float, south: float, dx: float, dy: float, nx: int, ny: int) -> np.ndarray:
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
        [np.isnan(shares), shares <= tables.MARK_LACKING, shares < HALF, shares < tables.MARK_COVERED],
        [ShareClass.UNKNOWN, ShareClass.NONE, ShareClass.LITTLE, ShareClass.HALF_OR_MORE],
        ShareClass.ALL,
    ).astype(np.uint8)
    return np.asarray(np.append(by_cell, np.uint8(ShareClass.OUTSIDE))[place])  # place −1 is the last of the array


def runs(values: np.ndarray) -> str:
    """Run-length text of a class raster in its flat order: the letter of a class, then the length of its run unless it is 1."""
    flat = values.ravel()
    starts = np.concatenate([[0], np.flatnonzero(np.diff(flat)) + 1])
    lengths = np.diff(np.append(starts, len(flat)))
    told = [
        RUN_LETTERS[value] if length == 1 else f"{RUN_LETTERS[value]}{length}"
        for value, length in zip(flat[starts].tolist(), lengths.tolist(), strict=True)
    ]
    return "".join(told)


def population_classes(population: pd.Series) -> Classes:
    """The CellClass of people of each cell; UNKNOWN where they are not known."""
    people = population.to_numpy(float)
    known = np.digitize(people, PEOPLE_FROM) + CellClass.LEAST
    return np.where(np.isnan(people), CellClass.UNKNOWN, np.where(people > 0, known, CellClass.NOBODY)).astype(np.uint8)


def lack_5g_classes(result: Result) -> Classes | None:
    """LACKING where some carrier's 4G reaches enough of a cell and no carrier's 5G does; None without both.

    Enough is the study's threshold. UNKNOWN where a carrier that has not published its 5G might serve the cell,
    or where no carrier published 4G; OUTSIDE where 5G reaches, and where 4G does not: those cells belong to zones.
    Only cells have this class: zones are made for one generation (study.zones.generation).
    """
    if not {FOUR, FIVE} <= set(result.study.generations):
        return None
    enough = Threshold(result.study.rules.threshold, result.study.rules.inclusive)
    four, five = (enough.met(result.shares[(ANY, generation)]).to_numpy() for generation in (FOUR, FIVE))
    published = result.shares[[(key, FIVE) for key in result.study.carrier_keys]].notna().all(axis=1).to_numpy()
    asked = (four != 0.0) & (five != 1.0)
    return np.select(
        [asked & (four == 1.0) & (five == 0.0) & published, asked], [CellClass.LACKING, CellClass.UNKNOWN], CellClass.OUTSIDE
    ).astype(np.uint8)


def class_raster(classes: Classes, place: npt.NDArray[np.int64]) -> bytes:
    """Classes of cells on the map's grid (place: row of each pixel, −1 outside), south first, zlib."""
    return zlib.compress(np.append(classes, np.uint8(CellClass.OUTSIDE))[place].astype(np.uint8).tobytes(), 9)


Bits = npt.NDArray[np.uint8]  # [ny, ceil(nx / 8)], north first, the highest bit of a byte is its westernmost
PIXEL = 60.0  # Mercator metres: 49 m on the ground at 35° north, 43 m at 44°
EARTH_RADIUS_M = 6378137.0


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
    return Window(float(column * PIXEL), float(row * PIXEL), int(np.ceil(right / PIXEL) - column), int(row - np.floor(bottom / PIXEL)))


def mask(shapes: npt.NDArray[np.object_], crs: str, window: Window) -> Bits:
    """The bitmap of repaired polygons in `crs`; what is outside the window is left out, overlaps count once."""

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
