"""The heights that a study reads: each file by what it holds, and what all of them together leave unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from coverage import steps
from coverage.study import sources
from geodata.dem import is_fgd, values_of
from geodata.errors import DataError, Text
from geodata.progress import Progress
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.sources import dem_fgd, dem_raster
from geodata.terrain import Terrain, Tile, disagreements, extent, unknown_share

if TYPE_CHECKING:
    import geopandas as gpd
    import shapely

    from coverage.study import Study

LEAST_MISSING = 0.001  # share of the study's area: less is how two borders of the land were drawn
LEAST_HOLES = 0.01  # rivers and lakes are a little less
DISAGREE_M = 10.0  # geoids differ by a metre or two here, the ellipsoid from them by 30 to 40
MESHES_SHOWN = 10
NEAR = 0.5  # degrees around the study
GEOIDS = {"JGD2000", "JGD2011", "JGD2024", "EGM96", "EGM2008"}  # a metre or two apart in Japan


def read_tiles(spec: sources.TerrainFiles, paths: Sequence[Path]) -> tuple[list[Tile], list[IntakeReport]]:
    """(tiles, a report a file in the order of `paths`): 基盤地図情報 or GeoTIFF, as the file's bytes say."""
    tiles: list[Tile] = []
    reports: dict[Path, IntakeReport] = {}
    fgd = {path: is_fgd(path) for path in dict.fromkeys(paths)}
    for source, chosen in ((dem_fgd, True), (dem_raster, False)):
        own = [path for path, found in fgd.items() if found is chosen]
        found, told = source.read(own, crs=spec.crs, vertical=spec.vertical or "", sea=spec.sea)
        tiles += found
        for path, report in zip(own, told, strict=True):
            report.kind = "terrain"
            report.facts["licence"] = source.LICENCE if spec.credit is None else ""
            report.facts["credit"] = source.CREDIT if spec.credit is None else spec.credit
            reports[path] = report
    return tiles, [reports[path] for path in fgd]


def read_terrain(study: Study, own: gpd.GeoDataFrame, reports: list[IntakeReport], progress: Progress) -> Terrain | None:
    """The study's terrain, None without [terrain]. own: MUNICIPALITIES of the study. What is missing, mixed or contradicting
    over their area is told in the report of the last file; the reports are added to `reports`.

    Every value is read once to be checked and counted (some 10 ms for a 5 m tile, so a minute for a prefecture), none is kept.
    """
    spec = study.terrain
    if spec is None:
        return None
    progress(steps.TERRAIN)
    tiles, found = read_tiles(spec, [study.path(name) for name in spec.files])
    reports += found
    _tell_elsewhere(tiles, own, found)
    area = own.to_crs(CRS_GEOGRAPHIC).geometry.union_all()
    _tell_extent(tiles, area, study.about.metric_crs, found[-1])
    terrain = Terrain(tiles, values_of)
    _tell_holes(terrain, area, found[-1])
    _tell_datums(terrain, found[-1])
    return terrain


def _tell_elsewhere(tiles: list[Tile], own: gpd.GeoDataFrame, reports: list[IntakeReport]) -> None:
    """Warn of files that lie nowhere near the study: right ones beside them do not make them right."""
    west, south, east, north = own.to_crs(CRS_GEOGRAPHIC).total_bounds
    for report in reports:
        boxes = [tile.degrees for tile in tiles if tile.path == Path(report.path)]
        near = any(w < east + NEAR and e > west - NEAR and s < north + NEAR and n > south - NEAR for w, s, e, n in boxes)
        if boxes and not near:
            report.note(
                "warn",
                "terrain-file-elsewhere",
                Text(
                    f"この標高のファイル（{report.facts['bounds']}）は、調査の市町村から遠く離れています。別の地域のファイルか、座標系の取り違えです。",
                    f"this file of heights ({report.facts['bounds']}) lies far from the study's municipalities: another region's, or a wrong CRS",
                ),
            )


def _tell_extent(tiles: list[Tile], area: shapely.Geometry, metric_crs: str, report: IntakeReport) -> None:
    asked = extent(tiles, area, metric_crs)
    shares = {metres: m2 / asked.area_m2 for metres, m2 in asked.by_resolution.items()}
    missing = asked.missing_m2 / asked.area_m2
    report.facts["area_by_resolution"] = {f"{metres:g} m": round(share, 6) for metres, share in shares.items()}
    report.facts["area_without_terrain"] = round(missing, 6)
    if not shares:
        boxes = [tile.degrees for tile in tiles]
        west, south = (min(box[k] for box in boxes) for k in (0, 1))
        east, north = (max(box[k] for box in boxes) for k in (2, 3))
        raise DataError(
            "terrain-elsewhere",
            Text(
                f"標高のファイルが、この調査の市町村に1つも重なりません（位置は東経{west:.3f}〜{east:.3f}度、北緯{south:.3f}〜{north:.3f}度）。",
                f"no file of heights lies over the study's municipalities (they lie at {west:.3f}–{east:.3f} E, {south:.3f}–{north:.3f} N)",
            ),
            Text(
                "別の地域のファイルなら、study.toml の [terrain] の files に、県の2次メッシュの標高データを指定してください。"
                "この地域のファイルなら、座標系の取り違えです。座標系の書かれていない GeoTIFF は [terrain] の crs の系番号を直し、書かれているものは作成元に確かめてください。",
                "If the files are of another region, name heights of the prefecture's own 2次メッシュ in the files of [terrain] in study.toml. "
                "If they are of this one, their CRS is mistaken: mend the zone in crs of [terrain] for a GeoTIFF that names none, else ask its maker.",
            ),
            Path(report.path).name,
        )
    listed = "、".join(f"{metres:g}m {share:.1%}" for metres, share in shares.items())
    if len(shares) > 1:
        report.note(
            "info",
            "terrain-resolutions",
            Text(
                f"調査の面積のうち、標高の細かさは {listed} です（細かいファイルを先に使います）。",
                f"of the study's area, heights come in {listed} (the finest file answers)",
            ),
            len(shares),
        )
    if missing <= LEAST_MISSING:
        return
    shown = "、".join(asked.missing[:MESHES_SHOWN]) + ("…" if len(asked.missing) > MESHES_SHOWN else "")
    report.note(
        "warn",
        "terrain-missing",
        Text(
            f"調査の面積の {missing:.1%}（{asked.missing_m2 / 1e6:,.1f} km²）に標高のファイルがありません。平らとはみなさず、不明とします。"
            f"足りない2次メッシュ: {shown}",
            f"{missing:.1%} of the study's area ({asked.missing_m2 / 1e6:,.1f} km²) lies under no file of heights: unknown, not flat. "
            f"2次メッシュ missing: {shown}",
        ),
        len(asked.missing),
        asked.missing,
    )


def _tell_holes(terrain: Terrain, area: shapely.Geometry, report: IntakeReport) -> None:
    share, places = unknown_share(terrain, area)
    report.facts["area_height_unknown"] = round(share, 6)
    if share:
        report.note(
            "warn" if share > LEAST_HOLES else "info",
            "terrain-holes",
            Text(
                f"調査の面積の約 {share:.2%} は、ファイルはあっても標高がありません（海・川や湖・欠測。{places:,} 地点で調べました）。不明とします。",
                f"about {share:.2%} of the study's area lies under files that have no height there (sea, inland water, gaps; looked at "
                f"in {places:,} places): unknown",
            ),
        )


def _tell_datums(terrain: Terrain, report: IntakeReport) -> None:
    counts = Counter(tile.vertical or "不明" for tile in terrain.tiles)
    listed = "、".join(f"{name}（{count} 枚）" for name, count in sorted(counts.items()))
    in_english = ", ".join(f"{name if name != '不明' else 'unknown'} ({count})" for name, count in sorted(counts.items()))
    if "ellipsoid" in counts and len(counts) > 1:
        raise DataError(
            "terrain-datum-mixed",
            Text(
                f"楕円体高と標高が混ざっています: {listed}。日本では 30〜40 m 食い違います。",
                f"heights above the ellipsoid are mixed with others: {in_english}. They differ by 30 to 40 m in Japan",
            ),
            Text(
                "study.toml の [terrain] の files から、どちらかを除いてください。",
                "take one kind out of the files of [terrain] in study.toml",
            ),
            Path(report.path).name,
        )
    if len(counts) > 1:
        report.note(
            "info" if set(counts) <= GEOIDS else "warn",
            "terrain-datum-mixed",
            Text(
                f"標高の基準が混ざっています: {listed}。そのまま並べて使います（境目で数 m の段差になることがあります）。",
                f"heights are counted from different surfaces: {in_english}. Used side by side, unconverted (steps of some metres)",
            ),
            len(counts),
        )
    for one in disagreements(terrain, DISAGREE_M):
        report.note(
            "warn",
            "terrain-disagrees",
            Text(
                f"{one.second.label} は、重なる {one.first.label} などより中央値で {-one.median_m:+.0f} m 違います（{one.places} 地点）。"
                "標高の基準（楕円体高など）か位置の取り違えでないか確かめてください。",
                f"{one.second.label} differs by {-one.median_m:+.0f} m (median of {one.places} places) from {one.first.label} and "
                "others under it: a wrong vertical datum (the ellipsoid?) or a wrong place",
            ),
            one.places,
            [one.second.label],
        )
