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
WRITTEN = {".py", ".md", ".toml", ".typ", ".js", ".html", ".sh"}
SELF = Path(__file__).resolve()
# papers of the team that are not in the repository: a reader cannot look them up
ABSENT = re.compile(r"\b(DOMAIN|DESIGN|HAZARDS|PERF|HOUSE|STYLE|UI)(\.md\b|:| ?§| \d)|§ ?\d")
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
    study_sources.WaterFiles,
    study_sources.FuturePopulationFiles,
    study_sources.TerrainFiles,
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


def written_files() -> list[Path]:
    """What people wrote: code, documents and settings, without what tools keep beside them."""
    folders = ("benchmarks", "coverage", "docs", "examples", "geodata", "requests_gen", "screens", "tests")
    found = [path for folder in folders for path in sorted((ROOT / folder).rglob("*")) if path.suffix in WRITTEN]
    return [path for path in [*sorted(ROOT.glob("*.*")), *found] if path.suffix in WRITTEN and path.resolve() != SELF]


def test_no_paper_is_cited_that_a_reader_does_not_have():
    cited = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:90]}"
        for path in written_files()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if ABSENT.search(line)
    ]
    assert cited == []


def test_cited_documents_and_headings_exist():
    """`docs/definitions.md, Datums` in a comment: the page is there, and so is the heading."""
    broken = []
    cited = 0
    for path in written_files():
        for page, heading in re.findall(r"\b(docs/[\w/-]+\.(?:md|py))(?:, (\[?[A-Z\[][\w -]*\]?))?", path.read_text(encoding="utf-8")):
            cited += 1
            if not (ROOT / page).is_file():
                broken.append((path.name, page))
            elif heading and heading.split(" (")[0] not in (ROOT / page).read_text(encoding="utf-8"):
                broken.append((path.name, page, heading))
    assert broken == []
    assert cited > 10


def test_named_files_of_the_repository_exist():
    """`coverage/rules.py` in a document is a file, `rules.py` too, and `requests_gen.letters.make` is a module."""
    packages = "benchmarks|coverage|geodata|requests_gen|screens|tests|examples"
    known = {path.name for path in [*written_files(), SELF]}
    broken = []
    for page in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        paths = re.findall(rf"`((?:{packages})/[\w./-]*)`", text)
        modules = re.findall(rf"`((?:{packages})(?:\.\w+)+)`", text)
        files = re.findall(r"`([\w]+\.(?:py|typ|js))`", text)
        broken += [(page.name, name) for name in paths if not (ROOT / name).exists()]
        broken += [(page.name, name) for name in modules if not names_something(name)]
        broken += [(page.name, name) for name in files if name not in known]
    assert broken == []


def names_something(dotted: str) -> bool:
    """Whether `a.b.C` is a package, a module, or a name defined in or imported by one."""
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        base = ROOT.joinpath(*parts[:length])
        file = base.with_suffix(".py") if base.with_suffix(".py").is_file() else base / "__init__.py"
        if not (file.is_file() or base.is_dir()):
            continue
        rest = parts[length:]
        return not rest or (file.is_file() and re.search(rf"\b{re.escape(rest[0])}\b", file.read_text(encoding="utf-8")) is not None)
    return False
