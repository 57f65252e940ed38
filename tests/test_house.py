"""The name `coverage`, the direction of imports, and what may be in the repository."""

import ast
import subprocess
import sys
import tomllib
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import coverage
from tests.waiting import CEILING_S

ROOT = Path(__file__).resolve().parents[1]
LARGEST_FILE = 1_500_000


def tracked() -> list[Path]:
    try:
        names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("git or its folder is not here: what is committed cannot be listed")
    return [ROOT / name for name in names.decode().split("\0") if name and (ROOT / name).is_file()]


def test_coverage_is_ours():
    assert Path(coverage.__file__).resolve() == ROOT / "coverage" / "__init__.py"


@pytest.mark.parametrize("name", ["types", "Coverage"])
def test_numba_steps_aside(name):
    with pytest.raises(ModuleNotFoundError):
        getattr(coverage, name)


def test_nothing_ships_the_coverage_folder():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"] == {"packages": [], "py-modules": ["kengai"]}
    locks = [name.read_text(encoding="utf-8") for name in ROOT.glob("requirements*.lock")]
    assert len(locks) == 3
    for barred in ("coverage==", "pytest-cov==", "numba=="):
        assert not any(line.startswith(barred) for lock in locks for line in lock.splitlines())


def test_locks_name_no_registry():
    for lock in ROOT.glob("requirements*.lock"):
        assert "://" not in lock.read_text(encoding="utf-8"), lock.name


def test_committed_files_are_small_and_name_no_place_of_this_machine():
    for path in tracked():
        assert path.stat().st_size <= LARGEST_FILE, path
        if path.suffix in {".py", ".md", ".toml", ".txt", ".lock", ".sh", ""}:
            assert f"{ROOT}/" not in path.read_text(encoding="utf-8", errors="replace"), path


def test_only_the_screen_imports_streamlit_and_help_is_light():
    """`kengai --help` must not pull in the heavy libraries."""
    code = "import sys, kengai; print(sorted(set(sys.modules) & {'numpy','pandas','geopandas','streamlit','folium'}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=CEILING_S)
    assert done.stdout.strip() == "[]"


def test_imports_run_one_way():
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=CEILING_S,
    )
    assert "0 broken" in done.stdout, done.stdout + done.stderr


def test_no_files_import_each_other_in_a_circle():
    """Imports inside functions count; those under TYPE_CHECKING never run."""
    packages = ("geodata", "coverage", "requests_gen", "screens")
    files = {path.relative_to(ROOT) for package in packages for path in (ROOT / package).rglob("*.py")}
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in files}
    needs: dict[str, set[str]] = {}
    for name, path in names.items():
        tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
        never = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
            for inner in ast.walk(node)
        }
        needs[name] = {
            module if (module := f"{node.module}.{alias.name}") in names else str(node.module)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and id(node) not in never and str(node.module).split(".")[0] in packages
            for alias in node.names
        }
    assert len(needs) > 300
    list(TopologicalSorter(needs).static_order())  # raises CycleError with the files of a circle
