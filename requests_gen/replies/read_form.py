"""A returned reply form as rows under the form's own headings, wherever people moved them.

Sheets may be renamed, columns moved or added, titles put above, cells merged: columns are found by what they are
called, the heading row by how many of them it holds. Every row with writing in it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.report import file_sha256
from geodata.tables import workbook
from requests_gen.registry import SourceFile
from requests_gen.replies.form import GUIDE, HEADINGS
from requests_gen.returned_forms import ReturnedSheet, holds_drawings, number_again, read_sheets
from requests_gen.wording import dates

FIELDS = (
    "form_version",
    "year",
    "zone_id",
    "municipality",
    "name",
    "carrier",
    "answer",
    "planned",
    "methods",
    "subsidy",
    "reasons",
    "cooperation",
    "own_view",
    "remarks",
    "publication",
    "answered_on",
    "person",
)
# what people call the columns in lists of their own
OTHER_NAMES = {
    "zone_id": ("地区番号", "地区コード", "zone_id", "zoneid"),
    "municipality": ("市町村名", "市町", "市町村", "municipality"),
    "name": ("地区", "地区名称", "name"),
    "carrier": ("事業者", "事業者名", "carrier"),
    "year": ("年", "year"),
    "form_version": ("版", "様式の版", "form_version"),
    "answer": ("回答", "回答コード", "区分", "answer"),
    "planned": ("整備予定時期", "時期", "planned"),
    "methods": ("整備方式", "methods"),
    "subsidy": ("補助", "補助金活用", "補助の活用", "subsidy"),
    "reasons": ("理由", "困難理由", "reasons"),
    "cooperation": ("協力依頼", "県・市町への協力依頼", "cooperation"),
    "own_view": ("エリア認識", "貴社エリア認識", "弊社のエリア認識", "当社のエリア認識", "own_view"),
    "remarks": ("備考欄", "remarks"),
    "publication": ("公開の可否", "公表可否", "公表の可否", "publication"),
    "answered_on": ("回答年月日", "回答日付", "answered_on"),
    "person": ("担当者", "担当者名", "ご担当", "person"),
}
ANSWERED = FIELDS[6:]
COMMENT = "コメント"  # what is told beside a cell of the row
TITLE_ROWS = 100
_NUMBER = re.compile(r"^[\[(]?\d{1,2}[\])]?[.、:]?(?=\D)")
_ASIDE = re.compile(r"[(\[].*?[)\]]|[(\[].*$|※.*$|\*+$")


@dataclass(frozen=True)
class RawRow:
    """One row as it was written. cells: by FIELDS; extra: under headings the form does not have."""

    sheet: str
    number: int
    cells: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)
    differing: tuple[str, ...] = ()  # fields that stand in two columns with different values
    struck: bool = False  # words in it are struck out

    def written(self) -> dict[str, str]:
        """Everything that stands in the row, by the form's headings."""
        named = {HEADING_OF[name]: text for name, text in self.cells.items() if text}
        return {**named, **{heading: text for heading, text in self.extra.items() if text}}


@dataclass(frozen=True)
class ReplySheet:
    """A file that was read. above: what stands over the tables; again: rows that repeat the headings."""

    file: SourceFile
    rows: tuple[RawRow, ...]
    above: tuple[str, ...]
    again: tuple[str, ...]  # where they stand
    notices: tuple[Text, ...]


HEADING_OF = dict(zip(FIELDS, HEADINGS, strict=True))


def label(heading: str) -> str:
    """A heading without its number, what stands in brackets, width and white space."""
    return _ASIDE.sub("", _NUMBER.sub("", dates.plain_text(heading)))


_FIELD_OF = {label(heading): name for name, heading in HEADING_OF.items()} | {
    dates.plain_text(name): key for key, names in OTHER_NAMES.items() for name in names
}


def read_reply_sheet(path: Path | str) -> ReplySheet:
    """The rows of a returned form (.xlsx, or CSV in any usual encoding), wholly.

    Raises DataError where the file cannot be read, or no row holds the headings 地区ID and 回答区分.
    """
    file = Path(path)
    sheets = read_sheets(file, lambda rows: _heading_row(rows) is not None)
    notices = _told(file, sheets)
    forms = [sheet for sheet in sheets if _heading_row(sheet.cells.to_numpy()) is not None]
    if not forms:
        raise _no_headings(file, sheets[0].cells if sheets else pd.DataFrame())
    # a hidden sheet counts only where no other holds the headings
    seen = [sheet for sheet in sheets if not sheet.hidden] if not all(sheet.hidden for sheet in forms) else sheets
    for sheet in sheets:
        if sheet not in seen:
            notices.append(
                Text(
                    f"隠れているシート「{sheet.name}」の{len(sheet.cells)}行は読んでいません。",
                    f"the {len(sheet.cells)} rows of the hidden sheet {sheet.name} were not read",
                )
            )
    if left := [sheet.name for sheet in seen if sheet not in forms and sheet.name != GUIDE]:
        notices.append(
            Text(
                f"回答の表のないシート（{'、'.join(left)}）は読んでいません。",
                f"sheets without a table of answers were not read: {', '.join(left)}",
            )
        )
    rows: list[RawRow] = []
    above: list[str] = []
    again: list[str] = []
    for sheet in forms:
        if sheet in seen:
            _collect(sheet, rows, above, again, notices)
    source = SourceFile(file.name, file_sha256(file))
    return ReplySheet(source, tuple(rows), tuple(above), tuple(again), tuple(notices))


def _told(file: Path, sheets: list[ReturnedSheet]) -> list[Text]:
    """What is unusual about the file: drawings, merged cells."""
    notices: list[Text] = []
    if workbook.is_workbook(file) and holds_drawings(file):
        notices.append(
            Text(
                "図形や画像があります。その中の文字は読めないので、ファイルを開いて確かめてください。",
                "there are shapes or pictures: open the file, words in them are not read",
            )
        )
    notices += [
        Text(
            f"シート「{sheet.name}」の縦に結合されたセル{len(merged)}か所は、結合されたすべての行に同じ値があるものとして読みました。",
            f"{len(merged)} cells merged over rows in {sheet.name}: their value counts for every one of these rows",
        )
        for sheet in sheets
        if (merged := sheet.features.merged)
    ]
    return notices


def _heading_row(rows: Sequence[Sequence[str]] | np.ndarray) -> int | None:
    """Position of the row that holds most headings, 地区ID and 回答区分 among them."""
    best, most = None, 0
    for position, row in enumerate(rows[:TITLE_ROWS]):
        fields = {_FIELD_OF.get(label(text)) for text in row} - {None}
        if {"zone_id", "answer"} <= fields and len(fields) > most:
            best, most = position, len(fields)
    return best


def _collect(sheet: ReturnedSheet, rows: list[RawRow], above: list[str], again: list[str], notices: list[Text]) -> None:
    table, look = sheet.cells, sheet.features
    at = _heading_row(table.to_numpy())
    if at is None:
        return
    headings = [str(text).strip() for text in table.iloc[at]]
    above += [text.strip() for _, row in table.iloc[:at].iterrows() for text in row if text.strip()]
    columns, extra = _columns(headings)
    body = table.iloc[at + 1 :]
    written = [heading for column, heading in extra.items() if (body[column].str.strip() != "").any()]
    if written:
        notices.append(
            Text(
                f"様式にない列（{'、'.join(written)}）の書き込みは、回答と一緒に残します。",
                f"columns the form does not have are kept with the answers: {', '.join(written)}",
            )
        )
    if missing := [HEADING_OF[name] for name in FIELDS if name not in columns]:
        notices.append(Text(f"この表にない列: {'、'.join(missing)}", f"columns that are missing: {', '.join(missing)}"))
    comments, days = dict(look.comments), columns.get("answered_on", ())
    for number, row in body.iterrows():
        texts = [str(text).strip() for text in row]
        texts = [text if column in days else number_again(text) for column, text in enumerate(texts)]
        if sum(bool(text) and text == heading for text, heading in zip(texts, headings, strict=True)) > 2:
            again.append(f"{sheet.name} {number}".strip())
            continue
        raw = _raw(sheet.name, int(number), texts, columns, extra)
        beside = {**raw.extra, COMMENT: comments.pop(number)} if number in comments else raw.extra
        rows.append(replace(raw, extra=beside, struck=number in look.struck))
    notices += [Text(f"表の外のコメント: {text}", f"a comment outside the table: {text}") for text in comments.values()]


def _columns(headings: list[str]) -> tuple[dict[str, list[int]], dict[int, str]]:
    """The columns of each field, and the headings (each once) of those that the form does not have."""
    columns: dict[str, list[int]] = {}
    extra: dict[int, str] = {}
    for column, heading in enumerate(headings):
        name = _FIELD_OF.get(label(heading))
        if name:
            columns.setdefault(name, []).append(column)
        else:
            told = heading or f"列{column + 1}"
            extra[column] = f"{told}（列{column + 1}）" if told in extra.values() else told
    return columns, extra


def _raw(sheet: str, number: int, texts: list[str], columns: dict[str, list[int]], extra: dict[int, str]) -> RawRow:
    cells, differing = {}, []
    for name, where in columns.items():
        values = list(dict.fromkeys(texts[column] for column in where if texts[column]))
        cells[name] = " | ".join(values)
        if len({dates.plain_text(value) for value in values}) > 1:
            differing.append(name)
        elif values:
            cells[name] = values[0]
    others = {heading: texts[column] for column, heading in extra.items() if texts[column]}
    return RawRow(sheet, number, cells, others, tuple(differing))


def _no_headings(file: Path, table: pd.DataFrame) -> DataError:
    first = "、".join(str(text).strip() for text in table.iloc[0] if str(text).strip())[:80] if len(table) else ""
    return DataError(
        "reply-headings-missing",
        Text(
            f"回答の表が見つかりません。「地区ID」と「回答区分」の見出しのある行が必要です（最初の行: {first}）",
            "no row holds the headings 地区ID and 回答区分",
        ),
        Text(
            "回答様式のファイルか確かめてください。別の形（PDF・メール）で届いた回答は、画面で1件ずつ入力できます。",
            "see that this is a reply form; an answer that came another way can be typed in",
        ),
        file.name,
    )
