"""Designated and hazardous areas as they hold on a day, and what they mean for a zone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import numpy as np
import pandas as pd
import shapely

from coverage.share import covered_share
from geodata.grid import FloatArray, Grid
from geodata.inside import points_in
from geodata.schema import DISADVANTAGED

HALF = 0.5  # a zone is designated when at least half its people (its land, where nobody lives) are inside
ENDANGERED = 0.1  # … and in danger of landslides when a tenth are
SIGNS = {"depopulated": "過", "remote": "辺", "island": "離", "peninsula": "半", "mountain": "山", "farming": "特", "snow": "豪"}


def overridden(
    areas: pd.DataFrame, overrides: pd.DataFrame, municipalities: pd.DataFrame, replaced: Collection[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """(areas as the office's own list has them, rows of that list that no shape was found for).

    areas: AREAS table with municipality_id and former; overrides: designation_overrides.read; municipalities:
    MUNICIPALITIES in the CRS of `areas`. A row of the list gets the shape of the former municipality in
    `areas` (of any kind), or of the whole municipality where it names none. Of the kinds in `replaced` only
    what the list says holds; of others the list is added, and takes the place of the same designation.
    """
    keyed = areas.assign(
        municipality_id=areas.get("municipality_id", ""), former=_plain(areas.get("former", pd.Series("", index=areas.index)))
    )
    rows, without = [], []
    for number, one in overrides.iterrows():
        shape = _shape_of(one, keyed, municipalities)
        if shape is None:
            without.append(number)
            continue
        name = one["municipality"] + (f"（旧{one['former']}）" if one["former"] else "")
        rows.append({**one[["kind", "valid_from", "valid_to", "source", "municipality_id", "former"]], "name": name, "geometry": shape})
    listed = pd.MultiIndex.from_frame(overrides[["kind", "municipality_id", "former"]])
    same = pd.MultiIndex.from_frame(keyed[["kind", "municipality_id", "former"]]).isin(listed)
    kept = keyed[~(same | keyed["kind"].isin(list(replaced)).to_numpy())]
    together = pd.concat([kept, pd.DataFrame(rows, columns=kept.columns)], ignore_index=True)
    return type(areas)(together, geometry="geometry", crs=getattr(areas, "crs", None)), overrides.loc[without]


def _plain(names: pd.Series) -> pd.Series:
    return names.fillna("").astype(str).str.removeprefix("旧")


def _shape_of(one: pd.Series, areas: pd.DataFrame, municipalities: pd.DataFrame) -> shapely.Geometry | None:
    if not one["former"]:
        found = municipalities.index == one["municipality_id"]
        return municipalities.geometry[found].iloc[0] if found.any() else None
    inside = areas["municipality_id"].isin([one["municipality_id"], ""]) & (areas["former"] == one["former"])
    return shapely.union_all(areas.geometry[inside].to_numpy()) if inside.any() else None


def on_day(areas: pd.DataFrame, day: date) -> pd.DataFrame:
    """The areas that hold on `day`: begun (or no beginning said) and not ended."""
    now = day.isoformat()
    begun = (areas["valid_from"] == "") | (areas["valid_from"] <= now)
    return areas[begun & ((areas["valid_to"] == "") | (areas["valid_to"] >= now))]


def area_shares(areas: pd.DataFrame, cells: pd.DataFrame, grid: Grid, given: Collection[str]) -> pd.DataFrame:
    """Share, 0..1, of every cell inside the union of the areas of each kind; index as `cells`, a column a kind.

    areas: AREAS in the grid's CRS that hold on the day; given: the kinds that were read. A kind that was not
    given is NaN: unknown, not outside.
    """
    row, column = cells["j"].to_numpy(), cells["i"].to_numpy()
    shares = {}
    for kind in sorted(set(given)):
        shapes = areas.geometry[areas["kind"] == kind].to_numpy()
        shares[kind] = covered_share(shapes, grid, repaired=True)[row, column] if len(shapes) else 0.0
    return pd.DataFrame(shares, index=cells.index, dtype=float)


def zone_shares(shares: pd.DataFrame, cells: pd.DataFrame, zones: pd.Index) -> pd.DataFrame:
    """`in_<kind>`: share of each zone's people inside the areas of a kind, 0..1; index as `zones`.

    cells: CELLS with zone_id. People are split by area within a cell; where a zone has no people, or they are
    not known, it is the share of its cells' land.
    """
    inside = cells["zone_id"] != ""
    zone = cells.loc[inside, "zone_id"].to_numpy()
    people = cells.loc[inside, "population"].fillna(0.0).to_numpy()
    land = cells.loc[inside, "land_share"].to_numpy()
    empty = pd.Series(people).groupby(zone).transform("sum").to_numpy() <= 0
    weight = np.where(empty, land, people)
    total = pd.Series(weight).groupby(zone).sum()
    columns = {
        f"in_{kind}": pd.Series(weight * shares.loc[inside, kind].to_numpy()).groupby(zone).sum(min_count=1) / total
        for kind in shares.columns
    }
    return pd.DataFrame(columns).reindex(zones)


def hazard(in_zones: pd.DataFrame) -> pd.Series:
    """1.0 where at least ENDANGERED of a zone's people live in landslide areas, else 0.0; NaN where not given."""
    kinds = [name for name in ("in_landslide", "in_landslide_special") if name in in_zones]
    if not kinds:
        return pd.Series(np.nan, index=in_zones.index, name="hazard")
    # special areas lie inside the ordinary ones: the larger of the two, not their sum
    share = in_zones[kinds].max(axis=1)
    return (share >= ENDANGERED).astype(float).where(share.notna()).rename("hazard")


def designations(in_zones: pd.DataFrame, areas: pd.DataFrame, points: FloatArray) -> pd.DataFrame:
    """What each zone is designated as: index as `in_zones`.

    areas: AREAS that hold on the day; points: float64[n, 2], where each zone is pointed at, in their CRS.
    `designated`: signs 過辺離半山特豪 in that order, "" for none, NaN where no kind was given; `designated_until`:
    the earliest end said of any of them (YYYY-MM-DD or ""); `designated_as`: their names.
    """
    kinds = [kind for kind in DISADVANTAGED if f"in_{kind}" in in_zones]
    if not kinds:
        unknown = pd.Series(np.nan, index=in_zones.index, dtype=object)
        return pd.DataFrame({"designated": unknown, "designated_until": unknown, "designated_as": unknown})
    zone, area = points_in(areas.geometry.to_numpy(), shapely.points(points))
    hits = areas.iloc[area][["kind", "name", "valid_to"]].assign(zone=zone)
    rows = []
    for number, name in enumerate(in_zones.index):
        held = [kind for kind in SIGNS if kind in kinds and in_zones.at[name, f"in_{kind}"] >= HALF]
        here = hits[(hits["zone"] == number) & hits["kind"].isin(held)]
        ends = sorted(end for end in here["valid_to"] if end)
        rows.append(("".join(SIGNS[kind] for kind in held), ends[0] if ends else "", "、".join(dict.fromkeys(here["name"]))))
    return pd.DataFrame(rows, index=in_zones.index, columns=["designated", "designated_until", "designated_as"])
