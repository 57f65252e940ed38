"""The office's own figures by zone: a table with zone_id, or 市町村 and 地区名, and a column of amounts."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.tables import column_of, numbered, shown, text_of

NAME = "zone_values"
LICENCE = ""
CREDIT = ""
REDISTRIBUTABLE = False
# column here -> names in the file (plain)
FIELDS = {
    "zone_id": {"zone_id", "地区id", "地区番号"},
    "municipality": {"市町村", "市町村名", "市町", "市町名", "市区町村", "市区町村名", "municipality"},
    "name": {"地区", "地区名", "大字", "大字名", "集落", "集落名", "name"},
}
YES = {"該当", "有", "有り", "あり", "○", "〇", "◯", "はい", "yes", "true"}
NO = {"非該当", "無", "無し", "なし", "×", "✕", "いいえ", "no", "false"}
UNKNOWN = {"", "-", "－", "―", "—", "不明", "未調査", "未回答"}
ROWS_NAMED = 5


def read(path: Path, *, value_field: str) -> tuple[pd.DataFrame, IntakeReport]:
    """zone_id, municipality, name (text, "" where not said) and value (float64, NaN unknown) of each row.

    Index: the file's own row numbers. 該当, 有, ○ count 1; 非該当, 無, × count 0; a blank, － and 不明 are
    unknown. DataError when a column is missing or an amount is no number or negative.
    """
    from geodata import intake

    table, report = intake.read_table(path)
    report.kind = report.kind or NAME
    table = numbered(table)
    found = {name: column_of(table, names) for name, names in FIELDS.items()}
    if value_field not in table.columns or not (found["zone_id"] or (found["municipality"] and found["name"])):
        raise DataError(
            "column-missing",
            Text(
                f"「{value_field}」の列、または地区を示す列（zone_id か、市町村名と地区名）がありません。",
                f'no column "{value_field}", or none that names the zone (zone_id, or municipality and name)',
            ),
            Text("見出しを確かめてください。", "check the header"),
            path.name,
            Text("列 " + shown(table), "columns " + shown(table)),
        )
    values = text_of(table, value_field)
    amounts = values.map(_amount)
    if (bad := amounts.isna() & ~values.map(lambda text: _plain(text) in UNKNOWN)).any():
        raise _no_amount(path, values[bad], value_field)
    rows = pd.DataFrame({name: text_of(table, column) for name, column in found.items()})
    return rows.assign(value=amounts.astype(float)), report


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _amount(text: str) -> float:
    """0 or more, NaN where it is unknown or no amount."""
    word = _plain(text)
    if word in YES or word in NO:
        return float(word in YES)
    try:
        amount = float(word.replace(",", ""))
    except ValueError:
        return np.nan
    return amount if 0 <= amount < np.inf else np.nan


def _no_amount(path: Path, bad: pd.Series, field: str) -> DataError:
    rows = "、".join(f"{row}行目「{text[:20]}」" for row, text in bad.iloc[:ROWS_NAMED].items())
    rows_en = ", ".join(f'row {row} "{text[:20]}"' for row, text in bad.iloc[:ROWS_NAMED].items())
    return DataError(
        "value-not-a-number",
        Text(f"「{field}」に0以上の数でない値が{len(bad)}件あります。", f'{len(bad)} values of "{field}" are no number from 0 on'),
        Text(
            "数、または 該当／非該当 を入れてください。分からない地区は空欄にします（0とは扱いません）。",
            "give a number, or yes / no; leave what is not known empty (it is not taken for 0)",
        ),
        path.name,
        Text(rows, rows_en),
    )
