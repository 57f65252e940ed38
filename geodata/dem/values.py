"""A tile's values, read again from its file."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geodata.dem import fgd_files, geotiff
from geodata.errors import DataError, Text
from geodata.terrain import Tile


def values_of(tile: Tile) -> npt.NDArray[np.float32]:
    """float32[ny, nx] metres, NaN = unknown, row 0 the southernmost. DataError where the file is gone or has changed."""
    values = fgd_files.values_of(tile) if tile.source == "fgd" else geotiff.values_of(tile)
    if values.shape != tile.grid.shape or int((~np.isnan(values)).sum()) != tile.known:
        raise DataError(
            "terrain-changed",
            Text(f"{tile.label} が、最初に読んだときから変わりました。", f"{tile.label} is not what it was when it was first read"),
            Text("標高のファイルを確かめ、もう一度実行してください。", "look at the file and run again"),
            tile.path.name,
        )
    return values
