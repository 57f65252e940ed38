"""A study as files whose names try to be anything but names, of any size, for tests of the screen.

A square of `side` × `side` meshes of 500 m in three municipalities; every two by two meshes are a settlement, so
there are about (side / 2)² zones. Three carriers cover strips of the west; the third published no 5G.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import shapely

from geodata.grid import Grid
from geodata.mesh import standard as mesh

WEST, SOUTH = 136.0, 34.0
DX, DY = 0.00625, 15 / 3600
HOSTILE_NAMES = (
    "<img src=x onerror=window.__ran=1>",
    "`${window.__ran=1}`",
    "</script><script>window.__ran=1</script>",
    "[点](http://example.invalid/x) **太字**",
    ":material/home: :red[赤] $\\frac{1}{2}$",
    '=HYPERLINK("http://example.invalid")',
    "{{ 7*7 }} & \"引用\" 'x' \\",
    "![絵](http://example.invalid/p.png)",
)
CARRIER_NAMES = ("架空<b>甲</b>", "架空*乙*_x_", "架空`丙`")
MUNICIPALITIES = (("24201", "甲<i>市"), ("24202", "乙**町**"), ("24203", "丙村"))


def write_busy_study(folder: Path, side: int = 12, name: str = "いたずら<img src=x onerror=window.__ran=1>の県") -> Path:
    """Write the study into `folder` (made if need be) and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(_study(name), encoding="utf-8")
    (folder / "tblT001141H24.txt").write_bytes(_people(side).encode("cp932"))
    _write(
        folder / "n03.geojson",
        [
            (
                {"N03_001": "三重県", "N03_003": None, "N03_004": town, "N03_005": None, "N03_007": code},
                _box(side * n // 3, 0, side * (n + 1) // 3, side),
            )
            for n, (code, town) in enumerate(MUNICIPALITIES)
        ],
    )
    half, third = side / 2, side / 3
    _write(folder / "a_4g.geojson", [({}, _box(0, 0, half, side))])
    _write(folder / "b_4g.geojson", [({}, _box(0, 0, third, side)), ({}, _box(0, 0, side, 1.3))])
    _write(folder / "c_4g.geojson", [({}, _box(0, third, half + 0.5, side))])
    _write(folder / "a_5g.geojson", [({}, _box(0, 0, 2, side))])
    _write(folder / "b_5g.geojson", [({}, _box(0, 0, 1, 1))])
    (folder / "places.csv").write_text(_places(side), encoding="utf-8")
    (folder / "shelters.csv").write_text(_shelters(side), encoding="utf-8")
    return folder


def _study(name: str) -> str:
    carriers = "".join(f"[[carriers]]\nkey = {key!r}\nname = {words!r}\n" for key, words in zip("abc", CARRIER_NAMES, strict=True))
    layers = "".join(
        f'[[layers]]\ncarrier = "{key}"\ngeneration = "{generation}"\nfiles = ["{key}_{generation.lower()}.geojson"]\nas_of = "2026-03-31"\n'
        for key, generation in (("a", "4G"), ("b", "4G"), ("c", "4G"), ("a", "5G"), ("b", "5G"))
    )
    return (
        f'[study]\nname = {name!r}\nprefecture = "24"\nfiscal_year = 2026\nmetric_crs = "EPSG:6674"\nfictitious = true\n'
        '[population]\nfiles = ["tblT001141H24.txt"]\nlevel = 500\n[boundaries]\nfiles = ["n03.geojson"]\n'
        f'[settlements]\nfiles = ["places.csv"]\n[[facilities]]\nfiles = ["shelters.csv"]\n{carriers}{layers}[ranking]\ndraws = 50\n'
    )


def _box(i0: float, j0: float, i1: float, j1: float) -> shapely.Polygon:
    """A box in units of meshes, counted from the south-west corner."""
    return shapely.box(WEST + i0 * DX, SOUTH + j0 * DY, WEST + i1 * DX, SOUTH + j1 * DY)


def _people(side: int) -> str:
    grid = Grid(WEST, SOUTH, DX, DY, side, side, "EPSG:6668")
    rows = ["KEY_CODE,HTKSYORI,HTKSAKI,GASSAN,T001141001,T001141019,T001141034", ",,,,　人口（総数）,　６５歳以上人口　総数,　世帯総数"]
    for code in mesh.code_grid(grid, 500).ravel():
        people = int(code) * 7919 % 60
        rows.append(f"{code},0,,,{people},{people // 3},{people // 2}")
    return "\r\n".join(rows) + "\r\n"


def _places(side: int) -> str:
    """One settlement to two by two meshes; the easternmost, which nobody covers, have the hostile names."""
    rows = [["大字名", "市町村名", "緯度", "経度"]]
    hostile = iter(HOSTILE_NAMES)
    for j in range(0, side, 2):
        for i in range(0, side, 2):
            plain = f"大字第{len(rows)}"
            name = next(hostile, plain) if i + 2 >= side else plain
            town = MUNICIPALITIES[min(3 * i // side, 2)][1]
            rows.append([name, town, f"{SOUTH + (j + 1) * DY:.7f}", f"{WEST + (i + 1) * DX:.7f}"])
    return _csv(rows)


def _shelters(side: int) -> str:
    rows = [
        [
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
        ]
    ]
    for number in range(0, side, 2):
        name = HOSTILE_NAMES[number // 2 % len(HOSTILE_NAMES)]
        rows.append(
            [
                str(number + 1),
                f"E24201{number:08d}",
                "三重県甲市",
                f"{name}小学校",
                "住所",
                "",
                "",
                "",
                f"{SOUTH + (number + 0.5) * DY:.6f}",
                f"{WEST + (side - 0.5) * DX:.6f}",
                "",
            ]
        )
    return _csv(rows)


def _csv(rows: list[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def _write(path: Path, features: list[tuple[dict[str, object], shapely.Geometry]]) -> None:
    collection = {
        "type": "FeatureCollection",
        "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::6668"}},
        "features": [
            {"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)} for properties, shape in features
        ],
    }
    path.write_text(json.dumps(collection, ensure_ascii=False), encoding="utf-8")
