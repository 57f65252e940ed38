"""A text table that breaks off inside its last line: what a copy or download that stopped half-way leaves behind.

The rows behind the break are gone too, and nothing in the file says how many: whoever reads on must be told.
"""

from __future__ import annotations

import re

import pandas as pd

from geodata.errors import Text
from geodata.report import IntakeReport
from geodata.tables import points
from geodata.tables.columns import plain

CODE = "last-line-cut"
MANY_ROWS, CODE_LENGTH = 5, 8  # from where on all others being alike is no accident; digits of the shortest mesh code

_DECIMALS, _BEGUN = re.compile(r"[0-9]+\.[0-9]+"), re.compile(r"[0-9]+(\.[0-9]*)?")


def leave_out_short_row(number: int, cells: int, width: int, report: IntakeReport) -> None:
    """Count a last row of fewer cells than the others and without a line end: cut for certain."""
    report.exclude(
        "last-line-cut",
        Text(
            f"ファイルが途中で切れています。{number} 行目（最後の行）は {width} 列のはずが {cells} 列しかなく、改行もありません。この行は使わず、"
            "その後にあったはずの行も読めていません。元のファイルをもう一度コピーまたはダウンロードしてください。",
            f"the file is cut short: line {number}, the last, has {cells} of {width} cells and no line end. It is left out, and what "
            "stood behind it is missing: copy or download the file again",
        ),
        1,
        [f"{number} 行目"],
    )


def tell_short_cell(frame: pd.DataFrame, report: IntakeReport) -> None:
    """Warn where a file without a last line end breaks off in a way that its other rows do not: a cell blank or too short.

    Many good files have no last line end: a blank counts only where no other row has one, and a short cell only where
    all others are codes of one length (mesh codes), or decimals of a column of degrees and longer than it.
    """
    if len(frame) <= MANY_ROWS or CODE in report.excluded:
        return
    *others, last = frame.iloc[:, -1].to_list()
    lengths = set(map(len, others))
    blank = not last and "" not in others
    short = len(lengths) == 1 and max(lengths) >= CODE_LENGTH and 0 < len(last) < max(lengths) and all(map(str.isdecimal, others))
    degrees = plain(frame.columns[-1]) in points.LATITUDE | points.LONGITUDE
    short |= degrees and 0 < len(last) < min(lengths) and all(map(_DECIMALS.fullmatch, others)) and _BEGUN.fullmatch(last) is not None
    if blank or short:
        row = frame.attrs["row_numbers"][-1]
        what = Text("空です", "blank") if blank else Text(f"「{last}」で、他の行より短くなっています", f'"{last}", shorter than all others')
        report.note(
            "warn",
            "last-line-cut",
            Text(
                f"ファイルが途中で切れているおそれがあります。{row} 行目（最後の行）に改行がなく、最後の列が{what.ja}。元のファイルと大きさを比べてください。",
                f"the file may be cut short: line {row}, the last, has no line end and its last cell is {what.en}; compare it with the original",
            ),
            1,
            [f"{row} 行目"],
        )
