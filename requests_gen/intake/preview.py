"""A look at a file before it goes into a study: read exactly as a run would read it, with a picture of where it lies.

Everything here works in a child process with ceilings on memory and time: whatever a file does, the screen stays.
"""

from __future__ import annotations

import tomllib
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
from requests_gen.intake.study_toml import Entry, with_entry

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.inputs import Spec
    from geodata.schema import Population

LOOKED_AT = "kengai-looks-at-this"  # the name that the file has for a moment
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


def preview_of(path: Path, entry: Entry, borders: Sequence[bytes] = (), near: Box | None = None, study_text: str = "") -> Preview:
    """The file read as the study would with `entry`, and drawn over `borders` (WKB, degrees).

    near: where the study is (west, south, east, north in degrees), None = not known; study_text: its study.toml, whose
    other settings of the place (the fields of names and ids, the kind of boundary file) stay and are read with.
    """
    with child_process.reading_process(), _patient():
        try:
            return child_process.run(_look, str(path), entry, tuple(borders), near, study_text, size_bytes=path.stat().st_size)
        except DataError as error:
            return Preview(_refused(path, entry.slot, error))


def asked_about(path: Path, entry: Entry, folder: Path, study_text: str) -> list[dict[str, Any]]:
    """The questions (as in summary.json) that a run would ask about the file, were it put where `entry` says.

    folder: of the study, whose population and boundary the file is held against; [] while they cannot be read.
    """
    from requests_gen.intake import edits, in_study

    try:
        study = edits.valid_study(with_entry(study_text, entry, path.resolve().as_posix()), folder)
        return [one.as_dict for one in in_study.asked_about(study, path)]
    except DataError:
        return []


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


def _look(path: str, entry: Entry, borders: tuple[bytes, ...], near: Box | None, study_text: str) -> Preview:
    file = Path(path)
    try:
        spec = settings_of(entry, study_text)
        with ceilings.limited(ceilings.Limits()):
            shapes, report = _read(file, spec, near)
    except DataError as error:
        return Preview(_refused(file, entry.slot, error), _misplaced(file, entry, borders, near, study_text))
    report.path = file.name
    if entry.slot == "layers":
        report.facts |= {"as_of": entry.as_of}
    return Preview(report, picture_of(shapes, borders, near))


def _misplaced(file: Path, entry: Entry, borders: tuple[bytes, ...], near: Box | None, study_text: str) -> Picture | None:
    """Where a refused file lies when nobody minds the place: so that the person sees what is wrong."""
    if near is None or entry.slot != "layers":
        return None
    try:
        with ceilings.limited(ceilings.Limits()):
            shapes, _ = _read(file, settings_of(entry, study_text), None)
    except DataError:
        return None  # refused for another reason than its place, which the report gives
    return picture_of(shapes, borders, near)


def settings_of(entry: Entry, study_text: str) -> Spec:
    """The table of study.toml that the file would be read by, once it stands where `entry` puts it."""
    from coverage.study import Layer, sources

    tables: dict[str, Any] = {
        "population": sources.PopulationFiles,
        "boundaries": sources.BoundaryFiles,
        "settlements": sources.SettlementFiles,
        "facilities": sources.FacilityFiles,
        "layers": Layer,
    }
    # the day changes no reading, and may not be known yet
    dated = replace(entry, as_of=entry.as_of or "2000-01-01", beside=False)
    place = tomllib.loads(with_entry(study_text, dated, LOOKED_AT))[entry.slot]
    listed = place if isinstance(place, list) else [place]
    spec: Spec = tables[entry.slot].model_validate(next(table for table in listed if LOOKED_AT in table.get("files", ())))
    return spec


def _read(file: Path, spec: Spec, near: Box | None) -> tuple[np.ndarray, IntakeReport]:
    """(shapes in degrees, report): squares where people live, or the features."""
    from coverage.inputs import read_files

    table, (report,) = read_files(spec, [file], near=near)
    if report.kind != "population":
        return _degrees(table), report
    report.facts["population_total"] = float(table.frame["population"].sum())
    return _squares(table), report


def _degrees(table: gpd.GeoDataFrame) -> np.ndarray:
    shapes = np.asarray(table.geometry.to_crs("EPSG:6668").to_numpy(), dtype=object)
    return np.asarray(shapes[~shapely.is_empty(shapes)], dtype=object)


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
