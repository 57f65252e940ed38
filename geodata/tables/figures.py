"""Figures as people and statistics offices write them: "1,234", １２人, `*`, `-`, `X`, ▲3.

Each cell becomes a number or one of several *states* that are not numbers and not the same as each other.
A figure that cannot be understood is never dropped or turned into 0: the caller refuses it, naming the row.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt
import pandas as pd

from geodata.errors import DataError, Text
from geodata.grid import FloatArray

ROWS_NAMED = 5


class State(IntEnum):
    """What stands in a cell. Only NUMBER has a value."""

    NUMBER = 0
    SUPPRESSED = 1  # * : kept secret, counted in another cell
    NONE = 2  # - : the statistics office's "there is none"
    BLANK = 3
    WITHHELD = 4  # X … / N/A 不明 : not published or not surveyed
    NEGATIVE = 5
    UNREADABLE = 6


@dataclass(frozen=True)
class Figures:
    """`values` float64[n] (NaN unless NUMBER), `states` int8[n], `repaired` bool[n]: read after mending."""

    values: FloatArray
    states: npt.NDArray[np.int8]
    repaired: npt.NDArray[np.bool_]

    def are(self, *states: State) -> npt.NDArray[np.bool_]:
        """Which cells are in one of these states."""
        return np.isin(self.states, states)


_PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?")
_UNIT = r"(?:人|名|世帯|戸)?"
_NUMBER = re.compile(rf"([0-9]+|[0-9]{{1,3}}(?:,[0-9]{{3}})+)(\.[0-9]+)?\s?{_UNIT}")
_MINUS = re.compile(r"[▲△\-\u2212\u2010-\u2015]\s?(?=[0-9])")
_LONG_MINUS = re.compile("[\u2212\u2010-\u2015▲]")
_DASHES = re.compile(r"[\-\u2212\u2010-\u2015ー─]+")
_WITHHELD = {"x", "...", "..", "…", "‥", "/", "na", "n/a", "nan", "null", "不明", "不詳", "秘匿", "非公表", "未調査"}


def read_figures(cells: pd.Series) -> Figures:
    """Read a column of text. Each distinct text is looked at once, so long columns cost little."""
    codes, texts = pd.factorize(cells, use_na_sentinel=False)
    read = [_read(str(text)) for text in texts]
    values = np.array([value for value, _, _ in read], float)
    states = np.array([state for _, state, _ in read], np.int8)
    repaired = np.array([mended for _, _, mended in read], bool)
    return Figures(values[codes], states[codes], repaired[codes])


def _read(text: str) -> tuple[float, State, bool]:
    """(value, state, repaired) of one cell."""
    if _PLAIN.fullmatch(text):
        return float(text), State.NUMBER, False
    plain = unicodedata.normalize("NFKC", text).strip()
    if not plain:
        return np.nan, State.BLANK, False
    if set(plain) == {"*"}:
        return np.nan, State.SUPPRESSED, False
    if _DASHES.fullmatch(plain):
        return np.nan, State.NONE, False
    if plain.lower() in _WITHHELD:
        return np.nan, State.WITHHELD, False
    found = _NUMBER.fullmatch(plain)
    if found:
        return float(found[1].replace(",", "") + (found[2] or "")), State.NUMBER, True
    if _MINUS.match(plain) and _NUMBER.fullmatch(_MINUS.sub("", plain, count=1)):
        return np.nan, State.NEGATIVE, False
    return np.nan, State.UNREADABLE, False


def number_of(cell: object) -> float | None:
    """The number in a cell, or None: full-width digits, thousands' commas and long minus signs are read."""
    text = _LONG_MINUS.sub("-", unicodedata.normalize("NFKC", str(cell)).strip())
    if re.fullmatch(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?", text):
        text = text.replace(",", "")
    return float(text) if re.fullmatch(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", text) else None


def refuse_wrong(figures: Figures, cells: pd.Series, column: str, lines: npt.NDArray[np.int64]) -> None:
    """DataError "figure-negative" or "figure-unreadable" naming the first rows, if there is such a cell.

    `lines` holds the line of the file that each cell stands on, counting from 1.
    """
    for state, code, ja, en in (
        (State.NEGATIVE, "figure-negative", "負の数", "a negative number"),
        (State.UNREADABLE, "figure-unreadable", "数として読めない値", "something that is not a number"),
    ):
        bad = np.flatnonzero(figures.are(state))
        if len(bad):
            raise DataError(
                code,
                Text(f"「{column}」の列に{ja}が {len(bad)} 件あります。", f'column "{column}" holds {en} in {len(bad)} rows'),
                Text(
                    "元の表と見比べて正しい数に直してください（分からない値は「X」と書くと不明として扱います）。",
                    'write the right number ("X" means unknown)',
                ),
                where=places(bad, cells, lines),
            )


def places(bad: npt.NDArray[np.int64], cells: pd.Series, lines: npt.NDArray[np.int64]) -> Text:
    """ "12行目「▲3」、…" for the first of the positions `bad`."""
    shown = [(int(lines[k]), str(cells.iloc[k])[:40]) for k in bad[:ROWS_NAMED]]
    return Text("、".join(f"{line}行目「{text}」" for line, text in shown), ", ".join(f'line {line} "{text}"' for line, text in shown))
