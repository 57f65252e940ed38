"""The municipalities' own order beside ours: where they differ, and which differences still lack a reason.

A municipality's order is never silently overturned. Positions are counted inside one municipality, among the zones
it gave a place to: "the municipality has it 1st, we have it 3rd". Equal ranks share their positions, so a tie that
could be read either way is no difference. A zone that a municipality named but that has no rank here is one.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.figures import figure
from geodata.errors import DataError, Text
from geodata.intake import read_table
from geodata.tables import column_of, numbered, shown, text_of
from geodata.tables import text as text_cells
from requests_gen.files import workbook
from requests_gen.wording import Caption

if TYPE_CHECKING:
    from requests_gen.registry import conflict

SAME, MOVED, UNRANKED = "same", "moved", "unranked"
FIRST_REVISION = 0  # of a record that is not there yet


def order_table(ranking: pd.DataFrame, zones: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """Every zone with both orders. Index zone_id, by municipality, then our order.

    ranking: as `rank` gives it; orders: as Registry.municipal_order gives it. Columns: municipality_id,
    municipality, name, rank, our_low, our_high (our positions among the zones the municipality ordered, NaN where
    it gave none), municipal_rank (Int64), municipal_low, municipal_high, difference ("" where the municipality
    gave no place, else "same", "moved", "unranked"), reason, revision, who, at.
    """
    table = ranking[["rank", "gate"]].join(zones[["municipality_id", "municipality", "name"]])
    held = orders.reindex(table.index)
    table["municipal_rank"] = held["municipal_rank"].astype("Int64")
    table["reason"] = held["reason"].fillna("").astype(str).str.strip()
    table["revision"] = held["revision"].fillna(FIRST_REVISION).astype(int)
    table["who"], table["at"] = held["who"].fillna(""), held["at"]
    both = table["municipal_rank"].notna() & table["rank"].notna()
    for name, column in (("our", "rank"), ("municipal", "municipal_rank")):
        low, high = _positions(table.loc[both, column].astype(float), table.loc[both, "municipality_id"])
        table[f"{name}_low"], table[f"{name}_high"] = low, high
    apart = (table["our_high"] < table["municipal_low"]) | (table["municipal_high"] < table["our_low"])
    table["difference"] = np.select([table["municipal_rank"].isna(), table["rank"].isna(), apart], ["", UNRANKED, MOVED], SAME)
    by = pd.DataFrame(
        {"m": table["municipality_id"].astype(str), "rank": table["rank"].fillna(np.inf), "n": range(len(table))}, index=table.index
    )
    return table.loc[by.sort_values(["m", "rank", "n"]).index]


def _positions(values: pd.Series, groups: pd.Series) -> tuple[pd.Series, pd.Series]:
    """First and last position (1 = first) of each value within its group; equal values share theirs."""
    ranked = values.groupby(groups)
    low = ranked.rank(method="min")
    return low, ranked.rank(method="max")


def unexplained(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of order_table that differ without a reason: what keeps a ranking from being frozen."""
    return table[table["difference"].isin([MOVED, UNRANKED]) & (table["reason"] == "")]


def unexpected(orders: pd.DataFrame, ranking: pd.DataFrame) -> pd.DataFrame:
    """Places that were given to zones this year's findings do not have: told, never dropped."""
    gone = orders[orders["municipal_rank"].notna()]
    return gone[~gone.index.isin(ranking.index)]


def difference_words(row: Mapping[str, Any]) -> Text:
    """One row of order_table in a sentence; empty where nothing differs."""
    if row["difference"] == UNRANKED:
        return Text(
            f"市町は{int(row['municipal_rank'])}番目としていますが、ここでは順位を付けていません",
            f"the municipality has it at {int(row['municipal_rank'])}; it is not ranked here",
        )
    if row["difference"] != MOVED:
        return Text("", "")
    theirs, ours = (_span(row[f"{who}_low"], row[f"{who}_high"]) for who in ("municipal", "our"))
    return Text(f"市町の順では{theirs}番目、こちらの順では{ours}番目", f"theirs: {theirs}, ours: {ours}")


def _span(low: float, high: float) -> str:
    return f"{low:.0f}" if low == high else f"{low:.0f}～{high:.0f}"


def with_edits(orders: pd.DataFrame, edited: pd.DataFrame) -> pd.DataFrame:
    """`orders` as they would be after saving the edits: to show differences before anything is saved."""
    index = orders.index.union(edited.index).rename("zone_id")
    out = orders.reindex(index)
    out.loc[edited.index, "municipal_rank"] = edited["municipal_rank"].astype("Int64")
    out.loc[edited.index, "reason"] = edited["reason"].fillna("")
    return out


def asked_again(began: pd.DataFrame, clashes: Iterable[conflict.Clash]) -> pd.DataFrame:
    """`began` with the revisions that stand now: what was told as a conflict may be saved knowingly."""
    out = began.copy()
    for clash in clashes:
        out.loc[str(clash.mine["zone_id"]), "revision"] = clash.revision
    return out


def edited_orders(table: pd.DataFrame, edited: pd.DataFrame) -> list[dict[str, Any]]:
    """The records a table of edits asks to save: zone_id, municipal_rank, reason, revision as it was read.

    edited: index zone_id, columns municipal_rank and reason, for any of the zones. Unchanged rows ask nothing.
    """
    asked = []
    for zone_id, row in edited.iterrows():
        before = table.loc[zone_id]
        rank = None if pd.isna(row["municipal_rank"]) else int(row["municipal_rank"])
        was = None if pd.isna(before["municipal_rank"]) else int(before["municipal_rank"])
        reason = "" if pd.isna(row["reason"]) else str(row["reason"]).strip()
        if (rank, reason) != (was, before["reason"]):
            asked.append({"zone_id": str(zone_id), "municipal_rank": rank, "reason": reason, "revision": int(before["revision"])})
    return asked


# A municipality's order as a table file: the form it fills in, and its way back. Any wrong row refuses the file.

# plain column names (geodata.tables.columns.plain)
ZONE_ID = ("地区id", "zone_id", "zoneid", "地区コード", "地区番号")
ORDER = ("市町の順位", "市町村の順位", "市町の優先順位", "市町村の優先順位", "市町の優先度", "municipal_rank", "順位", "優先順位")
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
            "zone_id": text_of(table, column_of(table, ZONE_ID)).map(text_cells.code_text),
            "order": text_of(table, column_of(table, ORDER)).map(text_cells.code_text),
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


Words = tuple[Text, Text]
_UNKNOWN: Words = (
    Text("この調査の結果にない地区IDがあります", "holds zone ids that this study does not have"),
    Text(
        "下の行の地区IDを直してください（市町村コード5桁-連番3桁）。何も保存していません。", "mend the ids in these rows; nothing was saved"
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
    )


def _no_columns(table: pd.DataFrame, file: str) -> DataError:
    return DataError(
        "order-columns-missing",
        Text(
            f"「地区ID」と「市町の順位」の列が見つかりません（ある列: {shown(table)}）",
            f"has no columns 地区ID and 市町の順位 (it has: {shown(table)})",
        ),
        Text("「記入用の表」をダウンロードし、それに書き込んでください。", "download the form and fill it in"),
        file,
    )


def order_form_xlsx(table: pd.DataFrame, zones: pd.DataFrame, caption: Caption) -> bytes:
    """The form for the rows of order_table: zones with their places so far, two columns to fill in."""
    lang = caption.lang
    people = zones["uncovered_population"].reindex(table.index)
    columns = [
        ("地区ID", 12, table.index.tolist(), "text"),
        ("市町村名", 16, table["municipality"].tolist(), "text"),
        ("地区名", 24, table["name"].tolist(), "text"),
        (figure("uncovered_population").name.in_(lang), 12, people.tolist(), "people"),
        ("市町の順位", 12, table["municipal_rank"].astype(float).tolist(), "whole"),
        ("理由", 50, table["reason"].tolist(), "text"),
    ]
    with tempfile.TemporaryDirectory(prefix="kengai-") as folder:
        path = Path(folder) / "form.xlsx"
        book = workbook.Book(path, caption)
        sheet = book.sheet("市町の順位", "市町の順位")  # the headings are read back, whatever the language
        book.header(sheet, [(heading, width) for heading, width, _, _ in columns])
        for number, (heading, _, values, kind) in enumerate(columns):
            look = {"bg_color": TO_FILL_IN} if heading in ("市町の順位", "理由") else {}
            book.column(sheet, workbook.HEADER_ROW + 1, number, values, kind, **look)
        sheet.freeze_panes(workbook.HEADER_ROW + 1, 3)
        comment = Text(
            "色の付いた欄に、市町としての順位（1が最も先）を書いてください。空欄は「順位を付けない」です。地区IDは変えないでください。",
            "Write the municipality's order (1 first) into the coloured cells. Leave the zone ids as they are.",
        )
        sheet.write_comment(workbook.HEADER_ROW, 4, comment.in_(lang))
        book.book.close()
        return path.read_bytes()
