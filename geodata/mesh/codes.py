"""Mesh codes as they stand in tables: full-width digits, "52,360,000", 5.03E+07, several levels in one file."""

from __future__ import annotations

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.grid import IntArray
from geodata.mesh import standard as mesh
from geodata.mesh.standard import BoolArray, bad_codes, mixed_levels
from geodata.tables import figures
from geodata.tables import text as text_cells

# What is said about mesh codes that cannot be.


def read_codes(cells: pd.Series, level: int, lines: IntArray) -> tuple[IntArray, BoolArray]:
    """(codes int64[n], repaired bool[n]) of a column of text in which every cell must be a code of `level`.

    `lines` holds the line of the file of each cell. Mended without loss: full-width digits, separators,
    a trailing ".0". DataError: "mesh-code-exponent", "mesh-level-mismatch", "mesh-levels-mixed", "mesh-code".
    """
    texts = cells.astype(str)
    plain = texts.str.fullmatch("[0-9]+").to_numpy(bool)
    if not plain.all():
        texts = texts.copy()
        texts[~plain] = [_mended(text) for text in texts[~plain]]
        _refuse_exponents(texts, cells, lines)
    digits = texts.str.fullmatch("[0-9]{4,11}").to_numpy(bool)
    if not digits.all():
        raise _refusal(~digits, cells, level, lines)
    codes = texts.to_numpy(str).astype(np.int64)
    right = texts.str.len().to_numpy() == mesh.digits_of(level)
    right &= mesh.valid(np.where(right, codes, 0), level)
    if not right.all():
        raise _wrong_level(texts, right, cells, level, lines)
    return codes, ~plain


def _mended(text: str) -> str:
    """One code without what Excel and people add to it; unchanged where that would lose a digit."""
    plain = text_cells.code_text(text)
    whole, _, fraction = plain.partition(".")
    if fraction and set(fraction) <= {"0"}:
        plain = whole
    for separator in (",", "-", " "):
        plain = plain.replace(separator, "")
    return plain


def _refuse_exponents(texts: pd.Series, cells: pd.Series, lines: IntArray) -> None:
    bad = np.flatnonzero(texts.str.fullmatch(r"[0-9.]+[eE]\+?[0-9]+").to_numpy(bool))
    if len(bad):
        raise DataError(
            "mesh-code-exponent",
            Text(
                f"メッシュコードが指数の形（5.03E+07 など）になり、下の桁が失われている行が {len(bad)} 件あります。",
                f"{len(bad)} mesh codes are written with an exponent: their last digits are lost",
            ),
            Text(
                "Excel で保存し直した表では元に戻せません。元のファイルを使うか、コードの列を「文字列」にして作り直してください。",
                "they cannot be recovered: use the original file, or make the column text in Excel",
            ),
            where=figures.places(bad, cells, lines),
        )


def _refusal(bad: BoolArray, cells: pd.Series, level: int, lines: IntArray) -> DataError:
    shown = bad_codes(bad, [], level, mesh.digits_of(level))
    return DataError(shown.code, shown.problem, shown.remedy, where=figures.places(np.flatnonzero(bad), cells, lines))


def _wrong_level(texts: pd.Series, right: BoolArray, cells: pd.Series, level: int, lines: IntArray) -> DataError:
    """Why some codes are not of `level`: all of another one, several mixed, or simply wrong."""
    numbers = texts.to_numpy(str).astype(np.int64)
    lengths = texts.str.len().to_numpy()
    fits = {
        other: (lengths == mesh.digits_of(other)) & mesh.valid(np.where(lengths == mesh.digits_of(other), numbers, 0), other)
        for other in mesh.LEVELS
    }
    known = np.logical_or.reduce(list(fits.values()))
    if not known.all():
        return _refusal(~right if not (known & ~right).any() else ~known, cells, level, lines)
    if right.any() or not any(fit.all() for fit in fits.values()):
        examples = {other: str(texts[fit & ~right].iloc[0]) for other, fit in fits.items() if (fit & ~right).any()}
        if right.any():
            examples = {level: str(texts[right].iloc[0]), **examples}
        return mixed_levels(examples)
    looks = "・".join(f"{other}m" for other, fit in fits.items() if fit.all())
    return DataError(
        "mesh-level-mismatch",
        Text(
            f"メッシュの大きさは {level}m と指定されていますが、コードは {looks} のものです。",
            f"the level was given as {level} m but the codes are of {looks}",
        ),
        Text(
            "メッシュの大きさの指定を直すか、指定した大きさの統計表を使ってください。",
            "give the level of the file, or a file of that level",
        ),
        where=figures.places(np.flatnonzero(~right), cells, lines),
    )
