"""What is said about mesh codes that cannot be."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geodata.errors import DataError, Text

BoolArray = npt.NDArray[np.bool_]
BAD_ROWS_NAMED = 5


def mixed_levels(examples: dict[int, str]) -> DataError:
    """The refusal of a column whose codes are of several levels; `examples` holds one code of each."""
    shown = "、".join(examples.values())
    return DataError(
        "mesh-levels-mixed",
        Text("大きさの違うメッシュのコードが混ざっています。", "codes of several mesh levels are mixed"),
        Text(
            "メッシュの大きさごとにファイルを分けてください。先頭の 0 が落ちていないかも確かめてください。",
            "keep one level in a file; check that no leading zero was lost",
        ),
        where=Text(f"コード {shown}", f"codes {', '.join(examples.values())}"),
    )


def bad_codes(bad: BoolArray, shown: list[str], level: int | None, digits: int = 0) -> DataError:
    """The refusal of codes that cannot be; `bad` marks the rows, `shown` holds the codes of those rows."""
    rows = first_rows(bad, shown)
    size = f"{level}m " if level else ""
    digits_ja = f"{digits}桁" if level else ""
    return DataError(
        "mesh-code",
        Text(
            f"{size}メッシュのコードではない値が {bad.sum()} 件あります。",
            f"{bad.sum()} values are not {size}mesh codes",
        ),
        Text(
            f"地域メッシュコード（JIS X 0410、半角数字{digits_ja}）に直すか、メッシュの大きさの指定を確かめてください。",
            "write JIS X 0410 mesh codes, or check the level that was given",
        ),
        where=Text(f"データ {rows}", f"data {rows}"),
    )


def first_rows(bad: BoolArray, shown: list[str]) -> str:
    """ "row 3: 12x, row 9: …" for the first bad rows, counting from 1."""
    rows = np.flatnonzero(bad)[:BAD_ROWS_NAMED] + 1
    return "、".join(f"{row}行目: {text}" for row, text in zip(rows, shown, strict=False))
