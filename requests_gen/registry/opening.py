"""Opening a registry: made when it is not there, migrated when it is older, left alone when it is not ours."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from geodata.errors import DataError, Text
from requests_gen.files import only_one_writer, replace_folder
from requests_gen.registry.connection import (
    PATIENCE_S,
    Database,
    file_engine,
    in_words,
    place_of,
    retry_while_locked,
    server_engine,
    set_up,
)

if TYPE_CHECKING:
    from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = ("0001", "0002")  # those of registry_migrations: opening need not load Alembic to know them
VERSION_TABLE = "kengai_version"
SQLITE_HEADER = b"SQLite format 3\0"
MIGRATION_LOCK = 5_417_208_366  # any number that only Kengai uses, for PostgreSQL's advisory lock
NETWORK_FILE_SYSTEMS = {"cifs", "smb3", "smbfs", "nfs", "nfs4", "9p", "fuse.sshfs", "davfs"}
WINDOWS_REMOTE_DRIVE = 4


def open_database(place: Path | str) -> Database:
    """The door to the registry at `place`, brought to this version. See registry.open_registry."""
    found = place_of(place)
    try:
        return _open_file(found) if isinstance(found, Path) else _open_server(found)
    except (sa.exc.DBAPIError, sqlite3.Error) as error:
        name = str(found) if isinstance(found, Path) else found.render_as_string(hide_password=True)
        raise in_words(error, name) from error
    except OSError as error:
        raise DataError(
            "registry-not-opened",
            Text(f"台帳を作るか開くことができません（{error.strerror}）", f"cannot be made or opened ({error.strerror})"),
            Text("フォルダに書き込む権利があるか確かめてください。", "see that you may write the folder"),
            str(found),
        ) from error


def _open_file(path: Path) -> Database:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with only_one_writer(path, PATIENCE_S):
            if not path.exists():
                _make(path)
    if version_of(path) != VERSIONS[-1]:
        with only_one_writer(path, PATIENCE_S):
            version = version_of(path)
            if version != VERSIONS[-1]:
                retry_while_locked(lambda: copy_database(path, free_name(path, f"{version}.old")))
                upgrade_file(path)
    retry_while_locked(lambda: _set_journal(path))
    return Database(file_engine(path), str(path), path)


def _make(path: Path) -> None:
    """A new registry, made beside its place: it is either not there or whole."""
    making = path.with_name(f".{path.name}.making")
    making.unlink(missing_ok=True)
    upgrade_file(making)
    _set_journal(making)
    making.replace(path)
    replace_folder.sync_folder(path.parent)


def version_of(path: Path) -> str:
    """Which version of the registry the file holds. Raises DataError for anything else; changes nothing."""
    if not path.is_file():
        raise not_a_registry(path)
    with path.open("rb") as stream:
        if stream.read(len(SQLITE_HEADER)) != SQLITE_HEADER:
            raise not_a_registry(path)
    return retry_while_locked(lambda: _version_of(path))


def _version_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        set_up(connection)
        connection.execute("PRAGMA query_only = ON")
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if not {VERSION_TABLE, "changes", "revisions"} <= tables:
            raise not_a_registry(path)
        row = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()
    return _known(str(row[0]) if row else "", str(path))


def _known(version: str, name: str) -> str:
    """`version`, where this Kengai knows it."""
    if version in VERSIONS:
        return version
    raise DataError(
        "registry-newer",
        Text(
            f"この台帳は新しい Kengai のもの（版 {version}）で、この Kengai（版 {VERSIONS[-1]} まで）では開けません。何も変えていません",
            f"written by a newer Kengai (version {version}; this one knows up to {VERSIONS[-1]}); nothing was changed",
        ),
        Text("Kengai を新しくしてから開いてください。", "update Kengai, then open it"),
        name,
    )


def not_a_registry(path: Path) -> DataError:
    return DataError(
        "not-a-registry",
        Text("Kengai の台帳ではないか、壊れています。何も変えていません", "not a registry of Kengai, or damaged; nothing was changed"),
        Text(
            "作業フォルダの指定を確かめてください。台帳が壊れたときは kengai restore バックアップ --workspace 作業フォルダ で戻せます（今のファイルは名前を変えて残します）。",
            "check the folder; `kengai restore` brings back a backup and keeps this file under another name",
        ),
        str(path),
    )


def copy_database(path: Path, copy: Path) -> Path:
    """A whole, single-file copy of a database that may be in use. `copy` appears at once or not at all."""
    making = copy.with_name(f".{copy.name}.making")
    making.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(making)) as target:
            set_up(source)
            source.backup(target)
            target.execute("PRAGMA journal_mode = DELETE")  # one file, without a log beside it
        with making.open("rb+") as stream:
            os.fsync(stream.fileno())
        making.replace(copy)
    finally:
        making.unlink(missing_ok=True)
    replace_folder.sync_folder(copy.parent)
    return copy


def free_name(path: Path, end: str) -> Path:
    """A name beside `path` that nobody has: kengai.sqlite.<end>, then <end>2, <end>3 …"""
    free, number = path.with_name(f"{path.name}.{end}"), 2
    while free.exists():
        free, number = path.with_name(f"{path.name}.{end}{number}"), number + 1
    return free


def upgrade_file(path: Path, to: str = "head") -> None:
    """Bring an SQLite registry to version `to`, in one transaction."""
    engine = file_engine(path)
    try:
        with Database(engine, str(path), path).writing() as connection:
            upgrade(connection, to)
    finally:
        engine.dispose()


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Run the migrations up to `to` inside the transaction of `connection`."""
    from alembic.migration import MigrationContext
    from alembic.operations import Operations

    script, context = _script(), MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    steps = list(script.iterate_revisions(to, context.get_current_revision() or "base"))
    with Operations.context(context):
        for step in reversed(steps):
            step.module.upgrade()
            context.stamp(script, step.revision)


def _script() -> ScriptDirectory:
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(MIGRATIONS), version_locations=[str(MIGRATIONS)])


def _open_server(url: sa.URL) -> Database:
    engine = server_engine(url)
    name = url.render_as_string(hide_password=True)
    try:
        with engine.begin() as connection:
            # two that open an empty database at once must not both make the tables
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            inside = sa.inspect(connection)
            if not inside.has_table(VERSION_TABLE):
                upgrade(connection)
                return Database(engine, name)
            version = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar_one()
            if _known(version, name) != VERSIONS[-1]:
                for table in ("changes", "revisions"):
                    connection.exec_driver_sql(f'CREATE TABLE "{table}_{version}_old" AS TABLE {table}')
                upgrade(connection)
    except BaseException:
        engine.dispose()
        raise
    return Database(engine, name)


def _set_journal(path: Path) -> None:
    """A log beside the file (WAL), so that readers and the writer do not wait for each other; on a network none.

    The log needs memory that all its users share: on a network share it would damage the registry.
    """
    spec = "delete" if is_on_network(path) else "wal"
    with closing(sqlite3.connect(path)) as connection:
        set_up(connection)
        if connection.execute("PRAGMA journal_mode").fetchone()[0] != spec:
            connection.execute(f"PRAGMA journal_mode = {spec}")


def is_on_network(path: Path) -> bool:
    """Whether `path` lies on a share of another machine, as far as the system tells."""
    place = path.resolve()
    if sys.platform == "win32":
        import ctypes

        drive = place.anchor
        return drive.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(drive) == WINDOWS_REMOTE_DRIVE
    mounts = Path("/proc/mounts")
    if not mounts.is_file():
        return False
    kinds = {}
    for line in mounts.read_text(encoding="utf-8", errors="replace").splitlines():
        _, folder, kind, *_ = line.split(" ")
        kinds[folder.replace("\\040", " ")] = kind
    around = [str(folder) for folder in (place, *place.parents) if str(folder) in kinds]
    return bool(around) and kinds[around[0]] in NETWORK_FILE_SYSTEMS
