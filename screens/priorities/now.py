"""順位と重み: the sliders beside the ranked list, why a zone has its rank, the parts and ranges as charts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from coverage.figures import figure
from geodata.errors import Text
from requests_gen.ranking import tables, weightings
from screens.priorities.charts import bars, ranges
from screens.priorities.context import PageContext
from screens.priorities.weights import weights_panel
from screens.shared import address, as_written, figure_box

SHOWN = ("score", "rank", "rank_low", "rank_high", "uncovered_population")
TABLE, PANEL_PX, TABLE_PX = "priorities table", 640, 330
CHART_ROWS = 20
# makes room for six sliders without scrolling far
CLOSE_SLIDERS = """<style>
.st-key-priorities-weights [data-testid="stVerticalBlock"] { gap: 0.35rem; }
.st-key-priorities-weights [data-testid="stSlider"] { margin-bottom: -1.1rem; }
.st-key-priorities-weights [data-testid="stSliderTickBar"] { display: none; }
</style>"""


def now_part(context: PageContext) -> None:
    """Sliders left, list and reasons right, charts below, and every zone that has no rank."""
    rows = tables.ranked_rows(context.zones, context.quick_ranking, context.own_ranking, context.order_table)
    st.html(CLOSE_SLIDERS)
    left, right = st.columns([3, 8], gap="small")
    with left, st.container(height=PANEL_PX, key="priorities-weights"):
        weights_panel(context)
    with right:
        _standing(context, rows)
        if rows.empty:
            st.info(context.say(Text("順位の付く地区がありません。条件を確かめてください。", "No zone is ranked: look at the gate.")))
        else:
            chosen, reasons = _table(context, rows), st.container()
    if rows.empty:
        _unranked(context)
        return
    # the ranges take longest, so they come after everything that follows the sliders
    ranges_at, shown = _bars(context, rows)
    with st.container():  # without the container Streamlit cuts the heading
        _unranked(context)
    firm = tables.ranked_rows(context.zones, context.ranking, context.own_ranking, context.order_table)
    with reasons:
        _why(context, firm, chosen)
    _ranges(context, firm.loc[shown], ranges_at)


def offer_meanings(context: PageContext) -> None:
    """What the figures of the list mean and come from, for the chosen zone and with the weights of this visit."""
    ranks = context.quick_ranking["rank"]
    first = str(ranks.idxmin()) if ranks.notna().any() else ""  # the row that is chosen before anybody chooses
    figure_box.offer(
        context.opened,
        SHOWN,
        zone=st.query_params.get("zone", "") or address.remembered("zone", context.zones.index, first),
        findings={"": lambda: replace(context.result, ranking=context.ranking)},
    )


def _standing(context: PageContext, rows: pd.DataFrame) -> None:
    """Whose ranking this is, in one line."""
    moved = int((rows["step"].fillna(1) != 0).sum())
    if context.chosen.same_order(context.own):
        message = Text(f"この調査の既定の重みによる順位です（{len(rows)}地区）。", f"The study's own ranking ({len(rows)} zones).")
    else:
        message = Text(
            f"重みを動かした試算です（{len(rows)}地区のうち{moved}地区の順位が既定と違います）。地図と要望書には使われていません。",
            f"A trial with moved weights: {moved} of {len(rows)} zones at another rank. Map and letters do not use it.",
        )
    st.caption(as_written(context.say(message)))


def _table(context: PageContext, rows: pd.DataFrame) -> str:
    """The ranked list; the zone whose row is chosen."""
    ids = tuple(rows.index)
    zone = address.remembered("zone", context.zones.index, "")
    at = ids.index(zone) if zone in ids else 0
    spec = {"selection": {"rows": [at], "columns": [], "cells": []}}
    held = st.session_state.get(TABLE)
    if held is None or list(held["selection"]["rows"]) != [at]:
        st.session_state[TABLE] = spec
    st.dataframe(
        table_frame(context, rows),
        key=TABLE,
        hide_index=True,
        height=TABLE_PX,
        on_select=lambda: _select(ids),
        selection_mode="single-row-required",
        column_config=_columns(context),
        placeholder="",
        alt=context.say(Text("優先順位の表", "The ranking")),
    )
    return zone if zone in context.zones.index else ids[0]


def _select(ids: tuple[str, ...]) -> None:
    """Remember the zone of the chosen row, not its number: the rows change with the weights."""
    chosen = st.session_state[TABLE]["selection"]["rows"]
    if chosen:
        st.session_state[address.MEMORY + "zone"] = ids[chosen[0]]
        address.write_address({"zone": ids[chosen[0]]})


def table_frame(context: PageContext, rows: pd.DataFrame) -> pd.DataFrame:
    """What the list shows, one row a zone."""
    lang, names = context.opened.lang, weightings.criterion_names(context.criteria)
    return pd.DataFrame(
        {
            "rank": rows["rank"].astype(int),
            "step": tables.step_words(rows["step"].tolist(), lang),
            "name": rows["name"],
            "municipality": rows["municipality"],
            "score": rows["score"],
            "decides": [tables.named(key, names, lang) for key in rows["decides"]],
            "theirs": rows["municipal_rank"],
            "unknown": [tables.named(keys, names, lang) for keys in rows["unknown_criteria"]],
        },
        index=rows.index,
    )


def _columns(context: PageContext) -> dict[str, Any]:
    say, column = context.say, st.column_config
    return {
        "rank": column.NumberColumn(
            say(figure("rank").heading), width=50, format="%d", help=figure_box.meaning("rank", context.opened.lang)
        ),
        "step": column.TextColumn(
            say(Text("変化", "moved")),
            width=50,
            help=say(Text("この調査の既定の順位と比べて、↑上がった ↓下がった", "against the study's own ranking")),
        ),
        "name": column.TextColumn(say(Text("地区", "zone")), width=130),
        "municipality": column.TextColumn(say(Text("市町村", "municipality")), width=110),
        "score": column.ProgressColumn(
            say(figure("score").name),
            min_value=0,
            max_value=100,
            format="%.1f",
            width=120,
            help=figure_box.meaning("score", context.opened.lang),
        ),
        "decides": column.TextColumn(
            say(Text("左右する項目", "decides")), width=120, help=say(Text("除くと順位が最も動く項目", "without it the rank moves most"))
        ),
        "theirs": column.NumberColumn(say(figure("municipal_rank").name), width=70, format="%d"),
        "unknown": column.TextColumn(say(Text("不明な項目", "unknown")), width=110),
    }


def _why(context: PageContext, rows: pd.DataFrame, zone_id: str) -> None:
    """Why the chosen zone has its rank."""
    zone = context.zones.loc[zone_id]
    head = f"{zone['municipality']}　{zone['name']}（{zone_id}）"
    with st.container(border=True, key="priorities-why"):
        st.markdown(f"**{context.say(Text('なぜこの順位か', 'Why this rank'))}　{as_written(head)}**")
        if zone_id not in rows.index:
            st.markdown(as_written(_unranked_words(context, zone_id)))
            return
        ranking = context.result.study.ranking
        reasons = tables.why_here(
            rows.loc[zone_id], zone, context.criteria, ranking.top, ranking.shake, weightings.criterion_names(context.criteria)
        )
        st.markdown("".join(f"\n- {as_written(context.say(text))}" for text in reasons))


def _unranked_words(context: PageContext, zone_id: str) -> str:
    why = tables.unranked_rows(context.zones, context.ranking, context.own_ranking, context.order_table, context.opened.lang).loc[
        zone_id, "why"
    ]
    return context.say(Text(f"順位を付けていません（{why}）。", f"Not ranked: {why}."))


def _bars(context: PageContext, rows: pd.DataFrame) -> tuple[DeltaGenerator, pd.Index]:
    """Bars of the scores of CHART_ROWS zones. (the place for the chart of their ranges, those zones)."""
    starts = list(range(0, len(rows), CHART_ROWS))
    line = st.container(horizontal=True, vertical_alignment="center")
    line.subheader(context.say(Text("評点の内訳と順位の幅", "Parts of the score, and how firm the rank is")), width="content")
    start = line.selectbox(
        context.say(Text("表示する順位", "ranks shown")),
        starts,
        label_visibility="collapsed",
        width=180,
        format_func=lambda at: context.say(
            Text(f"{at + 1}～{min(at + CHART_ROWS, len(rows))}番目", f"{at + 1} to {min(at + CHART_ROWS, len(rows))}")
        ),
    )
    shown = rows.iloc[start : start + CHART_ROWS]
    left, right = st.columns([3, 2], gap="small")
    values, spec = bars(shown, context.criteria, float(rows["score"].max()), context.opened.lang)
    left.vega_lite_chart(values, spec, alt=context.say(Text("評点の内訳の棒グラフ", "Parts of the scores")))
    return right, shown.index


def _ranges(context: PageContext, shown: pd.DataFrame, at: DeltaGenerator) -> None:
    """How far the ranks of the same zones change with the weights."""
    ranking = context.result.study.ranking
    values, spec = ranges(shown, ranking.shake, ranking.top, context.opened.lang)
    at.vega_lite_chart(values, spec, alt=context.say(Text("順位の幅のグラフ", "Ranges of the ranks")))


def _unranked(context: PageContext) -> None:
    """The zones without a rank, with the reason: never hidden."""
    rows = tables.unranked_rows(context.zones, context.quick_ranking, context.own_ranking, context.order_table, context.opened.lang)
    st.subheader(context.say(Text(f"順位を付けていない地区（{len(rows)}）", f"Zones without a rank ({len(rows)})")))
    if rows.empty:
        st.caption(context.say(Text("ありません。", "None.")))
        return
    say, column = context.say, st.column_config
    # a zone without a rank or answer: its cells are empty, since nothing is unknown there
    ranks = {name: [f"{v:.0f}" if v == v else "" for v in rows[name].astype(float)] for name in ("own_rank", "municipal_rank")}
    rows = rows.assign(**ranks)
    st.dataframe(
        rows[["name", "municipality", "uncovered_population", "why", "score", "own_rank", "municipal_rank"]],
        column_config={
            "zone_id": column.TextColumn(say(Text("地区ID", "zone id")), width=90),
            "name": column.TextColumn(say(Text("地区", "zone"))),
            "municipality": column.TextColumn(say(Text("市町村", "municipality"))),
            "uncovered_population": column.NumberColumn(
                say(figure("uncovered_population").name),
                format="%.0f",
                help=figure_box.meaning("uncovered_population", context.opened.lang),
            ),
            "why": column.TextColumn(say(Text("順位を付けない理由", "why not"))),
            "score": column.NumberColumn(say(figure("score").name), format="%.1f"),
            "own_rank": column.TextColumn(say(figure("rank").name)),
            "municipal_rank": column.TextColumn(say(figure("municipal_rank").name)),
        },
        height="auto" if len(rows) <= 8 else 300,
        placeholder=context.say(Text("不明", "unknown")),
    )
