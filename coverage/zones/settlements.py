"""Which place a cell belongs to: the settlement it lies in or the nearest one in its municipality."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from geodata.areas import metric_xy
from geodata.grid import Grid
from geodata.inside import points_in


@dataclass(frozen=True)
class Places:
    """place_id of every cell (index cell_id), and the places: index place_id; municipality_id, name."""

    of_cell: pd.Series
    table: pd.DataFrame


def assign_settlements(
    cells: pd.DataFrame, settlements: pd.DataFrame, municipality_names: pd.Series, grid: Grid, metric_crs: str
) -> Places:
    """Give every cell to a settlement of its own municipality.

    cells: CELLS; settlements: SETTLEMENTS in the grid's CRS with municipality_id filled (points or polygons);
    distances in `metric_crs`, from the cell's centre, ties to the lower settlement_id. A municipality
    without any settlement is one place of its own.
    """
    x, y = grid.centres(cells["i"].to_numpy(), cells["j"].to_numpy())
    centres = shapely.points(metric_xy(x, y, grid.crs, metric_crs))
    settlements = settlements.sort_index()
    shapes = shapely.transform(settlements.geometry.to_numpy(), lambda xy: metric_xy(xy[:, 0], xy[:, 1], grid.crs, metric_crs))
    of_cell = np.empty(len(cells), dtype=object)
    lone = {}
    for municipality, rows in cells.reset_index().groupby("municipality_id").groups.items():
        mine = np.flatnonzero((settlements["municipality_id"] == municipality).to_numpy())
        at = rows.to_numpy()
        if len(mine):
            of_cell[at] = settlements.index.to_numpy()[mine[_nearest(shapes[mine], centres[at])]]
        else:
            place = f"{municipality}|"
            lone[place] = (municipality, municipality_names.get(municipality, municipality))
            of_cell[at] = place
    table = pd.DataFrame(settlements[["municipality_id", "name"]])
    if lone:
        table = pd.concat([table, pd.DataFrame.from_dict(lone, orient="index", columns=["municipality_id", "name"])])
    return Places(pd.Series(of_cell, index=cells.index, name="place_id"), table.rename_axis("place_id"))


def _nearest(shapes: np.ndarray, centres: np.ndarray) -> np.ndarray:
    """Index of the shape nearest to each centre (0 m inside a polygon); the first of equals. int[n]."""
    pairs = shapely.STRtree(shapes).query_nearest(centres, all_matches=True)
    first = np.lexsort((pairs[1], pairs[0]))
    centre, shape = pairs[0][first], pairs[1][first]
    return np.asarray(shape[np.searchsorted(centre, np.arange(len(centres)))])


def assign_contiguous(cells: pd.DataFrame, gap: pd.Series, municipality_names: pd.Series, grid: Grid) -> Places:
    """Where no settlements are given: connected gap cells of one municipality are a place.

    Cells touch by side or corner. A place is named after the municipality and its cell with most people, which
    also is its id: it moves when that cell does (use settlements where identity matters).
    """
    from scipy.ndimage import label

    of_cell = pd.Series("", index=cells.index, name="place_id", dtype=object)
    table = {}
    for municipality, mine in cells[gap].groupby("municipality_id"):
        mask = np.zeros(grid.shape, bool)
        mask[mine["j"], mine["i"]] = True
        labels = label(mask, np.ones((3, 3)))[0][mine["j"], mine["i"]]
        for _, blob in mine.groupby(labels):
            top = blob["population"].fillna(0.0).idxmax()
            place = f"{municipality}|{top}"
            table[place] = (municipality, f"{municipality_names.get(municipality, municipality)} {top}付近")
            of_cell[blob.index] = place
    columns = ["municipality_id", "name"]
    frame = pd.DataFrame.from_dict(table, orient="index", columns=columns).astype(str)
    return Places(of_cell, frame.rename_axis("place_id"))


def settlements_with_municipality(settlements: pd.DataFrame, municipalities: pd.DataFrame) -> pd.Series:
    """municipality_id of each settlement: as given, else by its name's municipality, else by where it lies.

    settlements: SETTLEMENTS with the column municipality_name ("" if unknown); municipalities: MUNICIPALITIES.
    "" where nothing answers. Index as `settlements`.
    """
    known = settlements["municipality_id"].fillna("").astype(str)
    names = municipalities["name"].reset_index()
    # 多気郡大台町 is written 大台町 as often as not
    short = names.assign(name=names["name"].str.replace(r"^.+?郡", "", regex=True))
    names = pd.concat([names, short]).drop_duplicates().drop_duplicates("name", keep=False)
    by_name = settlements.get("municipality_name", pd.Series("", index=settlements.index)).map(names.set_index("name")["municipality_id"])
    found = known.where(known.isin(municipalities.index), by_name).fillna("")
    lost = np.flatnonzero(found == "")
    if len(lost):
        points = shapely.point_on_surface(settlements.geometry.to_numpy()[lost])
        point, town = points_in(municipalities.geometry.to_numpy(), points)
        # on a border the first municipality of the table, said last, stays
        found.iloc[lost[point[::-1]]] = municipalities.index.to_numpy()[town[::-1]]
    return found.astype(str)
