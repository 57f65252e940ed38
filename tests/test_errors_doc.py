"""docs/errors.md is complete and up to date: every code that the code can give, with its meaning and remedy."""

from __future__ import annotations

import ast
import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
spec = importlib.util.spec_from_file_location("make_errors", ROOT / "docs" / "make_errors.py")
assert spec is not None
assert spec.loader is not None
make_errors = importlib.util.module_from_spec(spec)
sys.modules["make_errors"] = make_errors
spec.loader.exec_module(make_errors)

# calls whose code is another error's own: it is said where that error is made
PASSED_ON = {
    "coverage.questions.gate",
    "coverage.questions.position",
    "coverage.questions.question",
    "geodata.errors",
    "geodata.report",
    "geodata.intake.reading",
    "geodata.mesh.codes",
    "requests_gen.results.store",
}


@pytest.fixture(scope="module")
def reader():
    found = make_errors.Reader(make_errors.read_modules())
    found.said = found.all_said()
    return found


def matches(code: str, said: set[str]) -> bool:
    """Whether a code is in the list, or fits a line such as `table-…-…`."""
    open_ones = (re.escape(one).replace(make_errors.OPEN, ".+") for one in said if make_errors.OPEN in one)
    return code in said or any(re.fullmatch(pattern, code) for pattern in open_ones)


def test_the_page_is_up_to_date(reader):
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert page == make_errors.page_of(reader.said), "run: .venv/bin/python docs/make_errors.py"


def test_every_place_that_gives_an_error_gives_a_code(reader):
    assert [place for place in reader.silent if place.split(":")[0] not in PASSED_ON] == []


def test_every_error_has_a_meaning_and_a_remedy_in_both_languages(reader):
    for one in reader.said:
        for text in (one.problem, *([one.remedy] if one.remedy else [])):
            assert all(part.strip() for part in text), one


def test_every_code_that_a_test_expects_is_in_the_list(reader):
    said = {one.code for one in reader.said}
    expected = {
        node.comparators[0].value
        for file in (ROOT / "tests").glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and node.left.attr == "code"
        and isinstance(node.ops[0], ast.Eq)
        and isinstance(node.comparators[0], ast.Constant)
    }
    assert len(expected) > 40
    assert sorted(code for code in expected if not matches(code, said)) == []


def test_literal_codes_are_all_there(reader):
    """Counted another way: the first argument of every DataError that is a plain string."""
    said = {one.code for one in reader.said if one.remedy}
    literal = {
        code
        for package in make_errors.PACKAGES
        for file in (ROOT / package).rglob("*.py")
        for code in re.findall(r'DataError\(\s*"([^"]+)"', file.read_text(encoding="utf-8"))
    }
    assert len(literal) > 150
    assert literal <= said


class TestReading:
    """What the reader of the code follows, on code made for it."""

    def said_of(self, tmp_path: Path, code: str):
        (tmp_path / "geodata").mkdir()
        (tmp_path / "geodata" / "some.py").write_text(code, encoding="utf-8")
        return make_errors.Reader(make_errors.read_modules(tmp_path)).all_said()

    def test_parameters_are_followed_to_the_callers(self, tmp_path):
        said = self.said_of(
            tmp_path,
            "def bad(code, ja):\n    return DataError(code, Text(ja, f'{ja} en'), MEND)\n"
            "MEND = Text('直す', 'correct it')\n"
            "def use():\n    raise bad('one-thing', '一')\n    raise bad('two-things', '二')\n",
        )
        assert [(one.code, one.problem, one.remedy) for one in said] == [
            ("one-thing", ("一", "一 en"), ("直す", "correct it")),
            ("two-things", ("二", "二 en"), ("直す", "correct it")),
        ]

    def test_loops_and_tables_are_followed(self, tmp_path):
        said = self.said_of(
            tmp_path,
            "WORDS = {'a': Text('ア', 'A')}\n"
            "def use(report, trouble):\n"
            "    for code, text in (('x-row', Text('エ', 'X')), ('y-row', Text('ワ', 'Y'))):\n"
            "        report.exclude(code, text, 1)\n"
            "    for key in trouble:\n        report.note('warn', f'photo-{key}', WORDS[key])\n",
        )
        assert [(one.code, one.problem[1]) for one in said] == [("photo-a", "A"), ("x-row", "X"), ("y-row", "Y")]

    def test_a_notice_has_no_remedy_and_values_of_the_moment_are_open(self, tmp_path):
        (said,) = self.said_of(tmp_path, "def use(report, n):\n    report.note('info', 'some', Text(f'{n}件', f'{n} of them'))\n")
        assert (said.problem, said.remedy) == (("…件", "… of them"), None)
