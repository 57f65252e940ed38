"""Sums that may have an unknown part: one rule for zones, municipalities and totals."""

from __future__ import annotations

import pandas as pd

from coverage.figures.figure import Amount, Part

# {column of the zones: the column that counts the cells of which a zone's amount does not know}
PARTIAL = {
    "population": "unknown_people_cells",
    "uncovered_population": "unknown_people_cells",
    "complete_population": "unknown_people_cells",
    "households": "unknown_households_cells",
    "uncovered_households": "unknown_households_cells",
    "population_65plus": "unknown_65plus_cells",
    "uncovered_65plus": "unknown_65plus_cells",
}


def add_up(values: pd.Series, partial: pd.Series | None = None, of: Part = "zones") -> Amount:
    """The sum of what is known, and how many of `values` are unknown (NaN) or known in part only.

    partial: bool, index as `values`. Nothing known of anything: no sum. No values at all sum to 0.
    """
    unknown = values.isna()
    nothing = bool(unknown.any()) and bool(unknown.all())
    missing = unknown if partial is None else unknown | partial.reindex(values.index, fill_value=False).astype(bool)
    return Amount(None if nothing else float(values.sum()), int(missing.sum()), len(values), of)


def zone_sum(zones: pd.DataFrame, column: str) -> Amount:
    """add_up of one column over `zones` (the zones' table or ranking_rows); a column nobody made is wholly unknown."""
    if column not in zones:
        return Amount(None, len(zones), len(zones))
    return add_up(zones[column].astype(float), in_part(zones, column))


def in_part(zones: pd.DataFrame, column: str) -> pd.Series:
    """Which zones know their amount only in part: bool, index as `zones`."""
    counts = PARTIAL.get(column, "unknown_people_cells" if column.startswith("uncovered_population_") else "")
    if counts not in zones:  # results of a program that did not count them have no such column
        return pd.Series(False, index=zones.index)
    return zones[counts].fillna(0) > 0
