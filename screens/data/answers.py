"""Questions about the data: each with what was found, how to mend it, and a field for the reason when it is right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import streamlit as st

from coverage.study import Study
from geodata.errors import Text
from requests_gen.intake import edits
from requests_gen.wording import questions
from screens.shared import Opened, as_written, page_parts


def show_questions(opened: Opened, study: Study, asked: Sequence[dict[str, Any]]) -> None:
    """The questions (as summary.json holds them) that study.toml of today does not answer, and the answered ones folded.

    Draws nothing where nothing is asked.
    """
    if not asked:
        return
    waiting = [one for one in asked if not study.answers.get(one["id"])]
    st.subheader(opened.say(Text("確かめること", "Questions about the data")))
    for one in waiting:
        _open(opened, one)
    done = [one for one in asked if one not in waiting]
    if done:
        with st.expander(opened.say(Text(f"確認済み（{len(done)}件）", f"Answered ({len(done)})"))):
            for one in done:
                st.markdown(f"**{as_written(one['id'])}** {as_written(questions.words_of(one)[0].in_(opened.lang))}")
                st.caption(as_written(study.answers[one["id"]]))


def _open(opened: Opened, one: dict[str, Any]) -> None:
    problem, remedy = questions.words_of(one)
    with st.container(border=True):
        st.warning(as_written(f"{one['file']}\n{opened.say(problem)}"), icon=":material/help:")
        st.write(as_written(opened.say(remedy)))
        if one["kind"] == "stop":
            return  # no answer lets a run go on
        reason = st.text_input(
            opened.say(Text("このままで正しいとき: 確かめた日・相手・理由", "If it is right as it is: when, whom you asked, why")),
            key=f"answer {one['id']}",
            max_chars=300,
        )
        if st.button(opened.say(Text("理由を記録する", "Record the reason")), key=f"record {one['id']}", disabled=not reason.strip()):
            _record(opened, one["id"], reason)
        st.caption(as_written(opened.say(Text("study.toml の [answers] に書く行", "the line for [answers] in study.toml"))))
        st.code(one["line"], language="toml")


def _record(opened: Opened, question: str, reason: str) -> None:
    now = datetime.now().astimezone()
    edits.apply(edits.plan_answer(opened.place.folder, question, reason), now)
    page_parts.done(
        opened,
        Text(
            f"{question} の理由を記録しました。地図や一覧の注意を消すには「調査を実行」を押してください。",
            f"The reason for {question} is recorded. Run the study to take the mark off maps and lists.",
        ),
    )
