"""データ: what the study uses, files in, the run with its progress, a new year."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import streamlit as st

from coverage.study import Study, read_study
from geodata.errors import DataError, Text
from requests_gen.intake import edits
from requests_gen.runs import background
from screens.data import new_year as files_year
from screens.data import now as files_now
from screens.data import put as files_put
from screens.data import run as files_run
from screens.shared import Opened, address, as_written

TITLE = Text("データ", "Data")
URL = "data"

PARTS: dict[str, tuple[Text, Callable[[Opened, Study], None]]] = {
    "now": (Text("今のデータ", "What the study uses"), files_now.show),
    "put": (Text("ファイルを入れる", "Put a file in"), files_put.show),
    "run": (Text("調査を実行", "Run the study"), files_run.show),
    "year": (Text("新しい年度", "A new year"), files_year.show),
}


def show(opened: Opened) -> None:
    """The four parts, one at a time; the part stands in the address."""
    st.title(opened.say(TITLE))
    chosen = _choose_part(opened)
    _done(opened)
    try:
        study = read_study(opened.place.folder)
    except DataError as error:
        _broken_study(opened, error)
        return
    if chosen != "run" and background.run_state(opened.place, datetime.now().astimezone()).under_way:
        st.info(
            opened.say(
                Text(
                    "調査を実行しています。進み具合は「調査を実行」で見られます。", "The study is being run: see “Run the study”."
                )
            )
        )
    PARTS[chosen][1](opened, study)


def _choose_part(opened: Opened) -> str:
    chosen = address.remembered("part", PARTS, "now")
    st.session_state["data part"] = chosen
    st.segmented_control(
        opened.say(TITLE),
        list(PARTS),
        format_func=lambda key: PARTS[key][0].in_(opened.lang),
        key="data part",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: address.remember("part", st.session_state["data part"], "now"),
    )
    address.remember("part", chosen, "now")
    return chosen


def _done(opened: Opened) -> None:
    """What was just done, once."""
    said: Text | None = st.session_state.pop("data done", None)
    if said is not None:
        st.success(as_written(opened.say(said)), icon=":material/check_circle:")


def _broken_study(opened: Opened, error: DataError) -> None:
    """A study file that cannot be read: say why, and offer the last change back if there is one."""
    st.error(as_written(error.in_(opened.lang)), icon=":material/error:")
    if edits.changes(opened.place.folder) and st.button(opened.say(Text("最後の変更を取り消す", "Undo the last change"))):
        edits.undo(opened.place.folder, datetime.now().astimezone())
        st.rerun()
