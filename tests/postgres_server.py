"""A real PostgreSQL for the tests: Debian's package, started in a folder of its own, gone when they end."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.waiting import CEILING_S

OWNER = "kengai"
ABSENT = "PostgreSQL is not here (Debian: apt-get install postgresql): tests on it are left out"


def programs() -> Path | None:
    """The folder of initdb and pg_ctl, None where PostgreSQL is not installed."""
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*installed, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "initdb").is_file() and (folder / "pg_ctl").is_file()), None)


def free_port() -> int:
    """A port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _account() -> dict[str, object]:
    """For subprocess: another account than root, as which PostgreSQL refuses to run."""
    if os.getuid() != 0:
        return {}
    import pwd

    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    entry = names.get("postgres") or names["nobody"]
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


@contextmanager
def running_server() -> Iterator[str]:
    """Start a server and give the URL of it, without the name of a database."""
    folder_of_programs = programs()
    if folder_of_programs is None:
        raise RuntimeError(ABSENT)
    folder = Path(tempfile.mkdtemp(prefix="kengai-pg-"))
    account, port = _account(), free_port()
    if account:
        os.chown(folder, account["user"], account["group"])  # type: ignore[arg-type]
    data = folder / "data"

    def run(*command: object) -> None:
        # the server holds what it inherits: its output goes to a file, or waiting for it would never end
        with (folder / "output").open("ab") as output:
            subprocess.run(
                [str(part) for part in command],
                check=True,
                cwd=folder,
                stdout=output,
                stderr=output,
                timeout=CEILING_S,
                **account,  # type: ignore[call-overload]
            )

    try:
        run(folder_of_programs / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        options = f"-c listen_addresses=127.0.0.1 -p {port} -k {folder}"
        run(folder_of_programs / "pg_ctl", "-D", data, "-w", "-o", options, "start")
        try:
            yield f"postgresql://{OWNER}@127.0.0.1:{port}"
        finally:
            run(folder_of_programs / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@functools.cache
def server_of_tests() -> str:
    """The one server of this run of the tests, stopped when it ends. Skips the test where there is none."""
    if programs() is None:
        pytest.skip(ABSENT)
    stack = ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(running_server())


def new_database(server: str, name: str) -> str:
    """Make an empty database on the server and give its URL."""
    import psycopg

    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return f"{server}/{name}"
