"""Population rasters (WorldPop and the like): people per pixel, anywhere in the world.

A pixel without data (sea, outside the country) is no cell that people could live in: it gets no row and is
counted in the report. Fractions of people are kept. Households and ages are not in such files: NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.grid import FloatArray, Grid
from geodata.report import IntakeReport
from geodata.schema import POPULATION, Population, check

if TYPE_CHECKING:
    from geodata.grid import IntArray

NAME = "population_raster"
LICENCE = "CC BY 4.0 (WorldPop); other publishers as they say"
CREDIT = "WorldPop (www.worldpop.org), CC BY 4.0"
REDISTRIBUTABLE = True
FIELDS: Mapping[str, str] = {"band 1": "population"}


def read(path: Path | str, *, crs: str | None = None) -> tuple[Population, list[IntakeReport]]:
    """People by pixel of a raster, on the raster's own grid and CRS.

    `crs` is what the study declares when the file does not say. Index `cell_id` "r{j}c{i}", row j counted
    from the south, with columns i and j. DataError (from intake) for densities, negative people, no CRS.
    """
    from geodata import intake

    band, report = intake.read_raster(Path(path), crs=crs)
    rows, columns = band.values.shape
    grid = Grid(band.west, band.north - rows * band.dy, band.dx, band.dy, columns, rows, band.crs)
    frame = people_frame(band.values)
    report.kind = report.kind or NAME
    report.facts["population_total"] = float(frame["population"].sum())
    report.facts["nodata_cells"] = int(band.values.size - len(frame))
    return Population(check(POPULATION, frame), None, frozenset(), grid), [report]


def people_frame(values: FloatArray) -> pd.DataFrame:
    """The POPULATION frame of float64[rows, columns] people per pixel, row 0 the northernmost, NaN = no data."""
    flipped = values[::-1]
    j, i = np.nonzero(~np.isnan(flipped))
    return pd.DataFrame(
        {
            "population": flipped[j, i],
            "households": np.nan,
            "population_65plus": np.nan,
            "age_basis": "",
            "i": i.astype(np.int64),
            "j": j.astype(np.int64),
        },
        index=cell_ids(i, j),
    )


def cell_ids(i: IntArray, j: IntArray) -> pd.Index:
    """ "r{j}c{i}" for columns i and rows j (row 0 the southernmost)."""
    return pd.Index([f"r{row}c{column}" for row, column in zip(j.tolist(), i.tolist(), strict=True)], name="cell_id", dtype=str)
