"""What happened between each zone and each carrier, in order, as the registry's history has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from requests_gen.progress.words import NAMES
from requests_gen.registry import Registry, tables

# Where a zone stands with a carrier: the states, what moves them, and nothing else. Pure.
#
# new → requested → answered (A2, B1, B2, C1, D1, D2) → reported_built (A1) → confirmed → resolved, or asked_again.
# What a carrier says never confirms anything: only evidence or the municipality does, and only what is confirmed can be
# resolved. A later letter about what was not resolved is asking again.

ASK, NO_ANSWER, ANSWER, BUILT, CONFIRM, RESOLVE, REOPEN = EVENTS = ("ask", "no_answer", "answer", "built", "confirm", "resolve", "reopen")
# what is not named here leaves the state as it is
TABLE: dict[str, dict[str, str]] = {
    "new": {ASK: "requested", ANSWER: "answered", BUILT: "reported_built", CONFIRM: "confirmed"},
    "requested": {ASK: "asked_again", ANSWER: "answered", BUILT: "reported_built", CONFIRM: "confirmed", REOPEN: "asked_again"},
    "answered": {ASK: "asked_again", BUILT: "reported_built", CONFIRM: "confirmed", REOPEN: "asked_again"},
    "reported_built": {ASK: "asked_again", ANSWER: "answered", CONFIRM: "confirmed", REOPEN: "asked_again"},
    # once seen on the ground, papers change nothing: only the ground, the office or a new letter does
    "confirmed": {ASK: "asked_again", RESOLVE: "resolved", REOPEN: "asked_again"},
    "resolved": {ASK: "asked_again", REOPEN: "asked_again"},
    "asked_again": {ANSWER: "answered", BUILT: "reported_built", CONFIRM: "confirmed"},
}
if set(TABLE) != set(tables.STATES) or set(NAMES) != set(tables.STATES):
    raise ValueError("every state needs its row and its name")
EVENT_OF_ANSWER = {"A1": BUILT, "N": NO_ANSWER}  # every other code is an answer
EVENT_OF_VERDICT = {"confirmed": CONFIRM, "resolved": RESOLVE, "asked_again": REOPEN}


def after(state: str, event: str) -> str:
    """The state after `event`. Raises ValueError for a state or event that does not exist."""
    if state not in TABLE or event not in EVENTS:
        raise ValueError(f"no such step: {state}, {event}")
    return TABLE[state].get(event, state)


def state_after(events: Iterable[str]) -> str:
    """The state that a history leads to."""
    state = "new"
    for event in events:
        state = after(state, event)
    return state


SENT = "sent"


@dataclass(frozen=True)
class Step:
    """One thing that happened between a zone and a carrier: event, fiscal year, when it was recorded, its record."""

    event: str
    year: int
    at: str  # ISO 8601, UTC
    record: Mapping[str, Any] = field(default_factory=dict)


def last_day(registry: Registry) -> date | None:
    """The day of the last saving; None where there is none."""
    with registry.database.reading() as connection:
        moment = connection.execute(sa.select(sa.func.max(tables.changes.c.at))).scalar()
    return date.fromisoformat(moment[:10]) if moment else None


def histories(registry: Registry) -> dict[tuple[str, str], list[Step]]:
    """{(zone, carrier): what happened}, by fiscal year: the letter first, then as it was recorded.

    A letter that is not sent yet names its zones and asks for nothing.
    """
    found: dict[tuple[str, str], list[Step]] = {}
    asked: set[tuple[str, str, int]] = set()
    for kind, content, at in _records(registry):
        year = int(content["year"])
        carrier = str(content.get("carrier", ""))
        if kind == "letters":
            for zone in content.get("zones", []):
                steps = found.setdefault((zone, carrier), [])
                if content.get("state") == SENT and (zone, carrier, year) not in asked:
                    asked.add((zone, carrier, year))
                    steps.append(Step(ASK, year, at, content))
            continue
        steps = found.setdefault((str(content["zone_id"]), carrier), [])
        if kind == "replies":
            steps.append(Step(EVENT_OF_ANSWER.get(content.get("answer", "N"), "answer"), year, at, content))
        else:
            steps += _of_verdict(content, year, at)
    return {pair: sorted(steps, key=lambda step: (step.year, step.event != ASK, step.at)) for pair, steps in found.items()}


def _of_verdict(content: Mapping[str, Any], year: int, at: str) -> list[Step]:
    """A verdict "resolved" that names its evidence has confirmed it too."""
    event = EVENT_OF_VERDICT.get(str(content.get("state")))
    if event is None:
        return []
    steps = [Step(event, year, at, content)]
    if event == RESOLVE and content.get("evidence_ids"):
        steps.insert(0, Step(CONFIRM, year, at, content))
    return steps


def _records(registry: Registry) -> Iterable[tuple[str, dict[str, Any], str]]:
    """Every saving of a letter, reply or verdict, oldest first: (table, record, when)."""
    query = (
        sa.select(tables.revisions.c.kind, tables.revisions.c.content, tables.changes.c.at)
        .join(tables.changes, tables.changes.c.id == tables.revisions.c.change_id)
        .where(tables.revisions.c.kind.in_(("letters", "replies", "verdicts")))
        .order_by(tables.revisions.c.id)
    )
    with registry.database.reading() as connection:
        rows = connection.execute(query).all()
    return [(row.kind, json.loads(row.content), row.at) for row in rows]
