"""進捗表: where each zone stands with each carrier, as a workbook to hand round inside the office."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from geodata.errors import Text
from requests_gen.book import HEADER_ROW, WARNING_INK, Book, write_text
from requests_gen.captions import Caption
from requests_gen.progress import NAMES, OWES
from requests_gen.progress_told import REMARKS, overdue_words
from requests_gen.reply_told import answer_name

INTERNAL = Text(
    "庁内用。公表していない回答が入っています。事業者や庁外に渡さないでください。",
    "Internal: holds unpublished replies. Not for carriers or anyone outside.",
)


def progress_xlsx(
    rows: Sequence[Mapping[str, Any]], names: Mapping[str, str], towns: Mapping[str, str], caption: Caption, as_of: str
) -> bytes:  # fmt: skip
    """The rows of progress.rows in a sheet. names: carriers; towns: municipalities by code; as_of: YYYY-MM-DD."""
    lang = caption.lang
    columns: list[tuple[Text, float, Callable[[Mapping[str, Any]], str]]] = [
        (Text("市町村", "municipality"), 14, lambda row: towns.get(row["municipality_id"], row["municipality_id"])),
        (Text("地区ID", "zone id"), 12, lambda row: row["zone_id"]),
        (Text("地区", "zone"), 18, lambda row: row["name"]),
        (Text("事業者", "carrier"), 18, lambda row: names.get(row["carrier"], row["carrier"]) or "－"),
        (Text("状態", "state"), 20, lambda row: NAMES[row["state"]].in_(lang)),
        (Text("回答区分", "answer"), 26, lambda row: answer_name(row["code"], lang)),
        (Text("予定時期", "planned"), 14, lambda row: row["planned"]),
        (Text("公開可否", "publication"), 10, lambda row: row["publication"]),
        (Text("次にすること", "next"), 22, lambda row: OWES[row["owes"]].in_(lang)),
        (Text("過ぎた期限", "overdue"), 26, lambda row: overdue_words(row, lang)),
        (Text("初回の年度", "first year"), 10, lambda row: str(row["first_year"] or "")),
        (Text("備考", "remark"), 24, lambda row: REMARKS[row["remark"]].in_(lang) or "、".join(row["superseded_by"])),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        path = Path(folder) / "progress.xlsx"
        book = Book(path, caption)
        sheet = book.sheet("進捗表", "progress")
        write_text(
            sheet, 1, 6, f"{INTERNAL.in_(lang)}　{as_of}", book.look(bold=True, font_color=WARNING_INK)
        )
        book.header(sheet, [(heading.in_(lang), width) for heading, width, _ in columns])
        for number, (_, _, value) in enumerate(columns):
            book.column(
                sheet, HEADER_ROW + 1, number, [value(row) for row in rows], text_wrap=True, valign="top"
            )
        sheet.freeze_panes(HEADER_ROW + 1, 3)
        sheet.autofilter(HEADER_ROW, 0, HEADER_ROW + len(rows), len(columns) - 1)
        book.book.close()
        return path.read_bytes()
