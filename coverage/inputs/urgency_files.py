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
from geodata.errors import Text
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.schema import AREAS, DISADVANTAGED, FACILITIES, FACILITY_CATEGORIES, ROADS, Table, check

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
    return urgency.SourceTables(facilities, facilities_given, roads, roads_given, areas, areas_given, day, future, level)


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
    tables = []
    given: frozenset[str] = frozenset()
    for spec in study.roads:
        progress(steps.ROADS)
        table, found = read_files(spec, [study.path(name) for name in spec.files])
        reports += found
        tables.append(table.to_crs(grid.crs))
        given |= spec.given
    if not tables:
        return _no_rows(ROADS, grid.crs), given
    return check(ROADS, pd.concat(tables, ignore_index=True)), given


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
        given |= set(table["kind"]) | ({"landslide"} if spec.kind == "hazards" and "landslide_special" in set(table["kind"]) else set())
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
