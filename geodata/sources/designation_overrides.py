"""The office's own list of designated areas, with the days they hold: what A17 … A25 are too old to know.

A CSV or XLSX: 市町村コード, 市町村名, 旧市町村名 (blank = all of it), 種別 (過疎, 辺地, 離島, 半島, 振興山村, 特定農山村,
豪雪), 指定開始, 指定終了 (blank = no end said), 根拠. 種別 辺地 is in no public data and can only come from here.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from geodata.area_rows import days_of
from geodata.codes import note_counts
from geodata.errors import DataError, Text
from geodata.municipality_codes import five_digits
from geodata.report import IntakeReport
from geodata.tables import column_of, numbered, plain, shown, text_of

NAME = "designation_overrides"
LICENCE = "自団体の資料"
CREDIT = "都道府県作成の指定一覧"
REDISTRIBUTABLE = True
FIELDS = {
    "municipality_id": {"市町村コード", "市区町村コード", "全国地方公共団体コード", "コード"},
    "municipality": {"市町村名", "市区町村名"},
    "former": {"旧市町村名", "区域名", "旧市町村"},
    "kind": {"種別", "指定種別"},
    "valid_from": {"指定開始", "開始日", "指定日"},
    "valid_to": {"指定終了", "終了日", "期限"},
    "basis": {"根拠", "出典"},
}
NEEDED = {"municipality_id": "市町村コード", "kind": "種別"}
KINDS = {
    "過疎": "depopulated",
    "辺地": "remote",
    "離島": "island",
    "半島": "peninsula",
    "振興山村": "mountain",
    "山村": "mountain",
    "特定農山村": "farming",
    "豪雪": "snow",
    "特定市町村": "depopulated",
    "経過措置": "depopulated",
}


def read(paths: Path | str | Iterable[Path | str]) -> tuple[pd.DataFrame, list[IntakeReport]]:
    """One row a designation: municipality_id, municipality, former ("" = all of it), kind (of AREA_KINDS),
    valid_from, valid_to (YYYY-MM-DD or ""), basis, source. DataError for a missing column or an unknown 種別.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        table, report = intake.read_table(path)
        report.kind = "area"
        try:
            tables.append(_rows(numbered(table), report).assign(source=path.name))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports


def _rows(table: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    columns = {name: column_of(table, {plain(word) for word in words}) for name, words in FIELDS.items()}
    if missing := [ja for name, ja in NEEDED.items() if columns[name] is None]:
        raise DataError(
            "column-missing",
            Text(f"「{'」「'.join(missing)}」の列がありません。", f"columns {', '.join(missing)} are missing"),
            Text(
                "見出しに 市町村コード・旧市町村名・種別・指定開始・指定終了・根拠 を入れてください。",
                "see docs/sources.md for the headings",
            ),
            where=Text("列 " + shown(table), "columns " + shown(table)),
        )
    out = pd.DataFrame({name: text_of(table, column) for name, column in columns.items()}, index=table.index)
    note_counts(report, str(columns["kind"]), out["kind"])
    kinds = out["kind"].map(lambda kind: next((KINDS[word] for word in KINDS if word in kind), ""))
    # 特定農山村 holds the word 山村: the longer word decides
    kinds = kinds.where(~out["kind"].str.contains("特定農山村"), "farming")
    if (kinds == "").any():
        row = kinds.index[kinds == ""][0]
        raise DataError(
            "designation-unknown",
            Text(f"種別「{out.at[row, 'kind']}」が分かりません。", f"the kind {out.at[row, 'kind']!r} is not known"),
            Text("過疎・辺地・離島・半島・振興山村・特定農山村・豪雪 のどれかにしてください。", "use one of those seven"),
            where=Text(f"行 {row}", f"row {row}"),
        )
    out["kind"] = kinds
    out["municipality_id"] = five_digits(out["municipality_id"], report, "市町村コード")
    out["former"] = out["former"].str.removeprefix("旧")
    for name in ("valid_from", "valid_to"):
        out[name] = days_of(out[name], report, str(columns[name]))
    return out
