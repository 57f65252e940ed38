"""How the papers speak: width of digits, commas, dates of the Japanese era, numbers of items, rounding.

Only the office's own sentences are converted. Names (carriers, people, places) and identifiers (zone ids, mail
addresses) always come out as they were written.
"""

from __future__ import annotations

import math
import re
import string
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Literal

from coverage.figures import Amount, figure, in_part
from geodata.errors import Text

# beside their sum, numbers are rounded together: the room's face shows both kinds of rounding under this one name
from requests_gen.wording.whole_numbers import add_up as add_up
from requests_gen.wording.whole_numbers import largest_remainder as largest_remainder

if TYPE_CHECKING:
    pass

if TYPE_CHECKING:
    import pandas as pd

Digits = Literal["zenkaku", "hankaku", "mixed"]

UNKNOWN = "不明"
WEEKDAYS = "月火水木金土日"
FIRST_HEISEI, FIRST_REIWA = date(1989, 1, 8), date(2019, 5, 1)
FIRST_MONTH_OF_YEAR = 4

_WIDE = str.maketrans("0123456789,.G", "０１２３４５６７８９，．Ｇ")
_NARROW = str.maketrans("０１２３４５６７８９", "0123456789")
# a number with its separators, and the G of 4G and 5G
_NUMBER = re.compile(r"[0-9](?:[0-9]|[,.](?=[0-9]))*G?")
_WIDE_G = re.compile(r"(?<=[0-9])Ｇ")
_WIDE_SEPARATOR = re.compile(r"(?<=[0-9])[，．](?=[0-9])")
_KANA = "アイウエオカキクケコサシスセソタチツテト"
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

NOISE = 1e-9  # sums of shares are not exact in floats: 2.4999999999 is 2.5


@dataclass(frozen=True)
class Wording:
    """digits: 全角, 半角, or 1桁だけ全角. comma: the reading comma of the office's sentences."""

    digits: Digits = "zenkaku"
    comma: Literal["、", "，"] = "、"

    def text(self, sentence: str) -> str:
        """An office's own sentence in this style."""
        narrow = _WIDE_G.sub("G", sentence.translate(_NARROW))
        narrow = _WIDE_SEPARATOR.sub(lambda sign: "," if sign.group() == "，" else ".", narrow)
        return _NUMBER.sub(lambda number: self._width(number.group()), narrow.replace("、", self.comma))

    def _width(self, number: str) -> str:
        if self.digits == "zenkaku" or (self.digits == "mixed" and len(number.rstrip("G")) == 1):
            return number.translate(_WIDE)
        return number

    def say(self, sentence: str, **parts: str | int) -> str:
        """`sentence` with its {parts}: whole numbers in this style, texts exactly as they are."""
        said = []
        for literal, name, _, _ in string.Formatter().parse(sentence):
            said.append(self.text(literal))
            if name is not None:
                part = parts[name]
                said.append(self.number(part) if isinstance(part, int) else part)
        return "".join(said)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number with its thousands marked, or 不明."""
        return UNKNOWN if value is None else self.text(f"{value:,.{decimals}f}")

    def date(self, day: date, weekday: bool = False) -> str:
        """令和８年11月20日, with （金） if asked for."""
        named = f"{era_year(day)}年{day.month}月{day.day}日"
        return self.text(named) + (f"（{WEEKDAYS[day.weekday()]}）" if weekday else "")

    def iso(self, day: str) -> str:
        """A date that a file wrote as 2026-03-31."""
        return self.date(date.fromisoformat(day))

    def fiscal_year(self, year: int) -> str:
        """令和８年度."""
        return self.text(f"{fiscal_era(year)}年度")


def era_year(day: date) -> str:
    """令和8, 令和元, 平成30; before 1989 the western year."""
    for name, first in (("令和", FIRST_REIWA), ("平成", FIRST_HEISEI)):
        if day >= first:
            year = day.year - first.year + 1
            return f"{name}{'元' if year == 1 else year}"
    return str(day.year)


def fiscal_era(year: int) -> str:
    """令和8, 令和元, 平成30 for a fiscal year: the one that began in April 2019 is 令和元, as offices write it."""
    return era_year(date(year, FIRST_MONTH_OF_YEAR + 1, 1))


def round_half_up(value: float) -> int | None:
    """The one rounding rule of the papers: half up to whole persons, households, places; None where unknown."""
    return None if value != value else math.floor(value + 0.5 + NOISE)


def round_tenths(value: float) -> float | None:
    """One decimal, as the maps round; None where unknown."""
    return None if value != value else round(value, 1)


def total(values: list[int | None]) -> int | None:
    """Sum of printed numbers; unknown as soon as one of them is."""
    known = [value for value in values if value is not None]
    return sum(known) if len(known) == len(values) else None


def item_number(wording: Wording, level: int, position: int) -> str:
    """１ → (1) → ア, position counted from 1."""
    if level == 1:
        return wording.text(str(position))
    return f"({position})" if level == 2 else _KANA[position - 1]


def listed(words: list[str], comma: str) -> str:
    """甲、乙、丙."""
    return comma.join(words)


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
