"""Every kind of trouble of tests/hostile_*.py: the verdict, the notice, the file's own name, the remedy in Japanese."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from geodata.intake.reading import inspect
from tests import hostile_archives, hostile_formats, hostile_geometry, hostile_good, hostile_shapefiles, hostile_tables
from tests.hostile import CASES, Case

# importing them registers their cases
FAMILIES = (hostile_archives, hostile_formats, hostile_geometry, hostile_good, hostile_shapefiles, hostile_tables)

JAPANESE = re.compile("[ぁ-んァ-ヶ一-龠]")
PRIVATE = re.compile(r"[0-9a-f]{32}|/tmp/|Traceback|Error\(|/vsi")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_verdict(case: Case, tmp_path: Path) -> None:
    path = case.build(tmp_path)
    report = inspect(path, **case.look)
    said = [(notice.level, notice.code, str(notice.text)) for notice in report.notices]
    assert report.verdict == case.verdict, said
    if case.code:
        assert case.code in {code for _, code, _ in said}, said
    else:
        assert not said
    for _, code, text in said:
        assert JAPANESE.search(text), (code, text)
        assert not PRIVATE.search(text), text
    if case.verdict == "refuse":
        assert f"ファイル: {path.name}" in said[-1][2]
        assert "直し方: " in said[-1][2]
    else:
        assert report.records_in_file == report.accepted + sum(report.excluded.values())


def test_every_family_is_there() -> None:
    """No family of bad files is left out, good files included."""
    modules = {case.build.__module__ for case in CASES}
    assert modules == {family.__name__ for family in FAMILIES}
    assert sum(case.verdict == "accept" for case in CASES) > 25


def test_inputs_are_untouched(tmp_path: Path) -> None:
    """Looking at every file leaves every byte and every name as it was."""
    for number, case in enumerate(CASES):
        folder = tmp_path / str(number)
        folder.mkdir()
        path = case.build(folder)
        before = _state(folder)
        inspect(path, **case.look)
        assert _state(folder) == before, case.name


def _state(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }
