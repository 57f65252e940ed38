"""The grant: amounts as published, and never more than a possibility."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coverage.subsidy import ANSWERS, RULES, grant_yen, possibility, read_rules, state_rate, total_grant_yen
from geodata.errors import DataError

ON = date(2026, 11, 1)
THIRDS = Fraction(2, 3)


@pytest.fixture
def rules():
    return read_rules(2026)


@pytest.mark.parametrize(("cost", "grant"), [(77_526, 51_684), (54_126, 36_084), (24_613, 16_408), (10_895, 7_263)])
def test_grants_as_they_were_published(cost, grant):
    """Two thirds of the cost in thousand yen, cut down."""
    assert grant_yen(cost * 1000, THIRDS, 1000) == grant * 1000


@given(st.integers(0, 10**12), st.fractions(Fraction(1, 10), 1, max_denominator=30))
def test_a_grant_is_whole_thousands_and_never_too_much(cost, rate):
    grant = grant_yen(cost, rate, 1000)
    assert grant % 1000 == 0
    assert 0 <= cost * rate - grant < 1000


def test_each_place_is_cut_down_on_its_own():
    assert total_grant_yen([1_999, 1_999], Fraction(1, 2), 1000) == 0
    assert grant_yen(3_998, Fraction(1, 2), 1000) == 1000


def test_rates_by_number_of_carriers(rules):
    assert state_rate(rules, "base_station", 1, by="municipality") == Fraction(1, 2)
    assert state_rate(rules, "base_station", 3, by="municipality") == THIRDS
    assert state_rate(rules, "line_building", 2, by="municipality", island=True) == THIRDS
    with pytest.raises(KeyError):
        rules.work("tunnel")


def test_conditions_that_cannot_be_checked_give_no_rate(rules):
    assert state_rate(rules, "base_station", 2, by="carrier") is None
    assert state_rate(rules, "base_station", 2, by="carrier", fiscal_strength=0.51) is None
    assert state_rate(rules, "base_station", 2, by="carrier", fiscal_strength=0.5) == THIRDS
    assert state_rate(rules, "line_building", 2, by="carrier", fiscal_strength=0.2) is None


def test_one_designation_is_enough_and_none_needs_every_list(rules):
    assert possibility(rules, {"depopulated": True}, ON).answer == "possible"
    assert possibility(rules, {"depopulated": False}, ON).answer == "unknown"
    assert possibility(rules, dict.fromkeys(rules.areas, False), ON).answer == "unlikely"
    assert possibility(rules, {}, ON).answer == "unknown"


def test_a_designation_ends(rules):
    """津市美杉 is designated until 2027-03-31."""
    valid = {"depopulated": (None, date(2027, 3, 31))}
    areas = dict.fromkeys(rules.areas, False) | {"depopulated": True}
    assert possibility(rules, areas, date(2027, 3, 31), valid).answer == "possible"
    after = possibility(rules, areas, date(2027, 4, 1), valid)
    assert after.answer == "unlikely"
    assert any("期間外" in reason.ja for reason in after.reasons)


def test_nothing_is_promised(rules):
    assert all("可能性" in words.ja or "分かりません" in words.ja for words in ANSWERS.values())
    assert any("未確認" in reason.ja for reason in possibility(rules, {"island": True}, ON).reasons)


def test_rules_of_another_year_are_not_taken():
    with pytest.raises(DataError, match="2031年度") as refused:
        read_rules(2031)
    assert "2026" in str(refused.value)


def test_every_file_of_rules_reads_and_says_its_sources():
    for file in RULES.glob("subsidy_*.toml"):
        rules = read_rules(int(file.stem[-4:]))
        assert rules.fiscal_year == int(file.stem[-4:])
        assert all(source.checked for source in rules.sources)


def test_a_rate_that_is_no_fraction_is_refused(tmp_path: Path):
    text = (RULES / "subsidy_2026.toml").read_text(encoding="utf-8").replace('"2/3"', '"3/2"')
    (tmp_path / "subsidy_2026.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match="rate"):
        read_rules(2026, tmp_path)
