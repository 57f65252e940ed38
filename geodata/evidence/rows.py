"""What field tests and reports have in common: carriers by any of their names, ids by content, nothing lost."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import shapely

from geodata import place_rows
from geodata.errors import DataError, Text
from geodata.evidence.values import generation_of, moment_of
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, EVIDENCE, check
from geodata.tables import plain, points, shown

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Names = Mapping[str, Collection[str]]
NAMED = 5
ID_DIGITS = 16
SAME = ("carrier", "generation", "at", "rsrp_dbm", "call_ok", "signal", "indoors", "kind", "device", "lon", "lat")


def key_of(carriers: Names) -> dict[str, str]:
    """{spelling without width, case and white space: key of the carrier}.

    carriers: key → all its spellings, the key itself aside.
    """
    return {plain(name): key for key, names in carriers.items() for name in (key, *names) if plain(name)}


def read_located(path: Path) -> tuple[pd.DataFrame, IntakeReport]:
    """The table's rows that have coordinates, with columns lon, lat (degrees, JGD2011); index: lines of the file."""
    rows, report = place_rows.read_points(path, "measurement")
    lon, lat = shapely.get_coordinates(rows["geometry"].to_numpy(object)).T
    return rows.drop(columns="geometry").assign(__lon=lon, __lat=lat), report


def needed(table: pd.DataFrame, columns: Mapping[str, str | None], spec: Mapping[str, str]) -> None:
    """DataError naming the columns of `wanted` (field → its usual heading) that were not found."""
    if missing := [ja for field, ja in spec.items() if columns[field] is None]:
        raise DataError(
            "column-missing",
            Text(f"「{'」「'.join(missing)}」の列がありません。", f"columns {', '.join(missing)} are missing"),
            Text("見出しを直すか、列を足してください（docs/sources.md の「現地測定」）。", "see docs/sources.md for the headings"),
            where=Text("列 " + shown(table), "columns " + shown(table)),
        )


def left_out(rows: pd.DataFrame, bad: pd.Series, report: IntakeReport, code: str, text: Text) -> pd.DataFrame:
    """`rows` without the bad ones, which are counted with their reason."""
    count = int(bad.sum())
    report.exclude(code, text, count, rows.index[bad])
    report.accepted -= count
    return rows[~bad]


def with_carriers(rows: pd.DataFrame, written: pd.Series, names: Names, report: IntakeReport) -> pd.DataFrame:
    """`rows` with `carrier`; those of a carrier that the study does not name go out, its spelling told."""
    keys = written.map(lambda name: key_of(names).get(plain(name), ""))
    unexpected = "、".join(dict.fromkeys(name[:20] or "空欄" for name in written[keys == ""]).keys())
    text = Text(
        f"study.toml に無い事業者名の行を除きました（{unexpected[:100]}）。書き方が違うだけなら [evidence.aliases] に足してください。",
        f"rows of carriers that study.toml does not name ({unexpected[:100]}); add spellings to [evidence.aliases]",
    )
    return left_out(rows.assign(carrier=keys), keys == "", report, "carrier-unknown", text)


def times(written: pd.Series, report: IntakeReport) -> pd.Series:
    """moment_of each; a text that is no time becomes "" and is told with its row."""
    said, bad = [], []
    for row, value in written.items():
        try:
            said.append(moment_of(value))
        except (ValueError, OverflowError, OSError):
            said.append("")
            bad.append(row)
    if bad:
        report.note(
            "warn",
            "time-unreadable",
            Text(
                "日時として読めない値があり、日時不明として扱いました（判定には使いません）。",
                "times that cannot be read are taken as not said; such records decide nothing",
            ),
            len(bad),
            bad,
        )
    if any("T" in one for one in said):
        report.facts["time_zone"] = "Asia/Tokyo"
    return pd.Series(said, index=written.index, dtype=object)


def generations(rows: pd.DataFrame, written: pd.Series, report: IntakeReport) -> pd.DataFrame:
    """`rows` with `generation`; other generations (3G, Wi-Fi) or several at once go out, counted."""
    found = written.map(generation_of)
    text = Text("4G・5G のどちらか1つに決まらない方式の行を除きました。", "rows of another generation, or of several, were left out")
    return left_out(rows.assign(generation=found), found.isna(), report, "generation-other", text)


def evidence_table(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """EVIDENCE columns of one file, with an id made of what each record says; not yet freed of repeated ones."""
    out = rows.assign(source=path.name, row=rows.index.astype(float))
    for name, usual in (("photos", 0.0), ("photo_day", ""), ("photo_direction", np.nan), ("device", "")):
        if name not in out:
            out[name] = usual
    lon, lat = out["__lon"].astype(float), out["__lat"].astype(float)
    same = out.assign(lon=lon.round(7), lat=lat.round(7))[list(SAME)]
    ids = [hashlib.sha256("\x1f".join(map(str, one)).encode()).hexdigest()[:ID_DIGITS] for one in same.itertuples(index=False, name=None)]
    columns = [name for name in EVIDENCE.columns if name != "geometry"]
    table = out[columns].set_axis(pd.Index(ids, name="evidence_id", dtype=object))
    table["geometry"] = shapely.points(lon, lat)
    return table


def joined(
    read_one: Callable[[Path], tuple[pd.DataFrame, IntakeReport]], paths: Collection[Path]
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """All files as one EVIDENCE table; what stands there twice (in one file or in two) counts once."""
    from geopandas import GeoDataFrame

    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    seen: set[Any] = set()
    for path in paths:
        try:
            table, report = read_one(path)
            points.refuse_none_left(len(table), report)
        except DataError as error:
            raise error.at(path) from None
        again = pd.Series(table.index.isin(seen) | table.index.duplicated(), index=table.index)
        if again.any():
            lines = table.loc[again.to_numpy(bool), "row"].astype(int)
            # a line that speaks of several carriers is lost only when all it says is known already
            gone = sorted(set(lines) - set(table.loc[~again.to_numpy(bool), "row"].astype(int)))
            report.exclude(
                "repeated",
                Text(
                    "同じ記録（日時・場所・事業者・値がすべて同じ）が重なっていたため、1件として数えました。",
                    "records that say exactly the same count once",
                ),
                len(gone),
                gone,
            )
            report.accepted -= len(gone)
        table = table[~again.to_numpy(bool)]
        seen |= set(table.index)
        report.facts["records"] = len(table)
        tables.append(table)
        reports.append(report)
    frame = GeoDataFrame(pd.concat(tables), geometry="geometry", crs=CRS_GEOGRAPHIC)
    return check(EVIDENCE, frame), reports


def unexpected_named(words: pd.Series) -> str:
    """The first words that were not understood, cut short, for messages."""
    return "、".join(str(word)[:20] for word in list(dict.fromkeys(words))[:NAMED])
