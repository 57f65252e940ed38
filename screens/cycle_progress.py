"""進捗: zones × carriers with state and code, what is overdue, promises."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pandas as pd
import streamlit as st

from geodata.errors import Text
from requests_gen.captions import caption
from requests_gen.progress import NAMES, OUTCOMES, OWES
from requests_gen.progress_sheet import progress_xlsx
from requests_gen.progress_told import REMARKS, overdue_words, state_words
from screens.cycle_desk import Desk, now
from screens.words import as_html, as_written

EVERY = ""
SIGNS = {"reply": "期限超過", "promise": "約束超過"}


def progress_part(desk: Desk) -> None:
    """Counts, filters, the matrix, what is overdue, promises."""
    everything = desk.progress()
    if not everything:
        st.info(desk.say(Text(
            "まだ記録がありません。調査を実行し、要望書を送付済みにし、回答を取り込むと、ここに地区ごとの状態が出ます。",
            "Nothing is recorded yet. Run the study, record letters as sent, take replies in.",
        )))  # fmt: skip
        return
    rows = _filtered(desk, everything)
    _counts(desk, rows)
    _matrix(desk, rows)
    late = [row for row in rows if row["overdue"]]
    st.subheader(desk.say(Text(f"期限を過ぎたもの（{len(late)}件）", f"Overdue ({len(late)})")))
    if late:
        _list(desk, late)
    else:
        st.caption(desk.say(Text("ありません。期限は、要望書の回答期限と、事業者が答えた予定時期です。", "None. Counted from the letters' deadlines and the promised times.")))  # fmt: skip
    with st.expander(
        desk.say(
            Text(
                "次にだれが何をするか（上の条件に当てはまるすべて）",
                "Who owes what (all that fit the conditions)",
            )
        )
    ):
        _list(desk, rows)
    _promises(desk)
    _take_away(desk, rows)


def _filtered(desk: Desk, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    towns = _towns(desk)
    codes = sorted({row["municipality_id"] for row in rows})
    carriers = sorted({row["carrier"] for row in rows if row["carrier"]})
    a, b, c = st.columns([2, 2, 3], vertical_alignment="bottom")
    town = a.selectbox(
        desk.say(Text("市町村", "Municipality")), [EVERY, *codes], key="progress town",
        format_func=lambda code: towns.get(code, code) or desk.say(Text("すべての市町村", "all")),
    )  # fmt: skip
    carrier = b.selectbox(
        desk.say(Text("事業者", "Carrier")), [EVERY, *carriers], key="progress carrier",
        format_func=lambda key: desk.carrier(key) or desk.say(Text("すべての事業者", "all")),
    )  # fmt: skip
    only = c.segmented_control(
        desk.say(Text("表示", "Show")), ["all", "ours", "theirs", "late"], default="all", key="progress only", required=True,
        format_func={
            "all": desk.say(Text("すべて", "all")), "ours": desk.say(Text("県・市町の番", "our turn")),
            "theirs": desk.say(Text("事業者の番", "carriers' turn")), "late": desk.say(Text("期限を過ぎたもの", "overdue")),
        }.__getitem__,
    )  # fmt: skip
    kept = {
        "all": lambda row: True, "ours": lambda row: row["owes"].startswith("office"),
        "theirs": lambda row: row["owes"].startswith("carrier"), "late": lambda row: bool(row["overdue"]),
    }[only]  # fmt: skip
    return [
        row for row in rows
        if town in (EVERY, row["municipality_id"]) and carrier in (EVERY, row["carrier"]) and kept(row)
    ]  # fmt: skip


def _towns(desk: Desk) -> dict[str, str]:
    """{code: name} as the findings have them."""
    result = desk.opened.result
    if result is None:
        return {}
    zones = result.zones[["municipality_id", "municipality"]].drop_duplicates()
    return dict(zip(zones["municipality_id"].astype(str), zones["municipality"].astype(str), strict=True))


def _counts(desk: Desk, rows: list[dict[str, Any]]) -> None:
    counts = Counter(row["state"] for row in rows)
    late = sum(bool(row["overdue"]) for row in rows)
    figures = [(desk.say(name), counts[state]) for state, name in NAMES.items()]
    figures.append((desk.say(Text("期限を過ぎたもの", "overdue")), late))
    st.html('<div class="kengai-figures">' + "".join(
        f"<div><span>{as_html(name)}</span><b>{count:,}</b></div>" for name, count in figures
    ) + "</div>")  # fmt: skip


def _matrix(desk: Desk, rows: list[dict[str, Any]]) -> None:
    """A row a zone, a column a carrier: state and code in words."""
    if not rows:
        st.caption(desk.say(Text("この条件に当てはまるものはありません。", "Nothing fits these conditions.")))
        return
    frame = matrix(desk, rows)
    st.dataframe(frame, hide_index=True, height=min(38 + 35 * len(frame), 300), placeholder="－")
    st.caption(
        desk.say(
            Text(
                "数は地区と事業者の組の数です。－: その事業者には要望していません。",
                "Counted: pairs of zone and carrier. －: that carrier was not asked.",
            )
        )
    )


def matrix(desk: Desk, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Zones × carriers. An empty cell: the carrier was not asked about the zone."""
    lang, towns = desk.opened.lang, _towns(desk)
    carriers = sorted({row["carrier"] for row in rows if row["carrier"]})
    zones: dict[str, dict[str, Any]] = {}
    for row in rows:
        line = zones.setdefault(row["zone_id"], {"name": row["name"], "town": row["municipality_id"]})
        late = "／".join(SIGNS[kind] if lang == "ja" else f"{kind} overdue" for kind in row["overdue"])
        text = state_words(row, lang) + (f"【{late}】" if late else "")
        if row["superseded_by"]:
            text += desk.say(Text(f"（統合・分割: {'、'.join(row['superseded_by'])}）", f" (now {', '.join(row['superseded_by'])})"))  # fmt: skip
        line[row["carrier"]] = text
    return pd.DataFrame([
        {
            desk.say(Text("市町村", "municipality")): towns.get(line["town"], line["town"]),
            desk.say(Text("地区ID", "zone id")): zone, desk.say(Text("地区", "zone")): line["name"],
            **{desk.carrier(carrier): line.get(carrier, "") for carrier in carriers},
        }
        for zone, line in zones.items()
    ])  # fmt: skip


def _list(desk: Desk, rows: list[dict[str, Any]]) -> None:
    lang = desk.opened.lang
    frame = pd.DataFrame(
        [
            (desk.carrier(row["carrier"]), row["zone_id"], row["name"], overdue_words(row, lang), state_words(row, lang),
             row["planned"], desk.say(OWES[row["owes"]]), desk.say(REMARKS[row["remark"]]))
            for row in rows
        ],
        columns=[desk.say(name) for name in (
            Text("事業者", "carrier"), Text("地区ID", "zone id"), Text("地区", "zone"), Text("過ぎた期限", "overdue"),
            Text("状態", "state"), Text("予定時期", "planned"), Text("次にすること", "next"), Text("備考", "remark"),
        )],
    )  # fmt: skip
    st.dataframe(frame, hide_index=True, height=min(38 + 35 * len(frame), 220), placeholder="")


def _take_away(desk: Desk, rows: list[dict[str, Any]]) -> None:
    if desk.opened.result is None or not rows:
        return
    said = caption(desk.opened.result, desk.opened.lang)
    st.download_button(
        desk.say(Text("進捗表（Excel）を受け取る（庁内用・未公表の回答を含みます）", "Take the progress sheet (Excel; internal)")),
        data=lambda: progress_xlsx(rows, desk.names, _towns(desk), said, f"{now():%Y-%m-%d}"),
        file_name=f"{desk.say(Text('進捗表', 'progress'))}_{desk.year}.xlsx", on_click="ignore",
        mime="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )  # fmt: skip


def _promises(desk: Desk) -> None:
    """Promises of each carrier, counted by what became of them."""
    counted = {carrier: counts for carrier, counts in desk.promises().items() if sum(counts.values())}
    if not counted:
        return
    st.subheader(desk.say(Text("整備予定（A2）の約束", "Promises (A2)")))
    frame = pd.DataFrame([
        {
            desk.say(Text("事業者", "carrier")): desk.carrier(carrier), desk.say(Text("約束", "made")): sum(counts.values()),
            **{desk.say(OUTCOMES[name]): count for name, count in counts.items()},
        }
        for carrier, counts in counted.items()
    ])  # fmt: skip
    st.dataframe(frame, hide_index=True)
    st.caption(as_written(desk.say(Text(
        "「守られた」は、現地の測定か市町の確認で使えると確かめたものだけです。事業者の「整備済」の報告だけでは数えません。",
        "Kept counts only what was confirmed on the ground; a carrier's own report is not enough.",
    ))))  # fmt: skip
