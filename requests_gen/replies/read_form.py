"""A returned reply form as rows under the form's own headings, wherever people moved them.

Sheets may be renamed, columns moved or added, titles put above, cells merged: columns are found by what they are
called, the heading row by how many of them it holds. Every row with writing in it comes back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from geodata.errors import DataError, Text
from geodata.intake import read_table
from geodata.report import file_sha256
from geodata.tables import workbook
from requests_gen.registry import SourceFile
from requests_gen.replies.form import GUIDE, HEADINGS
from requests_gen.returned_forms import SheetFeatures, features_of, filled, holds_drawings, number_again, numbered
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
PLAIN = SheetFeatures("visible")
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
    tables, looks, notices = _tables(file)
    found = {name: table for name, table in tables.items() if _heading_row(table) is not None}
    if not found:
        raise _no_headings(file, next(iter(tables.values())))
    if left := {name: len(table) for name, table in tables.items() if name not in (*found, GUIDE) and len(table)}:
        notices.append(
            Text(
                f"回答の表のないシート（{'、'.join(left)}）は読んでいません。",
                f"sheets without a table of answers were not read: {', '.join(left)}",
            )
        )
    rows: list[RawRow] = []
    above: list[str] = []
    again: list[str] = []
    for name, table in found.items():
        _collect(name, table, looks.get(name, PLAIN), rows, above, again, notices)
    source = SourceFile(file.name, file_sha256(file))
    return ReplySheet(source, tuple(rows), tuple(above), tuple(again), tuple(notices))


def _tables(file: Path) -> tuple[dict[str, pd.DataFrame], dict[str, SheetFeatures], list[Text]]:
    """{sheet: its cells as text, index = row numbers}; hidden sheets only where no other holds the headings."""
    notices: list[Text] = []
    if not workbook.is_workbook(file):
        return {"": numbered(read_table(file, header=False)[0])}, {}, notices
    try:
        read_table(file, header=False)  # the safety checks of intake come before any other opening
    except DataError as error:
        if error.code != "sheet-ambiguous":
            raise
    looks = features_of(file)
    if holds_drawings(file):
        notices.append(
            Text(
                "図形や画像があります。その中の文字は読めないので、ファイルを開いて確かめてください。",
                "there are shapes or pictures: open the file, words in them are not read",
            )
        )
    tables = {}
    for name, look in looks.items():
        try:
            table = numbered(read_table(file, sheet=name, header=False)[0])
        except DataError as error:
            if error.code != "table-empty":
                raise
            continue
        tables[name] = filled(table, look.merged)
        if look.merged:
            notices.append(
                Text(
                    f"シート「{name}」の縦に結合されたセル{len(look.merged)}か所は、結合されたすべての行に同じ値があるものとして読みました。",
                    f"{len(look.merged)} cells merged over rows in {name}: their value counts for every one of these rows",
                )
            )
    hidden = [name for name in tables if looks[name].state != "visible"]
    if any(_heading_row(tables[name]) is not None for name in tables if name not in hidden):
        for name in hidden:
            notices.append(
                Text(
                    f"隠れているシート「{name}」の{len(tables[name])}行は読んでいません。",
                    f"the {len(tables[name])} rows of the hidden sheet {name} were not read",
                )
            )
            del tables[name]
    return tables, looks, notices


def _heading_row(table: pd.DataFrame) -> int | None:
    """Position of the row that holds most headings, 地区ID and 回答区分 among them."""
    best, most = None, 0
    for position in range(min(len(table), TITLE_ROWS)):
        fields = {_FIELD_OF.get(label(text)) for text in table.iloc[position]} - {None}
        if {"zone_id", "answer"} <= fields and len(fields) > most:
            best, most = position, len(fields)
    return best


def _collect(
    sheet: str,
    table: pd.DataFrame,
    look: SheetFeatures,
    rows: list[RawRow],
    above: list[str],
    again: list[str],
    notices: list[Text],
) -> None:
    at = _heading_row(table)
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
    comments = dict(look.comments)
    for number, row in body.iterrows():
        texts = [number_again(str(text).strip()) for text in row]
        if sum(bool(text) and text == heading for text, heading in zip(texts, headings, strict=True)) > 2:
            again.append(f"{sheet} {number}".strip())
            continue
        raw = _raw(sheet, int(number), texts, columns, extra)
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
