"""Rows of a population table: which are cells, and what their figures say. Shared by tables of any source."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import Text
from geodata.grid import FloatArray, IntArray
from geodata.report import IntakeReport
from geodata.tables import figures
from geodata.tables import plain as plain_label

ROLE_NAMES = {
    "code": Text("メッシュコード", "mesh code"),
    "population": Text("人口（総数）", "population"),
    "households": Text("世帯総数", "households"),
    "population_65plus": Text("65歳以上人口", "population aged 65+"),
}
# 合計, 総計, 小計, 津市計 …; only asked of rows that have no mesh code
_TOTAL = re.compile(r"(.*計|総数|total|grandtotal|sum)")
_UNIT = re.compile(r"\((人|世帯|戸)\)$|[_・](人|世帯)$")


def plain(label: object) -> str:
    """A label without white space, width, case and unit: what labels are compared by."""
    return _UNIT.sub("", plain_label(label))


def only_cells(body: pd.DataFrame, fields: Mapping[str, str], report: IntakeReport) -> tuple[pd.DataFrame, dict[str, float]]:
    """(rows that are cells, figures of the total row by role): other rows go out, counted with their reason.

    A row with people but without a code stays in, so that reading its code refuses it.
    """
    looks_like_code = body[fields["code"]].str.contains("[0-9０-９]{4}", regex=True).to_numpy(bool)
    odd = body[~looks_like_code]
    if not len(odd):
        return body, {}
    words = odd.map(plain)
    total = words.map(lambda word: _TOTAL.fullmatch(word) is not None).any(axis=1)
    blank = (words == "").all(axis=1)
    note = ~total & ~blank & (words[fields["population"]] == "")
    for code, rows, text in (
        ("total-row", total, Text("合計の行を除きました（照合に使いました）。", "rows of totals were left out (used as a check)")),
        ("blank-row", blank, Text("空の行を除きました。", "blank rows were left out")),
        ("note-row", note, Text("人口の書かれていない注記などの行を除きました。", "note rows without figures were left out")),
    ):
        report.exclude(code, text, int(rows.sum()), odd.index[rows])
    # a subtotal cannot be told from the grand total, so only a single total row is a check
    checks = {}
    if total.sum() == 1:
        row = odd[total].iloc[0]
        checks = {role: float(figures.read_figures(pd.Series([row[name]])).values[0]) for role, name in fields.items()}
    return body.drop(index=odd.index[total | blank | note]), checks


def read_numbers(
    cells: pd.Series, role: str, lines: IntArray, none: npt.NDArray[np.bool_], merged: npt.NDArray[np.bool_], report: IntakeReport
) -> FloatArray:
    """One column as float64, NaN where it holds no number. `none` marks the cells where `-` means 0.

    Ages that are suppressed (`*`), or whatever stands in rows `merged` into another, come out as NaN without
    a notice: what they mean is settled by disclosure groups.
    """
    name = ROLE_NAMES[role]
    found = figures.read_figures(cells)
    figures.refuse_wrong(found, cells, name.ja, lines)
    values = np.where(found.are(figures.State.NONE) & none, 0.0, found.values)
    if role == "population_65plus":
        values = np.where(found.are(figures.State.BLANK) & none, 0.0, values)
    if found.repaired.any():
        report.note(
            "warn",
            "figures-mended",
            Text(
                f"「{name.ja}」の桁区切り・全角数字・単位を取り除いて読みました。",
                f"separators, wide digits or units were removed in {name.en}",
            ),
            int(found.repaired.sum()),
            lines[found.repaired],
        )
    settled_later = (found.are(figures.State.SUPPRESSED) | merged) & (role == "population_65plus")
    unknown = np.isnan(values) & ~settled_later
    if unknown.any():
        report.note(
            "warn",
            f"unknown-{role}",
            Text(
                f"「{name.ja}」が空欄または非公表の行を「不明」としました（0 とは数えません）。",
                f"{name.en} blank or withheld: taken as unknown, not 0",
            ),
            int(unknown.sum()),
            lines[unknown],
        )
    return np.asarray(values, float)


def compare_total(rows: pd.DataFrame, total: Mapping[str, float], report: IntakeReport) -> None:
    """Warn where the table's own total row differs from the sum of its cells."""
    for role in ("population", "households"):
        written, found = total.get(role, np.nan), float(rows[role].sum())
        if not np.isnan(written) and abs(written - found) > 0.5 and not rows[role].isna().any():
            report.note(
                "warn",
                "total-differs",
                Text(
                    f"合計の行の{ROLE_NAMES[role].ja} {written:,.0f} と各行の和 {found:,.0f} が一致しません。行の過不足を確かめてください。",
                    f"the total row says {written:,.0f} for {ROLE_NAMES[role].en}, the rows sum to {found:,.0f}",
                ),
            )
