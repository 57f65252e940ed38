"""The people left out of each cell, step by step from the old year to the new one: each step changes one thing.

The steps, in this order: the new rule, the new boundaries, the new areas (people as they were), the new
people (areas as they are). Steps add up exactly to the difference of the two published figures.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.cells import land_area_m2
from coverage.change.terms import common_carriers
from coverage.gaps import ANY, uncovered_column
from coverage.matrix import layers_by_column, share_matrix
from coverage.rules import Threshold, covered_weight
from geodata.areas import cell_area_m2

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Rules

WORST = "worst"  # in each cell the carrier that leaves out most, as the zones are counted
PARTS = ("rule", "boundary", "data", "coverage_grew", "coverage_shrank", "population")
SAME_LAND = 1e-9


@dataclass(frozen=True)
class Steps:
    """Persons left out of each cell after each step: frames with one index, cell_id of either year.

    Columns (carrier, "any" or "worst"; generation). NaN: not known, or no cell of that year. `ruled`: old areas
    by the new rule; `bounded`: old areas on the new land, carriers known in both years; `covered`: new areas,
    old people; `peopled`: new areas, new people, carriers known in both years.
    `shares_before`, `shares_after`: share of the land covered on the new cells, old and new areas.
    """

    old: pd.DataFrame
    ruled: pd.DataFrame
    bounded: pd.DataFrame
    covered: pd.DataFrame
    peopled: pd.DataFrame
    new: pd.DataFrame
    in_old: np.ndarray
    in_new: np.ndarray
    land_changed: np.ndarray
    shares_before: pd.DataFrame
    shares_after: pd.DataFrame


def steps(old: Result, new: Result) -> Steps:
    """The steps of two results whose cells are comparable (terms.comparable)."""
    generations = [g for g in new.study.generations if g in old.study.generations]
    carriers = {g: common_carriers(old, new, g) for g in generations}
    rules, index = new.study.rules, new.cells.index
    everywhere = index.append(old.cells.index.difference(index, sort=False))
    before = _by_new_rules(old, rules)
    land_before = old.cells["land_share"].reindex(index)
    same_cells = len(everywhere) == len(index) == len(old.cells)
    same_land = (land_before - new.cells["land_share"]).abs().to_numpy() <= SAME_LAND
    on_new_cells = before
    if not (same_cells and same_land.all() and _all_published(old, carriers)):
        on_new_cells = _measured(old, new, carriers)
    after = new.shares if _all_published(new, carriers) else _measured(new, new, carriers)
    people_before = old.cells["population"].reindex(index)

    def left_out(people: pd.Series, shares: pd.DataFrame, frame: Result) -> pd.DataFrame:
        return _left_out(people, shares, frame, rules, carriers).reindex(everywhere)

    land_changed = pd.Series(~same_land, index=index).reindex(everywhere, fill_value=True)
    return Steps(
        old=_published(old, carriers).reindex(everywhere),
        ruled=_left_out(old.cells["population"], before, old, rules, dict.fromkeys(generations, old.study.carrier_keys))[
            _names(carriers)
        ].reindex(everywhere),
        bounded=left_out(people_before, on_new_cells, new),
        covered=left_out(people_before, after, new),
        peopled=left_out(new.cells["population"], after, new),
        new=_published(new, carriers).reindex(everywhere),
        in_old=everywhere.isin(old.cells.index),
        in_new=everywhere.isin(index),
        land_changed=land_changed.to_numpy(bool),
        shares_before=on_new_cells.reindex(index),
        shares_after=after,
    )


def parts(made: Steps, key: tuple[str, str]) -> pd.DataFrame:
    """Persons by which each step changed what each cell leaves out: columns PARTS, index as the steps'.

    They add up to the new published figure minus the old one, unknown cells counting in neither. What cannot
    be told apart is not called coverage: cells of one year only are "boundary", unknown cells are "data".
    """
    old, ruled, bounded, covered, peopled, new = (
        frame[key].to_numpy(float) for frame in (made.old, made.ruled, made.bounded, made.covered, made.peopled, made.new)
    )
    both = made.in_old & made.in_new
    known = both & ~np.isnan(ruled + bounded + covered + peopled + new)
    whole = np.nan_to_num(new) - np.nan_to_num(ruled)
    land = np.where(known, bounded - ruled, 0.0)
    moved = np.where(known, covered - bounded, 0.0)
    return pd.DataFrame(
        {
            "rule": np.nan_to_num(ruled) - np.nan_to_num(old),
            "boundary": np.where(both, np.where(made.land_changed, land, 0.0), whole),
            "data": np.where(both & ~known, whole, 0.0) + np.where(made.land_changed, 0.0, land) + np.where(known, new - peopled, 0.0),
            "coverage_grew": np.minimum(moved, 0.0),
            "coverage_shrank": np.maximum(moved, 0.0),
            "population": np.where(known, peopled - covered, 0.0),
        },
        index=made.old.index,
    )


def _names(carriers: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(name, g) for g, keys in carriers.items() for name in (*keys, ANY, WORST)]


def _published(result: Result, carriers: dict[str, list[str]]) -> pd.DataFrame:
    """What the run itself found, by its own rule."""
    table = {}
    for generation, keys in carriers.items():
        own = [uncovered_column(generation, carrier) for carrier in result.study.carrier_keys]
        table.update({(carrier, generation): result.gaps[uncovered_column(generation, carrier)] for carrier in (*keys, ANY)})
        table[WORST, generation] = result.gaps[own].max(axis=1)
    return pd.DataFrame(table, index=result.gaps.index)


def _left_out(people: pd.Series, shares: pd.DataFrame, on: Result, rules: Rules, carriers: dict[str, list[str]]) -> pd.DataFrame:
    """Persons left out on the cells of `on` by `rules.gaps`. people, shares: index as its cells."""
    from coverage.cells import official_block

    land_m2 = land_area_m2(on.cells, cell_area_m2(on.grid))
    block = official_block(on.cells.index, on.study.population.level)
    threshold = Threshold(rules.threshold, rules.inclusive)
    table: dict[tuple[str, str], pd.Series] = {}
    for generation, keys in carriers.items():
        for name in (*keys, ANY):
            share = shares[(name, generation)]
            # neither rule that may find zones looks at the cell's centre
            weight = covered_weight(rules.gaps, share, share, land_m2, block, threshold)
            table[name, generation] = people * (1.0 - weight)
        alone = pd.DataFrame({carrier: table[carrier, generation] for carrier in keys}, index=people.index)
        table[WORST, generation] = alone.max(axis=1)
    return pd.DataFrame(table, index=people.index)


def _by_new_rules(old: Result, rules: Rules) -> pd.DataFrame:
    """Shares of the old cells, measured again where the new rules count other kinds or the whole mesh."""
    own = old.study.rules
    if sorted(own.kinds) == sorted(rules.kinds) and own.mesh_area == rules.mesh_area:
        return old.shares
    columns = layers_by_column(old.layers, old.study.carrier_keys, old.study.generations, rules.kinds)
    full = rules.mesh_area == "full"
    return share_matrix(old.cells, _land(old), old.layers, columns, old.grid, full).shares


def _measured(areas: Result, on: Result, carriers: dict[str, list[str]]) -> pd.DataFrame:
    """Shares of the cells and land of `on` inside the areas of `areas`, of the carriers known in both years."""
    rules, columns = on.study.rules, {}
    for generation, keys in carriers.items():
        columns.update(layers_by_column(areas.layers, keys, [generation], rules.kinds))
    if not columns:
        return pd.DataFrame(index=on.cells.index)
    full = rules.mesh_area == "full"
    return share_matrix(on.cells, _land(on), areas.layers, columns, on.grid, full).shares


def _land(result: Result) -> np.ndarray:
    own = result.memberships.loc[result.memberships["in_study"], "municipality_id"].unique()
    towns = result.municipalities
    return np.asarray(towns.loc[towns.index.isin(own)].geometry.to_numpy())


def _all_published(result: Result, carriers: dict[str, list[str]]) -> bool:
    """Whether every area the result holds is known in both years, so that its unions can be compared."""
    known = result.shares.notna().any()
    return all(
        not known.get((carrier, generation), False) or carrier in keys
        for generation, keys in carriers.items()
        for carrier in result.study.carrier_keys
    )
