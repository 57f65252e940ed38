"""The rows behind a figure, as a table for people and as a CSV of all of them.

rows_table(answer, result, "ja")       # 地区ID, 市町村, 地区, この数への分（人）
rows_csv(table, name, notice, "ja")
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.explain import Explained
from geodata.errors import Text
from geodata.tables import text
from requests_gen.explain import part_name, part_words
from requests_gen.results import ranking_sheets
from requests_gen.wording import amounts, numbers_and_eras

if TYPE_CHECKING:
    from coverage.result import Result

# what tells the rows apart; parts and places are numbered only
KEYS = {
    "zones": Text("地区ID", "zone id"),
    "municipalities": Text("市町村コード", "municipality code"),
    "cells": Text("メッシュコード", "mesh code"),
}
NAMES = {
    "zones": Text("地区", "zone"),
    "places": Text("施設", "place"),
    "parts": Text("内訳", "part"),
    "rows": Text("台帳の行", "row of the registry"),
}
WHOLE_TO_A_SUM = {"people", "households"}  # in part in the findings, whole on paper, and adding up there
UNIT_OF_ROWS = {"places": "places", "rows": "cases"}  # else the figure's own
HALF = 0.5  # how far the rows may be from the value for the value to be their sum


def rows_table(answer: Explained, result: Result, lang: str) -> pd.DataFrame:
    """`answer.rows` in the words of the page, in the same order; the last column is what each adds, missing where unknown.

    People and households are whole and add up to the value; a part of a score or a sign is a word.
    """
    rows, made = answer.rows, {}
    if answer.rows_of in KEYS:
        made[KEYS[answer.rows_of]] = rows.index.astype(str)
    if "municipality" in rows:
        made[Text("市町村", "municipality")] = rows["municipality"].map(text.stripped)
    if answer.rows_of in NAMES and "name" in rows:
        named = rows["name"].map(str) if answer.rows_of != "parts" else [part_name(each, result, lang) for each in rows["name"]]
        made[NAMES[answer.rows_of]] = [text.stripped(each) for each in named]
    if answer.rows_of == "cells":
        made[Text("地区ID", "zone id")] = rows["zone_id"].fillna("").astype(str)
    if "value" in rows:
        heading, values = _values(answer, lang)
        made[heading] = values
    if "partly" in rows and rows["partly"].any():
        made[Text("一部不明", "partly unknown")] = np.where(rows["partly"], Text("少なくとも", "at least").in_(lang), "")
    return pd.DataFrame({heading.in_(lang): list(column) for heading, column in made.items()})


def _values(answer: Explained, lang: str) -> tuple[Text, Any]:
    values = answer.rows["value"]
    if answer.rows_of == "parts" or not pd.api.types.is_numeric_dtype(values):
        names = answer.rows.get("name", values)
        return Text("値", "value"), [part_words(value, str(name), lang) for value, name in zip(values, names, strict=True)]
    sums = _add_up(values.to_numpy(float), answer)
    heading = Text("この数への分", "adds") if sums else Text("値", "value")
    unit = UNIT_OF_ROWS.get(answer.rows_of, answer.figure.unit)
    behind = amounts.BEHIND[unit]
    heading = Text(
        *(f"{word}（{said.strip()}）" if said.strip() else word for word, said in ((heading.ja, behind.ja), (heading.en, behind.en)))
    )
    if unit in amounts.COUNTED:
        return heading, pd.array(_whole(values.to_numpy(float), sums and unit in WHOLE_TO_A_SUM), dtype="Int64")
    return heading, (100 * values if unit == "share" else values).round(1)


def _add_up(values: np.ndarray, answer: Explained) -> bool:
    """Whether the rows are what the value is the sum of; those of a rank or a share are not."""
    total = None if answer.amount is None else answer.amount.known
    return total is not None and abs(np.nansum(values) - total) < HALF


def _whole(values: np.ndarray, to_their_sum: bool) -> list[int | None]:
    """Whole numbers, half up or so that they add up as their sum is printed. Unknown stays unknown."""
    if not to_their_sum:
        return [numbers_and_eras.round_half_up(value) for value in values]
    known = ~np.isnan(values)
    parts = iter(amounts.largest_remainder(values[known].tolist()))
    return [next(parts) if there else None for there in known]


def rows_csv(table: pd.DataFrame, name: str, notice: str, lang: str) -> bytes:
    """All rows of `table` (rows_table) as CSV, the figure's name and the notice beside each: UTF-8 with a mark, CRLF.

    No text is taken for a formula; unknown is empty.
    """
    beside = {Text("数", "figure").in_(lang): name, **({Text("注記", "notice").in_(lang): notice} if notice else {})}
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([ranking_sheets.unformula(str(heading)) for heading in (*table.columns, *beside)])
    tail = [ranking_sheets.unformula(word) for word in beside.values()]
    for row in table.astype(object).itertuples(index=False):
        writer.writerow([*(_cell(value) for value in row), *tail])
    return stream.getvalue().encode(ranking_sheets.CSV_ENCODING)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return ranking_sheets.unformula(value)
    return "" if pd.isna(value) else ranking_sheets.number_text(float(value))
