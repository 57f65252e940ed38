"""Points in polygons whose parts overlap: inside any part is inside, in the order of the rows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, box

from coverage.carrier_need import _inside
from coverage.matrix import layers_by_column, share_matrix
from coverage.zones.designations import designations
from geodata import intake
from geodata.inside import any_contains, points_in
from geodata.repair import repair_polygons
from requests_gen.demo.years import AreaChange, disc, former
from tests.hand_world import CARRIERS, GRID, cells, municipalities
from tests.hand_world import box as cells_box

# two boxes that share the square from 1 to 2
OVERLAPPING = MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)])
whole = st.integers(0, 6)
boxes = st.tuples(whole, whole, st.integers(1, 4), st.integers(1, 4)).map(lambda b: box(b[0], b[1], b[0] + b[2], b[1] + b[3]))
multipolygons = st.lists(st.lists(boxes, min_size=1, max_size=4).map(MultiPolygon), min_size=1, max_size=3)


def objects(*shapes: shapely.Geometry | None) -> np.ndarray:
    rows = np.empty(len(shapes), object)
    rows[:] = shapes
    return rows


def test_by_hand():
    """In the overlap, in one part, on an edge, outside; asked in a row, as GEOS then prepares the shape."""
    points = shapely.points([[1.5, 1.5], [0.5, 0.5], [3.0, 2.5], [2.5, 0.5], [1.2, 1.7]])
    assert any_contains(objects(OVERLAPPING), points).tolist() == [True, True, True, False, True]
    assert not any_contains(objects(), points).any()
    assert not any_contains(objects(None, shapely.Polygon()), points).any()
    assert any_contains(objects(OVERLAPPING), shapely.points(np.empty((0, 2)))).shape == (0,)


def test_repair_leaves_overlapping_parts_as_they_are():
    """What the question rests on: such a multipolygon comes through intake unchanged."""
    kept, count = repair_polygons(objects(OVERLAPPING))
    assert not len(count.invalid)
    assert kept[0].equals_exact(OVERLAPPING)


def test_pairs_stand_in_the_order_of_the_rows():
    """The point in all three shapes is told of each of them once, the first row first."""
    shapes = objects(box(0, 0, 5, 5), OVERLAPPING, None, box(1, 1, 2, 2))
    point, shape = points_in(shapes, shapely.points([[4.0, 4.0], [1.5, 1.5]]))
    assert list(zip(point.tolist(), shape.tolist(), strict=True)) == [(0, 0), (1, 0), (1, 1), (1, 3)]


@settings(deadline=None, max_examples=40)
@given(multipolygons, st.lists(st.tuples(st.integers(-1, 21), st.integers(-1, 21)), min_size=1, max_size=12))
def test_a_point_is_inside_where_any_part_holds_it(shapes, halves):
    """Against plain comparison of numbers, edges included (points on halves meet edges and corners)."""
    xy = np.array(halves) / 2
    spec = [
        [any(w <= x <= e and s <= y <= n for w, s, e, n in shapely.bounds(shapely.get_parts(shape))) for shape in shapes] for x, y in xy
    ]
    told = np.zeros((len(xy), len(shapes)), bool)
    told[points_in(objects(*shapes), shapely.points(xy))] = True
    assert told.tolist() == spec
    assert any_contains(objects(*shapes), shapely.points(xy)).tolist() == [any(row) for row in spec]


def test_centres_in_the_overlap_are_covered():
    """Two rows of three cells, each covered in part, their centres in both parts of alpha's one shape."""
    shape = MultiPolygon([cells_box(0.1, 0.1, 2.9, 1.9), cells_box(0.2, 0.2, 3.1, 1.8)])
    layers = gpd.GeoDataFrame({"carrier": ["alpha"], "generation": "4G", "kind": "own"}, geometry=[shape], crs=GRID.crs)
    table = cells()
    matrix = share_matrix(table, municipalities().geometry.to_numpy(), layers, layers_by_column(layers, CARRIERS, ["4G"], ["own"]), GRID)
    assert matrix.shares["alpha", "4G"].between(0.01, 0.99).sum() >= 6
    assert matrix.centre_covered["alpha", "4G"].tolist() == (table["i"] < 3).astype(float).tolist()


def test_a_facility_in_the_overlap_is_not_outside():
    assert _inside(objects(OVERLAPPING), np.array([1.5, 2.5]), np.array([1.5, 0.5])).tolist() == [True, False]


def test_names_of_designations_in_the_order_of_the_list():
    """The zone is pointed at in the overlap; both areas of the kind hold it, and the first in the list is named first."""
    areas = gpd.GeoDataFrame(
        {"kind": "depopulated", "name": ["甲", "乙"], "valid_to": ["2031-03-31", ""]}, geometry=[OVERLAPPING, box(0, 0, 9, 9)]
    )
    shares = pd.DataFrame({"in_depopulated": [1.0]}, index=pd.Index(["z"], name="zone_id"))
    told = designations(shares, areas, np.array([[1.5, 1.5]])).loc["z"]
    assert told.tolist() == ["過", "2031-03-31", "甲、乙"]


def test_a_disc_is_taken_out_of_every_part():
    """Last year's area of the demo: GEOS refuses to cut a shape whose parts overlap (side location conflict)."""
    change = AreaChange(2026, "alpha", "4G", 136.5, 34.5, 500.0, True, "")
    shape = MultiPolygon([box(136.4, 34.4, 136.52, 34.52), box(136.48, 34.48, 136.6, 34.6)])
    left = former(objects(shape), [change], "EPSG:6674")
    taken = shapely.union_all(objects(*shapely.get_parts(shape))).area - shapely.union_all(left).area
    assert abs(taken / disc(change, "EPSG:6674").area - 1) < 1e-9


def test_a_half_rectangle_given_twice_is_no_frame_of_a_map(tmp_path):
    """Its parts add up to the rectangle around them, and cover half of it; two different halves do cover all."""
    lower, upper = shapely.Polygon([(136, 34), (137, 34), (137, 35)]), shapely.Polygon([(136, 34), (136, 35), (137, 35)])
    for name, halves, frame in (("twice", [lower, lower], False), ("both", [lower, upper], True)):
        path = tmp_path / f"{name}.geojson"
        gpd.GeoDataFrame(geometry=[MultiPolygon(halves), box(136.4, 34.6, 136.5, 34.7)], crs="EPSG:6668").to_file(path)
        _, report = intake.read_vector(path, geometry="polygon", crs="EPSG:6668")
        assert ("frame-rectangle" in {notice.code for notice in report.notices}) == frame
