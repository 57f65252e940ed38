"""The cells of a study: whose land they are, and who lives there.

Two ways to share out a cell on a border are kept side by side, and both conserve people: the official one
gives the whole cell to the municipality with the largest area in it, the area split gives each its part. A file cut by
prefecture holds only that prefecture's people, so with such a file only its own municipalities can have them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from coverage.share import covered_share
from geodata import mesh
from geodata.grid import FloatArray, Grid
from geodata.schema import CELLS, Population, check

OFFICIAL_LEVEL = 500  # metres: the mesh on which the official rule counts


def official_block(cell_id: pd.Index, level: int | None) -> pd.Series | None:
    """The 500 m mesh that holds each cell, or None where cells are as large as that or larger, or no meshes."""
    if level is None or level >= OFFICIAL_LEVEL or OFFICIAL_LEVEL % level:
        return None
    codes = mesh.parent(cell_id.to_numpy().astype(np.int64), level, OFFICIAL_LEVEL)
    return pd.Series(codes, index=cell_id)


# A share below this is float noise (edges along a cell's line gave 2e-12); a cell with less land than that of a carpet is
# no cell of the study
LEAST_SHARE = 1e-9
LEAST_LAND_SHARE = 1e-6


@dataclass(frozen=True)
class Cells:
    """The cells counted in the study, and what each municipality (neighbours too) has of every cell.

    frame: a CELLS table. memberships: one row per (cell, municipality) that touch: `flat` index in the grid,
    `municipality_id`, `share` of the cell 0..1, `in_study`, `population` by area split (persons, NaN unknown).
    source_population = people in `frame` + outside_population = people split to the study + outside_split.
    doubtful: cell_id of inhabited cells that are less than half known land of the study, the rest being sea or
    a neighbour whose boundary was not given (a prefecture cut of the census has no such doubt).
    outside: why rows of the source are not counted, index OUTSIDE; `cells` (rows), `people` (persons known, summing up to
    outside_population), `unknown` (rows whose people are not known), `first` (some of their codes).
    beside: people of a cell of the study who are another municipality's: where a study has several prefectures whose files
    are cut so, the other prefecture's part of a border cell; index cell_id, `municipality_id`, `population`.
    unread: what of the source no file was read for: index first-order mesh or prefecture, `cells` of the study in it,
    `municipalities` they belong to; the people of these cells are unknown.
    """

    frame: pd.DataFrame
    memberships: pd.DataFrame
    source_population: float
    outside_population: float
    outside_split: float
    doubtful: pd.Index
    outside: pd.DataFrame
    unread: pd.DataFrame
    beside: pd.DataFrame


def municipality_shares(municipalities: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """What part of which cell each municipality has: columns flat (j·nx+i), municipality_id, share 0..1.

    municipalities: MUNICIPALITIES table in the grid's CRS. Each is measured only in the window it lies in.
    """
    flats, owners, shares = [], [], []
    for municipality_id, geometry in municipalities.geometry.items():
        window, i0, j0 = _window(geometry.bounds, grid)
        if window is None:
            continue
        part = covered_share(np.array([geometry], dtype=object), window)
        j, i = np.nonzero(part > LEAST_SHARE)
        flats.append((j + j0) * grid.nx + i + i0)
        owners.append(np.full(len(i), municipality_id, dtype=object))
        shares.append(part[j, i])
    if not flats:
        return pd.DataFrame({"flat": np.empty(0, int), "municipality_id": "", "share": np.empty(0)})
    return pd.DataFrame({"flat": np.concatenate(flats), "municipality_id": np.concatenate(owners), "share": np.concatenate(shares)})


def _window(bounds: tuple[float, float, float, float], grid: Grid) -> tuple[Grid | None, int, int]:
    """The part of `grid` that `bounds` touches, and its first column and row."""
    i0 = max(int(np.floor((bounds[0] - grid.west) / grid.dx)), 0)
    j0 = max(int(np.floor((bounds[1] - grid.south) / grid.dy)), 0)
    i1 = min(int(np.ceil((bounds[2] - grid.west) / grid.dx)), grid.nx)
    j1 = min(int(np.ceil((bounds[3] - grid.south) / grid.dy)), grid.ny)
    if i1 <= i0 or j1 <= j0:
        return None, 0, 0
    return grid.window(i0, j0, i1 - i0, j1 - j0), i0, j0


def build_cells(population: Population, municipalities: pd.DataFrame, in_study: frozenset[str], grid: Grid) -> Cells:
    """Cells with people, land and municipality.

    municipalities: MUNICIPALITIES in the grid's CRS, the study's own and known neighbours; in_study: ids of
    the study's own. A cell goes to the municipality with the largest area in it (of those whose people the source
    holds there), ties to the lower id; it is a cell of the study when that municipality is. A cell the source covers
    but has no row for holds nobody; a cell it does not cover is unknown (NaN).
    """
    own = own_prefectures(population, in_study)
    people = people_of(population, own)
    memberships = municipality_shares(municipalities, grid)
    memberships["in_study"] = memberships["municipality_id"].isin(in_study)
    memberships["may_own"] = memberships["municipality_id"].str[:2].isin(own) if own else True
    frame = _largest_owner(memberships, grid)
    frame = _with_people(frame, people, population, grid)
    beside = _beside(frame, memberships, population, own, grid)
    memberships = _split_people(memberships, people, population, own, grid).drop(columns="may_own")
    source = float(population.frame["population"].sum())
    split = float(memberships.loc[memberships["in_study"], "population"].sum())
    study_cells = frame[frame["in_study"] & (frame["land_share"] >= LEAST_LAND_SHARE)]
    inside = float(study_cells["population"].sum())
    doubtful = _doubtful(study_cells, memberships, population)
    unread = _unread(study_cells, population)
    outside = _outside(frame, study_cells.index, people, population, own, grid)
    study_cells = check(CELLS, study_cells.drop(columns=["in_study", "flat"]))
    beside = beside[beside.index.isin(study_cells.index)]
    return Cells(study_cells, memberships, source, source - inside, source - split, doubtful, outside, unread, beside)


def own_prefectures(population: Population, in_study: frozenset[str]) -> frozenset[str]:
    """The prefectures of a study whose own people the files hold; empty where the files are not cut by prefecture."""
    return frozenset(code for code in population.covers if len(code) == 2) & {name[:2] for name in in_study}


def people_of(population: Population, own: frozenset[str]) -> pd.DataFrame:
    """The source's rows that can be people of the study: of files cut by prefecture only those of its own.

    A POPULATION table; parts of one cell are added up, unknown if any part is.
    """
    mine = [table for code, table in population.by_prefecture.items() if code in own]
    if len(mine) == len(population.by_prefecture) or not mine:
        return population.frame
    if len(mine) == 1:
        return mine[0]
    joined = pd.concat(mine)
    sums = joined[["population", "households", "population_65plus"]].groupby(level=0).agg(lambda part: part.sum(skipna=False))
    grouped = (joined["age_basis"] == "group").groupby(level=0).any()
    basis = np.where(sums["population_65plus"].isna(), "", np.where(grouped, "group", "own"))
    return sums.assign(age_basis=basis).rename_axis("cell_id")


def _beside(frame: pd.DataFrame, memberships: pd.DataFrame, population: Population, own: frozenset[str], grid: Grid) -> pd.DataFrame:
    """Cells.beside: each prefecture's part of a cell belongs to the largest municipality of that prefecture in it."""
    tables = {code: table for code, table in population.by_prefecture.items() if code in own}
    if len(tables) < 2:
        return pd.DataFrame({"municipality_id": pd.Series(dtype=object), "population": pd.Series(dtype=float)}).rename_axis("cell_id")
    mine = memberships[memberships["in_study"]].sort_values(["flat", "share", "municipality_id"], ascending=[True, False, True])
    found = []
    for code, table in sorted(tables.items()):
        largest = mine[mine["municipality_id"].str[:2] == code].drop_duplicates("flat")
        largest = largest.set_index(cell_ids(largest["flat"].to_numpy(), population, grid))["municipality_id"]
        owner = frame["municipality_id"].reindex(table.index)
        there = table.index.isin(largest.index) & (owner.str[:2] != code).to_numpy() & (table["population"] > 0).to_numpy()
        found.append(pd.DataFrame({"municipality_id": largest.reindex(table.index[there]), "population": table["population"][there]}))
    return pd.concat(found).rename_axis("cell_id")


def _doubtful(study_cells: pd.DataFrame, memberships: pd.DataFrame, population: Population) -> pd.Index:
    """Inhabited study cells that may in truth lie mostly in a neighbour that nobody told us of."""
    if any(len(code) == 2 for code in population.covers):
        return study_cells.index[:0]
    known_land = memberships.groupby("flat")["share"].sum().reindex(study_cells["flat"]).to_numpy()
    open_rest = (known_land < 0.999) & (study_cells["land_share"].to_numpy() < 0.5)
    return study_cells.index[open_rest & (study_cells["population"] > 0).to_numpy()]


# why a row of the source is not counted: a known neighbour has most of its cell; it holds another prefecture's people; its
# cell touches no municipality that was given; it touches one by less land than a carpet; it lies beyond the study's rectangle
OUTSIDE = ("neighbour", "other_prefecture", "nowhere", "sliver", "beyond")
PLACES_NAMED = 20


def _outside(
    frame: pd.DataFrame, counted: pd.Index, people: pd.DataFrame, population: Population, own: frozenset[str], grid: Grid
) -> pd.DataFrame:
    """Rows of the source that are not counted, by reason (Cells.outside)."""
    left = people[~people.index.isin(counted)]
    touched = frame[["in_study"]].reindex(left.index)["in_study"]
    reason = np.select([touched.eq(True), touched.eq(False)], ["sliver", "neighbour"], "nowhere").astype(object)
    if population.level is not None and len(left):
        west, south, east, north = mesh.cell_bounds(left.index.to_numpy().astype(np.int64), population.level)
        within = grid.locate((west + east) / 2, (south + north) / 2)[2]
        reason[(reason == "nowhere") & ~within] = "beyond"
    rows = pd.DataFrame({"reason": reason, "people": left["population"].to_numpy(float), "cell_id": left.index})
    others = [] if people is population.frame else [table for code, table in population.by_prefecture.items() if code not in own]
    count = sum(len(table) for table in others)
    found = rows.groupby("reason").agg(
        cells=("people", "size"), people=("people", "sum"), unknown=("people", lambda values: int(values.isna().sum()))
    )
    named = {str(reason): [str(name) for name in part["cell_id"][:PLACES_NAMED]] for reason, part in rows.groupby("reason")}
    table = found.reindex(list(OUTSIDE), fill_value=0).assign(first=[named.get(name, []) for name in OUTSIDE])
    if count:
        # the difference, so that read = counted + outside to the person
        rest = float(population.frame["population"].sum()) - float(people["population"].sum())
        unknown = sum(int(one["population"].isna().sum()) for one in others)
        table.loc["other_prefecture", ["cells", "people", "unknown"]] = [count, rest, unknown]
        table.at["other_prefecture", "first"] = [str(name) for one in others for name in one.index[:PLACES_NAMED]][:PLACES_NAMED]
    return table.astype({"cells": int, "people": float, "unknown": int}).rename_axis("reason")


def _unread(study_cells: pd.DataFrame, population: Population) -> pd.DataFrame:
    """What of the source no file was read for (Cells.unread)."""
    silent = study_cells[~covered_by_source(study_cells.index, study_cells["municipality_id"], population)]
    if population.level is None or not len(silent):
        return pd.DataFrame({"cells": pd.Series(dtype=int), "municipalities": pd.Series(dtype=object)}).rename_axis("part")
    by_mesh = any(len(code) == 4 for code in population.covers) or not population.covers
    part = pd.Series(silent.index.str[:4] if by_mesh else silent["municipality_id"].str[:2], index=silent.index)
    groups = silent["municipality_id"].groupby(part.to_numpy())
    return pd.DataFrame({"cells": groups.size(), "municipalities": groups.agg(lambda ids: sorted(set(ids)))}).rename_axis("part")


def _largest_owner(memberships: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """One row a cell: flat, i, j, municipality_id of the largest share, land_share of the study's own land."""
    own_land = memberships["share"].where(memberships["in_study"], 0.0).groupby(memberships["flat"]).sum()
    by = ["flat", "may_own", "share", "municipality_id"]
    ordered = memberships.sort_values(by, ascending=[True, False, False, True])
    owner = ordered.drop_duplicates("flat").reset_index(drop=True)
    flat = owner["flat"].to_numpy()
    return pd.DataFrame(
        {
            "flat": flat,
            "i": flat % grid.nx,
            "j": flat // grid.nx,
            # shares of neighbours along one line may add up to 1 + 1e-12
            "land_share": own_land.reindex(flat).clip(0.0, 1.0).to_numpy(),
            "municipality_id": owner["municipality_id"].astype(str).to_numpy(),
            "in_study": owner["in_study"].to_numpy(bool),
        }
    )


def cell_ids(flat: np.ndarray, population: Population, grid: Grid) -> pd.Index:
    """Names of cells: mesh codes, or r{row}c{column} where the grid is a raster's."""
    i, j = flat % grid.nx, flat // grid.nx
    if population.level is None:
        names = [f"r{row}c{column}" for row, column in zip(j, i, strict=True)]
        return pd.Index(names, name="cell_id", dtype=str)
    codes = mesh.codes_at(population.level, i, j, grid)
    return pd.Index(codes.astype(str), name="cell_id", dtype=str)


def _with_people(frame: pd.DataFrame, rows: pd.DataFrame, population: Population, grid: Grid) -> pd.DataFrame:
    """The people of each cell: its row in `rows`, 0 where the source covers it without a row, else unknown."""
    frame = frame.set_index(cell_ids(frame["flat"].to_numpy(), population, grid))
    people = rows.reindex(frame.index)
    spoken_for = covered_by_source(frame.index, frame["municipality_id"], population)
    without_row = ~frame.index.isin(rows.index)
    for column in ("population", "households", "population_65plus"):
        has_column = rows[column].notna().any()
        empty = without_row & spoken_for & has_column
        frame[column] = people[column].astype(float).mask(empty, 0.0)
    frame["age_basis"] = people["age_basis"].fillna("").astype(str)
    return frame


def covered_by_source(cell_id: pd.Index, municipality_id: pd.Series, population: Population) -> np.ndarray:
    """Whether the source speaks for each cell, so that a missing row means nobody lives there: bool[n].

    municipality_id: whose each cell is, in the same order.
    """
    if population.level is None:
        # a raster has a value or says "no data" for every cell: no data is unknown, not empty, unless the study says so
        return np.full(len(cell_id), bool(population.covers))
    meshes = {code for code in population.covers if len(code) == 4}
    prefectures = population.covers - meshes
    by_mesh = np.asarray(pd.Series(cell_id, dtype=object).astype(str).str[:4].isin(meshes))
    if not prefectures:
        return by_mesh
    # a prefecture cut speaks for that whole prefecture; where the municipalities have no such codes, for all of them
    own = municipality_id.astype(str).str[:2].isin(prefectures).to_numpy(bool)
    return by_mesh | (own if own.any() else True)


def _split_people(memberships: pd.DataFrame, rows: pd.DataFrame, population: Population, own: frozenset[str], grid: Grid) -> pd.DataFrame:
    """Each municipality's people by area: the cell's people × its share ÷ all land of the cell that may have them.

    Of files cut by prefecture, each prefecture's part is split among its own municipalities.
    """
    names = cell_ids(memberships["flat"].to_numpy(), population, grid)
    tables = {code: table for code, table in population.by_prefecture.items() if code in own}
    if len(tables) > 1:
        prefecture = memberships["municipality_id"].str[:2]
        people = np.full(len(memberships), np.nan)
        for code, table in tables.items():
            here = (prefecture == code).to_numpy()
            people[here] = table["population"].reindex(names[here]).to_numpy(float)
        land = memberships["share"].groupby([memberships["flat"], prefecture]).transform("sum")
        parts = np.where(memberships["may_own"], people * memberships["share"] / land, 0.0)
        return memberships.assign(cell_id=names, population=parts)
    share = memberships["share"].where(memberships["may_own"], 0.0)
    land = share.groupby(memberships["flat"]).transform("sum")
    people = rows["population"].reindex(names).to_numpy(float)
    # where no municipality may have them (a row on the far side of the border) nobody gets a part
    return memberships.assign(cell_id=names, population=people * np.where(land > 0, share / land.where(land > 0), 0.0))


def land_area_m2(frame: pd.DataFrame, row_area_m2: FloatArray) -> pd.Series:
    """Land of each cell in m²: CELLS table and the area of a cell in each row of the grid (float64[ny])."""
    return pd.Series(row_area_m2[frame["j"].to_numpy()] * frame["land_share"].to_numpy(), index=frame.index)
