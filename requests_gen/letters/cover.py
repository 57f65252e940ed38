"""要望概要: one page of key figures for the meeting at which the letter is handed over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coverage.figures import FIGURES
from requests_gen.letters.annexes.annex1 import Annex
from requests_gen.letters.annexes.annex1_table import dates, serving
from requests_gen.letters.letter import RequestLetter
from requests_gen.letters.sources import sources
from requests_gen.wording import Caption, numbers_and_eras
from requests_gen.workspace import LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

TITLE = "要望概要"
FIRST_ZONES, FIRST_TOWNS = 12, 10
REQUESTS = 4


def cover(result: Result, settings: LetterSettings, zones: Annex, letter: RequestLetter, caption: Caption) -> dict[str, Any]:
    """The texts of the page; every figure is one of annex 1."""
    wording, words = settings.style.wording, letters_toml.words_of(settings, result.study)
    generation = wording.text(zones.generation)
    headings = [item for item in letter.items if item.level == 1][:REQUESTS]
    at = [item.text for item in letter.items].index("回答期限")
    shown = zones.rows[:FIRST_ZONES]
    return {
        "title": TITLE + letter.draft,
        "subtitle": f"{'　'.join(letter.addressee)}　あて",
        "date": f"{letter.number}　{letter.date}",
        "asked_title": wording.say(
            "貴社の{generation}を利用できない地区（別紙1に掲げる地区の合計。人口・世帯は推計）", generation=generation
        ),
        "figures": figure_boxes(zones, settings),
        "figures_note": wording.text("基準日　") + dates(result, settings, zones, wording),
        "requests": [[item.number, item.text] for item in headings] + [[letter.items[at].number, f"回答期限　{letter.deadline}"]],
        "zones_title": wording.say("優先順位の高い地区（{n}地区のうち上位{shown}地区）", n=len(zones.rows), shown=len(shown)),
        "zone_heads": [
            "番号",
            "地区ID",
            f"{words['municipalities']}名",
            "地区名",
            FIGURES["serving_carriers"].name.ja,
            *(FIGURES[f"letter_{name}"].name.ja for name in ("people", "households", "shelters")),
        ],
        "zones": [
            [
                wording.number(row.number),
                row.zone_id,
                row.municipality,
                row.name,
                serving(row, wording),
                wording.number(row.people),
                wording.number(row.households),
                wording.number(row.shelters),
            ]
            for row in shown
        ],
        "rest": wording.text("全地区は別紙1、各地区の状況は別紙2のとおり。") if len(shown) < len(zones.rows) else "",
        "towns_title": f"{words['municipalities']}別の{FIGURES['letter_people'].name.ja}（推計）",
        "towns": _towns(zones, settings, words["municipalities"]),
        "notes": [
            wording.text("判定の規則　" + caption.rule.partition(": ")[2] + "。人口等は推計で、別紙1の各行の合計。"),
            *([wording.text(caption.unknown_people + "。")] if caption.unknown_people else []),
            "出典　" + sources(caption),
            f"文書ID　{letter.letter_id}",
        ],
    }


def figure_boxes(zones: Annex, settings: LetterSettings) -> list[list[str]]:
    """(what, number, unit) of the sums that are known."""
    wording, figures = settings.style.wording, zones.figures
    names = {name: FIGURES[f"letter_{name}"].name.ja for name in ("zones", "zero_zones", "people", "households", "shelters")}
    boxes = [
        (names["zones"], figures.zones, "地区"),
        (wording.text("うち" + names["zero_zones"]), figures.zero_zones, "地区"),
        (names["people"], figures.people, "人"),
        (names["households"], figures.households, "世帯"),
        (names["shelters"], figures.shelters, "か所"),
    ]
    return [[what, wording.number(value), unit] for what, value, unit in boxes if value is not None]


def _towns(zones: Annex, settings: LetterSettings, word: str) -> list[list[Any]]:
    """(municipality, text, length of its bar 0..1), most people first; the last line holds all the others."""
    wording = settings.style.wording
    by_town: dict[str, list[int | None]] = {}
    for row in zones.rows:
        by_town.setdefault(row.municipality, []).append(row.people)
    sums = sorted(((name, numbers_and_eras.total(people)) for name, people in by_town.items()), key=lambda s: (-(s[1] or 0), s[0]))
    shown, others = sums[:FIRST_TOWNS], sums[FIRST_TOWNS:]
    if others:
        shown.append((wording.say("ほか{n}" + word, n=len(others)), numbers_and_eras.total([people for _, people in others])))
    longest = max((people or 0 for _, people in shown), default=0) or 1
    return [[name, wording.number(people) + ("人" if people is not None else ""), (people or 0) / longest] for name, people in shown]
