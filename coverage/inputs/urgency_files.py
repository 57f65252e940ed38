"""What a study reads about the urgency of its places: roads, areas, facilities, people to come."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage import steps
from coverage.inputs.readers import read_files
from coverage.study import last_day, sources
from coverage.zones import designations, urgency
from coverage.zones import facilities as zones_facilities
from coverage.zones import roads as zones_roads
from geodata.errors import Text
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.road_rows import lines_once, tell_lengths
from geodata.schema import AREAS, DISADVANTAGED, FACILITIES, FACILITY_CATEGORIES, ROADS, Table, check
from geodata.sources import roads_n13

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study import Study
    from geodata.grid import Grid


def read_source_tables(
    study: Study, grid: Grid, municipalities: gpd.GeoDataFrame, reports: list[IntakeReport], progress: Progress
) -> urgency.SourceTables:
    """Read them all. What is told of each file is added to `reports`."""
    facilities, facilities_given = _facilities(study, grid, reports, progress)
    roads, roads_given = _roads(study, grid, reports, progress)
    day = last_day(study.about.fiscal_year)
    areas, areas_given = _areas(study, grid, municipalities, day, reports, progress)
    future = _future(study, reports, progress)
    level = study.future_population.level if study.future_population else None
    meshes = roads_n13.meshes_of(name for spec in study.roads if spec.kind == "n13" for name in spec.files)
    return urgency.SourceTables(facilities, facilities_given, roads, roads_given, areas, areas_given, day, future, level, meshes)


def _facilities(study: Study, grid: Grid, reports: list[IntakeReport], progress: Progress) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    tables = []
    given: set[str] = set()
    for spec in study.facilities:
        progress(steps.FACILITIES)
        table, found = read_files(spec, [study.path(name) for name in spec.files])
        reports += found
        tables.append(table.to_crs(grid.crs))
        given |= zones_facilities.CATEGORIES[spec.kind] | set(table["category"])
    if not tables:
        return _no_rows(FACILITIES, grid.crs), frozenset()
    joined = pd.concat(tables)
    # two lists may use one id for different places; a list's own ids are unique
    again = joined.groupby(level=0).cumcount()
    joined.index = pd.Index(
        np.where(again == 0, joined.index, joined.index.astype(str) + "@" + (again + 1).astype(str)), name="facility_id"
    )
    return check(FACILITIES, joined), frozenset(given & set(FACILITY_CATEGORIES))


def _roads(study: Study, grid: Grid, reports: list[IntakeReport], progress: Progress) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    read: list[tuple[sources.RoadFiles, gpd.GeoDataFrame, list[IntakeReport]]] = []
    for spec in study.roads:
        progress(steps.ROADS)
        table, found = read_files(spec, [study.path(name) for name in spec.files])
        reports += found
        read.append((spec, table, found))
    if not read:
        return _no_rows(ROADS, grid.crs), frozenset()
    _emergency_apart(read)
    tables = [
        table.assign(file=np.repeat(np.arange(len(found)), [one.accepted for one in found]) + start, row=np.arange(1, len(table) + 1))
        for (_, table, found), start in zip(read, np.cumsum([0] + [len(found) for *_, found in read]), strict=False)
    ]
    # the same line in two tables of the study (files by class, N10 cut from a ledger) is one road
    together = [one for *_, found in read for one in found]
    once = lines_once(pd.concat(tables, ignore_index=True), together)
    tell_lengths(once, together)
    return check(ROADS, once.drop(columns=["file", "row"]).to_crs(grid.crs)), frozenset().union(*(spec.given for spec, *_ in read))


def _emergency_apart(read: list[tuple[sources.RoadFiles, gpd.GeoDataFrame, list[IntakeReport]]]) -> None:
    """Emergency roads of N10 beside lists of classes: each road is in both, drawn by different hands."""
    others = [table for spec, table, _ in read if spec.kind != "n10"]
    if not any(spec.given & set(zones_roads.MAJOR_ROADS) for spec, *_ in read):
        return
    for spec, table, found in read:
        if spec.kind != "n10" or not len(found):
            continue
        table.loc[table["emergency"] == "yes", ["road_class", "emergency"]] = ["other", "apart"]
        found[-1].note(
            "info",
            "emergency-roads-apart",
            Text(
                "ほかの道路のファイルに同じ道路があるため、N10 は緊急輸送道路の延長だけに使い、県道以上の延長には足していません。",
                "other files hold the same roads: N10 counts for the length of emergency roads alone, and is not added to 県道以上",
            ),
        )
        if any((table["emergency"] == "yes").any() for table in others):
            found[-1].note(
                "warn",
                "emergency-from-two",
                Text(
                    "緊急輸送道路が N10 とほかの道路のファイルの両方にあり、緊急輸送道路の延長を二重に数えます。"
                    "N10 を使うなら、ほかの [[roads]] から emergency_field・emergency を消してください。",
                    "emergency roads stand in N10 and in other files: their length is counted twice. With N10, take emergency_field "
                    "and emergency out of the other [[roads]]",
                ),
            )


def _areas(
    study: Study, grid: Grid, municipalities: gpd.GeoDataFrame, day: date, reports: list[IntakeReport], progress: Progress
) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    """Areas in the grid's CRS that hold on `day`, and the kinds that the files speak of."""
    import geopandas as gpd

    tables: list[pd.DataFrame] = [_no_rows(AREAS, grid.crs)]
    given: set[str] = set()
    for spec in (one for one in study.areas if one.kind != "overrides"):
        progress(steps.AREAS)
        table, found = read_files(spec, [study.path(name) for name in spec.files])
        reports += found
        tables.append(table.to_crs(grid.crs))
        spoken = set(table["kind"]) | spec.declared
        given |= spoken | ({"landslide"} if "landslide_special" in spoken else set())
    areas = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=grid.crs)
    for spec in (one for one in study.areas if one.kind == "overrides"):
        areas, published = _with_overrides(study, spec, areas, municipalities, reports)
        given |= published
    return gpd.GeoDataFrame(designations.on_day(areas, day), geometry="geometry", crs=grid.crs), frozenset(given)


def _with_overrides(
    study: Study, spec: sources.AreaFiles, areas: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, reports: list[IntakeReport]
) -> tuple[gpd.GeoDataFrame, set[str]]:
    """The areas as the office's own list has them, and the kinds it speaks of."""
    listed, found = read_files(spec, [study.path(name) for name in spec.files])
    reports += found
    areas, without = designations.overridden(areas, listed, municipalities, set(spec.replaces))
    if len(without):
        names = [f"{row['municipality']} 旧{row['former']}" for _, row in without.iterrows()]
        found[-1].exclude(
            "designation-without-shape",
            Text(
                "区域の形がどのファイルにも無い指定があり、使えません（A17 など旧市町村の形を持つファイルを足してください）。",
                "designations whose shape is in no file cannot be used (add A17, which has former municipalities)",
            ),
            len(without),
            names,
        )
        found[-1].accepted -= len(without)
    return areas, (set(listed["kind"]) & set(DISADVANTAGED)) | set(spec.replaces)


def _future(study: Study, reports: list[IntakeReport], progress: Progress) -> pd.DataFrame | None:
    spec = study.future_population
    if spec is None:
        return None
    progress(steps.FUTURE)
    table: pd.DataFrame
    table, found = read_files(spec, [study.path(name) for name in spec.files], prefecture=study.about.prefecture)
    reports += found
    return table


def _no_rows(table: Table, crs: str) -> gpd.GeoDataFrame:
    """A table without rows."""
    import geopandas as gpd

    columns = {name: pd.Series(dtype=str) for name in table.columns if name != "geometry"}
    index = pd.Index([], name=table.index) if table.index else None
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.GeoSeries([], crs=crs, index=index))
