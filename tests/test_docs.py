"""The documents say what the program does."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from coverage.ranking.criteria import CRITERIA
from coverage.rules import RULES
from coverage.study import sources as study_sources
from coverage.study import study as study
from coverage.study.evidence import EvidenceFiles

ROOT = Path(__file__).resolve().parents[1]
PARTS = [
    study.About,
    study.PopulationFiles,
    study.BoundaryFiles,
    study.SettlementFiles,
    study.FacilityFiles,
    study.Carrier,
    study.Layer,
    study.Rules,
    study.Zones,
    study.Ranking,
    study.OwnCriterion,
    study_sources.RoadFiles,
    study_sources.AreaFiles,
    study_sources.FuturePopulationFiles,
    EvidenceFiles,
]


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.__name__)
def test_every_study_key_is_explained(part):
    text = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
    missing = [name for name in part.model_fields if f"`{name}`" not in text]
    assert not missing


def test_every_rule_and_criterion_is_explained():
    definitions = (ROOT / "docs" / "definitions.md").read_text(encoding="utf-8")
    studies = (ROOT / "docs" / "study.md").read_text(encoding="utf-8")
    assert all(f"`{rule}`" in definitions and f"`{rule}`" in studies for rule in RULES)
    assert all(f"`{criterion.key}`" in studies for criterion in CRITERIA)


def test_readme_names_every_command():
    from kengai import app

    result = CliRunner().invoke(app, ["--help"])
    commands = re.findall(r"^  (\w+)  ", result.output.split("Commands:")[1], re.M)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(commands) >= 5
    assert [name for name in commands if f"kengai {name}" not in readme] == []


def test_links_in_documents_lead_somewhere():
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    dead = [
        (page.name, target)
        for page in pages
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert dead == []
