"""The right to write a place, held by one process at a time (filelock; decision 0005 says why)."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from geodata.errors import DataError, Text

NO_LOCKS_HERE = {errno.ENOSYS, errno.ENOLCK}  # a file system (some network shares) that cannot lock
POLL_S = 0.05


@contextlib.contextmanager
def only_one_writer(out_dir: Path, wait_s: float = 0.0) -> Iterator[None]:
    """Hold the right to write `out_dir`; the system takes it back when the process ends, however it ends.

    wait_s: seconds to wait for whoever holds it; 0 refuses at once. Raises DataError "output-being-written".
    """
    path = out_dir.with_name(f".{out_dir.name}.lock")
    # a lock that is only a file (filelock's fallback) would outlive a process that was killed
    lock = FileLock(path, timeout=wait_s, poll_interval=POLL_S, thread_local=False, fallback_to_soft=False)
    try:
        lock.acquire()
    except Timeout as error:
        raise _being_written(out_dir) from error
    except OSError as error:
        raise (_being_written(out_dir) if error.errno in NO_LOCKS_HERE else error) from error
    try:
        yield
    finally:
        if os.name != "nt":  # removed while held: filelock refuses a lock whose file has lost its name
            path.unlink(missing_ok=True)
        lock.release()  # removes the file on Windows, where an open one cannot be


def _being_written(out_dir: Path) -> DataError:
    return DataError(
        "output-being-written",
        Text("別の実行が同じ出力先に書き込んでいます", "another run is writing to the same folder"),
        Text("終わるのを待つか、--out で別の出力先を指定してください。", "wait, or name another folder with --out"),
        str(out_dir),
    )
