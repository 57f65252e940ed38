"""数の意味と元: what a number on a page means, its value, the rows and files it comes from, and what is like it.

figure_box.offer(opened, ("population", "complete_population"), zone="24201-001")
figure_box.meaning("population", "ja")        # for a tooltip

The words are those of `kengai explain`. Nothing is computed until somebody chooses a figure. The figure and the carrier
asked for stand in the address, so that the answer can be sent to whoever asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from coverage.explain import Asked, Explained
from coverage.figures import FIGURES, Amount, zone_sum
from geodata.errors import DataError, Text
from requests_gen.explain import explained, lines, name_of
from requests_gen.wording import amounts, caption
from screens.shared import address, page_parts
from screens.shared.escape import as_html, as_written
from screens.shared.figure_rows import rows_csv, rows_table
from screens.shared.opened import Opened

if TYPE_CHECKING:
    from coverage.result import Result

BOX, FIGURE, CARRIER = "figure box", "figure", "figure_carrier"
ROWS_SHOWN, ROWS_PX = 1000, 210
TITLE = Text("数の意味と元", "What a number means")
COUNT, NOWHERE = "zones_count", Text("", "")
CHOOSE_A_ZONE = Text(
    "地区ごとの数です。合計はありません。地区の表の行を選ぶと、その地区の値が出ます。",
    "a figure of each zone; there is no total. Choose a row of the table of zones for the value of that zone.",
)


@dataclass(frozen=True)
class Offer:
    """What a page offers to explain. zone: the zone chosen on the page; generation, carrier: those the page shows;
    listed: zone ids in view, None for all of them; findings: {how people call them: the findings}, the page's own first;
    elsewhere: where the page shows the value of a figure that is no single value of the findings.
    """

    keys: tuple[str, ...]
    findings: Mapping[str, Callable[[], Result]]
    zone: str = ""
    generation: str = ""
    carrier: str = ""
    listed: tuple[str, ...] | None = None
    elsewhere: Text = NOWHERE


def meaning(key: str, lang: str) -> str:
    """The definition of a figure, for `help=` of a widget."""
    return as_written(FIGURES[key].definition.in_(lang))


def offer(
    opened: Opened,
    keys: Sequence[str],
    *,
    zone: str = "",
    generation: str = "",
    carrier: str = "",
    listed: Sequence[str] | None = None,
    findings: Mapping[str, Callable[[], Result]] | None = None,
    elsewhere: Text = NOWHERE,
) -> None:
    """A button that opens the box for the figures `keys` of the page (see Offer for the others)."""
    own = {"": opened.findings} if findings is None else findings
    if BOX not in st.session_state and st.query_params.get(FIGURE):
        st.session_state[BOX] = True
    _box(opened, Offer(tuple(dict.fromkeys(keys)), own, zone, generation, carrier, None if listed is None else tuple(listed), elsewhere))


@st.fragment
def _box(opened: Opened, asked: Offer) -> None:
    """A fragment: choosing a figure draws nothing else of the page again."""
    popover = st.popover(opened.say(TITLE), icon=":material/help:", key=BOX, on_change="rerun")
    if not popover.open:
        address.write_address({FIGURE: "", CARRIER: ""})
        return
    if opened.place.stamp != opened.stamp:  # the study was run again meanwhile
        st.rerun()
    with popover, st.container(key="kengai-figure-box"):
        try:
            _asked(opened, asked)
        except DataError as error:
            page_parts.show_error(error, opened.lang)


def _asked(opened: Opened, asked: Offer) -> None:
    """The choices in one line, then what is known of the figure chosen."""
    line = st.container(horizontal=True, vertical_alignment="bottom")
    with line:
        key = _figure_chosen(opened, asked)
        address.write_address({FIGURE: key})
        if not key:
            return
        result = _findings_chosen(opened, asked)()
        zone, listed = _whose(opened, asked, key, result)
    by_generation = key in FIGURES and "generation" in FIGURES[key].parts
    answer = _explained(opened, result, key, Asked(zone=zone, generation=asked.generation if by_generation else ""), asked.carrier, line)
    if answer is not None:
        if answer.amount is None and not answer.text and not answer.note.ja:
            answer = replace(answer, note=asked.elsewhere)
        _show(answer, result, listed, opened)


def _key(name: str) -> str:
    return f"{BOX} {name}"


def _figure_chosen(opened: Opened, asked: Offer) -> str:
    """The key chosen, "" for none. What the address asks for is offered too, whether there is such a figure or not."""
    wanted = st.query_params.get(FIGURE, "")
    now = st.session_state.setdefault(_key(FIGURE), wanted or None)
    keys = [*asked.keys, *({now or "", wanted} - {"", *asked.keys})]
    said = {"generation": asked.generation} if asked.generation else {}
    names = {key: FIGURES[key].named(said) if key in FIGURES else Text(key, key) for key in keys}
    chosen = st.selectbox(
        opened.say(Text("この画面の数", "figures of this page")),
        keys,
        key=_key(FIGURE),
        format_func=lambda key: opened.say(names[key]),
        placeholder=opened.say(Text("数を選んでください", "choose a figure")),
        index=None,
        width=330,
    )
    return chosen or ""


def _findings_chosen(opened: Opened, asked: Offer) -> Callable[[], Result]:
    names = list(asked.findings)
    if len(names) == 1:
        return asked.findings[names[0]]
    label = opened.say(Text("どの年度", "which year"))
    return asked.findings[st.segmented_control(label, names, default=names[0], key=_key("findings"), required=True) or names[0]]


def _whose(opened: Opened, asked: Offer, key: str, result: Result) -> tuple[str, tuple[str, ...] | None]:
    """(the zone that is asked for, "" for none; the zones in view that are counted, None for all of them)."""
    found = FIGURES.get(key)
    of_zones = found is not None and found.of == "zone"
    choices = {"all": opened.say(Text("調査の全体", "whole study"))}
    if of_zones and asked.listed is not None and (found.column or key == COUNT):
        choices = {"listed": opened.say(Text(f"一覧の{len(asked.listed):,}地区", f"{len(asked.listed):,} zones in view")), **choices}
    if of_zones and asked.zone and found.unit != "zones":
        name = f" {result.zones.at[asked.zone, 'name']}" if asked.zone in result.zones.index else ""
        choices = {"zone": f"{asked.zone}{name}", **choices}
    if len(choices) == 1:
        return "", None
    chosen = st.segmented_control(
        opened.say(Text("どこの数", "of")),
        list(choices),
        default=next(iter(choices)),
        format_func=lambda each: as_written(choices[each]),
        key=_key("-".join(choices)),
        required=True,
    )
    return (asked.zone if chosen == "zone" else ""), (asked.listed if chosen == "listed" else None)


def _explained(opened: Opened, result: Result, key: str, asked: Asked, carrier: str, line: DeltaGenerator) -> Explained | None:
    """The figure asked; one carrier's figure after a carrier was chosen (None until then). Raises DataError as explained does."""
    day = datetime.now().astimezone().date()
    try:
        answer = explained(result, opened.place, key, asked, day)
    except DataError as error:
        if error.code != "carrier-needed":
            raise
    else:
        address.write_address({CARRIER: ""})
        return answer
    names = {each.key: each.name for each in result.study.carriers}
    # the address tells at first, then the page: another carrier chosen there is meant here too
    asked_once = st.session_state.setdefault(_key("asked once"), {"carrier": st.query_params.get(CARRIER, "")})
    widget = _key(f"{CARRIER} {carrier}")
    now = st.session_state.setdefault(widget, asked_once.pop("carrier", "") or carrier or None)
    chosen = line.selectbox(
        opened.say(Text("事業者", "carrier")),
        [*names, *({now or ""} - {"", *names})],
        key=widget,
        format_func=lambda each: names.get(each, each),
        placeholder=opened.say(Text("事業者を選んでください", "choose a carrier")),
        index=None,
        width=200,
    )
    address.write_address({CARRIER: chosen or ""})
    return explained(result, opened.place, key, replace(asked, carrier=chosen), day) if chosen else None


def _show(answer: Explained, result: Result, listed: tuple[str, ...] | None, opened: Opened) -> None:
    """The words of `kengai explain`, then the rows and the files as tables."""
    lang, figure = opened.lang, answer.figure
    if listed is not None:
        answer = in_view(answer, result, list(listed))
    if answer.amount is None and not answer.text and figure.of == "zone" and not answer.asked.zone:
        answer = replace(answer, note=CHOOSE_A_ZONE)
    table = rows_table(answer, result, lang)
    name = name_of(figure, answer, result).in_(lang)
    st.html(_as_list(lines(replace(answer, rows=answer.rows.iloc[:0], files=[]), result, lang, 0)))
    if listed is not None and figure.see:
        st.caption(opened.say(Text("「似ているが別の数」は、調査の全体の値です。", "The others like it are of the whole study.")))
    if len(table):
        _rows(table, name, figure.key, result, opened)
    if answer.files:
        st.caption(opened.say(Text("元のファイル", "files")))
        files = pd.DataFrame(
            {opened.say(Text("ファイル", "file")): [f.path for f in answer.files], "SHA-256": [f.sha256 for f in answer.files]}
        )
        st.dataframe(files, hide_index=True, height=page_parts.table_height(len(files), ROWS_PX), key=_key("files"))


def in_view(answer: Explained, result: Result, listed: list[str]) -> Explained:
    """A figure of all zones narrowed to the zones `listed` (zone ids): its sum as the page shows it, and its rows."""
    amount = answer.amount
    if answer.figure.key == COUNT:
        amount = Amount(float(len(listed)), 0, len(listed))
    elif amount is not None:
        amount = zone_sum(result.zones.loc[listed], answer.asked.column(answer.figure))
    return replace(answer, amount=amount, rows=answer.rows[answer.rows.index.isin(listed)])


def _as_list(said: list[str]) -> str:
    """Lines of `kengai explain` as HTML: the name, what is known of it, and what is indented twice as items."""
    head, *rest = said
    body = "".join(f"<li>{as_html(line.strip())}</li>" if line.startswith("    ") else f"<p>{_labelled(line.strip())}</p>" for line in rest)
    return f'<div class="kengai-meaning"><p class="head"><b>{as_html(head)}</b></p>{body}</div>'


def _labelled(line: str) -> str:
    label, colon, value = line.partition(":")
    return f"<span>{as_html(label)}</span>{as_html(value)}" if colon else as_html(line)


def _rows(table: pd.DataFrame, name: str, key: str, result: Result, opened: Opened) -> None:
    count = Text(f"元の行 {len(table):,}件", f"{len(table):,} rows")
    if len(table) > ROWS_SHOWN:
        count = Text(f"{count.ja}（初めの{ROWS_SHOWN:,}件を表示）", f"{count.en} (the first {ROWS_SHOWN:,} are shown)")
    st.caption(opened.say(count))
    st.dataframe(
        table.head(ROWS_SHOWN),
        hide_index=True,
        height=page_parts.table_height(min(len(table), ROWS_SHOWN), ROWS_PX),
        placeholder=opened.say(amounts.NOT_KNOWN),
        column_config={each: _number(table[each]) for each in table.select_dtypes("number").columns},
        key=_key("rows"),
    )
    said = caption(result, opened.lang)
    st.download_button(
        opened.say(Text("元の行をすべてCSVで保存", "save all rows as CSV")),
        lambda: rows_csv(table, name, said.notice, opened.lang),
        f"{said.short_notice + '_' if said.short_notice else ''}kengai_{key}.csv",
        page_parts.CSV,
        on_click="ignore",
        key=_key("csv"),
    )


def _number(values: pd.Series) -> Any:
    return st.column_config.NumberColumn(format="localized" if pd.api.types.is_integer_dtype(values) else "%.1f")
