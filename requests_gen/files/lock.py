"""The right to write a place, held by one process at a time."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from geodata.errors import DataError, Text


@contextlib.contextmanager
def only_one_writer(out_dir: Path) -> Iterator[None]:
    """Hold the right to write `out_dir`; the system takes it back when the process ends, however it ends."""
    path = out_dir.with_name(f".{out_dir.name}.lock")
    with path.open("a+b") as stream:
        if not _locked(stream.fileno()) or not _is_same_file(path, stream.fileno()):
            raise DataError(
                "output-being-written",
                Text("別の実行が同じ出力先に書き込んでいます", "another run is writing to the same folder"),
                Text("終わるのを待つか、--out で別の出力先を指定してください。", "wait, or name another folder with --out"),
                str(out_dir),
            )
        try:
            yield
        finally:
            if os.name != "nt":  # an open file cannot be deleted there
                path.unlink(missing_ok=True)
    if os.name == "nt":
        with contextlib.suppress(OSError):
            path.unlink()


def _locked(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_same_file(path: Path, descriptor: int) -> bool:
    """Whether the lock still has its name: the run before may have removed it between our two steps."""
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False
