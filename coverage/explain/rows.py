"""The rows a figure is the sum of: zones, municipalities, cells, places, or the parts of a score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from coverage import totals
from coverage.carrier_need import facilities_outside, left_part, zone_facilities
from coverage.figures import Figure, in_part
from coverage.gaps import mark_column, part_left_out, uncovered_column
from coverage.zones import facilities as zones_facilities
from coverage.zones import tables

if TYPE_CHECKING:
    from coverage.result import Result

RowsOf = Literal["", "zones", "municipalities", "cells", "places", "parts", "rows"]
OWN = ("population", "households", "population_65plus")  # of the cells themselves
WORST = {"uncovered_population": "population", "uncovered_households": "households", "uncovered_65plus": "population_65plus"}
UNKNOWN_OF = {**tables.UNKNOWN_CELLS, "study_unknown_cells": "population"}
COUNTED_PLACES = {
    "shelters": zones_facilities.SHELTERING,
    "public_facilities": zones_facilities.MEETING,
    "carrier_shelters": zones_facilities.SHELTERING,
    "carrier_public": zones_facilities.MEETING,
    **zones_facilities.COUNTED,
}
PLACE_COLUMNS = ["municipality", "name"]


@dataclass(frozen=True)
class Asked:
    """Of what a figure is asked: a zone, a carrier, a generation …; "" where it was not said."""

    zone: str = ""
    carrier: str = ""
    generation: str = ""
    rule: str = ""
    year: str = ""
    criterion: str = ""
    group: str = ""

    def column(self, figure: Figure) -> str:
        """The zones' column of `figure`."""
        return figure.column.format(
            generation=self.generation, carrier=self.carrier, year=self.year, criterion=self.criterion, group=self.group
        )


def rows_behind(result: Result, figure: Figure, asked: Asked) -> tuple[RowsOf, pd.DataFrame]:
    """(what the rows are, the rows): `value` and what tells them apart; the largest first.

    Of a figure that adds up the known `value`s sum to it; what is only counted has no `value`, each row is one. Nothing kept
    that it is made of: no rows.
    """
    if asked.zone:
        return _of_zone(result, figure, asked)
    if figure.of == "zone" and figure.column:
        column = asked.column(figure)
        table = result.ranking if column in result.ranking else result.zones
        return "zones", _zones(result, table[column], column) if column in table else _nothing()
    if figure.key in {"zones_count", "zones_ranked", "zones_no_data", "no_carrier_zones"}:
        return "zones", _zones_counted(result, figure.key, asked)
    if (
        figure.key in totals.OF_RULE
        or figure.key in totals.SHARES
        or figure.key in {"study_population", "study_population_by_area", "no_carrier_official"}
    ):
        return "municipalities", _municipalities(result, figure.key, asked)
    of_zones = result.cells["zone_id"] != "" if figure.of == "zone" else slice(None)
    cells = _of_cells(result, figure, asked, result.cells[of_zones])
    return ("cells", _cells(result, cells)) if cells is not None else ("", _nothing())


def _nothing() -> pd.DataFrame:
    return pd.DataFrame(columns=[*PLACE_COLUMNS, "value"])


def _zones(result: Result, values: pd.Series, column: str) -> pd.DataFrame:
    """Every zone with its `values` (index zone_id); partly: whether they do not hold all of it."""
    zones = result.zones
    return _largest_first(zones[PLACE_COLUMNS].assign(value=values.reindex(zones.index), partly=in_part(zones, column)))


def _largest_first(rows: pd.DataFrame) -> pd.DataFrame:
    try:
        return rows.sort_values("value", ascending=False, kind="stable", na_position="last")
    except TypeError:  # signs and numbers side by side
        return rows


def _zones_counted(result: Result, key: str, asked: Asked) -> pd.DataFrame:
    ranking = result.ranking
    if key == "no_carrier_zones":
        people = result.zones[uncovered_column(asked.generation)]
        unknown = totals.left_out(result, asked.generation).isna().all()
        return result.zones.loc[(people >= totals.LEAST_PEOPLE) & ~unknown, PLACE_COLUMNS]
    counted = {"zones_count": ranking.index, "zones_ranked": ranking.index[ranking["gate"] == ""]}
    ids = counted.get(key, ranking.index[ranking["gate"] == "no_data"])
    return result.zones[PLACE_COLUMNS].reindex(ids)


def _municipalities(result: Result, key: str, asked: Asked) -> pd.DataFrame:
    """Every municipality with its part of the figure; partly: whether it has cells of unknown people."""
    carrier, field = (asked.carrier, key) if key != "no_carrier_official" else ("any_carrier", "uncovered_official")
    if carrier == "best_carrier":  # of the study: each municipality has a best one of its own, which adds up to nothing
        rule = asked.rule or result.summary["rules"]["official"]
        carrier = result.summary["generations"][asked.generation][rule][carrier]["carrier"] or carrier
    rows = []
    for code, counted in result.summary["municipalities"].items():
        if key in {"study_population", "study_population_by_area"}:
            value = counted["population" if key == "study_population" else "population_area_split"]
        else:
            value = totals.municipal(result, code, field, asked.generation, carrier, asked.rule).known
        name = result.municipalities["name"].get(code, code)
        rows.append((code, name, np.nan if value is None else float(value), counted.get("unknown_cells", 0) > 0))
    return _largest_first(pd.DataFrame(rows, columns=["municipality_id", "municipality", "value", "partly"]).set_index("municipality_id"))


def _of_cells(result: Result, figure: Figure, asked: Asked, cells: pd.DataFrame) -> pd.Series | None:
    """What each of `cells` adds to the figure; None where it is not made of cells."""
    key, gaps = figure.key, result.gaps.loc[cells.index]
    generation = asked.generation
    if key in OWN:
        return cells[key]
    if key in UNKNOWN_OF:
        return tables.is_unknown(cells, UNKNOWN_OF[key]).astype(float)
    if key in WORST:
        worst = gaps[[uncovered_column(generation, carrier) for carrier in result.study.carrier_keys]].max(axis=1)
        return worst if key == "uncovered_population" else cells[WORST[key]] * part_left_out(worst, cells["population"])
    if key in {"complete_population", "published_uncovered_population"}:
        return gaps[uncovered_column(generation)]
    if key in {"carrier_uncovered_population", "carrier_uncovered_population_all"}:
        return gaps[uncovered_column(generation, asked.carrier)]
    if key == "carrier_uncovered_households":
        return cells["households"] * left_part(result, cells, asked.carrier, generation)
    if key == "published_no_carrier_population":
        return totals.published_left_out(result, generation).loc[cells.index]
    if key == "no_carrier_population":
        return totals.left_out(result, generation).loc[cells.index]
    if key == "no_carrier_households":
        return cells["households"] * totals.left_out_share(result, generation).loc[cells.index]
    if key.startswith("not_spot_"):
        return cells["population"].where(gaps[f"not_spot_{generation}"] == key.removeprefix("not_spot_"), 0.0)
    return None


def _cells(result: Result, values: pd.Series) -> pd.DataFrame:
    """The cells that add something or are unknown: index cell_id; municipality, zone_id, population, value."""
    kept = values[~(values == 0)]
    cells = result.cells.loc[kept.index]
    names = cells["municipality_id"].map(result.municipalities["name"]).fillna("")
    table = pd.DataFrame({"municipality": names, "zone_id": cells["zone_id"], "population": cells["population"], "value": kept})
    return _largest_first(table)


def _of_zone(result: Result, figure: Figure, asked: Asked) -> tuple[RowsOf, pd.DataFrame]:
    key, zone = figure.key, asked.zone
    if key in COUNTED_PLACES:
        return "places", _places(result, figure, asked)
    if key in {"score", "rank", "score_group"}:
        row = result.ranking.loc[zone]
        groups = {f"score_{each.key}": each.group for each in result.study.ranking.all_criteria}
        return "parts", _parts(
            {f: row[f] for f in result.ranking.columns if f.startswith("score_") and asked.group in {"", groups.get(str(f), "")}}
        )
    if key in {"carriers_missing", "carriers_unknown", "serving_carriers"}:
        marks = {mark_column(asked.generation, carrier): carrier for carrier in result.study.carrier_keys}
        return "parts", _parts({f"mark_{carrier}": result.zones.at[zone, column] for column, carrier in marks.items()})
    if key == "share_65plus":
        return "parts", _parts({name: result.zones.at[zone, name] for name in ("population_65plus", "population")})
    values = _of_cells(result, figure, asked, result.cells[result.cells["zone_id"] == zone])
    return ("cells", _cells(result, values)) if values is not None else ("", _nothing())


def _parts(values: dict[str, object]) -> pd.DataFrame:
    return pd.DataFrame({"name": list(values), "value": list(values.values())})


def _places(result: Result, figure: Figure, asked: Asked) -> pd.DataFrame:
    listed = zone_facilities(result) if figure.column else facilities_outside(result, asked.carrier, asked.generation)
    if listed is None:
        return _nothing()
    rows = listed[(listed["zone_id"] == asked.zone) & listed["category"].isin(COUNTED_PLACES[figure.key])]
    value = 1.0 if figure.column else rows["outside"].astype(float).mask(rows["unknown"])
    return rows.assign(value=value)[["name", "category", "value"]]
