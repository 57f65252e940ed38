"""The annual report as printed: its words and rows for the template. Adds no number of its own."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from coverage.figures import FIGURES
from requests_gen.annual_report.facts import PARTS, Fact, Report
from requests_gen.annual_report.map import ReportMap
from requests_gen.progress import words
from requests_gen.replies import codes as replies_codes
from requests_gen.wording import captions, numbers_and_eras

INTERNAL = "内部資料（事業者の回答を含むため公開しない）"
TITLE = "携帯電話不感地域対策　年次報告"
SAY = numbers_and_eras.Wording("hankaku")
CHANGE_LINES = 8
TREND_PEOPLE, TREND_ZONES = (FIGURES[key].name.ja for key in ("uncovered_population", "zones_count"))
TOP_BUILT = 8
PROMISES = {"kept": "守られた", "late": "遅れて実現", "claimed": "報告のみ", "broken": "期限超過", "open": "期限前"}
FIRST, SAME, OTHER = "－", "前の年度と同じ", "前の年度と違う"
MAP_FILE = "map.svg"


def printed(report: Report, drawn: ReportMap) -> dict[str, Any]:
    """Everything the template wants, as text."""
    said = report.caption
    return {
        "title": TITLE,
        "subtitle": f"{said.title}　{captions.fiscal_year(report.year).ja}",
        "date": SAY.date(report.made) + "現在",
        "parts": PARTS,
        "plan": [[fact.label, number(fact)] for fact in report.of("plan")],
        "do": [[_labelled(fact, report), number(fact)] for fact in report.of("do")],
        "change_title": "前年度からの変化",
        "change": [line for line in report.change if line != said.notice][:CHANGE_LINES]
        or ["前の年度の結果がこの作業フォルダに無いため、比べていない。"],
        "map": MAP_FILE,
        "map_alt": drawn.alt,
        "map_title": "位置",
        "map_note": "番号=2枚目の「残る主な地区」の番号　●=順位のあるその他の地区　○=順位を付けない地区。上が北。",
        **_carrier_table(report),
        "states": [[fact.label, number(fact)] for fact in report.of("check", "")],
        "states_title": "いま、どこまで進んだか（地区×事業者の数。前の年度からのものを含む）",
        **_trend(report),
        "act": [[fact.label, number(fact)] for fact in report.of("act")],
        **_built(report),
        **_remaining(report),
        "notes": _notes(report),
    }


def number(fact: Fact) -> str:
    """12地区, with how many rows are unknown besides, or 不明."""
    beside = f"（ほかに不明 {fact.unknown:,}地区）" if fact.unknown else ""
    return numbers_and_eras.UNKNOWN if fact.value is None else f"{fact.value:,}{fact.unit}{beside}"


def _labelled(fact: Fact, report: Report) -> str:
    name = dict(report.carriers).get(fact.carrier, fact.carrier)
    return f"　{name}に{fact.label}" if fact.carrier else fact.label


def _carrier_table(report: Report) -> dict[str, Any]:
    """One row a carrier: what it was asked, what it answered by code, promises by what became of them."""
    codes = [code.key for code in replies_codes.ANSWERS[:-1]]
    head = ["事業者", "要望した\n地区", *(f"回答\n{code}" for code in codes), "未回答", *(f"約束\n{word}" for word in PROMISES.values())]
    keys = ["asked", *(f"answer.{code}" for code in codes), "no_reply", *(f"promise.{name}" for name in PROMISES)]
    rows = [[name, *(number(dataclasses.replace(report.fact(key, carrier), unit="")) for key in keys)] for carrier, name in report.carriers]
    return {"carrier_head": head, "carrier_rows": rows}


def _trend(report: Report) -> dict[str, Any]:
    most_people = max([float(row["zone_people"]) for row in report.trend if row["zone_people"] == row["zone_people"]], default=0.0)
    most_zones = max([float(row["zones"]) for row in report.trend if row["zones"] == row["zones"]], default=0.0)
    rows = [
        {
            "year": SAY.fiscal_year(int(row["fiscal_year"])),
            "people": _amount(row["zone_people"], "人"),
            "people_part": _part(row["zone_people"], most_people),
            "zones": _amount(row["zones"], "地区"),
            "zones_part": _part(row["zones"], most_zones),
            "note": (FIRST if at == 0 else SAME if row["same_terms"] else OTHER) + besides(row),
        }
        for at, row in enumerate(report.trend)
    ]
    return {
        "trend_title": "推移",
        "trend": rows,
        "trend_head": ["年度", TREND_PEOPLE, "（棒グラフ）", TREND_ZONES, "（棒グラフ）", "数え方"],
        "trend_note": f"{TREND_PEOPLE}は、地区の区画ごとに、最も多くの人を外している会社のエリア外の人を足した数。"
        "数え方が「前の年度と違う」年度は、規則・人口・公表した会社のどれかが前の年度と違い、そのまま比べられない。",
    }


def besides(row: Mapping[str, Any]) -> str:
    """How many zones of the year are in no sum, for nobody knows them."""
    count = int(row.get("unknown_zones", 0))
    return f"。ほかに不明 {count:,}地区" if count and row["zone_people"] == row["zone_people"] else ""


def _amount(value: float, unit: str) -> str:
    known = numbers_and_eras.round_half_up(float(value))
    return numbers_and_eras.UNKNOWN if known is None else f"{known:,}{unit}"


def _part(value: float, most: float) -> float:
    return round(float(value) / most, 4) if most > 0 and value == value else 0.0


def _built(report: Report) -> dict[str, Any]:
    rows = [
        [one.zone_id, one.municipality, one.name, dict(report.carriers).get(one.carrier, one.carrier), words.NAMES[one.state].ja]
        for one in report.built[:TOP_BUILT]
    ]
    rest = len(report.built) - len(rows)
    return {
        "built_title": "整備が進んだ主な地区（前の年度からのものを含む）",
        "built_head": ["地区ID", "市町村", "地区", "事業者", "状態"],
        "built": rows or [["－"] * 5],
        "built_rest": f"ほかに{rest:,}件ある（annual_report.xlsx）。" if rest > 0 else "ほかにはない。",
    }


def _remaining(report: Report) -> dict[str, Any]:
    rows = [
        [
            str(at),
            str(zone.rank),
            zone.zone_id,
            zone.municipality,
            zone.name,
            numbers_and_eras.UNKNOWN if zone.people is None else f"{zone.people:,}人",
            "".join(zone.marks),
            zone.answers,
            zone.next_step,
        ]
        for at, zone in enumerate(report.remaining, start=1)
    ]
    rest = report.without_promise - len(rows)
    return {
        "remaining_title": "残る主な地区（どの会社も整備を約束していない、優先順位の高い順）",
        "remaining_head": [
            "番号",
            FIGURES["rank"].heading.ja,
            "地区ID",
            "市町村",
            "地区",
            TREND_PEOPLE.replace("（", "\n（"),
            "状況",
            "回答の区分",
            "次の動き",
        ],
        "remaining": rows,
        "rest": f"ほかに{rest:,}地区ある（地区IDは annual_report.xlsx）。" if rest > 0 else "ほかにはない。",
    }


def _notes(report: Report) -> list[str]:
    said = report.caption
    names = "・".join(name for _, name in report.carriers)
    codes = "　".join(code.entry() for code in replies_codes.ANSWERS[:-1])
    return [
        said.rule + "。" + said.as_of + "。" + (said.unknown_people + "。" if said.unknown_people else ""),
        (
            f"状況と回答の区分は {names} の順。○=利用できる　△=一部　×=利用できない　－=不明（区分では、要望していない）。"
            f"区分　{codes}　N 無回答　待=回答待ち　済=確認・解消。"
        ),
        "整備済みの報告（A1）とエリア内との認識（D1）は、現地測定又は市町の確認があるまで解消に数えない。",
        "すべての数は、別添の annual_report.xlsx に、数えた表・数え方・元の行を示す。"
        "不明は0ではない。人口等は推計。出典: " + "、".join(said.sources),
    ]
