"""Annex 1 and 2 as facts: which zones a letter asks for, and what is known of each, as printed.

Every number here is already rounded: sums half up (numbers_and_eras.round_half_up), the rows beside them so that they add
up to the sum (largest remainder). Every figure of the letter is the sum of these rows. `None` is unknown and never 0; a sum
with an unknown row is of the others, and `Figures.unknown` counts what it does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.carrier_need import carrier_need
from coverage.figures import in_part
from coverage.gaps import mark_column
from requests_gen.letters.last_year import CarrierHistory
from requests_gen.registry import location, open_registry
from requests_gen.wording import amounts, numbers_and_eras, urgency
from requests_gen.workspace import letters_toml

if TYPE_CHECKING:
    from coverage.result import Result
    from requests_gen.zone_maps import MapFrames


def edge_km(frames: MapFrames, carrier: str, generation: str) -> pd.Series:
    """km from the point of each zone to the carrier's area, as its map states it; NaN without any. Index zone_id."""
    area, zones = frames.coverage[carrier, generation], frames.zones
    metres = [area.distance_m(x, y) for x, y in zip(zones["x"], zones["y"], strict=True)]
    return pd.Series(metres, index=zones.index, dtype=float) / 1000.0


SERVED, PARTLY, UNKNOWN_MARK = "○", "△", "－"
HOMES, ROADS, PLACES, VISITED = "居住", "道路", "施設", "観光"
NOTHING = "－"
ORDER = "municipal_order"


@dataclass(frozen=True)
class ZoneRow:
    """One row of annex 1. marks: one a carrier, in the study's order, of the zones' generation."""

    number: int
    rank: int
    zone_id: str
    municipality: str
    name: str
    kind: str
    marks: tuple[str, ...]
    serving: int
    serving_unknown: int
    people: int | None
    households: int | None
    share_65plus: int | None
    shelters: int | None
    public: int | None
    visited: int | None
    road_km: float | None
    nearest_km: float | None
    designated: str
    subsidy: str
    municipal_order: int | None
    roaming: int | None
    first_year: int
    answer: str
    least: tuple[str, ...] = ()  # which of people and households hold only the part that is known

    @property
    def nobody(self) -> bool:
        """Whether no carrier serves any part of the zone, and that is known."""
        return self.serving == 0 and self.serving_unknown == 0


@dataclass(frozen=True)
class Figures:
    """Sums of annex 1 over the rows that are known; None where nothing is. unknown: {sum: rows it does not hold}."""

    zones: int
    zero_zones: int
    people: int | None
    households: int | None
    shelters: int | None
    public: int | None
    road_km: float | None
    roaming_zones: int  # stands in letters.json, whose names and hash stay
    unknown: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Rest:
    """Zones that the carrier does not serve and that annex 1 leaves out: beyond max_zones, or not ranked."""

    zones: int
    people: int | None
    unknown_zones: int


@dataclass(frozen=True)
class _Zones:
    """What the rows are taken from, by zone_id: table zones; marks, need: of the carriers; designated, subsidy: words;
    partly: which amounts hold only the part that is known."""

    table: pd.DataFrame
    marks: pd.DataFrame
    need: pd.DataFrame
    edge_km: pd.Series
    designated: pd.Series
    subsidy: Mapping[str, str]
    orders: Mapping[str, int]
    first_year: pd.Series
    partly: pd.DataFrame


@dataclass(frozen=True)
class Annex:
    """Annex 1 of one carrier."""

    carrier: str
    generation: str
    rows: tuple[ZoneRow, ...]
    figures: Figures
    rest: Rest


def annex(
    result: Result,
    carrier: str,
    choice: letters_toml.ZoneChoice,
    history: CarrierHistory | None,
    edge_km: pd.Series,
    orders: Mapping[str, int] | None = None,
) -> Annex:
    """The zones that `carrier` does not serve, most urgent first, and their sums.

    history: what this carrier answered last year. edge_km: index zone_id, km. orders: the
    municipalities' own order by zone_id (by default the study's criterion `municipal_order`, if it brings one).
    """
    generation = str(result.study.zones.generation)
    zones = _zones(result, carrier, generation, edge_km, orders)
    mine = zones.marks[carrier]
    lacking = mine.isin(choice.marks) | _lacks_roads(zones.need["road_km"], result.study.ranking.least_road_km)
    ranked = result.ranking["rank"].dropna()
    order = [zone for zone in ranked.index if lacking[zone]][: choice.max_zones]
    printed = _printed(zones.need.loc[order])
    rows = tuple(_row(number, str(zone), int(ranked[zone]), zones, printed, history) for number, zone in enumerate(order, start=1))
    left = lacking.index[lacking & ~lacking.index.isin(order)]
    rest = Rest(
        zones=len(left),
        people=numbers_and_eras.round_half_up(float(zones.need.loc[left, "people"].sum(skipna=False))) if len(left) else 0,
        unknown_zones=int((mine == UNKNOWN_MARK).sum()),
    )
    return Annex(carrier, generation, rows, figures(rows), rest)


def _lacks_roads(road_km: pd.Series, least_km: float) -> pd.Series:
    """Whether the carrier leaves out enough road for a zone to be ranked by it; False where the study ranks by people only."""
    return (road_km >= least_km) & (least_km > 0)


def _zones(result: Result, carrier: str, generation: str, edge_km: pd.Series, orders: Mapping[str, int] | None) -> _Zones:
    table = pd.DataFrame(result.zones.drop(columns="geometry"))
    if orders is None:
        own_order = table[ORDER].dropna() if ORDER in table else pd.Series(dtype=float)
        orders = {str(zone): int(place) for zone, place in own_order.items()}
    grants = urgency.subsidy_of(result, urgency.subsidy_rules(result.study))
    return _Zones(
        table=table,
        marks=pd.DataFrame({key: table[mark_column(generation, key)] for key in result.study.carrier_keys}),
        need=carrier_need(result, carrier, generation),
        edge_km=edge_km,
        designated=urgency.designated_words(table, numbers_and_eras.UNKNOWN, urgency.NO_DESIGNATION.ja),
        subsidy={zone: urgency.SUBSIDY[found.answer].ja for zone, found in grants.items()},
        orders=orders,
        first_year=result.zone_ids.set_index("zone_id")["first_year"],
        partly=pd.DataFrame({name: in_part(table, f"uncovered_{column}") for name, column in LEAST.items()}),
    )


LEAST = {"people": "population", "households": "households"}
SUMS = ("people", "households", "shelters", "public", "road_km")
FIGURE_NAMES = ("zones", "zero_zones", *SUMS, "roaming_zones")  # coverage.figures calls them letter_<name>


def figures(rows: tuple[ZoneRow, ...]) -> Figures:
    """The sums that the letter states: of the printed rows, so that they add up."""
    printed = {name: [getattr(row, name) for row in rows] for name in SUMS}
    known = {name: [value for value in values if value is not None] for name, values in printed.items()}
    sums = {name: sum(values) if values or not rows else None for name, values in known.items()}
    return Figures(
        zones=len(rows),
        zero_zones=sum(row.nobody for row in rows),
        people=sums["people"],
        households=sums["households"],
        shelters=sums["shelters"],
        public=sums["public"],
        road_km=None if sums["road_km"] is None else round(float(sums["road_km"]), 1),
        roaming_zones=sum(bool(row.roaming) for row in rows),
        unknown={name: missing for name in SUMS if known[name] and (missing := sum(_not_whole(row, name) for row in rows))},
    )


def _not_whole(row: ZoneRow, name: str) -> bool:
    return getattr(row, name) is None or name in row.least


def _printed(need: pd.DataFrame) -> pd.DataFrame:
    """people, households and road_km of the rows as printed, adding up to their rounded sums; NaN unknown. Index as `need`.

    need: carrier_need of the rows.
    """
    table = pd.DataFrame(np.nan, index=need.index, columns=["people", "households", "road_km"])
    for name, units in (("people", 1), ("households", 1), ("road_km", 10)):
        known = need[name].dropna()
        table.loc[known.index, name] = np.array(amounts.largest_remainder((known * units).tolist()), float) / units
    return table


def _row(number: int, zone_id: str, rank: int, zones: _Zones, printed: pd.DataFrame, history: CarrierHistory | None) -> ZoneRow:
    zone, need = zones.table.loc[zone_id], zones.need.loc[zone_id]
    marks = tuple(str(sign) for sign in zones.marks.loc[zone_id])
    shelters, public, visited = (numbers_and_eras.round_half_up(need[name]) for name in ("shelters", "public", "visited"))
    people, households = (numbers_and_eras.round_half_up(printed.at[zone_id, name]) for name in ("people", "households"))
    road_km = numbers_and_eras.round_tenths(float(printed.at[zone_id, "road_km"]))
    reply = history.zones.get(zone_id) if history else None
    least = tuple(name for name in LEAST if zones.partly.at[zone_id, name])
    whole = need["people"] > 0 and not least
    kinds = ((HOMES, people), (ROADS, road_km), (PLACES, (shelters or 0) + (public or 0)), (VISITED, visited))
    return ZoneRow(
        number=number,
        rank=rank,
        zone_id=zone_id,
        municipality=str(zone["municipality"]),
        name=str(zone["name"]),
        kind="・".join(word for word, there in kinds if there) or (NOTHING if people == 0 else HOMES),
        marks=marks,
        serving=sum(mark in (SERVED, PARTLY) for mark in marks),
        serving_unknown=marks.count(UNKNOWN_MARK),
        people=people,
        households=households,
        share_65plus=numbers_and_eras.round_half_up(100 * need["elderly"] / need["people"]) if whole else None,
        shelters=shelters,
        public=public,
        visited=visited,
        road_km=road_km,
        nearest_km=numbers_and_eras.round_tenths(float(zones.edge_km[zone_id])),
        designated=str(zones.designated[zone_id]),
        subsidy=zones.subsidy[zone_id],
        municipal_order=zones.orders.get(zone_id),
        roaming=numbers_and_eras.round_half_up(need["roaming"]),
        first_year=(reply.first_year if reply and reply.first_year else int(zones.first_year[zone_id])),
        answer=reply.answer if reply else "",
        least=least,
    )


def municipal_orders(study: Path, year: int) -> dict[str, int] | None:
    """{zone_id: place in its municipality} that the registry holds for `year`; None where it holds none."""
    place = location.existing_registry(location.workspace_of(study))
    if place is None:
        return None
    with open_registry(place) as registry:
        ranks = registry.municipal_order(year)["municipal_rank"].dropna()
    return {str(zone): int(rank) for zone, rank in ranks.items()} or None
