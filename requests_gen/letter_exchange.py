"""Putting a new shelf of letters in the place of the old one, whatever stops it."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from requests_gen.letter_shelf import LETTERS_JSON, files_in, read_shelf
from requests_gen.publishing import only_one_writer, swap_folders, sync_folder


@contextmanager
def shelf_lock(shelf: Path) -> Iterator[None]:
    """Nobody else writes the shelf meanwhile."""
    shelf.parent.mkdir(parents=True, exist_ok=True)
    with only_one_writer(shelf):
        _recover(shelf)
        yield


def _recover(shelf: Path) -> None:
    """Mend what a killed run left."""
    shutil.rmtree(_making(shelf), ignore_errors=True)
    old = shelf.with_name(shelf.name + ".old")
    if not shelf.exists() and (old / LETTERS_JSON).is_file():
        old.rename(shelf)


def _making(shelf: Path) -> Path:
    return shelf.with_name(f".{shelf.name}.making")


def exchange(shelf: Path, build: Callable[[Path], dict[str, Any]], replaced: set[str]) -> None:
    """Put a new shelf in the place of `shelf`: all that is there but the `replaced` folders, and what `build` adds.

    build: writes into the new shelf and returns the contents of letters.json. Call within shelf_lock.
    """
    making = _making(shelf)
    try:
        if shelf.is_dir():
            shutil.copytree(
                shelf,
                making,
                ignore=lambda folder, names: replaced & set(names) if Path(folder) == shelf else set(),
            )
        else:
            making.mkdir(parents=True)
        told = build(making)
        write_bytes(
            making / LETTERS_JSON, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        )
        _onto_disk(making)
        _swap(making, shelf)
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _onto_disk(folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            sync_folder(path)
        elif os.access(path, os.W_OK):
            with path.open("rb+") as stream:
                os.fsync(stream.fileno())
    sync_folder(folder)


def _swap(making: Path, shelf: Path) -> None:
    """`making` becomes `shelf`, what was there `<shelf>.old`; what was `.old` goes, unless people wrote into it."""
    old = shelf.with_name(shelf.name + ".old")
    try:
        if not shelf.exists():
            making.rename(shelf)
            return
        _clear(old, shelf)
        making.rename(old)
        if not swap_folders(old, shelf):
            old.rename(making)
            shelf.rename(old)
            making.rename(shelf)
    except PermissionError as error:
        raise DataError(
            "output-in-use",
            Text(
                "出力先のファイルが開かれているか、書き込む権利がありません",
                "a file in it is open, or it may not be written to",
            ),
            Text(
                "Word や Excel で開いているファイルを閉じてから、もう一度実行してください。前の要望書はそのままです。",
                "close the open files and run again; the former letters are untouched",
            ),
            str(shelf),
        ) from error
    sync_folder(shelf.parent)


def _clear(old: Path, shelf: Path) -> None:
    """Free the name `.old`. All that the shelf still has is no loss; anything else is set aside, not deleted."""
    if not old.exists():
        return
    have = files_in(shelf)
    try:
        ours = {
            f"{entry.folder}/{name}": digest
            for entry in read_shelf(old)
            for name, digest in entry.files.items()
        }
    except DataError:
        ours = {}
    lost = [
        name
        for name, digest in files_in(old).items()
        if name != LETTERS_JSON and have.get(name) != digest and ours.get(name) != digest
    ]
    if lost:
        number = 2
        while (aside := old.with_name(f"{old.name}{number}")).exists():
            number += 1
        old.rename(aside)
    else:
        shutil.rmtree(old)
