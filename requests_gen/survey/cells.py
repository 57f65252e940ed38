"""One cell of the survey: what it says, or why a person must look at it. Nothing is guessed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from geodata.errors import Text
from requests_gen.returned_forms import number_again
from requests_gen.survey.columns import CHOICES, SAME_WORDS, UNKNOWN, Asked
from requests_gen.wording import dates

BLANK = frozenset({"", "-", "－", "―", "ー", "–", "—", "‐", "不明", "未記入", "?", "？", "わからない", "分からない", "…", "n/a"})
ABOVE = frozenset({"〃", "同上", "″", '"', "々", "仝", "↑", "〟", "”"})
MOST_PEOPLE, MOST_PLACES = 10_000_000, 9_999
_COUNT = re.compile(r"約?(\d{1,3}(?:,\d{3})+|\d+)(?:\.0+)?(?:人|名|世帯|戸|軒)?(?:程度|くらい|ぐらい|ほど|弱|強)?")
_ORDER = re.compile(r"(?:第|no\.?|#)?(\d{1,4})(?:\.0+)?(?:位|番|番目)?")
_ZONE = re.compile(r"(\d{4,5})-(\d{1,3})")
_DASHES = re.compile("[‐‑‒–—―−ーｰ－_]")
_DEGREES = re.compile(
    r"(?:北緯|n)?(\d{1,3})度(\d{1,2})分(\d{1,2}(?:\.\d+)?)?秒?[,、/ ]*(?:東経|e)?(\d{1,3})度(\d{1,2})分(\d{1,2}(?:\.\d+)?)?秒?"
)
_PAIR = re.compile(r"(?:北緯|緯度|n|lat)?[:：]?(\d{2,3}\.\d+)[度°]?n?[,、/;]*(?:東経|経度|e|lon|lng)?[:：]?(\d{2,3}\.\d+)[度°]?e?")


@dataclass(frozen=True)
class Read:
    """`value` (None = nothing said), and why it is doubtful (None = it is not)."""

    value: Any = None
    review_item: Text | None = None


def read_cell(column: Asked, text: str, carriers: Mapping[str, str]) -> Read:
    """What `text` says in this column. carriers: {plain name or key: key} of the study, for `carriers`."""
    if dates.plain_text(text) in ABOVE:
        return Read(review_item=Text("「同上」は読み取れません。値を書いてもらってください", '"as above" is not read: ask for the value'))
    if column.kind == "choice":
        return _choice(column.key, text)
    if column.kind == "count":
        return _count(text)
    if column.kind == "order":
        return _order(text)
    if column.kind == "carriers":
        return Read(_carriers(text, carriers))
    return Read(unicodedata.normalize("NFC", text).strip() or None)


def _choice(key: str, text: str) -> Read:
    said = dates.plain_text(text)
    known = {dates.plain_text(word): word for word in CHOICES[key]} | {
        dates.plain_text(word): meant for word, meant in SAME_WORDS.get(key, {}).items()
    }
    if said in known:
        return Read(known[said])
    if said in BLANK:
        return Read()
    return Read(review_item=Text(f"一覧（{'・'.join(CHOICES[key])}）にない書き方です", f"not one of {', '.join(CHOICES[key])}"))


def _count(text: str) -> Read:
    said = number_again(dates.plain_text(text))
    if said in BLANK:
        return Read()
    found = _COUNT.fullmatch(said)
    if not found:
        return Read(review_item=Text("数として読めません", "not a number"))
    count = int(found[1].replace(",", ""))
    return Read(count) if count <= MOST_PEOPLE else Read(review_item=Text("大きすぎる数です", "too large a number"))


def _order(text: str) -> Read:
    said = number_again(dates.plain_text(text))
    if said in BLANK or said in {"なし", "無し"}:
        return Read()
    found = _ORDER.fullmatch(said)
    if not found or not 1 <= int(found[1]) <= MOST_PLACES:
        return Read(review_item=Text("順位（1から始まる番号）として読めません", "not a place in an order (1, 2, …)"))
    return Read(int(found[1]))


def _carriers(text: str, carriers: Mapping[str, str]) -> list[str] | None:
    """Keys of the carriers that are named, other words as they stand; ["*"] for all of them."""
    if dates.plain_text(text) in BLANK:
        return None
    parts = [part for part in re.split(r"[、,・/／\n]+", unicodedata.normalize("NFKC", text)) if part.strip()]
    everyone = {"すべて", "全て", "全社", "4社", "4社とも", "全部", "各社", "どこも"}
    if any(dates.plain_text(part) in everyone for part in parts):
        return ["*"]
    return [carriers.get(dates.plain_text(part), part.strip()) for part in parts]


def zone_id_of(text: str) -> str:
    """24201-003 from ２４２０１ー３ and the like; as written (without width and blanks) where it is no zone id; "" for blank."""
    said = _DASHES.sub("-", dates.plain_text(text))
    found = _ZONE.fullmatch(said)
    return f"{found[1].zfill(5)}-{found[2].zfill(3)}" if found else said


def code_of(text: str) -> str:
    """A municipality's five digits from five, six or four ("01202" that lost its zero); "" for anything else."""
    said = dates.plain_text(text).removesuffix(".0")
    return said.zfill(5)[:5] if re.fullmatch(r"\d{4,6}", said) else ""


def position_of(text: str) -> tuple[float, float] | None:
    """(longitude, latitude) in degrees from a text that gives them; None for an address or "near X".

    In Japan the longitude is the larger one: an order the wrong way round is read rightly.
    """
    said = dates.plain_text(text)
    for sign, word in (("′′", "秒"), ("''", "秒"), ('"', "秒"), ("′", "分"), ("'", "分"), ("°", "度")):
        said = said.replace(sign, word)
    if found := _DEGREES.search(said):
        north, east = (int(found[at]) + int(found[at + 1]) / 60 + float(found[at + 2] or 0) / 3600 for at in (1, 4))
    elif found := _PAIR.search(said):
        north, east = float(found[1]), float(found[2])
    else:
        return None
    latitude, longitude = sorted((north, east))
    inside = 20 <= latitude <= 46 and 122 <= longitude <= 154
    return (round(longitude, 6), round(latitude, 6)) if inside else None


def day_text(text: str) -> Read:
    """The day as YYYY-MM-DD."""
    if dates.plain_text(text) in BLANK:
        return Read()
    day = dates.day_of(text)
    return Read(day.isoformat()) if day else Read(review_item=Text("日付として読めません", "not a day"))


def is_answered_unknown(key: str, value: Any) -> bool:
    """Whether a word of a list says that nobody knows."""
    return bool(key in CHOICES and value == UNKNOWN)


def place_number_of(text: str) -> int:
    """The number of a row for a new place (新3, 3); 0 where there is none."""
    found = re.fullmatch(r"新?(\d{1,3})", dates.plain_text(text))
    return int(found[1]) if found else 0
