"""The CRS that a study takes its distances in: metres on the ground, where the study is.

What was written can be no CRS at all, degrees, feet, a picture's projection or one made for elsewhere: each gives
distances that look like kilometres and are none. It is asked in two steps, as a study is read before its boundaries are.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from geodata.crs.names import crs_name, parse_crs, short_name
from geodata.errors import DataError, Text
from geodata.prefectures import FIRST_EPSG, FURTHER_ZONES, PREFECTURES, plane_zones
from geodata.prefectures import metric_crs as main_zone

if TYPE_CHECKING:
    from pyproj import CRS

ZONES = range(1, 20)  # 平面直角座標系 I to XIX
STRETCH = 0.02  # continental grids are off by up to 1.8 % at their rims, Mercator by 4 % at 16 degrees of latitude
BESIDE_DEGREES = 3.0  # the neighbouring zone, and land at the rim of its own, are measured well enough
WEB_MERCATOR = "Popular Visualisation Pseudo Mercator"  # as EPSG names the method of 3857 and its kin


def metric_crs(text: str, prefecture: str = "") -> CRS:
    """The CRS named by `text`, projected and in metres; DataError where it is not. prefecture: two digits, for the advice."""
    try:
        crs = parse_crs(text)
    except DataError as error:
        if error.code == "crs-unusable":  # geocentric, or heights alone
            raise _not_metres(text, prefecture) from error
        raise _refused(
            "metric-crs-unknown",
            Text(
                f"metric_crs の「{short_name(text)}」という座標系はありません（書き間違い？）。",
                f"metric_crs {short_name(text)!r} is no CRS (a typing error?)",
            ),
            prefecture,
        ) from error
    if not crs.is_projected or any(axis.unit_conversion_factor != 1.0 for axis in crs.axis_info[:2]):
        raise _not_metres(text, prefecture)
    if crs.coordinate_operation is not None and crs.coordinate_operation.method_name == WEB_MERCATOR:
        raise _refused(
            "metric-crs-web",
            Text(
                f"metric_crs の {crs_name(crs)} はウェブ地図の絵のための座標系で、距離が実際と違います（日本で2〜4割長くなります）。",
                f"metric_crs {crs_name(crs)} is made for pictures on the web: its distances are not true (20-40 % too long in Japan)",
            ),
            prefecture,
        )
    return crs


def check_place(text: str, shapes: npt.NDArray[np.object_], prefecture: str = "") -> None:
    """DataError where the CRS named by `text` is not made for the place of `shapes`.

    shapes: the study's own municipalities in degrees (JGD2011), object[n]. The place is that of the municipality in the
    middle, so that islets far off do not speak for a prefecture.
    """
    from pyproj import Proj

    crs = metric_crs(text, prefecture)
    lon, lat = _middle(shapes)
    where = Text(f"東経{lon:.1f}度・北緯{lat:.1f}度" if lon >= 0 and lat >= 0 else f"経度{lon:.1f}・緯度{lat:.1f}", f"{lon:.1f}, {lat:.1f}")
    area = crs.area_of_use
    # a part of 北海道, 東京, 鹿児島 or 沖縄 may well be measured in the main zone of its prefecture
    several = prefecture in FURTHER_ZONES and plane_zone(text) in plane_zones(prefecture)
    if area is not None and area.west < area.east and not several:
        off = max(area.west - lon, lon - area.east, area.south - lat, lat - area.north)
        if off > BESIDE_DEGREES:
            raise _refused(
                "metric-crs-elsewhere",
                Text(
                    f"metric_crs の {crs_name(crs)}（{crs.name}）は別の地域の座標系です。調査の対象（{where.ja}付近）は、"
                    f"その使用範囲から約{off:.0f}度離れています。",
                    f"metric_crs {crs_name(crs)} ({crs.name}) is made for elsewhere: the study (near {where.en}) lies {off:.0f} degrees off",
                ),
                prefecture,
            )
    factors = Proj(crs).get_factors(lon, lat)
    stretch = max(abs(factors.tissot_semimajor - 1.0), abs(factors.tissot_semiminor - 1.0))
    if not stretch <= STRETCH:
        off_by = f"{100 * stretch:.0f} %" if np.isfinite(stretch) else "?"
        raise _refused(
            "metric-crs-stretched",
            Text(
                f"metric_crs の {crs_name(crs)}（{crs.name}）では、調査の対象（{where.ja}付近）の距離が実際と {off_by} 違います。",
                f"metric_crs {crs_name(crs)} ({crs.name}) gets distances wrong by {off_by} where the study is (near {where.en})",
            ),
            prefecture,
        )


def plane_zone(text: str) -> int | None:
    """Which 平面直角座標系 (1 to 19, on any datum) the CRS named by `text` is, None for another one."""
    numbers = _numbers(metric_crs(text))
    return next((zone for zone in ZONES if _numbers_of_zone(zone) == numbers), None)


def _example(prefecture: str) -> Text:
    if prefecture in PREFECTURES:
        code = main_zone(prefecture)
        return Text(f'{PREFECTURES[prefecture]}は metric_crs = "{code}"', f'metric_crs = "{code}" for prefecture {prefecture}')
    return Text(
        "日本なら都道府県ごとの平面直角座標系 EPSG:6669〜6687、三重県は EPSG:6674。外国ならその国の座標系か UTM",
        "the plane rectangular CS of the prefecture, a national grid, or UTM",
    )


def _middle(shapes: npt.NDArray[np.object_]) -> tuple[float, float]:
    import shapely

    points = shapely.get_coordinates(shapely.point_on_surface(shapes))
    order = np.argsort(points[:, 0], kind="stable")
    lon, lat = points[order[len(points) // 2]]
    return float(lon), float(lat)


@lru_cache(maxsize=len(ZONES))
def _numbers_of_zone(zone: int) -> tuple[float, ...]:
    return _numbers(parse_crs(f"EPSG:{FIRST_EPSG + zone - 1}"))


def _numbers(crs: CRS) -> tuple[float, ...]:
    """The numbers of the projection (origin, scale, false origin), to 1e-9."""
    operation = crs.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return ()
    return tuple(round(float(parameter.value) * parameter.unit_conversion_factor, 9) for parameter in operation.params)


def _not_metres(text: str, prefecture: str) -> DataError:
    return _refused(
        "metric-crs-not-metres",
        Text(
            f"metric_crs の「{short_name(text)}」はメートルの座標系ではありません（経緯度やフィートでは距離を測れません）。",
            f"metric_crs {short_name(text)} is not in metres: degrees and feet measure no distance",
        ),
        prefecture,
    )


def _refused(code: str, problem: Text, prefecture: str) -> DataError:
    example = _example(prefecture)
    return DataError(
        code,
        problem,
        Text(
            f"study.toml の [study] metric_crs に、対象地域のメートルの座標系を書いてください（{example.ja}）。",
            f"name a projected CRS in metres for the place of the study in [study] metric_crs of study.toml ({example.en})",
        ),
        "study.toml",
        Text("[study] metric_crs", "[study] metric_crs"),
    )
