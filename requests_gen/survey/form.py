"""The survey's workbook (照会様式) for one municipality: its zones with last year's answers, and rows for new places.

No macro, no formula, no link: it must live through mail filters and other programs' saving.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pandas as pd

from requests_gen.files import workbook
from requests_gen.survey.columns import (
    ASKED_OF_PLACES,
    ASKED_OF_ZONES,
    EXAMPLE_CODE,
    FORM_VERSION,
    NAME,
    PLACE_COLUMNS,
    ZONE_COLUMNS,
    Asked,
)
from requests_gen.survey.form_layout import LINE_POINTS, Form, Formats, Head, paper, protect, put
from requests_gen.survey.maps import MAP_MM

# How to fill in the survey, and a worked example that can never be taken for an answer.

MARKS = "○　その事業者のエリアに入っている　　△　一部だけ入っている　　×　入っていない　　－　公表されておらず不明"
EXAMPLE_ZONES: tuple[dict[str, Any], ...] = (
    {
        "zone_id": f"{EXAMPLE_CODE}-001",
        "name": "例の沢",
        "our_people": 42,
        "our_households": 19,
        "our_marks": "甲社× 乙社△",
        "our_order": "2",
        "before": "令和7年度",
        "confirmed": "直した",
        "people": 38,
        "households": 18,
        "land": "あり",
        "power": "あり",
        "fibre": "延長が必要",
        "consent": "見込みあり",
        "municipal_rank": 1,
        "reason": "孤立のおそれがあり、自治会から要望が出ている",
        "remarks": "旧例の沢小学校の敷地を提供できる",
    },
    {
        "zone_id": f"{EXAMPLE_CODE}-002",
        "name": "例の原",
        "our_people": 65,
        "our_households": 30,
        "our_marks": "甲社× 乙社×",
        "our_order": "1",
        "before": "令和7年度",
        "confirmed": "前のとおり",
        "people": 65,
        "households": 30,
        "land": "不明",
        "power": "あり",
        "fibre": "なし",
        "consent": "未調整",
        "municipal_rank": 2,
        "remarks": "",
    },
)
EXAMPLE_PLACES: tuple[dict[str, Any], ...] = (
    {
        "number": "新1",
        "name": "例の浜の漁港",
        "oaza": "大字例浦",
        "where": "34.123, 136.456（例浦バス停の東500m）",
        "people": 0,
        "households": 0,
        "carriers": "すべて",
        "land": "あり",
        "power": "あり",
        "fibre": "不明",
        "consent": "あり",
        "municipal_rank": 3,
        "remarks": "住む人はいないが、漁協の作業員が毎日20人ほど",
    },
)


def guide_sheet(sheet: Any, looks: Formats, form: Form) -> None:
    """How to fill it in, what each column means, what the words mean."""
    head = form.head
    paper(sheet, head, landscape=False)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 76)
    workbook.write_text(sheet, 0, 0, f"記入要領　{head.whose}", looks.title)
    row = 1
    for line in _guidance(head):
        sheet.merge_range(row, 0, row, 1, "", looks.small)
        workbook.write_text(sheet, row, 0, line, looks.small)
        sheet.set_row(row, LINE_POINTS * workbook.lines_in(line, 104))
        row += 1
    tables = (
        ("「照会様式」の欄", ASKED_OF_ZONES),
        ("「新しい箇所」の欄", tuple(column for column in ASKED_OF_PLACES if column not in ASKED_OF_ZONES)),
    )
    for heading, columns in tables:
        row += 1
        workbook.write_text(sheet, row, 0, heading, looks.theirs_heading)
        workbook.write_text(sheet, row, 1, "書き方", looks.theirs_heading)
        for column in columns:
            row += 1
            told = column.hint + (f"　一覧: {'・'.join(column.choices)}" if column.choices else "")
            workbook.write_text(sheet, row, 0, f"★{column.heading}", looks.cell)
            workbook.write_text(sheet, row, 1, told, looks.cell)
            sheet.set_row(row, LINE_POINTS * workbook.lines_in(told, 74) + 3)
        row += 1
    sheet.print_area(0, 0, row, 1)
    protect(sheet)


def _guidance(head: Head) -> list[str]:
    lines = [
        f"１　回答期限は {head.deadline} です。このファイル（Excel形式）のまま返信してください。{head.sender}　{head.contact}",
        "２　1行が1地区です。行の並べ替えや、灰色の欄の変更はしないでください（地区IDで照合します）。シートの保護にパスワードはありません。",
        (
            "３　前に回答のあった欄には、その値が入っています。変わりがなければ「確認」で「前のとおり」を選んでください。"
            "「確認」が空で値も変わっていない行は、まだ見ていないものとして扱います。"
        ),
        (
            "４　人口・世帯は、県の推計（国勢調査のメッシュから計算）ではなく、貴市町で把握している数を書いてください。"
            "県の推計は消さずに、貴市町の数を並べて持ちます。"
        ),
        "５　「市町の優先順位」は県が勝手に入れ替えません。県の順番（案）と違う順にするときは「順位の理由」を書いてください。",
        "６　県の一覧にない場所は「新しい箇所」に書いてください。確かめた上で地区に加えます（それまで地区IDは付きません）。",
        f"７　「県の把握（各社）」の記号:　{MARKS}",
    ]
    return [*lines, *([head.as_of] if head.as_of else []), *([head.mark] if head.mark else [])]


def example_sheet(sheet: Any, looks: Formats, head: Head) -> None:
    """Two zones and one new place of a municipality that does not exist."""
    paper(sheet, head)
    workbook.write_text(sheet, 0, 0, "記入例（この表は例です。ここに書いても回答にはなりません）", looks.title)
    row = _table(sheet, looks, 2, "「照会様式」の例", ZONE_COLUMNS, EXAMPLE_ZONES, head)
    last = _table(sheet, looks, row + 2, "「新しい箇所」の例", PLACE_COLUMNS, EXAMPLE_PLACES, head)
    for at, column in enumerate(ZONE_COLUMNS):
        sheet.set_column(at, at, max(column.width, PLACE_COLUMNS[at].width if at < len(PLACE_COLUMNS) else 0))
    sheet.print_area(0, 0, last, len(ZONE_COLUMNS) - 1)
    protect(sheet)


def _table(
    sheet: Any, looks: Formats, row: int, title: str, columns: tuple[Asked, ...], rows: tuple[dict[str, Any], ...], head: Head
) -> int:
    """One table of examples from `row` on; its last row."""
    workbook.write_text(sheet, row, 0, title, looks.group)
    sheet.set_row(row + 1, 44)
    for at, column in enumerate(columns):
        look = looks.ours_heading if column.ours else looks.theirs_heading
        workbook.write_text(sheet, row + 1, at, column.heading if column.ours else f"★{column.heading}", look)
    signed = {"form_version": FORM_VERSION, "year": str(head.year), "municipality_id": EXAMPLE_CODE}
    for number, given in enumerate(rows, start=row + 2):
        cells = {**signed, **given}
        for at, column in enumerate(columns):
            look = looks.ours if column.ours else looks.example
            put(sheet, number, at, cells.get(column.key), look, look)
        tall = max(workbook.lines_in(str(cells.get(c.key, "")), int(c.width) - 1) for c in columns)
        sheet.set_row(number, LINE_POINTS * tall + 4)
    return row + 1 + len(rows)


# The sheet of small maps in a form of the survey: each under its zone's id and name, three beside one another.

ACROSS = 3
POINTS_A_MM, PIXELS_A_POINT = 72 / 25.4, 96 / 72
CHARACTERS_A_MM = 0.53
GAP_MM, CAPTION_POINTS = 3.0, 15.0
FIRST_ROW = 3
LEGEND = (
    "赤い格子: どの会社もエリア外　　黄色い斜線: 一部の会社がエリア外　　灰色の点: 未公表の会社があり不明　　（淡い網掛けは人が住んでいない所）",
    "太枠: この地区　　破線: ほかの地区（地区ID）　　▲: 指定避難所等　　■: その他の施設　　●: 人口の中心",
)


def map_sheet(sheet: Any, looks: Formats, form: Form) -> None:
    """A map a zone, in the order of the form.

    Name and map share a row, so that no page break comes between them.
    """
    paper(sheet, form.head)
    workbook.write_text(sheet, 0, 0, f"地区の地図　{form.head.whose}", looks.title)
    for row, line in enumerate(LEGEND, start=1):
        workbook.write_text(sheet, row, 0, line, looks.plain)
    sheet.set_column(0, ACROSS - 1, (MAP_MM[0] + GAP_MM) * CHARACTERS_A_MM)
    for number, zone in enumerate(form.zones):
        row, column = FIRST_ROW + number // ACROSS, number % ACROSS
        if column == 0:
            sheet.set_row(row, (MAP_MM[1] + GAP_MM) * POINTS_A_MM + CAPTION_POINTS)
        workbook.write_text(
            sheet, row, column, f"{zone.ours['zone_id']}　{zone.ours['name']}{'' if zone.map_png else '（地図なし）'}", looks.caption
        )
        if zone.map_png:
            sheet.insert_image(
                row,
                column,
                f"{zone.ours['zone_id']}.png",
                {
                    "image_data": io.BytesIO(zone.map_png),
                    "description": zone.map_words,
                    "x_offset": 2,
                    "y_offset": CAPTION_POINTS * PIXELS_A_POINT,
                    "object_position": 1,
                },
            )
    sheet.print_area(0, 0, FIRST_ROW + -(-len(form.zones) // ACROSS) - 1, ACROSS - 1)
    sheet.repeat_rows(0, FIRST_ROW - 1)
    protect(sheet)


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
            {
                "title": f"{form.head.title} {form.head.whose}",
                "subject": FORM_VERSION,
                "comments": form.head.mark,
                "author": "Kengai",
                "created": workbook.FIXED_DATE,
            }
        )
        looks = Formats(book)
        _zone_sheet(book.add_worksheet(ZONES), looks, form)
        _place_sheet(book.add_worksheet(PLACES), looks, form)
        if any(zone.map_png for zone in form.zones):
            map_sheet(book.add_worksheet("地図"), looks, form)
        guide_sheet(book.add_worksheet("記入要領"), looks, form)
        example_sheet(book.add_worksheet("記入例"), looks, form.head)
    return stream.getvalue()


def _zone_sheet(sheet: Any, looks: Formats, form: Form) -> None:
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


def _place_sheet(sheet: Any, looks: Formats, form: Form) -> None:
    told = (
        "県の地区の一覧にない、携帯電話がつながりにくい場所があれば書いてください（なければ空けたままで結構です）。"
        "県で確かめてから地区に加えます。行が足りないときは下に足してください。"
    )
    last = _frame(sheet, looks, form.head, PLACE_COLUMNS, told, len(form.places))
    for row, place in enumerate(form.places, start=HEADER_ROW + 1):
        _row(sheet, looks, row, PLACE_COLUMNS, {**_signed(form.head), "number": place.number, **place.answers})
        sheet.set_row(row, 2 * LINE_POINTS + 4)
    _rules(sheet, PLACE_COLUMNS, last, form)
    sheet.freeze_panes(HEADER_ROW + 1, 5)
    _finish(sheet, last, len(PLACE_COLUMNS))


def _signed(head: Head) -> dict[str, str]:
    return {"form_version": FORM_VERSION, "year": str(head.year), "municipality_id": head.code}


def _frame(sheet: Any, looks: Formats, head: Head, columns: tuple[Asked, ...], told: str, count: int) -> int:
    """Everything above the rows; the last row (0-based) that can be filled in."""
    paper(sheet, head)
    workbook.write_text(sheet, 0, 0, f"{head.title}　{head.whose}", looks.title)
    workbook.write_text(
        sheet, 1, 0, f"回答期限: {head.deadline}　　様式版: {FORM_VERSION}　　照会元: {head.sender}　{head.contact}", looks.plain
    )
    workbook.write_text(sheet, 2, 0, told, looks.plain)
    workbook.write_text(sheet, 3, 0, head.mark or head.as_of, looks.mark if head.mark else looks.plain)
    _answerer(sheet, looks, columns)
    first = next(at for at, column in enumerate(columns) if not column.ours)
    workbook.write_text(sheet, GROUP_ROW, 0, "▼ 県が記入済み（変更できません）", looks.group)
    workbook.write_text(sheet, GROUP_ROW, first, "▼ ここから右に記入してください（黄色・★の欄）", looks.group)
    sheet.set_row(HEADER_ROW, 44)
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
        look = looks.ours_heading if column.ours else looks.theirs_heading
        workbook.write_text(sheet, HEADER_ROW, at, column.heading if column.ours else f"★{column.heading}", look)
    sheet.repeat_rows(GROUP_ROW, HEADER_ROW)
    return HEADER_ROW + max(count, 1)


def _answerer(sheet: Any, looks: Formats, columns: tuple[Asked, ...]) -> None:
    """Who answers: labels with the cell to write in merged beside them."""
    sheet.set_row(ANSWERER_ROW, 20)
    at = 2
    for heading, wide in (("★回答課", 3), ("★担当者", 2), ("★電話", 2), ("★回答日", 2)):
        workbook.write_text(sheet, ANSWERER_ROW, at, heading, looks.theirs_heading)
        end = min(at + wide, len(columns) - 1)
        look = looks.day if heading == "★回答日" else looks.text
        sheet.merge_range(ANSWERER_ROW, at + 1, ANSWERER_ROW, end, None, look)
        at = end + 1


def _row(sheet: Any, looks: Formats, row: int, columns: tuple[Asked, ...], cells: dict[str, Any]) -> None:
    lines = 1
    for at, column in enumerate(columns):
        value = cells.get(column.key)
        lines = max(lines, workbook.lines_in(str(value or ""), int(column.width) - 1))
        if column.ours:
            put(sheet, row, at, value, looks.ours, looks.ours_number)
        elif column.kind in {"count", "order"}:
            put(sheet, row, at, value, looks.number, looks.number)
        else:
            put(sheet, row, at, "、".join(value) if isinstance(value, list) else value, looks.text, looks.number)
    sheet.set_row(row, LINE_POINTS * lines + 4)


def _rules(sheet: Any, columns: tuple[Asked, ...], last: int, form: Form) -> None:
    for at, column in enumerate(columns):
        if not column.ours:
            for rule in _rule(column, form):
                sheet.data_validation(HEADER_ROW + 1, at, last, at, rule)


def _rule(column: Asked, form: Form) -> Iterator[dict[str, Any]]:
    """The rule of a column's cells, as XlsxWriter takes it."""
    told = {"input_title": column.heading[:32], "input_message": column.hint[:255], "error_title": NAME}
    if column.kind == "choice":
        yield {"validate": "list", "source": list(column.choices), "error_message": "一覧から選んでください。", **told}
    elif column.kind == "carriers":
        names = ["すべて", *form.carriers]
        if len(",".join(names)) > 255 or any("," in name for name in names):
            names = ["すべて"]
        yield {
            "validate": "list",
            "source": names,
            "error_type": "warning",
            "error_message": "一覧にない書き方です。このまま続けますか。",
            **told,
        }
    elif column.kind == "count":
        yield {
            "validate": "integer",
            "criteria": ">=",
            "value": 0,
            "error_type": "warning",
            "error_message": "数（0以上）で書いてください。このまま続けますか。",
            **told,
        }
    elif column.kind == "order":
        yield {
            "validate": "integer",
            "criteria": "between",
            "minimum": 1,
            "maximum": MOST_ORDER,
            "error_message": "1から始まる番号で書いてください。",
            **told,
        }
    else:
        yield {
            "validate": "length",
            "criteria": "<=",
            "value": LONGEST_TEXT,
            "error_message": f"{LONGEST_TEXT:,}字以内で書いてください。",
            **told,
        }


def _finish(sheet: Any, last: int, columns: int) -> None:
    sheet.data_validation(
        ANSWERER_ROW,
        0,
        ANSWERER_ROW,
        columns - 1,
        {"validate": "any", "input_title": "回答者", "input_message": "県から問い合わせることがあります。"},
    )
    sheet.print_area(0, 0, last, columns - 1)
    protect(sheet)


def answers_of(record: pd.Series | dict[str, Any], place: bool) -> dict[str, Any]:
    """The answers in a record of the registry, as they go back into the cells of a form."""
    asked = ASKED_OF_PLACES if place else ASKED_OF_ZONES
    return {column.key: record.get(column.key) for column in asked if _there(record.get(column.key))}


def _there(value: Any) -> bool:
    return isinstance(value, list) or not (value is None or value is pd.NA or value != value)
