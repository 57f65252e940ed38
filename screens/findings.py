"""地図と順位: what a run found, as it lies in its results folder."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import streamlit as st

MAP_HEIGHT_PX = 640
UNREADABLE = (OSError, ValueError)  # a folder in the middle of being replaced, or edited by hand


def findings_page(results: Path) -> None:
    """Figures, map and ranking of one results folder."""
    if not (results / "manifest.json").is_file():
        st.info(
            f"結果がまだありません（{results}）。`kengai demo` か `kengai run` を実行してから、この画面を開き直してください。"
        )
        return
    try:
        summary = json.loads((results / "summary.json").read_text(encoding="utf-8"))
        ranking = pd.read_csv(results / "ranking.csv", encoding="utf-8-sig", dtype=str, keep_default_na=False)
        page = (results / "map.html").read_text(encoding="utf-8")
    except UNREADABLE as error:
        st.error(f"結果を読めませんでした。`kengai run` でもう一度作ってください。（{type(error).__name__}）")
        return
    st.title(summary["study"]["name"])
    if summary["study"]["fictitious"]:
        st.warning("架空のエリアによる例です。実際のエリアではありません。")
    _figures(summary)
    st.iframe(page, height=MAP_HEIGHT_PX)
    st.subheader("優先順位")
    st.dataframe(ranking, hide_index=True)
    st.caption("同じ表は ranking.xlsx にあります。読み込みの記録は intake.html です。")


def _figures(summary: dict) -> None:  # type: ignore[type-arg]
    """The headline numbers, each with its rule."""
    rule = summary["rules"]["official"]
    columns = st.columns(2 + len(summary["generations"]))
    columns[0].metric("人口", f"{summary['population']['total']:,.0f}人")
    columns[1].metric("不感のある地区", f"{summary['zones']['count']}")
    for column, (generation, by_rule) in zip(columns[2:], summary["generations"].items(), strict=True):
        union = by_rule[rule]["any_carrier"]
        if union["unknown"]:
            column.metric(f"{generation} 不明（未公表の社あり）", f"{union['unknown']:,.0f}人")
        else:
            column.metric(f"{generation} どの社も使えない", f"{union['uncovered']:,.0f}人")
    st.caption(f"エリア内の数え方: {rule}（しきい値 {summary['rules']['threshold']}）")
