"""What stands around every page: which study, which language, the notice of invented areas, errors in words."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.captions import FICTITIOUS
from requests_gen.study_places import StudyPlace, find_studies
from screens.opened import Opened

log = logging.getLogger("kengai.screens")
LANGUAGES = {"ja": "日本語", "en": "English"}


def language() -> str:
    """The language switch; the choice stands in the address bar."""
    chosen = st.sidebar.segmented_control(
        "言語 / Language", list(LANGUAGES), format_func=LANGUAGES.__getitem__, default="ja", key="lang",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    return chosen or "ja"


def choose_study(folder: Path, lang: str) -> Opened:
    """The study to look at: the only one in `folder`, or one chosen by its year. The newest comes first."""
    places = find_studies(folder)[::-1]
    names = [place.folder.name for place in places]
    chosen = names[0]
    if len(places) > 1:
        said = Text("調査", "Study").in_(lang)
        chosen = st.sidebar.selectbox(said, names, key="study", bind="query-params") or names[0]
    place: StudyPlace = places[names.index(chosen)]
    return Opened(place, place.stamp, lang)


def show(page: Callable[[Opened], None], opened: Opened) -> None:
    """One page with what belongs to every page; trouble is told in the reader's words, its details are logged."""
    try:
        _notice(opened)
        page(opened)
    except DataError as error:
        st.error(error.in_(opened.lang), icon="⚠️")
    except Exception:  # the last door: nobody in an office can read a traceback
        sign = f"{datetime.now().astimezone():%m%d-%H%M%S}-{secrets.token_hex(2)}"
        log.exception("page failed [%s]", sign)
        st.error(
            opened.say(
                Text(
                    f"この画面を表示できませんでした。画面を開き直しても直らないときは、記録番号 {sign} をシステムの担当者に伝えてください。"
                    "作ったデータや結果は変わっていません。",
                    f"This page could not be shown. If opening it again does not help, give the number {sign} to whoever "
                    "looks after this system. Nothing you made was changed.",
                )
            ),
            icon="⚠️",
        )


def _notice(opened: Opened) -> None:
    result = opened.result
    if result is not None and result.study.about.fictitious:
        st.warning(opened.say(FICTITIOUS), icon="🧪")
