"""Amounts as people read them: whole people, the unit behind the number, what is unknown beside what is known.

counted(874.4, "people")                                 # 874人
amount_words(Amount(12.0, 3, 20), "people")              # 少なくとも12人（ほかに不明 3地区）
largest_remainder([0.6, 0.6, 0.6], 2)                    # [1, 1, 0]: beside their sum numbers are rounded together
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from coverage.figures import Amount, figure, in_part
from geodata.errors import Text
from requests_gen.wording.numbers_and_eras import UNKNOWN, round_half_up
from requests_gen.wording.whole_numbers import add_up, largest_remainder

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["add_up", "amount_words", "counted", "figure_words", "largest_remainder"]

NOT_KNOWN = Text(UNKNOWN, "unknown")
BEHIND = {
    "people": Text("人", ""),
    "households": Text("世帯", " households"),
    "zones": Text("地区", " zones"),
    "places": Text("か所", ""),
    "km": Text(" km", " km"),
    "share": Text("%", "%"),
    "points": Text("点", " points"),
    "rank": Text("位", ""),
    "cells": Text("メッシュ", " cells"),
    "carriers": Text("社", " carriers"),
    "letters": Text("通", " letters"),
    "cases": Text("件", ""),
    "yes": Text("", ""),
}
MISSING = {"zones": Text("地区", " zones"), "cells": Text("メッシュ", " cells"), "people": Text("人", " people"), "rows": Text("件", "")}
COUNTED = frozenset({"people", "households", "zones", "places", "cells", "letters", "cases", "rank"})
YES_NO = (Text("該当しない", "no"), Text("該当", "yes"))


def counted(value: float, unit: str, lang: str = "ja") -> str:
    """One value with its unit: 874人, 7.7 km, 95.2%. People, households and all that is counted are whole.

    A person in part is not nobody: what is left out by area may be less than half a person (1人未満).
    """
    behind = BEHIND[unit].in_(lang)
    if unit == "yes":
        return YES_NO[value > 0].in_(lang)
    if unit in {"people", "households"} and 0 < value < 0.5:
        return Text(f"1{behind}未満", f"<1{behind}").in_(lang)
    if unit in COUNTED:
        return f"{round_half_up(value):,}{behind}"
    if unit == "share":
        return f"{100 * value:.1f}{behind}"
    if unit == "carriers":  # △ counts as half a carrier
        return f"{value:g}{behind}"
    return f"{value:,.1f}{behind}"


def figure_words(rows: pd.DataFrame, key: str, lang: str = "ja") -> list[str]:
    """amount_words of a figure of each of `rows` (ranking_rows, or the zones): a sum without an unknown part says so."""
    return [
        amount_words(Amount(None if value != value else value, int(partly), 1, "rows"), figure(key).unit, lang)
        for value, partly in zip(rows[key].astype(float).tolist(), in_part(rows, key).tolist(), strict=True)
    ]


def amount_words(amount: Amount | None, unit: str, lang: str = "ja") -> str:
    """A figure that may be known in part: 874人, 少なくとも874人（ほかに不明 3地区）, 不明."""
    if amount is None or amount.known is None:
        return NOT_KNOWN.in_(lang)
    known = counted(amount.known, unit, lang)
    if not amount.unknown:
        return known
    if amount.parts == 1:
        return Text(f"少なくとも{known}（一部不明）", f"at least {known} (partly unknown)").in_(lang)
    missing = f"{amount.unknown:,}{MISSING[amount.of].in_(lang)}"
    return Text(f"少なくとも{known}（ほかに不明 {missing}）", f"at least {known} ({missing} unknown)").in_(lang)
