"""The public names of the four packages against the words that docs/glossary.md says never to use."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("geodata", "coverage", "requests_gen", "screens")
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
# words of the field that are only wrong in the meaning of their row: as parts of other names they are fine
IN_PROSE_ONLY = {"operator", "company", "telco", "tech", "tile", "pixel", "percent", "ratio", "hole", "cluster", "blob"}
# module.name → why it stays
EXCEPTIONS = {
    "coverage.study.ranking.Ranking.shake": "key of study.toml",
    "requests_gen.progress.promised.PromiseTally": "a tally of promises is what it is",
    "requests_gen.replies.import_replies.Row.doubt_id": "key of the registry's review items",
    "requests_gen.replies.review.resolve_review(doubt_id)": "key of the registry's review items",
    "requests_gen.letters.annexes.annex2.ZoneSheet.ground": "part of the hash of a letter: renamed, letters would count as changed",
    "requests_gen.zone_maps.scene.View.ground": "the land that a map shows, no evidence",
}


def never_words() -> set[str]:
    """The last column of the tables, and the refused words."""
    rows = [line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("|")]
    words = {word.strip() for row in rows if len(row) == 4 for word in row[3].split(",")}
    refused = re.search(r"^Refused everywhere[^:]*: (.*)\.$", GLOSSARY, re.M)
    assert refused
    words |= {word.strip() for word in refused.group(1).split(",")}
    return words - {"", "never", "---"}


NEVER = never_words() - IN_PROSE_ONLY


def words_of(name: str) -> set[str]:
    """The words of a snake_case or CamelCase name, in small letters."""
    return {word.lower() for part in name.split("_") for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", part)}


def public_names(tree: ast.Module, module: str) -> Iterator[str]:
    """The module, its constants, functions with their parameters, classes with their fields and methods."""
    yield module
    yield from _names(tree.body, module)


def _names(body: list[ast.stmt], prefix: str) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            yield f"{prefix}.{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from _names(node.body, f"{prefix}.{node.name}")
            else:
                parameters = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                yield from (f"{prefix}.{node.name}({parameter.arg})" for parameter in parameters)
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        for target in (one for each in targets for one in (each.elts if isinstance(each, ast.Tuple) else [each])):
            if isinstance(target, ast.Name) and not target.id.startswith("_"):
                yield f"{prefix}.{target.id}"


def offending(tree: ast.Module, module: str) -> list[str]:
    found = []
    for name in public_names(tree, module):
        last = name.split(".")[-1]
        parameter = last.partition("(")[2].rstrip(")")
        if words_of(parameter or last) & NEVER and name not in EXCEPTIONS:
            found.append(name)
    return found


@pytest.mark.parametrize("package", PACKAGES)
def test_no_public_name_uses_a_word_of_the_last_column(package: str) -> None:
    found = []
    for file in sorted((ROOT / package).rglob("*.py")):
        parts = file.relative_to(ROOT).with_suffix("").parts
        module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        found += offending(ast.parse(file.read_text(encoding="utf-8")), module)
    assert found == []


def test_every_exception_is_still_there() -> None:
    for name in EXCEPTIONS:
        parts = name.split(".")
        file = next(
            ROOT.joinpath(*parts[:k]).with_suffix(".py")
            for k in range(len(parts), 0, -1)
            if ROOT.joinpath(*parts[:k]).with_suffix(".py").is_file()
        )
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        assert name in set(public_names(ast.parse(file.read_text(encoding="utf-8")), module)), name


def test_the_words_that_must_not_come_back_are_in_the_glossary() -> None:
    assert {"told", "said", "mend", "desk", "door", "shelf", "speech", "making", "standing", "furniture", "lettering"} <= NEVER
    assert {"ground", "doubt", "strangers", "spoken", "wanted", "lean", "tally", "awaited", "helper", "manager", "flag"} <= NEVER


def test_every_term_says_what_it_is() -> None:
    rows = [line.strip("|").split("|") for line in GLOSSARY.splitlines() if line.startswith("| ") and not line.startswith("| term")]
    assert len(rows) > 35
    assert [row[0] for row in rows if len(row) != 4 or not row[2].strip()] == []


def test_a_bad_name_is_found() -> None:
    tree = ast.parse(
        "WANTED = 1\n_told = 2\ndef read(path, told): ...\nclass Desk:\n    ground: int\ndef _mend(): ...\ndef background(): ...\n"
    )
    assert offending(tree, "m") == ["m.WANTED", "m.read(told)", "m.Desk", "m.Desk.ground"]
