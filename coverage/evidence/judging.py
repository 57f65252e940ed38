"""What was measured on the ground beside what the carriers claim: a verdict a place, carrier and generation.

Claims are taken where the tests stand: a test lies inside the carrier's area, outside it, or the carrier
published nothing, or does not know it there. Each test is in exactly one verdict or left out for a reason that is kept, so tests that
contradict each other stay side by side. Nothing here changes a share (that is override.py).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.matrix import layers_by_column
from geodata.inside import any_contains
from geodata.schema import EVIDENCE

if TYPE_CHECKING:
    import geopandas as gpd

    from coverage.study import EvidenceFiles
    from geodata.grid import Grid

IN, OUT, UNPUBLISHED = "in", "out", "unpublished"
WORKS, WEAK, NONE, UNCLEAR = "works", "weak", "none", "unclear"
# (claim, what most tests say) -> verdict
VERDICTS = {
    (IN, "good"): "claimed_confirmed",
    (IN, "bad"): "claimed_out",
    (OUT, "good"): "unclaimed_works",
    (OUT, "bad"): "unclaimed_out",
    (UNPUBLISHED, "good"): "unpublished_works",
    (UNPUBLISHED, "bad"): "unpublished_out",
}
MIXED, UNKNOWN = "mixed", "unknown"
# why a test decides nothing; the first that fits is told
NOT_USED = ("outside", "generation", "kind", "indoors", "unclear", "undated", "future", "old")
JUDGED = ("evidence_id", "cell_id", "claimed", "outcome", "not_used", "before_area")
VERDICT_COLUMNS = {
    "zone_id": str,
    "cell_id": str,
    "municipality_id": str,
    "carrier": str,
    "generation": str,
    "claimed": str,
    "verdict": str,
    "tests": float,
    "good": float,
    "bad": float,
    "days": float,
    "cells_tested": float,
    "before_area": float,
    "not_used": float,
    "first_day": str,
    "last_day": str,
}


@dataclass(frozen=True)
class Period:
    """The days whose tests decide, both included, YYYY-MM-DD; "" where there is no test with a day."""

    first: str
    last: str


def period(evidence: pd.DataFrame, months: int, until: date) -> Period:
    """The `months` before the newest test. Tests after `until` (the study's last day) do not count as newest."""
    days = evidence["at"].str[:10]
    known = days[(days != "") & (days <= until.isoformat())]
    if known.empty:
        return Period("", "")
    last = date.fromisoformat(str(known.max()))
    years, month = divmod(last.year * 12 + last.month - 1 - months, 12)
    first = date(years, month + 1, min(last.day, monthrange(years, month + 1)[1]))
    return Period(first.isoformat(), last.isoformat())


def outcomes(evidence: pd.DataFrame, weak_dbm: float) -> pd.Series:
    """WORKS, WEAK, NONE or UNCLEAR of each record; index as `evidence`.

    圏外 or a call that failed: none. A call that got through: works, however weak. Else dBm decide (under
    `weak_dbm`: weak), else what the record says in words. 圏外 with a call that got through is unclear.
    """
    call, signal, dbm = evidence["call_ok"], evidence["signal"], evidence["rsrp_dbm"].astype(float)
    none, works = (signal == "none") | (call == "no"), call == "yes"
    said = np.select(
        [none & works, none, works, dbm < weak_dbm, dbm.notna(), signal == "weak", signal == "works"],
        [UNCLEAR, NONE, WORKS, WEAK, WORKS, WEAK, WORKS],
        UNCLEAR,
    )
    return pd.Series(said, index=evidence.index, dtype=object)


def no_tests(crs: str) -> gpd.GeoDataFrame:
    """A table of `judged` without rows."""
    import geopandas as gpd

    columns = {
        name: pd.Series(dtype=float if column.kind == "number" else object)
        for name, column in EVIDENCE.columns.items()
        if column.kind != "geometry"
    }
    columns |= {name: pd.Series(dtype=bool if name == "before_area" else object) for name in JUDGED}
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs))


def no_verdicts() -> pd.DataFrame:
    """A table of `verdicts` without rows."""
    return pd.DataFrame({name: pd.Series(dtype=object if kind is str else float) for name, kind in VERDICT_COLUMNS.items()})


def judged(
    evidence: gpd.GeoDataFrame,
    cells: pd.DataFrame,
    layers: gpd.GeoDataFrame,
    grid: Grid,
    rule: EvidenceFiles,
    generations: list[str],
    counted_kinds: list[str],
    until: date,
) -> gpd.GeoDataFrame:
    """EVIDENCE in the grid's CRS with JUDGED, sorted; a record of no service that names no generation counts for
    all.

    cell_id: "" outside the study. claimed: IN, OUT or UNPUBLISHED at its very place. not_used: one of NOT_USED,
    "" for the tests that decide. before_area: measured before the day the area is true for.
    """
    import geopandas as gpd

    if not len(evidence):
        return no_tests(grid.crs)
    table = evidence.assign(outcome=outcomes(evidence, rule.weak_dbm)).reset_index()
    everywhere = (table["generation"] == "") & (table["outcome"] == NONE)
    plain = [name for name in generations if "-" not in name]
    table["generation"] = pd.Series([plain if every else [one] for every, one in zip(everywhere, table["generation"], strict=True)])
    table = table.explode("generation").sort_values(["evidence_id", "generation"], ignore_index=True)
    table = gpd.GeoDataFrame(table, geometry="geometry", crs=evidence.crs)
    table["cell_id"] = _cells_at(table, cells, grid)
    table["claimed"], area_day = _claims(table, layers, generations, counted_kinds)
    table["before_area"] = (table["at"].str[:10] < area_day) & (table["at"] != "")
    table["not_used"] = _not_used(table, rule, generations, period(evidence, rule.newest_months, until), until)
    return table


def _cells_at(table: gpd.GeoDataFrame, cells: pd.DataFrame, grid: Grid) -> pd.Series:
    names = np.append(cells.index.to_numpy().astype(object), "")
    return pd.Series(names[grid.rows_at(cells, table.geometry.x, table.geometry.y)], index=table.index, dtype=object)


def _claims(table: gpd.GeoDataFrame, layers: gpd.GeoDataFrame, generations: list[str], kinds: list[str]) -> tuple[pd.Series, pd.Series]:
    """(claim at each test, the newest day that the carrier's area is true for or "")."""
    claimed = pd.Series(UNPUBLISHED, index=table.index, dtype=object)
    as_of = pd.Series("", index=table.index, dtype=object)
    carriers = sorted(table["carrier"].unique())
    members = layers_by_column(layers, carriers, generations, kinds)
    shapes, days = layers["geometry"].to_numpy(object), layers["as_of"].to_numpy(object)
    for (carrier, generation), rows in table.groupby(["carrier", "generation"], sort=True).groups.items():
        area = members.get((carrier, generation))
        if area is None or not area.published:
            continue
        at = np.concatenate([*area.covered, *area.unknown])
        points = table.geometry.loc[rows].to_numpy()
        inside = any_contains(shapes[area.rows], points)
        open_ = any_contains(shapes[np.concatenate([at[:0], *area.unknown])], points)
        claimed.loc[rows] = np.select([inside, open_], [IN, UNPUBLISHED], OUT)
        as_of.loc[rows] = max(str(day) for day in days[at])
    return claimed, as_of


def _not_used(table: pd.DataFrame, rule: EvidenceFiles, generations: list[str], published: Period, until: date) -> np.ndarray:
    day = table["at"].str[:10]
    why = {
        "outside": table["cell_id"] == "",
        "generation": ~table["generation"].isin(generations),
        "kind": ~table["kind"].isin(rule.kinds),
        "indoors": (table["indoors"] == "yes") & (not rule.indoors),
        "unclear": table["outcome"] == UNCLEAR,
        "undated": day == "",
        "future": day > until.isoformat(),
        "old": day < published.first,
    }
    return np.select([why[name] for name in NOT_USED], list(NOT_USED), "").astype(object)


def verdicts(tests: pd.DataFrame, cells: pd.DataFrame, rule: EvidenceFiles) -> pd.DataFrame:
    """One row a place, carrier, generation and claim: VERDICT_COLUMNS, sorted.

    tests: judged. cells: CELLS with zone_id. A place is a zone, or, where no zone is, a single cell (zone_id
    ""). Counts: tests (used) = good + bad; not_used beside them; days: different days among the used;
    before_area: used ones from before the area's day. Tests outside the study's cells are in no row.
    """
    inside = tests[tests["cell_id"] != ""]
    if inside.empty:
        return no_verdicts()
    at = cells.set_axis(cells.index.astype(str)).loc[inside["cell_id"], ["zone_id", "municipality_id"]]
    zone = at["zone_id"].to_numpy(object)
    used, good = inside["not_used"] == "", inside["outcome"] == WORKS
    day = inside["at"].str[:10].where(used)
    rows = pd.DataFrame(
        {
            "zone_id": zone,
            "cell_id": np.where(zone == "", inside["cell_id"], ""),
            "municipality_id": at["municipality_id"].to_numpy(object),
            "carrier": inside["carrier"].to_numpy(object),
            "generation": inside["generation"].to_numpy(object),
            "claimed": inside["claimed"].to_numpy(object),
            "tests": used.to_numpy(float),
            "good": (used & good).to_numpy(float),
            "bad": (used & ~good).to_numpy(float),
            "not_used": (~used).to_numpy(float),
            "before_area": (used & inside["before_area"]).to_numpy(float),
            "day": day.to_numpy(object),
            "cell": inside["cell_id"].where(used).to_numpy(object),
        }
    )
    by = rows.groupby(["zone_id", "cell_id", "municipality_id", "carrier", "generation", "claimed"], sort=True)
    table = by[["tests", "good", "bad", "not_used", "before_area"]].sum()
    table["days"], table["cells_tested"] = (by["day"].nunique().astype(float), by["cell"].nunique().astype(float))
    table["first_day"], table["last_day"] = (
        by["day"].agg(lambda days: min(days.dropna(), default="")).astype(object),
        by["day"].agg(lambda days: max(days.dropna(), default="")).astype(object),
    )
    table = table.reset_index()
    table["verdict"] = [
        verdict(claim, good, bad, days, rule)
        for claim, good, bad, days in zip(table["claimed"], table["good"], table["bad"], table["days"], strict=True)
    ]
    return table[list(VERDICT_COLUMNS)]


def verdict(claimed: str, good: float, bad: float, days: float, rule: EvidenceFiles) -> str:
    """One of VERDICTS, MIXED (enough tests that do not agree) or UNKNOWN (too few tests or days)."""
    said = majority(good, bad, days, rule)
    return VERDICTS[claimed, said] if said in {"good", "bad"} else said


def majority(good: float, bad: float, days: float, rule: EvidenceFiles) -> str:
    """ "good" or "bad" where enough tests on enough days agree, else MIXED or UNKNOWN."""
    tests = good + bad
    if tests < rule.least_tests or days < rule.least_days:
        return UNKNOWN
    if good >= rule.share * tests:
        return "good"
    return "bad" if bad >= rule.share * tests else MIXED


# What the ground said in numbers, for summary.json, provenance and every caption.


def evidence_summary(tests: pd.DataFrame, verdicts: pd.DataFrame, changed: pd.DataFrame, rule: EvidenceFiles) -> dict[str, Any]:
    """Plain data: the rule, how many tests decide and why others do not, verdicts, each share that was replaced.

    tests: judging.judged; verdicts: evidence.verdicts; changed: override.changes, empty for "flag".
    """
    why = tests["not_used"].value_counts()
    return {
        "mode": rule.mode,
        "rule": rule.model_dump(
            mode="json", include={"kinds", "indoors", "least_tests", "least_days", "weak_dbm", "share", "newest_months"}
        ),
        "tests": len(tests),
        "used": int(why.get("", 0)),
        "not_used": {name: int(why[name]) for name in NOT_USED if name in why},
        "verdicts": {str(name): int(count) for name, count in verdicts["verdict"].value_counts().sort_index().items()},
        "cells_replaced": int(changed["cell_id"].nunique()),
        "replaced": changed.to_dict("records"),
    }
