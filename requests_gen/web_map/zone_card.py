"""What makes a zone urgent, as lines for the cards of the maps: a label and a value, unknown shown as unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.figures import figure
from geodata.errors import Text
from requests_gen.wording import amounts

if TYPE_CHECKING:
    from coverage.study import Study

UNKNOWN = Text("不明", "unknown")
YES_NO = {"visitors": (Text("あり", "yes"), Text("一覧にない", "none listed")), "hazard": (Text("該当", "yes"), Text("該当しない", "no"))}
LABELS = {
    **{key: figure(key).name for key in ("public_facilities", "uncovered_road_km", "visitors", "hazard")},
    "designated": Text("条件不利地域", "disadvantaged area"),
    "subsidy": Text("補助活用", "grant"),
}
FIELD_TESTS = figure("ground_tests").name
UNTIL = "designated_until"


CARD = (
    "population",
    "households",
    "population_65plus",
    "uncovered_population",
    "complete_population",
    "uncovered_households",
    "uncovered_65plus",
    "nearest_coverage_km",
    "shelters",
)


def fact_names(lang: str) -> list[str]:
    """What the catalogue calls the figures of CARD."""
    return [figure(key).name.in_(lang) for key in CARD]


def fact_values(rows: pd.DataFrame, lang: str) -> list[list[str]]:
    """The values of CARD of each of `rows` (ranking_rows) in the order of fact_names; a sum without an unknown part says so."""
    values = {key: amounts.figure_words(rows, key, lang) for key in CARD}
    shares = rows["share_65plus"].to_numpy(float)
    values["population_65plus"] = [
        value + (f"（{share:.0%}）" if share == share else "") for value, share in zip(values["population_65plus"], shares, strict=True)
    ]
    return [list(each) for each in zip(*values.values(), strict=True)]


def zone_facts(row: pd.Series, lang: str) -> list[tuple[str, str]]:
    """(what the catalogue calls it, value) of the figures of CARD. row: of ranking_rows."""
    return list(zip(fact_names(lang), fact_values(row.to_frame().T, lang)[0], strict=True))


def urgency_facts(row: Mapping[str, Any], study: Study, lang: str) -> list[tuple[str, str]]:
    """(label, value) in the order of LABELS. row: a row of ranking_rows. What the study brings itself is a number."""
    own = {spec.key for spec in study.ranking.criteria}
    facts = [(label.in_(lang), _said(key, row.get(key, float("nan")), row, key in own, lang)) for key, label in LABELS.items()]
    return facts if study.evidence is None else [*facts, (FIELD_TESTS.in_(lang), _measured(row, lang))]


def _measured(row: Mapping[str, Any], lang: str) -> str:
    """How often it was tested on the ground, and how many tests contradict the area maps."""
    tests, against = int(row["ground_tests"]), int(row["claimed_out"])
    if not tests:
        return Text("なし", "none").in_(lang)
    count = Text(f"{tests:,}回", f"{tests:,} tests").in_(lang)
    if not against:
        return count
    return count + Text(f"。エリア図と食い違い {against}件", f"; {against} against the area maps").in_(lang)


def _said(key: str, value: Any, row: Mapping[str, Any], own: bool, lang: str) -> str:
    if value is None or value != value or value == "":
        return UNKNOWN.in_(lang)
    if isinstance(value, str):
        until = str(row.get(UNTIL, "")) if key == "designated" else ""
        return value + (Text(f"（{until}まで）", f" (until {until})").in_(lang) if until else "")
    if own:
        return f"{value:g}"
    if key in YES_NO:
        return YES_NO[key][0 if value > 0 else 1].in_(lang)
    return f"{value:,.1f} km" if key == "uncovered_road_km" else f"{value:,.0f}" + Text("か所", "").in_(lang)
