"""What people and phones write about reception, read without guessing: times, dBm, yes and no, generations.

A value that could mean several things is unknown, never a number; 圏外 in whatever column means no service.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone

import numpy as np

from geodata.area_rows import day_of
from geodata.tables import plain

JAPAN_TIME = timezone(timedelta(hours=9))
YEARS = range(2000, 2101)
EXCEL_BEGAN = datetime(1899, 12, 30, tzinfo=JAPAN_TIME)
LEAST_DBM, MOST_DBM = -156.0, -31.0  # what LTE and NR phones can report (3GPP TS 36.133, 38.133)
NO_SERVICE = "圏外"

YES = {"可", "○", "〇", "◯", "ok", "1", "yes", "true", "成功", "可能", "はい", "有", "あり", "該当", "通話可", "つながる", "つながった"}
NO = {
    "不可",
    "×",
    "✕",
    "✖",
    "ng",
    "0",
    "no",
    "false",
    "失敗",
    "不可能",
    "いいえ",
    "無",
    "なし",
    "非該当",
    "通話不可",
    "不通",
    "つながらない",
    "発信不可",
}
BLANK = {"", "-", "－", "―", "—", "不明", "未実施", "未測定", "n/a", "null", "nan"}
IN_SERVICE = {"圏内", "在圏"}

_WEEKDAY = re.compile(r"[(（]?[月火水木金土日](曜日?)?[)）]")
_TIME = re.compile(
    r"(?P<half>午前|午後|am|pm)?\s*(?P<h>\d{1,2})\s*[:時]\s*(?P<m>\d{1,2})\s*分?"
    r"(?:\s*:?\s*(?P<s>\d{1,2})(?:\.\d+)?\s*秒?)?\s*(?P<half2>am|pm)?\s*(?P<zone>z|utc|jst|[+-]\d{2}:?\d{2})?$"
)
_MINUS = str.maketrans("−‐‑–—▲△", "-------")


def moment_of(written: object) -> str:
    """When, in Japanese time: YYYY-MM-DDThh:mm:ss+09:00, or YYYY-MM-DD where only a day is said; "" for blank.

    2026-11-03T14:05, 2026/11/3 14:05:09, R8.11.3 午後2時5分, 20261103140509, Excel's 46329.59, and seconds or
    milliseconds since 1970 (UTC by definition). A time that names no zone is Japanese. ValueError for the rest.
    """
    text = unicodedata.normalize("NFKC", str(written)).strip().lower()
    if text in BLANK:
        return ""
    if re.fullmatch(r"\d{10}(\.\d+)?|\d{13}", text):
        seconds = float(text) / (1000 if len(text) == 13 else 1)
        return _told(datetime.fromtimestamp(seconds, UTC))
    if re.fullmatch(r"\d{5}(\.\d+)?", text):
        moment = EXCEL_BEGAN + timedelta(seconds=round(float(text) * 86_400))
        return _told(moment) if "." in text else _day(moment.date().isoformat())
    if re.fullmatch(r"\d{12}(\d{2})?", text):
        return _told(datetime.strptime(text.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=JAPAN_TIME))
    text = _WEEKDAY.sub("", text, count=1) if re.search(r"[(（]|曜", text) else text
    found = _TIME.search(text)
    if not found:
        return _day(day_of(text))
    day = day_of(text[: found.start()].strip().removesuffix("t"))
    if not day:
        raise ValueError(f"a time without a day: {written}")
    return _told(_clock(date.fromisoformat(day), found))


def _clock(day: date, found: re.Match[str]) -> datetime:
    hour = int(found["h"])
    half = found["half"] or found["half2"]
    if half:
        if hour > 12:
            raise ValueError(f"no such hour: {found[0]}")
        hour = hour % 12 + (12 if half in {"午後", "pm"} else 0)
    return datetime(day.year, day.month, day.day, hour, int(found["m"]), int(found["s"] or 0), tzinfo=_zone(found["zone"]))


def _zone(said: str | None) -> timezone:
    if said in {None, "jst"}:
        return JAPAN_TIME
    if said in {"z", "utc"}:
        return UTC
    digits = str(said).replace(":", "")
    ahead = timedelta(hours=int(digits[1:3]), minutes=int(digits[3:5]))
    return timezone(-ahead if digits[0] == "-" else ahead)


def _told(moment: datetime) -> str:
    local = moment.astimezone(JAPAN_TIME)
    _day(local.date().isoformat())
    return local.isoformat(timespec="seconds")


def _day(day: str) -> str:
    if day and int(day[:4]) not in YEARS:
        raise ValueError(f"no time of a phone that knows the time: {day}")
    return day


def says_no_service(written: object) -> bool:
    """Whether a cell of any column says that there was no service at all."""
    return NO_SERVICE in plain(written) or plain(written) in {"noservice", "outofservice"}


def dbm_of(written: object) -> float:
    """dBm, or NaN where the text is blank, 圏外, no number, or nothing that a phone reports in dBm (0, +50, ASU)."""
    text = plain(str(written).translate(_MINUS)).translate(_MINUS).removesuffix("dbm")
    if not re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return np.nan
    value = float(text)
    return value if LEAST_DBM <= value <= MOST_DBM else np.nan


def yes_no_of(written: object) -> str | None:
    """ "yes", "no", "" for blank; None for words that are neither."""
    word = plain(written)
    if word in BLANK:
        return ""
    return "yes" if word in YES else "no" if word in NO else None


def indoors_of(written: object) -> str:
    """ "yes" for 屋内, "no" for 屋外; in a car (車内) and all else: not known."""
    word = plain(written)
    if word in {"屋内", "室内", "indoor", "indoors", "建物内"}:
        return "yes"
    return "no" if word in {"屋外", "外", "outdoor", "outdoors"} else ""


def generation_of(written: object) -> str | None:
    """ "4G", "5G", "" where blank or 圏外; None for another one, or for several at once."""
    word = plain(written)
    if word in BLANK or says_no_service(word):
        return ""
    has5, has4 = bool(re.search(r"5g|nr", word)), bool(re.search(r"4g|lte", word))
    if has5 and (not has4 or "nsa" in word):
        return "5G"
    return "4G" if has4 and not has5 else None
