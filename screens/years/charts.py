"""Two charts of 経年比較: the reasons of a difference as bars, and the years as lines. Vega-Lite as plain data.

Bars and lines have figures, signs and dashes: colour is never the only sign.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coverage.change import REAL
from coverage.figures import FIGURES
from geodata.errors import Text
from requests_gen.compare import whole_people as printing
from requests_gen.compare import words as compare_words
from requests_gen.wording import numbers_and_eras
from screens.shared import page_parts

FEWER, MORE, TERMS = "#0072B2", "#D55E00", "#7A7A7A"
MEASURES = {
    "zone_people": FIGURES["uncovered_population"].name,
    "people": FIGURES["no_carrier_population"].name,
    "households": FIGURES["no_carrier_households"].name,
    "areas": FIGURES["no_carrier_zones"].name,
}
# what is unknown and comes on top of a measure, and what it is counted in
UNKNOWN_BESIDE = {"zone_people": "unknown_zones", "people": "unknown_cells", "households": "unknown_cells", "areas": "unknown_areas"}
OURS, PUBLISHED = (Text("この道具の結果", "found by Kengai"), Text("公表値（読み込んだ表）", "published figures"))
ROW_PX, BAR_PX = 34, 22


def reasons(whole: printing.Whole, lang: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(values, spec) of one bar a reason, from zero to the left (fewer people) or right; its figure beside it."""
    parts = whole.parts or {}
    # "unknown" is no reason, and seldom there
    order = [part for part in compare_words.PART_ORDER if part in parts and (part != "unknown" or parts[part])]
    names = [compare_words.PART_NAMES[part].in_(lang) for part in order]
    kinds = {"real": Text("実際の変化", "real change").in_(lang), "terms": Text("条件の違い", "other terms").in_(lang)}
    values = pd.DataFrame(
        {
            "reason": names,
            "people": [parts[part] for part in order],
            "label": [compare_words.moved(parts[part], lang) for part in order],
            "kind": [kinds["real"] if part in REAL else kinds["terms"] for part in order],
        }
    )
    reach = max(float(values["people"].abs().max()), 1.0) * 1.35
    y = {"field": "reason", "type": "nominal", "sort": names, "title": None, "axis": {"labelLimit": 220, "labelFontSize": 13}}
    x = {
        "field": "people",
        "type": "quantitative",
        "scale": {"domain": [-reach, reach]},
        "title": Text("← 減った人　　増えた人 →", "← fewer people   more people →").in_(lang),
    }
    colour = {
        "condition": [
            {"test": {"field": "kind", "equal": kinds["terms"]}, "value": TERMS},
            {"test": {"field": "people", "lt": 0}, "value": FEWER},
        ],
        "value": MORE,
    }
    bar = {
        "mark": {"type": "bar", "height": BAR_PX},
        "encoding": {
            "y": y,
            "x": x,
            "color": colour,
            "tooltip": [{"field": "reason", "title": " "}, {"field": "label", "title": " "}, {"field": "kind", "title": " "}],
        },
    }
    words = [
        {
            "transform": [{"filter": {"field": "people", side: 0}}],
            "mark": {"type": "text", "align": align, "dx": shift, "fontSize": 13, "color": page_parts.INK},
            "encoding": {"y": y, "x": x, "text": {"field": "label"}},
        }
        for side, align, shift in (("lt", "right", -4), ("gte", "left", 4))
    ]
    return values, {"layer": [bar, *words], "height": ROW_PX * len(names), **_look()}


def years(ours: pd.DataFrame, published: pd.DataFrame | None, lang: str) -> tuple[pd.DataFrame, dict[str, Any]]:
    """(values, spec) of small charts, one a measure, one line a source: points of another shape and dash each.

    ours: coverage.change.trends.trend; published: compare.read_published. Unknown years leave a gap. Values are whole
    (half up); `beside` says what is unknown and comes on top.
    """
    rows = [_long(ours, OURS.in_(lang), lang)]
    if published is not None:
        rows.append(_long(published, PUBLISHED.in_(lang), lang))
    values = pd.concat(rows, ignore_index=True)
    sources = [OURS.in_(lang), PUBLISHED.in_(lang)]
    all_years = sorted(values["year"].unique())
    values = values.dropna(subset=["value"])
    charts = [
        _line_chart(measure, words.in_(lang), all_years, sources, lang)
        for measure, words in MEASURES.items()
        if (values["measure"] == measure).any()
    ]
    # two beside each other ("concat" with columns would say so in one word, and Streamlit does not give it its data)
    return values, {"vconcat": [{"hconcat": charts[at : at + 2]} for at in range(0, len(charts), 2)], **_look()}


def _long(table: pd.DataFrame, source: str, lang: str) -> pd.DataFrame:
    # a year under other conditions than the one before begins a new line, so that no line suggests a change
    terms = table.get("same_terms", pd.Series(True, index=table.index)).astype(bool)
    lined = table.assign(line=source + (~terms).cumsum().astype(str))
    held = [measure for measure in MEASURES if measure in table]
    long = lined.melt(["fiscal_year", "line"], held, "measure", "value").astype({"value": float})
    beside = pd.concat([table.get(UNKNOWN_BESIDE[measure], pd.Series(0, index=table.index)) for measure in held]).to_numpy()
    return long.assign(
        value=[np.nan if whole is None else whole for whole in map(numbers_and_eras.round_half_up, long["value"])],
        beside=[unknown_words(measure, int(count)).in_(lang) or " " for measure, count in zip(long["measure"], beside, strict=True)],
        source=source,
        year=long.pop("fiscal_year").astype(int).astype(str),
    )


def unknown_words(measure: str, count: int) -> Text:
    """What comes on top of a measure and is not known; "" where all is."""
    ja, en = ("区画", "cells") if UNKNOWN_BESIDE[measure] == "unknown_cells" else ("地区", "zones")
    return Text(f"ほかに不明 {count:,}{ja}", f"unknown besides: {count:,} {en}") if count else Text("", "")


def _line_chart(measure: str, title: str, all_years: list[str], sources: list[str], lang: str) -> dict[str, Any]:
    by_source = {"field": "source", "type": "nominal", "scale": {"domain": sources}}
    legend = {"orient": "bottom", "title": None, "labelLimit": 240}
    x = {
        "field": "year",
        "type": "ordinal",
        "scale": {"domain": all_years},
        "axis": {"labelAngle": 0, "labelOverlap": True},
        "title": Text("年度", "fiscal year").in_(lang),
    }
    y = {"field": "value", "type": "quantitative", "title": None, "scale": {"zero": True}, "axis": {"format": ",.0f"}}
    line = {
        "mark": {"type": "line", "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": y,
            "detail": {"field": "line"},
            "color": {**by_source, "scale": {"domain": sources, "range": [MORE, FEWER]}, "legend": legend},
            "strokeDash": {**by_source, "scale": {"domain": sources, "range": [[6, 4], [1, 0]]}, "legend": legend},
        },
    }
    point = {
        "mark": {"type": "point", "size": 70, "filled": True},
        "encoding": {
            "x": x,
            "y": y,
            "color": {**by_source, "scale": {"domain": sources, "range": [MORE, FEWER]}, "legend": legend},
            "shape": {**by_source, "scale": {"domain": sources, "range": ["square", "circle"]}, "legend": legend},
            "tooltip": [
                {"field": "year", "title": Text("年度", "year").in_(lang)},
                {"field": "source", "title": " "},
                {"field": "value", "title": title, "format": ",.0f"},
                {"field": "beside", "title": " "},
            ],
        },
    }
    return {
        "title": {"text": title, "anchor": "start", "fontSize": 13},
        "transform": [{"filter": {"field": "measure", "equal": measure}}],
        "layer": [line, point],
        "width": 440,
        "height": 200,
    }


def _look() -> dict[str, Any]:
    return {
        "config": {
            "font": page_parts.FONT,
            "axis": {"labelColor": page_parts.INK, "titleColor": page_parts.INK, "labelFontSize": 12},
            "legend": {"labelColor": page_parts.INK, "labelFontSize": 12},
            "view": {"stroke": None},
        }
    }
