"""照会・回答 on the screen: a file seen and taken in, an answer typed in, a doubt settled, the progress."""

from __future__ import annotations

from datetime import UTC, datetime
from shutil import copytree

import pytest

from requests_gen.registry.registry import open_registry
from requests_gen.replies.form import ReplyForm, write_reply_form
from requests_gen.replies.review import open_review_items
from requests_gen.results.store import read_result
from requests_gen.runs.zone_ids import register_zone_ids
from requests_gen.survey.new_places import PLACE
from requests_gen.workspace.places import find_studies
from tests.reply_world import letter
from tests.screen_server import served, visiting
from tests.sheet_distorter import filled
from tests.waiting import CEILING_S

# Streamlit's own modules warn on import under some versions; that is not ours to fail on
pytestmark = pytest.mark.filterwarnings("ignore")

AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
ZONES = ("24201-001", "24202-001")  # both carriers lack them


@pytest.fixture
def place(mini_place, tmp_path):
    """The small study in a year's folder, its ids registered, a letter to alpha sent."""
    found = find_studies(copytree(mini_place, tmp_path / "2026"))[0]
    register_zone_ids(read_result(found.results), "担当", AT)
    with open_registry(found.workspace) as registry:
        registry.record_letter(letter("alpha", list(ZONES)), who="担当", at=AT)
    return found


def form(place, answers):
    with open_registry(place.workspace) as registry:
        names = registry.zones()["name"]
    rows = names[list(ZONES)].rename_axis("zone_id").reset_index().assign(municipality="甲市")
    data = write_reply_form(
        None,
        ReplyForm(
            letter_id="2026-alpha-1",
            fiscal_year=2026,
            carrier_key="alpha",
            carrier_name="架空アルファ",
            form_version="1",
            deadline_text="令和９年１月２９日",
            fictitious=True,
            draft=False,
        ),
        rows,
    )
    return filled(data, answers)


def replies(place):
    with open_registry(place.workspace) as registry:
        table = registry.replies(2026).set_index("zone_id")
        return table["answer"].to_dict(), table["who"].to_dict(), open_review_items(registry)


def show(folder: str, lang: str) -> None:
    from pathlib import Path

    from requests_gen.workspace.places import find_studies
    from screens.replies import page as cycle
    from screens.shared.opened import Opened

    place = find_studies(Path(folder))[0]
    cycle.show(Opened(place, place.stamp, lang))


def visit(place, lang="ja", **address):
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_function(show, default_timeout=CEILING_S, args=(str(place.folder), lang))
    for key, value in address.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def said(page) -> str:
    kinds = (page.error, page.warning, page.success, page.info, page.text, page.caption, page.markdown)
    return "\n".join(each.value for kind in kinds for each in kind).replace("\\", "").replace("\u2060", "")


def press(page, label):
    (button,) = [each for each in page.button if label in each.label]
    button.click().run()
    assert not page.exception
    return page


def field(page, label):
    kinds = (page.text_input, page.selectbox)
    return next(each for kind in kinds for each in kind if label in each.label)


def test_an_answer_is_typed_in(place):
    page = visit(place, cycle="replies", replies="type")
    field(page, "地区（").set_value(ZONES[0])
    field(page, "事業者").set_value("alpha")
    field(page, "回答区分").set_value("C1")
    field(page, "困難の理由").set_value("1、4")
    press(page, "この回答を保存する")
    assert "お名前" in said(page)
    assert replies(place)[0] == {}
    field(page, "お名前").set_value("山田")
    press(page, "この回答を保存する")
    assert "保存しました" in said(page)
    assert replies(place)[:2] == ({ZONES[0]: "C1"}, {ZONES[0]: "山田"})


def test_what_is_typed_wrong_is_told(place):
    page = visit(place, cycle="replies", replies="type")
    field(page, "お名前").set_value("山田")
    field(page, "回答区分").set_value("A2")
    field(page, "予定時期").set_value("来年")
    press(page, "この回答を保存する")
    assert "予定時期が読めません" in said(page)
    assert "事業者が分かりません" in said(page)
    assert replies(place)[0] == {}


def test_a_doubt_is_settled_and_what_was_written_is_kept(place, tmp_path):
    from requests_gen.replies.import_replies import take_in

    path = tmp_path / "回答.xlsx"
    path.write_bytes(form(place, {ZONES[0]: {"[1]回答区分": "検討します"}}))
    with open_registry(place.workspace) as registry:
        take_in(registry, path, {"alpha": "架空アルファ"}, who="担当", at=AT)
    page = visit(place, cycle="replies", replies="doubts")
    assert page.dataframe[0].value.iloc[0]["書かれていた回答"] == "検討します"
    assert field(page, "回答区分").value == "B2"
    field(page, "お名前").set_value("鈴木")
    press(page, "この内容を回答とする")
    assert "要確認の回答はありません" in said(page)
    answers, who, review_items = replies(place)
    assert (answers, who, review_items) == ({ZONES[0]: "B2"}, {ZONES[0]: "鈴木"}, [])


def test_progress_says_state_and_code_in_words(place):
    with open_registry(place.workspace) as registry:
        registry.save_replies(
            [{"year": 2026, "zone_id": ZONES[0], "carrier": "alpha", "answer": "A2", "planned": "令和2年度"}], who="担当", at=AT
        )
    page = visit(place, cycle="progress")
    matrix = page.dataframe[0].value.set_index("地区ID")["架空アルファ"]
    assert matrix[ZONES[0]] == "回答あり A2 整備予定あり【約束超過】"
    assert matrix[ZONES[1]].startswith("要望済み・回答待ち")
    late = page.dataframe[1].value
    assert late["過ぎた期限"].tolist() == ["約束の時期を過ぎています（2021-03-31）"]
    next(each for each in page.get("button_group") if each.label == "表示").set_value("theirs").run()
    assert not page.exception


def test_a_new_place_of_the_survey_gets_its_id_from_whoever_signs(place):
    with open_registry(place.workspace) as registry:
        row = {"year": 2026, "municipality_id": "24201", "zone_id": "24201-新1", "name": "奥の谷", "kind": PLACE, "state": "new"}
        registry.save_survey_answers([row], who="甲市", at=AT)
    page = visit(place, cycle="survey")
    field(page, "候補").set_value("24201-新1").run()
    press(page, "地区に加える")
    assert "お名前" in said(page)
    next(each for each in page.text_input if each.key == "survey places who").set_value("山田").run()
    press(page, "地区に加える")
    with open_registry(place.workspace) as registry:
        zones = registry.zones()
    assert zones[zones["name"] == "奥の谷"]["who"].tolist() == ["山田"]


@pytest.mark.parametrize("part", ["survey", "replies", "progress"])
def test_it_speaks_english_and_opens_without_a_registry(mini_place, tmp_path, part):
    place = find_studies(copytree(mini_place, tmp_path / "2026"))[0]
    page = visit(place, "en", cycle=part)
    assert page.title[0].value == "Survey and replies"
    assert not (place.workspace / "kengai.sqlite").exists()


@pytest.mark.browser
def test_a_file_is_seen_then_taken_in(place, browser, tmp_path):
    data = form(
        place,
        {
            ZONES[0]: {"[1]回答区分": "<img src=x onerror=window.__ran=1>", "地区名": "東"},
            ZONES[1]: {"[1]回答区分": "Ａ２ 整備予定あり", "[2]予定時期(年度・半期)": "R9.10"},
        },
    )
    path = tmp_path / "回答（アルファ）.xlsx"
    path.write_bytes(data)
    with served(place.folder) as url, visiting(browser, f"{url}/cycle") as seen:
        page = seen.page
        page.locator('input[type="file"]').set_input_files(path)
        page.get_by_text("読んだ行 2　受け入れ 1　要確認 1").wait_for()
        seen.idle()
        assert replies(place)[0] == {}
        page.get_by_label("お名前（記録に残ります）").fill("山田")
        page.get_by_label("お名前（記録に残ります）").press("Tab")
        seen.idle()
        page.get_by_role("button", name="取り込む（受け入れ1件、要確認1件）").click()
        page.get_by_text("取り込みました。").wait_for()
        seen.idle()
        answers, who, review_items = replies(place)
        assert (answers, who, len(review_items)) == ({ZONES[1]: "A2"}, {ZONES[1]: "山田"}, 1)
        page.get_by_role("radio", name="要確認（1）").click()
        page.get_by_text("書かれていた内容").first.wait_for()
        seen.idle()
        page.get_by_role("radio", name="進捗", exact=True).click()
        page.get_by_text("整備予定（A2）の約束").wait_for()
        seen.idle()
        seen.check()
