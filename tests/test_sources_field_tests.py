"""Measurements on the ground: 圏外 in any column is no service, no dBm is made up, no row is lost silently."""

from __future__ import annotations

import contextlib
import math

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.evidence.values import dbm_of, generation_of, moment_of, yes_no_of
from geodata.sources import field_tests

CARRIERS = {"alpha": ["架空アルファ", "アルファ", "KA"], "beta": ["架空ベータ"]}
HEAD = "日時,緯度,経度,事業者,端末,方式,RSRP(dBm),通話可否,圏外,屋内外"


def read(tmp_path, *rows: str, head: str = HEAD, name: str = "tests.csv", encoding: str = "utf-8"):
    file = tmp_path / name
    file.write_bytes(("\r\n".join([head, *rows]) + "\r\n").encode(encoding))
    return field_tests.read(file, carriers=CARRIERS)


def adds_up(*reports) -> bool:
    return all(r.records_in_file == r.accepted + sum(r.excluded.values()) for r in reports)


def codes(report) -> set[str]:
    return {notice.code for notice in report.notices}


def test_a_plain_log(tmp_path):
    table, (report,) = read(
        tmp_path,
        "2026/11/3 14:05,34.5,136.5,架空アルファ,試験機,LTE,-95,可,,屋外",
        "R8.11.3 午後2時6分,34.6,136.5,ｱﾙﾌｧ,試験機,5G NSA,－101.5dBm,不可,,屋内",
        encoding="cp932",
    )
    assert table.index.name == "evidence_id"
    rows = table.sort_values("row").to_dict("records")
    assert [row["at"] for row in rows] == ["2026-11-03T14:05:00+09:00", "2026-11-03T14:06:00+09:00"]
    assert [row["carrier"] for row in rows] == ["alpha", "alpha"]
    assert [row["generation"] for row in rows] == ["4G", "5G"]
    assert [row["rsrp_dbm"] for row in rows] == [-95.0, -101.5]
    assert [row["call_ok"] for row in rows] == ["yes", "no"]
    assert [row["indoors"] for row in rows] == ["no", "yes"]
    assert [int(row["row"]) for row in rows] == [2, 3]
    assert table.crs == "EPSG:6668"
    assert report.accepted == 2
    assert adds_up(report)


@pytest.mark.parametrize(
    "row",
    [
        "2026-11-03,34.5,136.5,アルファ,,,圏外,,,",
        "2026-11-03,34.5,136.5,アルファ,,圏外,,,,",
        "2026-11-03,34.5,136.5,アルファ,,4G,,圏外,,",
        "2026-11-03,34.5,136.5,アルファ,,4G,,,圏外,",
        "2026-11-03,34.5,136.5,アルファ,,4G,,,○,",
        "2026-11-03,34.5,136.5,アルファ,,4G,0,,TRUE,",
    ],
)
def test_no_service_counts_wherever_it_stands(tmp_path, row):
    table, (report,) = read(tmp_path, row)
    assert table["signal"].tolist() == ["none"]
    assert report.accepted == 1


@pytest.mark.parametrize("written", ["0", "+50", "50", "95", "2147483647", "-999", "abc", "1e2"])
def test_what_is_no_dbm_is_unknown_and_told(tmp_path, written):
    table, (report,) = read(tmp_path, f"2026-11-03,34.5,136.5,アルファ,,4G,{written},可,,")
    assert math.isnan(table["rsrp_dbm"].iloc[0])
    assert table["call_ok"].tolist() == ["yes"]
    assert "rsrp-not-dbm" in codes(report)


def test_only_an_asu_says_nothing_and_is_counted_as_left_out(tmp_path):
    with_other = "2026-11-03,34.5,136.5,アルファ,,4G,-100,,,"
    table, (report,) = read(tmp_path, "2026-11-03,34.5,136.5,アルファ,,4G,45,,,", with_other)
    assert len(table) == 1
    assert report.excluded == {"says-nothing": 1}
    assert adds_up(report)


def test_rows_that_cannot_be_used_are_counted_with_their_reason(tmp_path):
    table, (report,) = read(
        tmp_path,
        "2026-11-03,0,0,アルファ,,4G,-100,,,",
        "2026-11-03,,136.5,アルファ,,4G,-100,,,",
        "2026-11-03,34.5,136.5,見知らぬ会社,,4G,-100,,,",
        '2026-11-03,34.5,136.5,"=HYPERLINK(""http://x"")",,4G,-100,,,',
        "2026-11-03,34.5,136.5,アルファ,,3G,-100,,,",
        "2026-11-03,34.5,136.5,アルファ,,4G/5G,-100,,,",
        "2026-11-03,34.5,136.5,アルファ,,4G,-100,,,",
        "2026-11-03,34.5,136.5,KA,,4G,-100,,,",
    )
    assert len(table) == 1
    assert report.excluded == {"zero-coordinates": 1, "no-coordinates": 1, "carrier-unknown": 2, "generation-other": 2, "repeated": 1}
    assert adds_up(report)
    assert "見知らぬ会社" in str(next(n for n in report.notices if n.code == "carrier-unknown").text)


def test_a_time_that_is_none_is_not_guessed(tmp_path):
    table, (report,) = read(tmp_path, "きのう,34.5,136.5,アルファ,,4G,-100,,,", "0,34.5,136.6,アルファ,,4G,-100,,,")
    assert table["at"].tolist() == ["", ""]
    assert next(n for n in report.notices if n.code == "time-unreadable").count == 2


def test_the_same_file_twice_is_the_same(tmp_path):
    row = "2026-11-03 10:00,34.5,136.5,アルファ,,4G,-100,可,,"
    one, _ = read(tmp_path, row)
    read(tmp_path, row, name="again.csv")
    twice, reports = field_tests.read([tmp_path / "tests.csv", tmp_path / "again.csv"], carriers=CARRIERS)
    assert twice.index.tolist() == one.index.tolist()
    assert adds_up(*reports)


def test_a_workbook_with_real_dates(tmp_path):
    import datetime as dt

    book = openpyxl.Workbook()
    book.active.append(HEAD.split(","))
    book.active.append([dt.datetime.fromisoformat("2026-11-03T14:05"), 34.5, 136.5, "架空アルファ", "機", "4G", -120, None, None, "屋外"])
    book.active.append([dt.datetime.fromisoformat("2026-11-04"), 34.5, 136.5, "架空アルファ", "機", "4G", "圏外", None, None, "屋外"])
    book.save(tmp_path / "tests.xlsx")
    table, (report,) = field_tests.read(tmp_path / "tests.xlsx", carriers=CARRIERS)
    assert sorted(table["at"]) == ["2026-11-03T14:05:00+09:00", "2026-11-04"]
    assert adds_up(report)


def test_a_file_without_measurements_is_refused(tmp_path):
    with pytest.raises(DataError, match="RSRP"):
        read(tmp_path, "2026-11-03,34.5,136.5,アルファ", head="日時,緯度,経度,事業者")
    with pytest.raises(DataError, match="事業者"):
        read(tmp_path, "2026-11-03,34.5,136.5,-100", head="日時,緯度,経度,RSRP")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("1793682300", "2026-11-03T14:05:00+09:00"),  # seconds since 1970 are UTC
        ("1793682300000", "2026-11-03T14:05:00+09:00"),
        ("2026-11-03T05:05:00Z", "2026-11-03T14:05:00+09:00"),
        ("2026-11-03T14:05:00+09:00", "2026-11-03T14:05:00+09:00"),
        ("2026-11-03T14:05:00+0900", "2026-11-03T14:05:00+09:00"),
        ("２０２６/１１/３　１４：０５", "2026-11-03T14:05:00+09:00"),
        ("令和8年11月3日14時5分", "2026-11-03T14:05:00+09:00"),
        ("令和8年11月3日(火) 14:05:09", "2026-11-03T14:05:09+09:00"),
        ("20261103140509", "2026-11-03T14:05:09+09:00"),
        ("46329.5", "2026-11-03T12:00:00+09:00"),
        ("46329", "2026-11-03"),
        ("2026/11/3", "2026-11-03"),
        ("平成31.4.30", "2019-04-30"),
        ("", ""),
    ],
)
def test_moments(written, told):
    assert moment_of(written) == told


@pytest.mark.parametrize("written", ["14:05", "2026-13-03", "2026-11-03 25:00", "1970-01-01T00:00", "8.11.3", "x", "午後13:00"])
def test_no_moment(written):
    with pytest.raises(ValueError, match=r"."):
        moment_of(written)


@given(st.text(max_size=30))
@settings(deadline=None, max_examples=150)
def test_any_text_is_read_or_refused_but_never_made_up(text):
    value = dbm_of(text)
    assert math.isnan(value) or -156 <= value <= -31
    assert generation_of(text) in {"4G", "5G", "", None}
    assert yes_no_of(text) in {"yes", "no", "", None}
    with contextlib.suppress(ValueError):
        assert moment_of(text)[:2] in {"", "20", "21"}


class TestErrorOfPosition:
    HEAD = HEAD + ",精度(m)"
    ROWS = (
        "2026-11-03,34.5,136.5,アルファ,,4G,-95,,,,12",
        "2026-11-03,34.6,136.5,アルファ,,4G,-95,,,,±100m",
        "2026-11-03,34.7,136.5,アルファ,,4G,-95,,,,350",
        "2026-11-03,34.8,136.5,アルファ,,4G,-95,,,,-1",
        "2026-11-03,34.9,136.5,アルファ,,4G,-95,,,,",
        "2026-11-03,34.4,136.5,アルファ,,4G,-95,,,,良",
        "2026-11-03,34.3,136.5,アルファ,,4G,-95,,,,0.35km",
    )

    def test_records_that_do_not_know_where_they_are_go_out_and_are_told(self, tmp_path):
        """Of 12, 100, 350, -1 (iOS: no position), not said, a word, and 350 m again, the three of lines 4, 5, 8 go."""
        table, (report,) = read(tmp_path, *self.ROWS, head=self.HEAD)
        assert sorted(table["row"]) == [2, 3, 6, 7]
        assert report.excluded == {"position-inaccurate": 3}
        told = {notice.code: notice for notice in report.notices}
        assert told["position-inaccurate"].places == ("4", "5", "8")
        assert "350m" in told["position-inaccurate"].text.ja
        assert told["accuracy-unclear"].places == ("7",)
        assert adds_up(report)

    def test_the_advice_of_the_message_works(self, tmp_path):
        """most_error_m raised: only the row without any position goes out."""
        (tmp_path / "t.csv").write_text("\n".join([self.HEAD, *self.ROWS]) + "\n", "utf-8")
        table, (report,) = field_tests.read(tmp_path / "t.csv", carriers=CARRIERS, most_error_m=400)
        assert sorted(table["row"]) == [2, 3, 4, 6, 7, 8]
        assert report.excluded == {"position-inaccurate": 1}

    def test_without_the_column_nothing_is_said_of_it(self, tmp_path):
        table, (report,) = read(tmp_path, "2026-11-03,34.5,136.5,アルファ,,4G,-95,,,")
        assert len(table) == 1
        assert report.verdict == "accept"


@given(st.floats(-1e6, 1e6), st.sampled_from(["", "m", " m", "km"]))
@settings(deadline=None, max_examples=60)
def test_metres_are_read_with_their_unit(value, unit):
    from geodata.evidence.accuracy import metres_of

    written = f"{value:.3f}"
    assert metres_of(written + unit) == pytest.approx(float(written) * (1000 if unit == "km" else 1))


def test_one_default_for_the_study_and_for_a_file_alone():
    from coverage.study.evidence import EvidenceFiles
    from geodata.evidence.accuracy import MOST_ERROR_M

    assert EvidenceFiles(field_tests=["a.csv"]).most_error_m == MOST_ERROR_M


@pytest.mark.parametrize(
    "header", ["GPS誤差(m)", "端末の測位精度", "position_error", "Uncertainty (m)", "GPS error (m)", "horizontal_error"]
)
def test_the_error_of_position_is_found_under_any_of_its_names(tmp_path, header):
    rows = [f"2026/11/3,34.5,136.5,架空アルファ,,4G,-95,可,,,{metres}" for metres in (5, 800)]
    _, (report,) = read(tmp_path, *rows, head=f"{HEAD},{header}")
    assert report.excluded == {"position-inaccurate": 1}


def test_a_dilution_of_precision_is_no_error_in_metres(tmp_path):
    _, (report,) = read(tmp_path, "2026/11/3,34.5,136.5,架空アルファ,,4G,-95,可,,,800", head=f"{HEAD},HDOP")
    assert report.excluded == {}
    assert "accuracy-not-metres" in codes(report)


@pytest.mark.parametrize(
    "header", ["GPS精度(HDOP)", "精度低下率", "vertical_accuracy", "高度精度(m)", "方位精度", "RSRP誤差", "error_code", "誤差率"]
)
def test_what_is_no_error_of_the_place_in_metres_leaves_no_row_out(tmp_path, header):
    _, (report,) = read(tmp_path, "2026/11/3,34.5,136.5,架空アルファ,,4G,-95,可,,,800", head=f"{HEAD},{header}")
    assert report.excluded == {}
    assert ("accuracy-not-metres" in codes(report)) == (header in {"GPS精度(HDOP)", "精度低下率"})


def test_kilometres_in_the_header_are_kilometres(tmp_path):
    rows = [f"2026/11/3,34.5,136.5,架空アルファ,,4G,-95,可,,,{km}" for km in ("0.8", "0.01")]
    _, (report,) = read(tmp_path, *rows, head=f"{HEAD},誤差(km)")
    assert report.excluded == {"position-inaccurate": 1}


def test_of_several_columns_of_error_the_first_with_numbers_is_used_and_the_others_told(tmp_path):
    rows = [f"2026/11/{day},34.5,136.5,架空アルファ,,4G,-95,可,,,,{errors}" for day, errors in ((1, "800,5"), (2, "5,800"), (3, "6,7"))]
    table, (report,) = read(tmp_path, *rows, head=f"{HEAD},精度,GPS誤差(m),ネットワーク誤差(m)")
    assert table["row"].tolist() == [3, 4]  # by GPS誤差: 精度 is blank
    assert [notice.places for notice in report.notices if notice.code == "accuracy-several"] == [("ネットワーク誤差(m)",)]


def test_where_all_are_inaccurate_the_advice_is_not_about_coordinates(tmp_path):
    with pytest.raises(DataError) as caught:
        read(tmp_path, *["2026/11/3,34.5,136.5,架空アルファ,,4G,-95,可,,,800"] * 5, head=f"{HEAD},GPS誤差(m)")
    assert caught.value.code == "no-usable-row"
    assert "most_error_m" in caught.value.problem.ja
    assert "緯度" not in caught.value.remedy.ja
