"""The registry under load and faults: what is lost, what reaches a person, how long one waits.

`python -m benchmarks.registry_bench`: 8 processes × 500 writes on SQLite and PostgreSQL, 200 kills at random points.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import threading
import time
from contextlib import closing
from pathlib import Path

from requests_gen.registry.backup import backup, restore
from requests_gen.registry.registry import open_registry
from tests.postgres_server import ABSENT, new_database, programs, running_server
from tests.registry_work import AT, after_a_kill, killed_while_importing, together, write_notes

PEOPLE, WRITES, KILLS = 8, 500, 200
FILES_A_TIME = 60  # more than anyone imports before the kill
LATEST_KILL_S = 0.6


def under_load(name: str, place: str, people: int = PEOPLE, writes: int = WRITES) -> int:
    """Print what became of people × writes; how many were lost or told of trouble."""
    begun = time.monotonic()
    answers = together(write_notes, place, people, writes)
    seconds = time.monotonic() - begun
    with open_registry(place) as registry:
        found = len(registry.notes())
        history = len(registry.history())
    troubles = [trouble for told, _ in answers for trouble in told]
    lost = people * writes - found
    print(
        f"{name:<11} {people} processes × {writes} writes: kept {found}, lost {lost}, in the history {history}, "
        f"troubles that reached a person {len(troubles)} {sorted(set(troubles))}, "
        f"{people * writes / seconds:.0f} writes/s, longest wait {max(wait for _, wait in answers):.2f} s"
    )
    return lost + len(troubles) + abs(history - people * writes)


def killed(folder: Path, kills: int = KILLS) -> int:
    """Print what `kills` SIGKILLs at random points of imports and writes did; how many times anything was wrong."""
    chance = random.Random(20261120)
    wrong, whole, first = 0, 0, 1
    begun, kept = set[int](), set[int]()
    for number in range(kills):
        if number % 20 == 0:  # some of them in a registry that is only being made
            place, begun, kept = folder / f"kills{number}", set(), set()
        begun_now, kept_now = killed_while_importing(place, first, FILES_A_TIME, chance.uniform(0, LATEST_KILL_S))
        begun, kept, first = begun | begun_now, kept | kept_now, first + FILES_A_TIME
        troubles = after_a_kill(place, begun, kept)
        with closing(sqlite3.connect(place / "kengai.sqlite")) as connection:
            if connection.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                troubles.append("integrity_check")
        wrong += bool(troubles)
        whole += len(kept_now)
        if troubles:
            print(number, troubles)
    print(
        f"kill -9     {kills} at random points of imports and writes: registries that did not open, lost anything or "
        f"held part of an import {wrong}; {whole} imports had ended before their kill"
    )
    return wrong


def copied_in_use(folder: Path, people: int = 4, writes: int = 100, copies: int = 20) -> int:
    """Print whether backups taken under load restore to what they were."""
    place, wrong = folder / "in_use", 0
    open_registry(place).close()
    load = threading.Thread(target=together, args=(write_notes, str(place), people, writes))
    load.start()
    sizes = []
    for number in range(copies):
        with open_registry(place) as registry:
            made = backup(registry.database, folder / f"copy{number}.sqlite", AT, folder)
        target = folder / f"restored{number}"
        restored = restore(made, target, AT, target)
        with open_registry(target) as again, open_registry(made) as copy:
            wrong += not (again.fingerprint() == copy.fingerprint() == restored.fingerprint)
            sizes.append(len(again.notes()))
        time.sleep(0.05)
    load.join()
    print(f"backup      {copies} while {people} people wrote ({sizes[0]} … {sizes[-1]} notes in them): differing {wrong}")
    return wrong


def main() -> int:
    """All of it; how much was wrong."""
    with tempfile.TemporaryDirectory(prefix="kengai-bench-") as name:
        folder = Path(name)
        wrong = under_load("SQLite", str(folder / "load"))
        if programs() is None:
            print(ABSENT)
        else:
            with running_server() as server:
                wrong += under_load("PostgreSQL", new_database(server, "load"))
        wrong += killed(folder)
        wrong += copied_in_use(folder)
    return wrong


if __name__ == "__main__":
    sys.exit(main() != 0)
