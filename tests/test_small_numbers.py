"""What is published gives no household away: held against a search of all that could be true."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from coverage.disclosure_control import SIGN, mask_small

LEAST = {"people": 10.0, "old": 10.0, "households": 3.0}
TIES = [("old", "people"), ("households", "people")]


def table(rows, groups=None):
    frame = pd.DataFrame(rows, columns=list(LEAST), dtype=float)
    frame.index = [f"z{n}" for n in range(len(frame))]
    return frame.assign(town=groups or ["甲"] * len(frame))


def attack(masked, columns, groups, parts=None, at_most=()):
    """{(line, column): (least, most)} of each small figure, from the published tables and nothing else."""
    rows, totals = masked.shown, masked.totals
    lines = [("row", name) for name in rows.index] + list(totals.index)
    number = {(line, c): k for k, (line, c) in enumerate((line, c) for line in lines for c in columns)}

    def shown(line, c):
        return rows.loc[line[1], c] if line[0] == "row" else totals.loc[line, c]

    equal, below = [], []
    paths = {line: "/".join(str(rows.loc[line[1], g]) for g in groups) for line in lines if line[0] == "row"}
    for c in columns:
        for line in totals.index:
            inside = [row for row, path in paths.items() if line[0] == "" or path == line[1] or path.startswith(line[1] + "/")]
            equal.append({number[line, c]: -1.0} | {number[row, c]: 1.0 for row in inside if shown(row, c) is not None})
    for line in lines:
        for whole, members in (parts or {}).items():
            equal.append({number[line, whole]: -1.0} | {number[line, m]: 1.0 for m in members})
        below += [{number[line, low]: 1.0, number[line, high]: -1.0} for low, high in at_most]
    bounds = []
    for line, c in number:
        value = shown(line, c)
        bounds.append((0, 1e5) if isinstance(value, str) else (0, 0) if value is None else (value, value))

    def matrix(relations):
        out = np.zeros((len(relations), len(number)))
        for at, relation in enumerate(relations):
            out[at, list(relation)] = list(relation.values())
        return out if len(relations) else None

    a, b = matrix(equal), matrix(below)
    found = {}
    for (line, c), k in number.items():
        if why(masked, line, c) == "primary":
            goal = np.zeros(len(number))
            goal[k] = 1.0
            ends = [
                linprog(sign * goal, A_eq=a, b_eq=np.zeros(len(a)), A_ub=b, b_ub=None if b is None else np.zeros(len(b)), bounds=bounds)
                for sign in (1, -1)
            ]
            assert all(end.status == 0 for end in ends), [end.message for end in ends]
            found[line, c] = (ends[0].fun, -ends[1].fun)
    return found


def why(masked, line, c):
    return masked.why_rows.loc[line[1], c] if line[0] == "row" else masked.why_totals.loc[line, c]


def test_a_small_count_and_what_hides_it():
    """甲: 4, 30, 200 people. Four alone would be the total less the others: the next smallest goes too."""
    masked = mask_small(table([[4, 0, 3], [30, 20, 12], [200, 90, 80]])[["people", "town"]], {"people": 10.0}, ["town"])
    assert masked.shown["people"].tolist() == [SIGN, SIGN, 200.0]
    assert masked.why_rows["people"].tolist() == ["primary", "secondary", ""]
    assert masked.totals["people"].tolist() == [234.0, 234.0]
    assert attack(masked, ["people"], ["town"])[("row", "z0"), "people"] == (0, 34)


def test_nothing_small_nothing_masked():
    rows = table([[40, 10, 3], [30, 0, 12], [np.nan, 10, 3]])
    masked = mask_small(rows, LEAST, ["town"], at_most=TIES)
    assert (masked.why_rows[list(LEAST)] == "").all(axis=None)
    assert masked.shown["old"].tolist() == [10.0, 0.0, 10.0]
    assert masked.shown["people"].tolist() == [40.0, 30.0, None]  # unknown is neither 0 nor masked


def test_a_zone_alone_in_its_town_hides_behind_another_town():
    rows = table([[5, 0, 0], [50, 0, 0], [60, 0, 0], [90, 0, 0]], ["甲", "乙", "乙", "丙"])
    masked = mask_small(rows[["people", "town"]], {"people": 10.0}, ["town"])
    assert masked.totals["people"].to_dict() == {("town", "丙"): SIGN, ("town", "乙"): 110.0, ("town", "甲"): SIGN, ("", ""): 205.0}
    low, high = attack(masked, ["people"], ["town"])[("row", "z0"), "people"]
    assert (low, high) == (0, pytest.approx(95))


def test_what_is_worked_out_from_masked_counts_goes_too():
    rows = table([[4, 2, 2], [30, 20, 12], [200, 90, 80]]).assign(share=lambda t: t["old"] / t["people"])
    masked = mask_small(rows, LEAST, ["town"], at_most=TIES, derived={"share": ("old", "people")})
    assert masked.shown["share"].tolist() == [SIGN, SIGN, pytest.approx(0.45)]


def test_the_exact_table_is_not_touched():
    rows = table([[4, 2, 2], [30, 20, 12], [200, 90, 80]])
    kept = rows.copy()
    mask_small(rows, LEAST, ["town"], at_most=TIES)
    pd.testing.assert_frame_equal(rows, kept)


@pytest.mark.parametrize(
    ("rows", "more"),
    [
        (table([[-1, 0, 0]]), {}),
        (table([[9, 4, 4]]), {"parts": {"people": ("old", "households")}}),
        (table([[9, 4, 4]]).assign(town=None), {}),
    ],
)
def test_tables_that_cannot_be_right_are_refused(rows, more):
    with pytest.raises(ValueError, match=r"below 0|do not add up|without a group"):
        mask_small(rows, LEAST, ["town"], **more)


zone = st.tuples(st.integers(0, 40), st.floats(0, 1), st.floats(0, 1), st.sampled_from("甲乙丙"))


@settings(deadline=None, max_examples=25)
@given(st.lists(zone, min_size=1, max_size=7))
def test_no_small_count_can_be_found_out(rows):
    """Zones in towns in a prefecture, old and households within people: every small count stays 0 to its least."""
    made = table([[p, round(p * a), round(p * b)] for p, a, b, _ in rows], [town for *_, town in rows])
    made = made.assign(prefecture="三重", young=made["people"] - made["old"])
    columns = [*LEAST, "young"]
    least = LEAST | {"young": 10.0}
    ties = {"parts": {"people": ("old", "young")}, "at_most": [("households", "people")]}
    masked = mask_small(made, least, ["prefecture", "town"], **ties)
    for (line, c), (low, high) in attack(masked, columns, ["prefecture", "town"], **ties).items():
        assert low <= 1e-5, (line, c)
        assert high >= least[c] - 1e-5, (line, c)
    # every small count is masked, and what is shown is the truth
    for c in columns:
        small = (made[c] > 0) & (made[c] < least[c])
        assert (masked.why_rows[c][small] == "primary").all()
        open_rows = masked.why_rows[c] == ""
        assert (masked.shown[c][open_rows].astype(float) == made[c][open_rows]).all()
        assert set(masked.shown[c][~open_rows]) <= {SIGN}


def test_a_prefecture_of_a_hundred_zones_is_masked_sparingly():
    """126 zones, 25 small counts: most figures stay open, and the whole stays published."""
    random = np.random.default_rng(3)
    people = random.lognormal(4, 1.2, 126).round()
    rows = table(np.column_stack([people, (people * 0.4).round(), (people * 0.45).round()]), [f"{n % 20:02d}" for n in range(126)])
    masked = mask_small(rows, LEAST, ["town"], at_most=TIES)
    small = (masked.why_rows[list(LEAST)] == "primary").sum(axis=None)
    assert small > 10
    assert (masked.why_rows[list(LEAST)] == "secondary").sum(axis=None) < 5 * small
    assert masked.totals.loc[("", "")].tolist() == rows[list(LEAST)].sum().tolist()
