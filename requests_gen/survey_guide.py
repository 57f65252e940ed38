"""How to fill in the survey, and a worked example that can never be taken for an answer."""

from __future__ import annotations

from typing import Any

from requests_gen.book import lines_in, write_text
from requests_gen.survey_columns import (
    ASKED_OF_PLACES,
    ASKED_OF_ZONES,
    EXAMPLE_CODE,
    FORM_VERSION,
    PLACE_COLUMNS,
    ZONE_COLUMNS,
    Asked,
)
from requests_gen.survey_paper import LINE_POINTS, Form, Head, Looks, paper, protect, put

MARKS = "○　その事業者のエリアに入っている　　△　一部だけ入っている　　×　入っていない　　－　公表されておらず不明"
EXAMPLE_ZONES: tuple[dict[str, Any], ...] = (
    {"zone_id": f"{EXAMPLE_CODE}-001", "name": "例の沢", "our_people": 42, "our_households": 19, "our_marks": "甲社× 乙社△", "our_order": "2",
     "before": "令和7年度", "confirmed": "直した", "people": 38, "households": 18, "land": "あり", "power": "あり", "fibre": "延長が必要",
     "consent": "見込みあり", "municipal_rank": 1, "reason": "孤立のおそれがあり、自治会から要望が出ている", "remarks": "旧例の沢小学校の敷地を提供できる"},
    {"zone_id": f"{EXAMPLE_CODE}-002", "name": "例の原", "our_people": 65, "our_households": 30, "our_marks": "甲社× 乙社×", "our_order": "1",
     "before": "令和7年度", "confirmed": "前のとおり", "people": 65, "households": 30, "land": "不明", "power": "あり", "fibre": "なし",
     "consent": "未調整", "municipal_rank": 2, "remarks": ""},
)  # fmt: skip
EXAMPLE_PLACES: tuple[dict[str, Any], ...] = (
    {"number": "新1", "name": "例の浜の漁港", "oaza": "大字例浦", "where": "34.123, 136.456（例浦バス停の東500m）", "people": 0,
     "households": 0, "carriers": "すべて", "land": "あり", "power": "あり", "fibre": "不明", "consent": "あり",
     "municipal_rank": 3, "remarks": "住む人はいないが、漁協の作業員が毎日20人ほど"},
)  # fmt: skip


def guide_sheet(sheet: Any, looks: Looks, form: Form) -> None:
    """How to fill it in, what each column means, what the words mean."""
    head = form.head
    paper(sheet, head, landscape=False)
    sheet.set_column(0, 0, 20)
    sheet.set_column(1, 1, 76)
    write_text(sheet, 0, 0, f"記入要領　{head.whose}", looks.title)
    row = 1
    for line in _guidance(head):
        sheet.merge_range(row, 0, row, 1, "", looks.small)
        write_text(sheet, row, 0, line, looks.small)
        sheet.set_row(row, LINE_POINTS * lines_in(line, 104))
        row += 1
    tables = (
        ("「照会様式」の欄", ASKED_OF_ZONES),
        ("「新しい箇所」の欄", tuple(column for column in ASKED_OF_PLACES if column not in ASKED_OF_ZONES)),
    )
    for heading, columns in tables:
        row += 1
        write_text(sheet, row, 0, heading, looks.theirs_heading)
        write_text(sheet, row, 1, "書き方", looks.theirs_heading)
        for column in columns:
            row += 1
            told = column.hint + (f"　一覧: {'・'.join(column.choices)}" if column.choices else "")
            write_text(sheet, row, 0, f"★{column.heading}", looks.cell)
            write_text(sheet, row, 1, told, looks.cell)
            sheet.set_row(row, LINE_POINTS * lines_in(told, 74) + 3)
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


def example_sheet(sheet: Any, looks: Looks, head: Head) -> None:
    """Two zones and one new place of a municipality that does not exist."""
    paper(sheet, head)
    write_text(sheet, 0, 0, "記入例（この表は例です。ここに書いても回答にはなりません）", looks.title)
    row = _table(sheet, looks, 2, "「照会様式」の例", ZONE_COLUMNS, EXAMPLE_ZONES, head)
    last = _table(sheet, looks, row + 2, "「新しい箇所」の例", PLACE_COLUMNS, EXAMPLE_PLACES, head)
    for at, column in enumerate(ZONE_COLUMNS):
        sheet.set_column(at, at, max(column.width, PLACE_COLUMNS[at].width if at < len(PLACE_COLUMNS) else 0))
    sheet.print_area(0, 0, last, len(ZONE_COLUMNS) - 1)
    protect(sheet)


def _table(
    sheet: Any, looks: Looks, row: int, title: str, columns: tuple[Asked, ...], rows: tuple[dict[str, Any], ...], head: Head
) -> int:  # fmt: skip
    """One table of examples from `row` on; its last row."""
    write_text(sheet, row, 0, title, looks.group)
    sheet.set_row(row + 1, 44)
    for at, column in enumerate(columns):
        look = looks.ours_heading if column.ours else looks.theirs_heading
        write_text(sheet, row + 1, at, column.heading if column.ours else f"★{column.heading}", look)
    signed = {"form_version": FORM_VERSION, "year": str(head.year), "municipality_id": EXAMPLE_CODE}
    for number, given in enumerate(rows, start=row + 2):
        cells = {**signed, **given}
        for at, column in enumerate(columns):
            look = looks.ours if column.ours else looks.example
            put(sheet, number, at, cells.get(column.key), look, look)
        tall = max(lines_in(str(cells.get(c.key, "")), int(c.width) - 1) for c in columns)
        sheet.set_row(number, LINE_POINTS * tall + 4)
    return row + 1 + len(rows)
