"""進捗: zones × carriers with state and code, what is overdue, promises."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import Text
from requests_gen.progress import report, words
from requests_gen.wording import caption
from screens.replies.context import PageContext
from screens.shared import as_html, as_written, page_parts, registry_cache

EVERY = ""
SIGNS = {"reply": "期限超過", "promise": "約束超過"}


def progress_part(context: PageContext) -> None:
    """Counts, filters, the matrix, what is overdue, promises."""
    everything = context.progress()
    if not everything:
        st.info(
            context.say(
                Text(
                    "まだ記録がありません。調査を実行し、要望書を送付済みにし、回答を取り込むと、ここに地区ごとの状態が出ます。",
                    "Nothing is recorded yet. Run the study, record letters as sent, take replies in.",
                )
            )
        )
        return
    rows = _filtered(context, everything)
    _counts(context, rows)
    _matrix(context, rows)
    late = [row for row in rows if row["overdue"]]
    st.subheader(context.say(Text(f"期限を過ぎたもの（{len(late)}件）", f"Overdue ({len(late)})")))
    if late:
        _list(context, late)
    else:
        st.caption(
            context.say(
                Text(
                    "ありません。期限は、要望書の回答期限と、事業者が答えた予定時期です。",
                    "None. Counted from the letters' deadlines and the promised times.",
                )
            )
        )
    with st.expander(
        context.say(Text("次にだれが何をするか（上の条件に当てはまるすべて）", "Who owes what (all that fit the conditions)"))
    ):
        _list(context, rows)
    _promises(context)
    _take_away(context, rows)


def _filtered(context: PageContext, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    towns = _towns(context)
    codes = sorted({row["municipality_id"] for row in rows})
    carriers = sorted({row["carrier"] for row in rows if row["carrier"]})
    a, b, c = st.columns([2, 2, 3], vertical_alignment="bottom")
    town = a.selectbox(
        context.say(Text("市町村", "Municipality")),
        [EVERY, *codes],
        key="progress town",
        format_func=lambda code: towns.get(code, code) or context.say(Text("すべての市町村", "all")),
    )
    carrier = b.selectbox(
        context.say(Text("事業者", "Carrier")),
        [EVERY, *carriers],
        key="progress carrier",
        format_func=lambda key: context.carrier(key) or context.say(Text("すべての事業者", "all")),
    )
    only = c.segmented_control(
        context.say(Text("表示", "Show")),
        ["all", "ours", "theirs", "late"],
        default="all",
        key="progress only",
        required=True,
        format_func={
            "all": context.say(Text("すべて", "all")),
            "ours": context.say(Text("県・市町の番", "our turn")),
            "theirs": context.say(Text("事業者の番", "carriers' turn")),
            "late": context.say(Text("期限を過ぎたもの", "overdue")),
        }.__getitem__,
    )
    kept = {
        "all": lambda row: True,
        "ours": lambda row: row["owes"].startswith("office"),
        "theirs": lambda row: row["owes"].startswith("carrier"),
        "late": lambda row: bool(row["overdue"]),
    }[only]
    return [row for row in rows if town in (EVERY, row["municipality_id"]) and carrier in (EVERY, row["carrier"]) and kept(row)]


def _towns(context: PageContext) -> dict[str, str]:
    """{code: name} as the findings have them."""
    result = context.opened.result
    if result is None:
        return {}
    zones = result.zones[["municipality_id", "municipality"]].drop_duplicates()
    return dict(zip(zones["municipality_id"].astype(str), zones["municipality"].astype(str), strict=True))


def _counts(context: PageContext, rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["state"] for row in rows)
    late = sum(bool(row["overdue"]) for row in rows)
    figures = [(context.say(name), counts[state]) for state, name in words.NAMES.items()]
    figures.append((context.say(Text("期限を過ぎたもの", "overdue")), late))
    st.html(
        '<div class="kengai-figures">'
        + "".join(f"<div><span>{as_html(name)}</span><b>{count:,}</b></div>" for name, count in figures)
        + "</div>"
    )


def _matrix(context: PageContext, rows: list[dict[str, Any]]) -> None:
    """A row a zone, a column a carrier: state and code in words."""
    if not rows:
        st.caption(context.say(Text("この条件に当てはまるものはありません。", "Nothing fits these conditions.")))
        return
    frame = matrix(context, rows)
    st.dataframe(frame, hide_index=True, height=page_parts.table_height(len(frame), 300), placeholder="－")
    st.caption(
        context.say(
            Text(
                "数は地区と事業者の組の数です。－: その事業者には要望していません。",
                "Counted: pairs of zone and carrier. －: that carrier was not asked.",
            )
        )
    )


def matrix(context: PageContext, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Zones × carriers. An empty cell: the carrier was not asked about the zone."""
    lang, towns = context.opened.lang, _towns(context)
    carriers = sorted({row["carrier"] for row in rows if row["carrier"]})
    zones: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = zones.setdefault(row["zone_id"], {"name": row["name"], "town": row["municipality_id"]})
        late = "／".join(SIGNS[kind] if lang == "ja" else f"{kind} overdue" for kind in row["overdue"])
        text = report.state_words(row, lang) + (f"【{late}】" if late else "")
        if row["superseded_by"]:
            text += context.say(Text(f"（統合・分割: {'、'.join(row['superseded_by'])}）", f" (now {', '.join(row['superseded_by'])})"))
        line[row["carrier"]] = text
    return pd.DataFrame(
        [
            {
                context.say(Text("市町村", "municipality")): towns.get(line["town"], line["town"]),
                context.say(Text("地区ID", "zone id")): zone,
                context.say(Text("地区", "zone")): line["name"],
                **{context.carrier(carrier): line.get(carrier, "") for carrier in carriers},
            }
            for zone, line in zones.items()
        ]
    )


def _list(context: PageContext, rows: list[dict[str, Any]]) -> None:
    lang = context.opened.lang
    frame = pd.DataFrame(
        [
            (
                context.carrier(row["carrier"]),
                row["zone_id"],
                row["name"],
                report.overdue_words(row, lang),
                report.state_words(row, lang),
                row["planned"],
                context.say(words.OWES[row["owes"]]),
                context.say(report.REMARKS[row["remark"]]),
            )
            for row in rows
        ],
        columns=[
            context.say(name)
            for name in (
                Text("事業者", "carrier"),
                Text("地区ID", "zone id"),
                Text("地区", "zone"),
                Text("過ぎた期限", "overdue"),
                Text("状態", "state"),
                Text("予定時期", "planned"),
                Text("次にすること", "next"),
                Text("備考", "remark"),
            )
        ],
    )
    st.dataframe(frame, hide_index=True, height=page_parts.table_height(len(frame), 220), placeholder="")


def _take_away(context: PageContext, rows: list[dict[str, Any]]) -> None:
    if context.opened.result is None or not rows:
        return
    result_caption = caption(context.opened.result, context.opened.lang)
    st.download_button(
        context.say(Text("進捗表（Excel）を受け取る（庁内用・未公表の回答を含みます）", "Take the progress sheet (Excel; internal)")),
        data=lambda: report.progress_xlsx(rows, context.names, _towns(context), result_caption, f"{registry_cache.now():%Y-%m-%d}"),
        file_name=f"{context.say(Text('進捗表', 'progress'))}_{context.year}.xlsx",
        on_click="ignore",
        mime=page_parts.XLSX,
    )


def _promises(context: PageContext) -> None:
    """Promises of each carrier, counted by what became of them."""
    counted = {carrier: counts for carrier, counts in context.promises().items() if sum(counts.values())}
    if not counted:
        return
    st.subheader(context.say(Text("整備予定（A2）の約束", "Promises (A2)")))
    frame = pd.DataFrame(
        [
            {
                context.say(Text("事業者", "carrier")): context.carrier(carrier),
                context.say(Text("約束", "made")): sum(counts.values()),
                **{context.say(words.OUTCOMES[name]): count for name, count in counts.items()},
            }
            for carrier, counts in counted.items()
        ]
    )
    st.dataframe(frame, hide_index=True)
    st.caption(
        as_written(
            context.say(
                Text(
                    "「守られた」は、現地の測定か市町の確認で使えると確かめたものだけです。事業者の「整備済」の報告だけでは数えません。",
                    "Kept counts only what was confirmed on the ground; a carrier's own report is not enough.",
                )
            )
        )
    )
