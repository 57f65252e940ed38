"""Every figure of a letter, the rows of annex 1 it is the sum of, and why each zone is asked for."""

from __future__ import annotations

import streamlit as st

from coverage.figures import FIGURES, Figure
from geodata.errors import Text
from requests_gen.letters import Annex, status
from requests_gen.wording import caption, numbers_and_eras
from screens.letters.context import PageContext
from screens.shared import figure_box


def figures_part(context: PageContext) -> None:
    """The figures with the present settings, and their rows."""
    say = context.say
    zones = status.asked_zones(context.result, context.settings, context.carrier) if context.settings else None
    if zones is None or not zones.rows or context.letter_status.why_none is not None:
        st.info(say(context.letter_status.why_none or Text("要望する地区がありません。", "There is no zone to ask for.")))
        return
    figures = status.traced(zones)
    st.caption(
        say(
            Text(
                "要望書の数字は、別紙1に印刷した各行の合計です（合計を四捨五入し、各行は合計に合うよう端数を調整）。行を足すと要望書の数字になります。",
                "The letter's figures are the sums of the rows printed in annex 1; rows are rounded so that they add up.",
            )
        )
    )
    columns = st.columns(len(figures))
    for column, figure in zip(columns, figures, strict=True):
        column.metric(say(figure.name), _said(context, figure), help=figure_box.meaning(figure_of(figure).key, context.opened.lang))
    _sums(context, zones, figures)
    _rest(context, zones)
    result_caption = caption(context.result, context.opened.lang)
    st.text("\n".join([result_caption.rule, result_caption.as_of, *result_caption.sources]))


def figure_of(traced: status.Traced) -> Figure:
    """The figure of the catalogue that a letter's figure is: no two of the catalogue have the same name."""
    return next(figure for figure in FIGURES.values() if figure.name == traced.name)


def _said(context: PageContext, figure: status.Traced) -> str:
    if figure.value is None:
        return context.say(Text(numbers_and_eras.UNKNOWN, "unknown"))
    whole = Text(f"{figure.value:,}{figure.unit.ja}", f"{figure.value:,}")
    if not figure.unknown:
        return context.say(whole)
    return context.say(Text(f"{whole.ja}以上（不明 {figure.unknown:,}地区）", f"at least {whole.en} ({figure.unknown:,} zones unknown)"))


def _sums(context: PageContext, zones: Annex, figures: list[status.Traced]) -> None:
    """Annex 1's rows with what each adds to each figure; the last row adds them up."""
    say, unknown, least = context.say, context.say(Text(numbers_and_eras.UNKNOWN, "unknown")), context.say(Text("以上", " or more"))
    names = {say(figure.name): figure_box.meaning(figure_of(figure).key, context.opened.lang) for figure in figures}
    words = [
        say(Text(ja, en))
        for ja, en in (
            ("番号", "No."),
            ("地区ID", "Zone"),
            ("市町村", "Municipality"),
            ("地区", "Name"),
            ("載せた理由", "Why it is listed"),
        )
    ]
    table = []
    for at, row in enumerate(zones.rows):
        facts = (str(row.number), row.zone_id, row.municipality, row.name, say(status.reason(row, zones, context.result)))
        added = (unknown if figure.rows[at][1] is None else f"{figure.rows[at][1]:,}" for figure in figures)
        table.append(dict(zip([*words[:4], *names, words[4]], [*facts[:4], *added, facts[4]], strict=True)))
    total = [
        say(Text("合計", "Sum")),
        "",
        "",
        "",
        *(unknown if f.value is None else f"{f.value:,}{least if f.unknown else ''}" for f in figures),
        "",
    ]
    table.append(dict(zip([*words[:4], *names, words[4]], total, strict=True)))
    right = {name: st.column_config.TextColumn(alignment="right", width=90, help=said) for name, said in names.items()}
    st.dataframe(
        table,
        hide_index=True,
        column_config=right,
        height=420,
        alt=say(Text("別紙1の行と、要望書の数字への足し上げ", "Rows of annex 1 and what they add")),
    )


def _rest(context: PageContext, zones: Annex) -> None:
    """What the carrier does not serve and annex 1 leaves out."""
    rest = zones.rest
    people = numbers_and_eras.UNKNOWN if rest.people is None else f"{rest.people:,}"
    zones_out, people_out = FIGURES["letter_rest_zones"].name, FIGURES["letter_rest_people"].name
    lines = []
    if rest.zones:
        lines.append(
            Text(
                f"{zones_out.ja}（記号に当てはまるが、上限を超えた・順位の無い地区）: {rest.zones:,}地区　{people_out.ja}: {people}人",
                f"{zones_out.en}, beyond the limit or not ranked: {rest.zones:,}; {people_out.en}: {people}",
            )
        )
    if rest.unknown_zones:
        lines.append(Text(f"エリアが不明で判定できない地区: {rest.unknown_zones:,}地区", f"Unknown areas: {rest.unknown_zones:,} zones"))
    if lines:
        st.text("\n".join(context.say(line) for line in lines))
