"""Annex 2 in words: one sheet a zone, with what is known of it. What was not examined has no row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from coverage.carrier_need import facilities_outside, given_categories
from coverage.figures import figure, in_part
from coverage.gaps import mark_column
from coverage.subsidy import Possibility
from geodata.areas import degrees
from requests_gen.letters.annexes.annex1 import Annex, ZoneRow
from requests_gen.letters.annexes.annex1_table import AT_LEAST, count, serving
from requests_gen.letters.annexes.annex2_urgency import MISSING, building, dangers, grant, places_and_roads
from requests_gen.letters.sources import layer_days, sources
from requests_gen.wording import Caption, captions, evidence, numbers_and_eras, urgency
from requests_gen.workspace import LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

TITLE = "地区別個票"
FUTURE = "population_"
# the figures of the catalogue that a sheet states: of the zone, then of what the carrier leaves out
FIGURE_KEYS = (
    "rank",
    "mark",
    "serving_carriers",
    "population",
    "households",
    "share_65plus",
    "population_to_come",
    "complete_population",
    "carrier_uncovered_population",
    "carrier_uncovered_households",
    "carrier_share_65plus",
    "carrier_roaming_population",
    "carrier_shelters",
    "carrier_public",
    "carrier_uncovered_road_km",
    "emergency_road_km",
    "road_km_expressway",
    "road_km_national",
    "road_km_prefectural",
    "road_km_municipal",
    "carrier_edge_km",
    "in_landslide",
    "in_landslide_special",
    "in_tsunami",
    "in_park_special",
    "in_park_ordinary",
    "in_did",
)

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class ZoneSheet:
    """One zone as printed: (label, text) pairs by part, and a table of the carriers' areas."""

    zone_id: str
    head: str
    place: Pairs
    situation_head: tuple[str, ...]
    situation: tuple[tuple[str, ...], ...]
    ground: tuple[str, ...]
    people: tuple[tuple[str, ...], ...]
    facilities: Pairs
    dangers: Pairs
    building: Pairs
    grant: Pairs
    effect: Pairs
    history: Pairs
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Known:
    """What all sheets of a letter share: zones (with lon, lat), places by zone, days of the areas, grants."""

    result: Result
    settings: LetterSettings
    annex: Annex
    table: pd.DataFrame
    places: dict[str, pd.DataFrame] | None
    nowhere: pd.DataFrame
    given: set[str]
    dates: dict[str, dict[str, list[str]]]
    grants: dict[str, Possibility]
    grant_note: str
    notes: tuple[str, ...]


def zone_sheets(result: Result, settings: LetterSettings, zones: Annex, caption: Caption, identity: str) -> list[ZoneSheet]:
    """A sheet for every row of annex 1, in its order."""
    table = pd.DataFrame(result.zones.drop(columns="geometry"))
    lon, lat = degrees(table["x"].to_numpy(float), table["y"].to_numpy(float), result.grid.crs)
    listed = facilities_outside(result, zones.carrier, zones.generation)
    rules = urgency.subsidy_rules(result.study)
    known = _Known(
        result=result,
        settings=settings,
        annex=zones,
        table=table.assign(lon=lon, lat=lat),
        # grouped by zone once: searching all of them for every sheet took most of the time
        places=None if listed is None else dict(iter(listed.groupby("zone_id"))),
        nowhere=pd.DataFrame(columns=["name", "category", "outside", "unknown"]),
        given=given_categories(result),
        dates=captions.dates_by_layer(result),
        grants=urgency.subsidy_of(result, rules),
        grant_note=urgency.subsidy_note(result.study, rules).ja,
        notes=_notes(result, zones, caption, identity, settings.style.wording),
    )
    return [_sheet(row, known.table.loc[row.zone_id], known) for row in zones.rows]


def _sheet(row: ZoneRow, zone: pd.Series, known: _Known) -> ZoneSheet:
    result, settings, zones = known.result, known.settings, known.annex
    wording = settings.style.wording
    words = letters_toml.words_of(settings, result.study)
    count = wording.text(f"{row.number}／{len(zones.rows)}")
    mine = None if known.places is None else known.places.get(row.zone_id, known.nowhere)
    others = settings.zones.other_carriers == "marks"
    return ZoneSheet(
        zone_id=row.zone_id,
        head=wording.text(f"番号　{count}　優先順位　{row.rank}"),
        place=(
            ("地区名", row.name),
            (f"{words['municipalities']}名", row.municipality),
            ("種別", row.kind),
            ("代表点", wording.text(f"北緯{zone['lat']:.4f}度　東経{zone['lon']:.4f}度")),
        ),
        situation_head=(
            "事業者",
            *(wording.text(name) for name in result.study.generations),
            "エリアの基準日",
            "判定の根拠",
            *_seen(result, "確認日"),
        ),
        situation=_situation(row, zone, result, settings, zones, known.dates),
        ground=tuple(evidence.contradictions(result.verdicts, zones.carrier, row.zone_id, result.study.evidence, wording)),
        people=_people(row, zone, result, wording),
        facilities=places_and_roads(row, zone, result, mine, known.given, zones.carrier, others, wording),
        dangers=dangers(row, zone, result, wording),
        building=(*_serving(row, wording), *building(zone, result, wording)),
        grant=grant(zone, result, known.grants[row.zone_id], known.grant_note, wording),
        effect=_effect(row, zone, zones, wording),
        history=_history(row, wording),
        notes=known.notes,
    )


def _situation(
    row: ZoneRow, zone: pd.Series, result: Result, settings: LetterSettings, zones: Annex, dates: dict[str, dict[str, list[str]]]
) -> tuple[tuple[str, ...], ...]:
    wording, generations = settings.style.wording, result.study.generations
    rows = []
    for carrier in result.study.carriers:
        own = carrier.key == zones.carrier
        if not own and settings.zones.other_carriers == "hidden":
            continue
        days = "、".join(dict.fromkeys(day for g in generations if (day := layer_days(dates, g, carrier.key, wording))))
        basis, seen = evidence.claim_basis(result.verdicts, row.zone_id, carrier.key, zones.carrier, days, result.study.evidence, wording)
        rows.append(
            (
                carrier.name + ("（貴社）" if own else ""),
                *(str(zone[mark_column(generation, carrier.key)]) for generation in generations),
                days or "資料なし",
                basis,
                *_seen(result, seen),
            )
        )
    return tuple(rows)


def _seen(result: Result, text: str) -> tuple[str, ...]:
    """The column 確認日: only where the study brings what was measured."""
    return (text,) if result.study.evidence is not None else ()


def _people(row: ZoneRow, zone: pd.Series, result: Result, wording: numbers_and_eras.Wording) -> tuple[tuple[str, ...], ...]:
    """(what, in the zone, of it outside the carrier's area), then the people to come, for reference."""
    elderly = _percent(row.share_65plus, row.people, wording)
    share = _percent(
        numbers_and_eras.round_half_up(100 * zone["share_65plus"]), numbers_and_eras.round_half_up(zone["population"]), wording
    )
    return (
        ("人口（人）", _whole(zone, "population", wording), count(row, "people", wording)),
        ("世帯", _whole(zone, "households", wording), count(row, "households", wording)),
        (wording.text("65歳以上の割合"), share, elderly),
        *_to_come(zone, result, wording),
    )


def _whole(zone: pd.Series, column: str, wording: numbers_and_eras.Wording) -> str:
    """An amount of the whole zone; 8以上 where only a part of it is known."""
    value = numbers_and_eras.round_half_up(zone[column])
    partly = value is not None and bool(in_part(zone.to_frame().T, column).iloc[0])
    return wording.number(value) + (AT_LEAST if partly else "")


def _to_come(zone: pd.Series, result: Result, wording: numbers_and_eras.Wording) -> list[tuple[str, ...]]:
    spec = result.study.future_population
    if spec is None:
        return [(figure("population_to_come").name.ja.format(year="（参考）").replace(" ", ""), MISSING, "－")]
    source = urgency.credits_of(result, "future") or "－"
    return [
        (
            wording.text(figure("population_to_come").name.ja.format(year=f"{year}年（参考）")),
            wording.number(numbers_and_eras.round_half_up(float(zone.get(f"{FUTURE}{year}", float("nan"))))),
            f"－（{source}）" if year == spec.years[0] else "－",
        )
        for year in spec.years
    ]


def _percent(value: int | None, people: int | None, wording: numbers_and_eras.Wording) -> str:
    if people == 0:
        return "－"  # where nobody lives the share is 0, and not unknown
    return numbers_and_eras.UNKNOWN if value is None else wording.number(value) + "％"


def _serving(row: ZoneRow, wording: numbers_and_eras.Wording) -> Pairs:
    rows = [(figure("serving_carriers").name.ja, serving(row, wording))]
    if row.roaming is not None:
        roaming = wording.say("エリア外人口のうち{people}人がパートナー回線の区域", people=wording.number(row.roaming))
        rows.append(("パートナー回線", roaming))
    return tuple(rows)


def _effect(row: ZoneRow, zone: pd.Series, zones: Annex, wording: numbers_and_eras.Wording) -> Pairs:
    new = [
        ("少なくとも" if name in row.least else "") + wording.say("{n}" + unit, n=n)
        for name, unit in (("people", "人"), ("households", "世帯"))
        if (n := getattr(row, name)) is not None
    ]
    gain = wording.say(
        "新たに貴社の{generation}を利用できる人 {people}",
        generation=wording.text(zones.generation),
        people="推計" + wording.comma.join(new) if new else numbers_and_eras.UNKNOWN,
    )
    if row.shelters:
        gain += wording.say("、避難所等{n}か所", n=row.shelters)
    if row.public:
        gain += wording.say("、学校・医療等{n}か所", n=row.public)
    if row.road_km:
        gain += wording.text(f"、道路約{row.road_km:,.1f}km")
    nobody = _whole(zone, "complete_population", wording)
    first = nobody if nobody == numbers_and_eras.UNKNOWN else wording.say("推計{n}人", n=nobody)
    return ("整備された場合", gain), ("うち" + figure("complete_population").heading.ja, first)


def _history(row: ZoneRow, wording: numbers_and_eras.Wording) -> Pairs:
    return ("初回の要望", wording.fiscal_year(row.first_year)), ("前年度の回答（貴社）", row.answer or "なし")


def _notes(result: Result, zones: Annex, caption: Caption, identity: str, wording: numbers_and_eras.Wording) -> tuple[str, ...]:
    return (
        wording.text(f"判定の規則: {caption.rule.partition(': ')[2]}。○=利用できる　△=一部　×=利用できない　－=不明。")
        + wording.text(
            "人口等は推計で、貴社のエリア外の数は別紙1と同じ（合計に合わせて端数を調整）、ほかは四捨五入した。"
            + (f"{caption.unknown_people}。" if caption.unknown_people else "")
        ),
        "出典: " + sources(caption),
        f"文書ID: {identity}",
    )
