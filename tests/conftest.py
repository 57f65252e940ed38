"""What every test may lean on: the shared public data when it is there, and closed sockets."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from coverage.result import Result
from geodata.errors import Text
from tests.golden_option import pytest_addoption
from tests.made_once import made_once, read_example_result, write_example_result
from tests.screen_server import OPEN_VISITS, browser, busy_place, busy_url, mini_place, mini_url, visitor

__all__ = ["browser", "busy_place", "busy_url", "mini_place", "mini_url", "pytest_addoption", "visitor"]

# the same worlds in every run, so that a change is judged by what it changed; KENGAI_LAWS=new looks for new ones
settings.register_profile("same", derandomize=True)
if os.environ.get("KENGAI_LAWS") != "new":
    settings.load_profile("same")

ROOT = Path(__file__).resolve().parents[1]
SHARED_DATA = ROOT.parent / "shared" / "data"


# files that take longest begin first: one of them left for the end would keep the other workers waiting
LONGEST = (
    "test_screen_files.py",
    "test_screen_safety.py",
    "test_demo.py",
    "test_letter_example.py",
    "test_screen_papers.py",
    "test_screen_priorities.py",
    "test_screen_map.py",
    "test_run.py",
    "test_example_run.py",
    "test_screen_years.py",
    "test_screen_explore.py",
    "test_example.py",
    "test_share_laws.py",
    "test_survey_example.py",
    "test_data_run.py",
    "test_registry_load.py",
    "test_screen_cycle.py",
    "test_data_look.py",
    "test_change.py",
    "test_reply_intake.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """LONGEST first, in that order; the others stay as they are."""
    place = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


@pytest.fixture
def shared_data() -> Path:
    """The folder of real public data beside the checkout; skips, saying so, where it is absent."""
    if not SHARED_DATA.is_dir():
        pytest.skip("../shared/data is not here: tests on real public data are left out")
    return SHARED_DATA


@pytest.fixture(scope="session")
def example_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, list[Text]]:
    """What is found in examples/mie and the steps told, run once for all tests; not to be changed."""
    return read_example_result(made_once(tmp_path_factory, "example_result.pickle", write_example_result))


@pytest.fixture(scope="session")
def example_result(example_run: tuple[Result, list[Text]]) -> Result:
    """What is found in examples/mie."""
    return example_run[0]


@pytest.fixture(scope="session")
def demo_made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo of all years as tests.demo_made wrote it, made once for all tests; not to be changed."""
    from tests.demo_made import write_demo

    return made_once(tmp_path_factory, "demo_made", write_demo)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing may leave the machine: connecting anywhere but loopback fails the test."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            raise AssertionError(f"a test tried to reach {address}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Streamlit's AppTest leaves a script of its own as __main__, which processes started later would run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed before a browser says what the page showed then."""
    report = yield
    if report.failed and report.when != "teardown":
        report.sections += [("the page", visit.seen()) for visit in OPEN_VISITS]
    return report
