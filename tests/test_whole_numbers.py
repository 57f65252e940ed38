"""Whole people beside their sums: what is printed adds up, and nothing moves by a whole person."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from requests_gen.wording.numbers_and_eras import round_half_up
from requests_gen.wording.whole_numbers import add_up, largest_remainder

CLOSE = 1e-6
# tenths and thirds: many ties, whole numbers among them, and sums that floats do not hit
amounts = st.one_of(
    st.integers(-30, 30).map(float), st.integers(-300, 300).map(lambda n: n / 10), st.integers(-90, 90).map(lambda n: n / 3)
)
tables = st.tuples(st.integers(1, 7), st.integers(1, 5)).flatmap(lambda shape: arrays(float, shape, elements=amounts))


def near(printed: np.ndarray, exact: np.ndarray) -> bool:
    """Rounded down or up, and whole numbers as they are."""
    return bool(
        (np.abs(printed - exact) < 1 + CLOSE).all() and (np.abs(printed - exact)[np.abs(exact - np.rint(exact)) < 1e-9] < CLOSE).all()
    )


def test_the_largest_fractions_are_rounded_up_and_of_equal_ones_the_first():
    assert largest_remainder([2.3, 1.6, 0.1]) == [2, 2, 0]
    assert largest_remainder([0.5, 0.5, 0.5], 2) == [1, 1, 0]
    assert largest_remainder([0.5, 0.5, 0.5]) == [1, 1, 0]  # 1.5 people are 2
    assert largest_remainder([-64.4, 30.2, -5.0]) == [-64, 30, -5]  # −39.2: down they are −65 and 30, and 0.6 is more than 0.2
    assert largest_remainder([]) == []


def test_the_last_bit_chooses_nothing():
    assert largest_remainder([0.1 + 0.2, 0.3, 0.4]) == largest_remainder([0.3, 0.1 + 0.2, 0.4]) == [0, 0, 1]
    assert largest_remainder([0.3, 0.1 + 0.2], 1) == [1, 0]
    assert largest_remainder([0.9999999999999999, 2.0000000000000004, 0.5]) == [1, 2, 1]


def test_what_cannot_be_reached_or_is_unknown_is_refused():
    for values, total in (([0.4, 0.4], 3), ([1.0, 2.0], 4), ([1.5], 0), ([float("nan")], None)):
        with pytest.raises(ValueError, match=r"rounded|adds up"):
            largest_remainder(values, total)
    with pytest.raises(ValueError, match="unknown"):
        add_up(np.array([[1.0, np.nan]]))
    with pytest.raises(ValueError, match="a total"):
        add_up(np.array([[0.4], [0.4]]), [2])


@given(st.lists(amounts, min_size=1, max_size=9))
def test_parts_add_up_to_the_total_printed_everywhere(values):
    printed = largest_remainder(values)
    exact = sum(Fraction(value).limit_denominator(30) for value in values)
    assert sum(printed) == (2 * exact + 1) // 2 == round_half_up(sum(values))
    assert near(np.array(printed), np.array(values))


def test_a_table_by_hand():
    """Half a person in each of four fields: two rows of one, two columns of one. One of each row and column is up."""
    assert add_up(np.full((2, 2), 0.5)).tolist() == [[0, 1], [1, 0]]
    assert add_up(np.array([[1.2, 0.4], [3.0, 0.4]])).tolist() == [[1, 1], [3, 0]]  # columns 4 and 1, all 5: 1.6 and 3.4 are 2 and 3
    assert add_up(np.zeros((0, 3))).shape == (0, 3)


@settings(max_examples=60)
@given(tables)
def test_rows_columns_and_the_sum_of_all_are_roundings_too(table):
    printed = add_up(table)
    assert near(printed, table)
    assert near(printed.sum(axis=0), table.sum(axis=0))
    assert near(printed.sum(axis=1), table.sum(axis=1))
    assert printed.sum() == round_half_up(float(table.sum()))
    assert (add_up(table) == printed).all()


@settings(max_examples=60)
@given(tables)
def test_before_plus_moves_is_now_in_every_row_and_in_the_totals_printed_elsewhere(moves):
    """before, −now, moves: rows sum to zero. The totals of both years are the half-up ones of every other page."""
    before = np.abs(moves[:, 0])
    now = before + moves.sum(axis=1)
    printed = add_up(
        np.column_stack([before, -now, moves]),
        [round_half_up(before.sum()), -round_half_up(now.sum()), *np.floor(moves.sum(axis=0) + CLOSE).astype(int)],
    )
    assert (printed.sum(axis=1) == 0).all()
    assert printed[:, 0].sum() == round_half_up(before.sum())
    assert -printed[:, 1].sum() == round_half_up(now.sum())
    assert near(printed[:, 2:].sum(axis=0), moves.sum(axis=0))
    assert near(printed[:, 2:], moves)


def test_a_prefecture_of_zones():
    """Two thousand zones of three tenths of a person each: every column is 600, and 600 zones print one."""
    printed = add_up(np.full((2000, 5), 0.3))
    assert printed.sum(axis=0).tolist() == [600] * 5
    assert set(printed.sum(axis=1).tolist()) <= {1, 2}
    assert set(printed.ravel().tolist()) == {0, 1}
