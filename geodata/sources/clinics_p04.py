"""Hospitals and clinics, 国土数値情報 医療機関データ (P04): 1 病院, 2 診療所, 3 歯科診療所 (left out unless asked for)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import ksj_places
from geodata.errors import Text
from geodata.report import IntakeReport

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "clinics_p04"
LICENCE = "国土数値情報 医療機関データ CC BY 4.0"
CREDIT = "「国土数値情報（医療機関データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
FIELDS = {"2010 on": {"kind": "P04_001", "name": "P04_002", "address": "P04_003"}}
# 医療機関分類コード: the whole list
KINDS = {"1": "病院", "2": "診療所", "3": "歯科診療所"}
DENTAL = "3"


def read(
    paths: Path | str | Iterable[Path | str], *, dental: bool = False, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES of category "clinic"; further columns kind (病院, 診療所, 歯科診療所, or the code) and address."""
    return ksj_places.read_places(paths, partial(_clinics, dental=dental), crs=crs, layer=layer)


def _clinics(rows: pd.DataFrame, report: IntakeReport, dental: bool) -> pd.DataFrame:
    vintage = ksj_places.vintage_of(rows, FIELDS, "医療機関（P04）")
    fields = FIELDS[vintage]
    report.facts["vintage"] = vintage
    code = ksj_places.codes_of(rows, fields["kind"])
    kept = Text("何か分からないまま、医療機関として数えます。", "They are counted as clinics, whatever they are.")
    ksj_places.tell_codes(code, KINDS, fields["kind"], kept, report)
    if not dental:
        text = Text("歯科診療所を除きました。", "dental clinics were left out")
        rows = ksj_places.leave_out(rows, (code == DENTAL).to_numpy(bool), "dental-clinic", text, report)
    out = ksj_places.named(rows, fields, "clinic", report)
    return out.assign(kind=code.map(KINDS).fillna(code))
