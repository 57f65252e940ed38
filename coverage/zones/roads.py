"""Roads outside coverage: how far, which class, whose layer lacks, and in which zone.

Lengths are of the road itself inside or outside the union of the polygons (coverage/share/lines.py), not of the
cells it runs through. A road and a home are left out in the same place: the cell that a piece lies in gives
it to a zone. What at least one carrier leaves out lies outside the ground that the areas of all carriers share: where two
leave out different stretches of one road, both count, and a stretch that both leave out counts once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from coverage.gaps import ANY
from coverage.share import Edges, LinePieces, Stretches, common_shares, covered_stretches, joined_edges, line_pieces
from geodata.areas import lengths_m
from geodata.grid import FloatArray, Grid
from geodata.schema import ROAD_CLASSES

Key = tuple[str, str]  # (carrier, "any" or SOME; generation)
SOME = "some-carrier"  # left out by at least one carrier that published; a hyphen, which no carrier's key has

MAJOR_ROADS = ("expressway", "national", "prefectural")  # 県道以上 (docs/score.md)
M_IN_KM = 1000.0
EMERGENCY, APART = "yes", "apart"  # apart: counts as an emergency road, and not once more among 県道以上
NOISE = 1e-9  # of a share


@dataclass(frozen=True)
class RoadLengths:
    """Roads in the cells of a study.

    km: length by (cell_id, road_class, emergency); uncovered: the same index, km outside each layer, columns
    (carrier, generation), ("any", generation): outside all of them, and (SOME, generation): outside at least one of
    those that were published; NaN where nothing was, or where nobody knows. outside_km: length
    of the roads given that lies in no cell of the study (sea, neighbours). given: the classes that the sources
    speak of; a class not among them is unknown, not zero. emergency_known: whether anything says which roads
    are for emergency transport.
    """

    km: pd.Series
    uncovered: pd.DataFrame
    outside_km: float
    given: frozenset[str]
    emergency_known: bool
    published: frozenset[Key]


def road_lengths(
    roads: pd.DataFrame,
    cells: pd.DataFrame,
    grid: Grid,
    layers: Mapping[Key, Sequence[Edges]],
    given: frozenset[str],
    unknown: Mapping[Key, Sequence[Edges]] | None = None,
) -> RoadLengths:
    """Measure ROADS (in the grid's CRS) in every cell and against every layer.

    layers: edges of the polygons of each column, [] where nothing was published (as matrix.layers_by_column);
    given: the classes that the sources of `roads` hold; unknown: edges of the polygons of each column of which nobody
    knows whether they are covered: where that makes a difference what is left out is NaN.
    """
    if unexpected := given - set(ROAD_CLASSES):
        raise ValueError(f"unknown road classes: {sorted(unexpected)}")
    pieces = line_pieces(roads["geometry"], grid)
    km = (
        lengths_m(
            grid.west + pieces.x0 * grid.dx,
            grid.south + pieces.y0 * grid.dy,
            grid.west + pieces.x1 * grid.dx,
            grid.south + pieces.y1 * grid.dy,
            grid.crs,
        )
        / M_IN_KM
    )
    row_of_cell = np.full(grid.shape, -1, np.int64)
    row_of_cell[cells["j"].to_numpy(), cells["i"].to_numpy()] = np.arange(len(cells))
    row = row_of_cell[pieces.j, pieces.i]
    inside = np.flatnonzero(row >= 0)
    of_study = pieces.at(inside)
    shares = _shares_outside(of_study, layers, unknown or {})
    lacking = {key: km[inside] * share for key, share in shares.items()}
    table = pd.DataFrame(
        {
            "cell_id": cells.index.to_numpy()[row[inside]],
            "road_class": roads["road_class"].to_numpy()[of_study.line],
            "emergency": roads["emergency"].to_numpy()[of_study.line],
            "km": km[inside],
        }
    )
    by = ["cell_id", "road_class", "emergency"]
    left_out, groups = pd.DataFrame(lacking, index=table.index), [table[name] for name in by]
    measured = left_out.groupby(groups).sum(min_count=1).mask(left_out.isna().groupby(groups).any())
    measured.columns = pd.MultiIndex.from_tuples(list(lacking), names=["carrier", "generation"])
    return RoadLengths(
        table.groupby(by)["km"].sum(),
        measured,
        float(_total_km(roads, grid) - km[inside].sum()),
        given,
        bool((roads["emergency"] != "").any()),
        frozenset(key for key, edges in layers.items() if edges or (unknown or {}).get(key)),
    )


class _Inside(NamedTuple):
    """Where one layer covers the pieces: surely, and with the polygons of which nobody knows (the same without any)."""

    surely: Stretches
    at_most: Stretches


def _shares_outside(
    pieces: LinePieces, layers: Mapping[Key, Sequence[Edges]], unknown: Mapping[Key, Sequence[Edges]]
) -> dict[Key, FloatArray]:
    """Share of each piece outside each of `layers`, and under SOME outside at least one carrier's; float64[n] each.

    NaN where it depends on the unknown polygons, or nothing was published: what one carrier surely leaves out is known
    whatever another one's unknown polygons turn out to be.
    """
    n = len(pieces.line)
    inside = {key: _inside(pieces, edges, unknown.get(key, ())) for key, edges in layers.items()}
    outside = {key: np.full(n, np.nan) if one is None else _outside([one], n) for key, one in inside.items()}
    for generation in dict.fromkeys(generation for _, generation in layers):
        spoken = [one for (carrier, part), one in inside.items() if one is not None and part == generation and carrier != ANY]
        outside[SOME, generation] = _outside(spoken, n) if spoken else np.full(n, np.nan)
    return outside


def _inside(pieces: LinePieces, covered: Sequence[Edges], unknown: Sequence[Edges]) -> _Inside | None:
    """Where a layer covers the pieces; None where nothing was published."""
    if not covered and not unknown:
        return None
    nothing = Stretches(np.zeros(0, np.int64), np.zeros(0), np.zeros(0))
    surely = covered_stretches(pieces, joined_edges(list(covered))) if covered else nothing
    return _Inside(surely, covered_stretches(pieces, joined_edges([*covered, *unknown])) if unknown else surely)


def _outside(layers: Sequence[_Inside], n: int) -> FloatArray:
    """Share of each of `n` pieces outside at least one of the layers, float64[n]; NaN where that hangs on the unknown."""
    surely = common_shares([one.surely for one in layers], n)
    if all(one.at_most is one.surely for one in layers):
        return 1.0 - surely
    return np.where(common_shares([one.at_most for one in layers], n) - surely > NOISE, np.nan, 1.0 - surely)


def _total_km(roads: pd.DataFrame, grid: Grid) -> float:
    """Length of all roads, whether in the grid or not."""
    import shapely

    xy, line = shapely.get_coordinates(roads["geometry"].to_numpy(object), return_index=True)
    parts = np.flatnonzero(line[1:] == line[:-1])
    (x0, y0), (x1, y1) = xy[parts].T, xy[parts + 1].T
    return float(lengths_m(x0, y0, x1, y1, grid.crs).sum() / M_IN_KM)


def lacking_road_cells(lengths: RoadLengths, carriers: list[str], generation: str, least_km: float) -> pd.Index:
    """cell_id of the cells where one carrier by itself leaves out at least `least_km` of major or emergency roads.

    Stretches that different carriers leave out are not added up here: a cell is a gap for somebody's customers.
    """
    worst = _worst(lengths, carriers, generation)[_major(lengths)]
    by_cell = worst.groupby(level="cell_id").sum(min_count=1)
    return by_cell.index[(by_cell >= least_km) & (by_cell > 0)]


def _worst(lengths: RoadLengths, carriers: list[str], generation: str) -> pd.Series:
    """km left out by the carrier that leaves out most of a cell and class; silent carriers say nothing, NaN when all are."""
    columns = [(carrier, generation) for carrier in carriers]
    return lengths.uncovered.reindex(columns=columns).max(axis=1)


def _major(lengths: RoadLengths) -> np.ndarray:
    """Which rows are 県道以上, or roads for emergency transport whoever keeps them; each road once."""
    classes = lengths.km.index.get_level_values("road_class")
    return np.asarray(classes.isin(MAJOR_ROADS) | (lengths.km.index.get_level_values("emergency") == EMERGENCY))


def road_needs(lengths: RoadLengths, zone_of_cell: pd.Series, zones: pd.Index, carriers: list[str], generation: str) -> pd.DataFrame:
    """What every zone lacks of roads in `generation`, km; index as `zones`. NaN = unknown, 0 = none lacking.

    zone_of_cell: zone_id by cell_id, "" where a cell is in no zone. Columns: `uncovered_road_km` (県道以上 and
    emergency roads that at least one carrier leaves out), `complete_road_km` (that all carriers leave out; NaN
    while one has not published), `emergency_road_km` (as the first, emergency roads alone), `road_km_<class>` (for each
    class) and `uncovered_road_km_<carrier>`. Carriers that published nothing in `generation` say nothing.
    """
    some, major = lengths.uncovered.reindex(columns=[(SOME, generation)]).iloc[:, 0], _major(lengths)
    published = [carrier for carrier in carriers if (carrier, generation) in lengths.published]
    any_carrier = lengths.uncovered.reindex(columns=[(ANY, generation)]).iloc[:, 0]

    def by_zone(values: pd.Series, rows: np.ndarray, is_known: bool) -> pd.Series:
        if not is_known:
            return pd.Series(np.nan, index=zones)
        values = values[rows]
        zone = zone_of_cell.reindex(values.index.get_level_values("cell_id")).fillna("").to_numpy()
        open_ = values.isna().groupby(zone).any().reindex(zones, fill_value=False)
        return values.groupby(zone).sum().reindex(zones).fillna(0.0).mask(open_)

    classes = lengths.km.index.get_level_values("road_class")
    emergency = np.asarray(lengths.km.index.get_level_values("emergency").isin([EMERGENCY, APART]))
    known = bool(published)
    major_known = known and set(MAJOR_ROADS[1:]) <= lengths.given
    table = {
        "uncovered_road_km": by_zone(some, major, major_known),
        "complete_road_km": by_zone(any_carrier, major, major_known and published == list(carriers)),
        "emergency_road_km": by_zone(some, emergency, known and lengths.emergency_known),
    }
    for road_class in ROAD_CLASSES:
        table[f"road_km_{road_class}"] = by_zone(some, np.asarray(classes == road_class), known and road_class in lengths.given)
    for carrier in carriers:
        lacks = lengths.uncovered.reindex(columns=[(carrier, generation)]).iloc[:, 0]
        table[f"uncovered_road_km_{carrier}"] = by_zone(lacks, major, major_known and carrier in published)
    return pd.DataFrame(table, index=zones)
