"""One answer to "how is this file read": a table of study.toml → the source that reads its files.

The run, `kengai check`, the data page and the example's earlier years all ask here, so that none of them accepts
what another refuses.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

import pandas as pd

from coverage.inputs.terrain_files import read_tiles
from coverage.study import STUDY_FILE, Layer, sources
from geodata import evidence
from geodata.errors import DataError, Text
from geodata.intake import choice
from geodata.report import IntakeReport
from geodata.sources import (
    boundary_polygons,
    carrier_polygons,
    clinics_p04,
    dem_fgd,
    designated_areas,
    designation_overrides,
    did,
    estat_mesh,
    field_tests,
    future_population,
    gsi_shelters,
    hazard_areas,
    n03,
    natural_parks,
    offices_p05,
    own_areas,
    own_places,
    population_raster,
    road_ledger,
    roads_n01,
    roads_n10,
    roads_n13,
    schools_p29,
    settlements,
    site_reports,
    stations_n02,
    water,
)

BBox = tuple[float, float, float, float]
Read = tuple[Any, list[IntakeReport]]
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
    "own_areas": own_areas,
}
ROAD_SOURCES: dict[str, ModuleType] = {"n13": roads_n13, "n01": roads_n01, "n10": roads_n10, "ledger": road_ledger}


@dataclass(frozen=True)
class Measured:
    """One of the two lists of [evidence]. carriers: key of each carrier → its names; photos: the folder of pictures;
    most_error_m: field tests that know their place less well go out."""

    kind: Literal["field_tests", "site_reports"]
    carriers: Mapping[str, Collection[str]]
    photos: Path | None = None
    credit: str | None = None
    most_error_m: float = evidence.accuracy.MOST_ERROR_M


Spec = (
    sources.PopulationFiles
    | sources.BoundaryFiles
    | sources.SettlementFiles
    | sources.FacilityFiles
    | Layer
    | sources.RoadFiles
    | sources.AreaFiles
    | sources.WaterFiles
    | sources.FuturePopulationFiles
    | sources.TerrainFiles
    | Measured
)
# the word of `kengai check --kind`, the settings of such files, and their source by the `kind` of the settings
_TABLES: dict[type, tuple[str, dict[str, ModuleType]]] = {
    sources.PopulationFiles: ("population", {"estat_mesh": estat_mesh, "raster": population_raster}),
    sources.BoundaryFiles: ("boundary", {"n03": n03, "polygons": boundary_polygons}),
    sources.SettlementFiles: ("settlement", {"": settlements}),
    sources.FacilityFiles: ("facility", FACILITY_SOURCES),
    Layer: ("coverage", dict.fromkeys(("own", "roaming", "satellite"), carrier_polygons)),
    sources.RoadFiles: ("road", ROAD_SOURCES),
    sources.AreaFiles: ("area", {**AREA_SOURCES, "overrides": designation_overrides}),
    sources.TerrainFiles: ("terrain", {"": dem_fgd}),
    sources.WaterFiles: ("water", dict.fromkeys(("w05", "w09"), water)),
    sources.FuturePopulationFiles: ("population", {"": future_population}),
    Measured: ("measurement", {"field_tests": field_tests, "site_reports": site_reports}),
}


def source_of(spec: Spec) -> ModuleType:
    """The source of geodata that reads the files of `spec`."""
    return _TABLES[type(spec)][1][str(getattr(spec, "kind", ""))]


def read_files(spec: Spec, paths: Sequence[Path], *, near: BBox | None = None, prefecture: str = "") -> Read:
    """(what the source of `spec` makes of `paths`, a report a file) with whom to credit.

    near: where a layer must lie (west, south, east, north in degrees), None = anywhere; prefecture: of the people to
    come, "" = all. DataError at the first file that can give no right answer. A spec names no other files than these.
    """
    table, reports = _read(spec, source_of(spec), paths, near, prefecture)
    if isinstance(spec, sources.TerrainFiles):
        return table, reports  # of several sources, each with its own credit
    for report in reports:
        report.kind = _TABLES[type(spec)][0]
        usual = spec.credit is None and not getattr(spec, "none", False)  # the study's own word is nobody's file
        own = report.facts.pop("credit_of_file", source_of(spec).CREDIT)  # a source of two makers says whose file it is
        report.facts["licence"] = source_of(spec).LICENCE if usual else ""
        report.facts["credit"] = own if usual else spec.credit or ""
    return table, reports


def _read(spec: Spec, source: ModuleType, paths: Sequence[Path], near: BBox | None, prefecture: str) -> Read:
    read: Callable[..., Read] = source.read
    if isinstance(spec, Measured):
        more: dict[str, Any] = {"photos": spec.photos} if spec.kind == "site_reports" else {"most_error_m": spec.most_error_m}
        return read(paths, carriers=spec.carriers, **more)
    if isinstance(spec, sources.TerrainFiles):
        return read_tiles(spec, paths)
    if isinstance(spec, sources.PopulationFiles):
        return read(_only(paths), crs=spec.crs) if spec.kind == "raster" else read(paths, spec.level, cut=spec.cut or "")
    if isinstance(spec, Layer):
        return _layers(spec, paths, near)
    if isinstance(spec, sources.AreaFiles) and spec.kind == "overrides":
        return read(paths)
    if isinstance(spec, sources.AreaFiles) and spec.kind == "own_areas":
        return own_areas.read(paths, _columns(spec), crs=spec.crs, layer=spec.layer)
    if isinstance(spec, sources.RoadFiles) and spec.kind == "ledger":
        return road_ledger.read(paths, _ledger(spec), classes=spec.read_classes)
    return read(paths, crs=spec.crs, layer=spec.layer, **_settings(spec, prefecture))


def _settings(spec: Spec, prefecture: str) -> dict[str, Any]:
    """What a source is told beside CRS and layer."""
    if isinstance(spec, sources.BoundaryFiles) and spec.kind == "polygons":
        return {"id_field": spec.id_field, "name_field": spec.name_field}
    if isinstance(spec, sources.SettlementFiles):
        return {"name_field": spec.name_field, "municipality_field": spec.municipality_field}
    if isinstance(spec, sources.FuturePopulationFiles):
        return {"prefecture": prefecture, "years": spec.years}
    if isinstance(spec, sources.AreaFiles) and spec.kind == "parks":
        return {"special_values": spec.special_values}
    if isinstance(spec, sources.FacilityFiles) and spec.classes is not None:
        return {"classes": spec.classes}
    if isinstance(spec, sources.WaterFiles):
        return {"kind": spec.kind}
    if isinstance(spec, sources.RoadFiles):
        more = {"emergency_values": spec.emergency_values} if spec.kind == "n10" else {}
        return {"classes": spec.read_classes, "class_values": spec.class_values, **more}
    return {}


def _ledger(spec: sources.RoadFiles) -> road_ledger.RoadFile:
    return road_ledger.RoadFile(
        class_field=spec.class_field,
        class_values=spec.class_values or None,
        road_class=spec.road_class,
        name_field=spec.name_field,
        emergency_field=spec.emergency_field,
        emergency_values=spec.emergency_values,
        emergency=spec.emergency,
        crs=spec.crs,
        layer=spec.layer,
    )


def _columns(spec: sources.AreaFiles) -> own_areas.AreaColumns:
    return own_areas.AreaColumns(
        area_kind=spec.area_kind,
        class_field=spec.class_field,
        class_values=spec.class_values,
        name_field=spec.name_field,
        municipality_field=spec.municipality_field,
        from_field=spec.from_field,
        to_field=spec.to_field,
    )


def _layers(layer: Layer, paths: Sequence[Path], near: BBox | None) -> Read:
    spec = carrier_polygons.LayerFile(
        carrier=layer.carrier,
        generation=layer.generation,
        kind=layer.kind,
        as_of=layer.as_of,
        crs=layer.crs,
        layer=layer.layer,
        near=near,
        where={field: _choice(said) for field, said in layer.where.items()},
        level=layer.level,
        weak=layer.weak,
        answer_field=layer.answer_field,
        least_share=layer.least_share,
        least_dbm=layer.least_dbm,
    )
    files = [carrier_polygons.read(path, spec) for path in paths]
    read = [carrier_polygons.none_here(spec, STUDY_FILE)] if layer.none else files
    return pd.concat([table for table, _ in read], ignore_index=True), [report for _, report in read]


def _choice(said: list[str | int] | sources.RowChoice) -> choice.Choice:
    if isinstance(said, list):
        return choice.Choice(values=said)
    contains = said.contains if said.contains is None or isinstance(said.contains, list) else [said.contains]
    return choice.Choice(contains=contains, at_least=said.at_least, at_most=said.at_most)


def _only(paths: Sequence[Path]) -> Path:
    if len(paths) != 1:
        raise DataError(
            "population-several-rasters",
            Text("人口ラスターは1つだけ指定できます", "only one population raster can be given"),
            Text("1枚にまとめたGeoTIFFを指定してください。", "merge them into one GeoTIFF"),
            ", ".join(path.name for path in paths),
        )
    return paths[0]
