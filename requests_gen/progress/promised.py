"""What carriers promised (A2 with a time) and whether it came true, as seen on the ground. From history alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from requests_gen.progress.history import ASK, Step, after, histories, last_day
from requests_gen.progress.words import OUTCOMES
from requests_gen.registry import Registry
from requests_gen.wording import dates


@dataclass(frozen=True)
class Promise:
    """One A2: made in the fiscal year `year`. due: YYYY-MM-DD, "" = no time named."""

    zone_id: str
    carrier: str
    year: int
    planned: str
    due: str
    outcome: str  # one of OUTCOMES


@dataclass(frozen=True)
class PromiseTally:
    """A carrier's promises, counted by OUTCOMES; they add up to `made`."""

    carrier: str
    promises: tuple[Promise, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def made(self) -> int:
        """How many there are."""
        return len(self.promises)


def promises(registry: Registry, on: date | None = None) -> dict[str, PromiseTally]:
    """{carrier: its promises}. on: the day they are judged for; None = the day of the last saving.

    A promise is the last A2 of a fiscal year for a zone. A later A2 with a later time puts it off, any other answer
    of a later year takes it back; a claim (A1) keeps it only once the office has confirmed it.
    """
    day = on or last_day(registry)
    found: dict[str, list[Promise]] = {}
    for (zone, carrier), steps in sorted(histories(registry).items()):
        found.setdefault(carrier, []).extend(_promises(zone, carrier, steps, day))
    return {
        carrier: PromiseTally(carrier, tuple(made), {name: Counter(p.outcome for p in made)[name] for name in OUTCOMES})
        for carrier, made in found.items()
    }


def _promises(zone: str, carrier: str, steps: list[Step], on: date | None) -> list[Promise]:
    by_year: dict[int, Mapping[str, Any]] = {}
    for step in steps:
        if step.record.get("answer", "N") != "N" and step.event != ASK:
            by_year[step.year] = step.record  # the last of the year: the others were corrected
    confirmed, state = _confirmed(steps)
    out: list[Promise] = []
    years = sorted(by_year)
    for at, year in enumerate(years):
        answer = by_year[year]
        if answer["answer"] != "A2":
            continue
        planned = str(answer.get("planned", ""))
        time = dates.time_of(planned) if planned else None
        due = time.last_day if time else None
        later = by_year[years[at + 1]] if at + 1 < len(years) else None
        if later is not None and later["answer"] == "A2" and _same_time(later, planned, due):
            continue  # said again: one promise
        outcome = _outcome(due, confirmed, later, state, on)
        out.append(Promise(zone, carrier, year, planned, due.isoformat() if due else "", outcome))
    return out


def _same_time(later: Mapping[str, Any], planned: str, due: date | None) -> bool:
    time = dates.time_of(str(later.get("planned", "")))
    return (time.last_day if time else None) == due


def _confirmed(steps: list[Step]) -> tuple[date | None, str]:
    """The day from which it works, and the state at the end. None unless it was seen on the ground and still stands.

    A carrier that said so before it was confirmed is taken at its word for the day.
    """
    state: str = "new"
    claimed: date | None = None
    works: date | None = None
    for step in steps:
        before, state = state, after(state, step.event)
        day = date.fromisoformat(str(step.record.get("answered_on") or step.at[:10]))
        if state == "reported_built":
            claimed = claimed or day
        elif state in ("confirmed", "resolved"):
            works = works or (claimed if claimed and before == "reported_built" else day)
        else:
            claimed = works = None
    return works, state


def _outcome(due: date | None, confirmed: date | None, later: Mapping[str, Any] | None, state: str, on: date | None) -> str:
    if confirmed is not None and (due is None or confirmed <= due):
        return "kept"
    if later is not None and later["answer"] == "A2":
        return "postponed"
    if confirmed is not None:
        return "late"
    if later is not None and later["answer"] not in ("A1", "D1"):
        return "withdrawn"
    if state == "reported_built" or (later is not None and later["answer"] in ("A1", "D1")):
        return "claimed"
    if due is None:
        return "undated"
    return "broken" if on is not None and due < on else "open"
