"""What the cells of a mesh list's answer say: words, shares of the cell, or dBm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import DataError, Text
from geodata.mesh.answer_column import SHARE, SIGNAL, Answer
from geodata.tables import figures, plain

if TYPE_CHECKING:
    from geodata.report import IntakeReport

Weak = Literal["covered", "not_covered"]
WORDS = {
    "yes": {
        "1",
        "1.0",
        "yes",
        "y",
        "true",
        "in",
        "covered",
        "●",
        "◉",
        "✓",
        "✔",
        "☑",
        "レ",
        "○",
        "〇",
        "◯",
        "o",
        "◎",
        "エリア内",
        "圏内",
        "提供",
        "提供中",
        "有",
        "有り",
        "あり",
        "可",
        "カバー",
    },
    "weak": {"weak", "△", "▲", "弱", "弱い", "一部", "一部提供", "limited", "partial"},
    "no": {
        "0",
        "0.0",
        "no",
        "n",
        "false",
        "out",
        "notcovered",
        "uncovered",
        "×",
        "✕",
        "✖",
        "x",
        "エリア外",
        "圏外",
        "未提供",
        "無",
        "無し",
        "なし",
        "不可",
        "非カバー",
    },
    "unknown": {"", "-", "－", "―", "ー", "?", "unknown", "不明", "未回答", "未調査", "n/a", "na"},
}
_DECIMAL = re.compile(r"(?<=^[01])\.0+$")
_MEANING = {word: meaning for meaning, words in WORDS.items() for word in words}


def means(answer: object) -> str | None:
    """ "yes", "weak", "no" or "unknown" for an answer as people write it; None if it is none of these words."""
    label = plain(answer)
    # 1.00 and 0.00, as a sheet shows them
    return _MEANING.get(_DECIMAL.sub("", label) if _DECIMAL.search(label) else label)


SIGNAL_DBM = (-156.0, -31.0)  # RSRP as 3GPP TS 36.133 and 38.133 report it; outside of it a number is no dBm
ROWS_NAMED = 5
SHARE_TOLERANCE = 1e-9
ROUNDING = 1e-6  # areas divided by areas, as GIS software does: 1.0000001 is 1
_PERCENT = re.compile(r"%|percent|パーセント", re.IGNORECASE)
_UNIT = re.compile(r"(dbm|%|パーセント)$", re.IGNORECASE)


def answers_of(
    cells: pd.Series, answer: Answer, weak: Weak | None, least_share: float | None, least_dbm: float | None, report: IntakeReport
) -> npt.NDArray[Any]:
    """ "yes", "no" or "unknown" of each cell, object[n]. The index of `cells` is the line of the file.

    weak: what △ counts as; least_share (0..1 of the cell): the share from which a cell counts as covered; least_dbm:
    the signal from which it does. What is needed and not said refuses the reading and names the key:
    "mesh-list-weak", "mesh-list-share", "mesh-list-dbm", "mesh-list-number"; "mesh-list-answer": no known word.
    """
    # each distinct cell is looked at once: a list of a prefecture has 10^5 rows and few answers
    found = {cell: (means(cell), _number(cell)) for cell in cells.unique()}
    meanings = pd.Series([found[cell][0] for cell in cells], cells.index, object)
    numbers = np.array([found[cell][1] for cell in cells], float)
    holds = answer.holds or _holds(meanings, numbers, least_share, least_dbm)
    if holds == SIGNAL:
        meanings = _by_signal(cells, meanings, numbers, answer.column, least_dbm, report)
    elif holds == SHARE:
        meanings = _by_share(cells, meanings, numbers, answer.column, least_share, report)
    _refuse_strange(cells, meanings, numbers, answer.column)
    meanings = _weak_as_said(meanings, weak, answer.column, report)
    unknown = (meanings == "unknown").to_numpy(bool)
    if unknown.any():
        text = Text(
            "「不明・空欄」のメッシュは、エリア内ともエリア外とも数えず「不明」としました。",
            "unknown cells are counted neither as covered nor as not covered, but as unknown",
        )
        report.note("warn", "mesh-list-unknown", text, int(unknown.sum()), cells.index[unknown])
    report.facts["answer_field"] = answer.column
    return np.asarray(meanings, object)


def _number(cell: object) -> float:
    found = figures.number_of(_UNIT.sub("", plain(cell)))
    return np.nan if found is None else found


def _holds(meanings: pd.Series, numbers: npt.NDArray[np.float64], least_share: float | None, least_dbm: float | None) -> str:
    """What a column whose name does not tell holds: numbers are what the study's threshold speaks of."""
    strange = meanings.isna().to_numpy(bool)
    if not strange.any() or np.isnan(numbers[strange]).any():
        return ""
    if least_dbm is not None and least_share is None:
        return SIGNAL
    return SHARE if least_share is not None and least_dbm is None else ""


def _by_signal(
    cells: pd.Series, meanings: pd.Series, numbers: npt.NDArray[np.float64], column: str, least: float | None, report: IntakeReport
) -> pd.Series:
    known = ~np.isnan(numbers)
    if not known.any() or set(numbers[known]) <= {0.0, 1.0}:
        return meanings  # words, or 1 and 0, under the name of a signal
    outside = known & ~((numbers >= SIGNAL_DBM[0]) & (numbers <= SIGNAL_DBM[1]))
    if outside.any():
        raise _wrong_number(
            column,
            cells[outside],
            Text("電波の強さ（dBm、−156〜−31）", "a signal in dBm (-156 to -31)"),
            Text("測れなかったメッシュは「圏外」か「不明」と書いてください。", "write 圏外 or 不明 where there was nothing to measure"),
        )
    if least is None:
        raise _threshold("mesh-list-dbm", column, "least_dbm = -110", int(known.sum()), Text("電波の強さ（dBm）", "a signal in dBm"))
    _told_threshold(report, column, f"least_dbm = {least:g}", int(known.sum()))
    return meanings.mask(known, pd.Series(np.where(numbers >= least, "yes", "no"), index=meanings.index))


def _by_share(
    cells: pd.Series, meanings: pd.Series, numbers: npt.NDArray[np.float64], column: str, least: float | None, report: IntakeReport
) -> pd.Series:
    known = ~np.isnan(numbers)
    if not known.any():
        return meanings
    outside = known & ~((numbers >= 0.0) & (numbers <= 100.0))
    if outside.any():
        raise _wrong_number(
            column,
            cells[outside],
            Text("割合（0〜1 か 0〜100%）", "a share (0 to 1, or 0 to 100 %)"),
            Text("分からないメッシュは「不明」と書いてください。", "write 不明 where it is not known"),
        )
    numbers = np.where(known & (numbers > 1.0) & (numbers <= 1.0 + ROUNDING), 1.0, numbers)
    marked = cells.map(lambda cell: bool(_PERCENT.search(plain(cell)))).to_numpy(bool) & known
    bare = known & ~marked
    signed = bool(_PERCENT.search(column)) or bool(marked.any())
    largest = float(numbers[known].max())
    positive = numbers[bare & (numbers > 0)]
    # % and bare numbers side by side, or mostly fractions among which some are above 1: of which unit?
    mixed = bool(marked.any() and bare.any() and not _PERCENT.search(column))
    mixed |= bool(len(positive) and largest > 1.0 and (positive <= 1.0).sum() * 2 > len(positive))
    if mixed or (signed and 0.0 < largest <= 1.0 and not marked[known].all()):
        line = cells.index[known][int(np.argmax(numbers[known]))]
        raise DataError(
            "mesh-list-share-unit",
            Text(
                f"「{column}」の値が % か 0〜1 の割合か決められません（最大の値は {largest:g}、0より大きく1以下の値が {int((positive <= 1.0).sum())} 件）。",
                f'whether "{column}" is in % or from 0 to 1 cannot be told (largest {largest:g}, {int((positive <= 1.0).sum())} values in (0, 1])',
            ),
            Text(
                "元の表を見て、値を「75%」の形に直すか、0〜1 の割合なら見出しから % を除いてください。",
                "write the values like 75%, or take the % out of the heading where they are 0 to 1",
            ),
            where=Text(f"列 {column} {line}行目", f"column {column}, row {line}"),
        )
    share = numbers / 100.0 if signed or largest > 1.0 else numbers
    if set(share[known]) <= {0.0, 1.0}:
        whole = pd.Series(np.where(share == 1.0, "yes", "no"), index=meanings.index)
        return meanings.mask(known, whole)
    if least is None:
        raise _threshold("mesh-list-share", column, "least_share = 0.5", int(known.sum()), Text("割合", "a share"))
    _told_threshold(report, column, f"least_share = {least:g}", int(known.sum()))
    return meanings.mask(known, pd.Series(np.where(share >= least - SHARE_TOLERANCE, "yes", "no"), index=meanings.index))


def _refuse_strange(cells: pd.Series, meanings: pd.Series, numbers: npt.NDArray[np.float64], column: str) -> None:
    strange = meanings.isna().to_numpy(bool)
    if not strange.any():
        return
    if not np.isnan(numbers[strange]).any():
        raise DataError(
            "mesh-list-number",
            Text(
                f"「{column}」の列に数が {int(strange.sum())} 件あり、割合か、電波の強さ（dBm）か、区分の番号か分かりません。",
                f'"{column}" holds {int(strange.sum())} numbers: a share, a signal in dBm, or a class?',
            ),
            Text(
                "study.toml の [[layers]] に、割合なら least_share = 0.5、dBm なら least_dbm = -110 のように境目を書いてください。"
                f'区分の番号なら where = {{ "{column}" = {{ at_least = 3 }} }} のように使う行を選んでください。',
                "write in [[layers]] least_share = 0.5 for shares, least_dbm = -110 for dBm; choose classes with "
                f'where = {{ "{column}" = {{ at_least = 3 }} }}',
            ),
            where=_rows(column, cells[strange]),
        )
    raise DataError(
        "mesh-list-answer",
        Text(
            f"「{column}」の列に意味の分からない値が {int(strange.sum())} 件あります。",
            f'"{column}" holds {int(strange.sum())} answers of unknown meaning',
        ),
        Text(
            "1（エリア内）・0（エリア外）・△（弱い）・不明 のどれかに直してください（where で行を選ぶと、不明の行もエリア外になります）。",
            "write 1 (covered), 0 (not), △ (weak) or 不明 (unknown); rows chosen with where would make the unknown ones uncovered",
        ),
        where=_rows(column, cells[strange]),
    )


def _weak_as_said(meanings: pd.Series, weak: Weak | None, column: str, report: IntakeReport) -> pd.Series:
    count = int((meanings == "weak").sum())
    if not count:
        return meanings
    if weak is None:
        line = meanings.index[(meanings == "weak").to_numpy(bool)][0]
        raise DataError(
            "mesh-list-weak",
            Text(
                f"「△・弱い」のメッシュが {count} 件あり、エリア内と数えるかどうかが決まっていません。",
                f"{count} cells are weak, and the study does not say whether they count",
            ),
            Text(
                'study.toml の [[layers]] に weak = "covered"（エリア内）か weak = "not_covered"（エリア外）を書いてください。',
                'write weak = "covered" or weak = "not_covered" in [[layers]]',
            ),
            where=Text(f"列 {column} {line}行目など", f"column {column}, row {line} and others"),
        )
    as_ja, as_en = ("エリア内", "covered") if weak == "covered" else ("エリア外", "not covered")
    report.note(
        "warn",
        "mesh-list-weak",
        Text(f"「△・弱い」のメッシュを設定どおり{as_ja}としました。", f"weak cells count as {as_en}, as the study says"),
        count,
    )
    return meanings.replace("weak", "yes" if weak == "covered" else "no")


def _threshold(code: str, column: str, key: str, count: int, what: Text) -> DataError:
    return DataError(
        code,
        Text(
            f"「{column}」の列は{what.ja}で（{count} 件）、どこからエリア内と数えるかが決まっていません。",
            f'"{column}" holds {what.en} ({count} cells), and the study does not say from where on a cell is covered',
        ),
        Text(
            f"study.toml の [[layers]] に {key} のように書いてください（この値以上をエリア内とします）。",
            f"write the threshold in [[layers]], for example {key} (covered from there on)",
        ),
        where=Text(f"列 {column}", f"column {column}"),
    )


def _told_threshold(report: IntakeReport, column: str, key: str, count: int) -> None:
    text = Text(
        f"「{column}」の値が {key} 以上のメッシュをエリア内としました。", f'cells whose "{column}" reaches {key} are taken as covered'
    )
    report.note("info", "mesh-list-threshold", text, count)


def _wrong_number(column: str, cells: pd.Series, what: Text, mend: Text) -> DataError:
    return DataError(
        "mesh-list-range",
        Text(
            f"「{column}」の列に、{what.ja}でない数が {len(cells)} 件あります。",
            f'"{column}" holds {len(cells)} numbers that are not {what.en}',
        ),
        Text(f"その行を直してください。{mend.ja}", f"mend the rows; {mend.en}"),
        where=_rows(column, cells),
    )


def _rows(column: str, cells: Mapping[Any, Any] | pd.Series) -> Text:
    few = list(cells.items())[:ROWS_NAMED]
    return Text(
        f"列 {column}: " + "、".join(f"{line}行目「{cell}」" for line, cell in few),
        f"column {column}: " + ", ".join(f'row {line} "{cell}"' for line, cell in few),
    )
