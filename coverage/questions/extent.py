"""Whether lists of roads, areas, shelters and people to come speak of this place at all.

A list of another region holds nothing here, and so does a true list of a place without any: the one must not pass for
the other, for a zone would then read 0 km, 非該当 or 0 か所 where nobody knows.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from coverage.questions.context import Context, names_of, sha256_of
from coverage.questions.question import Kind, Question
from coverage.zones import facilities as zones_facilities
from geodata.errors import Text
from geodata.schema import CRS_GEOGRAPHIC

if TYPE_CHECKING:
    import geopandas as gpd

    from geodata.report import IntakeReport

NEAR_DEGREES = 0.2  # some 20 km: what lies farther off belongs to another region


def questions_of(context: Context) -> list[Question]:
    """Lists of another region, meshes of roads that are missing, towns without a shelter."""
    return [*_elsewhere(context), *_roads_unread(context), *_towns_without_shelter(context)]


def _elsewhere(context: Context) -> list[Question]:
    sources, study = context.inputs.sources, context.study
    found = [
        _question(context.reports_for(spec.files), "roads-elsewhere", "stop", Text("道路", "roads"), count)
        for spec in study.roads
        if (count := _far(context, sources.roads, spec.files))
    ]
    found += [
        _question([report], "areas-elsewhere", "ask", Text("区域", "areas"), count)
        for spec in study.areas
        for report in (context.reports_for(spec.files) if spec.kind != "overrides" else [])
        if (count := _far_areas(context, sources.areas, report))
    ]
    future = study.future_population
    if future is not None and sources.future is not None and sources.future.empty:
        found.append(_question(context.reports_for(future.files), "future-elsewhere", "stop", Text("将来推計人口", "people to come"), 0))
    return found


def _far(context: Context, roads: gpd.GeoDataFrame, files: list[str]) -> int:
    """How many lines these files hold, where not one of them is near the study (one file may be a neighbour's); else 0."""
    mine = roads[roads["source"].isin([PurePosixPath(report.path).name for report in context.reports_for(files)])]
    if mine.empty:
        return 0
    west, south, east, north = _around(context)
    box = mine.to_crs(CRS_GEOGRAPHIC).bounds
    near = (box["minx"] <= east) & (box["maxx"] >= west) & (box["miny"] <= north) & (box["maxy"] >= south)
    return 0 if near.any() else len(mine)


def _far_areas(context: Context, areas: gpd.GeoDataFrame, report: IntakeReport) -> int:
    """How many areas a file holds, where the box around them does not touch the study (a nationwide list's does); else 0."""
    mine = areas[areas["source"] == PurePosixPath(report.path).name]
    if mine.empty:
        return 0
    west, south, east, north = _around(context)
    left, low, right, high = mine.to_crs(CRS_GEOGRAPHIC).total_bounds
    return 0 if left <= east and right >= west and low <= north and high >= south else len(mine)


def _around(context: Context) -> tuple[float, float, float, float]:
    """(west, south, east, north) of the study and its surroundings, degrees."""
    own = context.inputs.municipalities[context.inputs.municipalities.index.isin(context.inputs.in_study)]
    west, south, east, north = (float(side) for side in own.to_crs(CRS_GEOGRAPHIC).total_bounds)
    return west - NEAR_DEGREES, south - NEAR_DEGREES, east + NEAR_DEGREES, north + NEAR_DEGREES


def _question(reports: list[IntakeReport], code: str, kind: Kind, what: Text, count: int) -> Question:
    return Question(
        code,
        kind,
        Text(
            f"{what.ja}のファイル{f'（{count:,}件）' if count else ''}が、調査区域とそのまわりに1件もありません。この調査では0として数えることになります。",
            f"nothing in this file of {what.en} lies in or near the study: it would count as none here",
        ),
        Text(
            "別の地域のファイルなら study.toml でこの地域のものに替えてください。座標系の取り違えなら crs を直してください。"
            + ("" if kind == "stop" else "本当にこの地域に1件も無いのが正しければ [answers] に理由を書いてください。"),
            "if it is another region's file name the right one in study.toml; if its CRS is mistaken mend crs"
            + ("" if kind == "stop" else "; if there truly is nothing here give the reason in [answers]"),
        ),
        names_of(reports),
        sha256_of(reports),
    )


def _roads_unread(context: Context) -> list[Question]:
    """First-order meshes of the study for which no file of N13 was given: their roads are unknown, not none."""
    files = [name for spec in context.study.roads if spec.kind == "n13" for name in spec.files]
    given = context.inputs.sources.roads_meshes
    if given is None or context.inputs.population.level is None:
        return []
    needed = context.cells.frame.index.str[:4]
    missing = {str(code): int(count) for code, count in needed[~needed.isin(given)].value_counts().sort_index().items()}
    if not missing:
        return []
    reports = context.reports_for(files)
    named = "・".join(f"{code}（{count:,}個）" for code, count in missing.items())
    return [
        Question(
            "roads-missing",
            "ask",
            Text(
                f"道路（N13）のファイルが、1次メッシュ {named} について無く、そこの地区の道路の延長は不明です。",
                f"there is no file of N13 for the first-order meshes {', '.join(missing)}: road lengths of zones there are unknown",
            ),
            Text(
                "足りない1次メッシュの N13 のファイルを [[roads]] files に足してください。不明のまま進めるときは [answers] に理由を書いてください。",
                "add the missing files to [[roads]] files; to go on without them give a reason in [answers]",
            ),
            names_of(reports),
            sha256_of(reports, *missing),
        )
    ]


def _towns_without_shelter(context: Context) -> list[Question]:
    """Inhabited municipalities without one shelter though others have some: 国土地理院 gives the files by municipality."""
    files = [name for spec in context.study.facilities if spec.kind == "gsi_shelters" for name in spec.files]
    table = context.inputs.sources.facilities
    shelters = table[table["category"].isin(zones_facilities.SHELTERING)]
    if not files or shelters.empty:
        return []
    cells = context.cells.frame
    at = zones_facilities.cells_of_facilities(shelters, cells, context.inputs.grid)
    having = set(cells["municipality_id"].reindex(at[at != ""]))
    people = cells["population"].groupby(cells["municipality_id"]).sum()
    without = [str(code) for code in people.index[people > 0] if code not in having]
    if not without or not having:
        return []
    reports = context.reports_for(files)
    return [
        Question(
            "shelters-town-missing",
            "ask",
            Text(
                f"避難所が1か所も無い市町村が{len(without)}あります（{context.named(without)}）。国土地理院のファイルは市町村別です。0か所として数えています。",
                f"{len(without)} inhabited municipalities have no shelter at all ({context.named(without)}): counted as none",
            ),
            Text(
                "その市町村のファイルを [[facilities]] files に足してください。本当に1か所も無い（公開していない）ときは [answers] に理由を書いてください。",
                "add their files to [[facilities]] files; if they truly have (or publish) none give the reason in [answers]",
            ),
            names_of(reports),
            sha256_of(reports, *without),
        )
    ]
