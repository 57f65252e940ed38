"""What a visitor looks at: one study, its last good findings, the language; and the cache of findings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import streamlit as st

from geodata.errors import Text
from requests_gen.workspace import StudyPlace

if TYPE_CHECKING:
    from coverage.result import Result

RESULTS_HELD = 4  # in memory at once for all sessions: this year, an earlier one, and room for a second study


@dataclass(frozen=True)
class Opened:
    """One visit to one study. `stamp` changes with the findings; "" = the study was never run."""

    place: StudyPlace
    stamp: str
    lang: str

    def say(self, text: Text) -> str:
        """`text` in the visitor's language."""
        return text.in_(self.lang)

    @property
    def result(self) -> Result | None:
        """The last good findings. They are shared by all sessions: never change them."""
        return load_result(str(self.place.results), self.stamp) if self.stamp else None

    def findings(self) -> Result:
        """The findings; where there are none yet, the page says what to do and ends."""
        result = self.result
        if result is None:
            no_findings(self)
        return result


@st.cache_resource(max_entries=RESULTS_HELD, show_spinner="結果を読み込んでいます…")
def load_result(results: str, stamp: str) -> Result:
    """The findings in the folder `results`; `stamp` keeps old ones apart from new ones."""
    from requests_gen.results import read_result

    return read_result(Path(results))


def no_findings(opened: Opened) -> NoReturn:
    """Say that the study has not been run, and end the page."""
    st.info(
        opened.say(
            Text(
                "まだ結果がありません。「データ」のページでファイルを確かめ、「調査を実行」を押してください。",
                "There are no findings yet. Check the files on the page Data, then press Run.",
            )
        ),
        icon="📄",
    )
    st.stop()
