"""Classes of cells that the map of the screen can show: who lives where, and where 5G is missing. Unknown is a class."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from coverage.gaps import ANY
from coverage.rules import Threshold

if TYPE_CHECKING:
    import pandas as pd

    from coverage.run import Result

Classes = npt.NDArray[np.uint8]

OUTSIDE, UNKNOWN = 0, 7
NOBODY = 1
PEOPLE_FROM = (10.0, 50.0, 200.0, 1000.0)  # where the classes above the first begin, persons a cell
LACKING = 2
FOUR, FIVE = "4G", "5G"


def population_classes(population: pd.Series) -> Classes:
    """NOBODY, then 2 (somebody, fewer than ten) … 6 (PEOPLE_FROM), UNKNOWN where the people are not known."""
    people = population.to_numpy(float)
    known = np.digitize(people, PEOPLE_FROM) + LACKING
    return np.where(np.isnan(people), UNKNOWN, np.where(people > 0, known, NOBODY)).astype(np.uint8)


def lack_5g_classes(result: Result) -> Classes | None:
    """LACKING where some carrier's 4G reaches enough of a cell and no carrier's 5G does; None without both.

    Enough is the study's threshold. UNKNOWN where a carrier that has not published its 5G might serve the cell,
    or where nobody published 4G; OUTSIDE where 5G reaches, and where 4G does not: zones speak of those.
    This is a class of cells: zones are places made for one generation (study.zones.generation) and hold none.
    """
    if not {FOUR, FIVE} <= set(result.study.generations):
        return None
    enough = Threshold(result.study.rules.threshold, result.study.rules.inclusive)
    four, five = (enough.met(result.shares[(ANY, generation)]).to_numpy() for generation in (FOUR, FIVE))
    spoken = result.shares[[(key, FIVE) for key in result.study.carrier_keys]].notna().all(axis=1).to_numpy()
    asked = (four != 0.0) & (five != 1.0)
    return np.select(
        [asked & (four == 1.0) & (five == 0.0) & spoken, asked], [LACKING, UNKNOWN], OUTSIDE
    ).astype(np.uint8)


def class_raster(classes: Classes, place: npt.NDArray[np.int64]) -> bytes:
    """Classes of cells on the map's grid (place: row of each pixel, −1 outside), south first, zlib."""
    return zlib.compress(np.append(classes, np.uint8(OUTSIDE))[place].astype(np.uint8).tobytes(), 9)
