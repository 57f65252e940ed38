"""The row of figures over the map, for the zones in view. Unknown is shown as unknown, never counted as zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from coverage.figures import figure, zone_sum
from geodata.errors import Text
from requests_gen.wording import amounts
from screens.map.view import View

if TYPE_CHECKING:
    from coverage.result import Result

MOST_CARRIERS = 2


@dataclass(frozen=True)
class Figure:
    """One figure in one language: its key in the catalogue, its name, its value. `note` says what is not in it."""

    key: str
    label: str
    value: str
    note: str = ""


def figures(rows: pd.DataFrame, result: Result, view: View, all_published: bool, lang: str) -> list[Figure]:
    """The figures of `rows` (ranking_rows of the zones in view). all_published: in the view's generation."""
    generation, main = view.generation, str(result.study.zones.generation)
    whole = len(result.zones)
    shown = Text(f"{len(rows):,}地区", f"{len(rows):,}").in_(lang)
    of_all = Text(f"全{whole:,}地区のうち", f"of {whole:,}").in_(lang) if len(rows) < whole else ""
    count = Figure("zones_count", figure("zones_count").name.in_(lang), shown, of_all)
    if rows.empty:
        return [count]
    out = [count, _summed("population", rows, lang), _outside_all(rows, generation, main, all_published, lang)]
    if view.carriers:
        names = {carrier.key: carrier.name for carrier in result.study.carriers}
        out += [_summed("carrier_uncovered_population", rows, lang, generation, key, names[key]) for key in view.carriers[:MOST_CARRIERS]]
    elif generation == main:
        out += [_summed(key, rows, lang) for key in ("uncovered_population", "uncovered_65plus")]
    return [*out, _summed("shelters", rows, lang)]


def _summed(key: str, rows: pd.DataFrame, lang: str, generation: str = "", carrier: str = "", name: str = "") -> Figure:
    """A figure of the catalogue over the zones in view. What is not in the sum stands beside it."""
    found = figure(key)
    amount = zone_sum(rows, found.column.format(generation=generation, carrier=carrier))
    label = found.named({"generation": generation, "carrier": name}).in_(lang)
    if amount.known is None:
        return Figure(key, label, amounts.NOT_KNOWN.in_(lang))
    note = Text(f"ほかに不明 {amount.unknown:,}地区", f"unknown in {amount.unknown:,} more zones").in_(lang) if amount.unknown else ""
    return Figure(key, label, amounts.counted(amount.known, found.unit, lang), note)


def _outside_all(rows: pd.DataFrame, generation: str, main: str, all_published: bool, lang: str) -> Figure:
    """People outside every carrier's area: at most those outside what is published."""
    if all_published and generation == main:
        return _summed("complete_population", rows, lang)
    published = _summed("published_uncovered_population", rows, lang, generation)
    if all_published:
        return published
    unknown = figure("complete_population")
    label = Text(f"{generation}の{unknown.name.ja}", f"{generation}: {unknown.name.en}").in_(lang)
    note = Text(f"未公表の社あり（{published.label} {published.value}）", f"not all published ({published.label}: {published.value})")
    return Figure(unknown.key, label, amounts.NOT_KNOWN.in_(lang), note.in_(lang))
