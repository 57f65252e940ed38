"""Made-up schools, clinics, offices and halls in the columns of 国土数値情報, and a team's own list of places.

Names are a real place's name with 「（架空）」 before it; nothing of the kind need stand there.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from examples.mie.land import GEOGRAPHIC, in_degrees, metres, to_degrees
from examples.mie.places import CENSUS
from examples.mie.shelters import point_on_land

SEED = 20_263
SCHOOLS, CLINICS, HALLS = 170, 130, 150
IN_GAPS = 0.30  # so many of them stand where a carrier is missing
CLOSED_SCHOOLS = 3
SCHOOL_KINDS = (("16001", "小学校"), ("16001", "小学校"), ("16002", "中学校"), ("16004", "高等学校"))
CLINIC_KINDS = (("1", "病院"), ("2", "診療所"), ("2", "クリニック"), ("2", "診療所"), ("3", "歯科医院"))
HALL_KINDS = (("2", "支所"), ("4", "公民館"), ("5", "集会所"), ("5", "コミュニティセンター"))
OWN_COLUMNS = ("名称", "種別", "緯度", "経度", "年間利用者数", "出典", "時点", "備考")
OWN_KINDS = (
    ("登山口", "登山道"),
    ("展望台", "観光地"),
    ("林業作業地", "農林作業地"),
    ("峠", "登山道"),
    ("渓谷", "観光地"),
    ("牧場", "農林作業地"),
)
OWN_IN_ZONES, OWN_REMOTE = 14, 6


def make_places_of_use(mie: pd.DataFrame, cells: pd.DataFrame, gap: np.ndarray, outline: BaseGeometry) -> dict[str, gpd.GeoDataFrame]:
    """{"P29" schools, "P04" clinics, "P05" offices and halls}: points in EPSG:6668, attributes as text."""
    rng = np.random.default_rng([SEED, 1])
    land = in_degrees(outline)
    shapely.prepare(land)

    def placed(count: int, kinds: tuple[tuple[str, str], ...]) -> list[tuple[pd.Series, str, str, np.ndarray]]:
        found = []
        for cell in _cells(cells, gap, count, rng):
            place = mie.iloc[int(cells["place"].iloc[cell])]
            code, word = kinds[int(rng.integers(len(kinds)))]
            found.append((place, code, word, point_on_land(cells.iloc[cell], land, place, rng)))
        return found

    schools = placed(SCHOOLS, SCHOOL_KINDS)
    remote = sorted(range(SCHOOLS), key=lambda number: schools[number][3][1])[:CLOSED_SCHOOLS]
    p29 = [
        {
            "P29_001": place["code"],
            "P29_002": f"X{number:012d}",
            "P29_003": code,
            "P29_004": _name(place, word),
            "P29_005": _address(place),
            "P29_006": "3",
            "P29_007": "2" if number in remote else "1",
            "geometry": point,
        }
        for number, (place, code, word, point) in enumerate(schools)
    ]
    p04 = [
        {"P04_001": code, "P04_002": _name(place, word), "P04_003": _address(place), "P04_004": "内科", "geometry": point}
        for place, code, word, point in placed(CLINICS, CLINIC_KINDS)
    ]
    p05 = [_office(code, mie, cells) for code in CENSUS] + [
        {"P05_001": place["code"], "P05_002": code, "P05_003": _name(place, word), "P05_004": _address(place), "geometry": point}
        for place, code, word, point in placed(HALLS, HALL_KINDS)
    ]
    return {"P29": _frame(p29), "P04": _frame(p04), "P05": _frame(p05)}


def _cells(cells: pd.DataFrame, gap: np.ndarray, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rows of `cells`, a part of them where a carrier is missing, the others by their people."""
    weight = np.sqrt(cells["population"].to_numpy(float))
    inside = round(IN_GAPS * count)
    in_gap, served = np.where(gap, weight, 0.0), np.where(gap, 0.0, weight)
    return np.concatenate(
        [
            rng.choice(len(cells), inside, replace=False, p=in_gap / in_gap.sum()),
            rng.choice(len(cells), count - inside, replace=False, p=served / served.sum()),
        ]
    )


def _office(code: str, mie: pd.DataFrame, cells: pd.DataFrame) -> dict[str, object]:
    """The town hall, in the fullest cell of the municipality."""
    mine = cells[mie["code"].to_numpy()[cells["place"]] == code]
    best = mine.loc[mine["population"].idxmax()]
    place = mie.iloc[int(best["place"])]
    lon, lat = to_degrees.transform(best["x"], best["y"])
    city = CENSUS[code][1]
    hall = "市役所" if city.endswith("市") else "町役場"
    return {
        "P05_001": code,
        "P05_002": "1",
        "P05_003": f"（架空）{city[:-1]}{hall}",
        "P05_004": _address(place),
        "geometry": np.array([lon, lat]),
    }


def _name(place: pd.Series, word: str) -> str:
    return f"（架空）{place['town']}{word}"


def _address(place: pd.Series) -> str:
    return f"三重県{''.join(CENSUS[place['code']][:2])}{place['town']}（架空）"


def _frame(rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    table = pd.DataFrame(rows)
    points = shapely.points(np.round(np.stack(table.pop("geometry").to_numpy()), 6))
    return gpd.GeoDataFrame(table, geometry=points, crs=GEOGRAPHIC)


def own_rows(mie: pd.DataFrame, cells: pd.DataFrame, gap: np.ndarray, roads: gpd.GeoDataFrame) -> list[list[object]]:
    """Rows of OWN_COLUMNS: places where people come and work, most where a carrier is missing, some on the passes."""
    rng = np.random.default_rng([SEED, 2])
    in_gap = np.flatnonzero(gap)
    chosen = rng.choice(in_gap, OWN_IN_ZONES, replace=False)
    at = [(int(cells["place"].iloc[cell]), cells[["x", "y"]].iloc[cell].to_numpy(float)) for cell in chosen]
    hills = roads[roads["種別"] == "県道"].geometry.to_numpy()[-OWN_REMOTE:]
    middles = shapely.get_coordinates(shapely.line_interpolate_point(hills, 0.5, normalized=True))
    every = metres(mie["lon"], mie["lat"])
    at += [(int(np.argmin(np.hypot(*(every - xy).T))), xy) for xy in middles]
    rows: list[list[object]] = []
    for number, (place, xy) in enumerate(at):
        lon, lat = to_degrees.transform(*xy)
        word, kind = OWN_KINDS[number % len(OWN_KINDS)]
        visitors = "" if number % 4 == 3 else int(rng.integers(3, 90)) * 100
        name = f"（架空）{mie['town'].iloc[place]}{word}"
        rows.append([name, kind, f"{lat:.6f}", f"{lon:.6f}", visitors, "県庁内照会（架空）", "2026-06-01", "架空の地点"])
    return rows
