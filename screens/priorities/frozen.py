"""確定と書き出し: this year's ranking frozen with who, when and weights; its versions; exports; weights into the study."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from geodata.errors import DataError, Text
from requests_gen.intake import edits
from requests_gen.ranking import export, frozen, municipal_orders, study_file
from requests_gen.wording import captions
from screens.priorities.context import PageContext
from screens.priorities.versions import downloads, versions
from screens.shared import as_written, page_parts, registry_cache


def frozen_part(context: PageContext) -> None:
    """Freeze the ranking shown, download it, see the frozen versions, write the weights into the study."""
    left, right = st.columns(2, gap="medium")
    with left, st.container(border=True):
        _freeze(context)
    with right, st.container(border=True):
        _present_export(context)
        _study_file(context)
    with st.container():  # without the container Streamlit cuts the heading
        versions(context)


def _freeze(context: PageContext) -> None:
    say = context.say
    st.subheader(
        say(
            Text(
                f"{captions.fiscal_year(context.year).ja}の順位を確定する", f"Freeze the ranking of {captions.fiscal_year(context.year).en}"
            )
        )
    )
    ranked = int(context.quick_ranking["rank"].notna().sum())
    lines = [
        Text(
            f"順位の付く地区 {ranked}、付かない地区 {len(context.quick_ranking) - ranked}",
            f"{ranked} zones ranked, {len(context.quick_ranking) - ranked} not",
        ),
        *export.weight_lines(context.chosen, context.criteria),
    ]
    st.markdown("".join(f"\n- {as_written(say(line))}" for line in lines))
    missing = municipal_orders.unexplained(context.order_table)
    if len(missing):
        st.warning(
            as_written(
                say(
                    Text(
                        f"市町の順と違うのに理由のない地区が{len(missing)}あるため、まだ確定できません。「市町の順位」で理由を書いてください。",
                        f"{len(missing)} zones differ from the municipality's order without a reason: give it under Municipal order.",
                    )
                )
            )
        )
    _differences(context)
    who = registry_cache.signer(context.say, "freeze who")
    note = st.text_input(say(Text("メモ（例: 市町との協議後の最終版）", "Note")), max_chars=200, key="freeze note")
    if st.button(say(Text("この順位を確定する", "Freeze this ranking")), type="primary", disabled=bool(len(missing))):
        _freeze_now(context, who, note)
    st.caption(
        say(
            Text(
                "確定した順位は消えません。後で変えて確定し直すと、新しい版になり、前の版も残ります。",
                "A frozen ranking stays for good; freezing again later makes a new version.",
            )
        )
    )


def _differences(context: PageContext) -> None:
    """Every difference with its reason: a reason written for an earlier ranking must still be true of this one."""
    say = context.say
    table = context.order_table[context.order_table["difference"].isin([municipal_orders.MOVED, municipal_orders.UNRANKED])]
    if table.empty:
        return
    rows = table.loc[table["reason"].sort_values(kind="stable").index]
    st.dataframe(
        pd.DataFrame(
            {
                say(Text("市町村", "municipality")): rows["municipality"],
                say(Text("地区", "zone")): rows["name"],
                say(Text("違い", "difference")): [say(municipal_orders.difference_words(row)) for _, row in rows.iterrows()],
                say(Text("理由（いまの順位にも当てはまるか確かめてください）", "reason (still true of this ranking?)")): rows["reason"],
            }
        ),
        hide_index=True,
        height=page_parts.table_height(len(rows), 200),
    )


def _freeze_now(context: PageContext, who: str, note: str) -> None:
    try:
        version = frozen.freeze(
            registry_cache.registry_at(context.place),
            context.result,
            frozen.Chosen(context.ranking, context.order_table, context.chosen, context.criteria),
            who=who,
            at=registry_cache.now(),
            stamp=context.opened.stamp,
            note=note,
        )
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    page_parts.done(
        context.opened,
        Text(f"{captions.fiscal_year(context.year).ja}の順位を第{version}版として確定しました。", f"Frozen as version {version}."),
    )


def _present_export(context: PageContext) -> None:
    st.subheader(context.say(Text("いまの順位を書き出す", "Take the present ranking away")))
    study = context.chosen.same_order(context.own)
    title = (
        Text("この調査の既定の重み（確定前）", "the study's own weights, not frozen")
        if study
        else Text("重みを動かした試算（確定前）", "a trial with moved weights, not frozen")
    )
    rows = frozen.frozen_rows(context.zones, context.ranking, context.order_table, context.criteria)
    downloads(context, rows, context.chosen, title, [title], "now")


def _study_file(context: PageContext) -> None:
    """The weights into study.toml, after showing the lines that change."""
    say = context.say
    st.subheader(say(Text("重みを調査の設定に書く", "Write the weights into the study")))
    st.caption(
        say(
            Text(
                "study.toml に書くと、次に「調査を実行」したときから、地図・要望書もこの重みの順位になります。",
                "Once written, the next run of the study gives map and letters this ranking.",
            )
        )
    )
    try:
        planned = study_file.plan_weights(context.opened.place.folder, context.chosen)
    except DataError as error:
        page_parts.show_error(error, context.opened.lang)
        return
    if planned.changes_nothing:
        st.markdown(say(Text("いまの重みは study.toml と同じです。", "These are the weights of study.toml.")))
        return
    with st.expander(say(Text("書き換わる行を見る", "Show the lines that change")), expanded=True):
        st.code("\n".join(planned.difference), language="diff", height=180)
    if st.button(say(Text("study.toml に書く（前の内容は study.toml.old に残ります）", "Write study.toml (the old one is kept)"))):
        try:
            edits.apply(planned, registry_cache.now())
        except DataError as error:
            page_parts.show_error(error, context.opened.lang)
            return
        page_parts.done(
            context.opened,
            Text(
                "study.toml に重みを書きました。地図と要望書に使うには、「データ」のページで「調査を実行」してください。",
                "The weights are written. Run the study on the page Data, so that map and letters follow.",
            ),
        )
