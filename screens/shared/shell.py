"""What is around every page: the choice of study and language, the notice of invented areas, errors in words."""

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
from screens.shared.log_file import keep_log
from screens.shared.opened import Opened

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
        # the browser otherwise offers to translate the page and shows Chinese forms of Japanese characters
        st.html(SPEAK.format(lang=lang), unsafe_allow_javascript=True, width="content")
        switch = st.container(width="content")
        language(lang)
        with switch:
            place = _chosen(find_studies(folder)[::-1], lang)
    opened = Opened(place, place.stamp, lang)
    with errors_in_words(lang):
        _study_line(opened)
    return opened


def chosen_language() -> str:
    """ "ja" or "en": from the address, else as chosen before, else Japanese."""
    return remembered("lang", LANGUAGES, "ja")


def go_to(page: st.Page) -> NoReturn:
    """Go to `page` and keep what is in the address."""
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
    """A study by its fiscal year; by its folder's name where no year is known."""
    year = workspace_places.year_of(place.folder)
    return place.folder.name if year is None else Text(f"{year}年度", f"FY {year}").in_(lang)


def language(lang: str) -> None:
    """The switch between Japanese and English; the choice is in the address bar as `?lang=en`."""
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
    result_caption = caption(result, opened.lang)
    line = f"<b>{as_html(result_caption.title)}</b>{as_html(result_caption.year)} ／ {as_html(result_caption.brief)}"
    notice = ""
    if result_caption.notice:
        notice = f'<div class="kengai-notice" role="note">{as_html(result_caption.notice)}</div>'
    if result_caption.unconfirmed:
        way = Text("「データ」のページで答えられます。", "Answer them on the page “Data”.").in_(opened.lang)
        notice += f'<div class="kengai-study" role="note">△ {as_html(result_caption.unconfirmed)}。{as_html(way)}</div>'
    st.html(f'<div class="kengai-study">{line}</div>{notice}')


def show(page: Callable[[Opened], None], opened: Opened) -> None:
    """One page; errors in it are shown in words."""
    with errors_in_words(opened.lang):
        page(opened)


@dataclass
class Visit:
    """One run of the program for one visitor. Pages are registered before the study they show is known."""

    opened: Opened | None = None

    def show(self, page: Callable[[Opened], None]) -> None:
        """Draw `page` for the study opened in this run."""
        if self.opened is None:
            raise RuntimeError("a page was asked for before anything was opened")
        show(page, self.opened)


@contextmanager
def errors_in_words(lang: str) -> Iterator[None]:
    """Show a DataError inside in the reader's words; a bug is written to the log, and its number there is shown."""
    try:
        yield
    except DataError as error:
        st.error(as_written(error.in_(lang)), icon=":material/error:")
    except Exception:  # noqa: BLE001 (the outermost handler: a visitor cannot use a traceback)
        number = f"{datetime.now().astimezone():%m%d-%H%M%S}-{secrets.token_hex(2)}"
        keep_log().exception("page failed [%s]", number)
        message = Text(
            f"この画面を表示できませんでした。画面を開き直しても直らないときは、記録番号 {number} をシステムの担当者に伝えてください。"
            "作ったデータや結果は変わっていません。",
            f"This page could not be shown. If opening it again does not help, give the number {number} to whoever "
            "looks after this system. Nothing you made was changed.",
        )
        st.error(message.in_(lang), icon=":material/error:")
