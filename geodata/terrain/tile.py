"""Tile: one rectangle of heights in one file, known by its frame and not yet read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from geodata.crs import JGD2011, parse_crs, transformer
from geodata.grid import FloatArray, Grid, IntArray

Sea = Literal["zero", "nodata"]
Box = tuple[float, float, float, float]
METRES_PER_DEGREE = 111_320.0
SAME_DEGREES = 1e-9  # 0.1 mm: datums that differ by less need no transformation


@dataclass(frozen=True)
class Tile:
    """Where heights lie and how they are read; `grid` row 0 is the southernmost, heights are those of whole cells.

    path, member: the file, and its member where it is a zip ("" = none). degrees: (west, south, east, north) in JGD2011.
    shifted: whether points in JGD2011 degrees must be converted to the grid's CRS. resolution_m: nominal metres of a cell.
    vertical: what heights are counted from, "JGD2000", "JGD2011", "JGD2024", "EGM96", "EGM2008", "ellipsoid" or a vertical
    CRS's own name, "" = unknown. rank: of two tiles equally fine the lower answers.
    known: cells with a height, of grid.nx * grid.ny. sea: what a cell called sea (or 0 m in a GeoTIFF) stands for, None =
    as the file has it. crs: the study's answer for a GeoTIFF that names none.
    """

    source: Literal["fgd", "raster"]
    path: Path
    member: str
    grid: Grid
    degrees: Box
    shifted: bool
    resolution_m: float
    vertical: str
    rank: int
    as_of: str
    known: int
    sea: Sea | None = None
    crs: str | None = None

    @property
    def label(self) -> str:
        """The tile's own file name, for messages."""
        return self.member.rpartition("/")[2] or self.path.name

    def own(self, lon: FloatArray, lat: FloatArray) -> tuple[FloatArray, FloatArray]:
        """(x, y) in the grid's CRS of places in JGD2011 degrees."""
        if not self.shifted:
            return lon, lat
        x, y = transformer(parse_crs(JGD2011), parse_crs(self.grid.crs)).transform(lon, lat)
        return np.asarray(x, float), np.asarray(y, float)

    def locate(self, lon: FloatArray, lat: FloatArray) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
        """(i, j, inside) of the cells that hold places in JGD2011 degrees; a cell holds its west and south edges."""
        return self.grid.locate(*self.own(lon, lat))

    def centres(self, i: IntArray, j: IntArray) -> tuple[FloatArray, FloatArray]:
        """(lon, lat) in JGD2011 degrees of cells' centres; i, j may lie outside the grid."""
        x, y = self.grid.centres(i, j)
        if not self.shifted:
            return x, y
        lon, lat = transformer(parse_crs(self.grid.crs), parse_crs(JGD2011)).transform(x, y)
        return np.asarray(lon, float), np.asarray(lat, float)


def degrees_of(grid: Grid) -> tuple[Box, bool]:
    """(bounds of a grid in JGD2011 degrees, whether its CRS has other coordinates than JGD2011 degrees)."""
    own = parse_crs(grid.crs)
    west, south, east, north = grid.bounds
    if own.is_geographic:
        x, y = (west + east) / 2, (south + north) / 2
        lon, lat = transformer(own, parse_crs(JGD2011)).transform(x, y)
        if max(abs(lon - x), abs(lat - y)) < SAME_DEGREES:
            return grid.bounds, False
    box = transformer(own, parse_crs(JGD2011)).transform_bounds(west, south, east, north)
    return (float(box[0]), float(box[1]), float(box[2]), float(box[3])), True


def cell_metres(grid: Grid) -> float:
    """North-south size of a cell in metres, to two figures: what stands for its resolution."""
    own = parse_crs(grid.crs)
    size = grid.dy * METRES_PER_DEGREE if own.is_geographic else grid.dy * float(own.axis_info[0].unit_conversion_factor)
    return float(f"{size:.2g}")
