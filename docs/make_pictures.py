"""Pictures of every page for the documents: docs/images/screen_<page>.png, from the embedded example, in Japanese.

    python docs/make_pictures.py [FOLDER]    # FOLDER: a study already run; by default the example beside the program

Needs Chromium and the test dependencies. Run it again whenever a page looks different.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))  # the name `coverage` is also coverage.py's: ours must be found first

from PIL import Image  # noqa: E402
from playwright.sync_api import sync_playwright  # noqa: E402

from app import PAGES  # noqa: E402
from tests.screen_server import ARGUMENTS, CHROMIUM, served, visiting  # noqa: E402

IMAGES = ROOT / "docs" / "images"
LARGEST_BYTES = 200_000
COLOURS = (256, 128, 64)
# what a page shows best; the map with the zone of the first rank
ADDRESSES = {"map": "/map?zone={first}&layers=any.4G"}
QUIET_MS = 1500


def main(study: Path) -> None:
    """Serve a copy of `study`, look at every page, write its picture."""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        copy = Path(shutil.copytree(study, Path(scratch) / "kengai"))
        first = first_zone(copy)
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        with served(copy) as url, visiting(browser, url) as visit:
            for page in PAGES:
                visit.goto(ADDRESSES.get(page.URL, f"/{page.URL}").format(first=first)).idle(QUIET_MS)
                target = IMAGES / f"screen_{page.URL}.png"
                target.write_bytes(small(visit.page.screenshot()))
                print(target.relative_to(ROOT), target.stat().st_size)
            visit.check()
        browser.close()


def first_zone(folder: Path) -> str:
    """The zone of the first rank in the findings under `folder`."""
    ranking = next(folder.rglob("results/ranking.csv"))
    return ranking.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[1]


def small(picture: bytes) -> bytes:
    """The picture with a palette, so that it stays under LARGEST_BYTES."""
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    for colours in COLOURS:
        out = io.BytesIO()
        image.quantize(colours, dither=Image.Dither.NONE).save(out, "PNG", optimize=True)
        if out.tell() <= LARGEST_BYTES:
            break
    return out.getvalue()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "demo")
