"""The way into the database: opening, one writer at a time, waiting instead of failing, trouble in words."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from geodata.errors import DataError, Text
from requests_gen.registry.sql import APPEND_ONLY
from requests_gen.workspace import places

PATIENCE_S = 60.0  # how long somebody else may hold the database before a person is told
# how long SQLite itself waits: at the door a moment only (who asks anew asks often, and is not passed over), once
# inside for long (only a reader on a network share can be in the way there)
BUSY_TIMEOUT_MS, INSIDE_MS = 250, 10_000
SQLITE_BUSY, SQLITE_LOCKED = 5, 6
PG_NOT_NOW = {"55P03", "40001", "40P01"}  # lock not available, serialization failure, deadlock
WRITING = "kengai_writing"
Got = TypeVar("Got")


@dataclass(frozen=True)
class Database:
    """One database. `name` is what people know it by (no password in it); `file` is None for a server."""

    engine: sa.Engine
    name: str
    file: Path | None = None

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that sees one moment of the database, however long it reads."""
        with self._connection(writing=False) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A connection that is the only writer until it is left; what it wrote is then kept, all or nothing."""
        with self._connection(writing=True) as connection:
            yield connection
            connection.commit()

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _connection(self, writing: bool) -> Iterator[sa.Connection]:
        try:
            connection = retry_while_locked(lambda: _begun(self.engine, writing))
            try:
                yield connection
            finally:
                connection.close()  # rolls back what was not committed
        except (DBAPIError, sqlite3.Error) as error:
            raise in_words(error, self.name) from error


def _begun(engine: sa.Engine, writing: bool) -> sa.Connection:
    """A connection inside its transaction: locks are taken here, so that nothing later can find one closed."""
    connection = engine.connect()
    try:
        if engine.dialect.name == "sqlite":
            connection = connection.execution_options(**{WRITING: writing})
            connection.exec_driver_sql("SELECT count(*) FROM sqlite_master")
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {INSIDE_MS}")
        elif writing:
            connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
            connection.exec_driver_sql("LOCK TABLE changes IN SHARE ROW EXCLUSIVE MODE")
        else:
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
            connection.exec_driver_sql("SELECT 1")
    except BaseException:
        connection.close()
        raise
    return connection


def retry_while_locked(action: Callable[[], Got]) -> Got:
    """What `action` gives, tried again while somebody else holds the database, for PATIENCE_S at most."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return action()
        except (DBAPIError, sqlite3.Error) as error:
            if not is_locked(error) or time.monotonic() > deadline:
                raise
        time.sleep(random.uniform(0.001, 0.01))  # each waits another while, so that they do not meet again


def is_locked(error: DBAPIError | sqlite3.Error) -> bool:
    """Whether the database refused only because somebody else was using it."""
    told: Any = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(told, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in {SQLITE_BUSY, SQLITE_LOCKED}
    return getattr(told, "sqlstate", None) in PG_NOT_NOW


def file_engine(path: Path) -> sa.Engine:
    """An engine for the SQLite file `path`. Connections are not kept: nothing holds the file between two uses."""
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(path)), poolclass=NullPool)

    @sa.event.listens_for(engine, "connect")
    def _set_up(connection: Any, _: object) -> None:
        set_up(connection)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        # a reader that turns writer can find the database locked at once: writers say so at their beginning
        writing = connection.get_execution_options().get(WRITING, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def set_up(connection: sqlite3.Connection) -> None:
    """The ways of every connection of ours to SQLite."""
    connection.isolation_level = None  # transactions begin where _begin says, not where the driver thinks
    for pragma in (f"busy_timeout = {BUSY_TIMEOUT_MS}", "foreign_keys = ON", "trusted_schema = OFF", "synchronous = FULL"):
        connection.execute(f"PRAGMA {pragma}")


def server_engine(url: sa.URL) -> sa.Engine:
    """An engine for a database server. Only PostgreSQL is known."""
    if url.get_backend_name() != "postgresql":
        raise DataError(
            "registry-url-unknown",
            Text(
                f"台帳の置き場所として使えるのは SQLite と PostgreSQL です（{url.drivername}）",
                f"a registry is kept in SQLite or PostgreSQL, not in {url.drivername}",
            ),
            Text("フォルダか、postgresql:// で始まる接続先を指定してください。", "name a folder, or a URL that begins with postgresql://"),
        )
    try:
        return sa.create_engine(url.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise DataError(
            "registry-driver-missing",
            Text("PostgreSQL を使うための部品（psycopg）が入っていません", "psycopg, which speaks to PostgreSQL, is not installed"),
            Text(
                "pip install 'psycopg[binary]' を行うか、導入した担当に頼んでください（SQLite なら何も要りません）。",
                "pip install 'psycopg[binary]' (SQLite needs nothing)",
            ),
        ) from error


def place_of(place: Path | str) -> Path | sa.URL:
    """The file of a folder or file, or the URL of a server."""
    if isinstance(place, str) and "://" in place:
        try:
            url = sa.make_url(place)
        except sa.exc.ArgumentError as error:
            raise DataError(
                "registry-url-broken",
                Text("台帳の接続先の書き方が違います", "the URL of the registry cannot be read"),
                Text("postgresql://利用者@サーバー/データベース の形で書いてください。", "write it as postgresql://user@server/database"),
            ) from error
        if url.get_backend_name() != "sqlite" or not url.database:
            return url
        return Path(url.database)
    path = Path(place)
    return path / places.REGISTRY_FILE if path.is_dir() or not path.suffix else path


def in_words(error: DBAPIError | sqlite3.Error, name: str) -> DataError:
    """What a person is told of trouble with the database. A mistake of the program is raised as it is."""
    told = str(error.orig if isinstance(error, DBAPIError) else error)
    if is_locked(error):
        return DataError(
            "registry-busy",
            Text(
                "ほかの人の保存が長く続いているため、台帳に書けませんでした。何も変わっていません",
                "somebody else has been saving for long; nothing was changed",
            ),
            Text("少し待って、もう一度行ってください。", "wait a little and try again"),
            name,
        )
    if isinstance(error, sa.exc.IntegrityError | sqlite3.IntegrityError | sa.exc.ProgrammingError):
        raise error
    for sign, code, ja, en in _TROUBLES:
        if sign in told.lower():
            return DataError(code, Text(ja, en), _MENDS[code], name)
    if isinstance(error, DBAPIError) and APPEND_ONLY in told:
        raise error
    return DataError(
        "registry-unusable",
        Text(f"台帳を使えませんでした（{_first_line(told)}）", f"the registry cannot be used ({_first_line(told)})"),
        Text(
            "フォルダの権利とつながりを確かめてください。直らなければ kengai restore でバックアップから戻せます。",
            "check the folder's rights and the network; `kengai restore` brings back a backup",
        ),
        name,
    )


def _first_line(text: str) -> str:
    return text.strip().splitlines()[0] if text.strip() else "?"


_BROKEN = (
    "台帳のファイルが壊れているか、台帳ではありません。何も変えていません",
    "the file is damaged or no registry; nothing was changed",
)
_TROUBLES = (
    ("file is not a database", "registry-broken", *_BROKEN),
    ("malformed", "registry-broken", *_BROKEN),
    (
        "disk is full",
        "registry-disk-full",
        "ディスクがいっぱいで台帳に書けません。何も変わっていません",
        "the disk is full; nothing was changed",
    ),
    (
        "readonly",
        "registry-read-only",
        "台帳が読み取り専用です。何も変わっていません",
        "the registry may only be read; nothing was changed",
    ),
    ("unable to open", "registry-not-opened", "台帳のファイルを開けません", "the registry's file cannot be opened"),
    (
        "password authentication",
        "registry-not-let-in",
        "台帳のサーバーに入れません（利用者名かパスワードが違います）",
        "the server does not let this user in",
    ),
    ("connection", "registry-not-reached", "台帳のサーバーにつながりません", "the registry's server cannot be reached"),
)
_MENDS = {
    "registry-broken": Text(
        "kengai restore バックアップ --workspace 作業フォルダ で戻してください（今のファイルは名前を変えて残します）。",
        "bring back a backup with `kengai restore` (the file of now is kept under another name)",
    ),
    "registry-disk-full": Text("空きを作ってから、もう一度行ってください。", "make room and try again"),
    "registry-read-only": Text(
        "フォルダとファイルに書き込む権利があるか確かめてください。", "see that you may write the folder and the file"
    ),
    "registry-not-opened": Text(
        "フォルダがあるか、読み書きの権利があるか確かめてください。", "see that the folder is there and that you may read and write it"
    ),
    "registry-not-let-in": Text("接続先の利用者名とパスワードを確かめてください。", "check the user's name and password"),
    "registry-not-reached": Text(
        "サーバーが動いているか、名前とポート番号が正しいか、情報部門に確かめてください。",
        "see that the server runs and that its name and port are right",
    ),
}
