"""What a study reads: its files through the readers of geodata, into tables of one CRS."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from coverage import steps
from coverage.input_tables import Inputs
from coverage.inputs.evidence_files import read_evidence
from coverage.inputs.readers import BBox, read_files
from coverage.inputs.terrain_files import read_terrain
from coverage.inputs.urgency_files import read_source_tables
from coverage.study import STUDY_FILE, Layer, Study, sources
from coverage.zones import settlements as zones_settlements
from geodata import mesh
from geodata.crs import JGD2011, metric
from geodata.errors import DataError, Text
from geodata.grid import Grid
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.safety import child_process
from geodata.schema import CRS_GEOGRAPHIC, LAYERS, MUNICIPALITIES, SETTLEMENTS, WATER, Population, check
from geodata.sources import zone_values
from geodata.zone_ids import read_zone_ids

if TYPE_CHECKING:
    import geopandas as gpd

YEAR_START = (4, 1)
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
    own = municipalities.geometry[municipalities.index.isin(in_study)].to_crs(JGD2011)
    metric.check_place(study.about.metric_crs, own.to_numpy(), study.about.prefecture)
    grid = population.grid or _mesh_grid(study, municipalities[municipalities.index.isin(in_study)])
    municipalities = municipalities.to_crs(grid.crs)
    near = _near(municipalities)
    return Inputs(
        population=population,
        municipalities=check(MUNICIPALITIES, municipalities),
        in_study=in_study,
        settlements=_read_settlements(study, municipalities, grid, reports, progress),
        sources=read_source_tables(study, grid, municipalities, reports, progress),
        layers=_read_layers(study, grid, near, reports, progress),
        water=_read_water(study, grid, reports, progress),
        grid=grid,
        zone_ids=read_zone_ids(study.path(study.zones.ids)),
        own_values=_read_own_values(study, reports, progress),
        evidence=read_evidence(study, grid, reports, progress),
        terrain=read_terrain(study, municipalities[municipalities.index.isin(in_study)], reports, progress),
        reports=reports,
    )


def _read_population(study: Study, reports: list[IntakeReport], progress: Progress) -> Population:
    spec = study.population
    progress(steps.POPULATION)
    population: Population
    population, found = read_files(spec, [study.path(name) for name in spec.files])
    reports += found
    if spec.kind == "raster":
        return population if spec.nodata == "unknown" else replace(population, covers=frozenset({"all"}))
    for table in (population.frame, *population.by_prefecture.values()):
        table.index = table.index.astype(str)
    return _with_uninhabited(population, spec)


def _with_uninhabited(population: Population, spec: sources.PopulationFiles) -> Population:
    """With the first-order meshes that the study says nobody lives in; DataError where the files know better."""
    empty = frozenset(spec.uninhabited)
    people = population.frame["population"]
    living = people[people.index.str[:4].isin(empty) & (people != 0)]
    if len(living):
        raise DataError(
            "uninhabited-lived-in",
            Text(
                f"[population] uninhabited に書かれた1次メッシュに人が住んでいます（{living.index[0]} に {living.iloc[0]:,.0f}人など）。",
                f"people live in a mesh of [population] uninhabited ({living.index[0]}: {living.iloc[0]:,.0f})",
            ),
            Text("[population] uninhabited からその1次メッシュを消してください。", "take it out of [population] uninhabited"),
            ", ".join(spec.files),
        )
    return replace(population, covers=population.covers | empty)


def _read_municipalities(study: Study, reports: list[IntakeReport], progress: Progress) -> tuple[gpd.GeoDataFrame, frozenset[str]]:
    """Own municipalities and known neighbours in one table, and the ids of the own."""
    progress(steps.BOUNDARIES)
    own, found = read_files(study.boundaries, [study.path(name) for name in study.boundaries.files])
    reports += found
    if not study.boundaries.neighbours:
        return own, frozenset(own.index)
    others, found = read_files(study.boundaries, [study.path(name) for name in study.boundaries.neighbours])
    reports += found
    others = others[~others.index.isin(own.index)]
    return pd.concat([own, others.to_crs(own.crs)]), frozenset(own.index)


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
    progress(steps.SETTLEMENTS)
    table, found = read_files(spec, [study.path(name) for name in spec.files])
    reports += found
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
        for paths in [[study.path(name)] for name in layer.files] or [[]]:
            progress(steps.layer_step(layer))
            table, found = read_files(layer, paths, near=near)
            for report in found if layer.none else []:
                text = study.text.encode()
                report.path, report.sha256, report.size_bytes = str(study.path(STUDY_FILE)), hashlib.sha256(text).hexdigest(), len(text)
                _tell_old(layer, study.about.fiscal_year, report)
            reports += found
            tables.append(table.to_crs(grid.crs))
    if not tables:
        columns = {name: pd.Series(dtype=str) for name in LAYERS.columns if name != "geometry"}
        return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=grid.crs))
    return check(LAYERS, pd.concat(tables, ignore_index=True))


def _read_water(study: Study, grid: Grid, reports: list[IntakeReport], progress: Progress) -> gpd.GeoDataFrame | None:
    tables = []
    for spec in study.water:
        progress(steps.WATER)
        table, found = read_files(spec, [study.path(name) for name in spec.files])
        reports += found
        tables.append(table.to_crs(grid.crs))
    return check(WATER, pd.concat(tables, ignore_index=True)) if tables else None


def _tell_old(layer: Layer, fiscal_year: int, report: IntakeReport) -> None:
    """A study copied into a new year keeps the word that there is nothing, though nobody has said it again."""
    if layer.as_of < date(fiscal_year - 1, *YEAR_START).isoformat():
        text = Text(
            f"{layer.carrier} {layer.generation} のエリアが無いこと（none = true）は {layer.as_of} 時点のもので、1年以上前です。"
            "今も無いか事業者に確かめ、as_of を書き直してください。",
            f"that {layer.carrier} {layer.generation} covers nothing (none = true) was said as of {layer.as_of}: ask again and renew as_of",
        )
        report.note("warn", "layer-none-old", text)


def _read_own_values(study: Study, reports: list[IntakeReport], progress: Progress) -> list[tuple[str, pd.DataFrame, IntakeReport]]:
    """(criterion, its rows, their report) for each of the office's own criteria."""
    found = []
    for spec in study.ranking.criteria:
        progress(steps.values_step(spec.key))
        rows, report = zone_values.read(study.path(spec.file), value_field=spec.value)
        report.kind = "criterion"
        report.facts |= {"licence": "", "credit": spec.source, "as_of": spec.as_of}
        reports.append(report)
        found.append((spec.key, rows, report))
    return found
