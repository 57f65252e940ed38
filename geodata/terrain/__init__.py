"""Heights of the ground from many tiles, opened when they are asked for; what nobody measured is NaN, never flat.

tiles, report = read_fgd(path)                     # 基盤地図情報 DEM, a tile or a zip of tiles; read_geotiff likewise
terrain = Terrain(tiles)                           # the finest tile that knows a place answers
terrain.heights(lon, lat)                          # float64[n] metres; resolution(lon, lat) says how fine
terrain.window((west, south, east, north), step)   # heights and resolutions on a Grid of JGD2011 degrees
"""

from __future__ import annotations

from geodata.terrain.fgd_files import is_fgd, read_fgd
from geodata.terrain.geotiff import read_geotiff
from geodata.terrain.mosaic import Terrain, Window
from geodata.terrain.tile import VERTICALS, Tile

__all__ = ["VERTICALS", "Terrain", "Tile", "Window", "is_fgd", "read_fgd", "read_geotiff"]
