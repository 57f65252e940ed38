"""A raw layer to a checked one: nothing kept that cannot be used, nothing left out without being counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.crs import crs_name, decide_crs, parse_crs, to_target, transformer
from geodata.errors import DataError, Text
from geodata.formats.raw import LARGEST, Geometries, RawLayer, not_finite, place
from geodata.limits import check_count, check_time, limits
from geodata.position import Box, check_area_of_use, check_near, check_numbers
from geodata.repair import repair_polygons
from geodata.table import clean_columns

if TYPE_CHECKING:
    import geopandas as gpd

    from geodata.report import IntakeReport

Wanted = Literal["polygon", "point", "line", "any"]
IntArray = npt.NDArray[np.int64]

# shapely type ids
_FAMILY = {
    "point": (0, 4),
    "line": (1, 2, 5),
    "polygon": (3, 6),
}
_COLLECTION = 7
_NAMES = {
    "polygon": Text("面（ポリゴン）", "polygon"),
    "line": Text("線", "line"),
    "point": Text("点", "point"),
    "any": Text("図形", "shape"),
}
SAMPLED_EDGES = 200
DEGREES_CRS = "EPSG:4326"
SLIVER_M2 = 1.0


def checked(
    raw: RawLayer,
    report: IntakeReport,
    *,
    geometry: Wanted,
    crs: str | None,
    target_crs: str,
    near: Box | None,
) -> gpd.GeoDataFrame:
    """The layer in `target_crs`, 2-D, repaired, one row per usable record; `report` tells the rest."""
    import geopandas as gpd

    check_count("地物数", "features", len(raw.geometries), limits().features)
    shapes, rows = _usable(raw, report)
    shapes, rows = _of_kind(shapes, rows, raw, geometry, report)
    shapes = _flat(shapes, raw, rows, report)
    source = decide_crs(raw.crs, crs, report)
    _check_place(shapes, rows, raw, source, near, report)
    shapes = to_target(shapes, source, target_crs, report)
    if geometry == "polygon" or geometry == "any":
        shapes, rows = _repaired(shapes, rows, raw, report)
    _tell_duplicates(shapes, rows, raw, geometry, report)
    _tell_frame(shapes, rows, raw, report)
    attributes = clean_columns(raw.attributes.iloc[rows].reset_index(drop=True), report)
    report.accepted = len(rows)
    report.facts |= {"rows": len(rows), "columns": [str(name) for name in attributes.columns]}
    report.facts["bounds"] = [round(float(value), 9) for value in shapely.total_bounds(shapes)]
    return gpd.GeoDataFrame(attributes, geometry=shapes, crs=target_crs)


def _names(raw: RawLayer, rows: Iterable[int]) -> list[str]:
    return [str(place(raw.word, int(raw.numbers[row]))) for row in list(rows)[:20]]


def _usable(raw: RawLayer, report: IntakeReport) -> tuple[Geometries, IntArray]:
    """Shapes that exist and whose coordinates are numbers, and their rows."""
    shapes = raw.geometries
    missing = shapely.is_missing(shapes)
    empty = shapely.is_empty(shapes) & ~missing
    null = np.flatnonzero(missing)
    word = raw.word
    report.exclude(
        "geometry-null",
        Text(f"図形のない{word.ja} {len(null):,} 件を除きました。", f"{len(null):,} {word.en}s without a shape were left out"),
        len(null),
        _names(raw, null),
    )
    gone = np.flatnonzero(empty)
    report.exclude(
        "geometry-empty",
        Text(f"図形が空の{word.ja} {len(gone):,} 件を除きました。", f"{len(gone):,} {word.en}s with an empty shape were left out"),
        len(gone),
        _names(raw, gone),
    )
    rows = np.flatnonzero(~missing & ~empty)
    check_count("頂点数", "vertices", int(shapely.get_num_coordinates(shapes[rows]).sum()), limits().vertices)
    _check_finite(shapes[rows], rows, raw)
    return shapes[rows], rows


def _check_finite(shapes: Geometries, rows: IntArray, raw: RawLayer) -> None:
    places, index = shapely.get_coordinates(shapes, return_index=True)
    good = (np.abs(places) < LARGEST).all(axis=1)  # NaN is not either
    if not good.all():
        row = int(rows[index[np.argmin(good)]])
        count = len(np.unique(index[~good]))
        raise not_finite(place(raw.word, int(raw.numbers[row])), count)


def _of_kind(
    shapes: Geometries, rows: IntArray, raw: RawLayer, geometry: Wanted, report: IntakeReport
) -> tuple[Geometries, IntArray]:
    """Only shapes of the wanted kind; collections give up their parts of that kind."""
    if not len(shapes):
        raise _nothing_left(raw, geometry)
    if geometry == "any":
        return shapes, rows
    kinds = shapely.get_type_id(shapes)
    wanted = np.isin(kinds, _FAMILY[geometry])
    mixed = np.flatnonzero(kinds == _COLLECTION)
    if len(mixed):
        shapes = shapes.copy()
        for row in mixed:
            shapes[row] = _parts_of_kind(shapes[row], geometry)
            wanted[row] = shapes[row] is not None
        report.note(
            "warn",
            "geometry-collection",
            Text(
                f"種類の混ざった図形 {len(mixed):,} 件から{_NAMES[geometry].ja}の部分だけを使いました。",
                f"only the {_NAMES[geometry].en} parts of {len(mixed):,} mixed shapes were used",
            ),
            len(mixed),
            _names(raw, rows[mixed]),
        )
    other = np.flatnonzero(~wanted)
    if len(other) == len(shapes):
        raise _nothing_left(raw, geometry)
    report.exclude(
        "geometry-kind",
        Text(f"{_NAMES[geometry].ja}ではない図形 {len(other):,} 件を除きました。", f"{len(other):,} shapes that are no {_NAMES[geometry].en} were left out"),
        len(other),
        _names(raw, rows[other]),
    )
    return shapes[wanted], rows[wanted]


def _parts_of_kind(shape: Any, geometry: Wanted) -> Any:
    parts = shapely.get_parts(np.array([shape], object))
    while (shapely.get_type_id(parts) == _COLLECTION).any():
        parts = shapely.get_parts(parts)
    parts = shapely.get_parts(parts)
    kept = parts[np.isin(shapely.get_type_id(parts), _FAMILY[geometry])]
    if not len(kept):
        return None
    gather = {"polygon": shapely.multipolygons, "line": shapely.multilinestrings, "point": shapely.multipoints}
    return gather[geometry](kept)


def _nothing_left(raw: RawLayer, geometry: Wanted) -> DataError:
    return DataError(
        "nothing-left",
        Text(
            f"使える{_NAMES[geometry].ja}が1件もありません（{raw.word.ja} {raw.records:,} 件中）。",
            f"not one usable {_NAMES[geometry].en} among {raw.records:,} {raw.word.en}s",
        ),
        Text(
            f"{_NAMES[geometry].ja}のデータかどうか確かめ、GISソフトで開けるファイルを指定してください。",
            f"check that this is a {_NAMES[geometry].en} layer and that GIS software opens it",
        ),
    )


def _flat(shapes: Geometries, raw: RawLayer, rows: IntArray, report: IntakeReport) -> Geometries:
    tall = np.flatnonzero(shapely.has_z(shapes) | shapely.has_m(shapes))
    if not len(tall):
        return shapes
    text = Text(f"高さなど（Z・M）の値を {len(tall):,} 件から落としました。", f"heights or measures (Z, M) dropped from {len(tall):,} shapes")
    report.note("info", "geometry-z", text, len(tall), _names(raw, rows[tall]))
    return np.asarray(shapely.force_2d(shapes), object)


def _check_place(
    shapes: Geometries, rows: IntArray, raw: RawLayer, source: Any, near: Box | None, report: IntakeReport
) -> None:
    boxes = shapely.bounds(shapes)
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    check_numbers(boxes, source, (west, south, east, north))
    degrees = boxes
    if source.is_projected or near is not None:
        route = transformer(source, parse_crs(DEGREES_CRS))
        degrees = np.column_stack([*route.transform(boxes[:, 0], boxes[:, 1]), *route.transform(boxes[:, 2], boxes[:, 3])])
        if not np.isfinite(degrees).all():
            raise DataError(
                "crs-contradiction",
                Text(f"座標系 {crs_name(source)} では地上の位置にならない座標です。", f"the coordinates are no place on the ground in {crs_name(source)}"),
                Text("作成元に座標系を確かめてください。", "ask who made it for the true CRS"),
            )
        low, high = degrees[:, :2].min(axis=0), degrees[:, 2:].max(axis=0)
        if source.is_projected:
            check_area_of_use(source, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if near is not None:
        check_near(degrees, near, [str(place(raw.word, int(raw.numbers[row]))) for row in rows], report)


def _repaired(
    shapes: Geometries, rows: IntArray, raw: RawLayer, report: IntakeReport
) -> tuple[Geometries, IntArray]:
    """Polygons made valid; those that enclose nothing are left out."""
    polygons = np.isin(shapely.get_type_id(shapes), _FAMILY["polygon"])
    _check_crossings(shapes, rows, raw, polygons)
    mended = shapes.copy()
    mended[polygons], count = repair_polygons(shapes[polygons])
    position = np.flatnonzero(polygons)
    if len(count.invalid):
        text = Text(
            f"輪の交差など形の誤りがある面 {len(count.invalid):,} 件を直しました。",
            f"{len(count.invalid):,} polygons with crossing or broken rings were repaired",
        )
        report.note("warn", "geometry-repaired", text, len(count.invalid), _names(raw, rows[position[count.invalid]]))
    nothing = np.zeros(len(shapes), bool)
    nothing[polygons] = shapely.is_empty(mended[polygons]) | (shapely.area(mended[polygons]) == 0)
    collapsed = np.flatnonzero(nothing)
    report.exclude(
        "geometry-collapsed",
        Text(f"面積のない面 {len(collapsed):,} 件を除きました。", f"{len(collapsed):,} polygons that enclose nothing were left out"),
        len(collapsed),
        _names(raw, rows[collapsed]),
    )
    if nothing.all():
        raise _nothing_left(raw, "polygon")
    return mended[~nothing], rows[~nothing]


def _check_crossings(shapes: Geometries, rows: IntArray, raw: RawLayer, polygons: npt.NDArray[np.bool_]) -> None:
    """Refuse rings that cut themselves so often that repairing them would never end.

    Only rings that are not simple are looked at; crossings are estimated from a sample of edges.
    """
    parts, of_shape = shapely.get_parts(shapes[polygons], return_index=True)
    rings, of_part = shapely.get_rings(parts, return_index=True)
    big = np.flatnonzero(shapely.get_num_coordinates(rings) ** 2 > limits().crossings)
    total = 0.0
    for number in big[~shapely.is_simple(rings[big])]:
        check_time()
        total += _crossings(shapely.get_coordinates(rings[number]))
        if total > limits().crossings:
            row = rows[np.flatnonzero(polygons)[of_shape[of_part[number]]]]
            raise DataError(
                "too-tangled",
                Text(f"輪が自分自身と約 {total:,.0f} 回も交差していて、直せません。", f"a ring cuts itself about {total:,.0f} times: it cannot be repaired"),
                Text("この図形を GISソフトで削除するか、元のデータから作り直してください。", "delete this shape with GIS software or make it again"),
                where=place(raw.word, int(raw.numbers[row])),
            )


def _crossings(xy: npt.NDArray[np.float64]) -> float:
    """Estimated number of crossings of a closed line with itself, from SAMPLED_EDGES evenly spaced edges."""
    start, end = xy[:-1], xy[1:]
    picked = np.unique(np.linspace(0, len(start) - 1, SAMPLED_EDGES).astype(int))
    found = 0
    for a, b in zip(start[picked], end[picked], strict=True):
        sides = _side(a, b, start) * _side(a, b, end)
        others = _side(start, end, a) * _side(start, end, b)
        found += int(((sides < 0) & (others < 0)).sum())
    return found * len(start) / len(picked) / 2


def _side(a: Any, b: Any, c: Any) -> Any:
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])


def _tell_duplicates(
    shapes: Geometries, rows: IntArray, raw: RawLayer, geometry: Wanted, report: IntakeReport
) -> None:
    """Records that repeat an earlier one, shape and attributes alike. They are kept."""
    keys = pd.DataFrame({"": shapely.to_wkb(shapes)})
    same_shape = keys.duplicated().to_numpy()
    if not same_shape.any():
        return
    same = pd.concat([keys, raw.attributes.iloc[rows].reset_index(drop=True)], axis=1).duplicated().to_numpy()
    if same.any():
        found = np.flatnonzero(same)
        effect = Text("重なりは1回だけ数えるので面積は変わりません", "overlaps count once, so areas do not change")
        if geometry != "polygon":
            effect = Text("除かずに読みました", "they are kept")
        text = Text(
            f"図形も属性も同じものが {len(found):,} 件重複しています（{effect.ja}）。",
            f"{len(found):,} records repeat another one, shape and attributes ({effect.en})",
        )
        report.note("warn", "duplicates", text, len(found), _names(raw, rows[found]))
    other = np.flatnonzero(same_shape & ~same)
    if len(other):
        text = Text(f"位置・形が他と同じもの（属性は別）が {len(other):,} 件あります。", f"{len(other):,} records share their shape with another (attributes differ)")
        report.note("info", "same-place", text, len(other), _names(raw, rows[other]))


def _tell_frame(shapes: Geometries, rows: IntArray, raw: RawLayer, report: IntakeReport) -> None:
    """Warn of a rectangle as large as the whole layer: the frame of a map, not an area."""
    if len(shapes) < 2:
        return
    west, south, east, north = shapely.total_bounds(shapes)
    whole = (east - west) * (north - south)
    boxes = shapely.bounds(shapes)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    likely = np.flatnonzero((sizes > 0.9 * whole) & (shapely.get_num_coordinates(shapes) <= 10) & (whole > 0))
    frames = [row for row in likely if shapely.area(shapes[row]) > 0.99 * sizes[row]]
    if frames:
        text = Text(
            f"データ全体を覆う長方形が {len(frames)} 件あります。地図の枠線なら、全域がエリア内になってしまうので削除してください。",
            f"{len(frames)} rectangles cover the whole layer: if they are a map's frame, delete them, for they cover everything",
        )
        report.note("warn", "frame-rectangle", text, len(frames), _names(raw, rows[frames]))
