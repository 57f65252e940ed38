"""The summary: people and land covered, uncovered and unknown, by rule, generation, carrier, municipality.

Every three figures add up to all the people of the cells whose people are known; where the people of some cell are not
known (no file was read for it), no population coverage is given. Both unions are told: `any_carrier` (a place where
any phone works) and `best_carrier` (the single carrier that reaches most people, SDG 9.c.1).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from coverage.cells import Cells
from coverage.gaps import ANY, NOT_SPOT
from coverage.ranking import not_available
from coverage.rules import RULES, Count, count_by
from coverage.study import Study


def group_numbers(municipality_id: pd.Series) -> tuple[np.ndarray, list[str]]:
    """int[n] number of each cell's municipality, and the municipalities in order of their code."""
    names = sorted(set(municipality_id) - {""})
    return pd.Categorical(municipality_id, categories=names).codes.astype(np.int64), names


def coverage_figures(
    people: np.ndarray,
    land_m2: np.ndarray,
    group: np.ndarray,
    groups: int,
    weights: dict[str, pd.DataFrame],
    shares: pd.DataFrame,
    carriers: list[str],
    generations: list[str],
) -> list[dict[str, Any]]:
    """{generation: {rule: {carrier: figures}}} of each group. people, land_m2: float64[n] by cell.

    weights: {rule: frame with the columns of `shares`}, the weight of covered_weight.
    """
    out: list[dict[str, Any]] = [{} for _ in range(groups)]
    silent = np.bincount(group[np.isnan(people) & (group >= 0)], minlength=groups) > 0
    for generation in generations:
        unpublished = [c for c in carriers if shares[(c, generation)].isna().all()]
        land = {c: count_by(group, groups, land_m2, shares[(c, generation)].to_numpy()) for c in [*carriers, ANY]}
        for rule in RULES:
            counts = {c: count_by(group, groups, people, weights[rule][(c, generation)].to_numpy()) for c in [*carriers, ANY]}
            for number, figures in enumerate(out):
                figures.setdefault(generation, {})[rule] = _one_group(counts, land, number, carriers, unpublished, bool(silent[number]))
    return out


def _one_group(
    counts: dict[str, Count], land: dict[str, Count], number: int, carriers: list[str], unpublished: list[str], silent: bool
) -> dict[str, Any]:
    figures = {c: _figures(counts[c], land[c], number, silent) for c in carriers}
    union = _figures(counts[ANY], land[ANY], number, silent)
    figures["any_carrier"] = _with_silent(union, unpublished, silent)
    published = [c for c in carriers if c not in unpublished]
    if published:
        best = max(published, key=lambda c: figures[c]["covered"])  # the first of equals, in the study's order
        figures["best_carrier"] = {**_with_silent(figures[best], unpublished, silent, best=True), "carrier": best}
    else:
        figures["best_carrier"] = {**union, "carrier": None}
    return figures


def _figures(people: Count, land: Count, number: int, silent: bool) -> dict[str, Any]:
    """silent: the people of some cell of the group are not known, so that no share of all its people is."""
    covered, uncovered, unknown = (float(part[number]) for part in (people.covered, people.uncovered, people.unknown))
    m2 = [float(part[number]) for part in (land.covered, land.uncovered, land.unknown)]
    return {
        "covered": covered,
        "uncovered": uncovered,
        "unknown": unknown,
        "population_coverage": None if silent else share_of(covered, covered + uncovered + unknown, unknown),
        "area_coverage": share_of(m2[0], sum(m2), m2[2]),
    }


def share_of(part: float, whole: float, unknown: float) -> float | None:
    """part ÷ whole, or None where something is unknown or there is nothing to divide by."""
    return part / whole if whole > 0 and unknown == 0 else None


def _with_silent(figures: dict[str, Any], unpublished: list[str], silent: bool, best: bool = False) -> dict[str, Any]:
    """Where a carrier has published nothing, whom the others leave out is unknown, not uncovered.

    What the published carriers alone say stays readable: `published_uncovered`, `population_coverage_at_least`.
    silent: the people of some cell are not known.
    """
    total = figures["covered"] + figures["uncovered"] + figures["unknown"]
    told = {
        "published_uncovered": figures["uncovered"],
        "population_coverage_at_least": figures["covered"] / total if total > 0 and not silent else None,
        "not_published": unpublished,
    }
    if not unpublished or best:
        # the best single carrier is the best of those that published; its own figures are known
        return {**figures, **told}
    return {
        **figures,
        "uncovered": 0.0,
        "unknown": figures["unknown"] + figures["uncovered"],
        "population_coverage": None,
        "area_coverage": None,
        **told,
    }


def rule_spread(figures: dict[str, Any]) -> dict[str, Any]:
    """{generation: {carrier: [lowest, highest covered people over the rules]}}: how much the rule decides."""
    spread: dict[str, Any] = {}
    for generation, by_rule in figures.items():
        carriers = next(iter(by_rule.values()))
        spread[generation] = {
            carrier: [
                min(by_rule[rule][carrier]["covered"] for rule in by_rule),
                max(by_rule[rule][carrier]["covered"] for rule in by_rule),
            ]
            for carrier in carriers
        }
    return spread


def not_spot_people(population: pd.Series, not_spot: pd.Series) -> dict[str, float]:
    """People by class of their cell; all classes, in order, adding up to all the known people."""
    sums = population.groupby(not_spot).sum()
    return {name: float(sums.get(name, 0.0)) for name in NOT_SPOT}


def _persons(people: float) -> float:
    """A difference of sums without its float noise (1e-10 of a person)."""
    return round(people, 6) + 0.0


def _own_people(cells: Cells) -> pd.DataFrame:
    """municipality_id, population of every cell, and once more of each part that is another municipality's (Cells.beside)."""
    whole = cells.frame[["municipality_id", "population"]]
    if cells.beside.empty:
        return whole
    taken = cells.beside["population"].groupby(level=0).sum().reindex(whole.index).fillna(0.0)
    return pd.concat([whole.assign(population=whole["population"] - taken), cells.beside])


def _by_municipality(
    study: Study, cells: Cells, land_m2: pd.Series, weights: dict[str, pd.DataFrame], shares: pd.DataFrame, names: list[str]
) -> list[dict[str, Any]]:
    """coverage_figures of each municipality, in the order of `names`."""
    people = _own_people(cells)
    group = pd.Categorical(people["municipality_id"], categories=names).codes.astype(np.int64)
    if not cells.beside.empty:
        at = people.index
        weights, shares = {rule: table.loc[at] for rule, table in weights.items()}, shares.loc[at]
        land_m2 = pd.concat([land_m2, pd.Series(0.0, index=cells.beside.index)])  # the land is counted with its cell
    return coverage_figures(
        people["population"].to_numpy(float), land_m2.to_numpy(), group, len(names), weights, shares, study.carrier_keys, study.generations
    )


def _population_facts(cells: Cells, area_split: float) -> dict[str, Any]:
    """Whose people stand in the figures, and whose do not. area_split: people of the study by area split."""
    people = cells.frame["population"]
    return {
        "source_total": cells.source_population,
        "total": float(people.sum()),
        "outside": _persons(cells.outside_population),
        "total_area_split": _persons(area_split),
        "outside_area_split": _persons(cells.outside_split),
        # `total` is of the cells whose people are known; how many cells are not, and for want of what
        "unknown_cells": int(people.isna().sum()),
        "unread": {
            str(part): {"cells": int(row["cells"]), "municipalities": list(row["municipalities"])} for part, row in cells.unread.iterrows()
        },
        "outside_rows": {
            str(reason): {"cells": int(row["cells"]), "people": _persons(row["people"]), "unknown": int(row["unknown"])}
            for reason, row in cells.outside.iterrows()
        },
    }


def summarise(
    study: Study,
    cells: Cells,
    land_m2: pd.Series,
    weights: dict[str, pd.DataFrame],
    shares: pd.DataFrame,
    gaps: pd.DataFrame,
    ranking: pd.DataFrame,
    zones: pd.DataFrame,
) -> dict[str, Any]:
    """The contents of summary.json (docs/definitions.md), numbers only.

    cells: their frame with zone_id; land_m2: land of each cell; the others as `run` makes them.
    """
    frame = cells.frame
    people = frame["population"].to_numpy(float)
    carriers, generations = study.carrier_keys, study.generations
    names = group_numbers(_own_people(cells)["municipality_id"])[1]

    def figures(number: np.ndarray, groups: int) -> list[dict[str, Any]]:
        return coverage_figures(people, land_m2.to_numpy(), number, groups, weights, shares, carriers, generations)

    whole = figures(np.zeros(len(frame), np.int64), 1)[0]
    by_municipality = dict(zip(names, _by_municipality(study, cells, land_m2, weights, shares, names), strict=True))
    split = cells.memberships[cells.memberships["in_study"]].groupby("municipality_id")["population"].sum()
    own = _own_people(cells).groupby("municipality_id")["population"].sum(min_count=1)
    unknown = frame["population"].isna().groupby(frame["municipality_id"]).sum()
    return {
        "study": {"name": study.about.name, "fiscal_year": study.about.fiscal_year, "fictitious": study.about.fictitious},
        "rules": study.rules.model_dump(),
        "population": _population_facts(cells, float(split.sum())),
        "cells": len(frame),
        "land_km2": float(land_m2.sum()) / 1e6,
        "generations": whole,
        "rule_spread": rule_spread(whole),
        "not_spot": {g: not_spot_people(frame["population"], gaps[f"not_spot_{g}"]) for g in generations},
        "zones": {
            "count": len(ranking),
            "ranked": int((ranking["gate"] == "").sum()),
            "no_data": int((ranking["gate"] == "no_data").sum()),
            "population": float(frame.loc[frame["zone_id"] != "", "population"].sum()),
            # criteria that the ranking had to do without, for want of data
            "not_available": not_available(zones, study.ranking.weights, study.ranking.all_criteria),
        },
        "municipalities": {
            name: {
                "population": None if np.isnan(own[name]) else float(own[name]),
                "unknown_cells": int(unknown.get(name, 0)),
                "population_area_split": None if np.isnan(own[name]) else float(split.get(name, 0.0)),
                "generations": by_municipality[name],
            }
            for name in names
        },
    }
