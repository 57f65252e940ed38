"""Many at once, and the plug pulled: nothing lost, nobody told that a database is locked, imports whole or not there.

`python -m benchmarks.registry_bench` does the same with 8 × 500 writes and 200 kills.
"""

import random
import sqlite3
import sys
import threading
from contextlib import closing

import pytest

from geodata.errors import DataError
from requests_gen.registry import connection as registry_door
from requests_gen.registry.backup import backup, restore
from requests_gen.registry.registry import open_registry
from tests.postgres_server import new_database, server_of_tests
from tests.registry_work import AT, YEAR, after_a_kill, count_up, killed_while_importing, together, write_notes

PEOPLE, WRITES, STEPS, KILLS = 8, 20, 3, 8


def check_nothing_is_lost(place):
    """PEOPLE write on a registry that none of them finds there, then all change one value."""
    answers = together(write_notes, place, PEOPLE, WRITES)
    assert [troubles for troubles, _ in answers] == [[]] * PEOPLE
    together(count_up, place, 4, STEPS)
    with open_registry(place) as registry:
        notes = registry.notes()
        assert sorted(notes["text"]) == sorted(f"{p}の{n}" for p in range(1, PEOPLE + 1) for n in range(WRITES))
        order = registry.municipal_order(YEAR).loc["24201-001"]
        assert (order["municipal_rank"], order["revision"]) == (4 * STEPS, 4 * STEPS)
        assert len(registry.history()) == PEOPLE * WRITES + 4 * STEPS


def test_many_write_to_sqlite(tmp_path):
    check_nothing_is_lost(str(tmp_path))
    with closing(sqlite3.connect(tmp_path / "kengai.sqlite")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_many_write_to_postgresql():
    check_nothing_is_lost(new_database(server_of_tests(), "load"))


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_killed_at_random_points(tmp_path):
    chance = random.Random(1)
    begun, kept = set(), set()
    for number in range(KILLS):
        now = killed_while_importing(tmp_path, 1 + 40 * number, 40, chance.uniform(0, 0.5))
        begun, kept = begun | now[0], kept | now[1]
        assert after_a_kill(tmp_path, begun, kept) == []


def test_backups_under_load_restore_to_what_they_were(tmp_path):
    place = tmp_path / "used"
    open_registry(place).close()
    load = threading.Thread(target=together, args=(write_notes, str(place), 2, 30))
    load.start()
    for number in range(4):
        with open_registry(place) as registry:
            made = backup(registry.database, tmp_path / f"{number}.sqlite", AT, tmp_path)
        target = tmp_path / f"target{number}"
        done = restore(made, target, AT, target)
        assert open_registry(made).fingerprint() == open_registry(target).fingerprint() == done.fingerprint
    load.join()


def test_a_person_is_told_when_somebody_holds_it_for_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(registry_door, "PATIENCE_S", 0.2)
    with open_registry(tmp_path) as registry:
        registry.add_note("24201-001", "前", who="x", at=AT)
        with closing(sqlite3.connect(tmp_path / "kengai.sqlite", isolation_level=None)) as holder:
            holder.execute("BEGIN IMMEDIATE")
            with pytest.raises(DataError) as told:
                registry.add_note("24201-001", "後", who="x", at=AT)
            assert told.value.code == "registry-busy"
            assert "locked" not in str(told.value)
            assert registry.notes()["text"].tolist() == ["前"]  # reading goes on
        registry.add_note("24201-001", "後", who="x", at=AT)
        assert registry.notes()["text"].tolist() == ["前", "後"]
