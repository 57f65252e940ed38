"""The hand-made world of mini_study with everything that makes a zone urgent, each figure by hand.

Nobody lives in cell (3, 1), place 峠 of 乙町; a 県道 (emergency road) crosses it from west to east, outside every
carrier's area: 1 cell long. 南 (2, 0) has a school, a clinic and a trail; it is 過疎 until 2027-03-31 by the
office's list, and 半島. 東 has a shelter inside alpha's area. Landslide areas cover all of (2, 0).
"""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import shapely

from tests.hand_world import GRID, box
from tests.mini_study import write_mini_study

MORE = """
[[facilities]]
kind = "gsi_shelters"
files = ["24201.csv"]
[[facilities]]
kind = "schools_p29"
files = ["P29-23_24.geojson"]
[[facilities]]
kind = "clinics_p04"
files = ["P04-20_24.geojson"]
[[facilities]]
kind = "own_places"
files = ["own.csv"]
[[roads]]
kind = "ledger"
files = ["ledger.geojson"]
class_field = "kind"
class_values = { "国道" = "national", "県道" = "prefectural" }
emergency_field = "emergency"
[[areas]]
kind = "designated"
files = ["A18-15_24.geojson"]
[[areas]]
kind = "overrides"
files = ["list.csv"]
[[areas]]
kind = "hazards"
files = ["A33-23_24.geojson"]
"""
RANKED = "[ranking]\ndraws = 50\nleast_road_km = 0.1\n"
SHELTERS = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,指定緊急避難場所との住所同一,その他市町村長が必要と認める事項,受入対象者,緯度,経度,備考\n"


def middle(i: float, j: float) -> tuple[float, float]:
    """Longitude and latitude of a place in cell units."""
    return GRID.west + i * GRID.dx, GRID.south + j * GRID.dy


def write_urgent_study(folder: Path) -> Path:
    """Write the study into `folder` (made if need be) and return it."""
    write_mini_study(folder)
    study = (folder / "study.toml").read_text(encoding="utf-8")
    head = study.partition("[ranking]")[0]
    (folder / "study.toml").write_text(head + RANKED + MORE, encoding="utf-8")
    lon, lat = middle(3.5, 1.5)
    with (folder / "places.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"峠,乙町,{lat!r},{lon!r}\n")
    lon, lat = middle(0.5, 1.5)
    (folder / "24201.csv").write_text(SHELTERS + f"1,E1,三重県甲市,東公民館,大字東,,,,{lat},{lon},\n", encoding="utf-8-sig")
    point = shapely.Point(middle(2.5, 0.5))
    _write(
        folder / "P29-23_24.geojson",
        point,
        P29_001="24202",
        P29_002="a",
        P29_003="16001",
        P29_004="南小学校",
        P29_005="大字南",
        P29_006="3",
        P29_007="1",
        P29_008="",
        P29_009="",
    )
    _write(folder / "P04-20_24.geojson", shapely.Point(middle(2.4, 0.4)), P04_001="2", P04_002="南診療所", P04_003="大字南")
    lon, lat = middle(2.6, 0.6)
    (folder / "own.csv").write_text(f"名称,種別,緯度,経度\n南の峰登山道,登山道,{lat},{lon}\n", encoding="utf-8")
    _write(folder / "ledger.geojson", shapely.LineString([middle(3, 1.5), middle(4, 1.5)]), kind="県道", emergency="1")
    _write(
        folder / "A18-15_24.geojson",
        box(2, 0, 4, 2),
        A18_001="1",
        A18_002="24202",
        A18_003="三重県",
        A18_006="乙町",
        A18_007="",
        A18_008="",
        A18_009="紀伊地域",
        A18_010="",
    )
    (folder / "list.csv").write_text(
        "市町村コード,市町村名,旧市町村名,種別,指定開始,指定終了,根拠\n24202,乙町,,過疎,2021-04-01,2027-03-31,公示\n", encoding="utf-8"
    )
    _write(folder / "A33-23_24.geojson", box(2, 0, 3, 1), A33_001="1", A33_002="1", A33_005="甲")
    return folder


def _write(path: Path, shape: shapely.Geometry, **row: str) -> None:
    gpd.GeoDataFrame({name: [value] for name, value in row.items()}, geometry=[shape], crs=GRID.crs).to_file(path)
