"""Letters as one zip to take away: names in Japanese, the same letters the same bytes."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from geodata.report import file_sha256
from requests_gen.docx_bytes import FIXED_TIME
from requests_gen.letter import FICTITIOUS_HEAD
from requests_gen.letter_shelf import DRAFT, SENT, Entry, files_in

README = "はじめにお読みください.txt"
UNIX, PLAIN_FILE = 3, 0o100644 << 16


def zip_bytes(files: Mapping[str, bytes]) -> bytes:
    """A zip of {name: contents}. Names beyond ASCII carry the UTF-8 flag, which Windows' Explorer reads."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(files):
            member = zipfile.ZipInfo(name, FIXED_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.create_system, member.external_attr = UNIX, PLAIN_FILE  # the same bytes on every system
            packed.writestr(member, files[name])
    return stream.getvalue()


def letters_zip(shelf: Path, entries: Sequence[Entry], fictitious: bool) -> bytes:
    """The folders of `entries` as they lie in `shelf` now, and a list of what they hold.

    letters.json is not among them: it is the office's own record and names every carrier.
    """
    files = {
        f"{entry.folder}/{name}": (shelf / entry.folder / name).read_bytes()
        for entry in entries
        for name in files_in(shelf / entry.folder)
    }
    listed = _listing(shelf, entries, fictitious)
    return zip_bytes({**files, README: listed.encode("utf-8-sig")})


def _listing(shelf: Path, entries: Sequence[Entry], fictitious: bool) -> str:
    """What the zip holds: letter, version, state, files and their SHA-256."""
    lines = [FICTITIOUS_HEAD, ""] if fictitious else []
    for entry in entries:
        name = str(entry.facts.get("carrier_name", entry.carrier))
        lines += [f"{name}　第{entry.version}版　文書ID {entry.id}　{_state(entry)}"]
        for file in files_in(shelf / entry.folder):
            digest = file_sha256(shelf / entry.folder / file)
            hand = "" if entry.files.get(file) == digest else "（作成後に手で直されたファイル）"
            lines.append(f"  {entry.folder}/{file}{hand}")
            lines.append(f"    SHA-256 {digest}")
        lines.append("")
    return "\r\n".join(lines) + "\r\n"


def _state(entry: Entry) -> str:
    if entry.state == SENT:
        return f"送付済み {entry.sent_on}"
    return "（案）" if entry.state == DRAFT else "完成（未送付）"
