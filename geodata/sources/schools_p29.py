"""Schools, 国土数値情報 学校データ (P29). Closed ones (休校中) are left out: nobody is there.

The editions of 2013 and of 2021 on name their columns alike and mean other things: P29_004 is the class in the one and
the name in the other, P29_007 who runs the school in the one and 休校区分 in the other. What stands in P29_004 tells.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import ksj_places
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.tables import shown

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
# 学校分類コード (docs/sources.md says which of them were seen in a real file)
CLASSES = {
    "16001": "小学校",
    "16002": "中学校",
    "16003": "中等教育学校",
    "16004": "高等学校",
    "16005": "高等専門学校",
    "16006": "短期大学",
    "16007": "大学",
    "16011": "幼稚園",
    "16012": "特別支援学校",
    "16013": "認定こども園",
    "16014": "義務教育学校",
    "16015": "各種学校",
    "16016": "専修学校",
}
# where children and young people of the place go every day: 小, 中, 義務教育, 中等教育, 高, 特別支援
COUNTED = ("16001", "16002", "16003", "16004", "16012", "16014")
UNSURVEYED, OPEN, CLOSED = "0", "1", "2"
CLOSING = {UNSURVEYED: "調査なし", OPEN: "開校中", CLOSED: "休校中"}  # 休校区分
KEPT = Text("閉じているかどうかは分からないものとして、除かずに数えます。", "Whether those are closed is not known: they are counted.")
ASIDE = Text(
    "学校として数えません。数えるなら、そのコードを study.toml の [[facilities]] の classes に書いてください（空欄は元のデータに分類を書いてください）。",
    "They do not count as schools: to count them write the code into classes of [[facilities]] in study.toml (a blank: into the data).",
)


def read(
    paths: Path | str | Iterable[Path | str], *, classes: Collection[str] = COUNTED, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES of category "school"; further columns kind (学校分類コード) and address.

    classes: the 学校分類コード that count. Rows of others go out, counted by class. A 休校区分 that does not say
    whether a school is closed keeps it, told with its count; the vintage of 2013 says nothing of it at all.
    """
    return ksj_places.read_places(paths, partial(_schools, classes=frozenset(classes)), crs=crs, layer=layer)


def _schools(rows: pd.DataFrame, report: IntakeReport, classes: frozenset[str]) -> pd.DataFrame:
    vintage = _vintage(rows)
    fields = FIELDS[vintage]
    report.facts["vintage"] = vintage
    kind = ksj_places.codes_of(rows, fields["kind"])
    unknown = ksj_places.tell_codes(kind, CLASSES | dict.fromkeys(classes, ""), fields["kind"], ASIDE, report)
    if "closed" in fields:
        ksj_places.tell_codes(ksj_places.codes_of(rows, fields["closed"]), CLOSING, fields["closed"], KEPT, report)
    text = Text("知られていない学校分類コードの行を除きました。", "rows of an unknown class of school were left out")
    rows = ksj_places.leave_out(rows, unknown.to_numpy(bool), "school-class-unknown", text, report)
    rows = _counted(rows, ksj_places.codes_of(rows, fields["kind"]), classes, report)
    rows = _open(rows, fields, report)
    spec = {name: field for name, field in fields.items() if name != "closed"}
    return ksj_places.named(rows.assign(**{fields["kind"]: ksj_places.codes_of(rows, fields["kind"])}), spec, "school", report)


def _vintage(rows: pd.DataFrame) -> str:
    """The edition, by whether P29_004 holds codes of a class or names. DataError where it holds both."""
    written = ksj_places.codes_of(rows, "P29_004")
    coded = written[written != ""].str.fullmatch("[0-9]{5}").astype(bool)
    if coded.any() and not coded.all():
        row = int(coded.index[~coded][0]) + 1
        raise DataError(
            "vintage-unclear",
            Text(
                f"P29_004 に学校分類コードと学校の名前の両方があり（{row} 件目「{written[row - 1][:20]}」など）、どの版の列か決められません。",
                "P29_004 holds both codes of a class and names: its edition is not clear",
            ),
            Text("1つの版の元のファイル（P29-13 か P29-21 以降）を指定してください。", "give the original file of one edition"),
            where=Text("列 " + shown(rows), "columns " + shown(rows)),
        )
    name = "2013" if coded.any() else "2021"
    return ksj_places.vintage_of(rows, {name: FIELDS[name]}, "学校（P29）")


def _counted(rows: pd.DataFrame, kind: pd.Series, classes: frozenset[str], report: IntakeReport) -> pd.DataFrame:
    """The rows of `classes`; the others go out, counted by class."""
    other = ~kind.isin(classes)
    listed = "、".join(f"{CLASSES[code]}（{code}） {count:,}" for code, count in kind[other].value_counts().sort_index().items())
    text = Text(
        f"学校として数えない分類を除きました: {listed}。数える分類は study.toml の [[facilities]] の classes で変えられます。",
        f"classes that do not count as schools were left out: {listed} (classes of [[facilities]] says which count)",
    )
    return ksj_places.leave_out(rows, other.to_numpy(bool), "school-class-not-counted", text, report, level="info")


def _open(rows: pd.DataFrame, fields: ksj_places.Vintage, report: IntakeReport) -> pd.DataFrame:
    """The rows that are not said to be closed, and a word on those of which the file does not say it."""
    if "closed" not in fields:
        report.note(
            "warn",
            "school-closed-unknown",
            Text("2013年版のため、休校中かどうかが分かりません。新しい版を使うと除けます。", "this vintage does not tell closed schools"),
        )
        return rows
    closing = ksj_places.codes_of(rows, fields["closed"])
    if (unsurveyed := closing == UNSURVEYED).any():
        report.note(
            "info",
            "school-closing-unsurveyed",
            Text(
                f"休校区分が 0（調査なし）の学校が {int(unsurveyed.sum()):,} 校あり、休校中かどうかが分かりません。除かずに数えます。",
                f"{int(unsurveyed.sum()):,} schools whose closing was not surveyed (0) are counted",
            ),
            int(unsurveyed.sum()),
            (rows.index[unsurveyed] + 1).tolist(),
        )
    text = Text("休校中の学校を除きました。", "closed schools were left out")
    return ksj_places.leave_out(rows, (closing == CLOSED).to_numpy(bool), "school-closed", text, report)
