"""What was saved when and by whom, and what it was before."""

from __future__ import annotations

import json
from typing import Any

import pandas as pd
import sqlalchemy as sa

from requests_gen.registry_door import Door
from requests_gen.registry_sql import changes, revisions
from requests_gen.registry_values import moments

COLUMNS = ("who", "table", "key", "revision", "was", "now", "file", "note")
NAMING_ZONES = ("letters", "zones")  # records that name zones in a list too
LISTS = ("zones", "supersedes", "superseded_by")


def history_frame(door: Door, zone_id: str | None) -> pd.DataFrame:
    """One row a saving of a record, oldest first. See registry.Registry.history."""
    query = (
        sa.select(revisions, changes.c.at, changes.c.who, changes.c.file_name, changes.c.note)
        .join(changes, changes.c.id == revisions.c.change_id)
        .order_by(revisions.c.id)
    )
    if zone_id is not None:
        query = query.where(sa.or_(revisions.c.zone_id == zone_id, revisions.c.kind.in_(NAMING_ZONES)))
    with door.reading() as connection:
        rows = connection.execute(query).all()
    return _told(rows, zone_id)


def _told(rows: Any, zone_id: str | None) -> pd.DataFrame:
    last: dict[tuple[str, str], dict[str, Any]] = {}
    told, times = [], []
    for row in rows:
        content = json.loads(row.content)
        before = last.get((row.kind, row.key), {})
        last[row.kind, row.key] = content
        if zone_id is None or zone_id in _zones_of(content) | _zones_of(before):
            was, now = _difference(before, content)
            told.append((row.who, row.kind, row.key, row.revision, was, now, row.file_name or "", row.note))
            times.append(row.at)
    frame = pd.DataFrame(told, columns=list(COLUMNS))
    frame.insert(0, "at", moments(times))
    return frame


def _difference(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields that differ, as they were and as they are; None where a field became unknown."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ({name: before.get(name) for name in names} if before else {}), {
        name: after.get(name) for name in names
    }


def _zones_of(content: dict[str, Any]) -> set[str]:
    return {str(content.get("zone_id", ""))}.union(*(map(str, content.get(name, [])) for name in LISTS))
