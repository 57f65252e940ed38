"""What happened between each zone and each carrier, in order, as the registry's history has it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from requests_gen.progress_states import ASK, CONFIRM, EVENT_OF_ANSWER, EVENT_OF_VERDICT, RESOLVE
from requests_gen.registry import Registry
from requests_gen.registry_sql import changes, revisions

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
    with registry.door.reading() as connection:
        moment = connection.execute(sa.select(sa.func.max(changes.c.at))).scalar()
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
    return {pair: sorted(steps, key=lambda step: (step.year, step.event != ASK, step.at)) for pair, steps in found.items()}  # fmt: skip


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
        sa.select(revisions.c.kind, revisions.c.content, changes.c.at)
        .join(changes, changes.c.id == revisions.c.change_id)
        .where(revisions.c.kind.in_(("letters", "replies", "verdicts")))
        .order_by(revisions.c.id)
    )
    with registry.door.reading() as connection:
        rows = connection.execute(query).all()
    return [(row.kind, json.loads(row.content), row.at) for row in rows]
