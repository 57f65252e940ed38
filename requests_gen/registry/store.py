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
from requests_gen.registry.conflict import Clash, Conflict
from requests_gen.registry.connection import Database
from requests_gen.registry.tables import TABLES, Table, changes, revisions
from requests_gen.registry.values import RESERVED, content_of, dumps, frame_of, is_unknown, key_of, moment_text, moments, records_of

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
class CurrentRecord:
    """A record as it stands."""

    content: dict[str, Any]
    revision: int
    who: str
    at: str


def save(
    database: Database,
    table_name: str,
    rows: pd.DataFrame | Iterable[Mapping[str, Any]],
    *,
    who: str,
    at: datetime,
    file: SourceFile | None = None,
    note: str = "",
    connection: sa.Connection | None = None,
) -> Saved:
    """Save the rows as one change. See registry.Registry. connection: an open writing() to be part of."""
    table = TABLES[table_name]
    signed = {"who": signature(who), "at": moment_text(at), "subject": table.name, "note": note}
    given = [(content_of(table, row), _expected(row.get("revision"))) for row in records_of(rows)]
    keys = [key_of(table, content) for content, _ in given]
    if len(set(keys)) < len(keys):
        raise ValueError(f"{table.name}: stand twice: {sorted({key for key in keys if keys.count(key) > 1})[:5]}")
    with _writing(database, connection) as inside:
        if file is not None:
            before = already_imported(inside, table.name, file)
            if before is not None:
                return Saved(unchanged=len(given), already=before)
            signed |= {"file_name": file.name, "file_sha256": file.sha256}
        return _write(inside, table, given, keys, signed, keep_anyway=file is not None)


def _expected(revision: Any) -> int | None:
    return None if is_unknown(revision) else int(revision)


@contextmanager
def _writing(database: Database, connection: sa.Connection | None) -> Iterator[sa.Connection]:
    if connection is not None:
        yield connection
    else:
        with database.writing() as inside:
            yield inside


def _write(
    connection: sa.Connection,
    table: Table,
    given: list[tuple[dict[str, Any], int | None]],
    keys: list[str],
    signed: dict[str, str],
    keep_anyway: bool,
) -> Saved:
    stand = current_records(connection, table.name, keys)
    clashes, new, now, added, changed = [], [], [], 0, 0
    for key, (content, expected) in zip(keys, given, strict=True):
        there = stand.get(key)
        if there is not None and dumps(there.content) == dumps(content):  # 1, 1.0 and True are not the same
            now.append(there.revision)
            continue
        revision = there.revision if there else 0
        if expected is not None and expected != revision:
            clashes.append(
                Clash(
                    table, key, content, there.content if there else None, revision, there.who if there else "", there.at if there else ""
                )
            )
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
        "kind": kind,
        "key": key,
        "revision": revision,
        "content": dumps(content),
        "year": content.get("year"),
        "zone_id": content.get("zone_id"),
    }


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
            Text("だれが保存するのか（お名前）が入っていません", "the name of the person who saves is missing"),
            Text("お名前を入れてから保存してください。", "give a name, then save"),
        )
    return who.strip()


def already_imported(connection: sa.Connection, kind: str, file: SourceFile) -> Already | None:
    """When the same bytes were imported into the table `kind` before; None where they were not."""
    row = connection.execute(
        sa.select(changes.c.who, changes.c.at, changes.c.file_name).where(changes.c.subject == kind, changes.c.file_sha256 == file.sha256)
    ).first()
    return Already(row.who, datetime.fromisoformat(row.at), row.file_name) if row else None


def _as_they_stand(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    newer = revisions.alias("newer")
    later = sa.exists().where(newer.c.kind == revisions.c.kind, newer.c.key == revisions.c.key, newer.c.revision > revisions.c.revision)
    return (
        sa.select(revisions.c.key, revisions.c.content, revisions.c.revision, changes.c.who, changes.c.at)
        .join(changes, changes.c.id == revisions.c.change_id)
        .where(~later, *conditions)
    )


def current_records(connection: sa.Connection, kind: str, keys: list[str]) -> dict[str, CurrentRecord]:
    """{key: the record as it stands} of those of `keys` that are there."""
    found = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        some = keys[start : start + KEYS_AT_ONCE]
        for row in connection.execute(_as_they_stand(revisions.c.kind == kind, revisions.c.key.in_(some))):
            found[row.key] = CurrentRecord(json.loads(row.content), row.revision, row.who, row.at)
    return found


def read_frame(database: Database, table_name: str, year: int | None = None) -> pd.DataFrame:
    """The records of a table as they stand. See registry.Registry."""
    with database.reading() as connection:
        return frame_in(connection, table_name, year)


def frame_in(connection: sa.Connection, table_name: str, year: int | None = None) -> pd.DataFrame:
    """The same inside a transaction that is open already."""
    table = TABLES[table_name]
    conditions = [revisions.c.kind == table_name]
    if year is not None:
        conditions.append(revisions.c.year == int(year))
    rows = connection.execute(_as_they_stand(*conditions)).all()
    return frame_of(table, [json.loads(row.content) for row in rows], [(row.revision, row.who, row.at) for row in rows])


def next_number(connection: sa.Connection, kind: str, **same: Any) -> int:
    """1 + how many records of this kind there are with the same year or zone. Inside writing(): nobody else asks."""
    conditions = [revisions.c[name] == value for name, value in same.items()]
    count = connection.execute(
        sa.select(sa.func.count()).select_from(revisions).where(revisions.c.kind == kind, revisions.c.revision == 1, *conditions)
    ).scalar_one()
    return int(count) + 1


# What was saved when and by whom, and what it was before.

COLUMNS = ("who", "table", "key", "revision", "was", "now", "file", "note")
NAMING_ZONES = ("letters", "zones")  # records that name zones in a list too
LISTS = ("zones", "supersedes", "superseded_by")


def history_frame(database: Database, zone_id: str | None) -> pd.DataFrame:
    """One row a saving of a record, oldest first. See registry.Registry.history."""
    query = (
        sa.select(revisions, changes.c.at, changes.c.who, changes.c.file_name, changes.c.note)
        .join(changes, changes.c.id == revisions.c.change_id)
        .order_by(revisions.c.id)
    )
    if zone_id is not None:
        query = query.where(sa.or_(revisions.c.zone_id == zone_id, revisions.c.kind.in_(NAMING_ZONES)))
    with database.reading() as connection:
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
    return ({name: before.get(name) for name in names} if before else {}), {name: after.get(name) for name in names}


def _zones_of(content: dict[str, Any]) -> set[str]:
    return {str(content.get("zone_id", ""))}.union(*(map(str, content.get(name, [])) for name in LISTS))


# A ranking that is frozen: the frame as records, and the same frame again.

OURS = {*RESERVED, *TABLES["ranking_rows"].fields}


@dataclass(frozen=True)
class FrozenRanking:
    """A ranking to be kept for good. weights: {criterion: weight}; gates: what else decides who is ranked.

    rows: index zone_id, in the order of the ranking; any columns of numbers, truth values and text.
    """

    weights: Mapping[str, float]
    gates: Mapping[str, Any]
    rows: pd.DataFrame
    note: str = ""
    result_sha256: str = ""


def ranking_records(year: int, version: int, ranking: FrozenRanking) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """(the ranking's record, its rows' records)."""
    rows = ranking.rows
    if rows.index.name != "zone_id" or not rows.index.is_unique:
        raise ValueError("the rows of a ranking have the index zone_id, each zone once")
    if wrong := [name for name in rows.columns if not isinstance(name, str) or name in OURS]:
        raise ValueError(f"columns of a ranking cannot be called {wrong}")
    head = {
        "year": year,
        "version": version,
        "note": ranking.note,
        "weights": ranking.weights,
        "gates": ranking.gates,
        "result_sha256": ranking.result_sha256,
        "row_count": len(rows),
        "columns": [["zone_id", str(rows.index.dtype)], *([name, str(kind)] for name, kind in rows.dtypes.items())],
    }
    common = {"year": year, "version": version}
    lines = [
        {**common, "zone_id": zone, "position": position, **dict(zip(rows.columns, values, strict=True))}
        for position, (zone, *values) in enumerate(rows.itertuples(name=None), start=1)
    ]
    return head, lines


def frozen_frame(rankings: pd.DataFrame, rows: pd.DataFrame, year: int, version: int | None) -> pd.DataFrame:
    """The frame of one version, as it was frozen. rankings, rows: those tables of the year."""
    spec = rankings if version is None else rankings[rankings["version"] == version]
    if spec.empty:
        which = f"第{version}版" if version is not None else "順位"
        raise DataError(
            "ranking-not-frozen",
            Text(f"{year}年度の{which}は確定されていません", f"no ranking of {year} was frozen"),
            Text("優先順位のページで年度の順位を確定してください。", "freeze the year's ranking first"),
        )
    head = spec.iloc[-1]
    frame = rows[rows["version"] == head["version"]].sort_values("position")
    (_, kind_of_id), *kinds = head["columns"]
    frame.index = pd.Index(frame["zone_id"], dtype=kind_of_id, name="zone_id")
    # a column that is unknown in every row is in no record
    columns = {
        name: frame[name].astype(kind) if name in frame else pd.Series([None] * len(frame), index=frame.index, dtype=kind)
        for name, kind in kinds
    }
    return pd.DataFrame(columns, index=frame.index)
