"""Beside the close-up: which zone, which carrier, the legend, and what cannot be seen."""

from __future__ import annotations

from geodata.errors import Text
from requests_gen.zone_map_frames import MapFrames
from requests_gen.zone_map_furniture import LEGEND_PT, legend
from requests_gen.zone_map_lettering import checked, line_mm, wrapped
from requests_gen.zone_map_scene import Scene

COLUMN_MM = (80.2, 109.7)
SIZES_PT = (LEGEND_PT, 5.2, 4.8, 4.4)  # the largest in which everything stands above the footer

Line = tuple[str, float]  # text and size in points


def place_in_map(zone_id: str, ja: str, en: str) -> Text:
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


def column(
    scene: Scene, head: list[Line], entries: list[tuple[str, str]], notes: list[str], lang: str
) -> None:
    """Write all of it, in letters small enough to end above the footer."""
    for size_pt in SIZES_PT:
        trial = Scene(scene.size_mm, scene.frame)
        if _fill(trial, head, entries, notes, lang, size_pt) >= scene.frame[1] or size_pt == SIZES_PT[-1]:
            scene.shapes += trial.shapes
            scene.words += trial.words
            return


def _fill(
    scene: Scene,
    head: list[Line],
    entries: list[tuple[str, str]],
    notes: list[str],
    lang: str,
    size_pt: float,
) -> float:
    """Where the column ends, in mm from the bottom of the picture."""
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
