"""照会・回答: the survey of the municipalities, the carriers' replies, and how far each zone is."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.replies.context import context_of
from screens.replies.progress import progress_part
from screens.replies.replies import replies_part
from screens.replies.survey import survey_part
from screens.shared import Opened, page_parts

TITLE = Text("照会・回答", "Survey and replies")
URL = "cycle"  # the address of the page and its part, as people have bookmarked it
PARTS = {
    "survey": (Text("照会（市町）", "Survey (municipalities)"), survey_part),
    "replies": (Text("回答（事業者）", "Replies (carriers)"), replies_part),
    "progress": (Text("進捗", "Progress"), progress_part),
}
DEFAULT = "replies"


def show(opened: Opened) -> None:
    """One of PARTS; which one is in the address."""
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    with line:
        part = page_parts.choose_part(URL, page_parts.captions(opened, PARTS), DEFAULT, opened.say(TITLE))
    page_parts.show_done()
    PARTS[part][1](context_of(opened))
