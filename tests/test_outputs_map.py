"""map.html: one file, nothing fetched, names as text; what it draws is what was found."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.result import Result
from requests_gen.runs.outputs import write_outputs
from requests_gen.web_map.data import UNITS_A_DEGREE, encoded, map_data, zone_class
from requests_gen.web_map.page import leaflet_css, leaflet_js, map_html, script_json
from requests_gen.web_map.raster import RUN_LETTERS, classes, raster, runs
from requests_gen.wording.captions import caption
from tests.worlds import HOSTILE, world


@pytest.fixture(scope="module")
def result() -> Result:
    return world(unpublished=("c",))


@pytest.fixture(scope="module")
def page(result: Result) -> str:
    return map_html(result, caption(result, "ja"))


def test_nothing_points_outside(page: str) -> None:
    """Addresses stand in Leaflet's own text only; no element loads anything."""
    own = page.replace(leaflet_js(), "").replace(leaflet_css(), "")
    assert not re.search(r"https?://", own)
    assert not re.search(
        r"<(?:link|iframe|img)\b|\bsrc=|@import|url\((?!#)", re.sub(r'<script type="application/json".*?</script>', "", own, flags=re.S)
    )
    assert "default-src 'none'" in html.unescape(page)
    assert page.startswith('<!DOCTYPE html>\n<html lang="ja">')
    assert "unpkg" not in page
    assert "cdn" not in own.lower()


def test_hostile_names_cannot_end_the_script(page: str, result: Result) -> None:
    assert page.count("</script>") == 4
    assert "<img" not in page
    held = re.search(r'<script type="application/json" id="kengai-data">(.*?)</script>', page, re.S)
    assert held
    data = json.loads(held.group(1))
    names = {zone["name"] for zone in data["zones"]}
    assert set(HOSTILE) <= names | {HOSTILE[3]}


@given(st.text())
def test_script_json_is_json_and_only_json(text: str) -> None:
    written = script_json({"name": text})
    assert json.loads(written) == {"name": text}
    assert not set("<>&\u2028\u2029") & set(written)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=40), st.integers(1, 4))
@settings(deadline=None)
def test_runs_give_the_raster_back(values: list[int], width: int) -> None:
    raster = np.array(values * width, np.uint8).reshape(width, -1)
    found = re.findall(r"([a-f])(\d*)", runs(raster))
    back = [RUN_LETTERS.index(letter) for letter, times in found for _ in range(int(times or 1))]
    assert back == raster.ravel().tolist()


def test_classes_by_hand() -> None:
    """0, a third, a half, all, not published; and a pixel outside."""
    shares = np.array([0.0, 0.33, 0.5, 1.0, np.nan])
    assert classes(shares, np.array([[0, 1, 2], [3, 4, -1]])).tolist() == [[1, 2, 3], [4, 5, 0]]


def decoded(shape: list[list[list[int]]]) -> Any:
    rings = [[np.cumsum(np.array(ring).reshape(-1, 2), axis=0) / UNITS_A_DEGREE for ring in polygon] for polygon in shape]
    return shapely.MultiPolygon([(polygon[0], polygon[1:]) for polygon in rings])


def test_shapes_come_back_to_a_metre(result: Result) -> None:
    shapes = result.zones.geometry.to_numpy(object)
    for shape, steps in zip(shapes, encoded(shapes, result.grid.crs), strict=True):
        assert shapely.hausdorff_distance(shape, decoded(steps)) < 1.5 / UNITS_A_DEGREE


def test_points_on_a_straight_line_go_and_holes_stay() -> None:
    """A square with a square hole, its south side in three pieces."""
    square = shapely.Polygon([(0, 0), (1, 0), (2, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    [[[outer, hole]]] = encoded(np.array([square], object), "EPSG:6668")
    assert len(outer) == len(hole) == 8
    assert decoded([[outer, hole]]).equals(square)


def test_what_the_page_draws_is_what_was_found(result: Result) -> None:
    data = map_data(result, caption(result, "ja"))
    assert [zone["id"] for zone in data["zones"]] == list(result.ranking.index)
    assert [(layer["carrier"], layer["generation"]) for layer in data["layers"] if not layer["runs"]] == [("c", "5G")]
    first = data["zones"][0]
    assert sum(first["parts"]) == pytest.approx(first["score"], abs=0.05)
    assert first["marks"][2][1] == "－"
    assert len(data["facilities"]) == len(result.places)


def test_zone_classes() -> None:
    assert [zone_class(value) for value in (3.0, 0.0, float("nan"))] == ["complete", "partial", "unknown"]


def test_a_grid_in_metres_is_looked_up() -> None:
    """Cells of a metric grid lie where PROJ says; the middle of the raster is the middle of the grid."""
    import pandas as pd

    from geodata.grid import Grid

    grid = Grid(0.0, -200_000.0, 1000.0, 1000.0, 8, 6, "EPSG:6674")
    j, i = (part.ravel() for part in np.indices(grid.shape))
    place, window = raster(grid, pd.DataFrame({"i": i, "j": j}))
    assert place.shape == (window["ny"], window["nx"])
    assert 135 < window["west"] < 136.1
    seen = place[place >= 0]
    assert set(seen.tolist()) == set(range(48))
    assert place[place.shape[0] // 4, place.shape[1] // 4] // 8 == 1


# ---- in the browser ----


@pytest.fixture(scope="module")
def folder(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("map") / "結果"
    write_outputs(result, out)
    return out


@pytest.fixture
def opened(browser: Any, folder: Path) -> Iterator[Any]:
    """map.html in a window of 1366 × 768; fails on any request, console message or error of the page."""
    window = browser.new_page(viewport={"width": 1366, "height": 768})
    asked: list[str] = []
    said: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.on("console", lambda message: said.append(message.text))
    window.on("pageerror", lambda error: said.append(str(error)))
    window.goto((folder / "map.html").as_uri())
    window.wait_for_selector("html[data-ready]")
    yield window
    assert [url for url in asked if not url.startswith(("data:", "blob:"))] == [(folder / "map.html").as_uri()]
    assert said == []
    assert window.evaluate("window.__ran") is None
    window.close()


@pytest.mark.browser
def test_zones_are_drawn_and_listed(opened: Any, result: Result) -> None:
    assert opened.locator("#rows button").count() == len(result.ranking)
    assert opened.locator(".zone-mark").count() > 5
    coloured = opened.evaluate(
        """() => [...document.querySelectorAll(".leaflet-overlay-pane canvas")].some(canvas => {
            const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data;
            return pixels.some((value, k) => k % 4 === 3 && value > 0);
        })"""
    )
    assert coloured
    assert opened.locator(".leaflet-tile-pane canvas").count() > 0
    assert opened.locator(".leaflet-control-scale").is_visible()
    assert "架空" in opened.locator(".fictitious").inner_text()


@pytest.mark.browser
def test_a_row_shows_its_card_by_keyboard(opened: Any, result: Result) -> None:
    opened.locator("#search").focus()
    opened.keyboard.press("Tab")  # the list itself scrolls, so it takes the focus where a browser wants it so
    while opened.evaluate("document.activeElement.tagName") != "BUTTON":
        opened.keyboard.press("Tab")
    opened.keyboard.press("ArrowDown")
    opened.keyboard.press("Enter")
    second = result.ranking.index[1]
    card = opened.locator("#card")
    assert second in card.inner_text()
    assert result.zones.loc[second, "name"].replace("\u2028", "") in card.locator("h2").inner_text().replace("\u2028", "")
    assert card.locator(".parts .bar").count() == 6
    assert card.locator("table td").count() == 3 * 2
    assert opened.locator("tr[aria-current]").count() == 1


@pytest.mark.browser
def test_a_marker_opens_the_same_card(opened: Any) -> None:
    opened.locator("#legend summary").click()  # out of the way
    marker = opened.locator(".zone-mark").first
    marker.click(force=True)
    assert opened.locator("#card h2").count() == 1
    opened.locator("#card .close").click()
    assert opened.locator("#card h2").count() == 0


@pytest.mark.browser
def test_hostile_names_print_as_text(opened: Any) -> None:
    names = opened.locator("#rows button span").all_inner_texts()
    assert HOSTILE[0] in names
    assert HOSTILE[1] in names
    assert HOSTILE[2] in names
    assert opened.locator("img[src='x']").count() == 0
    for marker in opened.locator(".zone-mark").all()[:8]:
        marker.hover(force=True)
    assert opened.locator("img[src='x']").count() == 0


@pytest.mark.browser
def test_search_and_layers(opened: Any, result: Result) -> None:
    opened.locator("#search").fill(result.ranking.index[3])
    assert opened.locator("#rows button:visible").count() == 1
    opened.locator("#search").fill("そんな地区はない")
    assert opened.locator("#rows button:visible").count() == 0
    opened.locator("#search").fill("")
    boxes = opened.locator("#legend input")
    for number in range(boxes.count()):
        boxes.nth(number).check()
    assert boxes.count() == 1 + 4 * 2 - 1
    assert "未公表" in opened.locator("#legend").inner_text()


@pytest.mark.browser
def test_coverage_edges_lie_right_in_mercator(browser: Any, folder: Path, result: Result) -> None:
    """A point just inside a covered cell is tinted, one just outside is not, high up and low down alike."""
    window = browser.new_page(viewport={"width": 1366, "height": 768})
    window.goto((folder / "map.html").as_uri())
    window.wait_for_selector("html[data-ready]")
    shares = result.shares[("any", "4G")].to_numpy().reshape(result.grid.ny, result.grid.nx)
    grid, tried = result.grid, 0
    for j in (0, grid.ny // 2, grid.ny - 1):
        edges = np.flatnonzero((shares[j, :-1] > 0.05) & (shares[j, 1:] <= 0.05))
        for i in edges[:1]:
            lat = grid.south + (j + 0.5) * grid.dy
            inside, outside = (grid.west + (i + 1 + step) * grid.dx for step in (-0.1, 0.1))
            assert tint(window, lat, inside)
            assert not tint(window, lat, outside)
            tried += 1
    assert tried
    window.close()


def tint(window: Any, lat: float, lon: float) -> bool:
    """Whether the coverage tile at a place is painted, looked at closely."""
    window.evaluate("([lat, lon]) => map_kengai.setView([lat, lon], 16, {animate: false})", [lat, lon])
    window.wait_for_timeout(250)
    return bool(
        window.evaluate(
            """([lat, lon]) => {
                const at = map_kengai.latLngToContainerPoint([lat, lon]), frame = map_kengai.getContainer().getBoundingClientRect();
                return [...document.querySelectorAll(".leaflet-tile-pane canvas")].some(tile => {
                    const box = tile.getBoundingClientRect(), x = at.x + frame.left - box.left, y = at.y + frame.top - box.top;
                    if (x < 0 || y < 0 || x >= box.width || y >= box.height) return false;
                    return tile.getContext("2d").getImageData(Math.floor(x), Math.floor(y), 1, 1).data[3] > 0;
                });
            }""",
            [lat, lon],
        )
    )


@pytest.mark.browser
def test_intake_page_is_quiet_and_plain(browser: Any, folder: Path) -> None:
    window = browser.new_page()
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url))
    window.goto((folder / "intake.html").as_uri())
    assert asked == [(folder / "intake.html").as_uri()]
    text = window.locator("main").inner_text()
    assert HOSTILE[0] in text
    assert "△ 直して使用" in text
    assert "12件のうち10件を使い、2件を除きました。" in text
    window.close()
