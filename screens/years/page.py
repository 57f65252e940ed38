"""経年比較: an earlier year beside this one, the reasons of change, the zones, the map, and the line of years."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from coverage.change import Change, Figure, compare
from coverage.figures import FIGURES
from coverage.gaps import ANY
from geodata.errors import Text
from requests_gen.compare import SHEET, Held, earlier_findings, words, write_change
from requests_gen.compare import whole_people as printing
from requests_gen.web_map import data
from requests_gen.wording import caption
from screens.map_component import Focus, MapState, map_files_for, zone_map
from screens.shared import Opened, as_written, figure_box, load_result
from screens.years.charts import reasons
from screens.years.trend import trend_part
from screens.years.zone_table import sums, zone_rows

if TYPE_CHECKING:
    from coverage.result import Result

TITLE = Text("経年比較", "Years")
URL = "years"
MAP_HEIGHT, TABLE_HEIGHT = 430, 430
DRAWN_AS = {"terms": "unknown", "unclear": "unknown"}
PLACE_AND_STATE = ["municipality", "name", "state", "unknown_years"]
IN_LINES = ("no_carrier_population", "no_carrier_households", "no_carrier_zones")  # of the lines of years
IN_PARTS = tuple(key for key in FIGURES if key.startswith("change_"))
CHANGED = ("new", "came_back", "grown", "shrunk", "resolved")


def show(opened: Opened) -> None:
    """経年比較."""
    new = opened.findings()
    held = earlier_findings(opened.place)
    line = st.container(horizontal=True, vertical_alignment="center")
    line.title(opened.say(TITLE), width="content")
    if held:
        with line:
            chosen = _earlier(held, opened)
            old_year = load_result(str(chosen.results), chosen.stamp).study.about.fiscal_year
            st.markdown(f"**{opened.say(words.years_of(old_year, new.study.about.fiscal_year))}**", width="content")
            _meanings(chosen, new, opened)
        _comparison(chosen, new, opened)
    else:
        _nothing_earlier(opened)
    trend_part(opened, new, [each for each in held if not each.before])


def _nothing_earlier(opened: Opened) -> None:
    st.info(
        opened.say(
            Text(
                "比べる相手がまだありません。次のどれかがあると、ここに比較が出ます。\n\n"
                "- 同じ作業フォルダに、前の年度の調査（例: 2025 フォルダ）とその結果があるとき\n"
                "- この調査をもう一度実行したとき（前回の実行と比べます）\n\n"
                "過去に公表した表（年度・地区数・世帯数・人口）があれば、下で読み込んで推移を見られます。",
                "There is nothing to compare with yet. A comparison appears here when\n\n"
                "- the same workspace holds an earlier year's study and its findings, or\n"
                "- this study is run again (it is then compared with the run before).\n\n"
                "Figures you published in past years can be read in below.",
            )
        )
    )


def _earlier(held: list[Held], opened: Opened) -> Held:
    """The findings to compare with, chosen by the name of their folder."""

    def named(place: int) -> str:
        each = held[place]
        return opened.say(Text("前回の実行", "the run before")) if each.before else each.name

    label = opened.say(Text("比べる相手", "Compare with"))
    return held[st.selectbox(label, range(len(held)), format_func=named, key="years earlier", width=220) or 0]


def _meanings(chosen: Held, new: Result, opened: Opened) -> None:
    """What the figures of the page mean and come from, in this year or in the one it is compared with."""
    findings = {
        opened.say(Text("今回", "now")): lambda: new,
        opened.say(Text("前回", "before")): lambda: load_result(str(chosen.results), chosen.stamp),
    }
    generation = str(new.study.zones.generation)
    shown = [words.UNCOVERED, *IN_LINES, words.CARRIERS, *IN_PARTS]
    bars = Text(
        "値は、この画面の「増減の理由」の棒と「地区ごとの変化」の表にあります。", "Its value is in the bars and the table of this page."
    )
    figure_box.offer(opened, shown, generation=generation, findings=findings, elsewhere=bars)


@st.cache_resource(max_entries=8, show_spinner="2つの年度を比べています…")
def compared(old: str, old_stamp: str, new: str, new_stamp: str) -> Change:
    """The comparison of two results folders; the stamps keep old findings apart from new ones."""
    return compare(load_result(old, old_stamp), load_result(new, new_stamp))


def _comparison(chosen: Held, new: Result, opened: Opened) -> None:
    folders = (str(chosen.results), chosen.stamp, str(opened.place.results), opened.stamp)
    old, change = load_result(*folders[:2]), compared(*folders)
    carriers = {**caption(old, opened.lang).carriers, **caption(new, opened.lang).carriers}
    _figures(change, opened)
    cautions = words.cautions(change, carriers)
    if cautions:
        st.caption("\n".join(f"- {as_written(opened.say(each))}" for each in cautions))
    left, right = st.columns([0.5, 0.5], gap="medium")
    with left:
        _reasons(change, carriers, opened)
    with right:
        _map(change, old, new, "-".join((chosen.stamp, opened.stamp)), opened)
    _zones(change, opened)
    _download(folders, opened)


def _figures(change: Change, opened: Opened) -> None:
    """Four figures: people left out of the zones, the change on equal terms, zones resolved, zones new or back; then the
    people whom nobody reaches, who are another figure.
    """
    lang, counts = opened.lang, change.states[change.generation]
    printed = printing.whole_people(change)
    figure = words.headline(change)
    one, two, three, four = st.columns([1.6, 1.2, 0.8, 0.8])
    if figure is None:
        one.metric(opened.say(FIGURES[words.UNCOVERED].name), "－", opened.say(Text("不明", "unknown")), "off")
    else:
        whole = words.whole_of(change, printed, figure)
        one.metric(
            opened.say(words.whose(figure, {})),
            f"{words.people(whole.old, lang)} → {words.people(whole.new, lang)}",
            words.moved(whole.difference, lang),
            delta_color="off",
            delta_arrow="off",
            help=f"{figure_box.meaning(words.UNCOVERED, lang)}\n\n{as_written(opened.say(words.SUM_OF_TABLE))}",
        )
        two.metric(
            opened.say(FIGURES["change_real"].heading),
            words.moved(whole.real, lang),
            help=opened.say(Text("規則・境界・データの違いを除いた増減です。", "Without changed rules, boundaries and data.")),
        )
    if change.cells_comparable:
        three.metric(opened.say(Text("解消した地区", "Zones resolved")), f"{counts['resolved']:,}")
        four.metric(opened.say(Text("新規・再発の地区", "Zones new or back")), f"{counts['new']:,}・{counts['came_back']:,}")
    beside = [words.unknown_beside(figure)] if figure is not None and (figure.old_unknown or figure.new_unknown) else []
    said = [f"{opened.say(FIGURES[words.UNCOVERED].name)}{opened.say(each)}" for each in beside]
    nobodys = change.figure(ANY, change.generation)
    if nobodys is not None:
        said += words.figure_sentences(nobodys, words.whole_of(change, printed, nobodys), {}, lang)[:1]
    if said:
        st.caption("　".join(as_written(line) for line in said))


def _reasons(change: Change, carriers: dict[str, str], opened: Opened) -> None:
    """The parts of one figure as bars; which one is chosen above it, the one that the table adds up to first."""
    known = [figure for figure in change.figures if figure.parts is not None]
    st.markdown(f"**{opened.say(Text('増減の理由', 'Why'))}**")
    if not known:
        st.info(opened.say(Text("この2つの年度では、理由を分けられません。", "Reasons cannot be told apart for these years.")))
        return

    def named(figure: Figure) -> str:
        table = words.SUM_OF_TABLE if words.key_of(figure) == words.UNCOVERED else words.OTHERWISE_COUNTED
        return f"{figure.generation}: {opened.say(words.whose(figure, carriers))}{opened.say(Text(f'【{table.ja}】', f' [{table.en}]'))}"

    first = words.headline(change)
    place = next((at for at, each in enumerate(known) if each == first), 0)
    label = opened.say(Text("だれのエリア外か", "Left out by"))
    at = st.selectbox(label, range(len(known)), place, format_func=lambda n: named(known[n]), key="years figure")
    figure = known[at if at is not None else place]
    whole = words.whole_of(change, printing.whole_people(change), figure)
    values, spec = reasons(whole, opened.lang)
    st.vega_lite_chart(values, spec, width="stretch", key="years reasons")
    total = f"{words.moved(whole.difference, opened.lang)}"
    st.caption(
        f"{words.people(whole.old, opened.lang)} → {words.people(whole.new, opened.lang)}（{total}）"
        f"{opened.say(words.unknown_beside(figure))}　{opened.say(words.meaning_of(words.key_of(figure)))}　{opened.say(words.CONVENTION)}"
    )


def zones_to_draw(change: Change, old: Result, new: Result) -> list[data.ZoneToDraw]:
    """The zones of both years for the map: the new outline where there is one, else the old."""
    drawn: list[data.ZoneToDraw] = []
    for zone_id, row in change.zones.iterrows():
        year = new if zone_id in new.zones.index else old
        if zone_id not in year.zones.index:
            continue
        drawn.append(
            data.ZoneToDraw(
                id=str(zone_id),
                name=str(row["name"]),
                municipality=str(row["municipality"]),
                kind=DRAWN_AS.get(row["state"], row["state"]),
                geometry=year.zones.geometry.loc[zone_id],
                rank=None,
            )
        )
    return drawn


def _map(change: Change, old: Result, new: Result, stamp: str, opened: Opened) -> None:
    if old.grid.crs != new.grid.crs:
        st.info(opened.say(Text("座標系が違うため、地図には重ねません。", "The grids differ: no common map.")))
        return
    files = map_files_for(zones_to_draw(change, old, new), new, f"years-{stamp}", opened.lang)
    row = _row_chosen(change)
    focus, selected = None, None
    if row is not None and (zone_id := _shown(change).index[row]) in set(files.ids):
        focus, selected = Focus(row + 1, zone_id), zone_id
    click = zone_map(files, MapState(selected=selected, focus=focus), key="years map", height=MAP_HEIGHT)
    if click is not None and click.zone_id is not None:
        row = pd.concat([change.zones.loc[click.zone_id, PLACE_AND_STATE], printing.whole_people(change).zones.loc[click.zone_id]])
        st.caption(
            as_written(
                f"{row['municipality']} {row['name']}: {opened.say(words.STATE_NAMES[row['state']])} "
                f"{_people(row, 'old', opened)} → {_people(row, 'new', opened)}"
            )
        )


def _people(zone: pd.Series, year: str, opened: Opened) -> str:
    """Whole persons left out of a zone in a year, 不明, or that the zone is not on the list of that year."""
    if zone["unknown_years"] in {year, "both"}:
        return opened.say(Text("不明", "unknown"))
    people = zone[f"{year}_people"]
    return opened.say(Text("（一覧に無い）", "(not on the list)")) if people is pd.NA else words.people(people, opened.lang)


def _shown(change: Change) -> pd.DataFrame:
    """The zones the table shows: those in the chosen states (none chosen: all), those that changed first."""
    table, states = printing.ordered_zones(change), st.session_state.get("years states")
    return table[table["state"].isin(states)] if states else table


def _row_chosen(change: Change) -> int | None:
    """The row of the table that was chosen in the run before, or None."""
    rows = st.session_state.get("years zones", {}).get("selection", {}).get("rows", [])
    return rows[0] if rows and rows[0] < len(_shown(change)) else None


def _zones(change: Change, opened: Opened) -> None:
    counts = change.states[change.generation]
    st.markdown(f"**{opened.say(Text('地区ごとの変化', 'Zone by zone'))}**")
    held = [state for state, count in counts.items() if count]
    st.pills(
        opened.say(Text("状態でしぼる", "Show only")),
        held,
        selection_mode="multi",
        key="years states",
        format_func=lambda state: f"{opened.say(words.STATE_NAMES[state])} {counts[state]:,}",
        label_visibility="collapsed",
    )
    printed = printing.whole_people(change)
    table = zone_rows(_shown(change), printed.zones, opened.lang)
    numbers = {name: st.column_config.NumberColumn(format="localized") for name in table.columns[3:-1]}
    st.dataframe(
        table,
        height=min(TABLE_HEIGHT, 38 + 35 * max(len(table), 1)),
        column_config=numbers,
        key="years zones",
        on_select="rerun",
        selection_mode="single-row",
        placeholder="－",
    )
    st.caption(as_written(sums(change, printed, opened.lang)))
    meanings = [f"{opened.say(words.MOVE_NAMES['terms'])}: {opened.say(words.OTHERWISE)}"]
    meanings += [f"{opened.say(words.STATE_NAMES[state])}: {opened.say(words.STATE_MEANINGS[state])}" for state in held]
    st.caption("　".join(meanings))


@st.cache_data(max_entries=8, show_spinner=False)
def _sheet(old: str, old_stamp: str, new: str, new_stamp: str, lang: str) -> bytes:
    """compare.xlsx of two results folders."""
    with tempfile.TemporaryDirectory() as folder:
        write_change(compared(old, old_stamp, new, new_stamp), load_result(new, new_stamp), Path(folder) / "c", lang)
        return (Path(folder) / "c" / SHEET).read_bytes()


def _download(folders: tuple[str, str, str, str], opened: Opened) -> None:
    label = opened.say(Text("この比較を Excel で保存", "Save this comparison (Excel)"))
    st.download_button(label, _sheet(*folders, opened.lang), SHEET, key="years sheet")
