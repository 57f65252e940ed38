"""Putting a file into a study: what will change, the change itself, and the way back.

No file of the study is ever overwritten: a new version gets a name of its own, and study.toml, written last and
in one step, says which is used. So a change that dies half-way has changed nothing, and undoing it gives the
former study byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any

from coverage.study import STUDY_FILE, Study, read_study
from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.report import file_sha256
from requests_gen.files import only_one_writer
from requests_gen.intake.offered_files import copy_whole, free_names, place_of, with_companions
from requests_gen.intake.study_toml import Entry, with_answer, with_entry
from requests_gen.workspace import places

CHANGES = ".kengai-changes.json"  # the last changes made from the screen, for undoing
CHANGES_KEPT = 20


@dataclass(frozen=True)
class Plan:
    """A change that has not been made: which files come in under which names, and study.toml before and after."""

    folder: Path
    before: bytes
    after: bytes
    copies: tuple[tuple[Path, str], ...]
    file: str

    @property
    def difference(self) -> list[str]:
        """The lines of study.toml that go (-) and come (+)."""
        lines = unified_diff(_lines(self.before), _lines(self.after), lineterm="", n=2)
        return [line for line in lines if not line.startswith(("---", "+++", "@@"))]

    @property
    def changes_nothing(self) -> bool:
        """Whether the study uses this file with these answers already."""
        return self.before == self.after and not self.copies


@dataclass(frozen=True)
class Change:
    """A change that was made. `added`: {name in the study: SHA-256} of the files that came in with it."""

    at: str
    file: str
    before: str
    after_sha256: str
    added: dict[str, str]


def plan(folder: Path, source: Path, entry: Entry, at: datetime) -> Plan:
    """What putting `source` into the study would do. Nothing is written.

    Raises DataError where the study would not be valid afterwards.
    """
    before = (folder / STUDY_FILE).read_bytes()
    here = place_of(source, folder)
    copies: tuple[tuple[Path, str], ...] = ()
    if here is None:
        sources = with_companions(source)
        names, there = free_names(sources, folder, f"{at:%Y%m%d}")
        copies = () if there else tuple(zip(sources, names, strict=True))
        here = names[0]
    return Plan(folder, before, _rewritten(before, folder, lambda text: with_entry(text, entry, here)), copies, here)


def plan_answer(folder: Path, question: str, reason: str) -> Plan:
    """What writing `reason` under [answers] for the id `question` would do; "" takes an answer away. Nothing is written.

    Raises DataError where the study would not be valid afterwards.
    """
    before = (folder / STUDY_FILE).read_bytes()
    after = _rewritten(before, folder, lambda text: with_answer(text, question, reason))
    return Plan(folder, before, after, (), f"[answers] {question}")


def _rewritten(before: bytes, folder: Path, change: Callable[[str], str]) -> bytes:
    """study.toml with a change of its text, its line ends and byte order mark kept; DataError where it is invalid."""
    text = before.decode("utf-8-sig")
    after = change(text.replace("\r\n", "\n"))
    valid_study(after, folder)
    data = after.replace("\n", "\r\n") if "\r\n" in text else after
    mark = b"\xef\xbb\xbf" if before.startswith(b"\xef\xbb\xbf") else b""
    return mark + data.encode("utf-8")


def valid_study(text: str, folder: Path) -> Study:
    """The study that `text` describes; DataError in words where it is none. Nothing is written into `folder`."""
    with tempfile.TemporaryDirectory(prefix="kengai-") as aside:
        file = Path(aside) / STUDY_FILE
        file.write_text(text, encoding="utf-8")
        study = read_study(file)
    study._folder = folder.resolve()
    return study


def apply(planned: Plan, at: datetime) -> Change:
    """Make the change: files first, then the record for undoing, study.toml last and at once.

    Raises DataError, changing nothing, when the study was changed since the plan was made.
    """
    folder = planned.folder
    file = folder / STUDY_FILE
    with _alone(file):
        if file.read_bytes() != planned.before:
            raise _changed_meanwhile()
        if any((folder / name).exists() for _, name in planned.copies):
            raise _changed_meanwhile()
        for source, name in planned.copies:
            copy_whole(source, folder / name)
        change = Change(
            at=at.isoformat(timespec="seconds"),
            file=planned.file,
            before=planned.before.decode("utf-8"),
            after_sha256=hashlib.sha256(planned.after).hexdigest(),
            added={name: file_sha256(folder / name) for _, name in planned.copies},
        )
        _record(folder, [*changes(folder), change][-CHANGES_KEPT:])
        write_bytes(folder / f"{STUDY_FILE}.old", planned.before)
        write_bytes(file, planned.after)
    return change


def changes(folder: Path) -> list[Change]:
    """Changes made from the screen that can still be undone, the oldest first; [] where none are known."""
    try:
        kept = json.loads((folder / CHANGES).read_text(encoding="utf-8"))
        return [Change(**one) for one in kept]
    except (OSError, ValueError, TypeError):
        return []


def undo(folder: Path, at: datetime) -> Change:
    """Take the last change back: the former study.toml byte for byte; files that came in go to the inbox.

    Raises DataError, changing nothing, when study.toml was changed since, or nothing is left to undo.
    """
    file = folder / STUDY_FILE
    with _alone(file):
        known = changes(folder)
        if not known:
            raise _nothing_to_undo()
        now, last = file.read_bytes(), known[-1]
        before = last.before.encode("utf-8")
        if now not in (before,) and hashlib.sha256(now).hexdigest() != last.after_sha256:
            raise _changed_meanwhile()
        write_bytes(folder / f"{STUDY_FILE}.old", now)
        write_bytes(file, before)
        for name, sha256 in last.added.items():
            _set_aside(folder, name, sha256, at)
        _record(folder, known[:-1])
    return last


def _set_aside(folder: Path, name: str, sha256: str, at: datetime) -> None:
    """Move a file that came in with a change to the inbox; one that was changed since stays where it is."""
    path = folder / name
    if not path.is_file() or file_sha256(path) != sha256:
        return
    target = folder / places.INBOX / path.name
    if target.is_file() and file_sha256(target) == sha256:
        path.unlink()  # it came from there
        return
    number = 0
    while target.exists():
        number += 1
        target = folder / places.INBOX / f"{path.stem}-{at:%Y%m%d}-{number}{path.suffix}"
    target.parent.mkdir(exist_ok=True)
    shutil.move(path, target)


def _record(folder: Path, known: list[Change]) -> None:
    plain: list[dict[str, Any]] = [vars(change) for change in known]
    write_bytes(folder / CHANGES, json.dumps(plain, ensure_ascii=False, indent=1).encode("utf-8"))


def _lines(data: bytes) -> list[str]:
    return data.decode("utf-8-sig").splitlines()


@contextmanager
def _alone(file: Path) -> Iterator[None]:
    try:
        with only_one_writer(file):
            yield
    except DataError as error:
        raise (_changed_meanwhile() if error.code == "output-being-written" else error) from error


def _changed_meanwhile() -> DataError:
    return DataError(
        "study-changed",
        Text(
            "この間に、ほかの人か別の画面が調査の設定を変えました。こちらの変更はしていません。",
            "someone else changed the study meanwhile; nothing was changed from here",
        ),
        Text(
            "画面を読み込み直し、今の設定を確かめてから、もう一度行ってください。",
            "load the page again, look at the study as it is now, and try again",
        ),
        STUDY_FILE,
    )


def _nothing_to_undo() -> DataError:
    return DataError(
        "nothing-to-undo",
        Text("取り消せる変更がありません。", "there is no change to undo"),
        Text("画面を読み込み直してください。", "load the page again"),
        STUDY_FILE,
    )
