"""Railway stations, 国土数値情報 鉄道データ (N02, the Station file): a line along each platform, one for each route."""

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
FIELDS = {
    "2018 on": {"name": "N02_005", "route": "N02_003", "operator": "N02_004", "group": "N02_005g"},
    "before": {"name": "N02_005", "route": "N02_003", "operator": "N02_004"},
}


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES of category "station", one row a station; further column route (all its routes, by 「・」).

    Platforms of one group (N02_005g) are one station at their middle; without groups, those of one name and
    operator within the same file are.
    """
    return ksj_places.read_places(paths, _stations, crs=crs, layer=layer)


def _stations(rows: pd.DataFrame, report: IntakeReport) -> pd.DataFrame:
    vintage = ksj_places.vintage_of(rows, FIELDS, "鉄道（N02 駅）")
    fields = FIELDS[vintage]
    platforms = ksj_places.named(rows, fields, "station", report)
    by = text_of(platforms, "group") if "group" in fields else platforms["name"] + "/" + platforms["operator"]
    by = by.where(by != "", platforms["name"] + "/" + platforms["operator"])
    report.facts["platforms"] = len(platforms)
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
