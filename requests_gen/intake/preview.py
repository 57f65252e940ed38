"""A look at a file before it goes into a study: read exactly as a run would read it, with a picture of where it lies.

Everything here works in a child process with ceilings on memory and time: whatever a file does, the screen stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from geodata.errors import DataError
from geodata.report import IntakeReport
from geodata.safety import ceilings, child_process
from requests_gen.intake.picture import Box, Picture, picture_of
from requests_gen.intake.study_toml import SHELTERS, Entry

if TYPE_CHECKING:
    import geopandas as gpd

    from geodata.schema import Population

DRAW_SECONDS = 30.0  # on top of reading: drawing is bounded by its sample, not by the file


@dataclass(frozen=True)
class Preview:
    """What a run would make of a file: its report, and a picture where it was not refused."""

    report: IntakeReport
    picture: Picture | None = None


def first_look(path: Path, kind: str | None = None) -> IntakeReport:
    """What the file is, before anything was answered. Never raises for bad data."""
    with child_process.reading_process(), _patient():
        try:
            return child_process.run(_inspect, str(path), kind, size_bytes=path.stat().st_size)
        except DataError as error:
            return _refused(path, kind or "", error)


def preview_of(path: Path, entry: Entry, borders: Sequence[bytes] = (), near: Box | None = None) -> Preview:
    """The file read as the study would with `entry`, and drawn over `borders` (WKB, degrees).

    near: where the study is (west, south, east, north in degrees); None = not known.
    """
    with child_process.reading_process(), _patient():
        try:
            return child_process.run(_look, str(path), entry, tuple(borders), near, size_bytes=path.stat().st_size)
        except DataError as error:
            return Preview(_refused(path, entry.slot, error))


def _patient() -> Any:
    ceiling = ceilings.Limits()
    return ceilings.limited(replace(ceiling, seconds=ceiling.seconds + DRAW_SECONDS))


def _refused(path: Path, kind: str, error: DataError) -> IntakeReport:
    report = IntakeReport(path.name, kind)
    report.refuse(error.at(path) if not error.file else error)
    return report


def _inspect(path: str, kind: str | None) -> IntakeReport:
    from geodata.intake import inspect

    with ceilings.limited(ceilings.Limits()):
        return inspect(path, kind)


def _look(path: str, entry: Entry, borders: tuple[bytes, ...], near: Box | None) -> Preview:
    file = Path(path)
    try:
        with ceilings.limited(ceilings.Limits()):
            shapes, report = _read(file, entry, near)
    except DataError as error:
        return Preview(_refused(file, entry.slot, error), _misplaced(file, entry, borders, near))
    report.path = file.name
    return Preview(report, picture_of(shapes, borders, near))


def _misplaced(file: Path, entry: Entry, borders: tuple[bytes, ...], near: Box | None) -> Picture | None:
    """Where a refused file lies when nobody minds the place: so that the person sees what is wrong."""
    if near is None or entry.slot != "layers":
        return None
    try:
        with ceilings.limited(ceilings.Limits()):
            shapes, _ = _read(file, entry, None)
    except DataError:
        return None  # refused for another reason than its place, which the report gives
    return picture_of(shapes, borders, near)


def _read(file: Path, entry: Entry, near: Box | None) -> tuple[np.ndarray, IntakeReport]:
    """(shapes in degrees, report), by the reader that the run uses for this place in the study."""
    from coverage.inputs import FACILITY_SOURCES
    from geodata.sources import carrier_polygons, n03, settlements

    if entry.slot == "population":
        return _people(file, entry)
    if entry.slot == "layers":
        table, report = carrier_polygons.read(
            file,
            carrier_polygons.LayerFile(
                carrier=entry.carrier,
                generation=entry.generation,
                kind=entry.kind or "own",
                as_of=entry.as_of,
                crs=entry.crs,
                layer=entry.layer,
                level=entry.level,
                where=dict(entry.where) or None,
                near=near,
            ),
        )
    else:
        sources: dict[str, Any] = {"boundaries": n03, "settlements": settlements}
        source = FACILITY_SOURCES[entry.kind or SHELTERS] if entry.slot == "facilities" else sources[entry.slot]
        table, reports = source.read([file], crs=entry.crs, layer=entry.layer)
        report = reports[0]
    return _degrees(table), report


def _degrees(table: gpd.GeoDataFrame) -> np.ndarray:
    return np.asarray(table.geometry.to_crs("EPSG:6668").to_numpy(), dtype=object)


def _people(file: Path, entry: Entry) -> tuple[np.ndarray, IntakeReport]:
    """Squares where people live."""
    from geodata.sources import estat_mesh, population_raster

    if entry.kind == "raster":
        population, reports = population_raster.read(file, crs=entry.crs)
    else:
        population, reports = estat_mesh.read([file], entry.level)
    report = reports[0]
    report.facts["population_total"] = float(population.frame["population"].sum())
    return _squares(population), report


def _squares(population: Population) -> np.ndarray:
    from geodata import mesh

    frame = population.frame
    index = frame.index[(frame["population"] > 0).to_numpy()]
    if population.grid is None:
        level = population.level
        if level is None:
            raise ValueError("meshes have a level")
        return np.asarray(shapely.box(*mesh.cell_bounds(np.asarray(index, dtype=np.int64), level)), dtype=object)
    import geopandas as gpd

    grid, inhabited = population.grid, frame.loc[index]
    x, y = grid.west + inhabited["i"].to_numpy() * grid.dx, grid.south + inhabited["j"].to_numpy() * grid.dy
    boxes = gpd.GeoSeries(shapely.box(x, y, x + grid.dx, y + grid.dy), crs=grid.crs)
    return np.asarray(boxes.to_crs("EPSG:6668").to_numpy(), dtype=object)


def layer_names(path: Path) -> list[str]:
    """The layers a vector file offers; [] where it has none to choose from or cannot be opened."""
    with child_process.reading_process():
        try:
            return child_process.run(_layer_names, str(path), size_bytes=path.stat().st_size)
        except DataError:
            return []


def _layer_names(path: str) -> list[str]:
    from geodata.intake import containers
    from geodata.safety import sniff

    file = Path(path)
    with containers.private_folder() as folder:
        return [entry.name for entry in containers.vector_entries(file, folder, sniff.format_of(file)) if entry.name]


def raw_numbers(path: Path) -> Box | None:
    """The extent of a vector file's coordinates as they stand in it, before any CRS; None where it has none."""
    with child_process.reading_process():
        try:
            return child_process.run(_raw_numbers, str(path), size_bytes=path.stat().st_size)
        except DataError:
            return None


def _raw_numbers(path: str) -> Box | None:
    from geodata.intake import containers
    from geodata.safety import sniff

    file = Path(path)
    with containers.private_folder() as folder:
        entries = containers.vector_entries(file, folder, sniff.format_of(file))
        boxes = [shapely.total_bounds(entry.read().geometries) for entry in entries if entry.records]
    known = [box for box in boxes if np.isfinite(box).all()]
    if not known:
        return None
    west, south, east, north = np.array(known).T
    return float(west.min()), float(south.min()), float(east.max()), float(north.max())
