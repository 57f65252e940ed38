"""要望書 on the screen: what is missing, filling in, previews, making, taking away, recording as sent."""

import io
import zipfile
from datetime import date
from shutil import copytree

import pytest

from requests_gen.letters.versions import files_in, read_versions
from requests_gen.letters.zip import README
from requests_gen.workspace.letters_edit import edited
from requests_gen.workspace.letters_toml import write_letters_toml
from requests_gen.workspace.places import find_studies
from tests.letter_world import SETTINGS
from tests.screen_server import served, visiting
from tests.waiting import CEILING_S, wait_until

# Streamlit's own modules warn on import under some versions; that is not ours to fail on
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def place(mini_place, tmp_path):
    """A copy of the small study, without letters.toml."""
    return find_studies(copytree(mini_place, tmp_path / "r8"))[0]


def show(folder: str, lang: str) -> None:
    from pathlib import Path

    from requests_gen.workspace.places import find_studies
    from screens.letters import page as papers
    from screens.shared.opened import Opened

    place = find_studies(Path(folder))[0]
    papers.show(Opened(place, place.stamp, lang))


def visit(place, lang="ja", **address):
    from streamlit.testing.v1 import AppTest

    page = AppTest.from_function(show, default_timeout=CEILING_S, args=(str(place.folder), lang))
    for key, value in address.items():
        page.query_params[key] = value
    page.run()
    assert not page.exception
    return page


def put(place, text=SETTINGS):
    (place.folder / "letters.toml").write_text(text, encoding="utf-8")


def written(place) -> str:
    return (place.folder / "letters.toml").read_text(encoding="utf-8")


def field(page, key):
    (found,) = [
        each
        for kind in ("text_input", "text_area", "date_input", "selectbox")
        for each in page.get(kind)
        if str(each.key).endswith(f":{key}")
    ]
    return found


def press(page, label):
    (button,) = [each for each in page.button if label in each.label and "-bottom" not in str(each.key)]
    button.click().run()
    assert not page.exception
    return page


def said(page) -> str:
    kinds = (page.error, page.warning, page.success, page.info, page.text, page.caption)
    return "\n".join(each.value for kind in kinds for each in kind).replace("\\", "")


def made(page):
    """Wait until the letters are made, and look again."""

    def there() -> bool:
        page.run()
        assert not page.exception
        return any("作成の記録" in each.label for each in page.expander)

    wait_until(there, lambda: said(page), every_s=0.2)
    return page


def test_without_settings_a_sample_is_offered(place):
    page = visit(place)
    press(page, "設定の見本を作る")
    assert "[carriers.beta]" in written(place)
    assert "必須の項目が空です" in said(page)


def test_what_is_missing_is_named_and_filled_in(place):
    write_letters_toml(place.folder, find_study(place))
    before = written(place)
    page = visit(place)
    for name in ("差出人の氏名", "宛先の会社名"):
        assert name in page.dataframe[0].value.iloc[0]["まだ書かれていない項目"]
    assert "作れません" in page.dataframe[0].value.iloc[0]["まだ書かれていない項目"]
    field(page, "sender.name").set_value("見本　太郎").run()
    field(page, "carriers.alpha.organisation").set_value("架空アルファ株式会社").run()
    assert "氏名" in page.error[0].value  # the addressee's, still
    press(page, "設定を保存する（2項目）")
    assert "保存しました" in said(page)
    after = written(place)
    assert 'name = "見本　太郎"' in after
    assert [line.partition("#")[2] for line in after.splitlines()] == [line.partition("#")[2] for line in before.splitlines()]
    assert (place.folder / "letters.toml.old").read_text(encoding="utf-8") == before


def find_study(place):
    from coverage.study.study import read_study

    return read_study(place.folder)


def test_what_was_typed_stays_while_another_part_is_looked_at(place):
    put(place)
    page = visit(place, part="settings")
    field(page, "contact.phone").set_value("059-000-0000").run()
    page.query_params["part"] = "make"
    page.run()
    assert "保存していない入力" in said(page)
    page.query_params["part"] = "settings"
    page.run()
    assert field(page, "contact.phone").value == "059-000-0000"
    press(page, "書いた内容をやめる")
    assert field(page, "contact.phone").value == "000-000-0000"


def test_what_is_not_valid_is_told_and_nothing_is_lost(place):
    put(place)
    page = visit(place, part="settings")
    field(page, "letter.deadline").set_value("2026-11-01").run()
    press(page, "設定を保存する（1項目）")
    assert "回答期限が文書の日付より後ではありません" in said(page)
    assert written(place) == SETTINGS
    assert str(field(page, "letter.deadline").value) == "2026-11-01"


def test_someone_elses_change_is_shown_and_kept(place):
    put(place)
    page = visit(place, part="settings")
    field(page, "sender.name").set_value("甲").run()
    put(place, edited(SETTINGS, {"contact.phone": "111", "sender.name": "乙"}))
    page.run()
    assert "ほかの人が" in said(page)
    table = page.dataframe[1].value.set_index("ファイルの項目名")
    assert list(table.loc["sender.name"])[1:4] == ["見本　太郎", "乙", "甲"]
    assert table.loc["contact.phone", "ぶつかり"] == ""
    press(page, "自分の入力だけを書き足して")
    assert written(place) == edited(SETTINGS, {"contact.phone": "111", "sender.name": "甲"})


def test_a_change_by_others_alone_is_just_shown(place):
    put(place)
    page = visit(place, part="settings")
    put(place, edited(SETTINGS, {"sender.name": "乙"}))
    page.run()
    assert field(page, "sender.name").value == "乙"


def test_a_broken_file_can_be_mended(place):
    put(place, SETTINGS.replace("[sender]", "[sender"))
    page = visit(place)
    assert "TOMLとして読めません" in said(page)
    page.text_area[0].set_value(SETTINGS).run()
    press(page, "直した内容を保存する")
    assert written(place) == SETTINGS
    assert "TOML" not in said(page)


def test_a_wrong_value_can_be_mended_in_the_form(place):
    put(place, SETTINGS.replace('date = "2026-11-20"', 'date = "20.11.2026"'))
    page = visit(place)
    assert "letter.date" in said(page)
    field(page, "letter.date").set_value("2026-11-20").run()
    press(page, "設定を保存する（1項目）")
    assert written(place) == SETTINGS


def test_a_promise_can_be_limited_to_one_carrier(place):
    put(place)
    page = visit(place, part="settings")
    field(page, "carriers.alpha.commitments").set_value("some").run()
    (told,) = [each for each in page.multiselect if each.key.endswith(":some")]
    assert told.value == ["用地の情報提供", "関係機関との調整"]
    told.set_value(["関係機関との調整"]).run()
    press(page, "設定を保存する（1項目）")
    assert written(place) == edited(SETTINGS, {"carriers.alpha.commitments": ["関係機関との調整"]})
    field(page, "carriers.alpha.commitments").set_value("all").run()
    press(page, "設定を保存する（1項目）")
    assert written(place) == SETTINGS


def test_all_are_made_and_one_ones_trouble_is_told(place):
    put(place, edited(SETTINGS, {"carriers.beta.name": ""}))
    page = visit(place, part="make")
    assert "架空ベータ" in page.warning[0].value
    press(page, "全社の要望書を作る（2社）")
    made(page)
    assert "できました: 架空アルファ" in said(page)
    assert "宛先の氏名（carriers.beta.name）" in said(page)
    assert [entry.id for entry in read_versions(place.letters)] == ["2026-alpha-1"]
    assert page.dataframe[0].value.iloc[0]["状態"] == "完成（未送付）"


def test_sent_needs_a_confirmation_and_stays(place):
    put(place)
    page = visit(place, part="make")
    press(page, "架空アルファ の要望書を作る")
    made(page)
    press(page, "送付済みとして記録する")
    assert "印を付けてから" in said(page)
    assert read_versions(place.letters)[0].state == "ready"
    page.date_input[0].set_value(date(2026, 11, 20))
    page.checkbox[0].check()
    press(page, "送付済みとして記録する")
    assert "2026-11-20 送付済みとして記録しました" in said(page)
    (entry,) = read_versions(place.letters)
    assert (entry.state, entry.sent_on) == ("sent", "2026-11-20")
    assert page.dataframe[0].value.iloc[0]["状態"] == "送付済み（2026-11-20）"


def test_a_draft_cannot_be_sent(place):
    put(place, edited(SETTINGS, {"carriers.alpha.number": ""}))
    page = visit(place, part="make")
    press(page, "架空アルファ の要望書を作る")
    made(page)
    assert "（案）のため、送付済みにできません" in said(page)
    assert not [each for each in page.button if "送付済みとして" in each.label]


def test_figures_are_sums_of_rows(place):
    put(place)
    page = visit(place, part="figures")
    rows = page.dataframe[1].value
    people = [int(text) for text in rows["貴社エリア外人口"]]
    assert people[-1] == sum(people[:-1]) == 33
    assert {metric.label: metric.value for metric in page.metric}["貴社エリア外人口"] == "33人"
    assert rows["貴社エリア外の避難所等"].iloc[-1] == "不明"


@pytest.mark.parametrize("part", ["settings", "pages", "make", "figures"])
def test_it_speaks_english(place, part):
    put(place, edited(SETTINGS, {"sender.name": ""}))
    page = visit(place, "en", part=part)
    assert page.title[0].value == "Request letters"
    assert "cannot be made" in page.dataframe[0].value.iloc[0]["Still empty"]


@pytest.mark.browser
def test_pages_are_seen_as_printed_and_taken_away(place, browser, tmp_path):
    pypdf = pytest.importorskip("pypdf")
    put(place)
    with served(place.folder) as url, visiting(browser, f"{url}/letters?part=pages") as seen:
        page = seen.page
        page.get_by_role("radio", name="架空ベータ").click()
        seen.idle()
        picture = page.get_by_role("img", name="1ページ目").first
        picture.wait_for()
        assert picture.evaluate("it => it.naturalHeight") > 1000
        assert picture.bounding_box()["height"] > 500
        assert "carrier=beta" in page.url
        page.get_by_text("作る・受け取る・送付を記録").click()
        seen.idle()
        page.get_by_role("button", name="架空ベータ の要望書を作る").click()
        page.get_by_text("できました: 架空ベータ").wait_for()
        seen.idle()
        with page.expect_download() as download:
            page.get_by_role("button", name="この事業者の一式（zip）").click()
        folder = place.letters / "架空ベータ"
        with zipfile.ZipFile(download.value.path()) as packed:
            assert {name.removeprefix("架空ベータ/"): packed.read(name) for name in packed.namelist() if name != README} == {
                name: (folder / name).read_bytes() for name in files_in(folder)
            }
            sheets = packed.read("架空ベータ/03_別紙2_地区別個票.pdf")
        page.get_by_text("印刷の形で見る").click()
        seen.idle()
        page.get_by_role("radio", name="別紙2").click()
        seen.idle()
        count = len(pypdf.PdfReader(io.BytesIO(sheets)).pages)
        page.get_by_text(f"全{count}ページ").first.wait_for()
        assert page.get_by_role("button", name="2ページ", exact=True).count() == 1  # its small picture
        seen.check()


@pytest.mark.browser
def test_hostile_names_stay_names(busy_place, browser, tmp_path):
    place = find_studies(copytree(busy_place, tmp_path / "r8"))[0]
    write_letters_toml(place.folder, find_study(place))
    with served(place.folder) as url, visiting(browser, f"{url}/letters") as seen:
        for part in ("設定に書き込む", "数字のもとを見る", "作る・受け取る・送付を記録"):
            seen.page.get_by_role("radio", name=part).click()
            seen.idle()
            assert seen.page.get_by_role("radio", name="架空<b>甲</b>").count() == 1
        seen.check()
