"""What takes long to make is made once in a run of the tests, by whichever worker of pytest-xdist comes first."""

from __future__ import annotations

import os
import pickle
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest

from coverage.result import Result
from geodata.errors import Text
from tests.waiting import wait_until

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "mie"


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], object]) -> Path:
    """The path that `make` wrote, the same for all workers; nobody may change it. Fails for all where it failed."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    path, outcome = base / name, base / f"{name}.outcome"
    try:
        (base / f"{name}.making").mkdir()
    except FileExistsError:
        wait_until(outcome.exists, lambda: f"{name} is still being made")
    else:
        said = "failed"
        try:
            make(path)
            said = ""
        except BaseException:
            said = traceback.format_exc()
            raise
        finally:
            written = outcome.with_suffix(".part")
            written.write_text(said, encoding="utf-8")
            written.rename(outcome)
    if said := outcome.read_text(encoding="utf-8"):
        raise RuntimeError(f"{name} could not be made:\n{said}")
    return path


def write_example_result(path: Path) -> None:
    """Run examples/mie and keep the Result as it is, with the steps that the run told."""
    from coverage.run import run
    from coverage.study import read_study

    steps: list[Text] = []
    result = run(read_study(EXAMPLE), steps.append)
    path.write_bytes(pickle.dumps((result, steps)))


def read_example_result(path: Path) -> tuple[Result, list[Text]]:
    """The Result and the steps that write_example_result kept."""
    result, steps = pickle.loads(path.read_bytes())
    assert isinstance(result, Result)
    return result, steps
