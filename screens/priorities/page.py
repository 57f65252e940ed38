"""優先順位: weights by slider with the ranking moving at once, the municipalities' order, the year's frozen ranking."""

from __future__ import annotations

import streamlit as st

from geodata.errors import Text
from screens.priorities.context import context_of
from screens.priorities.frozen import frozen_part
from screens.priorities.now import now_part
from screens.priorities.orders import orders_part
from screens.shared import Opened, address

TITLE = Text("優先順位", "Priorities")
URL = "priorities"
PARTS = {
    "now": (Text("順位と重み", "Ranking and weights"), now_part),
    "orders": (Text("市町の順位", "Municipal order"), orders_part),
    "frozen": (Text("確定と書き出し", "Freeze and export"), frozen_part),
}


def show(opened: Opened) -> None:
    """One of PARTS; which one stands in the address."""
    context = context_of(opened)
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    with line:
        part = _chosen_part(opened)
    if told := st.session_state.pop("priorities told", ""):
        st.success(told)
    if context.trouble:
        st.warning(context.trouble)
    PARTS[part][1](context)


def _chosen_part(opened: Opened) -> str:
    part = address.remembered("ranking", PARTS, "now")
    st.session_state["priorities part"] = part
    st.segmented_control(
        opened.say(TITLE),
        list(PARTS),
        format_func=lambda key: opened.say(PARTS[key][0]),
        key="priorities part",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: address.remember("ranking", st.session_state["priorities part"], "now"),
    )
    address.remember("ranking", part, "now")
    return part
