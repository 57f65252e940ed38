"""What was read, repaired and refused: the record that goes into intake.json and intake.html."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from geodata.errors import DataError, Text

Verdict = Literal["accept", "warn", "refuse"]
Level = Literal["info", "warn", "refuse"]

HASH_BLOCK_BYTES = 1 << 20
PLACES_KEPT = 20


@dataclass(frozen=True)
class Notice:
    """One thing the reader should know about a file.

    `info` needs nobody's attention, `warn` is a repair or a choice that must be told, `refuse` stopped the
    reading. `count` says how many rows or features; `places` names the first PLACES_KEPT of them.
    """

    level: Level
    code: str
    text: Text
    count: int = 1
    places: tuple[str, ...] = ()


@dataclass
class IntakeReport:
    """The story of one input file.

    Law: `records_in_file == accepted + sum(excluded.values())` whenever `records_in_file` is known: no row
    is lost silently. `excluded` maps a notice code to the number of records left out for that reason.
    """

    path: str
    kind: str = ""
    format: str = ""
    sha256: str = ""
    size_bytes: int = 0
    records_in_file: int | None = None
    accepted: int = 0
    excluded: dict[str, int] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)

    @property
    def verdict(self) -> Verdict:
        """The hardest notice decides."""
        levels = {notice.level for notice in self.notices}
        if "refuse" in levels:
            return "refuse"
        return "warn" if "warn" in levels else "accept"

    def note(self, level: Level, code: str, text: Text, count: int = 1, places: Iterable[object] = ()) -> None:
        """Add a notice, keeping the first PLACES_KEPT places."""
        kept = tuple(str(place) for _, place in zip(range(PLACES_KEPT), places, strict=False))
        self.notices.append(Notice(level, code, text, count, kept))

    def exclude(self, code: str, text: Text, count: int, places: Iterable[object] = ()) -> None:
        """Leave `count` records out, and say so."""
        if count:
            self.excluded[code] = self.excluded.get(code, 0) + count
            self.note("warn", code, text, count, places)

    def refuse(self, error: DataError) -> None:
        """Record the error that stopped the reading."""
        self.notices.append(Notice("refuse", error.code, Text(error.in_("ja"), error.in_("en"))))

    def as_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Plain data for JSON: only numbers, text, lists and dicts."""
        return {
            "path": self.path,
            "kind": self.kind,
            "format": self.format,
            "verdict": self.verdict,
            "sha256": self.sha256,
            "size_bytes": self.size_bytes,
            "records_in_file": self.records_in_file,
            "accepted": self.accepted,
            "excluded": dict(sorted(self.excluded.items())),
            "facts": self.facts,
            "messages": [
                {"level": n.level, "code": n.code, "text": n.text.in_(lang), "count": n.count, "places": list(n.places)}
                for n in self.notices
            ],
        }


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in lower-case hex."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(HASH_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()
