"""Places and people without coverage over all years held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.change.terms import SETTINGS, comparable, population_year, published
from coverage.change.zones import LEAST_PEOPLE
from coverage.gaps import uncovered_column

if TYPE_CHECKING:
    from coverage.result import Result

COLUMNS = [
    "fiscal_year",
    "areas",
    "households",
    "people",
    "zones",
    "zone_people",
    "unknown_areas",
    "unknown_cells",
    "unknown_zones",
    "population_year",
    "rule",
    "same_terms",
]


def trend(results: Iterable[Result], generation: str) -> pd.DataFrame:
    """One row a year, oldest first: COLUMNS. NaN: not known.

    areas: zones where people live whom no carrier reaches in `generation`; households, people: those no
    carrier reaches, everywhere. zones, zone_people: zones with a gap, and the people left out there by the
    carrier that leaves out most (NaN unless they are made for `generation`): the total of that year's ranking and map.
    unknown_areas: zones of which it is not known whether they are among the areas; unknown_cells: inhabited cells
    that are in neither households nor people; unknown_zones: zones that are not in zone_people: what is unknown comes
    on top. same_terms: counted on the same terms as the year before (rules, mesh year, carriers that published), so
    that the two may be compared.
    """
    years = sorted(results, key=lambda result: result.study.about.fiscal_year)
    rows = [_row(result, generation) for result in years]
    for row, before, after in zip(rows[1:], years, years[1:], strict=False):
        row["same_terms"] = _terms(before) == _terms(after) and comparable(before, after)
    return pd.DataFrame(rows, columns=COLUMNS)


def _row(result: Result, generation: str) -> dict[str, object]:
    study, gaps = result.study, result.gaps
    row: dict[str, object] = {
        "fiscal_year": study.about.fiscal_year,
        "areas": np.nan,
        "households": np.nan,
        "people": np.nan,
        "zones": np.nan,
        "zone_people": np.nan,
        "unknown_areas": 0,
        "unknown_cells": 0,
        "unknown_zones": 0,
        "population_year": population_year(result),
        "rule": study.rules.gaps,
        "same_terms": True,
    }
    if generation == study.zones.generation:
        amounts = result.zones["uncovered_population"]
        known = amounts.sum(min_count=min(1, len(amounts)))
        row |= {"zones": len(amounts), "zone_people": known, "unknown_zones": int(amounts.isna().sum())}
    unpublished = {f"{carrier} {generation}" for carrier in study.carrier_keys} - set(published(result))
    if generation in study.generations and not unpublished:
        left = gaps[uncovered_column(generation)]
        people = result.cells["population"]
        part = (left / people.where(people > 0)).fillna(0.0).where(left.notna())
        by_zone = result.zones[uncovered_column(generation)]
        row |= {
            "areas": int((by_zone >= LEAST_PEOPLE).sum()),
            "unknown_areas": int(by_zone.isna().sum()),
            "households": (result.cells["households"] * part).sum(min_count=1),
            "people": left.sum(min_count=1),
            "unknown_cells": int((left.isna() & (people != 0)).sum()),
        }
    return row


def _terms(result: Result) -> tuple[object, ...]:
    asked = tuple(str(ask(result.study)) for ask in SETTINGS.values())
    return (*asked, population_year(result), tuple(published(result)))
