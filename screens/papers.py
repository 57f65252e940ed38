"""要望書."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.opened import Opened

TITLE = Text("要望書", "Request letters")
URL = "letters"


def page(opened: Opened) -> None:
    """要望書."""
    st.title(opened.say(TITLE))
