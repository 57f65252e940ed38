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
from typing import Literal

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


def item_number(wording: Wording, level: int, position: int) -> str:
    """１ → (1) → ア, position counted from 1."""
    if level == 1:
        return wording.text(str(position))
    return f"({position})" if level == 2 else _KANA[position - 1]


def listed(words: list[str], comma: str) -> str:
    """甲、乙、丙."""
    return comma.join(words)
