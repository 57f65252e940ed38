"""Result: everything a study finds."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.evidence import no_tests, no_verdicts
from coverage.study import Study
from coverage.zones import facilities as zones_facilities
from geodata.grid import Grid
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Result:
    """Everything a study finds. Frames are as geodata/schema.py says; geometries are in `grid.crs`."""

    study: Study
    grid: Grid
    cells: pd.DataFrame
    memberships: pd.DataFrame
    shares: pd.DataFrame
    gaps: pd.DataFrame
    zones: gpd.GeoDataFrame
    ranking: pd.DataFrame
    municipalities: gpd.GeoDataFrame
    facilities: gpd.GeoDataFrame
    layers: gpd.GeoDataFrame
    zone_ids: pd.DataFrame
    summary: dict[str, Any]
    reports: list[IntakeReport]
    provenance: dict[str, Any]
    evidence: gpd.GeoDataFrame = field(default_factory=lambda: no_tests(CRS_GEOGRAPHIC))  # evidence.judged
    verdicts: pd.DataFrame = field(default_factory=no_verdicts)  # evidence.verdicts

    @cached_property
    def places(self) -> gpd.GeoDataFrame:
        """`facilities` with each place once in each role (drop_duplicate_places): what is counted, listed and drawn."""
        return zones_facilities.drop_duplicate_places(self.facilities)
