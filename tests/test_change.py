"""Two years of the hand-made world: what changed, and each reason by itself, worked out by hand.

People left out in 4G by area: alpha 5 + 8 + 40/2 = 33; beta 20 + 40 + 5 + 8 = 73; no carrier 33; worst 73.
Zones: 24201-001 東 (5), 24201-002 西 (20), 24202-001 南 (48).
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from coverage.cells import land_area_m2, official_block
from coverage.change.cells import PARTS
from coverage.change.comparison import Change, compare
from coverage.change.trends import trend
from coverage.change.zones import ZONE_PARTS
from coverage.gaps import gap_table
from coverage.result import Result
from coverage.rules import Threshold, covered_weight
from geodata.areas import cell_area_m2
from requests_gen.compare.whole_people import MOVES, whole_people
from requests_gen.wording.numbers_and_eras import round_half_up
from tests.change_years import run_year
from tests.hand_world import box
from tests.worlds import world

EAST, WEST, SOUTH = "24201-001", "24201-002", "24202-001"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("years")


@pytest.fixture(scope="module")
def old(home: Path) -> Result:
    return run_year(home / "2025", 2025)


def told(change: Change, carrier: str, generation: str = "4G") -> dict[str, float]:
    """The parts that are not zero, whole persons."""
    figure = change.figure(carrier, generation)
    assert figure is not None
    assert figure.parts is not None
    assert sum(figure.parts.values()) == pytest.approx(figure.new - figure.old)
    return {name: round(value, 6) for name, value in figure.parts.items() if abs(value) > 1e-9}


def states(change: Change) -> dict[str, tuple[str, str]]:
    return {zone: (row["state"], row["reason"]) for zone, row in change.zones.iterrows()}


def codes(change: Change) -> set[str]:
    return {each.code for each in change.differences}


def test_nothing_changed(old: Result, home: Path) -> None:
    change = compare(old, run_year(home / "same", 2026, ids_of=home / "2025"))
    assert [told(change, name) for name in ("alpha", "beta", "any", "worst")] == [{}] * 4
    assert states(change) == dict.fromkeys([EAST, WEST, SOUTH], ("unchanged", ""))
    assert codes(change) == set()
    assert change.unrenewed == ["alpha 4G", "alpha 5G", "beta 4G"]
    assert (change.old_year, change.new_year, change.fictitious) == (2025, 2026, True)


def test_coverage_grew(old: Result, home: Path) -> None:
    """beta now reaches 西 (20 people): that zone is resolved, and nobody else moved."""
    new = run_year(home / "grew", 2026, layers={"beta_4g": [box(0, 1, 2, 2)]}, ids_of=home / "2025")
    change = compare(old, new)
    assert told(change, "beta") == {"coverage_grew": -20}
    assert told(change, "worst") == {"coverage_grew": -20}
    assert told(change, "alpha") == told(change, "any") == {}
    assert states(change)[WEST] == ("resolved", "coverage")
    assert change.states["4G"] == {
        "new": 0,
        "came_back": 0,
        "grown": 0,
        "shrunk": 0,
        "unchanged": 2,
        "resolved": 1,
        "terms": 0,
        "unclear": 0,
    }
    assert change.unrenewed == ["alpha 4G", "alpha 5G"]
    assert change.zones.loc[WEST, ["old_people", "coverage", "population", "terms"]].tolist() == [20, -20, 0, 0]


def test_coverage_shrank(old: Result, home: Path) -> None:
    """alpha no longer reaches the half of the cell with 40 people: 20 more, whom beta left out already."""
    change = compare(old, run_year(home / "shrank", 2026, layers={"alpha_4g": [box(0, 1, 2, 2)]}, ids_of=home / "2025"))
    assert told(change, "alpha") == told(change, "any") == {"coverage_shrank": 20}
    assert told(change, "worst") == {}


def test_people_moved(old: Result, home: Path) -> None:
    change = compare(old, run_year(home / "moved", 2026, people={(2, 1): 30}, ids_of=home / "2025"))
    assert told(change, "alpha") == {"population": -5}
    assert told(change, "beta") == told(change, "worst") == {"population": -10}
    assert states(change) == {EAST: ("unchanged", ""), WEST: ("unchanged", ""), SOUTH: ("shrunk", "population")}
    assert codes(change) == {"population"}


def test_areas_first_with_the_people_as_they_were(old: Result, home: Path) -> None:
    """alpha reaches all of the cell while its people fall from 40 to 30: the 20 left out are served, not gone."""
    new = run_year(home / "both", 2026, layers={"alpha_4g": [box(0, 1, 3, 2)]}, people={(2, 1): 30, (2, 0): 10}, ids_of=home / "2025")
    assert told(compare(old, new), "alpha") == {"coverage_grew": -20, "population": 2}


def test_another_rule_is_no_change_of_the_network(old: Result, home: Path) -> None:
    """By half, the cell that alpha covers by half counts whole: 20 fewer people, and the network is the same."""
    new = run_year(home / "rule", 2026, study=(("[ranking]", '[rules]\ngaps = "mic_half"\n[ranking]'),), ids_of=home / "2025")
    change = compare(old, new)
    assert told(change, "alpha") == told(change, "any") == {"rule": -20}
    assert change.figure("alpha", "4G").real == 0
    assert set(states(change).values()) == {("unchanged", "")}
    assert codes(change) == {"rule"}


def test_a_stricter_count_of_zones_resolves_none(old: Result, home: Path) -> None:
    """Only 5G decides now: the same areas, other zones; none of them is new or resolved."""
    new = run_year(home / "5g", 2026, study=(("[ranking]", '[zones]\ngeneration = "5G"\n[ranking]'),), ids_of=home / "2025")
    change = compare(old, new)
    assert set(change.zones["state"]) <= {"unchanged", "terms"}
    new = run_year(
        home / "least",
        2026,
        study=(("[ranking]", "[zones]\nleast_uncovered_share = 0.99\n[ranking]"),),
        layers={"beta_4g": [box(0, 1, 2, 2), box(2, 0.5, 3, 2)]},
        ids_of=home / "2025",
    )
    assert states(compare(old, new))[WEST] == ("resolved", "coverage")


def test_kinds_that_count_are_measured_again(home: Path, old: Result) -> None:
    """beta's file is of satellites now and satellites do not count: all of it is unknown, not lost coverage."""
    satellite = (('carrier = "beta"\ngeneration = "4G"', 'carrier = "beta"\nkind = "satellite"\ngeneration = "4G"'),)
    new = run_year(home / "kind", 2026, study=satellite, ids_of=home / "2025")
    change = compare(old, new)
    assert change.figure("beta", "4G") is None
    assert states(change)[WEST] == ("terms", "data")
    assert "published" in codes(change)
    both = (*satellite, ("[ranking]", '[rules]\nkinds = ["own", "satellite"]\n[ranking]'))
    counted = run_year(home / "kinds", 2026, study=both, ids_of=home / "2025")
    assert told(compare(new, counted), "any") == {}
    assert told(compare(counted, old), "alpha") == {}
    assert codes(compare(old, counted)) == {"kinds"}


def test_a_carrier_that_gave_no_file_is_unknown_and_not_a_change(old: Result, home: Path) -> None:
    """Without beta's file the zone that only beta left out is gone from the list, but not from the valley."""
    without = (('[[layers]]\ncarrier = "beta"\ngeneration = "4G"\nfiles = ["beta_4g.geojson"]\nas_of = "2026-03-31"\n', ""),)
    new = run_year(home / "silent", 2026, study=without, ids_of=home / "2025")
    change = compare(old, new)
    assert change.figure("beta", "4G") is None
    assert told(change, "alpha") == {}
    assert states(change)[WEST] == ("terms", "data")
    assert change.states["4G"]["resolved"] == 0
    back = compare(new, old)
    assert states(back)[WEST] == ("terms", "data")
    assert trend([old, new], "4G")["people"].isna().tolist() == [False, True]


def test_a_carrier_that_published_for_the_first_time_extends_no_network(home: Path, old: Result) -> None:
    """beta's new 5G reaches 20 people more than alpha's: known since this year, not built this year."""
    more = (("[ranking]", '[[layers]]\ncarrier = "beta"\ngeneration = "5G"\nfiles = ["beta_5g.geojson"]\nas_of = "2026-03-31"\n[ranking]'),)
    new = run_year(home / "first", 2026, study=more, layers={"beta_5g": [box(1, 1, 2, 2)]}, ids_of=home / "2025")
    change = compare(old, new)
    assert told(change, "any", "5G") == {"data": -20}
    assert told(change, "alpha", "5G") == {}


def test_new_resolved_and_back_again(home: Path) -> None:
    wide = {"beta_4g": [box(0, 1, 2, 2)]}
    first = run_year(home / "a", 2024)
    second = run_year(home / "b", 2025, layers=wide, ids_of=home / "a")
    third = run_year(home / "c", 2026, ids_of=home / "b")
    assert states(compare(first, second))[WEST] == ("resolved", "coverage")
    assert states(compare(second, third))[WEST] == ("came_back", "coverage")
    fresh = run_year(home / "d", 2025, layers=wide)
    assert states(compare(fresh, third))[WEST] == ("new", "coverage")
    assert states(compare(fresh, third, earlier=[WEST]))[WEST] == ("came_back", "coverage")


def test_nobody_lives_there_now(home: Path, old: Result) -> None:
    new = run_year(home / "left", 2026, people={(1, 1): 0}, ids_of=home / "2025")
    assert states(compare(old, new))[WEST] == ("resolved", "population")


def test_cells_of_one_year_only_are_the_boundary(home: Path, old: Result) -> None:
    """甲市 loses column 0: 5 people left out there are no longer counted, which is nobody's coverage."""
    new = run_year(home / "land", 2026, land={"24201": box(1, 0, 2, 2), "24202": box(2, 0, 4, 2)}, ids_of=home / "2025")
    change = compare(old, new)
    assert told(change, "alpha") == {"boundary": -5}
    assert states(change)[EAST] == ("terms", "boundary")
    assert "boundaries" in codes(change)


def test_land_redrawn_in_a_cell_is_not_coverage(home: Path, old: Result) -> None:
    """Half of the cell with 40 people is sea by the new file, the half alpha served: 20 more by the share alone."""
    half = {"24201": box(0, 0, 2, 2), "24202": box(2.5, 1, 4, 2).union(box(2, 0, 3, 1))}
    change = compare(old, run_year(home / "coast", 2026, land=half, ids_of=home / "2025"))
    assert told(change, "alpha") == {"boundary": 20}


def test_other_zones_are_neither_new_nor_resolved(home: Path, old: Result) -> None:
    new = run_year(home / "unit", 2026, study=(("[ranking]", '[zones]\nunit = "contiguous"\n[ranking]'),))
    change = compare(old, new)
    assert {state for state, _ in states(change).values()} <= {"terms", "unchanged"}
    assert told(change, "worst") == {}
    assert "unit" in codes(change)


def test_meshes_of_another_size_are_only_set_side_by_side(old: Result) -> None:
    level = old.study.model_copy(update={"population": old.study.population.model_copy(update={"level": 250})})
    change = compare(old, dataclasses.replace(old, study=level))
    assert not change.cells_comparable
    assert {state for state, _ in states(change).values()} == {"unclear"}
    assert next((f.old, f.new, f.parts) for f in change.figures if f.carrier == "alpha") == (33, 33, None)
    assert {"level", "grid"} <= codes(change)


def test_the_headline_is_the_sum_of_the_zones_and_a_cell_that_leaves_the_list_is_told_apart(old: Result, home: Path) -> None:
    """From 0.6 up a cell counts: alpha's half of the 40 people stays, for beta leaves them out whole; nothing moved.

    With beta's area over three quarters of 西 its 20 people are 5 by area, and the cell is no longer on the list of zones:
    15 are served, and 5 are off the list without anything having been built for them.
    """
    at_least = (("[ranking]", "[zones]\nleast_uncovered_share = 0.6\n[ranking]"),)
    before = run_year(home / "strict", 2025, study=at_least)
    after = run_year(home / "off", 2026, study=at_least, layers={"beta_4g": [box(0, 1, 1, 2), box(1, 1, 1.75, 2)]}, ids_of=home / "strict")
    change = compare(before, after)
    assert told(change, "worst") == {"coverage_grew": -15, "zones": -5}
    assert told(change, "beta") == {"coverage_grew": -15}
    figure = change.figure("worst", "4G")
    assert figure == change.figures[0]
    assert [figure.old, figure.new] == [year.zones["uncovered_population"].sum() for year in (before, after)]
    assert trend([before, after], "4G")["zone_people"].tolist() == [figure.old, figure.new]
    assert change.zones.loc[WEST, ["coverage_grew", "zones", "terms", "unknown_years"]].tolist() == [-15, -5, -5, ""]
    assert change.figure("worst", "5G") is None


def test_a_zone_unknown_in_one_year_is_neither_nothing_nor_all_of_the_change(old: Result, home: Path) -> None:
    """西 (20 people) is not known in 2026: 53 are, one zone is unknown, and no 20 people were served."""
    new = run_year(home / "hole", 2026, ids_of=home / "2025")
    west = new.cells["zone_id"] == WEST
    hidden = new.gaps.mask(pd.concat([west] * len(new.gaps.columns), axis=1, keys=new.gaps.columns))
    zones = new.zones.assign(uncovered_population=new.zones["uncovered_population"].mask(new.zones.index == WEST))
    holed = dataclasses.replace(new, gaps=hidden, zones=zones, summary={k: v for k, v in new.summary.items() if k != "figures"})
    for change, now, years in ((compare(old, holed), "new", (73, 53, 0, 1)), (compare(holed, old), "old", (53, 73, 1, 0))):
        figure = change.figure("worst", "4G")
        assert (figure.old, figure.new, figure.old_unknown, figure.new_unknown) == years
        assert told(change, "worst") == {"unknown": figure.new - figure.old}
        assert figure.real == 0
        row = change.zones.loc[WEST]
        assert (row["unknown_years"], row["unknown"]) == (now, figure.new - figure.old)
        assert row[["coverage", "population", "terms", f"{now}_people"]].isna().all()
        alone = change.figure("beta", "4G")
        assert (alone.old_unknown, alone.new_unknown) == years[2:]
        as_printed(change)
    assert trend([holed], "4G")[["zone_people", "unknown_zones"]].to_numpy().tolist() == [[53, 1]]


def test_trend_counts_places_and_people_nobody_reaches(home: Path, old: Result) -> None:
    """東 (5 people, 2 households) and 南 (28 people, 14 households)."""
    new = run_year(home / "t", 2026, people={(2, 1): 30}, ids_of=home / "2025")
    years = trend([new, old], "4G")
    assert years["fiscal_year"].tolist() == [2025, 2026]
    assert years[["areas", "households", "people", "zones", "zone_people"]].to_numpy().tolist() == [
        [2, 16, 33, 3, 73],
        [2, 13.5, 28, 3, 63],
    ]
    assert years["same_terms"].tolist() == [True, True]
    assert trend([old], "5G")[["areas", "people", "zones"]].isna().all(axis=None)


@functools.cache
def small() -> Result:
    return world(8, 10, municipalities=2)


def random_year(seed: int, rule: str, unknown: bool) -> Result:
    """A small world whose people and shares are drawn by `seed`; with unknown people in some cells."""
    made = small()
    random = np.random.default_rng(seed)
    people = np.where(random.random(len(made.cells)) < 0.3, 0.0, random.integers(0, 90, len(made.cells)))
    if unknown:
        people = np.where(random.random(len(people)) < 0.1, np.nan, people)
    zones = random.choice(["24201-001", "24201-002", "24202-001", ""], len(people), p=[0.4, 0.2, 0.01, 0.39])
    cells = made.cells.assign(population=people, zone_id=zones)
    shares = pd.DataFrame(np.round(np.clip(random.normal(0.6, 0.5, made.shares.shape), 0, 1), 10), made.cells.index, made.shares.columns)
    if seed % 3 == 0:
        shares[("c", "5G")] = np.nan
    rules = made.study.rules.model_copy(update={"gaps": rule})
    study = made.study.model_copy(update={"rules": rules})
    land = land_area_m2(cells, cell_area_m2(made.grid))
    block = official_block(cells.index, 250)
    weights = pd.DataFrame({k: covered_weight(rule, shares[k], shares[k], land, block, Threshold()) for k in shares})
    keys = study.carrier_keys
    gaps = pd.concat([gap_table(cells, shares, weights, keys, g, Threshold()) for g in study.generations], axis=1)
    return dataclasses.replace(made, cells=cells, shares=shares, gaps=gaps, study=study)


def as_printed(change: Change) -> None:
    """Everything printed is whole, adds up, and is the exact number rounded down or up; the years' totals half up."""
    printed = whole_people(change)
    exact, zones = change.zones[list(printed.zones)].fillna(0.0), printed.zones.fillna(0).astype(int)
    assert (zones["old_people"] + zones[list(MOVES)].sum(axis=1)).equals(zones["new_people"])
    assert (np.abs(zones - exact).to_numpy() < 1 + 1e-6).all()
    assert zones.sum().to_dict() == printed.totals
    for figure, whole in zip(change.figures, printed.figures, strict=True):
        assert [whole.old, whole.new] == [None if one is None else round_half_up(one) for one in (figure.old, figure.new)]
        if figure.parts is not None:
            assert sum(whole.parts.values()) == whole.difference
            assert all(abs(whole.parts[name] - figure.parts[name]) < 1 + 1e-6 for name in figure.parts)
    first = printed.figures[0]
    assert (first.old, first.new) == (printed.totals["old_people"], printed.totals["new_people"])
    for column, names in MOVES.items():
        assert sum(first.parts[name] for name in names) == printed.totals[column]


@settings(max_examples=8, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
@given(st.integers(0, 99), st.integers(0, 99), st.sampled_from(["area", "mic_half"]), st.sampled_from(["area", "mic_half"]), st.booleans())
def test_the_parts_are_the_difference(one: int, other: int, rule_a: str, rule_b: str, unknown: bool) -> None:
    """Whatever changed, no person is lost between the parts; the same year against itself changes nothing."""
    old, new = random_year(one, rule_a, unknown), random_year(other, rule_b, unknown)
    change = compare(old, new)
    for figure in change.figures:
        if figure.parts is not None:
            assert set(figure.parts) == set(ZONE_PARTS if figure.carrier == "worst" else PARTS)
            assert sum(figure.parts.values()) == pytest.approx(figure.new - figure.old, abs=1e-6)
            assert figure.parts["coverage_grew"] <= 0 <= figure.parts["coverage_shrank"]
    zones = change.zones.fillna(0.0)
    moved = zones["coverage"] + zones["population"] + zones["terms"] + zones["unknown"]
    assert moved.to_numpy() == pytest.approx((zones["new_people"] - zones["old_people"]).to_numpy(), abs=1e-6)
    assert zones[list(ZONE_PARTS)].sum(axis=1).to_numpy() == pytest.approx(moved.to_numpy(), abs=1e-6)
    whole = change.figure("worst", "4G")
    assert [zones["old_people"].sum(), zones["new_people"].sum()] == pytest.approx([whole.old, whole.new])
    for name in ZONE_PARTS:
        assert zones[name].sum() == pytest.approx(whole.parts[name], abs=1e-6)
    assert sum(change.states["4G"].values()) == len(zones)
    as_printed(change)
    for figure in compare(old, old).figures:
        assert figure.parts is None or not any(figure.parts.values())
