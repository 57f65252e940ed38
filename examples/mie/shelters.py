"""Made-up shelters and evacuation sites, in the columns of 国土地理院's two lists."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from examples.mie.land import in_degrees, metres
from examples.mie.people import cell_boxes
from examples.mie.places import CENSUS

PLACES = 400
IN_GAPS = 0.75  # so many of the places with a gap have one
BOTH, SHELTER_ONLY = 0.45, 0.30
SHELTER_COLUMNS = (
    "NO",
    "共通ID",
    "都道府県名及び市町村名",
    "施設・場所名",
    "住所",
    "指定緊急避難場所との住所同一",
    "その他市町村長が必要と認める事項",
    "受入対象者",
    "緯度",
    "経度",
    "備考",
)
HAZARDS = ("洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波", "大規模な火事", "内水氾濫", "火山現象")
SITE_COLUMNS = (
    "NO",
    "共通ID",
    "都道府県名及び市町村名",
    "施設・場所名",
    "住所",
    *HAZARDS,
    "指定避難所との住所同一",
    "緯度",
    "経度",
    "備考",
)
BUILDINGS = ("集会所", "公民館", "地区センター", "小学校体育館", "旧小学校", "コミュニティセンター", "中学校体育館")
GROUNDS = ("グラウンド", "高台広場", "公園", "駐車場", "神社境内")
REMARK = "架空の施設です"


def make_shelters(
    mie: pd.DataFrame, cells: pd.DataFrame, gap: np.ndarray, outline: BaseGeometry, rng: np.random.Generator
) -> tuple[list[list[object]], list[list[object]]]:
    """(rows of SHELTER_COLUMNS, rows of SITE_COLUMNS). gap: bool[cells], some carrier leaves the cell out.

    Some places stand in both lists with the same 共通ID. Every point is on land in an inhabited cell.
    """
    land = in_degrees(outline)
    shapely.prepare(land)
    shelters: list[list[object]] = []
    sites: list[list[object]] = []
    for number, cell in enumerate(_cells(cells, gap, rng), start=1):
        place = mie.iloc[int(cells["place"].iloc[cell])]
        point = point_on_land(cells.iloc[cell], land, place, rng)
        kind = rng.random()
        indoors = kind < BOTH + SHELTER_ONLY
        name = f"（架空）{place['town']}{rng.choice(BUILDINGS if indoors else GROUNDS)}"
        city = "三重県" + "".join(CENSUS[place["code"]][:2])
        common = [f"E{place['code']}9{number:07d}", city, name, f"{city}{place['town']}（架空）"]
        both = "1" if kind < BOTH else ""
        where = [f"{point[1]:.6f}", f"{point[0]:.6f}", REMARK]
        if indoors:
            shelters.append([len(shelters) + 1, *common, both, "", "", *where])
        if both or not indoors:
            suits = ["1" if rng.random() < share else "" for share in (0.7, 0.6, 0.7, 0.9, 0.6, 0.5, 0.6, 0.05)]
            sites.append([len(sites) + 1, *common, *suits, both, *where])
    return shelters, sites


def _cells(cells: pd.DataFrame, gap: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The cells that get a shelter: the fullest of most places with a gap, then others by their people."""
    left_out = cells[gap].sort_values(["place", "population"], ascending=[True, False]).drop_duplicates("place")
    first = left_out.index.to_numpy()[rng.random(len(left_out)) < IN_GAPS]
    weight = np.sqrt(cells["population"].to_numpy(float))
    weight[gap] = 0.0
    others = rng.choice(len(cells), PLACES - len(first), replace=False, p=weight / weight.sum())
    return np.sort(np.concatenate([first, others]))


def point_on_land(cell: pd.Series, land: BaseGeometry, place: pd.Series, rng: np.random.Generator) -> np.ndarray:
    """A point on land in the cell, near the place where it can be: longitude, latitude."""
    box = cell_boxes(np.array([cell["row"]]), np.array([cell["column"]]))[0]
    tries = rng.uniform(box.bounds[:2], box.bounds[2:], (60, 2))
    dry = tries[shapely.contains_xy(land, tries[:, 0], tries[:, 1])]
    if not len(dry):
        return np.asarray(shapely.get_coordinates(shapely.point_on_surface(box.intersection(land)))[0])
    away = metres(dry[:8, 0], dry[:8, 1]) - metres([place["lon"]], [place["lat"]])
    return np.asarray(dry[int(np.argmin(np.hypot(*away.T)))])
