"""The steps of a run that concern the ground: reading its files, judging them, replacing shares where asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.evidence.judging import evidence_summary, judged, no_tests, no_verdicts, verdicts
from coverage.evidence.override import CHANGES, changes, overridden
from coverage.gaps import ANY
from coverage.matrix import ShareMatrix, layers_by_column, share_matrix
from coverage.study import last_day

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.input_tables import Inputs
    from coverage.study import Study


def tests_of(study: Study, inputs: Inputs, cells: pd.DataFrame) -> gpd.GeoDataFrame:
    """evidence.judged of what was read; no rows without [evidence]."""
    if study.evidence is None or inputs.evidence is None:
        return no_tests(inputs.grid.crs)
    return judged(
        inputs.evidence,
        cells,
        inputs.layers,
        inputs.grid,
        study.evidence,
        study.generations,
        [str(kind) for kind in study.rules.kinds],
        last_day(study.about.fiscal_year),
    )


def as_measured(
    study: Study, inputs: Inputs, cells: pd.DataFrame, matrix: ShareMatrix, tests: gpd.GeoDataFrame
) -> tuple[ShareMatrix, pd.DataFrame]:
    """(the shares to go on with, override.changes). Only mode = "override" changes any."""
    if study.evidence is None or study.evidence.mode != "override" or tests.empty:
        return matrix, pd.DataFrame(columns=list(CHANGES))
    land = inputs.municipalities.loc[inputs.municipalities.index.isin(inputs.in_study)].geometry.to_numpy()

    def union(index: pd.Index, carriers: list[str], generation: str) -> tuple[np.ndarray, np.ndarray]:
        members = layers_by_column(inputs.layers, carriers, [generation], study.rules.kinds)
        column = {(ANY, generation): members[ANY, generation]}
        if not members[ANY, generation].published:
            return np.zeros(len(index)), np.zeros(len(index))
        full = study.rules.mesh_area == "full"
        made = share_matrix(cells.loc[index], land, inputs.layers, column, inputs.grid, full)
        return made.shares.to_numpy()[:, 0], made.centre_covered.to_numpy()[:, 0]

    changed = changes(matrix, tests, cells, study.evidence)
    return overridden(matrix, changed, study.carrier_keys, union), changed


def verdicts_of(study: Study, tests: gpd.GeoDataFrame, cells: pd.DataFrame) -> pd.DataFrame:
    """evidence.verdicts by zone; no rows without [evidence]. cells: with zone_id."""
    return no_verdicts() if study.evidence is None else verdicts(tests, cells, study.evidence)


def field_evidence_facts(study: Study, tests: pd.DataFrame, found: pd.DataFrame, changed: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """{"evidence": the summary of judging.py}, empty without [evidence], so that studies without stay as they are."""
    if study.evidence is None:
        return {}
    return {"evidence": evidence_summary(tests, found, changed, study.evidence)}


def brief_as_dict(facts: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """field_evidence_facts without the list of every share that was replaced, which provenance keeps."""
    return {name: {key: value for key, value in told.items() if key != "replaced"} for name, told in facts.items()}
