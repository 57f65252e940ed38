"""What a file probably is, by its columns and shapes, for `kengai check` where nobody says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from geodata.report import IntakeReport

# what each kind is read as
GEOMETRY_OF_KIND = {"coverage": "polygon", "boundary": "polygon", "road": "line"}
# and where a file holds layers of several shapes: the layer that the reader of its columns takes
SHAPE_OF_SEVERAL = {**GEOMETRY_OF_KIND, "area": "polygon", "water": "line"}

_BOUNDARY = re.compile(r"^N03_00\d$")
_CENSUS = re.compile(r"^T\d{9}$")
_PROJECTION = re.compile(r"^PTN_\d{4}$")
_SIGNAL = re.compile(r"RSRP|RSSI|RSRQ|SINR|DBM|ASU|圏外|電波|電界", re.IGNORECASE)
_PLACE = re.compile(r"^(緯度|経度|LAT(ITUDE)?|LON(GITUDE)?|LNG)$", re.IGNORECASE)
_FACILITY = re.compile(r"施設|避難|学校名|病院|診療所|庁舎|^P(02|04|05|20|29|34)_\d{3}")
_SETTLEMENT = re.compile(r"大字|町丁目|^字名|集落|地区名|^S_NAME$|^MOJI$|^TOWN$|^KOAZA$")
_ROAD = re.compile(r"^N(01|10|13)_\d{3}|路線|道路|HIGHWAY", re.IGNORECASE)
# designated and hazardous areas of 国土数値情報: polygons that must never pass for a carrier's
_AREA = re.compile(r"^A(10|16|17|18|19|22|24|25|33|40)_\d{3}")
_DID = {"KEN", "CITY", "JINKO", "MENSEKI"}  # densely inhabited districts as e-Stat gives them
_WATER = re.compile(r"^W0[59]_\d{3}")
_CARRIER = re.compile(r"事業者|CARRIER|キャリア|PROVIDER", re.IGNORECASE)
_MESH = re.compile(r"メッシュ|MESH", re.IGNORECASE)
_PEOPLE = re.compile(r"人口|POPULATION")
_NAME = re.compile(r"名|NAME", re.IGNORECASE)


def inferred_kind(columns: Iterable[str], shapes: str = "") -> str:
    """coverage, population, boundary, facility, measurement, settlement, road, area, water, or "" when nothing tells.

    `shapes` is "polygon", "line", "point" or "" for a table.
    """
    names = [unicodedata.normalize("NFKC", str(name)).strip().upper() for name in columns]

    def some(pattern: re.Pattern[str]) -> bool:
        return any(pattern.search(name) for name in names)

    if some(_BOUNDARY) and shapes in ("polygon", ""):
        return "boundary"
    if ("KEY_CODE" in names and some(_CENSUS)) or some(_PROJECTION):
        return "population"
    if some(_AREA) or set(names) >= _DID:
        return "area"
    if some(_WATER):
        return "water"
    if some(_MESH) and some(_PEOPLE) and not shapes:
        return "population"  # a team's own table
    if some(_SIGNAL) and (shapes == "point" or some(_PLACE)):
        return "measurement"
    if some(_ROAD) and shapes == "line":
        return "road"
    if some(_FACILITY) and shapes != "line":
        return "facility"
    if some(_SETTLEMENT):
        return "settlement"
    return _by_shape(shapes, some(_CARRIER) and some(_MESH), some(_NAME))


def _by_shape(shapes: str, mesh_list: bool, named: bool) -> str:
    if shapes == "polygon" or mesh_list:
        return "coverage"
    if shapes == "line":
        return "road"
    return "settlement" if shapes == "point" and named else ""


def set_kind(report: IntakeReport, shapes: str = "") -> None:
    """Fill in `report.kind` where it was not said."""
    if not report.kind:
        report.kind = inferred_kind(report.facts.get("columns", ()), shapes)
