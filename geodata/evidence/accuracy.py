"""How well a phone knew where it was: records whose place is too uncertain to say anything of their cell go out, told."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd

from geodata.errors import Text
from geodata.evidence.rows import left_out, unexpected_named
from geodata.evidence.values import BLANK
from geodata.report import IntakeReport
from geodata.tables import plain

# less than half the side of a 250 m mesh: a record kept stands in its mesh or the next one, not in another valley
MOST_ERROR_M = 100.0
COLUMNS = {
    "精度",
    "精度(m)",
    "位置精度",
    "位置精度(m)",
    "測位精度",
    "測位精度(m)",
    "gps精度",
    "gps精度(m)",
    "水平精度",
    "水平精度(m)",
    "誤差",
    "誤差(m)",
    "位置誤差",
    "位置誤差(m)",
    "測位誤差",
    "測位誤差(m)",
    "accuracy",
    "accuracy(m)",
    "accuracy_m",
    "gps_accuracy",
    "location_accuracy",
    "horizontal_accuracy",
    "horizontalaccuracy",
    "hacc",
}
_METRES = re.compile(r"(?:±|\+/-|約)?(-?[0-9]+(?:\.[0-9]+)?)(m|メートル|km|キロ)?")
_ERROR = re.compile("誤差|精度|accuracy|uncertainty|error")
# of the signal, of the height, of a moment or a direction; or no length at all
_NOT_OF_PLACE = re.compile(
    "rsrp|rsrq|sinr|dbm?[)\\]]?$|電波|電界|信号|受信|測定器|時刻|時間|time|高さ|高度|標高|垂直|鉛直|vertical|altitude|elevation|方位|方向|bearing|heading|"
    "速度|speed|率|%|rate|回数|件数|count|コード|code|番号|message|内容"
)
_DILUTION = re.compile("[ghptv]dop|(?<![a-z])dop(?![a-z])|低下率")


def error_column(table: pd.DataFrame, report: IntakeReport) -> str | None:
    """The column that tells, in metres, how well each record knew its place, by its header; None where there is none.

    Of several the first that holds a number, the others told. A dilution of precision (HDOP) is no length: told, not used.
    """
    named = [str(name) for name in table.columns]
    dilutions = [name for name in named if _DILUTION.search(plain(name))]
    found = [
        name
        for name in named
        if name not in dilutions and (plain(name) in COLUMNS or (_ERROR.search(plain(name)) and not _NOT_OF_PLACE.search(plain(name))))
    ]
    in_numbers = [name for name in found if table[name].map(metres_of).notna().any()]
    # a column that is called "error" and holds words tells of something else
    chosen = next(iter(in_numbers), next((name for name in found if "error" not in plain(name)), None))
    if dilutions and chosen is None:
        text = Text(
            f"「{dilutions[0]}」はメートルの誤差ではないため使っていません。位置の誤差（m）の列があれば足してください。",
            f"{dilutions[0]} is no error in metres and is not used; add a column of metres where there is one",
        )
        report.note("warn", "accuracy-not-metres", text)
    if others := [name for name in in_numbers if name != chosen]:
        text = Text(
            f"位置の誤差の列が複数あり、「{chosen}」を使いました。使っていない列: {'、'.join(others)}。別の列を使うときは、使わない列を消してください。",
            f"of several columns of error {chosen} is used, not {', '.join(others)}: delete those that should not be used",
        )
        report.note("warn", "accuracy-several", text, len(others), others)
    return chosen


def metres_in(header: str) -> float:
    """Metres in one unit of a column of errors, by its header: 1000 for 誤差(km), 0.01 for 誤差(cm), else 1."""
    unit = re.search("(km|キロ|cm|センチ)(メートル)?[)\\]]?$", plain(header))
    return 1.0 if unit is None else 1000.0 if unit[1] in {"km", "キロ"} else 0.01


def metres_of(written: object) -> float:
    """Metres of "12.5", "±12 m", "0.3km"; NaN for blank and for words. Negative: the phone had no position (iOS)."""
    found = _METRES.fullmatch(plain(written))
    if found is None:
        return np.nan
    return float(found[1]) * (1000.0 if found[2] in {"km", "キロ"} else 1.0)


def well_placed(rows: pd.DataFrame, written: pd.Series, most_error_m: float, report: IntakeReport) -> pd.DataFrame:
    """`rows` without those whose own error is above `most_error_m` (metres) or negative, counted with their lines.

    written: the column of the error as text, index as `rows`; "" is not known and stays, as do words that are no
    number, which are told. 0 means "not known" in Android's logs and stays too.
    """
    metres = written.map(metres_of).astype(float) * metres_in(str(written.name))
    unclear = metres.isna() & ~written.map(plain).isin(BLANK)
    if unclear.any():
        report.note(
            "warn",
            "accuracy-unclear",
            Text(
                f"位置の精度に読めない値があり、精度不明として扱いました（{unexpected_named(written[unclear])}）。メートルの数にしてください。",
                f"errors of position that are no metres count as not known ({unexpected_named(written[unclear])})",
            ),
            int(unclear.sum()),
            written.index[unclear],
        )
    bad = (metres > most_error_m) | (metres < 0)
    worst = f"（最大 {metres.max():,.0f}m）" if bad.any() and metres.max() > most_error_m else ""
    worst_en = f" (up to {metres.max():,.0f} m)" if worst else ""
    text = Text(
        f"位置の誤差が{most_error_m:g}mより大きい行、または端末が位置を得られなかった行（負の値）を除きました{worst}。"
        "どのメッシュの結果か分からないためです。使うときは [evidence] most_error_m を大きくしてください。",
        f"rows whose place is known no better than {most_error_m:g} m, or not at all (a negative error), were left out{worst_en}: "
        "which cell they speak of is not known. To use them raise [evidence] most_error_m",
    )
    return left_out(rows, bad, report, "position-inaccurate", text)
