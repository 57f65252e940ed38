"""Densely inhabited districts (国土数値情報 A16 人口集中地区): what lies in one is hardly a lonely valley."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.area_rows import area_table, need_fields
from geodata.errors import DataError
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "did"
LICENCE = "国土数値情報 人口集中地区データ（商用可、CC BY ではない）"
CREDIT = "「国土数値情報（人口集中地区データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
FIELDS = {"municipality_id": "A16_002", "name": "A16_003"}


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668) of kind "did"; further column municipality_id."""
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="area")
        try:
            need_fields(rows, FIELDS, "人口集中地区（A16）")
            kind = pd.Series("did", index=rows.index)
            code = text_of(rows, FIELDS["municipality_id"]).str[:5]
            tables.append(area_table(rows, kind, text_of(rows, FIELDS["name"]), report, municipality_id=code))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports
