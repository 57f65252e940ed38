"""優先順位 on the screen: a moved slider moves the ranking, a link gives it again, a frozen one stays."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from shutil import copytree

import pytest

from requests_gen.registry.registry import open_registry
from requests_gen.results.store import read_result
from requests_gen.workspace.places import find_studies
from tests.waiting import CEILING_S

# Streamlit's own modules warn on import under some versions; that is not ours to fail on
pytestmark = pytest.mark.filterwarnings("ignore")

AT = datetime(2026, 9, 30, 5, 0, tzinfo=UTC)
LINK = "uncovered_population-40~least-1"


@pytest.fixture
def place(busy_place: Path, tmp_path: Path) -> Path:
    """A copy of the busy study, run, with names that are out for trouble."""
    return copytree(busy_place, tmp_path / "2026")


def show(folder: str, lang: str) -> None:
    from pathlib import Path

    from requests_gen.workspace.places import find_studies
    from screens.priorities import show as page
    from screens.shared.opened import Opened
    from screens.shared.shell import errors_in_words

    found = find_studies(Path(folder))[0]
    with errors_in_words(lang):
        page(Opened(found, found.stamp, lang))


def visit(folder: Path, lang: str = "ja", **address: str):
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_function(show, default_timeout=CEILING_S, args=(str(folder), lang))
    for key, value in address.items():
        page.query_params[key] = value
    page.run()
    return whole(page)


def whole(page):
    assert not page.exception
    assert not page.error, [error.value for error in page.error]
    return page


def ranking(page) -> dict[str, int]:
    """{zone: rank} of the list on the page."""
    return page.dataframe[0].value["rank"].to_dict()


def told(elements) -> str:
    """What some elements say, without the signs that keep names from being Markdown."""
    return "\n".join(element.value for element in elements).replace("\\", "").replace("\u2060", "")


def slider(page, key: str):
    return page.slider(key=f"weight {key}")


def press(page, words: str):
    return next(button for button in page.button if words in button.label).click().run()


def test_a_moved_slider_moves_the_ranking_and_the_address(place):
    page = visit(place)
    before = ranking(page)
    whole(slider(page, "uncovered_population").set_value(90.0).run())
    assert ranking(page) != before
    assert "uncovered_population-90" in page.query_params["w"]
    assert "地区の順位が既定と違います" in told(page.caption)
    again = visit(place, w=page.query_params["w"])
    assert ranking(again) == ranking(page)
    assert slider(again, "uncovered_population").value == 90.0
    whole(press(page, "元に戻す"))
    assert ranking(page) == before
    assert "w" not in page.query_params


def test_a_ready_weighting_moves_the_sliders(place):
    page = visit(place)
    whole(page.selectbox(key="weight preset").set_value("need").run())
    points = {s.key: s.value for s in page.slider if not s.disabled}
    need = sum(
        points[f"weight {key}"] for key in ("uncovered_population", "complete_population", "uncovered_households", "uncovered_65plus")
    )
    assert need / sum(points.values()) == pytest.approx(2 / 3, abs=0.05)


@pytest.mark.parametrize("link", ["uncovered_population-40~lea", "roads-4~least-1", "<img src=x>"])
def test_a_broken_link_shows_the_studys_own_ranking_and_says_so(place, link):
    page = visit(place, w=link)
    assert "この調査の重みで表示しています" in page.warning[0].value
    assert ranking(page) == ranking(visit(place))
    assert "w" not in page.query_params


def test_not_all_weights_can_be_0(place):
    page = visit(place, w=LINK)
    whole(slider(page, "uncovered_population").set_value(0.0).run())
    assert any("すべての重みを0には" in warning.value for warning in page.warning)
    assert slider(page, "uncovered_population").value == 40.0


def test_zones_below_the_gate_are_listed_with_the_reason(place):
    page = visit(place)
    before = ranking(page)
    people = read_result(place / "results").zones["uncovered_population"]
    whole(page.number_input(key="weight gate").set_value(float(people.median()) + 0.5).run())
    left = page.dataframe[1].value
    assert len(left)
    assert set(left["why"]) == {"人数が基準未満"}
    assert set(ranking(page)) | set(left.index) == set(before)


def test_a_chosen_zone_that_is_not_ranked_says_why(place):
    first = next(iter(ranking(visit(place))))
    page = visit(place, w="uncovered_population-40~least-100000", zone=first)
    assert page.info[0].value.startswith("順位の付く地区がありません")
    page = visit(place, zone=first)
    assert any("1位、評点" in text.value for text in page.markdown)


def test_looking_writes_nothing(place):
    around = place.parent  # the folder of all years, where the registry would be made
    before = {path: path.stat().st_mtime_ns for path in around.rglob("*") if path.is_file()}
    for part in ("now", "orders", "frozen"):
        visit(place, ranking=part, w=LINK)
    assert {path: path.stat().st_mtime_ns for path in around.rglob("*") if path.is_file()} == before


def test_freezing_needs_a_name_and_then_stays(place):
    page = visit(place, ranking="frozen")
    press(page, "この順位を確定する")
    assert "お名前" in page.error[0].value
    page.text_input(key="freeze who").set_value("山田 <b>").run()
    whole(press(page, "この順位を確定する"))
    assert "第1版として確定しました" in page.success[0].value
    press(page, "この順位を確定する")
    assert "第1版と同じです" in told(page.error)
    page = visit(place, ranking="frozen", w=LINK)
    page.text_input(key="freeze who").set_value("佐藤").run()
    whole(press(page, "この順位を確定する"))
    listed = page.dataframe[0].value
    assert listed["版"].tolist() == [2, 1]
    assert listed["確定した人"].tolist() == ["佐藤", "山田 <b>"]
    assert "点 → " in listed["前の版から変わったこと"].iloc[0]


def test_a_difference_without_a_reason_keeps_the_button_shut(place):
    with open_registry(find_studies(place)[0].workspace) as registry:
        rows = [{"year": 2026, "zone_id": z, "municipal_rank": n, "reason": ""} for z, n in zip(zone_ids(place), (2, 1), strict=True)]
        registry.save("municipal_orders", rows, who="町", at=AT)
    page = visit(place, ranking="frozen")
    assert next(button for button in page.button if "確定する" in button.label).disabled
    assert set(page.dataframe[0].value["違い"]) == {"市町の順では1番目、こちらの順では2番目", "市町の順では2番目、こちらの順では1番目"}
    assert "理由のない地区: 2" in told(visit(place, ranking="orders").caption)


def test_a_municipalitys_file_is_shown_then_saved(place):
    first, second = zone_ids(place)
    page = visit(place, ranking="orders")
    page.text_input(key="orders who").set_value("山田").run()
    table = f"地区ID,市町の順位,理由\n{second},1,橋の工事\n{first},2,\n".encode("utf-8-sig")
    whole(page.file_uploader[0].set_value(("順位.csv", table, "text/csv")).run())
    assert "2地区の順位を読み取りました（変わるもの 2、空欄 0）" in told(page.markdown)
    whole(press(page, "この2件を保存する"))
    assert "2件を保存しました" in told(page.success)
    with open_registry(find_studies(place)[0].workspace) as registry:
        held = registry.municipal_order(2026)
    assert held["municipal_rank"].to_dict() == {second: 1, first: 2}
    assert held.loc[second, "reason"] == "橋の工事"
    assert set(held["who"]) == {"山田"}
    again = visit(place, ranking="orders")
    wrong = f"地区ID,市町の順位\n{first},一番\n".encode("utf-8-sig")
    again.file_uploader[0].set_value(("順位.csv", wrong, "text/csv")).run()
    assert "2行目（一番）" in told(again.error)


def test_what_somebody_else_saved_is_shown_to_whoever_is_not_writing(place):
    first, _ = zone_ids(place)
    page = visit(place, ranking="orders")
    page.selectbox(key="orders municipality").set_value(first[:5]).run()
    with open_registry(find_studies(place)[0].workspace) as registry:
        rows = [{"year": 2026, "zone_id": first, "municipal_rank": 7, "reason": ""}]
        registry.save("municipal_orders", rows, who="町", at=AT)
    whole(page.run())
    assert page.dataframe[0].value.loc[first, "municipal_rank"] == 7


def test_weights_go_into_the_study_after_their_lines_were_shown(place):
    page = visit(place, ranking="frozen", w=LINK)
    assert "+uncovered_population = 40.0" in page.code[0].value
    before = (place / "study.toml").read_bytes()
    whole(press(page, "study.toml に書く"))
    assert "調査を実行" in page.success[0].value
    assert (place / "study.toml.old").read_bytes() == before
    assert "uncovered_population = 40.0" in (place / "study.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", ["now", "orders", "frozen"])
def test_in_english_too(place, part):
    page = visit(place, "en", ranking=part)
    assert page.title[0].value == "Priorities"


@pytest.mark.browser
def test_in_the_browser(busy_url, visitor):
    """Keys on a slider move the list; the address gives it to someone else; the sheet can be taken away."""
    from playwright.sync_api import expect

    look = visitor(f"{busy_url}/priorities")
    page = look.page
    page.get_by_role("slider").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    expect(page.get_by_text("重みを動かした試算です")).to_be_visible()
    expect(page.get_by_text("なぜこの順位か")).to_be_visible()
    look.idle()
    assert "w=" in page.url
    other = visitor(page.url.replace("?", "?ranking=frozen&")).page
    with other.expect_download() as taken:
        other.get_by_role("button", name="CSVで保存").first.click()
    text = Path(taken.value.path()).read_bytes().decode("utf-8-sig")
    assert "'=HYPERLINK" in text
    assert taken.value.suggested_filename == "優先順位_2026_now.csv"


def zone_ids(folder: Path) -> list[str]:
    """Two zones of one municipality, in the order of the ranking, not tied."""
    rank = read_result(folder / "results").ranking["rank"].dropna()
    town = rank.index.str[:5]
    one = rank[town == town[0]].drop_duplicates()
    return [str(zone) for zone in one.index[:2]]
