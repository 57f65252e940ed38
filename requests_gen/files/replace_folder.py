"""A folder of results that is old-complete or new-complete, whatever stops the writing.

Everything is made in a folder beside the target, brought onto the disk, and put in place by one rename; what
stood there before is kept as `<name>.old`. Nobody else's file is ever moved.
"""

from __future__ import annotations

import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from geodata.errors import DataError, Text
from geodata.report import file_sha256
from requests_gen.files.lock import only_one_writer

MANIFEST = "manifest.json"
EDITED_BY_HAND = frozenset({".csv", ".xlsx"})  # what people write their own notes into
NAMED = 5
# traces that other programs leave beside a file they opened; nobody's work
TRACES = ("~$", ".~lock.")
TRACE_ENDS = ("-wal", "-shm", "-journal")
TRACE_NAMES = frozenset({"Thumbs.db", "desktop.ini", ".DS_Store"})
AT_FDCWD = -100
RENAME_EXCHANGE = 2


def publish(build: Callable[[Path], None], out_dir: Path) -> None:
    """Let `build` fill an empty folder, then put it in the place of `out_dir`.

    The results that were there become `<out_dir>.old`. Raises DataError, changing nothing, when `out_dir` is
    not a folder of results, when someone else's files lie in it, or when another run is writing it.
    """
    out_dir = Path(os.path.realpath(out_dir))
    out_dir.parent.mkdir(parents=True, exist_ok=True)
    with only_one_writer(out_dir):
        _recover(out_dir)
        check_target(out_dir)
        making = out_dir.with_name(f".{out_dir.name}.making")
        try:
            making.mkdir()
            build(making)
            _onto_disk(making)
            _put_in_place(making, out_dir)
        finally:
            shutil.rmtree(making, ignore_errors=True)


def check_target(out_dir: Path) -> None:
    """Raise DataError when `out_dir` exists and holds anything that a run did not write there."""
    if not out_dir.exists():
        return
    if not out_dir.is_dir():
        raise DataError(
            "output-not-a-folder",
            Text("出力先がフォルダではありません", "the place for the results is not a folder"),
            Text("別の名前を --out で指定してください。", "name another with --out"),
            str(out_dir),
        )
    unexpected = _strangers(out_dir)
    if unexpected:
        names = ", ".join(unexpected[:NAMED]) + (" …" if len(unexpected) > NAMED else "")
        raise DataError(
            "output-holds-other-files",
            Text(
                f"出力先に Kengai が書いたものではないファイルが{len(unexpected)}件あります（{names}）。何も変えていません",
                f"holds {len(unexpected)} files that Kengai did not write ({names}); nothing was changed",
            ),
            Text(
                "そのファイルを別のフォルダへ移すか、--out で別の出力先を指定してください。",
                "move them elsewhere, or name another folder with --out",
            ),
            str(out_dir),
        )


def manifest_outputs(folder: Path) -> dict[str, str]:
    """{file name: SHA-256} of what the manifest in `folder` says was written; empty without a readable one."""
    try:
        listed = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))["outputs"]
        return {str(entry["path"]): str(entry["sha256"]) for entry in listed}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def output_list(folder: Path) -> list[dict[str, Any]]:
    """Name, size and SHA-256 of every file in `folder` and the folders in it, by name."""
    return [
        {"path": name, "size_bytes": path.stat().st_size, "sha256": file_sha256(path)}
        for name, path in sorted(_files(folder).items())
    ]


def _files(folder: Path) -> dict[str, Path]:
    """{name from `folder`, with /: path} of every file in `folder` and the folders in it."""
    found = (path for path in sorted(folder.rglob("*")) if not path.is_dir())
    return {path.relative_to(folder).as_posix(): path for path in found}


def _strangers(folder: Path) -> list[str]:
    """Files in `folder` that its manifest does not name, traces of other programs aside."""
    known = manifest_outputs(folder)
    ours = {*known, MANIFEST} if known else set()
    return [name for name in _files(folder) if name not in ours and not is_trace(name, ours)]


def is_trace(name: str, ours: set[str]) -> bool:
    """Whether another program left the file `name` (with / where it lies deeper) beside one of `ours`."""
    last = name.rpartition("/")[2]
    if last in TRACE_NAMES or last.startswith(TRACES):
        return True
    return any(name.endswith(end) and name.removesuffix(end) in ours for end in TRACE_ENDS)


def _touched_by_people(folder: Path) -> bool:
    """Whether `folder` holds someone's own files, or sheets that were changed since they were written."""
    if _strangers(folder):
        return True
    return any(
        Path(name).suffix in EDITED_BY_HAND and (folder / name).is_file() and file_sha256(folder / name) != digest
        for name, digest in manifest_outputs(folder).items()
    )


def _put_in_place(making: Path, out_dir: Path) -> None:
    """`making` becomes `out_dir`; what `out_dir` held becomes `<out_dir>.old`."""
    old = out_dir.with_name(out_dir.name + ".old")
    try:
        if out_dir.exists() and not any(out_dir.iterdir()):
            out_dir.rmdir()
        if out_dir.exists():
            _clear(old)
            _swap(making, out_dir, old)
        else:
            making.rename(out_dir)
    except PermissionError as error:
        raise DataError(
            "output-in-use",
            Text(
                "出力先のファイルが開かれているか、書き込む権利がありません", "a file in it is open, or it may not be written to"
            ),
            Text(
                "Excel や QGIS で開いているファイルを閉じてから、もう一度実行してください。前の結果はそのままです。",
                "close the files that Excel or QGIS has open and run again; the former results are untouched",
            ),
            str(out_dir),
        ) from error
    sync_folder(out_dir.parent)


def _swap(making: Path, out_dir: Path, old: Path) -> None:
    """Put the new folder in place and keep the former one as `old`.

    Where the system can exchange two names at once, the new folder first takes the name `old`: at no moment is
    there no `out_dir`, and at no moment an incomplete folder under either name. Elsewhere there is a moment
    without `out_dir`; `_recover` mends it when the run dies just then.
    """
    making.rename(old)
    if swap_folders(old, out_dir):
        return
    old.rename(making)
    out_dir.rename(old)
    try:
        making.rename(out_dir)
    except OSError:
        old.rename(out_dir)
        raise


def swap_folders(one: Path, other: Path) -> bool:
    """Swap the names of two folders in one step; False where the system cannot."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    if rename(AT_FDCWD, os.fsencode(one), AT_FDCWD, os.fsencode(other), RENAME_EXCHANGE) == 0:
        return True
    if ctypes.get_errno() in {errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP}:
        return False  # this file system cannot
    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(other))


def _recover(out_dir: Path) -> None:
    """Mend what a killed run left: an unfinished folder goes, results without their name get it back."""
    shutil.rmtree(out_dir.with_name(f".{out_dir.name}.making"), ignore_errors=True)
    shutil.rmtree(out_dir.with_name(f".{out_dir.name}.removing"), ignore_errors=True)
    old = out_dir.with_name(out_dir.name + ".old")
    if not out_dir.exists() and manifest_outputs(old):
        old.rename(out_dir)


def _clear(old: Path) -> None:
    """Make the name `old` free: delete the results before the last, or set them aside if people touched them."""
    if not old.exists():
        return
    if not old.is_dir() or _touched_by_people(old):
        number = 2
        while (aside := old.with_name(f"{old.name}{number}")).exists():
            number += 1
        old.rename(aside)
        return
    removing = old.with_name(f".{old.name.removesuffix('.old')}.removing")
    old.rename(removing)  # so that a half deleted folder never bears the name
    shutil.rmtree(removing, ignore_errors=True)


def _onto_disk(folder: Path) -> None:
    for path in _files(folder).values():
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
    for inside in sorted(path for path in folder.rglob("*") if path.is_dir()):
        sync_folder(inside)
    sync_folder(folder)


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk, where the system lets a folder be opened."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
