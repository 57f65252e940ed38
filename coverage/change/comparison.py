"""What changed between two years: people left out, zones by their id, and the reasons told apart.

Only what the areas or the people did is real change. A changed rule, boundary, zone unit or missing file is
told as such: the old year is first counted again on the new year's terms (cells.steps).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.change.cells import WORST, Steps, parts, steps
from coverage.change.terms import Difference, common_carriers, comparable, differences, not_renewed
from coverage.change.zones import ZONE_PARTS, counted, states_by_people, unclear_zones, zone_changes
from coverage.figures import in_part
from coverage.gaps import ANY, uncovered_column

if TYPE_CHECKING:
    from coverage.result import Result

REAL = ("coverage_grew", "coverage_shrank", "population")


@dataclass(frozen=True)
class Figure:
    """People left out in one generation: by one carrier or by all ("any") over all cells, or of the zones ("worst").

    "worst" is the sum over the zones of each year of what the carrier that leaves out most leaves out in each cell:
    the total of the ranking, the map and the trend of that year. old, new: persons as each year published them, as far
    as they are known; None where nothing is. old_unknown, new_unknown: zones ("worst") or inhabited cells (others) that
    are not known, and come on top. parts: {PARTS or, of "worst", ZONE_PARTS: persons}, adding up to new − old; None where
    a year is unknown or the cells cannot be compared. unpublished: "<carrier> <generation>" that gave no areas in one of
    the years: "any" and "worst" then speak of the others only.
    """

    carrier: str
    generation: str
    old: float | None
    new: float | None
    parts: dict[str, float] | None
    unpublished: tuple[str, ...] = ()
    old_unknown: int = 0
    new_unknown: int = 0

    @property
    def real(self) -> float | None:
        """Persons by which the areas and the people changed it: the change on equal terms."""
        return None if self.parts is None else sum(self.parts[name] for name in REAL)


@dataclass(frozen=True)
class Change:
    """The comparison of two years; `generation` and `rule` are those the new year's zones are counted by.

    zones: zones.COLUMNS. states: {generation: {state: zones}}. unrenewed: "<carrier> <generation>" whose
    files are the same in both years, so that "no change" there tells nothing.
    """

    old_year: int
    new_year: int
    generation: str
    rule: str
    cells_comparable: bool
    figures: list[Figure]
    zones: pd.DataFrame
    states: dict[str, dict[str, int]]
    differences: list[Difference]
    unrenewed: list[str]
    fictitious: bool

    def figure(self, carrier: str, generation: str) -> Figure | None:
        """The figure of one carrier in one generation; None where a year does not know it."""
        return next((f for f in self.figures if (f.carrier, f.generation) == (carrier, generation)), None)


def compare(old: Result, new: Result, earlier: Collection[str] = ()) -> Change:
    """`old` against `new`. earlier: zone ids of years before, besides those in the old year's list of ids."""
    generation, can = str(new.study.zones.generation), comparable(old, new)
    if can and generation in old.study.generations:
        made = steps(old, new)
        zones = zone_changes(old, new, made, generation, {*earlier, *old.zone_ids["zone_id"]})
        figures = [_of_zones(old, new, zones, generation), *_figures(old, new, made)]
        others = {g: states_by_people(old, new, made, g) for g in _generations(old, new) if g != generation}
    else:
        zones, others = unclear_zones(old, new), {}
        figures = [_of_zones(old, new, zones, generation), *_totals(old, new)]
    return Change(
        old_year=old.study.about.fiscal_year,
        new_year=new.study.about.fiscal_year,
        generation=generation,
        rule=new.study.rules.gaps,
        cells_comparable=can,
        figures=figures,
        zones=zones,
        states={generation: counted(zones["state"]), **others},
        differences=differences(old, new),
        unrenewed=not_renewed(old, new),
        fictitious=old.study.about.fictitious or new.study.about.fictitious,
    )


def _generations(old: Result, new: Result) -> list[str]:
    return [g for g in new.study.generations if g in old.study.generations]


def _known(values: pd.Series, unknown: int) -> float | None:
    """The sum of what is known, None where something is unknown and nothing known."""
    return None if unknown and not values.notna().any() else float(values.sum())


def _of_zones(old: Result, new: Result, zones: pd.DataFrame, generation: str) -> Figure:
    """The one figure that the table of zones adds up to, in all its parts."""
    unknown = [_unknown_zones(zones, *each) for each in (("old", old), ("new", new))]
    before, after = _known(zones["old_people"], unknown[0]), _known(zones["new_people"], unknown[1])
    told = None
    # where the cells cannot be compared no zone has parts
    if before is not None and after is not None and (zones["unknown"].notna().any() or not len(zones)):
        told = {name: float(zones[name].sum()) for name in ZONE_PARTS}
    return Figure(WORST, generation, before, after, told, _silent(old, new, WORST, generation), *unknown)


def _unknown_zones(zones: pd.DataFrame, year: str, result: Result) -> int:
    """Zones of a year of which nobody knows the people, or not of every cell."""
    partly = in_part(result.zones, "uncovered_population").reindex(zones.index, fill_value=False)
    return int((zones["unknown_years"].isin([year, "both"]) | partly).sum())


def _silent(old: Result, new: Result, carrier: str, generation: str) -> tuple[str, ...]:
    """Carriers of either study without areas in one of the years, where `carrier` is a union."""
    keys = dict.fromkeys([*new.study.carrier_keys, *old.study.carrier_keys]) if carrier in {ANY, WORST} else {}
    known = common_carriers(old, new, generation)
    return tuple(f"{key} {generation}" for key in keys if key not in known)


def _figures(old_year: Result, new_year: Result, made: Steps) -> list[Figure]:
    """The figures over all cells."""
    people = [result.cells["population"].reindex(made.old.index) for result in (old_year, new_year)]
    found = []
    for carrier, generation in made.old.columns:
        key = (str(carrier), str(generation))
        if carrier == WORST:
            continue  # by cells alone it is nobody's figure: the zones' is
        unknown = [_unknown(*each) for each in zip((made.old[key], made.new[key]), people, (made.in_old, made.in_new), strict=True)]
        old, new = _known(made.old[key], unknown[0]), _known(made.new[key], unknown[1])
        told = None
        if old is not None and new is not None:
            told = {str(name): float(values.sum()) for name, values in parts(made, key).items()}
        found.append(Figure(*key, old, new, told, _silent(old_year, new_year, *key), *unknown))
    return found


def _unknown(left_out: pd.Series, people: pd.Series, there: np.ndarray) -> int:
    """Cells of a year where somebody lives, or nobody knows who does, of whom it is not known whether they are left out."""
    return int((left_out.isna() & (people != 0) & there).sum())


def _totals(old: Result, new: Result) -> list[Figure]:
    """The figures of both years side by side, where their cells cannot be compared."""
    found = []
    for generation in _generations(old, new):
        for carrier in [*common_carriers(old, new, generation), ANY]:
            name = uncovered_column(generation, carrier)
            unpublished = _silent(old, new, carrier, generation)
            years = [(year.gaps[name], year.cells["population"].reindex(year.gaps.index)) for year in (old, new)]
            unknown = [_unknown(left, people, np.ones(len(left), bool)) for left, people in years]
            before, after = (_known(left, count) for (left, _), count in zip(years, unknown, strict=True))
            found.append(Figure(carrier, generation, before, after, None, unpublished, *unknown))
    return found
