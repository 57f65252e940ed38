"""優先順位."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.opened import Opened

TITLE = Text("優先順位", "Priorities")
URL = "priorities"


def page(opened: Opened) -> None:
    """優先順位."""
    st.title(opened.say(TITLE))
