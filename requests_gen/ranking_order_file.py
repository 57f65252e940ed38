"""A municipality's order as a table file: the form it fills in, and its way back. Any wrong row refuses the file."""

from __future__ import annotations

import re
import tempfile
import unicodedata
from pathlib import Path

import pandas as pd

from geodata.columns import column_of, numbered, shown, text_of
from geodata.errors import DataError, Text
from geodata.intake import read_table
from requests_gen.book import HEADER_ROW, Book
from requests_gen.captions import Caption

# plain column names (geodata.columns.plain)
ZONE_ID = ("地区id", "zone_id", "zoneid", "地区コード", "地区番号")
ORDER = (
    "市町の順位",
    "市町村の順位",
    "市町の優先順位",
    "市町村の優先順位",
    "市町の優先度",
    "municipal_rank",
    "順位",
    "優先順位",
)
REASON = ("理由", "違いの理由", "reason")
HIGHEST = 9_999
ROWS_NAMED = 5
TITLE_ROWS = 20
TO_FILL_IN = "#FFF6D6"
_RANK = re.compile(r"(?:第)?([0-9]{1,4})(?:\.0+)?(?:位|番|番目)?")


def read_order_file(path: Path | str, known: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """(the places a file gives, how many rows it leaves blank).

    known: order_table (its zones, and the reasons to keep where the file has no reason). The places: index zone_id,
    columns municipal_rank (int), reason. A blank place asks for nothing. Raises DataError, naming the rows, for a
    zone that is not known, one that stands there twice, or a place that is no whole number from 1.
    """
    file = Path(path).name
    table = _under_headings(numbered(read_table(path, header=False)[0]), file)
    given = pd.DataFrame(
        {
            "zone_id": text_of(table, column_of(table, ZONE_ID)).map(_plain),
            "order": text_of(table, column_of(table, ORDER)).map(_plain),
            "reason": text_of(table, column_of(table, REASON)),
        }
    )
    given = given[(given != "").any(axis=1)]
    found = given["order"].str.fullmatch(_RANK)
    rank = pd.to_numeric(given["order"].str.extract(_RANK, expand=False))
    blank = given["order"] == ""
    _refuse(given[~given["zone_id"].isin(known.index)], "zone_id", file, "order-zone-unknown", _UNKNOWN)
    _refuse(given[given["zone_id"].duplicated(keep=False)], "zone_id", file, "order-zone-twice", _TWICE)
    wrong = ~blank & (~found | (rank < 1) | (rank > HIGHEST))
    _refuse(given[wrong], "order", file, "order-unreadable", _UNREADABLE)
    places = given[~blank].assign(municipal_rank=rank[~blank].astype(int)).set_index("zone_id")
    kept = known["reason"].reindex(places.index)
    places["reason"] = places["reason"].where(places["reason"] != "", kept)
    return places[["municipal_rank", "reason"]], int(blank.sum())


def _under_headings(cells: pd.DataFrame, file: str) -> pd.DataFrame:
    """The rows under the line of headings; titles and notices may stand above it."""
    for at in range(min(len(cells), TITLE_ROWS)):
        table = cells.iloc[at + 1 :].set_axis(cells.iloc[at].astype(str).tolist(), axis=1)
        if column_of(table, ZONE_ID) and column_of(table, ORDER):
            return table.loc[:, ~table.columns.duplicated()]
    raise _no_columns(cells.iloc[:1].set_axis(cells.iloc[0].tolist(), axis=1) if len(cells) else cells, file)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lstrip("'").strip()


Words = tuple[Text, Text]
_UNKNOWN: Words = (
    Text("この調査の結果にない地区IDがあります", "holds zone ids that this study does not have"),
    Text(
        "下の行の地区IDを直してください（市町村コード5桁-連番3桁）。何も保存していません。",
        "mend the ids in these rows; nothing was saved",
    ),
)
_TWICE: Words = (
    Text("同じ地区が2行以上あります", "names a zone twice"),
    Text("1地区1行にしてください。何も保存していません。", "leave one row a zone; nothing was saved"),
)
_UNREADABLE: Words = (
    Text("順位が読み取れません", "holds places that are no numbers"),
    Text(
        "1、2、3 … の整数で書くか、空欄にしてください。何も保存していません。",
        "write whole numbers from 1, or leave blank; nothing was saved",
    ),
)


def _refuse(rows: pd.DataFrame, column: str, file: str, code: str, words: Words) -> None:
    if rows.empty:
        return
    first = [(line, str(value)[:40]) for line, value in rows[column].head(ROWS_NAMED).items()]
    more = len(rows) - len(first)
    raise DataError(
        code,
        words[0],
        words[1],
        file,
        Text(
            "、".join(f"{line}行目（{value or '空欄'}）" for line, value in first) + (f"、ほか{more}行" if more else ""),
            ", ".join(f"row {line} ({value or 'blank'})" for line, value in first) + (f", {more} more" if more else ""),
        ),
    )  # fmt: skip


def _no_columns(table: pd.DataFrame, file: str) -> DataError:
    return DataError(
        "order-columns-missing",
        Text(
            f"「地区ID」と「市町の順位」の列が見つかりません（ある列: {shown(table)}）",
            f"has no columns 地区ID and 市町の順位 (it has: {shown(table)})",
        ),
        Text(
            "「記入用の表」をダウンロードし、それに書き込んでください。", "download the form and fill it in"
        ),
        file,
    )


def order_form_xlsx(table: pd.DataFrame, zones: pd.DataFrame, caption: Caption) -> bytes:
    """The form for the rows of order_table: zones with their places so far, two columns to fill in."""
    lang = caption.lang
    people = zones["uncovered_population"].reindex(table.index)
    columns = [
        ("地区ID", 12, table.index.tolist(), "text"), ("市町村名", 16, table["municipality"].tolist(), "text"),
        ("地区名", 24, table["name"].tolist(), "text"), ("エリア外人口", 12, people.tolist(), "people"),
        ("市町の順位", 12, table["municipal_rank"].astype(float).tolist(), "whole"), ("理由", 50, table["reason"].tolist(), "text"),
    ]  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        path = Path(folder) / "form.xlsx"
        book = Book(path, caption)
        sheet = book.sheet("市町の順位", "市町の順位")  # the headings are read back, whatever the language
        book.header(sheet, [(heading, width) for heading, width, _, _ in columns])
        for number, (heading, _, values, kind) in enumerate(columns):
            look = {"bg_color": TO_FILL_IN} if heading in ("市町の順位", "理由") else {}
            book.column(sheet, HEADER_ROW + 1, number, values, kind, **look)
        sheet.freeze_panes(HEADER_ROW + 1, 3)
        told = Text(
            "色の付いた欄に、市町としての順位（1が最も先）を書いてください。空欄は「順位を付けない」です。地区IDは変えないでください。",
            "Write the municipality's order (1 first) into the coloured cells. Leave the zone ids as they are.",
        )
        sheet.write_comment(HEADER_ROW, 4, told.in_(lang))
        book.book.close()
        return path.read_bytes()
