"""Tables: every cell is text as it was written; nothing shifts, vanishes or turns into a number."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.formats.dbf import read_dbf
from geodata.intake.reading import read_table
from geodata.safety.ceilings import Limits, limited
from geodata.tables.text import decode, decode_fields
from tests.hostile import members_of, shapefile, workbook, write, zipped

TEXT = "番号,名称\r\n001,①㈱髙﨑～表ソ\r\nNA,None\r\n,ｶﾅ\r\n"
ROWS = [["001", "①㈱髙﨑～表ソ"], ["NA", "None"], ["", "ｶﾅ"]]


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8 (BOM)"),
        (TEXT.encode("cp932"), "cp932"),
        (TEXT.encode("utf-16"), "utf-16-le (BOM)"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "utf-16-be (BOM)"),
    ],
)
def test_one_table_in_every_encoding(tmp_path: Path, data: bytes, encoding: str) -> None:
    """cp932, UTF-8, UTF-8-SIG and UTF-16 give the same result, and nothing to tell."""
    table, report = read_table(write(tmp_path / "a.csv", data))
    assert table.to_numpy().tolist() == ROWS
    assert list(table.columns) == ["番号", "名称"]
    assert report.facts["encoding"] == encoding
    assert report.verdict == "accept"


def test_iso_2022_jp_and_unmarked_utf16(tmp_path: Path) -> None:
    plain = "番号,名称\r\n001,津市\r\n"
    assert read_table(write(tmp_path / "a.csv", plain.encode("iso2022_jp")))[0].iloc[0, 1] == "津市"
    table, report = read_table(write(tmp_path / "b.csv", "a,b\r\n1,2\r\n".encode("utf-16-le")))
    assert table.to_numpy().tolist() == [["1", "2"]]
    assert report.notices[0].code == "encoding-presumed"


def test_without_header_titles_are_padded_and_columns_numbered(tmp_path: Path) -> None:
    table, _ = read_table(write(tmp_path / "a.csv", "表題\nKEY,x,y\n1,2,3\n"), header=False)
    assert table.to_numpy().tolist() == [["表題", "", ""], ["KEY", "x", "y"], ["1", "2", "3"]]
    assert list(table.columns) == [0, 1, 2]


def test_row_numbers_are_those_of_the_file(tmp_path: Path) -> None:
    """Blank lines are no records; a quoted line break does not put the count out."""
    table, _ = read_table(write(tmp_path / "a.csv", 'a,b\n\n1,"x\ny"\n\n2,z\n'))
    assert table.attrs["row_numbers"] == [3, 6]


def test_the_shifted_row_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        read_table(write(tmp_path / "a.csv", "a,b\n1,2\n\n3,4,5\n"))
    assert refused.value.code == "row-length"
    assert str(refused.value.where) == "4 行目"


def test_undecodable_byte_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError) as refused:
        read_table(write(tmp_path / "a.csv", b"a,b\n1,2\n\xff\xff,3\n"))
    assert "8 バイト目（0xFF）" in str(refused.value)
    assert str(refused.value.where) == "3 行目"


@pytest.mark.parametrize(
    ("written", "read"),
    [("'=1+1", "=1+1"), ("'＝HYPERLINK()", "＝HYPERLINK()"), ("'-5", "'-5"), ("'abc", "'abc"), ("'@x", "@x"), ("=1+1", "=1+1")],
)
def test_our_own_guard_against_formulas_is_undone(tmp_path: Path, written: str, read: str) -> None:
    table, _ = read_table(write(tmp_path / "a.csv", f"a,b\n{written},1\n"))
    assert table.iloc[0, 0] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('="012"', "012"),
        ("'012", "012"),
        ("'字西1", "字西1"),
        ('="a ""b"""', 'a "b"'),
        ("字\u200b西\u20601", "字西1"),
        ("\ufeff甲\u202e乙\x0c丙\xad丁", "甲乙丙丁"),
        ("ア\u200dイ", "アイ"),
        # what has a meaning stays: full-width and no-break spaces, 異体字, quotes that are not Excel's
        ("字\u3000西", "字\u3000西"),
        ("葛\U000e0100城", "葛\U000e0100城"),
        ("\u8fbb\ufe00", "\u8fbb\ufe00"),
        ("a\xa0b", "a\xa0b"),
        ("'12'", "'12'"),
        ("O'Hara", "O'Hara"),
        ('="', '="'),
    ],
)
def test_what_nobody_meant_is_taken_out_and_counted(tmp_path: Path, written: str, read: str) -> None:
    import csv
    import io

    out = io.StringIO()
    csv.writer(out).writerows([["名称", "n"], ["甲", "1"], [], [written, "2"]])
    table, report = read_table(write(tmp_path / "a.csv", out.getvalue()))
    assert table["名称"].tolist() == ["甲", read]
    told = [(notice.code, notice.count, notice.places) for notice in report.notices]
    code = "control-characters" if written.isprintable() is False and read != written else "excel-text-marks"
    assert told == ([] if read == written else [(code, 1, ("4 名称",))])  # the line in the file, its blank line counted


def test_column_names_are_cleaned_too(tmp_path: Path) -> None:
    table, report = read_table(write(tmp_path / "a.csv", '\ufeff\ufeff名\u200b称,="緯度"\n甲,34\n'))
    assert list(table.columns) == report.facts["columns"] == ["名称", "緯度"]
    assert report.notices[0].count == 2
    two = read_table(write(tmp_path / "b.csv", "名称,名\u200b称\n甲,乙\n"))[0]
    assert two.iloc[0].tolist() == ["甲", "乙"]  # names that would become one are left alone


def test_the_end_sign_of_old_software_is_no_row(tmp_path: Path) -> None:
    table, report = read_table(write(tmp_path / "a.csv", "a,b\r\n1,2\r\n\x1a"))
    assert table.to_numpy().tolist() == [["1", "2"]]
    assert (report.verdict, [notice.code for notice in report.notices]) == ("accept", ["dos-end"])


CODES = "code,name,n\n" + "".join(f"{k},{name},{k * 7}\n" for k, name in enumerate("甲乙丙丁戊己庚", 9))
PLACES = "名称,経度,緯度\n" + "".join(f"名{k},136.512{k},34.5{'12' * (k % 2 + 1)}{k}\n" for k in range(1, 8))
MESHES = "mesh\n" + "".join(f"51366400{k}\n" for k in range(1, 10))


@pytest.mark.parametrize(
    ("text", "rows", "told"),
    [
        (CODES, 7, []),
        (CODES[:-1], 7, []),  # a good file without a last line end
        (CODES[:-2], 7, []),  # "10" for "105": nobody can know
        (CODES[:-4], 7, ["8 行目"]),  # the last cell is blank, no other is
        (CODES[: CODES.rindex(",")], 6, ["8 行目"]),
        (CODES[: CODES.rindex("\n1") + 2], 6, ["8 行目"]),
        ("a,b\n1,2\n3,\n5,6\n7,8\n1,2\n3,4\n5,", 7, []),  # others are blank too
        ("a,b\n1,2\n3,", 2, []),  # too few rows to say what is usual
        (MESHES[:-1], 9, []),
        (MESHES[:-4], 9, ["10 行目"]),
        (PLACES[:-1], 7, []),
        (PLACES[:-3], 7, []),  # as long as some others
        (PLACES[:-4], 7, ["8 行目"]),  # a coordinate shorter than all others
        (PLACES[:-6], 7, ["8 行目"]),
        (PLACES[: PLACES.index("名5")] + "名5,136.5125,34.5", 5, []),  # too few rows
        (PLACES.replace("緯度", "値")[:-4], 7, []),  # no column of coordinates
    ],
)
def test_a_table_cut_inside_its_last_line_is_told(tmp_path: Path, text: str, rows: int, told: list[str]) -> None:
    table, report = read_table(write(tmp_path / "a.csv", text))
    assert len(table) == rows == report.accepted
    assert report.records_in_file == report.accepted + sum(report.excluded.values())
    assert [place for notice in report.notices if notice.code == "last-line-cut" for place in notice.places] == told
    assert report.verdict == ("warn" if told else "accept")


def test_a_short_row_elsewhere_is_still_refused(tmp_path: Path) -> None:
    for text in ("a,b\n1,2\n3\n4,5", "a,b\n1,2\n3\n"):
        with pytest.raises(DataError) as refused:
            read_table(write(tmp_path / "a.csv", text))
        assert (refused.value.code, str(refused.value.where)) == ("row-length", "3 行目")


@pytest.mark.parametrize(("name", "text"), [("a.tsv", "a\tb,c\n1\t2,3\n"), ("a.txt", "a;b\n1;2\n"), ("a.csv", "a,b\n1;5,2\n")])
def test_delimiters(tmp_path: Path, name: str, text: str) -> None:
    assert read_table(write(tmp_path / name, text))[0].shape == (1, 2)


def test_old_macintosh_line_ends(tmp_path: Path) -> None:
    assert read_table(write(tmp_path / "a.csv", "a,b\r1,2\r3,4\r"))[0].to_numpy().tolist() == [["1", "2"], ["3", "4"]]


CELL = st.text(st.characters(min_codepoint=32, max_codepoint=0x9FFF, exclude_categories=("C", "Z")), max_size=8)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CELL, min_size=3, max_size=3), min_size=1, max_size=6), st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]))
def test_what_is_written_is_read(tmp_path: Path, rows: list[list[str]], encoding: str) -> None:
    """Law: a table written by csv comes back cell by cell, whatever its text (guards aside)."""
    import csv
    import io

    rows = [[cell.lstrip("'") or "x" for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    table, _ = read_table(write(tmp_path / "a.csv", out.getvalue().encode(encoding)))
    assert table.to_numpy().tolist() == rows


def test_workbook_cells_keep_codes_and_dates(tmp_path: Path) -> None:
    import datetime as dt

    import openpyxl

    path = workbook(tmp_path / "a.xlsx", {"一覧": [["code", "n", "x", "day", "flag"], [None, 5236.0, 0.1, dt.date(2020, 1, 2), True]]})
    book = openpyxl.load_workbook(path)
    book["一覧"]["A2"] = 1234
    book["一覧"]["A2"].number_format = "00000"
    book.save(path)
    table, report = read_table(path)
    assert table.to_numpy().tolist() == [["01234", "5236", "0.1", "2020-01-02", "TRUE"]]
    assert (report.format, report.facts["sheet"], report.verdict) == ("XLSX", "一覧", "accept")


def test_the_other_sheets_are_counted(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", {"津": [["a", "b"], ["1", "2"]], "松阪": [["a", "b"], ["3", "4"], ["5", "6"]]})
    table, report = read_table(path, sheet="津")
    assert table.to_numpy().tolist() == [["1", "2"]]
    assert report.excluded == {"other-sheet": 3}
    assert report.records_in_file == 4


def test_a_zipped_table(tmp_path: Path) -> None:
    path = zipped(tmp_path / "tbl.zip", {"表.txt": TEXT.encode("cp932")}, encoding="cp932")
    assert read_table(path)[0].to_numpy().tolist() == ROWS


@pytest.mark.parametrize("limit", [{"rows": 1}, {"columns": 1}, {"cells": 3}, {"table_bytes": 10}, {"line_chars": 5}])
def test_tables_over_a_limit_are_refused(tmp_path: Path, limit: dict[str, Any]) -> None:
    with limited(Limits(**limit)), pytest.raises(DataError) as refused:
        read_table(write(tmp_path / "a.csv", TEXT))
    assert refused.value.code == "too-big"


@pytest.mark.parametrize(
    ("fields", "declared", "expected"),
    [
        (["表示"], "", ("cp932", False)),
        (["表示"], "utf-8", ("cp932", True)),
        (["かな"], "iso8859-1", ("cp932", True)),
        (["abc"], "cp1252", ("cp1252", False)),
    ],
)
def test_encoding_of_short_fields(fields: list[str], declared: str, expected: tuple[str, bool]) -> None:
    assert decode_fields([field.encode("cp932") for field in fields], declared) == expected


def test_european_text_is_not_taken_for_japanese() -> None:
    assert decode_fields(["Région Île".encode("latin-1")], "iso8859-1") == ("iso8859-1", False)


def test_a_field_may_end_inside_a_character() -> None:
    assert decode_fields(["漢字".encode()[:-1]], "utf-8") == ("utf-8", False)


def test_dbf_columns(tmp_path: Path) -> None:
    table = read_dbf(members_of(shapefile(tmp_path))["表示エリア.dbf"])
    assert list(table.columns) == ["名称"]
    assert table.columns["名称"].tolist() == ["表示ソ0", "表示ソ1"]
    assert table.encoding == "cp932"


def test_decode_counts_bytes_after_the_mark() -> None:
    with pytest.raises(DataError) as refused:
        decode(b"\xef\xbb\xbfab\xff")
    assert "5 バイト目" in str(refused.value)
