"""Shelters registered with 国土地理院: 指定避難所 and 指定緊急避難場所, as CSV or GeoJSON.

What a file lists is told by its columns: an evacuation site has one column for each hazard (1 = suitable;
one of them is 崖崩れ、土石流及び地滑り, with its comma), a shelter says who is received. Coordinates are JGD2011.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from geodata import place_rows
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, FACILITIES, check
from geodata.tables import column_of, points, shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "gsi_shelters"
LICENCE = "国土地理院コンテンツ利用規約"
CREDIT = "国土地理院 指定緊急避難場所・指定避難所データを加工して作成"
REDISTRIBUTABLE = True
# column here -> names in the file (plain); 名称 is what newer national files say
FIELDS = {
    "name": {"施設・場所名", "施設名", "名称"},
    "common_id": {"共通id"},
    "number": {"no", "no."},
    "address": {"住所"},
    "municipality_id": {"市町村コード"},
    "municipality_name": {"都道府県名及び市町村名"},
    "same_address": {"指定緊急避難場所との住所同一", "指定避難所との住所同一"},
    "receives": {"受入対象者"},
    "remarks": {"備考"},
}
HAZARDS = ("洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震", "津波", "大規模な火事", "内水氾濫", "火山現象")
_SHELTER_ONLY = {"受入対象者", "指定緊急避難場所との住所同一", "その他市町村長が必要と認める事項"}
Category = Literal["shelter", "evacuation_site"]


def read(
    paths: Path | str | Iterable[Path | str], *, category: Category | None = None, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES (EPSG:6668, ascending by facility_id): category "shelter" or "evacuation_site".

    Further columns: address, municipality_id (as written) and municipality_name, same_address, receives, remarks, from_file, row (line or feature), and
    for evacuation sites one a hazard ("1" = suitable). facility_id is 共通ID, else made from NO. Rows without a place or a name go
    out, counted. `category` is for files whose columns do not tell. DataError when columns are missing.
    """
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    frames: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        table, report = _read_file(path, crs or CRS_GEOGRAPHIC, layer)
        try:
            places = facilities(table, category, report)
            frames.append(places.assign(file=len(reports), row=places.index))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return check(FACILITIES, identified(pd.concat(frames, ignore_index=True), reports)), reports


def _read_file(path: Path, crs: str, layer: str | None) -> tuple[pd.DataFrame, IntakeReport]:
    """The file's rows with a column `geometry` of points."""
    from geodata import intake

    if points.is_table(path):
        return place_rows.read_points(path, NAME)
    # JGD2011 by its specification; GeoJSON does not say so
    table, report = intake.read_vector(path, geometry="point", crs=crs, layer=layer)
    report.kind = report.kind or NAME
    xy = shapely.get_coordinates(shapely.centroid(np.asarray(table["geometry"], object)))
    table = pd.DataFrame(table.drop(columns="geometry")).assign(緯度=xy[:, 1].astype(str), 経度=xy[:, 0].astype(str))
    return points.located_rows(table, report, path).as_points(), report


def facilities(table: pd.DataFrame, category: Category | None, report: IntakeReport) -> pd.DataFrame:
    """One file's places: name, category, base id, the columns of FIELDS and the hazards, and geometry."""
    hazards = [hazard for hazard in HAZARDS if column_of(table, {hazard}) is not None]
    if column_of(table, FIELDS["name"]) is None:
        raise DataError(
            "column-missing",
            Text("「施設・場所名」の列が見つかりません。", "no column 施設・場所名"),
            Text(
                "国土地理院の元の CSV か GeoJSON を使ってください（見出しの行が必要です）。",
                "use the original file of 国土地理院, with its header",
            ),
            where=Text("列 " + shown(table), "columns " + shown(table)),
        )
    kind = category or _category(table, hazards)
    out = pd.DataFrame({name: text_of(table, column_of(table, names)) for name, names in FIELDS.items()})
    for hazard in hazards:
        out[hazard] = text_of(table, column_of(table, {hazard}))
    out["category"] = kind
    out["geometry"] = np.asarray(table["geometry"], object)
    report.facts["category"] = kind
    nameless = (out["name"] == "").to_numpy(bool)
    report.exclude(
        "no-name", Text("施設名の空の行を除きました。", "rows without a name were left out"), int(nameless.sum()), out.index[nameless]
    )
    report.accepted -= int(nameless.sum())
    made = "NO" + out["number"]
    unnumbered = out["municipality_name"] + "/" + out["name"]
    out["base"] = out["common_id"].where(out["common_id"] != "", made.where(out["number"] != "", unnumbered))
    without = ((out["common_id"] == "") & ~nameless).to_numpy(bool)
    if without.any():
        report.note(
            "info",
            "no-common-id",
            Text(
                "共通ID の無い施設は NO（無ければ市町名と施設名）から番号を作りました。",
                "places without 共通ID got an id made from NO or name",
            ),
            int(without.sum()),
            out.index[without],
        )
    points.refuse_none_left(int((~nameless).sum()), report)
    return out[~nameless].drop(columns=["common_id", "number"])


def _category(table: pd.DataFrame, hazards: list[str]) -> Category:
    if hazards:
        return "evacuation_site"
    if column_of(table, _SHELTER_ONLY) is not None:
        return "shelter"
    raise DataError(
        "shelter-kind",
        Text("指定避難所か指定緊急避難場所かが列から分かりません。", "the columns do not tell shelters from evacuation sites"),
        Text(
            "設定 category に shelter（指定避難所）か evacuation_site（指定緊急避難場所）を書いてください。",
            'say category = "shelter" or "evacuation_site"',
        ),
        where=Text("列 " + shown(table), "columns " + shown(table)),
    )


def identified(places: pd.DataFrame, reports: list[IntakeReport]) -> GeoDataFrame:
    """FACILITIES with one id each: the same place listed twice goes out, others of one id become "#2"."""
    from geopandas import GeoDataFrame

    xy = shapely.get_coordinates(places["geometry"].to_numpy())
    files = np.array([Path(report.path).name for report in reports], object)
    places = places.assign(from_file=files[places["file"].to_numpy(int)], x=xy[:, 0], y=xy[:, 1]).fillna("")
    # a place that is both keeps its plain id as a shelter
    both = (places["category"] == "evacuation_site") & places["base"].isin(places.loc[places["category"] == "shelter", "base"])
    places["base"] = places["base"].where(~both, places["base"] + "/evacuation_site")
    order = ["base", "category", "name", "y", "x"]
    places = places.sort_values(order, kind="stable")  # never by the order of the file
    again = places.duplicated(order)
    for k, rows in places[again].groupby("file"):
        text = Text("同じ施設が重ねて載っている行を除きました。", "places listed twice were left out")
        reports[int(k)].exclude("duplicate-row", text, len(rows), rows["name"])
        reports[int(k)].accepted -= len(rows)
    places = places[~again]
    nth = places.groupby("base").cumcount() + 1
    for k, rows in places[(nth > 1).to_numpy()].groupby("file"):
        text = Text(
            "違う施設に同じ共通ID が付いています。2つ目からは「#2」を付けて区別しました。",
            "different places share an id: the second became #2",
        )
        reports[int(k)].note("warn", "id-shared", text, len(rows), rows["name"])
    ids = places["base"].where(nth == 1, places["base"] + "#" + nth.astype(str))
    table = places.drop(columns=["base", "x", "y", "file", "geometry"]).set_index(pd.Index(ids, name="facility_id"))
    return GeoDataFrame(table, geometry=places["geometry"].to_numpy(), crs=CRS_GEOGRAPHIC).sort_index()
