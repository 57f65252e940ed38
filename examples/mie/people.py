"""Made-up people on real places: a 500 m mesh whose municipal totals are the census exactly.

Every place gets people by how close its neighbours are (towns many, mountain hamlets few), scattered over
hamlets around its point; the sum of a municipality is brought to the census by largest remainders. Mesh
codes are worked out here, apart from geodata.mesh, so that the example also checks that module.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.spatial import cKDTree

from examples.mie.land import metres
from examples.mie.places import CENSUS, TOTAL_65PLUS, TOTAL_HOUSEHOLDS, largest_remainder

ROWS_PER_DEGREE, COLUMNS_PER_DEGREE = 240, 160  # 15″ × 22.5″
LEAST_LAND = 0.04  # nobody lives in a cell with less land than this
LEAST_LEAD = 0.02  # nor where two municipalities have nearly the same part of it
LEAST_EXPECTED = 0.7  # persons: fewer are moved elsewhere, so that empty cells stay empty
SURE_EXPECTED = 14.0  # persons: a cell with fewer is left empty now and then, as hamlets are
NEAREST = 6
TOWN_DENSITY = 4_200.0  # persons per km²

# Places known to be the centre of a town whose other places are small, and how much larger they are made
CENTRES = {
    "24201": ("一志町高野", "久居新町"),
    "24209": ("中央町", "矢浜三丁目", "光ヶ丘"),
    "24211": ("安楽島町", "鳥羽三丁目", "大明東町", "答志町", "菅島町", "神島町"),
    "24212": ("有馬町", "井戸町", "木本町", "久生屋町", "金山町"),
    "24215": ("阿児町鵜方", "阿児町神明", "大王町波切", "志摩町和具", "阿児町甲賀", "浜島町浜島", "志摩町片田"),
    "24443": ("佐原", "栃原", "上三瀬", "粟生", "新田", "千代"),
    "24470": ("棚橋", "大野木", "葛原", "田口"),
    "24471": ("錦", "滝原", "崎", "阿曽", "野原"),
    "24472": ("五ヶ所浦", "宿浦", "神前浦", "慥柄浦", "田曽浦", "古和浦"),
    "24543": ("長島", "東長島", "相賀", "引本浦", "上里", "船津"),
    "24561": ("大字阿田和", "大字下市木", "大字上市木", "大字志原"),
    "24562": ("鵜殿", "井田", "成川", "神内"),
}
CENTRE_FACTOR = {"24212": 24.0, "24471": 5.0}
USUAL_CENTRE_FACTOR = 9.0


def mesh_code(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Nine-digit codes (JIS X 0410) of 500 m cells, from rows of 15″ and columns of 22.5″: int64[n]."""
    row, column = np.asarray(row, np.int64), np.asarray(column, np.int64) - 100 * COLUMNS_PER_DEGREE
    first = (row // 160) * 100 + column // 160
    second = (row % 160 // 20) * 10 + column % 160 // 20
    third = (row % 20 // 2) * 10 + column % 20 // 2
    quadrant = 1 + 2 * (row % 2) + column % 2
    return np.asarray(((first * 100 + second) * 100 + third) * 10 + quadrant, np.int64)


def make_cells(municipalities: gpd.GeoDataFrame) -> pd.DataFrame:
    """Cells that touch the land: row, column, cell_id (code), code (of the largest municipality), share, lead,
    x, y (centre, m). `lead` is how much larger the largest part is than the second, as a share of the cell."""
    parts = municipalities.geometry.to_numpy()
    west, south, east, north = municipalities.total_bounds
    rows, columns = np.meshgrid(
        np.arange(int(south * ROWS_PER_DEGREE), int(north * ROWS_PER_DEGREE) + 1),
        np.arange(int(west * COLUMNS_PER_DEGREE), int(east * COLUMNS_PER_DEGREE) + 1),
        indexing="ij",
    )
    row, column = rows.ravel(), columns.ravel()
    boxes = cell_boxes(row, column)
    cell, part = shapely.STRtree(boxes).query(parts, predicate="intersects")[::-1]
    whole = shapely.contains_properly(parts[part], boxes[cell])
    share = np.ones(len(cell))
    cut = shapely.intersection(boxes[cell[~whole]], parts[part[~whole]])
    share[~whole] = shapely.area(cut) * ROWS_PER_DEGREE * COLUMNS_PER_DEGREE
    owners = pd.DataFrame({"cell": cell, "code": municipalities["N03_007"].to_numpy()[part], "share": share})
    owners = owners.fillna({"code": ""}).groupby(["cell", "code"], as_index=False)["share"].sum()
    owners = owners.sort_values(["cell", "share", "code"], ascending=[True, False, True])
    second = owners.groupby("cell")["share"].nth(1)
    best = owners.drop_duplicates("cell").set_index("cell")
    best["lead"] = best["share"] - owners.loc[second.index].set_index("cell")["share"].reindex(best.index, fill_value=0.0)
    best["row"], best["column"] = row[best.index], column[best.index]
    best["cell_id"] = mesh_code(best["row"].to_numpy(), best["column"].to_numpy())
    centre = metres((best["column"] + 0.5) / COLUMNS_PER_DEGREE, (best["row"] + 0.5) / ROWS_PER_DEGREE)
    best["x"], best["y"] = centre[:, 0], centre[:, 1]
    return best.reset_index(drop=True)


def cell_boxes(row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Squares of the cells in degrees."""
    west, south = column / COLUMNS_PER_DEGREE, row / ROWS_PER_DEGREE
    east, north = (column + 1) / COLUMNS_PER_DEGREE, (row + 1) / ROWS_PER_DEGREE
    return np.asarray(shapely.box(west, south, east, north))


def spacing_m(mie: pd.DataFrame, around: pd.DataFrame) -> np.ndarray:
    """How far the NEAREST-th other place is from each place of Mie: float[n]. Small in towns."""
    own = metres(mie["lon"], mie["lat"])
    every = np.vstack([own, metres(around["lon"], around["lat"])])
    return np.asarray(cKDTree(every).query(own, k=NEAREST + 1)[0][:, -1])


def place_people(mie: pd.DataFrame, spacing: np.ndarray, cells: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """`cells` with `population` (whole persons ≥ 0) and `place` (row of `mie` nearest within the municipality)."""
    # a 町 in a centre is small in area; a 大字 of the plain is large; one in the hills is a few houses
    full = TOWN_DENSITY / 1e6 * np.pi * spacing**2 / NEAREST
    typical = np.minimum(full, 900.0 * np.exp(-np.maximum(spacing - 600.0, 0.0) / 1_500.0) + 30.0)
    size = typical * rng.lognormal(0.0, 0.65, len(mie))
    central = [town in CENTRES.get(code, ()) for code, town in zip(mie["code"], mie["town"], strict=True)]
    factor = mie["code"].map(CENTRE_FACTOR).fillna(USUAL_CENTRE_FACTOR).to_numpy()
    size[central] = (np.maximum(size, typical) * factor)[central]
    points = metres(mie["lon"], mie["lat"])
    population = np.zeros(len(cells), dtype=np.int64)
    place = np.full(len(cells), -1)
    for code, (_, _, total) in CENSUS.items():
        mine, towns = np.flatnonzero(cells["code"] == code), np.flatnonzero(mie["code"] == code)
        centres = cells[["x", "y"]].to_numpy()[mine]
        place[mine] = towns[cKDTree(points[towns]).query(centres)[1]]
        fit = (cells["share"].to_numpy()[mine] >= LEAST_LAND) & (cells["lead"].to_numpy()[mine] >= LEAST_LEAD)
        people = size[towns] / size[towns].sum() * total
        expected = _scatter(points[towns], people, spacing[towns], centres[fit], rng)
        population[mine[fit]] = largest_remainder(expected, total)
    return cells.assign(population=population, place=place)


def _scatter(points: np.ndarray, people: np.ndarray, spacing: np.ndarray, centres: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Expected people of every cell (float[cells]): hamlets around each place, each a small heap of people."""
    tree = cKDTree(centres)
    expected = np.zeros(len(centres))
    for point, persons, gap in zip(points, people, spacing, strict=True):
        hamlets = int(np.clip(persons / 170.0, 1, 24))
        reach = float(np.clip(max(0.22 * gap, 8.0 * np.sqrt(persons)), 120.0, 800.0))
        at = point + rng.normal(0.0, reach, (hamlets, 2))
        at[0] = point  # somebody lives at the place itself
        home = min(0.15 * persons, 120.0)
        part = rng.dirichlet(np.full(hamlets, 1.6)) * (persons - home)
        part[0] += home
        width = float(np.clip(0.08 * gap, 150.0, 240.0))
        distance, near = tree.query(at, k=min(12, len(centres)))
        weight = np.exp(-0.5 * ((distance - distance[:, :1]) / width) ** 2) * rng.lognormal(0, 0.35, distance.shape)
        weight[distance - distance[:, :1] > 3.0 * width] = 0.0
        np.add.at(expected, near, part[:, None] * weight / weight.sum(axis=1, keepdims=True))
    kept = rng.random(len(expected)) < expected / SURE_EXPECTED
    expected = np.where(kept, np.maximum(expected, 1.0), expected)
    expected[(expected < SURE_EXPECTED) & ~kept | (expected < LEAST_EXPECTED)] = 0.0
    at_place = tree.query(points)[1]
    expected[at_place] = np.maximum(expected[at_place], 3.0)
    return expected


def remoteness(cells: pd.DataFrame) -> np.ndarray:
    """0 in a town centre … 1 in the last valley, from the people within about 4 km: float[n]."""
    xy = cells[["x", "y"]].to_numpy()
    people = cells["population"].to_numpy(float)
    near = cKDTree(xy).query_ball_point(xy, 4_000.0)
    around = np.array([people[index].sum() for index in near])
    return np.clip(1.0 - (np.log10(around + 1.0) - 1.8) / 2.9, 0.0, 1.0)


def age_and_households(cells: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Inhabited cells only, with `remote`, `population_65plus` and `households` that add up to the totals."""
    cells = cells.assign(remote=remoteness(cells))
    cells = cells[cells["population"] > 0].reset_index(drop=True)
    people = cells["population"].to_numpy()
    leaning = rng.normal(0.0, 0.28, len(cells)) + 1.5 * cells["remote"].to_numpy()
    low, high = -4.0, 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        share = 1.0 / (1.0 + np.exp(-(leaning + middle)))
        low, high = (middle, high) if (share * people).sum() < TOTAL_65PLUS else (low, middle)
    old = rng.binomial(people, share)
    old = _to_total(old, TOTAL_65PLUS, np.zeros(len(people), np.int64), people)
    size = 2.62 - 0.50 * cells["remote"].to_numpy() + rng.normal(0.0, 0.12, len(cells))
    homes = np.clip(np.round(people / size), 1, people).astype(np.int64)
    homes = _to_total(homes, TOTAL_HOUSEHOLDS, np.ones(len(people), np.int64), people)
    return cells.assign(population_65plus=old, households=homes)


def _to_total(counts: np.ndarray, total: int, least: np.ndarray, most: np.ndarray) -> np.ndarray:
    """`counts` scaled to sum to `total` and kept between `least` and `most`, largest cells first."""
    counts = np.clip(largest_remainder(counts.astype(float), total), least, most)
    order = np.argsort(-most, kind="stable")
    while (missing := total - int(counts.sum())) != 0:
        room = (most - counts if missing > 0 else counts - least)[order] > 0
        chosen = order[room][: abs(missing)]
        counts[chosen] += int(np.sign(missing))
    return counts
