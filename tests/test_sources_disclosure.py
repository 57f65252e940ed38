"""Laws of disclosure groups: nobody appears, nobody vanishes, nobody is split, and order does not matter."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.population.disclosure import NOWHERE, OPEN, RECEIVED, SUPPRESSED, Shared, share_out

# a group: people of the receiver and of those that gave to it, and how many of all are 65+
groups = st.lists(st.tuples(st.lists(st.integers(0, 5000), min_size=1, max_size=6), st.floats(0, 1)), min_size=1, max_size=8)


def world(drawn: list[tuple[list[int], float]], shuffle: np.ndarray | None = None) -> tuple[Shared, np.ndarray, np.ndarray, np.ndarray]:
    """(result, keys, totals, number of its group) for groups drawn by hypothesis, rows in any order."""
    keys, totals, details, treatment, into, number = [], [], [], [], [], []
    for at, (people, part) in enumerate(drawn):
        for k, total in enumerate(people):
            keys.append(1000 * (at + 1) + k)
            totals.append(total)
            number.append(at)
            details.append(np.floor(sum(people) * part) if k == 0 else np.nan)
            treatment.append((RECEIVED if len(people) > 1 else OPEN) if k == 0 else SUPPRESSED)
            into.append(1000 * (at + 1) if k else NOWHERE)
    order = np.arange(len(keys)) if shuffle is None else shuffle
    columns = [np.array(one)[order] for one in (keys, totals, details, treatment, into, number)]
    row_of = {int(key): row for row, key in enumerate(columns[0])}
    pairs = [(row_of[target], key) for key, target in zip(columns[0], columns[4], strict=True) if target != NOWHERE]
    given_to = np.array([row for row, _ in pairs], np.int64), np.array([key for _, key in pairs], np.int64)
    shared = share_out(columns[0], columns[1].astype(float), columns[2], columns[3], columns[4], given_to)
    return shared, columns[0], columns[1], columns[5]


@given(groups)
@settings(deadline=None, max_examples=200)
def test_every_group_keeps_its_sum_in_whole_people(drawn: list[tuple[list[int], float]]) -> None:
    shared, _, totals, number = world(drawn)
    for at, (people, part) in enumerate(drawn):
        assert shared.values[number == at].sum() == np.floor(sum(people) * part)
    assert (shared.values % 1 == 0).all()
    assert ((shared.values >= 0) & (shared.values <= totals)).all()
    for odd in (shared.lost, shared.partial, shared.contradicted, shared.overfull):
        assert len(odd) == 0


@given(groups)
@settings(deadline=None, max_examples=200)
def test_shares_are_within_one_person_of_the_rate(drawn: list[tuple[list[int], float]]) -> None:
    shared, _, totals, number = world(drawn)
    for at, (people, part) in enumerate(drawn):
        if sum(people):
            exact = totals[number == at] * np.floor(sum(people) * part) / sum(people)
            assert (np.abs(shared.values[number == at] - exact) < 1).all()


@given(groups, st.randoms(use_true_random=False))
@settings(deadline=None, max_examples=100)
def test_order_does_not_matter(drawn: list[tuple[list[int], float]], random: object) -> None:
    shared, keys, *_ = world(drawn)
    order = np.arange(len(keys))
    random.shuffle(order)  # type: ignore[attr-defined]
    again, shuffled, *_ = world(drawn, order)
    assert dict(zip(keys, shared.values, strict=True)) == dict(zip(shuffled, again.values, strict=True))


def ask(rows: list[tuple[int, float, float, int, int]], given_to: list[tuple[int, int]]) -> Shared:
    keys, totals, details, treatment, into = (np.array(column) for column in zip(*rows, strict=True))
    pairs = np.array(given_to, np.int64).reshape(-1, 2)
    return share_out(keys, totals.astype(float), details.astype(float), treatment, into, (pairs[:, 0], pairs[:, 1]))


def test_a_chain_of_suppressed_cells_leads_nowhere() -> None:
    """2 gave to 3, which itself gave to 1: who holds 2's people cannot be known."""
    nan = float("nan")
    shared = ask([(1, 50, 10, RECEIVED, -1), (2, 5, nan, SUPPRESSED, 3), (3, 5, nan, SUPPRESSED, 1)], [(0, 3)])
    np.testing.assert_array_equal(shared.values, [9, nan, 1])
    assert shared.lost.tolist() == [1]
    assert shared.contradicted.tolist() == [1]


def test_more_than_everybody_is_told_and_kept() -> None:
    shared = ask([(1, 5, 12, RECEIVED, -1), (2, 5, float("nan"), SUPPRESSED, 1)], [(0, 2)])
    assert shared.values.sum() == 12
    assert shared.overfull.tolist() == [0]


def test_an_unknown_total_makes_its_group_unknown() -> None:
    nan = float("nan")
    shared = ask([(1, 5, 3, RECEIVED, -1), (2, nan, nan, SUPPRESSED, 1), (9, 8, 2, OPEN, -1)], [(0, 2)])
    np.testing.assert_array_equal(shared.values, [nan, nan, 2])


def test_a_group_of_nobody_keeps_its_figure_with_the_receiver() -> None:
    shared = ask([(1, 0, 3, RECEIVED, -1), (2, 0, float("nan"), SUPPRESSED, 1)], [(0, 2)])
    assert shared.values.tolist() == [3, 0]
