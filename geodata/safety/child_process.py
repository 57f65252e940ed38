"""One child process for the readers that could crash or hang on hostile bytes: GDAL, libtiff, Arrow.

Inside `with reading_process():` such reading happens in a child with ceilings on memory and time, started
when the first file needs it and kept for the others; a crash costs that file, not the command. Without the
context the same functions run in this process.

The child is forked where that is safe: it has all modules at once (measured: 0.03 s). Elsewhere a fresh
interpreter is started (1-2 s, once). multiprocessing's own "spawn" is not used: it runs the caller's main
module again, which a screen or a plain script does not expect.
"""

from __future__ import annotations

import os
import pickle
import queue
import struct
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from geodata.errors import DataError, Text
from geodata.safety.ceilings import Limits, limited, limits, too_slow

T = TypeVar("T")
START_SECONDS = 60.0  # a fresh interpreter loading numpy and GDAL on a slow office machine
ROOT = Path(__file__).resolve().parents[2]
SERVE = "from geodata.safety.child_process import serve; serve()"
_LENGTH = struct.Struct("<Q")


def run(read: Callable[..., T], *args: Any, size_bytes: int = 0) -> T:
    """`read(*args)`, in the reading process where one is open, else here. `size_bytes` sets its ceilings."""
    child = _open.get()
    return child.run(read, args, size_bytes) if child else read(*args)


@contextmanager
def reading_process(*, fork: bool | None = None) -> Iterator[None]:
    """Let dangerous reading happen in a child until the end of the block.

    `fork` says how the child comes to life; None forks where that is safe (Linux, no other threads).
    """
    child = _Child(fork)
    token = _open.set(child)
    try:
        yield
    finally:
        _open.reset(token)
        child.stop()


class _Line(Protocol):
    """A living child at the other end: `ask` raises EOFError when it died, TimeoutError when it is late."""

    def ask(self, question: Any, seconds: float) -> Any: ...
    def stop(self) -> None: ...


class _Child:
    """A child that answers one question after the other; a dead or late one is replaced."""

    def __init__(self, fork: bool | None) -> None:
        self._fork = fork
        self._line: _Line | None = None
        self._lock = threading.Lock()

    def run(self, read: Callable[..., T], args: tuple[Any, ...], size_bytes: int) -> T:
        with self._lock:
            seconds = limits().seconds_for(size_bytes)
            if self._line is None:
                safe = sys.platform == "linux" and threading.active_count() == 1
                forks = safe if self._fork is None else self._fork
                self._line = _Forked() if forks else _Started()
                seconds += 0.0 if forks else START_SECONDS
            try:
                done, answer = self._line.ask((read, args, limits(), size_bytes), seconds)
            except TimeoutError as error:
                self.stop()
                raise too_slow() from error
            except (EOFError, OSError) as error:
                self.stop()
                raise _died() from error
        if done:
            return answer  # type: ignore[no-any-return]
        raise answer

    def stop(self) -> None:
        """End the child, whatever it is doing."""
        if self._line is not None:
            self._line.stop()
            self._line = None


class _Forked:
    """A copy of this process."""

    def __init__(self) -> None:
        import multiprocessing

        context: Any = multiprocessing.get_context("fork")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_answer_pipe, args=(theirs, self._pipe), daemon=True)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # threads of numpy's own, which fork well
            self._process.start()
        theirs.close()

    def ask(self, question: Any, seconds: float) -> Any:
        self._pipe.send(question)
        if not self._pipe.poll(seconds):
            raise TimeoutError
        return self._pipe.recv()

    def stop(self) -> None:
        self._process.kill()
        self._process.join()
        self._pipe.close()


def _answer_pipe(pipe: Any, parents_end: Any) -> None:
    """The life of a forked child: answer until the pipe closes."""
    parents_end.close()  # else the child would keep its own pipe open for ever
    _open.set(None)
    while True:
        try:
            question = pipe.recv()
        except EOFError:
            return
        pipe.send(_attempt(*question))


class _Started:
    """A fresh interpreter that speaks in pickles on its standard input and output."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH", "")]))
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        # pipes cannot be waited for with a time limit on Windows; a queue can
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        stream = self._process.stdout
        while stream is not None:
            try:
                self._answers.put(_receive(stream))
            except (EOFError, OSError, pickle.UnpicklingError):
                self._answers.put(None)
                return

    def ask(self, question: Any, seconds: float) -> Any:
        if self._process.stdin is None:
            raise EOFError
        _send(self._process.stdin, question)
        try:
            answer = self._answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if answer is None:
            raise EOFError
        return answer

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


def serve() -> None:
    """The life of a started child: answer on standard output until standard input closes."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not get among the answers
    while True:
        try:
            question = _receive(sys.stdin.buffer)
        except EOFError:
            return
        _send(answers, _attempt(*question))


def _send(stream: BinaryIO | Any, message: Any) -> None:
    data = pickle.dumps(message, protocol=pickle.HIGHEST_PROTOCOL)
    stream.write(_LENGTH.pack(len(data)))
    stream.write(data)
    stream.flush()


def _receive(stream: BinaryIO | Any) -> Any:
    head = stream.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        raise EOFError
    size = _LENGTH.unpack(head)[0]
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return pickle.loads(data)


def _attempt(read: Callable[..., T], args: tuple[Any, ...], ceiling: Limits, size_bytes: int) -> tuple[bool, Any]:
    _cap_memory(ceiling, size_bytes)
    try:
        with limited(ceiling):
            return True, read(*args)
    except MemoryError:
        return False, _died()
    except Exception as error:  # noqa: BLE001 (handed to the parent, which raises it)
        return False, error


def _cap_memory(ceiling: Limits, size_bytes: int) -> None:
    """Limit what this process may add to the address space it has now (Linux only)."""
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError):
        return  # Windows, macOS: the limits on sizes must do
    now = pages * os.sysconf("SC_PAGE_SIZE")
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    spec = now + ceiling.memory_for(size_bytes)
    resource.setrlimit(resource.RLIMIT_AS, (spec if hard < 0 else min(spec, hard), hard))


def _died() -> DataError:
    return DataError(
        "reader-died",
        Text("ファイルが壊れているため、読み込みの途中で止まりました。", "the file is damaged: reading it broke down"),
        Text("GISソフトで開いて保存し直すか、元のファイルを入手し直してください。", "save it again with GIS software, or get it again"),
    )


_open: ContextVar[_Child | None] = ContextVar("reading_process", default=None)
