"""From a scene to a PNG: shapes by matplotlib's Agg, letters by Pillow, few colours, no date and no name inside."""

from __future__ import annotations

import io
from functools import lru_cache
from typing import Any

import numpy as np

from requests_gen.files import font
from requests_gen.zone_maps.scene import DPI, STYLES, UNITS_A_MM, WHITE, Scene, Shape
from requests_gen.zone_maps.text_layout import MM_PER_POINT

COLOURS = 48
HALO_MM = 0.28
PIXELS_A_MM = DPI / 25.4


def png_of(scene: Scene) -> bytes:
    """The picture of `scene`: the same scene gives the same bytes on every day and in every process."""
    from PIL import Image, ImageDraw

    image = Image.fromarray(_shapes(scene))
    pen = ImageDraw.Draw(image)
    height = image.height
    scale = PIXELS_A_MM / UNITS_A_MM
    for words in scene.words:
        letters = font(round(words.size_pt * MM_PER_POINT * PIXELS_A_MM, 2))
        at = (words.x * scale, height - words.y * scale)
        stroke: dict[str, Any] = {"stroke_width": HALO_MM * PIXELS_A_MM, "stroke_fill": WHITE} if words.halo else {}
        pen.text(at, words.text, font=letters, fill=words.ink, anchor=words.anchor, **stroke)
    few = image.quantize(COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    stream = io.BytesIO()
    few.save(stream, format="PNG", dpi=(DPI, DPI), compress_level=6)
    return stream.getvalue()


def _shapes(scene: Scene) -> np.ndarray:
    """All shapes as pixels: uint8[rows, columns, 3]."""
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.transforms import Affine2D, Bbox

    # a user's own matplotlib settings must not change an official map
    settings: Any = _settings()
    with matplotlib.rc_context(settings):
        width, height = scene.size_mm
        figure = Figure(figsize=(width / 25.4, height / 25.4), dpi=DPI, facecolor=WHITE)
        canvas: Any = FigureCanvasAgg(figure)
        place = Affine2D().scale(PIXELS_A_MM / UNITS_A_MM)
        frame = Bbox(np.array(scene.frame).reshape(2, 2) * PIXELS_A_MM)
        for shape in scene.shapes:
            style = STYLES[shape.style]
            patch = PathPatch(
                Path(*_path(shape, Path)),
                transform=place,
                facecolor=style.fill or "none",
                fill=bool(style.fill),
                edgecolor=style.ink or "none",
                linewidth=style.width_pt,
                joinstyle="round",
                linestyle=(0, style.dashes) if style.dashes else "-",
            )
            if style.hatch:
                patch.set_hatch(style.hatch)
                patch.set_hatchcolor(style.hatch_ink)
                patch.set_hatch_linewidth(style.hatch_pt)
            figure.add_artist(patch, clip=False)
            if shape.inside_frame:
                patch.set_clip_box(frame)
        canvas.draw()
        return np.asarray(canvas.buffer_rgba())[:, :, :3].copy()


@lru_cache(maxsize=1)
def _settings() -> dict[str, Any]:
    """matplotlib's own defaults, without those that would choose a window."""
    import matplotlib

    return {key: value for key, value in matplotlib.rcParamsDefault.items() if not key.startswith("backend")}


def _path(shape: Shape, path: Any) -> tuple[np.ndarray, np.ndarray]:
    """Points and codes of a path with all rings of a shape."""
    count = len(shape.points)
    if not shape.closed:
        codes = np.full(count, path.LINETO, np.uint8)
        codes[list(shape.starts[:-1])] = path.MOVETO
        return shape.points.astype(float), codes
    # each ring ends with a point of its own that closes it
    ends = np.array(shape.starts[1:])
    points = np.insert(shape.points.astype(float), ends, 0.0, axis=0)
    codes = np.full(len(points), path.LINETO, np.uint8)
    moved = np.arange(len(ends))
    codes[ends + moved] = path.CLOSEPOLY
    codes[np.array(shape.starts[:-1]) + moved] = path.MOVETO
    return points, codes
