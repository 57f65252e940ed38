"""Files of heights: 基盤地図情報 DEM and GeoTIFFs to tiles, and a tile to its values when somebody asks.

tiles, report = read_fgd(path)            # a tile or a zip of tiles; read_geotiff(path) likewise
values_of(tiles[0])                       # opened when somebody asks: what geodata.terrain.Terrain is given
"""

from __future__ import annotations

from geodata.dem.fgd_files import is_fgd, read_fgd
from geodata.dem.geotiff import read_geotiff
from geodata.dem.values import values_of

__all__ = ["is_fgd", "read_fgd", "read_geotiff", "values_of"]
