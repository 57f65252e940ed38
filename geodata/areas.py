"""True areas and metric coordinates: never measured in degrees, never in EPSG:3857."""

from __future__ import annotations

import numpy as np

from geodata.grid import FloatArray, Grid


def in_degrees(crs: str) -> bool:
    """Whether coordinates in `crs` are degrees that a map can take: JGD2011 and WGS84 lie within a metre."""
    return crs in {"EPSG:6668", "EPSG:4326"}


def degrees(x: np.ndarray, y: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (WGS84) of points in `crs`. float64[n] each."""
    if in_degrees(crs) or not len(x):
        return x, y
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)


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
    return np.array([geod.polygon_area_perimeter([west, east, east, west], [y, y, y + grid.dy, y + grid.dy])[0] for y in south])


def metric_xy(x: FloatArray, y: FloatArray, crs: str, metric_crs: str) -> FloatArray:
    """Coordinates in metres, float64[n, 2], of points in `crs` (x = east or longitude)."""
    from pyproj import Transformer

    transformer = Transformer.from_crs(crs, metric_crs, always_xy=True)
    return np.column_stack(transformer.transform(np.asarray(x, float), np.asarray(y, float)))


def lengths_m(x0: FloatArray, y0: FloatArray, x1: FloatArray, y1: FloatArray, crs: str) -> FloatArray:
    """Length in m of straight pieces between two points each, float64[n]; ends in `crs` (x = east or longitude).

    Along the ellipsoid for degrees; in the plane for a projected CRS (with its scale: UTM and 平面直角座標系
    are within 0.1 % where they are meant for).
    """
    from pyproj import CRS

    system = CRS.from_user_input(crs)
    if not system.is_geographic:
        return np.asarray(np.hypot(x1 - x0, y1 - y0) * system.axis_info[0].unit_conversion_factor)
    geod = system.get_geod()
    if geod is None:
        raise ValueError(f"{crs} has no ellipsoid to measure on")
    return np.asarray(geod.inv(x0, y0, x1, y1)[2], float)
