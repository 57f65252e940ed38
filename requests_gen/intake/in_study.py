"""A file held against a study: read with the study's own settings, and asked what a run would ask of it.

Only what the file is measured against is read beside it (population and boundary), by the very reader and gate of a
run, so that `kengai check --study`, the data page and the run tell the same things under the same ids.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from coverage.questions import Asked, note_in
from coverage.study import Layer, Study
from geodata.errors import DataError, Text
from geodata.progress import silent
from geodata.report import IntakeReport
from requests_gen.intake import check

# a carrier for a file of which nobody has said yet whose area it is
NOBODYS = "this_file"
LISTS = ("facilities", "roads", "areas")
WORST = ("accept", "warn", "refuse")


@dataclass(frozen=True)
class Held:
    """What a run of the study would make of a file, and the questions about it, open and answered."""

    report: IntakeReport
    asked: tuple[Asked, ...] = ()


def held_against(study: Study, path: Path, kind: str | None = None, answers: check.Answers | None = None) -> Held:
    """`path` as the study reads it: with the table of study.toml that names it, else as a file of `kind` in its place.

    answers: for a file that the study does not name. Never raises for bad data: a refused file gives a report whose
    verdict is "refuse". Raises DataError for a kind that does not exist.
    """
    check.check_kind(kind)
    told = answers or check.Answers()
    part = _named(study, path)
    if part is not None:
        return _read(part, path, None, kind, told)
    alone = check.check_files([path], kind, told.level, told.crs, told.layer)[0]
    if alone.kind == "population" and told.level is None:
        told = replace(told, level=study.population.level)  # ten digits cannot say their level; the study does
        alone = check.check_files([path], kind, told.level, told.crs, told.layer)[0]
    if alone.verdict == "refuse" or alone.kind not in check.KINDS:
        return Held(alone)
    last = Held(alone)
    for spec in check.usual_specs(path, alone, told):
        last = _read(_with(study, spec, path), path, alone, kind, told)
        if not any(notice.code in check.OTHERWISE for notice in last.report.notices):
            break
    return last


def asked_about(study: Study, path: Path) -> tuple[Asked, ...]:
    """The questions about a file that the study names; () where the study cannot be read beside it yet."""
    part = _named(study, path)
    try:
        return () if part is None else _asked(part, path)[1]
    except DataError:
        return ()


def _read(part: Study, path: Path, alone: IntakeReport | None, kind: str | None, answers: check.Answers) -> Held:
    try:
        report, asked = _asked(part, path)
    except DataError as error:
        if not error.file or path.name in error.file:
            report = IntakeReport(str(path), kind or "") if alone is None else replace(alone, notices=[*alone.notices])
            report.refuse(error.at(path) if not error.file else error)
            return Held(report)
        report = alone or check.check_files([path], kind, answers.level, answers.crs, answers.layer)[0]
        _not_compared(report, error)
        return Held(report)
    note_in([report], asked)
    report.path = str(path)
    if alone is not None:
        report.facts = alone.facts | report.facts
        for name in check.OF_THE_STUDY:
            report.facts.pop(name, None)
    return Held(report, asked)


def _asked(part: Study, path: Path) -> tuple[IntakeReport, tuple[Asked, ...]]:
    """(the file's report, the questions about it) of a study that names no more than it needs."""
    from coverage.inputs import read_inputs
    from coverage.run import asked_of

    inputs = read_inputs(part, silent)
    name = _relative(part, path)
    mine = [report for report in inputs.reports if report.path == name]
    asked = [one for one in asked_of(part, inputs) if name in one.question.file.split(", ")]
    return max(mine, key=lambda report: WORST.index(report.verdict)), tuple(asked)


def _not_compared(report: IntakeReport, error: DataError) -> None:
    report.note(
        "warn",
        "study-not-read",
        Text(
            f"調査のほかのファイルが読めないため、調査との突き合わせ（人口・境界・問い）はしていません。\n{error.in_('ja')}",
            f"another file of the study cannot be read, so this one was not held against the study\n{error.in_('en')}",
        ),
    )


def _relative(study: Study, path: Path) -> str:
    try:
        return path.resolve().relative_to(study.folder).as_posix()
    except ValueError:
        return path.name


def _is(study: Study, path: Path, names: Iterable[str]) -> bool:
    return any(study.path(name).resolve() == path.resolve() for name in names)


def _named(study: Study, path: Path) -> Study | None:
    """The study with no more than population, boundary and the tables that name `path`; None where none does."""
    found: dict[str, Any] = {
        name: parts for name in LISTS if (parts := [part for part in getattr(study, name) if _is(study, path, part.files)])
    }
    whose = {(layer.carrier, layer.generation) for layer in study.layers if _is(study, path, layer.files)}
    if whose:
        # what a layer covers is told by carrier and generation: all its tables count
        found["layers"] = [layer for layer in study.layers if (layer.carrier, layer.generation) in whose]
    for name in ("settlements", "future_population"):
        part = getattr(study, name)
        if part is not None and _is(study, path, part.files):
            found[name] = part
    if study.evidence is not None and _is(study, path, [*study.evidence.field_tests, *study.evidence.site_reports]):
        found["evidence"] = study.evidence
    base = _is(study, path, [*study.population.files, *study.boundaries.files, *study.boundaries.neighbours])
    return _only(study, found) if found or base else None


def _only(study: Study, parts: dict[str, Any]) -> Study:
    empty: dict[str, Any] = {name: [] for name in (*LISTS, "layers")}
    empty |= {"settlements": None, "future_population": None, "evidence": None}
    ranking = study.ranking.model_copy(update={"criteria": []})
    return study.model_copy(update={**empty, "ranking": ranking, **parts})


def _with(study: Study, spec: Any, path: Path) -> Study:
    """The study with `path` in the place of the files of its kind, read by `spec` and by the fields the study names."""
    from coverage.inputs import Measured
    from coverage.study import EvidenceFiles, sources

    file = path.resolve().as_posix()
    if isinstance(spec, Measured):
        lists: dict[str, list[str]] = {"field_tests": [], "site_reports": []} | {spec.kind: [file]}
        usual = study.evidence or EvidenceFiles(field_tests=[file])
        return _only(study, {"evidence": usual.model_copy(update=lists)})
    files = {"files": [file]}
    if isinstance(spec, Layer):
        theirs = study.carriers[0].model_copy(update={"key": NOBODYS, "name": "このファイル"})
        kinds = sorted({*study.rules.kinds, spec.kind} - {"satellite"})
        layer = spec.model_copy(update={**files, "carrier": NOBODYS})
        return _only(study, {"layers": [layer], "carriers": [theirs], "rules": study.rules.model_copy(update={"kinds": kinds})})
    for name, kind in (
        ("population", sources.PopulationFiles),
        ("boundaries", sources.BoundaryFiles),
        ("settlements", sources.SettlementFiles),
    ):
        if isinstance(spec, kind):
            usual_part = getattr(study, name) or spec
            said = {key: getattr(spec, key) for key in ("crs", "layer", "level") if getattr(spec, key, None) is not None}
            kinds_said = {"kind": spec.kind, "level": spec.level} if isinstance(spec, sources.PopulationFiles) else {}
            return _only(study, {name: usual_part.model_copy(update={**files, **said, **kinds_said})})
    if isinstance(spec, sources.FuturePopulationFiles):
        return _only(study, {"future_population": spec.model_copy(update=files)})
    by_type = ((sources.FacilityFiles, "facilities"), (sources.RoadFiles, "roads"), (sources.AreaFiles, "areas"))
    name = next(name for kind, name in by_type if isinstance(spec, kind))
    return _only(study, {name: [spec.model_copy(update=files)]})
