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

from geodata.errors import DataError, Text
from geodata.municipality_codes import five_digits
from geodata.report import IntakeReport
from geodata.safety import gathered
from geodata.schema import CRS_GEOGRAPHIC, MUNICIPALITIES, check
from geodata.tables import shown, text_of

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


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """MUNICIPALITIES (EPSG:6668, ascending by five-digit code) of one or several N03 files.

    Further columns: prefecture, county (郡, "" for cities), short_name (without the county). Rows without a
    code (所属未定地) belong to no municipality: they go out, counted, with their km² in the report's facts.
    DataError when a column is missing or a code fails its check digit. crs, layer: the study's answers for
    files that do not say.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    frames: list[GeoDataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        # N03 is JGD2011 by its specification, and its GeoJSON does not say so
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer)
        try:
            frames.append(municipal_rows(rows, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    if not sum(len(frame) for frame in frames):
        raise DataError(
            "no-municipalities",
            Text("市区町村の区域が1つもありません。", "there is no area of a municipality"),
            Text("国土数値情報「行政区域（N03）」の元のファイルを指定してください。", "give the original file of N03"),
            "、".join(path.name for path in listed),
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
            where=Text("列 " + shown(rows), "columns " + shown(rows)),
        )
    codes = text_of(rows, CODE)
    none = ((codes == "") | (text_of(rows, "N03_004") == "所属未定地")).to_numpy(bool)
    report.kind = report.kind or NAME
    if none.any():
        report.accepted -= int(none.sum())
        report.facts["unassigned_km2"] = _area_km2(rows[none])
        report.exclude(
            "unassigned-land",
            Text("市区町村コードの無い区域（所属未定地）を除きました。", "areas without a municipality (所属未定地) were left out"),
            int(none.sum()),
            text_of(rows, "N03_004")[none],
        )
    kept = rows[~none].reset_index(drop=True)
    parts = [text_of(kept, name) for name in NAME_PARTS]
    county = parts[0].where(parts[0].str.endswith("郡"), "")
    kept["municipality_id"] = five_digits(codes[~none].reset_index(drop=True), report, CODE)
    kept["prefecture"] = text_of(kept, PREFECTURE)
    kept["county"] = county
    kept["name"] = parts[0] + parts[1] + parts[2]
    kept["short_name"] = parts[0].where(county == "", "") + parts[1] + parts[2]
    report.facts["municipalities"] = int(kept["municipality_id"].nunique())
    return kept[["municipality_id", "name", "short_name", "county", "prefecture", "geometry"]]


def gather(rows: GeoDataFrame) -> GeoDataFrame:
    """One row a code, ascending: its parts as one (multi)polygon."""
    from geopandas import GeoDataFrame

    codes, at = np.unique(rows["municipality_id"].to_numpy(str), return_inverse=True)
    first = pd.Series(np.arange(len(rows))).groupby(at).first().to_numpy()
    geometries = gathered(rows.geometry.to_numpy(), at, len(codes))
    table = rows.iloc[first].drop(columns="geometry").set_index("municipality_id")
    return GeoDataFrame(table, geometry=geometries, crs=rows.crs)


def _note_shared_codes(frames: list[GeoDataFrame], reports: list[IntakeReport]) -> None:
    seen: set[str] = set()
    for frame, report in zip(frames, reports, strict=True):
        codes = set(frame["municipality_id"])
        twice = sorted(codes & seen)
        seen |= codes
        if twice:
            report.note(
                "warn",
                "municipality-in-two-files",
                Text(
                    "同じ市区町村が複数のファイルにあり、区域を合わせました。",
                    "municipalities stand in several files; their areas were united",
                ),
                len(twice),
                twice,
            )


def _area_km2(rows: GeoDataFrame) -> float:
    """Area on the ellipsoid."""
    from pyproj import Geod

    geod = Geod(ellps="GRS80")
    return float(sum(abs(geod.geometry_area_perimeter(shape)[0]) for shape in rows.geometry) / 1e6)
