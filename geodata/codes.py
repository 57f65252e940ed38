"""Codes of public lists: made comparable, counted, and told where a list does not have them.

A code nobody knows is never taken for the nearest one: it is told with its count, or asked for.

code_of(rows, "N13_003")                       # "1", "2" … whether the file holds 1, "01", "１" or 1.0
report.facts["codes"] = {"N13_003": counted(codes, CLASSES)}
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from geodata.tables import plain, text, text_of

if TYPE_CHECKING:
    from geodata.report import IntakeReport

BLANK = "（空）"
VALUES_SHOWN = 12
DESTROYED = "\ufffd"  # what a converter wrote in the place of a character that it could not read
_NUMBER = re.compile(r"0*(\d+)(?:\.0+)?")


def code_of(rows: pd.DataFrame, field: str | None) -> pd.Series:
    """The codes of a column as text, "" for blank: narrow, without leading zeros and without the ".0" of numbers."""
    values = text_of(rows, field)
    return values.map({written: code(written) for written in values.unique()})


def code(written: str) -> str:
    """One code made comparable: "１", "01" and "1.0" are "1"."""
    narrow = text.code_text(written)
    found = _NUMBER.fullmatch(narrow)
    return found[1] if found else narrow


def by_table(values: pd.Series, meaning: Mapping[str, str]) -> pd.Series:
    """What a table says of each value, NaN where it says nothing. Width, case, spaces and the ".0" of numbers do not matter."""
    table = {plain(value): told for value, told in meaning.items()}

    def told(written: str) -> object:
        return table.get(plain(written), table.get(plain(code(written)), np.nan))

    return values.map({written: told(written) for written in values.unique()}).astype(object)


def counted(values: pd.Series, meaning: Mapping[str, str] | None = None) -> dict[str, int]:
    """{value and what it means: rows}, the values in order; for the record of a file."""
    counts = values.replace("", BLANK).value_counts().sort_index()
    names = meaning or {}
    return {f"{value} {names[value]}" if value in names else str(value): int(count) for value, count in counts.items()}


def listed(values: pd.Series) -> str:
    """Values with how often they occur, the commonest first: for messages."""
    counts = values.replace("", BLANK).value_counts()
    told = "、".join(f"{value}（{count:,}件）" for value, count in counts.head(VALUES_SHOWN).items())
    return told + ("、…" if len(counts) > VALUES_SHOWN else "")


def note_counts(report: IntakeReport, field: str, values: pd.Series, meaning: Mapping[str, str] | None = None) -> None:
    """Put the count of each code of a column into the record of its file."""
    report.facts.setdefault("codes", {})[field] = counted(values, meaning)


def tell_unknown(codes: pd.Series, known: Collection[str], field: str, report: IntakeReport) -> None:
    """Warn of codes that the list of `field` does not have, with their counts. Blank says nothing and is no code."""
    strange = ~codes.isin([*known, ""]).to_numpy(bool)
    if strange.any():
        told = listed(codes[strange])
        report.note(
            "warn",
            "code-unknown",
            Text(
                f"「{field}」に、公表されたコード表に無い値があります: {told}。意味を決めずに読みました。",
                f"{field} holds codes that its list does not have: {told}. They were read without a meaning",
            ),
            int(strange.sum()),
            (np.flatnonzero(strange) + 1).tolist(),
        )


def whole_names(names: pd.Series, field: str, report: IntakeReport) -> pd.Series:
    """`names` with "" for those whose characters an earlier conversion destroyed, counted in the report."""
    destroyed = names.str.contains(DESTROYED, regex=False).to_numpy(bool)
    if destroyed.any():
        report.note(
            "warn",
            "names-destroyed",
            Text(
                f"「{field}」の文字が以前の変換で壊れているため、名前として使いません。元のファイルを使うと名前が入ります。",
                f"the characters of {field} were destroyed by an earlier conversion: not used as names. The original file has them",
            ),
            int(destroyed.sum()),
            (np.flatnonzero(destroyed) + 1).tolist(),
        )
    return names.where(~destroyed, "")
