"""What a study reads: its files through the readers of geodata, into tables of one CRS."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.input_tables import Inputs
from coverage.inputs.evidence_files import read_evidence
from coverage.inputs.urgency_files import read_source_tables
from coverage.study import Layer, Study
from coverage.zones import settlements as zones_settlements
from geodata import mesh
from geodata.errors import DataError, Text
from geodata.grid import Grid
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.safety import child_process
from geodata.schema import CRS_GEOGRAPHIC, LAYERS, MUNICIPALITIES, SETTLEMENTS, Population, check
from geodata.sources import boundary_polygons, carrier_polygons, estat_mesh, n03, population_raster, settlements, zone_values
from geodata.zone_ids import read_zone_ids

if TYPE_CHECKING:
    import geopandas as gpd

BBox = tuple[float, float, float, float]

NEAR_DEGREES = 0.5  # data this far outside the municipalities is in the wrong place or the wrong CRS


def read_inputs(study: Study, progress: Progress) -> Inputs:
    """Read all files of the study. Raises DataError at the first file that can give no right answer.

    Readers that could crash on hostile bytes work in a child process, one for the whole study.
    """
    with child_process.reading_process():
        inputs = _read(study, progress)
    for report in inputs.reports:
        report.path = _name_in_study(study, Path(report.path))
    return inputs


def _name_in_study(study: Study, path: Path) -> str:
    """The file as the study names it, so that results name no folder of this machine."""
    try:
        return path.resolve().relative_to(study.folder).as_posix()
    except ValueError:
        return path.name


def _read(study: Study, progress: Progress) -> Inputs:
    reports: list[IntakeReport] = []
    population = _read_population(study, reports, progress)
    municipalities, in_study = _read_municipalities(study, reports, progress)
    grid = population.grid or _mesh_grid(study, municipalities[municipalities.index.isin(in_study)])
    municipalities = municipalities.to_crs(grid.crs)
    near = _near(municipalities)
    return Inputs(
        population=population,
        municipalities=check(MUNICIPALITIES, municipalities),
        in_study=in_study,
        settlements=_read_settlements(study, municipalities, grid, reports, progress),
        sources=read_source_tables(study, grid, municipalities, partial(_keep, reports), progress),
        layers=_read_layers(study, grid, near, reports, progress),
        grid=grid,
        zone_ids=read_zone_ids(study.path(study.zones.ids)),
        own_values=_read_own_values(study, reports, progress),
        evidence=read_evidence(study, grid, partial(_keep, reports), progress),
        reports=reports,
    )


def _keep(reports: list[IntakeReport], found: list[IntakeReport], kind: str, source: ModuleType, spec: Any) -> None:
    """Add the reports of one kind of file (the word of `kengai check --kind`), with whom to credit.

    wanted: the study's table of these files, with a `credit` of its own or None.
    """
    for report in found:
        report.kind = kind
        report.facts["licence"] = source.LICENCE if spec.credit is None else ""
        report.facts["credit"] = source.CREDIT if spec.credit is None else spec.credit
    reports += found


def _read_population(study: Study, reports: list[IntakeReport], progress: Progress) -> Population:
    spec = study.population
    progress(Text("人口を読んでいます", "reading population"))
    paths = [study.path(name) for name in spec.files]
    if spec.kind == "raster":
        if len(paths) != 1:
            raise DataError(
                "population-several-rasters",
                Text("人口ラスターは1つだけ指定できます", "only one population raster can be given"),
                Text("1枚にまとめたGeoTIFFを指定してください。", "merge them into one GeoTIFF"),
                ", ".join(spec.files),
            )
        population, found = population_raster.read(paths[0], crs=spec.crs)
    else:
        population, found = estat_mesh.read(paths, spec.level)
        population.frame.index = population.frame.index.astype(str)
    _keep(reports, found, "population", population_raster if spec.kind == "raster" else estat_mesh, spec)
    return population


def _read_municipalities(
    study: Study, reports: list[IntakeReport], progress: Progress
) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    """Own municipalities and known neighbours in one table, and the ids of the own."""
    progress(Text("市町村の境界を読んでいます", "reading municipal boundaries"))
    own = _read_boundaries(study, study.boundaries.files, reports)
    if not study.boundaries.neighbours:
        return own, frozenset(own.index)
    others = _read_boundaries(study, study.boundaries.neighbours, reports)
    others = others[~others.index.isin(own.index)]
    return pd.concat([own, others.to_crs(own.crs)]), frozenset(own.index)


def _read_boundaries(study: Study, names: list[str], reports: list[IntakeReport]) -> gpd.GeoDataFrame:
    spec = study.boundaries
    paths = [study.path(name) for name in names]
    if spec.kind == "n03":
        table, found = n03.read(paths, crs=spec.crs, layer=spec.layer)
        _keep(reports, found, "boundary", n03, spec)
    else:
        table, found = boundary_polygons.read(
            paths, id_field=spec.id_field, name_field=spec.name_field, crs=spec.crs, layer=spec.layer
        )
        _keep(reports, found, "boundary", boundary_polygons, spec)
    return table


def _mesh_grid(study: Study, municipalities: gpd.GeoDataFrame) -> Grid:
    level = study.population.level
    if level is None:
        raise ValueError("a mesh study has a level")
    west, south, east, north = municipalities.to_crs(CRS_GEOGRAPHIC).total_bounds
    return mesh.mesh_grid(level, (float(west), float(south), float(east), float(north)))


def _near(municipalities: gpd.GeoDataFrame) -> BBox:
    """Degrees around the study where its data must lie."""
    west, south, east, north = (float(v) for v in municipalities.to_crs(CRS_GEOGRAPHIC).total_bounds)
    return west - NEAR_DEGREES, south - NEAR_DEGREES, east + NEAR_DEGREES, north + NEAR_DEGREES


def _read_settlements(
    study: Study, municipalities: gpd.GeoDataFrame, grid: Grid, reports: list[IntakeReport], progress: Progress
) -> gpd.GeoDataFrame | None:
    spec = study.settlements
    if spec is None:
        return None
    progress(Text("地区（大字など）を読んでいます", "reading settlements"))
    table, found = settlements.read(
        [study.path(name) for name in spec.files],
        name_field=spec.name_field,
        municipality_field=spec.municipality_field,
        crs=spec.crs,
        layer=spec.layer,
    )
    _keep(reports, found, "settlement", settlements, spec)
    table = table.to_crs(grid.crs)
    table["municipality_id"] = zones_settlements.settlements_with_municipality(table, municipalities)
    lost = table.index[table["municipality_id"] == ""]
    if len(lost):
        found[-1].exclude(
            "settlement-outside",
            Text(
                f"どの市町村にも入らない地区が{len(lost)}件あり、使いません",
                f"{len(lost)} settlements lie in no municipality and are not used",
            ),
            len(lost),
            lost,
        )
        found[-1].accepted -= len(lost)
    return check(SETTLEMENTS, table[table["municipality_id"] != ""])


def _read_layers(study: Study, grid: Grid, near: BBox, reports: list[IntakeReport], progress: Progress) -> gpd.GeoDataFrame:
    import geopandas as gpd

    tables = []
    for layer in study.layers:
        for name in layer.files:
            progress(
                Text(f"エリアを読んでいます {layer.carrier} {layer.generation}", f"reading {layer.carrier} {layer.generation}")
            )
            table, report = _read_layer(study, layer, name, near)
            _keep(reports, [report], "coverage", carrier_polygons, layer)
            tables.append(table.to_crs(grid.crs))
    if not tables:
        columns = {name: pd.Series(dtype=str) for name in LAYERS.columns if name != "geometry"}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=grid.crs))
    return check(LAYERS, pd.concat(tables, ignore_index=True))


def _read_layer(study: Study, layer: Layer, name: str, near: BBox) -> tuple[gpd.GeoDataFrame, IntakeReport]:
    return carrier_polygons.read(
        study.path(name),
        carrier_polygons.LayerFile(
            carrier=layer.carrier,
            generation=layer.generation,
            kind=layer.kind,
            as_of=layer.as_of,
            crs=layer.crs,
            layer=layer.layer,
            level=layer.level,
            where=layer.where,
            near=near,
        ),
    )


def _read_own_values(
    study: Study, reports: list[IntakeReport], progress: Progress
) -> list[tuple[str, pd.DataFrame, IntakeReport]]:
    """(criterion, its rows, their report) for each of the office's own criteria."""
    found = []
    for spec in study.ranking.criteria:
        progress(Text(f"評価項目の数を読んでいます {spec.key}", f"reading the figures of {spec.key}"))
        rows, report = zone_values.read(study.path(spec.file), value_field=spec.value)
        report.kind = "criterion"
        report.facts |= {"licence": "", "credit": spec.source, "as_of": spec.as_of}
        reports.append(report)
        found.append((spec.key, rows, report))
    return found
