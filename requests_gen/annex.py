"""Annex 1 and 2 as facts: which zones a letter asks for, and what is known of each, as printed.

Every number here is already rounded by the papers' one rule (letter_words.whole); whatever the letter says is
the sum of these rows. `None` is unknown and never 0.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from requests_gen.annex_facts import carrier_need
from requests_gen.letter_history import CarrierHistory
from requests_gen.letter_settings import ZoneChoice
from requests_gen.letter_words import tenths, total, whole

if TYPE_CHECKING:
    from coverage.run import Result

SERVED, PARTLY, UNKNOWN_MARK = "○", "△", "－"
HOMES, PLACES = "居住", "施設"


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
    nearest_km: float | None
    roaming: int | None
    first_year: int
    answer: str

    @property
    def nobody(self) -> bool:
        """Whether no carrier serves any part of the zone, and that is known."""
        return self.serving == 0 and self.serving_unknown == 0


@dataclass(frozen=True)
class Figures:
    """Sums of annex 1. None where one of the rows is unknown."""

    zones: int
    zero_zones: int
    people: int | None
    households: int | None
    shelters: int | None
    roaming_zones: int


@dataclass(frozen=True)
class Rest:
    """Zones that the carrier does not serve and that annex 1 leaves out: beyond max_zones, or not ranked."""

    zones: int
    people: int | None
    unknown_zones: int


@dataclass(frozen=True)
class Annex:
    """Annex 1 of one carrier."""

    carrier: str
    generation: str
    rows: tuple[ZoneRow, ...]
    figures: Figures
    rest: Rest


def annex(
    result: Result, carrier: str, choice: ZoneChoice, history: CarrierHistory | None, edge_km: pd.Series
) -> Annex:
    """The zones that `carrier` does not serve, most urgent first, and their sums.

    history: what this carrier answered last year. edge_km: index zone_id, annex_facts.edge_km.
    """
    generation = str(result.study.zones.generation)
    zones = pd.DataFrame(result.zones.drop(columns="geometry"))
    mine = zones[f"mark_{generation}_{carrier}"]
    lacking = mine.isin(choice.marks)
    ranked = result.ranking["rank"].dropna()
    order = [zone for zone in ranked.index if lacking[zone]][: choice.max_zones]
    need = carrier_need(result, carrier, generation)
    rows = tuple(
        _row(
            number, zones.loc[zone], int(ranked[zone]), need.loc[zone], float(edge_km[zone]), result, history
        )
        for number, zone in enumerate(order, start=1)
    )
    left = lacking.index[lacking & ~lacking.index.isin(order)]
    rest = Rest(
        zones=len(left),
        people=total([whole(float(need.at[zone, "people"])) for zone in left]),
        unknown_zones=int((mine == UNKNOWN_MARK).sum()),
    )
    return Annex(carrier, generation, rows, figures(rows), rest)


def figures(rows: tuple[ZoneRow, ...]) -> Figures:
    """The sums that the letter speaks of."""
    return Figures(
        zones=len(rows),
        zero_zones=sum(row.nobody for row in rows),
        people=total([row.people for row in rows]),
        households=total([row.households for row in rows]),
        shelters=total([row.shelters for row in rows]),
        roaming_zones=sum(bool(row.roaming) for row in rows),
    )


def _row(
    number: int, zone: pd.Series, rank: int, need: pd.Series, km: float, result: Result,
    history: CarrierHistory | None,
) -> ZoneRow:  # fmt: skip
    generation = result.study.zones.generation
    marks = tuple(str(zone[f"mark_{generation}_{key}"]) for key in result.study.carrier_keys)
    people, shelters = whole(need["people"]), whole(need["shelters"])
    reply = history.zones.get(str(zone.name)) if history else None
    first = int(result.zone_ids.set_index("zone_id").at[zone.name, "first_year"])
    kinds = [word for word, there in ((HOMES, people), (PLACES, shelters)) if there]
    return ZoneRow(
        number=number,
        rank=rank,
        zone_id=str(zone.name),
        municipality=str(zone["municipality"]),
        name=str(zone["name"]),
        kind="・".join(kinds) or HOMES,
        marks=marks,
        serving=sum(mark in (SERVED, PARTLY) for mark in marks),
        serving_unknown=marks.count(UNKNOWN_MARK),
        people=people,
        households=whole(need["households"]),
        share_65plus=whole(100 * need["elderly"] / need["people"]) if need["people"] > 0 else None,
        shelters=shelters,
        nearest_km=tenths(km),
        roaming=whole(need["roaming"]),
        first_year=(reply.first_year if reply and reply.first_year else first),
        answer=reply.answer if reply else "",
    )
