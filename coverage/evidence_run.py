"""The steps of a run that concern the ground: reading its files, judging them, replacing shares where asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.evidence import judged, no_tests, no_verdicts, verdicts
from coverage.evidence_override import CHANGES, changes, overridden
from coverage.evidence_summary import evidence_summary
from coverage.gaps import ANY
from coverage.matrix import ShareMatrix, layers_by_column, share_matrix
from coverage.source_tables import last_day
from geodata.errors import Text
from geodata.schema import EVIDENCE, check
from geodata.sources import field_tests, site_reports

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.inputs import Inputs
    from coverage.study import Study
    from geodata.grid import Grid

Told = Callable[[Text], None]


def read_evidence(study: Study, grid: Grid, keep: Any, told: Told) -> gpd.GeoDataFrame | None:
    """EVIDENCE in the grid's CRS from the study's files, None without [evidence]. keep: inputs._keep of the reports."""
    wanted = study.evidence
    if wanted is None:
        return None
    told(Text("現地測定・報告を読んでいます", "reading what was measured and reported on the ground"))
    names = wanted.names({carrier.key: carrier.name for carrier in study.carriers})
    tables = []
    if wanted.field_tests:
        table, found = field_tests.read([study.path(name) for name in wanted.field_tests], carriers=names)
        keep(found, "measurement", field_tests, wanted)
        tables.append(table)
    if wanted.site_reports:
        photos = study.path(wanted.photos) if wanted.photos else None
        table, found = site_reports.read(
            [study.path(name) for name in wanted.site_reports], carriers=names, photos=photos
        )
        keep(found, "measurement", site_reports, wanted)
        tables.append(table)
    joined: gpd.GeoDataFrame = pd.concat(tables).to_crs(grid.crs)
    return check(EVIDENCE, joined)  # type: ignore[return-value]


def tests_of(study: Study, inputs: Inputs, cells: pd.DataFrame) -> gpd.GeoDataFrame:
    """evidence.judged of what was read; no rows without [evidence]."""
    if study.evidence is None or inputs.evidence is None:
        return no_tests(inputs.grid.crs)
    return judged(
        inputs.evidence, cells, inputs.layers, inputs.grid, study.evidence, study.generations,
        [str(kind) for kind in study.rules.kinds], last_day(study.about.fiscal_year),
    )  # fmt: skip


def as_measured(
    study: Study, inputs: Inputs, cells: pd.DataFrame, matrix: ShareMatrix, tests: gpd.GeoDataFrame
) -> tuple[ShareMatrix, pd.DataFrame]:
    """(the shares to go on with, evidence_override.changes). Only mode = "override" changes any."""
    if study.evidence is None or study.evidence.mode != "override" or tests.empty:
        return matrix, pd.DataFrame(columns=list(CHANGES))
    land = inputs.municipalities.loc[inputs.municipalities.index.isin(inputs.in_study)].geometry.to_numpy()

    def union(index: pd.Index, carriers: list[str], generation: str) -> tuple[np.ndarray, np.ndarray]:
        members = layers_by_column(inputs.layers, carriers, [generation], study.rules.kinds)
        column = {(ANY, generation): members[ANY, generation]}
        full = study.rules.mesh_area == "full"
        made = share_matrix(cells.loc[index], land, inputs.layers, column, inputs.grid, full)
        return made.shares.to_numpy()[:, 0], made.centre_covered.to_numpy()[:, 0]

    changed = changes(matrix, tests, cells, study.evidence)
    return overridden(matrix, changed, study.carrier_keys, union), changed


def verdicts_of(study: Study, tests: gpd.GeoDataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """evidence.verdicts by zone; no rows without [evidence]. cells: with zone_id."""
    return no_verdicts() if study.evidence is None else verdicts(tests, cells, study.evidence)


def ground_facts(
    study: Study, tests: pd.DataFrame, found: pd.DataFrame, changed: pd.DataFrame
) -> dict[str, dict[str, Any]]:
    """{"evidence": evidence_summary}, empty without [evidence], so that studies without stay as they are."""
    if study.evidence is None:
        return {}
    return {"evidence": evidence_summary(tests, found, changed, study.evidence)}


def told_briefly(facts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """ground_facts without the list of every share that was replaced, which provenance keeps."""
    return {
        name: {key: value for key, value in told.items() if key != "replaced"} for name, told in facts.items()
    }
