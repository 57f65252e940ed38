"""Gap tables on worlds of a few cells."""

import numpy as np
import pandas as pd

from coverage.gaps import gap_table, not_spot
from coverage.rules import Threshold

NAN = np.nan


def test_every_class_of_not_spot():
    """Two carriers: both, one, none, one silent (covered / not by the other), both silent."""
    covered = pd.DataFrame({"a": [1, 1, 0, 1, 0, NAN], "b": [1, 0, 0, NAN, NAN, NAN]}, index=list("uvwxyz"))
    assert not_spot(covered).to_dict() == {"u": "none", "v": "partial", "w": "complete", "x": "unknown", "y": "unknown", "z": "unknown"}


def test_a_silent_carrier_does_not_hide_a_partial_not_spot():
    covered = pd.DataFrame({"a": [1.0], "b": [0.0], "c": [NAN]})
    assert not_spot(covered).tolist() == ["partial"]


def test_gap_table_by_hand():
    """Cell p: 10 people, a covers 0.5, b 0.2, together 0.6. Cell q: unknown people."""
    cells = pd.DataFrame({"population": [10.0, NAN]}, index=pd.Index(["p", "q"], name="cell_id"))
    columns = pd.MultiIndex.from_tuples([("a", "4G"), ("b", "4G"), ("any", "4G")])
    shares = pd.DataFrame([[0.5, 0.2, 0.6], [1, 1, 1]], index=cells.index, columns=columns)
    gaps = gap_table(cells, shares, shares, ["a", "b"], "4G", Threshold())
    assert gaps.index.equals(cells.index)
    assert gaps.loc["p"].to_dict() == {
        "uncovered_population_4G": 4.0,
        "uncovered_population_4G_a": 5.0,
        "uncovered_population_4G_b": 8.0,
        "not_spot_4G": "partial",
    }
    assert gaps.loc["q"].isna().sum() == 3
