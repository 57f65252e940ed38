"""What carriers answered last year, for the letter's thanks and its zones; and the letters as the registry records them.

A letter gets the history of its own carrier only, so that an answer given in confidence cannot get into the papers
to another carrier.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Annotated

import pandas as pd
from pydantic import Field, ValidationError, model_validator

from coverage.study import sources
from geodata.errors import DataError, Text
from requests_gen.letters.versions import Entry
from requests_gen.registry import Registry, location, open_registry, store, tables
from requests_gen.replies import codes

HISTORY_FILE = "last_year.json"
Count = Annotated[int, Field(ge=0)]


class ZoneReply(sources.Part):
    """What the carrier answered for one zone. `first_year`: fiscal year of the first request."""

    answer: str = ""
    first_year: int | None = None


class CarrierHistory(sources.Part):
    """How many zones were answered and how many of them opened, and the answers by zone_id."""

    answered: Count = 0
    opened: Count = 0
    zones: dict[str, ZoneReply] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _opened_were_answered(self) -> CarrierHistory:
        if self.opened > self.answered:
            raise ValueError("opened > answered")
        return self


class History(sources.Part):
    """Last year's request, by carrier key."""

    fiscal_year: int
    carriers: dict[str, CarrierHistory] = Field(default_factory=dict)

    def of(self, carrier: str) -> CarrierHistory | None:
        """What this carrier itself answered; None where it was not asked."""
        return self.carriers.get(carrier)


def read_history(folder: Path) -> History | None:
    """The history kept in `folder`, or None where there is none. Raises DataError when it cannot be read."""
    file = folder / HISTORY_FILE
    if not file.is_file():
        return None
    try:
        return History.model_validate(json.loads(file.read_text(encoding="utf-8-sig")))
    except (ValueError, ValidationError) as error:
        raise DataError(
            "history-invalid",
            Text(f"前年度の回答の集計を読めません（{_first(error)}）", f"cannot be read ({_first(error)})"),
            Text(
                "docs/letters.md の「前年度の回答」の形に直すか、ファイルを除いてください（除くと、お礼の一文は載りません）。",
                "mend it as docs/letters.md shows, or remove it (the sentence of thanks is then left out)",
            ),
            HISTORY_FILE,
        ) from error


def _first(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        mistake = error.errors()[0]
        return f"{'.'.join(str(part) for part in mistake['loc'])}: {mistake['msg']}"
    return str(error)


NO_ANSWER = {"", "N"}
RESOLVED = "resolved"  # the state of a zone that the office confirmed; a reply A1 or D1 alone does not resolve it


def record_letters(registry: Registry, entries: Iterable[Entry], year: int, *, who: str, at: datetime) -> store.Saved:
    """Record letters as they are now. Those that have not changed add no record."""
    rows = [
        {
            "letter_id": entry.id,
            "year": year,
            "carrier": entry.carrier,
            "version": entry.version,
            "state": entry.state,
            "sent_on": entry.sent_on or None,
            "zones": entry.facts.get("zones", []),
            "folder": entry.folder,
            "content_sha256": entry.content_sha256,
            "files": entry.files,
            "figures": entry.facts.get("figures"),
        }
        for entry in entries
    ]
    return registry.save("letters", rows, who=who, at=at)


def record_versions(study: Path, entries: Iterable[Entry], year: int, *, who: str, at: datetime) -> None:
    """Record letters in the registry of the study's workspace."""
    with open_registry(location.registry_place(location.workspace_of(study))) as registry:
        record_letters(registry, entries, year, who=who, at=at)


def last_answers(study: Path, year: int) -> History | None:
    """The answers of the year before `year`: the registry's, else those of last_year.json in the folder `study`."""
    place = location.existing_registry(location.workspace_of(study))
    if place is not None:
        with open_registry(place) as registry:
            history = history_of(registry, year - 1)
        if history is not None:
            return history
    return read_history(study)


def history_of(registry: Registry, year: int) -> History | None:
    """The answers of fiscal `year` as the letters of the next year use them; None where there are none.

    `opened` counts what the office confirmed as resolved; `first_year` is that of the first letter sent (or
    answered) about the zone.
    """
    replies = registry.replies(year)
    if replies.empty:
        return None
    first = _first_years(registry.letters(), registry.replies())
    from requests_gen.progress import states

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
    known = codes.ANSWER_BY_KEY.get(code)
    return known.entry() if known else code


def _first_years(letters: pd.DataFrame, replies: pd.DataFrame) -> dict[tuple[str, str], int]:
    """{(carrier, zone): fiscal year in which it was first asked for}."""
    asked = [(row.carrier, zone, row.year) for row in letters[letters["state"] == tables.SENT].itertuples() for zone in row.zones or []] + [
        (row.carrier, row.zone_id, row.year) for row in replies.itertuples()
    ]
    first: dict[tuple[str, str], int] = {}
    for carrier, zone, year in asked:
        first[carrier, zone] = min(int(year), first.get((carrier, zone), int(year)))
    return first
