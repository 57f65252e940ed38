"""What the municipalities say of their zones (市町把握値), for cards, annex 2 and the ranking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from requests_gen.registry import Registry
from requests_gen.survey.columns import HEADINGS
from requests_gen.survey.new_places import RETURN, ZONE
from requests_gen.wording import captions

COUNTS = ("people", "households", "municipal_rank")
WORDS = ("confirmed", "land", "power", "fibre", "consent", "reason", "remarks", "answered_on", "office", "person", "phone")
# how far each word brings a building of masts: the office's own reading, 0 (nothing) to 1 (ready)
READY = {"あり": 1.0, "見込みあり": 0.75, "延長が必要": 0.5, "未調整": 0.25, "なし": 0.0, "反対あり": 0.0}


def survey_facts(registry: Registry, year: int) -> pd.DataFrame:
    """What the municipalities answered in the survey of fiscal `year`. Index zone_id.

    year, municipality_id, name; people, households, municipal_rank (Int64); confirmed, land, power, fibre, consent,
    reason, remarks, answered_on (YYYY-MM-DD), office, person, phone (text, None = not said); held (a map of what
    was doubtful and is not taken: {column: {text, why}}). <NA> and None mean that nobody said. It never stands in
    the place of a computed figure.
    """
    answers = registry.survey_answers(year)
    if "kind" not in answers:
        answers["kind"] = None
    zones = answers[answers["kind"].fillna(ZONE) == ZONE].set_index("zone_id")
    table = zones[["year", "municipality_id", "name"]].copy()
    for name in (*COUNTS, *WORDS, "held"):
        values = zones[name] if name in zones else pd.Series(None, index=zones.index, dtype=object)
        table[name] = values.astype("Int64") if name in COUNTS else values.astype(object).where(values.notna(), None)
    return table


def survey_returns(registry: Registry, year: int) -> pd.DataFrame:
    """The municipalities whose form came back in the survey of `year`. Index municipality_id.

    name, answered_on, office, person, phone, file, rows (a map: accepted, check, excluded, unanswered of the last
    file), who and at (UTC) of its import. Who is missing here has not answered.
    """
    answers = registry.survey_answers(year)
    names = ["name", *(name for name in WORDS[-4:]), "file", "rows", "who", "at"]
    there = answers[answers["kind"] == RETURN] if "kind" in answers else answers.iloc[:0]
    return there.reindex(columns=["municipality_id", *names]).set_index("municipality_id")


def survey_needs(facts: pd.DataFrame) -> pd.DataFrame:
    """The facts as amounts that a ranking can weigh. Index as `facts`; float64, NaN = not known.

    municipal_order (1, 2, …) as the criterion of that name wants it; survey_land, survey_power, survey_fibre,
    survey_consent from 0 to 1 (READY).
    """
    table = pd.DataFrame({"municipal_order": facts["municipal_rank"].astype("Float64").to_numpy(float, na_value=np.nan)}, index=facts.index)
    for name in ("land", "power", "fibre", "consent"):
        table[f"survey_{name}"] = facts[name].map(READY).astype(float)
    return table


def survey_words(row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """One row of survey_facts as printed: (label, text) pairs of what was said; () where nothing was."""
    units = {"people": "人", "households": "世帯", "municipal_rank": "番目"}
    told = []
    for name in ("people", "households", "land", "power", "fibre", "consent", "municipal_rank", "reason", "remarks"):
        value = row[name]
        if value is None or value is pd.NA or value != value or value == "":
            continue
        text = f"{int(value):,}{units[name]}" if name in units else str(value)
        told.append((HEADINGS[name], text))
    if not told:
        return ()
    day = f"、{row['answered_on']}回答" if row["answered_on"] else ""
    source = f"{captions.fiscal_year(int(row['year'])).ja}の市町への照会による{day}"
    return (*told, ("市町把握値の出所", source))
