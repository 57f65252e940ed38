"""Railway stations, 国土数値情報 鉄道データ (N02, the Station file): a line along each platform, one for each route.

Two stations may share name and operator (大久保 of JR East in Akita and in Tokyo): only what lies together is one.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata import ksj_places
from geodata.errors import Text
from geodata.report import IntakeReport
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "stations_n02"
LICENCE = "国土数値情報 鉄道データ CC BY 4.0"
CREDIT = "「国土数値情報（鉄道データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
# In the file of 2020 the parts of one station lie at most 520 m from the next part (土合, whose two platforms are a tunnel
# apart), the next larger distance under one name and operator is 78 km: 1 km is twice the one and far from the other.
ONE_STATION_M = 1000.0
EARTH_M = 6_371_000.0
FIELDS = {
    "2018 on": {"name": "N02_005", "route": "N02_003", "operator": "N02_004", "group": "N02_005g"},
    "before": {"name": "N02_005", "route": "N02_003", "operator": "N02_004"},
}


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES of category "station", one row a station; further column route (all its routes, by 「・」).

    Platforms of one group (N02_005g), or without groups those of one name and operator, are one station at their
    middle where each lies within ONE_STATION_M of another; farther ones are stations of their own.
    """
    return ksj_places.read_places(paths, _stations, crs=crs, layer=layer)


def _stations(rows: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    vintage = ksj_places.vintage_of(rows, FIELDS, "鉄道（N02 駅）")
    fields = FIELDS[vintage]
    platforms = ksj_places.named(rows, fields, "station", report)
    by = text_of(platforms, "group") if "group" in fields else platforms["name"] + "/" + platforms["operator"]
    by = by.where(by != "", platforms["name"] + "/" + platforms["operator"])
    report.facts |= {"vintage": vintage, "platforms": len(platforms)}
    by = by + "#" + _places(by, platforms["geometry"]).astype(str)
    first = platforms.groupby(by, sort=False)
    merged = first[["name", "category"]].first()
    merged["route"] = first["route"].agg(lambda routes: "・".join(sorted(set(routes) - {""})))
    xy = pd.DataFrame(shapely.get_coordinates(platforms["geometry"].to_numpy(object)), index=platforms.index)
    merged["geometry"] = np.asarray(shapely.points(xy.groupby(by, sort=False).mean().to_numpy()), object)
    together = len(platforms) - len(merged)
    if together:
        # one place of several rows: counted, nothing to warn of
        report.excluded["platforms-of-one-station"] = together
        report.accepted -= together
        report.note(
            "info",
            "platforms-of-one-station",
            Text("路線ごとに分かれた同じ駅を1つにまとめました。", "the platforms of one station were put together"),
            together,
        )
    return merged.reset_index(drop=True)


def _places(by: pd.Series, platforms: pd.Series) -> pd.Series:
    """Number (from 0) of the place of each platform within its group `by`: those joined by steps of ONE_STATION_M share one."""
    xy = np.radians(shapely.get_coordinates(platforms.to_numpy(object)))
    place = np.zeros(len(by), int)
    for at in by.groupby(by, sort=False).indices.values():
        if len(at) > 1:
            place[at] = _joined(xy[at])
    return pd.Series(place, index=by.index)


def _joined(xy: np.ndarray) -> np.ndarray:
    """int[n]: which points (radians) hang together by steps of at most ONE_STATION_M; numbered in order of appearance."""
    place = np.full(len(xy), -1)
    for start in range(len(xy)):
        reached = [start] if place[start] < 0 else []
        number = place.max() + 1
        while reached:
            at = reached.pop()
            place[at] = number
            near = (place < 0) & (_metres(xy[at], xy) <= ONE_STATION_M)
            place[near] = number
            reached += np.flatnonzero(near).tolist()
    return place


def _metres(at: np.ndarray, xy: np.ndarray) -> np.ndarray:
    """Metres along the earth (a sphere: 0.3 % are of no matter here) from one point to each of the others, all in radians."""
    (lon, lat), (lons, lats) = at, xy.T
    half = np.sin((lats - lat) / 2) ** 2 + np.cos(lat) * np.cos(lats) * np.sin((lons - lon) / 2) ** 2
    return np.asarray(2 * EARTH_M * np.arcsin(np.sqrt(np.clip(half, 0, 1))))
