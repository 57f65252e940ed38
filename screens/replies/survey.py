"""照会: forms for the municipalities out, and back in."""

from __future__ import annotations

import io
import tempfile
import zipfile
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import streamlit as st

from geodata.errors import Text
from requests_gen.registry import store
from requests_gen.survey import candidates, report, tasks
from screens.replies.context import PageContext
from screens.shared import as_written, page_parts, registry_cache

MADE, ROUND = "survey made ", "survey round"


def survey_part(context: PageContext) -> None:
    """Left making the forms, right taking them in; below the new places."""
    left, right = st.columns(2)
    with left:
        _out(context)
    with right:
        _back(context)
    with st.expander(context.say(Text("市町が知らせた新しい箇所", "New places the municipalities told of"))):
        _places(context)


def _out(context: PageContext) -> None:
    st.subheader(context.say(Text("照会様式を作る", "Make the forms")))
    context.opened.findings()
    day = st.date_input(
        context.say(Text("市町の回答期限（空欄なら前に決めた日）", "Deadline (blank: as kept)")), None, key="survey deadline"
    )
    maps = st.checkbox(context.say(Text("地区の小さな地図を入れる（時間がかかります）", "With small maps (takes longer)")), False)
    who = registry_cache.signer(context.say, "survey out who")
    key = MADE + str(context.opened.place.folder) + context.opened.stamp
    if st.button(context.say(Text("照会様式を作る（市町ごとのExcel）", "Make the forms (an Excel file a municipality)")), type="primary"):
        with st.spinner(context.say(Text("作っています…", "Making…"))):
            made = page_parts.attempt(context.opened, lambda: _made(context, day, maps, store.signature(who)))
        if made is not None:
            st.session_state[key] = made
    if key in st.session_state:
        data, count, notices = st.session_state[key]
        st.download_button(
            context.say(Text(f"照会様式を受け取る（{count}市町、zip）", f"Take the forms ({count} municipalities, zip)")),
            data,
            f"照会様式_{context.year}.zip",
            "application/zip",
            on_click="ignore",
        )
        if notices:
            st.caption(as_written("\n".join(context.say(notice) for notice in notices)))


def _made(context: PageContext, day: Any, maps: bool, who: str) -> tuple[bytes, int, list[Text]]:
    """(the forms in one zip, how many, notices on them)."""
    with tempfile.TemporaryDirectory(prefix="kengai-") as home:
        out = Path(home) / "survey"
        made = tasks.export_forms(context.opened.place.folder, out, [], day, maps, who, registry_cache.now(), lambda _: None)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in made.files:
                packed.write(file, file.name)
        return stream.getvalue(), len(made.files), list(made.notices)


def _back(context: PageContext) -> None:
    st.subheader(context.say(Text("届いた照会様式を取り込む", "Take forms in")))
    number = st.session_state.setdefault(ROUND, 0)
    given = st.file_uploader(
        context.say(Text("市町から届いた様式（Excel か CSV。いくつでも）", "Filled forms (Excel or CSV)")),
        type=["xlsx", "csv"],
        accept_multiple_files=True,
        key=f"survey files {number}",
        max_upload_size=page_parts.LARGEST_FORM_MB,
    )
    if not given:
        return
    seen = page_parts.attempt(context.opened, lambda: _imported(context, given, "", dry=True))
    if seen is None:
        return
    _show_outcome(context, seen)
    who = registry_cache.signer(context.say, "survey back who")
    if st.button(
        context.say(Text(f"取り込む（{len(seen.done)}件のファイル）", f"Take in ({len(seen.done)} files)")),
        type="primary",
        disabled=not seen.done,
    ):
        taken = page_parts.attempt(context.opened, lambda: _imported(context, given, store.signature(who), dry=False))
        if taken is not None and not taken.refused:
            st.session_state[ROUND] += 1
            page_parts.done(context.opened, Text("取り込みました。", "Taken in."))
        elif taken is not None:
            _show_outcome(context, taken)


def _imported(context: PageContext, given: list[Any], who: str, *, dry: bool) -> Any:
    with ExitStack() as files:
        paths = [files.enter_context(page_parts.uploaded_file(file.name, file.getvalue())) for file in given]
        return tasks.import_forms(paths, context.workspace, who, registry_cache.now(), dry_run=dry)


def _show_outcome(context: PageContext, outcome: Any) -> None:
    for error in outcome.refused:
        page_parts.show_error(error, context.opened.lang)
    for each in outcome.done:
        with st.container(border=True, height=260):
            st.text("\n".join(text.in_(context.opened.lang) for text in report.sentences(each)))


def _places(context: PageContext) -> None:
    """Candidates of the year; those not decided on can be taken up (they get an id) or declined."""
    if not context.has_registry:
        return
    for line in (
        page_parts.attempt(
            context.opened, lambda: tasks.decide_places(context.workspace, context.year, [], [], "", "", registry_cache.now())
        )
        or []
    ):
        st.text(context.say(line))
    table = candidates(context.registry, context.year)
    waiting = [] if table.empty else [str(name) for name in table.index[table["state"].fillna("new") == "new"]]
    if not waiting:
        return
    a, b, c = st.columns([2, 3, 3], vertical_alignment="bottom")
    chosen = a.selectbox(
        context.say(Text("候補", "Candidate")), waiting, index=None, placeholder=context.say(Text("選んでください", "choose"))
    )
    reason = b.text_input(context.say(Text("取り上げない理由", "Why it is declined")), max_chars=300)
    with c:
        who = registry_cache.signer(context.say, "survey places who")
    take, leave = st.columns(2)
    accept = take.button(
        context.say(Text("地区に加える（地区IDを付けます）", "Take it up (gives it an id)")), disabled=not chosen, width="stretch"
    )
    decline = leave.button(context.say(Text("取り上げない", "Decline")), disabled=not chosen, width="stretch")
    if not (accept or decline):
        return

    def decide() -> Any:
        return tasks.decide_places(
            context.workspace,
            context.year,
            [chosen] if accept else [],
            [chosen] if decline else [],
            reason,
            store.signature(who),
            registry_cache.now(),
        )

    if page_parts.attempt(context.opened, decide) is not None:
        page_parts.done(context.opened, Text("記録しました。", "Recorded."))
