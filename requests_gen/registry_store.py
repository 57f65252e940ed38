"""Saving records and reading them as they stand."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geodata.errors import DataError, Text
from requests_gen.registry_conflict import Clash, Conflict
from requests_gen.registry_door import Door
from requests_gen.registry_records import TABLES, Table
from requests_gen.registry_sql import changes, revisions
from requests_gen.registry_values import (
    content_of,
    dumps,
    frame_of,
    is_unknown,
    key_of,
    moment_text,
    records_of,
)

KEYS_AT_ONCE = 500


@dataclass(frozen=True)
class SourceFile:
    """The file that records came from: its own name and the SHA-256 of its bytes."""

    name: str
    sha256: str


@dataclass(frozen=True)
class Already:
    """When and by whom the same file was imported before, and under which name."""

    who: str
    at: datetime
    name: str


@dataclass(frozen=True)
class Saved:
    """What a saving did. `revisions`: the revision each row has now, in their order."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    revisions: tuple[int, ...] = ()
    already: Already | None = None


@dataclass(frozen=True)
class Standing:
    """A record as it stands."""

    content: dict[str, Any]
    revision: int
    who: str
    at: str


def save(
    door: Door, table_name: str, rows: pd.DataFrame | Iterable[Mapping[str, Any]], *, who: str, at: datetime,
    file: SourceFile | None = None, note: str = "", connection: sa.Connection | None = None,
) -> Saved:  # fmt: skip
    """Save the rows as one change. See registry.Registry. connection: an open writing() to be part of."""
    table = TABLES[table_name]
    signed = {"who": signature(who), "at": moment_text(at), "subject": table.name, "note": note}
    given = [(content_of(table, row), _expected(row.get("revision"))) for row in records_of(rows)]
    keys = [key_of(table, content) for content, _ in given]
    if len(set(keys)) < len(keys):
        raise ValueError(
            f"{table.name}: stand twice: {sorted({key for key in keys if keys.count(key) > 1})[:5]}"
        )
    with _writing(door, connection) as inside:
        if file is not None:
            before = already_imported(inside, table.name, file)
            if before is not None:
                return Saved(unchanged=len(given), already=before)
            signed |= {"file_name": file.name, "file_sha256": file.sha256}
        return _write(inside, table, given, keys, signed, keep_anyway=file is not None)


def _expected(revision: Any) -> int | None:
    return None if is_unknown(revision) else int(revision)


@contextmanager
def _writing(door: Door, connection: sa.Connection | None) -> Iterator[sa.Connection]:
    if connection is not None:
        yield connection
    else:
        with door.writing() as inside:
            yield inside


def _write(
    connection: sa.Connection, table: Table, given: list[tuple[dict[str, Any], int | None]], keys: list[str],
    signed: dict[str, str], keep_anyway: bool,
) -> Saved:  # fmt: skip
    stand = standing(connection, table.name, keys)
    clashes, new, now, added, changed = [], [], [], 0, 0
    for key, (content, expected) in zip(keys, given, strict=True):
        there = stand.get(key)
        if there is not None and dumps(there.content) == dumps(content):  # 1, 1.0 and True are not the same
            now.append(there.revision)
            continue
        revision = there.revision if there else 0
        if expected is not None and expected != revision:
            clashes.append(Clash(table, key, content, there.content if there else None, revision,
                                 there.who if there else "", there.at if there else ""))  # fmt: skip
            continue
        new.append(_row(table.name, key, revision + 1, content))
        now.append(revision + 1)
        added, changed = added + (revision == 0), changed + (revision > 0)
    if clashes:
        raise Conflict.of(clashes)
    if new or keep_anyway:
        add_change(connection, signed, new)
    return Saved(added, changed, len(given) - len(new), tuple(now))


def _row(kind: str, key: str, revision: int, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": kind, "key": key, "revision": revision, "content": dumps(content),
        "year": content.get("year"), "zone_id": content.get("zone_id"),
    }  # fmt: skip


def add_change(connection: sa.Connection, signed: Mapping[str, Any], rows: list[dict[str, Any]]) -> None:
    """Put a change and its revisions in."""
    made = connection.execute(changes.insert().values(**signed)).inserted_primary_key
    change_id = made[0] if made else None
    if rows:
        connection.execute(revisions.insert(), [{"change_id": change_id, **row} for row in rows])


def signature(who: str) -> str:
    """The name of whoever saves. Raises DataError without one: every change has an author."""
    if not who.strip():
        raise DataError(
            "who-missing",
            Text(
                "だれが保存するのか（お名前）が入っていません",
                "the name of the person who saves is missing",
            ),
            Text("お名前を入れてから保存してください。", "give a name, then save"),
        )
    return who.strip()


def already_imported(connection: sa.Connection, kind: str, file: SourceFile) -> Already | None:
    """When the same bytes were imported into the table `kind` before; None where they were not."""
    row = connection.execute(
        sa.select(changes.c.who, changes.c.at, changes.c.file_name).where(
            changes.c.subject == kind, changes.c.file_sha256 == file.sha256
        )
    ).first()
    return Already(row.who, datetime.fromisoformat(row.at), row.file_name) if row else None


def _as_they_stand(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    newer = revisions.alias("newer")
    later = sa.exists().where(
        newer.c.kind == revisions.c.kind,
        newer.c.key == revisions.c.key,
        newer.c.revision > revisions.c.revision,
    )
    return (
        sa.select(revisions.c.key, revisions.c.content, revisions.c.revision, changes.c.who, changes.c.at)
        .join(changes, changes.c.id == revisions.c.change_id)
        .where(~later, *conditions)
    )


def standing(connection: sa.Connection, kind: str, keys: list[str]) -> dict[str, Standing]:
    """{key: the record as it stands} of those of `keys` that are there."""
    found = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        for row in connection.execute(_as_they_stand(revisions.c.kind == kind, revisions.c.key.in_(some))):
            found[row.key] = Standing(json.loads(row.content), row.revision, row.who, row.at)
    return found


def read_frame(door: Door, table_name: str, year: int | None = None) -> pd.DataFrame:
    """The records of a table as they stand. See registry.Registry."""
    with door.reading() as connection:
        return frame_in(connection, table_name, year)


def frame_in(connection: sa.Connection, table_name: str, year: int | None = None) -> pd.DataFrame:
    """The same inside a transaction that is open already."""
    table = TABLES[table_name]
    conditions = [revisions.c.kind == table_name]
    if year is not None:
        conditions.append(revisions.c.year == int(year))
    rows = connection.execute(_as_they_stand(*conditions)).all()
    return frame_of(
        table, [json.loads(row.content) for row in rows], [(row.revision, row.who, row.at) for row in rows]
    )


def next_number(connection: sa.Connection, kind: str, **same: Any) -> int:
    """1 + how many records of this kind there are with the same year or zone. Inside writing(): nobody else asks."""
    conditions = [revisions.c[name] == value for name, value in same.items()]
    count = connection.execute(
        sa.select(sa.func.count())
        .select_from(revisions)
        .where(revisions.c.kind == kind, revisions.c.revision == 1, *conditions)
    ).scalar_one()
    return int(count) + 1
