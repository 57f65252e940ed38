"""Length of lines inside a union of polygons: worlds by hand, shapely as judge, laws."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.share.edges import Edges, joined_edges, polygon_edges
from coverage.share.lines import LinePieces, common_shares, covered_stretches, line_pieces
from geodata.grid import Grid

GRID = Grid(0.0, 0.0, 1.0, 1.0, 8, 8, "EPSG:6674")


def line_shares(pieces: LinePieces, edges: Edges) -> np.ndarray:
    """Share of each piece inside one layer."""
    return common_shares([covered_stretches(pieces, edges)], len(pieces.line))


def covered(lines: list, polygons: list, grid: Grid = GRID) -> tuple[list[float], list[float]]:
    """(length in the grid, covered length) of each line, in cells."""
    pieces = line_pieces(lines, grid)
    share = line_shares(pieces, polygon_edges(polygons, grid))
    length = np.hypot(pieces.x1 - pieces.x0, pieces.y1 - pieces.y0)
    return (np.bincount(pieces.line, length, len(lines)).tolist(), np.bincount(pieces.line, length * share, len(lines)).tolist())


def line(*points: tuple[float, float]) -> shapely.LineString:
    return shapely.LineString(points)


@pytest.mark.parametrize(
    ("road", "polygons", "want"),
    [
        pytest.param(line((0.5, 3.5), (7.5, 3.5)), [shapely.box(2, 3, 5, 4)], 3.0, id="through a square"),
        pytest.param(line((0.5, 3.5), (7.5, 3.5)), [], 0.0, id="no polygon"),
        pytest.param(line((2.2, 3.5), (2.8, 3.5)), [shapely.box(0, 0, 8, 8)], 0.6, id="far from any side"),
        pytest.param(line((0.5, 3.5), (7.5, 3.5)), [shapely.box(2, 3, 5, 4)] * 2, 3.0, id="the same polygon twice"),
        pytest.param(line((0.5, 3.5), (7.5, 3.5)), [shapely.box(2, 3, 5, 4), shapely.box(4, 3, 6, 4)], 4.0, id="overlap"),
        pytest.param(line((0.5, 3.5), (7.5, 3.5)), [shapely.box(1, 1, 7, 7).difference(shapely.box(3, 3, 4.5, 4))], 4.5, id="hole"),
        pytest.param(line((0.5, 3.5), (3.5, 3.5)), [shapely.box(2, 3, 5, 4)], 1.5, id="ends inside"),
        pytest.param(line((0.0, 0.0), (8.0, 8.0)), [shapely.box(2, 2, 3, 3)], 2**0.5, id="along the diagonal of cells"),
        pytest.param(line((2.25, 1.0), (2.25, 6.0)), [shapely.box(2, 2, 2.5, 4)], 2.0, id="north"),
        pytest.param(line((2.25, 6.0), (2.25, 1.0)), [shapely.box(2, 2, 2.5, 4)], 2.0, id="south"),
        pytest.param(line((1, 1), (1, 1), (3, 1.5)), [shapely.box(0, 0, 8, 8)], 4.25**0.5, id="a segment without length"),
    ],
)
def test_by_hand(road, polygons, want):
    assert covered([road], polygons)[1] == pytest.approx([want], abs=1e-12)


def test_outside_the_grid_is_left_out():
    length, inside = covered([line((-5, 0.5), (12, 0.5)), line((-5, 20), (12, 20))], [shapely.box(-9, -9, 20, 30)])
    assert length == pytest.approx([8.0, 0.0])
    assert inside == pytest.approx([8.0, 0.0])


def test_lines_without_anything_have_no_piece():
    pieces = line_pieces([None, shapely.LineString(), line((1, 1), (2, 1.5))], GRID)
    assert set(pieces.line.tolist()) == {2}


def test_pieces_lie_in_their_cells():
    pieces = line_pieces([line((0.3, 0.2), (6.7, 5.9), (0.1, 6.0))], GRID)
    for a, b, low in ((pieces.x0, pieces.x1, pieces.i), (pieces.y0, pieces.y1, pieces.j)):
        assert (np.minimum(a, b) >= low).all()
        assert (np.maximum(a, b) <= low + 1).all()


@given(seed=st.integers(0, 10**6), whole=st.booleans(), fine=st.integers(1, 4))
@settings(deadline=None, max_examples=60)
def test_as_shapely_says(seed: int, whole: bool, fine: int):
    """Random discs, whole-numbered shapes with sides along the cells, holes; the grid's cells do not matter."""
    random = np.random.default_rng(seed)
    grid = Grid(0.0, 0.0, 1 / fine, 1 / fine, 8 * fine, 8 * fine, "EPSG:6674")
    polygons = []
    for _ in range(random.integers(1, 9)):
        disc = shapely.Point(*random.uniform(0, 8, 2)).buffer(random.uniform(0.2, 4), quad_segs=int(random.integers(1, 7)))
        if whole:
            disc = shapely.set_precision(shapely.set_precision(disc, 1.0), 0.0)
        elif random.uniform() < 0.3:
            disc = disc.difference(disc.centroid.buffer(0.3))
        polygons.append(disc)
    lines = [line(*random.uniform(0.01, 7.99, (random.integers(2, 6), 2))) for _ in range(5)]
    union = shapely.union_all([shapely.from_wkb(shapely.to_wkb(polygon)) for polygon in polygons])
    length, inside = covered(lines, polygons, grid)
    assert np.array(length) / fine == pytest.approx([road.length for road in lines])
    assert np.array(inside) / fine == pytest.approx([road.intersection(union).length for road in lines], abs=1e-9)


@given(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_more_area_never_covers_less(seed: int):
    random = np.random.default_rng(seed)
    discs = [shapely.Point(*random.uniform(0, 8, 2)).buffer(random.uniform(0.2, 3)) for _ in range(6)]
    pieces = line_pieces([line(*random.uniform(0, 8, (5, 2)))], GRID)
    few, more = polygon_edges(discs[:3], GRID), polygon_edges(discs[3:], GRID)
    both = line_shares(pieces, joined_edges([few, more]))
    assert (both >= np.maximum(line_shares(pieces, few), line_shares(pieces, more)) - 1e-12).all()


@pytest.mark.parametrize(
    ("spans", "want"),
    [
        pytest.param([(2, 6)], 4.0, id="one layer"),
        pytest.param([(2, 6), (4, 7)], 2.0, id="lines between cells"),
        pytest.param([(2.2, 2.6), (2.6, 2.9)], 0.0, id="different parts of one piece"),
        pytest.param([(2.2, 2.6), (2.4, 2.9)], 0.2, id="parts that share a stretch"),
        pytest.param([(2.2, 2.6), (2.4, 2.9), (2.5, 2.55)], 0.05, id="three layers"),
        pytest.param([(2.2, 2.6), (2.2, 2.6), (0, 8)], 0.4, id="twice the same part"),
        pytest.param([(2.2, 2.6), (9, 10)], 0.0, id="a layer elsewhere"),
    ],
)
def test_what_lies_inside_every_layer(spans, want):
    pieces = line_pieces([line((0.0, 3.5), (8.0, 3.5))], GRID)
    found = [covered_stretches(pieces, polygon_edges([shapely.box(west, 3, east, 4)], GRID)) for west, east in spans]
    assert (common_shares(found, len(pieces.line)) * (pieces.x1 - pieces.x0)).sum() == pytest.approx(want, abs=1e-12)


def test_another_crs_is_refused():
    import geopandas as gpd

    with pytest.raises(ValueError, match="EPSG:4326"):
        line_pieces(gpd.GeoSeries([line((1, 1), (2, 2))], crs="EPSG:4326"), GRID)
