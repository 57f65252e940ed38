"""The study of screen_bench: that of run_bench, but every one of its eight layers has hills of its own."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd

from benchmarks.layers import MIE_250_M, layer
from benchmarks.study_world import CARRIERS, GENERATIONS, KINDS, write_study


def write_world(folder: Path, vertices: int, seed: int = 7) -> None:
    """Write the study and its findings into `folder`, as `kengai run` does."""
    from coverage.run import run
    from coverage.study.study import read_study
    from requests_gen.runs.outputs import write_outputs
    from requests_gen.runs.zone_ids import save_zone_ids

    boundary = next((Path(__file__).resolve().parents[1] / "examples" / "mie" / "data").glob("N03*"))
    write_study(folder, boundary, vertices, seed)
    for number, (carrier, kind) in enumerate(zip(CARRIERS, KINDS, strict=True)):
        for step, generation in enumerate(GENERATIONS):
            if number + step == 0:
                continue  # as write_study left it
            polygons = layer(kind, vertices, MIE_250_M, seed + 10 * number + step)
            gpd.GeoDataFrame(geometry=polygons, crs="EPSG:6668").to_file(folder / f"{carrier}_{generation}.gpkg", engine="pyogrio")
    result = run(read_study(folder))
    write_outputs(result, folder / "results")
    save_zone_ids(result)
