"""`kengai check`: what a file is, and for a population also how many people it holds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.report import IntakeReport
from geodata.safety import child_process

if TYPE_CHECKING:
    from geodata.schema import Population

CODE_COLUMNS = ("KEY_CODE", "メッシュコード", "MESH_ID", "mesh")


def check_files(
    paths: list[Path], kind: str | None = None, level: int | None = None, crs: str | None = None, layer: str | None = None
) -> list[IntakeReport]:
    """One report a file, in order; a refused file gives a report whose verdict is "refuse".

    level: of mesh tables, where ten digits cannot tell; crs, layer: the answers for files that do not say.
    """
    from geodata.intake import inspect

    def people(path: Path) -> tuple[Mapping[str, Any], list[IntakeReport]]:
        population, reports = _read_population(path, level, crs)
        facts: dict[str, Any] = {}
        for report in reports:
            facts |= report.facts
        return facts | {"population_total": float(population.frame["population"].sum())}, reports

    with child_process.reading_process():
        return [inspect(path, kind, readers={"population": people}, crs=crs, layer=layer) for path in paths]


def _read_population(path: Path, level: int | None, crs: str | None) -> tuple[Population, list[IntakeReport]]:
    from geodata.safety import sniff
    from geodata.sources import estat_mesh, population_raster

    if sniff.format_of(path) == "tif":
        return population_raster.read(path, crs=crs)
    return estat_mesh.read([path], level if level is not None else _level_of(path))


def _level_of(path: Path) -> int:
    """The level that the codes themselves tell; DataError for ten digits, which are ambiguous."""
    from geodata import mesh
    from geodata.intake import read_table

    table, _ = read_table(path)
    column = next((name for name in CODE_COLUMNS if name in table.columns), table.columns[0])
    codes = table[column].str.strip()
    return mesh.level_of(codes[codes.str.fullmatch("[0-9]+")])
