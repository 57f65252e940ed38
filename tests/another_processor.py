"""The example built as another processor would: `python another_processor.py FOLDER`.

Processors (and libraries of mathematics) disagree in the last bit of exp, log, sin and so on. Here every such
result is moved by one unit in the last place, up or down by what the value itself is, so that equal stays equal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np

FUNCTIONS = ("exp", "expm1", "log", "log10", "log1p", "log2", "sin", "cos", "tan", "arctan2", "hypot", "cbrt")


def last_bit_moved(value: Any) -> Any:
    """`value` (float or float array) off by one unit in the last place; zeros, ones, infinities and NaN stay."""
    array = np.asarray(value)
    if array.dtype not in (np.float32, np.float64):
        return value
    bits = array.view(np.int32 if array.dtype == np.float32 else np.int64)
    moved = (bits + np.where((bits >> 1) & 1, 1, -1)).astype(bits.dtype).view(array.dtype)
    exact = (array == 0) | (np.abs(array) == 1) | ~np.isfinite(array)
    return np.where(exact, array, moved)[()]


def moving(function: Callable[..., Any]) -> Callable[..., Any]:
    """`function` with the last bit of its results moved."""
    return lambda *args, **options: last_bit_moved(function(*args, **options))


class Projection:
    """A pyproj transformer whose coordinates are off by one in the last place."""

    def __init__(self, exact: Any) -> None:
        self.exact = exact

    def transform(self, x: Any, y: Any) -> tuple[Any, ...]:
        return tuple(last_bit_moved(part) for part in self.exact.transform(x, y))


def main(folder: Path) -> None:
    """Build the example into `folder` with every last bit moved."""
    from examples.mie import land

    # before the others take them by name
    land.to_metres, land.to_degrees = Projection(land.to_metres), Projection(land.to_degrees)
    from examples.mie import build

    for name in FUNCTIONS:  # after the libraries are loaded, which hold their own
        setattr(np, name, moving(getattr(np, name)))
    build.main(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
