"""The reply form: text stays text, ours is locked, theirs is open, and another program's saving changes nothing."""

from __future__ import annotations

import hashlib
import io
import os
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.tables.text import CONTROL
from requests_gen.replies.codes import ANSWER_BY_KEY, ANSWERS, REASON_BY_KEY, REASONS
from requests_gen.replies.form import FIXED, GUIDE, HEADER_ROW, HEADINGS, LONGEST_LIST, SHEET, ReplyForm, half_years, write_reply_form
from tests.waiting import CEILING_S

NAMES = ('=HYPERLINK("http://x","y")', "@SUM(A1)", "001", "NA", "_x0041_ & <b>", "髙﨑 𠮷野", "1,234")


def rows() -> pd.DataFrame:
    return pd.DataFrame({"zone_id": [f"24201-{n:03}" for n in range(1, len(NAMES) + 1)], "municipality": "津市", "name": NAMES})


def form(path: Path | None = None, **change: Any) -> bytes:
    facts: dict[str, Any] = {
        "letter_id": "R8-1-alpha",
        "fiscal_year": 2026,
        "carrier_key": "alpha",
        "carrier_name": "架空モバイルA & B",
        "rows": rows(),
        "form_version": "1",
        "deadline_text": "令和９年１月２９日（金）",
        "fictitious": True,
        "draft": False,
    }
    facts |= change
    return write_reply_form(path, rows=facts.pop("rows"), head=ReplyForm(**facts))


def opened(data: bytes) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data))


def lists(sheet: Any) -> dict[str, tuple[str, str, str]]:
    return {str(rule.sqref): (rule.type, str(rule.formula1), rule.errorStyle or "stop") for rule in sheet.data_validations.dataValidation}


def values(sheet: Any) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows(min_row=HEADER_ROW + 1)]


def check_form(sheet: Any) -> None:
    """What must hold of the form, whoever saved it last."""
    table = values(sheet)
    assert tuple(table[0]) == HEADINGS
    assert [row[:FIXED] for row in table[1:]] == [["1", "2026", f"24201-{n:03}", "津市", name, "alpha"] for n, name in enumerate(NAMES, 1)]
    assert all(value is None for row in table[1:] for value in row[FIXED:])
    for row in sheet.iter_rows(min_row=HEADER_ROW + 2):
        assert [cell.data_type for cell in row[:FIXED]] == ["s"] * FIXED
        assert [cell.protection.locked for cell in row] == [True] * FIXED + [False] * (len(HEADINGS) - FIXED)
        assert row[10].number_format == "@"  # "1,3" are two reasons and not thirteen
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert sheet.page_setup.orientation == "landscape"
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.print_title_rows == f"${HEADER_ROW + 1}:${HEADER_ROW + 1}"
    span = f"{HEADER_ROW + 2}:{{0}}{HEADER_ROW + 1 + len(NAMES)}"
    rules = lists(sheet)
    answers = ",".join(code.entry() for code in ANSWERS)
    assert rules["G" + span.format("G")] == ("list", f'"{answers}"', "stop")
    assert rules["J" + span.format("J")] == ("list", '"要,不要,条件付"', "stop")
    assert rules["M" + span.format("M")] == ("list", '"エリア内,一部,エリア外"', "stop")
    assert rules["O" + span.format("O")] == ("list", '"可,区分のみ可,不可"', "stop")
    assert rules["I" + span.format("I")][2] == "warning"  # two methods may be named together
    assert rules["P" + span.format("P")][0] == "date"


def test_form_as_written() -> None:
    book = opened(form())
    assert book.sheetnames == [SHEET, GUIDE]
    check_form(book[SHEET])
    assert book[SHEET].freeze_panes == f"F{HEADER_ROW + 2}"
    assert book[GUIDE].protection.sheet


def test_saved_by_libreoffice_it_is_the_same_form(tmp_path: Path) -> None:
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice is not here: that the form survives its saving is left out")
    form(tmp_path / "form.xlsx")
    subprocess.run(
        [
            program,
            "--headless",
            f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}",
            "--convert-to",
            "xlsx",
            "--outdir",
            str(tmp_path / "saved"),
            str(tmp_path / "form.xlsx"),
        ],
        check=True,
        timeout=CEILING_S,
        capture_output=True,
        env={**os.environ, "HOME": str(tmp_path)},
    )
    check_form(openpyxl.load_workbook(tmp_path / "saved" / "form.xlsx")[SHEET])


def test_no_formula_macro_or_link() -> None:
    with zipfile.ZipFile(io.BytesIO(form())) as members:
        names = members.namelist()
        sheets = [members.read(name).decode() for name in names if name.startswith("xl/worksheets/sheet")]
    assert not [n for n in names if "vba" in n.lower() or "external" in n.lower() or "rels/sheet" in n]
    assert not [s for s in sheets if "<f>" in s or "<f " in s or "hyperlink" in s.lower()]


def test_same_facts_same_bytes(tmp_path: Path) -> None:
    data = form(tmp_path / "a" / "form.xlsx")
    assert data == form() == (tmp_path / "a" / "form.xlsx").read_bytes()
    assert hashlib.sha256(data).digest() != hashlib.sha256(form(form_version="2")).digest()


@pytest.mark.parametrize(("fictitious", "draft"), [(True, False), (False, True), (False, False)])
def test_marks_stand_on_every_sheet(fictitious: bool, draft: bool) -> None:
    for sheet in opened(form(fictitious=fictitious, draft=draft)):
        text = "".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
        printed = str(sheet.oddHeader.right.text)
        for word, spec in (("架空】", fictitious), ("【案】", draft)):
            assert (word in text) == spec
            assert (word in printed) == spec


def test_zones_in_the_index_and_their_order() -> None:
    turned = rows().iloc[::-1].set_index("zone_id")
    sheet = opened(form(rows=turned))[SHEET]
    assert [row[2] for row in values(sheet)[1:]] == turned.index.tolist()


def test_no_zone_and_zone_twice() -> None:
    with pytest.raises(DataError, match="地区がありません") as refused:
        form(rows=rows().iloc[:0])
    assert refused.value.code == "reply-form-empty"
    with pytest.raises(ValueError, match="24201-001"):
        form(rows=pd.concat([rows(), rows().iloc[:1]]))


def test_codes_are_those_of_the_form() -> None:
    assert [code.key for code in ANSWERS] == ["A1", "A2", "B1", "B2", "C1", "D1", "D2", "N"]
    assert [code.key for code in REASONS] == list("123456789")
    assert len(ANSWER_BY_KEY) == len(ANSWERS)
    assert len(REASON_BY_KEY) == len(REASONS)
    assert all(code.name.ja and code.name.en and "," not in code.entry() for code in (*ANSWERS, *REASONS))


@given(st.integers(2019, 2100))
@settings(deadline=None, max_examples=20)
def test_half_years_fit_a_rule(year: int) -> None:
    choices = half_years(year)
    assert choices[0] == f"令和{year - 2018 if year > 2019 else '元'}年度上期"
    assert len(set(choices)) == len(choices)
    assert len(",".join(choices)) <= LONGEST_LIST


@given(st.text(st.characters(exclude_categories=["Cs", "Cn", "Cc"]), min_size=1, max_size=40))
@settings(deadline=None, max_examples=25)
def test_any_name_comes_back(name: str) -> None:
    sheet = opened(form(rows=pd.DataFrame({"zone_id": ["24201-001"], "municipality": ["津市"], "name": [name]})))[SHEET]
    cell = sheet.cell(HEADER_ROW + 2, 5)
    assert cell.data_type in {"s", "n"}  # n: openpyxl's word for an empty one
    assert (cell.value or "") == CONTROL.sub("", name)  # and nothing else is lost
