"""Schools, 国土数値情報 学校データ (P29). Closed ones (休校中) are left out: nobody is there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import ksj_places
from geodata.errors import Text
from geodata.report import IntakeReport
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "schools_p29"
LICENCE = "国土数値情報 学校データ CC BY 4.0"
CREDIT = "「国土数値情報（学校データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
FIELDS = {
    "2021": {"name": "P29_004", "kind": "P29_003", "address": "P29_005", "closed": "P29_007"},
    "2013": {"name": "P29_005", "kind": "P29_004", "address": "P29_006"},
}
CLOSED = "2"  # 休校区分


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES of category "school"; further columns kind (学校分類コード) and address.

    The vintage of 2013 has no word on closed schools: the report then says so.
    """
    return ksj_places.read_places(paths, _schools, crs=crs, layer=layer)


def _schools(rows: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    # both vintages have P29_004; only the later one has 休校区分
    vintage = ksj_places.vintage_of(rows, FIELDS, "学校（P29）")
    fields = FIELDS[vintage]
    report.facts["vintage"] = vintage
    if "closed" in fields:
        closed = (text_of(rows, fields["closed"]) == CLOSED).to_numpy(bool)
        rows = ksj_places.leave_out(
            rows, closed, "school-closed", Text("休校中の学校を除きました。", "closed schools were left out"), report
        )
    else:
        report.note(
            "warn",
            "school-closed-unknown",
            Text("2013年版のため、休校中かどうかが分かりません。新しい版を使うと除けます。", "this vintage does not tell closed schools"),
        )
    kept = {name: field for name, field in fields.items() if name != "closed"}
    return ksj_places.named(rows, kept, "school", report)
