"""Where each figure of a letter comes from: the rows of annex 1 that it is the sum of, and why each row is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.errors import Text
from requests_gen.annex import Annex, ZoneRow

if TYPE_CHECKING:
    from coverage.run import Result


@dataclass(frozen=True)
class Traced:
    """A figure of the letter. rows: (zone_id, what it adds), None where it is unknown; the figure is their sum."""

    name: Text
    short: Text
    unit: Text
    value: int | None
    rows: tuple[tuple[str, int | None], ...]


def traced(zones: Annex) -> list[Traced]:
    """The letter's figures, in its order, each with the rows of annex 1 it is the sum of."""
    figures = zones.figures
    places, people = Text("地区", "zones"), Text("人", "people")
    return [
        Traced(Text("要望する地区", "Zones asked for"), Text("地区数", "Zones"), places, figures.zones, _rows(zones, lambda row: 1)),
        Traced(
            Text("うち、どの社も利用できない地区", "Of them, without any carrier"), Text("0社の地区", "No carrier"), places, figures.zero_zones,
            _rows(zones, lambda row: int(row.nobody)),
        ),
        Traced(Text("エリア外人口（推計）", "People left out"), Text("人口", "People"), people, figures.people, _rows(zones, lambda row: row.people)),
        Traced(
            Text("エリア外世帯（推計）", "Households left out"), Text("世帯", "Households"), Text("世帯", "households"), figures.households,
            _rows(zones, lambda row: row.households),
        ),
        Traced(
            Text("エリアに入らない避難所等", "Shelters left out"), Text("避難所等", "Shelters"), Text("か所", "places"), figures.shelters,
            _rows(zones, lambda row: row.shelters),
        ),
    ]  # fmt: skip


def reason(row: ZoneRow, zones: Annex, result: Result) -> Text:
    """Why annex 1 holds the row: what its carrier leaves out, its mark, its rank."""
    mark = row.marks[result.study.carrier_keys.index(zones.carrier)]
    said = {"×": Text("全域がエリア外", "outside"), "△": Text("一部がエリア外", "partly outside")}[mark]
    others = Text(
        f"提供事業者{row.serving}社" + (f"（不明{row.serving_unknown}社）" if row.serving_unknown else ""),
        f"carriers serving it: {row.serving}"
        + (f" ({row.serving_unknown} unknown)" if row.serving_unknown else ""),
    )
    return Text(
        f"この社は{zones.generation}の{said.ja}（{mark}）、{others.ja}、優先順位{row.rank}位",
        f"{zones.generation} of this carrier: {said.en} ({mark}); {others.en}; rank {row.rank}",
    )


def _rows(zones: Annex, part) -> tuple[tuple[str, int | None], ...]:  # type: ignore[no-untyped-def]
    return tuple((row.zone_id, part(row)) for row in zones.rows)
