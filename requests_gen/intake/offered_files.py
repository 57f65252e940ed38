"""Files on their way into a study: safe names, what a folder offers, copies that are whole or not there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from geodata.errors import DataError, Text
from geodata.report import file_sha256
from requests_gen.files import names as file_names
from requests_gen.workspace import places

ENDINGS = (
    ".geojson",
    ".json",
    ".zip",
    ".gpkg",
    ".kml",
    ".kmz",
    ".shp",
    ".fgb",
    ".parquet",
    ".geoparquet",
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".tif",
    ".tiff",
)
COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
LISTED = 500


def main_files(paths: Iterable[Path]) -> list[Path]:
    """Those that can be read by themselves; the companions of a .shp come with it."""
    return [path for path in paths if path.suffix.casefold() in ENDINGS]


def with_companions(path: Path) -> list[Path]:
    """The file itself, and for a .shp the files beside it that belong to it."""
    if path.suffix.casefold() != ".shp":
        return [path]
    beside = {
        other.suffix.casefold(): other
        for other in sorted(path.parent.iterdir())
        if other.stem.casefold() == path.stem.casefold() and other.is_file()
    }
    return [path, *(beside[ending] for ending in COMPANIONS if ending in beside)]


def offered(folder: Path) -> list[Path]:
    """Readable files in the study's own data and inbox folders and beside study.toml, by name; at most LISTED."""
    found: list[Path] = []
    for place in (folder / places.INBOX, folder / places.DATA, folder):
        if place.is_dir():
            # sub-folders of data and inbox are offered too; the study's own folder is not searched
            walk = place.rglob("*") if place != folder else place.iterdir()
            inside = [path for path in walk if path.is_file() and not path.name.startswith(".")]
            found += [path for path in sorted(main_files(inside)) if is_inside(path, folder)]
    return found[:LISTED]


def is_inside(path: Path, folder: Path) -> bool:
    """Whether `path` really lies in `folder`, links followed."""
    return path.resolve().is_relative_to(folder.resolve())


def typed_path(typed: str, folder: Path, *, anywhere: bool) -> Path:
    """The file a person typed: absolute, or relative to the study. DataError where it may not be read.

    anywhere: the person sits at the machine the program runs on; over a network only the study's folder is open.
    """
    # Explorer's "copy as path" puts the path in quotes
    path = Path(typed.strip().strip('"').strip("'"))
    try:
        path = (folder / path).resolve()
        allowed = anywhere or is_inside(path, folder)
        there = allowed and path.is_file()
    except (OSError, ValueError):
        allowed, there = True, False
    if not allowed:
        raise DataError(
            "path-outside",
            Text("調査フォルダの外のファイルは指定できません。", "that file is outside the study's folder"),
            Text(
                "ファイルを調査フォルダの inbox に置くか、アップロードしてください。", "put it into the study's inbox folder, or upload it"
            ),
            typed,
        )
    if not there:
        raise DataError(
            "file-missing",
            Text("ファイルが見つかりません。", "there is no such file"),
            Text(
                "エクスプローラーでファイルを右クリックして「パスのコピー」を選び、そのまま貼り付けてください。",
                "copy the file's path in the Explorer and paste it here",
            ),
            typed,
        )
    return path


def place_of(source: Path, folder: Path) -> str | None:
    """The name of a file that lies in the study already (its inbox aside), relative to it; else None."""
    if is_inside(source, folder) and not is_inside(source, folder / places.INBOX):
        return source.resolve().relative_to(folder.resolve()).as_posix()
    return None


def free_names(sources: Sequence[Path], folder: Path, day: str) -> tuple[list[str], bool]:
    """(names in data/ for a file and its companions, whether the same files lie there already).

    Nothing in data/ is ever overwritten: another file of the same name gets the day, then a number, in its name.
    """
    stem = Path(file_names.safe_name(sources[0].name)).stem
    number = 0
    while True:
        tried = stem if number == 0 else f"{stem}-{day}" if number == 1 else f"{stem}-{day}-{number}"
        names = [f"{places.DATA}/{tried}{source.suffix}" for source in sources]
        taken = [folder / name for name in names if (folder / name).exists()]
        # a stray .prj of that name would be read with the new .shp
        strays = [path for path in _companions_at(folder / names[0]) if path not in taken]
        if not taken and not strays:
            return names, False
        if len(taken) == len(names) and not strays and all(map(_same, sources, taken)):
            return names, True
        number += 1


def _companions_at(path: Path) -> list[Path]:
    if path.suffix.casefold() != ".shp" or not path.parent.is_dir():
        return []
    return [other for other in path.parent.iterdir() if other.stem == path.stem and other.suffix.casefold() in COMPANIONS]


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and file_sha256(one) == file_sha256(other)


def copy_whole(source: Path, target: Path) -> None:
    """Copy a file so that `target` is the whole file or not there, whatever stops it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as into, source.open("rb") as out_of:
            shutil.copyfileobj(out_of, into, 1 << 20)
            into.flush()
            os.fsync(into.fileno())
        Path(name).chmod(0o644)  # mkstemp makes it readable by its owner alone
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
