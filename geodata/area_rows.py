"""What every list of marked-out areas has in common: AREAS tables, days in 和暦 or western form."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.codes import code_of, note_counts, tell_unknown, whole_names
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import AREAS, check
from geodata.tables import plain, shown

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988, "s": 1925}
FIRST_YEAR = 1868
_DAY = re.compile(r"(令和|平成|昭和|r|h|s)?\.?(元|\d+)[年./-](\d+)[月./-](\d+)日?")


def western_year(era: str | None, number: str) -> int:
    """The western year of an era's: ("令和", "8"), ("r", "8"), ("平成", "元"). Without an era the number is western."""
    return (ERAS[era] if era else 0) + (1 if number == "元" else int(number))


def day_of(written: object) -> str:
    """A day as YYYY-MM-DD: 2021-04-01, 2021/4/1, 20210401, 令和3年4月1日, R3.4.1, 元年; "" for blank.

    Raises ValueError for anything else: a day is never guessed.
    """
    text = plain(written)
    if text in {"", "nan", "none", "nat", "-", "－"}:
        return ""
    if re.fullmatch(r"\d{8}", text):
        return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
    found = _DAY.fullmatch(text.removesuffix("t00:00:00").removesuffix("00:00:00"))
    if not found:
        raise ValueError(f"not a day: {written}")
    era, year, month, day = found.groups()
    full = western_year(era, year)
    if full < FIRST_YEAR:  # 26/4/1 may be 2026, 平成26 or 令和26: not a day
        raise ValueError(f"not a day: {written}")
    return date(full, int(month), int(day)).isoformat()


def days_of(values: pd.Series, report: IntakeReport, column: str) -> pd.Series:
    """day_of of each value; a value that is no day becomes "" and is told, with its row."""
    days, bad = [], []
    for row, value in values.items():
        try:
            days.append(day_of(value))
        except ValueError:
            days.append("")
            bad.append(row)
    if bad:
        report.note(
            "warn",
            "day-unreadable",
            Text(
                f"列「{column}」に日付として読めない値があり、空として扱いました。",
                f"days in {column} that cannot be read are taken as not said",
            ),
            len(bad),
            bad,
        )
    return pd.Series(days, index=values.index, dtype=object)


@dataclass(frozen=True)
class Layout:
    """One vintage of a product: what its columns are called.

    needs: columns without which a file is not of this vintage; lacks: columns that only another vintage has. A name that
    is "" has no column. `codes`: {column: {code: what it means}}, as the product's code lists have them.
    """

    product: str
    vintage: str
    needs: tuple[str, ...]
    lacks: tuple[str, ...] = ()
    kind: str = ""
    municipality_id: str = ""
    municipality: str = ""
    former: str = ""  # 旧市町村名: the former municipality that alone is designated
    name: str = ""
    since: str = ""
    detail: str = ""
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def fits(self, columns: Collection[object]) -> bool:
        """Whether a file with these columns is of this vintage."""
        there = {str(name) for name in columns}
        return set(self.needs) <= there and not set(self.lacks) & there


def layout_of(rows: pd.DataFrame, layouts: Sequence[Layout], code: str, what: Text) -> Layout:
    """The vintage whose columns the file has. DataError by its columns where it is none of them.

    code, what: of that error, and what kind of files these are.
    """
    for layout in layouts:
        if layout.fits(rows.columns):
            return layout
    known = " / ".join(f"{layout.product} {layout.vintage}: {'・'.join(layout.needs)}" for layout in layouts)
    raise DataError(
        code,
        Text(
            f"{what.ja}の知っている列の並びではありません（{known}）。",
            f"the columns are of no vintage of {what.en} that is known ({known})",
        ),
        Text(
            'ほかの列で持っているときは study.toml の [[areas]] を kind = "own_areas" にし、area_kind か class_field・class_values で'
            "何の区域かを書いてください。",
            'for other columns write kind = "own_areas" in [[areas]], with area_kind, or class_field and class_values',
        ),
        where=Text("列 " + shown(rows), "columns " + shown(rows)),
    )


def read_codes(rows: pd.DataFrame, layout: Layout, report: IntakeReport) -> None:
    """Count the codes that occur in the columns that `layout` lists, and tell those that their lists do not have."""
    report.facts |= {"product": layout.product, "vintage": layout.vintage}
    for name, meaning in layout.codes.items():
        if name in rows.columns:
            codes = code_of(rows, name)
            note_counts(report, name, codes, meaning)
            if meaning:
                tell_unknown(codes, meaning, name, report)


def area_table(
    rows: GeoDataFrame,
    kind: pd.Series,
    name: pd.Series,
    report: IntakeReport,
    valid_from: pd.Series | str = "",
    valid_to: pd.Series | str = "",
    **more: pd.Series,
) -> GeoDataFrame:
    """AREAS of one file. kind: "" leaves a row out, counted as of no kind that is asked for."""
    from geopandas import GeoDataFrame

    table = GeoDataFrame(
        {
            "kind": kind,
            "name": whole_names(name, "名称", report),
            "valid_from": valid_from,
            "valid_to": valid_to,
            "source": report.path.rsplit("/", 1)[-1],
            **more,
        },
        geometry=rows.geometry.to_numpy(),
        crs=rows.crs,
        index=rows.index,
    )
    none = (table["kind"] == "").to_numpy(bool)
    if none.any():
        report.excluded["kind-not-wanted"] = report.excluded.get("kind-not-wanted", 0) + int(none.sum())
        report.accepted -= int(none.sum())
        report.note(
            "info",
            "kind-not-wanted",
            Text("使わない区分の区域を読みませんでした。", "areas of kinds that are not used were left out"),
            int(none.sum()),
            (np.flatnonzero(none) + 1).tolist(),
        )
    kept = table[~none].reset_index(drop=True)
    report.facts["areas_by_kind"] = {str(one): int(count) for one, count in kept["kind"].value_counts().sort_index().items()}
    return check(AREAS, kept)
