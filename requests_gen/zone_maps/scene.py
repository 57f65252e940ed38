"""A map as plain data: shapes and words in hundredths of a millimetre on paper, and the style of each kind of shape.

Equal scenes give equal pictures. Inks and hatches differ in a black-and-white copy too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Text

STYLE_VERSION = "1"  # raise it when a style changes: maps kept from before are then drawn again
DPI = 200
WHERE_MM = (60.0, 85.0)
CLOSE_MM = (110.0, 85.0)
# colours of the CUD guideline (ver. 4) and tints of them; every class also has its own hatch or dash
INK, WHITE, GREY = "#1A1A1A", "#FFFFFF", "#5B6670"
BLUE, BROWN, DEEP_RED = "#005AFF", "#804000", "#A32E00"


@dataclass(frozen=True)
class Style:
    """How one kind of thing is drawn. Widths in points, `dashes` in multiples of the width; "" draws nothing."""

    fill: str = ""
    ink: str = ""
    width_pt: float = 0.0
    dashes: tuple[float, ...] = ()
    hatch: str = ""
    hatch_ink: str = ""
    hatch_pt: float = 0.5


STYLES = {
    "paper": Style(fill=WHITE),
    "sea": Style(fill=WHITE),
    "land": Style(fill="#F6F3EA"),
    "covered": Style(fill="#CBE3FF"),
    "edge_halo": Style(ink=WHITE, width_pt=2.4),
    "edge": Style(ink=BLUE, width_pt=1.3),
    # what a carrier leaves out: dark hatch and tint where people live, a pale hatch alone where nobody does
    "none_serve": Style(fill="#FFC9B3", hatch="xxx", hatch_ink=DEEP_RED, hatch_pt=0.8),
    "none_serve_empty": Style(hatch="xxx", hatch_ink="#B9A79F", hatch_pt=0.45),
    "lacking": Style(fill="#FFF2A6", hatch="////", hatch_ink=BROWN, hatch_pt=0.8),
    "lacking_empty": Style(hatch="////", hatch_ink="#B5AC9C", hatch_pt=0.45),
    "lacking_unknown": Style(fill="#E9E4F0", hatch="----", hatch_ink="#990099", hatch_pt=0.7),
    "lacking_unknown_empty": Style(hatch="----", hatch_ink="#B7ADB9", hatch_pt=0.45),
    "partly": Style(hatch="\\\\", hatch_ink=BROWN, hatch_pt=0.6),
    "partly_empty": Style(),
    "unknown": Style(fill="#E4E7EA", hatch="...", hatch_ink=GREY, hatch_pt=0.6),
    "unknown_empty": Style(hatch="..", hatch_ink="#A9B1B8", hatch_pt=0.5),
    "outline": Style(ink=INK, width_pt=0.8),
    "outline_small": Style(ink=INK, width_pt=0.55),
    "border": Style(ink=INK, width_pt=0.7, dashes=(7, 2, 1.5, 2)),
    "border_small": Style(ink=GREY, width_pt=0.35),
    "own_town": Style(fill="#C9D6E2", hatch="////", hatch_ink=GREY, hatch_pt=0.5),
    "own_town_edge": Style(ink=INK, width_pt=1.0),
    "zone_halo": Style(ink=WHITE, width_pt=3.6),
    "zone": Style(ink=INK, width_pt=1.9),
    "other_zone": Style(ink=GREY, width_pt=0.8, dashes=(3, 2)),
    "leader": Style(ink=INK, width_pt=0.4),
    "dot": Style(fill=INK, ink=WHITE, width_pt=0.7),
    "target_halo": Style(ink=WHITE, width_pt=3.4),
    "target": Style(ink=DEEP_RED, width_pt=1.6),
    "target_dot": Style(fill=DEEP_RED, ink=WHITE, width_pt=0.5),
    "shelter": Style(fill="#006B4C", ink=WHITE, width_pt=0.6),
    "evacuation_site": Style(fill=WHITE, ink="#006B4C", width_pt=1.0),
    "facility": Style(fill=WHITE, ink=INK, width_pt=0.8),
    "plate": Style(fill=WHITE, ink=INK, width_pt=0.5),
    "plain_plate": Style(fill=WHITE),
    "black": Style(fill=INK),
    "bar_white": Style(fill=WHITE, ink=INK, width_pt=0.5),
    "frame": Style(ink=INK, width_pt=0.7),
    "swatch": Style(ink=GREY, width_pt=0.4),
}
# classes of cells, from the least to the most important: the later is drawn over the earlier
CELL_KINDS = ("unknown", "partly", "lacking", "lacking_unknown", "none_serve")
WORDS = {
    "covered": Text("この会社のエリア", "this carrier's area"),
    "none_serve": Text("どの会社もエリア外", "no carrier serves"),
    "lacking": Text("この会社はエリア外\n（他社はエリア内）", "not this carrier,\nbut another"),
    "lacking_unknown": Text("この会社はエリア外\n（未公表の他社あり）", "not this carrier,\nothers unknown"),
    "partly": Text("一部がエリア外\n（人が住む所）", "part of it outside\n(inhabited)"),
    "unknown": Text("未公表（不明）", "not published (unknown)"),
    "empty": Text("淡い網掛け: 人が住んでいない所", "pale hatching: nobody lives there"),
    "zone": Text("この地区", "this zone"),
    "other_zone": Text("ほかの地区と地区ID", "other zones, with ids"),
    "dot": Text("代表点（人口の中心）", "middle of its people"),
    "shelter": Text("指定避難所", "shelter"),
    "evacuation_site": Text("指定緊急避難場所", "evacuation site"),
    "facility": Text("その他の施設", "other facility"),
    "border": Text("市町村境", "municipal border"),
    "outline": Text("都道府県境・海岸線", "prefecture, coast"),
    "target": Text("地区の位置", "the zone"),
    "fictitious": Text("架空のエリア", "fictitious areas"),
    "not_published": Text("エリアは公表されていません。", "This carrier has not published its area."),
    "apart": Text("離れた島は省略", "far islands left out"),
}


def word(key: str, lang: str) -> str:
    """A word of the legend in `lang`."""
    return WORDS[key].in_(lang)


UNITS_A_MM = 100
Box = tuple[float, float, float, float]  # west, south, east, north in mm on paper
PaperArray = npt.NDArray[np.int32]


class Shape(NamedTuple):
    """Lines or polygons of one style. points: int32[n, 2]; `starts` where each ring begins, and n at the end."""

    style: str
    points: PaperArray
    starts: tuple[int, ...]
    closed: bool
    inside_frame: bool


class Words(NamedTuple):
    """One line of text. `anchor` as Pillow's: l m r across, t m b down; (x, y) in hundredths of a mm."""

    text: str
    x: int
    y: int
    size_pt: float
    anchor: str
    ink: str
    halo: bool


@dataclass
class Scene:
    """One picture of `size_mm`; the map itself is inside `frame`. Later shapes cover earlier ones, words cover all."""

    size_mm: tuple[float, float]
    frame: Box
    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def shape(self, style: str, points: Any, closed: bool = True, inside_frame: bool = False) -> None:
        """One ring or line; points: mm on paper [n, 2]."""
        paper = on_paper(np.asarray(points, float))
        self.shapes.append(Shape(style, paper, (0, len(paper)), closed, inside_frame))

    def box(self, style: str, box: Box, inside_frame: bool = False) -> None:
        """A rectangle."""
        west, south, east, north = box
        self.shape(style, [(west, south), (east, south), (east, north), (west, north)], True, inside_frame)

    def write(self, text: str, x: float, y: float, size_pt: float, anchor: str = "lm", ink: str = "#1A1A1A", halo: bool = False) -> None:
        """One line of checked text at (x, y) mm."""
        if text:
            at = on_paper(np.array([x, y]))
            self.words.append(Words(text, int(at[0]), int(at[1]), size_pt, anchor, ink, halo))


@dataclass(frozen=True)
class View:
    """How the terrain is placed on paper: `middle` (m, in the metric CRS) in the middle of `frame`, `scale` m a mm."""

    middle: tuple[float, float]
    scale: float
    frame: Box

    def paper(self, metres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """mm on paper of points in metres [n, 2]."""
        west, south, east, north = self.frame
        placed: npt.NDArray[np.float64] = (metres - np.array(self.middle)) / self.scale + np.array([(west + east) / 2, (south + north) / 2])
        return placed

    def metres(self, paper: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Points in metres [n, 2] of points in mm on paper."""
        west, south, east, north = self.frame
        middle = np.array([(west + east) / 2, (south + north) / 2])
        placed: npt.NDArray[np.float64] = (paper - middle) * self.scale + np.array(self.middle)
        return placed

    def ground(self, margin_mm: float = 0.0) -> Box:
        """What the frame shows, and `margin_mm` around it, in metres."""
        west, south, east, north = self.frame
        across, up = (((east - west) / 2 + margin_mm) * self.scale, ((north - south) / 2 + margin_mm) * self.scale)
        x, y = self.middle
        return x - across, y - up, x + across, y + up

    def draw(self, scene: Scene, style: str, geometries: Iterable[Any] | Any) -> bool:
        """Add polygons or lines (in metres) to the map itself; whether there were any."""
        parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(geometries, dtype=object))))
        parts = parts[~shapely.is_empty(parts)]
        kinds = shapely.get_type_id(parts)
        drawn = False
        for closed, chosen in ((True, parts[kinds == 3]), (False, parts[(kinds == 1) | (kinds == 2)])):
            if len(chosen):
                # holes run in the other direction, so that they stay holes under either fill rule
                rings = shapely.get_rings(shapely.orient_polygons(chosen)) if closed else chosen
                points, ring = shapely.get_coordinates(rings, return_index=True)
                starts = (*np.searchsorted(ring, np.arange(len(rings))).tolist(), len(points))
                scene.shapes.append(Shape(style, on_paper(self.paper(points)), starts, closed, True))
                drawn = True
        return drawn


def on_paper(mm: npt.NDArray[np.float64]) -> PaperArray:
    """Hundredths of a millimetre."""
    return np.rint(mm * UNITS_A_MM).astype(np.int32)


def scene_key(scene: Scene) -> str:
    """A hash of exactly what the picture shows and of the versions it is drawn with. 32 hexadecimal digits."""
    digest = hashlib.sha256()
    digest.update(json.dumps([STYLE_VERSION, DPI, _drawn_with(), scene.size_mm, scene.frame]).encode())
    for shape in scene.shapes:
        digest.update(json.dumps([shape.style, shape.starts, shape.closed, shape.inside_frame]).encode())
        digest.update(np.ascontiguousarray(shape.points, dtype="<i4").tobytes())
    digest.update(json.dumps(scene.words, ensure_ascii=False).encode())
    return digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _drawn_with() -> list[str]:
    """Versions of the libraries that decide the pixels, read without importing them."""
    from importlib.metadata import version

    return [version(name) for name in ("matplotlib", "pillow", "pylopdf-fonts-jp")]
