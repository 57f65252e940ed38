"""地図: filters, figures, the map, the table and the card of a zone, all about the same selection."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from geodata.errors import Text
from requests_gen.results import columns, gis, ranking_sheets
from requests_gen.web_map import cell_at
from requests_gen.wording import Caption, caption
from screens.map.card import CARD, card, card_html, cell_html, facilities_by_zone, figures_html
from screens.map.controls import controls, query_now
from screens.map.figures import figures
from screens.map.history import history_rows
from screens.map.table import table
from screens.map.view import View, chosen, kinds, part_of, published, query_of, search_text, unpublished_in, view_of, zone_classes
from screens.map_component import Focus, MapState, last_click, map_files, zone_map
from screens.shared import Opened, address, as_html, as_written, figure_box, shell

if TYPE_CHECKING:
    from coverage.result import Result

TITLE = Text("地図", "Map")
URL = "map"

MAP, TABLE = "explore map", "explore table"
PICK, PLACE, HANDLED, MOVES, TARGET, LISTED = (f"explore {name}" for name in ("zone", "place", "click", "moves", "target", "listed"))
MAP_HEIGHT, CARD_HEIGHT, TABLE_HEIGHT, ROW_HEIGHT = 475, 292, 172, 28


@dataclass(frozen=True)
class Findings:
    """Tables prepared from the findings; shared by all visitors, never changed."""

    rows: pd.DataFrame
    searched: pd.Series
    facilities: dict[str, list[str]]
    caption: Caption
    towns: dict[str, str]


def show(opened: Opened) -> None:
    """地図."""
    result = opened.findings()
    if result.zones.empty:
        st.info(opened.say(Text("不感のある地区はありませんでした。", "No zone with a gap was found.")))
        return
    _map_page(opened)


@st.cache_resource(max_entries=8, show_spinner=False)
def findings(stamp: str, lang: str, _result: Result) -> Findings:
    """The tables of the page, made once for a study and language. stamp: changes whenever the findings do."""
    result_caption = caption(_result, lang)
    rows = columns.ranking_rows(_result, result_caption)
    towns = rows.drop_duplicates("municipality_id").sort_values("municipality_id")
    return Findings(
        rows,
        search_text(rows),
        facilities_by_zone(_result),
        result_caption,
        dict(zip(towns["municipality_id"].astype(str), towns["municipality"].astype(str), strict=True)),
    )


@st.cache_resource(max_entries=16, show_spinner=False)
def classes_of(stamp: str, generation: str, _result: Result) -> pd.DataFrame:
    """view.zone_classes, once a study and generation."""
    return zone_classes(_result, generation)


@st.fragment
def _map_page(opened: Opened) -> None:
    """All that depends on the selection. A fragment: a click runs this again, without the frame around it."""
    if opened.place.stamp != opened.stamp:  # the study was run again meanwhile
        st.rerun()
    with shell.errors_in_words(opened.lang):
        _selection(opened)


def _selection(opened: Opened) -> None:
    result, lang = opened.findings(), opened.lang
    found = findings(opened.stamp, lang, result)
    view = controls(view_of(query_now(), result.study, tuple(found.towns)), result, found.towns, lang)
    classes = classes_of(opened.stamp, view.generation, result)
    ids = chosen(found.rows, classes, found.searched, view)
    files = map_files(result, opened.stamp, lang)
    _take_click(files)
    lost = "" if PICK in st.session_state else st.query_params.get("zone", "")
    picked = _picked(set(found.rows.index))
    address.write_address({**query_of(view, result.study), "zone": picked or ""})
    rows = found.rows.loc[ids]
    for message in unpublished_in(view, result):
        st.warning(as_written(message.in_(lang)), icon=":material/help:")
    over = figures(rows, result, view, published(result, view.generation), lang)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.html(figures_html(over), width="stretch")
        figure_box.offer(
            opened,
            [*(figure.key for figure in over), *CARD],
            zone=picked or lost,
            generation=view.generation,
            carrier=next(iter(view.carriers), ""),
            listed=ids if len(ids) < len(found.rows) else None,
        )
    left, right = st.columns([0.52, 0.48], gap="small")
    with right:
        _card(picked, ids, found, result, opened)
    with left:
        state = MapState(
            visible=tuple(ids) if len(ids) < len(found.rows) else None,
            selected=picked if picked in set(ids) else None,
            kinds=kinds(classes, view),
            layers=tuple(layer for layer in view.layers if files.masks.get(layer)),
            show=frozenset(view.show),
            focus=_focus(),
        )
        zone_map(files, state, key=MAP, height=MAP_HEIGHT)
    with right:
        _table(rows, picked, result, view, opened)
    _downloads(ids, result, found.caption, opened)


def _take_click(files: Any) -> None:
    """Choose the zone or place of the last click on the map, unless it was handled before."""
    click = last_click(files, key=MAP)
    if click is None or click.count == st.session_state.get(HANDLED):
        return
    st.session_state[HANDLED] = click.count
    st.session_state[PICK] = click.zone_id
    st.session_state[PLACE] = (click.lon, click.lat)


def _take_row() -> None:
    """Choose the zone of the chosen row, and move the map there; no row: no zone."""
    rows = st.session_state[TABLE]["selection"]["rows"]
    listed = st.session_state.get(LISTED, [])
    zone = listed[rows[0]] if rows and rows[0] < len(listed) else None
    st.session_state[PICK] = zone
    st.session_state[PLACE] = None
    if zone:
        _go_to(zone)


def _go_to(zone: str) -> None:
    st.session_state[MOVES] = st.session_state.get(MOVES, 0) + 1
    st.session_state[TARGET] = zone


def _focus() -> Focus | None:
    moves = st.session_state.get(MOVES, 0)
    return Focus(moves, zone_id=st.session_state.get(TARGET)) if moves else None


def _picked(known: set[str]) -> str | None:
    """The zone chosen: in this session, else by the address, which the map then goes to."""
    if PICK not in st.session_state:
        asked = st.query_params.get("zone", "")
        st.session_state[PICK] = asked if asked in known else None
        if asked in known:
            _go_to(asked)
    picked = st.session_state[PICK]
    return picked if picked in known else None


def _card(picked: str | None, ids: list[str], found: Findings, result: Result, opened: Opened) -> None:
    """The zone chosen, and the cell pointed at."""
    lang, place = opened.lang, st.session_state.get(PLACE)
    with st.container(height=CARD_HEIGHT, border=True):
        if picked is None and place is None:
            st.caption(
                opened.say(
                    Text(
                        "地図の印か表の行を選ぶと、地区の内訳が出ます。地図のほかの場所を押すと、そのメッシュの値が出ます。",
                        "Choose a marker or a row to see the zone; click anywhere else on the map for the values of that cell.",
                    )
                )
            )
        if picked is not None:
            if picked not in ids:
                st.caption(
                    opened.say(
                        Text(
                            "この地区は今の絞り込みに当てはまらないため、地図と表には出ていません。",
                            "This zone does not fit the filters, so the map and the table leave it out.",
                        )
                    )
                )
            row = found.rows.loc[picked]
            st.html(card_html(card(picked, row, result, found.facilities.get(picked, []), found.caption), lang))
            _history(picked, opened)
        if place is not None:
            lon, lat = place
            st.html(cell_html(lon, lat, cell_at(result, lon, lat), result, lang))


def _history(zone_id: str, opened: Opened) -> None:
    """What the registry holds on a zone, where there is a registry."""
    rows = history_rows(opened.place.workspace, zone_id, opened.lang)
    if len(rows):
        st.caption(opened.say(Text("台帳の記録", "in the registry")))
        st.dataframe(rows, hide_index=True, height=min(35 * len(rows) + 38, 180))


def _table(rows: pd.DataFrame, picked: str | None, result: Result, view: View, opened: Opened) -> None:
    """The zones in view in order of rank: the way to every zone without a mouse."""
    if rows.empty:
        st.info(opened.say(Text("当てはまる地区がありません。絞り込みをゆるめてください。", "No zone fits. Ask for less.")))
        return
    ids = [str(zone) for zone in rows.index]
    st.session_state[LISTED] = ids
    spec = [ids.index(picked)] if picked in ids else []
    if st.session_state.get(TABLE, {}).get("selection", {}).get("rows", []) != spec:
        st.session_state[TABLE] = {"selection": {"rows": spec, "columns": [], "cells": []}}
    shown, config = table(rows, result, view, opened.lang)
    st.dataframe(
        shown,
        key=TABLE,
        on_select=_take_row,
        selection_mode="single-row",
        hide_index=True,
        height=TABLE_HEIGHT,
        row_height=ROW_HEIGHT,
        column_config=config,
        alt=opened.say(Text("地区の一覧（優先順位の順）", "zones in order of rank")),
        placeholder=opened.say(Text("不明", "unknown")),
    )


def _downloads(ids: list[str], result: Result, caption: Caption, opened: Opened) -> None:
    """What is in view as files, with rule, dates and the notice in every one."""
    mark = f"{caption.short_notice}_" if caption.short_notice else ""
    name = f"{mark}kengai_zones_{result.study.about.fiscal_year}"
    with st.container(horizontal=True, vertical_alignment="center"):
        for suffix, mime, make in (("csv", "text/csv", ranking_sheets.ranking_csv), ("geojson", "application/geo+json", gis.zones_geojson)):
            st.download_button(
                opened.say(Text(f"この一覧を{suffix.upper()}で保存", f"save this list as {suffix.upper()}")),
                partial(_file, make, ids, result, caption),
                f"{name}.{suffix}",
                mime,
                on_click="ignore",
                disabled=not ids,
                key=f"explore {suffix}",
            )
        st.html(f'<span class="kengai-study">{_rules(caption)}</span>')


def _file(make: Callable[[Result, Caption], bytes], ids: list[str], result: Result, caption: Caption) -> bytes:
    """The file of the zones `ids`, made when somebody asks for it."""
    return make(part_of(result, ids), caption)


def _rules(caption: Caption) -> str:
    return as_html(" ／ ".join([*caption.lines, *caption.sources]))
