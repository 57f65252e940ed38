"""Well-known binary to shapes, naming the first record whose bytes are no shape."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from geodata.errors import DataError, Text
from geodata.formats.raw import Geometries, place

# what shapely raises on bytes that are no WKB, and on curves that it cannot hold
_NO_SHAPE = (shapely.errors.ShapelyError, TypeError, ValueError, NotImplementedError)


def shapes_of_wkb(wkb: Sequence[Any] | Geometries, word: Text, remedy: Text) -> Geometries:
    """Shapes, None where there is None. DataError names the first record that is damaged."""
    held = np.empty(len(wkb), object)
    held[:] = wkb
    with np.errstate(invalid="ignore"):  # NaN coordinates are looked for later
        try:
            return np.asarray(shapely.from_wkb(held), object)
        except _NO_SHAPE as error:
            raise DataError(
                "geometry-malformed",
                Text(
                    "図形の中身が壊れているか、曲線など扱えない種類です。",
                    "the shape is damaged, or of a kind that cannot be used (curves)",
                ),
                remedy,
                where=_first_bad(held, word),
            ) from error


def _first_bad(held: Geometries, word: Text) -> Text | None:
    for number, one in enumerate(held, 1):
        try:
            shapely.from_wkb(one)
        except _NO_SHAPE:
            return place(word, number)
    return None
