"""Which places the made-up carriers leave out: chosen by remoteness and chance, never from any real map."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

CARRIERS = ("alpha", "bravo", "charlie", "delta")
READINESS = {"alpha": 0.30, "bravo": 0.42, "charlie": 0.62, "delta": 1.10}  # odds to be the one missing
PARTLY = 0.35  # so often only some of a place's cells are left out
SKIPPED = 0.45  # and so often a remote place is simply served


@dataclass(frozen=True)
class Tier:
    """So many places of this many people, and how many carriers are missing there (delta always, if said)."""

    places: int
    people: tuple[int, int]
    missing: tuple[int, int]
    delta: bool = False


# from the most remote outwards: places that no carrier reaches, that few reach, that all but one reach
TIERS = (Tier(26, (5, 70), (4, 4)), Tier(30, (20, 320), (2, 3)), Tier(38, (80, 520), (1, 2)), Tier(34, (260, 900), (1, 2), delta=True))


def choose(cells: pd.DataFrame, places: int, rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Inhabited cells that each carrier leaves out: {carrier: bool[len(cells)]}.

    cells: inhabited cells with `place` (0 … places−1), `population`, `remote`, x, y.
    """
    people = np.bincount(cells["place"], cells["population"], places)
    remote = np.bincount(cells["place"], cells["population"] * cells["remote"], places)
    remote = np.divide(remote, people, out=np.zeros(places), where=people > 0)
    order = np.argsort(-(remote + rng.normal(0.0, 0.09, places)), kind="stable")
    missing: dict[int, list[str]] = {}
    for tier in TIERS:
        low, high = tier.people
        fitting = [p for p in order if low <= people[p] <= high and p not in missing]
        for place in [p for p in fitting if rng.random() >= SKIPPED][: tier.places]:
            missing[int(place)] = _missing(tier, rng)
    return _cells_left_out(cells, missing, rng)


def _missing(tier: Tier, rng: np.random.Generator) -> list[str]:
    """The carriers that a place of this tier goes without, in the order of CARRIERS."""
    count = int(rng.integers(tier.missing[0], tier.missing[1] + 1))
    odds = np.array([READINESS[carrier] for carrier in CARRIERS])
    chosen = set(rng.choice(CARRIERS, count, replace=False, p=odds / odds.sum()))
    if tier.delta and "delta" not in chosen:
        chosen = {*sorted(chosen)[1:], "delta"}
    return [carrier for carrier in CARRIERS if carrier in chosen]


def _cells_left_out(cells: pd.DataFrame, missing: dict[int, list[str]], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """From places to cells; now and then only the cells on one side of the place."""
    out = {carrier: np.zeros(len(cells), bool) for carrier in CARRIERS}
    x, y = cells["x"].to_numpy(), cells["y"].to_numpy()
    for place, carriers in missing.items():
        mine = np.flatnonzero(cells["place"].to_numpy() == place)
        for carrier in carriers:
            partly = len(carriers) < len(CARRIERS) and len(mine) > 1 and rng.random() < PARTLY
            bearing = rng.uniform(0.0, 2.0 * np.pi)
            along = x[mine] * np.cos(bearing) + y[mine] * np.sin(bearing)
            out[carrier][mine[along >= np.median(along)] if partly else mine] = True
    return out
