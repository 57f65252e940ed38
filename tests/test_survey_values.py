"""One cell of the survey at a time: widths, units, words for the same; and what is never guessed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import from_excel

from requests_gen.replies.read_form import read_reply_sheet
from requests_gen.returned_forms import number_again
from requests_gen.survey.cells import code_of, position_of, read_cell, zone_id_of
from requests_gen.survey.columns import ASKED_OF_PLACES, ASKED_OF_ZONES, CHOICES, SAME_WORDS, label

BY_KEY = {column.key: column for column in (*ASKED_OF_PLACES, *ASKED_OF_ZONES)}
CARRIERS = {"架空モバイルa": "alpha", "alpha": "alpha"}


def read(key: str, text: str):
    return read_cell(BY_KEY[key], text, CARRIERS)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("25", 25),
        ("２５", 25),
        ("25人", 25),
        ("約25名", 25),
        ("1,234 人", 1234),
        ("25.0", 25),
        ("0", 0),
        ("25人程度", 25),
        ("12世帯", 12),
        ("①", 1),
        ("1900-05-10", 131),
        ("1900/1/31", 31),
        ("00:00:00", 0),
    ],
)
def test_counts(text, count):
    assert read("people", text).value == count


@pytest.mark.parametrize(
    "text", ["25.5", "-3", "20〜30", "二十", "25人（うち学生3）", "1900-02-28", "2026-06-03", "1,23", "同上", "99999999999"]
)
def test_counts_that_are_not_guessed(text):
    found = read("people", text)
    assert (found.value, bool(found.review_item)) == (None, True)


@pytest.mark.parametrize("text", ["", "不明", "－", "?", "わからない"])
def test_nothing_said_is_unknown_and_no_doubt(text):
    found = read("people", text)
    assert (found.value, found.review_item) == (None, None)


@pytest.mark.parametrize(
    ("key", "text", "word"),
    [
        ("land", "有", "あり"),
        ("land", "　あ り", "あり"),
        ("power", "要延長", "延長が必要"),
        ("consent", "済", "あり"),
        ("consent", "不明", "不明"),
        ("confirmed", "変更なし", "前のとおり"),
    ],
)
def test_words_of_a_list(key, text, word):
    assert read(key, text).value == word


def test_every_word_that_means_the_same_is_of_the_list():
    for key, words in SAME_WORDS.items():
        assert set(words.values()) <= set(CHOICES[key])


@pytest.mark.parametrize(("text", "order"), [("1", 1), ("第２位", 2), ("③", 3), ("4番目", 4), ("No.5", 5), ("1900-01-02", 2)])
def test_orders(text, order):
    assert read("municipal_rank", text).value == order


@pytest.mark.parametrize("text", ["0", "上", "1と2", "1.5", "-1"])
def test_orders_that_are_none(text):
    assert read("municipal_rank", text).review_item


def test_carriers():
    assert read("carriers", "4社とも").value == ["*"]
    assert read("carriers", "架空モバイルＡ、よそ").value == ["alpha", "よそ"]
    assert read("carriers", "").value is None


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("24201-003", "24201-003"),
        ("２４２０１ー３", "24201-003"),
        ("24201−003 ", "24201-003"),
        ("1202-1", "01202-001"),
        ("", ""),
        ("三番町", "三番町"),
    ],
)
def test_zone_ids(text, zone):
    assert zone_id_of(text) == zone


def test_codes():
    assert [code_of(text) for text in ("24201", "242012", "１２０２", "津市", "24201.0")] == ["24201", "24201", "01202", "", "24201"]


@pytest.mark.parametrize(
    "text",
    [
        "34.51, 136.2",
        "136.2 34.51",
        "北緯34度30分36秒　東経136度12分0秒",
        "N34.51 E136.2",
        "緯度：34.51、経度：136.2",
        "34°30′36″ 136°12′",
        "奥小学校（34.51,136.2）の北",
    ],
)
def test_positions(text):
    assert position_of(text) == (136.2, 34.51)


@pytest.mark.parametrize("text", ["奥小学校の北1km", "大字奥123番地4", "", "1.5, 2.5", "国道42号 34.5kp"])
def test_no_positions(text):
    assert position_of(text) is None


@pytest.mark.parametrize("text", ["★市町の優先順位", "[8]市町の優先順位", "【記入】 市町の優先順位\n（1が先）", "市町の\n優先順位"])
def test_headings_are_one_thing_however_they_are_marked(text):
    assert label(text) == "市町の優先順位"


@settings(deadline=None, max_examples=100)
@given(st.text(max_size=30), st.sampled_from(sorted(BY_KEY)))
def test_any_text_gives_a_value_or_a_doubt_or_nothing(text, key):
    """Law: reading never fails, and never gives both a value and a doubt."""
    found = read(key, text)
    assert found.value is None or found.review_item is None
    assert isinstance(position_of(text), tuple | None)


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 9_999_999))
def test_a_number_comes_back_as_it_was(count):
    for text in (str(count), f"{count:,}", f"{count}人"):
        assert read("people", text).value == count


@pytest.mark.parametrize(
    ("shown", "number"),
    [
        ("00:00:00", "0"),
        ("1900-01-01", "1"),
        ("1900-02-27", "58"),
        ("1900-02-28", None),  # 59, or Excel's 29 February (60): a person is asked
        ("1900-03-01", "61"),
        ("1905-07-18", "2026"),
        ("1913-06-01", "4901"),
        ("1949-12-31", "18263"),
        ("1950-01-01", None),  # from here on it may be a day that was meant
        ("2026-11-03", None),
    ],
)
def test_numbers_shown_as_days_are_the_same_for_replies_and_survey(tmp_path, shown, number):
    """A column of numbers gives back the number that was typed, a column of days keeps the day."""
    assert number_again(shown) == (number or shown)
    count = read("people", shown)
    assert count.value == (int(number) if number else None)
    assert bool(count.review_item) is (number is None)
    file = tmp_path / "回答.csv"
    file.write_text(f"地区ID,年度,回答区分,回答日\n24201-001,{shown},A1,{shown}\n", encoding="utf-8")
    cells = read_reply_sheet(file).rows[0].cells
    assert (cells["year"], cells["answered_on"]) == (number or shown, shown)


@given(number=st.integers(1, 18263).filter(lambda number: number not in (59, 60)))
def test_a_number_comes_back_from_how_a_workbook_shows_it(number):
    shown = from_excel(number).date().isoformat()
    assert number_again(shown) == str(number)
