"""What a study reads about the urgency of its places: roads, areas, facilities, people to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.study import last_day, sources
from coverage.zones import designations, urgency
from coverage.zones import facilities as zones_facilities
from geodata.errors import Text
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.schema import AREAS, DISADVANTAGED, FACILITIES, FACILITY_CATEGORIES, ROADS, Table, check
from geodata.sources import (
    clinics_p04,
    designated_areas,
    designation_overrides,
    did,
    future_population,
    gsi_shelters,
    hazard_areas,
    natural_parks,
    offices_p05,
    own_places,
    road_ledger,
    roads_n13,
    schools_p29,
    stations_n02,
)

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study import Study
    from geodata.grid import Grid

Keep = Callable[[list[IntakeReport], str, ModuleType, Any], None]
FACILITY_SOURCES: dict[str, ModuleType] = {
    "gsi_shelters": gsi_shelters,
    "schools_p29": schools_p29,
    "clinics_p04": clinics_p04,
    "offices_p05": offices_p05,
    "stations_n02": stations_n02,
    "own_places": own_places,
}
AREA_SOURCES: dict[str, ModuleType] = {
    "designated": designated_areas,
    "hazards": hazard_areas,
    "parks": natural_parks,
    "did": did,
}


def read_source_tables(
    study: Study, grid: Grid, municipalities: gpd.GeoDataFrame, keep: Keep, progress: Progress
) -> urgency.SourceTables:
    """Read them all. keep(reports, kind, source, files) notes reports with whom to credit."""
    facilities, facilities_given = _facilities(study, grid, keep, progress)
    roads, roads_given = _roads(study, grid, keep, progress)
    day = last_day(study.about.fiscal_year)
    areas, areas_given = _areas(study, grid, municipalities, day, keep, progress)
    future = _future(study, keep, progress)
    level = study.future_population.level if study.future_population else None
    return urgency.SourceTables(facilities, facilities_given, roads, roads_given, areas, areas_given, day, future, level)


def _facilities(study: Study, grid: Grid, keep: Keep, progress: Progress) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    tables = []
    given: set[str] = set()
    for spec in study.facilities:
        progress(Text("避難所・学校などを読んでいます", "reading facilities"))
        source = FACILITY_SOURCES[spec.kind]
        table, found = source.read([study.path(name) for name in spec.files], crs=spec.crs, layer=spec.layer)
        keep(found, "facility", source, spec)
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


def _roads(study: Study, grid: Grid, keep: Keep, progress: Progress) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    tables = []
    given: frozenset[str] = frozenset()
    for spec in study.roads:
        progress(Text("道路を読んでいます", "reading roads"))
        table, found = _read_roads(study, spec)
        keep(found, "road", roads_n13 if spec.kind == "n13" else road_ledger, spec)
        tables.append(table.to_crs(grid.crs))
        given |= spec.given
    if not tables:
        return _no_rows(ROADS, grid.crs), given
    return check(ROADS, pd.concat(tables, ignore_index=True)), given


def _read_roads(study: Study, spec: sources.RoadFiles) -> tuple[gpd.GeoDataFrame, list[IntakeReport]]:
    paths = [study.path(name) for name in spec.files]
    if spec.kind == "n13":
        return roads_n13.read(paths, classes=spec.classes, crs=spec.crs, layer=spec.layer)
    return road_ledger.read(
        paths,
        road_ledger.RoadFile(
            class_field=spec.class_field,
            class_values=spec.class_values or None,
            road_class=spec.road_class,
            name_field=spec.name_field,
            emergency_field=spec.emergency_field,
            emergency=spec.emergency,
            crs=spec.crs,
            layer=spec.layer,
        ),
        classes=sorted(spec.given),
    )


def _areas(
    study: Study, grid: Grid, municipalities: gpd.GeoDataFrame, day: date, keep: Keep, progress: Progress
) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    """Areas in the grid's CRS that hold on `day`, and the kinds that the files speak of."""
    import geopandas as gpd

    tables: list[pd.DataFrame] = [_no_rows(AREAS, grid.crs)]
    given: set[str] = set()
    for spec in (one for one in study.areas if one.kind != "overrides"):
        progress(Text("指定地域・危険区域を読んでいます", "reading designated and hazardous areas"))
        more = {"special_values": spec.special_values} if spec.kind == "parks" else {}
        source = AREA_SOURCES[spec.kind]
        table, found = source.read([study.path(name) for name in spec.files], crs=spec.crs, layer=spec.layer, **more)
        keep(found, "area", source, spec)
        tables.append(table.to_crs(grid.crs))
        given |= set(table["kind"]) | (
            {"landslide"} if spec.kind == "hazards" and "landslide_special" in set(table["kind"]) else set()
        )
    areas = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=grid.crs)
    for spec in (one for one in study.areas if one.kind == "overrides"):
        areas, published = _with_overrides(study, spec, areas, municipalities, keep)
        given |= published
    return gpd.GeoDataFrame(designations.on_day(areas, day), geometry="geometry", crs=grid.crs), frozenset(given)


def _with_overrides(
    study: Study, spec: sources.AreaFiles, areas: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, keep: Keep
) -> tuple[gpd.GeoDataFrame, set[str]]:
    """The areas as the office's own list has them, and the kinds it speaks of."""
    listed, found = designation_overrides.read([study.path(name) for name in spec.files])
    keep(found, "area", designation_overrides, spec)
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


def _future(study: Study, keep: Keep, progress: Progress) -> pd.DataFrame | None:
    spec = study.future_population
    if spec is None:
        return None
    progress(Text("将来推計人口を読んでいます", "reading the population to come"))
    table, found = future_population.read(
        [study.path(name) for name in spec.files],
        prefecture=study.about.prefecture,
        years=spec.years,
        crs=spec.crs,
        layer=spec.layer,
    )
    keep(found, "population", future_population, spec)
    return table


def _no_rows(table: Table, crs: str) -> gpd.GeoDataFrame:
    """A table without rows."""
    import geopandas as gpd

    columns = {name: pd.Series(dtype=str) for name in table.columns if name != "geometry"}
    index = pd.Index([], name=table.index) if table.index else None
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.GeoSeries([], crs=crs, index=index))
