"""Roads, 国土数値情報 道路データ (N13, 2024 on): one file a first-order mesh, up to 1.9 million lines, no names.

N13_003 says who keeps the road: 1 国道, 2 都道府県道, 3 市区町村道等, 4 高速自動車国道等. N13 knows neither
numbers of routes nor emergency transport roads: for those give the prefecture's own ledger (road_ledger).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import road_rows
from geodata.errors import DataError
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "roads_n13"
LICENCE = "国土数値情報 道路データ CC BY 4.0（配布ページの使用許諾条件を確認のこと）"
CREDIT = "「国土数値情報（道路データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
FIELDS = {"N13_003": "road_class"}
CLASS = "N13_003"
CLASS_VALUES = {"1": "national", "2": "prefectural", "3": "municipal", "4": "expressway"}
USUAL = ("expressway", "national", "prefectural")


def read(
    paths: Path | str | Iterable[Path | str], *, classes: Collection[str] = USUAL, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """ROADS (EPSG:6668) of the wanted `classes` from one or several N13 files; the other classes are counted.

    DataError when N13_003 is missing or holds a value that its specification does not have.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    frames, reports = [], []
    for path in listed:
        # JGD2011 by its specification; GeoJSON does not say so
        rows, report = intake.read_vector(path, geometry="line", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="road")
        try:
            road_class = road_rows.classes_of(road_rows.field_of(rows, CLASS), CLASS_VALUES, CLASS)
            nothing = pd.Series("", index=rows.index, dtype=object)
            frames.append(road_rows.road_table(rows, road_class, nothing, road_rows.emergency_of(None, rows.index), classes, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(frames, ignore_index=True), reports
