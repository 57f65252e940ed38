"""経年比較."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.opened import Opened

TITLE = Text("経年比較", "Change over the years")
URL = "years"


def page(opened: Opened) -> None:
    """経年比較."""
    st.title(opened.say(TITLE))
