"""地図."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.opened import Opened

TITLE = Text("地図", "Map")
URL = "map"


def page(opened: Opened) -> None:
    """地図."""
    st.title(opened.say(TITLE))
