"""The recipes of docs/architecture.md ("Where to add things"), carried out with the very lines they show."""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import io
import pkgutil
import re
import sys
import tomllib
from datetime import date
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

from coverage.inputs import AREA_SOURCES, FACILITY_SOURCES, read_files
from coverage.ranking import STANDARD, Criterion
from coverage.ranking.scores import score_parts
from coverage.rules import RULES, Threshold, covered_weight
from coverage.study.sources import FacilityFiles
from geodata import sources
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import FACILITIES, check

ROOT = Path(__file__).resolve().parents[1]
ARCHITECTURE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def recipe(name: str) -> str:
    """The text under "### name"."""
    found = re.search(rf"^### {name}\n(.*?)(?=^##)", ARCHITECTURE, re.M | re.S)
    assert found, f"no recipe {name!r} in docs/architecture.md"
    return found.group(1)


def lines_of(name: str) -> str:
    """The code of a recipe."""
    found = re.search(r"^```\w+\n(.*?)^```", recipe(name), re.M | re.S)
    assert found, f"the recipe {name!r} shows no code"
    return found.group(1)


def as_module(code: str, folder: Path, name: str) -> ModuleType:
    """The module that `code` makes when it is written into a file."""
    path = folder / f"{name}.py"
    path.write_text(code, encoding="utf-8")
    spec = importlib.util.spec_from_file_location(f"recipe_{name}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def broken_promises_of_source(module: ModuleType) -> list[str]:
    """What a module of geodata.sources lacks: says what it is, whom to credit, and reads paths first."""
    lacking = [name for name in ("NAME", "LICENCE", "CREDIT", "FIELDS") if not hasattr(module, name)]
    read = getattr(module, "read", None)
    if read is None:
        return [*lacking, "read"]
    first, *_ = inspect.signature(read).parameters.values()
    if first.name not in {"path", "paths"}:
        lacking.append("read(path, …)")
    if not inspect.getdoc(read):
        lacking.append("what read gives")
    return lacking


class TestASource:
    @pytest.mark.parametrize("name", sorted(module.name for module in pkgutil.iter_modules(sources.__path__)))
    def test_every_source_keeps_the_contract(self, name: str) -> None:
        module = importlib.import_module(f"geodata.sources.{name}")
        assert broken_promises_of_source(module) == []
        assert name == module.NAME
        hint = inspect.signature(module.read).return_annotation
        assert re.fullmatch(r"tuple\[[\w.]+, (list\[)?IntakeReport\]?\]", str(hint)), hint

    def test_a_new_source_is_a_new_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        module = as_module(lines_of("A source"), tmp_path, "bus_stops")
        assert broken_promises_of_source(module) == []
        points = tmp_path / "stops.geojson"
        points.write_text(
            '{"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"停留所名": "河内"}, '
            '"geometry": {"type": "Point", "coordinates": [136.4, 34.8]}}]}',
            encoding="utf-8",
        )
        table, (report,) = module.read(points)
        assert check(FACILITIES, table)["name"].tolist() == ["河内"]
        assert isinstance(report, IntakeReport)
        assert (report.records_in_file, report.accepted, report.verdict) == (1, 1, "accept")
        monkeypatch.setitem(FACILITY_SOURCES, "bus_stops", module)
        spec = FacilityFiles.model_construct(files=[points.name], kind="bus_stops")
        again, (told,) = read_files(spec, [points])
        assert again["category"].tolist() == ["station"]
        assert (told.kind, told.facts["credit"]) == ("facility", module.CREDIT)

    def test_the_contract_can_be_broken(self, tmp_path: Path) -> None:
        module = as_module('NAME = "x"\ndef read(table): ...\n', tmp_path, "bad")
        assert broken_promises_of_source(module) == ["LICENCE", "CREDIT", "FIELDS", "read(path, …)", "what read gives"]

    def test_what_a_study_may_name_is_a_source(self) -> None:
        for named in (*FACILITY_SOURCES.values(), *AREA_SOURCES.values()):
            assert named.__name__.startswith("geodata.sources.")
        for name in ("`FACILITY_SOURCES`", "`CATEGORIES`", "`coverage/inputs/readers.py`"):
            assert name in recipe("A source")
        assert (ROOT / "coverage" / "study" / "sources.py").is_file()


class TestARule:
    def test_a_name_and_a_branch_make_a_rule(self, tmp_path: Path) -> None:
        code = (ROOT / "coverage" / "rules.py").read_text(encoding="utf-8")
        last = '    raise ValueError(f"no rule called'
        assert code.count("RULES = (") == 1
        assert code.count(last) == 1
        rules = as_module(code.replace("RULES = (", 'RULES = ("most", ').replace(last, lines_of("A rule") + last), tmp_path, "rules_copy")
        share = pd.Series([0.0, 0.9, 0.95, 1.0, np.nan], list("abcde"))
        weight = rules.covered_weight("most", share, share, share, None, rules.Threshold())
        np.testing.assert_array_equal(weight.to_numpy(), [0, 0, 1, 1, np.nan])
        assert "most" in rules.RULES

    def test_every_rule_counts_and_others_are_refused(self) -> None:
        share = pd.Series([0.0, 1.0], ["a", "b"])
        for rule in RULES:
            assert covered_weight(rule, share, share, share + 1, None, Threshold()).tolist() == [0, 1], rule
        with pytest.raises(ValueError, match="most"):
            covered_weight("most", share, share, share, None, Threshold())

    def test_every_rule_has_its_captions(self) -> None:
        from requests_gen.wording import captions

        assert set(captions.RULE_NAMES) == set(captions.RULE_SHORT) == set(RULES)
        assert "`requests_gen/wording/captions.py`" in recipe("A rule")


def test_a_criterion_appears_in_the_score() -> None:
    criterion = eval(lines_of("A criterion"), {"Criterion": Criterion, "Text": Text})
    zones = pd.DataFrame({"uncovered_population": [10.0, 10.0], "bus_stops": [4.0, 0.0]}, ["z1", "z2"])
    weights = {"uncovered_population": 5.0, "bus_stops": criterion.weight}
    parts = score_parts(zones, weights, (*STANDARD, criterion))
    assert parts["score_bus_stops"].tolist() == [50.0, 0.0]
    with pytest.raises(ValueError, match="bus_stops"):
        score_parts(zones, weights, STANDARD)


class TestAPaper:
    def test_a_template_and_its_data_make_a_paper(self, tmp_path: Path) -> None:
        from pypdf import PdfReader

        from requests_gen.files import typst_pdf
        from requests_gen.wording.numbers_and_eras import Wording

        template = tmp_path / "new_paper.typ"
        template.write_text(lines_of("A paper"), encoding="utf-8")
        frame = typst_pdf.Frame("（案）", "架空", "三重県", "架空アルファ", "令和8年度", Wording(), date(2026, 4, 1))
        data = {"title": "新しい書類", "lines": ["一行目", "#二行目は文字のまま"]}
        pdf = typst_pdf.paper_pdf(template, {**data, **typst_pdf.margin_texts(frame)}, frame, "新しい書類")
        text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).replace("\n", "").replace(" ", "")
        assert "新しい書類" in text
        assert "#二行目は文字のまま" in text
        assert "架空" in text  # the mark of every page

    def test_every_template_is_drawn_by_the_module_that_the_recipe_names(self) -> None:
        templates = sorted((ROOT / "requests_gen" / "letters" / "templates").glob("*.typ"))
        pdf = (ROOT / "requests_gen" / "letters" / "pdf.py").read_text(encoding="utf-8")
        assert len(templates) >= 4
        assert [file.name for file in templates if f'"{file.name}"' not in pdf] == []
        papers = importlib.import_module("requests_gen.letters.papers")
        assert callable(papers.write_papers)
        assert callable(papers._check)


class TestAPage:
    pytestmark = pytest.mark.filterwarnings("ignore")  # Streamlit warns on import under some versions

    def is_page(self, module: Any) -> bool:
        return (
            isinstance(module.TITLE, Text)
            and re.fullmatch("[a-z]+", module.URL) is not None
            and len(inspect.signature(module.show).parameters) == 1
        )

    def test_every_page_has_a_title_an_address_and_show(self) -> None:
        from app import PAGES

        assert len({page.URL for page in PAGES}) == len(PAGES) >= 6
        assert all(self.is_page(page) for page in PAGES)
        assert all(sorted(page.__all__) == ["TITLE", "URL", "show"] for page in PAGES)

    def test_pages_stand_on_the_top_floor(self) -> None:
        from app import PAGES

        contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
        floors = next(contract["layers"] for contract in contracts if contract["name"] == "floors of screens")
        assert set(floors[0].split(" | ")) == {page.__name__.removeprefix("screens.") for page in PAGES}

    def test_the_page_of_the_recipe_is_drawn(self, tmp_path: Path) -> None:
        from streamlit.testing.v1 import AppTest

        assert self.is_page(as_module(lines_of("A page"), tmp_path, "contact"))
        script = lines_of("A page") + "\n\nclass Opened:\n    def say(self, text): return text.ja\n\n\nshow(Opened())\n"
        page = AppTest.from_string(script, default_timeout=30).run()
        assert not page.exception
        assert page.title[0].value == "問い合わせ"


def test_the_drawing_has_the_floors_of_the_contracts() -> None:
    """Every room of pyproject's floors stands in the drawing, in the same order."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    drawing = re.search(r"^```\n(.*?)^```", ARCHITECTURE, re.M | re.S)
    assert drawing
    drawn = [re.split(r"\s{3,}", line.strip())[0] for line in re.sub(r"^\w+", "", drawing.group(1), flags=re.M).splitlines()]
    floors = []
    for package in ("screens", "requests_gen", "coverage", "geodata"):
        floors += next(one["layers"] for one in contracts if one["name"] == f"floors of {package}")
    assert [line for line in drawn if line not in {"", "↓"}] == floors


def test_bad_data_of_a_recipe_is_refused_in_words(tmp_path: Path) -> None:
    """The source of the recipe gets the intake's refusals for nothing."""
    module = as_module(lines_of("A source"), tmp_path, "bus_stops")
    broken = tmp_path / "stops.geojson"
    broken.write_text("{", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        module.read(broken, crs="EPSG:6668")
    assert caught.value.file == "stops.geojson"
