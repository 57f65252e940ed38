"""Figures of letters and of the year: their values are in letters.json and in the registry."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from coverage.explain import Asked, Explained
from coverage.figures import Amount, Figure
from geodata.errors import Text
from requests_gen.annual_report import place_of, report_of
from requests_gen.letters import versions

if TYPE_CHECKING:
    from coverage.result import Result

FACT_KEYS = {"letters_sent": "letters"}  # where the annual report has another key
NO_LETTER = Text("この会社への要望書は、まだ作られていません。", "no letter to this carrier was made yet")
ANNEX = Text("別紙1の各行の値は、要望書フォルダの別紙1（Excel）にあります。", "the rows are in annex 1 (Excel) in the folder of the letter")


def of_letter(result: Result, figure: Figure, asked: Asked, letters: Path) -> Explained:
    """A figure of the newest letter to `asked.carrier`, as letters.json holds it, and the zones of its annex 1."""
    name = figure.key.removeprefix("letter_")
    entry = _newest(letters, asked.carrier)
    if entry is None:
        return Explained(figure, asked, None, "", "", pd.DataFrame(), [], NO_LETTER)
    group, field = ("left_out", name.removeprefix("rest_")) if name.startswith("rest_") else ("figures", name)
    value = entry.facts.get(group, {}).get(field)
    zones = [str(zone) for zone in entry.facts.get("zones", []) if group == "figures"]
    rows = result.zones[["municipality", "name"]].reindex(zones)
    missing = entry.facts.get(group, {}).get("unknown", {}).get(field, 0 if value is not None else 1)
    amount = Amount(None if value is None else float(value), missing, len(zones))
    note = Text(f"文書 {entry.id}（{entry.folder}）。{ANNEX.ja}", f"letter {entry.id} ({entry.folder}); {ANNEX.en}")
    return Explained(figure, asked, amount, "", "zones", rows, [], note)


def _newest(letters: Path, carrier: str) -> versions.Entry | None:
    entries = [entry for entry in versions.read_versions(letters) if entry.carrier == carrier]
    return max(entries, key=lambda entry: entry.version, default=None)


def of_year(study: Path, figure: Figure, asked: Asked, day: date) -> Explained:
    """A count of the registry, as the annual report of `day` would state it; of several (states, answers) each is a row."""
    report, _ = report_of(place_of(study), day)
    key = FACT_KEYS.get(figure.key, figure.key)
    facts = [f for f in report.facts if (f.key == key or f.key.startswith(f"{key}.")) and asked.carrier in {"", f.carrier}]
    if len(facts) == 1 and facts[0].key == key:
        fact = facts[0]
        amount = Amount(None if fact.value is None else float(fact.value), int(fact.value is None), len(fact.rows), "rows")
        rows = pd.DataFrame({"name": list(fact.rows)})
        return Explained(figure, asked, amount, "", "rows", rows, [], Text(f"{fact.table}: {fact.how}", fact.table))
    carriers = dict(report.carriers)
    rows = pd.DataFrame(
        {
            "name": [" ".join(word for word in (fact.label, carriers.get(fact.carrier, fact.carrier)) if word) for fact in facts],
            "value": [float("nan") if fact.value is None else float(fact.value) for fact in facts],
        }
    )
    return Explained(figure, asked, None, "", "parts", rows, [], Text("", ""))
