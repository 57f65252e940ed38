"""照会・回答: what stands ready for the year's survey and replies."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from geodata.errors import Text
from requests_gen.captions import fiscal_year
from requests_gen.letter_shelf import read_shelf
from screens.opened import Opened
from screens.words import as_html

TITLE = Text("照会・回答", "Survey and replies")
URL = "cycle"
FORMS = "*回答様式*.xlsx"


@dataclass(frozen=True)
class Step:
    """One step of the year: what is to be done, and how far it is."""

    name: Text
    state: Text


def page(opened: Opened) -> None:
    """照会・回答."""
    st.title(opened.say(TITLE))
    st.write(opened.say(Text(
        "市町村への照会と、事業者からの回答をまとめるページです。回答の取り込みはまだこの画面ではできません。"
        "事業者に渡す回答様式は、要望書と一緒に作られています。",
        "Here the survey of the municipalities and the carriers' replies come together. Replies cannot be read in on "
        "this page yet. The reply forms are made together with the letters.",
    )))  # fmt: skip
    rows = "".join(
        f"<tr><th>{as_html(step.name.in_(opened.lang))}</th><td>{as_html(step.state.in_(opened.lang))}</td></tr>"
        for step in steps(opened)
    )
    st.html(f'<div class="kengai-card"><table>{rows}</table></div>')


def steps(opened: Opened) -> list[Step]:
    """How far the study is. Raises DataError where the folder of letters cannot be read."""
    place, result = opened.place, opened.result
    year = fiscal_year(result.study.about.fiscal_year) if result else Text("未実行", "not run yet")
    letters = read_shelf(place.letters)
    forms = reply_forms(place.letters)
    sent = sum(1 for letter in letters if letter.sent_on)
    return [
        Step(Text("調査の結果", "findings"), year),
        Step(
            Text("要望書", "letters"),
            Text(f"{len(letters)}通（うち送付済み {sent}通）", f"{len(letters)} ({sent} sent)") if letters
            else Text("まだありません。「要望書」のページで作れます。", "none yet: make them on the page Request letters"),
        ),
        Step(
            Text("回答様式", "reply forms"),
            Text("、".join(_beside(forms, place.letters)), ", ".join(_beside(forms, place.letters))) if forms
            else Text("まだありません。要望書と一緒に作られます。", "none yet: they are made with the letters"),
        ),
        Step(Text("置き場所", "folder"), Text(*[f"{place.letters.parent.name}/{place.letters.name}"] * 2)),
    ]  # fmt: skip


def reply_forms(letters: Path) -> list[Path]:
    """The reply forms in the folder of letters, by name."""
    return sorted(letters.glob(f"*/{FORMS}"))


def _beside(forms: list[Path], folder: Path) -> list[str]:
    return [str(form.relative_to(folder)) for form in forms]
