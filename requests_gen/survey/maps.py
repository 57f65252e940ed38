"""A small map of one zone for its municipality: what all carriers together leave out, and what people know it by."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Text
from requests_gen.zone_maps import MapFrames, map_elements, png_of, text_layout
from requests_gen.zone_maps import scene as zone_maps_scene

MAP_MM = (84.0, 62.0)
SCALES = (60, 80, 100, 125, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1500, 2000)  # metres a mm
AROUND_ZONE_M = 900.0
MOST_NAMED = 6
GRID_M = 0.25
# not-spot of a cell: how it is drawn, from the least to the most telling
LOOK_OF = {"unknown": "unknown", "partial": "lacking", "complete": "none_serve"}
PLACE_LOOKS = {"shelter": "shelter", "evacuation_site": "evacuation_site"}


def survey_map(frames: MapFrames, zone_id: str) -> tuple[bytes, str]:
    """(PNG of MAP_MM at 200 dpi, what it shows in words).

    Raises DataError where a name holds a character that the font lacks; KeyError for a zone that is not there.
    """
    return png_of(survey_scene(frames, zone_id)), _words(frames, zone_id)


def survey_scene(frames: MapFrames, zone_id: str) -> zone_maps_scene.Scene:
    """The picture as shapes and words."""
    said = frames.caption
    lines, low = map_elements.footer([said.as_of, said.notice, *frames.boundary_sources], MAP_MM[0])
    scene = zone_maps_scene.Scene(MAP_MM, (0.4, low, MAP_MM[0] - 0.4, MAP_MM[1] - 0.4))
    view = _view(frames, zone_id, scene)
    scene.box("paper", (0, 0, *MAP_MM))
    land = shapely.union_all(frames.near.land.within(view.ground(2.0))[0], grid_size=GRID_M)
    view.draw(scene, "land", land)
    _cells(scene, view, frames, land)
    for look, lines_of in (("border", frames.near.borders), ("outline", frames.near.outline)):
        view.draw(scene, look, lines_of.within(view.ground())[0])
    others = _outlines(scene, view, frames, zone_id)
    room = map_elements.LabelPlacer(scene.frame)
    map_elements.north_arrow(scene, room)
    map_elements.scale_bar(scene, room, view)
    if said.notice:
        map_elements.mark(scene, room, zone_maps_scene.word("fictitious", said.lang))
    _names(scene, room, view, frames, zone_id, others)
    scene.box("frame", scene.frame)
    map_elements.write_footer(scene, lines)
    return scene


def _view(frames: MapFrames, zone_id: str, scene: zone_maps_scene.Scene) -> zone_maps_scene.View:
    west, south, east, north = shapely.bounds(frames.zone_shapes.shapes[frames.zones.index.get_loc(zone_id)])
    left, low, right, high = scene.frame
    across, up = (east - west) / 2 + AROUND_ZONE_M, (north - south) / 2 + AROUND_ZONE_M
    least = max(2 * across / (right - left), 2 * up / (high - low))
    scale = next((s for s in SCALES if s >= least), 1000.0 * np.ceil(least / 1000.0))
    return zone_maps_scene.View((float(west + east) / 2, float(south + north) / 2), float(scale), scene.frame)


def _cells(scene: zone_maps_scene.Scene, view: zone_maps_scene.View, frames: MapFrames, land: Any) -> None:
    """Cells that not every carrier serves, those without people paler and underneath."""
    west, south, east, north = view.ground(margin_mm=1.0)
    at = frames.cell_bounds
    rows = np.flatnonzero((at[:, 2] > west) & (at[:, 0] < east) & (at[:, 3] > south) & (at[:, 1] < north))
    kinds = frames.gaps[f"not_spot_{frames.study.zones.generation}"].iloc[rows].to_numpy(object)
    empty = (frames.cells["population"].iloc[rows] == 0).to_numpy()  # unknown is not empty
    for kind, name in LOOK_OF.items():
        for look, nobody in ((f"{name}_empty", True), (name, False)):
            chosen = rows[(kinds == kind) & (empty == nobody)]
            if len(chosen) and (zone_maps_scene.STYLES[look].fill or zone_maps_scene.STYLES[look].hatch):
                region = shapely.coverage_union_all(shapely.polygons(frames.corners[chosen]))
                view.draw(scene, look, shapely.intersection(region, land, grid_size=GRID_M))


def _outlines(scene: zone_maps_scene.Scene, view: zone_maps_scene.View, frames: MapFrames, zone_id: str) -> dict[str, tuple[float, float]]:
    """Outlines of the zones; where each other one that shows is to be named, in mm."""
    parts, number = frames.zone_shapes.within(view.ground())
    own = frames.zones.index.get_loc(zone_id)
    view.draw(scene, "other_zone", parts[number != own])
    for look in ("zone_halo", "zone"):
        view.draw(scene, look, frames.zone_shapes.shapes[own])
    named = {}
    for part, at in zip(parts, number, strict=True):
        if at != own and part.area > (3.0 * view.scale) ** 2:
            point = shapely.point_on_surface(part)
            x, y = view.paper(np.array([[point.x, point.y]]))[0]
            named[str(frames.zones.index[at])] = (float(x), float(y))
    return named


def _names(
    scene: zone_maps_scene.Scene,
    room: map_elements.LabelPlacer,
    view: zone_maps_scene.View,
    frames: MapFrames,
    zone_id: str,
    others: dict[str, tuple[float, float]],
) -> None:
    zone = frames.zones.loc[zone_id]
    x, y = view.paper(np.array([[zone["x"], zone["y"]]], float))[0]
    scene.shape("dot", map_elements.marker("dot", x, y, 0.8), inside_frame=True)
    room.take((x - 0.9, y - 0.9, x + 0.9, y + 0.9))
    places = _places(view, frames, float(zone["x"]), float(zone["y"]))
    for look, _, at_x, at_y in places:
        scene.shape(look, map_elements.marker(look, at_x, at_y), inside_frame=True)
        room.take((at_x - 1.1, at_y - 1.0, at_x + 1.1, at_y + 1.1))
    map_elements.label(scene, room, text_layout.balanced(_drawn(zone["name"], zone_id), 7.5, 30.0, 2), x, y, 7.5, 1.0)
    for _, name, at_x, at_y in places[:MOST_NAMED]:
        map_elements.label(scene, room, text_layout.balanced(_drawn(name, zone_id), 5.4, 22.0, 2), at_x, at_y, 5.4, 1.1)
    for other, (at_x, at_y) in sorted(others.items()):
        map_elements.label(scene, room, [other], at_x, at_y, 5.0, 0.0, zone_maps_scene.GREY)


def _drawn(name: str, zone_id: str) -> str:
    return text_layout.checked(name, Text(f"地区 {zone_id} の照会の地図", f"map of zone {zone_id} in the survey"))


def _places(view: zone_maps_scene.View, frames: MapFrames, x: float, y: float) -> list[tuple[str, str, float, float]]:
    """Facilities in the frame, the nearest first: look, name, x, y in mm."""
    west, south, east, north = view.ground()
    table = frames.facilities
    some = table[table["x"].between(west, east) & table["y"].between(south, north)]
    away: npt.NDArray[np.float64] = np.hypot(some["x"].to_numpy(float) - x, some["y"].to_numpy(float) - y)
    some = some.iloc[np.argsort(away, kind="stable")]
    paper = view.paper(some[["x", "y"]].to_numpy(float))
    looks = some["category"].map(PLACE_LOOKS).fillna("facility")
    return [(str(look), str(name), float(at[0]), float(at[1])) for look, name, at in zip(looks, some["name"], paper, strict=True)]


def _words(frames: MapFrames, zone_id: str) -> str:
    """What the picture tells, for those who do not see it."""
    zone = frames.zones.loc[zone_id]
    own = (frames.cells["zone_id"] == zone_id).to_numpy()
    kinds = frames.gaps[f"not_spot_{frames.study.zones.generation}"][own].value_counts()
    told = [
        f"{zone_maps_scene.word(LOOK_OF[kind], 'ja') if kind == 'complete' else _KIND_WORDS[kind]}{count}個"
        for kind, count in kinds.items()
        if kind in LOOK_OF
    ]
    return f"{zone['municipality']} {zone['name']}（{zone_id}）の地図。メッシュ{int(own.sum())}個のうち、{'、'.join(told) or '該当なし'}。{frames.caption.notice}"


_KIND_WORDS = {"partial": "一部の会社がエリア外", "unknown": "未公表の会社があり不明"}
