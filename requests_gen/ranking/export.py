"""A ranking to take away, as it stands on the screen or as it was frozen: workbook and CSV, notice and sources in it."""

from __future__ import annotations

import csv
import io
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from coverage.figures import figure
from coverage.ranking import GROUPS, Criterion
from geodata.errors import Text
from requests_gen.files import workbook
from requests_gen.ranking.municipal_orders import MOVED, SAME, UNRANKED
from requests_gen.ranking.tables import named
from requests_gen.ranking.weightings import Weighting, criterion_names, points
from requests_gen.results import columns as results_columns
from requests_gen.results import ranking_sheets
from requests_gen.wording import Caption

WIDE = 90
PRINTED_TO = "reason"
DIFFERENCES = {
    "": Text("", ""),
    SAME: Text("同じ", "same"),
    MOVED: Text("違う", "differs"),
    UNRANKED: Text("市町は挙げたが順位なし", "named by them, not ranked"),
}
THEIRS = (
    results_columns.Column("municipal_rank", figure("municipal_rank").name, figure("municipal_rank").definition, "whole", 8),
    results_columns.Column(
        "difference",
        Text("市町の順との違い", "against theirs"),
        Text("市町の中での並びを比べた結果", "the order inside the municipality, compared"),
        "text",
        12,
    ),
    results_columns.Column("reason", Text("違いの理由", "reason"), Text("", ""), "text", 36),
)
ALWAYS = {"tied": Text("はい", "yes"), "always_top": Text("どの重みでも", "any weights")}
BESIDE = {"rank_low", "rank_high", "tied", "gate", "unknown_criteria"}  # read with the rank itself


@dataclass(frozen=True)
class RankingSheets:
    """What is taken away. rows: frozen.frozen_rows; notes: who made it and when, sentences for the first page.

    own: the study's own weighting, shown beside `chosen`.
    """

    rows: pd.DataFrame
    chosen: Weighting
    own: Weighting
    criteria: Sequence[Criterion]
    notes: Sequence[str]
    title: str


def export_columns(sheets: RankingSheets) -> list[results_columns.Column]:
    """The columns that are taken away, in order: those of ranking.xlsx that a ranking alone can fill."""
    known = {column.key: column for column in (*results_columns.FIRST, *results_columns.NEEDS, *results_columns.PLACE, *THEIRS)}
    parts = [results_columns.Column(f"score_{c.key}", Text(f"評点 {c.ja}", f"score: {c.en}"), c.rule(), "score") for c in sheets.criteria]
    amounts = [
        known.get(c.key, results_columns.Column(c.key, Text(f"{c.ja}（{c.unit}）" if c.unit else c.ja, c.en), c.why, "amount"))
        for c in sheets.criteria
    ]
    beside = [column for column in results_columns.PLACE if column.key in BESIDE]
    rest = [column for column in results_columns.PLACE if column.key not in BESIDE]
    spec = [*results_columns.FIRST, *beside, *THEIRS, *parts, *rest, *amounts]
    return [column for column in spec if column.key in {*sheets.rows.columns, "zone_id"}]


def export_rows(sheets: RankingSheets, caption: Caption) -> pd.DataFrame:
    """The values under export_columns, words in the caption's language; zone_id is a column."""
    names, lang = criterion_names(sheets.criteria), caption.lang
    rows = sheets.rows.reset_index()
    for column, words in (("gate", results_columns.GATES), ("difference", DIFFERENCES)):
        rows[column] = [words[value].in_(lang) if value in words else str(value) for value in rows[column]]
    for column in ("unknown_criteria", "decides"):
        if column in rows:
            rows[column] = [named(str(keys or ""), names, lang) for keys in rows[column]]
    for column, said in ALWAYS.items():
        if column in rows:
            rows[column] = [said.in_(lang) if held else "" for held in rows[column]]
    rows["reason"] = rows["reason"].fillna("")
    return rows[[column.key for column in export_columns(sheets)]]


def ranking_sheets_csv(sheets: RankingSheets, caption: Caption) -> bytes:
    """UTF-8 with a mark, CRLF; headings are the stable column names; the notice stands in every row."""
    columns, rows = export_columns(sheets), export_rows(sheets, caption)
    cells = [
        [ranking_sheets.unformula(str(v)) for v in rows[c.key]]
        if c.kind == "text"
        else [ranking_sheets.number_text(float(v)) for v in rows[c.key]]
        for c in columns
    ]
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow([*(column.key for column in columns), results_columns.NOTE])
    writer.writerows(zip(*cells, [caption.short_notice] * len(rows), strict=True))
    return stream.getvalue().encode(ranking_sheets.CSV_ENCODING)


def ranking_sheets_xlsx(sheets: RankingSheets, caption: Caption) -> bytes:
    """A workbook: the ranking, its weights, what the words mean with notice and sources."""
    caption = replace(caption, title=f"{caption.title}　{sheets.title}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ranking.xlsx"
        book = workbook.Book(path, caption)
        _ranking_sheet(book, sheets)
        _weights_sheet(book, sheets)
        _about_sheet(book, sheets)
        book.book.close()
        return path.read_bytes()


def _ranking_sheet(book: workbook.Book, sheets: RankingSheets) -> None:
    columns, rows = export_columns(sheets), export_rows(sheets, book.caption)
    sheet = book.sheet("優先順位", "Ranking")
    book.header(sheet, [(c.heading.in_(book.caption.lang), c.width) for c in columns], height=56)
    for number, column in enumerate(columns):
        how = {"text_wrap": True} if column.key == "reason" else {}
        book.column(sheet, workbook.HEADER_ROW + 1, number, rows[column.key].tolist(), column.kind, **how)
    last_row = workbook.HEADER_ROW + max(len(rows), 1)
    sheet.autofilter(workbook.HEADER_ROW, 0, last_row, len(columns) - 1)
    sheet.freeze_panes(workbook.HEADER_ROW + 1, 4)
    # what fits the paper and stays legible: places and reasons; the points are for the screen
    sheet.print_area(0, 0, last_row, [column.key for column in columns].index(PRINTED_TO))


def _weights_sheet(book: workbook.Book, sheets: RankingSheets) -> None:
    lang = book.caption.lang
    sheet = book.sheet("重み", "Weights")
    headings = [
        (Text("区分", "group"), 10),
        (Text("評価項目", "criterion"), 26),
        (Text("重み（100点中）", "points of 100"), 12),
        (Text("調査の既定（100点中）", "study's own"), 12),
        (Text("点の付け方", "how it earns points"), 40),
        (Text("理由", "why"), 50),
    ]
    book.header(sheet, [(text.in_(lang), width) for text, width in headings])
    mine, own = sheets.chosen.shares(), sheets.own.shares()
    row = workbook.HEADER_ROW
    for c in sheets.criteria:
        row += 1
        cells: list[tuple[Any, str]] = [
            (GROUPS[c.group].in_(lang), "text"),
            (Text(c.ja, c.en).in_(lang), "text"),
            (mine.get(c.key, 0.0), "amount"),
            (own.get(c.key, 0.0), "amount"),
            (c.rule().in_(lang), "text"),
            (c.why.in_(lang), "text"),
        ]
        for column, (value, kind) in enumerate(cells):
            book.cell(sheet, row, column, value, kind, valign="top", text_wrap=True)
        sheet.set_row(
            row, ranking_sheets.LINE_POINTS * max(workbook.lines_in(c.why.in_(lang), 50), workbook.lines_in(c.rule().in_(lang), 40))
        )
    for text in gate_words(sheets.chosen):
        row += 1
        workbook.write_text(sheet, row + 1, 0, text.in_(lang), book.look())


def gate_words(chosen: Weighting) -> list[Text]:
    """What a zone must have to be ranked."""
    least, road = chosen.least, chosen.road_km
    people, roads = figure("uncovered_population").name, figure("uncovered_road_km").name
    if not road:
        return [Text(f"順位を付けるのは、{people.ja}が{least:g}人以上の地区", f"ranked: {people.en}: {least:g} or more")]
    return [
        Text(
            f"順位を付けるのは、{people.ja}が{least:g}人以上、または{roads.ja}が{road:g}以上の地区",
            f"ranked: {people.en}: {least:g} or more, or {roads.en}: {road:g} or more",
        )
    ]


def _about_sheet(book: workbook.Book, sheets: RankingSheets) -> None:
    """Who made it, notice, rules, columns, sources."""
    caption, lang = book.caption, book.caption.lang
    sheet = book.sheet("説明", "About", landscape=False)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, WIDE)
    parts = [
        (Text("この順位", "This ranking"), [("", line) for line in sheets.notes]),
        (Text("注意", "Note"), [("", caption.notice)] if caption.notice else []),
        (Text("判定と基準日", "Rules and dates"), [("", line) for line in caption.lines]),
        (Text("列の意味", "Columns"), [(f"{c.heading.in_(lang)}\n({c.key})", c.meaning.in_(lang)) for c in export_columns(sheets)]),
        (Text("出典と備考", "Sources and notes"), [("", line) for line in caption.sources]),
    ]
    row = workbook.HEADER_ROW
    for heading, lines in parts:
        if not lines:
            continue
        row += 1
        for column, text in enumerate((heading.in_(lang), "")):
            workbook.write_text(sheet, row, column, text, book.look(bold=True, bg_color="#DCE6F1", border=1))
        for left, right in lines:
            row += 1
            for column, text in enumerate((left, right)):
                book.cell(sheet, row, column, text, valign="top", text_wrap=True)
            sheet.set_row(row, ranking_sheets.LINE_POINTS * max(workbook.lines_in(left, 34), workbook.lines_in(right, WIDE)))
        row += 1


def weight_lines(chosen: Weighting, criteria: Sequence[Criterion]) -> list[Text]:
    """The weights in words, the heaviest first, and the gate."""
    names, shares = criterion_names(criteria), chosen.shares()
    heavy = sorted(shares, key=lambda key: -shares[key])
    said = [(names.get(key, Text(key, key)), points(shares[key])) for key in heavy]
    return [
        Text(
            "重み: " + "、".join(f"{name.ja} {value}点" for name, value in said),
            "Weights: " + ", ".join(f"{name.en} {value}" for name, value in said),
        ),
        *gate_words(chosen),
    ]
