"""(first version, being refined)"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from geodata.grid import IntArray


def _none() -> IntArray:
    return np.zeros(0, np.int64)


@dataclass
class RepairCount:
    """Rows that were changed, by reason."""

    invalid: IntArray = field(default_factory=_none)
    collapsed: IntArray = field(default_factory=_none)
    stripped: IntArray = field(default_factory=_none)
    not_polygons: IntArray = field(default_factory=_none)
    flattened: IntArray = field(default_factory=_none)


def repair_polygons(
    geometries: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], RepairCount]:
    out = geometries.copy()
    bad = ~shapely.is_valid(out) & ~shapely.is_missing(out)
    out[bad] = shapely.make_valid(out[bad], method="structure")
    return out, RepairCount(invalid=np.flatnonzero(bad))
