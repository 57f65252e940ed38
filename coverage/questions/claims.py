"""What a list of places says of its municipalities, held against the boundaries: who says what, and who lies where.

land = Land.of(municipalities)                   # boundaries in degrees, ready for many points
says = land.ids_of(table["municipality_given"])  # "" where the list names none that is known
right, elsewhere = land.judge(lon, lat, says)    # in the municipality it names; in another one
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geodata.grid import FloatArray
from geodata.prefectures import NAMES
from geodata.schema import CRS_GEOGRAPHIC

if TYPE_CHECKING:
    import geopandas as gpd

BoolArray = npt.NDArray[np.bool_]
TextArray = npt.NDArray[np.object_]
METRES_PER_DEGREE = 111_320.0
_PREFECTURE = re.compile("^(" + "|".join(NAMES) + ")")
_COUNTY = re.compile(r"^.+?郡(?=.+[町村]$)")


def plain_name(name: object) -> str:
    """A municipality as people write it, without prefecture and 郡: 三重県多気郡大台町 is 大台町."""
    return _COUNTY.sub("", _PREFECTURE.sub("", re.sub(r"\s+", "", str(name))))


@dataclass(frozen=True)
class Land:
    """Boundaries in degrees (JGD2011). ids: municipality_id[n]; shapes: prepared polygons[n]; bounds: float64[n, 4]."""

    ids: TextArray
    names: tuple[str, ...]
    shapes: npt.NDArray[np.object_]
    bounds: FloatArray

    @classmethod
    def of(cls, municipalities: gpd.GeoDataFrame) -> Land:
        """From a MUNICIPALITIES table in any CRS."""
        frame = municipalities if municipalities.crs == CRS_GEOGRAPHIC else municipalities.to_crs(CRS_GEOGRAPHIC)
        shapes = frame.geometry.to_numpy().copy()
        shapely.prepare(shapes)
        names = tuple(str(name) for name in frame["name"])
        return cls(frame.index.to_numpy().astype(object), names, shapes, np.asarray(shapely.bounds(shapes), float))

    def ids_of(self, given: pd.Series) -> TextArray:
        """municipality_id[n] of codes (five or six digits) or names; "" for blank, unknown, and names that two share."""
        plain = pd.Series([plain_name(name) for name in self.names], index=self.ids)
        known = {name: str(key) for key, name in plain.drop_duplicates(keep=False).items()}
        known |= {str(key): str(key) for key in self.ids}
        said = {
            text: known.get(text[:5] if re.fullmatch("[0-9]{6}", text) else plain_name(text), "")
            for text in set(given.fillna("").astype(str))
        }
        return np.array([said[text] for text in given.fillna("").astype(str)], object)

    def judge(self, lon: FloatArray, lat: FloatArray, says: TextArray) -> tuple[BoolArray, BoolArray]:
        """(lies in the municipality it names, lies in another known one instead): bool[n] each; borders belong to both."""
        right, somewhere = np.zeros(len(lon), bool), np.zeros(len(lon), bool)
        for name, shape, (west, south, east, north) in zip(self.ids, self.shapes, self.bounds, strict=True):
            near = np.flatnonzero((lon >= west) & (lon <= east) & (lat >= south) & (lat <= north))
            inside = near[shapely.intersects_xy(shape, lon[near], lat[near])]
            somewhere[inside] = True
            right[inside[says[inside] == name]] = True
        return right, somewhere & ~right

    def metres_off(self, lon: FloatArray, lat: FloatArray, says: TextArray) -> FloatArray:
        """Metres from each point to the border of the municipality it names: 0 inside, NaN where it names none. float64[n].

        On a plane scaled at the point's municipality: 1 % right within a prefecture, which is enough for a tolerance.
        """
        off = np.where(says == "", np.nan, 0.0)
        right, _ = self.judge(lon, lat, says)
        lost = (says != "") & ~right
        for name in set(says[lost]):
            at = np.flatnonzero(lost & (says == name))
            shape = self.shapes[np.flatnonzero(self.ids == name)[0]]
            scale = np.array([metres_per_lon(float(shape.centroid.y)), METRES_PER_DEGREE])
            spots = shapely.points(np.column_stack([lon[at], lat[at]]) * scale)
            off[at] = shapely.distance(shapely.transform(shape, lambda xy, scale=scale: xy * scale), spots)
        return off


def metres_per_lon(latitude: float) -> float:
    """Metres in one degree of longitude."""
    return METRES_PER_DEGREE * float(np.cos(np.radians(latitude)))
