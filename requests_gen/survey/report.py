"""What an import of the survey brought, for people: sentences for the window, a workbook for the office's file."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from geodata.atomic import write_bytes
from geodata.errors import Text
from requests_gen.files import workbook
from requests_gen.survey.form_layout import FONT, LINE_POINTS
from requests_gen.survey.intake import Imported
from requests_gen.survey.judge import ClassifiedRow
from requests_gen.survey.new_places import PLACE

STATUS = {"accepted": Text("取り込み", "taken"), "check": Text("要確認", "to be checked"), "excluded": Text("除外", "left out")}
MOST_NAMED = 30


def sentences(done: Imported) -> list[Text]:
    """What one file brought, one line each: changes old → new, doubts, what was left out and why."""
    counts = {status: len(done.of(status)) for status in STATUS}
    head = Text(
        f"{done.file.source.name}　{done.municipality}　{done.file.year}年度: {len(done.rows)}行のうち 取り込み {counts['accepted']}・要確認 {counts['check']}・除外 {counts['excluded']}（うち未回答 {len(done.unanswered)}）",
        f"{done.file.source.name} {done.municipality} {done.file.year}: {len(done.rows)} rows, {counts['accepted']} taken, {counts['check']} to be checked, {counts['excluded']} left out ({len(done.unanswered)} not answered)",
    )
    return [head, *_saved(done), *done.notices, *_changes(done), *_doubts(done), *_left_out(done), *_orders(done)]


def _saved(done: Imported) -> Iterable[Text]:
    if done.already is not None:
        yield Text(
            f"このファイルは {done.already.at.astimezone():%Y-%m-%d %H:%M} に {done.already.who} が取り込み済みです。何も変えていません",
            f"{done.already.who} imported this file on {done.already.at.astimezone():%Y-%m-%d %H:%M}; nothing was changed",
        )
    elif done.dry:
        yield Text("試しに読んだだけで、保存していません（--dry-run）", "a trial: nothing was saved (--dry-run)")
    else:
        yield Text(
            f"回答を保存しました（新しい {done.added}・変わった {done.changed}・同じ {done.unchanged}）。市町の順位 {done.orders}件",
            f"saved: {done.added} new, {done.changed} changed, {done.unchanged} as before; {done.orders} places of the order",
        )


def _changes(done: Imported) -> Iterable[Text]:
    told = [(row, change) for row in done.rows for change in row.changes]
    if told:
        yield Text(f"変わったところ（{len(told)}件）", f"changes ({len(told)})")
    for row, (heading, old, new) in told[:MOST_NAMED]:
        yield Text(*(f"  {_who(row)}　{heading}: {old} → {new}",) * 2)
    yield from _more(len(told))


def _doubts(done: Imported) -> Iterable[Text]:
    told = [(row, review_item) for row in done.of("check") for review_item in (*row.review_items, *([row.reason] if row.reason else []))]
    if told:
        yield Text(f"確かめてください（{len(told)}件）", f"to be checked ({len(told)})")
    for row, review_item in told[:MOST_NAMED]:
        lost = Text("［この行は取り込んでいません］", " [the row was not taken]") if row.record is None else Text("", "")
        yield Text(f"  {_who(row)}　{review_item.ja}{lost.ja}", f"  {_who(row)} {review_item.en}{lost.en}")
    yield from _more(len(told))


def _left_out(done: Imported) -> Iterable[Text]:
    told = done.of("excluded")
    if told:
        yield Text(f"取り込まなかった行（{len(told)}件）", f"rows left out ({len(told)})")
    for row in told[:MOST_NAMED]:
        reason = row.reason or Text("", "")
        yield Text(f"  {_who(row)}　{reason.ja}", f"  {_who(row)} {reason.en}")
    yield from _more(len(told))


def _orders(done: Imported) -> Iterable[Text]:
    if done.unexplained:
        yield Text(
            f"県の順と違うのに理由のない地区（{len(done.unexplained)}件。理由を書くまで順位は確定できません）",
            f"differing from our order without a reason ({len(done.unexplained)})",
        )
    for text in done.unexplained[:MOST_NAMED]:
        yield Text(f"  {text.ja}", f"  {text.en}")
    yield from _more(len(done.unexplained))


def _more(count: int) -> Iterable[Text]:
    if count > MOST_NAMED:
        yield Text(f"  ほか{count - MOST_NAMED}件（--report で全部を書き出せます）", f"  and {count - MOST_NAMED} more (see --report)")


def _who(row: ClassifiedRow) -> str:
    kind = "［新しい箇所］" if row.row.kind == PLACE else ""
    return f"{row.row.place} {kind}{row.zone_id or '－'} {row.name}".strip()


HEADINGS = (
    ("ファイル", 36),
    ("市町", 12),
    ("判定", 9),
    ("シート・行", 20),
    ("地区ID・番号", 14),
    ("地区名", 18),
    ("項目", 14),
    ("前", 18),
    ("後", 18),
    ("内容", 70),
)


def write_report(path: Path, all_of_them: list[Imported]) -> None:
    """Every row of every file, each change, doubt and reason on a line of its own, as a workbook."""
    import xlsxwriter

    stream = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(stream, {"in_memory": True, **as_text}) as book:
        book.set_properties({"title": "照会の取り込み結果", "author": "Kengai", "created": workbook.FIXED_DATE})
        sheet = book.add_worksheet("取り込み結果")
        heading = book.add_format({"font_name": FONT, "bold": True, "border": 1, "bg_color": "#DCE6F1"})
        cell = book.add_format({"font_name": FONT, "font_size": 10, "border": 1, "text_wrap": True, "valign": "top"})
        for at, (name, width) in enumerate(HEADINGS):
            sheet.set_column(at, at, width)
            workbook.write_text(sheet, 0, at, name, heading)
        lines = [line for done in all_of_them for line in _lines(done)]
        for number, line in enumerate(lines, start=1):
            for at, text in enumerate(line):
                workbook.write_text(sheet, number, at, text, cell)
            sheet.set_row(
                number, LINE_POINTS * max(workbook.lines_in(text, width - 1) for text, (_, width) in zip(line, HEADINGS, strict=True)) + 2
            )
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, max(len(lines), 1), len(HEADINGS) - 1)
        _paper(sheet)
    write_bytes(path, stream.getvalue())


def _paper(sheet: Any) -> None:
    sheet.set_paper(9)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer("&C&9&P / &N")


def _lines(done: Imported) -> Iterable[tuple[str, ...]]:
    file = (done.file.source.name, done.municipality)
    for text in (*_saved(done), *done.notices):
        yield (*file, "ファイル", "", "", "", "", "", "", text.ja)
    for row in done.rows:
        about = (*file, STATUS[row.status].ja, row.row.place, row.zone_id, row.name)
        told = [row.reason] if row.reason else []
        said = [("", "", "", text.ja) for text in (*told, *row.review_items)]
        said += [(heading, old, new, "") for heading, old, new in row.changes]
        for line in said or [("", "", "", "変わりなし")]:
            yield (*about, *line)
    for text in done.unexplained:
        yield (*file, "要確認", "", "", "", "市町の優先順位", "", "", f"理由がない: {text.ja}")
