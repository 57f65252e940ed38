"""Text tables to frames of text: nothing becomes a number, a date or NaN, and no row changes its columns."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.errors import DataError, Text
from geodata.safety import ceilings
from geodata.tables import last_line
from geodata.tables.text import DOS_END, GAIJI, clean_columns, decode, needs_cleaning, text_column

if TYPE_CHECKING:
    from geodata.report import IntakeReport

Rows = list[list[str]]
CHUNK = 20_000
DELIMITERS = {",": Text("カンマ", "comma"), "\t": Text("タブ", "tab"), ";": Text("セミコロン", "semicolon")}
# our own CSVs put ' before text that a spreadsheet would run as a formula; numbers never get one
_GUARDED = re.compile(r"^'(?=[=+\-@＝＋－＠])")
_NUMBER = re.compile(r"[+-]?[\d,.]+(e[+-]?\d+)?$", re.IGNORECASE)

RAGGED_REMEDY = Text(
    'その行のカンマ（区切り）の過不足を直してください。値の中にカンマがあるときは、値全体を " で囲みます（Excel の「CSV UTF-8」で保存すると自動で囲まれます）。',
    'mend the commas in that row; a value that holds a comma must stand in "quotes" (Excel\'s CSV UTF-8 does it)',
)


def read_text_table(path: Path, report: IntakeReport, *, header: bool) -> pd.DataFrame:
    """The table in a CSV, TSV or text file, all cells text."""
    ceilings.check_count("バイト数", "bytes", path.stat().st_size, ceilings.limits().table_bytes)
    decoded = decode(path.read_bytes())
    report.facts["encoding"] = decoded.encoding
    if not decoded.certain:
        text = Text(
            f"文字コードの印がないため {decoded.encoding} と推定して読みました。", f"no mark of its encoding: read as {decoded.encoding}"
        )
        report.note("warn", "encoding-presumed", text)
    if "\ufffd" in decoded.text:
        at = decoded.text.index("\ufffd")
        row = decoded.text.count("\n", 0, at) + 1
        text = Text(
            "保存のときに壊れた文字（�）があります。名称などが正しくないおそれがあります。",
            "characters were lost (�) when it was saved: names may be wrong",
        )
        report.note("warn", "text-damaged", text, decoded.text.count("\ufffd"), [f"{row} 行目"])
    content = _without_dos_end(decoded.text, report)
    _check_lines(content)
    if made_up := GAIJI.findall(content):
        text = Text(
            f"外字（その事務所だけの文字）が {len(made_up):,} 字あり、他では表示できません。",
            f"{len(made_up):,} characters of an office's own font: nobody else can show them",
        )
        report.note("warn", "gaiji", text, len(made_up))
    delimiter = delimiter_of(content, path.suffix)
    report.facts["delimiter"] = str(DELIMITERS[delimiter])
    _check_size(content, delimiter)
    unended = not content.endswith(("\n", "\r"))
    frame = frame_of_rows(_records(content, delimiter), report, header=header, unended=unended)
    if unended:
        last_line.tell_short_cell(frame, report)
    # one search over the text spares a search in every cell
    return clean_columns(frame, report) if _needs_cleaning(content) else frame


def _without_dos_end(text: str, report: IntakeReport) -> str:
    """`text` without the Ctrl-Z that old software puts behind the last line, where it would be a row of its own."""
    kept = text.rstrip(DOS_END)
    if kept == text:
        return text
    said = Text("末尾の古い終端記号（Ctrl-Z）を取り除きました。", "the old end-of-file sign (Ctrl-Z) was taken off the end")
    report.note("info", "dos-end", said, len(text) - len(kept))
    return kept


def _needs_cleaning(text: str) -> bool:
    if needs_cleaning(text):
        return True
    if '"' in text:  # cells may run over lines
        return len(text) > ceilings.limits().cell_chars
    return max(map(len, text.split("\n"))) > ceilings.limits().cell_chars


def _check_lines(text: str) -> None:
    """Refuse a line so long that its cells alone would fill the memory."""
    most = ceilings.limits().line_chars
    at = 0
    while len(text) - at > most:
        end = text.rfind("\n", at, at + most + 1)
        if end < 0:
            ceilings.check_count("1行の文字数", "characters in one line", most + 1, most, row_place(text.count("\n", 0, at) + 1))
        at = end + 1


def _check_size(text: str, delimiter: str) -> None:
    lines = text.count("\n")
    ceilings.check_count("セル数", "cells", text.count(delimiter) + lines, ceilings.limits().cells)
    if '"' not in text:  # else a cell may hold line ends
        ceilings.check_count("行数", "rows", lines, ceilings.limits().rows)


def delimiter_of(text: str, suffix: str) -> str:
    """The character between cells: the one that the first lines hold equally often; comma if in doubt."""
    lines = [line for line in text[:65_536].splitlines()[:20] if line.strip()]
    if suffix.casefold() == ".tsv" and any("\t" in line for line in lines):
        return "\t"
    counts = {mark: [line.count(mark) for line in lines] for mark in DELIMITERS}
    steady = {mark: min(found) for mark, found in counts.items() if found and min(found) > 0}
    if "," in steady or not steady:
        return "," if sum(counts[","]) or not sum(counts["\t"]) else "\t"
    return max(steady, key=lambda mark: steady[mark])


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """(line on which the record starts, its cells). Blank lines are no records."""
    csv.field_size_limit(max(ceilings.limits().cell_chars * 10, 131_072))
    if "\n" not in text:
        text = text.replace("\r", "\n")
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    before = 0
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise DataError(
                "csv-broken",
                Text(
                    f'引用符（"）が閉じていないか、セルが長すぎます（{error}）。',
                    f'a quote (") is not closed, or a cell is too long ({error})',
                ),
                RAGGED_REMEDY,
                where=row_place(before + 1),
            ) from error
        start, before = before + 1, reader.line_num
        if any(cells):
            yield start, cells


def _lines(text: str) -> Iterator[str]:
    """Lines with their ends; io.StringIO would hold the text a second time at four bytes a character."""
    at = 0
    while at < len(text):
        end = text.find("\n", at) + 1 or len(text)
        yield text[at:end]
        at = end


def frame_of_rows(
    records: Iterator[tuple[int, list[str]]], report: IntakeReport, *, header: bool, sheet: str = "", unended: bool = False
) -> pd.DataFrame:
    """A frame of text from (row number, cells); every row must have as many cells as the others.

    Without a header, shorter rows above the first full one are titles and are padded. `unended`: the file has no line
    end behind its last row; that row is left out, counted and warned of, where it has fewer cells than the others.
    """
    chunks: list[pd.DataFrame] = []
    block: Rows = []
    numbers: list[int] = []
    head = _Head(records)
    width, names = head.width, None
    rows = iter(head)
    for number, cells in rows:
        if unended and numbers and len(cells) < width and not head.in_titles and next(rows, None) is None:
            last_line.leave_out_short_row(number, len(cells), width, report)
            break
        cells = _fitted(cells, width, number, titles=not header and head.in_titles)
        if header and names is None:
            names = _column_names(cells, number, report)
            continue
        block.append(cells)
        numbers.append(number)
        if len(block) == CHUNK:
            ceilings.check_time()
            ceilings.check_count("行数", "rows", len(numbers), ceilings.limits().rows)
            ceilings.check_count("セル数", "cells", len(numbers) * width, ceilings.limits().cells)
            chunks.append(_text_frame(block, width))
            block = []
    if block or not chunks:
        chunks.append(_text_frame(block, width))
    frame = pd.concat(chunks, ignore_index=True) if len(chunks) > 1 else chunks[0]
    if names is not None:
        frame.columns = pd.Index(names)
    report.records_in_file, report.accepted = len(frame) + report.excluded.get("last-line-cut", 0), len(frame)
    report.facts |= {"rows": len(frame), "columns": [str(name) for name in frame.columns]}
    frame.attrs["row_numbers"] = numbers
    if header and not len(frame):
        raise _no_rows()
    return frame


class _Head:
    """Rows once more from the beginning, after the first were looked at for the table's width."""

    LOOKED_AT = 200

    def __init__(self, records: Iterator[tuple[int, list[str]]]) -> None:
        self._records = records
        self._first = [record for _, record in zip(range(self.LOOKED_AT), records, strict=False)]
        if not self._first:
            raise _no_rows()
        lengths = Counter(_trimmed_length(cells) for _, cells in self._first)
        raw = Counter(len(cells) for _, cells in self._first)
        self.width = max(raw.most_common(1)[0][0], 1)
        if lengths and max(lengths) < self.width:
            self.width = max(max(lengths), 1)  # only empty cells beyond: trailing commas
        ceilings.check_count("列数", "columns", self.width, ceilings.limits().columns)
        self.in_titles = True

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        for number, cells in self._first:
            self.in_titles = self.in_titles and len(cells) < self.width
            yield number, cells
        self.in_titles = False
        self._first = []
        yield from self._records


def _trimmed_length(cells: list[str]) -> int:
    length = len(cells)
    while length and not cells[length - 1]:
        length -= 1
    return length


def _fitted(cells: list[str], width: int, number: int, *, titles: bool) -> list[str]:
    if len(cells) != width:
        if len(cells) < width and titles:
            cells = cells + [""] * (width - len(cells))
        elif len(cells) > width and not any(cells[width:]):
            cells = cells[:width]
        else:
            raise DataError(
                "row-length",
                Text(
                    f"列の数が他の行と違います（{width} 列のはずが {len(cells)} 列）。このまま読むと値が隣の列にずれます。",
                    f"{len(cells)} cells where other rows have {width}: values would shift to other columns",
                ),
                RAGGED_REMEDY,
                where=row_place(number),
            )
    return cells


def _unguarded(values: Sequence[str]) -> Sequence[str]:
    """Text as it was before a ' was put before it to keep a spreadsheet from running it."""
    if "'" not in "".join(values):
        return values
    return [_GUARDED.sub("", cell) if not _NUMBER.match(cell[1:]) else cell for cell in values]


def _column_names(cells: list[str], number: int, report: IntakeReport) -> list[str]:
    """Header cells as names; blank ones get 列3, repeated ones a number."""
    filled = sum(bool(cell.strip()) for cell in cells)
    if filled * 2 < len(cells):
        raise DataError(
            "header-missing",
            Text(
                f"見出し行らしい行がありません（{len(cells)} 列中 {filled} 列しか埋まっていません）。",
                f"no header row: only {filled} of {len(cells)} cells are filled",
            ),
            Text("表題などの行を消し、1行目を列の見出しにしてください。", "delete title rows, so that the first row names the columns"),
            where=row_place(number),
        )
    names: list[str] = []
    repeated = []
    for position, cell in enumerate(cells, 1):
        base = cell.strip() or f"列{position}"
        name, count = base, 2
        while name in names:
            name, count = f"{base}_{count}", count + 1
        if name != base:
            repeated.append(f"{base} → {name}")
        names.append(name)
    if repeated:
        text = Text("同じ見出しの列があり、番号を付けて区別しました。", "columns of one name were told apart by a number")
        report.note("warn", "columns-repeated", text, len(repeated), repeated)
    return names


def _text_frame(block: Rows, width: int) -> pd.DataFrame:
    columns = list(zip(*block, strict=True)) if block else [()] * width
    return pd.DataFrame({number: text_column(_unguarded(values)) for number, values in enumerate(columns)})


def row_place(number: int, sheet: str = "") -> Text:
    """ "3 行目" / "row 3"."""
    return Text(f"{sheet + ' の ' if sheet else ''}{number} 行目", f"{sheet + ' ' if sheet else ''}row {number}")


def _no_rows() -> DataError:
    return DataError(
        "table-empty",
        Text("表にデータの行が1つもありません。", "the table has no rows"),
        Text("正しいファイル・シートか確かめてください。", "check that this is the right file and sheet"),
    )
