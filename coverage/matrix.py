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
from coverage.share import Edges, polygon_edges, share_of
from geodata.grid import FloatArray, Grid
from geodata.inside import any_contains

Key = tuple[str, str]  # (carrier or "any", generation)

WHOLE_LAND = 1.0 - 1e-9
DECIMALS = 10  # float noise of 1e-12 would otherwise leave 1e-11 of a person uncovered
NOISE = 1e-9  # of a share: where two unions differ by more they are not the same


@dataclass(frozen=True)
class Members:
    """Row numbers in `layers` behind one column: one array per published layer.

    covered: rows that say the place is covered; unknown: rows of which nobody knows. Published is what has any,
    be it a row without an area (the carrier serves nothing here); both are empty where nothing was published.
    """

    covered: list[np.ndarray]
    unknown: list[np.ndarray]

    @property
    def published(self) -> bool:
        """Whether the carrier (for "any": one of them) published something."""
        return bool(self.covered or self.unknown)

    @property
    def rows(self) -> np.ndarray:
        """All rows that are covered, int64[n]."""
        return np.concatenate(self.covered) if self.covered else np.empty(0, np.int64)


@dataclass(frozen=True)
class ShareMatrix:
    """shares, centre_covered: index cell_id, columns (carrier, generation) and ("any", generation).

    shares: share of the cell's land inside the union of the layer's polygons, 0..1. centre_covered: 1.0 where the
    cell's centre lies inside, else 0.0. Both NaN where the carrier published nothing, and where a polygon of which
    nobody knows would change them.
    """

    shares: pd.DataFrame
    centre_covered: pd.DataFrame


def layers_by_column(layers: pd.DataFrame, carriers: list[str], generations: list[str], kinds: Iterable[str]) -> dict[Key, Members]:
    """The rows of `layers` behind each column.

    layers: LAYERS table; without `says`, as kept by earlier versions, all of it is covered. "5G" holds the parts of
    5G too ("5G-sub6" …). Only `kinds` count.
    """
    counted = layers["kind"].isin(list(kinds)).to_numpy()
    open_ = layers["says"].eq("unknown").to_numpy() if "says" in layers.columns else np.zeros(len(layers), bool)
    rows = {key: at[counted[at]] for key, at in layers.groupby(["carrier", "generation"]).indices.items()}
    columns: dict[Key, Members] = {}
    for generation in generations:
        for carrier in carriers:
            mine = [
                at
                for (owner, part), at in sorted(rows.items())
                if owner == carrier and (part == generation or part.startswith(generation + "-"))
            ]
            columns[carrier, generation] = Members(
                [at[~open_[at]] for at in mine if (~open_[at]).any()], [at[open_[at]] for at in mine if open_[at].any()]
            )
        own = [columns[carrier, generation] for carrier in carriers]
        columns[ANY, generation] = Members([at for m in own for at in m.covered], [at for m in own for at in m.unknown])
    return columns


def share_matrix(
    cells: pd.DataFrame,
    land: np.ndarray,
    layers: pd.DataFrame,
    columns: dict[Key, Members],
    grid: Grid,
    full_mesh: bool = False,
    progress: Callable[[str, str], None] = lambda carrier, generation: None,
) -> ShareMatrix:
    """Shares of every cell in every column of layers_by_column.

    cells: CELLS table; land: polygons of the study's land; layers: LAYERS table; all in the grid's CRS and
    repaired. full_mesh: the share of the whole cell, sea included, instead of its land. Where it matters whether a
    polygon of which nobody knows is covered, the share is NaN: "any" is known where some carrier covers it anyhow.
    """
    shapes = layers["geometry"].to_numpy(object)
    study = _Cells(cells, polygon_edges(land, grid, repaired=True), grid, full_mesh)
    # every polygon is decoded and measured once; a carrier's column and the union use the same edges
    parts = {at.tobytes(): at for members in columns.values() for at in (*members.covered, *members.unknown)}
    edges = {name: polygon_edges(shapes[at], grid, repaired=True) for name, at in parts.items()}
    alone = {name: study.share_of_cell([edges[name]], []) for name in edges}
    points = shapely.points(*grid.centres(cells["i"].to_numpy(), cells["j"].to_numpy()))
    centres = {name: _centres_inside(shapes[at], points, alone[name]) for name, at in parts.items()}

    def measured(members: list[np.ndarray]) -> tuple[FloatArray, FloatArray]:
        """(shares, centres) of the union of some parts; 0 without any."""
        names = [at.tobytes() for at in members]
        if not names:
            return np.zeros(len(cells)), np.zeros(len(cells))
        shares = study.share_of_land([edges[name] for name in names], [alone[name] for name in names])
        return shares, np.asarray(np.max([centres[name] for name in names], axis=0), np.float64)

    shares, centre = {}, {}
    for key, members in columns.items():
        progress(*key)
        shares[key], centre[key] = measured(members.covered) if members.published else (np.full(len(cells), np.nan),) * 2
        if members.unknown:
            at_most = measured([*members.covered, *members.unknown])
            shares[key], centre[key] = (
                np.where(most - known > NOISE, np.nan, known) for most, known in zip(at_most, (shares[key], centre[key]), strict=True)
            )
    names_of = pd.MultiIndex.from_tuples(list(columns), names=["carrier", "generation"])
    return ShareMatrix(
        pd.DataFrame(np.column_stack(list(shares.values())), index=cells.index, columns=names_of),
        pd.DataFrame(np.column_stack(list(centre.values())), index=cells.index, columns=names_of),
    )


@dataclass(frozen=True)
class _Cells:
    """The cells that shares are asked for, and the land they are shares of."""

    table: pd.DataFrame
    land: Edges
    grid: Grid
    full_mesh: bool

    def share_of_cell(self, edges: list[Edges], alone: list[FloatArray]) -> FloatArray:
        """Share of each whole cell inside the union of `edges`, float64[n].

        alone: the share inside each of them, where known already. Then only cells that several cover in
        part are measured again: where one covers all the union is 1, where one covers anything it is that one.
        """
        if not alone:
            return self._measured(edges, np.ones(len(self.table), bool))
        several = np.array(alone)
        share = several.max(axis=0)
        mixed = (share < 1.0) & ((several > 0.0).sum(axis=0) > 1)
        share[mixed] = self._measured(edges, mixed)[mixed]
        return np.asarray(share, np.float64)

    def share_of_land(self, edges: list[Edges], alone: list[FloatArray]) -> FloatArray:
        """Share of each cell's land inside the union of `edges`, float64[n]; NaN when nothing was published."""
        if not edges:
            return np.full(len(self.table), np.nan)
        share = self.share_of_cell(edges, alone)
        land_share = self.table["land_share"].to_numpy()
        coastal = (land_share < WHOLE_LAND) & (share > 0.0) & (share < 1.0)
        if not self.full_mesh and coastal.any():
            # |layer ∩ land| = |layer| + |land| − |layer ∪ land|: the union is what the engine measures
            union = self._measured([*edges, self.land], coastal)[coastal]
            share[coastal] = (share[coastal] + land_share[coastal] - union) / land_share[coastal]
        return np.asarray(np.round(np.clip(share, 0.0, 1.0), DECIMALS), np.float64)

    def _measured(self, edges: list[Edges], spec: np.ndarray) -> FloatArray:
        """Share of the `wanted` cells (bool[n]) inside the union of `edges`; meaningless elsewhere."""
        place = self.table["j"].to_numpy(), self.table["i"].to_numpy()
        mask = np.zeros(self.grid.shape, bool)
        mask[place[0][spec], place[1][spec]] = True
        return np.asarray(share_of(*edges, cells=mask)[place])


def _centres_inside(polygons: np.ndarray, centres: np.ndarray, share_of_cell: FloatArray) -> FloatArray:
    """1.0 where a cell's centre (object[n] of points) lies inside one of the polygons, else 0.0; float64[n].

    Only cells that are covered in part need a look.
    """
    inside = (share_of_cell >= WHOLE_LAND).astype(float)
    partly = np.flatnonzero((share_of_cell > 0.0) & (share_of_cell < WHOLE_LAND))
    inside[partly[any_contains(polygons, centres[partly])]] = 1.0
    return inside
