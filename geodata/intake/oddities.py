"""Layers that are sound and still odd: tangles, records that repeat, frames of maps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.formats import raw as formats_raw
from geodata.safety import ceilings

if TYPE_CHECKING:
    from geodata.report import IntakeReport

IntArray = npt.NDArray[np.int64]

SAMPLED_EDGES = 100
ORDINARY = 100.0  # L² / (π A) of a circle is about 3, of a ragged coast some tens
FRAME_SHARE = 0.9  # of the layer's extent
FRAME_VERTICES = 10


def names_of(raw: formats_raw.RawLayer, rows: Iterable[int]) -> list[str]:
    """ "レコード 3" and so on for the first of `rows`."""
    return [str(formats_raw.place(raw.word, int(raw.numbers[row]))) for row in list(rows)[:20]]


def check_tangles(shapes: formats_raw.Geometries, polygons: npt.NDArray[np.bool_], raw: formats_raw.RawLayer, rows: IntArray) -> None:
    """Refuse a layer whose rings cut themselves so often that repairing them would take all time and memory.

    Lines of total length L within an area A cross about L² / (π A) times; only where that is much are the
    rings looked at, and their crossings counted on a sample of edges.
    """
    most = ceilings.limits().crossings
    at = np.flatnonzero(polygons)
    west, south, east, north = shapely.bounds(shapes[at]).T
    area = np.maximum((east - west) * (north - south), np.finfo(float).tiny)
    likely = shapely.length(shapes[at]) ** 2 / (np.pi * area)
    crowded = likely > ORDINARY
    if likely[crowded].sum() < most / 4:
        return
    total = 0.0
    for one in at[crowded]:
        ceilings.check_time()
        rings = shapely.get_rings(shapes[one])
        for ring in rings[~shapely.is_simple(rings)]:
            total += crossings(shapely.get_coordinates(ring))
        if total > most:
            raise DataError(
                "too-tangled",
                Text(
                    f"輪が自分自身と約 {total:,.0f} 回も交差していて、直せません。",
                    f"rings cut themselves about {total:,.0f} times: they cannot be repaired",
                ),
                Text(
                    "この図形を GISソフトで削除するか、元のデータから作り直してください。",
                    "delete this shape with GIS software or make it again",
                ),
                where=formats_raw.place(raw.word, int(raw.numbers[rows[one]])),
            )


def crossings(xy: npt.NDArray[np.float64]) -> float:
    """Estimated number of crossings of a closed line with itself, from SAMPLED_EDGES evenly spaced edges."""
    start, end = xy[:-1], xy[1:]
    picked = np.unique(np.linspace(0, len(start) - 1, SAMPLED_EDGES).astype(int))
    found = 0
    for a, b in zip(start[picked], end[picked], strict=True):
        parted = _side(a, b, start) * _side(a, b, end) < 0
        found += int((parted & (_side(start, end, a) * _side(start, end, b) < 0)).sum())
    return found * len(start) / len(picked) / 2


def _side(a: Any, b: Any, c: Any) -> Any:
    return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (c[..., 0] - a[..., 0])


def tell_duplicates(shapes: formats_raw.Geometries, rows: IntArray, raw: formats_raw.RawLayer, geometry: str, report: IntakeReport) -> None:
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
        report.note("warn", "duplicates", text, len(found), names_of(raw, rows[found]))
    other = np.flatnonzero(same_shape & ~same)
    if len(other):
        text = Text(
            f"位置・形が他と同じもの（属性は別）が {len(other):,} 件あります。",
            f"{len(other):,} records share their shape with another (attributes differ)",
        )
        report.note("info", "same-place", text, len(other), names_of(raw, rows[other]))


def tell_frame(shapes: formats_raw.Geometries, rows: IntArray, raw: formats_raw.RawLayer, report: IntakeReport) -> None:
    """Warn of a rectangle as large as the whole layer: the frame of a map, not an area."""
    if len(shapes) < 2:
        return
    west, south, east, north = shapely.total_bounds(shapes)
    whole = (east - west) * (north - south)
    boxes = shapely.bounds(shapes)
    sizes = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    likely = np.flatnonzero((sizes > FRAME_SHARE * whole) & (shapely.get_num_coordinates(shapes) <= FRAME_VERTICES) & (whole > 0))
    # of their union: two halves of a rectangle cut along its diagonal, one lying over the other, are as large as it and no frame
    frames = [row for row in likely if shapely.area(shapely.union_all(shapely.get_parts(shapes[row]))) > 0.99 * sizes[row]]
    if frames:
        text = Text(
            f"データ全体を覆う長方形が {len(frames)} 件あります。地図の枠線なら、全域がエリア内になってしまうので削除してください。",
            f"{len(frames)} rectangles cover the whole layer: if they are a map's frame, delete them, for they cover everything",
        )
        report.note("warn", "frame-rectangle", text, len(frames), names_of(raw, rows[frames]))
