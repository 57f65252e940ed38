"""Two charts of the same zones: their scores as bars of parts, and how far their ranks move with the weights.

Vega-Lite as plain data: names of zones are values, never part of an expression.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from coverage.ranking import Criterion
from geodata.errors import Text
from requests_gen.ranking import tables
from screens.shared import page_parts

# Okabe–Ito colours, light enough for black signs on them; every part also has its sign
COLOURS = ("#56B4E9", "#E69F00", "#5CC9A7", "#F0E442", "#D88FB8", "#F08A4B", "#9FB8D9", "#C9C9C9")
ROW_PX = 22
LABEL_PX = 230


def bars(rows: pd.DataFrame, criteria: Sequence[Criterion], most: float, lang: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(values, spec) of one stacked bar a zone. rows: of ranked_rows; most: the highest score of all zones."""
    values = tables.part_rows(rows, criteria, lang)
    parts = list(dict.fromkeys(values.sort_values("place")["part"]))
    zone = _zone_axis(rows, labelled=True)
    length = {
        "field": "points",
        "type": "quantitative",
        "stack": "zero",
        "scale": {"domain": [0, math.ceil(most / 10) * 10]},
        "title": Text("評点（100点満点）", "score of 100").in_(lang),
    }
    order = {"field": "place", "type": "quantitative"}
    tooltip = [
        {"field": "zone", "title": Text("順位・地区", "zone").in_(lang)},
        {"field": "part", "title": Text("項目", "part").in_(lang)},
        {"field": "points", "title": Text("点", "points").in_(lang), "format": ".1f"},
    ]
    colour = {
        "field": "part",
        "type": "nominal",
        "sort": parts,
        "scale": {"domain": parts, "range": _colours(len(parts))},
        "legend": {"orient": "bottom", "title": None, "columns": 4, "labelLimit": 260, "symbolType": "square"},
    }
    bar = {
        "mark": {"type": "bar", "stroke": "white", "strokeWidth": 1},
        "encoding": {"y": zone, "x": length, "order": order, "color": colour, "tooltip": tooltip},
    }
    sign = {
        "mark": {"type": "text", "color": page_parts.INK, "fontSize": 12, "tooltip": False},
        "encoding": {
            "y": zone,
            "x": {**length, "bandPosition": 0.5},
            "order": order,
            "detail": {"field": "place"},
            "text": {"field": "sign"},
        },
    }
    return values, _spec([bar, sign], len(rows))


def ranges(rows: pd.DataFrame, perturbation: float, top: int, lang: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(values, spec) of the range of each zone's rank, its rank as a point. rows: of ranked_rows.

    Beside each range, how often the zone was among the first `top`.
    """
    values = tables.range_rows(rows)
    title = Text(
        f"順位の幅（重みを±{100 * perturbation:.0f}%動かしたとき、90%の場合）と、上位{top}に入る割合",
        f"range of the rank (weights ±{100 * perturbation:.0f} %), how often among the first {top}",
    )
    place = {
        "type": "quantitative",
        "scale": {"zero": False, "nice": True},
        "title": title.in_(lang),
        "axis": {"tickMinStep": 1, "format": "d"},
    }
    zone = _zone_axis(rows, labelled=False)
    tooltip = [
        {"field": "zone", "title": Text("順位・地区", "zone").in_(lang)},
        {"field": "span", "title": Text("順位の幅", "range").in_(lang)},
        {"field": "often", "title": Text(f"上位{top}に入る割合", f"among the first {top}").in_(lang)},
    ]
    span = {
        "mark": {"type": "bar", "height": 7, "color": "#9FB8D9"},
        "encoding": {"y": zone, "x": {"field": "rank_low", **place}, "x2": {"field": "rank_high"}, "tooltip": tooltip},
    }
    point = {
        "mark": {"type": "point", "shape": "diamond", "filled": True, "size": 55, "color": page_parts.INK},
        "encoding": {"y": zone, "x": {"field": "rank", **place}, "tooltip": tooltip},
    }
    often = {
        "mark": {"type": "text", "align": "left", "dx": 9, "color": page_parts.INK, "fontSize": 11, "tooltip": False},
        "encoding": {"y": zone, "x": {"field": "rank_high", **place}, "text": {"field": "often"}},
    }
    return values, _spec([span, point, often], len(rows))


def _zone_axis(rows: pd.DataFrame, labelled: bool) -> dict[str, Any]:
    axis: dict[str, Any] = {"labelLimit": LABEL_PX, "labelFontSize": 12}
    if not labelled:  # the same row as in the bars beside it: its rank is enough
        axis["labelExpr"] = "split(datum.value, ' ')[0]"
    return {"field": "zone", "type": "nominal", "sort": tables.bar_labels(rows), "title": None, "axis": axis}


def _colours(count: int) -> list[str]:
    return [COLOURS[n % len(COLOURS)] for n in range(count)]


def _spec(layers: list[dict[str, Any]], count: int) -> dict[str, Any]:
    return {
        "layer": layers,
        "height": {"step": ROW_PX} if count else 40,
        "config": {"font": page_parts.FONT, "axis": {"labelColor": page_parts.INK, "titleColor": page_parts.INK}},
    }
