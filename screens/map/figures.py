"""The row of figures over the map, for the zones in view. Unknown is shown as unknown, never counted as zero."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from coverage.gaps import uncovered_column
from geodata.errors import Text
from requests_gen.wording import numbers_and_eras
from screens.map.view import View

if TYPE_CHECKING:
    from coverage.result import Result

MOST_CARRIERS = 2


@dataclass(frozen=True)
class Figure:
    """One figure in one language. `note` says what is not in it."""

    label: str
    value: str
    note: str = ""


def figures(rows: pd.DataFrame, result: Result, view: View, all_published: bool, lang: str) -> list[Figure]:
    """The figures of `rows` (ranking_rows of the zones in view). all_published: in the view's generation."""
    generation, main = view.generation, str(result.study.zones.generation)
    whole = len(result.zones)
    shown = Text(f"{len(rows):,}地区", f"{len(rows):,}").in_(lang)
    of_all = Text(f"全{whole:,}地区のうち", f"of {whole:,}").in_(lang) if len(rows) < whole else ""
    count = Figure(Text("地区", "zones").in_(lang), shown, of_all)
    if rows.empty:
        return [count]
    out = [
        count,
        _people(Text("地区の人口", "people in the zones"), rows["population"], lang),
        _outside_all(rows, generation, all_published, lang),
    ]
    if view.carriers:
        names = {carrier.key: carrier.name for carrier in result.study.carriers}
        for key in view.carriers[:MOST_CARRIERS]:
            label = Text(f"{names[key]} {generation} のエリア外", f"outside {names[key]} {generation}")
            out.append(_people(label, rows[uncovered_column(generation, key)], lang))
    elif generation == main:
        label = Text(f"エリア外人口（{main}、どこかの社）", f"outside some carrier's {main}")
        out.append(_people(label, rows["uncovered_population"], lang))
        out.append(_people(Text("うち65歳以上", "of whom 65+"), rows["uncovered_65plus"], lang))
    out.append(_people(Text("避難所等", "shelters"), rows["shelters"], lang, Text("か所", "")))
    return out


def _outside_all(rows: pd.DataFrame, generation: str, all_published: bool, lang: str) -> Figure:
    """People outside every carrier's area: at most those outside what is published."""
    label = Text(f"{generation} が1社も届かない人", f"no carrier's {generation}")
    values = rows[uncovered_column(generation)]
    if all_published:
        return _people(label, values, lang)
    most, _ = numbers_and_eras.known_sum(values)
    outside = Text("不明", "unknown") if most is None else Text(f"{most:,.0f}人", f"{most:,.0f}")
    return Figure(
        label.in_(lang),
        Text("不明", "unknown").in_(lang),
        Text(f"未公表の社あり（公表分のエリア外 {outside.ja}）", f"not all published ({outside.en} outside what is)").in_(lang),
    )


def _people(label: Text, values: pd.Series, lang: str, unit: Text = Text("人", "")) -> Figure:  # noqa: B008 (frozen)
    known, unknown = numbers_and_eras.known_sum(values)
    note = Text(f"ほかに不明 {unknown:,}地区", f"unknown in {unknown:,} more zones").in_(lang) if unknown else ""
    if known is None:
        return Figure(label.in_(lang), Text("不明", "unknown").in_(lang))
    return Figure(label.in_(lang), f"{known:,.0f}{unit.in_(lang)}", note)
