"""The field evidence that a study reads: what was measured, and what people reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from coverage import steps
from coverage.inputs.readers import Measured, read_files
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.schema import EVIDENCE, check

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study import Study
    from geodata.grid import Grid


def read_evidence(study: Study, grid: Grid, reports: list[IntakeReport], progress: Progress) -> gpd.GeoDataFrame | None:
    """EVIDENCE in the grid's CRS from the study's files, None without [evidence]; their reports are added to `reports`."""
    spec = study.evidence
    if spec is None:
        return None
    progress(steps.EVIDENCE)
    names = spec.names({carrier.key: carrier.name for carrier in study.carriers})
    photos = study.path(spec.photos) if spec.photos else None
    tables = []
    for files, measured in (
        (spec.field_tests, Measured("field_tests", names, credit=spec.credit, most_error_m=spec.most_error_m)),
        (spec.site_reports, Measured("site_reports", names, photos, spec.credit)),
    ):
        if files:
            table, found = read_files(measured, [study.path(name) for name in files])
            reports += found
            tables.append(table)
    joined: gpd.GeoDataFrame = pd.concat(tables).to_crs(grid.crs)
    return check(EVIDENCE, joined)  # type: ignore[return-value]
