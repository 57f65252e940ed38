"""The import-linter contract of faces: a room is entered by its face, from wherever one comes.

A room is a folder of one of our packages. Outside it only its `__init__` may be imported: names of its `__all__`, or
modules that `__all__` names (`from requests_gen.wording import captions`). The rooms listed as `open_rooms` hold
modules that are each their own face (`geodata.sources`).
"""

from __future__ import annotations

import ast
from pathlib import Path

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output

MOST_NAMES = 10
ROOT = Path(__file__).resolve().parents[1]


class FaceContract(Contract):
    """Other rooms import faces only, and a face has at most ten names."""

    packages = fields.ListField(subfield=fields.StringField())
    open_rooms = fields.ListField(subfield=fields.StringField(), required=False, default=[])

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Reads the import lines themselves: the graph alone cannot tell a name of a face from a module of a room."""
        troubles = []
        for package in self.packages:
            for file in sorted((ROOT / str(package)).rglob("*.py")):
                troubles += _troubles(file, set(self.packages), set(self.open_rooms))
        for room in _rooms(set(self.packages)):
            names = names_of(room)
            if room not in self.open_rooms and len(names) > MOST_NAMES:
                troubles.append(f"{room} shows {len(names)} names; at most {MOST_NAMES}")
        return ContractCheck(kept=not troubles, metadata={"troubles": troubles})

    def render_broken_contract(self, check: ContractCheck) -> None:
        for trouble in check.metadata["troubles"]:
            output.print_error(trouble)


def names_of(room: str) -> list[str]:
    """`__all__` of a room's face."""
    tree = ast.parse((ROOT / room.replace(".", "/") / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets):
            return list(ast.literal_eval(node.value))
    return []


def _rooms(packages: set[str]) -> list[str]:
    return sorted(
        ".".join(face.parent.relative_to(ROOT).parts)
        for package in packages
        for face in (ROOT / package).rglob("__init__.py")
        if face.parent != ROOT / package
    )


def _room(module: str) -> str | None:
    """The room that holds a module: the second folder of its path, None for a flat module of a package."""
    parts = module.split(".")
    return ".".join(parts[:2]) if len(parts) > 1 and (ROOT / parts[0] / parts[1]).is_dir() else None


def _troubles(file: Path, packages: set[str], open_rooms: set[str]) -> list[str]:
    path = file.relative_to(ROOT).with_suffix("")
    own = _room(".".join(path.parts))
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules = [(alias.name, None) for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules = [(node.module, alias.name) for alias in node.names]
        else:
            continue
        for module, name in modules:
            if module.split(".")[0] not in packages:
                continue
            room = _room(module)
            if room is None or room == own or room in open_rooms:
                continue
            if module != room:
                found.append(f"{path}.py:{node.lineno} enters {room} by {module}, not by its face")
            elif name is not None and name not in names_of(room):
                found.append(f"{path}.py:{node.lineno} imports {name}, which the face of {room} does not show")
    return found
