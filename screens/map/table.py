"""The table of zones beside the map: which columns it shows, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from coverage.figures import FIGURES
from coverage.gaps import mark_column
from requests_gen.results import columns
from screens.map.view import View
from screens.shared import as_written, figure_box

if TYPE_CHECKING:
    from coverage.result import Result

FIRST = ("rank", "municipality", "name", "uncovered_population")
MORE = ("score", "population", "complete_population", "nearest_coverage_km", "shelters", "rank_low", "rank_high", "zone_id")
WIDTHS = {"rank": 74, "score": 56, "uncovered_population": 92, "municipality": 112, "name": 112, "mark": 46, "text": 90}  # pixels
FEW_VALUES = 300


def table(rows: pd.DataFrame, result: Result, view: View, lang: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(the columns of `rows` that the table shows, how it shows them). Names are shown as they are."""
    marks = tuple(mark_column(view.generation, carrier) for carrier in result.study.carrier_keys)
    headings = {column.key: column for column in columns.ranking_columns(result.study)}
    shown = rows.reset_index()[[*FIRST, *marks, *MORE]]
    shapes = {"score": "%.1f", "nearest_coverage_km": "%.1f", "rank": "%d", "rank_low": "%d", "rank_high": "%d"}
    brief = dict(zip(marks, short_names([carrier.name for carrier in result.study.carriers]), strict=True))
    config = {}
    for key in shown.columns:
        label, kind = headings[key].heading.in_(lang), headings[key].kind
        if kind == "mark":
            config[key] = st.column_config.TextColumn(brief[key], width=WIDTHS[kind], help=as_written(label))
        elif kind == "text":
            config[key] = st.column_config.TextColumn(label, width=WIDTHS.get(key, WIDTHS[kind]))
        else:
            said = figure_box.meaning(key, lang) if key in FIGURES else None
            config[key] = st.column_config.NumberColumn(label, format=shapes.get(key, "%,.0f"), width=WIDTHS.get(key, 80), help=said)
    return light(shown), config


def light(shown: pd.DataFrame) -> pd.DataFrame:
    """The same cells in fewer bytes: all of the table goes to the browser at every change.

    Numbers in four bytes are right to seven digits, more than the table shows.
    """
    made = {}
    for name, column in shown.items():
        if column.dtype.kind == "f":
            made[name] = column.astype("float32")
        elif column.nunique() < FEW_VALUES:
            made[name] = column.astype("category")
    return shown.assign(**made)


def short_names(names: list[str]) -> list[str]:
    """Names without what they all begin with, so that they differ in narrow columns; else they stay whole."""
    shared = 0
    for signs in zip(*names, strict=False):  # as far as the shortest goes
        if len(set(signs)) > 1:
            break
        shared += 1
    brief = [name[shared:] for name in names]
    return brief if len(names) > 1 and all(brief) else names
