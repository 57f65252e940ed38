"""Zones: places with a gap. A zone is a place, not a blob, so it keeps its identity when coverage moves."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from coverage.gaps import ANY, mark_column, part_left_out, uncovered_column
from geodata.areas import metric_xy
from geodata.errors import DataError, Text
from geodata.grid import Grid

MARK_COVERED, MARK_LACKING = 0.95, 0.05
LAST_NUMBER = 999
# how many of a zone's cells are missing from a sum: {column of the zones: column of the cells}
UNKNOWN_CELLS = {
    "unknown_people_cells": "population",
    "unknown_households_cells": "households",
    "unknown_65plus_cells": "population_65plus",
}


def gap_cells(
    cells: pd.DataFrame, shares: pd.DataFrame, facilities_in: pd.Series, carriers: list[str], least_uncovered: float
) -> pd.Series:
    """Which cells need something: bool, index as `cells`.

    A cell counts when more than `least_uncovered` of its land is outside some carrier's layer and somebody
    lives there, or nobody knows whether somebody does, or a facility stands there (facilities_in: number of
    facilities by cell_id).
    """
    lacking = (shares[carriers] < 1.0 - least_uncovered).any(axis=1)
    needed = ~(cells["population"] == 0) | (facilities_in.reindex(cells.index).fillna(0) > 0)
    return (lacking & needed).rename("gap")


def assign_ids(places: pd.DataFrame, known: pd.DataFrame, year: int) -> pd.DataFrame:
    """The list of zone ids with an id for every place in `places`; nothing in `known` changes.

    places: index place_id; municipality_id, name. known: zone_ids.COLUMNS as kept from earlier runs. New
    places get the next number of their municipality in the order of place_id. Ids are never reused.
    """
    key = pd.MultiIndex.from_arrays([places["municipality_id"], places.index])
    have = pd.MultiIndex.from_frame(known[["municipality_id", "place_id"]])
    new = places[~key.isin(have)].sort_index()
    last = known["zone_id"].str[-3:].astype(int).groupby(known["municipality_id"]).max()
    start = new["municipality_id"].map(last).fillna(0).astype(int)
    number = start + new.groupby("municipality_id").cumcount() + 1
    if (number > LAST_NUMBER).any():
        raise _too_many(str(new["municipality_id"][number > LAST_NUMBER].iloc[0]))
    rows = pd.DataFrame(
        {
            "zone_id": new["municipality_id"] + "-" + number.astype(str).str.zfill(3),
            "municipality_id": new["municipality_id"],
            "place_id": new.index,
            "name": new["name"],
            "first_year": str(year),
        },
        dtype=str,
    )
    return pd.concat([known, rows.sort_values("zone_id")], ignore_index=True)


def _too_many(municipality: str) -> DataError:
    return DataError(
        "zone-ids-used-up",
        Text(f"市町村 {municipality} の地区が{LAST_NUMBER}を超えます", f"municipality {municipality} has more than {LAST_NUMBER} zones"),
        Text(
            "地区の単位を大字などに大きくするか、[zones] least_uncovered_share を大きくしてください。",
            "take larger settlements, or a larger least_uncovered_share in [zones]",
        ),
    )


def zone_of_cells(gap: pd.Series, place_id: pd.Series, municipality_id: pd.Series, ids: pd.DataFrame) -> pd.Series:
    """zone_id of each gap cell, "" elsewhere. Index as `gap`."""
    key = pd.MultiIndex.from_arrays([municipality_id, place_id])
    lookup = ids.set_index(["municipality_id", "place_id"])["zone_id"]
    return pd.Series(np.where(gap, lookup.reindex(key).to_numpy(), ""), index=gap.index, name="zone_id").astype(str)


def zone_table(
    cells: pd.DataFrame,
    gaps: pd.DataFrame,
    ids: pd.DataFrame,
    municipality_names: pd.Series,
    carriers: list[str],
    generations: list[str],
    main: str,
    shares: pd.DataFrame,
) -> pd.DataFrame:
    """One row a zone: its people, and who leaves how many of them out. Index zone_id.

    cells: CELLS table with zone_id; gaps: the gap tables of all generations; shares: of the cells' land, columns
    (carrier, generation). Where nobody lives, or nobody knows who does, the marks are by land: a road has no people.
    Persons and households are sums over the zone's gap cells of which they are known, and UNKNOWN_CELLS count the
    others: what they hold comes on top. A share of which a part is unknown is NaN. People left out are NaN where the
    carrier does not know it of somebody there; `mark_<generation>_<carrier>`: ○ served, △ in part, × not, － unknown.
    `uncovered_population` is what the carrier that leaves most people out leaves out in the `main`
    generation; `complete_population` what all of them do (NaN when a carrier has not published).
    """
    inside = cells["zone_id"] != ""
    cells, gaps = cells[inside], gaps[inside]
    zone = cells["zone_id"]
    people = [uncovered_column(generation, carrier) for generation in generations for carrier in (ANY, *carriers)]
    left_out = _sum(gaps[people], zone).mask(_unknown_people(gaps[people], cells["population"]).groupby(zone).any())
    table = pd.concat([_sum(cells[["population", "households", "population_65plus"]], zone), left_out], axis=1)
    places = ids.set_index("zone_id").reindex(table.index)
    table.insert(0, "name", places["name"])
    table.insert(1, "municipality_id", places["municipality_id"])
    table.insert(2, "municipality", places["municipality_id"].map(municipality_names))
    land = cells["land_share"].groupby(zone).sum()
    for generation in generations:
        for carrier in carriers:
            uncovered = table[uncovered_column(generation, carrier)]
            lacking = (1.0 - shares.loc[cells.index, (carrier, generation)]) * cells["land_share"]
            by_land = mark(land, lacking.groupby(zone).sum(min_count=1))
            by_people = mark(table["population"], uncovered)
            table[mark_column(generation, carrier)] = by_people.where(table["population"] > 0, by_land)
    for column, amount in UNKNOWN_CELLS.items():
        table[column] = is_unknown(cells, amount).groupby(zone).sum().reindex(table.index).astype(int)
    return _with_need(table, cells, gaps, carriers, main)


def is_unknown(cells: pd.DataFrame, amount: str) -> pd.Series:
    """Which cells are missing from a sum of `amount` (a column of UNKNOWN_CELLS): bool, index as `cells`.

    Where nobody lives there is no household either, whatever the source leaves blank; where nobody knows who lives there,
    a blank is no nought.
    """
    people = cells["population"]
    return (cells[amount].isna() | people.isna()) & ~(people == 0)


def _sum(frame: pd.DataFrame, zone: pd.Series) -> pd.DataFrame:
    """Sums by zone; NaN when nothing in the zone is known."""
    return frame.groupby(zone).sum(min_count=1).rename_axis("zone_id")


def _unknown_people(left_out: pd.DataFrame, population: pd.Series) -> pd.DataFrame:
    """Where somebody lives of whom a carrier does not know whether it serves them: a sum without them would be too small."""
    return left_out.isna().mul(population > 0, axis=0)


def mark(population: pd.Series, uncovered: pd.Series) -> pd.Series:
    """○ △ × － of a carrier in each zone, from the share of its people that are served."""
    served = (1.0 - uncovered / population.where(population > 0)).round(9)  # 1 − 0.95 is not 0.05 in floats
    marks = np.select([served >= MARK_COVERED, served > MARK_LACKING, served <= MARK_LACKING], ["○", "△", "×"], "－")
    return pd.Series(marks, index=population.index)


def _with_need(table: pd.DataFrame, cells: pd.DataFrame, gaps: pd.DataFrame, carriers: list[str], main: str) -> pd.DataFrame:
    """The needs that the ranking weighs, all in the main generation."""
    by_carrier = [uncovered_column(main, carrier) for carrier in carriers]
    worst = gaps[by_carrier].max(axis=1)
    # what the carriers leave out of a cell, as a part of its people: households and elderly are taken alike
    left_out = part_left_out(worst, cells["population"])
    zone = cells["zone_id"]
    households = (cells["households"] * left_out).groupby(zone).sum(min_count=1)
    elderly = (cells["population_65plus"] * left_out).groupby(zone).sum(min_count=1)
    unpublished = gaps[by_carrier].isna().all().any()
    marks = table[[mark_column(main, carrier) for carrier in carriers]]
    whole = (table["unknown_people_cells"] == 0) & (table["unknown_65plus_cells"] == 0)
    return table.assign(
        uncovered_population=worst.groupby(zone).sum(min_count=1),
        uncovered_households=households,
        uncovered_65plus=elderly,
        complete_population=np.nan if unpublished else table[uncovered_column(main)],
        carriers_missing=(marks == "×").sum(axis=1) + 0.5 * (marks == "△").sum(axis=1),
        carriers_unknown=(marks == "－").sum(axis=1),
        share_65plus=(table["population_65plus"] / table["population"].where(table["population"] > 0)).where(whole),
    )


def zone_shapes(cells: pd.DataFrame, grid: Grid) -> pd.Series:
    """Outline of each zone: its cells put together, object Series of geometries, index zone_id."""
    inside = cells[cells["zone_id"] != ""]
    i, j = inside["i"].to_numpy(), inside["j"].to_numpy()
    # corners from the integer index, so that neighbours share their corners to the last bit
    boxes = shapely.box(grid.west + i * grid.dx, grid.south + j * grid.dy, grid.west + (i + 1) * grid.dx, grid.south + (j + 1) * grid.dy)
    groups = pd.Series(boxes, index=inside.index).groupby(inside["zone_id"])
    shapes = {zone: shapely.coverage_union_all(group.to_numpy()) for zone, group in groups}
    return pd.Series(shapes, dtype=object).rename_axis("zone_id")


def zone_points(cells: pd.DataFrame, grid: Grid) -> pd.DataFrame:
    """Where each zone is pointed at: x, y in the grid's CRS, the middle of its people. Index zone_id."""
    inside = cells[cells["zone_id"] != ""]
    x, y = grid.centres(inside["i"].to_numpy(), inside["j"].to_numpy())
    # a cell without people (a facility alone) still has a place: a small weight keeps the mean defined
    weight = inside["population"].fillna(0.0).to_numpy() + 1e-6
    sums = pd.DataFrame({"x": x * weight, "y": y * weight, "w": weight}).groupby(inside["zone_id"].to_numpy()).sum()
    return pd.DataFrame({"x": sums["x"] / sums["w"], "y": sums["y"] / sums["w"]}).rename_axis("zone_id")


def nearest_coverage_km(points: pd.DataFrame, cells: pd.DataFrame, any_share: pd.Series, grid: Grid, metric_crs: str) -> pd.Series:
    """km from each zone to the centre of the nearest cell that some carrier covers at least half. Index zone_id.

    Right to about a cell's size; NaN where no carrier has published or none covers anything.
    """
    served = (any_share >= 0.5).to_numpy()
    if not served.any():
        return pd.Series(np.nan, index=points.index)
    x, y = grid.centres(cells["i"].to_numpy()[served], cells["j"].to_numpy()[served])
    tree = shapely.STRtree(shapely.points(metric_xy(x, y, grid.crs, metric_crs)))
    zones = shapely.points(metric_xy(points["x"].to_numpy(), points["y"].to_numpy(), grid.crs, metric_crs))
    metres = tree.query_nearest(zones, return_distance=True, all_matches=False)[1]
    return pd.Series(metres / 1000.0, index=points.index)
