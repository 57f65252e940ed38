"""Copies of a registry that is in use, and bringing one back without losing what is there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.registry.connection import Database, place_of, retry_while_locked
from requests_gen.registry.export_json import (
    Change,
    all_changes,
    export_json,
    fingerprint,
    json_bytes,
    put_in,
    put_in_place_of_all,
    read_changes,
    read_json,
)
from requests_gen.registry.export_xlsx import read_xlsx
from requests_gen.registry.opening import copy_database, free_name, open_database, version_of

BACKUPS = "backups"
BROKEN = {"not-a-registry", "registry-broken", "registry-unusable"}


def backup(database: Database, out: Path | None, at: datetime, folder: Path) -> Path:
    """Copy the registry, in use or not, to `out` (by default `folder`/backups, named by the time); where to.

    SQLite gives one .sqlite file, a server a .json export. Raises DataError when `out` is there already.
    """
    ending = ".sqlite" if database.file else ".json"
    name = f"kengai-{at:%Y%m%d-%H%M%S}{ending}"
    target = folder / BACKUPS / name if out is None else out / name if out.is_dir() else out
    if target.exists():
        raise DataError(
            "backup-exists",
            Text("同じ名前のファイルがすでにあります。何も変えていません", "there is a file of that name; nothing was changed"),
            Text("--out で別の名前を指定してください。", "name another with --out"),
            str(target),
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    source = database.file
    if source is None or target.suffix == ".json":
        export_json(database, target)
    else:
        retry_while_locked(lambda: copy_database(source, target))
        version_of(target)
    return target


@dataclass(frozen=True)
class Restored:
    """What a restore did: how many changes the registry holds now, and where what was there is kept."""

    changes: int
    fingerprint: str
    kept: Path | None


def restore(file: Path, place: Path | str, at: datetime, folder: Path) -> Restored:
    """Make the registry at `place` hold what the backup or export `file` holds, history included, at once.

    What was there is kept first: beside it, or in `folder`/backups for a server. Raises DataError, changing
    nothing, when `file` is no backup.
    """
    told = read_backup(file)
    stamp, kept = f"{at:%Y%m%d-%H%M%S}", None
    try:
        database = open_database(place)
    except DataError as error:
        found = place_of(place)
        if error.code not in BROKEN or not isinstance(found, Path):
            raise
        kept = _set_aside(found, f"{stamp}.broken")
        database = open_database(place)
    try:
        with database.writing() as connection:
            # the copy is taken while nobody can save: nothing falls between it and the restored registry
            there = all_changes(connection)
            if there:
                kept = _keep(database, there, stamp, folder)
            put_in_place_of_all(connection, told)
    finally:
        database.close()
    return Restored(len(told), fingerprint(told), kept)


def _keep(database: Database, there: list[Change], stamp: str, folder: Path) -> Path:
    if database.file is not None:
        return copy_database(database.file, free_name(database.file, f"{stamp}.old"))
    kept = free_name(folder / BACKUPS / "kengai", f"{stamp}.old.json")
    write_bytes(kept, json_bytes(there))
    return kept


def import_into(place: Path | str, file: Path) -> None:
    """Fill the empty registry at `place` (made if need be) from an export or a backup, wholly or not at all."""
    told = read_backup(file)  # first: a file that is no export must not leave an empty registry behind
    database = open_database(place)
    try:
        put_in(database, told, file.name)
    finally:
        database.close()


def _set_aside(path: Path, end: str) -> Path:
    """Rename a damaged registry and its log, so that a new one can take the name."""
    kept = free_name(path, end)
    for trace in ("-wal", "-shm"):
        log = path.with_name(path.name + trace)
        if log.exists():
            log.rename(kept.with_name(kept.name + trace))
    path.rename(kept)
    return kept


def read_backup(file: Path) -> list[Change]:
    """What a backup (.sqlite) or an export (.json, .xlsx) holds. The file itself is not touched."""
    if not file.is_file():
        raise DataError(
            "backup-missing",
            Text("バックアップのファイルがありません", "there is no such file"),
            Text("ファイルの名前と場所を確かめてください。", "check its name and place"),
            str(file),
        )
    if file.suffix.lower() == ".json":
        return read_json(file)
    if file.suffix.lower() == ".xlsx":
        return read_xlsx(file)
    with tempfile.TemporaryDirectory(prefix="kengai-") as scratch:
        # an older backup is migrated: in a copy, the backup stays as it is
        copy = Path(scratch) / "backup.sqlite"
        version_of(file)
        copy_database(file, copy)
        database = open_database(copy)
        try:
            return read_changes(database)
        finally:
            database.close()
