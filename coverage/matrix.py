"""One matrix in the middle: the share of every cell's land inside every layer.

Geometry happens here, once; everything asked later is arithmetic on cells × layers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from coverage.gaps import ANY
from coverage.share import covered_share
from geodata.grid import FloatArray, Grid

Polygons = np.ndarray  # object[n] of shapely polygons or multipolygons
WHOLE_LAND = 1.0 - 1e-9
DECIMALS = 10  # float noise of 1e-12 would otherwise leave 1e-11 of a person uncovered


@dataclass(frozen=True)
class ShareMatrix:
    """shares, centre_covered: index cell_id, columns (carrier, generation) and ("any", generation).

    shares: share of the cell's land inside the union of the layer's polygons, 0..1; NaN where the carrier
    published nothing. centre_covered: 1.0 where the cell's centre lies inside, else 0.0.
    """

    shares: pd.DataFrame
    centre_covered: pd.DataFrame


def polygons_by_column(
    layers: pd.DataFrame, carriers: list[str], generations: list[str], kinds: Iterable[str]
) -> dict[tuple[str, str], Polygons | None]:
    """Polygons of each (carrier, generation) and of ("any", generation); None where nothing was published.

    layers: LAYERS table. "5G" holds the parts of 5G too ("5G-sub6" …). Only `kinds` count.
    """
    layers = layers[layers["kind"].isin(list(kinds))]
    columns: dict[tuple[str, str], Polygons | None] = {}
    for generation in generations:
        of_generation = layers[
            (layers["generation"] == generation) | layers["generation"].str.startswith(generation + "-")
        ]
        for carrier in carriers:
            own = of_generation.loc[of_generation["carrier"] == carrier, "geometry"]
            columns[(carrier, generation)] = own.to_numpy(object) if len(own) else None
        columns[(ANY, generation)] = (
            of_generation["geometry"].to_numpy(object) if len(of_generation) else None
        )
    return columns


def share_matrix(
    cells: pd.DataFrame,
    land: Polygons,
    columns: dict[tuple[str, str], Polygons | None],
    grid: Grid,
    full_mesh: bool = False,
    told: Callable[[str, str], None] = lambda carrier, generation: None,
) -> ShareMatrix:
    """Shares of every cell in every layer. cells: CELLS table; land: polygons of the study's land.

    full_mesh: the share of the whole cell, sea included, instead of its land.
    """
    shares, centres = {}, {}
    for key, polygons in columns.items():
        told(*key)
        shares[key], centres[key] = _one_layer(cells, land, polygons, grid, full_mesh)
    names = pd.MultiIndex.from_tuples(list(columns), names=["carrier", "generation"])
    return ShareMatrix(
        pd.DataFrame(np.column_stack(list(shares.values())), index=cells.index, columns=names),
        pd.DataFrame(np.column_stack(list(centres.values())), index=cells.index, columns=names),
    )


def _one_layer(
    cells: pd.DataFrame, land: Polygons, polygons: Polygons | None, grid: Grid, full_mesh: bool
) -> tuple[FloatArray, FloatArray]:
    """(share of land, centre covered) of each cell in one layer, float64[n]; NaN when nothing was published."""
    if polygons is None:
        unknown = np.full(len(cells), np.nan)
        return unknown, unknown
    place = cells["j"].to_numpy(), cells["i"].to_numpy()
    raw = np.round(covered_share(polygons, grid)[place], DECIMALS)
    centre = _centre_covered(raw, polygons, grid, *place)
    if full_mesh:
        return raw, centre
    land_share = cells["land_share"].to_numpy()
    share = raw.copy()
    coastal = land_share < WHOLE_LAND
    if coastal.any():
        # |layer ∩ land| = |layer| + |land| − |layer ∪ land|: the union is what the engine measures
        both = covered_share(np.concatenate([polygons, land]), grid)[place][coastal]
        inside = raw[coastal] + land_share[coastal] - both
        share[coastal] = np.round(np.clip(inside / land_share[coastal], 0.0, 1.0), DECIMALS)
    return share, centre


def _centre_covered(
    raw: FloatArray, polygons: Polygons, grid: Grid, j: np.ndarray, i: np.ndarray
) -> FloatArray:
    """1.0 where the centre of the cell is inside; only cells that are partly covered need a look."""
    covered = (raw >= WHOLE_LAND).astype(float)
    partly = np.flatnonzero((raw > 0.0) & (raw < WHOLE_LAND))
    if len(partly):
        points = shapely.points(*grid.centres(i[partly], j[partly]))
        hits = shapely.STRtree(points).query(polygons, predicate="intersects")[1]
        covered[partly[hits]] = 1.0
    return covered
