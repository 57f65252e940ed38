"""True areas and metric coordinates: never measured in degrees, never in EPSG:3857."""

from __future__ import annotations

import numpy as np

from geodata.grid import FloatArray, Grid


def cell_area_m2(grid: Grid) -> FloatArray:
    """Area in m² of one cell of each row, float64[ny], south first.

    On the ellipsoid for a grid in degrees (geodesic polygons); dx × dy for a grid in metres.
    """
    from pyproj import CRS

    crs = CRS.from_user_input(grid.crs)
    if not crs.is_geographic:
        metres = crs.axis_info[0].unit_conversion_factor
        return np.full(grid.ny, grid.dx * grid.dy * metres**2)
    geod = crs.get_geod()
    if geod is None:
        raise ValueError(f"{grid.crs} has no ellipsoid to measure on")
    west, east = grid.west, grid.west + grid.dx
    south = grid.south + np.arange(grid.ny) * grid.dy
    return np.array(
        [
            geod.polygon_area_perimeter([west, east, east, west], [y, y, y + grid.dy, y + grid.dy])[0]
            for y in south
        ]
    )


def metric_xy(x: FloatArray, y: FloatArray, crs: str, metric_crs: str) -> FloatArray:
    """Coordinates in metres, float64[n, 2], of points in `crs` (x = east or longitude)."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(crs, metric_crs, always_xy=True)
    return np.column_stack(transformer.transform(np.asarray(x, float), np.asarray(y, float)))
