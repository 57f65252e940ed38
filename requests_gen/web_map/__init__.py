"""The map of the findings: one offline page, and the same drawing for the screen.

html = map_html(result, caption)      # map.html, complete in one file
data.zones_of(result, caption)        # the zones as the scripts draw them
cell_at(result, lon, lat)             # what is known of the cell under a point
"""

from __future__ import annotations

from requests_gen.web_map import data, raster
from requests_gen.web_map.cell import CellValues, cell_at
from requests_gen.web_map.page import map_frame_html, map_html, plain_json
from requests_gen.web_map.words import MAP_WORDS
from requests_gen.web_map.zone_card import urgency_facts, zone_facts

__all__ = [
    "MAP_WORDS",
    "CellValues",
    "cell_at",
    "data",
    "map_frame_html",
    "map_html",
    "plain_json",
    "raster",
    "urgency_facts",
    "zone_facts",
]
