"""Landslide areas (国土数値情報 A33) and tsunami inundation (A40). Both are CC BY with some limits: see LICENCE.

A33_002: 1 土砂災害警戒区域, 2 特別警戒区域, 3 and 4 the same before they are designated. Tsunami: every polygon is
an area that is flooded; its depth class stands in A40_003.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.area_rows import area_table, need_fields
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "hazard_areas"
LICENCE = "国土数値情報 CC BY 4.0（一部制限あり。都道府県ごとの使用許諾条件を確認のこと）"
CREDIT = "「国土数値情報（土砂災害警戒区域・津波浸水想定）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = False  # some prefectures limit it: what is published must not carry these shapes
FIELDS = {"A33": {"phenomenon": "A33_001", "class": "A33_002"}, "A40": {"depth": "A40_003"}}
LANDSLIDE = {"1": "landslide", "2": "landslide_special", "3": "landslide", "4": "landslide_special"}
TO_COME = {"3", "4"}  # investigated, not designated yet


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668) of kind landslide, landslide_special or tsunami. Lines and points of A33 go out, told.

    Further column detail: the phenomenon (1 急傾斜 2 土石流 3 地すべり) or the depth class as written.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="area")
        try:
            tables.append(_landslide(rows, report) if "A33_002" in rows.columns else _tsunami(rows, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports


def _landslide(rows: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    need_fields(rows, FIELDS["A33"], "土砂災害警戒区域（A33）")
    code = text_of(rows, "A33_002").str.replace(r"\.0$", "", regex=True)
    if unexpected := sorted(set(code) - set(LANDSLIDE)):
        raise DataError(
            "landslide-class-unknown",
            Text(
                f"区域区分（A33_002）に知らない値があります: {'、'.join(unexpected)}",
                f"A33_002 holds unknown values: {', '.join(unexpected)}",
            ),
            Text("国土数値情報 A33 の元のファイルか確かめてください（1〜4）。", "it should hold 1 to 4"),
        )
    waiting = int(code.isin(TO_COME).sum())
    if waiting:
        report.note(
            "info",
            "landslide-to-come",
            Text("指定前（基礎調査済み）の区域も含めています。", "areas investigated but not designated yet are included"),
            waiting,
        )
    return area_table(rows, code.map(LANDSLIDE), text_of(rows, "A33_005"), report, detail=text_of(rows, "A33_001"))


def _tsunami(rows: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    need_fields(rows, FIELDS["A40"], "津波浸水想定（A40）または土砂災害警戒区域（A33）")
    kind = pd.Series("tsunami", index=rows.index)
    return area_table(rows, kind, pd.Series("", index=rows.index), report, detail=text_of(rows, "A40_003"))
