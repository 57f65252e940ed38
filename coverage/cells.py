"""The cells of a study: whose land they are, and who lives there.

Two ways to share out a cell on a border are kept side by side, and both conserve people: the official one
gives the whole cell to the municipality with the largest area in it, the area split gives each its part.
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


# A share below this is float noise; a cell with less land than that of a carpet is no cell of the study
LEAST_SHARE = 1e-12
LEAST_LAND_SHARE = 1e-6


@dataclass(frozen=True)
class Cells:
    """The cells counted in the study, and what each municipality (neighbours too) has of every cell.

    frame: a CELLS table. memberships: one row per (cell, municipality) that touch: `flat` index in the grid,
    `municipality_id`, `share` of the cell 0..1, `in_study`, `population` by area split (persons, NaN unknown).
    source_population = people in `frame` + outside_population = people split to the study + outside_split.
    doubtful: cell_id of inhabited cells that are less than half known land of the study, the rest being sea or
    a neighbour whose boundary was not given (a prefecture cut of the census has no such doubt).
    """

    frame: pd.DataFrame
    memberships: pd.DataFrame
    source_population: float
    outside_population: float
    outside_split: float
    doubtful: pd.Index


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
    the study's own. A cell goes to the municipality with the largest area in it, ties to the lower id; it is
    a cell of the study when that municipality is. A cell the source covers but has no row for holds nobody;
    a cell it does not cover is unknown (NaN).
    """
    memberships = municipality_shares(municipalities, grid)
    memberships["in_study"] = memberships["municipality_id"].isin(in_study)
    frame = _largest_owner(memberships, grid)
    frame = _with_people(frame, population, grid)
    memberships = _split_people(memberships, population, grid)
    source = float(population.frame["population"].sum())
    split = float(memberships.loc[memberships["in_study"], "population"].sum())
    study_cells = frame[frame["in_study"] & (frame["land_share"] >= LEAST_LAND_SHARE)]
    inside = float(study_cells["population"].sum())
    doubtful = _doubtful(frame, memberships, population)
    study_cells = check(CELLS, study_cells.drop(columns=["in_study", "flat"]))
    return Cells(study_cells, memberships, source, source - inside, source - split, doubtful)


def _doubtful(frame: pd.DataFrame, memberships: pd.DataFrame, population: Population) -> pd.Index:
    """Inhabited study cells that may in truth lie mostly in a neighbour that nobody told us of."""
    if any(len(code) == 2 for code in population.covers):
        return frame.index[:0]
    known_land = memberships.groupby("flat")["share"].sum().reindex(frame["flat"]).to_numpy()
    open_rest = (known_land < 0.999) & (frame["land_share"].to_numpy() < 0.5)
    return frame.index[open_rest & frame["in_study"].to_numpy() & (frame["population"] > 0).to_numpy()]


def _largest_owner(memberships: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """One row a cell: flat, i, j, municipality_id of the largest share, land_share of the study's own land."""
    own_land = memberships["share"].where(memberships["in_study"], 0.0).groupby(memberships["flat"]).sum()
    ordered = memberships.sort_values(["flat", "share", "municipality_id"], ascending=[True, False, True])
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


def _with_people(frame: pd.DataFrame, population: Population, grid: Grid) -> pd.DataFrame:
    """The people of each cell: the source's row, 0 where it covers the cell without a row, else unknown."""
    frame = frame.set_index(cell_ids(frame["flat"].to_numpy(), population, grid))
    people = population.frame.reindex(frame.index)
    spoken_for = covered_by_source(frame.index, population)
    without_row = ~frame.index.isin(population.frame.index)
    for column in ("population", "households", "population_65plus"):
        has_column = population.frame[column].notna().any()
        empty = without_row & spoken_for & has_column
        frame[column] = people[column].astype(float).mask(empty, 0.0)
    frame["age_basis"] = people["age_basis"].fillna("").astype(str)
    return frame


def covered_by_source(cell_id: pd.Index, population: Population) -> np.ndarray:
    """Whether the source speaks for each cell, so that a missing row means nobody lives there: bool[n]."""
    if population.level is None:
        # a raster has a value or says "no data" for every cell: no data is unknown, not empty
        return np.zeros(len(cell_id), bool)
    meshes = {code for code in population.covers if len(code) == 4}
    if meshes != population.covers:
        # a prefecture cut speaks for the whole prefecture
        return np.ones(len(cell_id), bool)
    return np.asarray(pd.Series(cell_id).str[:4].isin(meshes))


def _split_people(memberships: pd.DataFrame, population: Population, grid: Grid) -> pd.DataFrame:
    """Each municipality's people by area: the cell's people × its share ÷ all known land of the cell."""
    names = cell_ids(memberships["flat"].to_numpy(), population, grid)
    land = memberships.groupby("flat")["share"].transform("sum")
    people = population.frame["population"].reindex(names).to_numpy(float)
    return memberships.assign(cell_id=names, population=people * memberships["share"] / land)


def land_area_m2(frame: pd.DataFrame, row_area_m2: FloatArray) -> pd.Series:
    """Land of each cell in m²: CELLS table and the area of a cell in each row of the grid (float64[ny])."""
    return pd.Series(row_area_m2[frame["j"].to_numpy()] * frame["land_share"].to_numpy(), index=frame.index)
