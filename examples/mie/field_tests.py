"""Made-up tests with a telephone on the ground: some agree with the invented areas, some do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from examples.mie.carriers import NAMES
from examples.mie.land import to_degrees
from examples.mie.not_spots import CARRIERS

SEED = 20_266
COLUMNS = ("日時", "緯度", "経度", "事業者", "端末", "方式", "RSRP", "通話可否", "圏外", "屋内外", "備考")
DAYS = ("2026-09-08", "2026-10-14")
TESTS = 2  # a day, cell and carrier
SPREAD_M = 60.0
# how many cells of each kind: (left out and out, served and works, served and yet out, unclear)
OUTSIDE, WORKS, CLAIMED_OUT, MIXED = 10, 8, 4, 3


def make_field_tests(cells: pd.DataFrame, gap: np.ndarray, layers: dict[tuple[str, str], np.ndarray]) -> list[list[object]]:
    """Rows of COLUMNS. gap: bool[cells], some carrier leaves the cell out; layers: polygons in EPSG:6674."""
    rng = np.random.default_rng(SEED)
    remote = np.flatnonzero(~gap & (cells["remote"].to_numpy() > 0.4))
    left_out = rng.choice(np.flatnonzero(gap), OUTSIDE, replace=False)
    served = rng.choice(remote, WORKS + CLAIMED_OUT + MIXED, replace=False)
    rows: list[list[object]] = []
    for number, cell in enumerate([*left_out, *served]):
        carriers = CARRIERS if number < OUTSIDE else (CARRIERS[number % len(CARRIERS)],)
        kind = _kind(number - OUTSIDE)
        for carrier in carriers:
            at = cells[["x", "y"]].iloc[cell].to_numpy(float)
            covered = bool(shapely.intersects_xy(layers[carrier, "4G"], *at).any())
            rows += _tests(at, carrier, covered, kind, rng)
    return rows


def _kind(number: int) -> str:
    if number < 0:
        return "as claimed"
    return "as claimed" if number < WORKS else "out" if number < WORKS + CLAIMED_OUT else "mixed"


def _tests(at: np.ndarray, carrier: str, covered: bool, kind: str, rng: np.random.Generator) -> list[list[object]]:
    """The tests of one cell and carrier, on both days."""
    rows: list[list[object]] = []
    for number in range(TESTS * len(DAYS)):
        works = {"as claimed": covered, "out": False, "mixed": number % 2 == 0}[kind]
        lon, lat = to_degrees.transform(*(at + rng.normal(0.0, SPREAD_M, 2)))
        rsrp = int(rng.integers(-104, -82)) if works else ""
        clock = f"{DAYS[number // TESTS]} {9 + int(rng.integers(7)):02d}:{int(rng.integers(60)):02d}"
        rows.append(
            [
                clock,
                f"{lat:.6f}",
                f"{lon:.6f}",
                NAMES[carrier],
                "架空フォン",
                "4G" if works else "",
                rsrp,
                "○" if works else "×",
                "" if works else "圏外",
                "屋外",
                "架空の測定",
            ]
        )
    return rows
