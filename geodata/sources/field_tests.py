"""Measurements on the ground: a CSV or XLSX with one test a row, from a phone's log or written by hand.

日時, 緯度, 経度, 事業者, 端末, 方式, RSRP, 通話可否, 圏外, 屋内外, 精度 (docs/sources.md). 圏外 counts as no service in whichever
column it stands; an RSRP that is no dBm (0, +50, an ASU) is unknown.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import Text
from geodata.evidence import accuracy, values
from geodata.evidence import rows as ground
from geodata.report import IntakeReport
from geodata.tables import column_of, plain, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "field_tests"
LICENCE = "自団体の資料"
CREDIT = "都道府県・市町による現地測定"
REDISTRIBUTABLE = True
FIELDS = {
    "at": {"日時", "測定日時", "日付", "測定日", "時刻", "timestamp", "datetime", "time", "date"},
    "carrier": {"事業者", "事業者名", "キャリア", "携帯電話事業者", "carrier", "operator"},
    "device": {"端末", "端末名", "機種", "device", "model"},
    "generation": {"方式", "世代", "方式/世代", "方式・世代", "ネットワーク", "通信方式", "network", "rat", "tech"},
    "rsrp": {"rsrp", "rsrp(dbm)", "rsrp[dbm]", "rsrpdbm", "rsrp_dbm", "受信電力", "受信電力(dbm)", "電波強度(dbm)", "電波強度"},
    "call": {"通話可否", "通話", "発信可否", "通話結果", "call", "call_ok"},
    "service": {"圏外", "圏外かどうか", "圏内外", "圏内/圏外", "在圏", "service", "no_service"},
    "indoors": {"屋内外", "屋内/屋外", "屋内・屋外", "測定場所", "indoors"},
    "error": accuracy.COLUMNS,
}
REQUIRED = {"at": "日時", "carrier": "事業者"}
SPEAKING = ("rsrp", "call", "service", "generation")


def read(
    paths: Path | str | Iterable[Path | str], *, carriers: ground.Names, most_error_m: float = accuracy.MOST_ERROR_M
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """EVIDENCE of kind "field_test", longitude and latitude in JGD2011.

    carriers: key of each carrier in the study → its names and declared aliases. Records whose own error of position is above
    `most_error_m` metres go out, counted; where none is given it is not known and they stay. DataError without columns of
    time, place, carrier, or of anything that was measured.
    """
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    return ground.joined(lambda path: _read_one(path, carriers, most_error_m), listed)


def _read_one(path: Path, carriers: ground.Names, most_error_m: float) -> tuple[pd.DataFrame, IntakeReport]:
    table, report = ground.read_located(path)
    columns = {name: column_of(table, words) for name, words in FIELDS.items()}
    columns["error"] = accuracy.error_column(table, report)
    ground.needed(table, columns, REQUIRED)
    if not any(columns[name] for name in SPEAKING[:3]):
        ground.needed(table, columns, {"rsrp": "RSRP", "call": "通話可否", "service": "圏外"})
    written = {name: text_of(table, column) for name, column in columns.items()}
    rows = pd.DataFrame({"__lon": table["__lon"], "__lat": table["__lat"]}, index=table.index)
    rows = rows.assign(
        kind="field_test",
        at=ground.times(written["at"], report),
        device=written["device"].str[:100],
        rsrp_dbm=_power(written["rsrp"], report),
        indoors=written["indoors"].map(values.indoors_of),
        signal=_signal(written, report),
        call_ok=_calls(written["call"], report),
    )
    rows = accuracy.well_placed(rows, written["error"], most_error_m, report)
    rows = ground.with_carriers(rows, written["carrier"].loc[rows.index], carriers, report)
    rows = ground.generations(rows, written["generation"].loc[rows.index], report)
    unpublished = (rows["signal"] == "") & (rows["call_ok"] == "") & rows["rsrp_dbm"].isna()
    text = Text("RSRP・通話可否・圏外のどれも分からない行を除きました。", "rows that say nothing of reception were left out")
    return ground.evidence_table(ground.left_out(rows, unpublished, report, "says-nothing", text), path), report


def _power(written: pd.Series, report: IntakeReport) -> pd.Series:
    """dBm, NaN where not known; values that are no dBm are told."""
    found = written.map(values.dbm_of).astype(float)
    given = ~written.map(lambda word: plain(word) in values.BLANK or values.says_no_service(word)).astype(bool)
    if (bad := found.isna() & given).any():
        report.note(
            "warn",
            "rsrp-not-dbm",
            Text(
                f"RSRP に dBm としてありえない値があり、不明として扱いました（{ground.unexpected_named(written[bad])}）。"
                "正しい値は −156〜−31 です。ASU の値は dBm に直してください（4G は ASU−140）。",
                f"RSRP that is no dBm counts as unknown ({ground.unexpected_named(written[bad])}); "
                "dBm lie from −156 to −31 (4G: ASU − 140)",
            ),
            int(bad.sum()),
            written.index[bad],
        )
    return found


def _signal(written: dict[str, pd.Series], report: IntakeReport) -> pd.Series:
    """ "none" where any column says 圏外 or the column of that name says yes, "works" where it says 圏内 or no."""
    service = written["service"]
    # the column 圏外 may hold ○ × or the words themselves; a column 圏内外 holds only words
    said = service.map(values.yes_no_of)
    inside = service.map(lambda word: plain(word) in values.IN_SERVICE).astype(bool)
    anywhere = pd.DataFrame({name: written[name].map(values.says_no_service) for name in SPEAKING}).any(axis=1)
    turned = service.name is not None and plain(service.name) == "在圏"
    none = anywhere | (said == ("no" if turned else "yes"))
    works = inside | (said == ("yes" if turned else "no"))
    unclear = said.isna() & ~inside & ~service.map(values.says_no_service).astype(bool)
    if unclear.any():
        report.note(
            "warn",
            "service-unclear",
            Text(
                f"「圏外」の列に読めない値があり、不明として扱いました（{ground.unexpected_named(service[unclear])}）。",
                f"words in the column of service that are not understood ({ground.unexpected_named(service[unclear])})",
            ),
            int(unclear.sum()),
            service.index[unclear],
        )
    return pd.Series(np.select([none, works], ["none", "works"], ""), index=service.index, dtype=object)


def _calls(written: pd.Series, report: IntakeReport) -> pd.Series:
    found = written.map(lambda word: "no" if values.says_no_service(word) else values.yes_no_of(word))
    unclear = found.isna()
    if unclear.any():
        report.note(
            "warn",
            "call-unclear",
            Text(
                f"通話可否に読めない値があり、不明として扱いました（{ground.unexpected_named(written[unclear])}）。",
                f"words for the call that are not understood ({ground.unexpected_named(written[unclear])})",
            ),
            int(unclear.sum()),
            written.index[unclear],
        )
    return found.where(~unclear, "")
