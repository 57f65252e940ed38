"""The map of the screen: its files, what a run sends, and how it behaves in a browser."""

from __future__ import annotations

import base64
import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.result import Result
from geodata.grid import Grid
from requests_gen.web_map.data import KINDS, zones_part
from requests_gen.web_map.page import TEMPLATES, leaflet_css, leaflet_js, map_frame_html
from requests_gen.web_map.raster import (
    PIXEL,
    CellClass,
    Window,
    lack_5g_classes,
    mask,
    mask_window,
    mercator,
    packed,
    population_classes,
    unpacked,
)
from requests_gen.web_map.words import MAP_WORDS
from screens.map.figures import _outside_all
from tests.screen_server import ROOT, _stop, _wait_healthy, free_port
from tests.worlds import HOSTILE, world

pytestmark = pytest.mark.filterwarnings("ignore")  # of Streamlit's own modules


@pytest.fixture(scope="module")
def result() -> Result:
    return world(unpublished=("c",))


@pytest.fixture(scope="module")
def files(result: Result) -> Any:
    from screens.map_component.content_files import make_map_files

    made = make_map_files(result, "ja")
    made.lay_out()
    return made


# ---- masks ----


def test_mercator_is_projs() -> None:
    from pyproj import Transformer

    lon, lat = np.array([135.0, 136.5, 141.3]), np.array([34.0, 34.7, 43.1])
    x, y = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(lon, lat)
    assert np.allclose(mercator(lon, lat), (x, y), atol=1e-3)


def in_degrees(square: Any) -> Any:
    """A shape of Mercator metres in degrees."""
    radius = 6378137.0
    return shapely.transform(
        np.array([square], object), lambda xy: np.degrees(np.column_stack([xy[:, 0] / radius, np.arctan(np.sinh(xy[:, 1] / radius))]))
    )


@pytest.mark.parametrize(("south", "lower_row"), [(0.51, 0), (0.49, 0b01100000)])
def test_a_mask_by_hand(south: float, lower_row: int) -> None:
    """A square over the middle columns of a window of 4 × 2, far beyond its north: half of a pixel is enough."""
    window = Window(0.0, 2 * PIXEL, 4, 2)
    square = shapely.box(PIXEL, PIXEL * south, 3 * PIXEL, 50 * PIXEL)
    assert mask(in_degrees(square), "EPSG:4326", window).tolist() == [[0b01100000], [lower_row]]


def test_a_mask_of_nothing_is_empty() -> None:
    assert mask(np.empty(0, object), "EPSG:4326", Window(0.0, 0.0, 9, 2)).tolist() == [[0, 0], [0, 0]]


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1))
@settings(deadline=None, max_examples=30)
def test_a_packed_mask_comes_back(nx: int, ny: int, seed: int) -> None:
    bits = np.packbits(np.random.default_rng(seed).random((ny, nx)) < 0.5, axis=1)
    assert (unpacked(packed(bits), Window(0.0, 0.0, nx, ny)) == bits).all()


def test_the_window_holds_the_grid() -> None:
    grid = Grid(136.0, 34.0, 0.003125, 0.0020833, 24, 30, "EPSG:6668")
    window = mask_window(grid)
    west, south, east, north = grid.bounds
    (left, right), (bottom, top) = mercator(np.array([west, east]), np.array([south, north]))
    assert 0 <= left - window.west < PIXEL
    assert 0 <= window.north - top < PIXEL
    assert window.west + window.nx * PIXEL >= right
    assert window.north - window.ny * PIXEL <= bottom


# ---- classes ----


def test_population_classes_by_hand() -> None:
    people = pd.Series([np.nan, 0.0, 0.4, 9.9, 10.0, 49.0, 50.0, 200.0, 999.0, 1000.0, 54321.0])
    assert population_classes(people).tolist() == [CellClass.UNKNOWN, CellClass.NOBODY, 2, 2, 3, 3, 4, 5, 5, 6, 6]


def test_lacking_5g_by_hand(result: Result) -> None:
    """4G and 5G; 4G alone; neither; 5G alone; and the same where one carrier never told its 5G."""
    from dataclasses import replace

    shares = result.shares.iloc[:4].copy()
    for carrier in ("a", "b", "c", "any"):
        shares[(carrier, "4G")], shares[(carrier, "5G")] = [1.0, 0.5, 0.1, 0.0], [1.0, 0.49, 0.0, 1.0]
    told = replace(result, shares=shares)
    assert lack_5g_classes(told).tolist() == [CellClass.OUTSIDE, CellClass.LACKING, CellClass.OUTSIDE, CellClass.OUTSIDE]
    shares = shares.copy()
    shares[("c", "5G")] = np.nan
    assert lack_5g_classes(replace(result, shares=shares)).tolist() == [
        CellClass.OUTSIDE,
        CellClass.UNKNOWN,
        CellClass.OUTSIDE,
        CellClass.OUTSIDE,
    ]


# ---- files ----


def test_files_hold_names_as_text_and_lie_beside_nobody(files: Any, result: Result) -> None:
    from screens.map_component.content_files import folder

    zones = json.loads(files.contents[files.names["zones"]])
    assert [zone["id"] for zone in zones] == list(files.ids) == list(result.ranking.index)
    assert HOSTILE[0] in {zone["name"] for zone in zones}
    assert all((folder() / name).is_file() for name in files.names.values())
    assert not any("_" in name for name in files.names.values())


def test_a_name_is_the_content(files: Any, result: Result) -> None:
    from screens.map_component.content_files import make_map_files

    again, english = make_map_files(result, "ja"), make_map_files(result, "en")
    assert again.names == files.names
    assert again.masks == files.masks
    assert english.names["zones"] == files.names["zones"]
    assert english.names["ground"] != files.names["ground"]


def test_what_was_removed_is_laid_out_again(files: Any) -> None:
    from screens.map_component.content_files import folder

    name = files.coverage(("a", "4G"))
    for gone in (files.names["zones"], name):
        (folder() / gone).unlink()
    files.lay_out()
    assert (folder() / files.names["zones"]).is_file()
    assert files.coverage(("a", "4G")) == name
    assert (folder() / name).is_file()


def test_any_carrier_is_all_of_them_together(files: Any) -> None:
    from screens.map_component.content_files import folder

    def bits(key: tuple[str, str]) -> Any:
        return unpacked((folder() / files.coverage(key)).read_bytes(), files.window)

    assert (bits(("any", "4G")) == bits(("a", "4G")) | bits(("b", "4G")) | bits(("c", "4G"))).all()
    assert files.coverage(("c", "5G")) is None
    assert files.masks["c", "5G"] == ()


def test_only_the_oldest_files_go(files: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import os

    from screens.map_component import content_files

    monkeypatch.setattr(content_files, "folder", lambda: tmp_path)
    monkeypatch.setattr(content_files, "MOST_FILES", 3)
    (tmp_path / content_files.PAGE).write_text("page")
    for age in range(3):
        (tmp_path / f"old-{age}.bin").write_bytes(b"")
        os.utime(tmp_path / f"old-{age}.bin", (1000 + age, 1000 + age))
    content_files._put("new-1.bin", b"x")
    assert sorted(path.name for path in tmp_path.iterdir()) == [content_files.PAGE, "new-1.bin", "old-1.bin", "old-2.bin"]


def test_a_map_without_zones_is_a_map(result: Result) -> None:
    from screens.map_component.content_files import make_map_files
    from screens.map_component.map import MapState, arguments

    none = make_map_files(result, "ja", [])
    assert none.ids == ()
    assert json.loads(none.contents[none.names["zones"]]) == []
    assert arguments(none, MapState(visible=()), "map", 400)["visible"] == ""


# ---- what a run sends ----


def test_a_run_sends_little_and_all_of_it(files: Any) -> None:
    from screens.map_component.map import Focus, MapState, arguments

    visible, kinds = files.ids[1::2], {files.ids[0]: "grown"}
    sent = arguments(
        files,
        MapState(
            visible=visible,
            selected=files.ids[1],
            kinds=kinds,
            layers=(("any", "4G"), ("c", "5G")),
            show=frozenset({"population", "tiles"}),
            focus=Focus(3, zone_id=files.ids[0]),
        ),
        "map",
        400,
    )
    bits = np.unpackbits(np.frombuffer(base64.b64decode(sent["visible"]), np.uint8))[: len(files.ids)]
    assert [zone for zone, bit in zip(files.ids, bits, strict=True) if bit] == list(visible)
    assert sent["kinds"][0] == chr(97 + KINDS.index("grown"))
    assert set(sent["kinds"][1:]) == {"-"}
    assert [layer["url"] is None for layer in sent["coverage"]] == [False, True]
    assert set(sent["cells"]) == {"population"}
    assert len(json.dumps(sent)) < 3000


@pytest.mark.parametrize(
    "wrong",
    [
        {"visible": ("24201-999",)},
        {"selected": "x"},
        {"kinds": {"24201-001": "purple"}},
        {"layers": (("z", "4G"),)},
        {"show": frozenset({"roads"})},
    ],
)
def test_a_page_that_asks_for_nothing_known_is_told(files: Any, wrong: dict[str, Any]) -> None:
    from screens.map_component.map import MapState, arguments

    with pytest.raises(ValueError, match="no such things"):
        arguments(files, MapState(**wrong), "map", 400)


def test_a_click_on_a_zone_of_another_study_is_no_zone(files: Any) -> None:
    from screens.map_component.map import MapClick, click_of

    sent = {"zone": files.ids[0], "lon": 136.1, "lat": 34.1, "count": 7}
    assert click_of(sent, files) == MapClick(files.ids[0], 136.1, 34.1, 7)
    assert click_of(sent | {"zone": "99999-001"}, files) == MapClick(None, 136.1, 34.1, 7)
    assert click_of(None, files) is None


def test_zones_of_any_map(result: Result) -> None:
    zone = {
        "id": "n",
        "name": HOSTILE[0],
        "municipality": "x",
        "kind": "came_back",
        "geometry": shapely.box(136, 34, 136.01, 34.01),
        "rank": None,
    }
    made = zones_part([zone], result)[0]
    assert made["kind"] == "came_back"
    assert 13_600_000 < made["x"] < 13_601_000
    with pytest.raises(ValueError, match="kinds"):
        zones_part([zone | {"kind": "?"}], result)


# ---- the page in the frame ----


def test_the_frame_may_load_only_what_it_says() -> None:
    page = map_frame_html()
    policy = html.unescape(re.search(r'Policy" content="([^"]*)"', page).group(1))
    assert "default-src 'none'" in policy
    assert "connect-src 'self'" in policy
    own = page.replace(leaflet_js(), "").replace(leaflet_css(), "")
    hosts = set(re.findall(r"https?://([^/\"' ;]+)", own))
    assert hosts == {"cyberjapandata.gsi.go.jp", "maps.gsi.go.jp"}
    assert page == map_frame_html()


def test_every_kind_has_a_look_and_words() -> None:
    script = (TEMPLATES / "map_draw.js").read_text(encoding="utf-8")
    drawn = re.findall(r"^    (\w+): \{ fill:", script, re.M)
    assert sorted(drawn) == sorted(KINDS)
    looks = re.findall(r'hatch: "(\w+)", (?:dash: "([^"]*)", )?', script)
    shapes = re.findall(r"shape: (.*) \},$", script, re.M)
    assert len(set(looks)) >= len(KINDS) - 1  # upright hatches: no5g and grown, never on one map
    assert len(set(shapes)) == len(KINDS)
    assert set(KINDS) <= set(MAP_WORDS)


# ---- in the browser ----

APP = """
import sys
sys.path.insert(0, {root!r})
import streamlit as st
from screens.map_component.map import Focus, MapState, last_click, map_files, zone_map
from tests.worlds import world

st.set_page_config(layout="wide")
result = st.cache_resource(world)(unpublished=("c",))
files = map_files(result, "test", st.query_params.get("lang", "ja"))
click = last_click(files, key="map")
if st.button("to the third"):
    st.session_state.moves = st.session_state.get("moves", 0) + 1
if st.button("grown"):
    st.session_state.kinds = {{zone: "grown" for zone in files.ids}}
few = st.checkbox("few")
moves = st.session_state.get("moves")
names = st.query_params.get("layers", "any.4G,a.4G,c.5G").split(",")
state = MapState(
    visible=files.ids[:3] if few else None, selected=click and click.zone_id, kinds=st.session_state.get("kinds"),
    layers=tuple(tuple(name.split(".")) for name in names),
    show=frozenset(st.query_params.get("show", "borders,facilities,population,no5g").split(",")),
    focus=Focus(moves, zone_id=files.ids[2]) if moves else None,
)
with st.expander("fold", expanded=True):
    zone_map(files, state, key="map", height=st.query_params.get("height") == "low" and 300 or 480)
st.text(f"clicked {{click}}")
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = tmp_path_factory.mktemp("map_app") / "app.py"
    script.write_text(APP.format(root=str(ROOT)), encoding="utf-8")
    log = script.with_name("server.log")
    port = free_port()
    running = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), f"--server.port={port}"],
        cwd=ROOT,
        stdout=log.open("ab"),
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        _wait_healthy(f"http://127.0.0.1:{port}/_stcore/health", running, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        _stop(running)


def frame_of(visit: Any) -> Any:
    """The map's own document, once something is drawn on it."""
    visit.page.frame_locator("iframe").locator("html[data-drawn]").wait_for()
    return next(frame for frame in visit.page.frames if "zone_map" in frame.url)


@pytest.mark.browser
def test_it_draws_zones_layers_and_a_legend_that_needs_no_colour(address: str, visitor: Any) -> None:
    visit = visitor(address)
    frame = frame_of(visit)
    assert frame.locator(".zone-mark").count() > 5
    assert frame.locator(".leaflet-tile-pane canvas").count() > 3
    legend = frame.locator("#legend").inner_text()
    for words in ("凡例", "架空", "甲通信 4G", "丙テレコム 5G", "未公表", "不明（0人ではありません）", "避難所", "5Gなし"):
        assert words in legend
    assert frame.locator("#legend svg").count() >= 1
    assert visit.page.locator("iframe").first.get_attribute("title") == MAP_WORDS["screen_map_label"].ja
    assert frame.evaluate("map_kengai.getContainer().getAttribute('aria-label')") == MAP_WORDS["screen_map_label"].ja


@pytest.mark.browser
def test_a_marker_and_any_place_are_told_to_the_page(address: str, visitor: Any, result: Result) -> None:
    visit = visitor(address)
    frame = frame_of(visit)
    box = frame.locator(".zone-mark", has_text=re.compile("^2$")).bounding_box()
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    told = visit.page.get_by_text(re.compile("clicked MapClick"))
    told.wait_for()
    assert f"zone_id='{result.ranking.index[1]}'" in told.inner_text()
    assert frame.locator(".zone-mark.chosen").count() == 1
    frame.locator(".folium-map").click(position={"x": 330, "y": 60})
    visit.page.get_by_text(re.compile("zone_id=None, lon=13")).wait_for()
    assert frame.locator(".cross").count() == 1


@pytest.mark.browser
def test_hostile_names_stay_text(address: str, visitor: Any) -> None:
    visit = visitor(address)
    frame = frame_of(visit)
    for mark in frame.locator(".zone-mark").all()[:6]:
        mark.hover(force=True)
    frame.evaluate("map_kengai.setZoom(12, {animate: false})")
    assert frame.locator("img[src='x']").count() == 0
    assert HOSTILE[0] in frame.evaluate("JSON.stringify([...document.querySelectorAll('.town')].map(e => e.textContent))")
    assert frame.evaluate("window.__ran") is None


@pytest.mark.browser
def test_the_same_place_twice_and_few_zones(address: str, visitor: Any) -> None:
    visit = visitor(address)
    frame = frame_of(visit)
    go, centre = visit.page.get_by_role("button", name="to the third"), "map_kengai.getCenter().toString()"
    before = frame.evaluate(centre)
    go.click()
    frame.wait_for_function("before => map_kengai.getCenter().toString() !== before", arg=before)
    there = frame.evaluate(centre)
    frame.evaluate("map_kengai.panBy([300, 0], {animate: false})")
    go.click()
    frame.wait_for_function("there => map_kengai.getCenter().toString() === there", arg=there)
    all_marks = frame.locator(".leaflet-control-whole a")
    all_marks.click()
    visit.page.get_by_text("few").click()
    frame.wait_for_function("() => document.querySelectorAll('.zone-mark').length <= 3")
    visit.page.get_by_role("button", name="grown").click()
    frame.wait_for_function("() => document.getElementById('legend').innerText.includes('広がった地区')")
    assert frame.locator("#legend svg").count() == 1


@pytest.mark.browser
def test_folded_away_and_resized_it_is_not_blank(address: str, visitor: Any) -> None:
    visit = visitor(address)
    frame = frame_of(visit)
    visit.page.get_by_text("fold").click()
    visit.page.locator("iframe").first.wait_for(state="hidden")
    visit.page.get_by_text("fold").click()
    visit.page.set_viewport_size({"width": 900, "height": 700})
    frame = frame_of(visit)
    frame.wait_for_function("() => map_kengai.getSize().x > 300 && map_kengai.getSize().x < 900")
    frame.wait_for_function("() => document.querySelectorAll('.zone-mark').length > 3")


@pytest.mark.browser
def test_pan_and_zoom_run_nothing_and_keep_their_place(address: str, visitor: Any) -> None:
    visit = visitor(address)
    frame = frame_of(visit)
    drawn = frame.evaluate("document.documentElement.dataset.drawn")
    frame.evaluate("map_kengai.setView([34.03, 136.02], 13, {animate: false})")
    frame.locator("#legend input[type=range]").fill("40")
    visit.idle()
    assert frame.evaluate("document.documentElement.dataset.drawn") == drawn
    visit.page.reload()
    visit.idle()
    assert frame_of(visit).evaluate("map_kengai.getZoom()") == 13


@pytest.mark.browser
def test_tiles_are_asked_for_only_when_told_and_do_no_harm(address: str, browser: Any) -> None:
    from tests.screen_server import visiting

    with visiting(browser, f"{address}/?show=borders,tiles") as visit:
        frame = frame_of(visit)
        frame.locator("#trouble:visible").wait_for()
        assert "地理院タイルを読み込めません" in frame.locator("#trouble").inner_text()
        assert visit.hosts == {"127.0.0.1", "cyberjapandata.gsi.go.jp"}
        assert frame.locator(".zone-mark").count() > 5
        assert "国土地理院" in frame.locator(".leaflet-control-attribution").inner_text()


def test_people_outside_what_nobody_published_are_unknown_not_none() -> None:
    rows = pd.DataFrame({"uncovered_population_5G": [np.nan, np.nan], "uncovered_population_4G": [np.nan, 3.0]})
    assert "不明" in _outside_all(rows, "5G", "4G", all_published=False, lang="ja").note
    assert "公表した全社のエリア外人口 4G 3人" in _outside_all(rows, "4G", "4G", all_published=False, lang="ja").note
