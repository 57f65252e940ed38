"""Days, halves of years and years as people write them into forms: 和暦 and western, full-width, Excel's numbers.

What could mean two things is not read: the caller gets None and asks a person.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta

from geodata.area_rows import western_year
from geodata.tables import plain
from requests_gen.wording.numbers_and_eras import era_year, fiscal_era

LATER, UNDECIDED = "それ以降", "未定"
APRIL, SEPTEMBER, MARCH, DECEMBER = 4, 9, 3, 12
EXCEL_BEGAN = date(1899, 12, 30)
SERIALS = range(36_526, 73_051)  # 2000-01-01 to 2099-12-31 as Excel counts days
YEARS = range(2000, 2101)
_ERA = r"(令和|平成|昭和|[rhs](?=[\d元.]))?\.?(元|\d{1,4})"
_YEAR = re.compile(rf"{_ERA}(?:年度|年|fy)?")
_FISCAL = re.compile(rf"(?:fy)?{_ERA}年?度?[・/ ]?(上半?期|下半?期|前期|後期|前半|後半|第?[1-4]四半期|[1-4]q)?")
_MONTH = re.compile(rf"{_ERA}(?:年|[./-])(\d{{1,2}})(?:月)?")
_DAY = re.compile(rf"{_ERA}(?:年|[./-])(\d{{1,2}})(?:月|[./-])(\d{{1,2}})日?")
_FIRST_OF_MONTH = re.compile(r"\d{4}-\d{2}-01")
_TIME = re.compile(r"[t ]?\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?$")
# words that say the same time less firmly
_ABOUT = re.compile(r"(頃|ころ|ごろ|見込み?|予定|目途|めど|まで|迄|に|中|内)+$")
_WEEKDAY = re.compile(r"[(（]?[月火水木金土日](曜日?)?[)）]$")


@dataclass(frozen=True)
class Time:
    """A time that was named. `text` in the form's own words; `last_day`: when it is over, None = nobody said."""

    text: str
    last_day: date | None


def plain_text(text: object) -> str:
    """Text without width, white space and case."""
    return plain(text)


def year_of(text: object) -> int | None:
    """A fiscal year: 2026, 2026年度, 令和8年度, R8. None where it is blank or could be anything else ("8")."""
    found = _YEAR.fullmatch(plain_text(text))
    return _western(found[1], found[2]) if found else None


def day_of(text: object) -> date | None:
    """A day: 2026-11-03, 2026/11/3, 20261103, R8.11.3, 令和8年11月3日（火）, 46329. None where it is not one day."""
    said = plain_text(text)
    said = _TIME.sub("", said) if ":" in said else said
    if re.fullmatch(r"20\d{6}", said):
        said = f"{said[:4]}-{said[4:6]}-{said[6:]}"
    if re.fullmatch(r"\d{5}(\.\d+)?", said):
        serial = int(said.split(".")[0])
        return EXCEL_BEGAN + timedelta(days=serial) if serial in SERIALS else None
    found = _DAY.fullmatch(said) or _DAY.fullmatch(_WEEKDAY.sub("", said))
    if not found:
        return None
    year = _western(found[1], found[2])
    try:
        return date(year, int(found[3]), int(found[4])) if year else None
    except ValueError:
        return None


def time_of(text: object) -> Time | None:
    """When something is to be ready: 令和9年度上期, R9下期, 2027年度, 令和8年11月, a day, それ以降, 未定. Else None."""
    said = plain_text(text)
    if said in (plain_text(LATER), plain_text(UNDECIDED)):
        return Time(LATER if said == plain_text(LATER) else UNDECIDED, None)
    said = _ABOUT.sub("", said)
    end = said.endswith("末")
    said = said.removesuffix("末")
    if _FIRST_OF_MONTH.fullmatch(said):
        return _month(said[:7])  # how a workbook keeps 2026年11月
    day = day_of(said)
    if day is not None:
        return None if end else Time(f"{era_year(day)}年{day.month}月{day.day}日", day)
    return _month(said) or _fiscal(said)


def _month(said: str) -> Time | None:
    found = _MONTH.fullmatch(said)
    year = _western(found[1], found[2]) if found else None
    if not found or not year or not 1 <= int(found[3]) <= DECEMBER:
        return None
    month = int(found[3])
    last = date(year, month, calendar.monthrange(year, month)[1])
    return Time(f"{era_year(last)}年{month}月", last)


def _fiscal(said: str) -> Time | None:
    found = _FISCAL.fullmatch(said)
    year = _western(found[1], found[2]) if found else None
    if not found or not year:
        return None
    if "度" not in said and not found[3] and not said.startswith("fy"):
        return None  # 令和9年 may be the year or the fiscal year
    part = found[3] or ""
    if "四" in part or "q" in part:
        quarter = int(re.sub(r"\D", "", part))
        ends = (date(year, 6, 30), date(year, 9, 30), date(year, 12, 31), date(year + 1, 3, 31))
        return Time(f"{fiscal_era(year)}年度第{quarter}四半期", ends[quarter - 1])
    if part and part[0] in "上前":
        return Time(f"{fiscal_era(year)}年度上期", date(year, SEPTEMBER, 30))
    return Time(f"{fiscal_era(year)}年度{'下期' if part else ''}", date(year + 1, MARCH, 31))


def _western(era: str | None, number: str) -> int | None:
    """The western year; None for a bare number of an era nobody named."""
    year = western_year(era, number)
    return year if year in YEARS else None
