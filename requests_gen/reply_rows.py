"""A row of a returned form judged: an answer that counts, one a person must look at, or nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from geodata.errors import Text
from requests_gen.reply_asked import Asked
from requests_gen.reply_codes import ANSWER_BY_KEY
from requests_gen.reply_days import plain_text, year_of
from requests_gen.reply_sheets import ANSWERED, COMMENT, RawRow, ReplySheet
from requests_gen.reply_values import READERS, answer_of

FORM_VERSIONS = (
    "1",
)  # whose columns mean what HEADINGS says (letter_papers.REPLY_FORM_VERSION is the newest)
Kind = Literal["answer", "doubt", "left-out"]
UNANSWERED = Text("回答の欄がすべて空です（未回答のまま）", "nothing is answered in this row")
TWICE = Text("同じ回答の行が上にもあります", "the same answer stands in a row above")
BESIDE = Text("様式にない列だけに書き込みがある行です", "only columns the form does not have are filled")
CLOSING = Text("表の終わりの書き込みです", "the closing line of a table")
_STROKES = re.compile(r"[‐‑‒–—―ー−－~〜_/.]")
_ZONE = re.compile(r"(\d{5})-?(\d{3})")
_CLOSING = {"以上", "以上。", "以下余白", "（以上）", "(以上)"}
LOST = re.compile(r"[?？〓□�]")  # what is left of a sign that a file could not carry


@dataclass(frozen=True)
class Judged:
    """A row and what became of it. record: as far as it was understood, by the registry's fields."""

    row: RawRow
    kind: Kind
    record: Mapping[str, Any] = field(default_factory=dict)
    doubts: tuple[str, ...] = ()
    why: Text | None = None  # of a row that is left out


def judge_sheet(sheet: ReplySheet, asked: Asked) -> list[Judged]:
    """All rows of a file, in their order. Every row comes back."""
    said = _head(sheet, asked)
    judged: list[Judged] = []
    above: str | None = None
    for row in sheet.rows:
        judged.append(judge(row, said, above))
        above = judged[-1].record.get("answer") if judged[-1].record else above
    return _without_doubles(judged)


def _head(sheet: ReplySheet, asked: Asked) -> Asked:
    """`asked` with the year and carrier that the file's head names, where the person did not say them."""
    words = " ".join(sheet.above)
    named = {told for letter, told in asked.letters.items() if letter in words}
    carriers = {carrier for _, carrier in named}
    if not named:
        named_keys = [asked.carriers.get(plain_text(row.cells.get("carrier", ""))) for row in sheet.rows]
        present = [key for key in named_keys if key]
        # a file is one carrier's: a row of another one among many is a mistake
        carriers = {max(set(present), key=present.count)} if present else set()
    years = {year for year, _ in named}
    return replace(
        asked,
        carrier=asked.carrier or (carriers.pop() if len(carriers) == 1 else None),
        year=asked.year or (years.pop() if len(years) == 1 else None),
    )


def judge(row: RawRow, asked: Asked, above: str | None = None) -> Judged:
    """One row. above: the answer of the row over it, offered where the cell says 同上."""
    cells = row.cells
    if not any(cells.values()):
        return Judged(row, "left-out", why=BESIDE)
    if not cells.get("zone_id"):
        if {plain_text(text) for text in cells.values() if text} <= _CLOSING:
            return Judged(row, "left-out", why=CLOSING)
    elif not any(cells.get(name) for name in ANSWERED):
        beside = [answer_of(text) for text in row.extra.values()]
        if COMMENT not in row.extra and not any(reading.value or reading.suggestion for reading in beside):
            return Judged(row, "left-out", why=UNANSWERED)
    record: dict[str, Any] = {}
    doubts = [*_whose(row, asked, record), *_what(row, record, above)]
    if row.differing:
        doubts.append("columns-differ")
    if row.struck:
        doubts.append("struck")
    if row.extra:
        record["extra"] = dict(row.extra)
    return Judged(row, "doubt" if doubts else "answer", record, tuple(dict.fromkeys(doubts)))


def _whose(row: RawRow, asked: Asked, record: dict[str, Any]) -> Iterable[str]:
    """Year, carrier and zone into `record`; what is wrong with them."""
    doubts = [*_version(row, record), *_year(row, asked, record), *_carrier(row, asked, record)]
    written = row.cells.get("zone_id", "")
    if not written:
        named = _named(row.cells.get("name", ""), asked)
        if named:
            record["zone_id"] = named
        return [*doubts, "no-zone"]
    zone, sure = zone_of(written, asked)
    if zone is None:
        return [*doubts, "zone-unreadable"]
    record["zone_id"] = zone
    if not sure:
        doubts.append("zone-unreadable")
    if zone not in asked.zones:
        return [*doubts, "zone-unknown"]
    doubts += _asked_about(zone, asked, record)
    if not same_name(row.cells.get("name", ""), asked.zones[zone]):
        doubts.append("name-differs")
    return doubts


def _version(row: RawRow, record: dict[str, Any]) -> Iterable[str]:
    written = row.cells.get("form_version", "")
    version = re.sub(r"^(第|v(er(sion)?)?\.?)|版$|\.0$", "", plain_text(written))
    if version:
        record["form_version"] = version
    return ["form-version"] if version and version not in FORM_VERSIONS else []


def _year(row: RawRow, asked: Asked, record: dict[str, Any]) -> Iterable[str]:
    written = row.cells.get("year", "")
    year = year_of(written) if written else asked.year
    if year is None:
        if asked.year is not None:
            record["year"] = asked.year
        return ["year-unreadable"]
    record["year"] = year
    return ["year-other"] if asked.year is not None and year != asked.year else []


def _carrier(row: RawRow, asked: Asked, record: dict[str, Any]) -> Iterable[str]:
    written = row.cells.get("carrier", "")
    carrier = asked.carriers.get(plain_text(written)) if written else asked.carrier
    if carrier is None:
        if asked.carrier is not None:
            record["carrier"] = asked.carrier
        return ["carrier-unknown"]
    record["carrier"] = carrier
    return ["carrier-other"] if asked.carrier is not None and carrier != asked.carrier else []


def _asked_about(zone: str, asked: Asked, record: dict[str, Any]) -> list[str]:
    """Whether the carrier's letters of the year name the zone. Without any letter on record, any zone may be."""
    year, carrier = record.get("year"), record.get("carrier")
    of_carrier = {key: zones for key, zones in asked.asked.items() if key[1] == carrier}
    if carrier is None or year is None or not of_carrier or zone in of_carrier.get((year, carrier), ()):
        return []
    return ["zone-superseded" if zone in asked.successors else "zone-not-asked"]


def _named(name: str, asked: Asked) -> str | None:
    """The only zone of that name, to be offered."""
    found = [zone for zone, known in asked.zones.items() if name and plain_text(known) == plain_text(name)]
    return found[0] if len(found) == 1 else None


def zone_of(text: str, asked: Asked) -> tuple[str | None, bool]:
    """(the zone id that is written, whether that is sure). A check digit or a lost zero is offered, not taken."""
    said = _STROKES.sub("-", plain_text(text))
    found = _ZONE.fullmatch(said)
    if found:
        return f"{found[1]}-{found[2]}", True
    offered = re.fullmatch(r"(\d{5})\d?-(\d{1,3})", said)
    if offered:
        zone = f"{offered[1]}-{int(offered[2]):03}"
        return (zone, False) if zone in asked.zones else (None, False)
    return None, False


def same_name(written: str, known: str) -> bool:
    """Whether a zone's name is the one known, whatever the width of its letters; lost signs may be any."""
    mine, ours = plain_text(written), plain_text(known)
    if not mine or not ours or mine == ours:
        return True
    pattern = "".join("..?" if LOST.match(sign) else re.escape(sign) for sign in mine)
    return bool(LOST.search(mine)) and re.fullmatch(pattern, ours) is not None


def _what(row: RawRow, record: dict[str, Any], above: str | None) -> Iterable[str]:
    """The answer into `record`; what of it is not plain. `written` keeps the words that were read as others."""
    doubts = []
    kept: dict[str, str] = {}
    for name in ANSWERED:
        text = row.cells.get(name, "")
        reading = answer_of(text, above) if name == "answer" else READERS[name](text)
        value = reading.value if reading.value is not None else reading.suggestion
        if value is not None:
            record[name] = value
        if reading.doubt:
            doubts.append(reading.doubt)
        if text and not _says_the_same(text, reading.value):
            kept[name] = text
    if kept:
        record["written"] = kept
    if not row.cells.get("answer"):
        doubts.append("answer-missing")
    return doubts


def _says_the_same(text: str, value: Any) -> bool:
    said = plain_text(text)
    if isinstance(value, list):
        return re.sub(r"[、,，]", "", said) == plain_text("".join(value))
    same = {plain_text(value)}
    if value in ANSWER_BY_KEY:
        same.add(plain_text(ANSWER_BY_KEY[value].entry()))
    return said in same


def _without_doubles(judged: list[Judged]) -> list[Judged]:
    """A zone that stands twice: the same answer counts once, different ones all go before a person."""
    places: dict[tuple[Any, ...], list[int]] = {}
    for at, one in enumerate(judged):
        if one.kind == "answer":
            key = tuple(one.record[name] for name in ("year", "zone_id", "carrier"))
            places.setdefault(key, []).append(at)
    out = list(judged)
    for where in places.values():
        first = _content(judged[where[0]].record)
        if all(_content(judged[at].record) == first for at in where):
            for at in where[1:]:
                out[at] = replace(judged[at], kind="left-out", why=TWICE)
        else:
            for at in where:
                out[at] = replace(judged[at], kind="doubt", doubts=("zone-twice",))
    return out


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("written", "form_version")}
