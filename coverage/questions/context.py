"""Context: what a question is asked with, the same for a run, `kengai check --study` and the data page."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from coverage.questions.question import Question

if TYPE_CHECKING:
    import pandas as pd

    from coverage.cells import Cells
    from coverage.input_tables import Inputs
    from coverage.study import Study
    from geodata.report import IntakeReport


@dataclass(frozen=True)
class Context:
    """A study, what was read of it (geometries in `inputs.grid.crs`; a report's `path` is the file as the study names it),
    its cells, and the share matrix (cells × (carrier, generation), 0..1, NaN unknown) once there is one."""

    study: Study
    inputs: Inputs
    cells: Cells
    shares: pd.DataFrame | None = None

    def named(self, municipality_ids: Sequence[str], most: int = 6) -> str:
        """The first municipalities by name, and how many more there are: 津市、伊勢市ほか3."""
        names = self.inputs.municipalities["name"]
        shown = "、".join(str(names.get(code, code)) for code in municipality_ids[:most])
        return shown + (f"ほか{len(municipality_ids) - most}" if len(municipality_ids) > most else "")

    def reports_for(self, files: Iterable[str]) -> list[IntakeReport]:
        """The report of each of `files` (names as in study.toml), one a file, those not read left out."""
        by_path: dict[str, IntakeReport] = {}
        for report in self.inputs.reports:
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
