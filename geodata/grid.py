"""A regular grid as a value: immutable, hashable, compared by value, carrying its CRS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    import pandas as pd

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
ON_LINE = 1e-9  # of a cell: a point this close below a line is on it (floats of degrees err by 1e-11 of a 100 m mesh)


@dataclass(frozen=True)
class Grid:
    """`ny` rows of `nx` cells of `dx` × `dy` in the units of `crs`.

    Row 0 is the southernmost and column 0 the westernmost; (`west`, `south`) is the outer corner of cell
    [0, 0]. Arrays over a grid have the shape [ny, nx] and the flat index is `j * nx + i`.
    """

    west: float
    south: float
    dx: float
    dy: float
    nx: int
    ny: int
    crs: str

    def __post_init__(self) -> None:
        if not (self.dx > 0 and self.dy > 0):
            raise ValueError(f"cell size must be positive: dx={self.dx}, dy={self.dy}")
        if self.nx < 1 or self.ny < 1:
            raise ValueError(f"a grid has at least one cell: nx={self.nx}, ny={self.ny}")
        # crs is normalised at the door so that two spellings of one CRS give equal grids
        object.__setattr__(self, "crs", normal_crs(self.crs))

    @property
    def shape(self) -> tuple[int, int]:
        """(ny, nx)."""
        return self.ny, self.nx

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """(west, south, east, north) in the units of `crs`."""
        return self.west, self.south, self.west + self.nx * self.dx, self.south + self.ny * self.dy

    def centres(self, i: IntArray, j: IntArray) -> tuple[FloatArray, FloatArray]:
        """(x, y) of the centres of cells in columns `i` and rows `j`."""
        return np.asarray(self.west + (i + 0.5) * self.dx, float), np.asarray(self.south + (j + 0.5) * self.dy, float)

    def locate(self, x: FloatArray, y: FloatArray) -> tuple[IntArray, IntArray, npt.NDArray[np.bool_]]:
        """(i, j, inside) of the cells that hold points; the one place where a point gets its cell.

        A cell holds its west and south edges, as 地域メッシュ do: a point on a line belongs to the cell east or
        north of it. So the grid's outermost east and north edges are outside, and so is NaN (i = j = -1).
        """
        column = np.floor((np.asarray(x, float) - self.west) / self.dx + ON_LINE)
        row = np.floor((np.asarray(y, float) - self.south) / self.dy + ON_LINE)
        somewhere = (np.abs(column) < 2**62) & (np.abs(row) < 2**62)  # NaN is not
        i, j = (np.where(somewhere, at, -1).astype(np.int64) for at in (column, row))
        return i, j, (i >= 0) & (i < self.nx) & (j >= 0) & (j < self.ny)

    def rows_at(self, cells: pd.DataFrame, x: npt.ArrayLike, y: npt.ArrayLike) -> IntArray:
        """Row number, in a table of this grid's cells, of the cell that holds each point; -1 where none does.

        cells: columns `i` and `j`, each cell at most once; x, y: [n] in the grid's CRS. -1 takes the last of
        what is looked up: `np.append(names, "")[rows]`.
        """
        i, j, inside = self.locate(np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float)))
        listed = cells["j"].to_numpy(np.int64) * self.nx + cells["i"].to_numpy(np.int64)
        if not len(listed):
            return np.full(len(i), -1)
        order = np.argsort(listed, kind="stable")
        spec = j * self.nx + i
        rows = order[np.searchsorted(listed, spec, sorter=order).clip(max=len(listed) - 1)]
        return np.where(inside & (listed[rows] == spec), rows, -1)

    def window(self, i0: int, j0: int, nx: int, ny: int) -> Grid:
        """The sub-grid of `nx` × `ny` cells whose south-western cell is [j0, i0]."""
        return Grid(self.west + i0 * self.dx, self.south + j0 * self.dy, self.dx, self.dy, nx, ny, self.crs)

    def refined(self, k: int) -> Grid:
        """The same area with every cell cut into k × k."""
        return Grid(self.west, self.south, self.dx / k, self.dy / k, self.nx * k, self.ny * k, self.crs)


def normal_crs(crs: object) -> str:
    """ "EPSG:n" where the CRS has a code, else its WKT. Accepts what pyproj accepts.

    The common spelling is answered without loading PROJ, which keeps start-up quick.
    """
    if isinstance(crs, str) and crs.upper().startswith("EPSG:") and crs[5:].isdigit():
        return "EPSG:" + crs[5:]
    if isinstance(crs, int):
        return f"EPSG:{crs}"
    from pyproj import CRS  # slow to import

    parsed = CRS.from_user_input(crs)
    code = parsed.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else str(parsed.to_wkt())
