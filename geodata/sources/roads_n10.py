"""Emergency transport roads, 国土数値情報 緊急輸送道路データ (N10): not for commercial use.

002 says of which order: 1, 2, 3 = 第1次, 第2次, 第3次, 9 = 未指定; 003 the kind of road, 004 the route, 009 (2024) whether it is
in use. The columns are called N10_001 … in shapefiles and N01_001 … in GeoJSON of 2024. Codes of 003 differ from those
of N01 and N13 and no list of them was at hand: unless the study explains them (`class_values`) all are "other".
N10 speaks of emergency roads alone: of no class does it hold all roads.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import road_rows
from geodata.codes import code_of, listed, note_counts, whole_names
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, ROAD_CLASSES
from geodata.tables import shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "roads_n10"
LICENCE = "国土数値情報 緊急輸送道路データ（非商用）"
CREDIT = "「国土数値情報（緊急輸送道路データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = False  # not for commercial use
FIELDS = {"002": "emergency", "003": "road_class", "004": "name", "009": "in use"}
PREFIXES = ("N10_", "N01_")
ORDERS = {"1": "第1次", "2": "第2次", "3": "第3次", "9": "未指定"}
EMERGENCY_VALUES = {"1": "yes", "2": "yes", "3": "yes", "9": "no"}
NOT_IN_USE, IN_USE = "未供用", ("供用", "供用中", "")


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    classes: Collection[str] = ROAD_CLASSES,
    class_values: Mapping[str, str] | None = None,
    emergency_values: Mapping[str, str] | None = None,
    crs: str | None = None,
    layer: str | None = None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """ROADS (EPSG:6668) with `emergency` of one or several files; stretches that are not in use yet go out, counted.

    class_values: {code of 003: class}; emergency_values: {code of 002: "yes" or "no"}, before the list. DataError
    when the columns are those of something else, or a code is not explained.
    """
    own, emergency = class_values or {}, emergency_values or {}
    # JGD2011 by its specification; GeoJSON does not say so
    return road_rows.read_roads(
        paths, lambda rows, report: _part(rows, report, own, emergency), classes, crs=crs or CRS_GEOGRAPHIC, layer=layer
    )


def _part(rows: GeoDataFrame, report: IntakeReport, class_values: Mapping[str, str], emergency: Mapping[str, str]) -> road_rows.RoadPart:
    prefix = _prefix(rows)
    order, road, use = (code_of(rows, prefix + number) for number in ("002", "003", "009"))
    if prefix == "N01_" and not road_rows.is_n10(order):
        raise DataError(
            "roads-are-n01",
            Text(
                "N01_002 が区分（1・2・3・9）ではありません。緊急輸送道路（N10）でなく、道路（N01）のファイルのようです。",
                "N01_002 holds no classes (1, 2, 3, 9): a file of N01, not of N10",
            ),
            Text('study.toml の [[roads]] を kind = "n01" にしてください。', 'write kind = "n01" in [[roads]]'),
        )
    note_counts(report, prefix + "002", order, ORDERS)
    note_counts(report, prefix + "003", road)
    unused = (use == NOT_IN_USE).to_numpy(bool)
    if unused.any():
        report.excluded["road-not-in-use"] = int(unused.sum())
        report.accepted -= int(unused.sum())
        text = Text("まだ供用されていない区間は読みませんでした。", "stretches that are not in use yet were left out")
        report.note("info", "road-not-in-use", text, int(unused.sum()))
    if prefix + "009" in rows.columns:
        note_counts(report, prefix + "009", use)
    kept = ~unused
    rows, order, road = rows[kept], order[kept], road[kept]
    told = road_rows.emergency_of(order, rows.index, prefix + "002", emergency, EMERGENCY_VALUES)
    if class_values:
        road_class = road_rows.classes_of(road, class_values, prefix + "003")
    else:
        road_class = pd.Series("other", index=rows.index, dtype=object)
        report.note(
            "info",
            "emergency-road-class",
            Text(
                "緊急輸送道路の延長だけに使い、国道・県道の区別はしていません。区別するときは class_values に "
                f"{prefix}003 の値ごとの種別を書いてください（値: {listed(road)}）。",
                "used for the length of emergency roads alone, without classes. To have them, explain the values of "
                f"{prefix}003 in class_values ({listed(road)})",
            ),
        )
    name = whole_names(text_of(rows, prefix + "004"), prefix + "004", report)
    return road_rows.RoadPart(rows, road_class, name, told, report)


def _prefix(rows: pd.DataFrame) -> str:
    found = next((prefix for prefix in PREFIXES if {prefix + "002", prefix + "003"} <= set(rows.columns)), None)
    if found is None:
        raise DataError(
            "column-missing",
            Text("緊急輸送道路（N10）の列（N10_002・N10_003）がありません。", "the columns of N10 (N10_002, N10_003) are missing"),
            Text(
                '国土数値情報 N10 の元のファイルを使うか、kind = "ledger" と emergency_field で列を書いてください。',
                'use the original file of N10, or name the columns with kind = "ledger" and emergency_field',
            ),
            where=Text("列 " + shown(rows), "columns " + shown(rows)),
        )
    return found
