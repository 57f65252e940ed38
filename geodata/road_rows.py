"""What every list of roads has in common: classes by a table of values, repeated lines, and what was left out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, ROAD_CLASSES, ROADS, check
from geodata.tables import plain, shown

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

VALUES_SHOWN = 12
YES, NO = ({"1", "yes", "true", "○", "はい", "有", "指定"}, {"0", "no", "false", "×", "いいえ", "無", "指定なし"})


def classes_of(values: pd.Series, meaning: Mapping[str, str], field: str) -> pd.Series:
    """road_class of each row by a table of the field's values (compared without width, case and spaces).

    Raises DataError that lists the values nobody explained: a class is never guessed.
    """
    if unexpected := sorted(set(meaning.values()) - set(ROAD_CLASSES)):
        raise DataError(
            "road-class-unknown",
            Text(f"道路の種別「{'」「'.join(unexpected)}」はありません。", f"there is no road class {', '.join(unexpected)}"),
            Text(f"{'、'.join(ROAD_CLASSES)} のどれかにしてください。", f"use one of {', '.join(ROAD_CLASSES)}"),
        )
    table = {plain(value): road_class for value, road_class in meaning.items()}
    found = values.map(plain).map(table)
    if found.isna().any():
        unexplained = sorted(set(values[found.isna()]))[:VALUES_SHOWN]
        raise DataError(
            "road-class-unexplained",
            Text(
                f"列「{field}」に、種別の決まっていない値があります: {'、'.join(unexplained) or '（空）'}",
                f"column {field} holds values without a class: {', '.join(unexplained)}",
            ),
            Text(
                f"study.toml の [[roads]] class_values に、値ごとの種別（{'、'.join(ROAD_CLASSES)}）を書いてください。",
                f"give each value a class in class_values of [[roads]] ({', '.join(ROAD_CLASSES)})",
            ),
        )
    return found


def emergency_of(values: pd.Series | None, index: pd.Index) -> pd.Series:
    """ "yes", "no" or "" (not said) of each row."""
    if values is None:
        return pd.Series("", index=index, dtype=object)
    told = values.map(plain)
    return pd.Series(np.select([told.isin(YES), told.isin(NO)], ["yes", "no"], ""), index=index, dtype=object)


def field_of(rows: pd.DataFrame, field: str) -> pd.Series:
    """A column by its name. DataError listing the columns there are."""
    if field not in rows.columns:
        raise DataError(
            "column-missing",
            Text(f"列「{field}」がありません。", f"there is no column {field}"),
            Text("道路のファイルの列の名前を確かめてください。", "look at the names of its columns"),
            where=Text("列 " + shown(rows), "columns " + shown(rows)),
        )
    return rows[field].astype(object).where(rows[field].notna(), "").map(str).str.strip()


def road_table(
    rows: GeoDataFrame, road_class: pd.Series, name: pd.Series, emergency: pd.Series, spec: Collection[str], report: IntakeReport
) -> GeoDataFrame:
    """ROADS of one file: the wanted classes, each line once; the report tells what went out and why."""
    from geopandas import GeoDataFrame

    table = GeoDataFrame(
        {"road_class": road_class, "name": name, "emergency": emergency, "source": report.path.rsplit("/", 1)[-1]},
        geometry=rows.geometry.to_numpy(),
        crs=rows.crs,
    )
    other = ~table["road_class"].isin(list(spec)).to_numpy(bool)
    if other.any():
        # the study asked for it: counted, but nothing to warn of
        report.excluded["road-class-not-wanted"] = int(other.sum())
        report.note(
            "info",
            "road-class-not-wanted",
            Text(
                "study.toml の classes に無い種別の道路は読みませんでした。",
                "roads of classes that the study does not ask for were left out",
            ),
            int(other.sum()),
        )
        report.accepted -= int(other.sum())
    table = without_repeats(table[~other].reset_index(drop=True), report)
    report.facts["roads_by_class"] = {str(road): int(count) for road, count in table["road_class"].value_counts().sort_index().items()}
    return check(ROADS, table.to_crs(CRS_GEOGRAPHIC))


def without_repeats(table: GeoDataFrame, report: IntakeReport) -> GeoDataFrame:
    """Each line once, whichever way it was drawn; repeats are counted in the report.

    Only identical lines are known to be the same road: the two carriageways of a divided road, drawn apart,
    stay two, and so does one road from two sources (take each class from one source).
    """
    shapes = shapely.to_wkb(shapely.normalize(table.geometry.to_numpy()))
    again = pd.Series(shapes).duplicated().to_numpy(bool)
    text = Text("同じ線が重ねて入っているため、1本だけ使いました。", "lines that stand twice are used once")
    report.exclude("road-twice", text, int(again.sum()), np.flatnonzero(again) + 1)
    report.accepted -= int(again.sum())
    return table[~again].reset_index(drop=True)
