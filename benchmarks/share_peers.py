"""Other ways to the share of every cell, each written as well as its makers would have it.

All take (polygons, grid) and return float64[ny, nx]. None but the first builds the union of polygons that
overlap; on overlapping layers they do the same work, and add overlaps up.
"""

from __future__ import annotations

import numpy as np
import shapely

from geodata.grid import FloatArray, Grid, IntArray

MOST_VERTICES = 1024  # of a polygon after subdivision: the best of 16, 32, … 1024 and 4096


def boxes(grid: Grid, flat: IntArray) -> np.ndarray:
    """Cells as polygons, by their flat index j * nx + i."""
    west = grid.west + (flat % grid.nx) * grid.dx
    south = grid.south + (flat // grid.nx) * grid.dy
    return np.asarray(shapely.box(west, south, west + grid.dx, south + grid.dy))


def overlay(polygons: np.ndarray, grid: Grid, flat: IntArray) -> FloatArray:
    """geopandas.overlay and groupby, of the cells `flat` only; float64[len(flat)]."""
    import geopandas

    cells = geopandas.GeoDataFrame({"cell": flat}, geometry=boxes(grid, flat), crs=grid.crs)
    layer = geopandas.GeoDataFrame(geometry=polygons, crs=grid.crs)
    found = geopandas.overlay(cells, layer, how="intersection", keep_geom_type=True)
    area = found.assign(area=shapely.area(found.geometry)).groupby("cell")["area"].sum()
    return np.asarray(area.reindex(flat, fill_value=0.0), float) / (grid.dx * grid.dy)


def exactextract_share(polygons: np.ndarray, grid: Grid) -> FloatArray:
    """exactextract's cell_id and coverage operations over an array that is never looked at."""
    import geopandas
    from exactextract import exact_extract
    from exactextract.raster import NumPyRasterSource

    layer = geopandas.GeoDataFrame(geometry=polygons, crs=grid.crs)
    raster = NumPyRasterSource(np.zeros(grid.shape, np.int8), *grid.bounds, srs_wkt=layer.crs.to_wkt())
    found = exact_extract(raster, layer, ["cell_id", "coverage"], output="pandas")
    cell = np.concatenate(found["cell_id"].to_list()).astype(np.int64)
    share = np.bincount(cell, np.concatenate(found["coverage"].to_list()), grid.nx * grid.ny)
    return share.reshape(grid.shape)[::-1]  # exactextract counts rows from the north


def strtree_share(polygons: np.ndarray, grid: Grid) -> FloatArray:
    """Polygons subdivided, then intersections only in cells that a boundary crosses, containment elsewhere."""
    pieces = subdivided(polygons)
    shapely.prepare(pieces)
    cells = boxes(grid, np.arange(grid.nx * grid.ny))
    piece, cell = shapely.STRtree(cells).query(pieces, predicate="intersects")
    area = np.full(len(cell), grid.dx * grid.dy)
    crossed = np.flatnonzero(~shapely.covers(pieces[piece], cells[cell]))
    area[crossed] = shapely.area(shapely.intersection(pieces[piece[crossed]], cells[cell[crossed]]))
    return np.bincount(cell, area / (grid.dx * grid.dy), len(cells)).reshape(grid.shape)


def subdivided(polygons: np.ndarray) -> np.ndarray:
    """The same area in polygons of at most about MOST_VERTICES vertices, by halving along the longer side."""
    done, todo = [], shapely.get_parts(polygons)
    while len(todo):
        big = shapely.get_num_coordinates(todo) > MOST_VERTICES
        done.append(todo[~big])
        todo = todo[big]
        west, south, east, north = shapely.bounds(todo).T
        wide = east - west > north - south
        x, y = np.where(wide, (west + east) / 2, east), np.where(wide, north, (south + north) / 2)
        one = shapely.intersection(todo, shapely.box(west, south, x, y))
        two = shapely.intersection(todo, shapely.box(np.where(wide, x, west), np.where(wide, south, y), east, north))
        todo = shapely.get_parts(np.concatenate([one, two]))
        todo = todo[shapely.get_type_id(todo) == shapely.GeometryType.POLYGON]
    return np.concatenate(done) if done else todo


def geos_truth(polygons: np.ndarray, grid: Grid, flat: IntArray) -> FloatArray:
    """Exact intersections, cell by cell, united where several polygons meet; float64[len(flat)]."""
    cells = boxes(grid, flat)
    cell, polygon = shapely.STRtree(polygons).query(cells, predicate="intersects")
    found = shapely.intersection(polygons[polygon], cells[cell])
    share = np.zeros(len(flat))
    for k in np.unique(cell):
        share[k] = shapely.area(shapely.union_all(found[cell == k]))
    return share / shapely.area(cells)
