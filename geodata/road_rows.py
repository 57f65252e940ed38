"""What every list of roads has in common: classes by a table of values, repeated lines, and what was left out."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.areas import lengths_m
from geodata.codes import by_table, counted, listed
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, ROAD_CLASSES, ROADS, check
from geodata.tables import shown

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

M_IN_KM = 1000.0
RANK = {road: number for number, road in enumerate(ROAD_CLASSES)}  # 0: the highest class
EMERGENCY = {
    **dict.fromkeys(("1", "yes", "true", "○", "はい", "有", "指定"), "yes"),
    **dict.fromkeys(("0", "no", "false", "×", "いいえ", "無", "指定なし"), "no"),
    "": "",
}


def classes_of(values: pd.Series, meaning: Mapping[str, str], field: str) -> pd.Series:
    """road_class of each row by a table of the field's values (compared without width, case and spaces).

    Raises DataError that lists the values nobody explained, with their counts: a class is never guessed.
    """
    if unexpected := sorted(set(meaning.values()) - set(ROAD_CLASSES)):
        raise DataError(
            "road-class-unknown",
            Text(f"道路の種別「{'」「'.join(unexpected)}」はありません。", f"there is no road class {', '.join(unexpected)}"),
            Text(f"{'、'.join(ROAD_CLASSES)} のどれかにしてください。", f"use one of {', '.join(ROAD_CLASSES)}"),
        )
    found = by_table(values, meaning)
    if found.isna().any():
        unexplained = values[found.isna()]
        first = sorted(set(unexplained))[0]
        raise DataError(
            "road-class-unexplained",
            Text(
                f"列「{field}」に、種別の決まっていない値があります: {listed(unexplained)}",
                f"column {field} holds values without a class: {listed(unexplained)}",
            ),
            Text(
                f'study.toml の [[roads]] に class_values = {{ "{first}" = "other" }} のように、値ごとの種別（{"、".join(ROAD_CLASSES)}）を'
                "書いてください。",
                f'give each value a class in [[roads]]: class_values = {{ "{first}" = "other" }} ({", ".join(ROAD_CLASSES)})',
            ),
        )
    return found


def emergency_of(
    values: pd.Series | None,
    index: pd.Index,
    field: str = "",
    meaning: Mapping[str, str] | None = None,
    usual: Mapping[str, str] = EMERGENCY,
) -> pd.Series:
    """ "yes", "no" or "" (not said) of each row: by `meaning` (the study's word), else by `usual`.

    Raises DataError that lists the values neither explains: what is no plain yes may be 第2次 or 第3次, and an
    emergency road must not vanish.
    """
    if values is None:
        return pd.Series("", index=index, dtype=object)
    found = by_table(values, {**usual, **(meaning or {})})
    if found.isna().any():
        unexplained = values[found.isna()]
        example = ", ".join(f'"{value}" = "yes"' for value in sorted(set(unexplained))[:3])
        raise DataError(
            "emergency-unexplained",
            Text(
                f"列「{field}」に、緊急輸送道路かどうか分からない値があります: {listed(unexplained)}",
                f"column {field} holds values that do not say whether it is an emergency road: {listed(unexplained)}",
            ),
            Text(
                f"study.toml の [[roads]] に emergency_values = {{ {example} }} のように、値ごとに yes（緊急輸送道路）か no を書いてください。",
                f"say yes or no for each value in [[roads]]: emergency_values = {{ {example} }}",
            ),
        )
    return found


def is_n10(second: pd.Series) -> bool:
    """Whether the second column, as codes, holds classes of emergency roads and not names of routes (N10 under N01's names)."""
    return bool((second != "").any()) and bool(second.isin(["1", "2", "3", "9", ""]).all())


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


@dataclass(frozen=True)
class RoadPart:
    """The lines of one file and what it says of each: index as `rows`. `report` is the file's."""

    rows: GeoDataFrame
    road_class: pd.Series
    name: pd.Series
    emergency: pd.Series
    report: IntakeReport


def read_roads(
    paths: Path | str | Iterable[Path | str],
    part_of: Callable[[GeoDataFrame, IntakeReport], RoadPart],
    classes: Collection[str],
    *,
    crs: str | None,
    layer: str | None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """(roads_of, the reports) of files of lines, each turned into a part by `part_of`. crs None: the file must say it."""
    from geodata import intake

    parts = []
    for path in [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]:
        rows, report = intake.read_vector(path, geometry="line", crs=crs, layer=layer, kind="road")
        try:
            parts.append(part_of(rows, report))
        except DataError as error:
            raise error.at(path) from None
    return roads_of(parts, classes), [part.report for part in parts]


def roads_of(parts: Sequence[RoadPart], classes: Collection[str]) -> GeoDataFrame:
    """ROADS (EPSG:6668) of files that belong together: the `classes` asked for, each line once over all of them.

    A line that stands in two classes is the higher one. What went out, and why, is told in the report of its file.
    """
    from geopandas import GeoDataFrame

    tables = []
    lowest = max((RANK[road] for road in classes), default=0)
    for number, part in enumerate(parts):
        source = part.report.path.rsplit("/", 1)[-1]
        columns = {
            "road_class": part.road_class,
            "name": part.name,
            "emergency": part.emergency,
            "source": source,
            "file": number,
            "row": part.rows.index + 1,
        }
        table = GeoDataFrame(columns, geometry=part.rows.geometry.to_numpy(), crs=part.rows.crs).to_crs(CRS_GEOGRAPHIC)
        # lower classes can win nothing: out before lines are compared (N13 has up to 1.9 million)
        low = table["road_class"].map(RANK).to_numpy() > lowest
        _not_wanted(part.report, int(low.sum()))
        tables.append(table[~low])
    joined = GeoDataFrame(pd.concat(tables, ignore_index=True), geometry="geometry", crs=CRS_GEOGRAPHIC)
    joined = lines_once(joined, [part.report for part in parts])
    other = ~joined["road_class"].isin(list(classes)).to_numpy(bool)
    for number, part in enumerate(parts):
        _not_wanted(part.report, int((other & (joined["file"] == number)).sum()))
    joined = joined[~other].reset_index(drop=True)
    tell_lengths(joined, [part.report for part in parts])
    return check(ROADS, joined.drop(columns=["file", "row"]))


def tell_lengths(table: GeoDataFrame, reports: Sequence[IntakeReport]) -> None:
    """Put lines and km by class, and km by emergency, into the record of each file. table: as for lines_once."""
    for number, report in enumerate(reports):
        of_file = table[table["file"] == number]
        report.facts["roads_by_class"] = counted(of_file["road_class"])
        report.facts["km_by_class"] = km_by(of_file, "road_class")
        if (of_file["emergency"] != "").any():
            report.facts["km_by_emergency"] = km_by(of_file, "emergency")


def _not_wanted(report: IntakeReport, count: int) -> None:
    if not count:
        return
    # the study asked for it: counted, but nothing to warn of
    before = report.excluded.get("road-class-not-wanted", 0)
    report.excluded["road-class-not-wanted"] = before + count
    report.accepted -= count
    if not before:
        text = Text(
            "study.toml の classes に無い種別の道路は読みませんでした。", "roads of classes that the study does not ask for were left out"
        )
        report.note("info", "road-class-not-wanted", text, count)


def km_by(roads: GeoDataFrame, column: str) -> dict[str, float]:
    """Length in km on the ellipsoid by the values of a column ("（空）" for blank), lines in degrees."""
    xy, line = shapely.get_coordinates(roads.geometry.to_numpy(), return_index=True)
    ends = np.flatnonzero(line[1:] == line[:-1])
    metres = lengths_m(xy[ends, 0], xy[ends, 1], xy[ends + 1, 0], xy[ends + 1, 1], CRS_GEOGRAPHIC) if len(ends) else np.zeros(0)
    per_line = np.bincount(line[ends], metres, len(roads)) / M_IN_KM
    by = pd.Series(per_line).groupby(roads[column].replace("", "（空）").to_numpy()).sum()
    return {str(value): round(float(km), 6) for value, km in by.items()}


def lines_once(table: GeoDataFrame, reports: Sequence[IntakeReport]) -> GeoDataFrame:
    """Each line once, whichever way it was drawn. table: ROADS with `file`, the number of its report, and `row` there.

    The highest class wins, a yes on emergency before a no before nothing said, and a name before none. Only
    identical lines are known to be the same road: the two carriageways of a divided road, drawn apart, stay two.
    """
    shape = pd.factorize(pd.Series(shapely.to_wkb(shapely.normalize(table.geometry.to_numpy()))))[0]
    rank = table["road_class"].map(RANK).to_numpy()
    order = np.lexsort((np.arange(len(table)), rank, shape))
    first = np.r_[True, np.diff(shape[order]) != 0] if len(order) else np.zeros(0, bool)
    kept, again = np.sort(order[first]), np.sort(order[~first])
    if not len(again):
        return table
    best = np.full(shape.max() + 1, len(ROAD_CLASSES))
    np.minimum.at(best, shape, rank)
    files = table["file"].to_numpy()
    # a line of two classes is told once a file; what repeats it there again is a mere repeat
    two = (rank[again] != best[shape[again]]) & ~pd.DataFrame({"shape": shape[again], "file": files[again]}).duplicated().to_numpy()
    for number, report in enumerate(reports):
        mine = (files[again] == number).astype(bool)
        _tell_repeats(table, again[mine & ~two], again[mine & two], report)
    table = table.copy()
    for column, worth in (("emergency", {"yes": 0, "no": 1, "": 2}), ("name", {"": 1})):
        value = table[column].map(lambda one, worth=worth: worth.get(one, 0)).to_numpy()
        ranked = np.lexsort((rank, value, shape))
        winner = ranked[np.r_[True, np.diff(shape[ranked]) != 0]]
        table[column] = table[column].to_numpy()[winner][shape]
    return table.iloc[kept].reset_index(drop=True)


def _tell_repeats(table: GeoDataFrame, same: np.ndarray, two: np.ndarray, report: IntakeReport) -> None:
    places = table["row"].to_numpy()
    text = Text("同じ線が重ねて入っているため、1本だけ使いました。", "lines that stand twice are used once")
    report.exclude("road-twice", text, len(same), places[same])
    if len(two):
        km = sum(km_by(table.iloc[two], "road_class").values())
        text = Text(
            f"2つの種別に同じ線があるため（{km:,.1f} km）、上の種別で1回だけ数えました。",
            f"the same lines stand in two classes ({km:,.1f} km): counted once, in the higher one",
        )
        report.exclude("road-two-classes", text, len(two), places[two])
    report.accepted -= len(same) + len(two)
