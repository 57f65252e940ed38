"""The card of a zone or of a place on the map: what is known of it, as facts in one language, and as HTML."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.carrier_need import zone_facilities
from coverage.figures import Amount
from coverage.gaps import ANY, mark_column
from geodata.errors import Text
from geodata.tables import text
from requests_gen.results import columns
from requests_gen.web_map import MAP_WORDS, CellValues, data, urgency_facts, zone_facts
from requests_gen.wording import Caption, amounts, captions
from screens.shared import as_html

if TYPE_CHECKING:
    from coverage.result import Result

MARKS = "○△×－"
CARD = data.CARD  # the figures of a zone's card
PART = "score_"
LEAST_SHOWN = 0.01
NOT_SPOTS = {
    "none": Text("全社が届く", "all carriers"),
    "partial": Text("一部の会社だけ", "some carriers"),
    "complete": Text("どの会社も届かない", "no carrier"),
    "unknown": Text("不明", "unknown"),
}


@dataclass(frozen=True)
class Card:
    """One zone. facts, urgency: (label, value); marks: {carrier: {generation: sign}}; parts: (label, points, of how many)."""

    zone_id: str
    title: str
    rank: str
    facts: list[tuple[str, str]]
    urgency: list[tuple[str, str]]
    generations: list[str]
    marks: dict[str, dict[str, str]]
    parts: list[tuple[str, float, float]]
    facilities: list[str]


def card(zone_id: str, row: pd.Series, result: Result, facilities: list[str], caption: Caption) -> Card:
    """The card of a zone. row: its row of ranking_rows; facilities: names of those that stand in it."""
    study, lang = result.study, caption.lang
    return Card(
        zone_id=zone_id,
        title=text.stripped(f"{row['municipality']} {row['name']}"),
        rank=_rank(row, study.ranking.shake, lang),
        facts=zone_facts(row, lang),
        urgency=urgency_facts(row, study, lang),
        generations=study.generations,
        marks={
            text.stripped(carrier.name): {g: str(row[mark_column(g, carrier.key)]) for g in study.generations} for carrier in study.carriers
        },
        parts=_parts(row, result, lang),
        facilities=facilities,
    )


def _rank(row: pd.Series, perturbation: float, lang: str) -> str:
    if np.isnan(row["rank"]):
        return f"{MAP_WORDS['no_rank'].in_(lang)} {row['gate']}".strip()
    place = MAP_WORDS["rank_nth"].in_(lang).format(n=f"{row['rank']:.0f}")
    if np.isnan(row["rank_low"]) or row["rank_low"] == row["rank_high"] == row["rank"]:
        return place
    gap = " " if lang == "en" else ""
    return (
        place
        + gap
        + MAP_WORDS["range"].in_(lang).format(p=f"{100 * perturbation:g}", low=f"{row['rank_low']:.0f}", high=f"{row['rank_high']:.0f}")
    )


def _number(value: float, unit: str, lang: str) -> str:
    return amounts.amount_words(Amount(None if value != value else value), unit, lang)


def _parts(row: pd.Series, result: Result, lang: str) -> list[tuple[str, float, float]]:
    """(name, points, the most it can earn) of each part of the score; NaN points = unknown, left out of the score."""
    weights = {key: weight for key, weight in dict(result.study.ranking.weights).items() if weight > 0}
    total = sum(weights.values())
    head = {"ja": "評点 ", "en": "score: "}[lang]
    return [
        (
            column.heading.in_(lang).removeprefix(head),
            float(row[column.key]),
            100 * weights.get(column.key.removeprefix(PART), total) / total,
        )
        for column in columns.ranking_columns(result.study)
        if column.key.startswith(PART)
    ]


def facilities_by_zone(result: Result) -> dict[str, list[str]]:
    """{zone_id: names of the places that stand in its cells, by name}."""
    places = zone_facilities(result)
    return {str(zone): sorted(names) for zone, names in places["name"].map(text.stripped).groupby(places["zone_id"])}


def card_html(card: Card, lang: str) -> str:
    """The card as HTML: text from data is escaped, and colour is never the only sign."""
    head = "".join(f"<th>{as_html(generation)}</th>" for generation in card.generations)
    marks = "".join(
        f"<tr><th>{as_html(name)}</th>" + "".join(f"<td>{_mark(by[generation], lang)}</td>" for generation in card.generations) + "</tr>"
        for name, by in card.marks.items()
    )
    facts, urgency = (
        "".join(f"<div><dt>{as_html(label)}</dt><dd>{as_html(value)}</dd></div>" for label, value in group)
        for group in (card.facts, card.urgency)
    )
    facilities = "、".join(as_html(name) for name in card.facilities)
    named = Text("避難所・施設の名前", "shelters and other places by name").in_(lang)
    return (
        f'<div class="kengai-card"><p class="head"><b>{as_html(card.title)}</b> '
        f"<span>{as_html(card.rank)}　{as_html(card.zone_id)}</span></p><dl>{facts}</dl>"
        f'<div class="two"><table><caption>{MAP_WORDS["who"].in_(lang)}</caption><tr><td></td>{head}</tr>{marks}</table>'
        f"{_parts_html(card, lang)}</div><dl>{urgency}</dl>"
        + (f"<p>{named}: {facilities}</p>" if facilities else "")
        + f"<p class='note'>{MAP_WORDS['estimate'].in_(lang)}</p></div>"
    )


def _mark(sign: str, lang: str) -> str:
    words = MAP_WORDS.get(f"mark_{sign}")
    return f"{as_html(sign)} <small>{words.in_(lang) if words else ''}</small>"


def _parts_html(card: Card, lang: str) -> str:
    rows = []
    for name, points, most in card.parts:
        unknown = points != points
        value = MAP_WORDS["unknown_value"].in_(lang) if unknown else f"{points:.1f} / {most:.0f}"
        width = 0 if unknown else min(points / most, 1) * 100 if most else 0
        rows.append(
            f'<tr><th>{as_html(name)}</th><td><span class="bar"><i style="width:{width:.0f}%"></i></span></td><td>{value}</td></tr>'
        )
    total = sum(points for _, points, _ in card.parts if points == points)
    caption = f"{MAP_WORDS['parts'].in_(lang)} {total:.1f} / 100"
    return f"<table><caption>{caption}</caption>{''.join(rows)}</table>"


def cell_facts(cell: CellValues, result: Result, lang: str) -> list[tuple[str, str]]:
    """What is known of the cell somebody pointed at: (label, value)."""
    names: dict[str, str] = {carrier.key: text.stripped(carrier.name) for carrier in result.study.carriers}
    out = [
        (Text("メッシュコード", "mesh code").in_(lang), cell.cell_id),
        (Text("市町村", "municipality").in_(lang), text.stripped(cell.municipality)),
        (Text("メッシュの人口", "people of the cell").in_(lang), _number(_nan(cell.population), "people", lang)),
        (Text("メッシュの65歳以上", "aged 65+ in the cell").in_(lang), _number(_nan(cell.population_65plus), "people", lang)),
    ]
    for generation in result.study.generations:
        shares = "・".join(
            f"{captions.UNIONS[ANY].in_(lang) if key == ANY else names[key]} {_share(cell.shares[key, generation], lang)}"
            for key in [*names, ANY]
        )
        value = NOT_SPOTS[cell.not_spot[generation]].in_(lang)
        out.append((Text(f"{generation} のエリア", f"{generation} areas").in_(lang), f"{value}（{shares}）"))
    return out


def _nan(value: float | None) -> float:
    return float("nan") if value is None else value


def _share(value: float | None, lang: str) -> str:
    """A share so that hardly any is not shown as none, nor nearly all as all."""
    if value is None:
        return MAP_WORDS["unknown_value"].in_(lang)
    if 0 < value < LEAST_SHOWN:
        return Text("1%未満", "<1%").in_(lang)
    if 1 - LEAST_SHOWN < value < 1:
        return Text("99%超", ">99%").in_(lang)
    return f"{value:.0%}"


def cell_html(lon: float, lat: float, cell: CellValues | None, result: Result, lang: str) -> str:
    """The place somebody pointed at, as HTML."""
    where = Text(f"地図で指した所（北緯{lat:.5f}・東経{lon:.5f}）", f"the place on the map ({lat:.5f}, {lon:.5f})").in_(lang)
    if cell is None:
        outside = Text("調査区域のメッシュがありません（海、またはほかの県です）。", "no cell of the study: the sea or another prefecture")
        return f'<div class="kengai-card"><p class="head"><b>{where}</b></p><p>{outside.in_(lang)}</p></div>'
    facts = "".join(f"<div><dt>{as_html(label)}</dt><dd>{as_html(value)}</dd></div>" for label, value in cell_facts(cell, result, lang))
    return f'<div class="kengai-card"><p class="head"><b>{where}</b></p><dl class="cell">{facts}</dl></div>'


def figures_html(figures: list[Any]) -> str:
    """The row of figures as HTML. figures: of figures.figures."""
    return (
        '<div class="kengai-figures">'
        + "".join(
            f"<div><span>{as_html(f.label)}</span><b>{as_html(f.value)}</b>"
            + (f"<small>{as_html(f.note)}</small>" if f.note else "")
            + "</div>"
            for f in figures
        )
        + "</div>"
    )
