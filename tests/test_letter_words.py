"""Digits, dates and rounding, by hand."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from requests_gen.wording.numbers_and_eras import Wording, era_year, item_number, round_half_up

ZENKAKU, HANKAKU, MIXED = Wording("zenkaku"), Wording("hankaku"), Wording("mixed")


@pytest.mark.parametrize(
    ("wording", "said"),
    [
        (ZENKAKU, "第５世代（５Ｇ）の１，２３４人、３．５km"),
        (HANKAKU, "第5世代（5G）の1,234人、3.5km"),
        (MIXED, "第５世代（５Ｇ）の1,234人、3.5km"),
    ],
)
def test_one_width_throughout(wording, said):
    assert wording.text("第５世代（5Ｇ）の1,234人、３.5km") == said


@given(st.text(alphabet="0123456789０１２３４５６７８９,，.．Ｇ人、第", max_size=30))
@settings(deadline=None, max_examples=100)
def test_bringing_into_style_twice_changes_nothing(text):
    for wording in (ZENKAKU, HANKAKU, MIXED):
        once = wording.text(text)
        assert wording.text(once) == once


def test_names_stay_as_they_are():
    assert ZENKAKU.say("{name}の{n}地区、", name="2丁目{x}、A1", n=12) == "2丁目{x}、A1の１２地区、"


def test_the_comma_of_the_office():
    assert Wording("hankaku", "，").say("{a}、です、", a="甲、乙") == "甲、乙，です，"


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (date(2019, 4, 30), "平成31"),
        (date(2019, 5, 1), "令和元"),
        (date(2020, 1, 1), "令和2"),
        (date(1989, 1, 8), "平成元"),
        (date(1989, 1, 7), "1989"),
        (date(2026, 11, 20), "令和8"),
    ],
)
def test_years_of_the_era(day, said):
    assert era_year(day) == said


def test_dates_and_fiscal_years():
    assert ZENKAKU.date(date(2027, 1, 29), weekday=True) == "令和９年１月２９日（金）"
    assert MIXED.date(date(2027, 1, 29)) == "令和９年１月29日"
    # fiscal 2019 began in 平成 but is written 令和元
    assert HANKAKU.fiscal_year(2019) == "令和元年度"
    assert HANKAKU.fiscal_year(2026) == "令和8年度"


def test_items_are_numbered_one_bracket_kana():
    assert [item_number(ZENKAKU, level, 2) for level in (1, 2, 3)] == ["２", "(2)", "イ"]


def test_half_is_rounded_up_and_unknown_stays_unknown():
    assert [round_half_up(value) for value in (0.49, 0.5, 1.5, 2.5, 2.4999999999999)] == [0, 1, 2, 3, 3]
    assert round_half_up(float("nan")) is None
