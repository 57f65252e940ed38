"""年次報告 as files: annual_report.pdf for the meeting, annual_report.xlsx with the rows behind every number."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coverage.figures import FIGURES
from geodata.errors import DataError, Text
from requests_gen.annual_report.facts import PARTS, Records, Report, annual_report
from requests_gen.annual_report.map import report_map
from requests_gen.annual_report.words import INTERNAL, MAP_FILE, SAY, TITLE, TREND_PEOPLE, TREND_ZONES, besides, printed
from requests_gen.files import replace_folder, typst_pdf, workbook
from requests_gen.wording import caption, captions, numbers_and_eras

if TYPE_CHECKING:
    from coverage.result import Result
    from requests_gen.workspace import StudyPlace

REPORT = Path(__file__).parents[1] / "annual_report" / "annual_report.typ"


def report_pdf(report: Mapping[str, Any], frame: typst_pdf.Frame, files: Mapping[str, bytes]) -> bytes:
    """年次報告, on two pages. Raises DataError where it does not fit in the smallest characters."""
    try:
        return typst_pdf.fitted_pdf(REPORT, {**report, **typst_pdf.margin_texts(frame)}, frame, "年次報告", files)
    except typst_pdf.PageOverflowError as error:
        raise DataError(
            "report-too-long",
            Text("年次報告が2枚に収まりません", "the report does not fit two pages"),
            Text("地区名・市町名・事業者名が長すぎないか確かめてください。", "look for very long names"),
            "年次報告",
        ) from error


PDF, SHEET = "annual_report.pdf", "annual_report.xlsx"
FOLDER = "report"
ROWS_SHOWN = 3000
LEAST_WITH_COMMAS = 10  # the look "people" gives smaller numbers a decimal
KEYS = 7  # the column of the rows' keys
HEADINGS = (("区分", 20), ("項目", 46), ("事業者", 20), ("数", 10), ("単位", 7), ("数えた表", 22), ("数え方", 44), ("元の行", 60))


def place_of(path: Path) -> StudyPlace:
    """The one study that `path` (its folder or its file) means. Raises DataError for a folder of several."""
    from requests_gen.workspace import find_studies

    places = find_studies(path.parent if path.is_file() else path)
    if len(places) > 1:
        names = "、".join(place.folder.name for place in places[:5])
        raise DataError(
            "several-studies",
            Text(f"このフォルダには調査がいくつもあります（{names}）", f"holds several studies ({names})"),
            Text("その中の1つを指定してください。", "name one of them"),
            str(path),
        )
    return places[0]


def report_of(place: StudyPlace, made: date) -> tuple[Report, Result]:
    """The report on the study in `place` from its last run, the registry and the years before.

    Raises DataError where the study was not run yet.
    """
    from coverage.change import compare, trend
    from requests_gen.compare import words
    from requests_gen.results import holds_result, read_result

    if not holds_result(place.results):
        raise DataError(
            "study-not-run",
            Text("この調査にはまだ結果がありません", "this study was not run yet"),
            Text("先に kengai run で実行してください。", "run it first (`kengai run`)"),
            str(place.folder),
        )
    result = read_result(place.results)
    said = caption(result, "ja")
    before = _years_before(place, result)
    history = trend([*before, result], str(result.study.zones.generation))
    change = words.sentences(compare(before[-1], result), said.carriers, "ja") if before else []
    return annual_report(result, _records(place, result, made), history, change, said, made), result


def _years_before(place: StudyPlace, result: Result) -> list[Result]:
    """Findings of earlier fiscal years in the workspace, oldest first, one a year."""
    from requests_gen.compare import earlier_findings
    from requests_gen.results import read_result

    found: dict[int, Result] = {}
    for held in earlier_findings(place):
        if held.before:
            continue  # the run before of the same study is no other year
        other = read_result(held.results)
        year = other.study.about.fiscal_year
        if year < result.study.about.fiscal_year:
            found.setdefault(year, other)
    return [found[year] for year in sorted(found)]


def _records(place: StudyPlace, result: Result, made: date) -> Records:
    """The registry's part; empty where there is no registry yet."""
    import pandas as pd

    from requests_gen.progress import deadlines_of, promises, states
    from requests_gen.registry import location, open_registry

    there = location.existing_registry(place.workspace)
    if there is None:
        return Records(pd.DataFrame(), pd.DataFrame())
    year = result.study.about.fiscal_year
    with open_registry(there) as registry:
        return Records(
            registry.letters(year),
            registry.replies(year),
            states(registry, deadlines_of(place.workspace), made),
            promises(registry, made),
            registry.zones(),
        )


def pdf_bytes(report: Report, result: Result) -> bytes:
    """The two pages. The same report gives the same bytes."""
    drawn = report_map(result, [(at, zone.zone_id) for at, zone in enumerate(report.remaining, start=1)])
    frame = typst_pdf.Frame(
        draft=INTERNAL,
        notice=report.caption.notice,
        author=report.caption.title,
        carrier_name=report.caption.title,
        year=captions.fiscal_year(report.year).ja,
        wording=SAY,
        made=report.made,
    )
    return report_pdf(printed(report, drawn), frame, {MAP_FILE: drawn.svg})


def write_report(report: Report, result: Result, folder: Path) -> list[Path]:
    """Write PDF and SHEET into `folder` together; what a former report wrote there is kept as `<folder>.old`.

    Raises DataError, changing nothing, when other files lie there.
    """

    def build(making: Path) -> None:
        (making / PDF).write_bytes(pdf_bytes(report, result))
        _sheet(making / SHEET, report)
        manifest = {"report": report.year, "made": report.made.isoformat(), "outputs": replace_folder.output_list(making)}
        (making / replace_folder.MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")

    replace_folder.publish(build, folder)
    return [folder / PDF, folder / SHEET]


def _sheet(path: Path, report: Report) -> None:
    said = dataclasses.replace(report.caption, title=f"{report.caption.title}　{TITLE}")
    book = workbook.Book(path, said)
    sheet = book.sheet("年次報告", "Annual report")
    book.header(sheet, [(heading, width) for heading, width in HEADINGS])
    names = dict(report.carriers)
    row = workbook.HEADER_ROW + 1
    for fact in report.facts:
        cells = (PARTS[fact.part], fact.label, names.get(fact.carrier, fact.carrier))
        for column, text in enumerate(cells):
            book.cell(sheet, row, column, text, valign="top", text_wrap=True)
        kind = "people" if fact.value is None or fact.value >= LEAST_WITH_COMMAS else "whole"
        book.cell(sheet, row, 3, fact.value, kind, valign="top")
        keys = "、".join(fact.rows[:ROWS_SHOWN]) + (f"、ほか{len(fact.rows) - ROWS_SHOWN}行" if len(fact.rows) > ROWS_SHOWN else "")
        unknown = "（不明）" if fact.value is None else ""
        for column, text in ((4, fact.unit), (5, fact.table), (6, fact.how + unknown)):
            book.cell(sheet, row, column, text, valign="top", text_wrap=True)
        # hundreds of keys would run over the sheet's edge; "fill" keeps them in their cell
        book.cell(sheet, row, KEYS, keys, valign="top", align="fill")
        sheet.set_row(row, 14 * max(workbook.lines_in(fact.label, 46), workbook.lines_in(fact.how + unknown, 44)))
        row += 1
    row = _trend(book, sheet, row + 1, report)
    last = _remaining(book, sheet, row + 1, report)
    sheet.print_area(0, 0, last, KEYS - 1)  # the keys are for looking up, not for paper
    book.cell(sheet, 2, 5, INTERNAL)
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 2)
    book.book.close()


def _block(book: workbook.Book, sheet: Any, row: int, headings: list[str], rows: list[list[Any]]) -> int:
    look = book.look(bold=True, bg_color="#DCE6F1", border=1, text_wrap=True)
    for column, heading in enumerate(headings):
        workbook.write_text(sheet, row, column, heading, look)
    for values in rows:
        row += 1
        for column, value in enumerate(values):
            kind = "whole" if isinstance(value, int | float) or value is None else "text"
            book.cell(sheet, row, column, value, kind, valign="top")
    return row + 1


def _trend(book: workbook.Book, sheet: Any, row: int, report: Report) -> int:
    head = ["推移　年度", "注意（数え方）", "規則", TREND_ZONES, "", TREND_PEOPLE]
    rows = [
        [
            SAY.fiscal_year(int(one["fiscal_year"])),
            ("" if one["same_terms"] else "前の年度と数え方が違う") + besides(one),
            captions.RULE_SHORT[one["rule"]].ja,
            _known(one["zones"]),
            "",
            numbers_and_eras.round_half_up(float(one["zone_people"])),
        ]
        for one in report.trend
    ]
    return _block(book, sheet, row, head, rows)


def _known(value: float) -> float | None:
    return None if value != value else float(value)


def _remaining(book: workbook.Book, sheet: Any, row: int, report: Report) -> int:
    head = ["残る主な地区　地区ID", "地区", "市町村", FIGURES["rank"].heading.ja, "", TREND_PEOPLE, "回答", "次の動き"]
    rows = [
        [zone.zone_id, zone.name, zone.municipality, zone.rank, "", zone.people, zone.answers, zone.next_step] for zone in report.remaining
    ]
    return _block(book, sheet, row, head, rows)
