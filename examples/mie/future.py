"""Made-up population to come, in the form of 国土数値情報 将来推計人口メッシュ (1 km): fewer people, more so in the hills."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from examples.mie.land import GEOGRAPHIC
from examples.mie.people import COLUMNS_PER_DEGREE, ROWS_PER_DEGREE, mesh_code

SEED = 20_265
YEARS = (2020, 2030, 2040)
BASE_NOISE = 0.01  # the base year is an adjusted figure that does not equal the census
YEARLY_LOSS = (0.004, 0.022)  # from the towns to the last valley
OLDER = 0.004  # the share of old people grows by so much a year


def make_future(cells: pd.DataFrame, code: pd.Series) -> gpd.GeoDataFrame:
    """Rows MESH_ID, SHICODE, PTN_YYYY, PTC_YYYY of every inhabited 1 km mesh, EPSG:6668. code: municipality a cell."""
    rng = np.random.default_rng(SEED)
    row, column = cells["row"].to_numpy() // 2, cells["column"].to_numpy() // 2
    table = pd.DataFrame(
        {
            "MESH_ID": mesh_code(2 * row, 2 * column) // 10,
            "row": row,
            "column": column,
            "code": code.to_numpy(),
            "people": cells["population"].to_numpy(float),
            "old": cells["population_65plus"].to_numpy(float),
            "remote": cells["remote"].to_numpy(float) * cells["population"].to_numpy(float),
        }
    )
    by = table.groupby("MESH_ID")
    mesh = by[["people", "old", "remote"]].sum()
    mesh[["row", "column"]] = by[["row", "column"]].first()
    mesh["SHICODE"] = by["code"].agg(lambda codes: "_".join(sorted(set(codes))))
    least, most = YEARLY_LOSS
    loss = least + (most - least) * mesh["remote"] / mesh["people"]
    base = mesh["people"] * (1.0 + rng.normal(0.0, BASE_NOISE, len(mesh)))
    out = pd.DataFrame({"MESH_ID": mesh.index.astype(str), "SHICODE": mesh["SHICODE"].to_numpy()})
    for year in YEARS:
        people = base * (1.0 - loss) ** (year - YEARS[0])
        old = people * np.minimum(mesh["old"] / mesh["people"] + OLDER * (year - YEARS[0]), 0.98)
        out[f"PTN_{year}"], out[f"PTC_{year}"] = people.round(3).to_numpy(), old.round(3).to_numpy()
    west = mesh["column"].to_numpy() * 2 / COLUMNS_PER_DEGREE
    south = mesh["row"].to_numpy() * 2 / ROWS_PER_DEGREE
    boxes = shapely.box(west, south, west + 2 / COLUMNS_PER_DEGREE, south + 2 / ROWS_PER_DEGREE)
    return gpd.GeoDataFrame(out, geometry=boxes, crs=GEOGRAPHIC)
