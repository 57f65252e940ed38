"""Every page: it opens, asks no other host, shows names as text, and keeps visitors apart."""

from __future__ import annotations

import http.client
import re
import shutil
import string
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app import PAGES
from screens.shared.escape import PUNCTUATION, WORD_JOINER, as_html, as_written
from tests.busy_study import CARRIER_NAMES, HOSTILE_NAMES
from tests.screen_server import Visitor, served
from tests.test_screen_explore import ranking
from tests.waiting import CEILING_S

pytestmark = pytest.mark.filterwarnings("ignore")
TROUBLE = ("redacted to prevent data leaks", "Traceback", "表示できませんでした", "could not be shown", "Page not found")
STUDY_NAME = "いたずら<img src=x onerror=window.__ran=1>の県"


@given(st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]) | st.sampled_from(string.punctuation)))
@settings(deadline=None, max_examples=200)
def test_as_written_escapes_every_sign_and_changes_nothing_else(text: str) -> None:
    shown = as_written(text)
    assert re.sub(r"\\(.)", r"\1", shown).replace(WORD_JOINER, "") == text.replace(WORD_JOINER, "")
    assert not PUNCTUATION.search(re.sub(r"\\.", "", shown))


@pytest.mark.parametrize("text", [":material/home:", "http://example.invalid", "a@example.invalid", "www.example.invalid", "->", "--"])
def test_what_is_found_after_escaping_is_broken_up(text: str) -> None:
    assert text not in re.sub(r"\\(.)", r"\1", as_written(text))


def test_as_html() -> None:
    assert as_html("<b a='\"'>&") == "&lt;b a=&#x27;&quot;&#x27;&gt;&amp;"


@pytest.mark.browser
def test_every_page_opens_by_its_address(busy_url: str, visitor: Visitor) -> None:
    """With names that try to be markup all around; the visit's own checks (hosts, script, console) come at the end."""
    visit = visitor(f"{busy_url}/")
    visit.page.wait_for_url(f"**/{PAGES[0].URL}")
    for page in PAGES:
        text = visit.goto(f"/{page.URL}").text()
        assert not [words for words in TROUBLE if words in text], page.URL
        assert STUDY_NAME in text, page.URL
        assert "架空のエリアです" in text, page.URL
        assert visit.page.get_by_test_id("stTopNavLink").filter(has_text=page.TITLE.ja).count() == 1
        assert visit.page.evaluate("document.documentElement.lang") == "ja"
        visit.check()


@pytest.mark.browser
def test_all_pages_in_english_by_the_menu(busy_url: str, visitor: Visitor) -> None:
    """The language stays while pages change, and stands in every address."""
    visit = visitor(f"{busy_url}/?lang=en")
    for page in PAGES:
        visit.page.get_by_test_id("stTopNavLink").filter(has_text=page.TITLE.en).click()
        visit.page.wait_for_url(f"**/{page.URL}?*lang=en*")
        text = visit.idle().text()
        assert not [words for words in TROUBLE if words in text], page.URL
        assert "Fictitious areas" in text, page.URL


@pytest.mark.browser
def test_hostile_names_are_text(busy_place: Path, busy_url: str, visitor: Visitor) -> None:
    zones = {row["name"].removeprefix("'"): row["zone_id"] for row in ranking(busy_place)}
    named = [name for name in HOSTILE_NAMES if name in zones]
    assert len(named) >= 5
    visit = visitor(f"{busy_url}/map?zone={zones[named[0]]}&lacking=a,b,c")
    assert named[0] in visit.page.locator(".kengai-card .head").first.inner_text()
    text = visit.text()
    for carrier in CARRIER_NAMES:
        assert carrier in text
    search = visit.page.get_by_label("地区名で探す").first
    search.fill(named[1])
    search.press("Enter")
    visit.page.wait_for_url(f"**q={quote(named[1][:1])}*")
    assert not [words for words in TROUBLE if words in visit.idle().text()]


@pytest.mark.browser
def test_two_visitors_do_not_see_each_other(busy_place: Path, busy_url: str, visitor: Visitor) -> None:
    whole = f"{len(ranking(busy_place))}地区"
    first = visitor(f"{busy_url}/map")
    second = visitor(f"{busy_url}/map?town=24203&lang=en")
    assert whole in first.text()
    assert whole not in second.text()
    first.page.reload()
    first.idle()
    assert whole in first.text()
    assert "架空のエリアです" in first.text()


@pytest.mark.browser
def test_the_map_lives_without_the_inputs(mini_place: Path, tmp_path: Path, visitor: Visitor) -> None:
    """Input files moved away after the run: pages show the last good run. A broken store is told in words."""
    study = shutil.copytree(mini_place, tmp_path / "survey")
    for path in study.glob("*.geojson"):
        path.unlink()
    with served(study, KENGAI_LOG_DIR=str(tmp_path / "log")) as url:
        people = sum(float(row["population"]) for row in ranking(study))
        visit = visitor(f"{url}/map")
        assert f"{people:,.0f}人" in visit.text()
        store = study / "results" / "findings" / "store.json"
        store.write_bytes(store.read_bytes()[:100])
        manifest = study / "results" / "manifest.json"
        manifest.write_text(manifest.read_text(encoding="utf-8") + "\n", encoding="utf-8")
        text = visit.goto("/map").text()
        assert "直し方" in text
        assert "Traceback" not in text


HANDSHAKE = {
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def answer(url: str, **headers: str) -> int:
    """The status of a handshake with the socket over which everything is shown and done."""
    host = urlsplit(url).netloc
    connection = http.client.HTTPConnection(host, timeout=CEILING_S)
    try:
        connection.request("GET", "/_stcore/stream", headers={"Origin": f"http://{host}", **HANDSHAKE, **headers})
        return connection.getresponse().status
    finally:
        connection.close()


def test_another_sites_page_cannot_reach_the_screen(mini_url: str) -> None:
    """Neither under a foreign name (DNS rebinding) nor from a foreign origin."""
    assert answer(mini_url) == 101
    assert answer(mini_url, Host="evil.example", Origin="http://evil.example") == 403
    assert answer(mini_url, Origin="http://evil.example") == 403
