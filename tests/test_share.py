"""Share of every cell: worlds done by hand, GEOS over many random small worlds, exact rationals."""

from __future__ import annotations

import geopandas
import numpy as np
import pytest
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box

from coverage.share.covered import covered_share, share_of
from coverage.share.edges import polygon_edges
from geodata.errors import DataError
from geodata.grid import Grid
from tests.geometry_truth import exact_share, geos_share

UNIT = Grid(0, 0, 1, 1, 2, 2, "EPSG:6668")
NINE = Grid(0, 0, 1, 1, 3, 3, "EPSG:6668")
MIE = Grid(135.9, 34.5, 11.25 / 3600, 7.5 / 3600, 5, 4, "EPSG:6668")


def map_order(rows: list[list[float]]) -> np.ndarray:
    """Rows written as on a map, north first."""
    return np.array(rows, float)[::-1]


# --- by hand ---------------------------------------------------------------------------------------------


def test_a_square_over_the_middle_covers_a_quarter_of_each_cell():
    """The square from (0.5, 0.5) to (1.5, 1.5) takes a quarter of each of the four cells."""
    assert covered_share([box(0.5, 0.5, 1.5, 1.5)], UNIT).tolist() == [[0.25, 0.25], [0.25, 0.25]]


def test_row_0_is_the_southernmost():
    """Half of the south-western cell, nothing else."""
    assert covered_share([box(0, 0, 1, 0.5)], UNIT).tolist() == [[0.5, 0.0], [0.0, 0.0]]


def test_overlaps_count_once():
    """Left halves and lower halves of all cells: each cell has 1/2 + 1/2 - 1/4."""
    left = [box(0, 0, 0.5, 2), box(1, 0, 1.5, 2)]
    lower = [box(0, 0, 2, 0.5), box(0, 1, 2, 1.5)]
    assert covered_share(left + lower, UNIT).tolist() == [[0.75, 0.75], [0.75, 0.75]]


def test_halves_of_two_polygons_may_fill_a_cell_or_fall_together():
    """One cell half covered by A. B's other half fills it; B's same half adds nothing."""
    west, east = box(0, 0, 0.5, 1), box(0.5, 0, 1, 1)
    assert covered_share([west, east], UNIT)[0, 0] == 1.0
    assert covered_share([west, west], UNIT)[0, 0] == 0.5


def test_a_diamond_over_nine_cells():
    """|x - 1.5| + |y - 1.5| <= 1: the middle cell whole, half of the four beside it... of which it takes a
    triangle of base 1 and height 1/2 = 1/4; the corners of the middle cell lie on its border, so the four
    corner cells get nothing."""
    diamond = Polygon([(1.5, 0.5), (2.5, 1.5), (1.5, 2.5), (0.5, 1.5)])
    expected = [[0, 0.25, 0], [0.25, 1, 0.25], [0, 0.25, 0]]
    assert covered_share([diamond], NINE) == pytest.approx(map_order(expected), abs=1e-15)


def test_a_hole_is_not_covered_unless_another_polygon_fills_it():
    """A frame around the middle cell; then a small square of 0.5 x 0.5 inside its hole."""
    frame = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    island = box(1.25, 1.25, 1.75, 1.75)
    assert covered_share([frame], NINE).tolist() == [[1, 1, 1], [1, 0, 1], [1, 1, 1]]
    assert covered_share([frame, island], NINE).tolist() == [[1, 1, 1], [1, 0.25, 1], [1, 1, 1]]


def test_a_nested_polygon_adds_nothing():
    """Inside the big square everything is covered already, also in the cell the small one's edge crosses."""
    assert covered_share([box(0, 0, 3, 3), box(0.3, 0.3, 1.7, 1.9)], NINE).tolist() == [[1.0] * 3] * 3


def test_polygons_that_touch_along_grid_lines():
    """A chessboard drawn exactly on the lines."""
    dark = [box(i, j, i + 1, j + 1) for i in range(3) for j in range(3) if (i + j) % 2 == 0]
    assert covered_share(dark, NINE).tolist() == [[1, 0, 1], [0, 1, 0], [1, 0, 1]]


def test_a_crossing_inside_a_cell():
    """Two bars of width 0.2 crossing in one cell: 0.2 + 0.2 - 0.04. And the two triangles under the two
    diagonals, whose union is the cell without the top quarter."""
    assert covered_share([box(0, 0.4, 1, 0.6), box(0.4, 0, 0.6, 1)], UNIT)[0, 0] == pytest.approx(0.36, abs=1e-12)
    rising, falling = Polygon([(0, 0), (1, 0), (1, 1)]), Polygon([(0, 0), (1, 0), (0, 1)])
    assert covered_share([rising, falling], UNIT)[0, 0] == pytest.approx(0.75, abs=1e-12)


@pytest.mark.parametrize("shift", [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, 1)])
def test_a_polygon_partly_outside(shift: tuple[int, int]):
    """A square as large as the grid, moved by one cell: half or a quarter of the grid stays covered."""
    dx, dy = shift
    expected = np.zeros((2, 2))
    expected[max(dy, 0) : 2 + min(dy, 0), max(dx, 0) : 2 + min(dx, 0)] = 1
    assert covered_share([box(dx, dy, 2 + dx, 2 + dy)], UNIT).tolist() == expected.tolist()


def test_polygons_around_beside_and_far_from_the_grid():
    """All around: everything. To the west, east, south, north: nothing. A frame around the grid: nothing."""
    assert covered_share([box(-100, -100, 100, 100)], UNIT).min() == 1
    beside = [box(-9, -9, -1, 9), box(3, -9, 9, 9), box(-9, -9, 9, -1), box(-9, 3, 9, 9), box(-2, 0, 0, 2)]
    assert covered_share(beside, UNIT).max() == 0
    frame = box(-9, -9, 9, 9) - box(-0.5, -0.5, 2.5, 2.5)
    assert covered_share([frame], UNIT).max() == 0


def test_shape_is_rows_by_columns():
    assert covered_share([box(0, 0, 1, 1)], Grid(0, 0, 1, 1, 5, 2, "EPSG:6668")).shape == (2, 5)


def test_cells_that_are_not_square():
    """Cells of 2 x 0.5; a square of 1 x 1 at the corner takes half of two cells."""
    assert covered_share([box(0, 0, 1, 1)], Grid(0, 0, 2, 0.5, 1, 3, "EPSG:6668")).ravel().tolist() == [0.5, 0.5, 0]


# --- at the door -----------------------------------------------------------------------------------------


def test_none_empty_and_nothing_at_all():
    assert covered_share([], UNIT).tolist() == [[0, 0], [0, 0]]
    assert covered_share([None, Polygon(), MultiPolygon()], UNIT).tolist() == [[0, 0], [0, 0]]
    some = np.array([None, box(0, 0, 1, 1), Polygon()], object)
    assert covered_share(some, UNIT).tolist() == [[1, 0], [0, 0]]
    assert covered_share(some, UNIT, repaired=True).tolist() == [[1, 0], [0, 0]]


def test_a_geoseries_must_be_in_the_crs_of_the_grid():
    squares = geopandas.GeoSeries([box(0, 0, 1, 1)], crs="EPSG:6668")
    assert covered_share(squares, UNIT)[0, 0] == 1
    assert covered_share(squares.to_frame("geometry"), UNIT)[0, 0] == 1
    with pytest.raises(ValueError, match="EPSG:4326"):
        covered_share(squares.set_crs("EPSG:4326", allow_override=True), UNIT)
    with pytest.raises(ValueError, match="no CRS"):
        covered_share(geopandas.GeoSeries([box(0, 0, 1, 1)]), UNIT)


def test_points_and_lines_are_refused_in_japanese():
    with pytest.raises(DataError) as refusal:
        covered_share([box(0, 0, 1, 1), Point(0, 0), LineString([(0, 0), (1, 1)])], UNIT)
    assert refusal.value.code == "not-polygons"
    assert "2 件" in refusal.value.problem.ja


def test_rings_may_run_either_way():
    frame = Polygon([(0, 0), (3, 0), (3, 3), (0, 3)], [[(1, 1), (1, 2), (2, 2), (2, 1)]])
    same_way = Polygon(frame.exterior.coords, [frame.interiors[0].coords[::-1]])
    for polygon in (frame, same_way, shapely.reverse(frame), shapely.reverse(same_way)):
        assert covered_share([polygon], NINE).tolist() == [[1, 1, 1], [1, 0, 1], [1, 1, 1]]


def test_heights_are_ignored():
    assert covered_share([shapely.force_3d(box(0, 0, 1, 1), 7.0)], UNIT).tolist() == [[1, 0], [0, 0]]
    assert covered_share([shapely.force_3d(box(0, 0, 1, 1), 7.0)], UNIT, repaired=True)[0, 0] == 1


def test_invalid_polygons_mean_what_make_valid_says():
    """A bow tie over one cell: two triangles of 1/4 each. A hole beside its shell: an area of its own."""
    bow_tie = Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert covered_share([bow_tie], UNIT)[0, 0] == pytest.approx(0.5, abs=1e-15)
    stray = Polygon([(0, 0), (1, 0), (1, 1), (0, 1)], [[(1.5, 0), (2, 0), (2, 1), (1.5, 1)]])
    assert covered_share([stray], UNIT).tolist() == [[1, 0.5], [0, 0]]


# --- several layers at once, masks, rows -----------------------------------------------------------------


def test_several_layers_are_their_union():
    a, b = (polygon_edges([box(0, 0, 0.5, 2)], UNIT), polygon_edges([box(0, 0, 2, 0.5), box(0.25, 0, 0.75, 2)], UNIT))
    assert share_of(a).tolist() == [[0.5, 0], [0.5, 0]]
    assert share_of(a, b).tolist() == [[0.875, 0.5], [0.75, 0]]


def test_layers_of_different_grids_are_a_mistake():
    with pytest.raises(ValueError, match="same grid"):
        share_of(polygon_edges([], UNIT), polygon_edges([], NINE))


def test_only_the_cells_asked_for():
    """The mask leaves windings right: cell (1, 2) is fed by edges in cells that are not asked for."""
    polygons = [box(0.5, 0.5, 2.5, 2.5), box(0.7, 0.2, 1.1, 2.2)]
    whole = covered_share(polygons, NINE)
    mask = np.zeros((3, 3), bool)
    mask[1, 2] = mask[2, 0] = True
    some = share_of(polygon_edges(polygons, NINE), cells=mask)
    assert some[mask].tolist() == whole[mask].tolist()
    assert np.isnan(some[~mask]).all()


def test_only_the_rows_asked_for():
    polygons = [box(0.5, 0.5, 2.5, 2.5), Polygon([(0, 0), (3, 1), (1, 3)])]
    whole = covered_share(polygons, NINE)
    for rows in ((0, 1), (1, 3), (2, 3), (0, 3)):
        assert share_of(polygon_edges(polygons, NINE), rows=rows).tolist() == whole[slice(*rows)].tolist()


# --- against GEOS ----------------------------------------------------------------------------------------


def fan(rng: np.random.Generator, corners: int) -> Polygon:
    """A star-shaped polygon around a random place."""
    angle = np.sort(rng.uniform(0, 2 * np.pi, corners))
    radius = rng.uniform(0.1, 3, corners)
    x, y = rng.uniform(-1, 6, 2)
    return Polygon(np.column_stack([x + radius * np.cos(angle), y + radius * np.sin(angle)]))


def lattice_boxes(rng: np.random.Generator) -> shapely.Geometry:
    """On the lines of the grid exactly."""
    corner = rng.integers(-2, 7, 2)
    return box(*corner, *(corner + rng.integers(1, 5, 2)))


def half_lattice_triangles(rng: np.random.Generator) -> shapely.Geometry:
    """Corners on lines and half lines; edges that run through corners of cells."""
    return Polygon(rng.integers(-4, 14, (3, 2)) / 2)


def rings(rng: np.random.Generator) -> shapely.Geometry:
    """Round ones with a hole."""
    disc = Point(rng.uniform(-1, 6, 2)).buffer(rng.uniform(0.1, 3), quad_segs=int(rng.integers(1, 9)))
    return disc - disc.buffer(-rng.uniform(0.05, 0.5))


def fans(rng: np.random.Generator) -> shapely.Geometry:
    return fan(rng, int(rng.integers(3, 40)))


def slivers(rng: np.random.Generator) -> shapely.Geometry:
    """Long and as thin as 1e-9 of a cell."""
    start, along = rng.uniform(-1, 6, 2), rng.uniform(-4, 4, 2)
    across = rng.normal(size=2) * 10.0 ** -rng.integers(1, 10)
    return Polygon([start, start + along, start + along + across, start + across])


def bitten_boxes(rng: np.random.Generator) -> shapely.Geometry:
    """Lattice boxes with a round bite or hole."""
    return lattice_boxes(rng) - Point(rng.uniform(-1, 6, 2)).buffer(rng.uniform(0.1, 2))


def mixed(rng: np.random.Generator) -> shapely.Geometry:
    draw = (lattice_boxes, half_lattice_triangles, rings, fans, slivers, bitten_boxes)
    return draw[rng.integers(len(draw))](rng)


def random_world(draw, rng: np.random.Generator) -> list[shapely.Geometry]:
    """One to seven polygons, some reversed, one sometimes twice."""
    found = [draw(rng) for _ in range(rng.integers(1, 8))]
    found = [shapely.reverse(p) if rng.random() < 0.5 else p for p in found if p.is_valid and p.area > 0]
    return found + found[: rng.integers(0, 2)]


@pytest.mark.parametrize("draw", [lattice_boxes, half_lattice_triangles, rings, fans, slivers, bitten_boxes, mixed])
def test_geos_agrees_on_small_worlds(draw):
    """Not only the worst case: half of all worlds must agree to 1e-13, so that no small defect hides."""
    rng = np.random.default_rng(sum(map(ord, draw.__name__)))
    worst = []
    for _ in range(150):
        grid = Grid(0, 0, 1, 1, int(rng.integers(1, 6)), int(rng.integers(1, 6)), "EPSG:6668")
        polygons = random_world(draw, rng)
        worst.append(np.abs(covered_share(polygons, grid) - geos_share(polygons, grid)).max() if polygons else 0)
    assert np.quantile(worst, 0.5) < 1e-13
    assert np.quantile(worst, 0.95) < 3e-13
    assert max(worst) < 2e-12


@pytest.mark.parametrize(
    "grid",
    [
        MIE,
        Grid(-43_000.0, -170_000.0, 250, 250, 5, 4, "EPSG:6674"),
        Grid(4e6, -3e6, 1e-3, 2e-3, 5, 4, "EPSG:6674"),
        Grid(-1e-7, 1e-7, 1e-8, 1e-8, 5, 4, "EPSG:6668"),
        Grid(0, 0, 1e7, 1e7, 5, 4, "EPSG:6674"),
    ],
    ids=["degrees", "metres", "far-off", "tiny", "huge"],
)
def test_geos_agrees_at_all_scales(grid: Grid):
    """The same worlds laid over other grids. What a double resolves there, as a part of a cell, is allowed."""
    rng = np.random.default_rng(7)
    reach = max(abs(b) for b in grid.bounds) / min(grid.dx, grid.dy)
    worst = []
    for _ in range(60):
        polygons = [shapely.transform(p, lambda xy: xy * [grid.dx, grid.dy] + [grid.west, grid.south]) for p in random_world(mixed, rng)]
        polygons = [p for p in polygons if p.is_valid]
        if polygons:
            worst.append(np.abs(covered_share(polygons, grid) - geos_share(polygons, grid)).max())
    assert np.median(worst) < max(1e-13, 4 * reach * 2**-53)
    assert max(worst) < max(1e-9, 100 * reach * 2**-53)


def test_geos_agrees_in_crowded_cells():
    """Hundreds of edges a cell, so that cells are cut finer, several times over."""
    rng = np.random.default_rng(3)
    grid = Grid(0, 0, 3, 3, 2, 2, "EPSG:6668")
    for corners, many in ((300, 4), (40, 25), (1500, 2)):
        polygons = [fan(rng, corners) for _ in range(many)]
        polygons = [p for p in polygons if p.is_valid] + [box(0.1, 0.1, 1.3, 4.2)]
        worst = np.abs(covered_share(polygons, grid) - geos_share(polygons, grid)).max()
        assert worst < 1e-12


def test_many_sides_meet_in_one_point():
    """Two hundred thin triangles with a common corner: no cutting finer ever parts them."""
    angle = np.linspace(0, 2 * np.pi, 401)
    x, y = 0.3 + 0.6 * np.cos(angle), 0.6 + 0.6 * np.sin(angle)
    blades = [Polygon([(0.3, 0.6), (x[k], y[k]), (x[k + 1], y[k + 1])]) for k in range(0, 400, 2)]
    blades += [shapely.affinity.rotate(blade, 0.3, (0.3, 0.6)) for blade in blades]
    worst = np.abs(covered_share(blades, UNIT) - geos_share(blades, UNIT)).max()
    assert worst < 1e-11


# --- against exact arithmetic ----------------------------------------------------------------------------


def test_exact_arithmetic_agrees_with_a_world_done_by_hand():
    """The check itself: two bars crossing (binary fractions), 1/4 + 1/4 - 1/16."""
    bars = [[(0, 0.25), (1, 0.25), (1, 0.5), (0, 0.5)], [(0.25, 0), (0.5, 0), (0.5, 1), (0.25, 1)]]
    assert str(exact_share(bars, UNIT)[0][0]) == "7/16"


@pytest.mark.parametrize("grid", [UNIT, Grid(135.9, 34.5, 11.25 / 3600, 7.5 / 3600, 2, 2, "EPSG:6668")])
def test_exact_rationals_agree(grid: Grid):
    """Triangles and slivers against rational arithmetic, in which nothing is ever rounded."""
    rng = np.random.default_rng(11)
    worst = []
    for _ in range(25):
        rings = []
        for _ in range(rng.integers(1, 5)):
            corners = rng.uniform(-0.5, 2.5, (3, 2))
            if rng.random() < 0.3:
                corners[2] = corners[0] + (corners[1] - corners[0]) / 3 + rng.normal(size=2) * 1e-7
            rings.append([tuple(c) for c in (corners * [grid.dx, grid.dy] + [grid.west, grid.south]).tolist()])
        exact = np.array(exact_share(rings, grid), float)
        worst.append(np.abs(covered_share([Polygon(r) for r in rings], grid) - exact).max())
    assert np.median(worst) < 1e-13
    assert max(worst) < 1e-12
