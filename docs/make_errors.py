"""docs/errors.md, made from the code: every code of an error or a notice, what it means, and the remedy.

    python docs/make_errors.py            # write docs/errors.md
    python docs/make_errors.py --check    # say whether it is up to date

Reads the source with `ast` and runs none of it. A code may come as a parameter or from a loop over a table: callers
and tables are followed. What is only known while running is shown as …
"""

from __future__ import annotations

import ast
import copy
import functools
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "errors.md"
PACKAGES = ("geodata", "coverage", "requests_gen", "screens")
OPEN = "…"  # what is only known while running
DEEPEST = 5
# name of what is called → positions of code, meaning, remedy (None: a notice has none)
SAYING: dict[str, tuple[int, int, int | None]] = {
    "DataError": (0, 1, 2),
    "Conflict": (0, 1, 2),
    "note": (1, 2, None),
    "exclude": (0, 1, None),
    "Notice": (1, 2, None),
    "Question": (0, 2, 3),
    "as_question": (0, 1, 2),
}
NAMES = ("code", "problem", "remedy")
HEAD = """# Error codes

Made by `docs/make_errors.py` from the code: do not edit (`tests/test_errors_doc.py` holds it). A code names one kind of trouble; … stands for what is filled in while running. **Errors** refuse a file or a step and say how to go on. **Notices** stand in the record of a file (`intake.json`, `intake.html`).
"""


@dataclass(frozen=True)
class Said:
    """One sentence that a code comes with. remedy is None for a notice."""

    code: str
    package: str
    module: str
    problem: tuple[str, str]
    remedy: tuple[str, str] | None


@dataclass
class Module:
    """One source file: its tree, constants, imports, and which function each node stands in."""

    name: str
    tree: ast.Module
    constants: dict[str, ast.expr] = field(default_factory=dict)
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)

    def function_of(self, node: ast.AST) -> ast.FunctionDef | None:
        while node in self.parents:
            node = self.parents[node]
            if isinstance(node, ast.FunctionDef):
                return node
        return None


def read_modules(root: Path = ROOT) -> dict[str, Module]:
    """Every module of the four packages by its dotted name."""
    modules = {}
    for package in PACKAGES:
        for file in sorted((root / package).rglob("*.py")):
            parts = file.relative_to(root).with_suffix("").parts
            name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
            module = Module(name, ast.parse(file.read_text(encoding="utf-8")))
            for node in ast.walk(module.tree):
                for child in ast.iter_child_nodes(node):
                    module.parents[child] = node
                if isinstance(node, ast.ImportFrom) and node.module:
                    module.imports |= {alias.asname or alias.name: (node.module, alias.name) for alias in node.names}
            for node in module.tree.body:
                if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                    module.constants[node.targets[0].id] = node.value
                elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
                    module.constants[node.target.id] = node.value
            modules[name] = module
    return modules


class Filled(ast.NodeTransformer):
    """An expression with some of its names replaced."""

    def __init__(self, values: dict[str, ast.expr]) -> None:
        self.values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return copy.deepcopy(self.values.get(node.id, node))  # never one node in two places


def filled(parts: list[ast.expr], values: dict[str, ast.expr]) -> list[ast.expr]:
    return [Filled(values).visit(copy.deepcopy(part)) if names_in([part]) & set(values) else part for part in parts]


def names_in(parts: list[ast.expr]) -> set[str]:
    return {node.id for part in parts for node in ast.walk(part) if isinstance(node, ast.Name)}


class Reader:
    """Follows codes and sentences to where they are written down."""

    def __init__(self, modules: dict[str, Module]) -> None:
        self.modules = modules
        self.calls: dict[str, list[tuple[Module, ast.Call]]] = {}
        for module in modules.values():
            for node in ast.walk(module.tree):
                if isinstance(node, ast.Call):
                    self.calls.setdefault(called(node), []).append((module, node))

    def all_said(self) -> list[Said]:
        """Every (code, sentence) in the order of package, code, module. `self.silent`: places that gave no code."""
        found = set()
        self.silent: list[str] = []
        for name, (code, problem, remedy) in SAYING.items():
            for module, call in self.calls.get(name, []):
                if (sentences := self._returned(module, call)) is not None:
                    where, texts = sentences
                    both = [self.text(where, part) for part in texts]
                    package, _, rest = module.name.partition(".")
                    found |= {Said(slug, package, rest or package, both[0], both[1]) for slug in self.slugs(module, call.args[0])}
                    continue
                parts = [argument(call, at, NAMES[k]) for k, at in enumerate((code, problem, remedy)) if at is not None]
                if any(part is None for part in parts):
                    continue
                given = [part for part in parts if part is not None]
                slugs: list[str] = []
                for end, values in self.expanded(module, call, given, 0):
                    texts = [self.text(end, part) for part in values[1:]]
                    here = [slug for slug in self.slugs(end, values[0]) if slug.strip(OPEN + "-")]
                    package, _, rest = module.name.partition(".")
                    found |= {Said(slug, package, rest or package, texts[0], texts[1] if len(texts) > 1 else None) for slug in here}
                    slugs += here
                if not slugs:
                    self.silent.append(f"{module.name}:{call.lineno}")
        return sorted(found, key=lambda said: (PACKAGES.index(said.package), said.code, said.module, said.problem, said.remedy or ("", "")))

    def _returned(self, module: Module, call: ast.Call) -> tuple[Module, list[ast.expr]] | None:
        """Meaning and remedy of `as_question("code", *words.some(…))`: what that function of another module returns."""
        star = next((one.value for one in call.args if isinstance(one, ast.Starred)), None)
        if not (isinstance(star, ast.Call) and isinstance(star.func, ast.Attribute) and isinstance(star.func.value, ast.Name)):
            return None
        where = self.modules.get(".".join(module.imports.get(star.func.value.id, ("", ""))))
        if where is None:
            return None
        name = star.func.attr
        function = next((node for node in where.tree.body if isinstance(node, ast.FunctionDef) and node.name == name), None)
        pairs = (
            [node.value.elts for node in ast.walk(function) if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple)]
            if function
            else []
        )
        return (where, pairs[-1]) if pairs and len(pairs[-1]) == 2 else None

    def expanded(self, module: Module, at: ast.AST, parts: list[ast.expr], depth: int) -> Iterator[tuple[Module, list[ast.expr]]]:
        """The parts with names of loops, local values and parameters replaced by what they stand for."""
        function = module.function_of(at)
        for one in self._looped(module, at, parts):
            local = self._local(module, function, at, one)
            parameters = [a.arg for a in [*function.args.args, *function.args.kwonlyargs]] if function else []
            passed = names_in(local) & set(parameters)
            callers = self._callers(module, function) if function and passed and depth < DEEPEST else []
            if not callers:
                yield from ((module, more) for more in self._keyed(module, local))
                continue
            for where, call in callers:
                values = {name: argument(call, parameters.index(name), name) or default_of(function, name) for name in passed}
                # what is left of this function's own names means nothing in the caller
                settled = [self._settled(module, part, passed) for part in local]
                yield from self.expanded(where, call, filled(settled, {k: v for k, v in values.items() if v is not None}), depth + 1)

    def _callers(self, module: Module, function: ast.FunctionDef) -> list[tuple[Module, ast.Call]]:
        def is_it(where: Module, call: ast.Call) -> bool:
            if isinstance(call.func, ast.Name):  # by the module's name, or by the face of its room
                source, name = where.imports.get(function.name, (where.name, function.name))
                return name == function.name and (module.name == source or module.name.startswith(source + "."))
            if isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
                return ".".join(where.imports.get(call.func.value.id, ("", ""))) == module.name
            return False

        return [(where, call) for where, call in self.calls.get(function.name, []) if is_it(where, call)]

    def _settled(self, module: Module, part: ast.expr, passed: set[str]) -> ast.expr:
        """Constants of this module in place of their names, so that another module can read the part."""
        values = {name: found for name in names_in([part]) - passed if (found := self.constant(module, name)) is not None}
        return filled([part], values)[0]

    def _looped(self, module: Module, at: ast.AST, parts: list[ast.expr]) -> Iterator[list[ast.expr]]:
        """One for each turn of a loop over a table that is written down."""
        node = at
        while node in module.parents:
            node = module.parents[node]
            if isinstance(node, ast.For) and names_in([node.target]) & names_in(parts):
                for turn in self._turns(module, node):
                    yield filled(parts, turn)
                return
            if isinstance(node, ast.FunctionDef):
                break
        yield parts

    def _turns(self, module: Module, loop: ast.For) -> list[dict[str, ast.expr]]:
        table = loop.iter
        if isinstance(table, ast.Name):
            function = module.function_of(loop)
            table = assigned(function, table.id, loop) or self.constant(module, table.id) or table
        if not isinstance(table, ast.Tuple | ast.List) or not isinstance(loop.target, ast.Tuple):
            return [{}]
        names = [target.id if isinstance(target, ast.Name) else "" for target in loop.target.elts]
        rows = [self._spread(module, row) for row in table.elts if isinstance(row, ast.Tuple)]
        return [dict(zip(names, row, strict=False)) for row in rows] or [{}]

    def _spread(self, module: Module, row: ast.Tuple) -> list[ast.expr]:
        """The elements of a row, `*NAME` spread out."""
        elements: list[ast.expr] = []
        for one in row.elts:
            table = self.follow(module, one.value) if isinstance(one, ast.Starred) else None
            elements += table.elts if isinstance(table, ast.Tuple) else [one]
        return elements

    def _local(self, module: Module, function: ast.FunctionDef | None, at: ast.AST, parts: list[ast.expr]) -> list[ast.expr]:
        """Names that the function gives a sentence or a code."""
        for _ in range(DEEPEST):
            values = {name: value for name in names_in(parts) if (value := assigned(function, name, at)) is not None}
            if not values:
                break
            parts = filled(parts, values)
        return parts

    def _keyed(self, module: Module, parts: list[ast.expr]) -> Iterator[list[ast.expr]]:
        """Where a sentence is looked up in a table by the code: one for each key."""
        for part in parts:
            for node in ast.walk(part):
                if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Name):
                    table = self.constant(module, node.value.id)
                    if isinstance(table, ast.Dict):
                        for key in table.keys:
                            if key is not None:
                                yield filled(parts, {node.slice.id: key})
                        return
        yield parts

    def constant(self, module: Module, name: str) -> ast.expr | None:
        if name in module.constants:
            return module.constants[name]
        source, original = module.imports.get(name, ("", ""))
        return self.modules[source].constants.get(original) if source in self.modules else None

    def follow(self, module: Module, node: ast.expr) -> ast.expr:
        """The expression that a name, `module.NAME` or `TABLE[key]` stands for."""
        if isinstance(node, ast.Name):
            found = self.constant(module, node.id)
            return self.follow(module, found) if found is not None else node
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            source = ".".join(module.imports.get(node.value.id, ("", "")))
            if source in self.modules and node.attr in self.modules[source].constants:
                return self.modules[source].constants[node.attr]
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            table = self.follow(module, node.value)
            if isinstance(table, ast.Dict):
                for key, value in zip(table.keys, table.values, strict=True):
                    if isinstance(key, ast.Constant) and key.value == node.slice.value:
                        return self.follow(module, value)
            if isinstance(table, ast.Tuple) and isinstance(node.slice.value, int):
                return self.follow(module, table.elts[node.slice.value])
        return node

    def slugs(self, module: Module, node: ast.expr) -> list[str]:
        node = self.follow(module, node)
        if isinstance(node, ast.IfExp):
            return self.slugs(module, node.body) + self.slugs(module, node.orelse)
        return [self.string(module, node)] if isinstance(node, ast.Constant | ast.JoinedStr) else []

    def text(self, module: Module, node: ast.expr) -> tuple[str, str]:
        """(Japanese, English) of a Text, … where it is only known while running."""
        node = self.follow(module, node)
        if isinstance(node, ast.Call) and called(node) == "Text" and len(node.args) == 2:
            return self.string(module, node.args[0]), self.string(module, node.args[1])
        if isinstance(node, ast.IfExp):
            both = (self.text(module, node.body), self.text(module, node.orelse))
            return " / ".join(one[0] for one in both), " / ".join(one[1] for one in both)
        return OPEN, OPEN

    def string(self, module: Module, node: ast.expr) -> str:
        node = self.follow(module, node)
        if isinstance(node, ast.Constant):
            return node.value if isinstance(node.value, str) else OPEN
        if isinstance(node, ast.JoinedStr):
            return "".join(self.string(module, part) for part in node.values)
        if isinstance(node, ast.FormattedValue):
            return self.string(module, node.value)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.string(module, node.left) + self.string(module, node.right)
        if isinstance(node, ast.Attribute) and node.attr in {"ja", "en"}:
            return self.text(module, node.value)[node.attr == "en"]
        return OPEN


def called(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def argument(call: ast.Call, at: int, name: str) -> ast.expr | None:
    for keyword in call.keywords:
        if keyword.arg == name or (name == "problem" and keyword.arg == "text"):
            return keyword.value
    if at < len(call.args) and not any(isinstance(one, ast.Starred) for one in call.args):
        return call.args[at]
    return None


def default_of(function: ast.FunctionDef | None, name: str) -> ast.expr | None:
    if function is None:
        return None
    names = [one.arg for one in function.args.args]
    defaults = dict(zip(names[len(names) - len(function.args.defaults) :], function.args.defaults, strict=True))
    return defaults.get(name)


def assigned(function: ast.FunctionDef | None, name: str, at: ast.AST) -> ast.expr | None:
    """What a local name was last given before `at`, if that is a sentence, a code or a table; both, if by if and else."""
    if function is None:
        return None
    values, choices = _given(function)
    given = [value for value in values.get(name, []) if value.lineno < getattr(at, "lineno", 0)]
    for test, then, other in choices:
        if given and given[-1] in other.get(name, []) and then.get(name):
            return ast.IfExp(test, then[name][-1], given[-1])
    return given[-1] if given else None


Values = dict[str, list[ast.expr]]


@functools.cache
def _given(function: ast.FunctionDef) -> tuple[Values, list[tuple[ast.expr, Values, Values]]]:
    """What each local name is given, in order; and of each if: its test, what is given in it, what in its else."""
    choices = [
        (node.test, _values(ast.Module(node.body, [])), _values(ast.Module(node.orelse, [])))
        for node in ast.walk(function)
        if isinstance(node, ast.If) and node.orelse
    ]
    return _values(function), choices


def _values(inside: ast.AST) -> Values:
    shown = ast.Constant | ast.JoinedStr | ast.Tuple | ast.List | ast.IfExp
    found: Values = {}
    for node in ast.walk(inside):
        if isinstance(node, ast.Assign) and (isinstance(node.value, shown) or _is_text(node.value)):
            for target in node.targets:
                if isinstance(target, ast.Name) and target.id not in names_in([node.value]):
                    found.setdefault(target.id, []).append(node.value)
    return {name: sorted(values, key=lambda value: value.lineno) for name, values in found.items()}


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Call) and called(node) == "Text"


def page_of(said: list[Said]) -> str:
    """The text of docs/errors.md."""
    lines = [HEAD]
    for package in PACKAGES:
        for title, errors in (("errors", True), ("notices", False)):
            rows = [one for one in said if one.package == package and (one.remedy is not None) == errors]
            if not rows:
                continue
            lines += [f"## {package}: {title}", ""]
            lines += (
                ["| code | meaning | remedy | module |", "|---|---|---|---|"]
                if errors
                else ["| code | meaning | module |", "|---|---|---|"]
            )
            for code in sorted({one.code for one in rows}):
                lines.append(_row(code, [one for one in rows if one.code == code]))
            lines.append("")
    return "\n".join(lines)


def _row(code: str, rows: list[Said]) -> str:
    cells = [f"`{code}`", _sentences([one.problem for one in rows])]
    if rows[0].remedy is not None:
        cells.append(_sentences([one.remedy for one in rows if one.remedy]))
    cells.append(", ".join(f"`{name}`" for name in dict.fromkeys(one.module for one in rows)))
    return "| " + " | ".join(cells) + " |"


def _sentences(texts: list[tuple[str, str]]) -> str:
    shown = [f"{ja} — {en}" if (ja, en) != (OPEN, OPEN) else OPEN for ja, en in dict.fromkeys(texts)]
    return "<br>".join(" ".join(one.split()).replace("|", "\\|").replace("<", "&lt;") for one in shown)


def main() -> None:
    page = page_of(Reader(read_modules()).all_said())
    if "--check" in sys.argv[1:]:
        sys.exit(None if PAGE.read_text(encoding="utf-8") == page else "docs/errors.md is not up to date: run python docs/make_errors.py")
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
