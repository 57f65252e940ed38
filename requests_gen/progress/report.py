"""Where everything stands, in words: for the command line and the page."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from geodata.errors import Text
from requests_gen.files import workbook
from requests_gen.progress.promised import PromiseTally
from requests_gen.progress.words import NAMES, OUTCOMES, OVERDUE, OWES
from requests_gen.replies import report
from requests_gen.wording import Caption

REMARKS = {
    "": Text("", ""),
    "resolved-unconfirmed": Text(
        "「解消」の判断に確認の記録がないため、数えていません", "recorded as resolved without confirmation: not counted"
    ),
}


def overdue_words(row: Mapping[str, Any], lang: str) -> str:
    """What is overdue and since when; "" where nothing is."""
    days = {"reply": row["deadline"], "promise": row["due"]}
    return "、".join(f"{OVERDUE[kind].in_(lang)}（{days[kind]}）" for kind in row["overdue"])


def state_words(row: Mapping[str, Any], lang: str) -> str:
    """State and code: 回答あり A2 整備予定あり."""
    return " ".join(filter(None, (NAMES[row["state"]].in_(lang), report.answer_name(row["code"], lang))))


def progress_lines(rows: Iterable[Mapping[str, Any]], promises: Mapping[str, PromiseTally], lang: str) -> list[str]:
    """For a terminal: counts by state, promises, what is overdue, then every row."""
    rows = list(rows)
    counts = Counter(row["state"] for row in rows)
    lines = ["、".join(f"{name.in_(lang)} {counts[state]:,}" for state, name in NAMES.items() if counts[state])]
    for carrier, kept in sorted(promises.items()):
        said = "、".join(f"{OUTCOMES[name].in_(lang)} {count}" for name, count in kept.counts.items() if count)
        if kept.made:
            lines.append(Text(f"約束（{carrier}）{kept.made}件: {said}", f"promises ({carrier}) {kept.made}: {said}").in_(lang))
    late = [row for row in rows if row["overdue"]]
    lines.append(Text(f"期限を過ぎたもの: {len(late)}件", f"overdue: {len(late)}").in_(lang))
    for row in rows:
        owes = OWES[row["owes"]].in_(lang)
        parts = (
            row["zone_id"],
            row["name"],
            row["carrier"] or "－",
            state_words(row, lang),
            row["planned"],
            f"→ {owes}" if row["owes"] else "",
            overdue_words(row, lang),
            REMARKS[row["remark"]].in_(lang),
        )
        lines.append("  ".join(filter(None, parts)))
    return lines


# 進捗表: where each zone stands with each carrier, as a workbook to hand round inside the office.

INTERNAL = Text(
    "庁内用。公表していない回答が入っています。事業者や庁外に渡さないでください。",
    "Internal: holds unpublished replies. Not for carriers or anyone outside.",
)


def progress_xlsx(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], towns: Mapping[str, str], caption: Caption, as_of: str
) -> bytes:
    """The rows of progress.rows in a sheet. names: carriers; towns: municipalities by code; as_of: YYYY-MM-DD."""
    lang = caption.lang
    columns: list[tuple[Text, float, Callable[[Mapping[str, Any]], str]]] = [
        (Text("市町村", "municipality"), 14, lambda row: towns.get(row["municipality_id"], row["municipality_id"])),
        (Text("地区ID", "zone id"), 12, lambda row: row["zone_id"]),
        (Text("地区", "zone"), 18, lambda row: row["name"]),
        (Text("事業者", "carrier"), 18, lambda row: names.get(row["carrier"], row["carrier"]) or "－"),
        (Text("状態", "state"), 20, lambda row: NAMES[row["state"]].in_(lang)),
        (Text("回答区分", "answer"), 26, lambda row: report.answer_name(row["code"], lang)),
        (Text("予定時期", "planned"), 14, lambda row: row["planned"]),
        (Text("公開可否", "publication"), 10, lambda row: row["publication"]),
        (Text("次にすること", "next"), 22, lambda row: OWES[row["owes"]].in_(lang)),
        (Text("過ぎた期限", "overdue"), 26, lambda row: overdue_words(row, lang)),
        (Text("初回の年度", "first year"), 10, lambda row: str(row["first_year"] or "")),
        (Text("備考", "remark"), 24, lambda row: REMARKS[row["remark"]].in_(lang) or "、".join(row["superseded_by"])),
    ]
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        path = Path(folder) / "progress.xlsx"
        book = workbook.Book(path, caption)
        sheet = book.sheet("進捗表", "progress")
        workbook.write_text(sheet, 1, 6, f"{INTERNAL.in_(lang)}　{as_of}", book.look(bold=True, font_color=workbook.WARNING_INK))
        book.header(sheet, [(heading.in_(lang), width) for heading, width, _ in columns])
        for number, (_, _, value) in enumerate(columns):
            book.column(sheet, workbook.HEADER_ROW + 1, number, [value(row) for row in rows], text_wrap=True, valign="top")
        sheet.freeze_panes(workbook.HEADER_ROW + 1, 3)
        sheet.autofilter(workbook.HEADER_ROW, 0, workbook.HEADER_ROW + len(rows), len(columns) - 1)
        book.book.close()
        return path.read_bytes()
