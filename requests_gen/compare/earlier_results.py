"""Where earlier findings lie: other years of the workspace, and the run before the last."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from coverage.study import STUDY_FILE
from geodata.errors import DataError, Text
from requests_gen.files import replace_folder
from requests_gen.results import holds_result
from requests_gen.workspace import StudyPlace, find_studies

OLD = ".old"


@dataclass(frozen=True)
class Held:
    """Findings kept in a results folder. `name`: of the folder they belong to, untrusted; `before`: the run before."""

    results: Path
    name: str
    before: bool

    @property
    def stamp(self) -> str:
        """Changes whenever the findings do."""
        manifest = self.results / replace_folder.MANIFEST
        return hashlib.sha256(manifest.read_bytes()).hexdigest() if manifest.is_file() else ""


def results_of(path: Path) -> Path:
    """The results folder that `path` (a study, its file, or a results folder) means.

    Raises DataError where there is no study, or where it was not run yet.
    """
    if holds_result(path) or (path / replace_folder.MANIFEST).is_file():
        return path
    places = find_studies(path.parent if path.is_file() and path.name == STUDY_FILE else path)
    if len(places) > 1:
        names = ", ".join(place.folder.name for place in places[:5])
        raise DataError(
            "several-studies",
            Text(f"このフォルダには調査がいくつもあります（{names}）", f"holds several studies ({names})"),
            Text("その中の1つを指定してください。", "name one of them"),
            str(path),
        )
    if not (places[0].results / replace_folder.MANIFEST).is_file():
        raise DataError(
            "study-not-run",
            Text("この調査にはまだ結果がありません", "this study was not run yet"),
            Text("先に kengai run で実行してください。", "run it first (`kengai run`)"),
            str(path),
        )
    return places[0].results


def earlier_findings(place: StudyPlace) -> list[Held]:
    """What `place` can be compared with: other studies of the workspace, the newest first, and its run before."""
    others = [other for other in _studies_around(place) if other.folder != place.folder]
    found = [Held(other.results, other.folder.name, False) for other in others[::-1] if holds_result(other.results)]
    before = place.results.with_name(place.results.name + OLD)
    if holds_result(before):
        found.append(Held(before, place.folder.name, True))
    return found


def _studies_around(place: StudyPlace) -> list[StudyPlace]:
    if not place.workspace.is_dir() or (place.workspace / STUDY_FILE).is_file():
        return []
    return find_studies(place.workspace)
