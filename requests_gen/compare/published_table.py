"""An office's own past figures: the table it publishes each year (年度, 地区数, 世帯数, 人口)."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import numpy as np
import pandas as pd

from geodata.area_rows import western_year
from geodata.errors import DataError, Text
from geodata.intake import read_table
from geodata.tables import column_of, shown, text_of
from geodata.tables import figures as tables_figures

FIELDS = {
    "fiscal_year": ("年度", "調査年度", "年", "fiscal_year", "year"),
    "areas": ("地区数", "地域数", "不感地域数", "不感地区数", "集落数", "areas"),
    "households": ("世帯数", "世帯", "households"),
    "people": ("人口", "人数", "不感人口", "people", "population"),
}
_YEAR = re.compile(r"(令和|平成|r|h)?\s*(元|[0-9]{1,4})\s*(?:年度|年)?(?:末)?")
OLDEST, NEWEST = 1989, 2100


def read_published(path: Path | str) -> pd.DataFrame:
    """The published table: columns fiscal_year (int), areas, households, people (float, NaN unknown), by year.

    A CSV or Excel file, as statistics offices write numbers and years (平成27年度, H27, 2015). 年度 and one other
    column at least. Raises DataError for a year or figure that cannot be read, and for a year that stands twice.
    """
    table, _ = read_table(path)
    columns = {name: column_of(table, names) for name, names in FIELDS.items()}
    spec = [name for name in FIELDS if name != "fiscal_year" and columns[name] is not None]
    if columns["fiscal_year"] is None or not spec:
        raise DataError(
            "published-columns",
            Text(
                f"「年度」と、「地区数」「世帯数」「人口」のどれかの列が必要です（列: {shown(table)}）",
                f"needs a column 年度 and one of 地区数, 世帯数, 人口 (columns: {shown(table)})",
            ),
            Text("1行目に列の名前を書いてください。", "put the names of the columns in the first row"),
            Path(path).name,
        )
    lines = np.asarray(table.attrs["row_numbers"])
    out = pd.DataFrame({"fiscal_year": _years(text_of(table, columns["fiscal_year"]), lines, path)})
    for name in FIELDS:
        if name in spec:
            cells = text_of(table, columns[name])
            figures = tables_figures.read_figures(cells)
            try:
                tables_figures.refuse_wrong(figures, cells, str(columns[name]), lines)
            except DataError as error:
                raise error.at(path) from error
            out[name] = figures.values
        elif name != "fiscal_year":
            out[name] = np.nan
    return out.sort_values("fiscal_year", ignore_index=True)[list(FIELDS)]


def _years(cells: pd.Series, lines: np.ndarray, path: Path | str) -> list[int]:
    years: list[int] = []
    for line, cell in zip(lines, cells, strict=True):
        year = _year(str(cell))
        where = Text(f"{line}行目", f"row {line}")
        if year is None:
            raise _refusal("published-year", f"年度「{str(cell)[:20]}」を読めません", f"no fiscal year: {str(cell)[:20]}", path, where)
        if year in years:
            raise _refusal("published-year-twice", f"{year}年度が2度あります", f"fiscal year {year} stands twice", path, where)
        years.append(year)
    return years


def _year(text: str) -> int | None:
    """The western year of a fiscal year as offices write it; None where it is none."""
    found = _YEAR.fullmatch(unicodedata.normalize("NFKC", text).strip().lower())
    if not found:
        return None
    year = western_year(found[1], found[2])
    return year if OLDEST <= year <= NEWEST and not (found[1] and len(found[2]) > 2) else None


def _refusal(code: str, ja: str, en: str, path: Path | str, where: Text) -> DataError:
    remedy = Text("「2023」または「令和5年度」の形で、1年度を1行に書いてください。", "write 2023 or 令和5年度, one row a year")
    return DataError(code, Text(ja, en), remedy, Path(path).name, where)
