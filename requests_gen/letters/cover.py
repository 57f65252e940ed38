"""要望概要: one page of key figures for the meeting at which the letter is handed over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from coverage.figures import FIGURES
from requests_gen.letters.annexes.annex1 import Annex, ZoneRow
from requests_gen.letters.annexes.annex1_table import AT_LEAST, count, dates, serving
from requests_gen.letters.letter import RequestLetter
from requests_gen.letters.sources import sources
from requests_gen.wording import Caption
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
                *(count(row, name, wording) for name in ("people", "households", "shelters")),
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
    """(what, number, unit) of the sums that are known; 12 世帯以上 where not all of them is."""
    wording, figures = settings.style.wording, zones.figures
    boxes = []
    for name, unit in (("zones", "地区"), ("zero_zones", "地区"), ("people", "人"), ("households", "世帯"), ("shelters", "か所")):
        value = getattr(figures, name)
        if value is not None:
            label = ("うち" if name == "zero_zones" else "") + FIGURES[f"letter_{name}"].name.ja
            boxes.append([wording.text(label), wording.number(value), unit + (AT_LEAST if name in figures.unknown else "")])
    return boxes


def _towns(zones: Annex, settings: LetterSettings, word: str) -> list[list[Any]]:
    """(municipality, text, length of its bar 0..1), most people first; the last line holds all the others."""
    wording = settings.style.wording
    by_town: dict[str, list[ZoneRow]] = {}
    for row in zones.rows:
        by_town.setdefault(row.municipality, []).append(row)
    shown = sorted(((name, *_people(rows)) for name, rows in by_town.items()), key=lambda s: (-(s[1] or 0), s[0]))
    if others := shown[FIRST_TOWNS:]:
        rows = [row for name, *_ in others for row in by_town[name]]
        shown = [*shown[:FIRST_TOWNS], (wording.say("ほか{n}" + word, n=len(others)), *_people(rows))]
    longest = max((people or 0 for _, people, _ in shown), default=0) or 1
    return [[name, wording.number(people) + unit, (people or 0) / longest] for name, people, unit in shown]


def _people(rows: Sequence[ZoneRow]) -> tuple[int | None, str]:
    """(the people that are known, 人 or 人以上); None and no unit where nothing is."""
    known = [row.people for row in rows if row.people is not None]
    if not known:
        return None, ""
    return sum(known), "人" + (AT_LEAST if len(known) < len(rows) or any("people" in row.least for row in rows) else "")
