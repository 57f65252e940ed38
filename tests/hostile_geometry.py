"""Shapes that are wrong, tangled, twice there or somewhere else."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import shapely

from tests.hostile import NEAR, SECOND, SOUTH, SQUARE, WEST, case, collection, frame, geojson, save, write


@case("refuse", "coordinates-swapped")
def lat_lon_swapped(folder: Path) -> Path:
    return geojson(folder, shapely.box(SOUTH, WEST, SOUTH + 0.1, WEST + 0.1))


@case("refuse", "coordinates-swapped", near=(-72.0, 18.0, -71.0, 19.0))
def lat_lon_swapped_elsewhere(folder: Path) -> Path:
    return geojson(folder, shapely.box(18.5, -71.6, 18.6, -71.5))


@case("refuse", "crs-contradiction")
def metres_called_degrees(folder: Path) -> Path:
    return geojson(folder, shapely.box(30000, -150000, 31000, -149000))


@case("refuse", "crs-contradiction")
def degrees_called_metres(folder: Path) -> Path:
    return save(frame([SQUARE, SECOND]).set_crs(6674, allow_override=True), folder / "a.shp")


@case("warn", "geometry-repaired")
def bow_tie(folder: Path) -> Path:
    return geojson(folder, shapely.Polygon([(WEST, SOUTH), (WEST + 0.1, SOUTH + 0.1), (WEST + 0.1, SOUTH), (WEST, SOUTH + 0.1)]))


@case("warn", "duplicates")
def same_part_twice(folder: Path) -> Path:
    return geojson(folder, SQUARE, SQUARE, properties=[{"a": 1}, {"a": 1}])


@case("accept")
def overlaps(folder: Path) -> Path:
    return geojson(folder, SQUARE, shapely.affinity.translate(SQUARE, 0.01, 0.01))


@case("accept")
def hole_wound_the_wrong_way(folder: Path) -> Path:
    ring = [[WEST, SOUTH], [WEST + 0.1, SOUTH], [WEST + 0.1, SOUTH + 0.1], [WEST, SOUTH + 0.1], [WEST, SOUTH]]
    hole = [[x * 0.5 + WEST * 0.5 + 0.01, y * 0.5 + SOUTH * 0.5 + 0.01] for x, y in ring]
    return geojson(folder, {"type": "Polygon", "coordinates": [ring, hole]})


@case("warn", "geometry-null")
def null_geometry(folder: Path) -> Path:
    return geojson(folder, SQUARE, None)


@case("warn", "geometry-null")
def empty_geometry(folder: Path) -> Path:
    return geojson(folder, SQUARE, {"type": "Polygon", "coordinates": []})


@case("refuse", "coordinates-not-finite")
def nan_coordinate(folder: Path) -> Path:
    return write(folder / "a.geojson", json.dumps(collection(SQUARE)).replace(f"{WEST}, {SOUTH}]", f"NaN, {SOUTH}]", 1))


@case("refuse", "coordinates-not-finite")
def infinite_coordinate(folder: Path) -> Path:
    return write(folder / "a.geojson", json.dumps(collection(SQUARE)).replace(f"{WEST}, {SOUTH}]", f"1e999, {SOUTH}]", 1))


@case("refuse", "coordinates-not-numbers")
def coordinates_in_quotes(folder: Path) -> Path:
    ring = [[str(x), str(y)] for x, y in shapely.get_coordinates(SQUARE).tolist()]
    return geojson(folder, SECOND, {"type": "Polygon", "coordinates": [ring]})


@case("accept", "geometry-z")
def heights(folder: Path) -> Path:
    return geojson(folder, shapely.force_3d(SQUARE, 5.0))


@case("warn", "geometry-collection")
def collection_of_kinds(folder: Path) -> Path:
    return geojson(folder, shapely.GeometryCollection([SQUARE, shapely.LineString([(136, 34), (137, 35)])]))


@case("warn", "geometry-kind")
def line_among_areas(folder: Path) -> Path:
    return geojson(folder, SQUARE, shapely.LineString([(136.4, 34.6), (136.5, 34.6)]))


@case("refuse", "nothing-left")
def points_for_areas(folder: Path) -> Path:
    return geojson(folder, shapely.Point(136.4, 34.6))


@case("warn", "frame-rectangle")
def map_frame(folder: Path) -> Path:
    return geojson(folder, shapely.box(136.0, 34.0, 137.0, 35.0), SQUARE)


@case("refuse", "crs-contradiction", near=NEAR)
def outside_the_prefecture(folder: Path) -> Path:
    return geojson(folder, shapely.affinity.translate(SQUARE, 5, 8))


@case("warn", "far-away", near=NEAR)
def one_outside_the_prefecture(folder: Path) -> Path:
    return geojson(folder, SQUARE, SECOND, shapely.affinity.translate(SQUARE, 5, 0))


@case("warn", "geometry-collapsed")
def polygon_without_area(folder: Path) -> Path:
    flat = {"type": "Polygon", "coordinates": [[[WEST, SOUTH], [WEST + 1, SOUTH], [WEST, SOUTH], [WEST, SOUTH]]]}
    return geojson(folder, SQUARE, flat)


@case("warn", "part-too-short")
def ring_of_two_points(folder: Path) -> Path:
    return geojson(
        folder, SQUARE, {"type": "MultiPolygon", "coordinates": [[[[136, 34], [136, 34]]], [shapely.get_coordinates(SECOND).tolist()]]}
    )


@case("refuse", "too-tangled")
def star_that_explodes(folder: Path) -> Path:
    count = 6001
    turn = np.arange(count) * (count // 2) * 2 * np.pi / count
    star = np.column_stack([136.5 + 0.1 * np.cos(turn), 34.6 + 0.1 * np.sin(turn)])
    return geojson(folder, {"type": "Polygon", "coordinates": [[*star.tolist(), star[0].tolist()]]})


@case("refuse", "geometry-malformed")
def wrong_nesting(folder: Path) -> Path:
    return geojson(folder, {"type": "Polygon", "coordinates": shapely.get_coordinates(SQUARE).tolist()})
