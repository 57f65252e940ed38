"""Roads, 国土数値情報 道路データ (N13, 2024 on): one file a first-order mesh, up to 1.9 million lines, no names.

N13_003 says who keeps the road; its code list has six entries, N13_004 (state) seven. A road under construction
is no road that people use: it goes out, counted. A road whose keeper the source does not know (6) is in no class:
it goes out, counted, unless the study says in class_values what to take it for. N13 knows neither numbers of
routes nor emergency transport roads: for those give the prefecture's own ledger (road_ledger).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import pandas as pd

from geodata import road_rows
from geodata.codes import code_of, note_counts, tell_unknown
from geodata.errors import Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "roads_n13"
_MESH = re.compile(r"N13-\d{2}_(\d{4})(?!\d)", re.IGNORECASE)
LICENCE = "国土数値情報 道路データ CC BY 4.0（配布ページの使用許諾条件を確認のこと）"
CREDIT = "「国土数値情報（道路データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
CLASS, STATE, LINE = "N13_003", "N13_004", "N13_002"
FIELDS = {CLASS: "road_class"}
CLASSES = {"1": "国道", "2": "都道府県道", "3": "市区町村道等", "4": "高速自動車国道等", "5": "その他", "6": "不明"}
STATES = {"1": "通常部", "2": "橋・高架", "3": "トンネル", "4": "雪囲い", "5": "建設中", "6": "その他", "7": "不明"}
LINES = {"1": "通常部", "2": "庭園路", "3": "徒歩道", "4": "石段", "5": "不明"}
CLASS_VALUES = {"1": "national", "2": "prefectural", "3": "municipal", "4": "expressway", "5": "other"}
NOT_KNOWN, UNDER_CONSTRUCTION = "6", "5"
USUAL = ("expressway", "national", "prefectural")


def meshes_of(files: Iterable[str]) -> frozenset[str] | None:
    """The first-order meshes that files of N13 are cut by, from their names (N13-24_5236…); None where one does not say."""
    found = [_MESH.search(PurePosixPath(name.replace("\\", "/")).name) for name in files]
    return frozenset(one[1] for one in found if one) if found and all(found) else None


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    classes: Collection[str] = USUAL,
    class_values: Mapping[str, str] | None = None,
    crs: str | None = None,
    layer: str | None = None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """ROADS (EPSG:6668) of the wanted `classes` from one or several N13 files; the other classes are counted.

    class_values: what the study says of values of N13_003, before the code list. DataError when N13_003 is missing
    or holds a value that neither explains.
    """
    meaning = {**CLASS_VALUES, **(class_values or {})}
    # JGD2011 by its specification; GeoJSON does not say so
    return road_rows.read_roads(paths, lambda rows, report: _part(rows, report, meaning), classes, crs=crs or CRS_GEOGRAPHIC, layer=layer)


def _part(rows: GeoDataFrame, report: IntakeReport, meaning: Mapping[str, str]) -> road_rows.RoadPart:
    road_rows.field_of(rows, CLASS)
    code = code_of(rows, CLASS)
    for field, names in ((CLASS, CLASSES), (STATE, STATES), (LINE, LINES)):
        if field in rows.columns:
            note_counts(report, field, code_of(rows, field), names)
    state = code_of(rows, STATE)
    tell_unknown(state, STATES, STATE, report)
    unused = (state == UNDER_CONSTRUCTION).to_numpy(bool)
    keeper_not_known = (code == NOT_KNOWN).to_numpy(bool) & (NOT_KNOWN not in meaning) & ~unused
    _leave_out(report, "road-under-construction", int(unused.sum()), "建設中の道路（N13_004 = 5）", "roads under construction")
    _leave_out(
        report, "road-class-not-known", int(keeper_not_known.sum()), "道路分類が不明（N13_003 = 6）の道路", "roads of no known class"
    )
    kept = ~(unused | keeper_not_known)
    rows = rows[kept]
    road_class = road_rows.classes_of(code[kept], meaning, CLASS)
    nothing = pd.Series("", index=rows.index, dtype=object)
    return road_rows.RoadPart(rows, road_class, nothing, road_rows.emergency_of(None, rows.index), report)


def _leave_out(report: IntakeReport, code: str, count: int, ja: str, en: str) -> None:
    """Left out by a rule of this source that is the same for every file: counted, nothing to mend."""
    if count:
        report.excluded[code] = count
        report.accepted -= count
        report.note("info", code, Text(f"{ja} {count:,} 本は読みませんでした。", f"{count:,} {en} were left out"), count)
