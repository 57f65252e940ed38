"""The survey's workbook (照会様式) for one municipality: its zones with last year's answers, and rows for new places.

No macro, no formula, no link: it must live through mail filters and other programs' saving.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pandas as pd

from requests_gen.book import FIXED_DATE, lines_in, write_text
from requests_gen.survey_columns import (
    ASKED_OF_PLACES,
    ASKED_OF_ZONES,
    FORM_VERSION,
    NAME,
    PLACE_COLUMNS,
    ZONE_COLUMNS,
    Asked,
)
from requests_gen.survey_guide import example_sheet, guide_sheet
from requests_gen.survey_map_sheet import map_sheet
from requests_gen.survey_paper import LINE_POINTS, Form, Head, Looks, paper, protect, put

ZONES, PLACES = "照会様式", "新しい箇所"
ANSWERER_ROW, GROUP_ROW, HEADER_ROW = 4, 6, 7
LONGEST_TEXT = 1000
MOST_ORDER = 999


def form_bytes(form: Form) -> bytes:
    """The workbook. The same facts give the same bytes."""
    import xlsxwriter

    stream = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {"in_memory": True, **as_text}) as book:
        book.set_properties(
            {"title": f"{form.head.title} {form.head.whose}", "subject": FORM_VERSION, "comments": form.head.mark,
             "author": "Kengai", "created": FIXED_DATE}
        )  # fmt: skip
        looks = Looks(book)
        _zone_sheet(book.add_worksheet(ZONES), looks, form)
        _place_sheet(book.add_worksheet(PLACES), looks, form)
        if any(zone.map_png for zone in form.zones):
            map_sheet(book.add_worksheet("地図"), looks, form)
        guide_sheet(book.add_worksheet("記入要領"), looks, form)
        example_sheet(book.add_worksheet("記入例"), looks, form.head)
    return stream.getvalue()


def _zone_sheet(sheet: Any, looks: Looks, form: Form) -> None:
    told = (
        "黄色い欄（見出しに★のある欄）に書いてください。灰色の欄は県が記入済みで、変更できません。書き方は「記入要領」「記入例」、地区の位置は「地図」のシートにあります。"
        if form.zones
        else "県の分析では、貴市町に不感の地区は見つかっていません。心当たりの場所があれば「新しい箇所」のシートに書いてください。なければ回答者の欄だけ書いて返送してください。"
    )
    last = _frame(sheet, looks, form.head, ZONE_COLUMNS, told, len(form.zones))
    for row, zone in enumerate(form.zones, start=HEADER_ROW + 1):
        _row(sheet, looks, row, ZONE_COLUMNS, {**_signed(form.head), **zone.ours, **zone.answers})
    _rules(sheet, ZONE_COLUMNS, last, form)
    # three columns of ours stay in view, the codes before them too
    sheet.freeze_panes(HEADER_ROW + 1, 5)
    _finish(sheet, last, len(ZONE_COLUMNS))


def _place_sheet(sheet: Any, looks: Looks, form: Form) -> None:
    told = (
        "県の地区の一覧にない、携帯電話がつながりにくい場所があれば書いてください（なければ空けたままで結構です）。"
        "県で確かめてから地区に加えます。行が足りないときは下に足してください。"
    )
    last = _frame(sheet, looks, form.head, PLACE_COLUMNS, told, len(form.places))
    for row, place in enumerate(form.places, start=HEADER_ROW + 1):
        _row(
            sheet, looks, row, PLACE_COLUMNS, {**_signed(form.head), "number": place.number, **place.answers}
        )
        sheet.set_row(row, 2 * LINE_POINTS + 4)
    _rules(sheet, PLACE_COLUMNS, last, form)
    sheet.freeze_panes(HEADER_ROW + 1, 5)
    _finish(sheet, last, len(PLACE_COLUMNS))


def _signed(head: Head) -> dict[str, str]:
    return {"form_version": FORM_VERSION, "year": str(head.year), "municipality_id": head.code}


def _frame(sheet: Any, looks: Looks, head: Head, columns: tuple[Asked, ...], told: str, count: int) -> int:
    """Everything above the rows; the last row (0-based) that can be filled in."""
    paper(sheet, head)
    write_text(sheet, 0, 0, f"{head.title}　{head.whose}", looks.title)
    write_text(sheet, 1, 0, f"回答期限: {head.deadline}　　様式版: {FORM_VERSION}　　照会元: {head.sender}　{head.contact}", looks.plain)  # fmt: skip
    write_text(sheet, 2, 0, told, looks.plain)
    write_text(sheet, 3, 0, head.mark or head.as_of, looks.mark if head.mark else looks.plain)
    _answerer(sheet, looks, columns)
    first = next(at for at, column in enumerate(columns) if not column.ours)
    write_text(sheet, GROUP_ROW, 0, "▼ 県が記入済み（変更できません）", looks.group)
    write_text(sheet, GROUP_ROW, first, "▼ ここから右に記入してください（黄色・★の欄）", looks.group)
    sheet.set_row(HEADER_ROW, 44)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        look = looks.ours_heading if column.ours else looks.theirs_heading
        write_text(sheet, HEADER_ROW, at, column.heading if column.ours else f"★{column.heading}", look)
    sheet.repeat_rows(GROUP_ROW, HEADER_ROW)
    return HEADER_ROW + max(count, 1)


def _answerer(sheet: Any, looks: Looks, columns: tuple[Asked, ...]) -> None:
    """Who answers: labels with the cell to write in merged beside them."""
    sheet.set_row(ANSWERER_ROW, 20)
    at = 2
    for heading, wide in (("★回答課", 3), ("★担当者", 2), ("★電話", 2), ("★回答日", 2)):
        write_text(sheet, ANSWERER_ROW, at, heading, looks.theirs_heading)
        end = min(at + wide, len(columns) - 1)
        look = looks.day if heading == "★回答日" else looks.text
        sheet.merge_range(ANSWERER_ROW, at + 1, ANSWERER_ROW, end, None, look)
        at = end + 1


def _row(sheet: Any, looks: Looks, row: int, columns: tuple[Asked, ...], cells: dict[str, Any]) -> None:
    lines = 1
    for at, column in enumerate(columns):
        value = cells.get(column.key)
        lines = max(lines, lines_in(str(value or ""), int(column.width) - 1))
        if column.ours:
            put(sheet, row, at, value, looks.ours, looks.ours_number)
        elif column.kind in {"count", "order"}:
            put(sheet, row, at, value, looks.number, looks.number)
        else:
            put(
                sheet,
                row,
                at,
                "、".join(value) if isinstance(value, list) else value,
                looks.text,
                looks.number,
            )
    sheet.set_row(row, LINE_POINTS * lines + 4)


def _rules(sheet: Any, columns: tuple[Asked, ...], last: int, form: Form) -> None:
    for at, column in enumerate(columns):
        if not column.ours:
            for rule in _rule(column, form):
                sheet.data_validation(HEADER_ROW + 1, at, last, at, rule)


def _rule(column: Asked, form: Form) -> Iterator[dict[str, Any]]:
    """The rule of a column's cells, as XlsxWriter takes it."""
    told = {
        "input_title": column.heading[:32],
        "input_message": column.hint[:255],
        "error_title": NAME,
    }
    if column.kind == "choice":
        yield {"validate": "list", "source": list(column.choices), "error_message": "一覧から選んでください。", **told}  # fmt: skip
    elif column.kind == "carriers":
        names = ["すべて", *form.carriers]
        if len(",".join(names)) > 255 or any("," in name for name in names):
            names = ["すべて"]
        yield {"validate": "list", "source": names, "error_type": "warning", "error_message": "一覧にない書き方です。このまま続けますか。", **told}  # fmt: skip
    elif column.kind == "count":
        yield {"validate": "integer", "criteria": ">=", "value": 0, "error_type": "warning",
               "error_message": "数（0以上）で書いてください。このまま続けますか。", **told}  # fmt: skip
    elif column.kind == "order":
        yield {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": MOST_ORDER,
               "error_message": "1から始まる番号で書いてください。", **told}  # fmt: skip
    else:
        yield {"validate": "length", "criteria": "<=", "value": LONGEST_TEXT, "error_message": f"{LONGEST_TEXT:,}字以内で書いてください。", **told}  # fmt: skip


def _finish(sheet: Any, last: int, columns: int) -> None:
    sheet.data_validation(ANSWERER_ROW, 0, ANSWERER_ROW, columns - 1, {
        "validate": "any", "input_title": "回答者", "input_message": "県から問い合わせることがあります。"})  # fmt: skip
    sheet.print_area(0, 0, last, columns - 1)
    protect(sheet)


def answers_of(record: pd.Series | dict[str, Any], place: bool) -> dict[str, Any]:
    """The answers in a record of the registry, as they go back into the cells of a form."""
    asked = ASKED_OF_PLACES if place else ASKED_OF_ZONES
    return {column.key: record.get(column.key) for column in asked if _there(record.get(column.key))}


def _there(value: Any) -> bool:
    return isinstance(value, list) or not (value is None or value is pd.NA or value != value)
