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
from geodata.report import PLACES_KEPT
from geodata.safety import ceilings

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
    """Add the polygons that the rings make to `builder`; say what was odd about their directions."""
    if not rings.xy:
        return []
    areas = signed_areas(rings.xy)
    features = np.array(rings.feature)
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    turned: list[int] = []
    nested: list[int] = []
    for first, last in zip(starts, [*starts[1:], len(features)], strict=True):
        feature = int(features[first])
        own, own_areas = rings.xy[first:last], areas[first:last]
        if last - first == 1:
            builder.polygon(feature, own)
            wrong = own_areas[0] > 0
        else:
            ceilings.check_time()
            wrong = _assemble(feature, own, own_areas, builder)
            if (own_areas > 0).all() or (own_areas < 0).all():
                nested += [feature] * _ring_within_ring(own)
        if wrong:
            turned.append(feature)
    return [
        *_remark(
            "rings-reversed",
            turned,
            word,
            "輪の向きが決まりと逆の図形が {:,} 件あり、直しました（面積が負になるのを防ぎます）。",
            "{:,} shapes had rings turning the wrong way: mended (their areas would come out negative)",
        ),
        *_remark(
            "rings-nested",
            nested,
            word,
            "輪の内側に同じ向きの輪がある図形が {:,} 件あり、形式の決まりどおり塗りつぶしとして読みました。"
            "穴のつもりの図形なら、GISソフトで穴として描き直してください。",
            "{:,} shapes have rings within rings turning the same way: filled, as the format says; "
            "if they are meant as holes, redraw them as holes",
        ),
    ]


def _remark(code: str, features: list[int], word: Text, ja: str, en: str) -> list[Remark]:
    if not features:
        return []
    places = tuple(str(place(word, feature + 1)) for feature in features[:PLACES_KEPT])
    count = len(features)
    return [Remark("warn", code, Text(ja.format(count), en.format(count)), count, places)]


def _assemble(feature: int, rings: list[FloatArray], areas: FloatArray, builder: ShapeBuilder) -> bool:
    """Add the polygons of one feature; True when its rings did not turn as they should.

    Shells turn clockwise; where that leaves holes without a shell, the other way round is tried, and the
    way with fewer such holes is taken. A hole that still has no shell becomes one.
    """
    best: tuple[IntArray, IntArray, IntArray] | None = None
    for shells in (areas <= 0, areas > 0):
        shell_at, hole_at = np.flatnonzero(shells), np.flatnonzero(~shells)
        owner = _owners(rings, shell_at, hole_at)
        if len(shell_at) and (best is None or (owner < 0).sum() < (best[2] < 0).sum()):
            best = shell_at, hole_at, owner
            if (owner >= 0).all():
                break
    shell_at, hole_at, owner = best or (np.arange(len(rings)), np.empty(0, np.int64), np.empty(0, np.int64))
    for position, shell in enumerate(shell_at):
        builder.polygon(feature, [rings[shell], *(rings[hole] for hole in hole_at[owner == position])])
    for lost in hole_at[owner < 0]:
        builder.polygon(feature, [rings[lost]])
    return bool((areas[shell_at] > 0).any() or (owner < 0).any())


def _ring_within_ring(rings: list[FloatArray]) -> bool:
    """Whether a ring lies wholly inside another one."""
    lines = [_closed(ring) for ring in rings if len(ring) >= 4]
    areas = np.array([shapely.polygons(line) for line in lines])
    tree = shapely.STRtree(np.array([shapely.linestrings(line) for line in lines]))
    return bool(tree.query(areas, predicate="contains_properly").size)


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
