"""The page with the map in a real Chromium: seconds until painted, bytes on the wire, memory after long use.

    python -m benchmarks.screen_bench [folder of a study already run]

The study is Mie at 250 m: about 92,000 cells, 1,600 to 1,800 zones, 8 layers of 125,000 vertices that all differ.
Times run from the browser's own event (a key, a pointer) to what is painted, on the page's clock. The peers draw
the same zones (nothing else) on a plain page in the same run: benchmarks/screen_peers.py.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
WINDOW = {"width": 1366, "height": 768}
TRIES = 15
LONG_USE = 200
VERTICES = 125_000

MAKE = """
import sys
sys.path.insert(0, ".")
from pathlib import Path
from benchmarks.screen_world import write_world
write_world(Path(sys.argv[1]), int(sys.argv[2]))
"""

# when the visitor acted, anywhere on the page or in a frame of it, and when what was waited for stood there
CLOCK = """
for (const kind of ["pointerdown", "keydown"]) addEventListener(kind, () => { top.__acted = performance.timeOrigin + performance.now(); }, true);
window.__until = (text, before) => new Promise(done => {
  const met = new Function("before", "return " + text), began = performance.now();
  const look = () => {
    let is = false;
    try { is = met(before); } catch { is = false; }
    if (is || performance.now() - began > 60000) done(is ? performance.timeOrigin + performance.now() : NaN);
    else requestAnimationFrame(look);
  };
  look();
});
"""
OURS = "document.querySelector('iframe[src*=zone_map]')"
DRAWN = f"{OURS}.contentDocument.documentElement.dataset.drawn"
CENTRE = f"{OURS}.contentWindow.map_kengai.getCenter().toString()"
# the middles of markers that lie free on the map and are not the chosen one
MARKS = """() => {
  const frame = document.querySelector('iframe[src*=zone_map]'), box = frame.getBoundingClientRect(), inside = frame.contentDocument;
  return [...inside.querySelectorAll('.zone-mark:not(.chosen)')].map(mark => [mark, mark.getBoundingClientRect()])
    .map(([mark, at]) => [mark, at.x + at.width / 2, at.y + at.height / 2])
    .filter(([mark, x, y]) => mark.contains(inside.elementFromPoint(x, y)))
    .map(([, x, y]) => [x + box.x, y + box.y]).filter(([, y]) => y < innerHeight);
}"""
CARD = "document.querySelector('.kengai-card')?.innerText || ''"
QUIET = "document.querySelector('[data-testid=stApp]').dataset.testScriptState === 'notRunning'"
FIRST = f"Boolean({DRAWN}) && {QUIET} && Boolean(document.querySelector('[data-testid=stDataFrame] canvas'))"


class Visit:
    """One browser window, what came over the wire, and the clock."""

    def __init__(self, browser: Any) -> None:
        self.context = browser.new_context(viewport=WINDOW, locale="ja-JP")
        self.context.add_init_script(CLOCK)
        self.page = self.context.new_page()
        self.wire = self.context.new_cdp_session(self.page)
        self.bytes = {"socket": 0, "map": 0, "other": 0}
        self.asked: dict[str, str] = {}
        self.wire.send("Network.enable")
        self.wire.send("Performance.enable")
        self.wire.on("Network.requestWillBeSent", lambda told: self.asked.update({told["requestId"]: told["request"]["url"]}))
        self.wire.on("Network.loadingFinished", self._loaded)
        self.wire.on("Network.webSocketFrameReceived", self._received)

    def _loaded(self, told: dict[str, Any]) -> None:
        kind = "map" if "/component/" in self.asked.get(told["requestId"], "") else "other"
        self.bytes[kind] += int(told["encodedDataLength"])

    def _received(self, told: dict[str, Any]) -> None:
        data, binary = told["response"]["payloadData"], told["response"]["opcode"] == 2
        self.bytes["socket"] += len(data) * 3 // 4 if binary else len(data)

    def timed(self, act: Callable[[], Any], until: str, before: str = "null") -> float:
        """Seconds from what `act` does to `until` (JavaScript, may compare with `before` as it was)."""
        self.page.evaluate(f"top.__acted = 0; top.__reached = __until({until!r}, {before}); 0")
        act()
        acted, reached = self.page.evaluate("top.__reached.then(at => [top.__acted, at])")
        if not acted or reached != reached:
            raise RuntimeError(f"never happened: {until}")
        return float(reached - acted) / 1000

    def heap_mb(self) -> float:
        """JavaScript memory after a collection."""
        self.wire.send("HeapProfiler.collectGarbage")
        told = self.wire.send("Performance.getMetrics")["metrics"]
        return float(next(item["value"] for item in told if item["name"] == "JSHeapUsedSize")) / 1e6


@contextmanager
def server(*command: str) -> Iterator[tuple[str, int]]:
    """(address, process id) of a script served by streamlit, ended afterwards."""
    from tests.screen_server import HOME, _stop, _wait_healthy, free_port

    port = free_port()
    log = Path(tempfile.mkdtemp(prefix="kengai-bench-")) / "server.log"
    with log.open("wb") as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", command[0], f"--server.port={port}", "--", *command[1:]],
            cwd=ROOT,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_healthy(f"http://{HOME}:{port}/_stcore/health", running, log)
        yield f"http://{HOME}:{port}", running.pid
    finally:
        _stop(running)


def opened(browser: Any, address: str) -> tuple[Visit, float]:
    """A fresh visit, and seconds from asking for the page to its map and table standing there."""
    visit = Visit(browser)
    visit.page.goto(address, wait_until="commit")
    reached = visit.page.evaluate(f"__until({FIRST!r})")
    return visit, float(reached - visit.page.evaluate("performance.timeOrigin")) / 1000


def filters(visit: Visit, tries: int = TRIES) -> list[float]:
    """Seconds from Enter in the field of the least people to a map and table drawn anew."""
    field = visit.page.get_by_role("spinbutton").first
    seconds = []
    for number in range(tries):
        field.fill(str(5 + number * 3))
        seconds.append(visit.timed(lambda: field.press("Enter"), f"{DRAWN} !== before && {QUIET}", DRAWN))
    return seconds


def zone_clicks(visit: Visit, tries: int = TRIES) -> list[float]:
    """Seconds from pressing a marker to the zone's card."""
    seconds = []
    for number in range(tries):
        places = visit.page.evaluate(MARKS)
        x, y = places[number * 7 % len(places)]
        seconds.append(visit.timed(lambda x=x, y=y: visit.page.mouse.click(x, y), f"({CARD}) !== before", CARD))
        visit.page.evaluate(f"__until({QUIET!r})")
    return seconds


def row_clicks(visit: Visit, tries: int = 8) -> list[float]:
    """Seconds from pressing a row of the table to the map standing at its zone."""
    box = visit.page.locator("[data-testid=stDataFrame]").first.bounding_box()
    seconds = []
    for number in range(tries):
        y = box["y"] + 35 + 35 * (number % 4) + 17
        seconds.append(visit.timed(lambda y=y: visit.page.mouse.click(box["x"] + 16, y), f"{CENTRE} !== before", CENTRE))
        visit.page.evaluate(f"__until({QUIET!r})")
    return seconds


def rss_mb(process: int) -> float:
    """Resident memory of a process."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmRSS")).split()[1]) / 1024


def told(name: str, seconds: list[float], target: str) -> None:
    print(f"  {name:28s}: median {median(seconds):.2f} s, worst {max(seconds):.2f} s   (target {target})")


def ours(browser: Any, study: Path) -> dict[str, float]:
    """Print and return what our page takes."""
    with server("app.py", str(study)) as (address, process):
        address += "/?layers=any.4G&show=borders,population"
        visit, cold = opened(browser, address)
        warm = []
        for _ in range(4):
            visit.context.close()  # a window that is not in front paints nothing
            visit, seconds = opened(browser, address)
            warm.append(seconds)
        sent = (visit.bytes["map"] + visit.bytes["socket"]) / 1000
        print(f"  first page, cold server     : {cold:.2f} s")
        told("first page, warm server", warm, "≤ 1.5 s")
        print(
            f"  first load besides Streamlit: {sent:.0f} kB (map {visit.bytes['map'] / 1000:.0f}, socket {visit.bytes['socket'] / 1000:.0f}; target ≤ 1000 kB)"
        )
        before = sum(visit.bytes.values())
        changed = filters(visit)
        wire = (sum(visit.bytes.values()) - before) / 1000 / len(changed)
        told("filter → painted", changed, "median ≤ 0.4 s, worst ≤ 1 s")
        print(f"  on the wire a filter change : {wire:.0f} kB   (target ≤ 150 kB)")
        clicked, rows = zone_clicks(visit), row_clicks(visit)
        told("zone click → card", clicked, "median ≤ 0.5 s")
        told("row → map", rows, "≤ 0.5 s")
        long_use(visit, process)
        visit.context.close()
    return {"first": median(warm), "filter": median(changed), "click": median(clicked), "wire": wire}


def long_use(visit: Visit, process: int) -> None:
    """Memory of the server and the page after LONG_USE interactions, against that after the first few."""
    start = rss_mb(process), visit.heap_mb()
    for _ in range(LONG_USE // (2 * TRIES) + 1):
        filters(visit)
        zone_clicks(visit)
    end = rss_mb(process), visit.heap_mb()
    for name, a, b in zip(("server", "page's scripts"), start, end, strict=True):
        print(f"  memory after {LONG_USE} uses, {name:14s}: {a:.0f} → {b:.0f} MB ({100 * (b / a - 1):+.0f} %; target < +10 %)")


def peer(browser: Any, study: Path, way: str) -> dict[str, float]:
    """The same zones by folium.GeoJson, in a frame or through streamlit-folium."""
    with server("benchmarks/screen_peers.py", str(study / "results"), way) as (address, _):
        first: list[float] = []
        last = None
        for _ in range(3):
            if last:
                last.context.close()
            visit = Visit(browser)
            visit.page.goto(address, wait_until="commit")
            reached = visit.page.evaluate("__until('Boolean(window.__painted)')")
            first.append(float(reached - visit.page.evaluate("performance.timeOrigin")) / 1000)
            last, visit_bytes = visit, sum(visit.bytes.values())
        field = last.page.get_by_role("spinbutton").first
        changed = []
        for number in range(6):
            field.fill(str(5 + number * 3))
            changed.append(last.timed(lambda: field.press("Enter"), f"window.__painted > before && {QUIET}", "window.__painted"))
        wire = (sum(last.bytes.values()) - visit_bytes) / 1000 / len(changed)
        return {"first": median(first[1:]), "filter": median(changed), "wire": wire}


def main(study: Path | None = None) -> dict[str, float]:
    """Print everything; make the study first unless a folder with one is given."""
    from playwright.sync_api import sync_playwright

    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    print("\nthe page with the map: 250 m cells of Mie, 8 layers × 125k vertices, real Chromium")
    print(f"  others on this machine       : load {load:.1f} on {cores} cores; seconds count only where it is well below {cores}")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        if study is None:
            study = Path(name)
            subprocess.run([sys.executable, "-c", MAKE, str(study), str(VERTICES)], cwd=ROOT, check=True)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
        found = ours(browser, study)
        for way in ("iframe", "st_folium"):
            try:
                other = peer(browser, study, way)
            except RuntimeError as failed:
                print(f"  folium.GeoJson by {way}: left out ({failed})")
                continue
            ratios = ", ".join(f"{what} {other[what]:.2f} ({other[what] / found[what]:.1f}×)" for what in ("first", "filter"))
            print(f"  folium.GeoJson by {way:9s}  : {ratios} s, {other['wire']:.0f} kB a change ({other['wire'] / found['wire']:.0f}×)")
        browser.close()
    return found


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
