"""One child process for the readers that could crash or hang on hostile bytes: GDAL, libtiff, Arrow.

Inside `with reading_process():` such reading happens in a child with ceilings on memory and time, started
when the first file needs it and kept for the others; a crash costs that file, not the command. Without the
context the same functions run in this process. The child is forked where that is safe (its modules are
there at once) and spawned elsewhere.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from geodata.errors import DataError, Text
from geodata.limits import Limits, limited, limits, too_slow

T = TypeVar("T")
SPAWN_SECONDS = 60.0  # a fresh interpreter loading numpy and GDAL on a slow office machine


def run(read: Callable[..., T], *args: Any, size_bytes: int = 0) -> T:
    """`read(*args)`, in the reading process where one is open, else here."""
    process = _open.get()
    return process.run(read, args, size_bytes) if process else read(*args)


@contextmanager
def reading_process() -> Iterator[None]:
    """Let dangerous reading happen in a child until the end of the block."""
    process = _Child()
    token = _open.set(process)
    try:
        yield
    finally:
        _open.reset(token)
        process.stop()


class _Child:
    """A child that answers one question after the other; a dead one is replaced at the next question."""

    def __init__(self) -> None:
        self._process: Any = None
        self._pipe: Any = None
        self._lock = threading.Lock()

    def run(self, read: Callable[..., T], args: tuple[Any, ...], size_bytes: int) -> T:
        with self._lock:
            seconds = limits().seconds_for(size_bytes)
            if self._process is None or not self._process.is_alive():
                self.stop()
                seconds += self._start()
            try:
                self._pipe.send((read, args, limits(), size_bytes))
                if not self._pipe.poll(seconds):
                    self.stop()
                    raise too_slow()
                done, answer = self._pipe.recv()
            except (EOFError, ConnectionError) as error:
                self.stop()
                raise _died() from error
        if done:
            return answer  # type: ignore[no-any-return]
        raise answer

    def _start(self) -> float:
        """Start the child; seconds to add to the first answer."""
        safe = sys.platform == "linux" and threading.active_count() == 1
        context = multiprocessing.get_context("fork" if safe else "spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_answer, args=(theirs,), daemon=True)  # type: ignore[attr-defined]
        self._process.start()
        theirs.close()
        return 0.0 if safe else SPAWN_SECONDS

    def stop(self) -> None:
        """End the child, whatever it is doing."""
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
            self._process = None


_open: ContextVar[_Child | None] = ContextVar("reading_process", default=None)


def _answer(pipe: Any) -> None:
    """The child's life: read what is asked for until the pipe closes."""
    _open.set(None)
    while True:
        try:
            read, args, ceiling, size_bytes = pipe.recv()
        except EOFError:
            return
        _cap_memory(ceiling, size_bytes)
        pipe.send(_attempt(read, args, ceiling))


def _attempt(read: Callable[..., T], args: tuple[Any, ...], ceiling: Limits) -> tuple[bool, Any]:
    try:
        with limited(ceiling):
            return True, read(*args)
    except MemoryError:
        return False, _died()
    except Exception as error:  # noqa: BLE001 (handed to the parent, which raises it)
        return False, error


def _cap_memory(ceiling: Limits, size_bytes: int) -> None:
    """What this process may add to the address space it has now (POSIX only)."""
    try:
        import resource
        from pathlib import Path

        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (ImportError, OSError, ValueError):
        return  # Windows, macOS: the limits on sizes must do
    now = pages * os.sysconf("SC_PAGE_SIZE")
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    wanted = now + ceiling.memory_for(size_bytes)
    resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))


def _died() -> DataError:
    return DataError(
        "reader-died",
        Text("ファイルが壊れているため、読み込みの途中で止まりました。", "the file is damaged: reading it broke down"),
        Text("GISソフトで開いて保存し直すか、元のファイルを入手し直してください。", "save it again with GIS software, or get it again"),
    )
