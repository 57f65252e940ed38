"""Municipal boundaries, 国土数値情報 行政区域データ (N03), before and after the change of 2024.

Until 2023 N03_003 is the county (郡) or designated city and N03_004 the municipality or ward; from 2024 they
are county and city, and the ward moved to N03_005. Written one after the other they give the same name. One
municipality stands on many rows (islands, exclaves): they are gathered by code, never by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, MUNICIPALITIES, check

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "n03"
LICENCE = "国土数値情報 行政区域データ CC BY 4.0"
CREDIT = "「国土数値情報（行政区域データ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
FIELDS = {
    "N03_001": "prefecture",
    "N03_003": "county, or designated city until 2023",
    "N03_004": "municipality, or ward until 2023",
    "N03_005": "ward from 2024",
    "N03_007": "municipality_id",
}
CODE, PREFECTURE = "N03_007", "N03_001"
NAME_PARTS = ("N03_003", "N03_004", "N03_005")


def read(paths: Path | str | Iterable[Path | str]) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """MUNICIPALITIES (EPSG:6668, ascending by five-digit code) of one or several N03 files.

    Further columns: prefecture, county (郡, "" for cities), short_name (without the county). Rows without a
    code (所属未定地) belong to no municipality: they go out, counted, with their km² in the report's facts.
    DataError when a column is missing or a code fails its check digit.
    """
    from geodata import intake  # pulls in the readers

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    frames, reports = [], []
    for path in listed:
        # N03 is JGD2011 by its specification, and its GeoJSON does not say so
        rows, report = intake.read_vector(path, geometry="polygon", crs=CRS_GEOGRAPHIC)
        try:
            frames.append(municipal_rows(rows, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    if not frames:
        raise DataError(
            "no-files",
            Text("行政区域のファイルが指定されていません。", "no boundary file was given"),
            Text("国土数値情報 N03 のファイルを指定してください。", "give a file of N03"),
        )
    _note_shared_codes(frames, reports)
    return check(MUNICIPALITIES, gather(pd.concat(frames, ignore_index=True))), reports


def municipal_rows(rows: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    """The rows of one file that belong to a municipality, with municipality_id, name and its parts."""
    missing = [name for name in (CODE, "N03_004") if name not in rows.columns]
    if missing:
        raise DataError(
            "column-missing",
            Text(f"行政区域データの列 {'・'.join(missing)} がありません。", f"columns {', '.join(missing)} are missing"),
            Text("国土数値情報「行政区域（N03）」の元のファイルを使ってください。", "use the original file of N03"),
            where=Text("列 " + "、".join(map(str, rows.columns)), "columns " + ", ".join(map(str, rows.columns))),
        )  # fmt: skip
    codes = _text(rows, CODE)
    none = (codes == "").to_numpy(bool)
    report.kind = report.kind or NAME
    if none.any():
        report.accepted -= int(none.sum())
        report.facts["unassigned_km2"] = _area_km2(rows[none])
        report.exclude(
            "unassigned-land",
            Text("市区町村コードの無い区域（所属未定地）を除きました。", "areas without a municipality (所属未定地) were left out"),
            int(none.sum()), _text(rows, "N03_004")[none],
        )  # fmt: skip
    kept = rows[~none].reset_index(drop=True)
    parts = [_text(kept, name) for name in NAME_PARTS]
    county = parts[0].where(parts[0].str.endswith("郡"), "")
    kept["municipality_id"] = five_digits(codes[~none].reset_index(drop=True), report)
    kept["prefecture"] = _text(kept, PREFECTURE)
    kept["county"] = county
    kept["name"] = parts[0] + parts[1] + parts[2]
    kept["short_name"] = parts[0].where(county == "", "") + parts[1] + parts[2]
    report.facts["municipalities"] = int(kept["municipality_id"].nunique())
    return kept[["municipality_id", "name", "short_name", "county", "prefecture", "geometry"]]


def _text(rows: pd.DataFrame, name: str) -> pd.Series:
    """A column as stripped text, "" where it is missing or null."""
    if name not in rows.columns:
        return pd.Series("", index=rows.index)
    values = rows[name]
    return values.where(values.notna(), "").astype(str).str.strip().replace({"None": "", "nan": ""})


def five_digits(codes: pd.Series, report: IntakeReport) -> pd.Series:
    """Five-digit municipality codes (text) from five or six digits; the sixth is a check digit and is checked.

    Four digits have lost the leading zero of 北海道 … 栃木 (01–09) and get it back, with a warning.
    """
    bad = ~codes.str.fullmatch("[0-9]{4,6}")
    six = codes.str.fullmatch("[0-9]{6}")
    bad |= six & (codes.str[5:] != codes.where(six, "000000").map(check_digit))
    if bad.any():
        shown = "、".join(codes[bad].unique()[:5])
        raise DataError(
            "municipality-code",
            Text(
                f"市区町村コードではない値があります: {shown}", f"these are not municipality codes: {shown}"
            ),
            Text(
                "全国地方公共団体コードの5桁、または検査数字まで正しい6桁にしてください。",
                "write the five digits, or six with the right check digit",
            ),
            where=Text(f"列 {CODE}", f"column {CODE}"),
        )
    short = codes.str.len() == 4
    if short.any():
        report.note(
            "warn", "municipality-code-zero",
            Text("先頭の 0 が落ちた市区町村コードを5桁に戻しました。", "municipality codes got their leading zero back"),
            int(short.sum()), codes[short],
        )  # fmt: skip
    return codes.str[:5].str.zfill(5)


def check_digit(code: str) -> str:
    """The sixth digit that belongs to the first five digits of a municipality code."""
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code, strict=False))
    return str((11 - total % 11) % 10)


def gather(rows: GeoDataFrame) -> GeoDataFrame:
    """One row a code: its parts as one (multi)polygon. Parts that touch or overlap are united."""
    from geopandas import GeoDataFrame

    codes, at = np.unique(rows["municipality_id"].to_numpy(str), return_inverse=True)
    first = pd.Series(np.arange(len(rows))).groupby(at).first().to_numpy()
    parts, of_row = shapely.get_parts(rows.geometry.to_numpy(), return_index=True)
    owner = at[of_row]
    geometries = np.array([_one(parts[owner == k]) for k in range(len(codes))], object)
    table = rows.iloc[first].drop(columns="geometry").set_index("municipality_id")
    return GeoDataFrame(table, geometry=geometries, crs=rows.crs)


def _one(parts: np.ndarray) -> shapely.Geometry:  # type: ignore[type-arg]
    if len(parts) == 1:
        return parts[0]
    left, right = shapely.STRtree(parts).query(parts, predicate="intersects")
    # disjoint parts need no union, which would cost much and could move a vertex
    return shapely.union_all(parts) if (left != right).any() else shapely.multipolygons(parts)


def _note_shared_codes(frames: list[GeoDataFrame], reports: list[IntakeReport]) -> None:
    seen: set[str] = set()
    for frame, report in zip(frames, reports, strict=True):
        codes = set(frame["municipality_id"])
        twice = sorted(codes & seen)
        seen |= codes
        if twice:
            report.note(
                "warn", "municipality-in-two-files",
                Text("同じ市区町村が複数のファイルにあり、区域を合わせました。", "municipalities stand in several files; their areas were united"),
                len(twice), twice,
            )  # fmt: skip


def _area_km2(rows: GeoDataFrame) -> float:
    """Area on the ellipsoid."""
    from pyproj import Geod

    geod = Geod(ellps="GRS80")
    return float(sum(abs(geod.geometry_area_perimeter(shape)[0]) for shape in rows.geometry) / 1e6)
