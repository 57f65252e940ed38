"""Which rows of a file count: the study's `where`, field by field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import DataError, Text
from geodata.tables import figures, plain, shown, text_of

if TYPE_CHECKING:
    from geodata.report import IntakeReport

FEW_VALUES = 20
ROWS_NAMED = 5
# what divides the names in one cell: 「A社、B社」, "A;B"
_BETWEEN = re.compile(r"[;；、,，/／]")


@dataclass(frozen=True)
class Choice:
    """What a field must say for its row to count; all that is given must hold.

    values: the cell is one of them, as text. contains: one of the cell's parts (`parts`) is one of them, width and
    case aside. at_least, at_most: the cell is such a number, in the unit of the file.
    """

    values: Sequence[object] | None = None
    contains: Sequence[object] | None = None
    at_least: float | None = None
    at_most: float | None = None


Where = Mapping[str, Sequence[object] | Choice]


def parts(cell: object) -> list[str]:
    """The names in a cell, divided at ; 、 , or /: "A社;B社" → ["A社", "B社"]. A plain cell is one part."""
    return [part for part in (piece.strip() for piece in _BETWEEN.split(str(cell))) if part]


def chosen_rows(rows: pd.DataFrame, where: Where | None, report: IntakeReport) -> npt.NDArray[np.bool_]:
    """bool[n]: rows that fit every field of `where`. Those left out are counted, as the study wished.

    rows: under the file's own line numbers (geodata.tables.numbered), which messages name.

    DataError "where-field", "where-nothing", "where-number" naming the field, and what stands there.
    """
    chosen = np.ones(len(rows), bool)
    for field, said in (where or {}).items():
        if field not in rows.columns:
            raise DataError(
                "where-field",
                Text(f"where で指定された列「{field}」がありません。", f'the field "{field}" named in where is missing'),
                Text("列名を確かめてください。", "check its name"),
                where=Text("列 " + shown(rows), "columns " + shown(rows)),
            )
        found = text_of(rows, field)
        chosen &= _fits(rows, field, found, said if isinstance(said, Choice) else Choice(values=said))
        if not chosen.any():
            named = "、".join(sorted(found.unique())[:FEW_VALUES])
            raise DataError(
                "where-nothing",
                Text(f"where の条件（{field}）に合う行がありません。", f"no row fits where ({field})"),
                Text(f"この列にある値から選んでください: {named}", f"choose from the values there: {named}"),
                where=Text(f"列 {field}", f"column {field}"),
            )
    left_out = int((~chosen).sum())
    if left_out:
        report.excluded["not-chosen"] = report.excluded.get("not-chosen", 0) + left_out
        report.accepted -= left_out
        text = Text("設定 where で選ばれていない行を除きました。", "rows not chosen by where were left out")
        report.note("info", "not-chosen", text, left_out)
    return chosen


def _fits(rows: pd.DataFrame, field: str, cells: pd.Series, said: Choice) -> npt.NDArray[np.bool_]:
    """bool[n]: the rows whose cell of `field` fits all that is said."""
    fits = np.ones(len(cells), bool)
    if said.values is not None:
        fits &= cells.isin([str(value) for value in said.values]).to_numpy(bool)
    if said.contains is not None:
        sought = {plain(value) for value in said.contains}
        fits &= cells.map(lambda cell: any(plain(part) in sought for part in parts(cell))).to_numpy(bool)
    if said.at_least is not None or said.at_most is not None:
        numbers = _numbers(rows, field, cells)
        if said.at_least is not None:
            fits &= numbers >= said.at_least
        if said.at_most is not None:
            fits &= numbers <= said.at_most
    return fits


def _numbers(rows: pd.DataFrame, field: str, cells: pd.Series) -> npt.NDArray[np.float64]:
    numbers = [figures.number_of(cell) for cell in cells]
    bad = [k for k, number in enumerate(numbers) if number is None]
    if bad:
        named = "、".join(f"{rows.index[k]}行目「{cells.iloc[k]}」" for k in bad[:ROWS_NAMED])
        lines = ", ".join(f'row {rows.index[k]} "{cells.iloc[k]}"' for k in bad[:ROWS_NAMED])
        raise DataError(
            "where-number",
            Text(
                f"where で大小を比べる列「{field}」に、数でない値が {len(bad)} 件あります。",
                f'where compares "{field}" as a number, but {len(bad)} cells are none',
            ),
            Text(
                f'その行を直すか、値を並べて選んでください（例: where = {{ "{field}" = ["…"] }}）。',
                f'mend the rows, or list the values: where = {{ "{field}" = ["…"] }}',
            ),
            where=Text(named, lines),
        )
    return np.array(numbers, float)
