"""The request letter as a frozen record: facts, then their order, then the words. Renderers add no word of their own.

A sentence is printed complete or left out: none has a gap to fill in, and none states what is not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from requests_gen.letters.annexes.annex1 import Annex, Figures
from requests_gen.letters.last_year import History
from requests_gen.letters.sources import carrier_name, census
from requests_gen.wording import evidence, numbers_and_eras
from requests_gen.workspace import LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

Line = tuple[int, str]  # (level of item_number, or 0 for a paragraph, text)


@dataclass(frozen=True)
class LetterFacts:
    """Who writes to whom, and the facts the letter may state. Texts are already in the office's style."""

    wording: numbers_and_eras.Wording
    we: str
    government: str
    municipalities: str
    region: str
    year: int
    generation: str
    census: str
    facilities_known: bool
    figures: Figures
    answered: int
    opened: int
    answered_year: int | None
    commitments: tuple[str, ...]
    roaming_partner: str
    contradicted: bool  # whether field tests contradict the carrier's own area map
    deadline: str

    def say(self, sentence: str, **parts: str | int) -> str:
        """`sentence` with its {parts}; {we}, {government}, {municipalities} are always known."""
        own = {"we": self.we, "government": self.government, "municipalities": self.municipalities}
        return self.wording.say(sentence, **{**own, **parts})


def body(facts: LetterFacts) -> tuple[str, ...]:
    """The paragraphs above 記."""
    return (
        facts.say("時下ますます御清栄のこととお喜び申し上げます。"),
        facts.say("平素は、{we}の情報通信基盤の整備に格別の御理解と御協力を賜り、厚くお礼申し上げます。") + thanks(facts),
        facts.say(
            "さて、携帯電話は、日々の暮らしや経済活動に欠かせない基盤であるとともに、災害時や急病時に住民や来訪者の命を"
            "つなぐ連絡手段です。{we}は、{region}、{government}民の皆様が{government}内のどこにおいても安心して通信を"
            "利用できる環境を整えることが重要な課題となっています。",
            region=facts.region,
        ),
        found(facts),
        promise(facts),
        facts.say("つきましては、下記の事項について、特段の御配慮をいただきますようお願い申し上げます。"),
    )


def thanks(facts: LetterFacts) -> str:
    """Thanks for last year's answers, or nothing where there were none."""
    if not facts.answered or facts.answered_year is None:
        return ""
    last = facts.answered_year == facts.year - 1
    when = "昨年度" if last else facts.wording.fiscal_year(facts.answered_year)
    if not facts.opened:
        return facts.say(
            "また、{when}の要望に際しましては、{answered}地区について御回答をいただきましたことに、重ねて感謝申し上げます。",
            when=when,
            answered=facts.answered,
        )
    return facts.say(
        "また、{when}の要望に際しましては、{answered}地区について御回答をいただき、このうち{opened}地区でサービスの提供を"
        "開始していただいたことに、重ねて感謝申し上げます。",
        when=when,
        answered=facts.answered,
        opened=facts.opened,
    )


def found(facts: LetterFacts) -> str:
    """What the analysis found in the zones of annex 1. What is unknown is left out."""
    people = facts.census or "人口の分布"
    with_what = f"{people}、指定避難所等" if facts.facilities_known else people
    service = "自社回線による{generation}のサービス" if facts.roaming_partner else "{generation}のサービス"
    return facts.say(
        "{government}では、{municipalities}と連携し、各事業者のサービスエリアを"
        + with_what
        + "の情報と重ね合わせて分析を行いました。その結果、別紙1に掲げる{zones}地区のうち、貴社の"
        + service
        + "を利用することが困難な区域に"
        + inside(facts)
        + "ことを確認しました（算定の方法、基準日及び出典は、別紙1の注の"
        "とおりです。）。",
        generation=facts.wording.text(facts.generation),
        zones=facts.figures.zones,
    ) + (
        facts.say(
            "また、貴社のエリア図では圏内とされているものの、現地での測定では利用できなかった箇所がありました（測定の日、"
            "回数及び判定の方法は、別紙2のとおりです。）。"
        )
        if facts.contradicted
        else ""
    )


def inside(facts: LetterFacts) -> str:
    """How many people and shelters are in those areas."""
    figures = facts.figures
    people, households, shelters = (
        facts.say(("少なくとも" if name in figures.unknown else "") + "{n}" + unit, n=n) if (n := getattr(figures, name)) else ""
        for name, unit in (("people", "人"), ("households", "世帯"), ("shelters", "か所"))
    )
    lives = [each for each in (people, households) if each]
    living = "、推計で" + facts.wording.comma.join(lives) + "が居住し" if lives else ""
    if shelters:
        return living + "、指定避難所等" + shelters + "が含まれる"
    return living + "ている" if living else "、住民や来訪者の利用する場所が含まれる"


def promise(facts: LetterFacts) -> str:
    """What the office understands, and the promises it may make according to letters.toml; no others."""
    understood = facts.say("こうした区域の中には、人口が少なく採算の確保が容易でない箇所も多いと承知しております。")
    if not facts.commitments:
        return understood
    *before, last = facts.commitments
    what = facts.wording.comma.join(before) + ("及び" if before else "") + last
    return understood + facts.say("{government}としましても、{what}について、{municipalities}とともに協力を行ってまいります。", what=what)


def requests(facts: LetterFacts) -> list[Line]:
    """The numbered requests under 記."""
    return [*_stations(facts), *_disaster(facts), *_fifth_generation(facts), *_information(facts), *_enclosed(facts)]


def _stations(facts: LetterFacts) -> list[Line]:
    figures = facts.figures
    lines: list[Line] = [
        (1, facts.say("優先整備を要望する地区における基地局の整備")),
        (
            2,
            facts.say(
                "別紙1に掲げる{zones}地区について、早期に携帯電話サービスを利用できるよう、基地局の新設、既設局の改修、小型の"
                "中継設備の活用等により整備を進めていただくこと。",
                zones=figures.zones,
            ),
        ),
    ]
    if figures.zero_zones:
        lines.append(
            (
                2,
                facts.say(
                    "いずれの事業者のサービスも利用できない地区（別紙1で「0社」と表示した{zero}地区）については、特に優先して"
                    "御検討いただくこと。",
                    zero=figures.zero_zones,
                ),
            )
        )
    lines.append(
        (
            2,
            facts.say(
                "単独での整備が困難な地区については、他の事業者との設備の共用又はインフラシェアリングによる整備を御検討いただくこと。"
            ),
        )
    )
    return lines


def _disaster(facts: LetterFacts) -> list[Line]:
    return [
        (1, facts.say("防災上重要な施設及び道路における通信の確保")),
        (
            2,
            facts.say(
                "指定避難所、指定緊急避難場所、緊急輸送道路及び孤立するおそれのある集落に至る道路について、サービスエリアの拡大を図っていただくこと。"
            ),
        ),
        (2, facts.say("基地局の停電対策、伝送路の冗長化など、災害に強い設備の整備に努めていただくこと。")),
    ]


def _fifth_generation(facts: LetterFacts) -> list[Line]:
    return [
        (1, facts.say("第5世代移動通信システム（以下「5G」という。）の整備")),
        (
            0,
            facts.say(
                "居住地域に加え、観光地、農林水産業の現場、医療及び教育の拠点等、地域課題の解決に資する場所において、5Gの整備を進めていただくこと。"
            ),
        ),
    ]


def _information(facts: LetterFacts) -> list[Line]:
    helped = facts.say("{government}又は{municipalities}に求める協力の内容")
    lines: list[Line] = [
        (1, facts.say("整備状況等に関する情報の提供")),
        (2, facts.say("別紙1の各地区について、別添の回答様式により、次の事項を御教示いただくこと。")),
        (3, facts.say("整備の見通し及び時期")),
        (3, facts.say("整備に当たっての課題")),
        (3, helped),
        (
            2,
            facts.say(
                "地方公共団体が不感地域の解消に取り組むため、サービスエリアの状況を地理情報として活用できる形で提供していただくこと。"
            ),
        ),
    ]
    if facts.roaming_partner:
        asked = facts.say(
            "{partner}のネットワーク（パートナー回線）により利用できる区域について、協定の期間及び終了した場合に影響を"
            "受ける地区並びにその対応を御教示いただくこと。",
            partner=facts.roaming_partner,
        )
        lines.append((2, asked))
    return lines


def _enclosed(facts: LetterFacts) -> list[Line]:
    return [
        (1, facts.say("回答期限")),
        (0, facts.deadline),
        (1, facts.say("添付資料")),
        (2, facts.say("別紙1　優先整備要望地区一覧表")),
        (2, facts.say("別紙2　地区別個票（{zones}地区分）", zones=facts.figures.zones)),
        (2, facts.say("別　添　回答様式（Excel）")),
    ]


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
    """Everything in one letter, in order, as it is printed. `blanks`: names of what is still empty."""

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


def compose(result: Result, settings: LetterSettings, zones: Annex, history: History | None, identity: str) -> RequestLetter:
    """The letter to the carrier of `zones`. Of `history` only this carrier's own answers are used."""
    key, wording = zones.carrier, settings.style.wording
    to = settings.carriers[key]
    blanks = tuple(missing.ja for missing in settings.missing(key))
    facts = _letter_facts(result, settings, zones, history)
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
        deadline=facts.deadline,
        body=body(facts),
        items=_numbered(requests(facts), wording),
        contact=_contact(settings, wording),
        draft=DRAFT if blanks else "",
        notice=FICTITIOUS_HEAD if result.study.about.fictitious else "",
        blanks=blanks,
        figures=zones.figures,
        title_align=settings.style.title_align,
        font_size=settings.style.font_size,
    )


def _letter_facts(result: Result, settings: LetterSettings, zones: Annex, history: History | None) -> LetterFacts:
    study, key, wording = result.study, zones.carrier, settings.style.wording
    to = settings.carriers[key]
    own = history.of(key) if history else None
    allowed = settings.texts.approved_commitments if to.commitments is None else to.commitments
    return LetterFacts(
        wording=wording,
        **{name: wording.text(text) for name, text in letters_toml.words_of(settings, study).items()},
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
        contradicted=any(evidence.contradictions(result.verdicts, key, row.zone_id, study.evidence, wording) for row in zones.rows),
        deadline=_date(settings.letter.deadline, wording, weekday=True),
    )


def _number(symbol: str, number: str, wording: numbers_and_eras.Wording) -> str:
    # 「12の1」 is written 第12号の1
    main, of, branch = number.partition("の")
    return wording.text(f"{symbol}第{main or '　　'}号{of}{branch}")


def _date(day: str, wording: numbers_and_eras.Wording, weekday: bool = False) -> str:
    """A date, or the space to write one in (the letter is then a draft)."""
    if not day:
        return "令和　　年　　月　　日" + ("（　）" if weekday else "")
    return wording.date(date.fromisoformat(day), weekday)


def _addressee(to: letters_toml.Addressee) -> tuple[str, ...]:
    if not to.name:
        return (f"{to.organisation}　{to.honorific}",)
    return to.organisation, f"{to.title}　{to.name}　{to.honorific}"


def _contact(settings: LetterSettings, wording: numbers_and_eras.Wording) -> tuple[tuple[str, str], ...]:
    to = settings.contact
    phone = wording.text(to.phone)
    if wording.digits == "zenkaku":
        phone = phone.replace("-", "－")
    rows = (("事務担当", to.office), ("担当者", to.person), ("電話", phone), ("電子メール", to.email))
    return tuple((label, value or "（未定）") for label, value in rows)


def _numbered(lines: Iterable[Line], wording: numbers_and_eras.Wording) -> tuple[Item, ...]:
    """Items with their numbers; the office's own sentences brought into its style."""
    at, items = [0] * (LEVELS + 1), []
    for level, text in lines:
        if level:
            at[level] += 1
            at[level + 1 :] = [0] * (LEVELS - level)
        number = numbers_and_eras.item_number(wording, level, at[level]) if level else ""
        items.append(Item(level, number, text))
    return tuple(items)
