"""Ranks of 2,000 zones under 10,000 draws of 20 weights, against a plain loop over the draws; and the slider.

Each in a process of its own: user and system CPU, and how far its peak memory rose above what the imports took.
The peer does one draw after another with pandas' rank, as one would first write it; both give the same ranks.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]

WORLD = """
import sys, json, resource, time
sys.path.insert(0, ".")
import numpy as np, pandas as pd
from coverage.ranking.criteria import Criterion, DEFAULT_WEIGHTS, CRITERIA, needs_of
from coverage.ranking import RankingSpec, rank
from coverage.ranking.stability import drawn_ranks, perturbed_weights, stability
from coverage.ranking import rank
from coverage.ranking.stability import drawn_ranks, perturbed_weights, stability
from geodata.errors import Text
zones, kinds, draws = int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(1)
criteria = [Criterion(f"c{n}", "", "", "", "linear", 1.0, Text("", "")) for n in range(kinds)]
amounts = pd.DataFrame(random.random((zones, kinds)) ** 3, columns=[c.key for c in criteria])
needs = needs_of(amounts, {c.key: 1.0 + n for n, c in enumerate(criteria)}, criteria)
weights = perturbed_weights(needs.weight, 0.2, draws, 1)

def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
start, before, clock = cpu(), peak(), time.perf_counter()
"""
OURS = "found = stability(needs, weights, 20, 1)\n"
SLIDER = """
measured = pd.DataFrame({c.key: random.gamma(0.6, c.full / 6, zones) for c in CRITERIA}).assign(carriers_unknown=0)
measured["shelters"] = np.where(random.random(zones) < 0.02, np.nan, random.integers(0, 6, zones))
start, before, clock = cpu(), peak(), time.perf_counter()
found = rank(measured, RankingSpec(DEFAULT_WEIGHTS, 1.0, draws=draws))
"""
PEER = """
ranks = np.empty((draws, zones))
for n in range(draws):
    score = (amounts * weights[n]).sum(axis=1)
    ranks[n] = score.rank(method="min", ascending=False)
low, high = np.percentile(ranks, [5, 95], axis=0, method="nearest")
top = (ranks <= 20).mean(axis=0)
mine = stability(needs, weights, 20, 1) if draws <= 2000 else None
if mine is not None:
    assert (mine.low == low).all() and (mine.high == high).all() and np.allclose(mine.top_probability, top)
"""
TAIL = """
print("MEASURED" + json.dumps({"cpu_s": cpu() - start, "wall_s": time.perf_counter() - clock,
                               "rise_mib": peak() - before, "peak_mib": peak()}))
"""


def _measured(code: str, zones: int, kinds: int, draws: int) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-c", WORLD + code + TAIL, str(zones), str(kinds), str(draws)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return dict(json.loads(done.stdout.rpartition("MEASURED")[2]))


def main() -> dict[str, dict[str, float]]:
    """Print and return CPU, wall time and memory of both ways, and of the slider's ranking."""
    ours = _measured(OURS, 2_000, 20, 10_000)
    peer = _measured(PEER, 2_000, 20, 10_000)
    _measured(PEER, 500, 20, 500)  # the same ranks as the loop, checked where it is quick
    slider = _measured(SLIDER, 2_000, 6, 1_000)
    print("\nstability, 2,000 zones × 20 criteria × 10,000 draws (CPU s; MiB above the imports, peak)")
    for name, found in (("kengai", ours), ("pandas, draw by draw", peer)):
        print(
            f"  {name:21}: {found['cpu_s']:6.2f} s  wall {found['wall_s']:6.2f} s  +{found['rise_mib']:.0f} MiB  peak {found['peak_mib']:.0f} MiB"
        )
    print(f"  ratio pandas / kengai: {peer['cpu_s'] / ours['cpu_s']:.1f}   (targets: < 2 s, < 500 MiB)")
    print(f"  slider: rank() of 2,000 zones, 1,000 draws: wall {slider['wall_s']:.2f} s   (target ≤ 0.3 s)")
    return {"stability": ours, "pandas": peer, "slider": slider}


if __name__ == "__main__":
    main()
