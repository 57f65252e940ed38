"""What became of each zone between two years, and why.

A zone is one place with one id. It is new or resolved only when the old areas and people, counted on the new
year's terms, say so too; otherwise its state is "terms": something else than the network changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.change.cells import PARTS, WORST, Steps, parts
from coverage.change.terms import differences
from coverage.gaps import ANY

if TYPE_CHECKING:
    from coverage.result import Result

STATES = ("new", "came_back", "grown", "shrunk", "unchanged", "resolved", "terms", "unclear")
REASONS = ("coverage", "population", "facilities", "rule", "unit", "boundary", "data", "")
# what a sum over zones moves by: the parts of their cells; cells that joined or left the list of zones; and apart from all
# these what zones that are unknown in one of the years hold in the other, which is no change that anybody knows of
ZONE_PARTS = (*PARTS, "zones", "unknown")
TERMS = ("rule", "boundary", "data", "zones")
PEOPLE = ["old_people", "new_people", "coverage", "population", "terms", "unknown"]
COLUMNS = ["name", "municipality", "state", "reason", *PEOPLE, "coverage_grew", "coverage_shrank", *TERMS, "unknown_years"]
LEAST_PEOPLE = 0.5  # estimates by area move by less than this without anything having changed
RULE_CODES = {"rule", "threshold", "kinds", "mesh_area", "generation", "least_uncovered_share", "measured"}


def zone_changes(old: Result, new: Result, made: Steps, generation: str, seen: set[str]) -> pd.DataFrame:
    """One row a zone of either year: index zone_id, COLUMNS.

    seen: ids given before, so that a new one among them came back. Persons; new_people − old_people = coverage +
    population + terms + unknown, NaN counting as nothing there. A year's people are NaN where the zone is not on its
    list, or not known: `unknown_years` says in which year ("old", "new", "both", ""). The parts of such a zone are NaN
    and what it holds in the other year is `unknown`. coverage = coverage_grew + coverage_shrank; terms = TERMS.
    """
    before = _zone_of(old, made.old.index)
    after = _zone_of(new, made.old.index)
    ids = pd.Index(sorted({*before, *after} - {""}), name="zone_id", dtype=str)
    table = _people(made, before, after, ids, generation)
    facts = _facts(old, new, made, before, after, ids, generation)
    rules = bool({each.code for each in differences(old, new)} & RULE_CODES)
    states, reasons = [], []
    for zone_id, coverage, population in table[["coverage", "population"]].itertuples(name=None):
        fact = facts.loc[zone_id]
        state = _state(fact, coverage + population, zone_id in seen)
        states.append(state)
        reasons.append(_reason(state, fact, coverage, population, rules))
    return _named(old, new, ids).join(_apart(table).assign(state=states, reason=reasons))[COLUMNS]


def unclear_zones(old: Result, new: Result) -> pd.DataFrame:
    """The zones of both years side by side, where their cells cannot be compared: COLUMNS, state "unclear".

    Zones that the old year made for another generation are not known for this one.
    """
    ids = pd.Index(sorted({*old.zones.index, *new.zones.index}), name="zone_id", dtype=str)
    before = old.zones["uncovered_population"] * (1.0 if old.study.zones.generation == new.study.zones.generation else np.nan)
    table = _named(old, new, ids).assign(
        state="unclear",
        reason="",
        old_people=before.reindex(ids),
        new_people=new.zones["uncovered_population"].reindex(ids),
        coverage=np.nan,
        terms=np.nan,
        **dict.fromkeys(ZONE_PARTS, np.nan),
    )
    return table.assign(unknown_years=_unknown_years(table, ids.isin(old.zones.index), ids.isin(new.zones.index)))[COLUMNS]


def counted(states: pd.Series) -> dict[str, int]:
    """{state: zones}, all STATES, in order."""
    counts = states.value_counts()
    return {state: int(counts.get(state, 0)) for state in STATES}


def states_by_people(old: Result, new: Result, made: Steps, generation: str) -> dict[str, int]:
    """{state: zones} in a generation the zones are not made for: by whether LEAST_PEOPLE are left out."""
    before, after = _zone_of(old, made.old.index), _zone_of(new, made.old.index)
    owner = after.where(after != "", before)
    key = (WORST, generation)
    was = made.bounded[key].groupby(owner).sum(min_count=1)
    now = made.peopled[key].groupby(owner).sum(min_count=1)
    moved = now - was
    named = np.select(
        [
            was.isna() | now.isna(),
            (was < LEAST_PEOPLE) & (now < LEAST_PEOPLE),
            was < LEAST_PEOPLE,
            now < LEAST_PEOPLE,
            moved.abs() < LEAST_PEOPLE,
            moved > 0,
        ],
        ["unclear", "", "new", "resolved", "unchanged", "grown"],
        "shrunk",
    )
    return counted(pd.Series(named)[(owner.groupby(owner).first() != "").to_numpy()])


def _zone_of(result: Result, index: pd.Index) -> pd.Series:
    return result.cells["zone_id"].reindex(index).fillna("").astype(str)


def _people(made: Steps, before: pd.Series, after: pd.Series, ids: pd.Index, generation: str) -> pd.DataFrame:
    """Persons left out of each zone in both years, and what moved them: ZONE_PARTS, and their sums."""
    key = (WORST, generation)
    split = parts(made, key).groupby(after.where(after != "", before)).sum().reindex(ids).fillna(0.0)
    table = split.assign(
        old_people=made.old[key].groupby(before).sum(min_count=1).reindex(ids),
        new_people=made.new[key].groupby(after).sum(min_count=1).reindex(ids),
    )
    whole = table["new_people"].fillna(0.0) - table["old_people"].fillna(0.0)
    table["zones"] = whole - split[list(PARTS)].sum(axis=1)
    table["unknown"] = 0.0
    table["unknown_years"] = _unknown_years(table, ids.isin(before.unique()), ids.isin(after.unique()))
    return _summed(table)


def _unknown_years(table: pd.DataFrame, in_old: np.ndarray, in_new: np.ndarray) -> list[str]:
    """Which years of each zone are unknown: on the list of zones, and nobody knows how many people are left out."""
    was, now = in_old & table["old_people"].isna(), in_new & table["new_people"].isna()
    return [{(True, True): "both", (True, False): "old", (False, True): "new"}.get(pair, "") for pair in zip(was, now, strict=True)]


def _apart(table: pd.DataFrame) -> pd.DataFrame:
    """`table` with zones that are unknown in a year set apart: what is known of them is no part of a change."""
    apart = table["unknown_years"] != ""
    names = [name for name in ZONE_PARTS if name != "unknown"]
    whole = table["new_people"].fillna(0.0) - table["old_people"].fillna(0.0)
    return _summed(table.assign(unknown=whole.where(apart, 0.0), **{name: table[name].mask(apart) for name in names}))


def _summed(table: pd.DataFrame) -> pd.DataFrame:
    """With the two sums of parts that stand in the tables of zones."""
    return table.assign(coverage=table["coverage_grew"] + table["coverage_shrank"], terms=table[list(TERMS)].sum(axis=1, skipna=False))


@dataclass(frozen=True)
class _Year:
    """One year's people and facilities on the new year's terms: its gap cells."""

    result: Result
    shares: pd.DataFrame


def _facts(old: Result, new: Result, made: Steps, before: pd.Series, after: pd.Series, ids: pd.Index, generation: str) -> pd.DataFrame:
    """What each zone is judged by, all true or false. Index as `ids`.

    in_old, in_new: a zone of that year. had, had_now: the old areas and people make a gap cell among its old
    (new) cells by the new terms; has, has_now: so do the new ones. Only carriers known in both years count,
    so that a first file of a carrier makes no zone new. one_year: a cell of one year only;
    other_id: a cell that was or is another zone's; facilities: their number changed.
    """
    gap_before = _gap(_Year(old, made.shares_before), new, made, generation)
    gap_before |= made.in_new & ~made.in_old  # not known for want of the old year's people: never "new"
    gap_after = _gap(_Year(new, made.shares_after), new, made, generation)
    lone = pd.Series(~(made.in_old & made.in_new), made.old.index)
    moved = (before != after) & (before != "") & (after != "")

    def some(mask: pd.Series, zone: pd.Series) -> pd.Series:
        return mask.groupby(zone).any().reindex(ids, fill_value=False).astype(bool)

    shelters = [result.zones["shelters"].reindex(ids).fillna(0.0) for result in (old, new)]
    return pd.DataFrame(
        {
            "in_old": ids.isin(before.unique()),
            "in_new": ids.isin(after.unique()),
            "had": some(gap_before, before),
            "had_now": some(gap_before, after),
            "has": some(gap_after, before),
            "has_now": some(gap_after, after),
            "one_year": some(lone, before) | some(lone, after),
            "other_id": some(moved, before) | some(moved, after),
            "facilities": (shelters[0] != shelters[1]).to_numpy(),
        },
        index=ids,
    )


def _gap(year: _Year, new: Result, made: Steps, generation: str) -> pd.Series:
    """The gap cells of a year's areas, people and facilities by the new terms: bool, index as the steps'.

    A cell whose people are not known may hold some: it counts.
    """
    from coverage.zones import facilities

    index, result = made.old.index, year.result
    names = [name for name in year.shares.columns if name[1] == generation and name[0] != ANY]
    lacking = (year.shares[names] < 1.0 - new.study.zones.least_uncovered_share).any(axis=1)
    places = facilities.facilities_by_cell(result.facilities, result.cells, result.grid).reindex(index).fillna(0)
    needed = (result.cells["population"].reindex(index) != 0) | (places > 0)
    return lacking.reindex(index, fill_value=False) & needed


def _state(fact: pd.Series, real: float, seen: bool) -> str:
    if fact["in_old"] and fact["in_new"]:
        if abs(real) < LEAST_PEOPLE:
            return "unchanged"
        return "grown" if real > 0 else "shrunk"
    if fact["in_new"]:
        if fact["had_now"] or not fact["has_now"]:
            return "terms"
        return "came_back" if seen else "new"
    return "resolved" if fact["had"] and not fact["has"] else "terms"


def _reason(state: str, fact: pd.Series, coverage: float, population: float, rules: bool) -> str:
    """The chief reason of a state: one of REASONS."""
    if state == "unchanged":
        return ""
    if state == "terms":
        said = {"boundary": fact["one_year"], "unit": fact["other_id"], "rule": rules}
        return next((reason for reason, so in said.items() if so), "data")
    if max(abs(coverage), abs(population)) < LEAST_PEOPLE and fact["facilities"]:
        return "facilities"
    return "coverage" if abs(coverage) >= abs(population) else "population"


def _named(old: Result, new: Result, ids: pd.Index) -> pd.DataFrame:
    """Name and municipality of each zone, as the new year writes them where it knows the zone."""
    both = pd.concat([new.zones[["name", "municipality"]], old.zones[["name", "municipality"]]])
    return pd.DataFrame(both[~both.index.duplicated()]).reindex(ids)
