"""Municipality codes (全国地方公共団体コード): five digits, or six with a check digit (docs/definitions.md, Municipality codes)."""

from __future__ import annotations

import pandas as pd

from geodata.errors import DataError, Text
from geodata.report import IntakeReport

BAD_CODES_NAMED = 5


def five_digits(codes: pd.Series, report: IntakeReport, column: str) -> pd.Series:
    """Five-digit codes as text from a column of five or six digits; the sixth is checked. "" stays "".

    Four digits have lost the leading zero of 01 北海道 … 09 栃木県 and get it back, with a warning. DataError
    "municipality-code" for anything else.
    """
    bad = ~codes.str.fullmatch("[0-9]{4,6}") & (codes != "")
    six = codes.str.fullmatch("[0-9]{6}")
    bad |= six & (codes.str[5:] != codes.where(six, "000000").map(check_digit))
    if bad.any():
        named = "、".join(codes[bad].unique()[:BAD_CODES_NAMED])
        raise DataError(
            "municipality-code",
            Text(f"市区町村コードではない値があります: {named}", f"these are not municipality codes: {named}"),
            Text(
                "全国地方公共団体コードの5桁、または検査数字まで正しい6桁にしてください。",
                "write the five digits, or six with the right check digit",
            ),
            where=Text(f"列 {column}", f"column {column}"),
        )
    short = codes.str.len() == 4
    if short.any():
        report.note(
            "warn",
            "municipality-code-zero",
            Text("先頭の 0 が落ちた市区町村コードを5桁に戻しました。", "municipality codes got their leading zero back"),
            int(short.sum()),
            codes[short].unique(),
        )
    return codes.str[:5].where(~short, "0" + codes)


def check_digit(code: str) -> str:
    """The sixth digit that belongs to the first five digits of a code."""
    total = sum(weight * int(digit) for weight, digit in zip((6, 5, 4, 3, 2), code, strict=False))
    return str((11 - total % 11) % 10)
