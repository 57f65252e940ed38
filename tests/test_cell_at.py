"""A place somebody points at: which cell it is, and what is known of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.result import Result
from geodata.grid import Grid
from geodata.mesh import standard as mesh
from requests_gen.web_map.cell import cell_at
from tests.worlds import world


@pytest.fixture(scope="module")
def result() -> Result:
    return world(unpublished=("c",))


def test_the_cell_under_a_place_and_its_values(result: Result) -> None:
    at = 40
    row = result.cells.iloc[at]
    lon, lat = (float(part[0]) for part in result.grid.centres(np.array([row["i"]]), np.array([row["j"]])))
    found = cell_at(result, lon, lat)
    assert found is not None
    assert found.cell_id == result.cells.index[at]
    assert found.population == row["population"]
    assert found.population_65plus == row["population_65plus"]
    assert found.households == row["households"]
    assert found.municipality == result.municipalities["name"][row["municipality_id"]]
    assert found.zone_id == row["zone_id"]
    assert found.shares[("a", "4G")] == result.shares[("a", "4G")].iloc[at]
    assert found.not_spot["4G"] == result.gaps["not_spot_4G"].iloc[at]


def test_unknown_is_none_and_never_zero(result: Result) -> None:
    """The silent carrier's share, and people nobody counted."""
    cells = result.cells.assign(population=np.nan)
    grid = result.grid
    found = cell_at(replace(result, cells=cells), grid.west + grid.dx / 2, grid.south + grid.dy / 2)
    assert found is not None
    assert found.population is None
    assert found.shares[("c", "5G")] is None
    assert found.shares[("c", "4G")] is not None


def test_outside_there_is_nothing(result: Result) -> None:
    west, south, east, north = result.grid.bounds
    for lon, lat in ((west - 1e-6, south), (east + 1e-6, south), (west, north + 1e-6), (0.0, 0.0), (180.0, 90.0)):
        assert cell_at(result, lon, lat) is None


def test_a_cell_that_is_no_cell_of_the_study_is_nothing(result: Result) -> None:
    some = replace(result, cells=result.cells.iloc[1:], shares=result.shares.iloc[1:], gaps=result.gaps.iloc[1:])
    grid = result.grid
    first = grid.west + grid.dx / 2, grid.south + grid.dy / 2
    assert cell_at(result, *first) is not None
    assert cell_at(some, *first) is None


@given(st.floats(0.0001, 0.9999), st.floats(0.0001, 0.9999))
@settings(deadline=None, max_examples=40)
def test_the_code_is_the_mesh_code_of_the_place(x: float, y: float) -> None:
    result = _small()
    west, south, east, north = result.grid.bounds
    lon, lat = west + x * (east - west), south + y * (north - south)
    found = cell_at(result, lon, lat)
    assert found is not None
    i, j, inside = result.grid.locate(np.array([lon]), np.array([lat]))
    assert inside.all()
    assert found.cell_id == str(mesh.codes_at(250, i, j, result.grid)[0])


def _small() -> Result:
    global _made
    if _made is None:
        _made = world(nx=12, ny=12)
    return _made


_made: Result | None = None


def test_a_grid_in_metres_takes_degrees(result: Result) -> None:
    """The same cells on a grid of EPSG:6674: the origin of zone VI lies at 136° east, 36° north."""
    grid = Grid(-1000.0, -1000.0, 250.0, 250.0, result.grid.nx, result.grid.ny, "EPSG:6674")
    found = cell_at(replace(result, grid=grid), 136 + 1e-6, 36.0 + 1e-6)
    assert found is not None
    row = result.cells.loc[found.cell_id]
    assert (row["i"], row["j"]) == (4, 4)
