"""What people go to in each zone, and how many people it may have later."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.grid import Grid

if TYPE_CHECKING:
    import geopandas as gpd


def facilities_by_cell(facilities: gpd.GeoDataFrame, frame: pd.DataFrame, grid: Grid) -> pd.Series:
    """How many places stand in each cell that has one, each counted once: int, index cell_id."""
    cell = cells_of_facilities(drop_duplicate_places(facilities), frame, grid)
    return cell[cell != ""].astype(frame.index.dtype).value_counts().sort_index()


def drop_duplicate_places(facilities: pd.DataFrame) -> pd.DataFrame:
    """Each place once in each role, in the order given: what every count, list and map of places is made from.

    Two rows are one place where name, point and role are the same. 指定避難所 and 指定緊急避難場所 are one role:
    municipalities designate most sites as both and publish them in two files, and a gym that is in both is still
    one place to flee to. It stands as a shelter, the stricter of the two, whichever file was read first. A school
    that is a shelter keeps both roles, for it is counted among the schools and among the shelters. Points are
    compared exactly: the same name 50 m further on may be the annexe, and nothing is dropped on a guess.
    """
    shelter, category = SHELTERING[0], facilities["category"].astype(str).to_numpy(object)
    listed = pd.DataFrame(
        {
            "name": facilities["name"].astype(str).to_numpy(object),
            "x": facilities.geometry.x.to_numpy(float),
            "y": facilities.geometry.y.to_numpy(float),
            "role": np.where(np.isin(category, SHELTERING), shelter, category),
        }
    )
    shelters_first = listed.iloc[np.argsort(category != shelter, kind="stable")]
    return facilities.iloc[np.sort(shelters_first.index[~shelters_first.duplicated().to_numpy()])]


# what a list of each kind speaks of, even where it holds none
CATEGORIES = {
    "gsi_shelters": {"shelter", "evacuation_site"},
    "schools_p29": {"school"},
    "clinics_p04": {"clinic"},
    "offices_p05": {"office", "hall"},
    "stations_n02": {"station"},
    "own_places": {"trail", "tourism", "worksite"},
}
MEETING = ("school", "clinic", "office", "hall")  # 学校・医療・役場支所・集会所
VISITED = ("trail", "tourism", "worksite")  # 登山道・観光・農林作業
SHELTERING = ("shelter", "evacuation_site")
COUNTED = {"schools": ("school",), "clinics": ("clinic",), "offices": ("office",), "halls": ("hall",), "stations": ("station",)}


def cells_of_facilities(facilities: pd.DataFrame, cells: pd.DataFrame, grid: Grid) -> pd.Series:
    """cell_id of the cell each facility stands in, "" outside the study; index as `facilities`.

    facilities: FACILITIES in the grid's CRS (points).
    """
    names = np.append(cells.index.to_numpy().astype(object), "")
    rows = grid.rows_at(cells, facilities.geometry.x, facilities.geometry.y)
    return pd.Series(names[rows], index=facilities.index, name="cell_id", dtype=object)


def facility_counts(facilities: pd.DataFrame, zone_of_facility: pd.Series, zones: pd.Index, given: Collection[str]) -> pd.DataFrame:
    """How many places of each kind a zone holds; index as `zones`. NaN = no list of that kind was given, 0 = none.

    zone_of_facility: zone_id by facility, "" for none; given: the categories that the lists speak of. Columns:
    `schools`, `clinics`, `offices`, `halls`, `stations`; `public_facilities` (all of 学校・医療・役場支所・集会所
    that were given), `visitors` (1.0 where a trail, tourist place or work site lies in the zone, else 0.0).
    """
    counts = pd.crosstab(zone_of_facility.to_numpy(), facilities["category"].to_numpy()).reindex(zones).fillna(0.0)

    def sum_of(categories: Collection[str]) -> pd.Series:
        told = [category for category in categories if category in given]
        if not told:
            return pd.Series(np.nan, index=zones)
        return counts.reindex(columns=told, fill_value=0.0).sum(axis=1).astype(float)

    table = {name: sum_of(categories) for name, categories in COUNTED.items()}
    visited = sum_of(VISITED)
    table["public_facilities"] = sum_of(MEETING)
    table["visitors"] = (visited > 0).astype(float).where(visited.notna())
    return pd.DataFrame(table, index=zones)


def facility_names(facilities: pd.DataFrame, zone_of_facility: pd.Series, categories: Collection[str]) -> dict[str, list[str]]:
    """Names of the places of `categories` in each zone, in order of name; zones without any are left out."""
    spec = facilities["category"].isin(list(categories)) & (zone_of_facility != "")
    names = facilities.loc[spec, "name"].groupby(zone_of_facility[spec])
    return {str(zone): sorted(group) for zone, group in names}


def future_people(future: pd.DataFrame, cells: pd.DataFrame, block: pd.Series | None, zones: pd.Index) -> pd.DataFrame:
    """`population_<year>` of each zone, for reference; index as `zones`, NaN where a zone has a mesh without figures.

    future: future_population.read; block: the mesh of `future`'s level that holds each cell (None: its own
    cells). A larger mesh is shared out by the people who live in its cells now, since nothing says where in it
    those to come will live; where nobody lives now, evenly.
    """
    inside = cells["zone_id"] != ""
    mesh = pd.Series(cells.index.astype(str), index=cells.index) if block is None else block.astype(str)
    people = cells["population"].fillna(0.0)
    whole = people.groupby(mesh).transform("sum")
    count = mesh.groupby(mesh).transform("size")
    part = (people / whole.where(whole > 0)).fillna(1.0 / count)
    columns = [name for name in future.columns if name.startswith("population_")]
    shares = future[columns].reindex(mesh.to_numpy()).set_axis(cells.index).mul(part, axis=0)
    # a mesh without a row has nobody, as in the census; a blank figure is unknown
    shares.loc[~mesh.isin(future.index).to_numpy()] = 0.0
    summed = shares[inside].groupby(cells.loc[inside, "zone_id"]).agg(lambda values: values.sum(skipna=False))
    return summed.reindex(zones)
