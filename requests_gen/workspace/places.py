"""Which studies a folder holds, and where each keeps its findings and papers."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path

from coverage.study import STUDY_FILE
from geodata.errors import DataError, Text
from requests_gen.files import replace_folder

DATA, INBOX = "data", "inbox"
STUDY_FOLDER = "study"  # the copy of the example: its findings lie beside it, not in it
REGISTRY_FILE = "kengai.sqlite"
YEAR_DIGITS = 4


@dataclass(frozen=True)
class StudyPlace:
    """One study on the disk. `results` and `letters` need not exist yet."""

    folder: Path
    results: Path
    letters: Path
    workspace: Path  # holds the studies of all years, and the registry

    @property
    def stamp(self) -> str:
        """Changes whenever the findings do; "" where there are none."""
        manifest = self.results / replace_folder.MANIFEST
        return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else ""


def year_of(study: Path) -> int | None:
    """The fiscal year that a study.toml says, None where it cannot be read: its own page tells why."""
    try:
        return int(tomllib.loads((study / STUDY_FILE).read_text(encoding="utf-8-sig"))["study"]["fiscal_year"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def find_studies(folder: Path) -> list[StudyPlace]:
    """The studies in `folder`: itself, or each folder in it that holds a study.toml, by name.

    `folder` may be a study, a results folder, or a workspace. Raises DataError where there is no study.
    """
    folder = folder.resolve()
    if not (folder / STUDY_FILE).is_file() and (folder / replace_folder.MANIFEST).is_file():
        folder = folder.parent
    if (folder / STUDY_FILE).is_file():
        found = [_place(folder)]
    else:
        inside = sorted(folder.iterdir()) if folder.is_dir() else []
        found = [_place(path) for path in inside if (path / STUDY_FILE).is_file()]
    if not found:
        raise DataError(
            "no-study",
            Text(f"このフォルダには調査（{STUDY_FILE}）がありません", f"there is no {STUDY_FILE} in this folder"),
            Text(
                "kengai new で作業フォルダを作るか、調査のあるフォルダを指定してください。",
                "make one with `kengai new`, or name the folder that holds a study",
            ),
            str(folder),
        )
    return found


def _place(study: Path) -> StudyPlace:
    own = study.name != STUDY_FOLDER or (study / "results" / replace_folder.MANIFEST).is_file()
    beside = study if own else study.parent
    return StudyPlace(study, beside / "results", beside / "letters", _workspace(study))


def _workspace(study: Path) -> Path:
    """The folder that holds the registry: the one around the years, or a lone study's own folder."""
    parent = study.parent
    among_years = study.name == STUDY_FOLDER or (study.name.isdigit() and len(study.name) == YEAR_DIGITS)
    if (parent / REGISTRY_FILE).is_file() or (among_years and not (study / REGISTRY_FILE).is_file()):
        return parent
    return study
