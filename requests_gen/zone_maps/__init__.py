"""Printed maps of one zone: where it is, and close up with what lacks.

frames = map_frames(result)                       # what all maps of a study share
maps = maps_for(frames, zone_ids, cache, progress)  # {zone_id: ZoneMaps}, drawn once for the same content
"""

from __future__ import annotations

from requests_gen.zone_maps import map_elements, scene, text_layout
from requests_gen.zone_maps.drawing import png_of
from requests_gen.zone_maps.frames import MapFrames
from requests_gen.zone_maps.maps import ZoneMaps, map_frames, maps_for

__all__ = ["MapFrames", "ZoneMaps", "map_elements", "map_frames", "maps_for", "png_of", "scene", "text_layout"]
