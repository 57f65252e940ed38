"""Share → covered, by named rules. Every figure says which rule made it.

| rule | a cell's people count as covered |
|---|---|
| `mic_half` | all of them where the 500 m mesh has at least half its land covered (総務省方式), else none |
| `area` | in proportion to the share of the cell's land that is covered |
| `any_touch` | all of them where any of the cell is covered |
| `centroid` | all of them where the cell's centre is covered |
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

RULES = ("mic_half", "area", "any_touch", "centroid")

# An exact half comes out of float arithmetic up to this far from 0.5 (errors measured: below 1e-11)
SHARE_TOLERANCE = 1e-9


@dataclass(frozen=True)
class Threshold:
    """When a share is enough: at least `share` (`inclusive`) or more than it."""

    share: float = 0.5
    inclusive: bool = True

    def met(self, shares: pd.Series) -> pd.Series:
        """1.0 where a share is enough, 0.0 where not, NaN where it is unknown. Same index."""
        enough = shares >= self.share - SHARE_TOLERANCE if self.inclusive else shares > self.share + SHARE_TOLERANCE
        return enough.astype(float).where(shares.notna())


def block_share(share: pd.Series, land_area_m2: pd.Series, block: pd.Series) -> pd.Series:
    """Share of each block's land that is covered, given back to every cell of the block.

    share: 0..1 of each cell's land (NaN unknown); land_area_m2: the cell's land; block: label of the block
    (for Japan the 500 m mesh that holds the cell). Index of all three and of the result: cell_id.
    A block with an unknown cell is unknown, for nobody knows its share.
    """
    number, labels = pd.factorize(block)
    known = share.notna().to_numpy()
    land = land_area_m2.to_numpy(float)
    covered_m2 = np.bincount(number, np.where(known, share.to_numpy(float), 0.0) * land, len(labels))
    shares = covered_m2 / np.bincount(number, land, len(labels))
    shares[number[~known]] = np.nan
    return pd.Series(shares[number], index=share.index, name=share.name)


def _block_met(share: pd.Series, land_area_m2: pd.Series, block: pd.Series, threshold: Threshold) -> pd.Series:
    """1.0 where enough of the block is covered, 0.0 where not; NaN where its unknown cells could make the difference."""
    least, most = (threshold.met(block_share(share.fillna(known), land_area_m2, block)) for known in (0.0, 1.0))
    return least.where(least == most)


def covered_weight(
    rule: str, share: pd.Series, centre_covered: pd.Series, land_area_m2: pd.Series, block: pd.Series | None, threshold: Threshold
) -> pd.Series:
    """How much of each cell's people counts as covered under `rule`: 0..1, NaN where the share is unknown.

    share, centre_covered (0 or 1), land_area_m2, block: as the cells, same index; `block` is None where
    cells are already as large as the official mesh or larger.
    """
    if rule == "area":
        return share
    if rule == "any_touch":
        return (share > SHARE_TOLERANCE).astype(float).where(share.notna())
    if rule == "centroid":
        return centre_covered.astype(float).where(share.notna())
    if rule == "mic_half":
        return threshold.met(share) if block is None else _block_met(share, land_area_m2, block, threshold)
    raise ValueError(f"no rule called {rule!r}; there are {', '.join(RULES)}")


@dataclass(frozen=True)
class Count:
    """People (or m²) covered, uncovered and unknown, by group: three float64[groups] that add up to all."""

    covered: np.ndarray
    uncovered: np.ndarray
    unknown: np.ndarray


def count_by(group: np.ndarray, groups: int, amount: np.ndarray, weight: np.ndarray) -> Count:
    """Sum `amount` (persons or m², ≥ 0) of every cell into covered, uncovered and unknown of its group.

    group: int[n], −1 for none; amount: float64[n], NaN where nobody knows it (such a cell holds nothing
    that can be counted); weight: float64[n] as covered_weight gives it.
    """
    taken = (group >= 0) & ~np.isnan(amount)
    group, amount, weight = group[taken], amount[taken], weight[taken]
    known = ~np.isnan(weight)
    total = np.bincount(group, amount, groups)
    unknown = np.bincount(group[~known], amount[~known], groups)
    covered = np.bincount(group[known], amount[known] * weight[known], groups)
    # by difference, so that the three add up; rounding may leave −1e-12 of a person
    return Count(covered, np.maximum(total - unknown - covered, 0.0), unknown)
