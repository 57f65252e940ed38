"""Whole people on paper: numbers that stand beside their sum are rounded so that the printed ones add up too.

largest_remainder([0.6, 0.6, 0.6], 2)     # [1, 1, 0]
add_up(table)                             # zones by columns: rows, columns and the grand total all add up

A single number, and a total above all, is rounded half up (numbers_and_eras.round_half_up). Its parts follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

FINEST = 9  # decimals that count: sums of shares are not exact in floats, and no last bit may choose a number
_ROOM = 17  # digits of a sum of such units that an int64 holds


def largest_remainder(values: Sequence[float], total: int | None = None) -> list[int]:
    """Whole numbers beside each of `values` that add up to `total` (None: the sum of the values, rounded half up).

    Each is its value rounded down or up, and a whole value stays. Those rounded up have the largest fractions; of
    equal ones the first. Raises ValueError for an unknown value, and for a total such roundings cannot reach.
    """
    units, one = _units(np.asarray(values, dtype=float))
    down, over = np.divmod(units, one)
    if total is None:
        total = int(_half_up(units.sum(), one, units.size))
    up = int(total) - int(down.sum())
    if not 0 <= up <= int((over > 0).sum()):
        raise ValueError(f"no rounding of {len(units)} values adds up to {total}")
    down[np.argsort(-over, kind="stable")[:up]] += 1
    return [int(value) for value in down]


def add_up(table: np.ndarray, totals: Sequence[int] | None = None) -> np.ndarray:
    """`table` (float64[n, m], all known) in whole numbers (int64[n, m]) whose margins are roundings as well.

    Every number, every sum of a row or a column, and the sum of all is the exact one rounded down or up; what is
    whole stays. A table with one row and one column of margins always has such a rounding (zero-restricted
    controlled rounding). totals: what the columns should add up to (None: their sums rounded half up); kept from the
    left as far as such a rounding exists. A column that is to be taken off is given negative, so that a row which
    sums to zero (before + moves − after) does so in print. Deterministic; equal fractions go to the first row.
    Raises ValueError for an unknown value, and for a total that is no rounding of its column's sum.
    """
    units, one = _units(np.asarray(table, dtype=float))
    n, m = units.shape
    if n == 0 or m == 0:
        return np.zeros((n, m), dtype=np.int64)
    units = _closed(units, one)
    # with its margins taken off, every row and every column sums to zero: to keep that is all there is to do
    whole = np.zeros((n + 1, m + 1), dtype=np.int64)
    whole[:n, :m] = units
    whole[:n, m] = -units.sum(axis=1)
    whole[n] = -whole[:n].sum(axis=0)
    down, over = np.divmod(whole, one)
    columns = units.sum(axis=0)
    wanted = _half_up(columns, one, n) if totals is None else np.asarray(totals, dtype=np.int64)
    # the grand total is half up as well, before any column's
    grand = _half_up(columns.sum(), one, n * m)
    high = np.append(-wanted - down[n, :m], grand - down[n, m])
    free = over > 0
    if ((high < 0) | (high > free[n])).any():
        raise ValueError("a total is no rounding of its column's sum")
    rounding = _Rounding(over, free, _raised(over, one), over.sum(axis=0) // one)
    rounding.settle()
    # a total that is whole but for the noise has to stay, so that it is asked for before the others
    noisy = np.minimum(over[n, :m], one - over[n, :m]) <= n
    rounding.prefer(high.astype(bool), [m, *np.flatnonzero(noisy), *np.flatnonzero(~noisy)])
    return np.asarray((down + rounding.up)[:n, :m])


def _units(values: np.ndarray) -> tuple[np.ndarray, int]:
    """(values in whole units, units in one): a float's noise is below one unit."""
    if not np.isfinite(values).all():
        raise ValueError("an unknown number cannot be rounded")
    most = float(np.abs(values).sum())
    one = 10 ** int(np.clip(_ROOM - np.ceil(np.log10(max(most, 1.0))), 0, FINEST))
    return np.rint(values * one).astype(np.int64), one


def _closed(units: np.ndarray, one: int) -> np.ndarray:
    """With rows that sum to a whole number but for the noise made to do so, by the number furthest from a whole one."""
    off = (units.sum(axis=1) + one // 2) % one - one // 2
    rows = np.flatnonzero((off != 0) & (np.abs(off) <= units.shape[1]))
    over = units % one
    furthest = np.minimum(over, one - over).argmax(axis=1)[rows]
    closed = units.copy()
    closed[rows, furthest] -= off[rows]
    return closed


def _half_up(sums: np.ndarray, one: int, count: int) -> np.ndarray:
    """Sums of `count` numbers in units, rounded half up to ones: a half is one to within the noise of them all."""
    return np.asarray((2 * sums + one + count) // (2 * one))


def _raised(over: np.ndarray, one: int) -> np.ndarray:
    """bool[n, m]: what is rounded up where each row is rounded by its largest fractions, sums of rows kept."""
    order = np.argsort(-over, axis=1, kind="stable")
    place = np.empty_like(order)
    np.put_along_axis(place, order, np.broadcast_to(np.arange(over.shape[1]), over.shape), axis=1)
    return np.asarray(place < (over.sum(axis=1) // one)[:, None])


class _Rounding:
    """Which numbers are rounded up. Rows keep their sums; moves between columns mend those of the columns.

    over: fractions; free: those that are not whole; up: rounded up; due: how many of each column must be. The last
    row is the columns' totals and is moved last.
    """

    def __init__(self, over: np.ndarray, free: np.ndarray, up: np.ndarray, due: np.ndarray) -> None:
        self.over, self.free, self.up, self.due = over, free, up, due

    def settle(self) -> None:
        """Move along the shortest ways until every column has what is due to it: while one has not, there is a way."""
        while (beyond := self.up.sum(axis=0) - self.due).any():
            way = self._way(np.flatnonzero(beyond > 0), beyond < 0, len(self.up))
            counts = [self._rows(a, b, len(self.up)).size for a, b in pairwise(way)]
            self._go(way, min(*counts, beyond[way[0]], -beyond[way[-1]]), len(self.up))

    def prefer(self, high: np.ndarray, order: Sequence[int]) -> None:
        """Round the totals as asked, in `order`, each where those before it allow it."""
        last, kept = len(self.up) - 1, np.zeros(len(high), dtype=bool)
        for column in order:
            asked = bool(high[column])
            if self.up[last, column] != asked:
                # the other total that moves the other way, so that the totals go on summing to zero
                others = self.free[last] & ~kept & (self.up[last] == asked)
                ends = np.flatnonzero(others)
                way = self._way(np.array([column]), others, last) if asked else self._way(ends, np.arange(len(high)) == column, last)
                if way:
                    other = way[-1] if asked else way[0]
                    self._go(way, 1, last)
                    self.up[last, [column, other]] = asked, not asked
            kept[column] = True

    def _rows(self, a: int, b: int, n: int) -> np.ndarray:
        """The rows before `n` that can give a unit of column a to column b."""
        up, free = self.up[:n], self.free[:n]
        return np.flatnonzero(up[:, a] & free[:, a] & ~up[:, b] & free[:, b])

    def _way(self, starts: np.ndarray, ends: np.ndarray, n: int) -> list[int]:
        """The columns on a shortest way from one of `starts` to one where `ends` is true; [] where there is none."""
        high, low = (self.up & self.free)[:n], (~self.up & self.free)[:n]
        open_ways = (high.T.astype(np.int64) @ low.astype(np.int64)) > 0
        came: dict[int, int] = {int(column): -1 for column in starts}
        reached = list(came)
        for column in reached:
            if ends[column] and came[column] >= 0:
                way = [column]
                while came[way[-1]] >= 0:
                    way.append(came[way[-1]])
                return way[::-1]
            for nxt in np.flatnonzero(open_ways[column]):
                if int(nxt) not in came:
                    came[int(nxt)] = column
                    reached.append(int(nxt))
        return []

    def _go(self, way: list[int], units: int, n: int) -> None:
        """Move `units` along a way, each step in the rows where it changes least, the row of totals last."""
        for a, b in pairwise(way):
            rows = self._rows(a, b, n)
            gain = self.over[rows, b] - self.over[rows, a]
            chosen = rows[np.lexsort((rows, -gain, rows == len(self.up) - 1))[:units]]
            self.up[chosen, a], self.up[chosen, b] = False, True
