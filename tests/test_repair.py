"""Which polygons are mended, what they mean afterwards, and that sound ones are left alone."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from shapely import GeometryCollection, LineString, MultiPolygon, Point, Polygon, box

from geodata.errors import DataError
from geodata.repair import RepairCount, repair_polygons
from geodata.safety.ceilings import Limits, limited

SQUARE = [(0, 0), (9, 0), (9, 9), (0, 9)]
BOW_TIE = Polygon([(0, 0), (2, 2), (2, 0), (0, 2)])
REASONS = ("crossing_rings", "stray_holes", "collapsed", "stripped", "flattened", "not_polygons")


def square_hole(west: float, south: float, side: float) -> list[tuple[float, float]]:
    return [(west, south), (west + side, south), (west + side, south + side), (west, south + side)]


def repaired(*geometries: shapely.Geometry | None) -> tuple[np.ndarray, RepairCount]:
    rows = np.empty(len(geometries), object)
    rows[:] = geometries
    return repair_polygons(rows)


def reasons(count: RepairCount) -> dict[str, list[int]]:
    """Only the reasons that occurred."""
    return {name: rows for name in REASONS if (rows := getattr(count, name).tolist())}


# --- what is broken, by hand -----------------------------------------------------------------------------

BROKEN = {
    "bow tie": (BOW_TIE, "crossing_rings", 2.0),
    "spike": (Polygon([(0, 0), (1, 0), (1, 1), (1, 5), (1, 1), (0, 1)]), "crossing_rings", 1.0),
    "figure of eight": (Polygon([(0, 0), (1, 0), (1, 1), (2, 1), (2, 2), (1, 2), (1, 1), (0, 1)]), "crossing_rings", 2.0),
    "hole that crosses itself": (Polygon(SQUARE, [[(1, 1), (3, 3), (3, 1), (1, 3)]]), "crossing_rings", 79.0),
    "hole outside": (Polygon(SQUARE, [square_hole(20, 0, 2)]), "stray_holes", 85.0),
    "hole across the shell": (Polygon(SQUARE, [square_hole(8, 4, 2)]), "stray_holes", 79.0),
    "holes overlap": (Polygon(SQUARE, [square_hole(1, 1, 2), square_hole(2, 2, 2)]), "stray_holes", 74.0),
    "hole in a hole": (Polygon(SQUARE, [square_hole(1, 1, 4), square_hole(2, 2, 1)]), "stray_holes", 65.0),
    "hole given twice": (Polygon(SQUARE, [square_hole(1, 1, 2)] * 2), "stray_holes", 77.0),
    # all its corners lie on the shell of the L, yet it is outside; as it meets the shell it stays a hole
    "hole across a notch": (Polygon([(0, 0), (4, 0), (4, 2), (2, 2), (2, 4), (0, 4)], [[(4, 2), (2, 4), (2, 2)]]), "stray_holes", 12.0),
    # a slit runs through the hole: every corner of either lies on the right side of the other
    "slit across a hole": (
        Polygon([(0, 0), (9, 0), (9, 4), (1, 4), (1, 5), (9, 5), (9, 9), (0, 9)], [[(3, 3), (6, 3), (6, 6), (3, 6)]]),
        "stray_holes",
        81 - 8 - 6,
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_polygons_are_mended_as_make_valid_would(name: str):
    polygon, reason, area = BROKEN[name]
    (mended,), count = repaired(polygon)
    assert reasons(count) == {reason: [0]}
    assert count.invalid.tolist() == [0]
    assert mended.is_valid
    assert mended.area == pytest.approx(area, abs=1e-12)
    assert shapely.equals(mended, shapely.make_valid(polygon, method="structure", keep_collapsed=False))


SOUND = {
    "square": Polygon(SQUARE),
    "with a hole": Polygon(SQUARE, [square_hole(1, 1, 2)]),
    "hole touches the shell at a corner": Polygon(SQUARE, [[(0, 4), (2, 3), (2, 5)]]),
    "holes touch at a corner": Polygon(SQUARE, [square_hole(1, 1, 2), square_hole(3, 3, 2)]),
    "rings the wrong way round": Polygon(SQUARE[::-1], [square_hole(1, 1, 2)]),
    "hole beside a hole's box": Polygon(SQUARE, [[(1, 1), (5, 1), (1, 5)], square_hole(4, 4, 1)]),
    "repeated points": Polygon([(0, 0), (0, 0), (9, 0), (9, 9), (9, 9), (0, 9)]),
    "two parts that overlap": MultiPolygon([box(0, 0, 2, 2), box(1, 1, 3, 3)]),
    "island in a hole": MultiPolygon([Polygon(SQUARE, [square_hole(1, 1, 4)]), box(2, 2, 3, 3)]),
}


@pytest.mark.parametrize("name", SOUND)
def test_sound_polygons_stay_bit_by_bit(name: str):
    (same,), count = repaired(SOUND[name])
    assert reasons(count) == {}
    assert same.wkb == SOUND[name].wkb


def test_only_the_broken_part_of_a_multipolygon_changes():
    sound = Polygon([(20, 0), (21, 0.1), (20.5, 1)])
    (mended,), count = repaired(MultiPolygon([sound, BOW_TIE]))
    assert reasons(count) == {"crossing_rings": [0]}
    assert mended.geoms[0].wkb == sound.wkb
    assert mended.area == pytest.approx(2 + sound.area)


# --- everything else that comes in -----------------------------------------------------------------------


def test_rows_stay_in_place_and_every_change_is_told():
    """One row of each kind; the answer to "which rows" is read off the list."""
    rows = [
        box(0, 0, 1, 1),
        None,
        Polygon(),
        Polygon([(0, 0), (1, 1), (2, 2)]),
        Polygon([(3, 3), (3, 3), (3, 3), (3, 3)]),
        Polygon([(0, 0, 5), (1, 0, 5), (1, 1, 5)]),
        GeometryCollection([box(0, 0, 1, 1), GeometryCollection([Point(9, 9), box(2, 2, 3, 3)])]),
        LineString([(0, 0), (1, 1)]),
        GeometryCollection([box(0, 0, 1, 1)]),
        GeometryCollection(),
        shapely.from_wkt("POLYGON M ((0 0 1, 1 0 1, 1 1 1, 0 0 1))"),
        MultiPolygon([BOW_TIE]),
    ]
    mended, count = repaired(*rows)
    assert reasons(count) == {"crossing_rings": [3, 11], "collapsed": [3, 4], "stripped": [6], "flattened": [5, 10], "not_polygons": [7]}
    assert mended[1] is None
    assert [shape.area for shape in mended if shape is not None] == [1, 0, 0, 0, 0.5, 2, 0, 1, 0, 0.5, 2]
    assert mended[3].is_empty
    assert mended[4].is_empty
    assert not mended[5].has_z
    assert not mended[10].has_m
    assert rows[5].has_z, "the input is left as it was"


def test_nothing_in_nothing_out():
    mended, count = repaired()
    assert len(mended) == 0
    assert reasons(count) == {}


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.filterwarnings("ignore:invalid value encountered")
def test_coordinates_must_be_numbers(bad: float):
    with pytest.raises(DataError) as refusal:
        repaired(box(0, 0, 1, 1), Polygon([(0, 0), (1, 0), (bad, 1)]))
    assert refusal.value.code == "coordinates-not-finite"
    assert "2 番目" in refusal.value.where.ja


def test_a_star_too_tangled_to_mend_is_refused():
    """A star of 201 points that skips half of them crosses itself 201 x 198 / 2 = 19,899 times."""
    angle = 2 * np.pi * 100 * np.arange(201) / 201
    star = Polygon(np.column_stack([np.cos(angle), np.sin(angle)]))
    with limited(Limits(crossings=15_000)), pytest.raises(DataError) as refusal:
        repaired(box(0, 0, 1, 1), star)
    assert refusal.value.code == "too-tangled"
    assert "交差" in refusal.value.problem.ja
    (mended,), _ = repaired(star)
    assert mended.is_valid


def test_a_long_ring_with_one_mistake_is_mended():
    """Many vertices are not many crossings: a coil of 4,000 corners with two of them swapped."""
    angle = np.linspace(0, 2 * np.pi, 4_000, endpoint=False)
    xy = np.column_stack([np.cos(angle), np.sin(angle)]) * (1 + 0.1 * np.sin(40 * angle))[:, None]
    xy[[100, 101]] = xy[[101, 100]]
    with limited(Limits(crossings=15_000)):
        (mended,), count = repaired(Polygon(xy))
    assert reasons(count) == {"crossing_rings": [0]}
    assert mended.is_valid


# --- against GEOS ----------------------------------------------------------------------------------------


def test_faults_are_those_of_geos_on_random_polygons():
    """Shells with one to three holes thrown in: broken exactly where make_valid changes the area inside.

    A polygon counts as mended when GEOS calls it invalid, but for rings that only run along each other.
    """
    rng = np.random.default_rng(5)
    broken = 0
    for _ in range(600):
        shell = shapely.get_coordinates(box(0, 0, *rng.integers(2, 6, 2)))
        holes = []
        for _ in range(rng.integers(1, 4)):
            corner, size = rng.integers(0, 10, 2) / 2, rng.integers(1, 5, 2) / 2
            hole = box(*corner, *(corner + size)) if rng.random() < 0.5 else Point(corner).buffer(size[0] / 2, quad_segs=2)
            holes.append(shapely.get_coordinates(hole))
        polygon = Polygon(shell, holes)
        (mended,), count = repaired(polygon)
        meant = shapely.make_valid(polygon, method="structure", keep_collapsed=False)
        assert shapely.area(mended) == pytest.approx(meant.area, abs=1e-9)
        if polygon.is_valid:
            assert reasons(count) == {}
        if len(count.invalid):
            broken += 1
    assert 100 < broken < 590


def test_stairs_that_touch_at_corners_are_sound():
    """A raster of noise, polygonised: holes touch the shell and each other at thousands of corners."""
    rng = np.random.default_rng(1)
    cells = [box(i, j, i + 1, j + 1) for i in range(40) for j in range(40) if rng.random() < 0.6]
    region = shapely.union_all(cells)
    mended, count = repaired(region)
    assert reasons(count) == {}
    assert mended[0].wkb == region.wkb
