"""The municipalities' own order beside ours: where they differ, and which differences still lack a reason.

A municipality's order is never silently overturned. Positions are counted inside one municipality, among the zones
it gave a place to: "the municipality has it 1st, we have it 3rd". Equal ranks share their positions, so a tie that
could be read either way is no difference. A zone that a municipality named but that has no rank here is one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geodata.errors import Text

if TYPE_CHECKING:
    from requests_gen.registry_conflict import Clash

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
    table["difference"] = np.select(
        [table["municipal_rank"].isna(), table["rank"].isna(), apart], ["", UNRANKED, MOVED], SAME
    )
    by = pd.DataFrame(
        {"m": table["municipality_id"].astype(str), "rank": table["rank"].fillna(np.inf), "n": range(len(table))},
        index=table.index,
    )  # fmt: skip
    return table.loc[by.sort_values(["m", "rank", "n"]).index]


def _positions(values: pd.Series, groups: pd.Series) -> tuple[pd.Series, pd.Series]:
    """First and last position (1 = first) of each value within its group; equal values share theirs."""
    ranked = values.groupby(groups)
    low = ranked.rank(method="min")
    return low, ranked.rank(method="max")


def unexplained(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of order_table that differ without a reason: what keeps a ranking from being frozen."""
    return table[table["difference"].isin([MOVED, UNRANKED]) & (table["reason"] == "")]


def strangers(orders: pd.DataFrame, ranking: pd.DataFrame) -> pd.DataFrame:
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


def asked_again(began: pd.DataFrame, clashes: Iterable[Clash]) -> pd.DataFrame:
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
            asked.append(
                {"zone_id": str(zone_id), "municipal_rank": rank, "reason": reason,
                 "revision": int(before["revision"])}
            )  # fmt: skip
    return asked
