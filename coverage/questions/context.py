"""Context: what a question is asked with, the same for a run, `kengai check --study` and the data page.

Everything but the study may be missing (None, empty): `check` has read one file and what it is measured against, not the
whole study. An asker gives no question about what it was not given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverage.questions.question import Question

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from coverage.cells import Cells
    from coverage.input_tables import Inputs
    from coverage.study import Study
    from coverage.zones import urgency
    from geodata.grid import Grid
    from geodata.report import IntakeReport
    from geodata.schema import Population


@dataclass(frozen=True)
class Context:
    """A study and what was read of it. Geometries are in `grid.crs`, as in Inputs.

    municipalities: MUNICIPALITIES, the study's own (`in_study`) and the neighbours it names; shares: the share matrix
    (cells × (carrier, generation), 0..1, NaN unknown), once there is one; reports: of the files read, their `path` as
    the study names the file.
    """

    study: Study
    reports: Sequence[IntakeReport] = ()
    grid: Grid | None = None
    population: Population | None = None
    municipalities: gpd.GeoDataFrame | None = None
    in_study: frozenset[str] = frozenset()
    cells: Cells | None = None
    settlements: gpd.GeoDataFrame | None = None
    sources: urgency.SourceTables | None = None
    layers: gpd.GeoDataFrame | None = None
    evidence: gpd.GeoDataFrame | None = None
    shares: pd.DataFrame | None = None

    @classmethod
    def of(cls, study: Study, inputs: Inputs, cells: Cells | None = None) -> Context:
        """All that a run has read, before its shares."""
        return cls(
            study=study,
            reports=inputs.reports,
            grid=inputs.grid,
            population=inputs.population,
            municipalities=inputs.municipalities,
            in_study=inputs.in_study,
            cells=cells,
            settlements=inputs.settlements,
            sources=inputs.sources,
            layers=inputs.layers,
            evidence=inputs.evidence,
        )

    def reports_for(self, files: Iterable[str]) -> list[IntakeReport]:
        """The report of each of `files` (names as in study.toml), one a file, those not read left out."""
        by_path: dict[str, IntakeReport] = {}
        for report in self.reports:
            by_path.setdefault(report.path, report)
        names = (_name_in_study(self.study, name) for name in files)
        return [by_path[name] for name in dict.fromkeys(names) if name in by_path]


Asker = Callable[[Context], list[Question]]


def sha256_of(reports: Iterable[IntakeReport], *also: str) -> str:
    """The fingerprint that the id of a question ends with: one file's own SHA-256, else one of all of them together.

    also: further words that decide what was asked (a `where` of study.toml); empty ones do not count.
    """
    parts = [*sorted({report.sha256 for report in reports}), *(word for word in also if word)]
    return parts[0] if len(parts) == 1 else hashlib.sha256("\n".join(parts).encode()).hexdigest()


def names_of(reports: Iterable[IntakeReport]) -> str:
    """The files of a question, as Question.file has them."""
    return ", ".join(dict.fromkeys(report.path for report in reports))


def _name_in_study(study: Study, name: str) -> str:
    path = study.path(name)
    try:
        return path.resolve().relative_to(study.folder).as_posix()
    except ValueError:
        return path.name
