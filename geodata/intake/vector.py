"""A raw layer to a checked one: nothing kept that cannot be used, nothing left out without being counted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import shapely

from geodata.crs import crs_name, decide_crs, parse_crs, to_target, transformer
from geodata.crs import position as crs_position
from geodata.errors import DataError, Text
from geodata.formats import raw as formats_raw
from geodata.intake.oddities import check_tangles, names_of, tell_duplicates, tell_frame
from geodata.repair import repair_polygons
from geodata.safety import ceilings
from geodata.tables import text as tables_text

if TYPE_CHECKING:
    import geopandas as gpd

    from geodata.report import IntakeReport

GeometryKind = Literal["polygon", "point", "line", "any"]
IntArray = npt.NDArray[np.int64]

# shapely type ids
_FAMILY = {"point": (0, 4), "line": (1, 2, 5), "polygon": (3, 6)}
_COLLECTION = 7
_NAMES = {
    "polygon": Text("面（ポリゴン）", "polygon"),
    "line": Text("線", "line"),
    "point": Text("点", "point"),
    "any": Text("図形", "shape"),
}
DEGREES_CRS = "EPSG:4326"


def checked(
    raw: formats_raw.RawLayer,
    report: IntakeReport,
    *,
    geometry: GeometryKind,
    crs: str | None,
    target_crs: str,
    near: crs_position.Box | None,
) -> gpd.GeoDataFrame:
    """The layer in `target_crs`, 2-D, repaired, one row per usable record; `report` tells the rest."""
    import geopandas as gpd

    ceilings.check_count("地物数", "features", len(raw.geometries), ceilings.limits().features)
    shapes, rows = _usable(raw, report)
    shapes, rows = _of_kind(shapes, rows, raw, geometry, report)
    shapes = _flat(shapes, raw, rows, report)
    source = decide_crs(raw.crs, crs, report)
    _check_place(shapes, rows, raw, source, near, report)
    shapes = to_target(shapes, source, target_crs, report)
    if geometry == "polygon" or geometry == "any":
        shapes, rows = _repaired(shapes, rows, raw, report)
    tell_duplicates(shapes, rows, raw, geometry, report)
    tell_frame(shapes, rows, raw, report)
    attributes = tables_text.clean_columns(raw.attributes.iloc[rows].reset_index(drop=True), report)
    report.accepted = len(rows)
    report.facts |= {"rows": len(rows), "columns": [str(name) for name in attributes.columns]}
    report.facts["bounds"] = [round(float(value), 9) for value in shapely.total_bounds(shapes)]
    return gpd.GeoDataFrame(attributes, geometry=shapes, crs=target_crs)


def _usable(raw: formats_raw.RawLayer, report: IntakeReport) -> tuple[formats_raw.Geometries, IntArray]:
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
        names_of(raw, null),
    )
    gone = np.flatnonzero(empty)
    report.exclude(
        "geometry-empty",
        Text(f"図形が空の{word.ja} {len(gone):,} 件を除きました。", f"{len(gone):,} {word.en}s with an empty shape were left out"),
        len(gone),
        names_of(raw, gone),
    )
    rows = np.flatnonzero(~missing & ~empty)
    ceilings.check_count("頂点数", "vertices", int(shapely.get_num_coordinates(shapes[rows]).sum()), ceilings.limits().vertices)
    _check_finite(shapes[rows], rows, raw)
    return shapes[rows], rows


def _check_finite(shapes: formats_raw.Geometries, rows: IntArray, raw: formats_raw.RawLayer) -> None:
    good = (np.abs(shapely.get_coordinates(shapes)) < formats_raw.LARGEST).all(axis=1)  # NaN is not either
    if not good.all():
        index = shapely.get_coordinates(shapes, return_index=True)[1]
        row = int(rows[index[np.argmin(good)]])
        count = len(np.unique(index[~good]))
        raise formats_raw.not_finite(formats_raw.place(raw.word, int(raw.numbers[row])), count)


def _of_kind(
    shapes: formats_raw.Geometries, rows: IntArray, raw: formats_raw.RawLayer, geometry: GeometryKind, report: IntakeReport
) -> tuple[formats_raw.Geometries, IntArray]:
    """Only shapes of the wanted kind; collections give up their parts of that kind."""
    if not len(shapes):
        raise _nothing_left(raw, geometry)
    if geometry == "any":
        return shapes, rows
    kinds = shapely.get_type_id(shapes)
    spec = np.isin(kinds, _FAMILY[geometry])
    mixed = np.flatnonzero(kinds == _COLLECTION)
    if len(mixed):
        shapes = shapes.copy()
        for row in mixed:
            shapes[row] = _parts_of_kind(shapes[row], geometry)
            spec[row] = shapes[row] is not None
        report.note(
            "warn",
            "geometry-collection",
            Text(
                f"種類の混ざった図形 {len(mixed):,} 件から{_NAMES[geometry].ja}の部分だけを使いました。",
                f"only the {_NAMES[geometry].en} parts of {len(mixed):,} mixed shapes were used",
            ),
            len(mixed),
            names_of(raw, rows[mixed]),
        )
    other = np.flatnonzero(~spec)
    if len(other) == len(shapes):
        raise _nothing_left(raw, geometry)
    report.exclude(
        "geometry-kind",
        Text(
            f"{_NAMES[geometry].ja}ではない図形 {len(other):,} 件を除きました。",
            f"{len(other):,} shapes that are no {_NAMES[geometry].en} were left out",
        ),
        len(other),
        names_of(raw, rows[other]),
    )
    return shapes[spec], rows[spec]


def _parts_of_kind(shape: Any, geometry: GeometryKind) -> Any:
    parts = shapely.get_parts(np.array([shape], object))
    while (shapely.get_type_id(parts) == _COLLECTION).any():
        parts = shapely.get_parts(parts)
    parts = shapely.get_parts(parts)
    kept = parts[np.isin(shapely.get_type_id(parts), _FAMILY[geometry])]
    if not len(kept):
        return None
    gather = {"polygon": shapely.multipolygons, "line": shapely.multilinestrings, "point": shapely.multipoints}
    return gather[geometry](kept)


def _nothing_left(raw: formats_raw.RawLayer, geometry: GeometryKind) -> DataError:
    if not raw.records:
        return DataError(
            "no-records",
            Text("ファイルに1件も入っていません（0件）。", "the file holds nothing (0 records)"),
            Text("書き出しの範囲や条件が正しいか確かめ、作り直してください。", "check how it was exported, and export it again"),
        )
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


def _flat(shapes: formats_raw.Geometries, raw: formats_raw.RawLayer, rows: IntArray, report: IntakeReport) -> formats_raw.Geometries:
    tall = np.flatnonzero(shapely.has_z(shapes) | shapely.has_m(shapes))
    if not len(tall):
        return shapes
    text = Text(
        f"高さなど（Z・M）の値を {len(tall):,} 件から落としました。", f"heights or measures (Z, M) dropped from {len(tall):,} shapes"
    )
    report.note("info", "geometry-z", text, len(tall), names_of(raw, rows[tall]))
    return np.asarray(shapely.force_2d(shapes), object)


def _check_place(
    shapes: formats_raw.Geometries,
    rows: IntArray,
    raw: formats_raw.RawLayer,
    source: Any,
    near: crs_position.Box | None,
    report: IntakeReport,
) -> None:
    boxes = shapely.bounds(shapes)
    west, south, east, north = (float(value) for value in shapely.total_bounds(shapes))
    crs_position.check_numbers(boxes, source, (west, south, east, north))
    degrees = boxes
    if source.is_projected or near is not None:
        route = transformer(source, parse_crs(DEGREES_CRS))
        degrees = np.column_stack([*route.transform(boxes[:, 0], boxes[:, 1]), *route.transform(boxes[:, 2], boxes[:, 3])])
        if not np.isfinite(degrees).all():
            raise DataError(
                "crs-contradiction",
                Text(
                    f"座標系 {crs_name(source)} では地上の位置にならない座標です。",
                    f"the coordinates are no place on the ground in {crs_name(source)}",
                ),
                Text("作成元に座標系を確かめてください。", "ask who made it for the true CRS"),
            )
        low, high = degrees[:, :2].min(axis=0), degrees[:, 2:].max(axis=0)
        if source.is_projected:
            crs_position.check_area_of_use(source, (float(low[0]), float(low[1]), float(high[0]), float(high[1])))
    if near is not None:
        crs_position.check_near(degrees, near, [str(formats_raw.place(raw.word, int(raw.numbers[row]))) for row in rows], report)


def _repaired(
    shapes: formats_raw.Geometries, rows: IntArray, raw: formats_raw.RawLayer, report: IntakeReport
) -> tuple[formats_raw.Geometries, IntArray]:
    """Polygons made valid; those that enclose nothing are left out."""
    polygons = np.isin(shapely.get_type_id(shapes), _FAMILY["polygon"])
    check_tangles(shapes, polygons, raw, rows)
    # each shape at its place in the file, so that a refusal names it by its own number
    position = raw.numbers[rows] - 1 if len(set(raw.numbers)) == len(raw.numbers) else np.arange(len(rows))
    spread = np.full(position.max() + 1, None, object)
    spread[position[polygons]] = shapes[polygons]
    repaired, count = repair_polygons(spread)
    mended = shapes.copy()
    mended[polygons] = repaired[position[polygons]]
    if len(count.invalid):
        invalid = np.flatnonzero(np.isin(position, count.invalid))
        text = Text(
            f"輪の交差など形の誤りがある面 {len(count.invalid):,} 件を直しました。",
            f"{len(count.invalid):,} polygons with crossing or broken rings were repaired",
        )
        report.note("warn", "geometry-repaired", text, len(count.invalid), names_of(raw, rows[invalid]))
    nothing = np.zeros(len(shapes), bool)
    nothing[polygons] = shapely.is_empty(mended[polygons]) | (shapely.area(mended[polygons]) == 0)
    collapsed = np.flatnonzero(nothing)
    report.exclude(
        "geometry-collapsed",
        Text(f"面積のない面 {len(collapsed):,} 件を除きました。", f"{len(collapsed):,} polygons that enclose nothing were left out"),
        len(collapsed),
        names_of(raw, rows[collapsed]),
    )
    if nothing.all():
        raise _nothing_left(raw, "polygon")
    return mended[~nothing], rows[~nothing]
