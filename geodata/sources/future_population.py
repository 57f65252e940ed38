"""Future population by mesh, 国土数値情報 (editions of 2018 and 2024: PTN_YYYY, PTC_YYYY …), for reference only.

Numbers are decimal, and their 2020 is an adjusted base (2018: an estimate from 2015) that does not equal the census.
From 2055 on they only carry on what is assumed for 2050. Ages of small meshes are withheld: HITOKUYYYY is * there, the
ages read 0, and those of the mesh that GASSANYYYY names (marked @) hold them too; the people themselves stand in
their own mesh. As with the census, each mesh of such a group gets the group's share of the aged. A mesh in several municipalities has their codes joined by `_` in SHICODE and
stands there once: it must not be counted once for each. Rates (RTA_… RTE_…) are never read: they cannot be added
or averaged; shares are made from sums of people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.codes import code_of
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "future_population"
LICENCE = "国土数値情報 将来推計人口メッシュ CC BY 4.0"
CREDIT = "「国土数値情報（将来推計人口メッシュ）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True
FIELDS = {"MESH_ID": "cell_id", "SHICODE": "municipality ids, joined by _", "PTN_YYYY": "people", "PTC_YYYY": "people aged 65+"}
LAST_ESTIMATED = 2050
BASE_YEAR = 2020
WITHHELD, HOLDER = "*", "@"
_PEOPLE = re.compile(r"PTN_(\d{4})")


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    prefecture: str = "",
    years: Collection[int] = (2030, 2040),
    crs: str | None = None,
    layer: str | None = None,
) -> tuple[pd.DataFrame, list[IntakeReport]]:
    """People of each mesh in the wanted `years`; index cell_id (mesh code), ascending.

    Columns: `population_<year>`, `population_65plus_<year>` (persons, NaN where not given) for the base year and
    `years`, and `municipality_ids`. `prefecture` (two digits) keeps meshes with at least one municipality of it,
    each once. DataError when no year is held, or a mesh stands twice with different numbers.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="population")
        try:
            tables.append(_meshes(rows, report, prefecture, sorted({BASE_YEAR, *years})))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    table = pd.concat(tables)
    again = table.index.duplicated(keep="first")
    if again.any():
        _refuse_different(table)
        text = Text("2つのファイルに同じメッシュがあり、1回だけ数えました。", "meshes in two files are counted once")
        reports[-1].exclude("mesh-twice", text, int(again.sum()), table.index[again])
        reports[-1].accepted -= int(again.sum())
    return table[~again].sort_index(), reports


def _meshes(rows: GeoDataFrame, report: IntakeReport, prefecture: str, years: list[int]) -> pd.DataFrame:
    held = {int(found[1]) for name in rows.columns if (found := _PEOPLE.fullmatch(str(name)))}
    if "MESH_ID" not in rows.columns or not held:
        raise DataError(
            "future-population-columns",
            Text("将来推計人口メッシュの列（MESH_ID、PTN_2030 など）がありません。", "columns MESH_ID and PTN_2030 … are missing"),
            Text("国土数値情報「将来推計人口メッシュ」の元のファイルを指定してください。", "give the original file"),
            where=Text("列 " + shown(rows), "columns " + shown(rows)),
        )
    codes = text_of(rows, "SHICODE")
    aged = {year: _aged(rows, year, report) for year in years}
    inside = codes.map(lambda joined: any(code.startswith(prefecture) for code in joined.split("_"))).to_numpy(bool)
    if not inside.all():
        report.excluded["other-prefecture"] = int((~inside).sum())
        report.accepted -= int((~inside).sum())
        report.note(
            "info",
            "other-prefecture",
            Text("ほかの都道府県だけにあるメッシュは読みませんでした。", "meshes of other prefectures only were left out"),
            int((~inside).sum()),
        )
    kept = rows[inside]
    table = pd.DataFrame({"municipality_ids": codes[inside].to_numpy()}, index=text_of(kept, "MESH_ID").to_numpy())
    for year in years:
        table[f"population_{year}"] = _numbers(kept, f"PTN_{year}")
        table[f"population_65plus_{year}"] = aged[year][inside]
    report.facts["years"] = sorted(held)
    report.facts["population_total"] = {str(year): round(float(table[f"population_{year}"].sum()), 3) for year in years if year in held}
    report.facts["population_65plus_total"] = {
        str(year): round(float(table[f"population_65plus_{year}"].sum()), 3) for year in years if year in held
    }
    if late := [year for year in years if year > LAST_ESTIMATED]:
        report.note(
            "warn",
            "years-carried-on",
            Text(
                f"{'・'.join(map(str, late))}年は、2050年の仮定をそのまま延ばした参考値です。",
                f"{', '.join(map(str, late))} only carry on what is assumed for 2050",
            ),
        )
    return table.rename_axis("cell_id")


def _aged(rows: pd.DataFrame, year: int, report: IntakeReport) -> np.ndarray:
    """People of 65 and more of each row, float64; where ages are withheld, by the share of their group."""
    aged, mark = _numbers(rows, f"PTC_{year}"), text_of(rows, f"HITOKU{year}").to_numpy()
    withheld = mark == WITHHELD
    if not withheld.any():
        return aged
    own = code_of(rows, "MESH_ID")
    group = own.where(~withheld, code_of(rows, f"GASSAN{year}"))
    lost = withheld & ~group.isin(set(own[mark == HOLDER])).to_numpy(bool)  # the mesh that holds their ages is not in the file
    people = pd.Series(_numbers(rows, f"PTN_{year}"))
    of_group = pd.DataFrame({"people": people, "aged": np.where(withheld, 0.0, aged)}).groupby(group.to_numpy()).transform("sum")
    grouped = withheld | group.isin(set(group[withheld])).to_numpy(bool)
    share = of_group["aged"] / of_group["people"].where(of_group["people"] > 0)
    aged = np.where(grouped, (people * share).where(people > 0, 0.0), aged)
    aged[lost] = np.nan
    report.note(
        "info",
        "aged-by-group",
        Text(
            f"{year}年の65歳以上は、秘匿された {int(withheld.sum())} メッシュを合算先のグループの割合で分けました"
            + (f"（うち {int(lost.sum())} は合算先がファイルに無く不明）。" if lost.any() else "。"),
            f"65+ of {year}: {int(withheld.sum())} meshes whose ages are withheld got the share of their group"
            + (f" ({int(lost.sum())} of them unknown: the mesh that holds theirs is not in the file)" if lost.any() else ""),
        ),
        int(withheld.sum()),
        own[withheld],
    )
    return aged


def _numbers(rows: pd.DataFrame, field: str) -> np.ndarray:
    """A column as persons, float64; NaN for blanks, marks of disclosure control, and a year that is not held."""
    if field not in rows.columns:
        return np.full(len(rows), np.nan)
    return np.asarray(pd.to_numeric(text_of(rows, field), errors="coerce"), float)


def _refuse_different(table: pd.DataFrame) -> None:
    numbers = table.drop(columns="municipality_ids").fillna(-1.0)
    different = numbers.groupby(level=0).nunique().max(axis=1) > 1
    if different.any():
        raise DataError(
            "mesh-twice-different",
            Text("同じメッシュが違う値で2度あります。", "a mesh stands twice with different numbers"),
            Text("版の違うファイルを混ぜていないか確かめてください。", "look whether files of different vintages are mixed"),
            where=Text(f"メッシュ {different.index[different][0]}", f"mesh {different.index[different][0]}"),
        )
