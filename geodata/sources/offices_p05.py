"""Municipal offices and halls, 国土数値情報 市町村役場等及び公的集会施設データ (P05).

P34 (市区町村役場) has the same form, but its licence forbids commercial use and it is not to be passed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata import ksj_places
from geodata.errors import Text
from geodata.report import IntakeReport

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "offices_p05"
LICENCE = "国土数値情報 市町村役場等及び公的集会施設データ CC BY 4.0（P34 は非商用）"
CREDIT = "「国土数値情報（市町村役場等及び公的集会施設データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True  # P05; a file of P34 says otherwise in its report
FIELDS = {
    "P05": {"municipality_id": "P05_001", "kind": "P05_002", "name": "P05_003", "address": "P05_004"},
    "P34": {"municipality_id": "P34_001", "kind": "P34_002", "name": "P34_003", "address": "P34_004"},
}
# the whole lists: 施設分類 of P05 and of P34 (docs/sources.md says which codes were seen in a real file)
KINDS = {
    "P05": {"1": "本庁", "2": "支所・出張所・連絡所", "3": "その他の行政サービス施設", "4": "公立公民館", "5": "集会施設"},
    "P34": {"1": "本庁", "2": "支所・出張所・連絡所"},
}
OFFICE_CODES = {"1", "2", "3"}


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES of category "office" (役場・支所・行政サービス施設) or "hall" (公民館・集会所); further columns kind, address."""
    return ksj_places.read_places(paths, _offices, crs=crs, layer=layer)


def _offices(rows: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    vintage = ksj_places.vintage_of(rows, FIELDS, "市町村役場等（P05）")
    fields = FIELDS[vintage]
    if vintage == "P34":
        report.facts["redistributable"] = False
        report.note(
            "warn",
            "not-redistributable",
            Text(
                "P34 は非商用のデータです。公開する資料には使えません（P05 を使うと載せられます）。",
                "P34 may not be passed on or used commercially",
            ),
        )
    report.facts["vintage"] = vintage
    code = ksj_places.codes_of(rows, fields["kind"])
    kept = Text("役場か集会所か分からないまま、集会所として数えます。", "They are counted as halls, not knowing what they are.")
    ksj_places.tell_codes(code, KINDS[vintage], fields["kind"], kept, report)
    category = pd.Series(np.where(code.isin(OFFICE_CODES), "office", "hall"), index=rows.index)
    return ksj_places.named(rows.assign(**{fields["kind"]: code}), fields, category, report)
