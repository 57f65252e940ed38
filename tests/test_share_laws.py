"""Laws that the share of cells obeys whatever the polygons are."""

from __future__ import annotations

import numpy as np
import shapely
from hypothesis import example, given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from coverage.share import covered as share
from coverage.share.covered import covered_share, share_of
from coverage.share.edges import polygon_edges
from geodata.grid import Grid

NX, NY = 4, 5
UNIT = Grid(0, 0, 1, 1, NX, NY, "EPSG:6668")
MIE = Grid(135.9, 34.5, 11.25 / 3600, 7.5 / 3600, NX, NY, "EPSG:6668")
TINY = 1e-12  # of a cell: the rounding of positions (coverage/share/slabs.py), a few times over
IN_DEGREES = 1e-9  # of a cell: what doubles near 135.9 tell apart (9e-12 of a cell), a few times over

on_quarters = st.integers(-4, 24).map(lambda k: k / 4)
anywhere = st.floats(-1, 6, allow_nan=False, width=32)
coordinates = st.one_of(on_quarters, anywhere)
points = st.tuples(coordinates, coordinates)
triangles = st.lists(points, min_size=3, max_size=3).map(Polygon)
boxes = st.tuples(points, points).map(lambda c: box(*np.min(c, axis=0), *np.max(c, axis=0)))
discs = st.tuples(points, st.floats(0.05, 3), st.integers(1, 6)).map(lambda c: Point(c[0]).buffer(c[1], quad_segs=c[2]))
frames = st.tuples(discs, st.floats(0.2, 0.9)).map(lambda c: c[0] - shapely.affinity.scale(c[0], c[1], c[1]))
tangles = st.lists(points, min_size=4, max_size=7).map(Polygon)  # most cross themselves
valid_polygons = st.one_of(triangles, boxes, discs, frames).filter(lambda p: p.is_valid and p.area > 1e-9)
polygons = st.one_of(valid_polygons, tangles.filter(lambda p: p.area > 1e-9))
layers = st.lists(polygons, min_size=1, max_size=6)
law = settings(deadline=None, max_examples=40, derandomize=True)


def moved(layer: list[Polygon], grid: Grid) -> list[Polygon]:
    """A layer drawn on the unit grid, laid over `grid` cell for cell."""
    scale, origin = np.array([grid.dx, grid.dy]), np.array([grid.west, grid.south])
    return [shapely.transform(polygon, lambda xy: xy * scale + origin) for polygon in layer]


def apart(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).max())


@law
@given(layers)
def test_between_0_and_1_and_the_same_every_time(layer):
    shares = covered_share(layer, UNIT)
    assert shares.shape == (NY, NX)
    assert shares.min() >= 0
    assert shares.max() <= 1
    assert (covered_share(layer, UNIT) == shares).all()


@law
@given(st.lists(valid_polygons, min_size=1, max_size=6))
def test_area_is_conserved(layer):
    """All cells together hold the area of the union inside the grid."""
    union = shapely.union_all(layer)
    inside = shapely.intersection(union, box(0, 0, NX, NY)).area
    assert abs(covered_share(layer, UNIT).sum() - inside) < NX * NY * TINY


@law
@given(st.lists(valid_polygons, min_size=1, max_size=6))
def test_area_is_conserved_in_degrees(layer):
    layer = moved(layer, MIE)
    union = shapely.union_all([shapely.make_valid(p) for p in layer])
    inside = shapely.intersection(union, box(*MIE.bounds)).area / (MIE.dx * MIE.dy)
    assert abs(covered_share(layer, MIE).sum() - inside) < NX * NY * IN_DEGREES


@law
@given(layers, st.randoms(use_true_random=False))
def test_order_is_irrelevant(layer, random):
    shuffled = random.sample(layer, len(layer))
    assert apart(covered_share(layer, UNIT), covered_share(shuffled, UNIT)) < TINY


@law
@given(layers)
def test_giving_a_layer_twice_changes_nothing(layer):
    once = covered_share(layer, UNIT)
    assert apart(once, covered_share(layer + layer, UNIT)) < TINY
    edges = polygon_edges(layer, UNIT)
    assert apart(once, share_of(edges, edges)) < TINY


@law
@given(layers)
def test_direction_of_rings_is_irrelevant(layer):
    assert apart(covered_share(layer, UNIT), covered_share([shapely.reverse(p) for p in layer], UNIT)) < TINY


@law
@given(layers, layers)
def test_adding_polygons_never_takes_away(layer, more):
    assert (covered_share(layer + more, UNIT) - covered_share(layer, UNIT)).min() > -TINY


@law
@given(layers, layers)
def test_the_union_lies_between_the_largest_and_the_sum(one, other):
    a, b = covered_share(one, UNIT), covered_share(other, UNIT)
    both = share_of(polygon_edges(one, UNIT), polygon_edges(other, UNIT))
    assert (both - np.maximum(a, b)).min() > -TINY
    assert (np.minimum(1, a + b) - both).min() > -TINY


@law
@given(layers, st.integers(2, 4))
def test_cutting_cells_finer_and_averaging_changes_nothing(layer, k):
    fine = covered_share(layer, UNIT.refined(k)).reshape(NY, k, NX, k).mean(axis=(1, 3))
    assert apart(fine, covered_share(layer, UNIT)) < TINY


@law
@given(layers, st.integers(-3, 3), st.integers(-3, 3))
def test_moving_by_whole_cells_moves_the_answer(layer, i, j):
    away = Grid(i, j, 1, 1, NX, NY, "EPSG:6668")
    there = [shapely.transform(polygon, lambda xy: xy + np.array([i, j])) for polygon in layer]
    assert apart(covered_share(there, away), covered_share(layer, UNIT)) < 100 * TINY  # 1e-17 + 3 is 3


@law
@given(layers, st.data())
def test_a_window_of_the_grid_gives_that_part_of_the_answer(layer, data):
    i, j = data.draw(st.integers(0, NX - 1)), data.draw(st.integers(0, NY - 1))
    nx, ny = data.draw(st.integers(1, NX - i)), data.draw(st.integers(1, NY - j))
    window = covered_share(layer, UNIT.window(i, j, nx, ny))
    assert apart(window, covered_share(layer, UNIT)[j : j + ny, i : i + nx]) < 100 * TINY


@law
@given(layers, st.integers(1, NX * NY))
@example([Point(0, 1).buffer(0.5, quad_segs=5) - Point(0, 1).buffer(0.25, quad_segs=5)], 1)
def test_strips_of_any_height_give_the_same_bits(layer, cells_in_a_strip):
    whole = covered_share(layer, UNIT)
    usual, share.STRIP_CELLS = share.STRIP_CELLS, cells_in_a_strip
    try:
        assert (covered_share(layer, UNIT) == whole).all()
    finally:
        share.STRIP_CELLS = usual
    edges = polygon_edges(layer, UNIT)
    rows = np.vstack([share_of(edges, rows=(row, row + 1)) for row in range(NY)])
    assert (rows == whole).all()


@law
@given(layers, st.integers(0, 2**20 - 1))
def test_a_mask_changes_no_cell_it_keeps(layer, pattern):
    mask = np.array([pattern >> k & 1 for k in range(NX * NY)], bool).reshape(NY, NX)
    some = share_of(polygon_edges(layer, UNIT), cells=mask)
    assert (some[mask] == covered_share(layer, UNIT)[mask]).all()
    assert np.isnan(some[~mask]).all()
