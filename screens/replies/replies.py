"""回答: take in files, type in one answer, decide on unclear rows."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import Text
from requests_gen.replies import Intake, look_at, report, review, take_in
from screens.replies.context import PageContext
from screens.replies.fields import answer_fields
from screens.replies.review import review_part
from screens.shared import as_written, page_parts, registry_cache

WAYS = {
    "file": Text("ファイルから取り込む", "From files"),
    "type": Text("1件ずつ入力する", "Type one in"),
    "doubts": Text("要確認", "To be looked at"),
}
AS_IT_SAYS = ""
ROUND = "replies round"
HIGHEST_PX = 353


def replies_part(context: PageContext) -> None:
    """How far the replies are, and one of WAYS."""
    _standing(context)
    way = _way(context)
    {"file": _files, "type": _type, "doubts": review_part}[way](context)


def _standing(context: PageContext) -> None:
    """Of each carrier asked this year: zones asked about, answered, waiting."""
    mine = [row for row in context.progress() if row["year"] == context.year and row["carrier"]]
    if not mine:
        st.info(
            context.say(
                Text(
                    f"{context.year}年度に送付した要望書はまだ記録されていません。「要望書」のページで送付済みにすると、要望した地区と照らし合わせて読み込みます。",
                    f"No letter of {context.year} is recorded as sent. Record it on the page Request letters: replies are then held against it.",
                )
            )
        )
        return
    parts = []
    for carrier in sorted({row["carrier"] for row in mine}):
        own = [row for row in mine if row["carrier"] == carrier]
        waiting = sum(row["state"] in ("requested", "asked_again") for row in own)
        parts.append(
            context.say(
                Text(
                    f"{context.carrier(carrier)}: 要望 {len(own)}地区、回答 {len(own) - waiting}、回答待ち {waiting}",
                    f"{context.carrier(carrier)}: asked {len(own)}, answered {len(own) - waiting}, waiting {waiting}",
                )
            )
        )
    st.caption(as_written("　／　".join(parts)))


def _way(context: PageContext) -> str:
    waiting = len(context.review_items())
    captions = {key: context.say(name) + (f"（{waiting}）" if key == "doubts" else "") for key, name in WAYS.items()}
    return page_parts.choose_part("replies", captions, "file", context.say(Text("方法", "How")))


def _files(context: PageContext) -> None:
    number = st.session_state.setdefault(ROUND, 0)
    left, right = st.columns([3, 2])
    given = left.file_uploader(
        context.say(Text("事業者から届いた回答様式（Excel か CSV。いくつでも）", "Filled reply forms (Excel or CSV)")),
        type=["xlsx", "csv"],
        accept_multiple_files=True,
        key=f"replies files {number}",
        max_upload_size=page_parts.LARGEST_FORM_MB,
    )
    carrier = (
        right.selectbox(
            context.say(Text("どの事業者の回答か", "Whose replies")),
            [AS_IT_SAYS, *context.names],
            key="replies carrier",
            format_func=lambda key: context.carrier(key) if key else context.say(Text("ファイルに書いてあるとおり", "as the files say")),
        )
        or None
    )
    if not given:
        st.caption(
            context.say(
                Text(
                    "取り込む前に、読み取った内容を確かめられます。列や行が動いていても、全角・和暦でも読みます。読み取れない行は捨てずに「要確認」に入ります。"
                    "PDFやメールで届いた回答は「1件ずつ入力する」で入れてください。",
                    "You see what was read before it is kept. Rows that cannot be read go to the list to be looked at; nothing is dropped.",
                )
            )
        )
        return
    intakes = [(file, _looked(context, file, carrier)) for file in given]
    ready = [(file, intake) for file, intake in intakes if intake is not None]
    for file, intake in ready:
        _preview(context, file.name, intake)
    if not ready:
        return
    sums = {name: sum(intake.counts[name] for _, intake in ready) for name in report.COUNTS}
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    with left:
        who = registry_cache.signer(context.say, "replies who")
    press = right.button(
        context.say(
            Text(
                f"取り込む（受け入れ{sums['accepted']}件、要確認{sums['doubts']}件）",
                f"Take in ({sums['accepted']} accepted, {sums['doubts']} to be looked at)",
            )
        ),
        type="primary",
        width="stretch",
        disabled=all(intake.already for _, intake in ready),
    )
    if press:
        _take(context, ready, carrier, who)


def _looked(context: PageContext, file: Any, carrier: str | None) -> Intake | None:
    def look() -> Intake:
        with page_parts.uploaded_file(file.name, file.getvalue()) as path:
            return look_at(context.registry, path, context.names, carrier=carrier)

    return page_parts.attempt(context.opened, look)


def _take(context: PageContext, ready: list[tuple[Any, Intake]], carrier: str | None, who: str) -> None:
    """Take in every file in a transaction of its own, so that a refused file does not undo the others."""
    messages = [Text("取り込みました。", "Taken in.")]
    for file, _ in ready:

        def take(file: Any = file) -> Intake:
            with page_parts.uploaded_file(file.name, file.getvalue()) as path:
                return take_in(context.registry, path, context.names, who=who, at=registry_cache.now(), carrier=carrier, name=file.name)

        taken = page_parts.attempt(context.opened, take)
        if taken is None:
            return
        counts = taken.counts
        messages.append(
            Text(
                f"{file.name}: 受け入れ {counts['accepted']}、要確認 {counts['doubts']}、変更なし {counts['unchanged']}、対象外 {counts['left_out']}",
                f"{file.name}: {counts['accepted']} accepted, {counts['doubts']} to be looked at, {counts['unchanged']} unchanged, {counts['left_out']} left out",
            )
        )
    st.session_state[ROUND] += 1
    page_parts.done(context.opened, *messages)


def _preview(context: PageContext, name: str, intake: Intake) -> None:
    lang = context.opened.lang
    counts = "　".join(f"{context.say(report.COUNTS[key])} {count}" for key, count in intake.counts.items())
    st.markdown(f"**{as_written(name)}**　{as_written(counts)}")
    if line := report.already_line(intake, lang):
        st.info(as_written(line))
    notices = "\n".join(context.say(notice) for notice in intake.notices)
    if notices:
        st.caption(as_written(notices))
    frame = preview_frame(context, intake)
    st.dataframe(
        frame,
        hide_index=True,
        height=page_parts.table_height(len(frame), HIGHEST_PX),
        placeholder="",
        column_config={
            context.say(Text("理由", "why")): st.column_config.TextColumn(width="large"),
            context.say(Text("行", "row")): st.column_config.TextColumn(width=50),
        },
    )


def preview_frame(context: PageContext, intake: Intake) -> pd.DataFrame:
    """What becomes of each row; those to be looked at first."""
    zones = context.zone_names()
    lang, order = context.opened.lang, ["doubt", "accepted", "unchanged", "left-out"]
    lines = []
    for row in sorted(intake.rows, key=lambda row: order.index(row.outcome)):
        raw, record = row.judged.row, row.judged.record
        written = raw.cells.get("answer", "")
        before = report.answer_name(row.before.get("answer"), lang) if row.before else ""
        read = report.answer_name(record.get("answer"), lang)
        sure = row.outcome in ("accepted", "unchanged")
        lines.append(
            (
                str(raw.number),
                context.say(report.OUTCOMES[row.outcome]),
                context.carrier(record.get("carrier", "")),
                str(record.get("zone_id", raw.cells.get("zone_id", ""))),
                raw.cells.get("name") or zones.get(str(record.get("zone_id")), "").partition(" ")[2],
                written,
                read if sure else "",
                str(record.get("planned", "")) if sure else raw.cells.get("planned", ""),
                before,
                report.why(row, lang),
            )
        )
    names = (
        Text("行", "row"),
        Text("結果", "outcome"),
        Text("事業者", "carrier"),
        Text("地区ID", "zone id"),
        Text("地区", "zone"),
        Text("書かれていた回答", "as written"),
        Text("読み取った回答", "as read"),
        Text("予定時期", "planned"),
        Text("これまでの回答", "before"),
        Text("理由", "why"),
    )
    return pd.DataFrame(lines, columns=[context.say(name) for name in names])


def _type(context: PageContext) -> None:
    """One answer as it came by letter, mail or telephone."""
    zones = context.zone_names()
    if not zones:
        st.info(
            context.say(
                Text(
                    "台帳に地区がありません。先に「データ」のページで調査を実行してください。",
                    "The registry has no zones yet: run the study first.",
                )
            )
        )
        return
    pick = context.say(Text("選んでください", "choose"))
    with st.form("replies typed", border=True):
        first, second, third = st.columns([1, 2, 2])
        cells: dict[str, Any] = {"year": first.text_input(context.say(Text("年度", "Fiscal year")), str(context.year))}
        cells["carrier"] = second.selectbox(
            context.say(Text("事業者", "Carrier")), list(context.names), index=None, format_func=context.carrier, placeholder=pick
        )
        cells["zone_id"] = third.selectbox(
            context.say(Text("地区（IDや名前の一部で探せます）", "Zone")),
            list(zones),
            index=None,
            format_func=zones.__getitem__,
            placeholder=pick,
        )
        cells |= answer_fields(context, {})
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        with left:
            who = registry_cache.signer(context.say, "replies typed who")
        pressed = right.form_submit_button(context.say(Text("この回答を保存する", "Keep this answer")), type="primary", width="stretch")
    if pressed:
        plain = {name: str(value or "") for name, value in cells.items()}
        kept = page_parts.attempt(
            context.opened, lambda: review.type_in(context.registry, plain, context.names, who=who, at=registry_cache.now())
        )
        if kept is not None:
            page_parts.done(
                context.opened,
                Text(
                    f"保存しました: {context.carrier(kept['carrier'])} {zones[kept['zone_id']]} {report.answer_name(kept['answer'], 'ja')}",
                    f"Kept: {context.carrier(kept['carrier'])} {zones[kept['zone_id']]} {report.answer_name(kept['answer'], 'en')}",
                ),
            )
