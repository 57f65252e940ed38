"""Finding columns by what they are called, and reading them as text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import pandas as pd

COLUMNS_SHOWN = 15


def plain(label: object) -> str:
    """A label without white space, width and case: what labels are compared by. 「、」 stays."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(label))).lower()


def column_of(table: pd.DataFrame, names: Collection[str]) -> str | None:
    """The first column of `table` whose plain name is one of `names`."""
    return next((str(name) for name in table.columns if plain(name) in names), None)


def text_of(table: pd.DataFrame, name: str | None) -> pd.Series:
    """A column as stripped text; "" for null values and for a column that is not there."""
    if name is None or name not in table.columns:
        return pd.Series("", index=table.index, dtype=object)
    values = table[name].astype(object)
    return values.where(values.notna(), "").map(str).str.strip()


def shown(table: pd.DataFrame) -> str:
    """The first column names, for messages."""
    return "、".join(str(name) for name in table.columns[:COLUMNS_SHOWN])


def numbered(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with the file's own line numbers (features: 1, 2, …) as its index, for messages.

    intake keeps the lines of a text table in attrs, which pandas copies at every step: they move out of there.
    """
    lines = table.attrs.pop("row_numbers", None)
    return table.set_axis(pd.RangeIndex(1, len(table) + 1) if lines is None else pd.Index(lines), axis=0)


# Columns of text, made quickly and made clean.
