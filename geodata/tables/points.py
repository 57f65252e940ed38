"""Tables with latitude and longitude as points: what every list of places has in common.

Columns named 緯度/経度, lat/lon and the like hold degrees in JGD2011 (for places, the same as WGS84): that is
what such lists mean by convention, and a column that names 日本測地系 (Tokyo datum) is refused. Degrees may be
written as decimals or with minutes and seconds (34°15'30.5"N, 34度15分30.5秒, 34-15-30.5).
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
from geodata.tables.text import code_text

BoolArray = npt.NDArray[np.bool_]
TABLE_SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}
VECTOR_SUFFIXES = {".shp", ".geojson", ".json", ".gpkg", ".kml", ".fgb", ".parquet"}
_OF_COORDINATES = {"no-coordinates", "bad-coordinates", "impossible-coordinates", "zero-coordinates"}
LATITUDE = {"緯度", "北緯", "lat", "latitude", "fy", "世界測地系緯度", "緯度(世界測地系)"}
LONGITUDE = {"経度", "東経", "lon", "lng", "long", "longitude", "fx", "世界測地系経度", "経度(世界測地系)"}
_NUMBER = re.compile(r"[+\-]?[0-9]+(\.[0-9]+)?")
# the signs that people use for degrees, minutes and seconds; some of them fall apart under NFKC
_SIGNS = str.maketrans(
    dict.fromkeys("度º˚゜∘", "°") | dict.fromkeys("分′’‘´＇ʹ", "'") | dict.fromkeys("秒″”“＂ʺ", '"') | dict.fromkeys("‐‑‒–—−ー", "-")
)
_WORDS = (("北緯", "N"), ("南緯", "S"), ("東経", "E"), ("西経", "W"))
_SECONDS = r"([0-9]{1,2}(?:\.[0-9]+)?)"
_FORMS = tuple(
    re.compile(form)
    for form in (
        r"([0-9]{1,3}\.[0-9]+)°?",  # 北緯34度 alone has lost its minutes
        rf"([0-9]{{1,3}})°\s?{_SECONDS}'?",
        rf"([0-9]{{1,3}})°\s?([0-9]{{1,2}})'\s?{_SECONDS}(?:\"|'')?",
        rf"([0-9]{{1,3}})-([0-9]{{1,2}})-{_SECONDS}",
        rf"([0-9]{{1,3}}):([0-9]{{1,2}}):{_SECONDS}",
        rf"([0-9]{{1,3}}) ([0-9]{{1,2}}) {_SECONDS}",
        rf"([0-9]{{1,3}})\.([0-9]{{1,2}})\.{_SECONDS}",  # two dots are no decimals
    )
)
# 341530.5 and 1363015.5: 34 degrees 15 minutes, or a number of something else
_RUN_TOGETHER = (re.compile(r"[2-4][0-9][0-5][0-9][0-5][0-9](\.[0-9]+)?"), re.compile(r"1[2-5][0-9][0-5][0-9][0-5][0-9](\.[0-9]+)?"))


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
        refuse_none_left(len(located.rows), report)
    except DataError as error:
        raise error.at(path) from None
    report.accepted -= len(table) - len(located.rows)
    return located


def refuse_none_left(rows: int, report: IntakeReport) -> None:
    """DataError "no-usable-row" with the reasons for which all rows of a file went out, where `rows` is 0."""
    if rows:
        return
    reasons = [notice for notice in report.notices if notice.code in report.excluded]
    told = " ".join(f"{one.text.ja}（{one.count:,} 行: {'、'.join(one.places[:5])}）" for one in reasons)
    told_en = " ".join(f"{one.text.en} ({one.count:,}: {', '.join(one.places[:5])})" for one in reasons)
    degrees_ja = "（座標の列は 緯度・経度、単位は度。34.2584 か 34°15'30.5\" の形）"
    degrees_en = " (coordinates in degrees: 34.2584 or 34°15'30.5\")"
    if not any(one.code in _OF_COORDINATES for one in reasons):
        degrees_ja, degrees_en = "", ""
    raise DataError(
        "no-usable-row",
        Text(f"使える行が1つもありません。{told}", f"not one row can be used. {told_en}"),
        Text(
            f"上の理由を見て、ファイルか study.toml を直してください{degrees_ja}。",
            f"mend the file or study.toml by the reasons given{degrees_en}",
        ),
    )


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
    large = (lat > 180) & (lon > 180)
    _refuse_run_together(table.loc[large, lat_name], table.loc[large, lon_name])
    written = ~(_is_plain(table[lat_name]) & _is_plain(table[lon_name])) & np.isfinite(lat) & np.isfinite(lon)
    if written.any():
        text = Text("度分秒で書かれた緯度・経度を度に直しました。", "degrees with minutes and seconds were read")
        report.note("info", "coordinates-dms", text, int(written.sum()), table.index[written])
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
            Text("緯度・経度が度として読めない行を除きました。", "rows whose coordinates cannot be read as degrees were left out"),
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
    """Degrees as float64, NaN where the text means none: decimals, or degrees, minutes and seconds in any usual form.

    34.2584, ３４．２５８４, 北緯34度15分30.5秒, 34°15'30.5"N, 34-15-30.5, 34:15:30.5, 34 15 30.5, N34.15.30.5.
    S, W and 南緯, 西経 are negative. 60 minutes or seconds, 34度 alone, or a form that is none of these, is NaN.
    """
    plain = _is_plain(cells)
    texts = cells.astype(object)
    values = np.asarray(texts.map(_narrow).where(plain, "nan"), str).astype(float)
    for k in np.flatnonzero(~plain):
        values[k] = _degrees_of(texts.iloc[k])
    return values


def _is_plain(cells: pd.Series) -> BoolArray:
    """Where the text is a plain decimal number, of whatever width."""
    return np.array([_NUMBER.fullmatch(_narrow(cell)) is not None for cell in cells], bool)


def _narrow(cell: str) -> str:
    return (cell if cell.isascii() else unicodedata.normalize("NFKC", cell)).strip()


def _degrees_of(text: str) -> float:
    plain = unicodedata.normalize("NFKC", text.translate(_SIGNS)).translate(_SIGNS).strip().upper()
    for word, letter in _WORDS:
        plain = plain.replace(word, letter)
    sides = re.findall("[NSEW]", plain)
    plain = re.sub("^[NSEW]|[NSEW]$", "", plain).strip()
    minus, plain = plain.startswith("-"), plain.removeprefix("-")
    found = next((found for form in _FORMS if (found := form.fullmatch(plain))), None)
    if found is None or len(sides) > 1 or (minus and sides):
        return np.nan
    parts = [float(part) for part in found.groups()]
    if any(part >= 60 for part in parts[1:]):
        return np.nan
    value = float(sum(part / 60.0**power for power, part in enumerate(parts)))
    return -value if minus or sides in (["S"], ["W"]) else value


def _refuse_run_together(lat: pd.Series, lon: pd.Series) -> None:
    """DataError "coordinates-run-together" where a row writes degrees, minutes and seconds as one number."""
    for row, north, east in zip(lat.index, lat, lon, strict=True):
        if all(form.fullmatch(code_text(cell)) for form, cell in zip(_RUN_TOGETHER, (north, east), strict=True)):
            degree = f"{code_text(north)[:2]}°{code_text(north)[2:4]}'{code_text(north)[4:]}\""
            raise DataError(
                "coordinates-run-together",
                Text(
                    f"緯度・経度が「{north}」「{east}」のように続けて書かれていて、度分秒なのか別の数なのか決められません。",
                    f"coordinates written as one number ({north}, {east}) may be degrees, minutes and seconds or something else",
                ),
                Text(
                    f"度分秒なら {degree} のように区切って書くか、度（34.2584 の形）に直してください。",
                    f"write {degree}, or decimal degrees (like 34.2584)",
                ),
                where=Text(f"{row} 行目", f"row {row}"),
            )


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
