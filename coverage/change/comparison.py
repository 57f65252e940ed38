"""What changed between two years: people left out, zones by their id, and the reasons told apart.

Only what the areas or the people did is real change. A changed rule, boundary, zone unit or missing file is
told as such: the old year is first counted again on the new year's terms (cells.steps).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from coverage.change.cells import WORST, Steps, parts, steps
from coverage.change.terms import Difference, common_carriers, comparable, differences, not_renewed
from coverage.change.zones import counted, states_by_people, unclear_zones, zone_changes
from coverage.gaps import ANY, uncovered_column

if TYPE_CHECKING:
    from coverage.result import Result

REAL = ("coverage_grew", "coverage_shrank", "population")


@dataclass(frozen=True)
class Figure:
    """People left out by one carrier ("any": by all, "worst": as zones are counted) in one generation.

    old, new: persons as each year published them, None where unknown. parts: {PARTS: persons}, adding up to
    new − old; None where a year is unknown or the cells cannot be compared. silent: "<carrier> <generation>" that
    gave no areas in one of the years: "any" and "worst" then speak of the others only.
    """

    carrier: str
    generation: str
    old: float | None
    new: float | None
    parts: dict[str, float] | None
    unpublished: tuple[str, ...] = ()

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
        figures = _figures(old, new, made)
        zones = zone_changes(old, new, made, generation, {*earlier, *old.zone_ids["zone_id"]})
        others = {g: states_by_people(old, new, made, g) for g in _generations(old, new) if g != generation}
    else:
        figures, zones, others = _totals(old, new), unclear_zones(old, new), {}
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


def _sum(values: pd.Series) -> float | None:
    """All persons, or None where nothing is known."""
    return float(values.sum()) if values.notna().any() else None


def _silent(old: Result, new: Result, carrier: str, generation: str) -> tuple[str, ...]:
    """Carriers of either study without areas in one of the years, where `carrier` is a union."""
    keys = dict.fromkeys([*new.study.carrier_keys, *old.study.carrier_keys]) if carrier in {ANY, WORST} else {}
    known = common_carriers(old, new, generation)
    return tuple(f"{key} {generation}" for key in keys if key not in known)


def _figures(old_year: Result, new_year: Result, made: Steps) -> list[Figure]:
    found = []
    for carrier, generation in made.old.columns:
        key = (str(carrier), str(generation))
        old, new = _sum(made.old[key]), _sum(made.new[key])
        told = None
        if old is not None and new is not None:
            told = {str(name): float(values.sum()) for name, values in parts(made, key).items()}
        found.append(Figure(*key, old, new, told, _silent(old_year, new_year, *key)))
    return found


def _totals(old: Result, new: Result) -> list[Figure]:
    """The figures of both years side by side, where their cells cannot be compared."""
    found = []
    for generation in _generations(old, new):
        for carrier in [*common_carriers(old, new, generation), ANY]:
            name = uncovered_column(generation, carrier)
            unpublished = _silent(old, new, carrier, generation)
            found.append(Figure(carrier, generation, _sum(old.gaps[name]), _sum(new.gaps[name]), None, unpublished))
    return found
