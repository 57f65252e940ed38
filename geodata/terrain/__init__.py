"""The ground as one surface over many tiles, opened when they are asked for; what nobody measured is NaN, never flat.

terrain = Terrain(tiles, values_of)                # values_of(tile) gives its values: geodata.dem.values_of
terrain.heights(lon, lat)                          # float64[n] metres; resolution(lon, lat) says how fine
terrain.window((west, south, east, north), step)   # heights and resolutions on a Grid of JGD2011 degrees
extent(tiles, area, "EPSG:6674")                   # what lies over an area, and what is missing
"""

from __future__ import annotations

from geodata.terrain.extent import disagreements, extent, unknown_share
from geodata.terrain.mosaic import Terrain, Window
from geodata.terrain.tile import Sea, Tile, cell_metres, degrees_of

__all__ = ["Sea", "Terrain", "Tile", "Window", "cell_metres", "degrees_of", "disagreements", "extent", "unknown_share"]
