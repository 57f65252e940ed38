"""Loose rings to polygons: which ring is a shell, which a hole, and of which shell.

Shapefiles store rings in any order; shells turn clockwise and holes the other way, but not every program
keeps to it. A hole outside every shell of its direction is taken for a shell, and told of.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import Text
from geodata.formats.raw import Remark, ShapeBuilder, place
from geodata.limits import check_time

FloatArray = npt.NDArray[np.float64]


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
    turned: list[int] = []
    starts = np.flatnonzero(np.r_[True, features[1:] != features[:-1]])
    for first, last in zip(starts, [*starts[1:], len(features)], strict=True):
        feature = int(features[first])
        own, own_areas = rings.xy[first:last], areas[first:last]
        if last - first == 1:
            builder.polygon(feature, own)
            if own_areas[0] > 0:
                turned.append(feature)
            continue
        check_time()
        shells, holes = own_areas <= 0, own_areas > 0
        if not shells.any():
            shells, holes = holes, shells
        if _assemble(feature, own, shells, holes, builder) or own_areas[shells].max(initial=0.0) > 0:
            turned.append(feature)
    if not turned:
        return []
    text = Text(
        f"輪の向きが決まりと逆の図形が {len(turned):,} 件あり、直しました（面積が負になるのを防ぎます）。",
        f"{len(turned):,} shapes had rings turning the wrong way: mended (areas would come out negative)",
    )
    return [
        Remark(
            "warn", "rings-reversed", text, len(turned), tuple(str(place(word, f + 1)) for f in turned[:20])
        )
    ]


def _assemble(feature: int, rings: list[FloatArray], shells: Any, holes: Any, builder: ShapeBuilder) -> bool:
    """Give each hole to the smallest shell around it; True when some hole had none and became a shell."""
    shell_at, hole_at = np.flatnonzero(shells), np.flatnonzero(holes)
    owner = _owners(rings, shell_at, hole_at) if len(hole_at) else np.empty(0, np.int64)
    for position, shell in enumerate(shell_at):
        builder.polygon(feature, [rings[shell], *(rings[hole] for hole in hole_at[owner == position])])
    lost = hole_at[owner < 0]
    for ring in lost:
        builder.polygon(feature, [rings[ring]])
    return bool(len(lost))


def _owners(rings: list[FloatArray], shell_at: Any, hole_at: Any) -> npt.NDArray[np.int64]:
    """For each hole the position of its shell in `shell_at`, or -1."""
    import shapely

    owner = np.full(len(hole_at), -1)
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
