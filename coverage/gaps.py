"""Who is left out where: the gap table, one row a cell."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage.rules import Threshold

NOT_SPOT = ("none", "partial", "complete", "unknown")
ANY = "any"


def uncovered_column(generation: str, carrier: str = ANY) -> str:
    """The column of people left out in `generation`: by one carrier (its key), or by all that published."""
    return f"uncovered_population_{generation}" + ("" if carrier == ANY else f"_{carrier}")


def mark_column(generation: str, carrier: str) -> str:
    """The column of a carrier's ○ △ × － in the zones."""
    return f"mark_{generation}_{carrier}"


def part_left_out(left: pd.Series, population: pd.Series) -> pd.Series:
    """Which part, 0..1, of each cell's people `left` is; households and people aged 65+ are left out alike. NaN unknown."""
    return (left / population.where(population > 0)).fillna(0.0).where(left.notna())


def nobody_left_out(left: pd.Series, population: pd.Series) -> pd.Series:
    """`left` with 0 where nobody lives: there nobody is left out, whether or not the area is known.

    A carrier of which nothing is known says nothing of empty cells either.
    """
    return left.mask(left.isna() & (population == 0), 0.0) if left.notna().any() else left


def not_spot(covered: pd.DataFrame) -> pd.Series:
    """Class of each cell from what each carrier covers. Index as `covered`.

    covered: one column a carrier: 1.0 covered, 0.0 not, NaN nothing published.
    `partial` some carriers cover it and some do not (a silent carrier changes nothing);
    `complete` none does and all have spoken; `none` all do and all have spoken; else `unknown`.
    """
    some = (covered == 1.0).any(axis=1)
    lacking = (covered == 0.0).any(axis=1)
    published = covered.notna().all(axis=1)
    classes = np.select([some & lacking, lacking & published, some & published], ["partial", "complete", "none"], default="unknown")
    return pd.Series(classes, index=covered.index, name="not_spot")


def gap_table(
    cells: pd.DataFrame, shares: pd.DataFrame, weights: pd.DataFrame, carriers: list[str], generation: str, threshold: Threshold
) -> pd.DataFrame:
    """The people each cell leaves out in one generation. Index as `cells`.

    shares, weights: columns (carrier, generation) and ("any", generation); share of the land inside the
    layer, and how much of the cell's people the gap rule counts as covered. Result columns, persons ≥ 0 or
    NaN where unknown: `uncovered_population_<generation>` (outside every published layer),
    `uncovered_population_<generation>_<carrier>`, and `not_spot_<generation>`.
    """
    people = cells["population"]
    table = {}
    for carrier in [ANY, *carriers]:
        table[uncovered_column(generation, carrier)] = people * (1.0 - weights[(carrier, generation)])
    covered = pd.DataFrame({carrier: threshold.met(shares[(carrier, generation)]) for carrier in carriers})
    table[f"not_spot_{generation}"] = not_spot(covered)
    return pd.DataFrame(table, index=cells.index)
