"""Columns of text, made quickly and made clean."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from geodata.limits import limits
from geodata.text import CONTROL

if TYPE_CHECKING:
    from geodata.report import IntakeReport


def text_column(values: Sequence[str]) -> pd.Series:
    """A column of text. By way of Arrow: three times quicker than pandas' own check of every cell."""
    import pyarrow as pa

    if pd.Series(["a"]).dtype == object:  # pandas 2
        return pd.Series(values, dtype=object)
    dtype = pd.StringDtype("pyarrow", na_value=np.nan)
    return pd.Series(pd.array(pa.array(values, pa.large_string()), dtype=dtype))


def clean_columns(frame: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    """`frame` with control characters taken out of its text, and very long cells told of."""
    controls: list[str] = []
    long_cells: list[str] = []
    count = 0
    for name in frame.columns:
        values = frame[name]
        if pd.api.types.is_numeric_dtype(values):
            continue
        texts = values.to_list()
        if max(map(len, texts), default=0) > limits().cell_chars:
            lengths = values.str.len().to_numpy()
            long_cells += [f"{row + 1} {name}" for row in np.flatnonzero(lengths > limits().cell_chars)[:20]]
        if CONTROL.search("\n".join(texts)):  # one search for the column: cells only where it finds something
            dirty = np.array([CONTROL.search(text) is not None for text in texts])
            count += int(dirty.sum())
            controls += [f"{row + 1} {name}" for row in np.flatnonzero(dirty)[:20]]
            cleaned = pd.Series([CONTROL.sub("", text) for text in texts], index=frame.index, dtype=str)
            frame = frame.copy(deep=False)
            frame[name] = cleaned
    if count:
        text = Text(
            f"文字の中の制御文字を取り除きました（{count:,} か所）。",
            f"control characters taken out of {count:,} cells",
        )
        report.note("warn", "control-characters", text, count, controls)
    if long_cells:
        text = Text(
            f"{limits().cell_chars:,} 文字を超えるセルがあります。",
            f"cells longer than {limits().cell_chars:,} characters",
        )
        report.note("warn", "long-cells", text, len(long_cells), long_cells)
    return frame
