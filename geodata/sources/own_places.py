"""The team's own list of trails, tourist places and work sites, as CSV, XLSX or a vector file.

Nobody lives there, yet people come and work there (総務省 names trails and the work sites of farming and
forestry). What each place is stands in its column 種別; the office may use its own words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata import ksj_places, place_rows
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, FACILITIES, check
from geodata.tables import column_of, plain, points, shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "own_places"
LICENCE = "自団体の資料"
CREDIT = "都道府県・市町提供資料"
REDISTRIBUTABLE = True
FIELDS = {
    "name": {"名称", "施設名", "地点名", "name"},
    "kind": {"種別", "区分", "種類", "kind", "category"},
    "visitors": {"年間利用者数", "利用者数", "入込客数", "年間入込客数"},
    "source": {"出典", "根拠"},
    "as_of": {"時点", "基準日", "年度"},
    "remarks": {"備考"},
}
WORDS = {
    "trail": ("登山", "遊歩", "ハイキング", "古道", "trail"),
    "tourism": ("観光", "キャンプ", "海水浴", "景勝", "温泉", "釣", "公園", "tourism"),
    "worksite": ("作業", "農", "林", "漁", "養殖", "牧", "採石", "ダム", "worksite"),
    "hall": ("集会", "公民館", "コミュニティ", "hall"),
    "shelter": ("避難", "shelter"),
}
# how the report tells what a written 種別 was taken for
TAKEN_FOR = {"trail": "登山道", "tourism": "観光地", "worksite": "作業場", "hall": "集会所", "shelter": "避難所"}

# a kind that says what a place is not (any more) tells nothing of what it is
_DENIES = re.compile(
    r"(で|では|じゃ)ない|非ず|(?<!み)なし(?![ぁ-ん])|無し|禁止|不可|対象外|未指定|取消|取り消し|廃止|閉鎖|休止|跡地?$|^非(?!常)|以外"
)


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES by what 種別 says: "trail", "tourism", "worksite", "hall" or "shelter".

    A line (a trail) counts at its middle. Further columns kind, visitors, source, as_of, remarks (text).
    DataError where a row's 種別 fits none: the words that fit are listed.
    """
    from geopandas import GeoDataFrame

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        rows, report = place_rows.read_rows(path, "facility", crs=crs, layer=layer)
        rows["geometry"] = ksj_places.middles(rows["geometry"].to_numpy())
        try:
            places = _places(rows, report)
            tables.append(places.assign(file=len(reports), row=places.index))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    table = ksj_places.identified(pd.concat(tables, ignore_index=True), reports)
    return check(FACILITIES, GeoDataFrame(table, geometry="geometry", crs=CRS_GEOGRAPHIC)), reports


def _places(rows: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    columns = {name: column_of(rows, words) for name, words in FIELDS.items()}
    for name, ja in (("name", "名称"), ("kind", "種別")):
        if columns[name] is None:
            raise DataError(
                "column-missing",
                Text(f"「{ja}」の列がありません。", f"there is no column {ja}"),
                Text("見出しに 名称・種別・緯度・経度 を入れてください。", "head the columns 名称, 種別, 緯度 and 経度"),
                where=Text("列 " + shown(rows), "columns " + shown(rows)),
            )
    out = pd.DataFrame({name: text_of(rows, column) for name, column in columns.items()}, index=rows.index)
    out["category"] = categories(out["kind"])
    taken = (out["kind"] + " → " + out["category"].map(TAKEN_FOR)).value_counts().sort_index()
    report.facts["kinds"] = {str(one): int(count) for one, count in taken.items()}
    out["geometry"] = rows["geometry"]
    nameless = (out["name"] == "").to_numpy(bool)
    text = Text("名称の空の行を除きました。", "rows without a name were left out")
    report.exclude("no-name", text, int(nameless.sum()), out.index[nameless].tolist())
    report.accepted -= int(nameless.sum())
    points.refuse_none_left(int((~nameless).sum()), report)
    return out[~nameless]


def categories(kinds: pd.Series) -> pd.Series:
    """The category that each 種別 fits, by the words it holds. DataError naming rows that fit none."""
    told = kinds.map(plain)
    fits = [told.map(lambda kind, words=words: any(word in kind for word in words)) for words in WORDS.values()]
    found = pd.Series(np.select(fits, list(WORDS), ""), index=kinds.index, dtype=object)
    found[told.map(lambda kind: _DENIES.search(kind) is not None)] = ""  # 「避難所ではない」 is no shelter
    if (found == "").any():
        first = kinds[found == ""]
        words = "／".join(words[0] for words in WORDS.values())
        where = Text(f"行 {first.index[0]}", f"row {first.index[0]}")
        if denial := _DENIES.search(plain(first.iloc[0])):
            raise DataError(
                "place-kind-denied",
                Text(
                    f"種別「{first.iloc[0]}」は「{denial[0]}」と打ち消しているため、何の場所か決められません。",
                    f"the kind {first.iloc[0]!r} denies ({denial[0]}): what the place is cannot be told",
                ),
                Text(
                    f"今も使う場所なら、種別を {words} などの語だけで書き直してください。そうでない場所なら、その行を消してください。",
                    f"if the place is in use, write its kind with words like {words} alone; if it is not, delete the row",
                ),
                where=where,
            )
        raise DataError(
            "place-kind-unknown",
            Text(f"種別「{first.iloc[0]}」が何か分かりません。", f"the kind {first.iloc[0]!r} is not known"),
            Text(f"種別に {words} などの語を入れてください。", f"use words like {words}"),
            where=where,
        )
    return found
