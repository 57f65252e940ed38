"""The font of drawn maps and labels, in a size of pixels."""

from __future__ import annotations

from functools import lru_cache
from typing import Any


@lru_cache(maxsize=32)
def font(pixels: float) -> Any:
    """Noto Sans JP at `pixels` a letter."""
    from PIL import ImageFont
    from pylopdf_fonts_jp import sans_path

    # the basic layout needs no library that one machine has and another has not: the same bytes everywhere
    return ImageFont.truetype(str(sans_path()), pixels, layout_engine=ImageFont.Layout.BASIC)
