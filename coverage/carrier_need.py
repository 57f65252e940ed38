"""What one carrier leaves out in each zone: people, households, elderly people, places, roads. Not yet rounded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from coverage.gaps import nobody_left_out, part_left_out, uncovered_column
from coverage.matrix import Members, layers_by_column
from coverage.zones import facilities as zones_facilities
from geodata.inside import any_contains

if TYPE_CHECKING:
    from coverage.result import Result

ROAMING = "roaming"


def carrier_need(result: Result, carrier: str, generation: str) -> pd.DataFrame:
    """What `carrier` leaves out. Index zone_id; float64 columns, NaN where unknown.

    people, households, elderly (persons 65+): taken with the gap rule of the study, households and elderly in
    the same part of each cell as its people. shelters, public (学校・医療・役場支所・集会所), visited (登山道・観光・
    農林作業): places of the zone whose point lies outside the carrier's layers, of the kinds that were given.
    road_km: 県道以上 and emergency roads outside this carrier's layers, km. roaming: of the people, those whose cell's centre lies in a roaming layer of the
    carrier; NaN where it has none.
    """
    zones = result.zones.index
    cells = result.cells[result.cells["zone_id"] != ""]
    zone = cells["zone_id"]
    left = _left_out(result, cells, carrier, generation)
    part = part_left_out(left, cells["population"])
    open_ = (left.isna() & (cells["population"] > 0)).groupby(zone).any().reindex(zones, fill_value=False)
    outside, road = facilities_outside(result, carrier, generation), f"uncovered_road_km_{carrier}"
    return pd.DataFrame(
        {
            "people": left.groupby(zone).sum(min_count=1).reindex(zones).mask(open_),
            "households": _sum(cells["households"], part, zone).reindex(zones),
            "elderly": _sum(cells["population_65plus"], part, zone).reindex(zones),
            "shelters": _count(outside, zones_facilities.SHELTERING, given_categories(result), zones),
            "public": _count(outside, zones_facilities.MEETING, given_categories(result), zones),
            "visited": _count(outside, zones_facilities.VISITED, given_categories(result), zones),
            "road_km": result.zones.get(road, np.nan),
            "roaming": _roaming(result, carrier, generation, cells, left).reindex(zones),
        },
        index=zones,
    ).astype(float)


def left_part(result: Result, cells: pd.DataFrame, carrier: str, generation: str) -> pd.Series:
    """Which part, 0..1, of the people of each of `cells` the carrier leaves out; households and elderly go with it. NaN unknown."""
    return part_left_out(_left_out(result, cells, carrier, generation), cells["population"])


def _left_out(result: Result, cells: pd.DataFrame, carrier: str, generation: str) -> pd.Series:
    return nobody_left_out(result.gaps.loc[cells.index, uncovered_column(generation, carrier)], cells["population"])


def _sum(amount: pd.Series, part: pd.Series, zone: pd.Series) -> pd.Series:
    """Sum by zone of amount × part; unknown as soon as it is unknown in one cell that leaves somebody out."""
    # a cell that leaves nobody out adds nothing, whether or not its amount is known
    return (amount * part).where(part != 0.0, 0.0).groupby(zone).agg(lambda values: values.sum(skipna=False))


def given_categories(result: Result) -> set[str]:
    """The categories of places that the study's lists speak of: of others nothing is known."""
    named = [zones_facilities.CATEGORIES[spec.kind] for spec in result.study.facilities]
    return set().union(*named) | set(result.facilities["category"])


def _count(outside: pd.DataFrame | None, categories: Sequence[str], given: set[str], zones: pd.Index) -> pd.Series:
    """How many places of these categories are left out in each zone; NaN where no list speaks of them."""
    if outside is None or not given & set(categories):
        return pd.Series(np.nan, index=zones)
    listed = outside[outside["category"].isin(categories)]
    count = listed.loc[listed["outside"], "zone_id"].value_counts().reindex(zones, fill_value=0).astype(float)
    return count.mask(zones.isin(listed.loc[listed["unknown"], "zone_id"]))


def zone_facilities(result: Result) -> pd.DataFrame:
    """Places in the zones' cells (Result.places): zone_id, name, category, x, y. Index facility_id."""
    places = result.places
    cell = zones_facilities.cells_of_facilities(places, result.cells, result.grid)
    table = pd.DataFrame(
        {
            "name": places["name"].astype(str),
            "category": places["category"].astype(str),
            "x": places.geometry.x,
            "y": places.geometry.y,
            "zone_id": cell.map(result.cells["zone_id"]).fillna("").astype(str),
        }
    )
    return table[table["zone_id"] != ""]


def facilities_outside(result: Result, carrier: str, generation: str) -> pd.DataFrame | None:
    """zone_facilities with `outside` and `unknown`; None where the carrier published nothing.

    outside: whether the point lies in no own layer of the carrier; unknown: whether the carrier does not know it there.
    """
    area = _members(result, carrier, generation, result.study.rules.kinds)
    if not result.study.facilities or not area.published:
        return None
    table = zone_facilities(result)
    x, y, shapes = table["x"].to_numpy(float), table["y"].to_numpy(float), result.layers["geometry"].to_numpy(object)
    inside = _inside(shapes[area.rows], x, y)
    unknown = _inside(np.concatenate([shapes[:0], *(shapes[at] for at in area.unknown)]), x, y) & ~inside
    return table.assign(outside=~inside & ~unknown, unknown=unknown)


def _members(result: Result, carrier: str, generation: str, kinds: Sequence[str]) -> Members:
    return layers_by_column(result.layers, [carrier], [generation], kinds)[carrier, generation]


def _inside(shapes: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """bool[n]: whether each point lies in (or on the edge of) one of the shapes."""
    return any_contains(shapes, shapely.points(x, y))


def _roaming(result: Result, carrier: str, generation: str, cells: pd.DataFrame, left: pd.Series) -> pd.Series:
    """People left out whose cell's centre lies in a roaming layer, by zone; empty where there is none."""
    area = _members(result, carrier, generation, [ROAMING])
    shapes = result.layers["geometry"].to_numpy(object)[area.rows]
    if not area.published or ROAMING in result.study.rules.kinds:
        return pd.Series(dtype=float)
    x, y = result.grid.centres(cells["i"].to_numpy(), cells["j"].to_numpy())
    return left.where(_inside(shapes, x, y), 0.0).groupby(cells["zone_id"]).sum(min_count=1)
