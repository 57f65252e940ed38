"""What the parts of the letters' page share: the study, its settings, the carrier that is worked on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from geodata.errors import Text
from requests_gen.letter_settings import LetterSettings
from requests_gen.letter_standing import Standing
from screens.opened import Opened

if TYPE_CHECKING:
    from coverage.run import Result


@dataclass(frozen=True)
class Desk:
    """One carrier's letter on the page. settings: None where letters.toml cannot be read."""

    opened: Opened
    result: Result
    settings: LetterSettings | None
    standings: dict[str, Standing]
    carrier: str

    @property
    def standing(self) -> Standing:
        """How far the chosen carrier's letter is."""
        return self.standings[self.carrier]

    def say(self, text: Text) -> str:
        """`text` in the visitor's language."""
        return self.opened.say(text)
