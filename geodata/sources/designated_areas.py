"""Designated areas, 国土数値情報 A17 過疎, A18 半島, A19 離島, A22 豪雪, A24 振興山村, A25 特定農山村.

All are old (A17 of 2017) and the numbers of their columns shift between vintages, so what they say is brought
up to date by designation_overrides. 辺地 is in no data of 国土数値情報. That a place is in none of these does not
mean that no subsidy is possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.area_rows import area_table, days_of, need_fields
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC
from geodata.tables import text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "designated_areas"
LICENCE = "国土数値情報 商用可（CC BY ではない。各データの使用許諾条件を確認のこと）"
CREDIT = "「国土数値情報（過疎・半島・離島・豪雪・振興山村・特定農山村）」（国土交通省）を加工して作成"
REDISTRIBUTABLE = True


@dataclass(frozen=True)
class Product:
    """One layer: what it marks, and the numbers of its columns ("" = it has none)."""

    kind: str
    code: str = "002"
    municipality: str = "006"
    former: str = ""  # 旧市町村名: the former municipality that alone is designated
    title: str = ""
    since: str = ""


FIELDS = {
    "A17": Product("depopulated", former="008"),
    "A18": Product("peninsula", former="008", title="009", since="010"),
    "A19": Product("island", title="007", since="010"),
    "A22": Product("snow"),
    "A24": Product("mountain", former="007", since="008"),
    "A25": Product("farming"),
}
JAPANESE = {
    "A17": "過疎地域",
    "A18": "半島振興対策実施地域",
    "A19": "離島振興対策実施地域",
    "A22": "豪雪地帯",
    "A24": "振興山村",
    "A25": "特定農山村地域",
}


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668) of one or several files; which product each is, its columns tell (A17_002 …).

    Further columns: municipality_id (five digits), municipality, former (旧市町村名, "" = all of it). One area of
    several islands stands on several rows. DataError for a file of none of these products.
    """
    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        # JGD2011 (older ones JGD2000, the same to a metre here) by specification; GeoJSON does not say so
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="area")
        try:
            tables.append(_areas(rows, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports


def product_of(columns: Iterable[object]) -> str:
    """The product whose columns these are, or ""."""
    heads = {str(name)[:3] for name in columns if str(name)[3:4] == "_"}
    return next((name for name in FIELDS if name in heads), "")


def _areas(rows: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    name = product_of(rows.columns)
    if not name:
        raise DataError(
            "not-designated-areas",
            Text("条件不利地域（A17・A18・A19・A22・A24・A25）のファイルではありません。", "not a file of A17, A18, A19, A22, A24 or A25"),
            Text("国土数値情報の元のファイルを指定してください。", "give the original file"),
        )
    product = FIELDS[name]
    need_fields(rows, {"code": f"{name}_{product.code}", "name": f"{name}_{product.municipality}"}, JAPANESE[name])

    def column(number: str) -> pd.Series:
        return text_of(rows, f"{name}_{number}" if number else None)

    report.facts["product"] = name
    former, municipality = column(product.former), column(product.municipality)
    title = column(product.title)
    said = pd.Series(np.where(title != "", title, municipality + former.where(former == "", "（" + former + "）")), index=rows.index)
    kind = pd.Series(product.kind, index=rows.index)
    since = days_of(column(product.since), report, f"{name}_{product.since}") if product.since else ""
    return area_table(
        rows, kind, said, report, valid_from=since, municipality_id=column(product.code).str[:5], municipality=municipality, former=former
    )
