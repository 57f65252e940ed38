"""Which cells of a raster know nothing, in whatever way the file says so or forgets to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt

from geodata.errors import DataError, Text
from geodata.intake import heights

if TYPE_CHECKING:
    from geodata.report import IntakeReport


@dataclass(frozen=True)
class RasterBand:
    """`values` [rows, cols], NaN = no data, row 0 the northernmost; the outer corner (`west`, `north`); cell size in units of `crs`."""

    values: FloatArray
    west: float
    north: float
    dx: float
    dy: float
    crs: str


@dataclass(frozen=True)
class RawRaster:
    """What the reading process hands back: bare numbers and what the file says of them."""

    values: npt.NDArray[Any]  # in the file's own type
    valid: npt.NDArray[np.bool_]
    transform: tuple[float, float, float, float, float, float]
    wkt: str
    bands: int
    nodata: float | None
    scale: float
    offset: float
    words: str  # tags, units and description, for telling density from people
    picture: bool


FloatArray = npt.NDArray[np.float64]
Quantity = Literal["people", "heights", "any"]
# values that stand for "no data" where a file forgets to say so
SENTINELS = (-9999.0, -99999.0, -999.0, -9998.0, -32768.0, -32767.0, -2147483648.0, -1.0, -99.0)
HUGE = 1e30
KINDS_NAMED = 5
_DENSITY = re.compile(r"densit|per_?(?:sq)?_?k?m2?\b|/ ?k?m(?:2|²|\^2)|(?<![a-z])pd_\d|_pd_|人口密度|人/", re.IGNORECASE)
DENSITY_REMEDY = Text(
    "密度に各マスの面積を掛けて「人数」のラスタにしてから読み込んでください（QGIS のラスタ計算機）。",
    "multiply by the area of each cell to get people per cell (QGIS raster calculator)",
)


def numbers(raw: RawRaster, name: str, report: IntakeReport, quantity: Quantity) -> FloatArray:
    """Values as float64 with NaN for every unknown cell, scaled as the file says."""
    values = raw.values.astype(np.float64, copy=False)
    values[~raw.valid] = np.nan
    report.facts["nodata"] = None if raw.nodata is None else str(raw.nodata)
    odd = (values > HUGE) | (values < -HUGE)
    if quantity == "people":
        heights.check_no_heights(raw.words, raw.wkt, name)
        check_density(raw.words, name)
        _check_full(raw, values, report)
        odd |= _undeclared(values, odd, report)
    elif quantity == "heights":
        heights.check_no_people(raw.words, name)
        heights.check_depth(raw.values.dtype.kind, raw.values.dtype.itemsize)
        odd |= heights.voids(values)
        report.facts["vertical"], report.facts["vertical_from"] = heights.vertical_of(raw.words, raw.wkt, name)
    if odd.any():
        kinds = _first_kinds(values[odd])
        values[odd] = np.nan
        declared = "nodata の指定がなく" if raw.nodata is None else f"nodata の指定（{raw.nodata:g}）と違い"
        report.note(
            "warn",
            "nodata-undeclared",
            Text(
                f"{declared}、{', '.join(f'{kind:g}' for kind in kinds)} が「値なし」として使われているとみなし、不明として扱いました（{int(odd.sum()):,} マス）。",
                f"{', '.join(f'{kind:g}' for kind in kinds)} taken for no data though not declared so ({int(odd.sum()):,} cells)",
            ),
            int(odd.sum()),
        )
    if raw.scale != 1.0 or raw.offset != 0.0:
        values = values * raw.scale + raw.offset
        report.note(
            "warn",
            "raster-scaled",
            Text(
                f"ファイルの指定どおり、値 × {raw.scale:g} ＋ {raw.offset:g} に換算しました。",
                f"values × {raw.scale:g} + {raw.offset:g}, as the file says",
            ),
        )
    if quantity == "heights":
        heights.check_heights(values)
    return values


def _first_kinds(values: FloatArray) -> list[float]:
    """The first few different values."""
    kinds: list[float] = []
    while len(values) and len(kinds) < KINDS_NAMED:
        kinds.append(float(values[0]))
        values = values[values != values[0]]
    return kinds


def _undeclared(values: FloatArray, odd: npt.NDArray[np.bool_], report: IntakeReport) -> npt.NDArray[np.bool_]:
    """Cells below zero that stand for no data; other negative numbers of people are refused."""
    below = (values < 0) & ~odd
    if not below.any():
        return below
    strange = below.copy()
    for sentinel in SENTINELS:
        strange &= values != sentinel
    if strange.any():
        row, column = (int(k) for k in np.argwhere(strange)[0])
        raise DataError(
            "raster-negative",
            Text(
                f"人口に負の値（{values[row, column]:g} など {int(strange.sum()):,} マス）があります。",
                f"negative numbers of people ({values[row, column]:g} …, {int(strange.sum()):,} cells)",
            ),
            Text(
                "人口のラスタか確かめ、「値なし」の値を nodata に設定して書き出し直してください（QGIS の「変換」）。",
                "check that it holds people, and declare its nodata value (QGIS Translate)",
            ),
            where=Text(f"上から {row + 1} 行目・左から {column + 1} 列目", f"row {row + 1} from the top, column {column + 1}"),
        )
    return below


def _check_full(raw: RawRaster, values: FloatArray, report: IntakeReport) -> None:
    """Cells at the top of an integer type: full counters or undeclared nodata; either way unknown."""
    if raw.values.dtype.kind not in "ui":
        return
    top = float(np.iinfo(raw.values.dtype).max)
    full = values == top
    if not full.any():
        return
    if raw.values.dtype.itemsize == 1:
        raise refusal(
            "raster-full",
            f"8ビットの整数で、上限の {top:g} に達したマスが {int(full.sum()):,} あります（桁あふれか「値なし」か区別できません）。",
            f"8-bit counts, and {int(full.sum()):,} cells stand at the largest value {top:g}: full or no data, nobody can tell",
            "16ビット以上（または小数）の型で、nodata を設定して書き出し直してください。",
            "export with 16 bits or more (or floats) and a nodata value",
        )
    values[full] = np.nan
    report.note(
        "warn",
        "nodata-undeclared",
        Text(
            f"整数の上限 {top:g} のマス {int(full.sum()):,} を「値なし」とみなし、不明として扱いました。",
            f"{int(full.sum()):,} cells at the type's largest value {top:g} taken for no data",
        ),
        int(full.sum()),
    )


def check_density(words: str, name: str) -> None:
    found = _DENSITY.search(words) or _DENSITY.search(name)
    if found:
        raise DataError(
            "raster-density",
            Text(
                f"人数ではなく人口密度のラスタのようです（「{found[0]}」と書かれています）。",
                f"this seems to be population density, not people (it says {found[0]!r})",
            ),
            DENSITY_REMEDY,
        )


def refusal(code: str, ja: str, en: str, remedy_ja: str, remedy_en: str) -> DataError:
    """A DataError about the whole raster."""
    return DataError(code, Text(ja, en), Text(remedy_ja, remedy_en))
