"""How fast and how exact covered_share is, beside other ways to the same answer.

    python -m benchmarks.share_bench [--quick]

Times are user CPU seconds of this process, medians. Ratios are taken within one run; they mean more than
seconds. What was measured on a sample of cells and scaled up linearly says "scaled". Layers are synthetic
(benchmarks/layers.py): single parts with 10^5 vertices and thousands of holes explain the largest ratios.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from benchmarks import share_peers as peers
from benchmarks.layers import KINDS, MIE_250_M, layer, messy
from coverage.share.covered import covered_share, share_of
from coverage.share.edges import polygon_edges
from geodata.grid import Grid
from geodata.repair import repair_polygons

OVERLAY_CELLS = 4_000  # cells that overlay is measured on, spread evenly over the grid
CHECKED_CELLS = 600  # cells held against GEOS, of those that edges pass through
NATION = Grid(135.85, 33.7, MIE_250_M.dx, MIE_250_M.dy, 2_550, 2_550, "EPSG:6668")  # 6.5 million cells


def user_seconds() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def timed(work: Callable[[], Any], repeats: int = 1) -> tuple[float, Any]:
    """(median user CPU seconds, last result)."""
    seconds, result = [], None
    for _ in range(repeats):
        start = user_seconds()
        result = work()
        seconds.append(user_seconds() - start)
    return float(np.median(seconds)), result


def own_seconds(polygons: np.ndarray, grid: Grid = MIE_250_M) -> tuple[float, np.ndarray]:
    """covered_share on repaired polygons, the median of enough runs to last about two seconds."""
    once, _ = timed(lambda: covered_share(polygons, grid, repaired=True))
    return timed(lambda: covered_share(polygons, grid, repaired=True), int(np.clip(2 / max(once, 1e-3), 3, 40)))


def peer_seconds(name: str, polygons: np.ndarray, repeats: int = 3) -> float:
    """User CPU seconds of one of the other ways; NaN, with the reason printed, where it is not installed."""
    grid = MIE_250_M
    try:
        if name == "overlay":
            cells = np.linspace(0, grid.nx * grid.ny - 1, OVERLAY_CELLS).astype(np.int64)
            seconds, _ = timed(lambda: peers.overlay(polygons, grid, cells))
            return seconds * grid.nx * grid.ny / len(cells)
        way = {"exactextract": peers.exactextract_share, "strtree": peers.strtree_share}[name]
        return timed(lambda: way(polygons, grid), repeats)[0]
    except ImportError as missing:
        print(f"  {name}: left out, not installed ({missing.name})")
        return float("nan")


def largest_error(polygons: np.ndarray, share: np.ndarray, grid: Grid = MIE_250_M) -> tuple[float, float]:
    """(median, largest) difference from GEOS over CHECKED_CELLS cells that edges pass through."""
    partly = np.flatnonzero((share.ravel() > 0) & (share.ravel() < 1))
    cells = partly[np.linspace(0, len(partly) - 1, min(CHECKED_CELLS, len(partly))).astype(int)]
    error = np.abs(share.ravel()[cells] - peers.geos_truth(polygons, grid, cells))
    return float(np.median(error)), float(error.max())


def layer_row(kind: str, vertices: int, peer_names: list[str]) -> dict[str, Any]:
    """One line of the table: a layer, our time, times the others take, error against GEOS."""
    drawn = layer(kind, vertices)
    repair, (polygons, _) = timed(lambda: repair_polygons(drawn))
    seconds, share = own_seconds(polygons)
    row: dict[str, Any] = {"layer": kind, "vertices": int(shapely.get_num_coordinates(polygons).sum())}
    row |= {"seconds": seconds, "repair": repair}
    row |= {name: peer_seconds(name, polygons) / seconds for name in peer_names}
    row["error_median"], row["error"] = largest_error(polygons, share)
    return row


def exponents(largest: int) -> dict[str, float]:
    """How the cost grows: slopes of log(seconds) over log(vertices) and log(cells), least squares."""
    sizes = [largest // 8, largest // 4, largest // 2, largest]
    by_vertices = [own_seconds(messy(size, MIE_250_M, 1, stations=2_000))[0] for size in sizes]
    edges_of = layer("smooth", min(largest, 200_000))
    factors = [1, 2, 4, 6]
    by_cells = [own_seconds(edges_of, MIE_250_M.refined(k))[0] for k in factors]
    return {"vertices": _slope(sizes, by_vertices), "cells": _slope([k * k for k in factors], by_cells)}


def _slope(sizes: list[int], seconds: list[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(seconds), 1)[0])


def overlapping_saved(vertices: int) -> float:
    """Asking for three carriers and their union: time of four separate questions over that with shared edges."""
    grid = MIE_250_M
    carriers = [repair_polygons(messy(vertices, grid, seed))[0] for seed in (1, 2, 3)]

    def apart() -> None:
        for polygons in [*carriers, np.concatenate(carriers)]:
            covered_share(polygons, grid, repaired=True)

    def together() -> None:
        edges = [polygon_edges(polygons, grid, repaired=True) for polygons in carriers]
        shares = np.array([share_of(one) for one in edges])
        open_cells = (shares.max(axis=0) < 1) & ((shares > 0).sum(axis=0) > 1)
        share_of(*edges, cells=open_cells)

    return timed(apart, 3)[0] / timed(together, 3)[0]


def nation(vertices: int) -> dict[str, float]:
    """One layer on 6.5 million cells in a process of its own: user seconds, and peak memory in GB."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "layer.npz"
        drawn = messy(vertices, NATION, 5, stations=20_000)
        sound = repair_polygons(drawn)[0]
        _, xy, (rings, parts) = shapely.to_ragged_array(shapely.get_parts(sound))
        np.savez(path, xy=xy, rings=rings, parts=parts)
        run = [sys.executable, "-m", "benchmarks.share_bench", "--nation-child", str(path)]
        answer = subprocess.run(run, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(answer))


def peak_gb() -> float:
    """The most memory this process has held, in GB.

    Linux hands ru_maxrss of the parent down to a new program; VmHWM starts afresh.
    """
    status = Path("/proc/self/status")
    if status.exists():
        held = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(held.split()[1]) / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def _nation_child(path: str) -> None:
    with np.load(path) as stored:
        polygons = shapely.from_ragged_array(shapely.GeometryType.POLYGON, stored["xy"], (stored["rings"], stored["parts"]))
    before = peak_gb()
    seconds, share = timed(lambda: covered_share(polygons, NATION, repaired=True))
    vertices = int(shapely.get_num_coordinates(polygons).sum())
    answer = {"vertices": vertices, "cells": share.size, "seconds": seconds, "peak_gb": peak_gb()}
    print(json.dumps(answer | {"before_gb": before}))


def run(quick: bool = False) -> dict[str, Any]:
    """Everything, printed as it comes: {"rows": […], "exponents": …, "shared_edges": …, "nation": …}."""
    grid = MIE_250_M
    print(f"grid: {grid.nx} x {grid.ny} = {grid.nx * grid.ny:,} cells; times are user CPU seconds")
    print(f"overlay: scaled from {OVERLAY_CELLS:,} cells; errors: {CHECKED_CELLS} crossed cells against GEOS")
    print("layer    vertices  seconds   repair  overlay/own  exactextract/own  strtree/own  median error  largest")
    rows = []
    for vertices in (20_000, 200_000) if quick else (20_000, 200_000, 2_000_000):
        names = ["exactextract", "strtree"] if vertices <= 200_000 else ["exactextract"]
        for kind in KINDS if vertices <= 200_000 else ("smooth", "messy"):
            row = layer_row(kind, vertices, ["overlay", *names] if vertices <= 20_000 else names)
            rows.append(row)
            print(
                f"{kind:7} {row['vertices']:9,} {row['seconds']:8.3f} {row['repair']:8.3f} "
                f"{row.get('overlay', np.nan):12,.0f} {row['exactextract']:17.1f} {row.get('strtree', np.nan):12.1f} "
                f"{row['error_median']:13.1e} {row['error']:8.1e}",
                flush=True,
            )
    answer: dict[str, Any] = {"rows": rows, "exponents": exponents(200_000 if quick else 2_000_000)}
    print("cost grows with vertices ** {vertices:.2f}, with cells ** {cells:.2f}".format(**answer["exponents"]))
    answer["shared_edges"] = overlapping_saved(100_000)
    print(f"three carriers and their union: {answer['shared_edges']:.2f} x less with shared edges and a mask")
    answer["nation"] = nation(1_000_000 if quick else 5_000_000)
    print(
        "{cells:,} cells x {vertices:,} vertices: {seconds:.1f} s, peak {peak_gb:.2f} GB "
        "({before_gb:.2f} GB before, polygons included)".format(**answer["nation"])
    )
    return answer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="up to 200,000 vertices, about a minute or two")
    parser.add_argument("--nation-child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.nation_child:
        _nation_child(options.nation_child)
    else:
        run(options.quick)


if __name__ == "__main__":
    main()
