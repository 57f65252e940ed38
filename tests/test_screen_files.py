"""データ: a file goes in, the study is run, the findings change; what is wrong is told and changes nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import pytest
import shapely

from requests_gen.runs.background import reported_run, status_file
from requests_gen.runs.previous_results import former_folder
from requests_gen.workspace.places import StudyPlace, find_studies
from tests.hand_world import box
from tests.screen_server import Visit, served
from tests.test_data_run import tree
from tests.waiting import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.filterwarnings("ignore")]


@pytest.fixture
def place(mini_place: Path, tmp_path: Path) -> StudyPlace:
    """A study already run, of this test's own."""
    return find_studies(copytree(mini_place, tmp_path / "mie"))[0]


@pytest.fixture
def url(place: StudyPlace) -> Iterator[str]:
    with served(place.folder) as address:
        yield address


def area(path: Path, shapes: list[shapely.Geometry], crs: str | None = "urn:ogc:def:crs:EPSG::6668") -> Path:
    features = [
        {"type": "Feature", "properties": {"name": "<img src=x onerror=window.__ran=1>"}, "geometry": shapely.geometry.mapping(shape)}
        for shape in shapes
    ]
    named = {"type": "name", "properties": {"name": crs}} if crs else None
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": named, "features": features}))
    return path


def upload(visit: Visit, *files: Path) -> None:
    visit.page.locator("input[type=file]").set_input_files([str(file) for file in files])
    visit.page.get_by_text("2. ").first.wait_for()
    visit.idle(500)


def choose(visit: Visit, label: str, option: str) -> None:
    box_of_choice = visit.page.get_by_role("combobox", name=label).first
    box_of_choice.click()
    box_of_choice.press_sequentially(option)
    visit.page.get_by_role("option", name=option, exact=True).wait_for()
    box_of_choice.press("Enter")
    visit.idle(500)


def say_whose(visit: Visit, carrier: str, generation: str, day: str) -> None:
    choose(visit, "事業者", carrier)
    choose(visit, "世代", generation)
    date = visit.page.get_by_test_id("stDateInput").get_by_role("spinbutton").first
    date.click()
    visit.page.keyboard.type(day.replace("-", ""), delay=30)
    visit.page.keyboard.press("Escape")
    visit.page.get_by_role("heading", name="2. ").click()
    visit.idle(500)


def test_a_file_goes_in_and_the_findings_change(place, url, visitor, tmp_path):
    stamp, uncovered = place.stamp, (place.results / "summary.json").read_text(encoding="utf-8")
    visit = visitor(f"{url}/data?part=put")
    upload(visit, area(tmp_path / "新しいエリア.geojson", [box(0, 0, 3, 2)]))
    assert "○ そのまま使用" in visit.text()
    assert visit.page.get_by_test_id("stImage").locator("img").count() == 1
    say_whose(visit, "架空アルファ", "4G", "2026-09-30")
    assert "data/新しいエリア.geojson" in visit.text()
    assert not (place.folder / "data").exists()  # shown before it is done
    visit.page.get_by_role("button", name="この調査に入れる").click()
    visit.page.get_by_text("調査に入れました").wait_for()
    assert (place.folder / "data" / "新しいエリア.geojson").exists()
    assert place.stamp == stamp  # the findings wait for the run

    visit.goto("/data?part=run")
    visit.page.get_by_role("button", name="調査を実行").click()
    # a click that the page has not passed on yet would be lost with the page, on a busy machine
    wait_until(lambda: status_file(place.results).exists(), visit.text)
    visit.page.reload()  # a reload does not lose the run
    visit.page.get_by_text("実行が終わりました").wait_for()
    visit.idle()
    assert place.stamp != stamp
    assert (place.results / "summary.json").read_text(encoding="utf-8") != uncovered
    assert (former_folder(place.results) / "manifest.json").exists()
    visit.goto("/data")
    assert "結果は今のファイルのものです" in visit.text()
    visit.goto("/data?part=put")
    visit.page.get_by_text("最後に入れたファイルを取り消す").click()
    visit.page.get_by_role("button", name="取り消して元に戻す").click()
    visit.page.get_by_text("設定は元に戻りました").wait_for()
    assert not (place.folder / "data" / "新しいエリア.geojson").exists()


def test_what_is_wrong_is_told_and_changes_nothing(place, url, visitor, tmp_path):
    before = tree(place.folder)
    visit = visitor(f"{url}/data?part=put")
    bad = tmp_path / "`rm` **<img src=x onerror=window.__ran=1>**.geojson"
    bad.write_text('{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": "Po')
    upload(visit, bad)
    assert "× 使用できない" in visit.text()
    assert "直し方" in visit.text()
    assert visit.page.get_by_role("button", name="この調査に入れる").count() == 0
    assert "Traceback" not in visit.text()
    assert tree(place.folder) == before

    visit.goto("/data?part=put")
    upload(visit, area(tmp_path / "no_crs.geojson", [box(0, 0, 3, 2)], crs=None))
    assert "座標の決まり（座標系）はどれですか" in visit.text()
    assert "調べた結果" not in visit.text()
    visit.page.get_by_text("緯度経度・世界測地系 JGD2011").click()
    visit.idle(500)
    assert visit.page.get_by_test_id("stImage").locator("img").count() == 1
    assert tree(place.folder) == before


def test_a_failed_run_and_a_run_elsewhere(place, url, visitor):
    before = tree(place.results)
    visit = visitor(f"{url}/data?part=run")
    with reported_run(status_file(place.results), lambda step: None):  # someone else runs it
        visit.goto("/data?part=run")
        assert "実行しています" in visit.text()
        assert visit.page.get_by_role("button", name="調査を実行").count() == 0
    visit.page.get_by_text("最後にこの画面から実行したのは").wait_for()  # that one wrote nothing here
    visit.idle()
    (place.folder / "alpha_4g.geojson").write_text("{")
    visit.page.get_by_role("button", name="調査を実行").click()
    visit.page.get_by_text("実行できませんでした").wait_for()
    visit.idle()
    assert "はそのままです" in visit.text()
    assert "alpha_4g.geojson" in visit.text()
    assert tree(place.results) == before

    (place.folder / "alpha_5g.geojson").unlink()
    visit.goto("/data?lang=en")
    assert "1 files are missing" in visit.text()
    assert "unpublished" in visit.text() or visit.page.get_by_test_id("stDataFrame").count() == 2
    visit.goto("/data?part=run&lang=en")
    assert visit.page.get_by_role("button", name="Run the study").is_disabled()
