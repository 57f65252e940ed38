"""Coordinate reference systems by name: WKT, PROJJSON or a code to one CRS, with what it is called."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from pyproj import CRS

JGD2011 = "EPSG:6668"
TOKYO_POINT = (136.5, 34.7)  # degrees, near Tsu
SAME_PLACE_M = 0.01
NO_SHIFT_DEGREES = 1e-9  # 0.1 mm: what PROJ calls a null transformation
_AUTHORITY = re.compile(r'(?:AUTHORITY\["EPSG",\s*"?(\d+)"?\]|ID\["EPSG",\s*(\d+)\])\s*\]\s*$')
_CRS84 = re.compile(r"^\s*(urn:ogc:def:crs:|https?://www\.opengis\.net/def/crs/)?OGC[:/][\d.]*[:/]?CRS84\s*$", re.IGNORECASE)
CRS_REMEDY = Text(
    '座標系を作成元に確かめ、study.toml のこのデータの欄に crs = "EPSG:6668" のように書いてください'
    "（経緯度なら世界測地系 EPSG:6668・旧日本測地系 EPSG:4301、平面直角座標系なら EPSG:6669〜6687。系は都道府県ごとに決まり、三重県なら VI系 EPSG:6674）。",
    'ask who made it and write crs = "EPSG:6668" (or its true code) beside this file in study.toml',
)


@lru_cache(maxsize=64)
def parse_crs(text: str) -> CRS:
    """The CRS that `text` (code, WKT, PROJJSON) means; its own code where it is one. DataError if none."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    if _CRS84.search(text):
        return CRS.from_epsg(4326)  # the same but for the order of axes, and we always put x first
    try:
        # network or file names are no CRS: only text that PROJ parses itself
        parsed = CRS.from_user_input(text.strip().strip("\x00"))
    except (CRSError, ValueError) as error:
        raise DataError(
            "crs-unreadable",
            Text(f"座標系の定義を読み取れません: {short_name(text)}", f"the CRS definition cannot be read: {short_name(text)}"),
            CRS_REMEDY,
        ) from error
    if parsed.is_compound:
        parsed = parsed.sub_crs_list[0]
    if parsed.is_bound and parsed.source_crs is not None:
        parsed = parsed.source_crs
    if parsed.is_geocentric or not (parsed.is_geographic or parsed.is_projected):
        raise DataError(
            "crs-unusable",
            Text(
                f"地上の位置を表さない座標系です: {short_name(parsed.name)}",
                f"this CRS names no place on the ground: {short_name(parsed.name)}",
            ),
            CRS_REMEDY,
        )
    return _own_code(parsed, text)


def _own_code(parsed: CRS, text: str) -> CRS:
    """The EPSG entry with the same name and numbers, so that equal CRSs compare equal; an edited one refuses."""
    from pyproj import CRS

    exact = parsed.to_epsg(min_confidence=100)
    if exact:
        return CRS.from_epsg(exact)
    claims = {parsed.to_epsg(min_confidence=20)}
    if written := _AUTHORITY.search(text):
        claims.add(int(written[1] or written[2]))
    for code in sorted(claim for claim in claims if claim):
        known = CRS.from_epsg(code)
        if _same_numbers(parsed, known):
            return known
        claimed = bool(written and int(written[1] or written[2]) == code) or _plain(parsed.name) == _plain(known.name)
        if claimed and parsed.is_projected:
            raise DataError(
                "crs-edited",
                Text(
                    f"座標系の名前（{known.name}、EPSG:{code}）と中身の数値（中央経線・原点など）が食い違っています。",
                    f"the CRS calls itself {known.name} (EPSG:{code}) but its numbers (meridian, origin) differ",
                ),
                CRS_REMEDY,
            )
    return parsed


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name).casefold()


def _same_numbers(one: CRS, other: CRS) -> bool:
    """Whether both put the same degrees at the same coordinates, on the same datum."""
    from pyproj import Proj
    from pyproj.exceptions import CRSError

    datums = [_datum_name(crs).removesuffix("ensemble") for crs in (one, other)]
    if datums[0] != datums[1] or one.is_projected != other.is_projected:
        return False
    if one.is_geographic:
        return bool(one.ellipsoid == other.ellipsoid and one.prime_meridian == other.prime_meridian)
    area = other.area_of_use
    lon = (area.west + area.east) / 2 if area else TOKYO_POINT[0]
    lat = (area.south + area.north) / 2 if area else TOKYO_POINT[1]
    places = np.array([(crs_lon, crs_lat) for crs_lon in (lon, lon + 0.5) for crs_lat in (lat, lat + 0.5)]).T
    try:
        first, second = (np.array(Proj(crs)(*places)) for crs in (one, other))
    except CRSError:  # a projection that PROJ cannot compute
        return False
    return bool(np.isfinite(first).all() and np.abs(first - second).max() < SAME_PLACE_M)


def crs_name(crs: CRS) -> str:
    """ "EPSG:6674" where there is a code, else the CRS's own name."""
    code = crs.to_epsg(min_confidence=100)
    return f"EPSG:{code}" if code else str(crs.name)


def is_tokyo(crs: CRS) -> bool:
    """Whether the datum is the old Japanese one (旧日本測地系, used until 2002)."""
    return _datum_name(crs) in {"tokyo", "dtokyo", "tokyo1892", "tokyodatum"}


def _datum_name(crs: CRS) -> str:
    datum = crs.geodetic_crs.datum if crs.geodetic_crs else None
    return _plain(datum.name) if datum else ""


def short_name(text: str) -> str:
    """`text` on one line, cut to 80 characters for a message."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 80 else flat[:77] + "…"
