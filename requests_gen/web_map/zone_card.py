"""What makes a zone urgent, as lines for the cards of the maps: a label and a value, unknown shown as unknown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.figures import Amount, figure, in_part
from geodata.errors import Text
from requests_gen.wording import numbers_and_eras

if TYPE_CHECKING:
    from coverage.study import Study

UNKNOWN = Text("不明", "unknown")
YES_NO = {"visitors": (Text("あり", "yes"), Text("一覧にない", "none listed")), "hazard": (Text("該当", "yes"), Text("該当しない", "no"))}
LABELS = {
    **{key: figure(key).name for key in ("public_facilities", "uncovered_road_km", "visitors", "hazard")},
    "designated": Text("条件不利地域", "disadvantaged area"),
    "subsidy": Text("補助活用", "grant"),
}
FIELD_TESTS = Text("現地の測定", "field tests")
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


def zone_facts(rows: pd.DataFrame, lang: str) -> list[list[tuple[str, str]]]:
    """For each of `rows` (ranking_rows): (what the catalogue calls it, value) of the figures of CARD.

    A sum without an unknown part says so.
    """
    values = {key: known_words(rows, key, lang) for key in CARD}
    shares = rows["share_65plus"].to_numpy(float)
    values["population_65plus"] = [
        value + (f"（{share:.0%}）" if share == share else "") for value, share in zip(values["population_65plus"], shares, strict=True)
    ]
    names = [figure(key).name.in_(lang) for key in CARD]
    return [list(zip(names, each, strict=True)) for each in zip(*values.values(), strict=True)]


def known_words(rows: pd.DataFrame, key: str, lang: str) -> list[str]:
    """One figure of each zone as people read it: 12人, 少なくとも12人（一部不明）, 不明."""
    unit = figure(key).unit
    return [
        numbers_and_eras.amount_words(Amount(None if value != value else value, int(partly), 1, "rows"), unit, lang)
        for value, partly in zip(rows[key].to_numpy(float).tolist(), in_part(rows, key).tolist(), strict=True)
    ]


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
