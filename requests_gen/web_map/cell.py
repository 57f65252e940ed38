"""What is known of a place on the map: the mesh code and the values of its cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geodata.areas import in_degrees

if TYPE_CHECKING:
    from coverage.result import Result


@dataclass(frozen=True)
class CellValues:
    """One cell. None = unknown, which is never zero.

    people are persons, households a count; `shares` and `not_spot` by what result.shares and result.gaps hold:
    {(carrier or "any", generation): 0..1 of the cell's land}, {generation: none, partial, complete, unknown}.
    """

    cell_id: str
    municipality_id: str
    municipality: str
    zone_id: str  # "" where the cell belongs to no zone
    land_share: float
    population: float | None
    population_65plus: float | None
    households: float | None
    shares: dict[tuple[str, str], float | None]
    not_spot: dict[str, str]


def cell_at(result: Result, lon: float, lat: float) -> CellValues | None:
    """The study's cell at a place in degrees (WGS84), None where it has none: the sea, another prefecture."""
    x, y = _in_grid(lon, lat, result.grid.crs)
    at = int(result.grid.rows_at(result.cells, x, y)[0])
    if at < 0:
        return None
    row, shares, gaps = result.cells.iloc[at], result.shares.iloc[at], result.gaps.iloc[at]
    town = str(row["municipality_id"])
    return CellValues(
        cell_id=str(result.cells.index[at]),
        municipality_id=town,
        municipality=str(result.municipalities["name"].get(town, "")),
        zone_id=str(row["zone_id"]),
        land_share=float(row["land_share"]),
        population=_known(row["population"]),
        population_65plus=_known(row["population_65plus"]),
        households=_known(row["households"]),
        shares={(str(carrier), str(g)): _known(share) for (carrier, g), share in shares.items()},
        not_spot={g: str(gaps[f"not_spot_{g}"]) for g in result.study.generations},
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _in_grid(lon: float, lat: float, crs: str) -> tuple[float, float]:
    if in_degrees(crs):
        return lon, lat
    from pyproj import Transformer

    x, y = Transformer.from_crs("EPSG:4326", crs, always_xy=True).transform(lon, lat)
    return float(x), float(y)
