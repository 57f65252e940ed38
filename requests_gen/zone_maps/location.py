"""Where a zone lies: the prefecture with its municipalities, the zone's own shaded, the zone itself marked."""

from __future__ import annotations

import numpy as np
import shapely

from geodata.errors import Text
from requests_gen.zone_maps.frames import MapFrames
from requests_gen.zone_maps.map_elements import LabelPlacer, footer, label, legend, mark, north_arrow, scale_bar, target, write_footer
from requests_gen.zone_maps.scene import WHERE_MM, Scene, View, word
from requests_gen.zone_maps.text_layout import balanced, checked

LEGEND_MM = 4.0
MARGIN = 1.06
LEAST_SPAN_M = 30_000.0


def where_scene(frames: MapFrames, zone_id: str) -> Scene:
    """The picture of where `zone_id` lies. The same for every carrier."""
    zone, towns, lang = frames.zones.loc[zone_id], frames.far, frames.caption.lang
    own = towns.codes.index(str(zone["municipality_id"]))
    shown = towns.own & (frames.group == frames.group[own])
    apart = word("apart", lang) if (towns.own & ~shown).any() else ""
    lines, low = footer([frames.caption.notice, *frames.boundary_sources, apart], WHERE_MM[0])
    scene = Scene(WHERE_MM, (0.4, low + LEGEND_MM, WHERE_MM[0] - 0.4, WHERE_MM[1] - 0.4))
    view = _view(frames, shown, scene.frame)
    bounds = view.ground(margin_mm=2.0)
    scene.box("paper", (0, 0, *WHERE_MM))
    view.draw(scene, "land", towns.land.shapes[towns.own])
    view.draw(scene, "own_town", towns.land.shapes[own])
    view.draw(scene, "border_small", towns.borders.within(bounds)[0])
    view.draw(scene, "outline_small", towns.outline.within(bounds)[0])
    view.draw(scene, "own_town_edge", towns.land.shapes[own])
    placer = LabelPlacer(scene.frame)
    north_arrow(scene, placer)
    scale_bar(scene, placer, view, towns.land.shapes[towns.own])
    if frames.caption.notice:
        mark(scene, placer, word("fictitious", lang))
    x, y = view.paper(np.array([[zone["x"], zone["y"]]]))[0]
    target(scene, float(x), float(y))
    placer.take((x - 1.0, y - 1.0, x + 1.0, y + 1.0))
    _name(scene, placer, frames, zone_id, float(x), float(y))
    scene.box("frame", scene.frame)
    town = checked(zone["municipality"], Text(f"地区 {zone_id} の市町村名", f"municipality of zone {zone_id}"))
    legend(scene, 1.2, 24.0, low + LEGEND_MM - 0.8, [("target", "target")], lang)
    legend(scene, 24.0, WHERE_MM[0], low + LEGEND_MM - 0.8, [("own_town", town)], lang)
    write_footer(scene, lines)
    return scene


def _view(frames: MapFrames, shown: np.ndarray, frame: tuple[float, float, float, float]) -> View:
    west, south, east, north = shapely.total_bounds(frames.far.land.shapes[shown])
    across, up = max(east - west, LEAST_SPAN_M), max(north - south, LEAST_SPAN_M)
    scale = MARGIN * max(across / (frame[2] - frame[0]), up / (frame[3] - frame[1]))
    return View(((west + east) / 2, (south + north) / 2), float(scale), frame)


def _name(scene: Scene, placer: LabelPlacer, frames: MapFrames, zone_id: str, x: float, y: float) -> None:
    zone = frames.zones.loc[zone_id]
    name = checked(zone["name"], Text(f"地区 {zone_id} の地図の地区名", f"map of zone {zone_id}, its name"))
    label(scene, placer, [*balanced(name, 7.0, 26.0, 2), zone_id], x, y, 7.0, 1.9)
