"""Where the registry of a workspace is, and who is working."""

from __future__ import annotations

import getpass
import os
from pathlib import Path

from coverage.study import STUDY_FILE, read_study
from geodata.errors import DataError, Text
from requests_gen.registry.registry import Registry
from requests_gen.wording import captions
from requests_gen.workspace import find_studies
from requests_gen.workspace import places as workspace_places

URL_VARIABLE = "KENGAI_REGISTRY"  # a database URL, for offices that share one registry on a server


def registry_place(workspace: Path) -> Path | str:
    """The registry's file in `workspace`, or the URL that the environment names; it need not exist yet."""
    return os.environ.get(URL_VARIABLE, "").strip() or workspace / workspace_places.REGISTRY_FILE


def existing_registry(workspace: Path) -> Path | str | None:
    """The same, None where the file does not exist yet."""
    place = registry_place(workspace)
    return place if isinstance(place, str) or place.exists() else None


def needed_registry(workspace: Path) -> Path | str:
    """The same. Raises DataError where the file does not exist: looking must not make an empty one."""
    place = existing_registry(workspace)
    if place is None:
        raise DataError(
            "registry-missing",
            Text(
                f"このフォルダには台帳（{workspace_places.REGISTRY_FILE}）がありません",
                f"there is no {workspace_places.REGISTRY_FILE} in this folder",
            ),
            Text(
                "--workspace で作業フォルダを指定してください。台帳は最初の kengai run で作られます。",
                "name the workspace with --workspace; the first `kengai run` makes the registry",
            ),
            str(workspace),
        )
    return place


def workspace_of(study: Path) -> Path:
    """The folder that holds the registry of the study in the folder `study`."""
    # a study file may bear another name: its registry is then in its own folder
    return find_studies(study)[0].workspace if (study / STUDY_FILE).is_file() else study


def person() -> str:
    """Who is working on this machine, by the system's account."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "kengai"


def notice_of(workspace: Path) -> str:
    """What an export says first: that areas of a study in `workspace` are invented; "" where none are."""
    try:
        places = find_studies(workspace)
    except DataError:
        return ""
    return captions.FICTITIOUS.ja if any(_is_fictitious(place.folder) for place in places) else ""


def _is_fictitious(study: Path) -> bool:
    try:
        return read_study(study).about.fictitious
    except DataError:
        return False  # a study that cannot be read now says nothing of the registry


def export_to(registry: Registry, out: Path, workspace: Path) -> None:
    """Write everything to `out`, as its ending says. Raises DataError for another ending or a file that is there."""
    _known_ending(out)
    if out.exists():
        raise DataError(
            "export-exists",
            Text("同じ名前のファイルがすでにあります。何も変えていません", "there is a file of that name; nothing was changed"),
            Text("別の名前を指定してください。", "name another"),
            str(out),
        )
    write = registry.export_json if out.suffix.lower() == ".json" else registry.export_xlsx
    write(out, notice_of(workspace))


def _known_ending(file: Path) -> None:
    if file.suffix.lower() not in {".json", ".xlsx"}:
        raise DataError(
            "export-ending",
            Text("台帳の書き出しは .xlsx か .json です", "an export is an .xlsx or a .json"),
            Text("ファイル名の終わりを .xlsx か .json にしてください。", "end the name with .xlsx or .json"),
            file.name,
        )
