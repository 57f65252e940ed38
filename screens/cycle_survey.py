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
from requests_gen.registry_store import signature
from requests_gen.survey_candidates import candidates
from requests_gen.survey_desk import decide_places, export_forms, import_forms
from requests_gen.survey_report import sentences
from screens.cycle_desk import LARGEST_MB, Desk, done, kept_file, now, signer, telling
from screens.words import as_written

MADE, ROUND = "survey made ", "survey round"


def survey_part(desk: Desk) -> None:
    """Two halves: out and back in."""
    left, right = st.columns(2)
    with left:
        _out(desk)
    with right:
        _back(desk)
    with st.expander(desk.say(Text("市町が知らせた新しい箇所", "New places the municipalities told of"))):
        _places(desk)


def _out(desk: Desk) -> None:
    st.subheader(desk.say(Text("照会様式を作る", "Make the forms")))
    desk.opened.findings()
    day = st.date_input(
        desk.say(Text("市町の回答期限（空欄なら前に決めた日）", "Deadline (blank: as kept)")),
        None,
        key="survey deadline",
    )
    maps = st.checkbox(
        desk.say(Text("地区の小さな地図を入れる（時間がかかります）", "With small maps (takes longer)")),
        False,
    )
    who = signer(desk, "survey out who")
    key = MADE + str(desk.opened.place.folder) + desk.opened.stamp
    if st.button(
        desk.say(Text("照会様式を作る（市町ごとのExcel）", "Make the forms (an Excel file a municipality)")),
        type="primary",
    ):
        with st.spinner(desk.say(Text("作っています…", "Making…"))):
            made = telling(desk, lambda: _made(desk, day, maps, signature(who)))
        if made is not None:
            st.session_state[key] = made
    if key in st.session_state:
        data, count, notices = st.session_state[key]
        st.download_button(
            desk.say(Text(f"照会様式を受け取る（{count}市町、zip）", f"Take the forms ({count} municipalities, zip)")), data,
            f"照会様式_{desk.year}.zip", "application/zip", on_click="ignore",
        )  # fmt: skip
        if notices:
            st.caption(as_written("\n".join(desk.say(notice) for notice in notices)))


def _made(desk: Desk, day: Any, maps: bool, who: str) -> tuple[bytes, int, list[Text]]:
    """The forms in one zip, how many, what to know of them."""
    with tempfile.TemporaryDirectory(prefix="kengai-") as home:
        out = Path(home) / "survey"
        done_ = export_forms(desk.opened.place.folder, out, [], day, maps, who, now(), lambda _: None)
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in done_.files:
                packed.write(file, file.name)
        return stream.getvalue(), len(done_.files), list(done_.notices)


def _back(desk: Desk) -> None:
    st.subheader(desk.say(Text("届いた照会様式を取り込む", "Take forms in")))
    number = st.session_state.setdefault(ROUND, 0)
    given = st.file_uploader(
        desk.say(Text("市町から届いた様式（Excel か CSV。いくつでも）", "Filled forms (Excel or CSV)")), type=["xlsx", "csv"],
        accept_multiple_files=True, key=f"survey files {number}", max_upload_size=LARGEST_MB,
    )  # fmt: skip
    if not given:
        return
    seen = telling(desk, lambda: _imported(desk, given, "", dry=True))
    if seen is None:
        return
    _told(desk, seen)
    who = signer(desk, "survey back who")
    if st.button(
        desk.say(Text(f"取り込む（{len(seen.done)}件のファイル）", f"Take in ({len(seen.done)} files)")), type="primary", disabled=not seen.done
    ):  # fmt: skip
        taken = telling(desk, lambda: _imported(desk, given, signature(who), dry=False))
        if taken is not None and not taken.refused:
            st.session_state[ROUND] += 1
            done(desk.say(Text("取り込みました。", "Taken in.")))
        elif taken is not None:
            _told(desk, taken)


def _imported(desk: Desk, given: list[Any], who: str, *, dry: bool) -> Any:
    with ExitStack() as files:
        paths = [files.enter_context(kept_file(file.name, file.getvalue())) for file in given]
        return import_forms(paths, desk.workspace, who, now(), dry_run=dry)


def _told(desk: Desk, outcome: Any) -> None:
    for error in outcome.refused:
        st.error(as_written(error.in_(desk.opened.lang)))
    for each in outcome.done:
        with st.container(border=True, height=260):
            st.text("\n".join(text.in_(desk.opened.lang) for text in sentences(each)))


def _places(desk: Desk) -> None:
    """Candidates of the year; those not decided on can be taken up (they get an id) or declined."""
    if not desk.has_registry:
        return
    for line in telling(desk, lambda: decide_places(desk.workspace, desk.year, [], [], "", "", now())) or []:
        st.text(desk.say(line))
    table = candidates(desk.registry, desk.year)
    waiting = (
        [] if table.empty else [str(name) for name in table.index[table["state"].fillna("new") == "new"]]
    )
    if not waiting:
        return
    a, b, c = st.columns([2, 3, 3], vertical_alignment="bottom")
    chosen = a.selectbox(
        desk.say(Text("候補", "Candidate")),
        waiting,
        index=None,
        placeholder=desk.say(Text("選んでください", "choose")),
    )
    reason = b.text_input(desk.say(Text("取り上げない理由", "Why it is declined")), max_chars=300)
    with c:
        who = signer(desk, "survey places who")
    take, leave = st.columns(2)
    accept = take.button(
        desk.say(Text("地区に加える（地区IDを付けます）", "Take it up (gives it an id)")),
        disabled=not chosen,
        width="stretch",
    )
    decline = leave.button(desk.say(Text("取り上げない", "Decline")), disabled=not chosen, width="stretch")
    if not (accept or decline):
        return

    def decide() -> Any:
        return decide_places(
            desk.workspace, desk.year, [chosen] if accept else [], [chosen] if decline else [], reason, signature(who), now()
        )  # fmt: skip

    if telling(desk, decide) is not None:
        done(desk.say(Text("記録しました。", "Recorded.")))
