"""The office's own criteria: their figures brought to the zones they belong to."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.tables import plain

ROWS_NAMED = 5


def values_by_zone(zones: pd.DataFrame, rows: pd.DataFrame, report: IntakeReport) -> pd.Series:
    """The amount of each zone, float64, NaN where no row gives one. Index as `zones`.

    zones: name, municipality; rows: zone_values.read. A row is joined by its zone_id, else by municipality
    (with or without 郡) and name. Rows of places that are no zone are left out and counted in `report`. Raises
    DataError where two rows speak of one zone, or a name fits several zones.
    """
    zone = _zone_of_rows(zones, rows, report)
    unexpected = zone == ""
    report.exclude(
        "no-such-zone",
        Text(
            "不感地区の一覧にない地区の行を除きました（いま不感でない地区か、地区名の違い）。",
            "rows of places that are no zone were left out (covered now, or spelt differently)",
        ),
        int(unexpected.sum()),
        [_row_name(row) for _, row in rows[unexpected].iterrows()],
    )
    report.accepted -= int(unexpected.sum())
    kept = rows["value"][~unexpected].set_axis(zone[~unexpected])
    if kept.index.has_duplicates:
        raise _twice(zone[~unexpected], report.path)
    found = kept.reindex(zones.index)
    without = found.index[found.isna()]
    if len(without):
        report.note(
            "warn",
            "zones-without-value",
            Text(
                f"値のない地区が{len(without)}あり、この項目は不明とします（0ではありません）。",
                f"{len(without)} zones have no value: unknown there, not 0",
            ),
            len(without),
            list(without),
        )
    return found


def _zone_of_rows(zones: pd.DataFrame, rows: pd.DataFrame, report: IntakeReport) -> pd.Series:
    """zone_id of each row, "" where it is no zone."""
    names = _place(zones["municipality"], zones["name"])
    by_name = pd.Series(zones.index, index=names)
    spec = _place(rows["municipality"], rows["name"])
    unnamed = rows["zone_id"] == ""
    several = names[names.duplicated(keep=False)]
    doubtful = spec[unnamed & spec.isin(set(several))]
    if len(doubtful):
        raise DataError(
            "zone-name-ambiguous",
            Text("同じ市町村に同じ名前の地区がいくつもあります。", "several zones of one municipality share this name"),
            Text("zone_id の列を足して、どの地区かを示してください。", "add a column zone_id"),
            report.path,
            Text(*(", ".join(f"{row}: {rows.loc[row, 'name']}" for row in doubtful.index[:ROWS_NAMED]),) * 2),
        )
    found = by_name[~by_name.index.duplicated()].reindex(spec).to_numpy(object)
    known = rows["zone_id"].isin(zones.index)
    chosen = np.where(unnamed, pd.Series(found).fillna("").to_numpy(object), rows["zone_id"].where(known, ""))
    return pd.Series(chosen, index=rows.index, dtype=object)


def _place(municipality: pd.Series, name: pd.Series) -> pd.Series:
    """municipality/name as they are compared: width, case and blanks do not matter, nor whether 郡 is written."""
    return municipality.map(_municipality) + "/" + name.map(plain)


def _municipality(text: str) -> str:
    return re.sub(r"^.+?郡(?=.+[町村]$)", "", plain(text))


def _row_name(row: pd.Series) -> str:
    return str(row["zone_id"] or f"{row['municipality']} {row['name']}")


def _twice(zone: pd.Series, path: str) -> DataError:
    doubled = zone[zone.duplicated(keep=False)].sort_values(kind="stable")
    said = "、".join(f"{row}行目 {zone_id}" for row, zone_id in doubled.iloc[:ROWS_NAMED].items())
    return DataError(
        "zone-twice",
        Text("同じ地区の行が2つ以上あります。", "a zone has two rows or more"),
        Text("1地区1行にしてください。", "give one row for each zone"),
        path,
        Text(said, ", ".join(f"row {row} {zone_id}" for row, zone_id in doubled.iloc[:ROWS_NAMED].items())),
    )
