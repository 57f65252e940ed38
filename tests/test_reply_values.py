"""Single cells of the reply form: what they say, or why a person must look. Nothing is guessed."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.area_rows import day_of as area_day
from requests_gen.compare.published_table import _year as published_year
from requests_gen.replies.cells import READERS, Reading, answer_of, reasons_of
from requests_gen.replies.codes import ANSWERS, REASONS
from requests_gen.replies.form import half_years
from requests_gen.wording import captions, numbers_and_eras
from requests_gen.wording.dates import Time, day_of, time_of, year_of
from tests.sheet_distorter import WIDE


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("R8.11.3", date(2026, 11, 3)),
        ("令和８年11月3日（火）", date(2026, 11, 3)),
        ("2026/11/3", date(2026, 11, 3)),
        ("46329", date(2026, 11, 3)),
        ("20261103", date(2026, 11, 3)),
        ("2026-11-03T09:30:00", date(2026, 11, 3)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("H31.4.1", date(2019, 4, 1)),
        ("2028.2.29", date(2028, 2, 29)),
        ("11/3", None),
        ("令和8年11月", None),
        ("2026/2/30", None),
        ("8.11.3", None),
        ("110", None),
        ("未定", None),
        ("", None),
    ],
)
def test_days(written, day):
    assert day_of(written) == day
    assert day_of(written.translate(WIDE)) == day


@pytest.mark.parametrize(
    ("written", "text", "last"),
    [
        ("令和9年度上期", "令和9年度上期", date(2027, 9, 30)),
        ("R9下期", "令和9年度下期", date(2028, 3, 31)),
        ("2027年度", "令和9年度", date(2028, 3, 31)),
        ("Ｒ９年度末", "令和9年度", date(2028, 3, 31)),
        ("令和8年11月", "令和8年11月", date(2026, 11, 30)),
        ("R8.11.3", "令和8年11月3日", date(2026, 11, 3)),
        ("2026-11-01", "令和8年11月", date(2026, 11, 30)),
        ("R9.10頃", "令和9年10月", date(2027, 10, 31)),
        ("令和8年度第3四半期", "令和8年度第3四半期", date(2026, 12, 31)),
        ("未定", "未定", None),
        ("それ以降", "それ以降", None),
    ],
)
def test_times(written, text, last):
    assert time_of(written) == Time(text, last)


@pytest.mark.parametrize("written", ["来年度", "令和9年", "2027", "8年度下期", "R8.13", "検討後", "9/10"])
def test_times_that_could_be_several_are_not_read(written):
    assert time_of(written) is None
    assert READERS["planned"](written).review_item == "planned"


def test_every_time_the_form_offers_is_read_as_itself():
    assert [time_of(choice).text for choice in half_years(2026)] == list(half_years(2026))


@pytest.mark.parametrize(("written", "year"), [("2026", 2026), ("令和8年度", 2026), ("R8", 2026), ("8", None), ("26", None)])
def test_years(written, year):
    assert year_of(written) == year


@pytest.mark.parametrize("code", ANSWERS, ids=lambda code: code.key)
def test_codes_in_every_dress(code):
    key, name = code.key, code.name.ja
    for written in (key, code.entry(), key.lower(), f"{key}：{name}", f"{key}\n{name}", f"（{key}）", name, f" {key}　"):
        assert answer_of(written) == Reading(key)
        assert answer_of(written.translate(WIDE)) == Reading(key)


@pytest.mark.parametrize(
    ("written", "review_item", "offered"),
    [
        ("検討します", "answer-free", "B2"),
        ("A2・B1", "answer-several", "A2"),
        ("A1 整備予定あり", "answer-mixed", "A1"),
        ("A2（ただし用地が条件）", "answer-free", "A2"),
        ("X9", "answer-free", None),
        ("C2", "answer-free", None),
        ("同上", "answer-free", "D1"),
        ("○", "answer-free", None),
        ("整備は困難です", "answer-free", "C1"),
        ("?", "answer-free", None),
    ],
)
def test_what_is_no_code_waits_with_an_offer(written, review_item, offered):
    assert answer_of(written, above="D1") == Reading(None, review_item, offered)


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("1、3", ["1", "3"]),
        ("１，３", ["1", "3"]),
        ("③①", ["1", "3"]),
        ("採算、地形", ["1", "4"]),
        ("1採算 2用地", ["1", "2"]),
        ("6規制（自然公園等）", ["6"]),
        ("9（積雪）", ["9"]),
        ("3", ["3"]),
        ("3\n5", ["3", "5"]),
    ],
)
def test_reasons(written, keys):
    assert reasons_of(written) == Reading(keys)


@pytest.mark.parametrize(
    ("written", "offered"), [("13", ["1", "3"]), ("1.3", ["1", "3"]), ("0", None), ("お金", None), ("2026-01-03", None)]
)
def test_reasons_that_may_be_others_wait(written, offered):
    assert reasons_of(written) == Reading(None, "reasons", offered)


@given(st.lists(st.sampled_from([code.key for code in REASONS]), min_size=1, unique=True), st.sampled_from("、, ・/\n"))
@settings(deadline=None, max_examples=40)
def test_any_reasons_come_back(keys, between):
    assert reasons_of(between.join(keys)) == Reading(sorted(keys))


@given(st.text(max_size=30), st.sampled_from(sorted(READERS)))
@settings(deadline=None, max_examples=200)
def test_no_text_breaks_a_reader_or_vanishes(text, name):
    reading = READERS[name](text)
    answer = answer_of(text)
    assert reading.value is None or not reading.review_item
    assert answer.value is None or not answer.review_item
    if text.strip() and name in ("cooperation", "remarks", "person"):
        assert reading.value == text.strip()


@pytest.mark.parametrize(("year", "era"), [(1989, "平成元"), (2018, "平成30"), (2019, "令和元"), (2020, "令和2"), (2026, "令和8")])
def test_one_answer_for_fiscal_years(year, era):
    assert numbers_and_eras.fiscal_era(year) == era
    assert captions.fiscal_year(year).ja == f"{era}年度（{year}年度）"
    assert numbers_and_eras.Wording("hankaku").fiscal_year(year) == f"{era}年度"
    assert half_years(year)[:2] == (f"{era}年度上期", f"{era}年度下期")


def test_the_last_april_of_heisei_is_no_reiwa():
    assert time_of("2019年4月") == Time("平成31年4月", date(2019, 4, 30))
    assert time_of("2019-05-01") == Time("令和元年5月", date(2019, 5, 31))
    assert numbers_and_eras.era_year(date(2019, 4, 30)) == "平成31"


@given(year=st.integers(2000, 2100))
def test_years_that_we_write_are_read_back(year):
    written = f"{numbers_and_eras.fiscal_era(year)}年度"
    assert year_of(written) == year
    assert published_year(written) == year
    day = date(year, 6, 1)
    assert day_of(f"{numbers_and_eras.era_year(day)}年6月1日") == day
    assert area_day(f"{numbers_and_eras.era_year(day)}年6月1日") == day.isoformat()
