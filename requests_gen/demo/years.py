"""Earlier years of the example, made from this year's files: what was built since is taken away again.

The example holds one year's areas and a short list of what changed (story/built_since.csv: a disc where a carrier
built or gave up in a fiscal year). Going back a year, what was built is cut out and what was given up comes back.
"""

from __future__ import annotations

import csv
import io
import shutil
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
import tomlkit

from coverage.inputs import read_files
from coverage.study import STUDY_FILE, Layer, Study, sources
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.safety import child_process
from geodata.schema import CRS_GEOGRAPHIC
from requests_gen.workspace import LETTERS_FILE

BUILT, GIVEN_UP = "整備", "廃止"
AS_OF_DAY = "09-30"
DISC_CORNERS = 8  # a quarter of a disc's outline
STORY, CHANGES, YEARS = "story", "built_since.csv", "years.toml"
DATA = "data"
Row = dict[str, str]


@dataclass(frozen=True)
class AreaChange:
    """In `year` the carrier built (or gave up) an area: a disc, metres around a point in JGD2011 degrees."""

    year: int
    carrier: str
    generation: str
    longitude: float
    latitude: float
    radius_m: float
    built: bool
    place: str


def read_changes(story: Path) -> list[AreaChange]:
    """The list of the example; [] where there is none. Raises DataError for a row that cannot be read."""
    return [_change(number, row) for number, row in enumerate(read_rows(story, CHANGES), start=2)]


def read_rows(story: Path, name: str) -> list[Row]:
    """The rows of one of the story's lists; [] where the example has none."""
    file = story / name
    if not file.is_file():
        return []
    return [dict(row) for row in csv.DictReader(io.StringIO(file.read_text(encoding="utf-8-sig")))]


def _change(number: int, row: Row) -> AreaChange:
    try:
        built = {BUILT: True, GIVEN_UP: False}[row["変化"]]
        return AreaChange(
            int(row["年度"]), row["事業者"], row["世代"], float(row["経度"]), float(row["緯度"]), float(row["半径m"]), built, row["場所"]
        )
    except (KeyError, ValueError, TypeError) as error:
        raise DataError(
            "demo-change-unreadable",
            Text(f"{number}行目を読めません（{error}）", f"row {number} cannot be read ({error})"),
            Text("同梱の例のファイルを元に戻してください。", "put back the example's own file"),
            CHANGES,
        ) from error


def earlier_years(changes: Iterable[AreaChange], year: int) -> list[int]:
    """The fiscal years before `year` that the list can go back to, the first one first."""
    return sorted({change.year - 1 for change in changes if change.year <= year})


def write_earlier_year(study: Study, changes: list[AreaChange], story: Path, year: int, folder: Path) -> Path:
    """The study of fiscal `year` in `folder`: this year's files, with the areas as they were then.

    story/years.toml may name tables of study.toml that the year did without. Areas stand there as GeoParquet. study.toml is written last: its presence says that the folder is whole.
    """
    metric = study.about.metric_crs
    undone = sorted((c for c in changes if c.year > year), key=lambda c: -c.year)
    files: dict[int, str] = {}
    with child_process.reading_process():
        for number, layer in enumerate(study.layers):
            mine = [c for c in undone if (c.carrier, c.generation) == (layer.carrier, layer.generation)]
            if mine:
                files[number] = f"{DATA}/{layer.carrier}_{layer.generation.lower()}_{year}.parquet"
                _write_layer(former(_polygons(study, layer), mine, metric), folder / files[number])
    without = _without(story, year)
    text = _study_text(study.folder / STUDY_FILE, year, files, without)
    _copy_files(study, _files_read(study, files, without), study.about.fiscal_year - year, folder)
    write_bytes(folder / STUDY_FILE, text.encode("utf-8"))
    return folder


def _polygons(study: Study, layer: Layer) -> np.ndarray:
    """The layer's polygons, mended, in JGD2011 degrees as the run reads them: object[n]."""
    table, _ = read_files(layer, [study.path(name) for name in layer.files])
    return np.asarray(table.geometry.to_numpy(object))


def former(polygons: np.ndarray, undone: list[AreaChange], metric_crs: str) -> np.ndarray:
    """The polygons before the changes, the first of `undone` taken back first: object[n], in JGD2011 degrees.

    Polygons that no disc touches stay as they are, to the last bit: elsewhere nothing may seem to have changed.
    """
    for change in undone:
        area = disc(change, metric_crs)
        if not change.built:
            polygons = np.append(polygons, area)
            continue
        # asked and cut part by part: parts of one multipolygon may overlap (geodata.inside)
        parts, owner = shapely.get_parts(polygons, return_index=True)
        near = np.isin(np.arange(len(polygons)), owner[shapely.intersects(parts, area)])
        cut = shapely.get_parts(shapely.difference(parts[near[owner]], area))
        polygons = np.concatenate([polygons[~near], cut[(shapely.get_dimensions(cut) == 2) & ~shapely.is_empty(cut)]])
    return polygons


def disc(change: AreaChange, metric_crs: str) -> shapely.Geometry:
    """Where the change was, in JGD2011 degrees."""
    point = gpd.GeoSeries([shapely.Point(change.longitude, change.latitude)], crs=CRS_GEOGRAPHIC)
    around = point.to_crs(metric_crs).buffer(change.radius_m, quad_segs=DISC_CORNERS)
    return around.to_crs(CRS_GEOGRAPHIC).iloc[0]


def _write_layer(polygons: np.ndarray, path: Path) -> None:
    data = io.BytesIO()
    gpd.GeoDataFrame(geometry=polygons, crs=CRS_GEOGRAPHIC).to_parquet(data, index=False)
    write_bytes(path, data.getvalue())


def _without(story: Path, year: int) -> list[str]:
    """Tables of study.toml that the year did without."""
    file = story / YEARS
    changes = tomllib.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    return list(changes.get(str(year), {}).get("without", []))


def _study_text(file: Path, year: int, files: dict[int, str], without: list[str]) -> str:
    """study.toml of the year: its fiscal year, the days and files of its areas."""
    document = tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    for table in without:
        document.pop(table, None)
    document["study"]["fiscal_year"] = year  # type: ignore[index]
    for number, layer in enumerate(document["layers"]):  # type: ignore[arg-type]
        layer["as_of"] = f"{year}-{AS_OF_DAY}"  # type: ignore[index]
        if number in files:
            layer["files"] = [files[number]]  # type: ignore[index]
            if "layer" in layer:  # type: ignore[operator]
                del layer["layer"]  # type: ignore[attr-defined]
    return tomlkit.dumps(document)


def _files_read(study: Study, files: dict[int, str], without: list[str]) -> set[str]:
    """Names of all other files that the year's study reads."""
    spec = {name for number, layer in enumerate(study.layers) if number not in files for name in layer.files}
    single = [study.population, study.boundaries, study.settlements, study.future_population]
    many: dict[str, Sequence[sources.VectorFiles | sources.VectorFiles]] = {
        "facilities": study.facilities,
        "roads": study.roads,
        "areas": study.areas,
    }
    tables = [*single, *(table for key, listed in many.items() if key not in without for table in listed)]
    spec |= {name for table in tables if table is not None for name in table.files}
    if study.evidence is not None and "evidence" not in without:
        spec |= {*study.evidence.field_tests, *study.evidence.site_reports}
    return spec


def _copy_files(study: Study, spec: set[str], back: int, folder: Path) -> None:
    """The files beside the study as in the example, and the settings of its letters."""
    for name in sorted(spec):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(study.path(name), target)
    letters = study.folder / LETTERS_FILE
    if letters.is_file():
        write_bytes(folder / LETTERS_FILE, _letters_text(letters, back).encode("utf-8"))


def _letters_text(file: Path, back: int) -> str:
    """letters.toml with its days so many years earlier."""
    document = tomlkit.parse(file.read_text(encoding="utf-8-sig"))
    head = document.get("letter", {})
    for key in ("date", "deadline"):
        if head.get(key):
            day = date.fromisoformat(str(head[key]))
            head[key] = day.replace(year=day.year - back).isoformat()
    return tomlkit.dumps(document)
