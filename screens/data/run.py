"""Running the study: what will happen, how far it is, what came of it, the log, and the results before."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import streamlit as st

from coverage.study import Study
from geodata.errors import DataError, Text
from requests_gen.intake import study_status
from requests_gen.runs import background, previous_results
from screens.shared import Opened, as_html, as_written, page_parts

LOOK_EVERY_SECONDS = 1.0
STEPS_SHOWN = 8
CLOCK_SLACK_SECONDS = 2  # file systems store times less exactly than the clock


def show(opened: Opened, study: Study) -> None:
    """The part 調査を実行."""
    state = background.run_state(opened.place, _now())
    if state.under_way:
        _under_way(opened)
        return
    _ended(opened, state)
    _begin(opened, study)
    _log(opened)
    _former(opened)


def _now() -> datetime:
    return datetime.now().astimezone()


@st.fragment(run_every=LOOK_EVERY_SECONDS)
def _under_way(opened: Opened) -> None:
    """How far the run is, refreshed every LOOK_EVERY_SECONDS; the whole page is drawn again when it has ended."""
    state = background.run_state(opened.place, _now())
    if not state.under_way:
        st.rerun()
    began = state.started or _now()
    seconds = (_now() - began).total_seconds()
    steps = state.steps
    now = Text(steps[-1]["ja"], steps[-1]["en"]) if steps else Text("準備しています", "getting ready")
    part = state.part()
    st.subheader(opened.say(Text("実行しています", "Running")))
    st.progress(part or 0.0, text=as_written(opened.say(now)))
    former = state.expected_seconds
    usual = Text(f"（前回は {_lasted(former).ja}）", f" (last time {_lasted(former).en})") if former else Text("", "")
    steps_of = f"{len(steps)} / {state.expected}" if state.expected else str(len(steps))
    message = Text(
        f"段階 {steps_of}（めやす）・始めてから {_lasted(seconds).ja}{usual.ja}。この画面を閉じても続きます。"
        "結果は最後にまとめて入れ替わり、それまでは今の結果のままです。",
        f"Step {steps_of} (estimate), {_lasted(seconds).en} so far{usual.en}. It goes on when this page is closed. "
        "The findings are exchanged at the very end; until then the present ones stay.",
    )
    st.caption(opened.say(message))
    st.text("\n".join(f"{step['at'][11:19]}  {step[opened.lang]}" for step in steps[-STEPS_SHOWN:]))
    if st.button(opened.say(Text("実行を中止する", "Stop the run")), icon=":material/stop_circle:"):
        background.stop(opened.place, _now())
        st.rerun()


def _lasted(seconds: float) -> Text:
    whole = max(round(seconds), 0)
    if whole < 60:
        return Text(f"{whole}秒", f"{whole} s")
    return Text(f"{whole // 60}分{whole % 60}秒", f"{whole // 60} min {whole % 60} s")


def _ended(opened: Opened, state: background.RunState) -> None:
    """What came of the last run, and that the last good findings stay."""
    ended = f"{state.ended:%Y-%m-%d %H:%M}" if state.ended else ""
    if state.state == "done":
        _good(opened, state, ended)
    elif state.state == "stopped":
        message = Text(f"実行を中止しました（{ended}）。{_stays(opened).ja}", f"The run was stopped ({ended}). {_stays(opened).en}")
        st.warning(as_written(opened.say(message)), icon=":material/stop_circle:")
    elif state.state == "died":
        message = Text(
            f"前の実行が途中で終わっています（パソコンの再起動、メモリ不足など）。{_stays(opened).ja}もう一度実行してください。",
            f"The last run ended half-way (a restart, too little memory). {_stays(opened).en} Run again.",
        )
        st.error(as_written(opened.say(message)), icon=":material/error:")
    elif state.state == "failed":
        _failed(opened, state, ended)


def _good(opened: Opened, state: background.RunState, ended: str) -> None:
    took = _lasted((state.ended - state.started).total_seconds()) if state.ended and state.started else Text("", "")
    now, before = (previous_results.kept(opened.place.results), previous_results.kept(previous_results.former_folder(opened.place.results)))
    if now is None or not _of_this_run(now, state):
        message = Text(
            f"最後にこの画面から実行したのは {ended} です。今の結果は、そのときのものではありません（前の結果に戻したか、別の所で実行しました）。",
            f"The last run from this page ended {ended}. The present findings are others (exchanged, or run elsewhere).",
        )
        st.info(as_written(opened.say(message)))
        return
    figures = _figures(now, before)
    message = Text(
        f"実行が終わりました（{ended}、{took.ja}）。新しい結果が全部のページに出ています。{figures.ja}",
        f"The run has ended ({ended}, {took.en}). All pages show the new findings. {figures.en}",
    )
    st.success(as_written(opened.say(message)), icon=":material/check_circle:")
    query = "&".join(f"{key}={value}" for key in ("lang", "study") if (value := st.query_params.get(key)))
    words = opened.say(Text("地図で結果を見る", "See the findings on the map"))
    st.html(f'<a href="map{as_html("?" + query if query else "")}" target="_self">{words}</a>')


def _of_this_run(now: previous_results.PreviousResults, state: background.RunState) -> bool:
    """Whether the findings on screen were written while this run went on."""
    if state.started is None or state.ended is None:
        return False
    slack = timedelta(seconds=CLOCK_SLACK_SECONDS)
    return state.started - slack <= now.written <= state.ended + slack


def _figures(now: previous_results.PreviousResults | None, before: previous_results.PreviousResults | None) -> Text:
    if now is None or now.zones is None:
        return Text("", "")
    if before is None or before.zones is None:
        return Text(f"不感のある地区 {now.zones:,}。", f"{now.zones:,} zones with a gap.")
    return Text(f"不感のある地区 {before.zones:,} → {now.zones:,}。", f"Zones with a gap: {before.zones:,} → {now.zones:,}.")


def _failed(opened: Opened, state: background.RunState, ended: str) -> None:
    head = Text(f"実行できませんでした（{ended}）。{_stays(opened).ja}", f"The run failed ({ended}). {_stays(opened).en}")
    st.error(as_written(opened.say(head)), icon=":material/error:")
    why = state.message or Text("", "")
    if state.code == background.BUG:
        why = Text(
            "プログラムの中で思わぬことが起きました。下の「実行の記録」をダウンロードして、システムの担当者に渡してください。",
            "Something unforeseen happened in the program. Download the log below and give it to whoever looks after this system.",
        )
    if why.ja:
        with st.container(border=True):
            st.markdown(as_written(opened.say(why)))


def _stays(opened: Opened) -> Text:
    last = previous_results.kept(opened.place.results)
    if last is None:
        return Text("まだ結果はありません。", "There are no findings yet.")
    at = f"{last.written:%Y-%m-%d %H:%M}"
    return Text(f"前回の結果（{at}）はそのままです。", f"The last findings ({at}) are as they were.")


def _begin(opened: Opened, study: Study) -> None:
    """What a run does, and the button."""
    st.subheader(opened.say(Text("実行する", "Run")))
    lost = sorted({file for _, _, _, file in study_status.named_files(study) if not study.path(file).is_file()})
    if lost:
        message = Text(
            f"次のファイルがないため、実行できません: {'、'.join(lost)}。「今のデータ」で入手先を確かめてください。",
            f"These files are missing: {', '.join(lost)}. “What the study uses” says where to get them.",
        )
        st.warning(as_written(opened.say(message)), icon=":material/warning:")
    else:
        last = previous_results.kept(opened.place.results)
        message = Text(
            "全部のファイルを読み、カバー率・不感地区・順位を計算し直します。終わるまで画面の結果は変わりません。"
            + ("終わると新しい結果に入れ替わり、今の結果は「前回の結果」として残ります。" if last else ""),
            "All files are read and shares, zones and ranking worked out anew. The findings on screen stay until the end"
            + ("; then the present ones are kept as the former findings." if last else "."),
        )
        st.write(opened.say(message))
    if st.button(opened.say(Text("調査を実行", "Run the study")), type="primary", disabled=bool(lost), icon=":material/play_arrow:"):
        background.start(opened.place, study, opened.lang, _now())
        st.rerun()


def _log(opened: Opened) -> None:
    text = background.log_text(opened.place)
    if not text:
        return
    with st.expander(opened.say(Text("前回の実行の記録", "The last run's log"))):
        st.download_button(
            opened.say(Text("実行の記録をダウンロード", "Download the log")),
            text.encode("utf-8-sig"),
            "kengai-run-log.txt",
            "text/plain",
            on_click="ignore",
            icon=":material/download:",
        )
        st.text("\n".join(text.splitlines()[-40:]))


def _former(opened: Opened) -> None:
    """Offer to exchange the present results for the former ones; both are kept."""
    results: Path = opened.place.results
    old, now = previous_results.kept(previous_results.former_folder(results)), previous_results.kept(results)
    if old is None:
        return
    with st.expander(opened.say(Text("前回の結果に戻す", "Go back to the former findings")), icon=":material/undo:"):
        st.write(opened.say(_explained(now, old)))
        if st.button(opened.say(Text("入れ替える", "Exchange them"))):
            try:
                previous_results.restore_former(results)
            except DataError as error:
                page_parts.show_error(error, opened.lang)
                return
            page_parts.done(
                opened,
                Text(
                    f"{old.written:%Y-%m-%d %H:%M} の結果に戻しました。もう一度入れ替えると元に戻ります。",
                    f"The findings of {old.written:%Y-%m-%d %H:%M} are back. Exchange again to undo it.",
                ),
            )


def _explained(now: previous_results.PreviousResults | None, old: previous_results.PreviousResults) -> Text:
    ja = f"前回の結果: {old.written:%Y-%m-%d %H:%M}（不感のある地区 {_number(old.zones)}）。"
    en = f"Former findings: {old.written:%Y-%m-%d %H:%M} ({_number(old.zones)} zones). "
    if now is not None:
        ja += f"今の結果: {now.written:%Y-%m-%d %H:%M}（不感のある地区 {_number(now.zones)}）。"
        en += f"Present findings: {now.written:%Y-%m-%d %H:%M} ({_number(now.zones)} zones). "
    ja += "入れ替えると、全部のページが前回の結果になり、今の結果は「前回の結果」として残ります。入力ファイルと設定は変わりません。"
    en += "Exchanging them shows the former ones on all pages and keeps the present ones. Input files and settings do not change."
    return Text(ja, en)


def _number(value: int | None) -> str:
    return "－" if value is None else f"{value:,}"
