"""照会・回答."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.opened import Opened

TITLE = Text("照会・回答", "Survey and replies")
URL = "cycle"


def page(opened: Opened) -> None:
    """照会・回答."""
    st.title(opened.say(TITLE))
