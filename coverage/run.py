"""The whole analysis, in order: from a study to its findings."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage import not_counted, steps
from coverage.cells import Cells, build_cells, land_area_m2, official_block
from coverage.evidence import as_measured, brief_as_dict, field_evidence_facts, tests_of, verdicts_of
from coverage.gaps import ANY, gap_table
from coverage.input_tables import Inputs
from coverage.inputs import read_inputs
from coverage.matrix import ShareMatrix, layers_by_column, share_matrix
from coverage.provenance import provenance
from coverage.questions import Asked, Context, facts_of, note_in, questions_of, reaches, stop, with_answers
from coverage.ranking import rank
from coverage.result import Result
from coverage.rules import RULES, Threshold, covered_weight
from coverage.study import Study
from coverage.summary import summarise
from coverage.totals import kept_totals
from coverage.zones import facilities, own_values, settlements, tables, urgency
from coverage.zones import roads as zones_roads
from geodata.areas import cell_area_m2
from geodata.progress import Progress, silent

if TYPE_CHECKING:
    import geopandas as gpd


def run(study: Study, progress: Progress = silent) -> Result:
    """The whole analysis, in order. `progress` hears a sentence at each step."""
    inputs = read_inputs(study, progress)
    cells = build_cells(inputs.population, inputs.municipalities, inputs.in_study, inputs.grid)
    not_counted.note_all(inputs, cells)
    context = Context(study, inputs, cells)
    questions = questions_of(context)
    stop(questions)
    matrix = _shares(study, inputs, cells, progress)
    questions += questions_of(replace(context, shares=matrix.shares))
    stop(questions)
    asked = with_answers(questions, study.answers)
    note_in(inputs.reports, asked)
    layers = _tell_reach(study, inputs, cells, matrix)
    tests = tests_of(study, inputs, cells.frame)
    matrix, replaced = as_measured(study, inputs, cells.frame, matrix, tests)
    land_m2 = land_area_m2(cells.frame, cell_area_m2(inputs.grid))
    block = official_block(cells.frame.index, inputs.population.level)
    weights = rule_weights(study, matrix, land_m2, block)
    gaps = _gaps(study, cells.frame, matrix, weights)
    frame, zones, ids = _zones(study, inputs, cells.frame, matrix, gaps, progress)
    zones = zones.assign(**{key: own_values.values_by_zone(zones, rows, report) for key, rows, report in inputs.own_values})
    progress(steps.RANKING)
    ranking = rank(zones, study.ranking.spec)
    found = verdicts_of(study, tests, frame)
    evidence_facts = field_evidence_facts(study, tests, found, replaced)
    summary = summarise(study, replace(cells, frame=frame), land_m2, weights, matrix.shares, gaps, ranking, zones)
    result = Result(
        study=study,
        grid=inputs.grid,
        cells=frame,
        memberships=cells.memberships,
        shares=matrix.shares,
        gaps=gaps,
        zones=zones,
        ranking=ranking,
        municipalities=inputs.municipalities,
        facilities=inputs.sources.facilities,
        layers=inputs.layers,
        zone_ids=ids,
        summary=summary
        | {"outside": not_counted.outside_facts(inputs, cells)}
        | layers
        | facts_of(asked, study.answers)
        | brief_as_dict(evidence_facts),
        reports=inputs.reports,
        provenance=provenance(study, inputs.reports) | evidence_facts,
        evidence=tests,
        verdicts=found,
    )
    return replace(result, summary=result.summary | {"figures": kept_totals(result)})


def _shares(study: Study, inputs: Inputs, cells: Cells, progress: Progress) -> ShareMatrix:
    columns = layers_by_column(inputs.layers, study.carrier_keys, study.generations, study.rules.kinds)
    land = inputs.municipalities.loc[inputs.municipalities.index.isin(inputs.in_study)].geometry.to_numpy()
    return share_matrix(
        cells.frame,
        land,
        inputs.layers,
        columns,
        inputs.grid,
        study.rules.mesh_area == "full",
        lambda carrier, generation: progress(steps.shares_step(carrier, generation)),
    )


def asked_of(study: Study, inputs: Inputs) -> list[Asked]:
    """What the gate asks a study of which `inputs` were read, as `run` asks it; nothing is raised or noted.

    For `kengai check` and the data page, which read a part of a study: where a question stops, no shares are made.
    """
    cells = build_cells(inputs.population, inputs.municipalities, inputs.in_study, inputs.grid)
    context = Context(study, inputs, cells)
    questions = questions_of(context)
    if len(inputs.layers) and all(question.kind == "ask" for question in questions):
        questions += questions_of(replace(context, shares=_shares(study, inputs, cells, silent).shares))
    return with_answers(questions, study.answers)


def _tell_reach(study: Study, inputs: Inputs, cells: Cells, matrix: ShareMatrix) -> dict[str, Any]:
    """The share of people that each layer covers: for summary.json, and in the reports of its files."""
    found = reaches(study, cells.frame, matrix.shares)
    for reach in found:
        for report in inputs.reports:
            whose = (report.facts.get("carrier"), report.facts.get("generation"))
            if report.kind == "coverage" and whose == (reach.carrier, reach.generation) and reach.share is not None:
                report.facts["people_covered_percent"] = round(100 * reach.share, 6)
    return {"layers": [reach.as_dict for reach in found]}


def rule_weights(study: Study, matrix: ShareMatrix, land_m2: pd.Series, block: pd.Series | None) -> dict[str, pd.DataFrame]:
    """{rule: how much of each cell's people counts as covered}, columns as the shares.

    land_m2: land of each cell; block: the official mesh that holds it (official_block).
    """
    threshold = Threshold(study.rules.threshold, study.rules.inclusive)
    return {
        rule: pd.DataFrame(
            {
                key: covered_weight(rule, matrix.shares[key], matrix.centre_covered[key], land_m2, block, threshold)
                for key in matrix.shares.columns
            }
        )
        for rule in RULES
    }


def _gaps(study: Study, frame: pd.DataFrame, matrix: ShareMatrix, weights: dict[str, pd.DataFrame]) -> pd.DataFrame:
    threshold = Threshold(study.rules.threshold, study.rules.inclusive)
    return pd.concat(
        [
            gap_table(frame, matrix.shares, weights[study.rules.gaps], study.carrier_keys, generation, threshold)
            for generation in study.generations
        ],
        axis=1,
    )


def _zones(
    study: Study, inputs: Inputs, frame: pd.DataFrame, matrix: ShareMatrix, gaps: pd.DataFrame, progress: Progress
) -> tuple[pd.DataFrame, gpd.GeoDataFrame, pd.DataFrame]:
    """(cells with zone_id, zones, all zone ids given so far)."""
    import geopandas as gpd

    progress(steps.ZONES)
    grid, main = inputs.grid, study.zones.generation
    facilities_in = facilities.facilities_by_cell(inputs.sources.facilities, frame, grid)
    main_shares = matrix.shares.xs(main, axis=1, level="generation")
    roads = urgency.roads_in_cells(study, inputs.sources, frame, inputs.layers, grid)
    gap = tables.gap_cells(frame, main_shares, facilities_in, study.carrier_keys, study.zones.least_uncovered_share)
    if roads is not None:
        least = study.zones.least_road_km
        gap |= gap.index.isin(zones_roads.lacking_road_cells(roads, study.carrier_keys, main, least))
    names = inputs.municipalities["name"]
    places = _places(study, inputs, frame, gap, names)
    needed = places.table.loc[sorted(set(places.of_cell[gap]))]
    ids = tables.assign_ids(needed, inputs.zone_ids, study.about.fiscal_year)
    frame = frame.assign(zone_id=tables.zone_of_cells(gap, places.of_cell, frame["municipality_id"], ids))
    table = tables.zone_table(frame, gaps, ids, names, study.carrier_keys, study.generations, main, matrix.shares)
    points = tables.zone_points(frame, grid)
    further = urgency.urgency(study, inputs.sources, frame, roads, points, table.index, grid)
    table = table.join(further).assign(
        x=points["x"],
        y=points["y"],
        nearest_coverage_km=tables.nearest_coverage_km(points, frame, main_shares[ANY], grid, study.about.metric_crs),
    )
    return (frame, gpd.GeoDataFrame(table, geometry=tables.zone_shapes(frame, grid).reindex(table.index), crs=grid.crs), ids)


def _places(study: Study, inputs: Inputs, frame: pd.DataFrame, gap: pd.Series, names: pd.Series) -> settlements.Places:
    if inputs.settlements is None or study.zones.unit == "contiguous":
        return settlements.assign_contiguous(frame, gap, names, inputs.grid)
    return settlements.assign_settlements(frame, inputs.settlements, names, inputs.grid, study.about.metric_crs)
