"""The ranking as sheets: ranking.csv for programs and Excel alike, ranking.xlsx for people."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.figures import figure
from coverage.rules import RULES
from geodata.errors import Text
from geodata.report import IntakeReport
from geodata.tables import text as tables_text
from requests_gen.files import workbook
from requests_gen.results.columns import PRINTED_TO, Column, ranking_columns, ranking_rows
from requests_gen.wording import Caption, captions, intake, urgency

if TYPE_CHECKING:
    from coverage.result import Result

CSV_ENCODING = "utf-8-sig"  # Excel takes a CSV without a mark for CP932
FORMULA_STARTS = tuple("=+-@＝＋－＠\t\r")
DECIMALS = 6
LINE_POINTS = 14

Writer = Callable[[workbook.Book, "Result", Caption], None]


def ranking_csv(result: Result, caption: Caption, rows: pd.DataFrame | None = None) -> bytes:
    """ranking.csv: UTF-8 with a mark, CRLF, RFC 4180; the headings are the stable column names.

    rows: ranking_rows, where they are made already.
    """
    columns = ranking_columns(result.study)
    rows = (ranking_rows(result, caption) if rows is None else rows).reset_index()
    # the marks are ours: a － there is no formula
    written = [_csv_column(rows[c.key], c.kind == "text") for c in columns]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([column.key for column in columns])
    writer.writerows(zip(*written, strict=True))
    return stream.getvalue().encode(CSV_ENCODING)


def _csv_column(values: pd.Series, text: bool) -> list[str]:
    if not pd.api.types.is_numeric_dtype(values):
        return [unformula(str(value)) if text else str(value) for value in values]
    return [number_text(value) for value in values.to_numpy(float).tolist()]


def number_text(value: float) -> str:
    """A number as a CSV holds it: no exponent, DECIMALS at most, empty where unknown."""
    if value != value:
        return ""
    return f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".") if value % 1 else str(int(value))


def unformula(text: str) -> str:
    """`text` so that no spreadsheet takes it for a formula; a text that is a number stays as it is."""
    text = tables_text.stripped(text)
    if not text.startswith(FORMULA_STARTS):
        return text
    try:
        float(text)
    except ValueError:
        return "'" + text
    return text


def write_ranking_xlsx(path: Path, result: Result, caption: Caption, rows: pd.DataFrame | None = None) -> None:
    """ranking.xlsx: the ranking, by municipality, by carrier and rule, what was read, what the words mean.

    rows: ranking_rows, where they are made already.
    """
    book = workbook.Book(path, caption)
    _ranking_sheet(book, result, caption, ranking_rows(result, caption) if rows is None else rows)
    sheets: list[Writer] = [_municipality_sheet, _carrier_sheet, _intake_sheet, _meaning_sheet]
    for write in sheets:
        write(book, result, caption)
    book.book.close()


def _ranking_sheet(book: workbook.Book, result: Result, caption: Caption, rows: pd.DataFrame) -> None:
    columns, rows = ranking_columns(result.study), rows.reset_index()
    sheet = book.sheet("優先順位", "Ranking")
    book.header(sheet, [(c.heading.in_(caption.lang), c.width) for c in columns], height=56)
    for number, column in enumerate(columns):
        centred = {"align": "center"} if column.kind in {"mark", "whole"} else {}
        book.column(sheet, workbook.HEADER_ROW + 1, number, rows[column.key].tolist(), column.kind, **centred)
    last = workbook.HEADER_ROW + max(len(rows), 1)
    sheet.autofilter(workbook.HEADER_ROW, 0, last, len(columns) - 1)
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 4)
    _bars(sheet, columns, last)
    # what fits the paper and stays legible; the rest is for the screen
    sheet.print_area(0, 0, last, [column.key for column in columns].index(PRINTED_TO))


def _bars(sheet: Any, columns: list[Column], last: int) -> None:
    """A bar in each score cell; the number stays, so nothing is told by colour alone."""
    for number, column in enumerate(columns):
        if column.kind == "score":
            top = {"max_type": "num", "max_value": 100} if column.key == "score" else {}
            sheet.conditional_format(
                workbook.HEADER_ROW + 1,
                number,
                last,
                number,
                {"type": "data_bar", "bar_color": "#7FB2E5", "min_type": "num", "min_value": 0, **top},
            )


def _municipality_sheet(book: workbook.Book, result: Result, caption: Caption) -> None:
    lang, rule = caption.lang, result.summary["rules"]["official"]
    carriers = [*caption.carriers, "any_carrier", "best_carrier"]
    generations = list(result.summary["generations"])
    sheet = book.sheet("市町別集計", "Municipalities", pages_wide=len(generations))
    sheet.repeat_columns(0, 1)
    headings: list[tuple[str, float]] = [
        (Text("市町村コード", "code").in_(lang), 9),
        (Text("市町村名", "municipality").in_(lang), 14),
        *(
            (figure(key).name.in_(lang), width)
            for key, width in (("study_population", 13), ("study_population_by_area", 11), ("study_unknown_cells", 9), ("zones_count", 7))
        ),
        (figure("best_rank").name.in_(lang), 8),
    ]
    for generation in generations:
        for carrier in carriers:
            named = {
                "carrier": captions.carrier_label(carrier, caption.carriers, lang),
                "generation": generation,
                "rule": captions.RULE_SHORT[rule],
            }
            headings += [
                (figure(key).named(named).in_(lang), width) for key, width in (("uncovered_official", 11), ("population_coverage", 10))
            ]
    book.header(sheet, headings, height=56)
    zones = result.zones["municipality_id"]
    best = result.ranking["rank"].groupby(zones.reindex(result.ranking.index)).min()
    counts = zones.value_counts()
    for row, (code, counted) in enumerate(result.summary["municipalities"].items(), start=workbook.HEADER_ROW + 1):
        cells = [
            (code, "text"),
            (result.municipalities["name"].get(code, code), "text"),
            (counted["population"], "people"),
            (counted["population_area_split"], "people"),
            (counted.get("unknown_cells", 0), "whole"),
            (counts.get(code, 0), "whole"),
            (best.get(code, np.nan), "whole"),
        ]
        for generation in generations:
            for carrier in carriers:
                figures = counted["generations"][generation][rule][carrier]
                people = None if counted["population"] is None else uncovered_people(figures)
                cells += [(people, "people"), (figures["population_coverage"], "share")]
        for column, (value, kind) in enumerate(cells):
            book.cell(sheet, row, column, value, kind)
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 2)
    sheet.autofilter(workbook.HEADER_ROW, 0, workbook.HEADER_ROW + max(len(result.summary["municipalities"]), 1), len(headings) - 1)


def uncovered_people(figures: dict[str, Any]) -> float | None:
    """People outside, or None where for some nobody knows: unknown is not zero."""
    return None if figures["unknown"] > 0 else float(figures["uncovered"])


def _carrier_sheet(book: workbook.Book, result: Result, caption: Caption) -> None:
    """All rules and both unions side by side: how much the rule decides."""
    lang = caption.lang
    sheet = book.sheet("事業者別集計", "Carriers")
    headings: list[tuple[str, float]] = [
        (Text("世代", "generation").in_(lang), 10),
        (Text("事業者", "carrier").in_(lang), 24),
        (Text("規則", "rule").in_(lang), 14),
        *(
            (figure(key).heading.in_(lang), width)
            for key, width in (
                ("covered_official", 13),
                ("uncovered_official", 13),
                ("unknown_official", 13),
                ("population_coverage", 11),
                ("area_coverage", 11),
            )
        ),
        (Text("摘要", "remark").in_(lang), 44),
    ]
    book.header(sheet, headings)
    row = workbook.HEADER_ROW
    for generation, by_rule in result.summary["generations"].items():
        for carrier in [*caption.carriers, "any_carrier", "best_carrier"]:
            for rule in RULES:
                row += 1
                figures = by_rule[rule][carrier]
                cells = [
                    (generation, "text"),
                    (captions.carrier_label(carrier, caption.carriers, lang), "text"),
                    (captions.RULE_SHORT[rule].in_(lang), "text"),
                    (figures["covered"], "people"),
                    (figures["uncovered"], "people"),
                    (figures["unknown"], "people"),
                    (figures["population_coverage"], "share"),
                    (figures["area_coverage"], "share"),
                    (_remark(carrier, figures, rule == result.summary["rules"]["official"], caption), "text"),
                ]
                for column, (value, kind) in enumerate(cells):
                    book.cell(sheet, row, column, value, kind)
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 3)
    sheet.autofilter(workbook.HEADER_ROW, 0, max(row, workbook.HEADER_ROW + 1), len(headings) - 1)


def _remark(carrier: str, figures: dict[str, Any], official: bool, caption: Caption) -> str:
    lang, texts = caption.lang, []
    if official:
        texts.append(Text("公表に使う規則", "the rule that heads the summary"))
    if carrier == "best_carrier" and figures.get("carrier"):
        name = caption.carriers.get(figures["carrier"], figures["carrier"])
        texts.append(Text(f"該当: {name}", f"it is {name}"))
    if unpublished := figures.get("not_published"):
        names = "、".join(caption.carriers.get(key, key) for key in unpublished)
        texts.append(Text(f"未公表: {names}", f"not published: {names}"))
    return "、".join(text.in_(lang) for text in texts) if lang == "ja" else "; ".join(text.in_(lang) for text in texts)


def _intake_sheet(book: workbook.Book, result: Result, caption: Caption) -> None:
    lang = caption.lang
    sheet = book.sheet("読み込み結果", "Intake")
    headings: list[tuple[str, float]] = [
        (Text("ファイル", "file").in_(lang), 34),
        (Text("種類", "kind").in_(lang), 16),
        (Text("判定", "verdict").in_(lang), 14),
        (Text("件数", "records").in_(lang), 10),
        (Text("採用", "accepted").in_(lang), 10),
        (Text("除外", "excluded").in_(lang), 10),
        (Text("内容", "messages").in_(lang), 80),
    ]
    book.header(sheet, headings, height=24)
    for row, report in enumerate(result.reports, start=workbook.HEADER_ROW + 1):
        cells = [
            (report.path, "text"),
            (intake.KINDS[report.kind].in_(lang) if report.kind in intake.KINDS else report.kind, "text"),
            (intake.VERDICTS[report.verdict].in_(lang), "text"),
            (report.records_in_file, "whole"),
            (report.accepted, "whole"),
            (sum(report.excluded.values()), "whole"),
            (_messages(report, lang), "text"),
        ]
        for column, (value, kind) in enumerate(cells):
            book.cell(sheet, row, column, value, kind, valign="top", text_wrap=True)
        sheet.set_row(row, LINE_POINTS * max(workbook.lines_in(report.path, 34), workbook.lines_in(_messages(report, lang), 80)))
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 1)


def _messages(report: IntakeReport, lang: str) -> str:
    return "\n".join(notice.text.in_(lang) for notice in report.notices)


def _meaning_sheet(book: workbook.Book, result: Result, caption: Caption) -> None:
    """What every column means, the rules, the dates, the sources."""
    sheet = book.sheet("説明", "About", landscape=False)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 90)
    row = workbook.HEADER_ROW
    for heading, lines in _meaning_parts(result, caption):
        row += 1
        workbook.write_text(sheet, row, 0, heading, book.look(bold=True, bg_color="#DCE6F1", border=1))
        workbook.write_text(sheet, row, 1, "", book.look(bg_color="#DCE6F1", border=1))
        for left, right in lines:
            row += 1
            book.cell(sheet, row, 0, left, valign="top", text_wrap=True)
            book.cell(sheet, row, 1, right, valign="top", text_wrap=True)
            sheet.set_row(row, LINE_POINTS * max(workbook.lines_in(left, 34), workbook.lines_in(right, 90)))
        row += 1
    sheet.print_area(0, 0, row, 1)


def _meaning_parts(result: Result, caption: Caption) -> list[tuple[str, list[tuple[str, str]]]]:
    lang = caption.lang
    words = [
        (Text("注意", "Note"), [("", caption.notice)] if caption.notice else []),
        (Text("判定と基準日", "Rules and dates"), [("", line) for line in caption.lines]),
        (Text("規則", "Rules"), [(captions.RULE_SHORT[rule].in_(lang), captions.RULE_NAMES[rule].in_(lang)) for rule in RULES]),
        (
            Text("優先順位の列", "Columns of the ranking"),
            [(f"{c.heading.in_(lang)}\n({c.key})", c.meaning.in_(lang)) for c in ranking_columns(result.study)],
        ),
        (
            Text("使っていないデータ（分からないことは空欄。0ではありません）", "Data not given (what it would tell is empty, not 0)"),
            [(source.name.in_(lang), source.unknown.in_(lang)) for source in urgency.not_used(result.study)],
        ),
        (Text("出典と備考", "Sources and notes"), [("", line) for line in caption.sources]),
    ]
    return [(heading.in_(lang), lines) for heading, lines in words if lines]
