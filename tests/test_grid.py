"""Which cell a point is in: one rule, the mesh's own, and one way from a point to a row of a table of cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geodata.grid import Grid
from geodata.mesh import standard as mesh

MAS = 3_600_000
WORLD = Grid(10.0, 20.0, 2.0, 1.0, 3, 2, "EPSG:6674")


@pytest.mark.parametrize(
    ("x", "y", "cell"),
    [
        (11, 20.5, (0, 0)),
        (10, 20, (0, 0)),  # the south-western corner of all
        (12, 20.5, (1, 0)),  # on a line: east of it
        (11, 21, (0, 1)),  # on a line: north of it
        (12, 21, (1, 1)),  # on a crossing: north-east
        (12 - 1e-12, 20.5, (1, 0)),  # on the line but for the last bits
        (12 - 1e-6, 20.5, (0, 0)),
        (16, 20.5, None),  # the outermost east and north edges belong to the next cells, which are not here
        (11, 22, None),
        (10 - 1e-6, 20.5, None),
        (np.nan, 20.5, None),
        (np.inf, 20.5, None),
        (1e300, 20.5, None),
    ],
)
def test_points_on_lines_by_hand(x: float, y: float, cell: tuple[int, int] | None) -> None:
    """3 × 2 cells of 2 × 1 from (10, 20)."""
    i, j, inside = WORLD.locate(np.array([x]), np.array([y]))
    assert ((int(i[0]), int(j[0])) if inside[0] else None) == cell


def test_rows_of_a_table_by_hand() -> None:
    """The table lists three of six cells, out of order: cell (0, 0) is row 2, (2, 1) row 0; (1, 0) is not listed."""
    cells = pd.DataFrame({"i": [2, 1, 0], "j": [1, 1, 0]}, index=["c", "b", "a"])
    rows = WORLD.rows_at(cells, [10.5, 15, 13, 13, 99, np.nan], [20.5, 21.5, 21.5, 20.5, 20.5, 20.5])
    assert rows.tolist() == [2, 0, 1, -1, -1, -1]
    assert np.append(["c", "b", "a"], "")[rows].tolist() == ["a", "c", "b", "", "", ""]
    assert WORLD.rows_at(cells[:0], 11.0, 20.5).tolist() == [-1]


@given(st.sampled_from([100, 125, 250, 500, 1000, 10000]), st.integers(0, 9_000_000), st.integers(0, 6_000_000), st.booleans())
@example(100, 4500, 3000, False)
@settings(deadline=None, max_examples=200)
def test_a_mesh_grid_finds_the_cell_of_the_code(level: int, east_mas: int, north_mas: int, on_line: bool) -> None:
    """Whole mas from 135°E, 33°N, and corners of cells exactly: the row of the table is that of the code."""
    grid = mesh.mesh_grid(level, (135.0, 33.0, 137.6, 34.8))
    width, height = mesh.cell_mas(level)
    if on_line:
        east_mas, north_mas = east_mas // width * width, north_mas // height * height
    lon, lat = 135.0 + east_mas / MAS, 33.0 + north_mas / MAS
    i, j, inside = grid.locate(np.array([lon]), np.array([lat]))
    assert inside.all()
    assert mesh.codes_at(level, i, j, grid).tolist() == mesh.encode([lon], [lat], level).tolist()
    cells = pd.DataFrame({"i": [0, i[0]], "j": [grid.ny, j[0]]})
    assert grid.rows_at(cells, lon, lat).tolist() == [1]
