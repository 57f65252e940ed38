"""The map of the screen: folium's map in a Streamlit component. Only a click makes the page run again.

files = map_files(result, opened.stamp, opened.lang)
click = last_click(files, key="map")        # known before the map is drawn: card and map show the same zone in one run
zone_map(files, MapState(selected=...), key="map", height=480)
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st
from streamlit.components.v1 import declare_component

from requests_gen.web_map import data
from screens.map_component.content_files import MapFiles, folder, make_map_files

if TYPE_CHECKING:
    from streamlit.components.v1.custom_component import CustomComponent

    from coverage.result import Result

__all__ = ["Focus", "MapClick", "MapFiles", "MapState", "last_click", "map_files", "map_files_for", "zone_map"]

SHOWABLE = frozenset({"population", "no5g", "facilities", "borders", "tiles"})
LAYERS_OF_CELLS = ("population", "no5g")
STUDIES_HELD = 8


@dataclass(frozen=True)
class Focus:
    """Where the map shall go: to a zone, else to a place in degrees, else to the whole study.

    sequence: a new number moves the map, also to where it was sent before; the same number never moves it again.
    zoom: as Leaflet counts (8 a prefecture, 13 a village); None lets the map choose.
    """

    sequence: int
    zone_id: str | None = None
    lon: float | None = None
    lat: float | None = None
    zoom: float | None = None


@dataclass(frozen=True)
class MapState:
    """What the map shows.

    visible: ids of zones, None = all. selected: the zone with the ring. kinds, ranks: {zone id: …} where they differ
    from the files' (kinds: one of web_map.data.KINDS). layers: (carrier or "any", generation) drawn by their real
    polygons. show: of SHOWABLE; "tiles" asks 国土地理院 for a background, everything else needs no internet.
    """

    visible: tuple[str, ...] | None = None
    selected: str | None = None
    kinds: Mapping[str, str] | None = None
    layers: tuple[tuple[str, str], ...] = ()
    show: frozenset[str] = frozenset({"borders"})
    focus: Focus | None = None
    ranks: Mapping[str, int | None] | None = None


@dataclass(frozen=True)
class MapClick:
    """A click on the map: the zone it hit (None: none), where (degrees, WGS84), and a number no other click has."""

    zone_id: str | None
    lon: float
    lat: float
    count: int


def map_files(result: Result, stamp: str, lang: str) -> MapFiles:
    """The files of the map of a study's own zones. stamp: changes whenever the findings do (StudyPlace.stamp)."""
    return _study_files(stamp, lang, result)


def map_files_for(zones: Sequence[data.ZoneToDraw], result: Result, stamp: str, lang: str) -> MapFiles:
    """The files of a map of other zones on the ground of `result`: those of a comparison, say.

    stamp: changes whenever `zones` or `result` do; two different lists of zones need two stamps.
    """
    return _other_files(stamp, lang, result, zones)


@st.cache_resource(max_entries=STUDIES_HELD, show_spinner=False)
def _study_files(stamp: str, lang: str, _result: Result) -> MapFiles:
    return make_map_files(_result, lang)


@st.cache_resource(max_entries=STUDIES_HELD, show_spinner=False)
def _other_files(stamp: str, lang: str, _result: Result, _zones: Sequence[data.ZoneToDraw]) -> MapFiles:
    return make_map_files(_result, lang, _zones)


def zone_map(files: MapFiles, state: MapState, *, key: str, height: int) -> MapClick | None:
    """Draw the map and give the last click on it. height: pixels.

    The click stays until the next one: compare `count`, or use last_click() before drawing. Panning, zooming and
    the legend's slider stay in the browser. ValueError where the state names what is not there: that is a mistake
    in the page, not in the data.
    """
    files.lay_out()
    value = _component()(**arguments(files, state, key, height), key=key, default=None)
    return click_of(value, files)


def last_click(files: MapFiles, *, key: str) -> MapClick | None:
    """The last click on the map `key`, known before the map is drawn in this run."""
    return click_of(st.session_state.get(key), files)


@st.cache_resource(show_spinner=False)
def _component() -> CustomComponent:
    return declare_component("zone_map", path=str(folder()))


def arguments(files: MapFiles, state: MapState, key: str, height: int) -> dict[str, Any]:
    """What a run sends to the frame: names of files and what is chosen, a few kB."""
    _check(files, state)
    return {
        "place": key,
        "height": height,
        "ground": files.names["ground"],
        "zones": files.names["zones"],
        "visible": None if state.visible is None else _bits(files.ids, set(state.visible)),
        "selected": state.selected,
        "kinds": None if state.kinds is None else _letters(files.ids, state.kinds),
        "ranks": None if state.ranks is None else [state.ranks.get(zone) for zone in files.ids],
        "coverage": [
            {"carrier": carrier, "generation": generation, "url": files.coverage((carrier, generation)), "window": files.window.plain()}
            for carrier, generation in state.layers
        ],
        "cells": {name: files.names[name] for name in LAYERS_OF_CELLS if name in state.show and name in files.names},
        "show": sorted(state.show),
        "focus": None
        if state.focus is None
        else {
            "sequence": state.focus.sequence,
            "zone": state.focus.zone_id,
            "lon": state.focus.lon,
            "lat": state.focus.lat,
            "zoom": state.focus.zoom,
        },
    }


def _check(files: MapFiles, state: MapState) -> None:
    named = {*(state.visible or ()), *(state.kinds or {}), *(state.ranks or {}), *filter(None, [state.selected])}
    wrong: dict[str, AbstractSet[object]] = {
        "zones": named - set(files.ids),
        "kinds": set((state.kinds or {}).values()) - set(data.KINDS),
        "layers": set(state.layers) - set(files.masks),
        "show": state.show - SHOWABLE,
    }
    strange = {what: sorted(str(one) for one in them) for what, them in wrong.items() if them}
    if strange:
        raise ValueError(f"the map has no such things: {strange}")


def _bits(ids: tuple[str, ...], visible: set[str]) -> str:
    """A bit a zone, in the order of the file, as base64."""
    return base64.b64encode(np.packbits(np.array([zone in visible for zone in ids], bool)).tobytes()).decode()


def _letters(ids: tuple[str, ...], kinds: Mapping[str, str]) -> str:
    """A letter a zone: its place in KINDS from "a" on, "-" for the file's own."""
    return "".join(chr(97 + data.KINDS.index(kinds[zone])) if zone in kinds else "-" for zone in ids)


def click_of(value: Any, files: MapFiles) -> MapClick | None:
    """The click in what the frame sent; a zone of another map (the study was changed meanwhile) is no zone."""
    if not isinstance(value, Mapping):
        return None
    zone = value.get("zone")
    return MapClick(zone if zone in set(files.ids) else None, float(value["lon"]), float(value["lat"]), int(value["count"]))
