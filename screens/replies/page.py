"""照会・回答: the survey of the municipalities, the carriers' replies, and how far each zone is."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.replies.context import context_of
from screens.replies.progress import progress_part
from screens.replies.replies import replies_part
from screens.replies.survey import survey_part
from screens.shared import Opened, address

TITLE = Text("照会・回答", "Survey and replies")
URL = "cycle"
PARTS = {
    "survey": (Text("照会（市町）", "Survey (municipalities)"), survey_part),
    "replies": (Text("回答（事業者）", "Replies (carriers)"), replies_part),
    "progress": (Text("進捗", "Progress"), progress_part),
}
DEFAULT = "replies"


def show(opened: Opened) -> None:
    """One of PARTS; which one stands in the address."""
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    with line:
        part = _chosen_part(opened)
    if told := st.session_state.pop("cycle told", ""):
        st.success(told)
    PARTS[part][1](context_of(opened))


def _chosen_part(opened: Opened) -> str:
    part = address.remembered("cycle", PARTS, DEFAULT)
    st.session_state["cycle part"] = part
    st.segmented_control(
        opened.say(TITLE),
        list(PARTS),
        format_func=lambda key: opened.say(PARTS[key][0]),
        key="cycle part",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: address.remember("cycle", st.session_state["cycle part"], DEFAULT),
    )
    address.remember("cycle", part, DEFAULT)
    return part
