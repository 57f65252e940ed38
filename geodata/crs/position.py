"""Do the coordinates of a layer lie where its CRS and the study say? Contradictions are refused."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geodata.crs.names import CRS_REMEDY, crs_name
from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from pyproj import CRS

    from geodata.report import IntakeReport

Box = tuple[float, float, float, float]
BoxArray = npt.NDArray[np.float64]  # [n, 4]: west, south, east, north of each feature

JAPAN: Box = (122.0, 20.0, 154.0, 46.0)
DEGREES: Box = (-180.0, -90.0, 360.0, 90.0)  # some files count longitude to 360
FARTHEST_M = 1e8  # more than twice round the earth, in any unit of length down to the foot
NEAR_MARGIN_DEGREES = 0.5
AREA_MARGIN_DEGREES = 5.0
MOST = 0.5

SWAP_REMEDY = Text(
    "経度（東経 122〜154）を x、緯度（北緯 20〜46）を y の順に入れ替えて書き出し直してください（QGIS では「XY座標の入れ替え」）。",
    'put longitude in x and latitude in y and export again (QGIS: "Swap X and Y coordinates")',
)


ELSEWHERE_REMEDY = Text(
    f"別の地域のファイルなら、正しいファイルに替えてください。座標系の取り違えなら、{CRS_REMEDY.ja}",
    f"another region's file: take the right one; a wrong CRS: {CRS_REMEDY.en}",
)


def check_numbers(boxes: BoxArray, crs: CRS, file_box: Box) -> None:
    """Refuse coordinates that cannot be in `crs`: metres called degrees, degrees called metres, swapped."""
    west, south, east, north = file_box
    if crs.is_geographic:
        if _within(file_box, DEGREES):
            if _within((south, west, north, east), JAPAN) and not _within(file_box, JAPAN):
                raise _swapped(file_box)
            return
        if _within((south, west, north, east), JAPAN):
            raise _swapped(file_box)
        raise _contradiction(
            f"経緯度（{crs_name(crs)}）と書かれていますが、座標の範囲 {_box(file_box)} は度ではありません（メートルのようです）。",
            f"called degrees ({crs_name(crs)}), but the coordinates {_box(file_box)} are no degrees (metres?)",
        )
    if max(map(abs, file_box)) > FARTHEST_M:
        raise _contradiction(
            f"座標の範囲 {_box(file_box)} が、地球上の位置としては大きすぎます（{crs_name(crs)}）。",
            f"the coordinates {_box(file_box)} are too large for any place on earth ({crs_name(crs)})",
        )
    if _within(file_box, (-180.0, -90.0, 180.0, 90.0)) and (max(abs(east), abs(west)) > 1 or len(boxes) > 1):
        raise _contradiction(
            f"メートルの座標系（{crs_name(crs)}）と書かれていますが、座標の範囲 {_box(file_box)} は経緯度（度）のようです。",
            f"called metres ({crs_name(crs)}), but the coordinates {_box(file_box)} look like degrees",
        )


def check_area_of_use(crs: CRS, degrees_box: Box) -> None:
    """Refuse data that its CRS puts far outside the area that the CRS is made for."""
    area = crs.area_of_use
    if area is None or area.east < area.west:
        return
    room: Box = (
        area.west - AREA_MARGIN_DEGREES,
        area.south - AREA_MARGIN_DEGREES,
        area.east + AREA_MARGIN_DEGREES,
        area.north + AREA_MARGIN_DEGREES,
    )
    if not _touch(np.array([degrees_box]), room)[0]:
        raise _contradiction(
            f"座標系 {crs_name(crs)} の使用範囲（{area.name}）から遠く離れた所（{_box(degrees_box)}）になります。",
            f"{crs_name(crs)} puts the data at {_box(degrees_box)}, far from where it is used ({area.name})",
        )


def check_near(boxes: BoxArray, near: Box, numbers: Sequence[str], report: IntakeReport) -> None:
    """Hold the features' degrees against the place of the study.

    None near, or most of them far though the layer is not simply wider than the study: refuse. A few far:
    warn and list them (they are kept).
    """
    west, south, east, north = near
    # a study is a prefecture: half its width is "its surroundings", and at least half a degree
    margin_x = max(NEAR_MARGIN_DEGREES, (east - west) / 2)
    margin_y = max(NEAR_MARGIN_DEGREES, (north - south) / 2)
    room: Box = (west - margin_x, south - margin_y, east + margin_x, north + margin_y)
    inside = _touch(boxes, room)
    whole = _total(boxes)
    if not inside.any():
        flipped = boxes[:, [1, 0, 3, 2]]
        if _touch(flipped, room).all():
            raise _swapped(whole)
        raise _elsewhere(
            f"データの位置（{_box(whole)}）が、対象地域の周辺（{_box(room)}）にありません。座標系（系番号・測地系）の取り違えか、別の地域のデータです。",
            f"the data lies at {_box(whole)}, not around the study area {_box(room)}: a wrong CRS (zone, datum) or another region's data",
        )
    far = np.flatnonzero(~inside)
    wider = _touch(boxes, near).any() and _within(near, whole)
    if not len(far) or wider:
        return
    if len(far) > MOST * len(boxes):
        raise _elsewhere(
            f"{len(boxes):,} 件中 {len(far):,} 件が対象地域の周辺にありません。",
            f"{len(far):,} of {len(boxes):,} features are not around the study area",
        )
    report.note(
        "warn",
        "far-away",
        Text(
            f"対象地域から離れた所に {len(far):,} 件あります（除かずに読みました）。位置の誤りでないか確かめてください。",
            f"{len(far):,} features lie far from the study area (kept): check their position",
        ),
        len(far),
        [numbers[k] for k in far[:20]],
    )


def _touch(boxes: BoxArray, room: Box) -> npt.NDArray[np.bool_]:
    return np.asarray((boxes[:, 0] <= room[2]) & (boxes[:, 2] >= room[0]) & (boxes[:, 1] <= room[3]) & (boxes[:, 3] >= room[1]))


def _within(inner: Any, outer: Box) -> bool:
    return bool(outer[0] <= inner[0] and outer[1] <= inner[1] and inner[2] <= outer[2] and inner[3] <= outer[3])


def _total(boxes: BoxArray) -> Box:
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _box(box: Box) -> str:
    return "〜".join(", ".join(f"{value:.6g}" for value in corner) for corner in (box[:2], box[2:]))


def _swapped(box: Box) -> DataError:
    return DataError(
        "coordinates-swapped",
        Text(
            f"経度と緯度が入れ替わっています（x, y の範囲 {_box(box)}）。", f"longitude and latitude are swapped (x, y within {_box(box)})"
        ),
        SWAP_REMEDY,
    )


def _contradiction(ja: str, en: str) -> DataError:
    return DataError("crs-contradiction", Text(ja, en), CRS_REMEDY)


def _elsewhere(ja: str, en: str) -> DataError:
    return DataError("crs-contradiction", Text(ja, en), ELSEWHERE_REMEDY)
