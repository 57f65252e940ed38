"""The whole run against exactextract's CPU for the eight shares alone, each in its own process.

user CPU of the process and its children, and the peak of resident memory, as the operating system counts.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def _run(code: str, *arguments: str) -> str:
    """What `code` prints, run in a fresh Python."""
    done = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return done.stdout


def _measured(code: str, *arguments: str) -> dict[str, float]:
    """User CPU seconds of `code` and its children, and its peak memory in MiB."""
    tail = """
import json, resource
own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
print("MEASURED" + json.dumps({"cpu_s": own.ru_utime + children.ru_utime,
      "system_s": own.ru_stime + children.ru_stime, "peak_mib": max(own.ru_maxrss, children.ru_maxrss) / 1024}))
"""
    return dict(json.loads(_run(code + tail, *arguments).rpartition("MEASURED")[2]))


WRITE = """
import sys
sys.path.insert(0, ".")
from pathlib import Path
from benchmarks.study_world import write_study
grid = write_study(Path(sys.argv[1]), Path(sys.argv[2]))
print(grid.west, grid.south, grid.dx, grid.dy, grid.nx, grid.ny)
"""

RUN = """
import sys
sys.path.insert(0, ".")
from pathlib import Path
from datetime import datetime
from coverage.study import read_study
from requests_gen.runs import run_study
run_study(read_study(Path(sys.argv[1])), Path(sys.argv[2]), lambda step: None, who="bench", at=datetime.now().astimezone())
"""

# the fair peer: read the same files, then only the shares, nothing else
EXTRACT = """
import sys
sys.path.insert(0, ".")
import glob
import geopandas as gpd
from benchmarks.share_peers import exactextract_share
from geodata.grid import Grid
west, south, dx, dy, nx, ny = (float(v) for v in sys.argv[2:8])
grid = Grid(west, south, dx, dy, int(nx), int(ny), "EPSG:6668")
for name in sorted(glob.glob(sys.argv[1] + "/*.gpkg")):
    exactextract_share(gpd.read_file(name, engine="pyogrio").geometry.to_numpy(), grid)
"""


def main(boundary: Path | None = None) -> dict[str, dict[str, float]]:
    """Print and return CPU and memory of both, and their ratio."""
    boundary = boundary or next((ROOT / "examples" / "mie" / "data").glob("N03*"))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "study"
        # in a process of its own: Linux hands the peak of a parent down to its children
        shape = _run(WRITE, str(folder), str(boundary.resolve())).split()
        ours = _measured(RUN, str(folder), str(Path(name) / "out"))
        peer = _measured(EXTRACT, str(folder), *shape)
    print("\nwhole run, Mie at 250 m, 8 layers × 200k vertices (user CPU s; peak MiB)")
    print(f"  kengai run, reading to writing : {ours['cpu_s']:6.2f} s  {ours['peak_mib']:5.0f} MiB  (system {ours['system_s']:.2f} s)")
    print(f"  exactextract, eight shares only: {peer['cpu_s']:6.2f} s  {peer['peak_mib']:5.0f} MiB  (system {peer['system_s']:.2f} s)")
    print(f"  ratio exactextract / kengai run: {peer['cpu_s'] / ours['cpu_s']:.2f}   (target > 1; memory target < 1024 MiB)")
    return {"run": ours, "exactextract": peer}


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
