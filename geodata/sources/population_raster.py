"""Population rasters (WorldPop and the like): people per pixel, anywhere in the world.

A pixel without data (sea, outside the country) is no cell that people could live in: it gets no row and is
counted in the report. Fractions of people are kept. Households and ages are not in such files: NaN.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text
from geodata.grid import FloatArray, Grid
from geodata.report import IntakeReport
from geodata.schema import POPULATION, Population, check

if TYPE_CHECKING:
    from geodata.grid import IntArray

NAME = "population_raster"
LICENCE = "CC BY 4.0 (WorldPop); other publishers as they say"
CREDIT = "WorldPop (www.worldpop.org), CC BY 4.0"
REDISTRIBUTABLE = True
FIELDS: Mapping[str, str] = {"band 1": "population"}

# WorldPop calls people per km² "pd", people per pixel "ppp"
_DENSITY_NAME = re.compile(r"(^|[_\-.])(pd|dens|density|人口密度)([_\-.]|$)", re.IGNORECASE)
CELLS_NAMED = 5


def read(
    path: Path | str, *, crs: str | None = None, counts: bool = False
) -> tuple[Population, list[IntakeReport]]:
    """People by pixel of a one-band raster, on the raster's own grid and CRS.

    `crs` is what the study declares when the file does not say. `counts=True` is the study's word that a file
    whose name speaks of density holds people per pixel. Index `cell_id` "r{j}c{i}", row j counted from the
    south, with columns i and j. DataError for negative or infinite people, or a density.
    """
    from geodata import intake  # rasterio is slow to import

    path = Path(path)
    band, report = intake.read_raster(path, crs=crs)
    report.kind = report.kind or NAME
    try:
        _refuse_density(path.name, counts, report)
        rows, columns = band.values.shape
        grid = Grid(band.west, band.north - rows * band.dy, band.dx, band.dy, columns, rows, band.crs)
        frame = people_frame(band.values)
    except DataError as error:
        raise error.at(path) from None
    report.records_in_file = report.accepted = len(frame)
    report.facts.update(
        rows=len(frame),
        pixels=int(band.values.size),
        nodata_pixels=int(band.values.size - len(frame)),
        population_total=float(frame["population"].sum()),
    )
    return Population(check(POPULATION, frame), None, frozenset(), grid), [report]


def people_frame(values: FloatArray) -> pd.DataFrame:
    """The POPULATION frame of float64[rows, columns] people per pixel, row 0 the northernmost, NaN = no data."""
    _refuse_impossible(values)
    flipped = values[::-1]
    j, i = np.nonzero(~np.isnan(flipped))
    return pd.DataFrame(
        {
            "population": flipped[j, i],
            "households": np.nan,
            "population_65plus": np.nan,
            "age_basis": "",
            "i": i.astype(np.int64),
            "j": j.astype(np.int64),
        },
        index=cell_ids(i, j),
    )


def cell_ids(i: IntArray, j: IntArray) -> pd.Index:
    """ "r{j}c{i}" for columns i and rows j (row 0 the southernmost)."""
    return pd.Index([f"r{row}c{column}" for row, column in zip(j.tolist(), i.tolist(), strict=True)], name="cell_id", dtype=str)  # fmt: skip


def _refuse_impossible(values: FloatArray) -> None:
    with np.errstate(invalid="ignore"):
        bad = np.argwhere((values < 0) | np.isinf(values))
    if not len(bad):
        if not np.isfinite(values).any():
            raise DataError(
                "raster-empty",
                Text("人口の入った画素が1つもありません。", "no pixel holds people"),
                Text("正しいファイルか、無効値（nodata）の指定が正しいか確かめてください。", "check the file and its nodata value"),
            )  # fmt: skip
        return
    shown = "、".join(f"({row}, {column})={values[row, column]:g}" for row, column in bad[:CELLS_NAMED])
    raise DataError(
        "raster-negative",
        Text(
            f"人口が負または無限大の画素が {len(bad)} 個あります。無効値（nodata）の宣言が抜けているようです。",
            f"{len(bad)} pixels hold negative or infinite people: the nodata value seems not to be declared",
        ),
        Text(
            "GISソフトでその値を無効値（nodata）に指定して書き出し直してください（例: gdal_translate -a_nodata -9999）。",
            "export again with that value as nodata (gdal_translate -a_nodata …)",
        ),
        where=Text(f"画素（北から行, 西から列） {shown}", f"pixel (row from the north, column) {shown}"),
    )


def _refuse_density(name: str, counts: bool, report: IntakeReport) -> None:
    if not _DENSITY_NAME.search(Path(name).stem):
        return
    if counts:
        report.note(
            "warn", "raster-density-name",
            Text("ファイル名は人口密度のようですが、設定どおり画素ごとの人数として読みました。", "named like a density, read as people per pixel as the study says"),
        )  # fmt: skip
        return
    raise DataError(
        "raster-density",
        Text(
            "ファイル名から、人数ではなく人口密度（人/km²）のラスタと思われます。",
            "by its name this raster holds people per km², not people per pixel",
        ),
        Text(
            "画素ごとの人数（WorldPop なら ppp または pop）のファイルを使うか、人数で間違いなければ設定 counts を true にしてください。",
            'use a raster of counts (WorldPop "ppp" or "pop"), or say counts = true if it is one',
        ),
    )
