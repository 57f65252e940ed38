"""A world of 4 × 2 cells, small enough to work out every figure by hand.

    column    0        1        2        3
    row 1   A 10     A 20  |  B 40     B  –      (people; – = the source has no row: nobody)
    row 0   A  5     A  0  |  B  8     sea

Municipality A (24201) has columns 0 and 1, B (24202) columns 2 and 3 but for the cell in the sea.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from coverage.cells import build_cells
from coverage.matrix import layers_by_column, share_matrix
from geodata.grid import Grid
from geodata.mesh import standard as mesh
from geodata.schema import Population

GRID = Grid(136.0, 34.0, 0.00625, 15 / 3600, 4, 2, "EPSG:6668")  # 500 m meshes, made by hand
CARRIERS = ["alpha", "beta"]
NAMES = pd.Series({"24201": "甲市", "24202": "乙町"})


def box(i0: float, j0: float, i1: float, j1: float) -> shapely.Polygon:
    """A box in cell units."""
    return shapely.box(GRID.west + i0 * GRID.dx, GRID.south + j0 * GRID.dy, GRID.west + i1 * GRID.dx, GRID.south + j1 * GRID.dy)


def cell(i: int, j: int) -> str:
    return str(mesh.codes_at(500, np.array([i]), np.array([j]), GRID)[0])


def municipalities() -> gpd.GeoDataFrame:
    land = [box(0, 0, 2, 2), shapely.union(box(2, 0, 3, 2), box(3, 1, 4, 2))]
    index = pd.Index(["24201", "24202"], name="municipality_id")
    return gpd.GeoDataFrame({"name": NAMES.to_numpy()}, geometry=land, crs=GRID.crs, index=index)


def population(covers: frozenset[str] = frozenset({"24"})) -> Population:
    people = {(0, 1): 10.0, (1, 1): 20.0, (2, 1): 40.0, (0, 0): 5.0, (1, 0): 0.0, (2, 0): 8.0}
    frame = pd.DataFrame(
        {"population": list(people.values()), "households": 2.0, "population_65plus": 1.0, "age_basis": "own"},
        index=pd.Index([cell(*at) for at in people], name="cell_id"),
    )
    return Population(frame, 500, covers)


def cells() -> pd.DataFrame:
    return build_cells(population(), municipalities(), frozenset(NAMES.index), GRID).frame


def layers() -> gpd.GeoDataFrame:
    """alpha covers columns 0–1 of row 1 and half of (2, 1); beta covers (0, 1) wholly, twice over. 5G: none of beta."""
    rows = [
        ("alpha", "4G", "own", box(0, 1, 2.5, 2)),
        ("beta", "4G", "own", box(0, 1, 1, 2)),
        ("beta", "4G", "own", box(0, 1, 1, 2)),
        ("beta", "4G", "satellite", box(0, 0, 4, 2)),
        ("alpha", "5G-sub6", "own", box(0, 1, 1, 2)),
    ]
    frame = pd.DataFrame(rows, columns=["carrier", "generation", "kind", "geometry"])
    return gpd.GeoDataFrame(frame.assign(as_of="2026-03-31", source="x"), geometry="geometry", crs=GRID.crs)


def shares(**options: object) -> pd.DataFrame:
    columns = layers_by_column(layers(), CARRIERS, ["4G", "5G"], ["own"])
    land = municipalities().geometry.to_numpy()
    return share_matrix(cells(), land, layers(), columns, GRID, **options).shares


def settlements() -> gpd.GeoDataFrame:
    """A: 東 in cell (0, 1), 西 in cell (1, 0). B: 南 in (2, 0)."""
    points = [shapely.Point(GRID.west + (i + 0.5) * GRID.dx, GRID.south + (j + 0.5) * GRID.dy) for i, j in [(0, 1), (1, 0), (2, 0)]]
    index = pd.Index(["甲市|東", "甲市|西", "乙町|南"], name="settlement_id")
    table = {"name": ["東", "西", "南"], "municipality_id": ["24201", "24201", "24202"]}
    return gpd.GeoDataFrame(table, geometry=points, crs=GRID.crs, index=index)
