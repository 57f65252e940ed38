"""How much of an area has heights, how fine, and whether two sources of them agree where both lie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import shapely

from geodata import mesh
from geodata.crs import JGD2011, parse_crs, transformer
from geodata.grid import FloatArray
from geodata.terrain.mosaic import Terrain
from geodata.terrain.tile import Tile

if TYPE_CHECKING:
    from collections.abc import Mapping

SAMPLED_TILES, SAMPLED_SIDE = 8, 15  # looked at where two sources overlap: tiles, places along each side of one
LEAST_PLACES = 50
SAMPLES = 10_000
FILES_LEVEL = 10_000  # 2次メッシュ: 基盤地図情報 comes in files of one
LEAST_MISSING_M2 = 1_000.0  # thinner strips are how two borders were drawn


class Extent(NamedTuple):
    """area_m2 of the area asked for; m2 of it by the resolution (metres) of the finest tile over it; m2 under no tile.

    missing: 2次メッシュ that hold some of the latter. Cells of a tile that have no height are not in it: their number
    stands in the file's report.
    """

    area_m2: float
    by_resolution: Mapping[float, float]
    missing_m2: float
    missing: tuple[str, ...]


class Disagreement(NamedTuple):
    """Median of (first − second) in metres over `places`, between the heights of two sources where both lie."""

    first: Tile
    second: Tile
    median_m: float
    places: int


def extent(tiles: Sequence[Tile], area: shapely.Geometry, metric_crs: str) -> Extent:
    """What tiles lie over `area` (a polygon in JGD2011 degrees); areas are taken in `metric_crs`."""
    left = _projected(area, metric_crs)
    total = float(left.area)
    by_resolution: dict[float, float] = {}
    remaining = area
    for metres in sorted({tile.resolution_m for tile in tiles}):
        boxes = shapely.union_all(shapely.box(*np.array([tile.degrees for tile in tiles if tile.resolution_m == metres]).T))
        rest = remaining.difference(boxes)
        covered = float(_projected(remaining, metric_crs).area - _projected(rest, metric_crs).area)
        if covered > LEAST_MISSING_M2:
            by_resolution[metres] = covered
        remaining = rest
    missing_m2 = float(_projected(remaining, metric_crs).area)
    return Extent(total, by_resolution, missing_m2, _meshes(remaining, metric_crs) if missing_m2 else ())


def unknown_share(terrain: Terrain, area: shapely.Geometry) -> tuple[float, int]:
    """(share of `area` that lies under tiles none of which has a height there, places it was sampled at).

    `area` in JGD2011 degrees, sampled on a regular lattice of about SAMPLES places. Only tiles with unknown cells are opened.
    """
    west, south, east, north = area.bounds
    filled = area.area / ((east - west) * (north - south))
    side = max(2, round((SAMPLES / filled) ** 0.5))
    x, y = (
        part.ravel() for part in np.meshgrid(*(a + (np.arange(side) + 0.5) / side * (b - a) for a, b in ((west, east), (south, north))))
    )
    inside = shapely.contains_xy(area, x, y)
    x, y = x[inside], y[inside]
    whole = shapely.union_all([shapely.box(*tile.degrees) for tile in terrain.tiles if tile.known == tile.grid.nx * tile.grid.ny])
    doubtful = ~shapely.contains_xy(whole, x, y) & shapely.contains_xy(
        shapely.union_all([shapely.box(*tile.degrees) for tile in terrain.tiles]), x, y
    )
    unknown = int(np.isnan(terrain.heights(x[doubtful], y[doubtful])).sum())
    return unknown / max(1, len(x)), len(x)


def _projected(shape: shapely.Geometry, metric_crs: str) -> shapely.Geometry:
    change = transformer(parse_crs(JGD2011), parse_crs(metric_crs))
    return shapely.transform(shape, lambda places: np.column_stack(change.transform(places[:, 0], places[:, 1])))


def _meshes(shape: shapely.Geometry, metric_crs: str) -> tuple[str, ...]:
    """Codes of the 2次メッシュ that hold some of `shape`."""
    west, south, east, north = shape.bounds
    grid = mesh.mesh_grid(FILES_LEVEL, (west, south, east, north))
    j, i = (part.ravel() for part in np.indices(grid.shape))
    codes = mesh.codes_at(FILES_LEVEL, i, j, grid)
    x, y = grid.centres(i, j)
    parts = shapely.intersection(shapely.box(x - grid.dx / 2, y - grid.dy / 2, x + grid.dx / 2, y + grid.dy / 2), shape)
    return tuple(
        str(code)
        for code, part in zip(codes, parts, strict=True)
        if not part.is_empty and _projected(part, metric_crs).area > LEAST_MISSING_M2
    )


def disagreements(terrain: Terrain, least_m: float) -> list[Disagreement]:
    """Pairs of 基盤地図情報 and a GeoTIFF whose heights differ by `least_m` or more where both lie: a datum or a place is wrong.

    One pair a GeoTIFF. Opens a few tiles of each.
    """
    found = []
    fine = [tile for tile in terrain.tiles if tile.source == "fgd" and tile.known]
    for other in (tile for tile in terrain.tiles if tile.source == "raster"):
        shared = [tile for tile in fine if shapely.box(*tile.degrees).intersects(shapely.box(*other.degrees))]
        chosen = shared[:: max(1, len(shared) // SAMPLED_TILES)][:SAMPLED_TILES]
        if not chosen:
            continue
        lon, lat = (np.concatenate(part) for part in zip(*(_places(tile) for tile in chosen), strict=True))
        difference = Terrain(chosen, terrain.read).heights(lon, lat) - Terrain([other], terrain.read).heights(lon, lat)
        difference = difference[~np.isnan(difference)]
        if len(difference) >= LEAST_PLACES and abs(float(np.median(difference))) >= least_m:
            found.append(Disagreement(chosen[0], other, float(np.median(difference)), len(difference)))
    return found


def _places(tile: Tile) -> tuple[FloatArray, FloatArray]:
    west, south, east, north = tile.degrees
    steps = (np.arange(SAMPLED_SIDE) + 0.5) / SAMPLED_SIDE
    x, y = np.meshgrid(west + steps * (east - west), south + steps * (north - south))
    return x.ravel(), y.ravel()
