"""The same zones on a plain page, the usual ways: run by streamlit as `screen_peers.py <results> <way>`.

way "iframe": folium.Map with folium.GeoJson, rendered into components.html; "st_folium": streamlit-folium's st_folium.
Both get Leaflet and jQuery from our own address, for without internet they would stay blank otherwise.
"""

from __future__ import annotations

import html
import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import folium
import streamlit as st
from branca.element import MacroElement
from folium.template import Template
from streamlit.components.v1 import declare_component
from streamlit.components.v1 import html as html_frame

PAINTED = Template(
    "{% macro script(this, kwargs) %}requestAnimationFrame(() => requestAnimationFrame(() => {"
    " window.top.__painted = (window.top.__painted || 0) + 1; }));{% endmacro %}"
)


class Painted(MacroElement):
    """Tells the benchmark that the map has been drawn."""

    _template = PAINTED


@st.cache_resource
def zones(results: str) -> list[dict[str, Any]]:
    """Features of zones.geojson in order of rank, names made harmless for folium's tooltips."""
    found = json.loads((Path(results) / "zones.geojson").read_text(encoding="utf-8"))["features"]
    keep = ("zone_id", "name", "rank", "population")
    for feature in found:
        feature["properties"] = {key: html.escape(str(feature["properties"].get(key))).replace("`", "").replace("$", "") for key in keep}
    return found


@st.cache_resource
def own_addresses() -> dict[str, str]:
    """Where leaflet and jQuery are served from."""
    return {
        name: f"/component/{declare_component(name, path=str(files(f'xstatic.pkg.{name}') / 'data')).name}"
        for name in ("leaflet", "jquery")
    }


def study_map(features: list[dict[str, Any]]) -> folium.Map:
    """What a tutorial would have you write, on canvas, which is its faster way."""
    at = own_addresses()
    folium.Map.default_js = [("leaflet", f"{at['leaflet']}/leaflet.js"), ("jquery", f"{at['jquery']}/jquery.min.js")]
    folium.Map.default_css = [("leaflet_css", f"{at['leaflet']}/leaflet.css")]
    drawn = folium.Map(location=[34.5, 136.4], zoom_start=9, tiles=None, prefer_canvas=True)
    if features:
        folium.GeoJson(
            {"type": "FeatureCollection", "features": features},
            style_function=lambda feature: {"color": "#1a1a1a", "weight": 1, "fillColor": "#ff4b00", "fillOpacity": 0.5},
            tooltip=folium.GeoJsonTooltip(["rank", "name"]),
        ).add_to(drawn)
    painted = Painted()
    painted._name = "Painted"
    drawn.add_child(painted)
    return drawn


def main(results: str, way: str) -> None:
    st.set_page_config(layout="wide")
    least = st.number_input("least", min_value=0, value=0)
    chosen = [zone for zone in zones(results) if float(zone["properties"]["population"] or 0) >= least]
    st.dataframe([zone["properties"] for zone in chosen], height=185)
    drawn = study_map(chosen)
    if way == "iframe":
        html_frame(drawn.get_root().render(), height=455)
        return
    from streamlit_folium import st_folium

    clicked = st_folium(drawn, height=455, use_container_width=True, key="map", returned_objects=["last_active_drawing"])
    zone = (clicked or {}).get("last_active_drawing")
    st.text("card " + (zone["properties"]["zone_id"] if zone else ""))


main(sys.argv[1], sys.argv[2])
