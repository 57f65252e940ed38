"""優先順位: weights by slider with the ranking moving at once, the municipalities' order, the year's frozen ranking."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.priorities.context import context_of
from screens.priorities.frozen import frozen_part
from screens.priorities.now import now_part, offer_meanings
from screens.priorities.orders import orders_part
from screens.shared import Opened, page_parts

TITLE = Text("優先順位", "Priorities")
URL = "priorities"
PARTS = {
    "now": (Text("順位と重み", "Ranking and weights"), now_part),
    "orders": (Text("市町の順位", "Municipal order"), orders_part),
    "frozen": (Text("確定と書き出し", "Freeze and export"), frozen_part),
}


def show(opened: Opened) -> None:
    """One of PARTS; which one is in the address."""
    context = context_of(opened)
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    with line:
        part = page_parts.choose_part("ranking", page_parts.captions(opened, PARTS), "now", opened.say(TITLE))
    if part == "now":
        with line:
            offer_meanings(context)
    page_parts.show_done()
    if context.trouble:
        st.warning(context.trouble)
    PARTS[part][1](context)
