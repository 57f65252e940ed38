"""The request letter as a frozen record: facts, then their order, then the words. Renderers add no word of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from requests_gen.annex import Annex, Figures
from requests_gen.evidence_words import contradictions
from requests_gen.letter_history import History
from requests_gen.letter_sentences import Line, Speech, body, requests
from requests_gen.letter_settings import Addressee, LetterSettings, words_of
from requests_gen.letter_sources import carrier_name, census
from requests_gen.letter_words import Wording, item_number

if TYPE_CHECKING:
    from coverage.run import Result

FICTITIOUS_HEAD = "架空のエリアによる例（実在の事業者の状況ではありません）"
DRAFT = "（案）"
NATURE = "（要望）"
LEVELS = 3


@dataclass(frozen=True)
class Item:
    """A numbered request: level 1 １, 2 (1), 3 ア; level 0 is a paragraph under the item before it."""

    level: int
    number: str
    text: str


@dataclass(frozen=True)
class RequestLetter:
    """Everything that stands in one letter, in order, as it is printed. `blanks`: names of what is still empty."""

    letter_id: str
    carrier: str
    carrier_name: str
    number: str
    date: str
    addressee: tuple[str, ...]
    sender: tuple[str, ...]
    title: str
    deadline: str
    body: tuple[str, ...]
    items: tuple[Item, ...]
    contact: tuple[tuple[str, str], ...]
    draft: str
    notice: str
    blanks: tuple[str, ...]
    figures: Figures
    title_align: str
    font_size: float


def letter_id(fiscal_year: int, carrier: str, version: int) -> str:
    """The id that files, papers and answers share."""
    return f"{fiscal_year}-{carrier}-{version}"


def compose(
    result: Result, settings: LetterSettings, zones: Annex, history: History | None, identity: str
) -> RequestLetter:
    """The letter to the carrier of `zones`. `history` is asked for this carrier's own answers and no other's."""
    key, wording = zones.carrier, settings.style.wording
    to = settings.carriers[key]
    blanks = tuple(missing.ja for missing in settings.missing(key))
    said = _speech(result, settings, zones, history)
    sender = (f"{settings.sender.title}　{settings.sender.name}", wording.text(settings.sender.seal))
    return RequestLetter(
        letter_id=identity,
        carrier=key,
        carrier_name=carrier_name(result, key),
        number=_number(settings.letter.symbol, to.number, wording),
        date=_date(settings.letter.date, wording),
        addressee=_addressee(to),
        sender=tuple(line for line in sender if line),
        title=wording.text(settings.letter.title.removesuffix(NATURE)) + NATURE,
        deadline=said.deadline,
        body=body(said),
        items=_numbered(requests(said), wording),
        contact=_contact(settings, wording),
        draft=DRAFT if blanks else "",
        notice=FICTITIOUS_HEAD if result.study.about.fictitious else "",
        blanks=blanks,
        figures=zones.figures,
        title_align=settings.style.title_align,
        font_size=settings.style.font_size,
    )


def _speech(result: Result, settings: LetterSettings, zones: Annex, history: History | None) -> Speech:
    study, key, wording = result.study, zones.carrier, settings.style.wording
    to = settings.carriers[key]
    own = history.of(key) if history else None
    allowed = settings.texts.approved_commitments if to.commitments is None else to.commitments
    return Speech(
        wording=wording,
        **{name: wording.text(text) for name, text in words_of(settings, study).items()},
        year=study.about.fiscal_year,
        generation=zones.generation,
        census=census(result, wording),
        facilities_known=bool(study.facilities),
        figures=zones.figures,
        answered=own.answered if own else 0,
        opened=own.opened if own else 0,
        answered_year=history.fiscal_year if history else None,
        commitments=tuple(wording.text(text) for text in allowed),
        roaming_partner=to.roaming_partner,
        contradicted=any(
            contradictions(result.verdicts, key, row.zone_id, study.evidence, wording) for row in zones.rows
        ),
        deadline=_date(settings.letter.deadline, wording, weekday=True),
    )


def _number(symbol: str, number: str, wording: Wording) -> str:
    # 「12の1」 is written 第12号の1
    main, of, branch = number.partition("の")
    return wording.text(f"{symbol}第{main or '　　'}号{of}{branch}")


def _date(day: str, wording: Wording, weekday: bool = False) -> str:
    """A date, or the space to write one in (the letter is then a draft)."""
    if not day:
        return "令和　　年　　月　　日" + ("（　）" if weekday else "")
    return wording.date(date.fromisoformat(day), weekday)


def _addressee(to: Addressee) -> tuple[str, ...]:
    if not to.name:
        return (f"{to.organisation}　{to.honorific}",)
    return to.organisation, f"{to.title}　{to.name}　{to.honorific}"


def _contact(settings: LetterSettings, wording: Wording) -> tuple[tuple[str, str], ...]:
    to = settings.contact
    phone = wording.text(to.phone)
    if wording.digits == "zenkaku":
        phone = phone.replace("-", "－")
    rows = (("事務担当", to.office), ("担当者", to.person), ("電話", phone), ("電子メール", to.email))
    return tuple((label, value or "（未定）") for label, value in rows)


def _numbered(lines: Iterable[Line], wording: Wording) -> tuple[Item, ...]:
    """Items with their numbers; the office's own sentences brought into its style."""
    at, items = [0] * (LEVELS + 1), []
    for level, text in lines:
        if level:
            at[level] += 1
            at[level + 1 :] = [0] * (LEVELS - level)
        number = item_number(wording, level, at[level]) if level else ""
        items.append(Item(level, number, text))
    return tuple(items)
