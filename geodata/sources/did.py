"""Densely inhabited districts (人口集中地区): what lies in one is hardly a lonely valley.

From 国土数値情報 (A16) or from e-Stat's boundary data (KEN, CITY, CITYNAME, CLASS, JINKO, MENSEKI).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.area_rows import Layout, area_table, layout_of, read_codes
from geodata.codes import code_of
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "did"
LICENCE = "国土数値情報 人口集中地区データ（商用可、CC BY ではない）・政府統計の総合窓口(e-Stat) 利用規約"
CREDIT = "「国土数値情報（人口集中地区データ）」（国土交通省）を加工して作成"
CREDIT_ESTAT = "「人口集中地区境界データ」（政府統計の総合窓口 e-Stat）を加工して作成"
REDISTRIBUTABLE = True
PREFECTURE, CITY, PEOPLE = "KEN", "CITY", "JINKO"
LAYOUTS = (
    Layout("A16", "番号の列", ("A16_002", "A16_003"), kind="did", municipality_id="A16_002", name="A16_003", codes={"A16_011": {}}),
    Layout("e-Stat", "2010", (PREFECTURE, CITY, "CITYNAME", "CLASS", PEOPLE, "MENSEKI"), kind="did", name="CITYNAME"),
)
FIELDS = {f"{layout.product} {layout.vintage}": layout.needs for layout in LAYOUTS}
WHAT = Text("人口集中地区（A16、e-Stat）", "densely inhabited districts (A16, e-Stat)")


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668) of kind "did"; further column municipality_id (five digits)."""
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="area")
        try:
            layout = layout_of(rows, LAYOUTS, "not-did", WHAT)
            read_codes(rows, layout, report)
            if layout.municipality_id:
                municipality_id = text_of(rows, layout.municipality_id).str[:5]
            else:
                municipality_id = code_of(rows, PREFECTURE).str.zfill(2) + code_of(rows, CITY).str.zfill(3)
                report.facts["credit_of_file"] = CREDIT_ESTAT
                report.facts["population_total"] = int(pd.to_numeric(code_of(rows, PEOPLE), errors="coerce").sum())
            kind = pd.Series("did", index=rows.index)
            tables.append(area_table(rows, kind, text_of(rows, layout.name), report, municipality_id=municipality_id))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports
