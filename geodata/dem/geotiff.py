"""GeoTIFFs of heights (SRTM, NASADEM, AW3D30, 国土地理院 …): one tile a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from geodata.errors import Text
from geodata.grid import Grid
from geodata.intake import read_raster
from geodata.report import IntakeReport
from geodata.terrain import Sea, Tile, cell_metres, degrees_of

# so many cells of exactly 0 m are sea, or holes that someone filled: the file cannot tell which
LEAST_ZERO_SHARE = 0.01
RANK = 9  # of two tiles equally fine 基盤地図情報 answers
Heights = npt.NDArray[np.float32]


def read_geotiff(
    path: Path | str, *, crs: str | None = None, vertical: str = "", sea: Sea | None = None
) -> tuple[list[Tile], IntakeReport]:
    """(its one tile, a report whose records are cells). The values are read and checked, and not kept.

    crs, vertical: the study's answers for a file that does not say. sea: "nodata" makes cells of exactly 0 m unknown,
    "zero" says that they are right; None leaves them, with a warning where they are many.
    """
    values, grid, report = _read(path, crs, sea)
    report.kind = "terrain"
    above = _vertical(report, vertical)
    degrees, shifted = degrees_of(grid)
    tile = Tile(
        source="raster",
        path=Path(path),
        member="",
        grid=grid,
        degrees=degrees,
        shifted=shifted,
        resolution_m=cell_metres(grid),
        vertical=above,
        rank=RANK,
        as_of="",
        known=int((~np.isnan(values)).sum()),
        sea=sea,
        crs=crs,
    )
    report.facts |= {
        "tiles": 1,
        "resolution_m": [tile.resolution_m],
        "cells": int(values.size),
        "heights_m": [round(float(v), 2) for v in (np.nanmin(values), np.nanmax(values))] if tile.known else [],
    }
    _tell_unknown(report)
    return [tile], report


def values_of(tile: Tile) -> Heights:
    """float32[ny, nx] metres of a GeoTIFF, NaN = unknown, row 0 the southernmost."""
    return _read(tile.path, tile.crs, tile.sea)[0]


def _read(path: Path | str, crs: str | None, sea: Sea | None) -> tuple[Heights, Grid, IntakeReport]:
    band, report = read_raster(path, crs=crs, quantity="heights")
    rows, columns = band.values.shape
    grid = Grid(band.west, band.north - rows * band.dy, band.dx, band.dy, columns, rows, band.crs)
    values = np.ascontiguousarray(band.values[::-1], dtype=np.float32)
    zero = values == 0
    _tell_flat(report, values, int(zero.sum()), sea)
    if sea == "nodata" and zero.any():
        values[zero] = np.nan
        report.accepted -= int(zero.sum())
        report.excluded["terrain-sea"] = int(zero.sum())
        report.facts["known_cells"] = report.accepted
    return values, grid, report


def _tell_flat(report: IntakeReport, values: Heights, zeros: int, sea: Sea | None) -> None:
    """What looks measured and may not be: cells of exactly 0 m, or one height everywhere."""
    report.facts["zero_cells"] = zeros
    known = report.accepted
    if known > 1 and zeros < known and float(np.nanmin(values)) == float(np.nanmax(values)):
        report.note(
            "warn",
            "terrain-flat",
            Text(
                f"標高がすべて {float(np.nanmax(values)):g} m です。データの無い所を埋めた値でないか確かめてください。",
                f"every height is {float(np.nanmax(values)):g} m: is it a filler for missing data?",
            ),
            known,
        )
    if zeros < LEAST_ZERO_SHARE * known or not zeros:
        return
    share = zeros / known
    if sea is None:
        report.note(
            "warn",
            "terrain-zero",
            Text(
                f"ちょうど 0 m のマスが {zeros:,}（{share:.1%}）あります。海か、データの無い所を 0 で埋めたものか、ファイルからは分かりません。"
                'study.toml の [terrain] に、0 m が正しければ sea = "zero"、不明として扱うなら sea = "nodata" と書いてください。',
                f"{zeros:,} cells ({share:.1%}) are exactly 0 m: sea, or holes filled with 0? The file cannot tell. Write "
                'sea = "zero" in [terrain] of study.toml if 0 m is right, sea = "nodata" to take them as unknown',
            ),
            zeros,
        )
        return
    does = Text("不明としました", "taken as unknown") if sea == "nodata" else Text("0 m のまま使いました", "used as 0 m")
    report.note(
        "info",
        "terrain-zero-answered",
        Text(
            f"ちょうど 0 m のマス {zeros:,}（{share:.1%}）は、設定（sea）のとおり{does.ja}。",
            f"{zeros:,} cells ({share:.1%}) of exactly 0 m {does.en}, as the study says (sea)",
        ),
        zeros,
    )


def _vertical(report: IntakeReport, answer: str) -> str:
    """What heights are counted from: as the file's CRS says, else the study's answer, else as the product is described."""
    own, said = str(report.facts["vertical"]), str(report.facts["vertical_from"])
    if answer and said != "file":
        own, said = answer, "study"
    report.facts |= {"vertical": own, "vertical_from": said}
    if not own:
        report.note(
            "warn",
            "terrain-vertical-unknown",
            Text(
                "標高の基準（ジオイドか楕円体か）がファイルに書かれていません。取り違えると日本では 30〜40 m ずれます。"
                '作成元に確かめ、study.toml の [terrain] に vertical = "EGM96" のように書いてください。',
                "the file does not say from what its heights are counted (which geoid, or the ellipsoid): a mistake moves them by "
                '30 to 40 m in Japan. Ask who made it, and write vertical = "EGM96" (or what it is) in [terrain] of study.toml',
            ),
        )
    elif said != "file":
        by = Text("製品の説明", "what its publisher says of it") if said == "product" else Text("設定（study.toml）", "the study")
        report.note(
            "info", "terrain-vertical", Text(f"標高の基準は{by.ja}により {own} としました。", f"heights are counted from {own}, by {by.en}")
        )
    elif answer and answer != own:
        report.note(
            "info",
            "terrain-vertical-own",
            Text(
                f"ファイル自身が標高の基準を {own} と書いているため、設定の {answer} は使いませんでした。",
                f"the file itself says {own}: the study's {answer} was not used for it",
            ),
        )
    if own == "ellipsoid":
        report.note(
            "warn",
            "terrain-ellipsoid",
            Text(
                "標高ではなく楕円体高です。日本の標高より 30〜40 m 大きくなります（起伏はそのまま使えます）。",
                "heights above the ellipsoid: 30 to 40 m more than above the sea in Japan (differences are right)",
            ),
        )
    return own


def _tell_unknown(report: IntakeReport) -> None:
    cells = report.records_in_file or 0
    missing = cells - report.accepted
    if missing:
        report.note(
            "info",
            "terrain-unknown-cells",
            Text(
                f"{cells:,} マスのうち {missing:,} マス（{missing / cells:.1%}）は標高が不明です。",
                f"{missing:,} of {cells:,} cells ({missing / cells:.1%}) have no height",
            ),
            missing,
        )
