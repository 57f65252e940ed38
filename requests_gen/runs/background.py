"""Running a study in a process of its own, so that a crash, a full memory or a closed window costs only the run."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, TextIO

from coverage.steps import run_steps
from coverage.study import Study
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.progress import Progress
from requests_gen.files import only_one_writer
from requests_gen.runs.outputs import WRITING
from requests_gen.workspace import StudyPlace

# What a run tells of itself while it works: a small file beside the results, which outlives every screen.
#
# The run holds a lock from start to end; the system takes it back however the run ends. So "running" in the file
# with nobody holding the lock means that the run died.

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
def reported_run(file: Path | None, progress: Progress, clock: Clock = _now) -> Iterator[Progress]:
    """Pass each step on to `told`, and keep it in `file` and its log. Without a file only pass it on.

    Raises DataError when another run of the same study is under way.
    """
    if file is None:
        yield progress
        return
    with contextlib.ExitStack() as stack:
        _enter_alone(stack, file)
        log = stack.enter_context(file.with_suffix(".log").open("w", encoding="utf-8"))
        teller = _Teller(file, log, progress, clock)
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

    def __init__(self, file: Path, log: TextIO, progress: Progress, clock: Clock) -> None:
        self._file, self._log, self._told, self._clock = file, log, progress, clock
        former = read_status(file)
        # how many steps the last good run took: the only honest measure of how far this one is
        self._facts: dict[str, Any] = {
            "state": "running",
            "pid": os.getpid(),
            "started": clock().isoformat(timespec="seconds"),
            "steps": [],
            "last_steps": former.get("last_steps"),
            "last_seconds": former.get("last_seconds"),
        }

    def begin(self) -> None:
        self._keep("実行を始めました / started")

    def __call__(self, step: Text) -> None:
        self._told(step)
        at = self._clock().isoformat(timespec="seconds")
        self._facts["steps"].append({"ja": step.ja, "en": step.en, "at": at})
        self._keep(f"{step.ja} / {step.en}")

    def end(self, state: State, code: str = "", message: Text | None = None) -> None:
        now = self._clock()
        began = datetime.fromisoformat(self._facts["started"])
        self._facts |= {"state": state, "code": code, "ended": now.isoformat(timespec="seconds")}
        if message is not None:
            self._facts["said"] = {"ja": message.ja, "en": message.en}
        if state == "done":
            self._facts["last_steps"] = len(self._facts["steps"])
            self._facts["last_seconds"] = (now - began).total_seconds()
        self._keep({"done": "終わりました / done"}.get(state, f"止まりました / {state}\n{message.ja if message else ''}"))

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
        Text("この調査は、ほかの画面か別の人がいま実行しています。", "someone else is running this study just now"),
        Text("終わるのを待ってください。進み具合はこの画面に出ます。", "wait until it has ended; this page shows how far it is"),
        "study.toml",
    )


HOME = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0  # Python and its libraries on a slow office machine
STOP_SECONDS = 5.0
MOST_SHOWN = 0.97  # a bar that is full before the end has been reached would be a lie


@dataclass(frozen=True)
class RunState:
    """The last run of a study as its file tells. state "" = none is known."""

    state: State | str = ""
    pid: int = 0
    started: datetime | None = None
    ended: datetime | None = None
    steps: list[dict[str, str]] = field(default_factory=list)
    expected: int | None = None  # steps of the last good run
    expected_seconds: float | None = None
    code: str = ""
    message: Text | None = None

    @property
    def under_way(self) -> bool:
        return self.state in ("starting", "running")

    def part(self) -> float | None:
        """How far the run is, 0..1; None where no earlier run tells how many steps there are."""
        if self.expected is None:
            return None
        return min(max(len(self.steps) - 1, 0) / max(self.expected, 1), MOST_SHOWN)


def expected_steps(study: Study) -> int:
    """How many steps a first run will tell of: those of the analysis, and the writing."""
    return len([*run_steps(study), WRITING])


def run_state(place: StudyPlace, now: datetime) -> RunState:
    """The run that is under way, or the last one. A run that vanished without a word has "died"."""
    file = status_file(place.results)
    held = _held(file)  # before the file is read: a run that ends between the two has told so
    facts = read_status(file)
    if not facts:
        return RunState()
    state = _state(facts, held, now)
    said = facts.get("said")
    return RunState(
        state=state,
        pid=int(facts.get("pid") or 0),
        started=_time(facts.get("started")),
        ended=_time(facts.get("ended")),
        steps=list(facts.get("steps") or []),
        expected=facts.get("last_steps"),
        expected_seconds=facts.get("last_seconds"),
        code=str(facts.get("code") or ""),
        message=Text(said["ja"], said["en"]) if said else None,
    )


def _state(facts: dict[str, Any], held: bool, now: datetime) -> str:
    state = str(facts.get("state", ""))
    if state == "running" and not held:
        return "died"
    if state == "starting" and not held:
        began = _time(facts.get("started"))
        late = began is None or (now - began).total_seconds() > START_SECONDS
        if late or facts.get("pid") in _ended:
            return "died"
    return state


def _time(written: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(written) if written else None
    except (TypeError, ValueError):
        return None


def _held(file: Path) -> bool:
    """Whether a run holds the lock now."""
    try:
        with only_one_writer(file):
            return False
    except DataError:
        return True
    except OSError:
        return False


_ended: set[int] = set()  # children of this process that are over


def start(place: StudyPlace, study: Study, lang: str, now: datetime) -> None:
    """Start `kengai run` for the study, as a process that outlives this screen.

    Raises DataError when one is under way.
    """
    file = status_file(place.results)
    former = run_state(place, now)
    if former.under_way:
        raise already_running()
    command = [
        sys.executable,
        str(HOME / "kengai.py"),
        "run",
        str(place.folder),
        "--out",
        str(place.results),
        "--lang",
        lang,
        "--progress-json",
        str(file),
    ]
    facts = read_status(file)
    write_status(
        file,
        {
            "state": "starting",
            "pid": 0,
            "started": now.isoformat(timespec="seconds"),
            "steps": [],
            "last_steps": facts.get("last_steps") or expected_steps(study),
            "last_seconds": facts.get("last_seconds"),
        },
    )
    options: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        options = {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW}
    with log_file(place.results).with_suffix(".out").open("wb") as said:
        child = subprocess.Popen(
            command,
            cwd=HOME,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            **options,
        )
    threading.Thread(target=_wait, args=(child,), daemon=True).start()
    _until_begun(file, child)


def _wait(child: subprocess.Popen[bytes]) -> None:
    child.wait()
    _ended.add(child.pid)


def _until_begun(file: Path, child: subprocess.Popen[bytes]) -> None:
    """Note whose process it is while it has not told itself, so that it can be stopped and missed."""
    facts = read_status(file)
    if facts.get("state") == "starting":
        write_status(file, {**facts, "pid": child.pid})


def stop(place: StudyPlace, now: datetime) -> bool:
    """End the run that is under way; the former results stay. False when there was none to end."""
    file = status_file(place.results)
    running = run_state(place, now)
    if not running.under_way or running.pid <= 0:
        return False
    _end(running.pid)
    until = time.monotonic() + STOP_SECONDS
    while _held(file) and time.monotonic() < until:
        time.sleep(0.05)
    if _held(file):
        return False
    facts = read_status(file)
    if facts.get("state") in ("starting", "running"):
        write_status(file, {**facts, "state": "stopped", "ended": now.isoformat(timespec="seconds")})
    return True


def _end(pid: int) -> None:
    """End a process and what it started. It is ours: it held the run's lock a moment ago."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        if sys.platform != "win32" and os.getpgid(pid) == pid:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGTERM)


def log_text(place: StudyPlace) -> str:
    """The log of the last run, with what the program printed; "" where there is none."""
    parts = []
    for file in (log_file(place.results), log_file(place.results).with_suffix(".out")):
        with contextlib.suppress(OSError):
            parts.append(file.read_text(encoding="utf-8", errors="replace"))
    return "\n".join(part for part in parts if part)
