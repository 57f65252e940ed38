"""Letters as one zip for download: names in Japanese; the same letters give the same bytes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geodata.report import file_sha256
from requests_gen.files import zips
from requests_gen.letters.letter import FICTITIOUS_HEAD
from requests_gen.letters.versions import Entry, files_in
from requests_gen.registry import tables

README = "はじめにお読みください.txt"


def letters_zip(letter_versions: Path, entries: Sequence[Entry], fictitious: bool) -> bytes:
    """The folders of `entries` as they are in `letter_versions` now, and a list of what they hold.

    letters.json is not among them: it is the office's own record and names every carrier.
    """
    files = {
        f"{entry.folder}/{name}": (letter_versions / entry.folder / name).read_bytes()
        for entry in entries
        for name in files_in(letter_versions / entry.folder)
    }
    listed = _listing(letter_versions, entries, fictitious)
    return zips.zip_bytes({**files, README: listed.encode("utf-8-sig")})


def _listing(letter_versions: Path, entries: Sequence[Entry], fictitious: bool) -> str:
    """What the zip holds: letter, version, state, files and their SHA-256."""
    lines = [FICTITIOUS_HEAD, ""] if fictitious else []
    for entry in entries:
        name = str(entry.facts.get("carrier_name", entry.carrier))
        lines += [f"{name}　第{entry.version}版　文書ID {entry.id}　{_state(entry)}"]
        for file in files_in(letter_versions / entry.folder):
            digest = file_sha256(letter_versions / entry.folder / file)
            hand = "" if entry.files.get(file) == digest else "（作成後に手で直されたファイル）"
            lines.append(f"  {entry.folder}/{file}{hand}")
            lines.append(f"    SHA-256 {digest}")
        lines.append("")
    return "\r\n".join(lines) + "\r\n"


def _state(entry: Entry) -> str:
    if entry.state == tables.SENT:
        return f"送付済み {entry.sent_on}"
    return "（案）" if entry.state == tables.DRAFT else "完成（未送付）"
