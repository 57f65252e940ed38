"""What a run tells of itself while it works: a small file beside the results, which outlives every screen.

The run holds a lock from start to end; the system takes it back however the run ends. So "running" in the file
with nobody holding the lock means that the run died.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.publishing import only_one_writer

Told = Callable[[Text], None]
Clock = Callable[[], datetime]
State = Literal["starting", "running", "done", "failed", "stopped", "died"]

BUG = "bug"  # the code of a run that the program itself broke
LOCK_TRIES = 10
LOCK_PAUSE_SECONDS = 0.05


def status_file(results: Path) -> Path:
    """Where a run that fills `results` tells of itself."""
    return results.with_name(f".{results.name}.run.json")


def log_file(results: Path) -> Path:
    """The run's log, for reading and handing on."""
    return results.with_name(f".{results.name}.run.log")


def _now() -> datetime:
    return datetime.now().astimezone()


@contextlib.contextmanager
def run_told(file: Path | None, told: Told, clock: Clock = _now) -> Iterator[Told]:
    """Pass each step on to `told`, and keep it in `file` and its log. Without a file only pass it on.

    Raises DataError when another run of the same study is under way.
    """
    if file is None:
        yield told
        return
    with contextlib.ExitStack() as stack:
        _enter_alone(stack, file)
        log = stack.enter_context(file.with_suffix(".log").open("w", encoding="utf-8"))
        teller = _Teller(file, log, told, clock)
        try:
            teller.begin()
            yield teller
        except DataError as error:
            teller.end("failed", error.code, Text(error.in_("ja"), error.in_("en")))
            raise
        except BaseException:
            teller.end("failed", BUG, Text("プログラムの誤りで止まりました。", "stopped by a bug"))
            raise
        else:
            teller.end("done")


def _enter_alone(stack: contextlib.ExitStack, file: Path) -> None:
    """Hold the run's lock until `stack` ends."""
    for left in reversed(range(LOCK_TRIES)):
        try:
            stack.enter_context(only_one_writer(file))
        except DataError as error:
            if error.code != "output-being-written":
                raise
            if not left:
                raise already_running() from error
            time.sleep(LOCK_PAUSE_SECONDS)  # a screen that asks whether we run holds it for an instant
        else:
            return


class _Teller:
    """Hears the steps of one run and writes them down."""

    def __init__(self, file: Path, log: TextIO, told: Told, clock: Clock) -> None:
        self._file, self._log, self._told, self._clock = file, log, told, clock
        former = read_status(file)
        # how many steps the last good run took: the only honest measure of how far this one is
        self._facts: dict[str, Any] = {
            "state": "running", "pid": os.getpid(), "started": clock().isoformat(timespec="seconds"),
            "steps": [], "last_steps": former.get("last_steps"), "last_seconds": former.get("last_seconds"),
        }  # fmt: skip

    def begin(self) -> None:
        self._keep("実行を始めました / started")

    def __call__(self, step: Text) -> None:
        self._told(step)
        at = self._clock().isoformat(timespec="seconds")
        self._facts["steps"].append({"ja": step.ja, "en": step.en, "at": at})
        self._keep(f"{step.ja} / {step.en}")

    def end(self, state: State, code: str = "", said: Text | None = None) -> None:
        now = self._clock()
        began = datetime.fromisoformat(self._facts["started"])
        self._facts |= {"state": state, "code": code, "ended": now.isoformat(timespec="seconds")}
        if said is not None:
            self._facts["said"] = {"ja": said.ja, "en": said.en}
        if state == "done":
            self._facts["last_steps"] = len(self._facts["steps"])
            self._facts["last_seconds"] = (now - began).total_seconds()
        self._keep(
            {"done": "終わりました / done"}.get(state, f"止まりました / {state}\n{said.ja if said else ''}")
        )

    def _keep(self, line: str) -> None:
        self._log.write(f"{self._clock():%Y-%m-%d %H:%M:%S} {line}\n")
        self._log.flush()
        write_status(self._file, self._facts)


def write_status(file: Path, facts: dict[str, Any]) -> None:
    """Put the facts of a run in its file, whole or not at all."""
    data = json.dumps(facts, ensure_ascii=False, indent=1).encode("utf-8")
    for left in (2, 1, 0):
        try:
            write_bytes(file, data)
        except PermissionError:  # Windows: a screen is reading the file at this moment
            if not left and sys.platform != "win32":
                raise
        else:
            return


def read_status(file: Path) -> dict[str, Any]:
    """The facts of the last run; {} where none was told of."""
    try:
        facts = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def already_running() -> DataError:
    """The refusal of a second run."""
    return DataError(
        "run-under-way",
        Text(
            "この調査は、ほかの画面か別の人がいま実行しています。",
            "someone else is running this study just now",
        ),
        Text(
            "終わるのを待ってください。進み具合はこの画面に出ます。",
            "wait until it has ended; this page shows how far it is",
        ),
        "study.toml",
    )
