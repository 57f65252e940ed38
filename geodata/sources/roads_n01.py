"""Old roads, 国土数値情報 道路データ (N01, 2007 and before): main roads with names, a file a class or one for all.

N01_001 kind, N01_002 route, N01_003 line, N01_004 what it is called. In the 2007 files the kinds are 1 高速道路,
2 一般国道 and 3 主要地方道, as their routes' names show; a further kind is asked for (`class_values`). Files of two
classes share lines: each counts once, in the higher class. 緊急輸送道路 (N10) of 2024 may come under the same names of
columns: what stands in N01_002 tells them apart (see is_n10).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata import road_rows
from geodata.codes import code_of, note_counts, whole_names
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "roads_n01"
LICENCE = "国土数値情報 道路データ（N01。配布ページの使用許諾条件を確認のこと）"
CREDIT = "「国土数値情報（道路データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
CLASS = "N01_001"
FIELDS = {CLASS: "road_class", "N01_002": "name", "N01_003": "name", "N01_004": "name"}
CLASSES = {"1": "高速道路", "2": "一般国道", "3": "主要地方道"}
CLASS_VALUES = {"1": "expressway", "2": "national", "3": "prefectural"}
USUAL = ("expressway", "national", "prefectural")


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    classes: Collection[str] = USUAL,
    class_values: Mapping[str, str] | None = None,
    crs: str | None = None,
    layer: str | None = None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """ROADS (EPSG:6668) of the wanted `classes`; lines that stand in several of the files are one.

    class_values: what the study says of further values of N01_001. DataError when it is missing, holds a value that
    nobody explained, or when the file is N10 under the names of N01.
    """
    meaning = {**CLASS_VALUES, **(class_values or {})}
    # JGD2000 by its specification, the same to a metre here; GeoJSON does not say so
    table, reports = road_rows.read_roads(
        paths, lambda rows, report: _part(rows, report, meaning), classes, crs=crs or CRS_GEOGRAPHIC, layer=layer
    )
    _tell_what_is_not_in_it(reports, classes)
    return table, reports


def _part(rows: GeoDataFrame, report: IntakeReport, meaning: Mapping[str, str]) -> road_rows.RoadPart:
    road_rows.field_of(rows, CLASS)
    if road_rows.is_n10(code_of(rows, "N01_002")):
        raise DataError(
            "roads-are-n10",
            Text(
                "列の名前は N01 ですが、N01_002 が路線名でなく区分（1・2・3・9）です。緊急輸送道路（N10）のファイルです。",
                "the columns are called N01, but N01_002 holds classes (1, 2, 3, 9) and no routes: a file of N10",
            ),
            Text('study.toml の [[roads]] を kind = "n10" にしてください。', 'write kind = "n10" in [[roads]]'),
        )
    code = code_of(rows, CLASS)
    note_counts(report, CLASS, code, CLASSES)
    route, line, called = (whole_names(text_of(rows, field), field, report) for field in ("N01_002", "N01_003", "N01_004"))
    name = pd.Series(np.select([route != "", called != "", line != ""], [route, called, line], ""), index=rows.index, dtype=object)
    road_class = road_rows.classes_of(code, meaning, CLASS)
    return road_rows.RoadPart(rows, road_class, name, road_rows.emergency_of(None, rows.index), report)


def _tell_what_is_not_in_it(reports: list[IntakeReport], classes: Collection[str]) -> None:
    """The kind 3 is only a part of the prefectural roads: where no other kind is there, the rest is missing."""
    kinds = {name.split(" ")[0] for report in reports for name in report.facts["codes"][CLASS]}
    if "prefectural" in classes and "3" in kinds and kinds <= set(CLASS_VALUES):
        reports[-1].note(
            "warn",
            "roads-main-only",
            Text(
                "N01 の種別3は都道府県道のうち主要地方道だけです。一般県道はこのファイルに無いため、県道の延長は実際より短くなります。",
                "kind 3 of N01 is only 主要地方道: other prefectural roads are not in these files, and their length is too short",
            ),
        )
