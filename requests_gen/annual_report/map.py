"""The map of the annual report: municipalities, all zones by rank, the first ones numbered. One SVG, no date in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import shapely

if TYPE_CHECKING:
    from coverage.result import Result

WIDE, HIGH = 820.0, 1000.0  # units of the drawing
MARGIN = 30.0
STEP = 1.2  # outlines are simplified to this many units
BAR_KM = (1, 2, 5, 10, 20, 50, 100)
INK, PALE, LAND = "#111111", "#777777", "#f2f2f2"


@dataclass(frozen=True)
class ReportMap:
    """svg: letters in it are digits and "km" only. alt: the same in words."""

    svg: bytes
    alt: str


def report_map(result: Result, numbered: list[tuple[int, str]]) -> ReportMap:
    """The study's own municipalities and its zones, north up, in metres of the study's metric_crs.

    numbered: (number, zone_id) of the zones to be named by a number; ranked others are dots, the rest small
    rings.
    """
    import geopandas as gpd

    crs = result.study.about.metric_crs
    codes = set(result.cells["municipality_id"])
    towns = result.municipalities[result.municipalities.index.isin(codes)].to_crs(crs).geometry.to_numpy()
    points = gpd.GeoSeries(gpd.points_from_xy(result.zones["x"], result.zones["y"]), crs=result.grid.crs).to_crs(crs)
    west, south, east, north = shapely.total_bounds(towns)
    unit = min((WIDE - 2 * MARGIN) / (east - west), (HIGH - 2 * MARGIN - 40) / (north - south))

    def place(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return MARGIN + (x - west) * unit, MARGIN + (north - y) * unit

    drawn = [_outline(shapely.simplify(town, STEP / unit), place) for town in towns]
    x, y = place(points.x.to_numpy(), points.y.to_numpy())
    at = {str(zone): (float(x[n]), float(y[n])) for n, zone in enumerate(result.zones.index)}
    ranked = set(result.ranking["rank"].dropna().index.astype(str))
    first = {zone for _, zone in numbered}
    drawn += [_dot(*at[zone], zone in ranked) for zone in at if zone not in first]
    drawn += [_number(number, *at[zone]) for number, zone in reversed(numbered)]
    high = MARGIN * 2 + (north - south) * unit + 40
    drawn.append(_bar(unit, high))
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE:.0f} {high:.0f}" width="{WIDE:.0f}" height="{high:.0f}">{"".join(drawn)}</svg>'
    alt = f"地区の位置図（上が北）。地区{len(at)}のうち順位のある{len(ranked)}を黒丸、上位{len(numbered)}を番号で示す。"
    return ReportMap(svg.encode("utf-8"), alt)


def _outline(town: shapely.Geometry, place: object) -> str:
    path = []
    for ring in shapely.get_rings(shapely.get_parts(town)):
        corners = shapely.get_coordinates(ring)
        x, y = place(corners[:, 0], corners[:, 1])  # type: ignore[operator]
        path.append("M" + "L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True)) + "Z")
    return f'<path d="{"".join(path)}" fill="{LAND}" stroke="{PALE}" stroke-width="1.2" fill-rule="evenodd"/>'


def _dot(x: float, y: float, ranked: bool) -> str:
    if ranked:
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="{INK}" stroke="#ffffff" stroke-width="1"/>'
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="#ffffff" stroke="{PALE}" stroke-width="1.2"/>'


def _number(number: int, x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="17" fill="#ffffff" stroke="{INK}" stroke-width="3"/>'
        f'<text x="{x:.1f}" y="{y + 8:.1f}" font-family="Noto Sans JP" font-size="23" text-anchor="middle" fill="{INK}">{number}</text>'
    )


def _bar(unit: float, high: float) -> str:
    """A scale bar of a round length, a quarter of the width at most."""
    km = max([length for length in BAR_KM if length * 1000 * unit <= WIDE / 4], default=BAR_KM[0])
    x, y = MARGIN, high - 25
    return (
        f'<path d="M{x} {y - 8}V{y}H{x + km * 1000 * unit:.1f}V{y - 8}" fill="none" stroke="{INK}" stroke-width="2.5"/>'
        f'<text x="{x + 8}" y="{y - 8}" font-family="Noto Sans JP" font-size="22" fill="{INK}">{km} km</text>'
    )
