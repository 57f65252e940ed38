"""The hand-made world of hand_world.py as files, for the command line and the whole run."""

from __future__ import annotations

import json
from pathlib import Path

import shapely

from tests.hand_world import box, cell, municipalities, settlements

STUDY = """[study]
name = "手づくりの世界"
prefecture = "24"
fiscal_year = 2026
metric_crs = "EPSG:6674"
fictitious = true
[population]
files = ["tblT001141H24.txt"]
level = 500
[boundaries]
files = ["n03.geojson"]
[settlements]
files = ["places.csv"]
[[carriers]]
key = "alpha"
name = "架空アルファ"
[[carriers]]
key = "beta"
name = "架空ベータ"
[[layers]]
carrier = "alpha"
generation = "4G"
files = ["alpha_4g.geojson"]
as_of = "2026-03-31"
[[layers]]
carrier = "beta"
generation = "4G"
files = ["beta_4g.geojson"]
as_of = "2026-03-31"
[[layers]]
carrier = "alpha"
generation = "5G"
files = ["alpha_5g.geojson"]
as_of = "2026-03-31"
[ranking]
draws = 50
"""

LAYERS = {"alpha_4g": [box(0, 1, 2.5, 2)], "beta_4g": [box(0, 1, 1, 2), box(0, 1, 1, 2)], "alpha_5g": [box(0, 1, 1, 2)]}
PEOPLE = {(0, 1): 10, (1, 1): 20, (2, 1): 40, (0, 0): 5, (1, 0): 0, (2, 0): 8}


def write_mini_study(folder: Path) -> Path:
    """Write the study into `folder` (made if need be) and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    rows = ["KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001141001,T001141019,T001141034", ",,,,　人口（総数）,　６５歳以上人口　総数,　世帯総数"]
    rows += [f"{cell(*at)},0,,,{people},{people // 2},{people // 2}" for at, people in PEOPLE.items()]
    (folder / "tblT001141H24.txt").write_bytes(("\r\n".join(rows) + "\r\n").encode("cp932"))
    _write(
        folder / "n03.geojson",
        [
            ({"N03_001": "三重県", "N03_003": None, "N03_004": row["name"], "N03_005": None, "N03_007": code}, row["geometry"])
            for code, row in municipalities().iterrows()
        ],
    )
    for name, polygons in LAYERS.items():
        _write(folder / f"{name}.geojson", [({}, polygon) for polygon in polygons])
    points = [
        f"{row['name']},{'甲市' if row['municipality_id'] == '24201' else '乙町'},{row.geometry.y!r},{row.geometry.x!r}"
        for _, row in settlements().iterrows()
    ]
    (folder / "places.csv").write_text("\n".join(["大字名,市町村名,緯度,経度", *points]) + "\n", encoding="utf-8")
    return folder


def _write(path: Path, features: list[tuple[dict, shapely.Geometry]]) -> None:
    collection = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}},
        "features": [
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(geometry)}
            for properties, geometry in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
