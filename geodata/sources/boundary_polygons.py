"""Administrative areas from any polygon file: one column holds the id, one the name. For other countries."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.safety import gathered
from geodata.schema import MUNICIPALITIES, check
from geodata.tables import numbered, shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "boundary_polygons"
LICENCE = "提供元の条件による"
CREDIT = ""
REDISTRIBUTABLE = False
FIELDS = {"id_field": "municipality_id", "name_field": "name"}


def read(
    paths: Iterable[Path], *, id_field: str, name_field: str, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """MUNICIPALITIES (EPSG:6668, ascending by id) of polygon files; areas with one id are put together.

    Areas without an id go out, counted. DataError when a column is missing or nothing is left.
    """
    from geodata import intake

    frames, reports = [], []
    for path in paths:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs, layer=layer)
        for field in (id_field, name_field):
            if field not in rows.columns:
                raise _no_column(rows, field).at(path)
        frames.append(_named(numbered(rows), id_field, name_field, report))
        reports.append(report)
    table = pd.concat(frames, ignore_index=True)
    if not len(table):
        raise DataError(
            "no-municipalities",
            Text("区域が1つもありません。", "there is no area"),
            Text(f"列 {id_field} に番号の入った面のファイルを指定してください。", f"give polygons with ids in {id_field}"),
        )
    ids, at = np.unique(table["municipality_id"].to_numpy(str), return_inverse=True)
    first = pd.Series(np.arange(len(table))).groupby(at).first().to_numpy()
    shapes = gathered(table.geometry.to_numpy(), at, len(ids))
    named = table.iloc[first].drop(columns="geometry").set_index("municipality_id")
    return check(MUNICIPALITIES, table.__class__(named, geometry=shapes, crs=frames[0].crs)), reports


def _named(rows: GeoDataFrame, id_field: str, name_field: str, report: IntakeReport) -> GeoDataFrame:
    ids = text_of(rows, id_field)
    none = (ids == "").to_numpy()
    report.accepted -= int(none.sum())
    report.exclude(
        "area-without-id",
        Text(f"列 {id_field} が空の区域を除きました。", f"areas without {id_field} were left out"),
        int(none.sum()),
        rows.index[none],
    )
    named = rows.assign(municipality_id=ids, name=text_of(rows, name_field))
    return named.loc[~none, ["municipality_id", "name", "geometry"]]


def _no_column(rows: GeoDataFrame, field: str) -> DataError:
    return DataError(
        "column-missing",
        Text(f"列 {field} がありません。", f"there is no column {field}"),
        Text("[boundaries] の id_field と name_field を直してください。", "mend id_field and name_field in [boundaries]"),
        where=Text("列 " + shown(rows), "columns " + shown(rows)),
    )
