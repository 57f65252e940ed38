"""A Mie-sized study at 250 m with eight layers of 200k vertices, written as files for the real readers."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from benchmarks.layers import MIE_250_M, layer
from coverage.share.covered import covered_share
from geodata.grid import Grid
from geodata.mesh import standard as mesh

CARRIERS = ("a", "b", "c", "d")
GENERATIONS = ("4G", "5G")
KINDS = ("smooth", "stair", "messy", "smooth")  # by carrier
# people live where the hills let networks reach: about a third of the 250 m cells on land, as in Mie
INHABITED_WHERE_COVERED, INHABITED_ELSEWHERE = 0.55, 0.02


def write_study(folder: Path, boundary: Path, vertices: int = 200_000, seed: int = 7) -> Grid:
    """Write study.toml and its files into `folder`; returns the grid. boundary: an N03 file."""
    folder.mkdir(parents=True, exist_ok=True)
    municipalities = gpd.read_file(boundary).to_crs("EPSG:6668")
    west, south, east, north = municipalities.total_bounds
    grid = mesh.mesh_grid(250, (west, south, east, north))
    hills = layer("smooth", vertices // 10, MIE_250_M, seed)
    _population(folder / "tblT001142Q24.txt", municipalities, hills, grid, seed)
    _settlements(folder / "settlements.csv", municipalities, seed)
    toml = [_head(boundary)]
    for number, carrier in enumerate(CARRIERS):
        toml.append(f'[[carriers]]\nkey = "{carrier}"\nname = "架空{carrier}"\n')
        for generation in GENERATIONS:
            name = f"{carrier}_{generation}.gpkg"
            # the same seed means the same hills for all carriers, seen by each in its own way
            polygons = layer(KINDS[number], vertices, MIE_250_M, seed)
            gpd.GeoDataFrame(geometry=polygons, crs="EPSG:6668").to_file(folder / name, engine="pyogrio")
            toml.append(f'[[layers]]\ncarrier = "{carrier}"\ngeneration = "{generation}"\nfiles = ["{name}"]\nas_of = "2026-03-31"\n')
    (folder / "study.toml").write_text("\n".join(toml), encoding="utf-8")
    return grid


def _head(boundary: Path) -> str:
    return f"""[study]
name = "性能測定（架空）"
prefecture = "24"
fiscal_year = 2026
metric_crs = "EPSG:6674"
fictitious = true
[population]
files = ["tblT001142Q24.txt"]
level = 250
[boundaries]
files = ['{boundary}']
[settlements]
files = ["settlements.csv"]
"""


def _population(path: Path, municipalities: gpd.GeoDataFrame, hills: np.ndarray, grid: Grid, seed: int) -> None:
    """An e-Stat-shaped table with a row for every inhabited cell."""
    random = np.random.default_rng(seed)
    j, i = (index.ravel() for index in np.indices(grid.shape))
    x, y = grid.centres(i, j)
    land = shapely.union_all(municipalities.geometry.to_numpy())
    shapely.prepare(land)
    chance = np.where(covered_share(hills, grid).ravel() > 0.99, INHABITED_WHERE_COVERED, INHABITED_ELSEWHERE)
    on_land = shapely.contains_xy(land, x, y) & (random.random(len(x)) < chance)
    codes = mesh.codes_at(250, i[on_land], j[on_land], grid)
    people = np.ceil(random.lognormal(2.0, 1.6, len(codes))).astype(int)
    table = pd.DataFrame(
        {
            "KEY_CODE": codes,
            "HTKSYORI": 0,
            "HTKSAKI": "",
            "GASSAN": "",
            "T001142001": people,
            "T001142019": (people * 0.3).astype(int),
            "T001142034": np.maximum(people // 2, 1),
        }
    )
    labels = ",,,,　人口（総数）,　６５歳以上人口　総数,　世帯総数\r\n"
    text = table.to_csv(index=False, lineterminator="\r\n")
    head, _, body = text.partition("\r\n")
    path.write_bytes((head + "\r\n" + labels + body).encode("cp932"))


def _settlements(path: Path, municipalities: gpd.GeoDataFrame, seed: int) -> None:
    """Three thousand named points spread over the municipalities."""
    random = np.random.default_rng(seed)
    rows = []
    for code, geometry in municipalities.dissolve("N03_007").geometry.items():
        west, south, east, north = geometry.bounds
        shapely.prepare(geometry)
        x, y = random.uniform(west, east, 400), random.uniform(south, north, 400)
        inside = np.flatnonzero(shapely.contains_xy(geometry, x, y))[:100]
        rows += [(code, f"地区{n:03d}", y[k], x[k]) for n, k in enumerate(inside)]
    table = pd.DataFrame(rows, columns=["市区町村コード", "大字名", "緯度", "経度"])
    table.to_csv(path, index=False, encoding="utf-8-sig")
