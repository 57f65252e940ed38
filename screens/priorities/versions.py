"""The year's frozen rankings: listed with what changed, compared with the present, downloaded, their weights used again."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.ranking import export, tables, weightings
from requests_gen.ranking import frozen as ranking_frozen
from requests_gen.wording import caption, captions
from screens.priorities.context import PageContext, frozen_heads, frozen_version, keep_weighting
from screens.shared import as_written, page_parts, registry_cache


def versions(context: PageContext) -> None:
    """The year's frozen rankings, newest first; one of them compared, downloaded, its weights used again."""
    say, workspace = context.say, context.opened.place.workspace
    st.subheader(say(Text("確定した順位の版", "Frozen versions")))
    moment = registry_cache.moment_of(workspace)
    heads = frozen_heads(context.place, moment, context.year) if registry_cache.has_registry(workspace) else pd.DataFrame()
    if heads.empty:
        st.caption(say(Text("この年度の順位はまだ確定されていません。", "No ranking of this year has been frozen yet.")))
        return
    held = {int(version): frozen_version(context.place, moment, context.year, int(version)) for version in heads["version"]}
    listed = _version_list(context, heads, held)
    st.dataframe(listed, hide_index=True, height=page_parts.table_height(len(listed), 250))
    version = st.selectbox(
        say(Text("版を選ぶ", "Version")),
        sorted(held, reverse=True),
        key="frozen version",
        format_func=lambda number: say(Text(f"第{number}版", f"version {number}")),
        width=200,
    )
    _version(context, heads[heads["version"] == version].iloc[0], held[version])


def _version_list(context: PageContext, heads: pd.DataFrame, held: dict[int, pd.DataFrame]) -> pd.DataFrame:
    say, names, lines = context.say, weightings.criterion_names(context.criteria), []
    for at, (_, head) in enumerate(heads.iterrows()):
        version = int(head["version"])
        changes = [Text("最初の版", "the first")]
        if at:
            before = heads.iloc[at - 1]
            changes = ranking_frozen.version_changes(
                held[int(before["version"])],
                held[version],
                ranking_frozen.frozen_weighting(before),
                ranking_frozen.frozen_weighting(head),
                names,
            )
        lines.append(
            {
                say(Text("版", "version")): version,
                say(Text("確定した日時", "frozen at")): _moment(head),
                say(Text("確定した人", "by")): head["who"],
                say(Text("メモ", "note")): head["note"],
                say(Text("順位の付いた地区", "zones ranked")): int(held[version]["rank"].notna().sum()),
                say(Text("前の版から変わったこと", "changed since the one before")): " ／ ".join(say(t) for t in changes),
                say(Text("調査の結果", "findings")): (
                    say(Text("いまと同じ", "the present ones"))
                    if head["result_sha256"] == context.opened.stamp
                    else say(Text("いまとは別の実行", "of another run"))
                ),
            }
        )
    return pd.DataFrame(lines[::-1])


def _moment(head: pd.Series) -> str:
    """When it was frozen, in local time."""
    return f"{head['at'].to_pydatetime().astimezone():%Y-%m-%d %H:%M}"


def _version(context: PageContext, head: pd.Series, rows: pd.DataFrame) -> None:
    """One frozen version: its difference to the present ranking, its download, its weights."""
    say, version = context.say, int(head["version"])
    frozen = ranking_frozen.frozen_weighting(head)
    when = _moment(head)
    description = Text(
        f"{captions.fiscal_year(context.year).ja} 第{version}版、{when} {head['who']} が確定"
        + (f"（{head['note']}）" if head["note"] else ""),
        f"{captions.fiscal_year(context.year).en} version {version}, frozen {when} by {head['who']}"
        + (f" ({head['note']})" if head["note"] else ""),
    )
    st.markdown(as_written(say(description)))
    run = Text(f"調査の結果の識別値: {head['result_sha256']}", f"findings: {head['result_sha256']}")
    title = Text(f"確定した順位 第{version}版", f"frozen ranking, version {version}")
    downloads(context, rows, frozen, title, [description, run], f"v{version}")
    try:
        known: weightings.Weighting | None = ranking_frozen.known_weighting(frozen, context.criteria)
    except DataError as error:
        st.caption(as_written(error.problem.in_(context.opened.lang)))
        known = None
    st.button(
        say(Text("この版の重みで順位を見る", "Show the ranking with these weights")),
        disabled=known is None,
        on_click=lambda: keep_weighting(None if known is None or known.same_order(context.own) else known),
    )
    _compared(context, frozen, rows)


def _compared(context: PageContext, frozen: weightings.Weighting, rows: pd.DataFrame) -> None:
    """The present ranking against a frozen one."""
    say, lang = context.say, context.opened.lang
    present = ranking_frozen.frozen_rows(context.zones, context.ranking, context.order_table, context.criteria)
    changes = ranking_frozen.version_changes(rows, present, frozen, context.chosen, weightings.criterion_names(context.criteria))
    st.markdown(f"**{say(Text('この版から、いまの画面の順位まで', 'From this version to the present ranking'))}**")
    st.markdown("".join(f"\n- {as_written(say(text))}" for text in changes))
    table = ranking_frozen.rank_changes(rows, present)
    moved = table[table["change"] != ranking_frozen.STAYED]
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
                    words if change == ranking_frozen.MOVED else say(ranking_frozen.CHANGES[change])
                    for words, change in zip(tables.step_words(moved["step"].tolist(), lang), moved["change"], strict=True)
                ],
            }
        ),
        hide_index=True,
        height=page_parts.table_height(len(moved), 300),
        placeholder="",
    )


def downloads(context: PageContext, rows: pd.DataFrame, chosen: weightings.Weighting, title: Text, lines: list[Text], key: str) -> None:
    """Two buttons; the file is made when one is pressed."""
    result_caption = caption(context.result, context.opened.lang)
    top, perturbation = context.result.study.ranking.top, context.result.study.ranking.shake
    lines = [
        *lines,
        *export.weight_lines(chosen, context.criteria),
        Text(
            f"順位の幅と「上位に入る確率」は、重みを±{100 * perturbation:.0f}%動かしたときのもの（上位＝{top}位まで）",
            f"ranges and probabilities: weights moved by ±{100 * perturbation:.0f} %, top = first {top}",
        ),
    ]
    sheets = export.RankingSheets(rows, chosen, context.own, context.criteria, [context.say(t) for t in lines], context.say(title))
    name = f"{context.say(Text('優先順位', 'ranking'))}_{context.year}_{key}"
    line = st.container(horizontal=True)
    line.download_button(
        context.say(Text("Excelで保存", "Excel")),
        data=lambda: export.ranking_sheets_xlsx(sheets, result_caption),
        file_name=f"{name}.xlsx",
        mime=page_parts.XLSX,
        on_click="ignore",
        key=f"xlsx {key}",
    )
    line.download_button(
        context.say(Text("CSVで保存", "CSV")),
        data=lambda: export.ranking_sheets_csv(sheets, result_caption),
        file_name=f"{name}.csv",
        mime=page_parts.CSV,
        on_click="ignore",
        key=f"csv {key}",
    )
