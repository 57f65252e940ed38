"""What a study reads about the urgency of its places: roads, areas, facilities, people to come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.designations import on_day, overridden
from coverage.study_sources import AreaFiles, RoadFiles
from geodata.errors import Text
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

Told = Callable[[Text], None]
Keep = Callable[[list[IntakeReport], str, ModuleType, Any], None]

FACILITY_SOURCES: dict[str, ModuleType] = {
    "gsi_shelters": gsi_shelters, "schools_p29": schools_p29, "clinics_p04": clinics_p04, "offices_p05": offices_p05,
    "stations_n02": stations_n02, "own_places": own_places,
}  # fmt: skip
# what a list of each kind speaks of, even where it holds none
CATEGORIES = {
    "gsi_shelters": {"shelter", "evacuation_site"}, "schools_p29": {"school"}, "clinics_p04": {"clinic"},
    "offices_p05": {"office", "hall"}, "stations_n02": {"station"}, "own_places": {"trail", "tourism", "worksite"},
}  # fmt: skip
AREA_SOURCES: dict[str, ModuleType] = {
    "designated": designated_areas, "hazards": hazard_areas, "parks": natural_parks, "did": did,
}  # fmt: skip
YEAR_END = (3, 31)


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


def read_source_tables(
    study: Study, grid: Grid, municipalities: gpd.GeoDataFrame, keep: Keep, told: Told
) -> SourceTables:
    """Read them all. keep(reports, kind, source, files) notes reports with whom to credit."""
    facilities, facilities_given = _facilities(study, grid, keep, told)
    roads, roads_given = _roads(study, grid, keep, told)
    day = last_day(study.about.fiscal_year)
    areas, areas_given = _areas(study, grid, municipalities, day, keep, told)
    future = _future(study, keep, told)
    level = study.future_population.level if study.future_population else None
    return SourceTables(
        facilities, facilities_given, roads, roads_given, areas, areas_given, day, future, level
    )


def last_day(fiscal_year: int) -> date:
    """The last day of a fiscal year: designations are judged as they still hold then, their ends said."""
    return date(fiscal_year + 1, *YEAR_END)


def _facilities(study: Study, grid: Grid, keep: Keep, told: Told) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    tables = []
    given: set[str] = set()
    for wanted in study.facilities:
        told(Text("避難所・学校などを読んでいます", "reading facilities"))
        source = FACILITY_SOURCES[wanted.kind]
        table, found = source.read(
            [study.path(name) for name in wanted.files], crs=wanted.crs, layer=wanted.layer
        )
        keep(found, "facility", source, wanted)
        tables.append(table.to_crs(grid.crs))
        given |= CATEGORIES[wanted.kind] | set(table["category"])
    if not tables:
        return _no_rows(FACILITIES, grid.crs), frozenset()
    joined = pd.concat(tables)
    # two lists may use one id for different places; a list's own ids are unique
    again = joined.groupby(level=0).cumcount()
    joined.index = pd.Index(
        np.where(again == 0, joined.index, joined.index.astype(str) + "@" + (again + 1).astype(str)),
        name="facility_id",
    )
    return check(FACILITIES, joined), frozenset(given & set(FACILITY_CATEGORIES))


def _roads(study: Study, grid: Grid, keep: Keep, told: Told) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    tables = []
    given: frozenset[str] = frozenset()
    for wanted in study.roads:
        told(Text("道路を読んでいます", "reading roads"))
        table, found = _read_roads(study, wanted)
        keep(found, "road", roads_n13 if wanted.kind == "n13" else road_ledger, wanted)
        tables.append(table.to_crs(grid.crs))
        given |= wanted.given
    if not tables:
        return _no_rows(ROADS, grid.crs), given
    return check(ROADS, pd.concat(tables, ignore_index=True)), given


def _read_roads(study: Study, wanted: RoadFiles) -> tuple[gpd.GeoDataFrame, list[IntakeReport]]:
    paths = [study.path(name) for name in wanted.files]
    if wanted.kind == "n13":
        return roads_n13.read(paths, classes=wanted.classes, crs=wanted.crs, layer=wanted.layer)
    return road_ledger.read(
        paths, class_field=wanted.class_field, class_values=wanted.class_values or None, road_class=wanted.road_class,
        name_field=wanted.name_field, emergency_field=wanted.emergency_field, emergency=wanted.emergency,
        classes=sorted(wanted.given), crs=wanted.crs, layer=wanted.layer,
    )  # fmt: skip


def _areas(
    study: Study, grid: Grid, municipalities: gpd.GeoDataFrame, day: date, keep: Keep, told: Told
) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    """Areas in the grid's CRS that hold on `day`, and the kinds that the files speak of."""
    import geopandas as gpd

    tables: list[pd.DataFrame] = [_no_rows(AREAS, grid.crs)]
    given: set[str] = set()
    for wanted in (one for one in study.areas if one.kind != "overrides"):
        told(Text("指定地域・危険区域を読んでいます", "reading designated and hazardous areas"))
        more = {"special_values": wanted.special_values} if wanted.kind == "parks" else {}
        source = AREA_SOURCES[wanted.kind]
        table, found = source.read(
            [study.path(name) for name in wanted.files], crs=wanted.crs, layer=wanted.layer, **more
        )
        keep(found, "area", source, wanted)
        tables.append(table.to_crs(grid.crs))
        given |= set(table["kind"]) | (
            {"landslide"} if wanted.kind == "hazards" and "landslide_special" in set(table["kind"]) else set()
        )
    areas = gpd.GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=grid.crs)
    for wanted in (one for one in study.areas if one.kind == "overrides"):
        areas, spoken = _with_overrides(study, wanted, areas, municipalities, keep)
        given |= spoken
    return gpd.GeoDataFrame(on_day(areas, day), geometry="geometry", crs=grid.crs), frozenset(given)


def _with_overrides(
    study: Study, wanted: AreaFiles, areas: gpd.GeoDataFrame, municipalities: gpd.GeoDataFrame, keep: Keep
) -> tuple[gpd.GeoDataFrame, set[str]]:
    """The areas as the office's own list has them, and the kinds it speaks of."""
    listed, found = designation_overrides.read([study.path(name) for name in wanted.files])
    keep(found, "area", designation_overrides, wanted)
    areas, without = overridden(areas, listed, municipalities, set(wanted.replaces))
    if len(without):
        names = [f"{row['municipality']} 旧{row['former']}" for _, row in without.iterrows()]
        found[-1].exclude("designation-without-shape", Text(
            "区域の形がどのファイルにも無い指定があり、使えません（A17 など旧市町村の形を持つファイルを足してください）。",
            "designations whose shape is in no file cannot be used (add A17, which has former municipalities)",
        ), len(without), names)  # fmt: skip
        found[-1].accepted -= len(without)
    return areas, (set(listed["kind"]) & set(DISADVANTAGED)) | set(wanted.replaces)


def _future(study: Study, keep: Keep, told: Told) -> pd.DataFrame | None:
    wanted = study.future_population
    if wanted is None:
        return None
    told(Text("将来推計人口を読んでいます", "reading the population to come"))
    table, found = future_population.read(
        [study.path(name) for name in wanted.files], prefecture=study.about.prefecture, years=wanted.years,
        crs=wanted.crs, layer=wanted.layer,
    )  # fmt: skip
    keep(found, "population", future_population, wanted)
    return table


def _no_rows(table: Table, crs: str) -> gpd.GeoDataFrame:
    """A table without rows."""
    import geopandas as gpd

    columns = {name: pd.Series(dtype=str) for name in table.columns if name != "geometry"}
    index = pd.Index([], name=table.index) if table.index else None
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.GeoSeries([], crs=crs, index=index))
