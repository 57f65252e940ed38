"""A layer exactly as a file holds it, before anything is checked, repaired or moved."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.report import Level
from geodata.safety import ceilings

LARGEST = 1e9  # no CRS of the earth has coordinates as large, in metres, feet or degrees
Geometries = npt.NDArray[np.object_]
POINTS, LINES, POLYGONS = "Point", "LineString", "Polygon"


@dataclass(frozen=True)
class Remark:
    """A notice that a reader leaves for the report; `excluded` says its records were left out."""

    level: Level
    code: str
    text: Text
    count: int = 1
    places: tuple[str, ...] = ()
    excluded: bool = False


@dataclass
class RawLayer:
    """Geometries (object array, None = null shape) and attributes with one row each, as in the file.

    `numbers` holds each row's number in the file, from 1, and `word` what the format calls such a row.
    `records` counts every record of the layer in the file, those left out (see `remarks`) included.
    """

    name: str
    geometries: Geometries
    attributes: pd.DataFrame
    crs: Declared
    records: int
    numbers: npt.NDArray[np.int64]
    word: Text = field(default_factory=lambda: Text("地物", "feature"))
    remarks: list[Remark] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass
class LayerEntry:
    """A layer that a file offers: its name, how many records, and the way to read it."""

    name: str
    records: int
    read: Callable[[], RawLayer]
    kinds: frozenset[str] = frozenset()  # POINTS, LINES, POLYGONS where known without reading
    format: str = ""


def column(values: Sequence[Any]) -> pd.Series:
    """A column of numbers where every value is one (None = unknown = NaN), else of text ("" for None)."""
    kinds = {type(value) for value in values} - {type(None)}
    if kinds and kinds <= {int, float}:
        if kinds == {int} and None not in values and all(-(2**63) <= value < 2**63 for value in values):
            return pd.Series(np.array(values, np.int64))
        if all(type(value) is float or value is None or abs(value) <= 2**53 for value in values):
            return pd.Series(np.array(values, np.float64))
    return pd.Series([_as_text(value) for value in values], dtype=str)


def _as_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def table_of(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """A frame of the rows' members, columns in the order first seen; a member called geometry gets a "_"."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    ceilings.check_count("列数", "columns", len(names), ceilings.limits().columns)
    columns = {name: column([row.get(name) for row in rows]) for name in names}
    return frame_of(columns, len(rows))


def frame_of(columns: dict[str, Any], rows: int) -> pd.DataFrame:
    """A frame with a RangeIndex, keeping the name "geometry" free."""
    named = {name + "_" if name.casefold() == "geometry" else name: values for name, values in columns.items()}
    return pd.DataFrame(named, index=pd.RangeIndex(rows))


def malformed(word: Text, number: int, ja: str, en: str) -> DataError:
    """The refusal for a shape that does not follow its format."""
    return DataError(
        "geometry-malformed",
        Text(f"図形の書き方が壊れています（{ja}）。", f"the shape is malformed ({en})"),
        Text(
            "この図形を GISソフトで開いて描き直すか削除し、保存し直してください。開けない場合は作成元から取り直してください。",
            "open it in GIS software, redraw or delete this shape and save; or get the file again",
        ),
        where=place(word, number),
    )


def not_finite(where: Text, count: int = 1) -> DataError:
    """The refusal for coordinates that are NaN or infinite."""
    return DataError(
        "coordinates-not-finite",
        Text(
            f"座標に数でない値（NaN・無限大）か途方もなく大きい値があります（{count:,} 件）。",
            f"coordinates that are NaN, infinite or impossibly large ({count:,})",
        ),
        Text(
            "その図形を GISソフトで描き直すか削除して、保存し直してください。",
            "redraw or delete the shape with GIS software and save again",
        ),
        where=where,
    )


def place(word: Text, number: int) -> Text:
    """ "地物 3" / "feature 3"."""
    return Text(f"{word.ja} {number}", f"{word.en} {number}")


class ShapeBuilder:
    """Collects coordinates feature by feature and makes all shapes at once (a hundred times quicker)."""

    def __init__(self, word: Text) -> None:
        self.word = word
        self.count = 0
        self.vertices = 0
        self.short_rings = 0
        self.short_places: list[int] = []
        self.tall: set[int] = set()
        self._made: dict[int, Any] = {}
        self._points: list[tuple[int, npt.NDArray[np.float64]]] = []
        self._lines: list[tuple[int, npt.NDArray[np.float64]]] = []
        self._rings: list[npt.NDArray[np.float64]] = []
        self._ring_polygon: list[int] = []
        self._polygon_feature: list[int] = []

    def next(self) -> int:
        """Start the next feature and give its index."""
        self.count += 1
        return self.count - 1

    def coordinates(self, values: Any, feature: int) -> npt.NDArray[np.float64]:
        """[n, 2] from a list of [x, y, …]; counts vertices against the limit."""
        try:
            array = np.array(values, np.float64)
        except OverflowError as error:  # an integer of 400 digits
            raise not_finite(place(self.word, feature + 1)) from error
        except (ValueError, TypeError):
            try:  # some vertices with a height and some without
                array = np.array([position[:2] for position in values], np.float64)
            except (ValueError, TypeError, IndexError) as error:
                raise malformed(self.word, feature + 1, "座標が数の組ではありません", "a position is not a pair of numbers") from error
        if array.size == 0:
            return np.empty((0, 2))
        if array.ndim != 2 or array.shape[1] < 2:
            raise malformed(self.word, feature + 1, "座標の入れ子の深さが違います", "positions are nested to the wrong depth")
        self.vertices += len(array)
        ceilings.check_count("頂点数", "vertices", self.vertices, ceilings.limits().vertices, place(self.word, feature + 1))
        if not (np.abs(array[:, :2]) < LARGEST).all():  # NaN is not either
            raise not_finite(place(self.word, feature + 1))
        if array.shape[1] > 2 and array[:, 2].any():
            self.tall.add(feature)
        return array[:, :2]

    def point(self, feature: int, xy: npt.NDArray[np.float64]) -> None:
        """One point, xy [1, 2] (empty: an empty point)."""
        if len(xy):
            self._points.append((feature, xy[0]))
        else:
            self.made(feature, None)

    def line(self, feature: int, xy: npt.NDArray[np.float64]) -> None:
        """One line of a feature; a line of one point is left out."""
        if len(xy) >= 2:
            self._lines.append((feature, xy))
        else:
            self._short(feature)

    def polygon(self, feature: int, rings: Iterable[npt.NDArray[np.float64]]) -> None:
        """One polygon of a feature: outer ring, then holes. Rings that enclose nothing are left out."""
        number = len(self._polygon_feature)
        kept = 0
        for position, ring in enumerate(rings):
            if len(ring) < 3 or (len(ring) == 3 and (ring[0] == ring[-1]).all()):
                self._short(feature)
                if position == 0:
                    return  # no shell: its holes cut nothing
                continue
            self._rings.append(ring)
            self._ring_polygon.append(number)
            kept += 1
        if kept:
            self._polygon_feature.append(feature)

    def made(self, feature: int, shape: Any) -> None:
        """A shape that is already built (collections, None)."""
        self._made[feature] = shape

    def _short(self, feature: int) -> None:
        self.short_rings += 1
        if len(self.short_places) < 20:
            self.short_places.append(feature + 1)

    def remarks(self) -> list[Remark]:
        """What was left out inside features."""
        found: list[Remark] = []
        if self.tall:
            text = Text(f"高さ（Z）の値を {len(self.tall):,} 件から落としました。", f"heights (Z) dropped from {len(self.tall):,} shapes")
            places = tuple(str(place(self.word, feature + 1)) for feature in sorted(self.tall)[:20])
            found.append(Remark("info", "geometry-z", text, len(self.tall), places))
        if self.short_rings:
            text = Text(
                f"点が足りず面や線にならない部分 {self.short_rings:,} 個を省きました（面積・長さ 0）。",
                f"{self.short_rings:,} parts with too few points to enclose or join anything were left out",
            )
            places = tuple(str(place(self.word, number)) for number in self.short_places)
            found.append(Remark("warn", "part-too-short", text, self.short_rings, places))
        return found

    def shapes(self) -> Geometries:
        """All features' shapes, in order; None where a feature had none."""
        import shapely

        result = np.full(self.count, None, object)
        if self._points:
            where = np.array([feature for feature, _ in self._points])
            _place_parts(result, where, shapely.points(np.array([xy for _, xy in self._points])), shapely.multipoints)
        if self._lines:
            arrays = [xy for _, xy in self._lines]
            index = np.repeat(np.arange(len(arrays)), [len(xy) for xy in arrays])
            parts = shapely.linestrings(np.concatenate(arrays), indices=index)
            _place_parts(result, np.array([feature for feature, _ in self._lines]), parts, shapely.multilinestrings)
        if self._rings:
            index = np.repeat(np.arange(len(self._rings)), [len(ring) for ring in self._rings])
            rings = shapely.linearrings(np.concatenate(self._rings), indices=index)
            parts = shapely.polygons(rings, indices=np.array(self._ring_polygon))
            _place_parts(result, np.array(self._polygon_feature), parts, shapely.multipolygons)
        for feature, shape in self._made.items():
            result[feature] = shape
        return result


def _place_parts(result: Geometries, features: npt.NDArray[np.int64], parts: Geometries, gather: Any) -> None:
    """Put parts into their features; a feature of several parts becomes a multi-part shape."""
    unique, inverse, counts = np.unique(features, return_inverse=True, return_counts=True)
    single = counts[inverse] == 1
    result[features[single]] = parts[single]
    if not single.all():
        order = np.argsort(inverse[~single], kind="stable")
        several = inverse[~single][order]
        compact = np.unique(several, return_inverse=True)
        result[unique[compact[0]]] = gather(parts[~single][order], indices=compact[1])
