"""GeoTIFFs of heights: SRTM, NASADEM, AW3D30, or made from 国土地理院's DEM with GIS software."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from geodata.dem import read_geotiff
from geodata.report import IntakeReport
from geodata.terrain import Sea, Tile

NAME = "dem_raster"
LICENCE = "配布元の条件による（SRTM・NASADEM: パブリックドメイン、AW3D30: JAXA の利用条件）"
CREDIT = "標高のGeoTIFF（出典は提供元による）"  # a study names the product with `credit`
REDISTRIBUTABLE = False  # whose heights they are, and what the owner allows, the file does not say
FIELDS = {"band 1": "height in metres"}

Tiles = list[Tile]


def read(paths: Sequence[Path], *, crs: str | None = None, vertical: str = "", sea: Sea | None = None) -> tuple[Tiles, list[IntakeReport]]:
    """(a tile a file, a report a file whose records are cells). crs, vertical, sea: answers of the study."""
    tiles: list[Tile] = []
    reports: list[IntakeReport] = []
    for path in paths:
        found, report = read_geotiff(path, crs=crs, vertical=vertical, sea=sea)
        tiles += found
        reports.append(report)
    return tiles, reports
