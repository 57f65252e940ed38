"""What stands around every page: which study, which language, the notice of invented areas, errors in words."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NoReturn

import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.wording import caption
from requests_gen.workspace import StudyPlace, find_studies
from requests_gen.workspace import places as workspace_places
from screens.shared.address import remember, remembered
from screens.shared.escape import as_html, as_written
from screens.shared.opened import Opened
from screens.shared.trouble_log import keep_log

HERE = Path(__file__).parent
LANGUAGES = {"ja": "日本語", "en": "English"}
SPEAK = "<script>document.documentElement.lang = '{lang}'; document.documentElement.translate = false;</script>"


def set_up() -> None:
    """The window: name, icon, wide, compact; and the log."""
    keep_log()
    st.set_page_config(page_title="圏外 Kengai", page_icon=str(HERE / "icon.svg"), layout="wide")
    st.logo(str(HERE / "logo.svg"), size="large")
    st.html(HERE / "style.css")


def header(folder: Path) -> Opened:
    """The line over every page: study, dates and rules; the switches of study and language.

    Raises DataError where `folder` holds no study.
    """
    lang = chosen_language()
    if lang == "ja":
        st.html(HERE / "style_ja.css")
    with st.container(key="kengai-switches", horizontal=True, horizontal_alignment="right"):
        # the browser otherwise offers to translate the page and takes Chinese shapes for Japanese signs
        st.html(SPEAK.format(lang=lang), unsafe_allow_javascript=True, width="content")
        switch = st.container(width="content")
        language(lang)
        with switch:
            place = _chosen(find_studies(folder)[::-1], lang)
    opened = Opened(place, place.stamp, lang)
    with telling(lang):
        _study_line(opened)
    return opened


def chosen_language() -> str:
    """ "ja" or "en": from the address, else as chosen before, else Japanese."""
    return remembered("lang", LANGUAGES, "ja")


def go_to(page: st.Page) -> NoReturn:
    """Leave for `page` with what stands in the address."""
    st.switch_page(page, query_params=st.query_params.to_dict())


def _chosen(places: list[StudyPlace], lang: str) -> StudyPlace:
    """The study to look at; where there are several, a switch by their year. The first is the default."""
    names = [place.folder.name for place in places]
    labels = {place.folder.name: _label(place, lang) for place in places}
    chosen = remembered("study", names, names[0])
    if len(places) > 1:
        st.session_state["study"] = chosen
        st.selectbox(
            Text("調査", "Study").in_(lang),
            names,
            key="study",
            width=150,
            label_visibility="collapsed",
            format_func=labels.__getitem__,
            on_change=lambda: remember("study", st.session_state["study"], names[0]),
        )
    remember("study", chosen, names[0])
    return places[names.index(chosen)]


def _label(place: StudyPlace, lang: str) -> str:
    """A study by its fiscal year; by its folder where the year is not told."""
    year = workspace_places.year_of(place.folder)
    return place.folder.name if year is None else Text(f"{year}年度", f"FY {year}").in_(lang)


def language(lang: str) -> None:
    """The switch between Japanese and English; the choice stands in the address bar as `?lang=en`."""
    st.session_state["language"] = lang
    st.segmented_control(
        "言語 / Language",
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="language",
        required=True,
        label_visibility="collapsed",
        on_change=lambda: remember("lang", st.session_state["language"], "ja"),
    )
    remember("lang", lang, "ja")


def _study_line(opened: Opened) -> None:
    """Study, year, dates and rules in one line; the notice under it where the areas are invented."""
    try:
        result = opened.result
    except DataError as error:  # the pages that need the findings say what is wrong with them
        keep_log().info("no findings: %s", error.code)
        result = None
    if result is None:
        st.html(f'<div class="kengai-study"><b>{as_html(opened.place.folder.name)}</b></div>')
        return
    said = caption(result, opened.lang)
    line = f"<b>{as_html(said.title)}</b>{as_html(said.year)} ／ {as_html(said.brief)}"
    notice = ""
    if said.notice:
        notice = f'<div class="kengai-notice" role="note">{as_html(said.notice)}</div>'
    st.html(f'<div class="kengai-study">{line}</div>{notice}')


def show(page: Callable[[Opened], None], opened: Opened) -> None:
    """One page, with trouble told in words."""
    with telling(opened.lang):
        page(opened)


@dataclass
class Visit:
    """One run of the program for one visitor: its pages are named before it is known what they look at."""

    opened: Opened | None = None

    def show(self, page: Callable[[Opened], None]) -> None:
        """`page` of what was opened meanwhile."""
        if self.opened is None:
            raise RuntimeError("a page was asked for before anything was opened")
        show(page, self.opened)


@contextmanager
def telling(lang: str) -> Iterator[None]:
    """Trouble inside is told in the reader's words. What nobody foresaw goes to the log, with a number to quote."""
    try:
        yield
    except DataError as error:
        st.error(as_written(error.in_(lang)), icon=":material/error:")
    except Exception:  # noqa: BLE001 (the last door: nobody in an office can read a traceback)
        number = f"{datetime.now().astimezone():%m%d-%H%M%S}-{secrets.token_hex(2)}"
        keep_log().exception("page failed [%s]", number)
        told = Text(
            f"この画面を表示できませんでした。画面を開き直しても直らないときは、記録番号 {number} をシステムの担当者に伝えてください。"
            "作ったデータや結果は変わっていません。",
            f"This page could not be shown. If opening it again does not help, give the number {number} to whoever "
            "looks after this system. Nothing you made was changed.",
        )
        st.error(told.in_(lang), icon=":material/error:")
