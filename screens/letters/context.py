"""What the parts of the letters' page share: the study, its settings, the chosen carrier, the papers typeset recently."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from geodata.errors import Text
from requests_gen.letters import PaperStore, status
from requests_gen.workspace import LetterSettings
from screens.shared import Opened

if TYPE_CHECKING:
    from coverage.result import Result


@dataclass(frozen=True)
class PageContext:
    """One carrier's letter on the page. settings: None where letters.toml cannot be read."""

    opened: Opened
    result: Result
    settings: LetterSettings | None
    letter_states: dict[str, status.LetterStatus]
    carrier: str

    @property
    def letter_status(self) -> status.LetterStatus:
        """How far the chosen carrier's letter is."""
        return self.letter_states[self.carrier]

    def say(self, text: Text) -> str:
        """`text` in the visitor's language."""
        return self.opened.say(text)


@st.cache_resource
def paper_store() -> PaperStore:
    """Papers typeset recently, for all visitors: making a letter writes what its preview has typeset."""
    return PaperStore()
