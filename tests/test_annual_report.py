"""The annual report: every number counted again from the rows it names, two pages, the same bytes twice."""

from __future__ import annotations

import contextlib
import dataclasses
import io
import shutil
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from coverage.change.trends import trend
from coverage.figures import FIGURES
from geodata.errors import DataError
from requests_gen.annual_report.facts import PARTS, SUMS, Records, Report, annual_report
from requests_gen.annual_report.files import PDF, SHEET, pdf_bytes, place_of, report_of, write_report
from requests_gen.annual_report.words import INTERNAL, printed
from requests_gen.progress.progress import ZoneStatus
from requests_gen.progress.promised import Promise, PromiseTally
from requests_gen.registry.registry import open_registry
from requests_gen.results.store import write_result
from requests_gen.wording.captions import caption
from requests_gen.workspace.places import REGISTRY_FILE
from tests.letter_world import named, world, world_folder
from tests.test_letter_papers import HOSTILE

MADE = date(2027, 3, 20)
EAST, WEST, SOUTH = "24201-001", "24201-002", "24202-001"
LETTERS = pd.DataFrame(
    [
        {"letter_id": "2026-alpha-1", "year": 2026, "carrier": "alpha", "state": "sent", "zones": [EAST, SOUTH]},
        {"letter_id": "2026-beta-1", "year": 2026, "carrier": "beta", "state": "ready", "zones": [EAST]},
    ]
)
REPLIES = pd.DataFrame([{"year": 2026, "zone_id": EAST, "carrier": "alpha", "answer": "A1"}])
STANDS = [
    ZoneStatus(EAST, "alpha", "reported_built", "A1", 2026, owes="office-ground"),
    ZoneStatus(SOUTH, "alpha", "requested", "", 2026, owes="carrier-reply", overdue=("reply",)),
    ZoneStatus("24999-001", "beta", "resolved", "A1", 2025),
    ZoneStatus(WEST, "beta", "answered", "A2", 2026, owes="carrier-build", superseded_by=("24201-009",)),
]
KEPT = {"alpha": PromiseTally("alpha", (Promise(EAST, "alpha", 2026, "令和9年度", "2028-03-31", "open"),))}
REGISTERED = pd.DataFrame({"name": ["かつての地区"]}, index=pd.Index(["24999-001"], name="zone_id"))
RECORDS = Records(LETTERS, REPLIES, STANDS, KEPT, REGISTERED)
NOTHING = Records(pd.DataFrame(), pd.DataFrame())


def made(records: Records = RECORDS, result: Any = None, change: tuple[str, ...] = ("変わりました",)) -> Report:
    result = result if result is not None else world()
    return annual_report(result, records, trend([result], "4G"), change, caption(result, "ja"), MADE)


def text_of(data: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages).replace("\n", "").replace(" ", "")


@pytest.mark.parametrize("records", [RECORDS, NOTHING], ids=["records", "nothing"])
def test_every_number_is_what_its_rows_count_to(records):
    report = made(records)
    for fact in report.facts:
        if fact.key in SUMS and fact.value is None:
            assert world().zones[fact.key].isna().all()
        elif fact.key in SUMS:
            assert fact.value == np.floor(world().zones.loc[list(fact.rows), fact.key].sum() + 0.5)
        else:
            assert fact.value == len(fact.rows) == len(set(fact.rows)), fact
    keys = [(fact.key, fact.carrier) for fact in report.facts]
    assert len(keys) == len(set(keys))


def test_what_the_registry_says():
    report = made()
    value = lambda key, carrier="": report.fact(key, carrier).value  # noqa: E731
    assert report.fact("letters").rows == ("2026-alpha-1",)  # the other was not sent
    assert (value("asked", "alpha"), value("asked", "beta")) == (2, 0)
    assert (value("answer.A1", "alpha"), value("no_reply", "alpha"), value("no_reply", "beta")) == (1, 1, 0)
    assert (value("state.reported_built"), value("state.resolved"), value("overdue.reply")) == (1, 1, 1)
    assert (value("promise.open", "alpha"), value("promise.kept", "alpha"), value("promise.open", "beta")) == (1, 0, 0)
    assert report.fact("due_next_year").rows == (f"{EAST}/alpha",)
    assert value("next.office-ground") == 1


def test_a_superseded_zone_stands_nowhere():
    assert made().fact("state.answered").value == 0


def test_what_remains_and_what_was_built():
    report = made()
    assert EAST not in [zone.zone_id for zone in report.remaining]  # said to be built
    assert SOUTH in [zone.zone_id for zone in report.remaining]
    assert [(one.zone_id, one.name, one.state) for one in report.built] == [
        ("24999-001", "かつての地区", "resolved"),
        (EAST, "東", "reported_built"),
    ]


def test_unknown_is_not_zero():
    zones = world().zones.assign(complete_population=np.nan)
    report = made(result=counted_again(world(), zones))
    assert report.fact("complete_population").value is None
    assert [row[1] for row in printed(report, _map())["plan"] if row[0] == FIGURES["complete_population"].name.ja] == ["不明"]


def test_a_sum_without_an_unknown_zone_does_not_look_whole():
    zones = world().zones
    holed = counted_again(world(), zones.assign(uncovered_population=zones["uncovered_population"].mask(zones.index == EAST)))
    told = printed(made(result=holed), _map())
    known = round(zones["uncovered_population"].drop(EAST).sum())
    assert [row[1] for row in told["plan"] if row[0] == FIGURES["uncovered_population"].name.ja] == [f"{known}人（ほかに不明 1地区）"]
    assert [(year["people"], year["note"]) for year in told["trend"]] == [(f"{known}人", "－。ほかに不明 1地区")]


def counted_again(result, zones):
    """The result with other zones, its totals forgotten: they are asked of the zones again."""
    return dataclasses.replace(result, zones=zones, summary={k: v for k, v in result.summary.items() if k != "figures"})


def _map():
    from requests_gen.annual_report.map import ReportMap

    return ReportMap(b"<svg/>", "図")


def test_two_pages_the_same_twice_with_the_notice_on_both():
    data = pdf_bytes(made(), world())
    assert data == pdf_bytes(made(), world())
    pages = PdfReader(io.BytesIO(data)).pages
    assert len(pages) == 2
    for page in pages:
        told = page.extract_text().replace("\n", "")
        assert "架空のエリアです" in told
        assert INTERNAL[:4] in told
    text = text_of(data)
    assert "令和9年3月20日現在" in text
    assert all(part.replace(" ", "") in text for part in PARTS.values())


def test_names_that_would_like_to_be_more(tmp_path):
    result = named(world(), {EAST: HOSTILE[0] + HOSTILE[8], SOUTH: "<img onerror=x>" + HOSTILE[6]})
    report = made(result=result)
    assert "<imgonerror=x>" in text_of(pdf_bytes(report, result))
    write_report(report, result, tmp_path / "report")
    book = openpyxl.load_workbook(tmp_path / "report" / SHEET)
    assert {cell.data_type for row in book.active.iter_rows() for cell in row if cell.value} <= {"s", "n"}


def test_very_long_names_are_refused_or_fit():
    result = named(world(), {SOUTH: "長い名前の地区" * 60})
    with contextlib.suppress(DataError):
        assert len(PdfReader(io.BytesIO(pdf_bytes(made(result=result), result))).pages) == 2


def test_the_sheet_holds_every_number_and_its_rows(tmp_path):
    report = made()
    write_report(report, world(), tmp_path / "report")
    first = {name: (tmp_path / "report" / name).read_bytes() for name in (PDF, SHEET)}
    write_report(report, world(), tmp_path / "again")
    assert first == {name: (tmp_path / "again" / name).read_bytes() for name in (PDF, SHEET)}
    book = openpyxl.load_workbook(tmp_path / "report" / SHEET)
    assert len(book.sheetnames) == 1
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=5, max_row=4 + len(report.facts))]
    for fact, row in zip(report.facts, rows, strict=True):
        assert (row[1], row[3], row[4]) == (fact.label, fact.value, fact.unit)
        assert (row[7] or "").split("、") == (list(fact.rows) or [""])
    assert "架空" in str(book.active["A3"].value)


def test_the_command(tmp_path):
    from kengai import app

    shutil.copytree(world_folder(), tmp_path / "study")
    asked = ["report", str(tmp_path / "study"), "--date", "2027-03-20"]
    unrun = CliRunner().invoke(app, asked)
    assert unrun.exit_code != 0
    write_result(world(), tmp_path / "results")
    with open_registry(tmp_path / REGISTRY_FILE) as registry:
        letter = {**LETTERS.iloc[0].to_dict(), "version": 1, "sent_on": "2026-11-20"}
        registry.record_letter(letter, who="担当", at=datetime(2026, 11, 20, tzinfo=UTC))
    done = CliRunner().invoke(app, asked)
    assert done.exit_code == 0, done.output
    assert (tmp_path / "report" / PDF).is_file()
    report, _ = report_of(place_of(tmp_path / "study"), MADE)
    assert report.fact("no_reply", "alpha").rows == (EAST, SOUTH)
    assert report.change == ()
