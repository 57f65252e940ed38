"""What every map has besides the terrain: north arrow, scale bar, legend, labels, marks and the lines below."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Text
from requests_gen.zone_maps.scene import STYLES, WORDS, Box, Scene, View, word
from requests_gen.zone_maps.text_layout import checked, line_mm, width_mm, wrapped

FOOT_PT, LEGEND_PT, MARK_PT = 5.0, 5.6, 6.5
MOST_FOOT_LINES = 8
SWATCH_MM, SWATCH_OF_LINE = 5.4, 0.95  # how wide; how high, in lines
LINES_OF_LEGEND = frozenset({"zone", "other_zone", "border", "border_small", "outline", "outline_small"})
POINTS_OF_LEGEND = frozenset({"dot", "shelter", "evacuation_site", "facility", "target"})
_NICE = (1, 2, 5)
# directions in the order in which a map reader looks for a label: right, left, above, below, then the corners
_AROUND = ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1))
_AWAY_MM = (0.9, 3.2, 6.0)
_LEADER_FROM_MM = 2.0
_CLEAR_MM = 0.35


class LabelPlacer:
    """Finds places for labels: near what they name, inside the frame, never over one another. Boxes are in mm on paper."""

    def __init__(self, frame: Box) -> None:
        self.frame = frame
        self.taken: list[Box] = []

    def take(self, box: Box) -> None:
        """Keep `box` free of labels."""
        self.taken.append(box)

    def free(self, box: Box) -> bool:
        """Whether `box` is inside the frame and overlaps nothing that is taken."""
        west, south, east, north = box
        left, low, right, high = self.frame
        if west < left + 0.4 or south < low + 0.4 or east > right - 0.4 or north > high - 0.4:
            return False
        return all(
            east + _CLEAR_MM <= w or e + _CLEAR_MM <= west or north + _CLEAR_MM <= s or n + _CLEAR_MM <= south for w, s, e, n in self.taken
        )

    def beside(self, x: float, y: float, wide: float, high: float, reach: float) -> tuple[Box, float] | None:
        """A free box for something `wide` × `high` near (x, y), and its distance; None where there is none."""
        for away in _AWAY_MM:
            for across, up in _AROUND:
                step = (reach + away) * (0.75 if across and up else 1.0)
                middle_x = x + across * (step + wide / 2)
                middle_y = y + up * (step + high / 2)
                box = (middle_x - wide / 2, middle_y - high / 2, middle_x + wide / 2, middle_y + high / 2)
                if self.free(box):
                    return box, away
        return None


def label(
    scene: Scene, placer: LabelPlacer, lines: list[str], x: float, y: float, size_pt: float, reach: float = 0.0, ink: str = "#1A1A1A"
) -> bool:
    """Write `lines` near (x, y), a thing of `reach` mm around it; False, writing nothing, where there is no placer."""
    wide, step = max(width_mm(line, size_pt) for line in lines), line_mm(size_pt)
    found = placer.beside(x, y, wide, step * len(lines), reach)
    if found is None:
        return False
    box, away = found
    placer.take(box)
    if away > _LEADER_FROM_MM:
        nearest = (min(max(x, box[0]), box[2]), min(max(y, box[1]), box[3]))
        scene.shape("leader", [(x, y), nearest], closed=False, inside_frame=True)
    write_lines(scene, lines, box, size_pt, ink)
    return True


def write_lines(scene: Scene, lines: list[str], box: Box, size_pt: float, ink: str) -> None:
    """`lines` from the top of `box`, centred when it has several."""
    step = line_mm(size_pt)
    for number, line in enumerate(lines):
        scene.write(line, (box[0] + box[2]) / 2, box[3] - step * (number + 0.5), size_pt, "mm", ink, halo=True)


def footer(sentences: list[str], wide_mm: float) -> tuple[list[str], float]:
    """(the lines under a map, their height in mm)."""
    where = Text("地図の出典・注記", "the source line of the maps")
    text = "　".join(checked(sentence, where) for sentence in sentences if sentence)
    lines = wrapped(text, FOOT_PT, wide_mm - 1.2, MOST_FOOT_LINES)
    return lines, 0.5 + len(lines) * line_mm(FOOT_PT)


def write_footer(scene: Scene, lines: list[str]) -> None:
    """The lines of footer() at the bottom of the picture."""
    step = line_mm(FOOT_PT)
    for number, line in enumerate(lines):
        scene.write(line, 0.6, 0.3 + step * (len(lines) - number - 0.5), FOOT_PT)


def north_arrow(scene: Scene, placer: LabelPlacer) -> None:
    """An arrow straight up: grid north of a plane coordinate system is less than a degree off true north in its zone."""
    _, _, east, north = scene.frame
    x, y = east - 3.4, north - 1.4
    box = (x - 2.2, y - 8.6, x + 2.2, y + 0.6)
    scene.box("plain_plate", box, inside_frame=True)
    scene.shape("black", [(x, y), (x - 1.4, y - 5.0), (x, y - 3.8)])
    scene.shape("plate", [(x, y), (x + 1.4, y - 5.0), (x, y - 3.8)])
    scene.write("N", x, y - 6.8, 7.0, "mm")
    placer.take(box)


def scale_bar(scene: Scene, placer: LabelPlacer, view: View, land: Any = None) -> None:
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
    placer.take(box)


def _hidden(view: View, box: Box, land: Any) -> float:
    """The area of `land` (in metres) under a box on paper."""
    ground = view.metres(np.array(box).reshape(2, 2)).ravel()
    return float(shapely.area(shapely.clip_by_rect(land, *ground)).sum())


def nice_length(most_m: float) -> float:
    """The largest 1, 2 or 5 times a power of ten that is at most `most_m`."""
    power = 10.0 ** math.floor(math.log10(most_m))  # rounding up: 7, not 6, for 9999999.999999998
    return max(step * ten for ten in (power / 10, power) for step in _NICE if step * ten <= most_m)


def mark(scene: Scene, placer: LabelPlacer, text: str) -> None:
    """A framed word in the upper left corner that is not overlooked."""
    west, _, _, north = scene.frame
    box = (west + 1.2, north - 5.2, west + 3.6 + width_mm(text, MARK_PT), north - 1.2)
    scene.box("plate", box)
    scene.write(text, (box[0] + box[2]) / 2, (box[1] + box[3]) / 2, MARK_PT, "mm")
    placer.take(box)


def marker(style: str, x: float, y: float, reach: float = 1.05) -> npt.NDArray[np.float64]:
    """Outline of the sign at (x, y) mm: a triangle for shelters and evacuation sites, a square for others, else a disc."""
    if style in {"shelter", "evacuation_site"}:
        return np.array([(x - reach, y - 0.8 * reach), (x + reach, y - 0.8 * reach), (x, y + reach)])
    if style == "facility":
        half = 0.8 * reach
        return np.array([(x - half, y - half), (x + half, y - half), (x + half, y + half), (x - half, y + half)])
    turn = np.linspace(0.0, 2.0 * math.pi, 33)[:-1]
    return np.column_stack([x + reach * np.cos(turn), y + reach * np.sin(turn)])


def target(scene: Scene, x: float, y: float, reach: float = 1.9, inside_frame: bool = True) -> None:
    """A ring with a dot: the zone on the map of the prefecture."""
    for style, size in (("target_halo", reach), ("target", reach), ("target_dot", 0.75)):
        scene.shape(style, marker("", x, y, size), inside_frame=inside_frame)


def legend(
    scene: Scene, left: float, right: float, top: float, entries: list[tuple[str, str]], lang: str, size_pt: float = LEGEND_PT
) -> float:
    """(style, key of its word or its own checked words) one under the other from `top`; where it ends, in mm."""
    wide, step = SWATCH_MM, line_mm(size_pt)
    for style, key in entries:
        text = word(key, lang) if key in WORDS else key
        lines = [line for row in text.split("\n") for line in wrapped(row, size_pt, right - left - wide - 1.2)]
        tall = step * len(lines)
        middle = top - tall / 2
        _swatch(scene, style, left, middle, step * SWATCH_OF_LINE)
        for number, line in enumerate(lines):
            scene.write(line, left + wide + 1.2, middle + step * ((len(lines) - 1) / 2 - number), size_pt)
        top -= tall + 0.12 * size_pt
    return top


def _swatch(scene: Scene, style: str, left: float, middle: float, high: float) -> None:
    wide = SWATCH_MM
    box = (left, middle - high / 2, left + wide, middle + high / 2)
    if style == "target":
        target(scene, left + wide / 2, middle, high / 2, inside_frame=False)
    elif style in POINTS_OF_LEGEND:
        scene.shape(style, marker(style, left + wide / 2, middle, high * (0.28 if style == "dot" else 0.42)))
    elif style in LINES_OF_LEGEND:
        scene.shape(style, [(left, middle), (left + wide, middle)], closed=False)
    else:
        if not STYLES[style].fill:
            scene.box("land", box)
        scene.box(style, box)
        scene.box("edge" if style == "covered" else "swatch", box)
