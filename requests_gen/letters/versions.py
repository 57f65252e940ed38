"""The folder that holds the letters: which versions there are, which were sent, and never losing one.

letters.json says what was written. A folder that was marked as sent, or that people changed, is never written
again: a new version is made beside it. The whole folder is exchanged at once, so it is old-complete or
new-complete, and what stood there before is kept as `<name>.old`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from geodata.atomic import write_bytes
from geodata.errors import DataError, Text
from geodata.report import file_sha256
from requests_gen.files import plain, replace_folder
from requests_gen.registry import tables

LETTERS_JSON = "letters.json"
FORMAT = 1


@dataclass(frozen=True)
class Entry:
    """One letter as letters.json records it. facts: figures, rule, dates and hashes, as letters.py gives them."""

    id: str
    carrier: str
    version: int
    folder: str
    state: str
    content_sha256: str
    files: dict[str, str]
    sent_on: str = ""
    facts: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """For letters.json."""
        return {
            "id": self.id,
            "carrier": self.carrier,
            "version": self.version,
            "folder": self.folder,
            "state": self.state,
            "sent_on": self.sent_on or None,
            "content_sha256": self.content_sha256,
            **self.facts,
            "files": [{"name": name, "sha256": digest} for name, digest in sorted(self.files.items())],
        }


KEYS = frozenset({"id", "carrier", "version", "folder", "state", "sent_on", "content_sha256", "files"})  # the rest are facts


def read_versions(folder: Path) -> list[Entry]:
    """The letters that `folder` holds, [] where there are none. Raises DataError when it is no folder of letters."""
    if not folder.exists():
        return []
    if not folder.is_dir():
        raise _not_letters(folder, "フォルダではありません", "it is not a folder")
    file = folder / LETTERS_JSON
    if not file.is_file():
        if any(not replace_folder.is_trace(path.name, set()) for path in folder.iterdir()):
            raise _not_letters(folder, f"{LETTERS_JSON} が無く、ほかのファイルがあります", f"it has files but no {LETTERS_JSON}")
        return []
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        return [_entry(row) for row in told["letters"]]
    except (ValueError, KeyError, TypeError) as error:
        raise _not_letters(folder, f"{LETTERS_JSON} を読めません（{error}）", f"{LETTERS_JSON} cannot be read ({error})") from error


def _entry(row: dict[str, Any]) -> Entry:
    return Entry(
        id=row["id"],
        carrier=row["carrier"],
        version=int(row["version"]),
        folder=row["folder"],
        state=row["state"],
        content_sha256=row["content_sha256"],
        files={f["name"]: f["sha256"] for f in row["files"]},
        sent_on=row["sent_on"] or "",
        facts={key: value for key, value in row.items() if key not in KEYS},
    )


def _not_letters(folder: Path, ja: str, en: str) -> DataError:
    return DataError(
        "letters-not-a-shelf",
        Text(f"要望書の出力先として使えません。{ja}。何も変えていません", f"cannot hold the letters ({en}); nothing was changed"),
        Text(
            f"--out で別のフォルダを指定するか、{folder.name}.old の {LETTERS_JSON} を戻してください。",
            f"name another folder with --out, or put back {LETTERS_JSON} from {folder.name}.old",
        ),
        str(folder),
    )


def is_untouched(letter_versions: Path, entry: Entry) -> bool:
    """Whether the folder of `entry` holds nothing but files that were written there."""
    return files_in(letter_versions / entry.folder).items() <= entry.files.items()


def is_whole(letter_versions: Path, entry: Entry) -> bool:
    """Whether every file of `entry` is still there, changed or not."""
    return entry.files.keys() <= files_in(letter_versions / entry.folder).keys()


def files_in(folder: Path) -> dict[str, str]:
    """{name: SHA-256} of the files below `folder`, traces of other programs aside."""
    if not folder.is_dir():
        return {}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    names = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: file_sha256(path) for name, path in names.items() if not replace_folder.is_trace(path.name, set(names))}


@dataclass(frozen=True)
class Place:
    """Where the next letter to a carrier goes. kept: the letter that stays because nothing changed, if any."""

    version: int
    folder: str
    kept: Entry | None = None


def last_entry(entries: list[Entry], carrier: str) -> Entry | None:
    """The newest version of the letter to `carrier`."""
    return max((entry for entry in entries if entry.carrier == carrier), key=lambda e: e.version, default=None)


def place_for(letter_versions: Path, entries: list[Entry], carrier: str, base: str, content: str, basis: Mapping[str, Any]) -> Place:
    """Where the letter with this content goes: it stays, takes the place of its draft, or lies beside the last.

    base: the usual name of the carrier's folder; content: hash of everything that decides the papers; basis: the facts that
    they are made from. A letter that was sent is not made a second time because this program has other words now.
    """
    last = last_entry(entries, carrier)
    if last is None:
        return Place(1, _free(letter_versions, entries, base, carrier))
    if last.state == tables.SENT and _stands_on(last, basis):
        return Place(last.version, last.folder, kept=last)
    if last.content_sha256 == content and (last.state == tables.SENT or is_whole(letter_versions, last)):
        return Place(last.version, last.folder, kept=last)
    if last.state != tables.SENT and is_untouched(letter_versions, last):
        return Place(last.version, last.folder)
    return Place(last.version + 1, _free(letter_versions, entries, f"{base}_第{last.version + 1}版", carrier))


def _stands_on(entry: Entry, basis: Mapping[str, Any]) -> bool:
    """Whether a letter was made from these facts, as far as letters.json of then recorded them."""
    facts = {name: plain(value) for name, value in basis.items() if name in entry.facts}
    # sums that programs of then did not count yet
    then = {**entry.facts, **{name: {**value, **entry.facts[name]} for name, value in facts.items() if isinstance(value, dict)}}
    return "figures" in facts and all(then[name] == value for name, value in facts.items())


def _free(letter_versions: Path, entries: list[Entry], name: str, carrier: str) -> str:
    # names are compared as Windows does; somebody's own folder of that name is never written into
    taken = {entry.folder.casefold() for entry in entries if entry.carrier != carrier}
    taken |= {path.name.casefold() for path in letter_versions.iterdir()} if letter_versions.is_dir() else set()
    if name.casefold() not in taken:
        return name
    name, number = f"{name}_{carrier}", 2
    while (free := name if number == 2 else f"{name}_{number}").casefold() in taken:
        number += 1
    return free


def sent(entries: list[Entry], letter_versions: Path, which: list[str], on: date) -> list[Entry]:
    """`entries` with those that `which` names (letter ids, or carriers for their newest letter) marked as sent.

    The files are recorded as they lie there: what was sent is what the office made of them.
    """
    chosen = {_chosen(entries, name).id for name in which}
    marked = []
    for entry in entries:
        if entry.id in chosen and entry.state != tables.SENT:
            if entry.state == tables.DRAFT:
                raise DataError(
                    "letter-is-draft",
                    Text(f"{entry.id} は（案）のため、送付済みにできません", f"{entry.id} is a draft and cannot have been sent"),
                    Text(
                        "letters.toml の空の項目に書き込み、kengai letters で作り直してから送付済みにしてください。",
                        "complete letters.toml and make the letter again first",
                    ),
                    LETTERS_JSON,
                )
            files = files_in(letter_versions / entry.folder)
            marked.append(Entry(**{**vars(entry), "state": tables.SENT, "sent_on": on.isoformat(), "files": files}))
        else:
            marked.append(entry)
    return marked


def _chosen(entries: list[Entry], name: str) -> Entry:
    by_id = [entry for entry in entries if entry.id == name]
    found = by_id[0] if by_id else last_entry(entries, name)
    if found is None:
        known = "、".join(entry.id for entry in entries) or "なし"
        raise DataError(
            "letter-unknown",
            Text(f"要望書 {name} はありません（あるもの: {known}）", f"there is no letter {name} (there are: {known})"),
            Text("文書IDか事業者の key で指定してください。", "name a letter id or a carrier's key"),
            LETTERS_JSON,
        )
    return found


# Putting new letters in the place of the old ones, whatever stops it.


def versions_lock(letter_versions: Path) -> AbstractContextManager[None]:
    """Nobody else writes the folder meanwhile."""
    return replace_folder.alone_in(letter_versions, lambda folder: (folder / LETTERS_JSON).is_file())


def exchange(letter_versions: Path, build: Callable[[Path], dict[str, Any]], replaced: set[str]) -> None:
    """Put a new folder in the place of `letter_versions`: all that is there but the `replaced` folders, and what `build` adds.

    build: writes into the new folder and returns the contents of letters.json. Call within versions_lock.
    """

    def left_out(folder: str, names: list[str]) -> set[str]:
        return replaced & set(names) if Path(folder) == letter_versions else set()

    def fill(making: Path) -> None:
        if letter_versions.is_dir():
            shutil.copytree(letter_versions, making, ignore=left_out, dirs_exist_ok=True)
        told = build(making)
        write_bytes(making / LETTERS_JSON, (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))

    replace_folder.replace(fill, letter_versions, lambda old: _holds_more(old, letter_versions))


def _holds_more(old: Path, letter_versions: Path) -> bool:
    """Whether `old` holds what neither we wrote there nor the folder still has."""
    have = files_in(letter_versions)
    try:
        ours = {f"{entry.folder}/{name}": digest for entry in read_versions(old) for name, digest in entry.files.items()}
    except DataError:
        ours = {}
    return any(name != LETTERS_JSON and have.get(name) != digest and ours.get(name) != digest for name, digest in files_in(old).items())
