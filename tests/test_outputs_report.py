"""The intake report: every file, what became of its records, in words as well as signs."""

from __future__ import annotations

import json
import re

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from requests_gen.files.json_text import json_bytes
from requests_gen.results.intake_report import intake_facts, intake_html, totals
from requests_gen.wording.captions import caption
from tests.worlds import HOSTILE, world


def test_totals_conserve_records() -> None:
    result = world()
    counted = totals(result.reports)
    assert counted == {"files": 2, "accept": 1, "warn": 1, "refuse": 0, "records": 22, "accepted": 20, "excluded": 2}
    assert counted["records"] == counted["accepted"] + counted["excluded"]


def test_json_holds_every_file_and_message() -> None:
    result = world()
    facts = json.loads(json_bytes(intake_facts(result.reports, True, caption(result, "ja"))))
    assert facts["verdict"] == "warn"
    assert facts["fictitious"] is True
    assert [entry["path"] for entry in facts["files"]] == [report.path for report in result.reports]
    assert [message["code"] for message in facts["files"][1]["messages"]] == ["repaired", "empty", "encoding"]


def test_page_escapes_and_says_it_in_words() -> None:
    result = world()
    page = intake_html(result, caption(result, "ja"))
    assert "<img" not in page
    assert "<script" not in page
    assert "&lt;img src=x" in page
    assert "このうち1件は、直したり選んだりしたうえで使っています。" in page
    assert "○ そのまま使用" in re.sub(r"\s+", " ", page)
    assert "架空のエリア" in page
    assert "出典：政府統計の総合窓口(e-Stat)" in page
    assert HOSTILE[2] not in page


def test_a_refused_file_stands_out() -> None:
    result = world()
    refused = IntakeReport("bad.zip", "coverage")
    refused.refuse(DataError("zip-broken", Text("壊れています", "is broken"), Text("もらい直してください。", "ask again"), "bad.zip"))
    result.reports.append(refused)
    page = intake_html(result, caption(result, "ja"))
    assert "× 使用できない" in page
    assert "もらい直してください。" in page
    assert "1件は使えませんでした。" in page
    assert intake_facts(result.reports, True, caption(result, "ja"))["verdict"] == "refuse"


def test_nothing_to_check_is_said_too() -> None:
    result = world()
    del result.reports[1:]
    assert "確認していただくことはありません" in intake_html(result, caption(result, "ja"))
