"""What several people do to one registry at the same time, as functions that run in processes of their own."""

from __future__ import annotations

import multiprocessing
import os
import queue
import signal
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geodata.errors import DataError
from requests_gen.registry.conflict import Conflict
from requests_gen.registry.registry import open_registry
from requests_gen.registry.store import SourceFile
from tests.waiting import CEILING_S, wait_until

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
YEAR = 2026
ROWS_OF_A_FILE = 40


def processes() -> Any:
    """Where processes come from: started anew with all that is needed imported, never copies of this one."""
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    if sys.platform != "win32":
        context.set_forkserver_preload(["tests.registry_work"])
    return context


def write_notes(place: str, number: int, count: int, told: Any) -> None:
    """One person writes `count` notes. Tells (trouble that reached the person, longest wait in seconds)."""
    troubles, longest = [], 0.0
    with open_registry(place) as registry:
        for note in range(count):
            begun = time.monotonic()
            try:
                registry.add_note(f"24201-{number:03d}", f"{number}の{note}", who=f"担当{number}", at=AT)
            except DataError as error:
                troubles.append(error.code)
            longest = max(longest, time.monotonic() - begun)
    told.put((troubles, longest))


def count_up(place: str, number: int, count: int, told: Any) -> None:
    """One of several who all change the same value: each adds 1, looking again when somebody was faster."""
    conflicts = 0
    with open_registry(place) as registry:
        for step in range(count):
            while True:
                order = registry.municipal_order(YEAR)
                there = "24201-001" in order.index
                rank = int(order.loc["24201-001", "municipal_rank"]) if there else 0
                revision = int(order.loc["24201-001", "revision"]) if there else 0
                try:
                    registry.set_municipal_order(
                        YEAR, "24201-001", rank + 1, f"{number}の{step}", who=f"担当{number}", at=AT, expected_revision=revision
                    )
                    break
                except Conflict:
                    conflicts += 1
    told.put(([], conflicts))


def together(work: Callable[..., None], place: str, people: int, count: int) -> list[tuple[list[str], float]]:
    """What each of `people` told who did `work` at the same time."""
    context = processes()
    told = context.Queue()
    workers = [context.Process(target=work, args=(place, number, count, told)) for number in range(1, people + 1)]
    for worker in workers:
        worker.start()
    answers = [_answer(told, workers) for _ in workers]
    for worker in workers:
        worker.join(timeout=CEILING_S)
    if any(worker.exitcode != 0 for worker in workers):
        raise RuntimeError(f"ended with {[worker.exitcode for worker in workers]}")
    return answers


def _answer(told: Any, workers: list[Any]) -> Any:
    """The next answer. Raises RuntimeError when somebody ended without one, AssertionError when none comes."""

    def next_answer() -> list[Any]:
        try:
            return [told.get(timeout=1)]
        except queue.Empty:
            if any(worker.exitcode not in (0, None) for worker in workers):
                raise RuntimeError(f"ended with {[worker.exitcode for worker in workers]}") from None
            return []

    return wait_until(next_answer, lambda: f"ended with {[worker.exitcode for worker in workers]}", every_s=0)[0]


def import_files(place: str, first: int, count: int, told: Any) -> None:
    """One person imports file after file, each of ROWS_OF_A_FILE replies, and writes a note after each."""
    told.put(("begun", first))  # before the registry is there: it may be killed while it is made
    with open_registry(place) as registry:
        for number in range(first, first + count):
            told.put(("begun", number))
            rows = [
                {"year": YEAR, "zone_id": f"24201-{row:03d}", "carrier": f"f{number}", "answer": "B2", "remarks": "検討"}
                for row in range(ROWS_OF_A_FILE)
            ]
            registry.save_replies(rows, who="担当", at=AT, file=SourceFile(f"{number}.xlsx", f"{number:064x}"))
            registry.add_note("24201-001", str(number), who="担当", at=AT)
            told.put(("kept", number))


def killed_while_importing(place: Path, first: int, count: int, after_s: float) -> tuple[set[int], set[int]]:
    """Import from file `first` on and kill the process `after_s` seconds later: (files begun, files kept)."""
    context = processes()
    told = context.SimpleQueue()
    worker = context.Process(target=import_files, args=(str(place), first, count, told))
    worker.start()
    seen: dict[str, set[int]] = {"begun": set(), "kept": set()}
    # the process is at work: count from here
    wait_until(lambda: not told.empty() or worker.exitcode is not None, lambda: "an importer that never began")
    what, number = told.get()
    seen[what].add(number)
    time.sleep(after_s)
    if worker.is_alive() and worker.pid:
        os.kill(worker.pid, signal.SIGKILL)
    worker.join(timeout=CEILING_S)
    while not told.empty():
        what, number = told.get()
        seen[what].add(number)
    return seen["begun"], seen["kept"]


def after_a_kill(place: Path, begun: set[int], kept: set[int]) -> list[str]:
    """What is wrong with the registry after a kill: nothing, if all is well."""
    with open_registry(place) as registry:
        replies, notes = registry.replies(YEAR), registry.notes()
    sizes = replies.groupby("carrier").size().to_dict()
    partly = {name: size for name, size in sizes.items() if size != ROWS_OF_A_FILE}
    lost = sorted({f"f{number}" for number in kept} - set(sizes))
    strange = sorted(set(sizes) - {f"f{number}" for number in begun})
    unnoted = sorted({str(number) for number in kept} - set(notes["text"]))
    found = {"partly": partly, "lost": lost, "strange": strange, "notes lost": unnoted}
    return [f"{what}: {which}" for what, which in found.items() if which]
