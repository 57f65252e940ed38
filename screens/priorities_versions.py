"""The year's frozen rankings: listed with what changed, compared with the present, taken away, their weights taken up."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.captions import caption, fiscal_year
from requests_gen.ranking_export import RankingSheets, ranking_sheets_csv, ranking_sheets_xlsx, weight_lines
from requests_gen.ranking_frozen import (
    CHANGES,
    MOVED,
    STAYED,
    frozen_rows,
    frozen_weighting,
    known_weighting,
    rank_changes,
    version_changes,
)
from requests_gen.ranking_view import step_words
from requests_gen.ranking_weights import Weighting, criterion_names
from screens.priorities_desk import (
    Desk,
    frozen_heads,
    frozen_version,
    has_registry,
    keep_weighting,
    moment_of,
)
from screens.priorities_orders import XLSX
from screens.words import as_written

CSV = "text/csv"


def versions(desk: Desk) -> None:
    """The year's frozen rankings, newest first; one of them compared, taken away, its weights taken up."""
    say, workspace = desk.say, desk.opened.place.workspace
    st.subheader(say(Text("確定した順位の版", "Frozen versions")))
    moment = moment_of(workspace)
    heads = frozen_heads(desk.place, moment, desk.year) if has_registry(workspace) else pd.DataFrame()
    if heads.empty:
        st.caption(
            say(
                Text(
                    "この年度の順位はまだ確定されていません。", "No ranking of this year has been frozen yet."
                )
            )
        )
        return
    held = {
        int(version): frozen_version(desk.place, moment, desk.year, int(version))
        for version in heads["version"]
    }
    listed = _version_list(desk, heads, held)
    st.dataframe(listed, hide_index=True, height=min(40 + 35 * len(listed), 250))
    version = st.selectbox(
        say(Text("版を選ぶ", "Version")), sorted(held, reverse=True), key="frozen version",
        format_func=lambda number: say(Text(f"第{number}版", f"version {number}")), width=200,
    )  # fmt: skip
    _version(desk, heads[heads["version"] == version].iloc[0], held[version])


def _version_list(desk: Desk, heads: pd.DataFrame, held: dict[int, pd.DataFrame]) -> pd.DataFrame:
    say, names, lines = desk.say, criterion_names(desk.criteria), []
    for at, (_, head) in enumerate(heads.iterrows()):
        version = int(head["version"])
        told = [Text("最初の版", "the first")]
        if at:
            before = heads.iloc[at - 1]
            told = version_changes(
                held[int(before["version"])], held[version], frozen_weighting(before), frozen_weighting(head), names
            )  # fmt: skip
        lines.append(
            {
                say(Text("版", "version")): version,
                say(Text("確定した日時", "frozen at")): _moment(head),
                say(Text("確定した人", "by")): head["who"],
                say(Text("メモ", "note")): head["note"],
                say(Text("順位の付いた地区", "zones ranked")): int(held[version]["rank"].notna().sum()),
                say(Text("前の版から変わったこと", "changed since the one before")): " ／ ".join(
                    say(t) for t in told
                ),
                say(Text("調査の結果", "findings")): (
                    say(Text("いまと同じ", "the present ones"))
                    if head["result_sha256"] == desk.opened.stamp
                    else say(Text("いまとは別の実行", "of another run"))
                ),
            }
        )
    return pd.DataFrame(lines[::-1])


def _moment(head: pd.Series) -> str:
    """When it was frozen, by the clock on the wall."""
    return f"{head['at'].to_pydatetime().astimezone():%Y-%m-%d %H:%M}"


def _version(desk: Desk, head: pd.Series, rows: pd.DataFrame) -> None:
    """One frozen version: against the present, to take away, its weights."""
    say, version = desk.say, int(head["version"])
    frozen = frozen_weighting(head)
    when = _moment(head)
    told = Text(
        f"{fiscal_year(desk.year).ja} 第{version}版、{when} {head['who']} が確定"
        + (f"（{head['note']}）" if head["note"] else ""),
        f"{fiscal_year(desk.year).en} version {version}, frozen {when} by {head['who']}"
        + (f" ({head['note']})" if head["note"] else ""),
    )
    st.markdown(as_written(say(told)))
    run = Text(f"調査の結果の識別値: {head['result_sha256']}", f"findings: {head['result_sha256']}")
    title = Text(f"確定した順位 第{version}版", f"frozen ranking, version {version}")
    downloads(desk, rows, frozen, title, [told, run], f"v{version}")
    try:
        known: Weighting | None = known_weighting(frozen, desk.criteria)
    except DataError as error:
        st.caption(as_written(error.problem.in_(desk.opened.lang)))
        known = None
    st.button(
        say(Text("この版の重みで順位を見る", "Show the ranking with these weights")), disabled=known is None,
        on_click=lambda: keep_weighting(None if known is None or known.same_order(desk.own) else known),
    )  # fmt: skip
    _compared(desk, frozen, rows)


def _compared(desk: Desk, frozen: Weighting, rows: pd.DataFrame) -> None:
    """The present ranking against a frozen one."""
    say, lang = desk.say, desk.opened.lang
    present = frozen_rows(desk.zones, desk.ranking, desk.order_table, desk.criteria)
    told = version_changes(rows, present, frozen, desk.chosen, criterion_names(desk.criteria))
    st.markdown(
        f"**{say(Text('この版から、いまの画面の順位まで', 'From this version to the present ranking'))}**"
    )
    st.markdown("".join(f"\n- {as_written(say(text))}" for text in told))
    table = rank_changes(rows, present)
    moved = table[table["change"] != STAYED]
    if moved.empty:
        return
    st.dataframe(
        pd.DataFrame(
            {
                say(Text("地区", "zone")): moved["name"],
                say(Text("市町村", "municipality")): moved["municipality"],
                say(Text("この版の順位", "then")): moved["old_rank"],
                say(Text("いまの順位", "now")): moved["new_rank"],
                say(Text("変化", "moved")): [
                    words if change == MOVED else say(CHANGES[change])
                    for words, change in zip(
                        step_words(moved["step"].tolist(), lang), moved["change"], strict=True
                    )
                ],
            }
        ),
        hide_index=True,
        height=min(40 + 35 * len(moved), 300),
        placeholder="",
    )


def downloads(
    desk: Desk, rows: pd.DataFrame, chosen: Weighting, title: Text, told: list[Text], key: str
) -> None:
    """Two buttons; the file is made when one is pressed."""
    said = caption(desk.result, desk.opened.lang)
    top, shake = desk.result.study.ranking.top, desk.result.study.ranking.shake
    told = [
        *told,
        *weight_lines(chosen, desk.criteria),
        Text(
            f"順位の幅と「上位に入る確率」は、重みを±{100 * shake:.0f}%動かしたときのもの（上位＝{top}位まで）",
            f"ranges and probabilities: weights moved by ±{100 * shake:.0f} %, top = first {top}",
        ),
    ]
    sheets = RankingSheets(
        rows, chosen, desk.own, desk.criteria, [desk.say(t) for t in told], desk.say(title)
    )
    name = f"{desk.say(Text('優先順位', 'ranking'))}_{desk.year}_{key}"
    line = st.container(horizontal=True)
    line.download_button(
        desk.say(Text("Excelで保存", "Excel")), data=lambda: ranking_sheets_xlsx(sheets, said), file_name=f"{name}.xlsx",
        mime=XLSX, on_click="ignore", key=f"xlsx {key}",
    )  # fmt: skip
    line.download_button(
        desk.say(Text("CSVで保存", "CSV")), data=lambda: ranking_sheets_csv(sheets, said), file_name=f"{name}.csv",
        mime=CSV, on_click="ignore", key=f"csv {key}",
    )  # fmt: skip
