"""A row of a returned form judged: an answer that counts, one a person must look at, or nothing written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from coverage.study import read_study
from geodata.errors import DataError, Text
from requests_gen.registry import Registry
from requests_gen.registry import zones as registry_zones
from requests_gen.replies.cells import READERS, answer_of
from requests_gen.replies.codes import ANSWER_BY_KEY
from requests_gen.replies.read_form import ANSWERED, COMMENT, RawRow, ReplySheet
from requests_gen.wording import dates
from requests_gen.workspace import find_studies

# What an answer is held against: which zones there are, and which of them each carrier was asked about.


@dataclass(frozen=True)
class Asked:
    """zones: {zone_id: name}; asked: {(year, carrier): zones of its letters}; letters: {letter_id: (year, carrier)}.

    carriers: {plain name or key: key}; successors: {superseded zone: the zones that stand for it}.
    year, carrier: what the person says the file is; None = as the file says.
    """

    zones: Mapping[str, str]
    asked: Mapping[tuple[int, str], frozenset[str]]
    letters: Mapping[str, tuple[int, str]]
    carriers: Mapping[str, str]
    successors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    year: int | None = None
    carrier: str | None = None


def asked_of(registry: Registry, names: Mapping[str, str], *, year: int | None = None, carrier: str | None = None) -> Asked:
    """From the registry. names: {carrier's key: its name}, as the studies have them."""
    zones, letters = registry.zones(), registry.letters()
    asked: dict[tuple[int, str], frozenset[str]] = {}
    for row in letters.itertuples():
        key = (int(row.year), str(row.carrier))
        asked[key] = asked.get(key, frozenset()) | frozenset(row.zones or [])
    keys = {*names, *(key for _, key in asked)}
    known = {dates.plain_text(key): key for key in keys} | {dates.plain_text(name): key for key, name in names.items()}
    gone = [zone for zone, after in zones["superseded_by"].items() if after]
    return Asked(
        zones={str(zone): str(name or "") for zone, name in zones["name"].items()},
        asked=asked,
        letters={str(r.letter_id): (int(r.year), str(r.carrier)) for r in letters.itertuples()},
        carriers=known,
        successors={str(zone): registry_zones.live_zones(zones, zone) for zone in gone},
        year=year,
        carrier=carrier,
    )


def carrier_names(workspace: Path) -> dict[str, str]:
    """{key: name} of the carriers of all studies in `workspace`; later years' names win."""
    names: dict[str, str] = {}
    try:
        places = find_studies(workspace)
    except DataError:
        return names
    for place in places:
        try:
            names |= {carrier.key: carrier.name for carrier in read_study(place.folder).carriers}
        except DataError:
            continue  # a study that cannot be read names nobody: its page says so
    return names


FORM_VERSIONS = ("1",)  # whose columns mean what HEADINGS says (letters.papers.REPLY_FORM_VERSION is the newest)
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
class ClassifiedRow:
    """A row and what became of it. record: as far as it was understood, by the registry's fields."""

    row: RawRow
    kind: Kind
    record: Mapping[str, Any] = field(default_factory=dict)
    review_items: tuple[str, ...] = ()
    why: Text | None = None  # of a row that is left out


def judge_sheet(sheet: ReplySheet, asked: Asked) -> list[ClassifiedRow]:
    """All rows of a file, in their order. Every row comes back."""
    said = _head(sheet, asked)
    judged: list[ClassifiedRow] = []
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
        named_keys = [asked.carriers.get(dates.plain_text(row.cells.get("carrier", ""))) for row in sheet.rows]
        present = [key for key in named_keys if key]
        # a file is one carrier's: a row of another one among many is a mistake
        carriers = {max(set(present), key=present.count)} if present else set()
    years = {year for year, _ in named}
    return replace(
        asked,
        carrier=asked.carrier or (carriers.pop() if len(carriers) == 1 else None),
        year=asked.year or (years.pop() if len(years) == 1 else None),
    )


def judge(row: RawRow, asked: Asked, above: str | None = None) -> ClassifiedRow:
    """One row. above: the answer of the row over it, offered where the cell says 同上."""
    cells = row.cells
    if not any(cells.values()):
        return ClassifiedRow(row, "left-out", why=BESIDE)
    if not cells.get("zone_id"):
        if {dates.plain_text(text) for text in cells.values() if text} <= _CLOSING:
            return ClassifiedRow(row, "left-out", why=CLOSING)
    elif not any(cells.get(name) for name in ANSWERED):
        beside = [answer_of(text) for text in row.extra.values()]
        if COMMENT not in row.extra and not any(reading.value or reading.suggestion for reading in beside):
            return ClassifiedRow(row, "left-out", why=UNANSWERED)
    record: dict[str, Any] = {}
    review_items = [*_whose(row, asked, record), *_what(row, record, above)]
    if row.differing:
        review_items.append("columns-differ")
    if row.struck:
        review_items.append("struck")
    if row.extra:
        record["extra"] = dict(row.extra)
    return ClassifiedRow(row, "doubt" if review_items else "answer", record, tuple(dict.fromkeys(review_items)))


def _whose(row: RawRow, asked: Asked, record: dict[str, Any]) -> Iterable[str]:
    """Year, carrier and zone into `record`; what is wrong with them."""
    review_items = [*_version(row, record), *_year(row, asked, record), *_carrier(row, asked, record)]
    written = row.cells.get("zone_id", "")
    if not written:
        named = _named(row.cells.get("name", ""), asked)
        if named:
            record["zone_id"] = named
        return [*review_items, "no-zone"]
    zone, sure = zone_of(written, asked)
    if zone is None:
        return [*review_items, "zone-unreadable"]
    record["zone_id"] = zone
    if not sure:
        review_items.append("zone-unreadable")
    if zone not in asked.zones:
        return [*review_items, "zone-unknown"]
    review_items += _asked_about(zone, asked, record)
    if not same_name(row.cells.get("name", ""), asked.zones[zone]):
        review_items.append("name-differs")
    return review_items


def _version(row: RawRow, record: dict[str, Any]) -> Iterable[str]:
    written = row.cells.get("form_version", "")
    version = re.sub(r"^(第|v(er(sion)?)?\.?)|版$|\.0$", "", dates.plain_text(written))
    if version:
        record["form_version"] = version
    return ["form-version"] if version and version not in FORM_VERSIONS else []


def _year(row: RawRow, asked: Asked, record: dict[str, Any]) -> Iterable[str]:
    written = row.cells.get("year", "")
    year = dates.year_of(written) if written else asked.year
    if year is None:
        if asked.year is not None:
            record["year"] = asked.year
        return ["year-unreadable"]
    record["year"] = year
    return ["year-other"] if asked.year is not None and year != asked.year else []


def _carrier(row: RawRow, asked: Asked, record: dict[str, Any]) -> Iterable[str]:
    written = row.cells.get("carrier", "")
    carrier = asked.carriers.get(dates.plain_text(written)) if written else asked.carrier
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
    found = [zone for zone, known in asked.zones.items() if name and dates.plain_text(known) == dates.plain_text(name)]
    return found[0] if len(found) == 1 else None


def zone_of(text: str, asked: Asked) -> tuple[str | None, bool]:
    """(the zone id that is written, whether that is sure). A check digit or a lost zero is offered, not taken."""
    said = _STROKES.sub("-", dates.plain_text(text))
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
    mine, ours = dates.plain_text(written), dates.plain_text(known)
    if not mine or not ours or mine == ours:
        return True
    pattern = "".join("..?" if LOST.match(sign) else re.escape(sign) for sign in mine)
    return bool(LOST.search(mine)) and re.fullmatch(pattern, ours) is not None


def _what(row: RawRow, record: dict[str, Any], above: str | None) -> Iterable[str]:
    """The answer into `record`; what of it is not plain. `written` keeps the words that were read as others."""
    review_items = []
    kept: dict[str, str] = {}
    for name in ANSWERED:
        text = row.cells.get(name, "")
        reading = answer_of(text, above) if name == "answer" else READERS[name](text)
        value = reading.value if reading.value is not None else reading.suggestion
        if value is not None:
            record[name] = value
        if reading.review_item:
            review_items.append(reading.review_item)
        if text and not _says_the_same(text, reading.value):
            kept[name] = text
    if kept:
        record["written"] = kept
    if not row.cells.get("answer"):
        review_items.append("answer-missing")
    return review_items


def _says_the_same(text: str, value: Any) -> bool:
    said = dates.plain_text(text)
    if isinstance(value, list):
        return re.sub(r"[、,，]", "", said) == dates.plain_text("".join(value))
    same = {dates.plain_text(value)}
    if value in ANSWER_BY_KEY:
        same.add(dates.plain_text(ANSWER_BY_KEY[value].entry()))
    return said in same


def _without_doubles(judged: list[ClassifiedRow]) -> list[ClassifiedRow]:
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
                out[at] = replace(judged[at], kind="doubt", review_items=("zone-twice",))
    return out


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name not in ("written", "form_version")}
