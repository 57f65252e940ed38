"""[evidence] mode = "override": the shares of tested cells as the tests say, each change listed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.evidence.judging import majority, verdicts
from coverage.gaps import ANY
from coverage.matrix import ShareMatrix

if TYPE_CHECKING:
    from coverage.study import EvidenceFiles

CHANGES = ("cell_id", "carrier", "generation", "before", "after", "tests", "bad", "days", "first_day", "last_day")
# (cells, carriers left, generation) -> shares and centres of their union
Union = Callable[[pd.Index, list[str], str], tuple[np.ndarray, np.ndarray]]


def changes(matrix: ShareMatrix, tests: pd.DataFrame, cells: pd.DataFrame, rule: EvidenceFiles) -> pd.DataFrame:
    """CHANGES: one row a cell, carrier and generation whose share the tests replace, by 0 or 1.

    All used tests of a cell count together. What a carrier has not published stays unknown. Parts of 5G follow
    a 5G that was measured out; a 5G that works does not say which part.
    """
    alone = cells.assign(zone_id="")
    by_cell = verdicts(tests.assign(claimed="in"), alone, rule)
    found = []
    for row in by_cell.to_dict("records"):
        said = majority(row["good"], row["bad"], row["days"], rule)
        if said not in {"good", "bad"}:
            continue
        after = float(said == "good")
        for generation in _generations(matrix, row["carrier"], row["generation"], after):
            before = float(matrix.shares.at[row["cell_id"], (row["carrier"], generation)])
            if not np.isnan(before) and before != after:
                found.append({**row, "generation": generation, "before": before, "after": after})
    return pd.DataFrame(found, columns=list(CHANGES)).sort_values(["cell_id", "carrier", "generation"], ignore_index=True)


def _generations(matrix: ShareMatrix, carrier: str, generation: str, after: float) -> list[str]:
    known = [name for owner, name in matrix.shares.columns if owner == carrier]
    return [name for name in known if name == generation or (not after and name.startswith(generation + "-"))]


def overridden(matrix: ShareMatrix, changed: pd.DataFrame, carriers: list[str], union: Union) -> ShareMatrix:
    """`matrix` with the shares of `changed`, and "any" measured again in those cells without who was taken out.

    union: as matrix.share_matrix would measure it; 0 where nobody is left who published, NaN where those left do not know.
    """
    shares, centre = matrix.shares.copy(), matrix.centre_covered.copy()
    for row in changed.to_dict("records"):
        for table in (shares, centre):
            table.at[row["cell_id"], (row["carrier"], row["generation"])] = row["after"]
    for (works, gone, generation), cells in _alike(changed).items():
        left = [key for key in carriers if key not in gone]
        area, middle = (1.0, 1.0) if works else union(pd.Index(cells), left, generation)
        shares.loc[cells, (ANY, generation)] = area
        centre.loc[cells, (ANY, generation)] = middle
    return ShareMatrix(shares, centre)


def _alike(changed: pd.DataFrame) -> dict[tuple[bool, tuple[str, ...], str], list[str]]:
    """{(whether some carrier works there, carriers taken out, generation): cells}, to measure them together."""
    alike: dict[tuple[bool, tuple[str, ...], str], list[str]] = {}
    for (cell, generation), rows in changed.groupby(["cell_id", "generation"], sort=True):
        gone = tuple(rows.loc[rows["after"] == 0, "carrier"])
        alike.setdefault((bool((rows["after"] == 1).any()), gone, str(generation)), []).append(str(cell))
    return alike
