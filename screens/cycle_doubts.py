"""要確認: rows that could not simply be taken, each with what was written, and the decision."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import Text
from requests_gen.registry_values import is_unknown
from requests_gen.reply_doubts import told
from requests_gen.reply_settle import settle
from requests_gen.reply_told import answer_name
from screens.cycle_desk import Desk, done, now, signer, telling
from screens.cycle_fields import answer_fields

ROWS_HIGH = 6


def doubts_part(desk: Desk) -> None:
    """The list; the chosen one with the fields to decide on."""
    doubts = desk.doubts()
    if not doubts:
        st.success(desk.say(Text("要確認の回答はありません。", "Nothing waits to be looked at.")))
        return
    lang, names = desk.opened.lang, desk.zone_names()
    frame = pd.DataFrame(
        [
            (desk.carrier(_known(doubt, "carrier")), _known(doubt, "zone_id"), doubt["written"].get("地区名") or names.get(_known(doubt, "zone_id"), "").partition(" ")[2],
             told(doubt["doubts"]).in_(lang), doubt["written"].get("[1]回答区分", ""),
             answer_name(doubt["suggestion"].get("answer"), lang), doubt["place"])
            for doubt in doubts
        ],
        columns=[desk.say(name) for name in (
            Text("事業者", "carrier"), Text("地区ID", "zone id"), Text("地区", "zone"), Text("確認すること", "to look at"),
            Text("書かれていた回答", "as written"), Text("読み取りの案", "probably"), Text("行", "row"),
        )],
    )  # fmt: skip
    st.caption(desk.say(Text("行を選ぶと、下で決められます。書かれていた内容は、決めたあとも記録に残ります。", "Choose a row and decide below; what was written stays in the record.")))  # fmt: skip
    event = st.dataframe(
        frame, hide_index=True, selection_mode="single-row", on_select="rerun", key=f"doubts {len(doubts)}",
        height=min(38 + 35 * len(frame), 38 + 35 * ROWS_HIGH), placeholder="",
        column_config={desk.say(Text("確認すること", "to look at")): st.column_config.TextColumn(width="large")},
    )  # fmt: skip
    chosen = event["selection"]["rows"]
    doubt = doubts[chosen[0] if chosen and chosen[0] < len(doubts) else 0]
    _decide(desk, doubt)


def _known(doubt: dict[str, Any], name: str) -> str:
    value = doubt.get(name)
    return "" if is_unknown(value) else str(value)


def _decide(desk: Desk, doubt: dict[str, Any]) -> None:
    key, suggestion = f"doubt {doubt['doubt_id']} ", doubt["suggestion"]
    left, right = st.columns([2, 3])
    with left:
        st.text(desk.say(Text("書かれていた内容", "What was written")))
        st.dataframe(
            pd.DataFrame(list(doubt["written"].items()), columns=[desk.say(Text("欄", "heading")), desk.say(Text("内容", "content"))]),
            hide_index=True, height=min(38 + 35 * len(doubt["written"]), 320),
        )  # fmt: skip
    with right, st.form(key, border=True):
        zones, carriers = list(desk.zone_names()), list(desk.names)
        names = desk.zone_names()
        a, b, c = st.columns([1, 2, 2])
        fields: dict[str, Any] = {"year": a.text_input(desk.say(Text("年度", "Fiscal year")), str(suggestion.get("year", desk.year)), key=key + "year")}  # fmt: skip
        fields["carrier"] = b.selectbox(
            desk.say(Text("事業者", "Carrier")), carriers, format_func=desk.carrier, key=key + "carrier",
            index=carriers.index(suggestion["carrier"]) if suggestion.get("carrier") in carriers else None,
        )  # fmt: skip
        fields["zone_id"] = c.selectbox(
            desk.say(Text("地区", "Zone")), zones, format_func=names.__getitem__, key=key + "zone",
            index=zones.index(suggestion["zone_id"]) if suggestion.get("zone_id") in zones else None,
        )  # fmt: skip
        fields |= answer_fields(desk, suggestion, key)
        reason = st.text_input(desk.say(Text("そう決めた理由（電話で確認 など）", "Why (e.g. asked by telephone)")), key=key + "why", max_chars=300)  # fmt: skip
        who = signer(desk, "replies doubts who")
        take, leave = st.columns(2)
        taken = take.form_submit_button(desk.say(Text("この内容を回答とする", "Take this as the answer")), type="primary", width="stretch")  # fmt: skip
        left_out = leave.form_submit_button(
            desk.say(Text("回答として扱わない", "Not an answer")), width="stretch"
        )
    if taken or left_out:
        _settle(desk, doubt["doubt_id"], fields if taken else None, who, reason)


def _settle(desk: Desk, doubt_id: str, fields: dict[str, Any] | None, who: str, reason: str) -> None:
    def act() -> bool:
        settle(desk.registry, doubt_id, fields, who=who, at=now(), reason=reason)
        return True

    if telling(desk, act):
        done(desk.say(Text("記録しました。", "Recorded.")))
