"""Made-up marked-out areas: designated areas in the forms of A17, A18 and A24, landslide areas in that of A33.

Shapes are cut from the made-up municipalities around the real places, or are ellipses on made-up slopes. Which
municipalities are 過疎 is told by designated_areas_mie_2021.csv, a public fact; these files only lend it shapes.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import shapely.affinity
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from examples.mie.land import GEOGRAPHIC, METRIC, in_degrees, metres
from examples.mie.places import CENSUS

SEED = 20_264
# former municipalities: (code, name, how the names of their places begin)
FORMER = (
    ("24204", "飯南町", "飯南町"),
    ("24204", "飯高町", "飯高町"),
    ("24215", "浜島町", "浜島町"),
    ("24215", "大王町", "大王町"),
    ("24215", "志摩町", "志摩町"),
    ("24215", "磯部町", "磯部町"),
    ("24216", "島ヶ原村", "島ヶ原"),
    ("24201", "美杉村", "美杉町"),
)
WHOLE = ("24209", "24211", "24212", "24443", "24471", "24472", "24543")
SOUTH = ("24209", "24212", "24443", "24471", "24472", "24543", "24561", "24562")  # of the invented 半島 area
MOUNTAINS = (("24204", "飯高町"), ("24201", "美杉村"))
LANDSLIDES = 260
IN_GAPS = 0.45
LONG_M, FLAT = (140.0, 420.0), (0.35, 0.8)
EDGE_M = 60.0  # shapes are simplified by so much


def make_designated(mie: pd.DataFrame, municipalities: gpd.GeoDataFrame) -> dict[str, gpd.GeoDataFrame]:
    """{"A17": …, "A18": …, "A24": …} in EPSG:6668, every attribute text, columns as in the originals."""
    land = municipalities.dropna(subset="N03_007").to_crs(METRIC).dissolve("N03_007").geometry
    former = _former_shapes(mie, land)
    a17 = [_a17(code, "", land[code]) for code in WHOLE]
    a17 += [_a17(code, name, former[code, name]) for code, name, _ in FORMER]
    a18 = [
        {
            "A18_001": f"X{n}",
            "A18_002": code,
            "A18_003": "三重県",
            "A18_006": CENSUS[code][1],
            "A18_007": "",
            "A18_008": "",
            "A18_009": "（架空）南部半島地域",
            "A18_010": "1985-12-17",
            "geometry": land[code],
        }
        for n, code in enumerate(SOUTH, start=1)
    ]
    a24 = [
        {
            "A24_001": f"X{n}",
            "A24_002": code,
            "A24_003": "三重県",
            "A24_006": CENSUS[code][1],
            "A24_007": name,
            "A24_008": "1966-07-01",
            "geometry": former[code, name],
        }
        for n, (code, name) in enumerate(MOUNTAINS, start=1)
    ]
    a24.append(
        {
            "A24_001": "X9",
            "A24_002": "24443",
            "A24_003": "三重県",
            "A24_006": "大台町",
            "A24_007": "",
            "A24_008": "1966-07-01",
            "geometry": land["24443"],
        }
    )
    return {name: _frame(rows) for name, rows in (("A17", a17), ("A18", a18), ("A24", a24))}


def _a17(code: str, former: str, shape: BaseGeometry) -> dict[str, object]:
    return {
        "A17_001": f"X{code}{former}",
        "A17_002": code,
        "A17_003": "三重県",
        "A17_006": CENSUS[code][1],
        "A17_007": "",
        "A17_008": former,
        "A17_009": "3" if former else "1",
        "geometry": shape,
    }


def _former_shapes(mie: pd.DataFrame, land: gpd.GeoSeries) -> dict[tuple[str, str], BaseGeometry]:
    """Each former municipality: the part of today's that lies nearest to its places."""
    shapes = {}
    for code in dict.fromkeys(code for code, _, _ in FORMER):
        towns = mie[mie["code"] == code].drop_duplicates(["lon", "lat"])
        points = shapely.points(metres(towns["lon"], towns["lat"]))
        regions = shapely.get_parts(
            shapely.voronoi_polygons(shapely.multipoints(points), extend_to=land[code].buffer(5_000.0), ordered=True)
        )
        for _, name, beginning in (one for one in FORMER if one[0] == code):
            mine = towns["town"].str.startswith(beginning).to_numpy()
            shapes[code, name] = shapely.intersection(shapely.union_all(regions[mine]), land[code])
    return shapes


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """One row a part of a shape, as the originals have them; specks that simplifying leaves behind go."""
    table = gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=METRIC)
    table["geometry"] = table.geometry.buffer(EDGE_M).simplify(EDGE_M)
    table = table.explode(index_parts=False, ignore_index=True)
    table = table[(table.geometry.geom_type == "Polygon") & (table.geometry.area > 10_000.0)].reset_index(drop=True)
    return table.set_geometry([in_degrees(shape, 5) for shape in table.geometry], crs=GEOGRAPHIC)


def make_landslides(cells: pd.DataFrame, gap: np.ndarray) -> gpd.GeoDataFrame:
    """Rows A33_001 … A33_006 in EPSG:6668: 警戒区域 (A33_002 = 1), in some of them a 特別警戒区域 (2).

    On inhabited cells in the hills; gap: bool[cells], some carrier leaves the cell out.
    """
    rng = np.random.default_rng(SEED)
    hills = cells["remote"].to_numpy(float) ** 2
    in_gap, served = np.where(gap, hills, 0.0), np.where(gap, 0.0, hills)
    inside = round(IN_GAPS * LANDSLIDES)
    chosen = np.concatenate(
        [
            rng.choice(len(cells), inside, p=in_gap / in_gap.sum()),
            rng.choice(len(cells), LANDSLIDES - inside, replace=False, p=served / served.sum()),
        ]
    )
    rows = []
    for number, cell in enumerate(chosen, start=1):
        middle = cells[["x", "y"]].iloc[cell].to_numpy(float) + rng.normal(0.0, 90.0, 2)
        long, flat, turn = rng.uniform(*LONG_M), rng.uniform(*FLAT), rng.uniform(0.0, 180.0)
        phenomenon = str(int(rng.choice([1, 2, 3], p=[0.6, 0.35, 0.05])))
        sizes = [("1", 1.0)] + ([("2", 0.55)] if rng.random() < 0.6 else [])
        for code, size in sizes:
            disc = shapely.affinity.scale(Point(middle).buffer(1.0, quad_segs=4), size * long, size * long * flat)
            shape = in_degrees(shapely.affinity.rotate(disc, turn), 6)
            rows.append(
                {
                    "A33_001": phenomenon,
                    "A33_002": code,
                    "A33_003": "24",
                    "A33_004": f"X{number:04d}",
                    "A33_005": f"（架空）区域{number}",
                    "A33_006": "三重県（架空）",
                    "geometry": shape,
                }
            )
    return gpd.GeoDataFrame(pd.DataFrame(rows), geometry="geometry", crs=GEOGRAPHIC)
