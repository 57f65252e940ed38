"""確定と書き出し: this year's ranking frozen with who, when and weights; its versions; exports; weights into the study."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.captions import fiscal_year
from requests_gen.data_change import apply
from requests_gen.ranking_export import weight_lines
from requests_gen.ranking_frozen import (
    freeze,
    frozen_rows,
)
from requests_gen.ranking_orders import MOVED, UNRANKED, difference_words, unexplained
from requests_gen.ranking_study_file import plan_weights
from screens.priorities_desk import (
    Desk,
    now,
    registry_at,
    signer,
)
from screens.priorities_versions import downloads, versions
from screens.words import as_written


def frozen_part(desk: Desk) -> None:
    """Freeze what is shown, take it away, look at what was frozen, put the weights into the study."""
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        _freeze(desk)
    with right, st.container(border=True):
        _present_export(desk)
        _study_file(desk)
    with st.container():  # a heading straight on the page is cut by what follows it
        versions(desk)


def _freeze(desk: Desk) -> None:
    say = desk.say
    st.subheader(
        say(
            Text(
                f"{fiscal_year(desk.year).ja}の順位を確定する",
                f"Freeze the ranking of {fiscal_year(desk.year).en}",
            )
        )
    )
    ranked = int(desk.quick_ranking["rank"].notna().sum())
    lines = [
        Text(f"順位の付く地区 {ranked}、付かない地区 {len(desk.quick_ranking) - ranked}", f"{ranked} zones ranked, {len(desk.quick_ranking) - ranked} not"),
        *weight_lines(desk.chosen, desk.criteria),
    ]  # fmt: skip
    st.markdown("".join(f"\n- {as_written(say(line))}" for line in lines))
    missing = unexplained(desk.order_table)
    if len(missing):
        st.warning(as_written(say(Text(
            f"市町の順と違うのに理由のない地区が{len(missing)}あるため、まだ確定できません。「市町の順位」で理由を書いてください。",
            f"{len(missing)} zones differ from the municipality's order without a reason: give it under Municipal order.",
        ))))  # fmt: skip
    _differences(desk)
    who = signer(desk, "freeze who")
    note = st.text_input(
        say(Text("メモ（例: 市町との協議後の最終版）", "Note")), max_chars=200, key="freeze note"
    )
    if st.button(say(Text("この順位を確定する", "Freeze this ranking")), type="primary", disabled=bool(len(missing))):  # fmt: skip
        _freeze_now(desk, who, note)
    st.caption(say(Text(
        "確定した順位は消えません。後で変えて確定し直すと、新しい版になり、前の版も残ります。",
        "A frozen ranking stays for good; freezing again later makes a new version.",
    )))  # fmt: skip


def _differences(desk: Desk) -> None:
    """Every difference with its reason: what was written for an earlier ranking should still be true of this one."""
    say = desk.say
    table = desk.order_table[desk.order_table["difference"].isin([MOVED, UNRANKED])]
    if table.empty:
        return
    rows = table.loc[table["reason"].sort_values(kind="stable").index]
    st.dataframe(
        pd.DataFrame(
            {
                say(Text("市町村", "municipality")): rows["municipality"],
                say(Text("地区", "zone")): rows["name"],
                say(Text("違い", "difference")): [say(difference_words(row)) for _, row in rows.iterrows()],
                say(Text("理由（いまの順位にも当てはまるか確かめてください）", "reason (still true of this ranking?)")): rows["reason"],
            }
        ),
        hide_index=True,
        height=min(40 + 35 * len(rows), 200),
    )  # fmt: skip


def _freeze_now(desk: Desk, who: str, note: str) -> None:
    try:
        version = freeze(
            registry_at(desk.place), desk.result, desk.ranking, desk.order_table, desk.chosen, desk.criteria,
            who=who, at=now(), stamp=desk.opened.stamp, note=note,
        )  # fmt: skip
    except DataError as error:
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    st.session_state["priorities told"] = desk.say(
        Text(
            f"{fiscal_year(desk.year).ja}の順位を第{version}版として確定しました。",
            f"Frozen as version {version}.",
        )
    )
    st.rerun()


def _present_export(desk: Desk) -> None:
    st.subheader(desk.say(Text("いまの順位を書き出す", "Take the present ranking away")))
    study = desk.chosen.same_order(desk.own)
    title = (
        Text("この調査の既定の重み（確定前）", "the study's own weights, not frozen")
        if study
        else Text("重みを動かした試算（確定前）", "a trial with moved weights, not frozen")
    )
    rows = frozen_rows(desk.zones, desk.ranking, desk.order_table, desk.criteria)
    downloads(desk, rows, desk.chosen, title, [title], "now")


def _study_file(desk: Desk) -> None:
    """The weights into study.toml, after showing the lines that change."""
    say = desk.say
    st.subheader(say(Text("重みを調査の設定に書く", "Write the weights into the study")))
    st.caption(say(Text(
        "study.toml に書くと、次に「調査を実行」したときから、地図・要望書もこの重みの順位になります。",
        "Once written, the next run of the study gives map and letters this ranking.",
    )))  # fmt: skip
    try:
        planned = plan_weights(desk.opened.place.folder, desk.chosen)
    except DataError as error:
        st.error(as_written(error.in_(desk.opened.lang)))
        return
    if planned.changes_nothing:
        st.markdown(say(Text("いまの重みは study.toml と同じです。", "These are the weights of study.toml.")))
        return
    with st.expander(say(Text("書き換わる行を見る", "Show the lines that change")), expanded=True):
        st.code("\n".join(planned.difference), language="diff", height=180)
    if st.button(
        say(
            Text(
                "study.toml に書く（前の内容は study.toml.old に残ります）",
                "Write study.toml (the old one is kept)",
            )
        )
    ):
        try:
            apply(planned, now())
        except DataError as error:
            st.error(as_written(error.in_(desk.opened.lang)))
            return
        st.session_state["priorities told"] = say(Text(
            "study.toml に重みを書きました。地図と要望書に使うには、「データ」のページで「調査を実行」してください。",
            "The weights are written. Run the study on the page Data, so that map and letters follow.",
        ))  # fmt: skip
        st.rerun()
