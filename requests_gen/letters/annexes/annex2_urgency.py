"""Annex 2, parts 5 to 8: places and roads, dangers, conditions of building, grants; each with its source.

What no file covers is printed as missing; it is never left out and never printed as none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage.subsidy import Possibility
from coverage.zones import designations, facilities
from requests_gen.letters.annexes.annex1 import ZoneRow
from requests_gen.wording import numbers_and_eras, urgency

if TYPE_CHECKING:
    from coverage.result import Result

Pairs = tuple[tuple[str, str], ...]

MISSING = "データなし（未収集）"
NONE_HERE = "地区の区画内にはない"
NAMED = 8
KINDS = {"shelter": "指定避難所", "evacuation_site": "指定緊急避難場所", "trail": "登山道", "tourism": "観光", "worksite": "農林作業"}
# what is listed together, of which categories, from which kinds of files
GROUPS = (
    ("避難所等", facilities.SHELTERING, ("gsi_shelters",)),
    ("学校", ("school",), ("schools_p29",)),
    ("医療機関", ("clinic",), ("clinics_p04",)),
    ("役場・支所・集会所", ("office", "hall"), ("offices_p05",)),
    ("駅", ("station",), ("stations_n02",)),
    ("登山道・観光・農林業", facilities.VISITED, ("own_places",)),
)
ROAD_WORDS = {
    "emergency_road_km": "緊急輸送道路",
    "road_km_expressway": "高速道路",
    "road_km_national": "国道",
    "road_km_prefectural": "都道府県道",
    "road_km_municipal": "市町村道等",
}
DANGERS = {"土砂災害警戒区域": ("in_landslide", "in_landslide_special"), "津波浸水想定": ("in_tsunami",)}
INSIDE = {"自然公園（特別地域）": ("in_park_special",), "自然公園（普通地域）": ("in_park_ordinary",), "人口集中地区": ("in_did",)}


def places_and_roads(
    row: ZoneRow,
    zone: pd.Series,
    result: Result,
    mine: pd.DataFrame | None,
    given: set[str],
    carrier: str,
    others: bool,
    wording: numbers_and_eras.Wording,
) -> Pairs:
    """Part 5. mine: facilities_outside of the zone, None where the carrier's area is not known; others: whether
    figures of the other carriers may be shown."""
    rows = [(name, _places(mine, categories, given, wording)) for name, categories, _ in GROUPS]
    rows.append(("不感道路延長", _roads(row, zone, carrier, bool(result.study.roads), others, wording)))
    return (*rows, ("出典", _credits(result, *(kind for _, _, kinds in GROUPS for kind in kinds), "n13", "n01", "n10", "ledger")))


def _places(mine: pd.DataFrame | None, categories: tuple[str, ...], given: set[str], wording: numbers_and_eras.Wording) -> str:
    if not given & set(categories):
        return MISSING
    if mine is None:
        return numbers_and_eras.UNKNOWN
    listed = mine[mine["category"].isin(categories)].sort_values(["outside", "name"], ascending=[False, True])
    if listed.empty:
        return NONE_HERE
    named = []
    for place in listed.head(NAMED).itertuples(index=False):
        kind = f"{KINDS[place.category]}、" if place.category in KINDS else ""
        inside = "不明" if place.unknown else "エリア外" if place.outside else "エリア内"
        named.append(f"{place.name}（{kind}{inside}）")
    more = [wording.say("ほか{n}か所", n=len(listed) - NAMED)] if len(listed) > NAMED else []
    count = wording.say("{n}か所のうち貴社のエリア外", n=len(listed)) + wording.say("{n}か所", n=int(listed["outside"].sum()))
    if listed["unknown"].any():
        count += wording.say("、不明{n}か所", n=int(listed["unknown"].sum()))
    return f"{count}　" + "、".join([*named, *more])


def _roads(row: ZoneRow, zone: pd.Series, carrier: str, given: bool, others: bool, wording: numbers_and_eras.Wording) -> str:
    if row.road_km is None:
        return numbers_and_eras.UNKNOWN if given else MISSING
    km = zone[f"uncovered_road_km_{carrier}"]
    text = f"貴社のエリア外　約{row.road_km:,.1f}km（緊急輸送道路及び県道以上）"
    if not row.road_km:
        text = "貴社のエリア外の緊急輸送道路及び県道以上は" + ("ない" if km == 0 else "0.1km未満")
    others_km = [f"{name} {_km(zone[key])}km" for key, name in ROAD_WORDS.items() if key in zone and zone[key] > 0]
    if others and others_km:
        text += f"。1社でもエリア外　{'、'.join(others_km)}"
    return wording.text(text)


def _km(value: float) -> str:
    km = numbers_and_eras.round_tenths(float(value))
    return numbers_and_eras.UNKNOWN if km is None else f"{km:,.1f}"


def dangers(row: ZoneRow, zone: pd.Series, result: Result, wording: numbers_and_eras.Wording) -> Pairs:
    """Part 6: what may cut the zone off, and how far it lies from coverage."""
    rows = [(name, _share(zone, columns, wording)) for name, columns in DANGERS.items()]
    rows.append(("孤立の可能性・標高差", MISSING))
    rows += _own_values(("hazard",), zone, result)
    km = (
        wording.say("約{km}km（代表点から）", km=wording.number(row.nearest_km, 1))
        if row.nearest_km is not None
        else numbers_and_eras.UNKNOWN
    )
    return (*rows, ("貴社のエリア端まで", km), ("出典", _credits(result, "hazards")))


def _share(zone: pd.Series, columns: tuple[str, ...], wording: numbers_and_eras.Wording) -> str:
    """How many of the zone's people live inside; the largest of `columns`, which lie within one another."""
    known = [float(zone[name]) for name in columns if name in zone and zone[name] == zone[name]]
    if not known:
        return MISSING
    share = round(max(known), 6)  # edges that touch are no overlap
    if share <= 0:
        return "区域に入らない"
    inside = "区域内" if zone["population"] != 0 else "区域内（面積）"
    percent = numbers_and_eras.round_half_up(100 * share) or 0
    return wording.text(f"約{percent}％が{inside}" if percent else f"１％未満が{inside}")


def _own_values(keys: tuple[str, ...], zone: pd.Series, result: Result) -> list[tuple[str, str]]:
    """What the office's own criteria of these keys say, with source and date."""
    named = {criterion.key: criterion for criterion in result.study.ranking.all_criteria}
    return [
        (
            named[own.key].ja,
            f"{'不明' if zone[own.key] != zone[own.key] else f'{zone[own.key]:g}{named[own.key].unit}'}（{own.source} {own.as_of}）",
        )
        for own in result.study.ranking.criteria
        if own.key in keys
    ]


def building(zone: pd.Series, result: Result, wording: numbers_and_eras.Wording) -> Pairs:
    """Part 7: obstacles to building a station, as far as they are known."""
    rows = [("用地・電源・光ファイバ・搬入路", MISSING)]
    rows += [(name, _share(zone, columns, wording)) for name, columns in INSIDE.items()]
    return (*rows, ("地元同意の状況", MISSING), ("出典", _credits(result, "parks", "did")))


def grant(zone: pd.Series, result: Result, found: Possibility, note: str, wording: numbers_and_eras.Wording) -> Pairs:
    """Part 8: what the zone is designated as and until when, and whether a grant may be possible. Never more."""
    reasons = "。".join(reason.ja for reason in found.reasons)
    return (
        ("条件不利地域の種別", _designated(zone, result)),
        ("補助活用の可能性", urgency.SUBSIDY[found.answer].ja + (f"。{reasons}。" if reasons else "")),
        ("根拠", note),
        ("出典", _credits(result, "designated", "overrides")),
    )


def _designated(zone: pd.Series, result: Result) -> str:
    if "designated" not in zone or zone["designated"] != zone["designated"]:
        return MISSING
    signs = {sign: urgency.DESIGNATED_AS[kind] for kind, sign in designations.SIGNS.items()}
    held = "・".join(signs[sign] for sign in zone["designated"])
    if held and zone["designated_until"]:
        until = f"{zone['designated_until']}まで"
        held += f"（{until}）" if len(zone["designated"]) == 1 else f"（最も早い期限 {until}）"
    if held and zone["designated_as"]:
        held += f"　{zone['designated_as']}"
    missing = "・".join(urgency.DESIGNATED_AS[kind] for kind in urgency.unknown_kinds(result.zones))
    rest = f"{missing}は{MISSING}" if missing else ""
    return "。".join(part for part in (held or "当たる指定なし", rest) if part)


def _credits(result: Result, *kinds: str) -> str:
    return urgency.credits_of(result, *kinds) or "－"
