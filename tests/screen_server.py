"""The real screen in a real browser: the app as its own process, Chromium, and visitors who may go nowhere else.

Fixtures (registered in conftest.py): `mini_place`, `busy_place` = folders with a study already run;
`mini_url`, `busy_url` = the app served on a copy of them; `browser`; `visitor` = a function url -> Visit.

    def test_it_opens(busy_url, visitor):
        visit = visitor(f"{busy_url}/map?lang=en")
        expect(visit.page.get_by_role("heading", name="Map")).to_be_visible()

When the test ends, a visit fails it if the page asked any other host, ran a name as script, or broke in our code.
Waits are conditions (`Visit.idle`, `expect`), never sleeps, and all have the ceiling of waiting.py. A wait that
fails says what the page showed, and leaves a picture of it.
"""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.made_once import made_once
from tests.waiting import CEILING_MS, wait_until

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OFFICE_SCREEN = {"width": 1366, "height": 768}
HOME = "127.0.0.1"
QUIET_MS = 300

# when the page last changed, and whether a name was run as script
WATCH = """
window.__changed = performance.now();
new MutationObserver(() => { window.__changed = performance.now(); })
  .observe(document, {subtree: true, childList: true, attributes: true, characterData: true});
"""
IDLE = """quiet => {
  const app = document.querySelector('[data-testid="stApp"]');
  return app && app.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
    && performance.now() - window.__changed > quiet;
}"""
# Streamlit tries <deep link>/_stcore/… before it finds its own address: two answers of 404 that mean nothing
PROBES = re.compile(r"/_stcore/(health|host-config)$")

Visitor = Callable[..., "Visit"]
OPEN_VISITS: list[Visit] = []  # conftest.py says what they show when a test fails


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOME, 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(folder: Path | None, log: Path | None = None, **environment: str) -> Iterator[str]:
    """The app on `folder`, as people start it: gives its address, and is surely gone afterwards.

    log: where the server's own words go (by default a file of its own: they are shown when it does not start).
    """
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), f"--server.port={port}"]
    command += ["--", str(folder)] if folder else []
    with TemporaryDirectory() as own, (log := log or Path(own, "server.log")).open("ab") as out:
        server = subprocess.Popen(
            command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env={**os.environ, **environment}, start_new_session=True
        )
        try:
            _wait_healthy(f"http://{HOME}:{port}/_stcore/health", server, log)
            yield f"http://{HOME}:{port}"
        finally:
            _stop(server)


def _wait_healthy(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    def healthy() -> bool:
        if server.poll() is not None:
            raise RuntimeError(f"the screen ended at once with {server.returncode}: {_last_words(log)}")
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                return bool(answer.read() == b"ok")
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    wait_until(healthy, lambda: _last_words(log))


def _last_words(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2_000:]


def _stop(server: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started (its own process group)."""
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if server.poll() is None:
            os.killpg(server.pid, sign)
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
    server.wait()


@dataclass
class Visit:
    """One person's page. `page` is Playwright's."""

    page: Any
    home: str
    hosts: set[str] = field(default_factory=set)
    errors: list[str] = field(default_factory=list)  # uncaught in the page, or said as errors in the console

    def idle(self, quiet_ms: int = QUIET_MS) -> Visit:
        """Wait until Streamlit has finished and nothing changed for `quiet_ms`."""
        self.page.wait_for_function(IDLE, arg=quiet_ms, timeout=CEILING_MS)
        return self

    def goto(self, path: str) -> Visit:
        """Another page by its address, e.g. "/map?lang=en"."""
        self.page.goto(self.home + path)
        return self.idle()

    def text(self) -> str:
        """Everything written on the page."""
        return str(self.page.locator("body").inner_text())

    def seen(self) -> str:
        """What a person would see now, for the message of a test that failed: address, text, file of a picture."""
        picture = Path(mkdtemp(prefix="kengai-seen-")) / "page.png"
        try:
            self.page.screenshot(path=str(picture), timeout=10_000)
            return f"the page {self.page.url} showed ({picture}):\n{self.text()[:3_000]}"
        except Exception as error:  # noqa: BLE001 (a browser that is gone must not hide why the test failed)
            return f"the page could not be looked at: {error}"

    def check(self) -> None:
        """No other host was asked, no name ran as script, nothing broke."""
        assert self.hosts <= {HOME}, f"other hosts were asked: {sorted(self.hosts - {HOME})}"
        assert not any(_ran(frame) for frame in self.page.frames), "a name was run as script"
        assert not self.errors, self.errors


def _ran(frame: Any) -> bool:
    return bool(frame.evaluate("() => Boolean(window.__ran)"))


@contextmanager
def visiting(browser: Any, url: str, **options: Any) -> Iterator[Visit]:
    """A fresh visitor (own session, own storage) at `url`, once the page is idle. Other hosts are blocked."""
    parts = urlsplit(url)
    context = browser.new_context(viewport=OFFICE_SCREEN, locale="ja-JP", **options)
    context.set_default_timeout(CEILING_MS)
    context.add_init_script(WATCH)
    page = context.new_page()
    visit = Visit(page, f"{parts.scheme}://{parts.netloc}")

    def gate(route: Any) -> None:
        host = urlsplit(route.request.url).hostname
        visit.hosts.add(str(host))
        if host == HOME:
            route.continue_()
        else:
            route.abort("blockedbyclient")

    context.route(lambda address: not address.startswith(("data:", "blob:")), gate)
    page.on("websocket", lambda socket: visit.hosts.add(str(urlsplit(socket.url).hostname)))
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("console", lambda said: _hear(visit, said))
    OPEN_VISITS.append(visit)
    try:
        page.goto(url)
        yield visit.idle()
    except Exception as error:
        error.add_note(visit.seen())
        raise
    finally:
        OPEN_VISITS.remove(visit)
        context.close()


def _hear(visit: Visit, said: Any) -> None:
    address = said.location.get("url", "")
    if said.type == "error" and not PROBES.search(address):
        visit.errors.append(f"{said.text} ({address})")


def run_study(study: Path) -> Path:
    """Run the study in `study` as `kengai run` does, and return the folder."""
    from coverage.run import run
    from coverage.study.study import read_study
    from requests_gen.runs.outputs import write_outputs
    from requests_gen.runs.zone_ids import save_zone_ids
    from requests_gen.workspace.places import find_studies

    result = run(read_study(study))
    write_outputs(result, find_studies(study)[0].results)
    save_zone_ids(result)
    return study


@pytest.fixture(scope="session")
def mini_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study of mini_study.py, run. Shared by all tests: copy it before changing anything."""
    from tests.mini_study import write_mini_study

    return made_once(tmp_path_factory, "mini", lambda home: run_study(write_mini_study(home / "survey"))) / "survey"


@pytest.fixture(scope="session")
def busy_place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study of busy_study.py (36 settlements, hostile names), run. Shared: copy it before changing anything."""
    from tests.busy_study import write_busy_study

    return made_once(tmp_path_factory, "busy", lambda home: run_study(write_busy_study(home / "survey"))) / "survey"


@pytest.fixture(scope="session")
def mini_url(mini_place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a copy of mini_place."""
    with served(copytree(mini_place, tmp_path_factory.mktemp("mini_served") / "survey")) as url:
        yield url


@pytest.fixture(scope="session")
def busy_url(busy_place: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The app on a copy of busy_place."""
    with served(copytree(busy_place, tmp_path_factory.mktemp("busy_served") / "survey")) as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium, one for all tests; they skip, saying so, where it is missing."""
    if not CHROMIUM.is_file():
        pytest.skip(f"{CHROMIUM} is not here: tests that look at the screen are left out")
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    sync_api.expect.set_options(timeout=CEILING_MS)
    with sync_api.sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visitor(browser: Any) -> Iterator[Visitor]:
    """visitor(url, **options of the browser's context) -> Visit, checked and closed when the test ends."""
    from contextlib import ExitStack

    visits: list[Visit] = []
    with ExitStack() as open_visits:

        def visit(url: str, **options: Any) -> Visit:
            visits.append(open_visits.enter_context(visiting(browser, url, **options)))
            return visits[-1]

        yield visit
        for made in visits:
            made.check()
