"""A map as plain data: shapes and words in hundredths of a millimetre on paper. What is equal here looks equal."""

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

from requests_gen.zone_map_style import DPI, STYLE_VERSION

UNITS_A_MM = 100
Box = tuple[float, float, float, float]  # west, south, east, north in mm on paper
PaperArray = npt.NDArray[np.int32]


class Shape(NamedTuple):
    """Lines or polygons of one look. points: int32[n, 2]; `starts` where each ring begins, and n at the end."""

    look: str
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
    """One picture of `size_mm`; the map proper lies in `frame`. Later shapes cover earlier ones, words lie on top."""

    size_mm: tuple[float, float]
    frame: Box
    shapes: list[Shape] = field(default_factory=list)
    words: list[Words] = field(default_factory=list)

    def shape(self, look: str, points: Any, closed: bool = True, inside_frame: bool = False) -> None:
        """One ring or line; points: mm on paper [n, 2]."""
        paper = on_paper(np.asarray(points, float))
        self.shapes.append(Shape(look, paper, (0, len(paper)), closed, inside_frame))

    def box(self, look: str, box: Box, inside_frame: bool = False) -> None:
        """A rectangle."""
        west, south, east, north = box
        self.shape(look, [(west, south), (east, south), (east, north), (west, north)], True, inside_frame)

    def write(
        self, text: str, x: float, y: float, size_pt: float, anchor: str = "lm", ink: str = "#1A1A1A", halo: bool = False
    ) -> None:  # fmt: skip
        """One line of checked text at (x, y) mm."""
        if text:
            at = on_paper(np.array([x, y]))
            self.words.append(Words(text, int(at[0]), int(at[1]), size_pt, anchor, ink, halo))


@dataclass(frozen=True)
class View:
    """Where the ground lies on paper: `middle` (m, in the metric CRS) in the middle of `frame`, `scale` m a mm."""

    middle: tuple[float, float]
    scale: float
    frame: Box

    def paper(self, metres: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """mm on paper of points in metres [n, 2]."""
        west, south, east, north = self.frame
        placed: npt.NDArray[np.float64] = (metres - np.array(self.middle)) / self.scale + np.array(
            [(west + east) / 2, (south + north) / 2]
        )
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
        across, up = (
            ((east - west) / 2 + margin_mm) * self.scale,
            ((north - south) / 2 + margin_mm) * self.scale,
        )
        x, y = self.middle
        return x - across, y - up, x + across, y + up

    def draw(self, scene: Scene, look: str, geometries: Iterable[Any] | Any) -> bool:
        """Add polygons or lines (in metres) to the map proper; whether there were any."""
        parts = shapely.get_parts(shapely.get_parts(np.atleast_1d(np.asarray(geometries, dtype=object))))
        parts = parts[~shapely.is_empty(parts)]
        kinds = shapely.get_type_id(parts)
        drawn = False
        for closed, chosen in ((True, parts[kinds == 3]), (False, parts[(kinds == 1) | (kinds == 2)])):
            if len(chosen):
                # holes run the other way, so that they stay holes whatever rule fills the rings
                rings = shapely.get_rings(shapely.orient_polygons(chosen)) if closed else chosen
                points, ring = shapely.get_coordinates(rings, return_index=True)
                starts = (*np.searchsorted(ring, np.arange(len(rings))).tolist(), len(points))
                scene.shapes.append(Shape(look, on_paper(self.paper(points)), starts, closed, True))
                drawn = True
        return drawn


def on_paper(mm: npt.NDArray[np.float64]) -> PaperArray:
    """Hundredths of a millimetre."""
    return np.rint(mm * UNITS_A_MM).astype(np.int32)


def scene_key(scene: Scene) -> str:
    """A name for exactly what the picture shows, and with what it is drawn. 32 hexadecimal digits."""
    digest = hashlib.sha256()
    digest.update(json.dumps([STYLE_VERSION, DPI, _drawn_with(), scene.size_mm, scene.frame]).encode())
    for shape in scene.shapes:
        digest.update(json.dumps([shape.look, shape.starts, shape.closed, shape.inside_frame]).encode())
        digest.update(np.ascontiguousarray(shape.points, dtype="<i4").tobytes())
    digest.update(json.dumps(scene.words, ensure_ascii=False).encode())
    return digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _drawn_with() -> list[str]:
    """Versions of what decides the pixels, read without importing it."""
    from importlib.metadata import version

    return [version(name) for name in ("matplotlib", "pillow", "pylopdf-fonts-jp")]
