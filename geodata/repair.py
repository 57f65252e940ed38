"""Polygons that say unmistakably what is inside them: invalid ones mended, and every change counted.

What a broken polygon means is a convention. Ours is that of shapely's make_valid(method="structure"): shells
are merged, holes are cut out, and a "hole" that does not meet its shell at all is an area of its own. Only
polygons that need it go through make_valid; all others stay as they are, bit by bit.

A polygon is taken for sound when windings inside it can only be 0 or 1, which is what areas rest on: its
rings do not cross themselves, its holes lie within its shell, and its holes do not overlap each other. This
is less than OGC validity asks. Parts of a multipolygon may overlap (a union counts them once) and holes may
touch along their corners. It is also what keeps the check quick: validity of a whole polygon with thousands
of holes takes minutes, these three questions less than a second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import DataError, Text
from geodata.grid import FloatArray, IntArray
from geodata.safety import ceilings

Geometries = npt.NDArray[np.object_]
BoolArray = npt.NDArray[np.bool_]

SAMPLED_EDGES = 64
PLACES_NAMED = 5
WITHIN = "******F**"  # relate(shell, hole): no inner point of the hole is outside the shell
APART = "F********"  # relate(hole, hole): they share no inner point
PAIRS_AT_ONCE = 4096


def _no_rows() -> IntArray:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class RepairCount:
    """Rows, int64[n] in rising order, that were changed, by reason. A row may stand under several.

    crossing_rings  a ring crossed or retraced itself
    stray_holes     a hole lay outside its shell, crossed it, or overlapped another hole
    collapsed       nothing was left: now an empty polygon
    stripped        points and lines were taken out of a collection that held polygons too
    flattened       heights or measures (Z, M) were dropped
    not_polygons    held no polygon at all, and is now an empty polygon
    """

    crossing_rings: IntArray = field(default_factory=_no_rows)
    stray_holes: IntArray = field(default_factory=_no_rows)
    collapsed: IntArray = field(default_factory=_no_rows)
    stripped: IntArray = field(default_factory=_no_rows)
    flattened: IntArray = field(default_factory=_no_rows)
    not_polygons: IntArray = field(default_factory=_no_rows)

    @property
    def invalid(self) -> IntArray:
        """Rows whose shape had to be mended."""
        return np.union1d(self.crossing_rings, self.stray_holes)


def repair_polygons(geometries: Geometries) -> tuple[Geometries, RepairCount]:
    """The same areas as sound 2-D (multi)polygons, row by row, and what was changed.

    `geometries` is an object array of shapely geometries or None. None and empty ones pass as they are. A
    coordinate that is not a finite number, or a ring that cuts itself too often to be mended, is a DataError.
    """
    flat, flattened = _flattened(geometries)
    flat, stripped, not_polygons = _polygons_only(flat)
    parts, row = shapely.get_parts(flat, return_index=True)
    something = ~shapely.is_empty(parts)
    parts, row = parts[something], row[something]
    area = shapely.area(parts)
    _check_finite(area, row)
    crossing, stray = _faults(parts)
    _check_mendable(parts[crossing], row[crossing])
    broken = crossing | stray | (area == 0)
    collapsed = []
    for number in np.unique(row[broken]).tolist():
        own = slice(np.searchsorted(row, number), np.searchsorted(row, number, "right"))
        flat[number] = _mended(parts[own], broken[own])
        if flat[number].is_empty:
            collapsed.append(number)
    count = RepairCount(
        crossing_rings=np.unique(row[crossing]),
        stray_holes=np.unique(row[stray]),
        collapsed=np.array(collapsed, np.int64),
        stripped=stripped,
        flattened=flattened,
        not_polygons=not_polygons,
    )
    return flat, count


def _flattened(geometries: Geometries) -> tuple[Geometries, IntArray]:
    """A copy without Z and M, and the rows that had them."""
    flat = np.array(geometries, object)
    deep = np.flatnonzero(shapely.has_z(flat) | shapely.has_m(flat))
    flat[deep] = shapely.force_2d(flat[deep])
    return flat, deep


def _polygons_only(geometries: Geometries) -> tuple[Geometries, IntArray, IntArray]:
    """Polygons only: (geometries, rows of collections that were stripped, rows that held no polygon)."""
    kind = shapely.get_type_id(geometries)  # -1: None
    area_kinds = [-1, shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    stripped, not_polygons = [], []
    for row in np.flatnonzero(~np.isin(kind, area_kinds) & ~shapely.is_empty(geometries)).tolist():
        members = _members(geometries[row])
        polygons = members[shapely.get_type_id(members) == shapely.GeometryType.POLYGON]
        geometries[row] = shapely.multipolygons(polygons) if len(polygons) else shapely.Polygon()
        if not len(polygons):
            not_polygons.append(row)
        elif len(polygons) < len(members):
            stripped.append(row)
    return geometries, np.array(stripped, np.int64), np.array(not_polygons, np.int64)


def _members(geometry: shapely.Geometry) -> Geometries:
    """The single geometries of a collection, however deep they lie."""
    members = shapely.get_parts(geometry)
    while (shapely.get_type_id(members) >= shapely.GeometryType.MULTIPOINT).any():
        members = shapely.get_parts(members)
    return np.asarray(members, object)


def _check_finite(area: FloatArray, row: IntArray) -> None:
    """Refuse coordinates that are no numbers; they show in the area, which is worked out from all of them."""
    bad = np.unique(row[~np.isfinite(area)])
    if len(bad):
        raise DataError(
            "coordinates-not-finite",
            Text(
                f"座標が数値でない（NaN または無限大の）図形が {len(bad)} 件あります。",
                f"{len(bad)} shapes have coordinates that are not finite numbers.",
            ),
            Text("元のデータから作り直すか、その図形を取り除いてください。", "Export them again from the source, or remove these shapes."),
            where=_where(bad),
        )


def _where(rows: IntArray) -> Text:
    """The first few rows, counted from 1 as people do."""
    some = ", ".join(str(row + 1) for row in rows[:PLACES_NAMED].tolist())
    return Text(f"地物 {some} 番目", f"feature no. {some}")


def _faults(parts: Geometries) -> tuple[BoolArray, BoolArray]:
    """(a ring crosses itself, a hole lies wrong) for single polygons."""
    rings, of_part = shapely.get_rings(parts, return_index=True)
    crossing = np.zeros(len(parts), bool)
    crossing[of_part[~shapely.is_simple(rings)]] = True

    is_hole = np.zeros(len(rings), bool)
    is_hole[1:] = of_part[1:] == of_part[:-1]
    is_hole &= ~crossing[of_part]  # make_valid will look at all of those anyway
    holes, owner = rings[is_hole], of_part[is_hole]
    stray = np.zeros(len(parts), bool)
    if len(holes):
        stray[owner[_outside_shell(parts, holes, owner)]] = True
        stray[owner[_overlapping(holes, owner)]] = True
    return crossing, stray


def _outside_shell(parts: Geometries, holes: Geometries, owner: IntArray) -> BoolArray:
    """Which holes reach outside the shell of their polygon (touching it is fine)."""
    holed, number = np.unique(owner, return_inverse=True)
    shells = shapely.polygons(shapely.get_exterior_ring(parts[holed]))
    shapely.prepare(shells)
    outside: BoolArray = ~shapely.contains_properly(shells[number], holes)  # quick, but says no to touching too
    doubtful = np.flatnonzero(outside)
    outside[doubtful] = ~shapely.relate_pattern(shells[number[doubtful]], shapely.polygons(holes[doubtful]), WITHIN)
    return outside


def _overlapping(holes: Geometries, owner: IntArray) -> BoolArray:
    """Which holes share inner points with another hole of the same polygon."""
    overlapping = np.zeros(len(holes), bool)
    several = np.flatnonzero(np.bincount(owner)[owner] > 1)
    areas, owner = shapely.polygons(holes[several]), owner[several]
    shapely.prepare(areas)
    tree = shapely.STRtree(areas)
    for first in range(0, len(areas), PAIRS_AT_ONCE):
        one, other = tree.query(areas[first : first + PAIRS_AT_ONCE])
        one += first
        pairs = (one < other) & (owner[one] == owner[other])
        one, other = one[pairs], other[pairs]
        overlapping[several[one[~shapely.relate_pattern(areas[one], areas[other], APART)]]] = True
    return overlapping


def _check_mendable(parts: Geometries, row: IntArray) -> None:
    """Refuse rings that cut themselves so often that mending them would take all time and memory."""
    most = ceilings.limits().crossings
    rings, of_part = shapely.get_rings(parts, return_index=True)
    for number in np.flatnonzero(shapely.get_num_coordinates(rings) ** 2 > most).tolist():
        found = _estimated_crossings(shapely.get_coordinates(rings[number]))
        if found > most:
            raise DataError(
                "too-tangled",
                Text(
                    f"輪が自分自身と約 {found:,.0f} 回も交差していて、直せません。",
                    f"A ring cuts itself about {found:,.0f} times: it cannot be mended.",
                ),
                Text(
                    "この図形を GISソフトで削除するか、元のデータから作り直してください。",
                    "Delete this shape with GIS software, or make it again from the source.",
                ),
                where=_where(row[of_part[[number]]]),
            )


def _estimated_crossings(xy: FloatArray) -> float:
    """How often a closed line crosses itself, judged from evenly spaced edges."""
    start, end = xy[:-1], xy[1:]
    picked = np.unique(np.linspace(0, len(start) - 1, SAMPLED_EDGES).astype(int))
    found = 0
    for a, b in zip(start[picked], end[picked], strict=True):
        parted = _turn(a, b, start) * _turn(a, b, end) < 0
        found += int((parted & (_turn(start, end, a) * _turn(start, end, b) < 0)).sum())
    return found * len(start) / len(picked) / 2


def _turn(a: FloatArray, b: FloatArray, c: FloatArray) -> FloatArray:
    """Positive where c lies to the left of the line from a to b; float64[n] from points [n, 2] or [2]."""
    turn: FloatArray = (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1])
    turn = turn - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])
    return turn


def _mended(parts: Geometries, broken: BoolArray) -> shapely.Geometry:
    """One (multi)polygon of `parts`, the broken ones made valid."""
    valid = shapely.make_valid(parts[broken], method="structure", keep_collapsed=False)
    pieces = shapely.get_parts(np.concatenate([parts[~broken], valid]))
    pieces = pieces[~shapely.is_empty(pieces)]
    if len(pieces) == 1:
        return pieces[0]
    return shapely.multipolygons(pieces) if len(pieces) else shapely.Polygon()
