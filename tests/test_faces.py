"""The face of every room shows its use, and what it shows is really there: names, parameters, attributes."""

from __future__ import annotations

import ast
import builtins
import importlib
import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("geodata", "coverage", "requests_gen", "screens")
ROOMS = sorted(
    ".".join(face.parent.relative_to(ROOT).parts)
    for package in PACKAGES
    for face in (ROOT / package).glob("*/__init__.py")
    if face.parent.name != "sources"  # every module there is its own face
)
# what another room's example stands for
ELSEWHERE = {"st", "partial", "app", "visit", "registry"}

pytestmark = pytest.mark.filterwarnings("ignore")  # Streamlit warns on import under some versions


def example_of(docstring: str) -> list[ast.stmt]:
    """The lines of a docstring that are code; … stands for anything."""
    found: list[ast.stmt] = []
    lines = [line.strip().replace("…", "...") for line in docstring.splitlines()[1:]]
    for line in lines:
        for text in (line, line.removesuffix(": ...") + ": ..."):  # `with …: …` may have nothing behind it
            try:
                parsed = ast.parse(text).body
            except SyntaxError:
                continue
            if any(isinstance(node, ast.Call | ast.Attribute) for one in parsed for node in ast.walk(one)):
                found += parsed
            break
    return found


def troubles(face: ModuleType, example: list[ast.stmt]) -> list[str]:
    """What an example uses that the face does not have."""
    shown = {name: getattr(face, name) for name in face.__all__}
    given = {node.id for one in example for node in ast.walk(one) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    found = []
    for one in example:
        for node in ast.walk(one):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                owner = shown.get(node.value.id, node)
                if owner is not node and not hasattr(owner, node.attr):
                    found.append(f"{node.value.id}.{node.attr} is not there")
            if isinstance(node, ast.Call):
                found += _call(node, shown, given)
    return found


def _call(call: ast.Call, shown: dict[str, Any], given: set[str]) -> list[str]:
    if isinstance(call.func, ast.Name):
        name = call.func.id
        if name not in shown:
            return (
                [] if name in ELSEWHERE or hasattr(builtins, name) or name in {"Path", "SourceFile"} | given else [f"{name} is not shown"]
            )
        called = shown[name]
    elif isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name) and call.func.value.id in shown:
        called = getattr(shown[call.func.value.id], call.func.attr, None)
    else:
        return []
    if called is None:
        return []  # said by its attribute
    try:
        signature = inspect.signature(called)
    except ValueError:
        return []
    open_ones = any(isinstance(arg, ast.Constant) and arg.value is ... for arg in call.args)
    try:
        signature.bind_partial(*([] if open_ones else call.args), **{word.arg: word.value for word in call.keywords if word.arg})
        if not open_ones:
            signature.bind(*call.args, **{word.arg: word.value for word in call.keywords if word.arg})
    except TypeError as error:
        return [f"{ast.unparse(call)}: {error}"]
    return []


@pytest.mark.parametrize("room", ROOMS)
def test_the_example_of_a_face_is_true(room: str) -> None:
    face = importlib.import_module(room)
    example = example_of(face.__doc__ or "")
    assert example, "a face shows its use"
    assert troubles(face, example) == []


@pytest.mark.parametrize("room", ROOMS)
def test_what_a_face_names_is_there(room: str) -> None:
    face = importlib.import_module(room)
    assert [name for name in face.__all__ if not hasattr(face, name)] == []


def test_a_wrong_example_is_found() -> None:
    face = importlib.import_module("coverage.share")
    example = example_of("Head.\n\nshare = covered_share(polygons, grid, 3, 4, 5)\npolygon_edge(x)\n")
    assert len(troubles(face, example)) == 2


def test_no_module_goes_without_saying_what_it_is() -> None:
    bare = [
        str(file.relative_to(ROOT))
        for package in PACKAGES
        for file in sorted((ROOT / package).rglob("*.py"))
        if file.stat().st_size and (ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))) or "TODO").startswith("TODO")
    ]
    assert bare == []
