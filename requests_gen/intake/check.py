"""`kengai check`: what a file is, and whether a run would read it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.safety import child_process

if TYPE_CHECKING:
    from coverage.inputs import Spec

# the first source whose sign stands in a column reads the file; the last of a kind reads what has no sign
FACILITIES = (
    ("schools_p29", "P29_"),
    ("clinics_p04", "P04_"),
    ("offices_p05", "P05_"),
    ("offices_p05", "P34_"),
    ("stations_n02", "N02_"),
    ("own_places", "種別"),
    ("gsi_shelters", ""),
)
AREAS = (
    ("hazards", "A33_"),
    ("hazards", "A40_"),
    ("parks", "A10_"),
    ("did", "A16_"),
    ("did", "JINKO"),
    ("overrides", "種別"),
    ("designated", ""),
)
# N10 of 2024 may bear the names of N01: each reader knows its own
ROADS = ((("n13",), "N13_"), (("n10",), "N10_"), (("n10", "n01"), "N01_"), (("ledger",), ""))
WATERS = (("w09", "W09_"), ("w05", ""))
KINDS = ("coverage", "population", "boundary", "facility", "measurement", "settlement", "road", "area", "terrain", "water")
LEVELS = (80_000, 10_000, 5_000, 2_000, 1_000, 500, 250, 125, 100)
# the file says itself that it is roaming or satellite, or old roads, or has no column of answers for this generation
OTHERWISE = {"layer-kind", "roads-are-n01", "mesh-list-column"}
OF_THE_STUDY = ("carrier", "generation", "kind", "as_of", "source", "licence", "credit")  # a file alone does not say these


@dataclass(frozen=True)
class Answers:
    """What a person says of a file that does not say it itself."""

    level: int | None = None
    crs: str | None = None
    layer: str | None = None


def check_files(
    paths: list[Path], kind: str | None = None, level: int | None = None, crs: str | None = None, layer: str | None = None
) -> list[IntakeReport]:
    """One report a file, in order; a refused file gives a report whose verdict is "refuse".

    Each is read by the source that reads it in a run, with the usual settings of study.toml. level: of mesh tables,
    where ten digits cannot tell; crs, layer: the answers for files that do not say. DataError for a kind that does not
    exist.
    """
    check_kind(kind)
    with child_process.reading_process():
        return [_checked(path, kind, Answers(level, crs, layer)) for path in paths]


def check_kind(kind: str | None) -> None:
    """DataError where nobody knows such a kind of file."""
    if kind is not None and kind not in KINDS:
        raise DataError(
            "check-kind",
            Text(f"ファイルの種類「{kind}」はありません。", f"there is no kind of file {kind!r}"),
            Text(f"--kind には {'・'.join(KINDS)} のどれかを書いてください。", f"--kind is one of {', '.join(KINDS)}"),
        )


def _checked(path: Path, kind: str | None, answers: Answers) -> IntakeReport:
    from geodata.intake import inspect

    seen = inspect(path, kind, crs=answers.crs, layer=answers.layer)
    if seen.kind not in KINDS or not seen.sha256 or (seen.verdict == "refuse" and "columns" not in seen.facts):
        return seen  # no kind to read it as, or nothing in it that any source could read
    try:
        report, facts = _as_read(path, seen, answers)
    except DataError as error:
        if seen.verdict != "refuse":
            seen.refuse(error.at(path) if not error.file else error)
        return seen
    report.path, report.facts = seen.path, seen.facts | report.facts | facts
    for name in OF_THE_STUDY:
        report.facts.pop(name, None)
    return report


def _as_read(path: Path, seen: IntakeReport, answers: Answers) -> tuple[IntakeReport, dict[str, Any]]:
    """(the report of the source that takes the file, further facts). DataError where it refuses."""
    from coverage.inputs import read_files

    *others, last = usual_specs(path, seen, answers)
    for spec in others:
        try:
            return read_files(spec, [path])[1][0], {}
        except DataError as error:
            if error.code not in OTHERWISE:
                raise
    table, reports = read_files(last, [path])
    people = getattr(table, "frame", None)
    return reports[0], {} if people is None else {"population_total": float(people["population"].sum())}


def usual_specs(path: Path, seen: IntakeReport, answers: Answers) -> list[Spec]:
    """The settings that a study would read the file with; several where the source itself tells whose it is."""
    from coverage.inputs import Measured
    from coverage.study import Layer, sources

    listed = seen.facts.get("columns", ())
    # of a raster it is their number
    columns = [unicodedata.normalize("NFKC", str(name)).strip() for name in listed] if isinstance(listed, list | tuple) else []
    files: dict[str, Any] = {"files": [path.name], "crs": answers.crs, "layer": answers.layer}
    match seen.kind:
        case "population":
            return [_population(path, columns, answers, files)]
        case "boundary":
            return [sources.BoundaryFiles(**files)]
        case "settlement":
            return [sources.SettlementFiles(**files)]
        case "facility":
            return [sources.FacilityFiles(kind=_by_sign(FACILITIES, columns), **files)]
        case "area":
            return [sources.AreaFiles(kind=_by_sign(AREAS, columns), **files)]
        case "road":
            return [
                sources.RoadFiles(kind=kind, road_class="other" if kind == "ledger" else None, **files) for kind in _by_sign(ROADS, columns)
            ]
        case "water":
            return [sources.WaterFiles(kind=_by_sign(WATERS, columns), **files)]
        case "terrain":
            return [sources.TerrainFiles(files=files["files"], crs=answers.crs)]
        case "measurement":
            return [Measured(*_measured(path))]
        case "coverage":
            named: dict[str, Any] = {"carrier": "any", "as_of": "2000-01-01", "level": answers.level}
            tried: list[dict[str, Any]] = [
                {"kind": kind, "generation": g} for kind in ("own", "roaming", "satellite") for g in ("4G", "5G")
            ]
            return [Layer(**each, **named, **files) for each in tried]
    raise ValueError(f"no kind of file: {seen.kind}")


def _by_sign(signs: Iterable[tuple[Any, str]], columns: list[str]) -> Any:
    return next(kind for kind, sign in signs if not sign or any(sign in name for name in columns))


def _population(path: Path, columns: list[str], answers: Answers, files: dict[str, Any]) -> Spec:
    from coverage.study import sources

    if not columns:
        return sources.PopulationFiles(kind="raster", files=files["files"], crs=answers.crs)
    if any(name.startswith("PTN_") for name in columns):
        return sources.FuturePopulationFiles(level=1000, **files)
    level = answers.level if answers.level is not None else _level_of(path)
    return sources.PopulationFiles(files=files["files"], level=level)


def _level_of(path: Path) -> int:
    """The only level that the table can be read with; DataError where its codes are ambiguous (ten digits)."""
    from geodata import mesh
    from geodata.intake import read_table
    from geodata.sources import estat_mesh
    from geodata.tables import column_of

    table, _ = read_table(path)
    written = table[column_of(table, estat_mesh.FIELDS["code"]) or table.columns[0]]
    # only to tell how long they are: the source itself says which signs it mends
    codes = written.map(lambda code: re.sub(r"\.0+$|[^0-9.]", "", unicodedata.normalize("NFKC", code)))
    codes = codes[codes.str.fullmatch("[0-9]+")]
    try:
        return mesh.level_of(codes)
    except DataError as error:
        # whatever a run could read is read here: signs that only the source mends may stand among the codes
        digits = set(codes.str.len())
        fitting = [level for level in LEVELS if mesh.digits_of(level) in digits and _reads(path, level)]
        if len(fitting) != 1:
            raise error.at(path) from None
        return fitting[0]  # its name or its table says which of the two


def _reads(path: Path, level: int) -> bool:
    from geodata.sources import estat_mesh

    try:
        estat_mesh.read([path], level)
    except DataError:
        return False
    return True


def _measured(path: Path) -> tuple[Any, dict[str, list[str]]]:
    """(which list of [evidence] it belongs to, the carriers that it names): a file alone has no study's carriers."""
    from geodata.intake import read_table
    from geodata.sources import field_tests, site_reports
    from geodata.tables import column_of, text_of

    table, _ = read_table(path)
    measured = any(column_of(table, field_tests.FIELDS[name]) for name in ("rsrp", "call", "service"))
    reported = column_of(table, site_reports.FIELDS["signal"]) is not None and not measured
    fields = site_reports.FIELDS if reported else field_tests.FIELDS
    names = {name for one in text_of(table, column_of(table, fields["carrier"])) for name in re.split("[、,・/]", one)}
    return "site_reports" if reported else "field_tests", {name.strip(): [] for name in sorted(names) if name.strip()}
