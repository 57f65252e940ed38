"""The zones of 経年比較 as rows in the words of the page, and what their columns add up to."""

from __future__ import annotations

import pandas as pd

from coverage.change import WORST, Change
from geodata.errors import Text
from requests_gen.compare import whole_people as printing
from requests_gen.compare import words


def zone_rows(table: pd.DataFrame, whole: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Zones (coverage.change.zones.COLUMNS) in the words of the page; whole: their people as printed (whole_people)."""
    names = {
        "state": Text("状態", "state"),
        "municipality": Text("市町村", "municipality"),
        "name": Text("地区", "zone"),
        "old_people": Text("前回（人）", "before"),
        "new_people": Text("今回（人）", "now"),
        **{column: words.MOVE_NAMES[column] for column in ("coverage", "population", "terms")},
        "reason": Text("主な理由", "chief reason"),
    }
    if (table["unknown_years"] != "").any():
        names = {**names, "unknown": words.MOVE_NAMES["unknown"], "reason": names.pop("reason")}
    unknown = Text("（どちらかの年度の人が不明）", " (people of one year unknown)").in_(lang)
    shown = table.assign(
        state=[words.STATE_NAMES[state].in_(lang) for state in table["state"]],
        reason=[
            words.REASON_NAMES[reason].in_(lang) + (unknown if years else "")
            for reason, years in zip(table["reason"], table["unknown_years"], strict=True)
        ],
        **{name: whole[name].reindex(table.index) for name in whole},
    )
    return (
        shown[list(names)]
        .rename(columns={key: text.in_(lang) for key, text in names.items()})
        .rename_axis(Text("地区ID", "zone id").in_(lang))
    )


def sums(change: Change, printed: printing.WholePeople, lang: str) -> str:
    """What the whole table adds up to, in its columns; and how many zones are unknown."""
    totals = printed.totals
    parts = [
        f"{name.in_(lang)} {words.moved(totals[column], lang)}"
        for column, name in words.MOVE_NAMES.items()
        if totals[column] is not None and (column != "unknown" or totals[column])
    ]
    joined = Text("、", ", ").in_(lang).join(parts)
    figure = change.figure(WORST, change.generation)
    beside = "" if figure is None else words.unknown_beside(figure).in_(lang)
    return (
        f"{Text('合計（全ての地区）', 'Sum of all zones').in_(lang)}: "
        f"{words.people(totals['old_people'], lang)} → {words.people(totals['new_people'], lang)}"
        + (Text(f"（{joined}）", f" ({joined})").in_(lang) if joined else "")
        + beside
        + "　－: "
        + Text("その年度の一覧に無い地区", "not on that year's list").in_(lang)
        + (Text("、または不明", ", or unknown").in_(lang) if beside else "")
    )
