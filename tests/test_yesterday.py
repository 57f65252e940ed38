"""A workspace written in November 2026, before the rooms were made, opens and goes on.

`golden/workspace_2026_11.zip` was written by the commands of commit ccbc37f from the hand-made world of
`mini_study.py` (fictitious carriers): two years, survey forms out and back, a frozen ranking, letters sent to alpha in
both years, a reply with one row that could not be read. `returned/` holds forms that were out in the world then: those
named 2025 were taken in by that version, those named 2026 come back only now. Left out for their size: map.html,
zones.gpkg and the cache of maps.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from kengai import app

FIXTURE = Path(__file__).parent / "golden" / "workspace_2026_11.zip"
CHANGES, FINGERPRINT = 17, "c382bb92454c31ef44d9a4c607835c9a125ef5122d666f78f732fc8341f4999f"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    with zipfile.ZipFile(FIXTURE) as fixture:
        fixture.extractall(tmp_path)
    return tmp_path


def done(*arguments: object) -> str:
    """What the command prints; it must succeed."""
    told = CliRunner().invoke(app, [str(argument) for argument in arguments])
    assert told.exit_code == 0, told.output
    return told.stdout


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()
    }


def test_the_registry_tells_the_same_story(place: Path) -> None:
    """Every change of then is there, in order and to the letter: the fingerprint is over all of them."""
    out = place / "registry.json"
    done("registry", "export", out, "--workspace", place / "workspace")
    story = json.loads(out.read_text(encoding="utf-8"))
    assert len(story["changes"]) == CHANGES
    assert story["fingerprint"] == FINGERPRINT


def test_findings_are_read_and_compared(place: Path) -> None:
    change = json.loads(done("compare", place / "workspace" / "2025", place / "workspace" / "2026", "--json"))
    printed = done("compare", place / "workspace" / "2025", place / "workspace" / "2026")
    assert change
    assert "33人 → 33人" in printed
    assert "地区: 変わらず 3" in printed


def test_where_everything_stood(place: Path) -> None:
    rows = json.loads(done("progress", "--workspace", place / "workspace", "--on", "2026-11-30", "--json"))
    stood = {(row["zone_id"], row["carrier"]): (row["state"], row["code"]) for row in rows}
    assert stood["24202-001", "alpha"] == ("asked_again", "A2")
    assert stood["24201-001", "alpha"][0] == "asked_again"
    assert "読み取れない回答" in done("replies", "doubts", "--workspace", place / "workspace")


def test_a_run_of_today_gives_no_place_another_id(place: Path) -> None:
    study = place / "workspace" / "2026"
    before = (study / "results" / "findings" / "zone_ids.parquet").read_bytes()
    done("run", "-q", study)
    assert (study / "results" / "findings" / "zone_ids.parquet").read_bytes() == before


def test_a_letter_that_was_sent_stays_as_it_was_sent(place: Path) -> None:
    study = place / "workspace" / "2025"
    before = digests(study / "letters" / "架空アルファ")
    assert before
    done("letters", "-q", study, "--carrier", "alpha")
    assert digests(study / "letters" / "架空アルファ") == before


@pytest.mark.parametrize("year", ["2025", "2026"])
def test_no_letter_of_then_is_made_a_second_time(place: Path, year: str) -> None:
    """What the letters stand on has not changed since, though this program has other words for it: no second version."""
    letters = place / "workspace" / year / "letters"
    before = json.loads((letters / "letters.json").read_text(encoding="utf-8"))
    done("letters", "-q", letters.parent, "--carrier", "alpha")
    after = json.loads((letters / "letters.json").read_text(encoding="utf-8"))
    assert [path.name for path in letters.iterdir() if path.is_dir()] == ["架空アルファ"]
    assert after == before


def test_forms_that_were_out_in_the_world_come_back(place: Path) -> None:
    workspace = place / "workspace"
    survey = done("survey", "import", place / "returned" / "survey_2026_24202.xlsx", "--workspace", workspace)
    assert "人口: 31 → 29" in survey
    taken = json.loads(done("replies", "import", place / "returned" / "reply_2026_alpha.xlsx", "--workspace", workspace, "--json"))
    assert taken
    rows = json.loads(done("progress", "--workspace", workspace, "--on", "2027-02-01", "--json"))
    stood = {(row["zone_id"], row["carrier"]): row["code"] for row in rows}
    assert stood["24202-001", "alpha"] == "A1"


def test_a_form_of_then_is_known_as_taken_in(place: Path) -> None:
    """The same file twice changes nothing, also across versions."""
    workspace, out = place / "workspace", place / "registry.json"
    done("replies", "import", place / "returned" / "reply_2025_alpha.xlsx", "--workspace", workspace)
    done("registry", "export", out, "--workspace", workspace)
    assert json.loads(out.read_text(encoding="utf-8"))["fingerprint"] == FINGERPRINT
