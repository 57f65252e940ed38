"""Pictures of docs/walkthrough.md: docs/images/walk_<step>.png, one year's work seen in the embedded example.

    python docs/make_walkthrough.py FOLDER   # FOLDER: what `kengai demo --out FOLDER` made

Needs Chromium and the test dependencies, as make_pictures.py does.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the name `coverage` is also coverage.py's: ours must be found first

from playwright.sync_api import sync_playwright  # noqa: E402

from docs.make_pictures import IMAGES, QUIET_MS, first_zone, small  # noqa: E402
from tests.screen_server import ARGUMENTS, CHROMIUM, Visit, served, visiting  # noqa: E402


def part(name: str) -> Callable[[Visit], None]:
    """Open the part of the page whose switch bears this name."""

    def act(visit: Visit) -> None:
        page = visit.page
        found = page.get_by_role("tab", name=name).or_(page.get_by_role("radio", name=name))
        found.or_(page.get_by_role("button", name=name)).first.click()
        visit.idle(QUIET_MS)

    return act


@dataclass(frozen=True)
class Step:
    """One picture: where to go, and what to do there before it is taken."""

    name: str
    address: str
    acts: tuple[Callable[[Visit], None], ...] = ()


STEPS = (
    Step("1_data", "/data"),
    Step("2_map", "/map?zone={first}&layers=any.4G"),
    Step("3_survey", "/cycle", (part("照会（市町）"),)),
    Step("4_priorities", "/priorities"),
    Step("5_frozen", "/priorities", (part("確定"),)),
    Step("6_letters", "/letters"),
    Step("7_replies", "/cycle", (part("回答（事業者）"), part("要確認"))),
    Step("8_progress", "/cycle", (part("進捗"),)),
    Step("9_years", "/years"),
)


def main(workspace: Path, only: str = "") -> None:
    """Serve a copy of `workspace` and take every picture whose name begins with `only`."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        copy = Path(shutil.copytree(workspace, Path(scratch) / "kengai"))
        first = first_zone(copy)
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        with served(copy) as url, visiting(browser, url) as visit:
            for step in (step for step in STEPS if step.name.startswith(only)):
                visit.goto(step.address.format(first=first)).idle(QUIET_MS)
                for act in step.acts:
                    act(visit)
                target = IMAGES / f"walk_{step.name}.png"
                target.write_bytes(small(visit.page.screenshot()))
                print(target.relative_to(ROOT), target.stat().st_size)
            visit.check()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:3])
