"""データ."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.opened import Opened

TITLE = Text("データ", "Data")
URL = "data"


def page(opened: Opened) -> None:
    """データ."""
    st.title(opened.say(TITLE))
