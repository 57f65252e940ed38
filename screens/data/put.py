"""Putting a file into the study: choose it, answer questions on it, see what was found, then use it."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import streamlit as st

from coverage.study import Study
from geodata.errors import Text
from requests_gen.intake import edits, offered_files, preview, study_toml
from requests_gen.workspace import places
from screens.data import answers
from screens.data.look import asked, first_looked, looked, show_look, show_report
from screens.data.questions import ask
from screens.data.upload import uploaded
from screens.shared import Opened, as_written, page_parts

FROM = {
    "upload": Text("このパソコンから送る（100MBまで）", "Upload (up to 100 MB)"),
    "folder": Text("調査フォルダにあるファイルから選ぶ", "Choose from the study's folder"),
    "path": Text("場所（パス）を書く（大きいファイル向き）", "Type a path (for large files)"),
}
LOCAL = ("127.0.0.1", "localhost", "::1")


def show(opened: Opened, study: Study) -> None:
    """The part ファイルを入れる."""
    _undo(opened)
    st.subheader(opened.say(Text("1. ファイルを選ぶ", "1. Choose a file")))
    source = _source(opened)
    if source is None:
        return
    first = first_looked(source)
    kind = study_toml.guessed_slot(source.name, first)
    st.subheader(opened.say(Text("2. 何のファイルか", "2. What it is")))
    if first.kind in ("measurement", "road", "terrain"):
        st.info(
            opened.say(
                Text(
                    "現地の測定・道路・標高のファイルのようです。この画面から調査に入れられるのは、下の5種類です。",
                    "This looks like measurements, roads or heights. Only the five kinds below go into a study from here.",
                )
            )
        )
    entry = ask(opened, study, source, first, kind)
    if entry is None:
        if kind is None and first.verdict == "refuse":
            show_report(opened, first)
        return
    st.subheader(opened.say(Text("3. 調べた結果", "3. What was found")))
    found = looked(opened, source, entry)
    show_look(opened, found)
    if found.report.verdict == "refuse":
        st.info(
            opened.say(
                Text(
                    "このままでは使えないため、調査には入れていません。調査のデータと結果は変わっていません。",
                    "It cannot be used like this and was not put in. The study and its findings are unchanged.",
                )
            )
        )
        return
    _questions(opened, study, source, entry)
    _put(opened, source, entry, found)


def _questions(opened: Opened, study: Study, source: Path, entry: study_toml.Entry) -> None:
    """What a run would ask about the file; of an area only once it is said whose it is."""
    if entry.slot == "layers" and not (entry.carrier and entry.generation and entry.as_of):
        return
    answers.show_questions(opened, study, asked(opened, source, entry))


def _source(opened: Opened) -> Path | None:
    """The file to look at, on the server's disk; None as long as none was chosen."""
    way = st.radio(
        opened.say(Text("どこから", "From where")),
        list(FROM),
        format_func=lambda key: FROM[key].in_(opened.lang),
        horizontal=True,
        key="data from",
        label_visibility="collapsed",
    )
    if way == "upload":
        return uploaded(opened)
    folder = opened.place.folder
    if way == "folder":
        listed = offered_files.offered(folder)
        chosen = st.selectbox(
            opened.say(Text("ファイル", "File")),
            listed,
            index=None,
            format_func=lambda path: path.relative_to(folder).as_posix(),
            placeholder=opened.say(Text("選んでください", "choose one")),
            help=opened.say(
                Text(
                    f"調査フォルダの {places.INBOX} に置いたファイルと、data にあるファイルが並びます。",
                    f"Files in the study's {places.INBOX} and data folders.",
                )
            ),
        )
        if not listed:
            st.caption(
                as_written(
                    opened.say(
                        Text(
                            f"まだありません。{folder / places.INBOX} に置いてください。",
                            f"There are none yet: put them into {folder / places.INBOX}.",
                        )
                    )
                )
            )
        return chosen
    typed = st.text_input(
        opened.say(Text("ファイルの場所", "Path of the file")),
        key="data path",
        placeholder=r"C:\Users\…\area_4g.gpkg" if sys.platform == "win32" else "/…/area_4g.gpkg",
        help=opened.say(
            Text(
                "エクスプローラーでファイルを右クリックして「パスのコピー」を選び、ここに貼り付けます。",
                "In the Explorer: right-click, “Copy as path”, and paste it here.",
            )
        ),
    )
    if not typed:
        return None
    return offered_files.typed_path(typed, folder, anywhere=st.get_option("server.address") in LOCAL)


def _put(opened: Opened, source: Path, entry: study_toml.Entry, found: preview.Preview) -> None:
    """What will change, and the button that changes it."""
    st.subheader(opened.say(Text("4. 調査に入れる", "4. Put it into the study")))
    if entry.slot == "layers" and not (entry.carrier and entry.generation and entry.as_of):
        st.info(
            opened.say(
                Text(
                    "上の「事業者」「世代」「いつ時点のエリアか」を選ぶと、調査に入れられます。",
                    "Choose carrier, generation and date above, and it can be put in.",
                )
            )
        )
        return
    planned = edits.plan(opened.place.folder, source, entry, datetime.now().astimezone())
    if planned.changes_nothing:
        st.success(
            opened.say(
                Text(
                    "この調査は、すでにこのファイルをこの読み方で使っています。変えることはありません。",
                    "The study uses this very file in this way already; there is nothing to change.",
                )
            )
        )
        return
    _tell_plan(opened, planned)
    message = Text("この調査に入れる", "Put it into this study")
    if found.report.verdict == "warn":
        message = Text("上の注意を確かめたうえで、この調査に入れる", "I have read the warnings: put it in")
    if st.button(opened.say(message), type="primary", icon=":material/check:"):
        edits.apply(planned, datetime.now().astimezone())
        page_parts.done(
            opened,
            Text(
                f"{planned.file} を調査に入れました。結果に反映するには「調査を実行」を押してください。",
                f"{planned.file} was put in. Run the study to see its effect.",
            ),
        )


def _tell_plan(opened: Opened, planned: edits.Plan) -> None:
    if planned.copies:
        names = "、".join(name for _, name in planned.copies)
        st.write(
            as_written(
                opened.say(
                    Text(
                        f"調査フォルダに {names} としてコピーします。今あるファイルは消しも上書きもしません。",
                        f"It is copied into the study as {names}. No file that is there is deleted or overwritten.",
                    )
                )
            )
        )
    else:
        st.write(
            as_written(
                opened.say(
                    Text(
                        f"調査フォルダにある {planned.file} を使います（コピーしません）。",
                        f"{planned.file}, which lies in the study already, is used.",
                    )
                )
            )
        )
    with st.expander(
        opened.say(
            Text(
                "設定ファイル（study.toml）の変わる行を見る（－ が消える行、＋ が入る行）",
                "Lines of study.toml that change (- goes, + comes)",
            )
        )
    ):
        st.code("\n".join(planned.difference), language="diff")


def _undo(opened: Opened) -> None:
    """The last change made from here can be taken back."""
    made = edits.changes(opened.place.folder)
    if not made:
        return
    last = made[-1]
    at = datetime.fromisoformat(last.at)
    with st.expander(opened.say(Text("最後に入れたファイルを取り消す", "Undo the last file put in")), icon=":material/undo:"):
        st.write(
            as_written(
                opened.say(
                    Text(
                        f"{at:%Y-%m-%d %H:%M} に {last.file} を入れました。取り消すと、設定（study.toml）が入れる前とまったく同じに戻り、"
                        f"入れたファイルは {places.INBOX} フォルダに移ります。結果は、次に実行するまで変わりません。",
                        f"{last.file} was put in at {at:%Y-%m-%d %H:%M}. Undoing puts study.toml back exactly as it was and moves "
                        f"the file to the {places.INBOX} folder. The findings stay until the next run.",
                    )
                )
            )
        )
        if st.button(opened.say(Text("取り消して元に戻す", "Undo"))):
            edits.undo(opened.place.folder, datetime.now().astimezone())
            page_parts.done(
                opened,
                Text(f"{last.file} を取り消しました。設定は元に戻りました。", f"{last.file} was taken out; study.toml is as before."),
            )
