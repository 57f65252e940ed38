"""What every map carries besides the ground: frame, north, scale bar, legend, marks and the lines below."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Text
from requests_gen.zone_map_labels import Room
from requests_gen.zone_map_lettering import checked, line_mm, width_mm, wrapped
from requests_gen.zone_map_scene import Box, Scene, View
from requests_gen.zone_map_style import LOOKS, WORDS, word

FOOT_PT, LEGEND_PT, MARK_PT = 5.0, 5.6, 6.5
MOST_FOOT_LINES = 8
SWATCH_MM, SWATCH_OF_LINE = 5.4, 0.95  # how wide; how high, in lines
LINES_OF_LEGEND = frozenset({"zone", "other_zone", "border", "border_small", "outline", "outline_small"})
POINTS_OF_LEGEND = frozenset({"dot", "shelter", "evacuation_site", "facility", "target"})
_NICE = (1, 2, 5)


def footer(sentences: list[str], wide_mm: float) -> tuple[list[str], float]:
    """(the lines under a map, how high they stand in mm)."""
    where = Text("地図の出典・注記", "the source line of the maps")
    text = "　".join(checked(sentence, where) for sentence in sentences if sentence)
    lines = wrapped(text, FOOT_PT, wide_mm - 1.2, MOST_FOOT_LINES)
    return lines, 0.5 + len(lines) * line_mm(FOOT_PT)


def write_footer(scene: Scene, lines: list[str]) -> None:
    """The lines of footer() at the bottom of the picture."""
    step = line_mm(FOOT_PT)
    for number, line in enumerate(lines):
        scene.write(line, 0.6, 0.3 + step * (len(lines) - number - 0.5), FOOT_PT)


def north_arrow(scene: Scene, room: Room) -> None:
    """North is up: the grid of a plane coordinate system leaves it by less than a degree where it is used."""
    _, _, east, north = scene.frame
    x, y = east - 3.4, north - 1.4
    box = (x - 2.2, y - 8.6, x + 2.2, y + 0.6)
    scene.box("plain_plate", box, inside_frame=True)
    scene.shape("black", [(x, y), (x - 1.4, y - 5.0), (x, y - 3.8)])
    scene.shape("plate", [(x, y), (x + 1.4, y - 5.0), (x, y - 3.8)])
    scene.write("N", x, y - 6.8, 7.0, "mm")
    room.take(box)


def scale_bar(scene: Scene, room: Room, view: View, land: Any = None) -> None:
    """A bar of a round length, about a quarter of the map, in two halves; in the lower corner with less `land`."""
    west, south, east, _ = scene.frame
    metres = nice_length((east - west) * 0.28 * view.scale)
    wide = metres / view.scale
    end = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
    total = 2.6 + wide + width_mm(end, 5.6) / 2
    boxes = [(x, south + 0.7, x + total, south + 5.7) for x in (west + 0.8, east - 0.8 - total)]
    box = boxes[0] if land is None else min(boxes, key=lambda at: _hidden(view, at, land))
    x, y = box[0] + 1.2, box[1] + 0.8
    scene.box("plain_plate", box, inside_frame=True)
    scene.box("black", (x, y, x + wide / 2, y + 0.9))
    scene.box("bar_white", (x + wide / 2, y, x + wide, y + 0.9))
    scene.write("0", x, y + 2.4, 5.6, "mm")
    scene.write(end, x + wide, y + 2.4, 5.6, "mm")
    room.take(box)


def _hidden(view: View, box: Box, land: Any) -> float:
    """How much of `land` (in metres) lies under a box on paper."""
    ground = view.metres(np.array(box).reshape(2, 2)).ravel()
    return float(shapely.area(shapely.clip_by_rect(land, *ground)).sum())


def nice_length(most_m: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is at most `most_m`."""
    power = 10.0 ** math.floor(math.log10(most_m))  # of 9999999.999999998 it is 7, not 6
    return max(step * ten for ten in (power / 10, power) for step in _NICE if step * ten <= most_m)


def mark(scene: Scene, room: Room, text: str) -> None:
    """A framed word in the upper left corner that nobody can overlook."""
    west, _, _, north = scene.frame
    box = (west + 1.2, north - 5.2, west + 3.6 + width_mm(text, MARK_PT), north - 1.2)
    scene.box("plate", box)
    scene.write(text, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, MARK_PT, "mm")
    room.take(box)


def marker(look: str, x: float, y: float, reach: float = 1.05) -> npt.NDArray[np.float64]:
    """Outline of the sign at (x, y) mm: a triangle for places to flee to, a square for others, else a disc."""
    if look in {"shelter", "evacuation_site"}:
        return np.array([(x - reach, y - 0.8 * reach), (x + reach, y - 0.8 * reach), (x, y + reach)])
    if look == "facility":
        half = 0.8 * reach
        return np.array(
            [(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)]
        )
    turn = np.linspace(0.0, 2.0 * math.pi, 33)[:-1]
    return np.column_stack([x + reach * np.cos(turn), y + reach * np.sin(turn)])


def target(scene: Scene, x: float, y: float, reach: float = 1.9, inside_frame: bool = True) -> None:
    """A ring with a dot: the zone on the map of the prefecture."""
    for look, size in (("target_halo", reach), ("target", reach), ("target_dot", 0.75)):
        scene.shape(look, marker("", x, y, size), inside_frame=inside_frame)


def legend(
    scene: Scene, left: float, right: float, top: float, entries: list[tuple[str, str]], lang: str,
    size_pt: float = LEGEND_PT,
) -> float:  # fmt: skip
    """(look, key of its word or its own checked words) one under the other from `top`; where it ends, in mm."""
    wide, step = SWATCH_MM, line_mm(size_pt)
    for look, key in entries:
        text = word(key, lang) if key in WORDS else key
        lines = [
            line for row in text.split("\n") for line in wrapped(row, size_pt, right - left - wide - 1.2)
        ]
        tall = step * len(lines)
        middle = top - tall / 2
        _swatch(scene, look, left, middle, step * SWATCH_OF_LINE)
        for number, line in enumerate(lines):
            scene.write(line, left + wide + 1.2, middle + step * ((len(lines) - 1) / 2 - number), size_pt)
        top -= tall + 0.12 * size_pt
    return top


def _swatch(scene: Scene, look: str, left: float, middle: float, high: float) -> None:
    wide = SWATCH_MM
    box = (left, middle - high / 2, left + wide, middle + high / 2)
    if look == "target":
        target(scene, left + wide / 2, middle, high / 2, inside_frame=False)
    elif look in POINTS_OF_LEGEND:
        scene.shape(look, marker(look, left + wide / 2, middle, high * (0.28 if look == "dot" else 0.42)))
    elif look in LINES_OF_LEGEND:
        scene.shape(look, [(left, middle), (left + wide, middle)], closed=False)
    else:
        if not LOOKS[look].fill:
            scene.box("land", box)
        scene.box(look, box)
        scene.box("edge" if look == "covered" else "swatch", box)
