"""The results before the last: what they are, and putting them back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from geodata.errors import DataError, Text
from requests_gen.files import only_one_writer, replace_folder
from requests_gen.runs.background import already_running, status_file


@dataclass(frozen=True)
class PreviousResults:
    """Results on the disk: when they were written, and how many zones and people they speak of."""

    folder: Path
    written: datetime
    zones: int | None
    people: float | None
    lost: tuple[str, ...]  # files that the manifest names and that are gone


former_folder = replace_folder.old_of


def kept(folder: Path) -> PreviousResults | None:
    """What the results in `folder` are; None where there are none."""
    listed = replace_folder.manifest_outputs(folder)
    if not listed:
        return None
    summary: dict[str, Any] = {}
    with contextlib.suppress(OSError, ValueError):
        summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return PreviousResults(
        folder,
        datetime.fromtimestamp((folder / replace_folder.MANIFEST).stat().st_mtime).astimezone(),
        summary.get("zones", {}).get("count"),
        summary.get("population", {}).get("total"),
        tuple(name for name in listed if not (folder / name).is_file()),
    )


def restore_former(results: Path) -> None:
    """Exchange the last results with those before them: doing it twice changes nothing.

    Raises DataError, changing nothing, when there are none, when they are not whole, or while a run is under way.
    """
    old = former_folder(results)
    with _no_run(results), only_one_writer(results):
        if results.exists():  # otherwise these very results come back now
            replace_folder.recover(results, lambda folder: False)
        found = kept(old)
        if found is None or found.lost:
            raise _no_former(old)
        replace_folder.check_target(results)
        replace_folder.put_in_place(old, results, lambda folder: True)


@contextlib.contextmanager
def _no_run(results: Path) -> Iterator[None]:
    try:
        lock = only_one_writer(status_file(results))
        lock.__enter__()
    except DataError as error:
        raise (already_running() if error.code == "output-being-written" else error) from error
    try:
        yield
    finally:
        lock.__exit__(None, None, None)


def _no_former(old: Path) -> DataError:
    return DataError(
        "no-former-results",
        Text("前回の結果が残っていないか、そろっていません。", "there are no former results, or not all of them"),
        Text("いまの結果はそのままです。調査を実行し直してください。", "the last results are as they were; run the study again"),
        old.name,
    )
