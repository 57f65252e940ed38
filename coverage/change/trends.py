"""Places and people without coverage over all years held."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.change.terms import SETTINGS, comparable, population_year, published
from coverage.figures import Amount
from coverage.totals import total

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
    study = result.study
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
        people = total(result, "uncovered_population")
        row |= {"zones": len(result.zones), "zone_people": _known(people), "unknown_zones": people.unknown}
    unpublished = {f"{carrier} {generation}" for carrier in study.carrier_keys} - set(published(result))
    if generation in study.generations and not unpublished:
        areas, homes, nobodys = (total(result, f"no_carrier_{what}", generation) for what in ("zones", "households", "population"))
        row |= {
            "areas": _known(areas),
            "unknown_areas": areas.unknown,
            "households": _known(homes),
            "people": _known(nobodys),
            "unknown_cells": nobodys.unknown,
        }
    return row


def _known(amount: Amount) -> float:
    return np.nan if amount.known is None else amount.known


def _terms(result: Result) -> tuple[object, ...]:
    asked = tuple(str(ask(result.study)) for ask in SETTINGS.values())
    return (*asked, population_year(result), tuple(published(result)))
