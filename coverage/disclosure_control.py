"""Small numbers: what may stand in a published table, so that no household can be read out of it.

Everything inside stays exact. In what is published a count above 0 and below the least is masked (primary), and so
are as many further figures (secondary) as it takes that no small one can be found from totals and sums: each may still be
anything from 0 to the least. That is checked by linear programming, against a reader who knows the rule and guesses
rightly which figures are the small ones (both kinds carry one SIGN). The further figures are not small and could be
published; they only hide the small ones. Zeros are published; what is unknown stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from geodata.grid import FloatArray

LEAST_PEOPLE, LEAST_HOUSEHOLDS = 10.0, 3.0
SIGN = "×"
PRIMARY, SECONDARY = "primary", "secondary"
TOLERANCE = 1e-6
FAR = 100.0  # times the largest least: how far up a figure is followed; nothing is unbounded for the solver
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Masked:
    """What may be published and why.

    shown: object frame of the rows (index as given), numbers, None where unknown, SIGN where masked; totals: the
    same for every group and the whole (index: (level, name), level "" for the whole). why_rows, why_totals: "",
    "primary" or "secondary" for each figure; for the office, not for publication.
    """

    shown: pd.DataFrame
    totals: pd.DataFrame
    why_rows: pd.DataFrame
    why_totals: pd.DataFrame


@dataclass(frozen=True)
class _Figures:
    """All figures of rows and totals as one vector, with what ties them together.

    value, least float64[n], line by line; parent int64[lines]: the line each is summed into, −1 for the whole;
    sums csr[relations, n] with sums @ value = 0; at_most int64[pairs, 2]: the first is at most the second.
    """

    value: FloatArray
    least: FloatArray
    parent: IntArray
    sums: csr_array
    at_most: IntArray


def mask_small(
    rows: pd.DataFrame,
    least: Mapping[str, float],
    groups: Sequence[str],
    parts: Mapping[str, Sequence[str]] | None = None,
    at_most: Iterable[tuple[str, str]] = (),
    derived: Mapping[str, Sequence[str]] | None = None,
) -> Masked:
    """Mask what is small in the count columns `least` ({column: the least count that is shown}) of `rows`.

    groups: columns of names, outermost first (prefecture, municipality); totals of each and of all rows are
    published too. parts: {whole: its parts}, columns that add up in every row. at_most: (part, whole) columns
    where the first never exceeds the second. derived: {column: what it is worked out from}, such as shares and
    scores, masked where any of those is. Raises ValueError for counts below 0.
    """
    columns = list(least)
    if (rows[columns] < 0).any(axis=None):
        raise ValueError("counts below 0")
    if rows[list(groups)].isna().any(axis=None):
        raise ValueError("a row without a group")
    table, names = _with_totals(rows, columns, list(groups))
    for whole, members in (parts or {}).items():
        if (abs(table[whole] - table[list(members)].sum(axis=1, skipna=False)) > TOLERANCE).any():
            raise ValueError(f"the parts of {whole} do not add up to it")
    figures = _figures(table, rows, list(groups), least, parts or {}, list(at_most))
    small = (figures.value > 0) & (figures.value < figures.least)
    masked = _protected(figures, small)
    why = pd.DataFrame(np.select([small, masked], [PRIMARY, SECONDARY], "").reshape(table.shape), columns=columns)
    return _published(rows, table.iloc[len(rows) :].set_axis(names), why, derived or {})


def _with_totals(rows: pd.DataFrame, columns: list[str], groups: list[str]) -> tuple[pd.DataFrame, pd.MultiIndex]:
    """Rows, then the totals from the innermost group outwards to the whole; and the totals' names."""
    frames = [rows[columns].set_axis(pd.RangeIndex(len(rows)))]
    names: list[tuple[str, str]] = []
    for depth in range(len(groups), 0, -1):
        totals = rows.groupby(groups[:depth], sort=True)[columns].sum(min_count=1)
        keys = totals.index.to_frame().astype(str)
        names += [(groups[depth - 1], "/".join(key)) for key in keys.itertuples(index=False, name=None)]
        frames.append(totals.set_axis(pd.RangeIndex(len(totals))))
    frames.append(rows[columns].sum(min_count=1).to_frame().T)
    table = pd.concat(frames, ignore_index=True).astype(float)
    return table, pd.MultiIndex.from_tuples([*names, ("", "")], names=["level", "name"])


def _parents(rows: pd.DataFrame, groups: list[str]) -> IntArray:
    """For each line of the table with totals, the line that its figures are summed into; −1 for the whole."""
    start, parent = len(rows), []
    inner = rows[groups]
    for depth in range(len(groups), 0, -1):
        number = inner.groupby(groups[:depth], sort=True).ngroup()
        parent.append(start + number.to_numpy(np.int64))
        inner = inner[groups[:depth]].drop_duplicates().sort_values(groups[:depth])
        start += len(inner)
    parent.append(np.full(len(inner), start))
    return np.concatenate([*parent, [-1]])


def _figures(
    table: pd.DataFrame,
    rows: pd.DataFrame,
    groups: list[str],
    least: Mapping[str, float],
    parts: Mapping[str, Sequence[str]],
    at_most: list[tuple[str, str]],
) -> _Figures:
    columns, value = list(table.columns), table.to_numpy(float)
    count, width = value.shape
    number = np.arange(count * width).reshape(count, width)
    parent = _parents(rows, groups)
    at, figure, sign = [], [], []
    relation = 0

    def add(wholes: IntArray, members: list[tuple[IntArray, IntArray]]) -> None:
        """One relation for each of `wholes`: its members (relation number from 0, figure) add up to it."""
        nonlocal relation
        for numbers, figures in members:
            at.append(numbers + relation)
            figure.append(figures)
            sign.append(np.ones(len(figures)))
        at.append(np.arange(len(wholes)) + relation)
        figure.append(wholes)
        sign.append(-np.ones(len(wholes)))
        relation += len(wholes)

    holders, slot = np.unique(parent[parent >= 0], return_inverse=True)
    inside = np.flatnonzero(parent >= 0)
    for c in range(width):
        known = ~np.isnan(value[inside, c])
        add(number[holders, c], [(slot[known], number[inside[known], c])])
    for whole, members in parts.items():
        chosen = [columns.index(name) for name in (whole, *members)]
        lines = np.flatnonzero(~np.isnan(value[:, chosen]).any(axis=1))
        order = np.arange(len(lines))
        add(number[lines, chosen[0]], [(order, number[lines, c]) for c in chosen[1:]])
    pairs = [number[:, [columns.index(low), columns.index(high)]][(table[low] <= table[high]).to_numpy()] for low, high in at_most]
    sums = coo_array((np.concatenate(sign), (np.concatenate(at), np.concatenate(figure))), (relation, count * width))
    return _Figures(
        value.ravel(),
        np.tile([float(least[name]) for name in columns], count),
        parent,
        sums.tocsr(),
        np.concatenate([np.empty((0, 2), np.int64), *pairs]),
    )


def _protected(figures: _Figures, small: BoolArray) -> BoolArray:
    """`small` and what else must be masked, until no masked figure can be narrowed down."""
    # a line with a small count is masked in all its counts: they are tied, and one would bound the other
    lines = small.reshape(len(figures.parent), -1)
    masked = np.repeat(lines.any(axis=1), lines.shape[1]) & (figures.value > 0)
    passed: set[bytes] = set()  # what hangs together and was found to be open stays so
    while True:
        narrow = []
        for members in _components(figures, masked):
            if members.tobytes() in passed:
                continue
            problem = _problem(figures, members, small)
            found = next((v for v in members[small[members]].tolist() if not _is_open(figures, problem, v)), None)
            if found is None:
                passed.add(members.tobytes())
            else:
                narrow.append(found)
        if not narrow:
            return masked
        for v in narrow:
            masked[_beside(figures, masked, v)] = True


def _components(figures: _Figures, masked: BoolArray) -> list[IntArray]:
    """Which masked figures hang together: the figures of each component, ascending."""
    keep = np.flatnonzero(masked)
    if not len(keep):
        return []
    sums = abs(figures.sums[:, keep])
    linked = np.searchsorted(keep, figures.at_most[masked[figures.at_most].all(axis=1)])
    pairs = coo_array((np.ones(len(linked)), tuple(linked.T)), (len(keep), len(keep)))
    label = connected_components(sums.T @ sums + pairs, directed=False)[1]
    return [keep[label == number] for number in range(label.max() + 1)]


@dataclass(frozen=True)
class _Problem:
    """How far the masked figures `members` may be from their true `value` for all a reader knows.

    sums @ d = 0, more @ d ≤ slack, bounds[:, 0] ≤ d ≤ bounds[:, 1] for the differences d. In differences the truth
    is d = 0 to the last bit, so that rounding never makes the figures contradict each other.
    """

    members: IntArray
    value: FloatArray
    sums: csr_array
    more: csr_array
    slack: FloatArray
    bounds: FloatArray

    def range_of(self, v: int) -> tuple[float, float]:
        """(least, most) that the figure `v` can be."""
        goal = (self.members == v).astype(float)
        ends = []
        for sign in (1.0, -1.0):
            done = linprog(
                sign * goal,
                A_eq=self.sums,
                b_eq=np.zeros(self.sums.shape[0]),
                A_ub=self.more,
                b_ub=self.slack,
                bounds=self.bounds,
                method="highs",
            )
            if done.status:
                raise RuntimeError(f"linear program of {len(self.members)} figures: {done.message}")
            ends.append(sign * float(done.fun))
        true = float(self.value[self.members == v][0])
        return true + ends[0], true + ends[1]


def _problem(figures: _Figures, members: IntArray, small: BoolArray) -> _Problem:
    unknown = np.zeros(len(small), bool)
    unknown[members] = True
    value, sums = figures.value[members], figures.sums[:, members]
    low = np.zeros(len(members))
    high = np.where(small[members], figures.least[members], value + FAR * figures.least.max())
    hidden = unknown[figures.at_most]
    both = np.searchsorted(members, figures.at_most[hidden.all(axis=1)])
    below = figures.at_most[hidden[:, 0] & ~hidden[:, 1]]
    np.minimum.at(high, np.searchsorted(members, below[:, 0]), figures.value[below[:, 1]])
    above = figures.at_most[~hidden[:, 0] & hidden[:, 1]]
    np.maximum.at(low, np.searchsorted(members, above[:, 1]), figures.value[above[:, 0]])
    signs, row = np.tile([1.0, -1.0], len(both)), np.repeat(np.arange(len(both)), 2)
    more = coo_array((signs, (row, both.ravel())), (len(both), len(members))).tocsr()
    return _Problem(
        members,
        value,
        sums[np.flatnonzero(np.diff(sums.indptr))],
        more,
        (value[both[:, 1]] - value[both[:, 0]]).clip(0.0),
        np.column_stack([(low - value).clip(max=0.0), (high - value).clip(min=0.0)]),
    )


def _is_open(figures: _Figures, problem: _Problem, v: int) -> bool:
    """Whether a reader who knows all that is published, and which figures are small, learns no more of `v`."""
    low, high = problem.range_of(v)
    return low <= TOLERANCE and high >= figures.least[v] - TOLERANCE


def _beside(figures: _Figures, masked: BoolArray, v: int) -> IntArray:
    """What to mask so that `v` opens: another line of its group, else the group's total, and so on outwards.

    A line is masked in all its counts, for they are tied to one another; of several lines the one with the
    least amount that can stand in for `v`. A total is masked with a line inside it, or it would be their sum.
    """
    value = figures.value.reshape(len(figures.parent), -1)
    free = ~masked.reshape(value.shape) & (value > 0)
    width = value.shape[1]
    line, column = divmod(v, width)
    while line >= 0:
        parent = int(figures.parent[line])
        chosen = _stand_in(value[:, column], free[:, column] & (figures.parent == parent), figures.least[v])
        lines = [] if chosen is None else [chosen]
        while chosen is not None:
            chosen = _stand_in(value[:, column], free[:, column] & (figures.parent == chosen), figures.least[v])
            lines += [] if chosen is None else [chosen]
        if not lines and parent >= 0 and free[parent, column]:
            lines = [parent]
        if lines:
            return np.concatenate([at * width + np.flatnonzero(free[at]) for at in lines])
        line = parent
    rest = np.flatnonzero(free.ravel())
    if not len(rest):
        raise ValueError("figures cannot be masked: nothing is left to mask beside them")
    return rest[:1]


def _stand_in(amount: FloatArray, among: BoolArray, need: float) -> int | None:
    """The line of `among` with the least amount from `need` on, else the largest; None of none."""
    lines = np.flatnonzero(among)
    enough = amount[lines] >= need
    keys = [np.where(enough, amount[lines], -amount[lines]), ~enough]
    return int(lines[np.lexsort(keys)[0]]) if len(lines) else None


def _published(rows: pd.DataFrame, totals: pd.DataFrame, why: pd.DataFrame, derived: Mapping[str, Sequence[str]]) -> Masked:
    """The tables to publish. totals: the totals' figures; why: of rows, then of totals."""
    columns, count = list(totals.columns), len(rows)
    why_rows = why.iloc[:count].set_axis(rows.index)
    why_totals = why.iloc[count:].set_axis(totals.index)
    for name, sources in derived.items():
        # named after the first of its sources that is masked; a share gives its parts away
        reasons = why_rows[list(sources)]
        why_rows = why_rows.assign(**{name: np.where((reasons != "").any(axis=1), SECONDARY, "")})
    shown = rows.astype(object).where(rows.notna(), None)
    for name in (*columns, *derived):
        shown[name] = shown[name].mask(why_rows[name] != "", SIGN)
    open_totals = totals.astype(object).where(totals.notna(), None)
    return Masked(shown, open_totals.mask(why_totals != "", SIGN), why_rows, why_totals)
