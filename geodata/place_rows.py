"""A list of places as it was given, table or vector file, opened in one way: rows with `geometry` in EPSG:6668."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geodata import intake
from geodata.report import IntakeReport
from geodata.tables import numbered, points


def read_points(path: Path, kind: str) -> tuple[pd.DataFrame, IntakeReport]:
    """The rows of a table that have coordinates, as points; index: lines of the file. The others go out, counted.

    DataError where the table has no columns of coordinates, or not one row that can be used.
    """
    table, report = intake.read_table(path)
    report.kind = kind
    return points.located_rows(table, report, path).as_points(), report


def read_rows(path: Path, kind: str, *, crs: str | None = None, layer: str | None = None) -> tuple[pd.DataFrame, IntakeReport]:
    """The rows of a table as points, or of a vector file with shapes of any kind; index: lines, or features from 1.

    crs, layer: what the study says of vector files that do not say it themselves.
    """
    if points.is_table(path):
        return read_points(path, kind)
    shapes, report = intake.read_vector(path, geometry="any", crs=crs, layer=layer, kind=kind)
    return numbered(pd.DataFrame(shapes)), report
