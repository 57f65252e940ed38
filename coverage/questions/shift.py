"""Whether a whole list of places is shifted: the shift by which most places come to lie in the municipality they name.

A list in the old Tokyo datum without saying so lies some 450 m off, so that only places near a border betray it. For
each candidate the places that come right are set against those that go wrong: with no true shift the two are about even,
so that a one-sided sign test tells them apart. A question to people comes of it, no figure.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import comb
from typing import TYPE_CHECKING

import numpy as np

from coverage.questions.claims import METRES_PER_DEGREE, Land, TextArray, metres_per_lon
from geodata.crs import JGD2011, parse_crs, transformer
from geodata.grid import FloatArray

if TYPE_CHECKING:
    from pyproj import Transformer

TOKYO = "EPSG:4301"
# fewer places than this that come right can be a coarse border; the real lists of Mie (3,107 towns, 1,671 shelters) have
# 2 and 8 that lie outside the municipality they name, and no shift mends more than 5 of them
LEAST_CORRECTED = 20
# of those, so many must have lain in a *neighbouring* municipality: a coast drawn coarsely takes places out to sea, all on
# one side, and looks like a shift (1 km off: 16 of 80 shelters of one town); no place goes next door by that
LEAST_FROM_NEIGHBOUR = 5
CORRECTED_TO_BROKEN = 4  # so many come right for each that goes wrong
LEFT_OVER = 0.5  # at most this part of the misfits may remain: else something else is wrong too
CHANCE = 1e-6  # of one candidate among 66, so that a good list is asked once in 15,000 at most
STEPS_M = (125.0, 250.0, 500.0, 1000.0, 2000.0)  # half a cell and one cell of 250 m to 2 km meshes
FINER_M = (500.0, 250.0, 125.0)  # around the best of them
DIRECTIONS = 8
AS_GOOD = 0.1  # the datum shifts are believed before a plain one unless that mends this part more


@dataclass(frozen=True)
class Shift:
    """The move that puts a list right. kind: "tokyo" (it is in the old datum), "tokyo_twice" (it was taken for the old
    datum and is not) or "moved"; east_m, north_m: the move, in metres; before, after: places outside the municipality
    they name; corrected, broken: places that come right and that go wrong by it; places: all that name one."""

    kind: str
    east_m: float
    north_m: float
    before: int
    after: int
    corrected: int
    broken: int
    places: int


def best_shift(lon: FloatArray, lat: FloatArray, says: TextArray, land: Land) -> Shift | None:
    """The shift that fits markedly better than none, or None. lon, lat: degrees (JGD2011) float64[n]; says: Land.ids_of."""
    told = says != ""
    lon, lat, says = lon[told], lat[told], says[told]
    right, next_door = land.judge(lon, lat, says)
    before = int((~right).sum())
    if before < LEAST_CORRECTED:
        return None
    middle = float(np.mean(lat))
    in_metres = np.array([metres_per_lon(middle), METRES_PER_DEGREE])

    def tried(kind: str, east: FloatArray | float, north: FloatArray | float) -> _Tried:
        """east, north: degrees, one for all or float64[n]."""
        moved_right, moved_next_door = land.judge(lon + east, lat + north, says)
        move = np.array([np.mean(east), np.mean(north)]) * in_metres
        counts = before, int((~moved_right).sum()), int((moved_right & ~right).sum()), int((right & ~moved_right).sum()), len(lon)
        shift = Shift(kind, float(move[0]), float(move[1]), *counts)
        return _Tried(shift, int((moved_right & next_door).sum()), int((right & moved_next_door).sum()))

    def plain(east_m: float, north_m: float) -> _Tried:
        return tried("moved", east_m / in_metres[0], north_m / in_metres[1])

    found = [tried(kind, *moves) for kind, moves in _datum_moves(lon, lat).items()]
    found += [plain(*move) for size in STEPS_M for move in _around(0.0, 0.0, size)]
    best = min(found, key=_fit)
    # from there step by step: a move of 1,300 m lies between two of the first tries
    for size in FINER_M:
        for one in [plain(*move) for move in _around(best.shift.east_m, best.shift.north_m, size)]:
            best = min(best, one, key=_fit)
    return _chosen([one.shift for one in (*found, best) if one.markedly])


@dataclass(frozen=True)
class _Tried:
    """A candidate. home: places that come right from a neighbouring municipality; away: that go wrong into one."""

    shift: Shift
    home: int
    away: int

    @property
    def markedly(self) -> bool:
        """Whether it fits so much better than no shift that it is no chance and no coarse coast."""
        one = self.shift
        enough = one.corrected >= max(LEAST_CORRECTED, CORRECTED_TO_BROKEN * one.broken) and one.after <= LEFT_OVER * one.before
        return enough and self.home >= max(LEAST_FROM_NEIGHBOUR, 3 * self.away) and chance(one.corrected, one.broken) <= CHANCE


def _fit(one: _Tried) -> tuple[int, float]:
    """Fewest misfits first, then the smallest move."""
    return one.shift.after, float(np.hypot(one.shift.east_m, one.shift.north_m))


def _around(east_m: float, north_m: float, size: float) -> list[tuple[float, float]]:
    angles = 2 * np.pi * np.arange(DIRECTIONS) / DIRECTIONS
    return [(float(east_m + size * np.cos(angle)), float(north_m + size * np.sin(angle))) for angle in angles]


def _chosen(found: list[Shift]) -> Shift | None:
    """The one that leaves fewest misfits, the smaller move first; a datum where it does about as well."""
    if not found:
        return None
    best = min(found, key=lambda one: (one.after, np.hypot(one.east_m, one.north_m)))
    datums = [one for one in found if one.kind != "moved" and one.after - best.after <= AS_GOOD * best.before]
    return min(datums, key=lambda one: one.after) if datums else best


def chance(corrected: int, broken: int) -> float:
    """How likely at least `corrected` of `corrected + broken` even tosses are: the one-sided sign test. 0..1."""
    tosses = corrected + broken
    return float(sum(comb(tosses, k) for k in range(corrected, tosses + 1)) / 2**tosses)


def _datum_moves(lon: FloatArray, lat: FloatArray) -> dict[str, tuple[FloatArray, FloatArray]]:
    """{kind: degrees east and north by which each place moves}; none outside Japan, where there is no such way."""
    moves = {}
    for kind, way in zip(("tokyo", "tokyo_twice"), _ways(), strict=True):
        x, y = (np.asarray(one, float) for one in way.transform(lon, lat))
        if np.isfinite(x).all() and np.isfinite(y).all():
            moves[kind] = x - lon, y - lat
    return moves


@lru_cache(maxsize=1)
def _ways() -> tuple[Transformer, Transformer]:
    """From the old datum to JGD2011 and back."""
    old, new = parse_crs(TOKYO), parse_crs(JGD2011)
    return transformer(old, new), transformer(new, old)
