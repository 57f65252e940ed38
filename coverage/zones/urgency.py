"""What else makes a zone urgent, or hard to serve: places, roads, areas, people to come. One column a fact."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.matrix import layers_by_column
from coverage.share import polygon_edges
from coverage.zones.designations import area_shares, designations, hazard, zone_shares
from coverage.zones.facilities import (
    SHELTERING,
    VISITED,
    cells_of_facilities,
    drop_duplicate_places,
    facility_counts,
    facility_names,
    future_people,
)
from coverage.zones.roads import RoadLengths, road_lengths, road_needs
from geodata import mesh

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study import Study
    from geodata.grid import Grid


@dataclass(frozen=True)
class SourceTables:
    """Frames in the grid's CRS. `*_given` say what the files speak of: anything else is unknown, not none.

    roads: ROADS; areas: AREAS that hold on `day`; future: future_population.read, or None; future_level: metres.
    """

    facilities: gpd.GeoDataFrame
    facilities_given: frozenset[str]
    roads: gpd.GeoDataFrame
    roads_given: frozenset[str]
    areas: gpd.GeoDataFrame
    areas_given: frozenset[str]
    day: date
    future: pd.DataFrame | None
    future_level: int | None
    roads_meshes: frozenset[str] | None = None  # first-order meshes that the files of roads are cut by; None = whole


NAMED = {"school_names": ("school",), "clinic_names": ("clinic",), "office_names": ("office", "hall"), "visited_names": VISITED}


def roads_in_cells(study: Study, sources: SourceTables, cells: pd.DataFrame, layers: pd.DataFrame, grid: Grid) -> RoadLengths | None:
    """Road lengths against the layers of the zones' generation; None where the study gives no roads."""
    if not sources.roads_given and sources.roads.empty:
        return None
    main = study.zones.generation
    columns = layers_by_column(layers, study.carrier_keys, [main], study.rules.kinds)
    shapes = layers["geometry"].to_numpy(object)
    parts = {at.tobytes(): at for members in columns.values() for at in (*members.covered, *members.unknown)}
    edges = {name: polygon_edges(shapes[at], grid, repaired=True) for name, at in parts.items()}
    by_column = {key: [edges[at.tobytes()] for at in members.covered] for key, members in columns.items()}
    unknown = {key: [edges[at.tobytes()] for at in members.unknown] for key, members in columns.items() if members.unknown}
    return road_lengths(sources.roads, cells, grid, by_column, sources.roads_given, unknown)


def urgency(
    study: Study, sources: SourceTables, cells: pd.DataFrame, roads: RoadLengths | None, points: pd.DataFrame, zones: pd.Index, grid: Grid
) -> pd.DataFrame:
    """The further columns of the zones; index as `zones`. NaN = not given or not known, never zero.

    cells: CELLS with zone_id; points: x, y of each zone in the grid's CRS.
    """
    parts = [_facilities(sources, cells, zones, grid), _areas(sources, cells, points.reindex(zones), zones, grid)]
    if roads is not None:
        needs = road_needs(roads, cells["zone_id"], zones, study.carrier_keys, study.zones.generation)
        parts.append(needs.mask(_unread_roads(sources, cells).reindex(needs.index, fill_value=False), np.nan))
    if sources.future is not None:
        parts.append(_future(study, sources, cells, zones))
    return pd.concat(parts, axis=1)


def _unread_roads(sources: SourceTables, cells: pd.DataFrame) -> pd.Series:
    """Whether a zone has a cell in a first-order mesh for which no file of roads was given; index zone_id."""
    inside = cells[cells["zone_id"] != ""]
    if sources.roads_meshes is None:
        return pd.Series(False, index=pd.Index(sorted(set(inside["zone_id"])), name="zone_id"))
    return (~inside.index.to_series().astype(str).str[:4].isin(sources.roads_meshes)).groupby(inside["zone_id"]).any()


def _facilities(sources: SourceTables, cells: pd.DataFrame, zones: pd.Index, grid: Grid) -> pd.DataFrame:
    places = drop_duplicate_places(sources.facilities)
    cell = cells_of_facilities(places, cells, grid)
    zone = cell.map(cells["zone_id"]).fillna("")
    table = facility_counts(places, zone, zones, sources.facilities_given)
    sheltering = zone[places["category"].isin(SHELTERING)].value_counts().reindex(zones).fillna(0.0)
    known = bool(sources.facilities_given & set(SHELTERING))
    # without any list of shelters their number is unknown, not zero
    table.insert(0, "shelters", sheltering.astype(float) if known else np.nan)
    for column, categories in NAMED.items():
        if sources.facilities_given & set(categories):
            names = facility_names(places, zone, categories)
            table[column] = ["、".join(names.get(str(name), [])) for name in zones]
    return table


def _areas(sources: SourceTables, cells: pd.DataFrame, points: pd.DataFrame, zones: pd.Index, grid: Grid) -> pd.DataFrame:
    if not sources.areas_given:
        return pd.DataFrame(index=zones)
    shares = zone_shares(area_shares(sources.areas, cells, grid, sources.areas_given), cells, zones)
    told = designations(shares, sources.areas, points[["x", "y"]].to_numpy(float))
    return pd.concat([shares, hazard(shares), told], axis=1)


def _future(study: Study, sources: SourceTables, cells: pd.DataFrame, zones: pd.Index) -> pd.DataFrame:
    level, own = sources.future_level, study.population.level
    if sources.future is None or level is None or own is None or level < own or level % own:
        return pd.DataFrame(index=zones)  # finer than the cells, or no meshes: nothing truthful can be said
    block = None
    if level != own:
        codes = mesh.parent(cells.index.to_numpy().astype(np.int64), own, level)
        block = pd.Series(codes, index=cells.index)
    return future_people(sources.future, cells, block, zones)
