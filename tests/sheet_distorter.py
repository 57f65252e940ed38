"""Filled workbooks as people send them back: columns moved and added, cells merged, dates and widths changed, saved
by other programs. Nothing here changes what a row says.

    form = filled(write_reply_form(None, head, rows), {"24201-001": {"[1]回答区分": "A2 整備予定あり"}})
    for name, distorted, ending in distortions(form, seed=1): …

`distort(data, ("moved", "titles", …), seed)` does the named ones in turn. LIBREOFFICE ones need the program.
"""

from __future__ import annotations

import io
import os
import random
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from tests.waiting import CEILING_S

SOFFICE = shutil.which("soffice")
HEADING = "地区ID"
WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x21, 0x7F)} | {" ": "　"})
BETWEEN = ("", " ", "　", "\n")


def filled(form: bytes, answers: Mapping[str, Mapping[str, Any]], heading: str = HEADING) -> bytes:
    """The form with values written beside each id: {id: {heading: value}}. Every id and heading must be there."""
    book = openpyxl.load_workbook(io.BytesIO(form))
    sheet = _main(book, heading)
    top, columns = head_of(sheet, heading)
    rows = {sheet.cell(row, columns[plain(heading)]).value: row for row in range(top + 1, sheet.max_row + 1)}
    for key, values in answers.items():
        for name, value in values.items():
            sheet.cell(rows[key], columns[plain(name)]).value = value
    return _bytes(book)


def head_of(sheet: Any, heading: str = HEADING) -> tuple[int, dict[str, int]]:
    """The row of the headings, and the column of each by its plain name (both from 1)."""
    for row in range(1, min(sheet.max_row, 40) + 1):
        names = {plain(cell.value): cell.column for cell in sheet[row] if cell.value is not None}
        if plain(heading) in names:
            return row, names
    raise LookupError(heading)


def plain(text: Any) -> str:
    """Without width, white space and case."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(text))).lower()


def distort(data: bytes, names: tuple[str, ...], seed: int = 0, heading: str = HEADING) -> bytes:
    """The workbook after the named distortions, in turn."""
    choose = random.Random(seed)
    book = openpyxl.load_workbook(io.BytesIO(data))
    for name in names:
        DISTORTIONS[name](book, _main(book, heading), choose, heading)
    return _bytes(book)


def _main(book: Any, heading: str) -> Any:
    for sheet in book.worksheets:
        try:
            head_of(sheet, heading)
        except LookupError:
            continue
        return sheet
    raise LookupError(heading)


def _bytes(book: Any) -> bytes:
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _unprotected(sheet: Any) -> None:
    """What people must do before they can change anything but the open cells."""
    sheet.protection.sheet = False
    sheet.data_validations.dataValidation = []


def _table(sheet: Any, heading: str) -> tuple[int, list[list[Any]]]:
    top, _ = head_of(sheet, heading)
    return top, [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top)]


def _write(sheet: Any, top: int, rows: list[list[Any]]) -> None:
    for row in sheet.iter_rows(min_row=top):
        for cell in row:
            cell.value = None
    for at, row in enumerate(rows, top):
        for column, value in enumerate(row, 1):
            if value is not None:
                sheet.cell(at, column).value = value


def moved(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Columns in another order."""
    _unprotected(sheet)
    top, rows = _table(sheet, heading)
    order = list(range(len(rows[0])))
    choose.shuffle(order)
    _write(sheet, top, [[row[at] for at in order] for row in rows])


def added(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Columns of their own between ours, with notes in them."""
    _unprotected(sheet)
    top, rows = _table(sheet, heading)
    for name in ("社内No.", "支社", "確認欄"):
        at = choose.randrange(len(rows[0]) + 1)
        rows = [[*row[:at], name if not n else choose.choice((n, None, "済")), *row[at:]] for n, row in enumerate(rows)]
    _write(sheet, top, rows)


def blank_rows(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Empty rows between the rows."""
    _unprotected(sheet)
    top, rows = _table(sheet, heading)
    out = [rows[0]]
    for row in rows[1:]:
        out += [[None] * len(row)] * choose.randrange(3)
        out.append(row)
    _write(sheet, top, out)


def turned(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Rows in another order."""
    _unprotected(sheet)
    top, rows = _table(sheet, heading)
    body = rows[1:]
    choose.shuffle(body)
    _write(sheet, top, [rows[0], *body])


def headings_again(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """The headings a second time among the rows, as lists made for printing have them."""
    _unprotected(sheet)
    top, rows = _table(sheet, heading)
    at = choose.randrange(1, len(rows) + 1)
    _write(sheet, top, [*rows[:at], rows[0], *rows[at:]])


def titles(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Lines of their own above everything."""
    _unprotected(sheet)
    values = [[cell.value for cell in row] for row in sheet.iter_rows()]
    for part in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(part))
    lines = choose.randrange(1, 5)
    _write(sheet, 1, [["社内回覧　取扱注意", None, f"{line}枚目"] for line in range(lines)] + values)


def no_titles(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Only the table, from the first row on."""
    _unprotected(sheet)
    top, rows = _table(sheet, heading)
    sheet.delete_rows(1, top - 1)
    _write(sheet, 1, rows)


def wide(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Letters and digits in full width, here and there."""
    _unprotected(sheet)
    top, _ = head_of(sheet, heading)
    for row in sheet.iter_rows(min_row=top):
        for cell in row:
            if isinstance(cell.value, str) and choose.random() < 0.6:
                cell.value = cell.value.translate(WIDE)


def spaced(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """White space and line ends around values, and between the parts of headings."""
    _unprotected(sheet)
    top, _ = head_of(sheet, heading)
    for row in sheet.iter_rows(min_row=top):
        for cell in row:
            if isinstance(cell.value, str) and cell.value:
                cell.value = choose.choice(BETWEEN) + cell.value + choose.choice(BETWEEN)
                if cell.row == top:
                    cell.value = cell.value.replace("]", "]\n").replace("(", "\n(")


def numbers(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Digits that Excel made numbers of (ids stay text: they hold a stroke)."""
    _unprotected(sheet)
    top, _ = head_of(sheet, heading)
    for row in sheet.iter_rows(min_row=top + 1):
        for cell in row:
            if isinstance(cell.value, str) and re.fullmatch(r"\d{1,4}", cell.value):
                cell.value, cell.number_format = int(cell.value), "General"


def merged_down(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Neighbouring cells with the same value joined into one, in columns beside the id."""
    _unprotected(sheet)
    top, columns = head_of(sheet, heading)
    for name, column in columns.items():
        if name == plain(heading):
            continue
        row = top + 1
        while row <= sheet.max_row:
            last = row
            value = sheet.cell(row, column).value
            while value is not None and last < sheet.max_row and sheet.cell(last + 1, column).value == value:
                last += 1
            if last > row:
                letter = get_column_letter(column)
                sheet.merge_cells(f"{letter}{row}:{letter}{last}")
            row = last + 1


def pasted(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Formats of somewhere else on the cells, and our rules gone."""
    _unprotected(sheet)
    for row in sheet.iter_rows():
        for cell in row:
            cell.number_format = choose.choice(("General", "0.00", "yyyy/m/d", "@", "#,##0", "ggge年m月d日"))
            cell.font = Font(name="Meiryo UI", size=9, bold=choose.random() < 0.2)
            cell.fill = PatternFill("solid", start_color="FFFF00")


def renamed(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """The sheet under another name, the guide deleted or another sheet put in front."""
    sheet.title = choose.choice(("Sheet1", "回答(最終)", "【提出用】", "R9.1.20 版"))
    for other in list(book.worksheets):
        if other is not sheet and choose.random() < 0.5:
            book.remove(other)
    if choose.random() < 0.5:
        cover = book.create_sheet("送付状", 0)
        cover["A1"], cover["A3"] = "回答書の送付について", "下記のとおり回答します。"


def hidden(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """Rows hidden by a filter, columns hidden by hand."""
    top, columns = head_of(sheet, heading)
    for row in range(top + 1, sheet.max_row + 1):
        sheet.row_dimensions[row].hidden = choose.random() < 0.4
    sheet.column_dimensions[get_column_letter(choose.choice(list(columns.values())))].hidden = True
    sheet.auto_filter.ref = f"A{top}:{get_column_letter(sheet.max_column)}{sheet.max_row}"


def closed(book: Any, sheet: Any, choose: random.Random, heading: str) -> None:
    """以上 under the table."""
    _unprotected(sheet)
    sheet.cell(sheet.max_row + 2, choose.randrange(1, 4)).value = "以上"


Distortion = Callable[[Any, Any, random.Random, str], None]
DISTORTIONS: dict[str, Distortion] = {
    each.__name__: each
    for each in (
        moved,
        added,
        blank_rows,
        turned,
        headings_again,
        titles,
        no_titles,
        wide,
        spaced,
        numbers,
        merged_down,
        pasted,
        renamed,
        hidden,
        closed,
    )
}


def as_csv(data: bytes, encoding: str = "cp932", heading: str = HEADING) -> bytes:
    """The table with all that stands above it, as Excel writes a CSV; signs the encoding lacks become "?"."""
    import csv

    sheet = _main(openpyxl.load_workbook(io.BytesIO(data)), heading)
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    for row in sheet.iter_rows(values_only=True):
        writer.writerow(["" if value is None else getattr(value, "strftime", lambda _, v=value: v)("%Y/%m/%d") for value in row])
    return out.getvalue().encode(encoding, "replace")


def by_libreoffice(data: bytes, *endings: str) -> bytes:
    """The workbook after LibreOffice saved it as each of `endings` in turn (e.g. "xls", "xlsx")."""
    if SOFFICE is None:
        raise RuntimeError("LibreOffice is not here")
    with tempfile.TemporaryDirectory(prefix="kengai-distort-") as home:
        path = Path(home) / "0.xlsx"
        path.write_bytes(data)
        for number, ending in enumerate(endings, 1):
            out = Path(home) / str(number)
            subprocess.run(
                [
                    SOFFICE,
                    "--headless",
                    f"-env:UserInstallation={(Path(home) / 'profile').as_uri()}",
                    "--convert-to",
                    ending,
                    "--outdir",
                    str(out),
                    str(path),
                ],
                check=True,
                timeout=CEILING_S,
                capture_output=True,
                env={**os.environ, "HOME": home},
            )
            path = next(out.iterdir())
        return path.read_bytes()


def distortions(data: bytes, count: int, seed: int = 0, heading: str = HEADING) -> list[tuple[str, bytes, str]]:
    """`count` files made from one, each as `distorted` says. The same seed gives the same."""
    return [distorted(data, number, seed, heading) for number in range(count)]


def distorted(data: bytes, number: int, seed: int = 0, heading: str = HEADING) -> tuple[str, bytes, str]:
    """(what was done, bytes, ending): the first ones each distortion alone, the others several at once; every seventh a CSV."""
    choose = random.Random(seed * 1000 + number)
    names = list(DISTORTIONS)
    picked = (names[number],) if number < len(names) else tuple(choose.sample(names, choose.randrange(2, 6)))
    # cells are joined, and rows hidden, after rows and columns have moved
    picked = tuple(sorted(picked, key=lambda name: (name in ("merged_down", "hidden"), name == "renamed")))
    book = distort(data, picked, choose.randrange(10**6), heading)
    told = "+".join(picked)
    if number % 7 == 6 and "merged_down" not in picked:
        encoding = choose.choice(("cp932", "utf-8-sig", "utf-16"))
        return f"{told}+csv({encoding})", as_csv(book, encoding, heading), ".csv"
    return told, book, ".xlsx"
