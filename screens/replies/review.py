"""要確認: rows that could not be taken without a decision, each with what was written."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import Text
from requests_gen.registry import values
from requests_gen.replies import codes, report, review
from screens.replies.context import PageContext
from screens.replies.fields import answer_fields
from screens.shared import page_parts, registry_cache

HIGHEST_PX = 248


def review_part(context: PageContext) -> None:
    """The list; the chosen one with the fields to decide on."""
    review_items = context.review_items()
    if not review_items:
        st.success(context.say(Text("要確認の回答はありません。", "Nothing waits to be looked at.")))
        return
    lang, names = context.opened.lang, context.zone_names()
    frame = pd.DataFrame(
        [
            (
                context.carrier(_known(review_item, "carrier")),
                _known(review_item, "zone_id"),
                review_item["written"].get("地区名") or names.get(_known(review_item, "zone_id"), "").partition(" ")[2],
                codes.reasons_text(review_item["doubts"]).in_(lang),
                review_item["written"].get("[1]回答区分", ""),
                report.answer_name(review_item["suggestion"].get("answer"), lang),
                review_item["place"],
            )
            for review_item in review_items
        ],
        columns=[
            context.say(name)
            for name in (
                Text("事業者", "carrier"),
                Text("地区ID", "zone id"),
                Text("地区", "zone"),
                Text("確認すること", "to look at"),
                Text("書かれていた回答", "as written"),
                Text("読み取りの案", "probably"),
                Text("行", "row"),
            )
        ],
    )
    st.caption(
        context.say(
            Text(
                "行を選ぶと、下で決められます。書かれていた内容は、決めたあとも記録に残ります。",
                "Choose a row and decide below; what was written stays in the record.",
            )
        )
    )
    event = st.dataframe(
        frame,
        hide_index=True,
        selection_mode="single-row",
        on_select="rerun",
        key=f"doubts {len(review_items)}",
        height=page_parts.table_height(len(frame), HIGHEST_PX),
        placeholder="",
        column_config={context.say(Text("確認すること", "to look at")): st.column_config.TextColumn(width="large")},
    )
    chosen = event["selection"]["rows"]
    review_item = review_items[chosen[0] if chosen and chosen[0] < len(review_items) else 0]
    _decide(context, review_item)


def _known(review_item: dict[str, Any], name: str) -> str:
    value = review_item.get(name)
    return "" if values.is_unknown(value) else str(value)


def _decide(context: PageContext, review_item: dict[str, Any]) -> None:
    key, suggestion = f"doubt {review_item['doubt_id']} ", review_item["suggestion"]
    left, right = st.columns([2, 3])
    with left:
        st.text(context.say(Text("書かれていた内容", "What was written")))
        st.dataframe(
            pd.DataFrame(
                list(review_item["written"].items()), columns=[context.say(Text("欄", "heading")), context.say(Text("内容", "content"))]
            ),
            hide_index=True,
            height=page_parts.table_height(len(review_item["written"]), 320),
        )
    with right, st.form(key, border=True):
        zones, carriers = list(context.zone_names()), list(context.names)
        names = context.zone_names()
        a, b, c = st.columns([1, 2, 2])
        fields: dict[str, Any] = {
            "year": a.text_input(context.say(Text("年度", "Fiscal year")), str(suggestion.get("year", context.year)), key=key + "year")
        }
        fields["carrier"] = b.selectbox(
            context.say(Text("事業者", "Carrier")),
            carriers,
            format_func=context.carrier,
            key=key + "carrier",
            index=carriers.index(suggestion["carrier"]) if suggestion.get("carrier") in carriers else None,
        )
        fields["zone_id"] = c.selectbox(
            context.say(Text("地区", "Zone")),
            zones,
            format_func=names.__getitem__,
            key=key + "zone",
            index=zones.index(suggestion["zone_id"]) if suggestion.get("zone_id") in zones else None,
        )
        fields |= answer_fields(context, suggestion, key)
        reason = st.text_input(
            context.say(Text("そう決めた理由（電話で確認 など）", "Why (e.g. asked by telephone)")), key=key + "why", max_chars=300
        )
        who = registry_cache.signer(context.say, "replies doubts who")
        take, leave = st.columns(2)
        taken = take.form_submit_button(
            context.say(Text("この内容を回答とする", "Take this as the answer")), type="primary", width="stretch"
        )
        left_out = leave.form_submit_button(context.say(Text("回答として扱わない", "Not an answer")), width="stretch")
    if taken or left_out:
        _decided(context, review_item["doubt_id"], fields if taken else None, who, reason)


def _decided(context: PageContext, doubt_id: str, fields: dict[str, Any] | None, who: str, reason: str) -> None:
    def act() -> bool:
        review.resolve_review(context.registry, doubt_id, fields, who=who, at=registry_cache.now(), reason=reason)
        return True

    if page_parts.attempt(context.opened, act):
        page_parts.done(context.opened, Text("記録しました。", "Recorded."))
