"""A folder of results that is old-complete or new-complete, whatever stops the writing.

Everything is made in a folder beside the target, brought onto the disk, and put in place by one rename; what
stood there before is kept as `<name>.old`. Nobody else's file is ever moved.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
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
    with alone_in(out_dir, _holds_results):
        check_target(out_dir)
        replace(build, out_dir, _touched_by_people)


@contextlib.contextmanager
def alone_in(target: Path, is_whole: Callable[[Path], bool]) -> Iterator[None]:
    """Nobody else writes `target` meanwhile; what a killed process left is put right first.

    is_whole: whether a folder is one of ours that may get the name back. Raises DataError "output-being-written".
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with only_one_writer(target):
        recover(target, is_whole)
        yield


def replace(build: Callable[[Path], None], target: Path, worth_keeping: Callable[[Path], bool]) -> None:
    """Let `build` fill an empty folder and put it in the place of `target`, which becomes `<target>.old`.

    worth_keeping: whether an `.old` from before must be set aside as `.old2`, not deleted. Call within alone_in.
    """
    making = _beside(target, "making")
    try:
        making.mkdir()
        build(making)
        _onto_disk(making)
        put_in_place(making, target, worth_keeping)
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
    return [{"path": name, "size_bytes": path.stat().st_size, "sha256": file_sha256(path)} for name, path in sorted(_files(folder).items())]


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


def put_in_place(new: Path, target: Path, worth_keeping: Callable[[Path], bool]) -> None:
    """`new` becomes `target`; what `target` held becomes `<target>.old`, also where that is `new` itself.

    A refused rename is undone: raises DataError "output-in-use", and `target` is what it was.
    """
    old = old_of(target)
    try:
        if target.exists() and not any(target.iterdir()):
            target.rmdir()
        if not target.exists():
            new.rename(target)
        else:
            if new != old:
                _clear(old, worth_keeping)
            _exchange(new, target, old)
    except PermissionError as error:
        raise DataError(
            "output-in-use",
            Text("出力先のファイルが開かれているか、書き込む権利がありません", "a file in it is open, or it may not be written to"),
            Text(
                "Excel・Word・QGIS などで開いているファイルを閉じてから、もう一度行ってください。前のものはそのままです。",
                "close the files that Excel, Word or QGIS has open and try again; what was there is untouched",
            ),
            str(target),
        ) from error
    sync_folder(target.parent)


def _exchange(new: Path, target: Path, old: Path) -> None:
    """`new` becomes `target` and `target` becomes `old`, or everything keeps its name.

    Where the system can exchange two names at once, the new folder first takes the name `old`: at no moment is
    there no `target`, and at no moment an incomplete folder under either name. Elsewhere there is a moment
    without `target`; `recover` puts that right when the process dies just then.
    """
    aside = _beside(target, "aside") if new == old else new
    done: list[tuple[Path, Path]] = []

    def step(before: Path, after: Path) -> None:
        before.rename(after)
        done.append((before, after))

    try:
        if new != old:
            step(new, old)
        if not swap_folders(old, target):
            step(old, aside)
            step(target, old)
            step(aside, target)
    except OSError:
        for before, after in reversed(done):
            after.rename(before)
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


def recover(target: Path, is_whole: Callable[[Path], bool]) -> None:
    """Put right what a killed process left: an unfinished folder goes, a whole one without its name gets it back."""
    for left in ("making", "removing"):
        shutil.rmtree(_beside(target, left), ignore_errors=True)
    old, aside = old_of(target), _beside(target, "aside")
    if not target.exists() and is_whole(old):
        old.rename(target)
    if aside.exists() and not old.exists():
        aside.rename(old)


def old_of(target: Path) -> Path:
    """Where what `target` held before is kept."""
    return target.with_name(f"{target.name}.old")


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}")


def _holds_results(folder: Path) -> bool:
    return bool(manifest_outputs(folder))


def _clear(old: Path, worth_keeping: Callable[[Path], bool]) -> None:
    """Make the name `old` free: delete what lies there, or set it aside if it is worth keeping."""
    if not old.exists():
        return
    if not old.is_dir() or worth_keeping(old):
        number = 2
        while (aside := old.with_name(f"{old.name}{number}")).exists():
            number += 1
        old.rename(aside)
        return
    removing = old.with_name(f".{old.name.removesuffix('.old')}.removing")
    old.rename(removing)  # so that a half deleted folder never bears the name
    shutil.rmtree(removing, ignore_errors=True)


def _onto_disk(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        elif os.access(path, os.W_OK):  # a letter that was sent may be read-only
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
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
