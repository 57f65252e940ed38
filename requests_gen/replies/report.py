"""What was read of replies, in words and as plain data: for the command line and the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from geodata.errors import DataError, Text
from requests_gen.replies.codes import ANSWER_BY_KEY, reasons_text
from requests_gen.replies.import_replies import Intake, Row, says

COUNTS = {
    "read": Text("読んだ行", "rows read"),
    "accepted": Text("受け入れ", "accepted"),
    "doubts": Text("要確認", "to be looked at"),
    "unchanged": Text("変更なし", "unchanged"),
    "left_out": Text("回答なし・対象外", "left out"),
}
OUTCOMES = {
    "accepted": Text("受け入れ", "accepted"),
    "doubt": Text("要確認", "to be looked at"),
    "unchanged": Text("変更なし", "unchanged"),
    "left-out": Text("対象外", "left out"),
}
ALREADY = Text(
    "このファイルは {at} に {who} が取り込み済みです。何も変えていません。", "{who} imported this file on {at}; nothing was changed."
)


def why(row: Row, lang: str) -> str:
    """Why a row was not simply accepted; "" where it was."""
    if row.judged.review_items:
        return reasons_text(row.judged.review_items).in_(lang)
    return row.judged.why.in_(lang) if row.judged.why else ""


def answer_name(code: object, lang: str) -> str:
    """A1 整備済（エリア内）; "" without a code."""
    known = ANSWER_BY_KEY.get(str(code or ""))
    return known.entry(lang) if known else str(code or "")


def counts_line(intake: Intake, lang: str) -> str:
    """読んだ行 10、受け入れ 8、要確認 2、…"""
    said = [f"{COUNTS[name].in_(lang)} {count:,}" for name, count in intake.counts.items()]
    return ", ".join(said) if lang == "en" else "、".join(said)


def already_line(intake: Intake, lang: str) -> str:
    """Who imported the same file before; "" where nobody did."""
    if intake.already is None:
        return ""
    when = intake.already.at.astimezone().strftime("%Y-%m-%d %H:%M")
    return ALREADY.in_(lang).format(at=when, who=intake.already.who)


def intake_lines(intake: Intake, lang: str, *, saved: bool) -> list[str]:
    """For a terminal: the counts, then every row that was not simply accepted."""
    unsaved = Text("（試し読み。保存していません）", " (dry run: nothing was saved)").in_(lang)
    lines = [f"{intake.file.name}: {counts_line(intake, lang)}{'' if saved else unsaved}"]
    lines += [f"  {line}" for line in (already_line(intake, lang), *(n.in_(lang) for n in intake.notices)) if line]
    for row in intake.rows:
        if row.outcome in ("doubt", "left-out"):
            raw = row.judged.row
            place = Text(f"{raw.number}行目", f"row {raw.number}").in_(lang)
            wrote = raw.cells.get("zone_id", ""), raw.cells.get("answer", "")
            lines.append(f"  [{OUTCOMES[row.outcome].in_(lang)}] {place} {' '.join(filter(None, wrote))}: {why(row, lang)}")
    return lines


def intakes_as_dict(intakes: Iterable[Intake], refused: Iterable[DataError], lang: str, *, saved: bool) -> dict[str, Any]:
    """For JSON: the sums of all files, then each file with its rows."""
    files = [_file_told(intake, lang) for intake in intakes]
    sums = {name: sum(file["counts"][name] for file in files) for name in COUNTS}
    return {**sums, "saved": saved, "files": files, "refused": [{"file": e.file, "code": e.code, "message": e.in_(lang)} for e in refused]}


def _file_told(intake: Intake, lang: str) -> dict[str, Any]:
    return {
        "file": intake.file.name,
        "sha256": intake.file.sha256,
        "counts": intake.counts,
        "already": already_line(intake, lang),
        "notices": [notice.in_(lang) for notice in intake.notices],
        "above": list(intake.above),
        "headings_again": list(intake.again),
        "rows": [
            {
                "row": row.judged.row.number,
                "sheet": row.judged.row.sheet,
                "outcome": row.outcome,
                "doubts": list(row.judged.review_items),
                "why": why(row, lang),
                "doubt_id": row.doubt_id,
                "record": says(row.judged.record),
                "written": row.judged.row.written(),
            }
            for row in intake.rows
        ],
    }


def review_items_as_dict(waiting: Iterable[Mapping[str, Any]], lang: str) -> list[dict[str, Any]]:
    """The rows that wait, for JSON."""
    names = ("doubt_id", "year", "zone_id", "carrier", "doubts", "written", "suggestion", "place")
    return [
        {
            **{name: _plain(review_item.get(name)) for name in names},
            "why": reasons_text(review_item["doubts"]).in_(lang),
            "who": review_item["who"],
        }
        for review_item in waiting
    ]


def _plain(value: Any) -> Any:
    from requests_gen.registry import values

    return None if values.is_unknown(value) else value


def review_lines(waiting: Iterable[Mapping[str, Any]], lang: str) -> list[str]:
    """The rows that wait, for a terminal."""
    lines = []
    for review_item in review_items_as_dict(waiting, lang):
        written = "、".join(f"{name}＝{text}" for name, text in review_item["written"].items())
        offer = answer_name(review_item["suggestion"].get("answer"), lang) or "－"
        lines.append(f"{review_item['doubt_id']}  {review_item['carrier'] or '?'} {review_item['zone_id'] or '?'}  {review_item['why']}")
        lines.append(Text(f"    書かれていた内容: {written}", f"    written: {written}").in_(lang))
        lines.append(Text(f"    読み取りの案: {offer}", f"    probably: {offer}").in_(lang))
    return lines or [Text("要確認はありません", "nothing waits").in_(lang)]
