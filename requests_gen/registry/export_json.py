"""Everything the registry holds as one file, and back: nothing lost, history included.

The file's fingerprint is that of what it holds: a file that was changed on its way is not taken.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.registry.connection import Database
from requests_gen.registry.sql import empty_it
from requests_gen.registry.tables import changes, revisions
from requests_gen.registry.values import dumps

FORMAT, FORMAT_VERSION = "kengai-registry", 1
ROWS_AT_ONCE = 1000
SIGNED = ("at", "who", "subject", "note", "file_name", "file_sha256")
Change = dict[str, Any]  # SIGNED and "records": [{kind, key, revision, content}]


def all_changes(connection: sa.Connection) -> list[Change]:
    """Every change in order, with what it saved."""
    found = {
        row.id: {name: getattr(row, name) for name in SIGNED} | {"records": []}
        for row in connection.execute(sa.select(changes).order_by(changes.c.id))
    }
    for row in connection.execute(sa.select(revisions).order_by(revisions.c.id)):
        found[row.change_id]["records"].append(
            {"kind": row.kind, "key": row.key, "revision": row.revision, "content": json.loads(row.content)}
        )
    return list(found.values())


def fingerprint(given: list[Change]) -> str:
    """SHA-256 of what a registry holds. Two that hold the same have the same, wherever they are kept."""
    digest = hashlib.sha256()
    for change in given:
        digest.update(json.dumps(change, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode())
        digest.update(b"\n")
    return digest.hexdigest()


def read_changes(database: Database) -> list[Change]:
    """Every change in the registry, as of one moment."""
    with database.reading() as connection:
        return all_changes(connection)


def put_in(database: Database, given: list[Change], name: str) -> None:
    """Fill an empty registry with `given`, wholly or not at all. Raises DataError when it holds anything."""
    with database.writing() as connection:
        if connection.execute(sa.select(changes.c.id).limit(1)).first() is not None:
            raise DataError(
                "registry-not-empty",
                Text(
                    "取り込み先の台帳にすでに記録があります。何も変えていません", "the registry already holds records; nothing was changed"
                ),
                Text(
                    "空の作業フォルダを指定するか、今の内容と入れ替えるときは kengai restore を使ってください（今の台帳は残ります）。",
                    "name an empty workspace; to replace what is there use `kengai restore` (it keeps the old)",
                ),
                name,
            )
        insert_all(connection, given)


def put_in_place_of_all(connection: sa.Connection, given: list[Change]) -> None:
    """Hold `given` and nothing else, inside the open transaction."""
    for statement in empty_it(connection.dialect.name):
        connection.exec_driver_sql(statement)
    insert_all(connection, given)


def insert_all(connection: sa.Connection, given: list[Change]) -> None:
    """Insert the changes in their order."""
    rows: list[dict[str, Any]] = []
    for change in given:
        made = connection.execute(changes.insert().values(**{name: change[name] for name in SIGNED})).inserted_primary_key
        change_id = made[0] if made else None
        rows += (_row(change_id, record) for record in change["records"])
        if len(rows) >= ROWS_AT_ONCE:
            connection.execute(revisions.insert(), rows)
            rows = []
    if rows:
        connection.execute(revisions.insert(), rows)


def _row(change_id: Any, record: dict[str, Any]) -> dict[str, Any]:
    content = record["content"]
    return {
        "change_id": change_id,
        "kind": record["kind"],
        "key": record["key"],
        "revision": record["revision"],
        "content": dumps(content),
        "year": content.get("year"),
        "zone_id": content.get("zone_id"),
    }


def export_json(database: Database, path: Path, notice: str = "") -> None:
    """Write everything as JSON. The same registry, the same bytes."""
    write_bytes(path, json_bytes(read_changes(database), notice))


def json_bytes(given: list[Change], notice: str = "") -> bytes:
    """The JSON export of these changes: one change a line."""
    head = {"format": FORMAT, "format_version": FORMAT_VERSION, "notice": notice, "fingerprint": fingerprint(given)}
    lines = ",\n".join(json.dumps(change, ensure_ascii=False) for change in given)
    text = json.dumps(head, ensure_ascii=False)[:-1] + ', "changes": [\n' + lines + "\n]}\n"
    return text.encode("utf-8")


def read_json(path: Path) -> list[Change]:
    """The changes that a JSON export holds. Raises DataError when it is none, or was changed."""
    try:
        contents = json.loads(path.read_text(encoding="utf-8-sig"))
        if contents["format"] != FORMAT:
            raise KeyError("format")
        version, digest, found = contents["format_version"], contents["fingerprint"], contents["changes"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise not_an_export(path) from error
    return checked(path, int(version), digest, found)


def checked(path: Path, version: int, digest: str, given: list[Change]) -> list[Change]:
    """`given`, where it is what was exported."""
    if version > FORMAT_VERSION:
        raise DataError(
            "export-newer",
            Text("新しい Kengai が書き出したファイルです", "was exported by a newer Kengai"),
            Text("Kengai を新しくしてから取り込んでください。", "update Kengai first"),
            path.name,
        )
    if fingerprint(given) != digest or not all(_is_sound(change) for change in given):
        raise DataError(
            "export-changed",
            Text(
                "書き出した後に中身が変えられています（照合値が合いません）。何も取り込んでいません",
                "was changed after it was exported (the fingerprint differs); nothing was taken",
            ),
            Text(
                "書き出したままのファイルを使ってください。直したい値は、取り込んだ後に画面で直します（履歴が残ります）。",
                "use the file as it was exported; mend values afterwards, so that the history shows it",
            ),
            path.name,
        )
    return given


def _is_sound(change: Change) -> bool:
    return set(change) == {*SIGNED, "records"} and all(
        set(record) == {"kind", "key", "revision", "content"} for record in change["records"]
    )


def not_an_export(path: Path) -> DataError:
    """The error for a file that export never wrote."""
    return DataError(
        "not-an-export",
        Text(
            "Kengai の台帳を書き出したファイルではないか、壊れています。何も変えていません",
            "no export of a registry, or damaged; nothing was changed",
        ),
        Text("kengai registry export で書き出したファイルを指定してください。", "name a file that `kengai registry export` wrote"),
        path.name,
    )


def import_json(database: Database, path: Path) -> None:
    """Fill an empty registry from a JSON export."""
    put_in(database, read_json(path), path.name)


def records_in_order(given: list[Change]) -> Iterator[tuple[int, dict[str, Any]]]:
    """(number of the change from 1, record) of every record."""
    for number, change in enumerate(given, start=1):
        for record in change["records"]:
            yield number, record
