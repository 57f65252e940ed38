"""Laws from polygons to people, on random layers over the hand-made world."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.gaps import gap_table
from coverage.matrix import ShareMatrix, layers_by_column, share_matrix
from coverage.rules import RULES, Threshold, count_by, covered_weight
from tests.hand_world import CARRIERS, GRID, box, cell, cells, municipalities

CELLS = cells()
LAND = municipalities().geometry.to_numpy()
position = st.floats(-0.5, 4.5)
boxes = st.tuples(position, st.floats(-0.5, 2.5), st.floats(0.01, 3), st.floats(0.01, 2)).map(
    lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3])
)
worlds = st.lists(st.tuples(st.sampled_from(CARRIERS), boxes), min_size=1, max_size=6)
law = settings(deadline=None, max_examples=30)


def shares(world: list) -> pd.DataFrame:
    frame = pd.DataFrame({"carrier": [c for c, _ in world], "generation": "4G", "kind": "own"})
    layers = gpd.GeoDataFrame(frame, geometry=[p for _, p in world], crs=GRID.crs)
    columns = layers_by_column(layers, CARRIERS, ["4G"], ["own"])
    return share_matrix(CELLS, LAND, layers, columns, GRID).shares


def doubtful(world: list, unknown: list) -> ShareMatrix:
    """Shares where the polygons of `unknown` are such of which nobody knows."""
    rows = [(c, "covered", p) for c, p in world] + [(c, "unknown", p) for c, p in unknown]
    frame = pd.DataFrame({"carrier": [c for c, _, _ in rows], "generation": "4G", "kind": "own", "says": [s for _, s, _ in rows]})
    layers = gpd.GeoDataFrame(frame, geometry=[p for _, _, p in rows], crs=GRID.crs)
    return share_matrix(CELLS, LAND, layers, layers_by_column(layers, CARRIERS, ["4G"], ["own"]), GRID)


def people(share: pd.DataFrame) -> pd.DataFrame:
    return gap_table(CELLS, share, share, CARRIERS, "4G", Threshold())


@law
@given(worlds)
def test_any_lies_between_the_largest_and_the_sum(world):
    share = shares(world)
    own = share[[(c, "4G") for c in CARRIERS]]
    union = share[("any", "4G")]
    known = own.fillna(0.0)
    assert ((share.isna()) | ((share >= 0) & (share <= 1))).all(axis=None)
    assert (union >= known.max(axis=1) - 1e-9).all()
    assert (union <= np.minimum(1.0, known.sum(axis=1)) + 1e-9).all()
    # a carrier that published nothing is unknown everywhere, one that published is known everywhere
    for carrier in CARRIERS:
        published = any(c == carrier for c, _ in world)
        assert share[(carrier, "4G")].notna().all() == published
        assert share[(carrier, "4G")].isna().all() == (not published)


@law
@given(worlds, st.randoms())
def test_the_order_of_layers_does_not_matter(world, random):
    shuffled = random.sample(world, len(world))
    pd.testing.assert_frame_equal(shares(world), shares(shuffled), check_exact=False, atol=1e-9)


@law
@given(worlds)
def test_a_layer_given_twice_changes_nothing(world):
    pd.testing.assert_frame_equal(shares(world), shares(world + world), check_exact=False, atol=1e-9)


@law
@given(worlds, st.tuples(st.sampled_from(CARRIERS), boxes))
def test_adding_coverage_never_leaves_more_people_out(world, more):
    before, after = people(shares(world)), people(shares([*world, more]))
    for name in before.columns.drop("not_spot_4G"):
        known = before[name].notna()
        assert (after.loc[known, name] <= before.loc[known, name] + 1e-6).all()


@law
@given(worlds)
def test_renaming_carriers_renames_the_columns_and_nothing_else(world):
    swap = dict(zip(CARRIERS, reversed(CARRIERS), strict=True))
    swapped = shares([(swap[c], p) for c, p in world])
    first = shares(world)
    for carrier in CARRIERS:
        expected = first[(swap[carrier], "4G")]
        np.testing.assert_allclose(swapped[(carrier, "4G")], expected, atol=1e-9)


@settings(deadline=None, max_examples=15)
@given(worlds, worlds)
def test_a_share_is_known_exactly_where_the_unknown_makes_no_difference(world, unknown):
    """Were the unknown polygons all covered, or none of them: where both give one share, that is it; else NaN."""
    found, most = doubtful(world, unknown), doubtful(world + unknown, [])
    nothing = [(c, shapely.Polygon()) for c in {c for c, _ in unknown}]  # published, and nothing in it
    least = doubtful(world + nothing, [])
    for name in ("shares", "centre_covered"):
        low, high, share = (getattr(matrix, name).to_numpy() for matrix in (least, most, found))
        np.testing.assert_allclose(share, np.where(high - low > 1e-9, np.nan, low), atol=1e-9)


@settings(deadline=None, max_examples=15)
@given(worlds, worlds, st.sampled_from(RULES))
def test_covered_uncovered_and_unknown_are_all_the_people(world, unknown, rule):
    """Per municipality and overall, for every carrier and the union, by every rule."""
    matrix = doubtful(world, unknown)
    land_m2, block = CELLS["land_share"] * 1.0, pd.Series(CELLS["i"].to_numpy() // 2, index=CELLS.index)
    group = (CELLS["municipality_id"] == "24202").to_numpy(int)
    everybody = CELLS["population"].groupby(group).sum().to_numpy()
    for key in matrix.shares.columns:
        weight = covered_weight(rule, matrix.shares[key], matrix.centre_covered[key], land_m2, block, Threshold())
        count = count_by(group, 2, CELLS["population"].to_numpy(float), weight.to_numpy())
        np.testing.assert_allclose(count.covered + count.uncovered + count.unknown, everybody, atol=1e-9)


def test_a_carrier_without_any_area_is_zero_and_one_that_is_silent_is_not():
    shares = doubtful([("alpha", shapely.Polygon())], []).shares
    assert (shares[("alpha", "4G")] == 0).all()
    assert shares[("beta", "4G")].isna().all()
    assert (shares[("any", "4G")] == 0).all()


def test_unknown_cells_by_hand():
    """beta does not know columns 1 and 2 of row 1; alpha covers column 1 wholly and half of column 2."""
    found = doubtful([("alpha", box(0, 1, 2.5, 2)), ("beta", box(0, 1, 1, 2))], [("beta", box(1, 1, 3, 2))]).shares
    row1 = [cell(i, 1) for i in range(4)]
    np.testing.assert_allclose(found.loc[row1, ("beta", "4G")], [1, np.nan, np.nan, 0])
    np.testing.assert_allclose(found.loc[row1, ("any", "4G")], [1, 1, np.nan, 0])


@law
@given(boxes)
def test_covered_land_is_the_land_of_the_polygon(polygon):
    """Area is conserved: shares × land add up to the polygon's part on land (in cell units)."""
    share = shares([("alpha", polygon)])[("alpha", "4G")]
    on_land = shapely.area(shapely.intersection(polygon, shapely.union_all(LAND))) / (GRID.dx * GRID.dy)
    assert (share * CELLS["land_share"]).sum() == pytest.approx(on_land, abs=1e-8)
