"""Tables with latitude and longitude as points: what every list of places has in common.

Columns named 緯度/経度, lat/lon and the like hold degrees in JGD2011 (for places, the same as WGS84): that is
what such lists mean by convention, and a column that names 日本測地系 (Tokyo datum) is refused.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import DataError, Text
from geodata.grid import FloatArray
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables.columns import column_of, numbered, shown

BoolArray = npt.NDArray[np.bool_]
TABLE_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}
VECTOR_SUFFIXES = {".shp", ".geojson", ".json", ".gpkg", ".kml", ".fgb", ".parquet"}
LATITUDE = {"緯度", "北緯", "lat", "latitude", "fy", "世界測地系緯度", "緯度(世界測地系)"}
LONGITUDE = {"経度", "東経", "lon", "lng", "long", "longitude", "fx", "世界測地系経度", "経度(世界測地系)"}
_NUMBER = re.compile(r"[+\-]?[0-9]+(\.[0-9]+)?")


@dataclass(frozen=True)
class Located:
    """Rows with usable coordinates: `rows` as written (their index kept), `lon` and `lat` float64 degrees."""

    rows: pd.DataFrame
    lon: FloatArray
    lat: FloatArray

    def as_points(self) -> pd.DataFrame:
        """The rows with `geometry`, points in degrees."""
        import shapely

        return self.rows.assign(geometry=shapely.points(self.lon, self.lat))


def is_table(path: Path) -> bool:
    """Whether a list of places is a table (by its ending; a zip by what it holds) rather than a vector file."""
    if path.suffix.lower() != ".zip":
        return path.suffix.lower() in TABLE_SUFFIXES
    from geodata.safety import archive as safety_archive

    with safety_archive.Archive(path) as archive:
        endings = {member.suffix for member in archive.members}
    return bool(endings & TABLE_SUFFIXES) and not endings & VECTOR_SUFFIXES


def located_rows(table: pd.DataFrame, report: IntakeReport, path: Path) -> Located:
    """What intake.read_table gave of `path`, as rows with coordinates under the file's own line numbers.

    The rows that go out leave report.accepted; a DataError of `locate` names the file.
    """
    table = numbered(table)
    try:
        located = locate(table, report)
    except DataError as error:
        raise error.at(path) from None
    report.accepted -= len(table) - len(located.rows)
    return located


def locate(table: pd.DataFrame, report: IntakeReport) -> Located:
    """Rows of a text table that have coordinates; the others go out, counted with their reason.

    The table's index names its rows in the report (columns.numbered).

    DataError: "coordinates-missing" without such columns, "coordinates-datum" for 日本測地系,
    "coordinates-swapped" when latitude and longitude stand in each other's column.
    """
    lat_name, lon_name = column_of(table, LATITUDE), column_of(table, LONGITUDE)
    if lat_name is None or lon_name is None:
        raise _missing(table)
    lat, lon = degrees(table[lat_name]), degrees(table[lon_name])
    empty = ((table[lat_name].str.strip() == "") | (table[lon_name].str.strip() == "")).to_numpy(bool)
    _refuse_swapped(lat, lon)
    unreadable = ~empty & (np.isnan(lat) | np.isnan(lon))
    nowhere = ~empty & ~unreadable & ((np.abs(lat) > 90) | (np.abs(lon) > 180))
    origin = (lat == 0) & (lon == 0)
    for code, bad, text in (
        ("no-coordinates", empty, Text("緯度・経度が空の行を除きました。", "rows without coordinates were left out")),
        (
            "bad-coordinates",
            unreadable,
            Text("緯度・経度が数（度）として読めない行を除きました。", "rows whose coordinates are no numbers (degrees) were left out"),
        ),
        (
            "impossible-coordinates",
            nowhere,
            Text("緯度・経度がありえない値の行を除きました。", "rows with impossible coordinates were left out"),
        ),
        ("zero-coordinates", origin, Text("緯度・経度がどちらも 0 の行を除きました。", "rows at latitude 0, longitude 0 were left out")),
    ):
        report.exclude(code, text, int(bad.sum()), table.index[bad])
    good = ~(empty | unreadable | nowhere | origin)
    report.facts.setdefault("crs", CRS_GEOGRAPHIC)
    if good.any():
        bounds = (lon[good].min(), lat[good].min(), lon[good].max(), lat[good].max())
        report.facts["bounds"] = [round(float(edge), 9) for edge in bounds]
    return Located(table[good], lon[good], lat[good])


def degrees(cells: pd.Series) -> FloatArray:
    """Decimal degrees as float64; NaN where the text is no plain number (full-width digits are fine)."""
    plain_text = cells.map(lambda cell: unicodedata.normalize("NFKC", str(cell)).strip())
    fits = plain_text.str.fullmatch(_NUMBER.pattern)
    return np.asarray(plain_text.where(fits, "nan"), str).astype(float)


def _refuse_swapped(lat: FloatArray, lon: FloatArray) -> None:
    with np.errstate(invalid="ignore"):
        swapped = (np.abs(lat) > 90) & (np.abs(lat) <= 180) & (np.abs(lon) <= 90)
    if swapped.any() and swapped.sum() * 2 > np.isfinite(lat).sum():
        raise DataError(
            "coordinates-swapped",
            Text("緯度の列に経度が、経度の列に緯度が入っています。", "latitude and longitude stand in each other's column"),
            Text("2つの列の見出しを入れ替えてください（緯度はおよそ 20〜46、経度は 122〜154）。", "swap the two column names"),
        )


def _missing(table: pd.DataFrame) -> DataError:
    names = shown(table)
    if "日本測地系" in names:
        return DataError(
            "coordinates-datum",
            Text("座標が日本測地系（旧測地系）です。そのまま使うと約450mずれます。", "coordinates are in the Tokyo datum, about 450 m off"),
            Text(
                "世界測地系（JGD2011）に変換した「緯度」「経度」の列を用意してください。",
                "convert them to JGD2011 in columns 緯度 and 経度",
            ),
            where=Text("列 " + names, "columns " + names),
        )
    return DataError(
        "coordinates-missing",
        Text("緯度・経度の列が見つかりません。", "no columns of latitude and longitude"),
        Text("見出しを「緯度」「経度」（単位は度）にしてください。", "name them 緯度 and 経度 (or lat and lon), in degrees"),
        where=Text("列 " + names, "columns " + names),
    )
