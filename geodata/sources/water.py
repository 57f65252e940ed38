"""Rivers (国土数値情報 W05, lines) and lakes (W09, polygons), for maps. W05 is not for commercial use.

W05 of 2008 holds two layers: Stream (lines, W05_001 to 010) and RiverNode (points, W05_000, 001, 011). W05_003 says what
stretch of the river it is; from 5 on it runs through a lake. Its columns are known from public uses of the data: no
original file was at hand. W09 of 2005: W09_001 name, 002 code, 003 depth, 004 height of the water.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pandas as pd

from geodata.codes import code_of, note_counts, tell_unknown, whole_names
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, WATER, check
from geodata.tables import shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "water"
LICENCE = "国土数値情報 河川（非商用）・湖沼。配布ページの使用許諾条件を確認のこと"
CREDIT = "「国土数値情報（河川データ・湖沼データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = False  # not for commercial use
FIELDS = {"w05": {"stretch": "W05_003", "name": "W05_004"}, "w09": {"name": "W09_001"}}
STRETCHES = {
    "0": "不明",
    "1": "1級直轄区間",
    "2": "1級指定区間",
    "3": "2級河川区間",
    "4": "指定区間外",
    "5": "1級直轄区間（湖沼）",
    "6": "1級指定区間（湖沼）",
    "7": "2級河川区間（湖沼）",
    "8": "指定区間外（湖沼）",
}
NAMELESS = "名称不明"


def read(
    paths: Path | str | Iterable[Path | str], *, kind: Literal["w05", "w09"] = "w05", crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """WATER (EPSG:6668): rivers of W05 files, or lakes of W09. DataError for a file of neither's columns."""
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        # JGD2000 by specification, the same to a metre here; GeoJSON does not say so
        shape: Literal["line", "polygon"] = "line" if kind == "w05" else "polygon"
        rows, report = intake.read_vector(path, geometry=shape, crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="water")
        try:
            tables.append(_waters(rows, report, kind))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return check(WATER, pd.concat(tables, ignore_index=True)), reports


def _waters(rows: GeoDataFrame, report: IntakeReport, kind: str) -> GeoDataFrame:
    from geopandas import GeoDataFrame

    fields = FIELDS[kind]
    if missing := [name for name in fields.values() if name not in rows.columns]:
        raise DataError(
            "column-missing",
            Text(f"河川・湖沼（{kind.upper()}）の列 {'・'.join(missing)} がありません。", f"columns {', '.join(missing)} are missing"),
            Text(
                'study.toml の [[water]] の kind を確かめてください（河川は "w05"、湖沼は "w09"）。',
                'look at kind in [[water]] ("w05" for rivers, "w09" for lakes)',
            ),
            where=Text("列 " + shown(rows), "columns " + shown(rows)),
        )
    if "stretch" in fields:
        stretch = code_of(rows, fields["stretch"])
        note_counts(report, fields["stretch"], stretch, STRETCHES)
        tell_unknown(stretch, STRETCHES, fields["stretch"], report)
    name = whole_names(text_of(rows, fields["name"]), fields["name"], report).replace(NAMELESS, "")
    source = report.path.rsplit("/", 1)[-1]
    water = "river" if kind == "w05" else "lake"
    return GeoDataFrame({"kind": water, "name": name, "source": source}, geometry=rows.geometry.to_numpy(), crs=rows.crs)
