"""Making the letters of several carriers in the background: how far it is, what went wrong, what was said."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from geodata.errors import DataError, Text
from requests_gen.letters.make import write_letters
from requests_gen.letters.proof import DRAWING, proof
from requests_gen.letters.sources import carrier_name
from requests_gen.letters.versions import Entry
from requests_gen.workspace import LETTERS_FILE, LetterSettings, letters_toml

if TYPE_CHECKING:
    from coverage.result import Result

log = logging.getLogger("kengai.letters")
Keep = Callable[[list[Entry]], None]


def _nothing(entries: list[Entry]) -> None:
    """Nobody keeps what was made."""


@dataclass
class LetterRun:
    """One making, seen by everybody who looks at the shelf. Read it at any time; only `run` changes it."""

    carriers: tuple[str, ...]
    done: int = 0  # carriers whose papers were typeset and checked
    messages: list[Text] = field(default_factory=list)
    failed: dict[str, DataError] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    broken: bool = False  # stopped by a bug; the log has it
    _ended: threading.Event = field(default_factory=threading.Event)

    @property
    def running(self) -> bool:
        """Whether it still goes on."""
        return not self._ended.is_set()

    @property
    def fraction(self) -> float:
        """0 to 1; putting everything in place is the last step."""
        return 1.0 if not self.running else self.done / (len(self.carriers) + 1)

    def wait(self, seconds: float) -> bool:
        """Wait for the end at most so long; whether it came."""
        return self._ended.wait(seconds)

    def start(self, result: Result, settings: LetterSettings, letter_versions: Path, keep: Keep = _nothing) -> None:
        """Begin in a thread of its own: the page may be left meanwhile."""
        threading.Thread(target=self.run, args=(result, settings, letter_versions, keep), daemon=True).start()

    def run(self, result: Result, settings: LetterSettings, letter_versions: Path, keep: Keep = _nothing) -> None:
        """Typeset and check every letter by itself, then put all good ones onto the shelf in one step.

        `keep` is given what stands on the shelf afterwards, for the registry.
        """
        try:
            good = [key for key in self.carriers if self._try(result, settings, letter_versions, key)]
            if good:
                self._put(result, settings, letter_versions, good, keep)
        except Exception:  # a thread has nobody above it who would tell
            log.exception("making letters failed")
            self.broken = True
        finally:
            self._ended.set()

    def _try(self, result: Result, settings: LetterSettings, letter_versions: Path, key: str) -> bool:
        name = carrier_name(result, key)
        at, of = self.done + 1, len(self.carriers)
        self.messages.append(Text(f"{at}/{of}社目 {name} を組んで確かめています", f"{at} of {of}: typesetting {name}"))
        missing = settings.missing(key)
        try:
            if any(each.needed for each in missing):
                raise letters_toml.ask_for(missing, LETTERS_FILE)
            proof(result, settings, key, letter_versions, self.messages.append)
        except DataError as error:
            self.failed[key] = error
        self.done += 1
        return key not in self.failed

    def _put(self, result: Result, settings: LetterSettings, letter_versions: Path, good: list[str], keep: Keep) -> None:
        self.messages.append(Text("要望書のフォルダに置いています", "putting the letters in place"))
        try:
            with DRAWING:
                entries = write_letters(result, settings, letter_versions, good, self.messages.append, workers=1)
            keep(entries)
        except DataError as error:
            self.failed |= dict.fromkeys(good, error)
        else:
            self.made = good
