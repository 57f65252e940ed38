"""The reply form (回答様式): a workbook with one row a zone, filled in by a carrier and read again next year.

It must live through mail filters that remove macros, links and formulas, and through being saved by other
programs: so it has none of these, its lists stand in the cells' own rules, and everything is text.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.files import workbook
from requests_gen.replies.codes import ANSWERS, METHODS, OWN_VIEWS, PUBLICATION, REASONS, SUBSIDIES
from requests_gen.wording import captions, numbers_and_eras

SHEET, GUIDE = "回答様式", "記入要領"
HEADER_ROW = 4  # the fifth row: above it stand the title, the deadline and the marks
HEADINGS = (
    "様式版",
    "年度",
    "地区ID",
    "市町名",
    "地区名",
    "事業者コード",
    "[1]回答区分",
    "[2]予定時期(年度・半期)",
    "[3]方式(4G,5G,シェアリング,中継,衛星)",
    "[4]補助活用(要・不要・条件付)",
    "[5]困難の理由(複数可)",
    "[6]県市町への協力依頼",
    "[7]貴社のエリア認識(エリア内・一部・エリア外)",
    "[8]備考",
    "[9]公開可否(可・区分のみ可・不可)",
    "回答日",
    "担当",
)
FIXED = 6  # the first columns are ours and locked
WIDTHS = (6, 6, 11, 12, 15, 9, 17, 12, 11, 9, 10, 18, 11, 18, 10, 11, 12)
YEARS_AHEAD = 6
LONGEST_ANSWER = 1000
LONGEST_LIST = 255  # what a list inside a rule may hold
FONT = "BIZ UDPゴシック"


@dataclass(frozen=True)
class _Asked:
    """What a column asks for: a list (`strict`: nothing else), or free text with a hint."""

    hint: str
    choices: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True)
class ReplyForm:
    """What stands above the rows. deadline_text: as it is printed; fictitious, draft: marked on every page."""

    letter_id: str
    fiscal_year: int
    carrier_key: str
    carrier_name: str
    form_version: str
    deadline_text: str
    fictitious: bool
    draft: bool

    @property
    def title(self) -> str:
        """The first line of the form."""
        return f"携帯電話不感地域の解消等に関する回答様式　{captions.fiscal_year(self.fiscal_year).ja}"

    @property
    def marks(self) -> str:
        """What nobody may overlook: a draft, invented areas."""
        draft = "【案】提出前の確認用です。" if self.draft else ""
        return draft + (f"【架空】{captions.FICTITIOUS.ja}" if self.fictitious else "")


def write_reply_form(path_or_none: Path | str | None, head: ReplyForm, rows: pd.DataFrame) -> bytes:
    """The form as bytes, written to `path_or_none` too. The same facts give the same bytes.

    rows: zone_id (a column or the index's name), municipality, name; one row a zone, kept in their order.
    Raises DataError "reply-form-empty" without any zone; ValueError where a zone stands twice.
    """
    zones = rows.reset_index() if "zone_id" not in rows.columns else rows
    if not len(zones):
        raise _no_zones(head.carrier_name)
    if zones["zone_id"].duplicated().any():
        raise ValueError(f"zones stand twice: {sorted(zones['zone_id'][zones['zone_id'].duplicated()])}")
    data = _workbook(head, zones)
    if path_or_none is not None:
        write_bytes(Path(path_or_none), data)
    return data


def _no_zones(carrier_name: str) -> DataError:
    return DataError(
        "reply-form-empty",
        Text(f"{carrier_name} への回答様式に載せる地区がありません", f"no zone to ask {carrier_name} about"),
        Text("要望する地区を選んでから作り直してください。", "choose the zones of the letter first"),
    )


class _Looks:
    """The few formats of the form, made once."""

    def __init__(self, book: Any) -> None:
        def made(**how: Any) -> Any:
            return book.add_format({"font_name": FONT, "font_size": 10, **how})

        cell = {"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"}
        self.title = made(bold=True, font_size=14)
        self.plain = made()
        self.mark = made(bold=True, font_color="#B00020")
        heading = {"bold": True, "border": 1, "text_wrap": True, "align": "center", "valign": "vcenter"}
        self.ours = made(bg_color="#D9D9D9", **heading)
        self.theirs = made(bg_color="#DCE6F1", **heading)
        self.fixed = made(bg_color="#F2F2F2", **cell)
        self.answer = made(locked=False, **cell)
        self.day = made(locked=False, **{**cell, "num_format": "yyyy-mm-dd", "align": "left"})
        self.guide = made(text_wrap=True, valign="top")
        self.guide_heading = made(bold=True, bg_color="#DCE6F1", border=1)
        self.guide_cell = made(text_wrap=True, valign="top", border=1)


def _workbook(head: ReplyForm, zones: pd.DataFrame) -> bytes:
    import xlsxwriter

    stream = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {"in_memory": True, **as_text}) as book:
        book.set_properties(
            {"title": head.title, "subject": head.letter_id, "comments": head.marks, "author": "Kengai", "created": workbook.FIXED_DATE}
        )
        looks = _Looks(book)
        _form_sheet(book.add_worksheet(SHEET), looks, head, zones)
        _guide_sheet(book.add_worksheet(GUIDE), looks, head)
    return stream.getvalue()


def _form_sheet(sheet: Any, looks: _Looks, head: ReplyForm, zones: pd.DataFrame) -> None:
    _paper(sheet, head, landscape=True)
    for row, (text, look) in enumerate(
        (
            (f"{head.title}　　{head.carrier_name}", looks.title),
            (f"回答期限: {head.deadline_text}　　要望書: {head.letter_id}　　様式版: {head.form_version}", looks.plain),
            ("白い欄に記入してください。灰色の欄は変更できません。記入のしかたは「記入要領」のシートにあります。", looks.plain),
            (head.marks, looks.mark),
        )
    ):
        workbook.write_text(sheet, row, 0, text, look)
    sheet.set_row(HEADER_ROW, 74)  # rows below have no height of their own: they grow with the answers
    for column, (heading, width) in enumerate(zip(HEADINGS, WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        workbook.write_text(sheet, HEADER_ROW, column, heading, looks.ours if column < FIXED else looks.theirs)
    first, last = HEADER_ROW + 1, HEADER_ROW + len(zones)
    for row, zone in enumerate(zones[["zone_id", "municipality", "name"]].itertuples(index=False), start=first):
        ours = (head.form_version, str(head.fiscal_year), *zone, head.carrier_key)
        for column, value in enumerate(ours):
            workbook.write_text(sheet, row, column, value, looks.fixed)
        for column in range(FIXED, len(HEADINGS)):
            sheet.write_blank(row, column, None, looks.day if HEADINGS[column] == "回答日" else looks.answer)
    for column, rule in _rules(head):
        sheet.data_validation(first, column, last, column, rule)
    sheet.freeze_panes(HEADER_ROW + 1, 5)
    sheet.repeat_rows(HEADER_ROW)
    sheet.print_area(0, 0, last, len(HEADINGS) - 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _paper(sheet: Any, head: ReplyForm, landscape: bool) -> None:
    """A4, as wide as the paper; title and marks on every page."""
    sheet.set_paper(9)
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    carrier = head.carrier_name.replace("&", "&&")[:60]
    sheet.set_header(f"&L&9別添　回答様式　{carrier}&R&9{'【案】' if head.draft else ''}{'【架空】' if head.fictitious else ''}")
    sheet.set_footer("&C&9&P / &N")


def _asked(year: int) -> dict[int, _Asked]:
    """What each column asks for, by its number."""
    answers = tuple(code.entry() for code in ANSWERS)
    reasons = "、".join(f"{code.key}{code.name.ja}" for code in REASONS)
    return {
        6: _Asked("一覧から1つ選んでください。空欄は無回答として扱います。", answers, strict=True),
        7: _Asked("A2・B1のとき、サービス開始の見込みを選ぶか記入してください。", half_years(year)),
        8: _Asked("一覧から選んでください。複数のときは「、」で区切って記入できます。", METHODS),
        9: _Asked("国の補助事業等の活用の要否を選んでください。", SUBSIDIES, strict=True),
        10: _Asked(f"番号を「、」で区切って記入してください（例 1、3）。{reasons}"),
        11: _Asked("県や市町に求める協力があれば記入してください（用地、電源、地元調整など）。"),
        12: _Asked("この地区についての貴社の認識を選んでください。", OWN_VIEWS, strict=True),
        13: _Asked("補足があれば記入してください。"),
        14: _Asked("この回答を県が公表してよいか選んでください。空欄は不可として扱います。", PUBLICATION, strict=True),
        15: _Asked("回答の日付（例 2027-01-15）"),
        16: _Asked("部署・氏名・連絡先"),
    }


def half_years(year: int) -> tuple[str, ...]:
    """Halves of fiscal years to choose from: this one and those ahead."""
    eras = (numbers_and_eras.fiscal_era(ahead) for ahead in range(year, year + YEARS_AHEAD))
    return (*(f"{era}年度{half}" for era in eras for half in ("上期", "下期")), "それ以降", "未定")


def _rules(head: ReplyForm) -> Iterator[tuple[int, dict[str, Any]]]:
    """The rule of each column to be filled in, as XlsxWriter takes it."""
    for column, asked in _asked(head.fiscal_year).items():
        hint = {"input_title": HEADINGS[column][:32].split("(")[0], "input_message": asked.hint[:255]}
        if asked.choices:
            if len(",".join(asked.choices)) > LONGEST_LIST:
                raise ValueError(f"the list of {HEADINGS[column]} is longer than a rule may hold")
            error = "一覧から選んでください。" if asked.strict else "一覧にない記入です。このまま続けますか。"
            yield (
                column,
                {
                    "validate": "list",
                    "source": list(asked.choices),
                    "error_type": "stop" if asked.strict else "warning",
                    "error_title": "回答様式",
                    "error_message": error,
                    **hint,
                },
            )
        elif HEADINGS[column] == "回答日":
            yield (
                column,
                {
                    "validate": "date",
                    "criteria": ">=",
                    "value": pd.Timestamp(head.fiscal_year, 4, 1).date(),
                    "error_type": "warning",
                    "error_title": "回答様式",
                    "error_message": "今年度の日付ではないようです。このまま続けますか。",
                    **hint,
                },
            )
        else:
            yield (
                column,
                {
                    "validate": "length",
                    "criteria": "<=",
                    "value": LONGEST_ANSWER,
                    "error_title": "回答様式",
                    "error_message": f"{LONGEST_ANSWER:,}字以内で記入してください。",
                    **hint,
                },
            )


def _guide_sheet(sheet: Any, looks: _Looks, head: ReplyForm) -> None:
    """How to fill it in, and what the codes mean."""
    _paper(sheet, head, landscape=False)
    sheet.set_column(0, 0, 26)
    sheet.set_column(1, 1, 70)
    workbook.write_text(sheet, 0, 0, f"{GUIDE}　{head.carrier_name}", looks.title)
    row = 1
    for line in [*_guidance(head), *([head.marks] if head.marks else [])]:
        sheet.merge_range(row, 0, row, 1, "", looks.guide)
        workbook.write_text(sheet, row, 0, line, looks.mark if line == head.marks else looks.guide)
        sheet.set_row(row, 14.0 * workbook.lines_in(line, 96))
        row += 1
    asked = [(HEADINGS[column], what.hint) for column, what in _asked(head.fiscal_year).items()]
    tables = (
        ("各欄の記入のしかた", asked),
        ("[1] 回答区分", [(code.key, code.name.ja) for code in ANSWERS]),
        ("[5] 困難の理由", [(code.key, code.name.ja) for code in REASONS]),
    )
    for heading, lines in tables:
        row += 1
        workbook.write_text(sheet, row, 0, heading, looks.guide_heading)
        workbook.write_text(sheet, row, 1, "", looks.guide_heading)
        for left, right in lines:
            row += 1
            workbook.write_text(sheet, row, 0, left, looks.guide_cell)
            workbook.write_text(sheet, row, 1, right, looks.guide_cell)
        row += 1
    sheet.print_area(0, 0, row, 1)
    sheet.protect("", {"format_columns": True, "format_rows": True})


def _guidance(head: ReplyForm) -> list[str]:
    return [
        f"１　回答期限は {head.deadline_text} です。このファイル（Excel形式）のまま返信してください。",
        "２　1行が1地区です。行と列の追加・削除・並べ替えはしないでください。様式版と地区IDで照合します。",
        "３　白い欄だけ記入できます（シートの保護にパスワードはありません）。マクロや数式は使っていません。",
        "４　[1]回答区分は必ず記入してください。空欄は「N 無回答」として扱います。",
        "５　[1]が「A1」「D1」のときも、現地の測定または市町の確認で解消を確かめるまで、不感の地区として扱います。",
        "６　[9]公開可否が「不可」または空欄の回答は公表しません。他の事業者に知らせることもありません。",
    ]
