"""Designated areas, 国土数値情報 A17 過疎, A18 半島, A19 離島, A22 豪雪, A24 振興山村, A25 特定農山村.

All are old (A17 of 2017) and the numbers of their columns shift between vintages: which vintage a file is, the columns
that occur tell (LAYOUTS; docs/sources.md says which were seen). What they say is brought up to date by
designation_overrides. 辺地 is in no data of 国土数値情報. That a place is in none of these does not mean that no subsidy
is possible.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.area_rows import Layout, area_table, days_of, layout_of, read_codes
from geodata.codes import code_of, note_counts
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
DEPOPULATED = {"1": "過疎市町村", "2": "過疎地域とみなされる市町村", "3": "過疎地域とみなされる区域"}
SNOW = {"1": "豪雪地帯", "2": "特別豪雪地帯"}
SHORT = 2  # a column of days holds more than this many digits: in some vintages a code stands in its place


def _layout(
    product: str,
    vintage: str,
    kind: str,
    needs: tuple[str, ...] = (),
    lacks: tuple[str, ...] = (),
    codes: dict[str, dict[str, str]] | None = None,
    **columns: str,
) -> Layout:
    """A layout by the numbers of its columns; all these products have the code in 002 and the municipality in 006."""
    named = {name: f"{product}_{number}" for name, number in {"municipality_id": "002", "municipality": "006", **columns}.items()}
    return Layout(
        product,
        vintage,
        tuple(f"{product}_{number}" for number in ("002", "006", *needs)),
        tuple(f"{product}_{number}" for number in lacks),
        kind,
        codes={f"{product}_{number}": meaning for number, meaning in (codes or {}).items()},
        **named,
    )


# the first that fits: of two vintages of a product the one that needs more stands first
LAYOUTS = (
    _layout("A17", "2017", "depopulated", former="008", codes={"009": DEPOPULATED}),
    _layout("A18", "指定地域名あり", "peninsula", ("009",), former="008", name="009", since="010"),
    _layout("A18", "指定地域名なし", "peninsula", lacks=("009",), codes={"008": {}}),
    _layout("A19", "指定日あり", "island", ("010",), name="007", since="010", codes={"009": {}}),
    _layout("A19", "指定日なし", "island", lacks=("010",), name="007", codes={"009": {}}),
    _layout("A22", "2016", "snow", ("009",), detail="009", codes={"009": SNOW}),  # 008 is a remark in prose
    _layout("A22", "豪雪区分が007", "snow", ("007",), ("009",), detail="007", codes={"007": SNOW, "008": {}}),
    _layout("A24", "指定日あり", "mountain", ("007", "008"), former="007", since="008"),
    _layout("A25", "番号の列", "farming"),
)
FIELDS = {f"{layout.product} {layout.vintage}": layout.needs for layout in LAYOUTS}
WHAT = Text("条件不利地域（A17・A18・A19・A22・A24・A25）", "A17, A18, A19, A22, A24 or A25")


def read(
    paths: Path | str | Iterable[Path | str], *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668) of one or several files; which product and vintage each is, its columns tell (A17_002 …).

    Further columns: municipality_id (five digits), municipality, former (旧市町村名, "" = all of it), detail (the code of
    the class, "" where the product has none). One area of several islands stands on several rows. DataError for a file
    of none of these vintages.
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


def _areas(rows: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    layout = layout_of(rows, LAYOUTS, "not-designated-areas", WHAT)
    read_codes(rows, layout, report)
    former, municipality, title = (text_of(rows, name or None) for name in (layout.former, layout.municipality, layout.name))
    said = pd.Series(np.where(title != "", title, municipality + former.where(former == "", "（" + former + "）")), index=rows.index)
    kind = pd.Series(layout.kind, index=rows.index)
    for name, meaning in layout.codes.items():
        strange = ~code_of(rows, name).isin([*meaning, ""]) if meaning else pd.Series(False, index=rows.index)
        kind = kind.mask(strange, "")
        if strange.any():
            text = Text(
                '区分のコードの意味が分からない区域は、指定されたものとして数えていません。意味の分かる版を使うか、kind = "overrides" の一覧で指定してください。',
                "areas whose class code is not known are not counted as designated: use a vintage whose codes are, or list them in overrides",
            )
            report.note("warn", "designation-code-unknown", text, int(strange.sum()), (np.flatnonzero(strange) + 1).tolist())
    return area_table(
        rows,
        kind,
        said,
        report,
        valid_from=_since(rows, layout.since, report),
        municipality_id=text_of(rows, layout.municipality_id).str[:5],
        municipality=municipality,
        former=former,
        detail=code_of(rows, layout.detail or None),
    )


def _since(rows: pd.DataFrame, name: str, report: IntakeReport) -> pd.Series | str:
    """The day of designation, "" where the column holds codes of one or two digits: then it is no column of days."""
    written = text_of(rows, name or None)
    said = written[written != ""]
    if len(said) and said.str.fullmatch(rf"\d{{1,{SHORT}}}").all():
        note_counts(report, name, code_of(rows, name))
        return ""
    return days_of(written, report, name) if name else ""
