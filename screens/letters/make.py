"""Make the letters, download them, record what was sent."""

from __future__ import annotations

import threading
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.letters import background, last_year, letters_zip, make
from requests_gen.letters import versions as letters_versions
from requests_gen.registry import location, tables
from screens.letters.context import PageContext, paper_store
from screens.letters.settings import unsaved
from screens.shared import as_written, page_parts

if TYPE_CHECKING:
    from coverage.result import Result

EVERY_S = 0.7


def make_part(context: PageContext) -> None:
    """The three steps after the settings are right."""
    st.subheader(context.say(Text("1. 作る", "1. Make")))
    _make(context)
    st.subheader(context.say(Text("2. 受け取る", "2. Take away")))
    _take(context)
    st.subheader(context.say(Text("3. 送付を記録する", "3. Record as sent")))
    _send(context)


class _LetterRuns:
    """The last making of letters in each letters folder, for all visitors: two never write one folder at once."""

    def __init__(self) -> None:
        self._by_folder: dict[Path, background.LetterRun] = {}
        self._lock = threading.Lock()

    def of(self, folder: Path) -> background.LetterRun | None:
        return self._by_folder.get(folder)

    def start(self, context: PageContext, carriers: tuple[str, ...]) -> None:
        folder = context.opened.place.letters
        with self._lock:
            last = self._by_folder.get(folder)
            if context.settings is None or (last is not None and last.running):
                return
            run = self._by_folder[folder] = background.LetterRun(carriers, store=paper_store())
            run.start(context.result, context.settings, folder, partial(_keep, context.result))


@st.cache_resource
def _letter_runs() -> _LetterRuns:
    return _LetterRuns()


def _make(context: PageContext) -> None:
    say, name = context.say, as_written(context.letter_status.name)
    run = _letter_runs().of(context.opened.place.letters)
    if run is not None and run.running:
        _watch(context, run)
        return
    if unsaved(context):
        st.warning(
            say(
                Text("保存していない入力があります。保存した設定だけで作ります。", "There is unsaved input; only saved settings are used.")
            ),
            icon=":material/edit:",
        )
    spec = tuple(key for key, each in context.letter_states.items() if each.why_none is None)
    unfit = [each.name for each in context.letter_states.values() if each.cannot_be_made]
    if unfit:
        st.warning(
            say(
                Text(
                    f"必須の項目が空のため作れない事業者: {'、'.join(map(as_written, unfit))}",
                    f"Cannot be made, something needed is empty: {', '.join(map(as_written, unfit))}",
                )
            )
        )
    st.caption(
        say(
            Text(
                "送付済みの要望書と、手で直した要望書は書き換えません。内容が変わったときは新しい版を隣に作ります。",
                "Letters that were sent or changed by hand are never written again: a new version is made beside them.",
            )
        )
    )
    one, all_ = st.columns(2)
    alone = context.settings is not None and context.carrier in spec and not context.letter_status.cannot_be_made
    chosen: tuple[str, ...] = ()
    if one.button(say(Text(f"{name} の要望書を作る", f"Make the letter to {name}")), type="primary", disabled=not alone, width="stretch"):
        chosen = (context.carrier,)
    if all_.button(
        say(Text(f"全社の要望書を作る（{len(spec)}社）", f"Make all letters ({len(spec)})")),
        disabled=context.settings is None or not spec,
        width="stretch",
    ):
        chosen = spec
    if chosen:
        _letter_runs().start(context, chosen)
        st.rerun()
    if run is not None:
        _show_outcome(context, run)


@st.fragment(run_every=EVERY_S)
def _watch(context: PageContext, run: background.LetterRun) -> None:
    """How far the making is, until it ends; then the whole page is drawn again."""
    if not run.running:
        st.rerun()
    done, of = run.done, len(run.carriers)
    steps = list(run.steps)
    words = context.say(Text(f"作っています（{of}社のうち{done}社を確認済み）", f"Making ({done} of {of} checked)"))
    st.progress(run.fraction, text=words)
    if steps:
        st.text(context.say(steps[-1]))
    st.caption(
        context.say(
            Text(
                "ほかのページを見ていても続きます。前の要望書は、終わるまでそのままです。",
                "It goes on while you look at other pages. The former letters stay until the end.",
            )
        )
    )


def _show_outcome(context: PageContext, run: background.LetterRun) -> None:
    """What the last making of letters did."""
    say = context.say
    if run.broken:
        st.error(
            say(
                Text(
                    "プログラムの誤りで止まりました。前の要望書はそのままです。システムの担当者に伝えてください。",
                    "Stopped by a bug; the former letters are untouched. Tell whoever looks after this system.",
                )
            ),
            icon=":material/error:",
        )
    names = [as_written(context.letter_states[key].name) for key in run.made if key in context.letter_states]
    if names:
        place = as_written(str(context.opened.place.letters))
        st.success(say(Text(f"できました: {'、'.join(names)}。置き場所: {place}", f"Made: {', '.join(names)}. They lie in {place}")))
    for key, error in run.failed.items():
        name = as_written(context.letter_states[key].name) if key in context.letter_states else key
        st.error(
            say(
                Text(
                    f"{name} あては作れませんでした（前のものはそのままです）。",
                    f"The letter to {name} could not be made (what was there is untouched).",
                )
            ),
            icon=":material/error:",
        )
        st.text(error.in_(context.opened.lang))
    with st.expander(say(Text("作成の記録", "What was done"))):
        st.text("\n".join(say(step) for step in run.steps))


def _take(context: PageContext) -> None:
    say, letter_versions = context.say, context.opened.place.letters
    fictitious = context.result.study.about.fictitious
    newest = [each.last for each in context.letter_states.values() if each.last is not None]
    if not newest:
        st.info(say(Text("まだ要望書がありません。上の「作る」で作ってください。", "There are no letters yet; make them above.")))
        return
    one, all_ = st.columns(2, vertical_alignment="bottom")
    versions = {entry.id: entry for entry in reversed(context.letter_status.versions)}
    if versions:
        with one:
            which = _version(context, versions, "take")
            st.download_button(
                say(Text("この事業者の一式（zip）", "This carrier's papers (zip)")),
                lambda: letters_zip(letter_versions, [which], fictitious),
                f"{which.folder}.zip",
                page_parts.ZIP,
                on_click="ignore",
                width="stretch",
                key="papers-zip-one",
                type="primary",
            )
    year = context.result.study.about.fiscal_year
    all_.download_button(
        say(Text(f"全社の最新版（{len(newest)}社、zip）", f"The newest of all carriers ({len(newest)}, zip)")),
        lambda: letters_zip(letter_versions, newest, fictitious),
        f"要望書一式_{year}年度.zip",
        page_parts.ZIP,
        on_click="ignore",
        width="stretch",
        key="papers-zip-all",
    )


def _version(context: PageContext, versions: dict[str, letters_versions.Entry], use: str) -> letters_versions.Entry:
    words = {
        entry.id: context.say(Text(f"第{entry.version}版 {entry.id}", f"version {entry.version} {entry.id}"))
        + (f" {entry.sent_on}" if entry.sent_on else "")
        + (context.say(Text("（案）", " (draft)")) if entry.state == tables.DRAFT else "")
        for entry in versions.values()
    }
    chosen = st.selectbox(
        context.say(Text("版", "Version")),
        list(versions),
        key=f"papers-version-{use}-{context.carrier}",
        format_func=lambda one: words.get(one, str(one)),
    )
    return versions[chosen or next(iter(versions))]


def _send(context: PageContext) -> None:
    say, name = context.say, as_written(context.letter_status.name)
    page_parts.show_done()
    for entry in context.letter_status.sent:
        st.text(
            say(
                Text(
                    f"{entry.id}（第{entry.version}版）は {entry.sent_on} に送付済みです。書き換えられません。",
                    f"{entry.id} (version {entry.version}) was sent on {entry.sent_on} and is never changed.",
                )
            )
        )
    last = context.letter_status.last
    if last is None or last.state == tables.SENT:
        st.caption(say(Text("送付を記録できる要望書はありません。", "There is no letter to be recorded as sent.")))
        return
    if last.state == tables.DRAFT:
        st.info(
            say(
                Text(
                    f"{last.id} は（案）のため、送付済みにできません。空の項目に書き込み、作り直してください。",
                    f"{last.id} is a draft and cannot have been sent. Fill in what is empty and make it again.",
                )
            )
        )
        return
    if context.letter_status.changed_by_hand:
        st.warning(
            say(
                Text(
                    "手で直したファイルがあります。今フォルダにあるものを、送付したものとして記録します。",
                    "Files were changed by hand; what lies in the folder now is recorded as what was sent.",
                )
            )
        )
    today = datetime.now().astimezone().date()
    with st.form("papers-send", border=True):
        on = st.date_input(say(Text("送付した日", "Sent on")), today, max_value=today, key=f"papers-on-{last.id}")
        sure = st.checkbox(
            say(
                Text(
                    f"{last.id}（{name} あて）を、この日に相手へ送りました。記録すると取り消せません。",
                    f"{last.id} (to {name}) was sent on this day. This cannot be undone.",
                )
            ),
            key=f"papers-sure-{last.id}",
        )
        pressed = st.form_submit_button(say(Text("送付済みとして記録する", "Record as sent")))
    if pressed and not sure:
        st.error(say(Text("確認の欄に印を付けてから、もう一度押してください。", "Tick the confirmation first, then press again.")))
    elif pressed:
        _record(context, last, on.isoformat())


def _keep(result: Result, entries: list[letters_versions.Entry]) -> None:
    """Write the letters into the registry, as `kengai letters` does."""
    study = result.study
    last_year.record_versions(study.folder, entries, study.about.fiscal_year, who=location.person(), at=datetime.now().astimezone())


def _record(context: PageContext, last: letters_versions.Entry, on: str) -> None:
    try:
        entries = make.mark_sent(context.opened.place.letters, [last.id], datetime.fromisoformat(on).date())
        _keep(context.result, entries)
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    page_parts.done(context.opened, Text(f"{last.id} を {on} 送付済みとして記録しました。", f"{last.id} is recorded as sent on {on}."))
