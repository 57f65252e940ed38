"""Natural parks (国土数値情報 A10): where a mast needs leave under 自然公園法. A difficulty to tell, not a need."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.area_rows import Layout, area_table, layout_of, read_codes
from geodata.codes import code, code_of, listed
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "natural_parks"
LICENCE = "国土数値情報 自然公園地域データ CC BY 4.0（一部制限あり）"
CREDIT = "「国土数値情報（自然公園地域データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = False  # licence with limits: what is published must not carry these shapes
# which codes mean what differs between these families and no list was at hand: counted, and the study says (special_values)
LAYOUTS = (
    Layout("A10", "番号の列", ("A10_004",), name="A10_005", detail="A10_004", codes={"A10_003": {}, "A10_004": {}}),
    Layout(
        "A10",
        "名前の列（2010年）",
        ("LAYER_NO",),
        name="OBJ_NAME",
        detail="LAYER_NO",
        codes={"LAYER_NO": {}, "AREA_CD": {}, "THEMA_NO": {}},
    ),
)
FIELDS = {layout.vintage: layout.needs for layout in LAYOUTS}
WHAT = Text("自然公園（A10）", "A10 (natural parks)")


def read(
    paths: Path | str | Iterable[Path | str], *, special_values: Iterable[str] = (), crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668): "park_special" where the zone is one of `special_values` (特別地域等), else "park_ordinary".

    Which codes mean 特別地域 differs between the families of columns: the study says them; without, every area
    is ordinary and the report says that the difference is not known. Further column detail: the zone's code.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="area")
        try:
            tables.append(_parks(rows, report, {str(value) for value in special_values}))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports


def _parks(rows: GeoDataFrame, report: IntakeReport, special: set[str]) -> GeoDataFrame:
    layout = layout_of(rows, LAYOUTS, "not-natural-parks", WHAT)
    read_codes(rows, layout, report)
    zone = code_of(rows, layout.detail)
    special = {code(value) for value in special}
    if not special:
        report.note(
            "warn",
            "park-zone-not-said",
            Text(
                "特別地域かどうかの値が study.toml の special_values に無いため、すべて「自然公園」として扱いました"
                f"（{layout.detail} の値: {listed(zone)}）。",
                f"special_values is not said: every area is taken as a park, special or not ({layout.detail}: {listed(zone)})",
            ),
        )
    elif absent := sorted(special - set(zone)):
        report.note(
            "warn",
            "park-zone-absent",
            Text(
                f"special_values の値 {'、'.join(absent)} は {layout.detail} にありません（値: {listed(zone)}）。",
                f"values {', '.join(absent)} of special_values do not occur in {layout.detail} ({listed(zone)})",
            ),
            len(absent),
        )
    kind = pd.Series(np.where(zone.isin(special), "park_special", "park_ordinary"), index=rows.index)
    return area_table(rows, kind, text_of(rows, layout.name), report, detail=zone)
