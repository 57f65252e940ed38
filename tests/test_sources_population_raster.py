"""Population rasters: rows from the south, no data is no cell, fractions of people kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from geodata.errors import DataError
from geodata.sources import population_raster


def write(path: Path, values: np.ndarray, crs: str | None = "EPSG:4326", nodata: float | None = -1e38) -> Path:
    """A raster of 0.1° pixels whose north-western corner is 10°E 50°N."""
    import rasterio
    from affine import Affine

    rows, columns = values.shape
    place = {"transform": Affine(0.1, 0, 10.0, 0, -0.1, 50.0), "crs": crs, "nodata": nodata}
    with rasterio.open(path, "w", driver="GTiff", width=columns, height=rows, count=1, dtype=values.dtype, **place) as out:
        out.write(values, 1)
    return path


def test_by_hand(tmp_path: Path) -> None:
    """North row 1.5, none; south row 0, 7: three cells, row 0 the southern one."""
    path = write(tmp_path / "people.tif", np.array([[1.5, -1e38], [0.0, 7.0]], "float32"))
    population, (report,) = population_raster.read(path)
    assert population.frame["population"].to_dict() == {"r0c0": 0.0, "r0c1": 7.0, "r1c0": 1.5}
    assert population.frame[["i", "j"]].to_numpy().tolist() == [[0, 0], [1, 0], [0, 1]]
    assert population.frame[["households", "population_65plus"]].isna().all(axis=None)
    assert (population.level, population.covers) == (None, frozenset())
    grid = population.grid
    assert grid is not None
    assert (grid.west, grid.nx, grid.ny, grid.crs) == (10.0, 2, 2, "EPSG:4326")
    assert grid.south == pytest.approx(49.8)
    # the cell's row and column are those of the grid: 1.5 people live in the north-west
    i, j, _ = grid.locate(np.array([10.05]), np.array([49.95]))
    assert population.frame.loc[f"r{j[0]}c{i[0]}", "population"] == 1.5
    assert (report.facts["population_total"], report.facts["nodata_cells"]) == (8.5, 1)
    assert report.records_in_file == report.accepted + sum(report.excluded.values())


def test_metres_and_declared_crs(tmp_path: Path) -> None:
    path = write(tmp_path / "people.tif", np.array([[1.0, 2.0]], "float32"), crs=None)
    with pytest.raises(DataError) as caught:
        population_raster.read(path)
    assert caught.value.code.startswith("crs")
    population, (report,) = population_raster.read(path, crs="EPSG:4326")
    assert population.grid is not None
    assert population.grid.crs == "EPSG:4326"
    assert report.verdict == "warn"


@pytest.mark.parametrize("value", [-5.0, -123.4])
def test_negative_people_are_refused(tmp_path: Path, value: float) -> None:
    path = write(tmp_path / "people.tif", np.array([[value, 2.0]], "float32"), nodata=None)
    with pytest.raises(DataError) as caught:
        population_raster.read(path)
    assert caught.value.code == "raster-negative"
    assert caught.value.file == "people.tif"


def test_densities_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "bdi_pd_2020_1km.tif", np.array([[3.0, 2.0]], "float32"))
    with pytest.raises(DataError) as caught:
        population_raster.read(path)
    assert caught.value.code == "raster-density"


@pytest.mark.parametrize(
    ("name", "people", "cells", "without"),
    [("dom_ppp_2020_1km_clip.tif", 26_256.873, 855, 0), ("bdi_ppp_worldpop.tif", 9_131_486, 49_354, 4_777)],
)
def test_worldpop(shared_data: Path, name: str, people: float, cells: int, without: int) -> None:
    population, (report,) = population_raster.read(shared_data / "raster" / name)
    assert population.frame["population"].sum() == pytest.approx(people, abs=0.01)
    assert (len(population.frame), report.facts["nodata_cells"]) == (cells, without)
    assert report.verdict == "accept"
    grid = population.grid
    assert grid is not None
    assert population.frame["i"].max() < grid.nx
    assert population.frame["j"].max() < grid.ny
