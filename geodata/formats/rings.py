"""Loose rings to polygons: which ring is a shell, which a hole, and of which shell.

Shapefiles store rings in any order; shells turn clockwise and holes the other way, but not every program
keeps to it. A hole outside every shell of its direction is taken for a shell, and told of.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Text
from geodata.formats.raw import Remark, ShapeBuilder, place
from geodata.limits import check_time
from geodata.report import PLACES_KEPT

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


class Rings:
    """Rings and the feature each belongs to."""

    def __init__(self) -> None:
        self.feature: list[int] = []
        self.xy: list[FloatArray] = []

    def add(self, feature: int, xy: FloatArray) -> None:
        """One ring, [n, 2], in the file's order of points."""
        self.feature.append(feature)
        self.xy.append(xy)


def signed_areas(rings: list[FloatArray]) -> FloatArray:
    """Area of each ring in square units, positive where it turns anticlockwise."""
    lengths = np.array([len(ring) for ring in rings])
    if not lengths.sum():
        return np.zeros(len(rings))
    xy = np.concatenate(rings)
    firsts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    # distances from the ring's first point keep the sum exact far from the origin
    local = xy - np.repeat(xy[np.minimum(firsts, len(xy) - 1)], lengths, axis=0)
    following = np.roll(local, -1, axis=0)
    cross = local[:, 0] * following[:, 1] - following[:, 0] * local[:, 1]
    ends = np.cumsum(lengths)[lengths > 0] - 1
    cross[ends] = 0.0  # from the last point back to the first, which is the local origin
    sums = np.zeros(len(rings))
    sums[lengths > 0] = np.add.reduceat(cross, firsts[lengths > 0]) / 2
    return sums


def polygons_of(rings: Rings, builder: ShapeBuilder, word: Text) -> list[Remark]:
    """Add the polygons that the rings make to `builder`; say which features had rings the wrong way round."""
    if not rings.xy:
        return []
    areas = signed_areas(rings.xy)
    features = np.array(rings.feature)
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    # a writer whose rings all turn one way does not tell holes from shells by it
    one_way = bool((areas >= 0).all() or (areas <= 0).all())
    turned: list[int] = []
    for first, last in zip(starts, [*starts[1:], len(features)], strict=True):
        feature = int(features[first])
        own, own_areas = rings.xy[first:last], areas[first:last]
        if last - first == 1:
            builder.polygon(feature, own)
            wrong = own_areas[0] > 0
        else:
            check_time()
            wrong = _assemble(feature, own, own_areas, builder, one_way=one_way)
        if wrong:
            turned.append(feature)
    if not turned:
        return []
    text = Text(
        f"輪の向きが決まりと違う図形が {len(turned):,} 件あり、内側の輪を穴として直しました。",
        f"{len(turned):,} shapes had rings turning the wrong way: mended, taking rings within rings for holes",
    )
    places = tuple(str(place(word, feature + 1)) for feature in turned[:PLACES_KEPT])
    return [Remark("warn", "rings-reversed", text, len(turned), places)]


def _assemble(
    feature: int, rings: list[FloatArray], areas: FloatArray, builder: ShapeBuilder, *, one_way: bool
) -> bool:
    """Add the polygons of one feature; True when its rings did not turn as they should.

    Tried in order: as the format says (shells clockwise); all of them turned round; by nesting alone.
    """
    for shells in () if one_way else (areas <= 0, areas > 0):
        shell_at, hole_at = np.flatnonzero(shells), np.flatnonzero(~shells)
        owner = _owners(rings, shell_at, hole_at)
        if len(shell_at) and (owner >= 0).all():
            break
    else:
        shell_at, hole_at = _by_nesting(rings)
        owner = _owners(rings, shell_at, hole_at)
    for position, shell in enumerate(shell_at):
        builder.polygon(feature, [rings[shell], *(rings[hole] for hole in hole_at[owner == position])])
    for lost in hole_at[owner < 0]:  # too short to enclose anything, or touching where it was asked for
        builder.polygon(feature, [rings[lost]])
    return bool((areas[shell_at] > 0).any() or (areas[hole_at] < 0).any())


def _by_nesting(rings: list[FloatArray]) -> tuple[IntArray, IntArray]:
    """(shells, holes): a ring inside an odd number of others is a hole."""
    depth = np.zeros(len(rings), int)
    inside = shapely.STRtree(shapely.points(np.array([_inner_point(ring) for ring in rings])))
    for number, ring in enumerate(rings):
        if len(ring) >= 4:
            found = inside.query(shapely.polygons(_closed(ring)), predicate="contains_properly")
            depth[found[found != number]] += 1
    return np.flatnonzero(depth % 2 == 0), np.flatnonzero(depth % 2 == 1)


def _owners(rings: list[FloatArray], shell_at: IntArray, hole_at: IntArray) -> IntArray:
    """For each hole the position of its shell in `shell_at`, or -1."""
    owner = np.full(len(hole_at), -1)
    if not len(hole_at):
        return owner
    sound = [position for position, shell in enumerate(shell_at) if len(rings[shell]) >= 4]
    shells = np.array([shapely.polygons(_closed(rings[shell_at[position]])) for position in sound])
    if not len(shells):
        return owner
    order = np.argsort(-shapely.area(shells), kind="stable")
    # a vertex of the hole may touch the shell: ask for the point in the middle of its first edge
    inside = np.array([_inner_point(rings[hole]) for hole in hole_at])
    tree = shapely.STRtree(shapely.points(inside))
    for rank in order:  # the smallest shell speaks last
        found = tree.query(shells[rank], predicate="intersects")
        owner[found] = sound[rank]
    return owner


def _inner_point(ring: FloatArray) -> FloatArray:
    if len(ring) < 3:
        return ring[0] if len(ring) else np.array([np.nan, np.nan])
    return np.asarray((ring[0] + ring[1]) / 2)


def _closed(ring: FloatArray) -> FloatArray:
    return ring if (ring[0] == ring[-1]).all() else np.vstack([ring, ring[:1]])
