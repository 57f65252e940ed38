"""The field evidence that a study reads: what was measured, and what people reported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from geodata.errors import Text
from geodata.progress import Progress
from geodata.schema import EVIDENCE, check
from geodata.sources import field_tests, site_reports

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study import Study
    from geodata.grid import Grid


def read_evidence(study: Study, grid: Grid, keep: Any, progress: Progress) -> gpd.GeoDataFrame | None:
    """EVIDENCE in the grid's CRS from the study's files, None without [evidence]. keep: inputs._keep of the reports."""
    spec = study.evidence
    if spec is None:
        return None
    progress(Text("現地測定・報告を読んでいます", "reading what was measured and reported on the ground"))
    names = spec.names({carrier.key: carrier.name for carrier in study.carriers})
    tables = []
    if spec.field_tests:
        table, found = field_tests.read([study.path(name) for name in spec.field_tests], carriers=names)
        keep(found, "measurement", field_tests, spec)
        tables.append(table)
    if spec.site_reports:
        photos = study.path(spec.photos) if spec.photos else None
        table, found = site_reports.read([study.path(name) for name in spec.site_reports], carriers=names, photos=photos)
        keep(found, "measurement", site_reports, spec)
        tables.append(table)
    joined: gpd.GeoDataFrame = pd.concat(tables).to_crs(grid.crs)
    return check(EVIDENCE, joined)  # type: ignore[return-value]
