"""Laws from polygons to people, on random layers over the hand-made world."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.gaps import gap_table
from coverage.matrix import layers_by_column, share_matrix
from coverage.rules import Threshold
from tests.hand_world import CARRIERS, GRID, box, cells, municipalities

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


@law
@given(boxes)
def test_covered_land_is_the_land_of_the_polygon(polygon):
    """Area is conserved: shares × land add up to the polygon's part on land (in cell units)."""
    import shapely

    share = shares([("alpha", polygon)])[("alpha", "4G")]
    on_land = shapely.area(shapely.intersection(polygon, shapely.union_all(LAND))) / (GRID.dx * GRID.dy)
    assert (share * CELLS["land_share"]).sum() == pytest.approx(on_land, abs=1e-8)
