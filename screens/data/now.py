"""What the study uses now: its files, what is missing, which areas are unpublished, what the last run read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from coverage.study import Study
from geodata.errors import Text
from geodata.report import file_sha256
from requests_gen.intake import offered_files, study_status
from requests_gen.runs import previous_results
from requests_gen.wording import intake
from screens.data import answers
from screens.shared import Opened, as_written

UNPUBLISHED = Text("－ 未公表（不明として扱う）", "－ unpublished (counted as unknown)")
GONE = Text("× ファイルがない", "× file missing")
SHORT_SHA = 8


def show(opened: Opened, study: Study) -> None:
    """The part 今のデータ."""
    read = study_status.last_read(opened.place.results)
    found = study_status.inputs(study, read.get("files", []), _hashed)
    _headline(opened, study, found)
    _missing(opened, found)
    answers.show_questions(opened, study, read.get("questions", []))
    st.subheader(opened.say(Text("使っているファイル", "Files in use")))
    st.dataframe(
        _table(opened, found),
        hide_index=True,
        width="stretch",
        height="content",
        alt=opened.say(Text("調査が使うファイルの一覧", "The files the study uses")),
    )
    _matrix(opened, study, found)
    _last_read(opened, read)
    _unused(opened, study, found)


@st.cache_data(max_entries=500, show_spinner=False)
def _hash(path: str, size: int, modified_ns: int) -> str:
    return file_sha256(Path(path))


def _hashed(path: Path) -> str:
    """SHA-256, computed again only when size or time of the file has changed."""
    status = path.stat()
    return _hash(str(path), status.st_size, status.st_mtime_ns)


def _headline(opened: Opened, study: Study, found: list[study_status.Input]) -> None:
    """One sentence: may the study be run, and are the findings of today's files?"""
    lost = study_status.missing(found)
    written = previous_results.kept(opened.place.results)
    if lost:
        message = Text(
            f"ファイルが {len(lost)} 件足りないため、まだ実行できません。下の説明を見て「ファイルを入れる」から入れてください。",
            f"{len(lost)} files are missing, so the study cannot be run yet. See below, and put them in.",
        )
        st.warning(opened.say(message), icon=":material/warning:")
    elif written is None:
        st.info(
            opened.say(
                Text(
                    "ファイルはそろっています。「調査を実行」を押すと結果ができます。", "All files are here. Run the study to get findings."
                )
            )
        )
    elif study_status.changed_since_run(found, study, study_status.manifest(opened.place.results)):
        message = Text(
            f"前回の実行（{written.written:%Y-%m-%d %H:%M}）のあとで、ファイルか設定が変わっています。"
            "画面の結果に反映するには、もう一度実行してください。",
            f"Files or settings have changed since the last run ({written.written:%Y-%m-%d %H:%M}). Run again to see their effect.",
        )
        st.warning(opened.say(message), icon=":material/update:")
    else:
        message = Text(
            f"結果は今のファイルのものです（{written.written:%Y-%m-%d %H:%M} に実行）。",
            f"The findings are those of today's files (run {written.written:%Y-%m-%d %H:%M}).",
        )
        st.success(opened.say(message), icon=":material/check_circle:")


def _missing(opened: Opened, found: list[study_status.Input]) -> None:
    for slot in dict.fromkeys(one.slot for one in study_status.missing(found)):
        lost = [one for one in study_status.missing(found) if one.slot == slot]
        names = "、".join(f"{one.file}（{one.whose}）" if one.whose else one.file for one in lost)
        with st.container(border=True):
            st.markdown(f"**{study_status.LISTED[slot].in_(opened.lang)}** — {as_written(names)}")
            st.write(opened.say(study_status.WHERE_FROM[slot]))


def _table(opened: Opened, found: list[study_status.Input]) -> pd.DataFrame:
    """One row a file, in the words of the screen."""

    def say(ja: str, en: str) -> str:
        return opened.say(Text(ja, en))

    changed = {
        None: say("－ まだ読んでいない", "－ not read yet"),
        True: say("△ 変わった", "△ changed"),
        False: say("○ 同じ", "○ the same"),
    }
    return pd.DataFrame(
        [
            {
                say("種類", "kind"): study_status.LISTED[one.slot].in_(opened.lang),
                say("だれの", "whose"): one.whose,
                say("基準日", "as of"): one.as_of,
                say("ファイル", "file"): one.file,
                say("今あるか", "is it here"): say("○ ある", "○ yes") if one.present else say("× ない", "× no"),
                say("前回の判定", "last verdict"): opened.say(intake.VERDICTS[one.verdict]) if one.verdict else say("－", "－"),
                say("前回から", "since the last run"): changed[one.changed] if one.present else say("－", "－"),
                say("更新日時", "modified"): f"{one.modified:%Y-%m-%d %H:%M}" if one.modified else "",
                say("大きさ（KB）", "size (KB)"): f"{-(-one.size_bytes // 1024):,}" if one.present else "",
                say("指紋（SHA-256の先頭）", "SHA-256 (start)"): one.sha256[:SHORT_SHA],
            }
            for one in found
        ]
    )


def _matrix(opened: Opened, study: Study, found: list[study_status.Input]) -> None:
    st.subheader(opened.say(Text("事業者 × 世代", "Carriers × generations")))
    words = {"unpublished": opened.say(UNPUBLISHED), "missing": opened.say(GONE)}

    def said(state: str) -> str:
        nothing, _, dates = state.partition(" ") if state.startswith(study_status.NONE_HERE) else ("", "", state)
        sign = opened.say(Text("エリアなし", "none here")) if nothing else "○"
        return words.get(state, f"{sign} {dates} {opened.say(Text('時点', ''))}".strip())

    rows = {
        carrier: {generation: said(state) for generation, state in row.items()}
        for carrier, row in study_status.layer_matrix(study, found).items()
    }
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame.index.name = opened.say(Text("事業者", "carrier"))
    st.dataframe(frame, width="stretch")
    st.caption(
        opened.say(
            Text(
                "「未公表」は、その事業者・世代のファイルがこの調査に無いことです。エリア外（0人）とは数えず、「不明」として別に数えます。",
                "“Unpublished” means that this study has no file for it. It is counted as unknown, never as uncovered.",
            )
        )
    )


def _last_read(opened: Opened, read: dict[str, Any]) -> None:
    """What the last run read, and its full report."""
    st.subheader(opened.say(Text("前回の実行で読んだもの", "What the last run read")))
    if not read:
        st.write(opened.say(Text("まだ一度も実行していません。", "The study has not been run yet.")))
        return
    total = read.get("totals", {})
    message = Text(
        f"{total.get('files', 0)}件のファイルを読み、{total.get('records', 0):,}件のうち{total.get('accepted', 0):,}件を使い、"
        f"{total.get('excluded', 0):,}件を除きました。○ そのまま {total.get('accept', 0)}件・△ 直して使用 {total.get('warn', 0)}件。",
        f"{total.get('files', 0)} files; of {total.get('records', 0):,} records {total.get('accepted', 0):,} are used and "
        f"{total.get('excluded', 0):,} left out. ○ as they are {total.get('accept', 0)}, △ after repair {total.get('warn', 0)}.",
    )
    st.write(opened.say(message))
    report = opened.place.results / "intake.html"
    if report.is_file():
        st.download_button(
            opened.say(Text("読み込み結果の報告をダウンロード（intake.html）", "Download the report (intake.html)")),
            report.read_bytes(),
            "intake.html",
            "text/html",
            on_click="ignore",
            icon=":material/download:",
        )


def _unused(opened: Opened, study: Study, found: list[study_status.Input]) -> None:
    """Files in the study's folders that it does not use: they are listed, so that nobody takes them for part of it."""
    used = {study.path(one.file).resolve() for one in found} | {study.path(study.zones.ids).resolve()}
    rest = [path for path in offered_files.offered(opened.place.folder) if path.resolve() not in used]
    if not rest:
        return
    with st.expander(opened.say(Text(f"フォルダにあるが使っていないファイル（{len(rest)}件）", f"Files that are not used ({len(rest)})"))):
        for path in rest:
            st.text(path.relative_to(opened.place.folder).as_posix())
