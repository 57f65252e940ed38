"""Landslide areas (国土数値情報 A33) and tsunami inundation (A40). Both are CC BY with some limits: see LICENCE.

A33_002: 1 土砂災害警戒区域, 2 特別警戒区域, 3 and 4 the same before they are designated. Tsunami: every polygon is
an area that is flooded; its depth class stands in A40_003, in words that differ between prefectures.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.area_rows import Layout, area_table, layout_of, read_codes
from geodata.codes import code_of, counted, listed
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
CLASS, DEPTH = "A33_002", "A40_003"
PHENOMENA = {"1": "急傾斜地の崩壊", "2": "土石流", "3": "地すべり"}
CLASSES = {"1": "警戒区域", "2": "特別警戒区域", "3": "警戒区域（指定前）", "4": "特別警戒区域（指定前）"}
LAYOUTS = (
    Layout(
        "A33",
        "番号の列",
        ("A33_001", CLASS),
        name="A33_005",
        detail="A33_001",
        codes={"A33_001": PHENOMENA, "A33_008": {"0": "指定済み", "1": "特別警戒区域未指定"}},
    ),
    Layout("A40", "番号の列", (DEPTH,), kind="tsunami", detail=DEPTH),
)
FIELDS = {layout.product: layout.needs for layout in LAYOUTS}
WHAT = Text("土砂災害警戒区域（A33）・津波浸水想定（A40）", "A33 (landslides) or A40 (tsunami)")
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
            layout = layout_of(rows, LAYOUTS, "not-hazard-areas", WHAT)
            read_codes(rows, layout, report)
            tables.append(_landslide(rows, report, layout) if layout.product == "A33" else _tsunami(rows, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports


def _landslide(rows: GeoDataFrame, report: IntakeReport, layout: Layout) -> GeoDataFrame:
    code = code_of(rows, CLASS)
    if not code.isin(list(LANDSLIDE)).all():
        strange = listed(code[~code.isin(list(LANDSLIDE))])
        raise DataError(
            "landslide-class-unknown",
            Text(f"区域区分（{CLASS}）に知らない値があります: {strange}", f"{CLASS} holds unknown values: {strange}"),
            Text(
                'study.toml の [[areas]] を kind = "own_areas"、class_field = "A33_002" にし、class_values = { "1" = "landslide", '
                '"2" = "landslide_special" } のように値ごとに書いてください（使わない値は "none"）。',
                'write kind = "own_areas" and class_field = "A33_002" in [[areas]], and what each value is: class_values = { "1" = '
                '"landslide", "2" = "landslide_special" } ("none" leaves a value out)',
            ),
        )
    report.facts["codes"][CLASS] = counted(code, CLASSES)
    waiting = int(code.isin(TO_COME).sum())
    if waiting:
        report.note(
            "info",
            "landslide-to-come",
            Text("指定前（基礎調査済み）の区域も含めています。", "areas investigated but not designated yet are included"),
            waiting,
        )
    return area_table(rows, code.map(LANDSLIDE), text_of(rows, layout.name), report, detail=code_of(rows, layout.detail))


def _tsunami(rows: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    depth = text_of(rows, DEPTH)
    report.facts.setdefault("codes", {})[DEPTH] = counted(depth)
    strange = ~depth.str.contains(r"[0-9０-９]").to_numpy(bool)
    if strange.any():
        told = Text(
            f"浸水深（{DEPTH}）に数の無い値があります: {listed(depth[strange])}。浸水する区域として読みました。",
            f"{DEPTH} holds values without a number: {listed(depth[strange])}. Read as flooded areas",
        )
        report.note("warn", "tsunami-depth-unknown", told, int(strange.sum()), (np.flatnonzero(strange) + 1).tolist())
    kind = pd.Series("tsunami", index=rows.index)
    return area_table(rows, kind, pd.Series("", index=rows.index), report, detail=depth)
