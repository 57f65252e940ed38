"""The fields of one answer, to be filled in or corrected."""

from __future__ import annotations

from typing import Any

import streamlit as st

from geodata.errors import Text
from requests_gen.replies import codes, report
from screens.replies.context import PageContext


def answer_fields(context: PageContext, known: dict[str, Any], key: str = "") -> dict[str, Any]:
    """The fields of an answer to fill in, beginning with what is known."""

    def choose(place: Any, name: str, label: Text, choices: tuple[str, ...], shown: Any = str) -> Any:
        at = choices.index(known[name]) if known.get(name) in choices else None
        return place.selectbox(
            context.say(label), choices, index=at, format_func=shown, placeholder="－", key=f"{key}{name}" if key else None
        )

    def write(place: Any, name: str, label: Text, example: str = "") -> Any:
        value = known.get(name) or ""
        text = "、".join(value) if isinstance(value, list) else str(value)
        return place.text_input(context.say(label), text, key=f"{key}{name}" if key else None, max_chars=1000, placeholder=example)

    fields: dict[str, Any] = {}
    a, b, c = st.columns([2, 1, 1])
    fields["answer"] = choose(
        a, "answer", Text("回答区分", "Answer"), tuple(codes.ANSWER_BY_KEY), lambda code: report.answer_name(code, context.opened.lang)
    )
    fields["planned"] = write(b, "planned", Text("予定時期", "Planned"), "令和9年度上期")
    fields["methods"] = write(c, "methods", Text("方式", "Methods"), "4G、5G")
    a, b, c, d = st.columns(4)
    fields["subsidy"] = choose(a, "subsidy", Text("補助活用", "Subsidy"), codes.SUBSIDIES)
    fields["reasons"] = write(b, "reasons", Text("困難の理由（番号）", "Reasons"), "1、3")
    fields["own_view"] = choose(c, "own_view", Text("事業者のエリア認識", "Carrier's own view"), codes.OWN_VIEWS)
    fields["publication"] = choose(d, "publication", Text("公開可否（空欄は不可）", "Publication (blank: no)"), codes.PUBLICATION)
    a, b, c, d = st.columns([2, 2, 1, 1])
    fields["cooperation"] = write(a, "cooperation", Text("県・市町への協力依頼", "Cooperation asked for"))
    fields["remarks"] = write(b, "remarks", Text("備考", "Remarks"))
    fields["answered_on"] = write(c, "answered_on", Text("回答日", "Day of the answer"), "2027-01-15")
    fields["person"] = write(d, "person", Text("担当", "Person"))
    return fields
