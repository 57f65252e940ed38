"""How QGIS shows zones.gpkg on opening: fills told apart by hatching as well as colour, headings in words."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import quoteattr

import numpy as np
import pandas as pd

from geodata.errors import Text
from requests_gen.captions import Caption
from requests_gen.columns import ranking_columns

if TYPE_CHECKING:
    from coverage.study import Study

INK = "26,26,26,255"
RED, YELLOW, GREY, NONE = "255,75,0,150", "255,241,0,130", "132,145,158,110", "255,255,255,0"
HATCH_MM = "2.2"


def layer_styles(study: Study, caption: Caption) -> pd.DataFrame:
    """The table QGIS looks for in a GeoPackage: one default style for each layer."""
    styles = {
        "zones": _zones(study, caption), "cells": _cells(study, caption), "municipalities": _municipalities(caption),
    }  # fmt: skip
    return pd.DataFrame(
        {
            "f_table_catalog": "",
            "f_table_schema": "",
            "f_table_name": list(styles),
            "f_geometry_column": "geom",
            "styleName": list(styles),
            "styleQML": list(styles.values()),
            "styleSLD": "",
            "useAsDefault": np.ones(len(styles), bool),
            "description": caption.title,
            "owner": "",
            "ui": "",
            "update_time": np.full(len(styles), np.datetime64("1980-01-01T00:00:00", "ms")),
        }
    )


def _zones(study: Study, caption: Caption) -> str:
    lang = caption.lang
    rules = [
        ('"complete_population" > 0', Text("どの会社も届かない人がいる地区", "some people no carrier serves"), _fill(RED, "0.5", ("45", "135"))),
        ('"complete_population" IS NULL', Text("不明（人口またはエリアが分からない）", "unknown (people or an area not known)"), _fill(GREY, "0.3", (), "dot")),
        ("ELSE", Text("一部の会社が届かない地区", "some carriers do not serve it"), _fill(YELLOW, "0.3", ("45",))),
    ]  # fmt: skip
    aliases = {column.key: column.heading.in_(lang) for column in ranking_columns(study)}
    return _qml([(f, label.in_(lang), symbol) for f, label, symbol in rules], aliases, label="rank")


def _cells(study: Study, caption: Caption) -> str:
    lang, field = caption.lang, f'"not_spot_{study.zones.generation}"'
    rules = [
        (f"{field} = 'complete'", Text("どの会社もエリア外", "no carrier"), _fill(RED, "0.1", ("45", "135"))),
        (
            f"{field} = 'partial'",
            Text("一部の会社がエリア外", "some carriers"),
            _fill(YELLOW, "0.1", ("45",)),
        ),
        (
            f"{field} = 'none'",
            Text("全社が半分以上届く", "all carriers, by half at least"),
            _fill(NONE, "0.1", ()),
        ),
        ("ELSE", Text("不明", "unknown"), _fill(GREY, "0.1", (), "dot")),
    ]
    return _qml([(f, label.in_(lang), symbol) for f, label, symbol in rules], {}, label="")


def _municipalities(caption: Caption) -> str:
    words = Text("市町村", "municipalities").in_(caption.lang)
    return _qml([("", words, _fill(NONE, "0.4", ()))], {"name": words}, label="name")


def _qml(rules: list[tuple[str, str, str]], aliases: dict[str, str], label: str) -> str:
    """A QGIS style: rule-based fills, one label, headings of fields."""
    listed = "".join(
        f"<rule key={quoteattr(f'r{number}')} symbol={quoteattr(str(number))} label={quoteattr(words)}"
        + (f" filter={quoteattr(when)}" if when else "")
        + "/>"
        for number, (when, words, _) in enumerate(rules)
    )
    symbols = "".join(
        f'<symbol type="fill" name="{number}" alpha="1" clip_to_extent="1" force_rhr="0">{layers}</symbol>'
        for number, (_, _, layers) in enumerate(rules)
    )
    named = "".join(
        f'<alias index="{number}" field={quoteattr(field)} name={quoteattr(heading)}/>'
        for number, (field, heading) in enumerate(aliases.items())
    )
    return (
        '<qgis version="3.28.0" styleCategories="Symbology|Labeling|Fields" labelsEnabled="'
        + ("1" if label else "0")
        + '">'
        + f'<renderer-v2 type="RuleRenderer" symbollevels="0" enableorderby="0" forceraster="0"><rules key="all">{listed}</rules>'
        + f"<symbols>{symbols}</symbols></renderer-v2>"
        + (_label(label) if label else "")
        + f"<aliases>{named}</aliases></qgis>"
    )


def _fill(color: str, width: str, hatch_degrees: tuple[str, ...], line: str = "solid") -> str:
    """Layers of a fill symbol: colour and outline, then one hatching a direction."""
    fill = _layer(
        "SimpleFill",
        {
            "color": color,
            "outline_color": INK,
            "outline_style": line,
            "outline_width": width,
            "style": "solid",
        },
    )
    hatches = (
        _layer(
            "LinePatternFill",
            {"angle": angle, "distance": HATCH_MM, "distance_unit": "MM", "line_width": "0.2"},
            f'<symbol type="line" name="@hatch@{number}" alpha="1" clip_to_extent="1" force_rhr="0">'
            + _layer("SimpleLine", {"line_color": INK, "line_width": "0.2", "line_style": "solid"})
            + "</symbol>",
        )
        for number, angle in enumerate(hatch_degrees)
    )
    return fill + "".join(hatches)


def _layer(kind: str, options: dict[str, str], inner: str = "") -> str:
    listed = "".join(
        f'<Option type="QString" name={quoteattr(key)} value={quoteattr(value)}/>'
        for key, value in options.items()
    )
    return f'<layer class="{kind}" enabled="1" pass="0" locked="0"><Option type="Map">{listed}</Option>{inner}</layer>'


def _label(field: str) -> str:
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName={quoteattr(field)} fontSize="9" fontSizeUnit="Point" textColor="{INK}" isExpression="0">'
        '<text-buffer bufferDraw="1" bufferSize="0.8" bufferSizeUnits="MM" bufferColor="255,255,255,255"/>'
        '</text-style><placement placement="0" dist="1"/><rendering obstacle="0"/></settings></labeling>'
    )
