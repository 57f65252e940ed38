"""Named places where people live (大字, 町丁目, 集落): lists with coordinates, or polygons.

Known shapes: Geolonia's address list (muni, town, koaza, lat, lng), 小地域 of the census (r2ka, whose KEY_CODE
is not unique and is rebuilt from PREF + CITY + S_AREA), and any table or vector file with a name column. The
settlement_id is the census key, else "municipality/name": text that stays when rows change their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata import place_rows
from geodata.errors import DataError, Text
from geodata.municipality_codes import five_digits
from geodata.report import IntakeReport
from geodata.safety import gathered
from geodata.schema import CRS_GEOGRAPHIC, SETTLEMENTS, check
from geodata.tables import column_of, plain, points, shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "settlements"
LICENCE = "Geolonia 住所データ CC BY 4.0 ／ 国勢調査 小地域 e-Stat 利用規約"
CREDIT = "Geolonia 住所データ、政府統計の総合窓口(e-Stat)（国勢調査 小地域）を加工して作成"
REDISTRIBUTABLE = True
# plain column names, best first; the columns of one tuple are written one after the other
FIELDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "name": (
        ("s_name",),
        ("大字町丁目名", "小字・通称名"),
        ("town", "koaza"),
        ("町丁目名",),
        ("大字・町丁目名",),
        ("大字名", "字名"),
        ("大字",),
        ("集落名",),
        ("地区名",),
        ("町名",),
        ("地名",),
        ("名称",),
        ("name",),
        ("集落",),
        ("地区",),
    ),
    "municipality_name": (
        ("gst_name", "css_name"),
        ("city_name",),
        ("市区町村名",),
        ("市町村名",),
        ("市町名",),
        ("muni",),
        ("市区町村",),
        ("市町村",),
        ("市町",),
        ("municipality",),
        ("city",),
    ),
    "municipality_id": (("municipality_id",), ("市区町村コード",), ("市町村コード",), ("市町コード",), ("全国地方公共団体コード",)),
}
CENSUS_KEY = ("pref", "city", "s_area")
HCODE_WATER = "8154"


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    name_field: str | None = None,
    municipality_field: str | None = None,
    crs: str | None = None,
    layer: str | None = None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """SETTLEMENTS (EPSG:6668, ascending by settlement_id) with municipality_name ("" if the file has none).

    Further columns say what the file itself said, whatever is made of it later: municipality_given (its code, else its
    name, "" for none), from_file and row (line or feature; the first of a place's pieces).
    Polygons of one name in one municipality become one settlement; points of one name stay apart as "#2",
    "#3" … from south to north, unless they are the same point. Rows without a name or a place go out,
    counted. DataError when no name or coordinate column is found. `crs`: for vector files that name none.
    """
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    frames: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        table, report = place_rows.read_rows(path, NAME, crs=crs, layer=layer)
        try:
            frames.append(named_places(table, name_field, municipality_field, report).assign(file=len(reports)))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return check(SETTLEMENTS, identified(pd.concat(frames, ignore_index=True), reports)), reports


def named_places(table: pd.DataFrame, name_field: str | None, municipality_field: str | None, report: IntakeReport) -> pd.DataFrame:
    """name, municipality_name, municipality_id, key ("" unless from the census) and geometry of each place."""
    names = _joined(table, "name", name_field)
    if names is None:
        raise DataError(
            "column-missing",
            Text("集落・町丁目の名前の列が見つかりません。", "no column of settlement names"),
            Text(
                "見出しを「大字名」「集落名」などにするか、設定 name_field に列名を書いてください。", "name the column, or give name_field"
            ),
            where=Text("列 " + shown(table), "columns " + shown(table)),
        )
    census = [text_of(table, column_of(table, {part})) for part in CENSUS_KEY]
    from_census = all(column_of(table, {part}) is not None for part in CENSUS_KEY)
    key = census[0].str.zfill(2) + census[1].str.zfill(3) + census[2].str.zfill(6) if from_census else ""
    codes = census[0].str.zfill(2) + census[1].str.zfill(3) if from_census else _joined(table, "municipality_id", None)
    codes = five_digits(codes, report, "municipality_id") if codes is not None else ""
    municipality = _joined(table, "municipality_name", municipality_field)
    places = pd.DataFrame(
        {
            "name": names,
            "municipality_name": "" if municipality is None else municipality,
            "municipality_id": codes,
            "key": key,
            "row": table.index,
            "geometry": np.asarray(table["geometry"], object),
        },
        index=table.index,
    )
    water = text_of(table, column_of(table, {"hcode"})) == HCODE_WATER
    usable = np.isin(shapely.get_type_id(places["geometry"]), (0, 3, 6))
    reasons = (
        ("water", water.to_numpy(bool), Text("水面調査区を除きました。", "census areas of water were left out")),
        ("no-name", (names == "").to_numpy(bool), Text("名前の空の行を除きました。", "rows without a name were left out")),
        ("not-a-place", ~usable, Text("点でも面でもない図形を除きました。", "shapes that are neither point nor polygon were left out")),
    )
    kept = np.ones(len(places), bool)
    for code, bad, text in reasons:
        report.exclude(code, text, int((bad & kept).sum()), places.index[bad & kept])
        kept &= ~bad
    report.accepted -= int((~kept).sum())
    points.refuse_none_left(int(kept.sum()), report)
    return places[kept]


def _joined(table: pd.DataFrame, role: str, given: str | None) -> pd.Series | None:
    """The column `given`, else the first known columns for `role` joined; None where there are none."""
    if given is not None:
        if given not in table.columns:
            raise DataError(
                "column-missing",
                Text(f"設定で指定された列「{given}」がありません。", f'the column "{given}" named in the study is missing'),
                Text("列名を確かめてください。", "check its name"),
                where=Text("列 " + shown(table), "columns " + shown(table)),
            )
        return text_of(table, given)
    present = {plain(name) for name in table.columns}
    for group in FIELDS[role]:
        if group[0] in present:
            found = [text_of(table, column_of(table, {name})) for name in group if name in present]
            return pd.Series("", index=table.index, dtype=object).str.cat(found)
    return None


def identified(places: pd.DataFrame, reports: list[IntakeReport]) -> GeoDataFrame:
    """SETTLEMENTS from all files' places: pieces gathered, every one with its own lasting id."""
    from geopandas import GeoDataFrame

    owner = places["municipality_name"].where(places["municipality_name"] != "", places["municipality_id"])
    base = places["key"].where(places["key"] != "", owner.where(owner == "", owner + "/") + places["name"])
    is_point = shapely.get_type_id(places["geometry"]) == 0
    files = np.array([Path(report.path).name for report in reports], object)
    given = places["municipality_id"].where(places["municipality_id"] != "", places["municipality_name"])
    places = places.assign(base=base, point=is_point, municipality_given=given, from_file=files[places["file"].to_numpy(int)])
    # a point and an area of one name: the area keeps the plain id
    settled = pd.concat([_together(places[~is_point]), _apart(places[is_point], reports)], ignore_index=True)
    settled["settlement_id"] = _numbered(settled["base"])
    table = settled.drop(columns=["base", "key", "point", "file", "geometry"]).set_index("settlement_id")
    frame = GeoDataFrame(table, geometry=settled["geometry"].to_numpy(), crs=CRS_GEOGRAPHIC)
    return frame.sort_index()


def _together(areas: pd.DataFrame) -> pd.DataFrame:
    """One row for all polygons of one base id."""
    if not len(areas):
        return areas
    bases, at = np.unique(areas["base"].to_numpy(str), return_inverse=True)
    first = pd.Series(np.arange(len(areas))).groupby(at).first().to_numpy()
    return areas.iloc[first].assign(geometry=gathered(areas["geometry"].to_numpy(), at, len(bases)))


def _apart(scattered: pd.DataFrame, reports: list[IntakeReport]) -> pd.DataFrame:
    """Points in an order that does not depend on the file, each once; repeats go out, counted."""
    xy = shapely.get_coordinates(scattered["geometry"].to_numpy())
    ordered = scattered.assign(x=xy[:, 0], y=xy[:, 1]).sort_values(["base", "y", "x"], kind="stable")
    again = ordered.duplicated(["base", "x", "y"])
    for k, rows in ordered[again].groupby("file"):
        text = Text("同じ市町に同じ名前・同じ座標で重ねて載っている行を除きました。", "places listed twice were left out")
        reports[int(k)].exclude("duplicate-row", text, len(rows), rows["name"])
        reports[int(k)].accepted -= len(rows)
    return ordered[~again].drop(columns=["x", "y"])


def _numbered(base: pd.Series) -> pd.Series:
    """`base` made unique: the second of a name gets "#2", the third "#3"."""
    nth = base.groupby(base).cumcount() + 1
    return base.where(nth == 1, base + "#" + nth.astype(str))
