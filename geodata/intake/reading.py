"""Open any vector, table or raster file safely; say what was found, repaired and refused.

`read_vector`, `read_table` and `read_raster` give the data and an IntakeReport or raise a DataError that
names the file, the place in it and the mend. `inspect` never raises for bad data: it tells what a
file is. Nothing is guessed: a file that cannot say what it means is refused with the study key that answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geodata.crs import JGD2011
from geodata.errors import DataError, Text
from geodata.intake import containers
from geodata.intake.containers import FORMAT_NAMES
from geodata.intake.layer_choice import chosen_layer, together
from geodata.report import IntakeReport, file_sha256
from geodata.safety import ceilings, child_process, sniff

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd

    from geodata.crs import position
    from geodata.intake.nodata import Quantity, RasterBand
    from geodata.intake.vector import GeometryKind


QUANTITY_OF_KIND: dict[str, Quantity] = {"population": "people", "terrain": "heights"}


def read_vector(
    path: Path | str,
    *,
    geometry: GeometryKind = "polygon",
    crs: str | None = None,
    layer: str | None = None,
    target_crs: str = JGD2011,
    near: position.Box | None = None,
    kind: str = "",
) -> tuple[gpd.GeoDataFrame, IntakeReport]:
    """One layer of a vector file in `target_crs`: 2-D, valid, RangeIndex, text columns as text.

    `crs` and `layer` are the study's answers for a file that does not say; `layer="*"` takes all layers.
    `near` (west, south, east, north in degrees) is where the data should lie.
    """
    with opened(path, kind) as (file, report):
        return _vector(file, report, geometry=geometry, crs=crs, layer=layer, target_crs=target_crs, near=near), report


def read_table(path: Path | str, *, sheet: str | None = None, header: bool = True) -> tuple[pd.DataFrame, IntakeReport]:
    """A CSV, TSV, text or XLSX table (zipped or not), every cell text, "" where blank.

    Columns are the header's names, or 0..n-1 without one. `frame.attrs["row_numbers"]` has each row's number
    in the file, for messages.
    """
    with opened(path, "") as (file, report):
        return _table(file, report, sheet=sheet, header=header), report


def read_raster(
    path: Path | str, *, crs: str | None = None, band: int | None = None, quantity: Quantity = "people", near: position.Box | None = None
) -> tuple[RasterBand, IntakeReport]:
    """One band of a GeoTIFF, NaN where it knows nothing.

    `quantity="people"` also finds undeclared nodata and refuses densities and negative numbers;
    "heights" finds the usual marks of voids and refuses what is no height; "any" leaves all values alone.
    """
    with opened(path, "") as (file, report):
        return _raster(file, report, crs=crs, band=band, quantity=quantity, near=near), report


def inspect(
    path: Path | str, kind: str | None = None, *, crs: str | None = None, layer: str | None = None, near: position.Box | None = None
) -> IntakeReport:
    """What a file is, before its source reads it. A refused file gives a report whose verdict is "refuse"."""
    report = IntakeReport(str(path), kind or "")
    try:
        with opened(path, report=report) as (file, _):
            _inspect(file, report, crs=crs, layer=layer, near=near)
    except DataError as error:
        report.refuse(error)
    return report


def _inspect(file: Path, report: IntakeReport, **rest: Any) -> None:
    from geodata.intake.kinds import GEOMETRY_OF_KIND, SHAPE_OF_SEVERAL, set_kind

    found = _format(file, report, tell=False)
    if found == "text" and file.suffix.casefold() in containers.VECTOR_ENDINGS:
        containers.vector_entries(file, file.parent, found)  # refuses: no shapes in it
    holds = containers.zip_holds(file) if found == "zip" else {"tif": "raster", "text": "table", "dem": "dem"}.get(found, "vector")
    if holds == "dem":
        report.kind = report.kind or "terrain"  # geodata.terrain reads it
        if report.kind != "terrain":
            raise containers.heights_elsewhere()
    elif holds == "raster":
        quantity = QUANTITY_OF_KIND.get(report.kind, "any") if report.kind else None
        _raster(file, report, crs=rest["crs"], band=None, quantity=quantity, near=rest["near"])
    elif holds == "table":
        _table(file, report, sheet=None, header=True)
        set_kind(report)
    else:
        geometry = GEOMETRY_OF_KIND.get(report.kind, "any")
        try:
            frame = _vector(file, report, geometry=geometry, target_crs=JGD2011, **rest)  # type: ignore[arg-type]
        except DataError as error:
            kind = report.kind or _kind_of_layers(file, found)
            if error.code != "layer-ambiguous" or geometry != "any" or kind not in SHAPE_OF_SEVERAL:
                raise
            # several shapes of one product in one file: looked at as the reader of its columns takes it
            report.notices.clear()
            report.kind = kind
            frame = _vector(file, report, geometry=SHAPE_OF_SEVERAL[kind], target_crs=JGD2011, **rest)  # type: ignore[arg-type]
        names = frame.geom_type.str.replace("Multi", "").mode()
        shapes = {"Polygon": "polygon", "LineString": "line", "Point": "point"}
        set_kind(report, shapes.get(str(names.iloc[0]), "") if len(names) else "")


def _kind_of_layers(file: Path, found: str) -> str:
    """The one kind that the columns of all layers of a file speak of, or ""."""
    from geodata.intake.kinds import inferred_kind

    with containers.private_folder() as folder:
        kinds = {
            inferred_kind(
                entry.read().attributes.columns, min(entry.kinds, default="").removeprefix("Multi").replace("LineString", "line").lower()
            )
            for entry in containers.vector_entries(file, folder, found)
        }
    return kinds.pop() if len(kinds) == 1 else ""


@contextmanager
def opened(path: Path | str, kind: str = "", report: IntakeReport | None = None) -> Iterator[tuple[Path, IntakeReport]]:
    """A report begun for a regular file, and every refusal inside the block named by the file's own name."""
    file = Path(path)
    report = report or IntakeReport(str(path), kind)
    try:
        report.size_bytes = ceilings.regular_file(file)
        report.sha256 = file_sha256(file)
        with ceilings.deadline(report.size_bytes):
            yield file, report
    except DataError as error:
        raise error.at(file) from error.__cause__
    except MemoryError as error:
        raise _no_memory().at(file) from error


def _no_memory() -> DataError:
    return DataError(
        "too-big",
        Text("メモリが足りず読み込めません。", "not enough memory to read it"),
        Text("県の範囲に切り出すか、ファイルを分けてから読み込んでください。", "clip it to the prefecture or split it"),
    )


def _companions(file: Path) -> dict[str, str]:
    """SHA-256 of the files beside a .shp, by ending: they are input as much as the .shp itself."""
    from geodata.formats import shapefile

    beside = {suffix: shapefile.companion(file, suffix) for suffix in shapefile.COMPANIONS}
    return {suffix: file_sha256(found) for suffix, found in beside.items() if found}


def _vector(file: Path, report: IntakeReport, *, geometry: GeometryKind, layer: str | None, **rest: Any) -> gpd.GeoDataFrame:
    from geodata.intake import vector

    found = _format(file, report)
    with containers.private_folder() as folder:
        entries = containers.vector_entries(file, folder, found)
        spec = {"polygon": "Polygon", "line": "LineString", "point": "Point"}.get(geometry, "any")
        picked, others = chosen_layer(entries, layer, spec)
        report.format = picked[0].format + (" (zip)" if found == "zip" else "")
        raw = together([entry.read() for entry in picked], [entry.name for entry in picked])
        report.records_in_file = raw.records + sum(entry.records for entry in others)
        if raw.name:
            report.facts["layer"] = raw.name
        report.facts |= raw.facts
        if found == "shp":
            report.facts["companions"] = _companions(file)
        for remark in raw.remarks:
            if remark.excluded:
                report.exclude(remark.code, remark.text, remark.count, remark.places)
            else:
                report.note(remark.level, remark.code, remark.text, remark.count, remark.places)
        left = sum(entry.records for entry in others)
        names = "、".join(entry.name for entry in others[:10])
        report.exclude(
            "other-layer",
            Text(f"他の層の {left:,} 件は使っていません（{names}）。", f"{left:,} records of other layers were not used ({names})"),
            left,
            [entry.name for entry in others],
        )
        return vector.checked(raw, report, geometry=geometry, **rest)


def _format(file: Path, report: IntakeReport, *, tell: bool = True) -> str:
    found = sniff.format_of(file)
    report.format = FORMAT_NAMES[found]
    if tell and found == "dem":
        raise containers.heights_elsewhere()
    if tell and sniff.ending_differs(file, found):
        text = Text(
            f"拡張子（{file.suffix}）と中身（{report.format}）が違います。中身に従って読みました。",
            f"named {file.suffix} but holds {report.format}: read as what it holds",
        )
        report.note("warn", "ending-wrong", text)
    return found


def _table(file: Path, report: IntakeReport, *, sheet: str | None, header: bool) -> pd.DataFrame:
    from geodata.tables import table, workbook

    found = _format(file, report)
    with containers.private_folder() as folder:
        if found == "zip" and workbook.is_workbook(file):
            report.format = "XLSX"
            frame = workbook.read_workbook(file, report, sheet=sheet, header=header)
        elif found in ("zip", "text"):
            inner = containers.only_table(file, folder) if found == "zip" else file
            if workbook.is_workbook(inner):
                frame = workbook.read_workbook(inner, report, sheet=sheet, header=header)
            else:
                frame = table.read_text_table(inner, report, header=header)
        else:
            raise DataError(
                "not-table",
                Text(f"表ではありません（中身は {report.format}）。", f"this is no table but {report.format}"),
                Text("CSV（UTF-8）か Excel（.xlsx）の表を指定してください。", "name a CSV (UTF-8) or an .xlsx file"),
            )
    return frame


def _raster(
    file: Path, report: IntakeReport, *, crs: str | None, band: int | None, quantity: Quantity | None, near: position.Box | None
) -> RasterBand:
    from geodata.intake import heights, raster
    from geodata.safety import ceilings

    found = _format(file, report)
    with containers.private_folder() as folder:
        source = containers.only_raster(file, folder) if found == "zip" else file
        if sniff.format_of(source, file.name) != "tif":
            raise DataError(
                "not-raster",
                Text(f"GeoTIFF ではありません（中身は {report.format}）。", f"this is no GeoTIFF but {report.format}"),
                Text("GISソフトで GeoTIFF として書き出してください。", "export it as GeoTIFF with GIS software"),
            )
        raw = child_process.run(
            raster.read_raw,
            str(containers.private_copy(source, folder, ".tif")),
            band,
            ceilings.limits().pixels,
            size_bytes=report.size_bytes,
        )
        raster.tell_companions(file, report)
        if quantity is None:  # nobody says what it holds: the file may
            quantity = "heights" if heights.says_heights(raw.words, raw.wkt, file.name) else "people"
            report.kind = "terrain" if quantity == "heights" else "population"
        return raster.checked(raw, file.name, report, crs=crs, quantity=quantity, near=near)
