"""A comparison in whole people: what is printed of it, on every page, sheet and paper, adds up to the last person.

The totals of both years are the half-up ones that every other page prints. All that stands between them follows:
the zones with their totals (one controlled rounding), the parts of each figure (largest remainder).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.change import REAL, WORST, Change, Figure
from requests_gen.wording import amounts, numbers_and_eras

YEARS = ["old_people", "new_people"]
MOVES = {
    "coverage": ("coverage_grew", "coverage_shrank"),
    "population": ("population",),
    "terms": ("rule", "boundary", "data", "zones"),
    "unknown": ("unknown",),
}
COLUMNS = [*YEARS, *MOVES]
ORDER = ("new", "came_back", "grown", "shrunk", "resolved", "terms", "unclear", "unchanged")


@dataclass(frozen=True)
class Whole:
    """A figure (coverage.change.Figure) in whole people; difference and parts add up. None: not known."""

    old: int | None
    new: int | None
    parts: Mapping[str, int] | None

    @property
    def difference(self) -> int | None:
        """new − old, of the numbers printed."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def real(self) -> int | None:
        """By how much areas and people changed it, of the numbers printed."""
        return None if self.parts is None else sum(self.parts[name] for name in REAL)


@dataclass(frozen=True)
class WholePeople:
    """figures: one for each of change.figures. zones: COLUMNS, Int64, index as change.zones: new_people − old_people =
    the MOVES, NA where a year is unknown or not on the list, counting as nothing. totals: {COLUMNS: sum of the column}.
    """

    figures: tuple[Whole, ...]
    zones: pd.DataFrame
    totals: Mapping[str, int | None]


def whole_people(change: Change) -> WholePeople:
    """All people of a comparison, rounded once."""
    zones, totals = _zones(change)
    figures = [_of_zones(figure, totals) if figure.carrier == WORST else whole_figure(figure) for figure in change.figures]
    return WholePeople(tuple(figures), zones, totals)


def ordered_zones(change: Change) -> pd.DataFrame:
    """change.zones, those that changed first, more people first."""
    most = change.zones[["old_people", "new_people"]].max(axis=1).fillna(0.0)
    table = change.zones.assign(order=change.zones["state"].map(ORDER.index), most=-most)
    return table.sort_values(["order", "most"], kind="stable").drop(columns=["order", "most"])


def whole_figure(figure: Figure) -> Whole:
    """One figure by itself."""
    old, new = _rounded(figure.old), _rounded(figure.new)
    if figure.parts is None or old is None or new is None:
        return Whole(old, new, None)
    return Whole(old, new, dict(zip(figure.parts, _shared([*figure.parts.values()], new - old), strict=True)))


def _of_zones(figure: Figure, totals: Mapping[str, int | None]) -> Whole:
    """The figure of the zones: what its table adds up to, the sums of parts told apart."""
    old, new = totals["old_people"], totals["new_people"]
    if figure.parts is None:
        return Whole(old, new, None)
    parts: dict[str, int] = {}
    for column, names in MOVES.items():
        parts |= dict(zip(names, _shared([figure.parts[name] for name in names], totals[column] or 0), strict=True))
    return Whole(old, new, {name: parts[name] for name in figure.parts})


def _zones(change: Change) -> tuple[pd.DataFrame, dict[str, int | None]]:
    exact = change.zones[COLUMNS].astype(float)
    figure = change.figure(WORST, change.generation)
    told = figure is not None and figure.parts is not None
    known = exact.fillna(0.0)
    # before, now taken off, and the moves: every row sums to zero, and goes on doing so in print
    columns = COLUMNS if told else YEARS
    sign = np.array([-1.0 if name == "new_people" and told else 1.0 for name in columns])
    signed = known[columns].to_numpy() * sign
    sums = {name: numbers_and_eras.round_half_up(float(known[name].sum())) or 0 for name in columns}
    wanted = [int(side) * sums[name] for name, side in zip(columns, sign, strict=True)]
    if told:
        printed = amounts.add_up(signed, wanted)
    else:
        printed = np.array([_shared(side.tolist(), total) for side, total in zip(signed.T, wanted, strict=True)]).T.reshape(signed.shape)
    whole = pd.DataFrame(printed * sign.astype(np.int64), exact.index, columns).reindex(columns=COLUMNS).astype("Int64")
    totals: dict[str, int | None] = {name: int(whole[name].sum()) if name in columns else None for name in COLUMNS}
    if figure is not None:
        totals |= {name: None for name, value in zip(YEARS, (figure.old, figure.new), strict=True) if value is None}
    return whole.mask(exact.isna()), totals


def _rounded(value: float | None) -> int | None:
    return None if value is None else numbers_and_eras.round_half_up(value)


def _shared(values: list[float], total: int) -> list[int]:
    """Whole parts of a total that is printed anyhow."""
    try:
        return amounts.largest_remainder(values, total)
    except ValueError:
        # a year's total that ends on a half to the last bit was rounded otherwise than its parts: the largest gives way
        most = int(np.argmax(np.abs(values)))
        values[most] += total - sum(values)
        return amounts.largest_remainder(values, total)
