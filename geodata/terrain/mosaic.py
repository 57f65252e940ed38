"""Terrain: many tiles as one surface. The finest tile that knows a place answers; where none does, NaN."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from geodata.crs import JGD2011
from geodata.grid import ON_LINE, FloatArray, Grid, IntArray
from geodata.terrain.tile import Box, Tile

CACHE_BYTES = 256 << 20  # values kept in memory: about 1,900 tiles of 5 m, or five of 1 arc second
POINTS_AT_ONCE = 1 << 20
MOST_BUCKETS = 4_000_000
HAIR = 1e-6  # of a square: millimetres
Between = Literal["cell", "bilinear"]
Heights = npt.NDArray[np.float32]
Read = Callable[[Tile], Heights]


class Window(NamedTuple):
    """heights: float32[ny, nx] metres over `grid`, NaN = unknown; resolution_m: float32[ny, nx] of the tile that answered."""

    heights: Heights
    grid: Grid
    resolution_m: Heights


class Terrain:
    """Heights of the ground in metres from `tiles`, whose values `read` gives when they are asked for.

    Of the tiles over a place the finest that knows it answers; of equally fine ones the better measured, then the newer.
    Values stay in memory up to `cache_bytes`, the least recently used go first. Cheap to make and to pickle. Places are
    JGD2011 degrees (WGS84 ones are the same to a metre). Heights are not converted between vertical datums: see `verticals`.
    """

    def __init__(self, tiles: Sequence[Tile], read: Read, cache_bytes: int = CACHE_BYTES) -> None:
        # the newer date first; the order in which files were listed must not matter
        newest = sorted(tiles, key=lambda tile: (tile.as_of, tile.label), reverse=True)
        self.tiles: tuple[Tile, ...] = tuple(sorted(newest, key=lambda tile: (tile.resolution_m, tile.rank)))
        self.read = read
        self._room = cache_bytes
        self._buckets = _Buckets(self.tiles)
        self._kept: OrderedDict[int, Heights] = OrderedDict()
        self._held = 0  # bytes
        self._lock = threading.Lock()

    def __getstate__(self) -> dict[str, Any]:
        return {"tiles": self.tiles, "read": self.read, "room": self._room}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__init__(state["tiles"], state["read"], state["room"])  # type: ignore[misc]

    @property
    def verticals(self) -> tuple[str, ...]:
        """What heights are counted from, over all tiles; "" = unknown."""
        return tuple(sorted({tile.vertical for tile in self.tiles}))

    def heights(self, lon: npt.ArrayLike, lat: npt.ArrayLike, *, between: Between = "cell") -> FloatArray:
        """float64[n] metres at places (degrees), NaN = unknown.

        "cell": the height of the cell that holds the place, nothing made up. "bilinear": between the centres of the four
        cells around it, across tiles, NaN where one of the four is unknown. Ask for many places at once: each tile is then
        looked up once.
        """
        x, y = _places(lon, lat)
        if between == "cell":
            return self._sampled(x, y)[0]
        return self._bilinear(x, y)

    def resolution(self, lon: npt.ArrayLike, lat: npt.ArrayLike) -> Heights:
        """float32[n] nominal metres of the cell that answers at each place, NaN where none does."""
        return self._resolution(self._sampled(*_places(lon, lat))[1])

    def window(self, bounds: Box, step: tuple[float, float]) -> Window:
        """Heights at the centres of a grid over `bounds` (west, south, east, north), cells of `step` (dx, dy), all degrees.

        The grid begins at the south-western corner and covers all of `bounds`. Heights are sampled, not averaged.
        """
        west, south, east, north = bounds
        nx, ny = (max(1, int(np.ceil((b - a) / d - ON_LINE))) for a, b, d in ((west, east, step[0]), (south, north, step[1])))
        grid = Grid(west, south, step[0], step[1], nx, ny, JGD2011)
        heights, resolution = np.empty((ny, nx), np.float32), np.empty((ny, nx), np.float32)
        rows_at_once = max(1, POINTS_AT_ONCE // nx)
        for j0 in range(0, ny, rows_at_once):
            rows = np.arange(j0, min(j0 + rows_at_once, ny))
            x, y = grid.centres(np.tile(np.arange(nx), len(rows)), np.repeat(rows, nx))
            values, which = self._sampled(x, y)
            heights[rows] = values.reshape(len(rows), nx)
            resolution[rows] = self._resolution(which).reshape(len(rows), nx)
        return Window(heights, grid, resolution)

    def _resolution(self, which: IntArray) -> Heights:
        return np.append([tile.resolution_m for tile in self.tiles], np.nan).astype(np.float32)[which]

    def _sampled(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, IntArray]:
        """(heights, number of the tile that answered, -1 = none)."""
        values, which = np.full(len(x), np.nan), np.full(len(x), -1)
        for rows, candidates in self._buckets.groups(x, y):
            for number in candidates:
                rows = rows[np.isnan(values[rows])]
                if not len(rows):
                    break
                tile = self.tiles[number]
                i, j, inside = tile.locate(x[rows], y[rows])
                if not inside.any():
                    continue
                found = self._values(number)[j[inside], i[inside]].astype(np.float64)
                known = ~np.isnan(found)
                answered = rows[inside][known]
                values[answered], which[answered] = found[known], number
        return values, which

    def _bilinear(self, x: FloatArray, y: FloatArray) -> FloatArray:
        _, which = self._sampled(x, y)
        out = np.full(len(x), np.nan)
        for number in np.unique(which[which >= 0]):
            rows = np.flatnonzero(which == number)
            tile, grid = self.tiles[number], self.tiles[number].grid
            own_x, own_y = tile.own(x[rows], y[rows])
            # in cells, whole numbers at their centres
            right, up = (own_x - grid.west) / grid.dx - 0.5, (own_y - grid.south) / grid.dy - 0.5
            i, j = np.floor(right).astype(np.int64), np.floor(up).astype(np.int64)
            u, v = right - i, up - j
            total = np.zeros(len(rows))
            for di, dj, weight in ((0, 0, (1 - u) * (1 - v)), (1, 0, u * (1 - v)), (0, 1, (1 - u) * v), (1, 1, u * v)):
                total += weight * self._sampled(*tile.centres(i + di, j + dj))[0]
            out[rows] = total
        return out

    def _values(self, number: int) -> Heights:
        with self._lock:
            if number in self._kept:
                self._kept.move_to_end(number)
                return self._kept[number]
        values = self.read(self.tiles[number])
        with self._lock:
            if number not in self._kept:  # another thread may have read it meanwhile
                self._kept[number] = values
                self._held += values.nbytes
            while len(self._kept) > 1 and self._held > self._room:
                self._held -= self._kept.popitem(last=False)[1].nbytes
        return values


def _places(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    x, y = np.atleast_1d(np.asarray(lon, float)), np.atleast_1d(np.asarray(lat, float))
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"lon and lat are two lists of one length: {x.shape}, {y.shape}")
    return x, y


class _Buckets:
    """Squares of degrees, each with the tiles that lie over it, finest first: which tiles can know a place.

    A square is as large as the smallest tile, so a place of 基盤地図情報 has one to three candidates.
    """

    def __init__(self, tiles: Sequence[Tile]) -> None:
        self._lists: dict[int, list[int]] = {}
        if not tiles:
            self._nx = self._ny = 0
            return
        boxes = np.array([tile.degrees for tile in tiles])
        self._west, self._south = boxes[:, :2].min(axis=0)
        extent = boxes[:, 2:].max(axis=0) - (self._west, self._south)
        size = (boxes[:, 2:] - boxes[:, :2]).min(axis=0)
        crowded = max(1.0, float(np.prod(extent / size)) / MOST_BUCKETS) ** 0.5
        self._size = size * crowded
        self._nx, self._ny = (max(1, int(np.ceil(n - HAIR))) for n in extent / self._size)
        corner = np.array([self._west, self._south])
        for number, box in enumerate(boxes):
            i0, j0 = np.floor((box[:2] - corner) / self._size + HAIR).astype(int).tolist()
            i1, j1 = np.ceil((box[2:] - corner) / self._size - HAIR).astype(int).tolist()
            for j in range(j0, max(j1, j0 + 1)):
                for i in range(i0, max(i1, i0 + 1)):
                    self._lists.setdefault(j * self._nx + i, []).append(number)

    def groups(self, x: FloatArray, y: FloatArray) -> Iterator[tuple[IntArray, list[int]]]:
        """(rows of places, numbers of tiles) of each square that holds some places and some tiles.

        A place within a hair of a line is also asked of the squares beyond it: which side of a line a place is on is for
        the tile to say, not for the rounding of squares.
        """
        if not self._lists:
            return
        i, j = (x - self._west) / self._size[0], (y - self._south) / self._size[1]
        yield from self._grouped(np.arange(len(x)), i, j)
        close = np.flatnonzero((np.abs(i - np.round(i)) < HAIR) | (np.abs(j - np.round(j)) < HAIR))
        if len(close):
            for right in (-1, 0, 1):
                for up in (-1, 0, 1):
                    yield from self._grouped(close, i[close] + right * 2 * HAIR, j[close] + up * 2 * HAIR)

    def _grouped(self, places: IntArray, i: FloatArray, j: FloatArray) -> Iterator[tuple[IntArray, list[int]]]:
        inside = (i >= 0) & (i < self._nx) & (j >= 0) & (j < self._ny)  # NaN is not
        rows = places[inside]
        if not len(rows):
            return
        squares = np.floor(j[inside]).astype(np.int64) * self._nx + np.floor(i[inside]).astype(np.int64)
        order = np.argsort(squares, kind="stable")
        rows, squares = rows[order], squares[order]
        starts = np.flatnonzero(np.r_[True, squares[1:] != squares[:-1]])
        for first, last in zip(starts, np.r_[starts[1:], len(squares)], strict=True):
            if candidates := self._lists.get(int(squares[first])):
                yield rows[first:last], candidates
