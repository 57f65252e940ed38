"""A small picture of where a file's features lie, over the municipal borders where they are known.

Bounded whatever the file: at most FEATURES_DRAWN features, simplified to the width of a pixel, and it says so.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.errors import Text
from requests_gen.files import font

Box = tuple[float, float, float, float]
Shapes = npt.NDArray[np.object_]

WIDTH, HEIGHT = 900, 640  # pixels
EDGE = 26  # room for the degrees along the frame
FEATURES_DRAWN = 20_000
VERTICES_UNCHANGED = 200_000
PAINTED = 100  # large areas one over the other cost time and show nothing
MARGIN = 0.06  # of the extent, around it
LEAST_DEGREES = 0.02

SEA, LAND, BORDER, FILL, INK, GRID = "#e8eef3", "#ffffff", "#5a6672", "#d55e00", "#8a3d00", "#c3ccd4"
_drawing = threading.Lock()  # matplotlib's fonts and caches are not made for several threads


@dataclass(frozen=True)
class Picture:
    """A PNG, where its features lie (west, south, east, north in degrees), and how honest it is."""

    png: bytes
    bounds: Box
    features: int
    drawn: int
    simplified: bool

    @property
    def remark(self) -> Text:
        """What was left out of the picture, in words; empty when nothing was."""
        ja, en = [], []
        if self.drawn < self.features:
            ja.append(
                f"数が多いため、{self.features:,}個のうち{self.drawn:,}個を等間隔に選んで描いています（取り込みでは全部を使います）。"
            )
            en.append(f"{self.drawn:,} of {self.features:,} features are drawn; all of them will be used.")
        if self.simplified:
            ja.append("形は、この絵で見える細かさまで簡単にして描いています。")
            en.append("Shapes are simplified to what this picture can show.")
        return Text("".join(ja), " ".join(en))


def picture_of(shapes: Shapes, borders: Sequence[bytes] = (), near: Box | None = None) -> Picture:
    """Features (degrees) over `borders` (WKB, degrees), in a frame that shows both, and `near` where given."""
    from PIL import Image, ImageDraw

    bounds = _box(shapely.total_bounds(shapes))
    land = shapely.from_wkb(list(borders)) if borders else np.array([], dtype=object)
    frame = _frame([bounds, *([_box(shapely.total_bounds(land))] if len(land) else [near] if near else [])])
    pixel = (frame[2] - frame[0]) / WIDTH
    few = _few(shapes, frame)
    many = int(shapely.get_num_coordinates(few).sum()) > VERTICES_UNCHANGED
    seen = shapely.simplify(few, pixel, preserve_topology=False) if many else few
    with _drawing:
        pixels = _drawn(seen, few, land, frame)
    image = Image.fromarray(pixels)
    _degrees(ImageDraw.Draw(image), frame)
    stream = io.BytesIO()
    image.save(stream, format="PNG")
    return Picture(stream.getvalue(), bounds, len(shapes), len(few), many)


def _few(shapes: Shapes, frame: Box) -> Shapes:
    """At most FEATURES_DRAWN of the features, evenly chosen, that paint at most PAINTED pictures full."""
    shown = len(shapes)
    west, south, east, north = shapely.bounds(shapes).T
    painted = np.nansum((east - west) * (north - south)) / ((frame[2] - frame[0]) * (frame[3] - frame[1]))
    spec = min(shown, FEATURES_DRAWN, max(int(shown * PAINTED / max(painted, 1e-9)), 1))
    return shapes if spec == shown else shapes[np.linspace(0, shown - 1, spec).astype(int)]


def _box(found: Any) -> Box:
    west, south, east, north = (float(value) for value in found)
    return west, south, east, north


def _frame(boxes: Sequence[Box]) -> Box:
    """A frame in the picture's proportions (a degree of longitude is shorter by the cosine of the latitude)."""
    west, south = min(box[0] for box in boxes), min(box[1] for box in boxes)
    east, north = max(box[2] for box in boxes), max(box[3] for box in boxes)
    squeeze = max(float(np.cos(np.radians((south + north) / 2))), 0.1)
    height = max((north - south) * (1 + 2 * MARGIN), LEAST_DEGREES)
    width = max((east - west) * (1 + 2 * MARGIN), LEAST_DEGREES / squeeze)
    height = max(height, width * squeeze * HEIGHT / WIDTH)
    width = height / squeeze * WIDTH / HEIGHT
    x, y = (west + east) / 2, (south + north) / 2
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _drawn(seen: Shapes, few: Shapes, land: Shapes, frame: Box) -> npt.NDArray[np.uint8]:
    """uint8[HEIGHT, WIDTH, 3]: land, the features, the borders over them."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.collections import PathCollection
    from matplotlib.figure import Figure
    from matplotlib.transforms import Affine2D

    scale = WIDTH / (frame[2] - frame[0]), HEIGHT / (frame[3] - frame[1])
    place = Affine2D().translate(-frame[0], -frame[1]).scale(*scale)
    with matplotlib.rc_context({"path.simplify": True, "agg.path.chunksize": 20_000}):
        figure = Figure(figsize=(WIDTH / 100, HEIGHT / 100), dpi=100, facecolor=SEA)
        canvas: Any = FigureCanvasAgg(figure)

        def lay(shapes: Shapes, **preview_of: Any) -> None:
            paths = [path for shape in shapes if (path := _path(shape)) is not None]
            if paths:
                figure.add_artist(PathCollection(paths, transform=place, **preview_of), clip=False)

        areas = np.isin(shapely.get_type_id(seen), (3, 6)) & ~shapely.is_empty(seen)
        lay(land, facecolor=LAND, edgecolor="none")
        lay(seen[areas], facecolor=FILL, edgecolor=INK, linewidth=0.4, alpha=0.55)
        lay(seen[np.isin(shapely.get_type_id(seen), (1, 2, 5))], facecolor="none", edgecolor=FILL, linewidth=1.2)
        lay(land, facecolor="none", edgecolor=BORDER, linewidth=0.6)
        _dots(figure, _points(seen, few), place)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


def _points(seen: Shapes, few: Shapes) -> npt.NDArray[np.float64]:
    """float64[n, 2]: point features, and areas too small to be seen otherwise."""
    gone = shapely.is_empty(seen) & ~shapely.is_empty(few)
    middle = shapely.get_coordinates(shapely.centroid(few[gone]))
    dots = few[np.isin(shapely.get_type_id(few), (0, 4))]
    return np.concatenate([middle, shapely.get_coordinates(dots)])


def _dots(figure: Any, points: npt.NDArray[np.float64], place: Any) -> None:
    from matplotlib.lines import Line2D

    if len(points):
        at = place.transform(points)
        size = 4.0 if len(points) < 2000 else 2.0
        dots = Line2D(
            at[:, 0],
            at[:, 1],
            linestyle="none",
            marker="o",
            markersize=size,
            markerfacecolor=FILL,
            markeredgecolor=INK,
            markeredgewidth=0.3,
            transform=None,
        )
        figure.add_artist(dots, clip=False)


def _path(shape: Any) -> Any:
    """One path with all rings or lines of a shape; holes stay holes."""
    from matplotlib.path import Path

    parts = []
    for part in shapely.get_parts(shape):
        kind = shapely.get_type_id(part)
        if kind == 3:
            parts += [(shapely.get_coordinates(ring), True) for ring in shapely.get_rings(part)]
        elif kind in (1, 2):
            parts.append((shapely.get_coordinates(part), False))
    paths = [Path(points, closed=closed) for points, closed in parts if len(points) > 1]
    return Path.make_compound_path(*paths) if paths else None


def _degrees(pen: Any, frame: Box) -> None:
    """Fine lines with their degrees along the edge, so that a place can be named without borders."""
    letters = font(15)
    step = _step(frame[2] - frame[0])
    for value in np.arange(np.ceil(frame[0] / step) * step, frame[2], step):
        x = (value - frame[0]) / (frame[2] - frame[0]) * WIDTH
        pen.line([(x, 0), (x, 8)], fill=BORDER)
        if EDGE * 2 < x < WIDTH - EDGE * 2:
            pen.text((x, 10), _named(value, step, "E", "W"), font=letters, fill=BORDER, anchor="ma", stroke_width=2, stroke_fill=SEA)
    for value in np.arange(np.ceil(frame[1] / step) * step, frame[3], step):
        y = HEIGHT - (value - frame[1]) / (frame[3] - frame[1]) * HEIGHT
        pen.line([(0, y), (8, y)], fill=BORDER)
        if EDGE * 2 < y < HEIGHT - EDGE:
            pen.text((11, y), _named(value, step, "N", "S"), font=letters, fill=BORDER, anchor="lm", stroke_width=2, stroke_fill=SEA)
    pen.rectangle([(0, 0), (WIDTH - 1, HEIGHT - 1)], outline=GRID)


def _step(width: float) -> float:
    """Degrees from one mark to the next: four to ten marks in a frame."""
    rough = width / 5
    power = 10.0 ** np.floor(np.log10(rough))
    return float(next(power * one for one in (1, 2, 5, 10) if power * one >= rough))


def _named(value: float, step: float, positive: str, negative: str) -> str:
    digits = max(0, int(np.ceil(-np.log10(step))))
    return f"{abs(value):.{digits}f}°{positive if value >= 0 else negative}"
