"""年次報告 as facts: what was asked, answered and built this fiscal year, what remains, what comes next.

Every number is a Fact that names the table and the rows it was counted from, so that anybody can count again.
Unknown is None and printed 不明, never 0. For the office and its governor: it holds what carriers answered in
confidence and is not for publication.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from coverage import totals
from coverage.figures import FIGURES
from coverage.gaps import mark_column
from requests_gen.progress import PromiseTally, ZoneStatus
from requests_gen.progress import words as progress_words
from requests_gen.registry import tables
from requests_gen.replies import codes
from requests_gen.wording import Caption, numbers_and_eras

if TYPE_CHECKING:
    from coverage.result import Result

Part = Literal["plan", "do", "check", "act"]
PARTS: dict[Part, str] = {"plan": "1 課題（調査の結果）", "do": "2 要望", "check": "3 回答と整備", "act": "4 残る課題と来年度の計画"}
TOP = 12
BUILT = ("resolved", "confirmed", "reported_built")
ZONES, LETTERS, REPLIES, PROGRESS = "調査結果 zones", "台帳 letters", "台帳 replies", "台帳 進捗"
SUMS = ("uncovered_population", "complete_population", "shelters")
UNITS = {"people": "人", "places": "か所"}
SHOWN_STATES = ("requested", "asked_again", "answered", "reported_built", "confirmed", "resolved")
# what the office itself has to do next, most pressing first
NEXT = ("office-ground", "office-close", "office-facts", "office-conditions", "office-again", "office-ask")


Names = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fact:
    """One number. key and carrier tell facts apart; table: where it was counted; rows: the keys of its rows there;
    how: in what way; unknown: rows of the table that nobody knows and that come on top of the value.
    """

    part: Part
    key: str
    label: str
    value: int | None
    unit: str
    table: str
    how: str
    rows: tuple[str, ...] = ()
    carrier: str = ""
    unknown: int = 0


@dataclass(frozen=True)
class Records:
    """What the registry holds for the report: letters and replies of the year, all zones (index zone_id), where each
    stands (progress.states), promises (progress.promises).
    """

    letters: pd.DataFrame
    replies: pd.DataFrame
    stands: list[ZoneStatus] = field(default_factory=list)
    kept: Mapping[str, PromiseTally] = field(default_factory=dict)
    zones: pd.DataFrame = field(default_factory=pd.DataFrame)


@dataclass(frozen=True)
class Remaining:
    """One zone that nobody has promised to serve, as printed. marks, answers: one a carrier, in the study's order."""

    rank: int
    zone_id: str
    municipality: str
    name: str
    people: int | None
    marks: tuple[str, ...]
    answers: str
    next_step: str


@dataclass(frozen=True)
class Built:
    """A zone where a carrier built, or says so: state is one of BUILT."""

    zone_id: str
    municipality: str
    name: str
    carrier: str
    state: str


@dataclass(frozen=True)
class Report:
    """The whole report. trend: change_trend.trend as records; change: sentences against the year before."""

    year: int
    caption: Caption
    made: date
    carriers: Names
    facts: tuple[Fact, ...]
    remaining: tuple[Remaining, ...]
    without_promise: int
    built: tuple[Built, ...]
    trend: tuple[dict[str, Any], ...]
    change: tuple[str, ...]

    def of(self, part: Part, carrier: str | None = None) -> list[Fact]:
        """The facts of one part; carrier "" = those about nobody in particular, None = all."""
        return [fact for fact in self.facts if fact.part == part and (carrier is None or fact.carrier == carrier)]

    def fact(self, key: str, carrier: str = "") -> Fact:
        """The one fact of that key. KeyError where there is none."""
        for fact in self.facts:
            if (fact.key, fact.carrier) == (key, carrier):
                return fact
        raise KeyError((key, carrier))


def annual_report(result: Result, records: Records, trend: pd.DataFrame, change: Iterable[str], caption: Caption, made: date) -> Report:
    """The report on the fiscal year of `result`, judged on the day `made`."""
    carriers = tuple((carrier.key, carrier.name) for carrier in result.study.carriers)
    asked = _asked(records.letters)
    facts = (
        *_plan(result),
        *_do(carriers, asked),
        *_check(records.stands),
        *(fact for key, _ in carriers for fact in _check_carrier(key, asked.get(key, ([], []))[1], records)),
        *_act(result, records),
    )
    open_ = _open_zones(result, records)
    return Report(
        year=result.study.about.fiscal_year,
        caption=caption,
        made=made,
        carriers=carriers,
        facts=facts,
        remaining=tuple(_remaining(result, zone, records) for zone in open_[:TOP]),
        without_promise=len(open_),
        built=_built(result, records),
        trend=tuple(trend.to_dict("records")),
        change=tuple(change),
    )


def _count(part: Part, key: str, label: str, unit: str, table: str, how: str, rows: Iterable[Any], carrier: str = "") -> Fact:
    keys = tuple(str(row) for row in rows)
    return Fact(part, key, label, len(keys), unit, table, how, keys, carrier)


def _named(key: str, word: str = "") -> str:
    """What the catalogue calls a count; its carrier stands beside it."""
    return FIGURES[key].name.ja.format(word=word, carrier="").strip()


def _plan(result: Result) -> list[Fact]:
    zones = result.zones
    ranked = result.ranking["rank"].dropna().index
    facts = [
        _count("plan", "zones", FIGURES["zones_count"].name.ja, "地区", ZONES, "行の数", zones.index),
        _count("plan", "ranked", "うち" + FIGURES["zones_ranked"].name.ja, "地区", "調査結果 ranking", "rank のある行の数", ranked),
    ]
    for column in SUMS:
        if column in zones:
            amount = totals.total(result, column)
            how = f"列 {column} の合計（四捨五入）" + (
                f"。不明の{amount.unknown}地区（一部不明を含む）は分かる分だけ" if amount.unknown else ""
            )
            value = None if amount.known is None else numbers_and_eras.round_half_up(amount.known)
            rows = tuple(map(str, zones.index[zones[column].notna()]))
            unit = UNITS[FIGURES[column].unit]
            facts.append(Fact("plan", column, FIGURES[column].name.ja, value, unit, ZONES, how, rows, unknown=amount.unknown))
    return facts


def _asked(letters: pd.DataFrame) -> dict[str, tuple[list[str], list[str]]]:
    """{carrier: (letters sent, zones they name)} of the year."""
    sent = letters[letters["state"] == tables.SENT] if len(letters) else letters
    found: dict[str, tuple[list[str], list[str]]] = {}
    for row in sent.itertuples():
        ids, zones = found.setdefault(str(row.carrier), ([], []))
        ids.append(str(row.letter_id))
        zones += [zone for zone in row.zones or [] if zone not in zones]
    return found


def _do(carriers: Names, asked: Mapping[str, tuple[list[str], list[str]]]) -> list[Fact]:
    sent = [letter for ids, _ in asked.values() for letter in ids]
    zones = sorted({zone for _, zones in asked.values() for zone in zones})
    how = "送付した要望書の zones の種類の数"
    facts = [
        _count("do", "letters", FIGURES["letters_sent"].name.ja, "通", LETTERS, "state が sent の行の数", sent),
        _count("do", "asked_zones", FIGURES["asked_zones"].name.ja, "地区", LETTERS, how, zones),
    ]
    for key, _ in carriers:
        ids, spec = asked.get(key, ([], []))
        how = f"要望書 {'・'.join(ids)} の zones の数" if ids else "送付した要望書がない"
        facts.append(_count("do", "asked", _named("asked"), "地区", LETTERS, how, spec, key))
    return facts


def _check(stands: list[ZoneStatus]) -> list[Fact]:
    """Where all zones stand, and what is late."""
    facts = []
    for state in SHOWN_STATES:
        rows = [_pair(s) for s in stands if s.state == state and not s.superseded_by]
        how = f"状態が {state} の地区×事業者"
        facts.append(_count("check", f"state.{state}", _named("state", progress_words.NAMES[state].ja), "件", PROGRESS, how, rows))
    for kind, words in progress_words.OVERDUE.items():
        rows = [_pair(s) for s in stands if kind in s.overdue]
        how = f"報告日に {kind} の期限が過ぎている地区×事業者"
        facts.append(_count("check", f"overdue.{kind}", _named("overdue", words.ja), "件", PROGRESS, how, rows))
    return facts


def _check_carrier(key: str, asked: list[str], records: Records) -> list[Fact]:
    """What one carrier answered this year, and what became of its promises of all years."""
    facts = []
    answers: dict[str, str] = {}
    if len(records.replies):
        mine = records.replies[records.replies["carrier"] == key]
        answers = dict(zip(mine["zone_id"].astype(str), mine["answer"].astype(str), strict=True))
    for code in codes.ANSWERS[:-1]:
        rows = [zone for zone, answer in answers.items() if answer == code.key]
        how = f"answer が {code.key} の行の数"
        facts.append(_count("check", f"answer.{code.key}", _named("answer", code.entry()), "地区", REPLIES, how, rows, key))
    unpublished = [zone for zone in asked if answers.get(zone, "N") == "N"]
    how = "送付した要望書の地区のうち、回答のないもの（N を含む）"
    facts.append(_count("check", "no_reply", _named("no_reply"), "地区", "台帳 letters・replies", how, unpublished, key))
    for outcome in progress_words.OUTCOMES:
        made = records.kept[key].promises if key in records.kept else ()
        rows = [f"{p.zone_id}/{p.year}" for p in made if p.outcome == outcome]
        label, how = _named("promise", progress_words.OUTCOMES[outcome].ja), f"整備予定（A2）の回答のうち {outcome}"
        facts.append(_count("check", f"promise.{outcome}", label, "件", "台帳 replies・verdicts", how, rows, key))
    return facts


def _act(result: Result, records: Records) -> list[Fact]:
    how = "整備予定（A2）・整備済み（A1）・確認・解消のどれも無い、順位のある地区"
    facts = [
        _count(
            "act",
            "without_promise",
            FIGURES["without_promise"].name.ja,
            "地区",
            "調査結果 ranking・台帳 進捗",
            how,
            _open_zones(result, records),
        )
    ]
    for owes in NEXT:
        rows = [_pair(s) for s in records.stands if s.owes == owes]
        how = f"次の動きが {owes} の地区×事業者"
        facts.append(_count("act", f"next.{owes}", _named("next", progress_words.OWES[owes].ja), "件", PROGRESS, how, rows))
    year = result.study.about.fiscal_year
    first, last = f"{year + 1}-04-01", f"{year + 2}-03-31"
    due = [
        f"{p.zone_id}/{key}"
        for key, kept in sorted(records.kept.items())
        for p in kept.promises
        if p.outcome == "open" and first <= p.due <= last
    ]
    how = f"整備予定（A2）のうち期限が {first} から {last} まで"
    facts.append(_count("act", "due_next_year", FIGURES["due_next_year"].name.ja, "件", REPLIES, how, due))
    return facts


def _pair(stand: ZoneStatus) -> str:
    return f"{stand.zone_id}/{stand.carrier}" if stand.carrier else stand.zone_id


def _open_zones(result: Result, records: Records) -> list[str]:
    """Ranked zones, most urgent first, of which no carrier has promised or built anything."""
    going = {
        s.zone_id
        for s in records.stands
        if s.state in {"reported_built", "confirmed", "resolved"} or (s.state == "answered" and s.code == "A2")
    }
    ranked = result.ranking["rank"].dropna().sort_values(kind="stable")
    return [str(zone) for zone in ranked.index if zone not in going]


def _built(result: Result, records: Records) -> tuple[Built, ...]:
    """Surest first. A zone that was resolved is no zone of the result any more: the registry knows its name."""
    towns = {str(code): str(name) for code, name in result.municipalities["name"].items()}
    names = {str(zone): str(name) for table in (records.zones, result.zones) if "name" in table for zone, name in table["name"].items()}
    found = [
        Built(
            stand.zone_id,
            towns.get(stand.zone_id.split("-")[0], stand.zone_id.split("-")[0]),
            names.get(stand.zone_id, stand.zone_id),
            stand.carrier,
            stand.state,
        )
        for stand in records.stands
        if stand.state in BUILT and not stand.superseded_by
    ]
    return tuple(sorted(found, key=lambda one: (BUILT.index(one.state), one.zone_id, one.carrier)))


def _short(stand: ZoneStatus) -> str:
    """Where a zone stands with one carrier, in two letters: the code of its answer, 待 or 済."""
    return {"new": "－", "requested": "待", "asked_again": "待", "confirmed": "済", "resolved": "済"}.get(stand.state, stand.code or "－")


def _remaining(result: Result, zone_id: str, records: Records) -> Remaining:
    zone = result.zones.loc[zone_id]
    generation = result.study.zones.generation
    names = [carrier.key for carrier in result.study.carriers]
    stands = {s.carrier: s for s in records.stands if s.zone_id == zone_id}
    answers = [_short(stands[key]) if key in stands else "－" for key in names]
    steps = [s.owes for s in records.stands if s.zone_id == zone_id and s.owes]
    first = next((owes for owes in (*NEXT, *steps) if owes in steps), "office-ask")
    return Remaining(
        rank=int(result.ranking.at[zone_id, "rank"]),
        zone_id=zone_id,
        municipality=str(zone["municipality"]),
        name=str(zone["name"]),
        people=numbers_and_eras.round_half_up(float(zone["uncovered_population"])),
        marks=tuple(str(zone[mark_column(generation, key)]) for key in names),
        answers="・".join(answers),
        next_step=progress_words.OWES[first].ja,
    )
