"""Heights in a GeoTIFF: whether a raster says that it holds heights, above what they are counted, what cannot be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from pyproj import CRS

FloatArray = npt.NDArray[np.float64]

# metres: below the Dead Sea and above Mount Everest nothing on land has a height
LOWEST_M, HIGHEST_M = -500.0, 9_000.0
# the ways in which height files write "nothing known here" when they forget to declare it
VOIDS = (-9999.0, -9998.0, -99999.0, -32768.0, -32767.0, 32767.0, -2147483648.0)
# product → the surface that its publisher counts from (geoid models; "" = the product comes in several)
PRODUCTS = (
    (re.compile(r"NASADEM_(?:HGT|NC)|(?<![A-Za-z])SRTM(?:GL)?\d?(?![A-Za-z])", re.IGNORECASE), "EGM96"),
    (re.compile(r"AW3D30|ALPSMLC30", re.IGNORECASE), "EGM96"),
    (re.compile(r"Copernicus_DSM|COP-?DEM", re.IGNORECASE), "EGM2008"),
    (re.compile(r"NASADEM|ASTGTM|ASTER ?GDEM|SRTM", re.IGNORECASE), ""),
)
_WORDS = re.compile(r"標高|(?<![A-Za-z])(?:elevation|altitude)(?![A-Za-z])", re.IGNORECASE)
# only to tell what a file probably is, never to refuse one: "dem" may be short for demography
_LOOSE = re.compile(r"(?<![A-Za-z])(?:DEM(?:\d+[ABC]?)?|DSM|DTM)(?![A-Za-z])", re.IGNORECASE)
_PEOPLE = re.compile(r"人口|(?<![a-z])population|worldpop|ghs_?pop|(?<![a-z])ppp_|_ppp(?![a-z])", re.IGNORECASE)
# name of a vertical CRS → our short word for the surface
_SURFACES = (
    (re.compile(r"EGM ?(?:19)?96", re.IGNORECASE), "EGM96"),
    (re.compile(r"EGM ?(?:20)?08", re.IGNORECASE), "EGM2008"),
    (re.compile(r"JGD ?2000", re.IGNORECASE), "JGD2000"),
    (re.compile(r"JGD ?2011", re.IGNORECASE), "JGD2011"),
    (re.compile(r"JGD ?2024", re.IGNORECASE), "JGD2024"),
    (re.compile(r"ellips", re.IGNORECASE), "ellipsoid"),
)


def says_heights(words: str, wkt: str, name: str) -> bool:
    """Whether a raster whose kind nobody told speaks of heights, in its tags, its CRS or its name."""
    return _sign(words, wkt, name) != "" or bool(_LOOSE.search(words) or _LOOSE.search(name))


def _sign(words: str, wkt: str, name: str) -> str:
    """What says plainly that these are heights, "" where nothing does."""
    patterns = [pattern for pattern, _ in PRODUCTS] + [_WORDS]
    for text in (words, name):
        for pattern in patterns:
            if found := pattern.search(text):
                return found[0]
    vertical = _vertical_name(wkt)
    return vertical if vertical and not _PEOPLE.search(words) else ""


def check_no_heights(words: str, wkt: str, name: str) -> None:
    """Refuse heights that were given as people. DataError where the file itself says so."""
    if sign := _sign(words, wkt, name):
        raise DataError(
            "raster-heights",
            Text(
                f"人口ではなく標高のラスタのようです（「{sign}」と書かれています）。",
                f"these seem to be heights, not people (it says {sign!r})",
            ),
            Text(
                "標高なら study.toml の [terrain] の files に書き、人口には人数の GeoTIFF を指定してください。",
                "name heights in the files of [terrain] in study.toml, and a GeoTIFF of people as population",
            ),
        )


def check_no_people(words: str, name: str) -> None:
    """Refuse people that were given as heights. DataError where the file itself says so."""
    if found := _PEOPLE.search(words) or _PEOPLE.search(name):
        raise DataError(
            "terrain-people",
            Text(
                f"標高ではなく人口のラスタのようです（「{found[0]}」と書かれています）。",
                f"this seems to be population, not heights (it says {found[0]!r})",
            ),
            Text(
                "人口なら study.toml の [population] に書き、[terrain] には標高の GeoTIFF を指定してください。",
                "name it in [population] of study.toml, and a GeoTIFF of heights in [terrain]",
            ),
        )


def check_depth(kind: str, size: int) -> None:
    """Refuse whole numbers of 8 bits: masks, shading and pictures come so, and heights over 255 m do not fit."""
    if kind in "ui" and size == 1:
        raise DataError(
            "terrain-8bit",
            Text(
                "8ビットの整数です（0〜255）。標高ではなく、陰影図やマスクの画像のようです。",
                "whole numbers of 8 bits (0 to 255): shading or a mask rather than heights",
            ),
            Text(
                "標高の入った GeoTIFF を指定してください（AW3D30 なら _DSM.tif）。本当に標高なら、16ビット以上の型で書き出し直してください。",
                "name the GeoTIFF of heights (AW3D30: _DSM.tif); if these are heights, export them with 16 bits or more",
            ),
        )


def voids(values: FloatArray) -> npt.NDArray[np.bool_]:
    """Cells that hold a usual mark of "nothing known" though the file does not declare it."""
    return np.isin(values, VOIDS)


def check_heights(values: FloatArray) -> None:
    """Refuse numbers that are no metres above the sea. values: [rows, cols], NaN = unknown, row 0 the northernmost."""
    with np.errstate(invalid="ignore"):
        wrong = (values < LOWEST_M) | (values > HIGHEST_M)
    if not wrong.any():
        return
    row, column = (int(k) for k in np.argwhere(wrong)[0])
    count = int(wrong.sum())
    raise DataError(
        "terrain-not-metres",
        Text(
            f"標高（m）としてありえない値（{values[row, column]:g} など {count:,} マス）があります。",
            f"values that are no heights in metres ({values[row, column]:g} …, {count:,} cells)",
        ),
        Text(
            "標高のファイルか、単位が m かを確かめ、「値なし」の値なら nodata に設定して書き出し直してください（QGIS の「変換」）。",
            "check that it holds heights in metres; declare its nodata value (QGIS Translate)",
        ),
        where=Text(f"上から {row + 1} 行目・左から {column + 1} 列目", f"row {row + 1} from the top, column {column + 1}"),
    )


def vertical_of(words: str, wkt: str, name: str) -> tuple[str, str]:
    """(the surface that heights are counted from, who says so).

    The surface is "EGM96", "EGM2008", "JGD2000", "JGD2011", "JGD2024", "ellipsoid" or a vertical CRS's own name; who is
    "file" (its CRS) or "product" (a product known by its tags or name, as its publisher describes it). ("", "") unknown.
    """
    if vertical := _vertical_name(wkt):
        return surface(vertical) or vertical, "file"
    for text in (words, name):
        for pattern, above in PRODUCTS:
            if pattern.search(text):
                return (above, "product") if above else ("", "")
    return "", ""


def surface(text: str) -> str:
    """Our word for the surface that `text` names, "" where it names none that we know."""
    return next((word for pattern, word in _SURFACES if pattern.search(text)), "")


def _vertical_name(wkt: str) -> str:
    """The name of the vertical part of a CRS, "ellipsoid" for three axes without one, "" for a flat CRS."""
    if not wkt:
        return ""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        crs: CRS = CRS.from_wkt(wkt)
    except CRSError:
        return ""  # what is wrong with it is told where the CRS is decided
    if crs.is_compound:
        return next((str(part.name) for part in crs.sub_crs_list if part.is_vertical), "")
    return "ellipsoid" if crs.is_geographic and len(crs.axis_info) == 3 else ""
