"""The close-up of a zone: what one carrier leaves out there, who lives there, the shelters; beside it the legend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.errors import Text
from requests_gen.wording import captions
from requests_gen.zone_maps.frames import MapFrames
from requests_gen.zone_maps.map_elements import (
    LEGEND_PT,
    LabelPlacer,
    footer,
    label,
    legend,
    mark,
    marker,
    north_arrow,
    scale_bar,
    write_footer,
)
from requests_gen.zone_maps.scene import CELL_KINDS, CLOSE_MM, GREY, STYLES, Box, Scene, View, word
from requests_gen.zone_maps.text_layout import balanced, checked, line_mm, wrapped

COLUMN_MM = (80.2, 109.7)  # west and east of the column beside the map
SIZES_PT = (LEGEND_PT, 5.2, 4.8, 4.4)  # of the legend: the largest with which the column ends above the footer
Line = tuple[str, float]  # text and size in points
MAP_EAST_MM = 78.5
SCALES = (60, 80, 100, 125, 150, 200, 250, 300, 400, 500, 600, 800, 1000, 1500, 2000, 3000)  # metres a mm
AROUND_ZONE_M = 700.0
EDGE_SHOWN_M = 5_000.0  # the picture is widened to show a carrier's edge nearer than this
AT_EDGE_M = 50.0
MOST_NAMED, NAME_PT, NAME_MM = 8, 5.6, 24.0
TOWN_SHARE = 0.06  # of the frame: a municipality that shows less of itself is not named
GRID_M = 0.25  # geometries are snapped to this grid, so that slivers never stop a drawing
PLACE_STYLES = {"shelter": "shelter", "evacuation_site": "evacuation_site"}


@dataclass(frozen=True)
class Seen:
    """What a close-up shows, for its description in words."""

    cells: dict[str, int]  # the zone's own cells by kind ("covered" too)
    places: list[str]  # facilities shown with their name
    unnamed: int  # how many are shown without it
    edge_m: float  # from the zone's middle to the carrier's area; NaN where none is published


def close_scene(frames: MapFrames, zone_id: str, carrier: str, generation: str) -> tuple[Scene, Seen]:
    """The picture, and what it shows. ValueError for a carrier or generation that the study does not have."""
    if (carrier, generation) not in frames.coverage:
        raise ValueError(f"the study has no {carrier} {generation}")
    zone = frames.zones.loc[zone_id]
    edge_m = frames.coverage[carrier, generation].distance_m(zone["x"], zone["y"])
    lines, low = footer(_sources(frames, carrier, generation), CLOSE_MM[0])
    scene = Scene(CLOSE_MM, (0.4, low, MAP_EAST_MM, CLOSE_MM[1] - 0.4))
    view = _view(frames, zone_id, edge_m, scene.frame)
    scene.box("paper", (0, 0, *CLOSE_MM))
    kinds, lines_seen = _ground(scene, view, frames, carrier, generation)
    others = _outlines(scene, view, frames, zone_id)
    placer = LabelPlacer(scene.frame)
    north_arrow(scene, placer)
    scale_bar(scene, placer, view)
    if frames.caption.notice:
        mark(scene, placer, word("fictitious", frames.caption.lang))
    places = _places(frames, view, zone_id)
    named = _labels(scene, placer, view, frames, zone_id, places, others)
    own = _own_cells(frames, zone_id, carrier, generation)
    seen = Seen(own, named, len(places) - len(named), edge_m)
    scene.box("frame", scene.frame)
    signs = ["dot", *dict.fromkeys(places["style"]), "zone", *(["other_zone"] if others else []), *lines_seen]
    entries = [*kinds, *((sign, sign) for sign in signs)]
    column(scene, head_lines(frames, zone_id, carrier, generation), entries, _notes(scene, seen, frames.caption.lang), frames.caption.lang)
    write_footer(scene, lines)
    return scene, seen


def kinds_of_cells(frames: MapFrames, rows: npt.NDArray[np.int64], carrier: str, generation: str) -> npt.NDArray[np.str_]:
    """The kind of each cell in `rows`: one of CELL_KINDS, or "covered". Unknown is never "not covered"."""
    share = frames.shares[carrier, generation].iloc[rows]
    spot = frames.gaps[f"not_spot_{generation}"].iloc[rows]
    met = frames.threshold.met(share)
    lacking, covered = met == 0.0, met == 1.0
    return np.select(
        [
            share.isna(),
            lacking & (spot == "complete"),
            lacking & (spot == "partial"),
            lacking,
            covered & (share < 1.0 - frames.study.zones.least_uncovered_share),
        ],
        ["unknown", "none_serve", "lacking", "lacking_unknown", "partly"],
        default="covered",
    )


def _own_cells(frames: MapFrames, zone_id: str, carrier: str, generation: str) -> dict[str, int]:
    rows = np.flatnonzero((frames.cells["zone_id"] == zone_id).to_numpy())
    kinds, counts = np.unique(kinds_of_cells(frames, rows, carrier, generation), return_counts=True)
    return {str(kind): int(count) for kind, count in zip(kinds, counts, strict=True)}


def _sources(frames: MapFrames, carrier: str, generation: str) -> list[str]:
    caption, rules = frames.caption, frames.study.rules
    percent = f"{100 * rules.threshold:g}"
    dates = frames.dates[carrier, generation]
    sentences = [
        Text(f"エリアの基準日: {dates or '不明'}", f"Area as of: {dates or 'unknown'}"),
        Text(
            f"網掛け: エリアが陸地の{percent}%{'未満' if rules.inclusive else '以下'}のメッシュ",
            f"Hatched: cells with {'less than' if rules.inclusive else 'at most'} {percent}% of their land covered",
        ),
        Text(
            f"地区の判定: {caption.generation}・{captions.RULE_SHORT[caption.rule_key].ja}",
            f"Zones: {caption.generation}, {captions.RULE_SHORT[caption.rule_key].en}",
        ),
    ]
    return [*(sentence.in_(caption.lang) for sentence in sentences), caption.notice, *caption.sources]


def _view(frames: MapFrames, zone_id: str, edge_m: float, frame: Box) -> View:
    """The zone, what surrounds it, and the carrier's edge if it is near, at a round scale."""
    zone = frames.zones.loc[zone_id]
    west, south, east, north = shapely.bounds(frames.zone_shapes.shapes[frames.zones.index.get_loc(zone_id)])
    x, y = (west + east) / 2, (south + north) / 2
    across, up = (east - west) / 2 + AROUND_ZONE_M, (north - south) / 2 + AROUND_ZONE_M
    if edge_m <= EDGE_SHOWN_M:  # false for NaN, an area not published
        reach = 1.1 * edge_m + 200.0
        across, up = max(across, abs(zone["x"] - x) + reach), max(up, abs(zone["y"] - y) + reach)
    least = max(2 * across / (frame[2] - frame[0]), 2 * up / (frame[3] - frame[1]))
    scale = next((s for s in SCALES if s >= least), 1000.0 * np.ceil(least / 1000.0))
    return View((float(x), float(y)), float(scale), frame)


def _ground(scene: Scene, view: View, frames: MapFrames, carrier: str, generation: str) -> tuple[list[tuple[str, str]], list[str]]:
    """Land, the carrier's area, cells by kind, its edge, borders. (style, word) of the areas drawn, styles of the lines drawn."""
    bounds, fine = view.ground(margin_mm=2.0), view.scale * 0.04
    land = shapely.union_all(frames.near.land.within(bounds)[0], grid_size=GRID_M)
    area = shapely.union_all(frames.coverage[carrier, generation].within(bounds)[0], grid_size=GRID_M)
    area = shapely.simplify(area, fine)
    view.draw(scene, "land", land)
    covered = view.draw(scene, "covered", area)  # over the sea too, as the carrier publishes it
    seen = [("covered", "covered")] if covered else []
    seen += _cells(scene, view, frames, carrier, generation, land)
    for style in ("edge_halo", "edge"):
        view.draw(scene, style, area)
    lines = []
    for style, of in (("border", frames.near.borders), ("outline", frames.near.outline)):
        if view.draw(scene, style, of.within(view.ground())[0]):
            lines.append(style)
    return seen, lines


def _cells(scene: Scene, view: View, frames: MapFrames, carrier: str, generation: str, land: Any) -> list[tuple[str, str]]:
    """Draw the cells that the carrier leaves out, those without people first, under the others; (style, word) of them."""
    west, south, east, north = view.ground(margin_mm=1.0)
    corners, at = frames.corners, frames.cell_bounds
    rows = np.flatnonzero((at[:, 2] > west) & (at[:, 0] < east) & (at[:, 3] > south) & (at[:, 1] < north))
    kinds = kinds_of_cells(frames, rows, carrier, generation)
    empty = (frames.cells["population"].iloc[rows] == 0).to_numpy()  # unknown is not empty
    drawn = {}
    for kind in CELL_KINDS:
        for style, nobody in ((f"{kind}_empty", True), (kind, False)):
            chosen = rows[(kinds == kind) & (empty == nobody)]
            if len(chosen) and (STYLES[style].fill or STYLES[style].hatch):
                region = shapely.coverage_union_all(shapely.polygons(corners[chosen]))
                if view.draw(scene, style, shapely.intersection(region, land, grid_size=GRID_M)):
                    drawn[kind] = style
    return [(drawn[kind], kind) for kind in reversed(CELL_KINDS) if kind in drawn]


def _outlines(scene: Scene, view: View, frames: MapFrames, zone_id: str) -> dict[str, tuple[float, float]]:
    """Draw the outlines of zones; {other zone in the picture: where its id is written, in mm}."""
    parts, number = frames.zone_shapes.within(view.ground())
    own = frames.zones.index.get_loc(zone_id)
    view.draw(scene, "other_zone", parts[number != own])
    for style in ("zone_halo", "zone"):
        view.draw(scene, style, frames.zone_shapes.shapes[own])
    others = {}
    for part, at in zip(parts, number, strict=True):
        if at != own and part.area > (2.0 * view.scale) ** 2:
            others[str(frames.zones.index[at])] = _inside(part, view)
    return others


def _inside(part: Any, view: View) -> tuple[float, float]:
    point = shapely.point_on_surface(part)
    x, y = view.paper(np.array([[point.x, point.y]]))[0]
    return float(x), float(y)


def _places(frames: MapFrames, view: View, zone_id: str) -> pd.DataFrame:
    """Facilities in the frame, those in the zone first, then the nearest: label, style, x, y in mm."""
    west, south, east, north = view.ground()
    all_of_them = frames.facilities
    x, y = all_of_them["x"], all_of_them["y"]
    some = all_of_them[(x > west) & (x < east) & (y > south) & (y < north)]
    zone = frames.zones.loc[zone_id]
    shape = frames.zone_shapes.shapes[frames.zones.index.get_loc(zone_id)]
    paper = view.paper(some[["x", "y"]].to_numpy(float))
    return some.assign(
        label=[checked(name, place_in_map(zone_id, "施設の名前", "name of a facility")) for name in some["name"]],
        style=some["category"].map(PLACE_STYLES).fillna("facility"),
        outside=~shapely.intersects_xy(shape, some["x"].to_numpy(float), some["y"].to_numpy(float)),
        away=np.hypot(some["x"] - zone["x"], some["y"] - zone["y"]),
        x=paper[:, 0],
        y=paper[:, 1],
    ).sort_values(["outside", "away", "label"], kind="stable")


def _labels(
    scene: Scene,
    placer: LabelPlacer,
    view: View,
    frames: MapFrames,
    zone_id: str,
    places: pd.DataFrame,
    others: dict[str, tuple[float, float]],
) -> list[str]:
    """Draw signs and names, the most important first; the names of places for which there was placer."""
    zone = frames.zones.loc[zone_id]
    x, y = view.paper(np.array([[zone["x"], zone["y"]]]))[0]
    scene.shape("dot", marker("dot", x, y, 0.8), inside_frame=True)
    for place in places.itertuples():
        scene.shape(place.style, marker(place.style, place.x, place.y), inside_frame=True)
        placer.take((place.x - 1.2, place.y - 1.0, place.x + 1.2, place.y + 1.2))
    placer.take((x - 0.9, y - 0.9, x + 0.9, y + 0.9))
    name = checked(zone["name"], place_in_map(zone_id, "地区名", "name of the zone"))
    label(scene, placer, balanced(name, 8.0, 34.0, 2), x, y, 8.0, 1.0)
    named = [
        place.label
        for place in places.head(MOST_NAMED).itertuples()
        if label(scene, placer, balanced(place.label, NAME_PT, NAME_MM, 2), place.x, place.y, NAME_PT, 1.1)
    ]
    for other, (at_x, at_y) in sorted(others.items()):
        label(scene, placer, [other], at_x, at_y, 5.0, 0.0, GREY)
    _name_towns(scene, placer, view, frames)
    return named


def _name_towns(scene: Scene, placer: LabelPlacer, view: View, frames: MapFrames) -> None:
    """Municipalities by name where more than one shows enough of itself."""
    parts, number = frames.near.land.within(view.ground())
    west, south, east, north = view.ground()
    large = shapely.area(parts) > TOWN_SHARE * (east - west) * (north - south)
    if large.sum() > 1:
        for part, at in zip(parts[large], number[large], strict=True):
            name = checked(frames.near.names[at], Text("市町村名", "name of a municipality"))
            label(scene, placer, balanced(name, 6.5, 26.0, 2), *_inside(part, view), 6.5, 0.0, GREY)


def _notes(scene: Scene, seen: Seen, lang: str) -> list[str]:
    """What the picture cannot show, in sentences."""
    notes = [word("empty", lang)] if any(shape.style.endswith("_empty") for shape in scene.shapes) else []
    if np.isnan(seen.edge_m):
        notes.append(word("not_published", lang))
    elif seen.edge_m > AT_EDGE_M:
        km = f"{seen.edge_m / 1000:.1f}"
        distance = Text(f"この会社のエリアまで: 約{km} km（代表点から）", f"about {km} km from its middle to this carrier's area")
        notes.append(distance.in_(lang))
    if seen.unnamed:
        unnamed = Text(f"名前を略した施設: {seen.unnamed}か所", f"facilities without their name: {seen.unnamed}")
        notes.append(unnamed.in_(lang))
    return notes


def place_in_map(zone_id: str, ja: str, en: str) -> Text:
    """Where a text is, for the message that a character of it cannot be printed."""
    return Text(f"地区 {zone_id} の地図の{ja}", f"map of zone {zone_id}, {en}")


def head_lines(frames: MapFrames, zone_id: str, carrier: str, generation: str) -> list[Line]:
    """Municipality, zone, its id, carrier and generation."""
    zone = frames.zones.loc[zone_id]
    served = f"{frames.caption.carriers[carrier]}　{generation}"
    return [
        (checked(zone["municipality"], place_in_map(zone_id, "市町村名", "municipality")), 6.0),
        (checked(zone["name"], place_in_map(zone_id, "地区名", "name of the zone")), 8.0),
        (zone_id, 6.0),
        (checked(served, Text("事業者名", "name of the carrier")), 7.0),
    ]


def column(scene: Scene, head: list[Line], entries: list[tuple[str, str]], notes: list[str], lang: str) -> None:
    """Write head, legend and notes beside the map, small enough to end above the footer."""
    for size_pt in SIZES_PT:
        trial = Scene(scene.size_mm, scene.frame)
        if _fill(trial, head, entries, notes, lang, size_pt) >= scene.frame[1] or size_pt == SIZES_PT[-1]:
            scene.shapes += trial.shapes
            scene.words += trial.words
            return


def _fill(scene: Scene, head: list[Line], entries: list[tuple[str, str]], notes: list[str], lang: str, size_pt: float) -> float:
    """Write the column in one size; where it ends, in mm from the bottom of the picture."""
    left, right = COLUMN_MM
    top = scene.frame[3]
    for text, size in head:
        top = _text(scene, text, left, right, top, size, 2) - 0.2
    top = legend(scene, left, right, top - 1.0, entries, lang, size_pt)
    for note in notes:
        top = _text(scene, note, left, right, top - 0.4, size_pt, 2)
    return top


def _text(scene: Scene, text: str, left: float, right: float, top: float, size_pt: float, most: int) -> float:
    for line in wrapped(text, size_pt, right - left, most):
        top -= line_mm(size_pt)
        scene.write(line, left, top + line_mm(size_pt) / 2, size_pt)
    return top
