"""The row of filters over the map. Widgets start from a view, and a view is read from them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import streamlit as st

from coverage.gaps import ANY
from geodata.errors import Text
from requests_gen.wording import captions
from screens.map.view import CLASSES, SHOWABLE, View, query_of
from screens.shared import address, as_written

if TYPE_CHECKING:
    from coverage.result import Result

LAST = "explore query"  # the last query: the menu opens this page without one
KEYS = ("generation", "carriers", "classes", "municipality", "people", "text", "layers", "show")
FILTERS = 6  # the first six are filters, the rest layers
OURS = ("gen", "lacking", "class", "town", "people", "q", "layers", "show")


def query_now() -> dict[str, str]:
    """The query of the address; where it has none of this page's keys, the last one of this session."""
    query = st.query_params.to_dict()
    return query if any(key in query for key in OURS) else st.session_state.get(LAST, {})


def controls(asked: View, result: Result, towns: Mapping[str, str], lang: str) -> View:
    """Draw the filters and return what they are set to. `asked` is used only when they are drawn for the first time."""
    _seed(asked, result, towns)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        view = replace(asked, **_filters(result, towns, lang))
        with st.popover(Text("地図の表示", "Layers").in_(lang), width="content"):
            view = replace(view, **_layers(result, lang))
        st.button(Text("解除", "Clear").in_(lang), disabled=not _filtered(view, result), on_click=_clear)
    st.session_state[LAST] = query_of(view, result.study)
    return view


def _seed(asked: View, result: Result, towns: Mapping[str, str]) -> None:
    """Give every widget a value that this study knows: another study may have been looked at before."""
    study, layers = result.study, layer_options(result)
    known: dict[str, Collection[Any]] = {
        "generation": study.generations,
        "carriers": study.carrier_keys,
        "municipality": ["", *towns],
        "layers": layers,
    }
    for key in KEYS:
        value = getattr(asked, key)
        fresh = list(value) if isinstance(value, tuple) else value
        now = st.session_state.get(_key(key), fresh)
        if key in known and isinstance(now, list):
            now = [one for one in now if one in known[key]]
        elif key in known and now not in known[key]:
            now = fresh
        st.session_state[_key(key)] = now


def layer_options(result: Result) -> list[tuple[str, str]]:
    """The layers that were published: (carrier or "any", generation)."""
    study = result.study
    return [
        (carrier, generation)
        for generation in study.generations
        for carrier in (*study.carrier_keys, ANY)
        if not result.shares[(carrier, generation)].isna().all()
    ]


def _filters(result: Result, towns: Mapping[str, str], lang: str) -> dict[str, Any]:
    study = result.study
    names = {carrier.key: carrier.name for carrier in study.carriers}
    everything = Text("すべて", "all").in_(lang)
    return {
        "generation": st.segmented_control(
            Text("世代", "generation").in_(lang), study.generations, key=_key("generation"), required=True, width="content"
        ),
        "classes": tuple(
            st.multiselect(
                Text("使える会社", "who serves").in_(lang),
                list(CLASSES),
                key=_key("classes"),
                placeholder=everything,
                format_func=lambda name: CLASSES[name].in_(lang),
                width=178,
            )
        ),
        "carriers": tuple(
            st.multiselect(
                Text("届かない会社（△・×）", "lacking (△ or ×)").in_(lang),
                list(names),
                key=_key("carriers"),
                placeholder=everything,
                format_func=names.__getitem__,
                width=178,
            )
        ),
        "municipality": st.selectbox(
            Text("市町村", "municipality").in_(lang),
            ["", *towns],
            key=_key("municipality"),
            width=150,
            format_func=lambda code: towns.get(code, everything),
        ),
        "people": st.number_input(
            Text("人口（以上）", "people, at least").in_(lang), min_value=0, max_value=9_999_999, step=10, key=_key("people"), width=115
        ),
        "text": st.text_input(
            Text("地区名で探す", "search a zone").in_(lang),
            key=_key("text"),
            max_chars=100,
            width=165,
            placeholder=Text("名前・地区ID", "name or id").in_(lang),
        ),
    }


def _layers(result: Result, lang: str) -> dict[str, Any]:
    study = result.study
    names = {carrier.key: carrier.name for carrier in study.carriers} | {ANY: captions.UNIONS[ANY].in_(lang)}
    layers = st.multiselect(
        Text("重ねるエリア", "areas on the map").in_(lang),
        layer_options(result),
        key=_key("layers"),
        max_selections=4,
        placeholder=Text("選んでください", "choose").in_(lang),
        format_func=lambda layer: f"{names[layer[0]]} {layer[1]}",
    )
    show = st.pills(
        Text("そのほか", "more").in_(lang),
        list(SHOWABLE),
        selection_mode="multi",
        key=_key("show"),
        format_func=lambda name: as_written(SHOWABLE[name].in_(lang)),
    )
    return {"layers": tuple(layers), "show": tuple(name for name in SHOWABLE if name in show)}


def _filtered(view: View, result: Result) -> bool:
    plain = View(str(result.study.zones.generation))
    return replace(view, layers=plain.layers, show=plain.show) != plain


def _clear() -> None:
    """Reset the filters to show all zones; the layers stay."""
    for key in KEYS[:FILTERS]:
        st.session_state.pop(_key(key), None)
    st.session_state[LAST] = {name: st.session_state.get(LAST, {}).get(name, "") for name in OURS[FILTERS:]}
    address.write_address(dict.fromkeys(OURS[:FILTERS], ""))


def _key(name: str) -> str:
    return f"explore filter {name}"
