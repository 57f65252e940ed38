"""The map of a page: a folium map in a Streamlit component, its files served by content hash.

files = map_files(…)                  # made once for the same results
zone_map(files, state, key="map", height=600)     # draws; last_click gives what was clicked
"""

from __future__ import annotations

from screens.map_component.map import Focus, MapState, last_click, map_files, map_files_for, zone_map

__all__ = ["Focus", "MapState", "last_click", "map_files", "map_files_for", "zone_map"]
