"""Where everything stands, in words: for the command line and the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from geodata.errors import Text
from requests_gen.progress import NAMES, OUTCOMES, OVERDUE, OWES, Kept
from requests_gen.reply_told import answer_name

REMARKS = {
    "": Text("", ""),
    "resolved-unconfirmed": Text(
        "「解消」の判断に確認の記録がないため、数えていません", "recorded as resolved without confirmation: not counted"
    ),
}  # fmt: skip


def overdue_words(row: Mapping[str, Any], lang: str) -> str:
    """What is overdue and since when; "" where nothing is."""
    days = {"reply": row["deadline"], "promise": row["due"]}
    return "、".join(f"{OVERDUE[kind].in_(lang)}（{days[kind]}）" for kind in row["overdue"])


def state_words(row: Mapping[str, Any], lang: str) -> str:
    """State and code: 回答あり A2 整備予定あり."""
    return " ".join(filter(None, (NAMES[row["state"]].in_(lang), answer_name(row["code"], lang))))


def progress_lines(rows: Iterable[Mapping[str, Any]], promises: Mapping[str, Kept], lang: str) -> list[str]:
    """For a terminal: counts by state, promises, what is overdue, then every row."""
    rows = list(rows)
    counts = Counter(row["state"] for row in rows)
    lines = [
        "、".join(f"{name.in_(lang)} {counts[state]:,}" for state, name in NAMES.items() if counts[state])
    ]
    for carrier, kept in sorted(promises.items()):
        said = "、".join(
            f"{OUTCOMES[name].in_(lang)} {count}" for name, count in kept.counts.items() if count
        )
        if kept.made:
            lines.append(Text(f"約束（{carrier}）{kept.made}件: {said}", f"promises ({carrier}) {kept.made}: {said}").in_(lang))  # fmt: skip
    late = [row for row in rows if row["overdue"]]
    lines.append(Text(f"期限を過ぎたもの: {len(late)}件", f"overdue: {len(late)}").in_(lang))
    for row in rows:
        owes = OWES[row["owes"]].in_(lang)
        parts = (
            row["zone_id"], row["name"], row["carrier"] or "－", state_words(row, lang), row["planned"],
            f"→ {owes}" if row["owes"] else "", overdue_words(row, lang), REMARKS[row["remark"]].in_(lang),
        )  # fmt: skip
        lines.append("  ".join(filter(None, parts)))
    return lines
