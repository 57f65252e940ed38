"""The way from one coordinate reference system to another, by named operations only.

A way between datums that PROJ calls ballpark moves nothing and is refused. Old Tokyo datum must move a known
point by 400-500 m (docs/definitions.md, Datums), which is checked each time, not assumed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from geodata.crs.names import CRS_REMEDY, NO_SHIFT_DEGREES, TOKYO_POINT, crs_name, is_tokyo, parse_crs, short_name
from geodata.errors import DataError, Text
from geodata.safety import ceilings

if TYPE_CHECKING:
    from pyproj import CRS, Transformer

    from geodata.report import IntakeReport

TOKYO_SHIFT_M = (400.0, 500.0)
EDGE_M = 1_000.0  # longer edges of projected data bend on the way to degrees: they are divided first
METRES_PER_DEGREE = 111_320.0

POLYGON = 3  # shapely's type ids
_GATHER = {4: "multipoints", 5: "multilinestrings", 6: "multipolygons", 7: "geometrycollections"}


@lru_cache(maxsize=64)
def transformer(source: CRS, target: CRS) -> Transformer:
    """The way from one CRS to another, x/longitude first, never ballpark. DataError where there is none."""
    from pyproj import Transformer
    from pyproj.exceptions import ProjError

    try:
        route = Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
    except ProjError as error:
        raise DataError(
            "crs-no-way",
            Text(
                f"測地系の変換方法が分かりません（{short_name(source.name)} から {crs_name(target)} へ）。そのまま使うと数百m ずれるおそれがあります。",
                f"no known way from the datum of {short_name(source.name)} to {crs_name(target)}: using it as it is may be hundreds of metres off",
            ),
            CRS_REMEDY,
        ) from error
    if is_tokyo(source) and not is_tokyo(target):
        _check_tokyo_shift(source, target)
    return route


def _check_tokyo_shift(source: CRS, target: CRS) -> None:
    """The degrees of a point near Tsu must move 400-500 m between the two datums."""
    moved_m = tokyo_shift_m(source, target)
    if not TOKYO_SHIFT_M[0] <= moved_m <= TOKYO_SHIFT_M[1]:
        raise DataError(
            "crs-tokyo-shift",
            Text(
                f"旧日本測地系からの変換で、津市付近の点の移動量が {moved_m:.0f} m でした（400〜500 m のはずです）。",
                f"converting from the old Tokyo datum moved a point near Tsu by {moved_m:.0f} m (it should be 400-500 m)",
            ),
            Text(
                "国土地理院の TKY2JGD などで世界測地系に変換したファイルを使ってください。",
                "convert the file to JGD2011 with TKY2JGD first",
            ),
        )


def tokyo_shift_m(source: CRS, target: CRS) -> float:
    """Metres between a point near Tsu before and after the change of datum."""
    from pyproj import Geod, Transformer

    route = Transformer.from_crs(source.geodetic_crs, target.geodetic_crs, always_xy=True, allow_ballpark=False)
    lon, lat = route.transform(*TOKYO_POINT)
    return float(Geod(ellps="GRS80").inv(*TOKYO_POINT, lon, lat)[2])


def operation_name(route: Transformer) -> str:
    """The name of the operation that `route` uses, as PROJ gives it."""
    from pyproj.exceptions import ProjError

    try:
        name = route.get_last_used_operation().description
    except ProjError:
        name = route.description
    parts = [part for part in str(name).split(" + ") if not part.startswith("axis order change")]
    return " + ".join(parts) or "none"


def to_target(geometries: Any, source: CRS, target: str, report: IntakeReport) -> Any:
    """`geometries` (object array) in `target`; long edges of projected data are cut to 1 km before.

    Records the operation in report.facts["crs_operation"]; old Tokyo datum warns.
    """
    import shapely

    goal = parse_crs(target)
    report.facts["crs"] = crs_name(source)
    if source.equals(goal, ignore_axis_order=True):
        report.facts["crs_operation"] = "none"
        return geometries
    route = transformer(source, goal)
    bends = source.is_projected or goal.is_projected
    if bends:
        edge = (EDGE_M if source.is_projected else EDGE_M / METRES_PER_DEGREE) / _unit_m(source)
        ceilings.check_count(
            "変換のための頂点数", "vertices for converting", int(shapely.length(geometries).sum() / edge), ceilings.limits().vertices
        )
        geometries = _cut_long_edges(geometries, edge)
    if bends or not _stays(route, geometries):
        geometries = _moved(geometries, route)
    report.facts["crs_operation"] = operation_name(route)
    if is_tokyo(source) and not is_tokyo(goal):
        _tell_tokyo(source, goal, report)
    return geometries


def _cut_long_edges(geometries: Any, edge: float) -> Any:
    """`geometries` with no edge longer than `edge`. Only shapes that have one are touched.

    GEOS cuts whole polygons in a time that grows with the square of their parts, and mends them on the way:
    single rings it cuts quickly and leaves as they are.
    """
    import shapely

    result = geometries.copy()
    for row in np.flatnonzero(_longest_edge(geometries) > edge):
        parts = shapely.get_parts(geometries[row])
        if (shapely.get_type_id(parts) > POLYGON).any():  # collections within collections
            result[row] = shapely.segmentize(geometries[row], edge)
            continue
        polygons = shapely.get_type_id(parts) == POLYGON
        rings, owner = shapely.get_rings(parts[polygons], return_index=True)
        long = _longest_edge(rings) > edge  # the jumps from ring to ring are no edges
        rings[long] = shapely.segmentize(rings[long], edge)
        parts[polygons] = shapely.polygons(rings, indices=owner)
        parts[~polygons] = shapely.segmentize(parts[~polygons], edge)
        gather = _GATHER.get(shapely.get_type_id(geometries[row]))
        result[row] = getattr(shapely, gather)(parts) if gather else parts[0]
    return result


def _longest_edge(geometries: Any) -> Any:
    """Length of the longest step between neighbouring vertices of each geometry, parts run together."""
    import shapely

    places, owner = shapely.get_coordinates(geometries, return_index=True)
    longest = np.zeros(len(geometries))
    if len(places) > 1:
        steps = np.hypot(*np.diff(places, axis=0).T)
        steps[owner[1:] != owner[:-1]] = 0.0
        np.maximum.at(longest, owner[1:], steps)
    return longest


def _unit_m(crs: CRS) -> float:
    return float(crs.axis_info[0].unit_conversion_factor) if crs.is_projected and crs.axis_info else 1.0


def _stays(route: Transformer, geometries: Any) -> bool:
    """Whether the way is a null transformation on the four corners of the data."""
    import shapely

    west, south, east, north = shapely.total_bounds(geometries)
    x, y = np.array([west, east, west, east]), np.array([south, south, north, north])
    moved = route.transform(x, y)
    return bool(np.abs(np.subtract(moved, (x, y))).max() < NO_SHIFT_DEGREES)


def _moved(geometries: Any, route: Transformer) -> Any:
    import shapely

    places = shapely.get_coordinates(geometries)
    x, y = route.transform(places[:, 0], places[:, 1])
    if not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise DataError(
            "crs-contradiction",
            Text("この座標系では地上の位置にならない座標があります。", "some coordinates are no place on the ground in this CRS"),
            CRS_REMEDY,
        )
    return shapely.set_coordinates(geometries.copy(), np.column_stack([x, y]))


def _tell_tokyo(source: CRS, goal: CRS, report: IntakeReport) -> None:
    moved_m = tokyo_shift_m(source, goal)
    report.facts["tokyo_shift_m"] = round(moved_m, 1)
    report.note(
        "warn",
        "crs-tokyo",
        Text(
            f"旧日本測地系の座標を {crs_name(goal)} に変換しました（操作: {report.facts['crs_operation']}、津市付近の移動量 {moved_m:.0f} m）。",
            f"old Tokyo datum converted to {crs_name(goal)} ({report.facts['crs_operation']}; a point near Tsu moves {moved_m:.0f} m)",
        ),
    )
