"""Annex 2 in words: one sheet a zone, with what is known of it. What nobody has looked at is not given a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from requests_gen.annex import Annex, ZoneRow
from requests_gen.annex_facts import facilities_outside
from requests_gen.annex_tables import serving
from requests_gen.captions import Caption, dates_by_layer
from requests_gen.columns import degrees
from requests_gen.letter_settings import LetterSettings, words_of
from requests_gen.letter_sources import layer_days, sources
from requests_gen.letter_words import UNKNOWN, Wording, whole

if TYPE_CHECKING:
    from coverage.run import Result

TITLE = "地区別個票"
NAMED = 8
KINDS = {"shelter": "指定避難所", "evacuation_site": "指定緊急避難場所"}

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ZoneSheet:
    """One zone as printed: (label, text) pairs by part, and a table of the carriers' areas."""

    zone_id: str
    head: str
    place: Pairs
    situation_head: tuple[str, ...]
    situation: tuple[tuple[str, ...], ...]
    people: tuple[tuple[str, ...], ...]
    facilities: Pairs
    conditions: Pairs
    effect: Pairs
    history: Pairs
    notes: tuple[str, ...]


def zone_sheets(
    result: Result, settings: LetterSettings, zones: Annex, said: Caption, identity: str
) -> list[ZoneSheet]:
    """A sheet for every row of annex 1, in its order."""
    table = pd.DataFrame(result.zones.drop(columns="geometry"))
    lon, lat = degrees(table["x"].to_numpy(float), table["y"].to_numpy(float), result.grid.crs)
    table = table.assign(lon=lon, lat=lat)
    known = facilities_outside(result, zones.carrier, zones.generation)
    # by zone once: looking through all of them for every sheet took most of the time
    listed = None if known is None else dict(iter(known.groupby("zone_id")))
    told = dates_by_layer(result)
    notes = _notes(result, zones, said, identity, settings.style.wording)
    return [
        _sheet(row, table.loc[row.zone_id], result, settings, zones, listed, told, notes)
        for row in zones.rows
    ]


def _sheet(
    row: ZoneRow, zone: pd.Series, result: Result, settings: LetterSettings, zones: Annex,
    listed: dict[str, pd.DataFrame] | None, told: dict[str, dict[str, list[str]]], notes: tuple[str, ...],
) -> ZoneSheet:  # fmt: skip
    wording = settings.style.wording
    words = words_of(settings, result.study)
    count = wording.text(f"{row.number}／{len(zones.rows)}")
    return ZoneSheet(
        zone_id=row.zone_id,
        head=wording.text(f"番号　{count}　優先順位　{row.rank}"),
        place=(
            ("地区名", row.name),
            (f"{words['municipalities']}名", row.municipality),
            ("種別", row.kind),
            ("代表点", wording.text(f"北緯{zone['lat']:.4f}度　東経{zone['lon']:.4f}度")),
        ),
        situation_head=("事業者", *(wording.text(name) for name in result.study.generations), "エリアの基準日", "判定の根拠"),
        situation=_situation(zone, result, settings, zones, told),
        people=_people(row, zone, wording),
        facilities=_facilities(row, listed, wording),
        conditions=_conditions(row, zone, wording),
        effect=_effect(row, zone, zones, wording),
        history=_history(row, wording),
        notes=notes,
    )  # fmt: skip


def _situation(
    zone: pd.Series, result: Result, settings: LetterSettings, zones: Annex,
    told: dict[str, dict[str, list[str]]],
) -> tuple[tuple[str, ...], ...]:  # fmt: skip
    wording, generations = settings.style.wording, result.study.generations
    rows = []
    for carrier in result.study.carriers:
        own = carrier.key == zones.carrier
        if not own and settings.zones.other_carriers == "hidden":
            continue
        days = "、".join(
            dict.fromkeys(day for g in generations if (day := layer_days(told, g, carrier.key, wording)))
        )
        rows.append(
            (
                carrier.name + ("（貴社）" if own else ""),
                *(str(zone[f"mark_{generation}_{carrier.key}"]) for generation in generations),
                days or "資料なし",
                "エリア図" if days else "－",
            )
        )
    return tuple(rows)


def _people(row: ZoneRow, zone: pd.Series, wording: Wording) -> tuple[tuple[str, ...], ...]:
    """(what, in the zone, of it outside the carrier's area)."""
    elderly = row.share_65plus
    share = whole(100 * zone["share_65plus"])
    return (
        ("人口（人）", wording.number(whole(zone["population"])), wording.number(row.people)),
        ("世帯", wording.number(whole(zone["households"])), wording.number(row.households)),
        (wording.text("65歳以上の割合"), _percent(share, wording), _percent(elderly, wording)),
    )  # fmt: skip


def _percent(value: int | None, wording: Wording) -> str:
    return UNKNOWN if value is None else wording.number(value) + "％"


def _facilities(row: ZoneRow, listed: dict[str, pd.DataFrame] | None, wording: Wording) -> Pairs:
    if listed is None:
        return (("避難所等", "資料がないため不明"),)
    if row.zone_id not in listed:
        return (("避難所等", "地区の区画内にはない"),)
    mine = listed[row.zone_id].sort_values(["outside", "name"], ascending=[False, True])
    named = [
        f"{place.name}（{KINDS.get(place.category, place.category)}、{'エリア外' if place.outside else 'エリア内'}）"
        for place in mine.head(NAMED).itertuples(index=False)
    ]
    more = wording.say("ほか{n}か所", n=len(mine) - NAMED) if len(mine) > NAMED else ""
    count = wording.say("{n}か所のうち貴社のエリア外 ", n=len(mine)) + wording.say(
        "{n}か所", n=int(mine["outside"].sum())
    )
    return (("避難所等の数", count), ("名称", "、".join([*named, *([more] if more else [])])))


def _conditions(row: ZoneRow, zone: pd.Series, wording: Wording) -> Pairs:
    rows = [
        ("貴社のエリア端まで", wording.say("約{km}km（代表点から）", km=wording.number(row.nearest_km, 1))
         if row.nearest_km is not None else UNKNOWN),
        ("提供事業者数", serving(row, wording)),
    ]  # fmt: skip
    if row.roaming is not None:
        rows.append(
            (
                "パートナー回線",
                wording.say(
                    "エリア外人口のうち{people}人がパートナー回線の区域", people=wording.number(row.roaming)
                ),
            )
        )
    rows.append(("用地・電源・伝送路等", "この資料では調べていない"))
    return tuple(rows)


def _effect(row: ZoneRow, zone: pd.Series, zones: Annex, wording: Wording) -> Pairs:
    gain = wording.say(
        "新たに貴社の{generation}を利用できる人 推計{people}人、{households}世帯",
        generation=wording.text(zones.generation), people=wording.number(row.people),
        households=wording.number(row.households),
    )  # fmt: skip
    if row.shelters:
        gain += wording.say("、避難所等{n}か所", n=row.shelters)
    nobody = whole(zone["complete_population"])
    first = UNKNOWN if nobody is None else wording.say("推計{n}人", n=nobody)
    return ("整備された場合", gain), ("うちどの事業者のエリアにも入らない人", first)


def _history(row: ZoneRow, wording: Wording) -> Pairs:
    return ("初回の要望", wording.fiscal_year(row.first_year)), ("前年度の回答（貴社）", row.answer or "なし")


def _notes(result: Result, zones: Annex, said: Caption, identity: str, wording: Wording) -> tuple[str, ...]:
    return (
        wording.text(
            f"判定の規則: {said.rule.partition(': ')[2]}。○=利用できる　△=一部　×=利用できない　－=不明。"
        )
        + wording.text("人口等は推計で、四捨五入した。"),
        "出典: " + sources(said),
        f"文書ID: {identity}",
    )
