"""A run in a process of its own: what it tells, that it can be stopped, that the last good findings stay."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner

from coverage.study.study import read_study
from geodata.errors import DataError, Text
from kengai import app as command
from requests_gen.runs import background as data_run
from requests_gen.runs.background import (
    expected_steps,
    log_file,
    log_text,
    read_status,
    reported_run,
    run_state,
    start,
    status_file,
    stop,
    write_status,
)
from requests_gen.runs.previous_results import former_folder, kept, restore_former
from requests_gen.workspace.places import StudyPlace, find_studies
from tests.waiting import wait_until

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def place(mini_place: Path, tmp_path: Path) -> StudyPlace:
    """A study already run."""
    return find_studies(copytree(mini_place, tmp_path / "mie"))[0]


def until_over(place: StudyPlace) -> data_run.RunState:
    wait_until(lambda: not run_state(place, datetime.now(UTC)).under_way, lambda: log_text(place))
    return run_state(place, datetime.now(UTC))


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_run_tells_its_steps_and_a_second_is_refused(place):
    study, before = read_study(place.folder), tree(place.results)
    start(place, study, "ja", datetime.now(UTC))
    with pytest.raises(DataError) as told:
        start(place, study, "ja", datetime.now(UTC))
    assert told.value.code == "run-under-way"
    state = until_over(place)
    assert state.state == "done", log_text(place)
    assert state.steps[0]["ja"] == "人口を読んでいます"
    assert len(state.steps) == expected_steps(study)
    assert "終わりました" in log_text(place)
    assert tree(former_folder(place.results)) == before
    assert not [path for path in place.results.iterdir() if "run" in path.name]  # beside the results, not in them


def test_a_run_that_fails_says_why_and_keeps_the_last_findings(place):
    before, stamp = tree(place.results), place.stamp
    (place.folder / "alpha_4g.geojson").write_text("{", encoding="utf-8")
    status = status_file(place.results)
    ended = CliRunner().invoke(command, ["run", str(place.folder), "--out", str(place.results), "--progress-json", str(status), "--quiet"])
    assert ended.exit_code == 2
    state = run_state(place, AT)
    assert (state.state, state.under_way) == ("failed", False)
    assert state.message is not None
    assert "alpha_4g.geojson" in state.message.ja
    assert (tree(place.results), place.stamp) == (before, stamp)


def test_a_bug_is_told_as_one(place):
    with pytest.raises(ZeroDivisionError), reported_run(status_file(place.results), lambda step: None):
        raise ZeroDivisionError
    state = run_state(place, AT)
    assert (state.state, state.code) == ("failed", "bug")
    assert "ZeroDivision" not in str(state.message)


def test_a_run_that_vanished_has_died(place):
    file = status_file(place.results)
    write_status(file, {"state": "running", "pid": os.getpid(), "started": AT.isoformat(), "steps": []})
    assert run_state(place, AT).state == "died"
    write_status(file, {"state": "starting", "pid": 0, "started": AT.isoformat(), "steps": []})
    assert run_state(place, AT + timedelta(seconds=5)).state == "starting"
    assert run_state(place, AT + timedelta(seconds=500)).state == "died"


def test_while_one_works_no_other_does_and_results_are_not_exchanged(place):
    copytree(place.results, former_folder(place.results))
    with reported_run(status_file(place.results), lambda step: None) as told:
        told(Text("一", "one"))
        assert run_state(place, AT).under_way
        with pytest.raises(DataError) as second, reported_run(status_file(place.results), lambda step: None):
            pass
        assert second.value.code == "run-under-way"
        with pytest.raises(DataError) as exchanged:
            restore_former(place.results)
        assert exchanged.value.code == "run-under-way"
    assert run_state(place, AT).state == "done"
    assert read_status(status_file(place.results))["last_steps"] == 1


def test_a_run_can_be_stopped(place):
    before = tree(place.results)
    assert stop(place, AT) is False
    start(place, read_study(place.folder), "ja", datetime.now(UTC))
    assert stop(place, datetime.now(UTC)) is True
    assert run_state(place, datetime.now(UTC)).state in ("stopped", "died")
    assert tree(place.results) == before
    assert log_file(place.results).with_suffix(".out").exists()


def test_the_former_results_come_back_and_go_again(place):
    old = former_folder(place.results)
    with pytest.raises(DataError) as none:
        restore_former(place.results)
    assert none.value.code == "no-former-results"
    CliRunner().invoke(command, ["run", str(place.folder), "--quiet", "--lang", "en"])
    now, before = tree(place.results), tree(old)
    assert now != before
    restore_former(place.results)
    assert (tree(place.results), tree(old)) == (before, now)
    restore_former(place.results)
    assert (tree(place.results), tree(old)) == (now, before)
    found = kept(old)
    assert found is not None
    assert found.zones is not None
    (old / "map.html").unlink()
    with pytest.raises(DataError):
        restore_former(place.results)
    assert tree(place.results) == now
