"""Standard regional meshes (JIS X 0410 地域メッシュ): codes to places and back, in whole numbers.

All arithmetic is in mas, 1/1000 of an arc second (1 mas is about 3 cm), as int64: every mesh line of
every level is a whole number of mas, so a cell's own south-western corner encodes to that cell, which
chains of float floors do not manage (docs/definitions.md, Mesh codes). Degrees appear once, on the way in or out.

A level is its nominal length in metres, 80000 … 100. Ten digits may be a 250 m or a 100 m mesh, so a
level is always given, never read off a code. A code depends on the datum; Kengai's is JGD2011.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.errors import DataError, Text
from geodata.grid import FloatArray, Grid, IntArray

BoolArray = npt.NDArray[np.bool_]
BAD_ROWS_NAMED = 5


def mixed_levels(examples: dict[int, str]) -> DataError:
    """The refusal of a column whose codes are of several levels; `examples` holds one code of each."""
    shown = "、".join(examples.values())
    return DataError(
        "mesh-levels-mixed",
        Text("大きさの違うメッシュのコードが混ざっています。", "codes of several mesh levels are mixed"),
        Text(
            "メッシュの大きさごとにファイルを分けてください。先頭の 0 が落ちていないかも確かめてください。",
            "keep one level in a file; check that no leading zero was lost",
        ),
        where=Text(f"コード {shown}", f"codes {', '.join(examples.values())}"),
    )


def bad_codes(bad: BoolArray, shown: list[str], level: int | None, digits: int = 0) -> DataError:
    """The refusal of codes that cannot be; `bad` marks the rows, `shown` holds the codes of those rows."""
    rows = first_rows(bad, shown)
    size = f"{level}m " if level else ""
    digits_ja = f"{digits}桁" if level else ""
    return DataError(
        "mesh-code",
        Text(f"{size}メッシュのコードではない値が {bad.sum()} 件あります。", f"{bad.sum()} values are not {size}mesh codes"),
        Text(
            f"地域メッシュコード（JIS X 0410、半角数字{digits_ja}）に直すか、メッシュの大きさの指定を確かめてください。",
            "write JIS X 0410 mesh codes, or check the level that was given",
        ),
        where=Text(f"データ {rows}", f"data {rows}"),
    )


def first_rows(bad: BoolArray, shown: list[str]) -> str:
    """ "row 3: 12x, row 9: …" for the first bad rows, counting from 1."""
    rows = np.flatnonzero(bad)[:BAD_ROWS_NAMED] + 1
    return "、".join(f"{row}行目: {text}" for row, text in zip(rows, shown, strict=False))


MAS_PER_DEGREE = 3_600_000
CRS = "EPSG:6668"
# Codes have their fixed number of digits from 6°40'N (pp = 10) on, and longitudes count from 100°E
WEST_MAS, EAST_MAS = 100 * MAS_PER_DEGREE, 180 * MAS_PER_DEGREE
SOUTH_MAS, NORTH_MAS = 10 * 2_400_000, 100 * 2_400_000
# A degree times 3,600,000 is off by at most 1e-7 mas; this lifts a corner back on to its line
FLOAT_SLACK_MAS = 1e-6


@dataclass(frozen=True)
class _Level:
    """Size of a cell in mas, number of digits of its code, and the level whose cells it divides."""

    width: int
    height: int
    digits: int
    within: int | None


_LEVELS = {
    80000: _Level(3_600_000, 2_400_000, 4, None),
    10000: _Level(450_000, 300_000, 6, 80000),
    5000: _Level(225_000, 150_000, 7, 10000),
    2000: _Level(90_000, 60_000, 9, 10000),
    1000: _Level(45_000, 30_000, 8, 10000),
    500: _Level(22_500, 15_000, 9, 1000),
    250: _Level(11_250, 7_500, 10, 500),
    125: _Level(5_625, 3_750, 11, 250),
    100: _Level(4_500, 3_000, 10, 1000),
}
LEVELS = tuple(_LEVELS)
_SPELLINGS = {
    **{str(level): level for level in LEVELS},
    **{f"{level}m": level for level in LEVELS},
    **{f"{level // 1000}km": level for level in LEVELS if level >= 1000},
    **dict(zip("123456", (80000, 10000, 1000, 500, 250, 125), strict=True)),
    **{f"{order}次": level for order, level in enumerate((80000, 10000, 1000, 500, 250, 125), 1)},
    "s": 1000,
    "h": 500,
    "q": 250,
    "e": 125,
    "0.5km": 500,
    "0.25km": 250,
    "0.1km": 100,
}


def normal_level(level: object) -> int:
    """The nominal metres of a mesh level given as metres, "500m", "1km", S/H/Q/E, or JIS order 1 … 6."""
    found = _SPELLINGS.get(unicodedata.normalize("NFKC", str(level)).strip().lower())
    if found is None:
        raise DataError(
            "mesh-level",
            Text(f"メッシュの大きさ「{level}」が分かりません。", f'unknown mesh level "{level}"'),
            Text(
                "80000・10000・5000・2000・1000・500・250・125・100（m）のどれかを指定してください。",
                "give one of 80000, 10000, 5000, 2000, 1000, 500, 250, 125, 100 (metres)",
            ),
        )
    return found


def cell_mas(level: int) -> tuple[int, int]:
    """(width, height) of a cell in mas: east-west, north-south."""
    one = _LEVELS[normal_level(level)]
    return one.width, one.height


def encode(lon: npt.ArrayLike, lat: npt.ArrayLike, level: int) -> IntArray:
    """Codes of the cells that hold points (degrees, JGD2011), int64[n].

    A point on a line belongs to the cell east or north of it. DataError "mesh-outside" for a point that is
    not a number or lies outside 100–180°E, 6.67–66.67°N, where no code exists.
    """
    lon, lat = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    x, y = lon * MAS_PER_DEGREE + FLOAT_SLACK_MAS, lat * MAS_PER_DEGREE + FLOAT_SLACK_MAS
    # written so that NaN counts as outside
    bad = ~((x >= WEST_MAS) & (x < EAST_MAS) & (y >= SOUTH_MAS) & (y < NORTH_MAS))
    if bad.any():
        rows = first_rows(bad, [f"({a}, {b})" for a, b in zip(lon[bad], lat[bad], strict=True)])
        raise DataError(
            "mesh-outside",
            Text(f"地域メッシュの無い場所の座標が {bad.sum()} 件あります。", f"{bad.sum()} points lie where no mesh exists"),
            Text("緯度と経度が逆でないか、単位が度かを確かめてください。", "check lat/lon order and degrees"),
            where=Text(f"座標 {rows}", f"points {rows}"),
        )
    return encode_mas(np.floor(x).astype(np.int64), np.floor(y).astype(np.int64), level)


def encode_mas(lon_mas: IntArray, lat_mas: IntArray, level: int) -> IntArray:
    """As `encode`, from whole mas inside the range of codes (not checked)."""
    level = normal_level(level)
    one = _LEVELS[level]
    if one.within is None:
        return lat_mas // one.height * 100 + lon_mas // one.width - 100
    outer = _LEVELS[one.within]
    i, j = lon_mas % outer.width // one.width, lat_mas % outer.height // one.height
    return _append(encode_mas(lon_mas, lat_mas, one.within), i, j, level)


def _append(outer: IntArray, i: IntArray, j: IntArray, level: int) -> IntArray:
    """Codes of column `i`, row `j` inside `outer` cells: the digits this level adds."""
    if level == 2000:
        return outer * 1000 + j * 200 + i * 20 + 5
    if level in (10000, 1000, 100):
        return outer * 100 + j * 10 + i
    return outer * 10 + 1 + i + 2 * j  # quadrants: 1 SW, 2 SE, 3 NW, 4 NE


def _split(codes: IntArray, level: int) -> tuple[IntArray, IntArray, IntArray, BoolArray]:
    """(outer codes, i, j, valid): the inverse of `_append`; `valid` is False where a digit cannot be."""
    if level == 2000:
        outer, tail = np.divmod(codes, 1000)
        j, i = tail // 200, tail % 100 // 20
        return outer, i, j, (tail % 200 < 100) & (tail % 20 == 5) & (j < 5)
    if level in (10000, 1000, 100):
        outer, tail = np.divmod(codes, 100)
        j, i = np.divmod(tail, 10)
        last = 7 if level == 10000 else 9
        return outer, i, j, (i <= last) & (j <= last)
    outer, quadrant = np.divmod(codes, 10)
    return outer, (quadrant - 1) % 2, (quadrant - 1) // 2, (quadrant >= 1) & (quadrant <= 4)


def valid(codes: npt.ArrayLike, level: int) -> BoolArray:
    """Whether each number is a code of this level: right number of digits, every digit possible."""
    return _corner(np.atleast_1d(np.asarray(codes, np.int64)), normal_level(level))[2]


def _corner(codes: IntArray, level: int) -> tuple[IntArray, IntArray, BoolArray]:
    one = _LEVELS[level]
    if one.within is None:
        pp, uu = np.divmod(codes, 100)
        return (uu + 100) * one.width, pp * one.height, (pp >= 10) & (pp <= 99) & (uu < 80)
    outer, i, j, good = _split(codes, level)
    lon, lat, outer_good = _corner(outer, one.within)
    return lon + i * one.width, lat + j * one.height, good & outer_good


def decode_mas(codes: npt.ArrayLike, level: int) -> tuple[IntArray, IntArray]:
    """(lon, lat) of the south-western corners in mas, int64[n]. DataError "mesh-code" for a wrong code."""
    codes, level = np.atleast_1d(np.asarray(codes, np.int64)), normal_level(level)
    lon, lat, good = _corner(codes, level)
    if not good.all():
        raise bad_codes(~good, [str(code) for code in codes[~good]], level, digits_of(level))
    return lon, lat


def decode(codes: npt.ArrayLike, level: int) -> tuple[FloatArray, FloatArray]:
    """(lon, lat) of the south-western corners in degrees, float64[n]. DataError "mesh-code"."""
    lon, lat = decode_mas(codes, level)
    return lon / MAS_PER_DEGREE, lat / MAS_PER_DEGREE


def cell_bounds(codes: npt.ArrayLike, level: int) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    """(west, south, east, north) of cells in degrees; neighbours share their edge to the last bit."""
    lon, lat = decode_mas(codes, level)
    width, height = cell_mas(level)
    return (lon / MAS_PER_DEGREE, lat / MAS_PER_DEGREE, (lon + width) / MAS_PER_DEGREE, (lat + height) / MAS_PER_DEGREE)


def parent(codes: npt.ArrayLike, level: int, parent_level: int) -> IntArray:
    """Codes of the cells of `parent_level` that hold these cells whole. ValueError if levels do not nest."""
    (width, height), (outer_width, outer_height) = cell_mas(level), cell_mas(parent_level)
    if outer_width % width or outer_height % height:
        raise ValueError(f"cells of {level} m do not fill cells of {parent_level} m")
    return encode_mas(*decode_mas(codes, level), parent_level)


def mesh_grid(level: int, bbox: tuple[float, float, float, float]) -> Grid:
    """The grid of whole mesh cells over `bbox` = (west, south, east, north) in degrees, snapped outward.

    Its lines are mesh lines exactly; an edge of `bbox` on a line (to 1e-6 mas) adds no further cell.
    """
    width, height = cell_mas(level)
    west, south, east, north = (float(edge) * MAS_PER_DEGREE for edge in bbox)
    if not (west <= east and south <= north):
        raise ValueError(f"bbox must be (west, south, east, north): {bbox}")
    i0, j0 = (int((edge + FLOAT_SLACK_MAS) // size) for edge, size in ((west, width), (south, height)))
    # -(-a // b) is the ceiling; a bbox without width still gets the cell it lies in
    i1 = max(i0 + 1, int(-(-(east - FLOAT_SLACK_MAS) // width)))
    j1 = max(j0 + 1, int(-(-(north - FLOAT_SLACK_MAS) // height)))
    return Grid(
        i0 * width / MAS_PER_DEGREE, j0 * height / MAS_PER_DEGREE, width / MAS_PER_DEGREE, height / MAS_PER_DEGREE, i1 - i0, j1 - j0, CRS
    )


def _origin(grid: Grid, level: int) -> tuple[int, int]:
    """(column, row) of the grid's cell [0, 0], counted in cells of `level` from 0°, 0°."""
    width, height = cell_mas(level)
    found = np.array([grid.west / width, grid.south / height, grid.dx / width, grid.dy / height]) * MAS_PER_DEGREE
    whole = np.rint(found)
    if grid.crs != CRS or np.abs(found - whole).max() > 1e-6 or tuple(whole[2:]) != (1, 1):
        raise ValueError(f"not a grid of {level} m meshes in {CRS}: {grid}")
    return int(whole[0]), int(whole[1])


def codes_at(level: int, i: npt.ArrayLike, j: npt.ArrayLike, grid: Grid) -> IntArray:
    """Codes of columns `i`, rows `j` of a grid whose cells are meshes of `level`; any shape."""
    width, height = cell_mas(level)
    i0, j0 = _origin(grid, level)
    lon = (np.asarray(i, np.int64) + i0) * width
    lat = (np.asarray(j, np.int64) + j0) * height
    inside = (lon >= WEST_MAS) & (lon < EAST_MAS) & (lat >= SOUTH_MAS) & (lat < NORTH_MAS)
    if not inside.all():
        raise ValueError(f"no mesh codes here: {grid}")
    return encode_mas(lon, lat, level)


def code_grid(grid: Grid, level: int) -> IntArray:
    """int64[ny, nx]: the code of every cell of a mesh grid; row 0 is the southernmost."""
    i, j = np.meshgrid(np.arange(grid.nx), np.arange(grid.ny))
    return codes_at(level, i, j, grid)


def position(codes: npt.ArrayLike, level: int, grid: Grid) -> tuple[IntArray, IntArray, BoolArray]:
    """(i, j, inside) of cells in a mesh grid of the same level; outside, i and j lie beyond its edges."""
    width, height = cell_mas(level)
    i0, j0 = _origin(grid, level)
    lon, lat = decode_mas(codes, level)
    i, j = lon // width - i0, lat // height - j0
    return i, j, (i >= 0) & (i < grid.nx) & (j >= 0) & (j < grid.ny)


def level_of(codes: Any) -> int:
    """The level of a column of codes written as digits, where the digits alone can tell.

    DataError: "mesh-level-ambiguous" for ten digits (250 m or 100 m), "mesh-levels-mixed", "mesh-code".
    """
    texts = np.asarray(codes, dtype=str)
    lengths = sorted(set(np.char.str_len(texts).tolist()))
    if len(lengths) > 1:
        raise mixed_levels({n: str(texts[np.char.str_len(texts) == n][0]) for n in lengths})
    digits = lengths[0] if lengths else 0
    if digits == 10:
        raise DataError(
            "mesh-level-ambiguous",
            Text("10桁のメッシュコードは 250m と 100m の両方がありえます。", "a mesh code of ten digits may be 250 m or 100 m"),
            Text("メッシュの大きさ（250 または 100）を指定してください。", "give the level, 250 or 100"),
            where=Text(f"コード {texts[0]}", f"code {texts[0]}"),
        )
    fitting = [level for level, one in _LEVELS.items() if one.digits == digits]
    if not fitting or not np.char.isdigit(texts).all():
        raise bad_codes(np.ones(len(texts), bool), list(texts), None)
    numbers = texts.astype(np.int64)
    good = {level: valid(numbers, level) for level in fitting}
    for level, fits in good.items():
        if fits.all():
            return level
    if np.logical_or.reduce(list(good.values())).all():  # nine digits: some 2 km, some 500 m
        raise mixed_levels({level: str(texts[fits][0]) for level, fits in good.items()})
    unfit = ~np.logical_or.reduce(list(good.values()))
    raise bad_codes(unfit, list(texts[unfit]), None)


def digits_of(level: int) -> int:
    """Number of digits of a code of this level."""
    return _LEVELS[normal_level(level)].digits
