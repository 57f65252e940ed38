"""Whether the places of a list can be where the study is: elsewhere, rounded to a kilometre, or many on one spot."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from coverage.questions.claims import METRES_PER_DEGREE, BoolArray, Land, metres_per_lon
from geodata.grid import FloatArray

FAR_M = 20_000.0  # a list of the prefecture has no place two meshes of 10 km beyond its border
MOST_FAR = 0.5
# two decimals of a degree are 0.9 to 1.1 km; six decimals end in 0000 once in ten thousand, so that this is no chance
ROUND_DECIMALS = 2
LEAST_ROUND = 3
ROUND_SHARE = 0.2
DEGREES_EXACT = 1e-7  # 1 cm: noise of a change of CRS
# a list that was given coordinates by address puts what it does not find on the town hall. Real lists: at most 3 names of
# shelters, towns, halls or schools share a point
LEAST_STACKED = 10
STACKED_SHARE = 0.05


@dataclass(frozen=True)
class Whereabouts:
    """far: bool[n], further than FAR_M from the study; wider: whether the list spans the study on all sides (a list of
    the whole country), so that far places are no wonder; box: west, south, east, north of the places, degrees."""

    far: BoolArray
    wider: bool
    box: tuple[float, float, float, float]

    @property
    def nowhere(self) -> bool:
        """Whether no place at all is near the study."""
        return bool(len(self.far)) and bool(self.far.all())

    @property
    def mostly(self) -> bool:
        """Whether most are far though the list is not simply a wider one."""
        return not self.wider and bool(self.far.mean() > MOST_FAR)


def whereabouts(lon: FloatArray, lat: FloatArray, study: Land) -> Whereabouts:
    """Of at least one place. lon, lat: degrees (JGD2011) float64[n]; study: the study's own municipalities."""
    west, south = study.bounds[:, :2].min(axis=0)
    east, north = study.bounds[:, 2:].max(axis=0)
    scale = np.array([metres_per_lon(float(south + north) / 2), METRES_PER_DEGREE])
    # what lies outside the frame by that much is far; of the rest most lie inside a municipality
    margin = FAR_M / scale
    far = (lon < west - margin[0]) | (lon > east + margin[0]) | (lat < south - margin[1]) | (lat > north + margin[1])
    rest = np.flatnonzero(~far)
    right, elsewhere = study.judge(lon[rest], lat[rest], np.full(len(rest), "", object))
    rest = rest[~(right | elsewhere)]
    spots = shapely.points(np.column_stack([lon[rest], lat[rest]]) * scale)
    tree = shapely.STRtree(shapely.transform(study.shapes, lambda xy: xy * scale))
    near = np.zeros(len(rest), bool)
    near[tree.query(spots, predicate="dwithin", distance=FAR_M)[0]] = True
    far[rest] = ~near
    box = float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())
    wider = box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north
    return Whereabouts(far, bool(wider), box)


def rounded(lon: FloatArray, lat: FloatArray) -> tuple[int, int]:
    """(how many places have both coordinates rounded, to how many decimals: 0, 1 or 2); (0, 0) where that can be chance."""
    finest = np.full(len(lon), ROUND_DECIMALS + 1)
    for decimals in range(ROUND_DECIMALS, -1, -1):
        exact = np.ones(len(lon), bool)
        for degrees in (lon, lat):
            exact &= np.abs(degrees - np.round(degrees, decimals)) < DEGREES_EXACT
        finest[exact] = decimals
    round_ones = finest <= ROUND_DECIMALS
    count = int(round_ones.sum())
    if count < LEAST_ROUND or count < ROUND_SHARE * len(lon):
        return 0, 0
    return count, int(finest[round_ones].max())


def stacked(lon: FloatArray, lat: FloatArray, names: pd.Series) -> tuple[int, int, float, float]:
    """(places on crowded points, crowded points, lon and lat of the most crowded): points with LEAST_STACKED names or more.

    (0, 0, nan, nan) where they are fewer than STACKED_SHARE of the list.
    """
    frame = pd.DataFrame({"lon": np.round(lon, 7), "lat": np.round(lat, 7), "name": names.to_numpy(object)})
    crowd = frame.groupby(["lon", "lat"])["name"].nunique().sort_values(ascending=False, kind="stable")
    crowd = crowd[crowd >= LEAST_STACKED]
    count = int(crowd.sum())
    if not count or count < STACKED_SHARE * len(frame):
        return 0, 0, np.nan, np.nan
    return count, len(crowd), float(crowd.index[0][0]), float(crowd.index[0][1])
