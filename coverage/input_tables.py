"""Inputs: everything a study reads, checked, in one CRS."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from coverage.zones import urgency
from geodata.grid import Grid
from geodata.report import IntakeReport
from geodata.schema import Population
from geodata.terrain import Terrain

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass
class Inputs:
    """Everything a study reads, checked, in the CRS of `grid`; `reports` says how each file went."""

    population: Population
    municipalities: gpd.GeoDataFrame
    in_study: frozenset[str]
    settlements: gpd.GeoDataFrame | None
    sources: urgency.SourceTables
    layers: gpd.GeoDataFrame
    grid: Grid
    zone_ids: pd.DataFrame
    reports: list[IntakeReport] = field(default_factory=list)
    own_values: list[tuple[str, pd.DataFrame, IntakeReport]] = field(default_factory=list)
    evidence: gpd.GeoDataFrame | None = None
    terrain: Terrain | None = None  # opened where it is asked
    water: gpd.GeoDataFrame | None = None  # WATER; None where the study gives none
