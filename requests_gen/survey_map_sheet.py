"""The sheet of small maps in a form of the survey: each under its zone's id and name, three beside one another."""

from __future__ import annotations

import io
from typing import Any

from requests_gen.book import write_text
from requests_gen.survey_map import MAP_MM
from requests_gen.survey_paper import Form, Looks, paper, protect

ACROSS = 3
POINTS_A_MM, PIXELS_A_POINT = 72 / 25.4, 96 / 72
CHARACTERS_A_MM = 0.53
GAP_MM, CAPTION_POINTS = 3.0, 15.0
FIRST_ROW = 3
LEGEND = (
    "赤い格子: どの会社もエリア外　　黄色い斜線: 一部の会社がエリア外　　灰色の点: 未公表の会社があり不明　　（淡い網掛けは人が住んでいない所）",
    "太枠: この地区　　破線: ほかの地区（地区ID）　　▲: 指定避難所等　　■: その他の施設　　●: 人口の中心",
)


def map_sheet(sheet: Any, looks: Looks, form: Form) -> None:
    """A map a zone, in the order of the form.

    Name and map share a row, so that no page break comes between them.
    """
    paper(sheet, form.head)
    write_text(sheet, 0, 0, f"地区の地図　{form.head.whose}", looks.title)
    for row, line in enumerate(LEGEND, start=1):
        write_text(sheet, row, 0, line, looks.plain)
    sheet.set_column(0, ACROSS - 1, (MAP_MM[0] + GAP_MM) * CHARACTERS_A_MM)
    for number, zone in enumerate(form.zones):
        row, column = FIRST_ROW + number // ACROSS, number % ACROSS
        if column == 0:
            sheet.set_row(row, (MAP_MM[1] + GAP_MM) * POINTS_A_MM + CAPTION_POINTS)
        write_text(
            sheet,
            row,
            column,
            f"{zone.ours['zone_id']}　{zone.ours['name']}{'' if zone.map_png else '（地図なし）'}",
            looks.caption,
        )
        if zone.map_png:
            sheet.insert_image(
                row, column, f"{zone.ours['zone_id']}.png",
                {"image_data": io.BytesIO(zone.map_png), "description": zone.map_words, "x_offset": 2,
                 "y_offset": CAPTION_POINTS * PIXELS_A_POINT, "object_position": 1},
            )  # fmt: skip
    sheet.print_area(0, 0, FIRST_ROW + -(-len(form.zones) // ACROSS) - 1, ACROSS - 1)
    sheet.repeat_rows(0, FIRST_ROW - 1)
    protect(sheet)
