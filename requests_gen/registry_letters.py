"""The letters' shelf and the registry: which letters there were, and what was answered the year before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pandas as pd

from requests_gen.letter_history import CarrierHistory, History, ZoneReply, read_history
from requests_gen.letter_shelf import SENT, Entry
from requests_gen.registry import Registry, Saved, open_registry
from requests_gen.registry_places import existing_registry, registry_place, workspace_of
from requests_gen.reply_codes import ANSWER_BY_KEY

NO_ANSWER = {"", "N"}
RESOLVED = "resolved"  # a reply A1 or D1 alone opens nothing: the office must have confirmed it


def record_shelf(registry: Registry, entries: Iterable[Entry], year: int, *, who: str, at: datetime) -> Saved:
    """Keep the letters of a shelf as they stand. Unchanged ones add nothing."""
    rows = [
        {
            "letter_id": entry.id, "year": year, "carrier": entry.carrier, "version": entry.version,
            "state": entry.state, "sent_on": entry.sent_on or None, "zones": entry.facts.get("zones", []),
            "folder": entry.folder, "content_sha256": entry.content_sha256, "files": entry.files,
            "figures": entry.facts.get("figures"),
        }
        for entry in entries
    ]  # fmt: skip
    return registry.save("letters", rows, who=who, at=at)


def keep_shelf(study: Path, entries: Iterable[Entry], year: int, *, who: str, at: datetime) -> None:
    """Keep the letters in the registry of the study's workspace."""
    with open_registry(registry_place(workspace_of(study))) as registry:
        record_shelf(registry, entries, year, who=who, at=at)


def last_answers(study: Path, year: int) -> History | None:
    """The answers of the year before `year`: the registry's, else those of last_year.json in the folder `study`."""
    place = existing_registry(workspace_of(study))
    if place is not None:
        with open_registry(place) as registry:
            history = history_of(registry, year - 1)
        if history is not None:
            return history
    return read_history(study)


def history_of(registry: Registry, year: int) -> History | None:
    """The answers of fiscal `year` as the letters of the next want them; None where there are none.

    `opened` counts what the office confirmed as resolved; `first_year` is that of the first letter sent (or
    answered) about the zone.
    """
    replies = registry.replies(year)
    if replies.empty:
        return None
    first = _first_years(registry.letters(), registry.replies())
    from requests_gen.progress import states  # it reads letters too

    resolved: dict[str, set[str]] = {}
    for stand in states(registry):
        if stand.state == RESOLVED:
            resolved.setdefault(stand.carrier, set()).add(stand.zone_id)
    carriers = {}
    for carrier, rows in replies.groupby("carrier"):
        answered = rows[~rows["answer"].fillna("").isin(NO_ANSWER)]
        zones = {
            row.zone_id: ZoneReply(answer=_answer(row.answer), first_year=first.get((carrier, row.zone_id)))
            for row in answered.itertuples()
        }
        opened = len(set(zones) & resolved.get(carrier, set()))
        carriers[str(carrier)] = CarrierHistory(answered=len(zones), opened=opened, zones=zones)
    return History(fiscal_year=year, carriers=carriers)


def _answer(code: str) -> str:
    known = ANSWER_BY_KEY.get(code)
    return known.entry() if known else code


def _first_years(letters: pd.DataFrame, replies: pd.DataFrame) -> dict[tuple[str, str], int]:
    """{(carrier, zone): fiscal year in which it was first asked for}."""
    asked = [
        (row.carrier, zone, row.year)
        for row in letters[letters["state"] == SENT].itertuples()
        for zone in row.zones or []
    ] + [(row.carrier, row.zone_id, row.year) for row in replies.itertuples()]
    first: dict[tuple[str, str], int] = {}
    for carrier, zone, year in asked:
        first[carrier, zone] = min(int(year), first.get((carrier, zone), int(year)))
    return first
