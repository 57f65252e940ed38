"""The survey at the desk: where the study, its findings, the registry and letters.toml are; then one call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.errors import DataError, Text
from geodata.progress import Progress
from requests_gen.compare import results_of
from requests_gen.registry import Registry, location, open_registry, values
from requests_gen.results import holds_result, read_result
from requests_gen.survey.export import FOLDER, Written, write_surveys
from requests_gen.survey.intake import Imported, import_survey
from requests_gen.survey.new_places import accept_place, candidates, decline_place
from requests_gen.survey.read_form import read_survey
from requests_gen.workspace import LETTERS_FILE, LetterSettings, find_studies, read_letter_settings

if TYPE_CHECKING:
    from coverage.result import Result

STATES = {"new": Text("候補", "candidate"), "accepted": Text("地区に加えた", "accepted"), "declined": Text("取り上げない", "declined")}


def export_forms(
    study: Path, out: Path | None, municipalities: list[str], deadline: date | None, maps: bool, who: str, at: datetime, progress: Progress
) -> Written:
    """The forms of the study at `study`, from its last good run, into `out` (by default `survey` beside the results).

    A deadline that is given is kept in the registry; without one the one kept there is used.
    """
    results = results_of(study)
    folder = study.parent if study.is_file() else study
    result = read_result(results)
    settings = _settings(result, folder)
    with open_registry(location.registry_place(location.workspace_of(folder))) as registry:
        year = result.study.about.fiscal_year
        kept = _kept_deadline(registry, year)
        done = write_surveys(
            result,
            registry,
            out if out is not None else results.parent / FOLDER,
            settings=settings,
            deadline=deadline or kept,
            municipalities=municipalities,
            with_maps=maps,
            progress=progress,
        )
        if deadline and deadline != kept:
            _keep_deadline(registry, year, deadline, who or location.person(), at)
    return done


def _settings(result: Result, folder: Path) -> LetterSettings | None:
    file = folder / LETTERS_FILE
    return read_letter_settings(result.study, file) if file.is_file() else None


def _campaign(registry: Registry, year: int) -> dict[str, object]:
    table = registry.campaigns()
    rows = table[table["year"] == year].drop(columns=list(values.RESERVED)).to_dict("records")
    return {str(k): v for k, v in rows[0].items() if isinstance(v, list) or not values.is_unknown(v)} if rows else {}


def _kept_deadline(registry: Registry, year: int) -> date | None:
    day = _campaign(registry, year).get("survey_deadline")
    return date.fromisoformat(str(day)) if day else None


def _keep_deadline(registry: Registry, year: int, day: date, who: str, at: datetime) -> None:
    fields = {name: value for name, value in _campaign(registry, year).items() if name != "year"}
    registry.start_campaign(year, who=who, at=at, **{**fields, "survey_deadline": day.isoformat()})


@dataclass(frozen=True)
class Outcome:
    """What several files brought, and the files that could not be taken."""

    done: list[Imported] = field(default_factory=list)
    refused: list[DataError] = field(default_factory=list)


def import_forms(files: Sequence[Path], workspace: Path, who: str, at: datetime, settled: bool = False, dry_run: bool = False) -> Outcome:
    """Take each file by itself: one that is refused keeps none of the others out."""
    outcome = Outcome()
    found = _results(workspace)
    with open_registry(location.needed_registry(workspace)) as registry:
        for file in files:
            try:
                outcome.done.append(_one(file, registry, found, who or location.person(), at, settled, dry_run))
            except DataError as error:
                outcome.refused.append(error if error.file else error.at(file))
    return outcome


def _one(file: Path, registry: Registry, found: _Results, who: str, at: datetime, settled: bool, dry_run: bool) -> Imported:
    read = read_survey(file)
    return import_survey(read, registry, found.of(read.year), who=who, at=at, settled=settled, dry_run=dry_run)


@dataclass(frozen=True)
class _Results:
    """Findings of a workspace, each read when a form of its year comes."""

    folders: list[Path]
    read: dict[Path, Result] = field(default_factory=dict)

    def of(self, year: int) -> Result | None:
        for folder in self.folders:
            if folder not in self.read:
                self.read[folder] = read_result(folder)
            if self.read[folder].study.about.fiscal_year == year:
                return self.read[folder]
        return None


def _results(workspace: Path) -> _Results:
    try:
        places = find_studies(workspace)
    except DataError:
        places = []
    return _Results([place.results for place in reversed(places) if holds_result(place.results)])


def decide_places(workspace: Path, year: int, accept: list[str], decline: list[str], reason: str, who: str, at: datetime) -> list[Text]:
    """Accept and decline candidates; the list of all of the year in words."""
    with open_registry(location.needed_registry(workspace)) as registry:
        for reference in decline:
            decline_place(registry, year, reference, reason, who=who or location.person(), at=at)
        for reference in accept:
            accept_place(registry, year, reference, who=who or location.person(), at=at)
        rows = candidates(registry, year)
    if rows.empty:
        return [Text(f"{year}年度の照会に新しい箇所はありません", f"no new places in the survey of {year}")]
    return [_place_words(str(reference), row) for reference, row in rows.iterrows()]


def _place_words(reference: str, row: pd.Series) -> Text:
    def said(name: str) -> str:
        value = row.get(name)
        return "" if value is None or value != value else str(value)

    state = STATES.get(said("state"), STATES["new"])
    where = "　".join(filter(None, (said("name"), said("oaza"), said("where"))))
    given = f" → {said('given_id')}" if said("given_id") else ""
    return Text(f"{reference}　{state.ja}{given}　{where}", f"{reference} {state.en}{given} {where}")
