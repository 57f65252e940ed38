"""データ: what the study uses, files in, the run with its progress, a new year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from coverage.study import Study, read_study
from geodata.errors import DataError, Text
from requests_gen.intake import edits
from requests_gen.runs import background
from screens.data import new_year, now, put, run
from screens.shared import Opened, figure_box, page_parts

TITLE = Text("データ", "Data")
URL = "data"
FIGURES_OF_A_RUN = (
    "zones_count",
    "zones_ranked",
    "zones_no_data",
    "source_population",
    "study_population",
    "outside_population",
    "study_cells",
    "study_unknown_cells",
)

PARTS: dict[str, tuple[Text, Callable[[Opened, Study], None]]] = {
    "now": (Text("今のデータ", "What the study uses"), now.show),
    "put": (Text("ファイルを入れる", "Put a file in"), put.show),
    "run": (Text("調査を実行", "Run the study"), run.show),
    "year": (Text("新しい年度", "A new year"), new_year.show),
}


def show(opened: Opened) -> None:
    """One of PARTS; which one is in the address."""
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    if opened.stamp:
        with line:
            figure_box.offer(opened, FIGURES_OF_A_RUN)
    chosen = page_parts.choose_part("part", page_parts.captions(opened, PARTS), "now", opened.say(TITLE))
    page_parts.show_done()
    try:
        study = read_study(opened.place.folder)
    except DataError as error:
        _broken_study(opened, error)
        return
    if chosen != "run" and background.run_state(opened.place, datetime.now().astimezone()).under_way:
        st.info(
            opened.say(Text("調査を実行しています。進み具合は「調査を実行」で見られます。", "The study is being run: see “Run the study”."))
        )
    PARTS[chosen][1](opened, study)


def _broken_study(opened: Opened, error: DataError) -> None:
    """A study file that cannot be read: show why, and offer to undo the last change made from this page."""
    page_parts.show_error(error, opened.lang)
    if edits.changes(opened.place.folder) and st.button(opened.say(Text("最後の変更を取り消す", "Undo the last change"))):
        edits.undo(opened.place.folder, datetime.now().astimezone())
        st.rerun()
