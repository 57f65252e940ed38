"""From a file on disk to the layers it offers: formats by their bytes, zips unpacked, private copies made."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from geodata.errors import DataError, Text
from geodata.formats import raw as formats_raw
from geodata.safety import archive as safety_archive
from geodata.safety import ceilings, sniff

VECTOR_ENDINGS = (".shp", ".geojson", ".json", ".gpkg", ".kml", ".kmz", ".fgb", ".parquet", ".geoparquet", ".geojsonl")
TABLE_ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".xlsm")
RASTER_ENDINGS = (".tif", ".tiff")
NESTED_ENDINGS = (".zip", ".7z", ".rar", ".lzh")
FORMAT_NAMES = {
    "json": "GeoJSON",
    "shp": "Shapefile",
    "gpkg": "GeoPackage",
    "kml": "KML",
    "fgb": "FlatGeobuf",
    "parquet": "GeoParquet",
    "tif": "GeoTIFF",
    "dem": "基盤地図情報 DEM",
    "text": "text table",
    "zip": "zip",
}
NAMES_SHOWN = 10


@contextmanager
def private_folder() -> Iterator[Path]:
    """A fresh folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="kengai-", ignore_cleanup_errors=True) as name:
        yield Path(name)


def private_copy(path: Path, folder: Path, suffix: str) -> Path:
    """The same bytes under a name of our own, alone in `folder`: no user text, no companions, for a reader."""
    copy = folder / f"{uuid.uuid4().hex}{suffix}"
    try:
        os.link(path.resolve(), copy)  # costs nothing where the disk is the same
    except OSError:
        shutil.copyfile(path, copy)
    return copy


def vector_entries(path: Path, folder: Path, found: str) -> list[formats_raw.LayerEntry]:
    """The layers of a vector file of format `found`."""
    if found == "zip":
        return _zip_entries(path, folder)
    entries = _reader(found)(path, folder)
    return [replace(entry, format=FORMAT_NAMES[found]) for entry in entries]


def zip_holds(path: Path) -> str:
    """ "vector", "raster", "table" or "dem" (基盤地図情報): what a zip is worth opening for; vector data comes first."""
    with safety_archive.Archive(path) as archive:
        endings = {member.suffix for member in archive.members}
        if any(member.name == "xl/workbook.xml" for member in archive.members):
            return "table"
    for held, spec in (("vector", VECTOR_ENDINGS), ("raster", RASTER_ENDINGS)):
        if endings & set(spec):
            return held
    if holds_dem(path):  # before tables: a note beside the tiles is no table
        return "dem"
    return "table" if endings & set(TABLE_ENDINGS) else "vector"


def holds_dem(path: Path) -> bool:
    """Whether a zip holds tiles of 基盤地図情報 DEM."""
    with safety_archive.Archive(path) as archive:
        return any(True for _ in dem_members(archive))


def dem_members(archive: safety_archive.Archive) -> Iterator[safety_archive.Member]:
    """The members of a zip that are tiles of 基盤地図情報 DEM by their bytes."""
    for member in archive.members:
        if member.suffix == ".xml" and sniff.is_dem(archive.read(member, sniff.HEAD)):
            yield member


def heights_elsewhere() -> DataError:
    """The refusal for heights that were given as something else."""
    return DataError(
        "heights-not-here",
        Text("標高のデータ（基盤地図情報 数値標高モデル）です。", "these are heights (基盤地図情報 DEM)"),
        Text("study.toml の [terrain] の files に書いてください。", "name it in the files of [terrain] in study.toml"),
    )


def _reader(found: str) -> Callable[[Path, Path], list[formats_raw.LayerEntry]]:
    """The module for a format is only loaded when a file needs it."""
    if found == "json":
        from geodata.formats import geojson

        return lambda path, _: geojson.layers(path)
    if found == "shp":
        from geodata.formats import shapefile

        return lambda path, _: shapefile.layers(path)
    if found == "kml":
        from geodata.formats import kml

        return lambda path, _: kml.layers(path)
    if found == "gpkg":
        from geodata.formats import geopackage

        return lambda path, folder: geopackage.layers(path, private_copy(path, folder, ".gpkg"))
    if found == "fgb":
        from geodata.formats import flatgeobuf

        return lambda path, folder: flatgeobuf.layers(private_copy(path, folder, ".fgb"))
    if found == "parquet":
        from geodata.formats import parquet

        return lambda path, folder: parquet.layers(private_copy(path, folder, ".parquet"))
    raise DataError(
        "not-vector",
        Text("図形（面・線・点）のデータではありません。", "this holds no shapes (areas, lines or points)"),
        Text(
            "GeoJSON・Shapefile（zip）・GeoPackage・KML/KMZ・FlatGeobuf・GeoParquet のどれかを指定してください。",
            "name a GeoJSON, Shapefile (zip), GeoPackage, KML/KMZ, FlatGeobuf or GeoParquet file",
        ),
    )


def _zip_entries(path: Path, folder: Path) -> list[formats_raw.LayerEntry]:
    """Layers of every dataset in a zip; their names are told apart by the dataset's where needed."""
    with safety_archive.Archive(path) as archive:
        datasets = [member for member in archive.members if member.suffix in VECTOR_ENDINGS]
        if not datasets:
            raise nothing_inside(archive, "図形のデータ", "vector data")
        ceilings.check_count("zip の中のデータの数", "datasets in the zip", len(datasets), ceilings.limits().layers)
        offered: list[tuple[safety_archive.Member, list[formats_raw.LayerEntry]]] = []
        for member in datasets:
            place = folder / uuid.uuid4().hex
            place.mkdir()
            try:
                offered.append((member, _member_entries(archive, member, place)))
            except DataError as error:
                if error.code == "kml-no-shapes" and len(datasets) > 1:
                    continue  # a doc.kml that only links to the others
                error.where = _inside(member, error.where)
                raise
    return _one_of_twins(offered)


def _member_entries(archive: safety_archive.Archive, member: safety_archive.Member, place: Path) -> list[formats_raw.LayerEntry]:
    target = place / f"data{member.suffix}"
    archive.unpack(member, target)
    if member.suffix == ".shp":
        for other in archive.members:
            if other.stem == member.stem and other.suffix in (".shx", ".dbf", ".prj", ".cpg"):
                archive.unpack(other, place / f"data{other.suffix}")
    entries = vector_entries(target, place, sniff.format_of(target))
    return [_named(entry, member) for entry in entries]


def _named(entry: formats_raw.LayerEntry, member: safety_archive.Member) -> formats_raw.LayerEntry:
    read = entry.read

    def read_inside() -> formats_raw.RawLayer:
        try:
            return read()
        except DataError as error:
            error.where = _inside(member, error.where)
            raise

    return replace(entry, read=read_inside)


def _inside(member: safety_archive.Member, where: Text | None) -> Text:
    ja, en = (f" {where.ja}", f" {where.en}") if where else ("", "")
    return Text(f"zip の中の {member.name}{ja}", f"{member.name} in the zip{en}")


def _one_of_twins(offered: list[tuple[safety_archive.Member, list[formats_raw.LayerEntry]]]) -> list[formats_raw.LayerEntry]:
    """All entries, named by dataset where there are several.

    A Shapefile and a GeoJSON of one name with equally many records are one dataset in two forms, as in
    国土数値情報: the Shapefile, which states its CRS, stands for both, and says so.
    """
    kept: list[tuple[safety_archive.Member, list[formats_raw.LayerEntry]]] = []
    shapefiles = {m.name.rpartition("/")[2][:-4].casefold(): (m, e[0]) for m, e in offered if m.suffix == ".shp"}
    for member, entries in offered:
        twin = shapefiles.get(member.name.rpartition("/")[2].rpartition(".")[0].casefold())
        if twin and member.suffix in (".geojson", ".json") and len(entries) == 1 and _same(twin[1], entries[0]):
            _tell_twin(twin[1], twin[0], member)
        else:
            kept.append((member, entries))
    if len(kept) == 1:
        return kept[0][1]
    return [replace(entry, name=member.name + (f"/{entry.name}" if entry.name else "")) for member, entries in kept for entry in entries]


def _same(one: formats_raw.LayerEntry, other: formats_raw.LayerEntry) -> bool:
    """Whether two layers have equally many records within the same bounds (to a millionth)."""
    import numpy as np
    import shapely

    if one.records != other.records:
        return False
    first, second = (shapely.total_bounds(entry.read().geometries) for entry in (one, other))
    return bool(np.allclose(first, second, rtol=1e-6, atol=1e-6, equal_nan=True))


def _tell_twin(entry: formats_raw.LayerEntry, chosen: safety_archive.Member, other: safety_archive.Member) -> None:
    read = entry.read
    text = Text(
        f"同じ内容の {other.name} が zip の中にあり、{chosen.name} の方を使いました。",
        f"{other.name} in the zip holds the same: {chosen.name} was used",
    )

    def read_and_tell() -> formats_raw.RawLayer:
        raw = read()
        raw.remarks.append(formats_raw.Remark("warn", "same-data-twice", text))
        return raw

    entry.read = read_and_tell


def nothing_inside(archive: safety_archive.Archive, ja: str, en: str) -> DataError:
    """The refusal for a zip without what was asked for."""
    if next(dem_members(archive), None):
        return heights_elsewhere()
    names = [member.name for member in archive.members]
    if any(member.suffix in NESTED_ENDINGS for member in archive.members):
        return DataError(
            "zip-nested",
            Text("zip の中がさらに zip などの圧縮ファイルになっています。", "the zip holds another archive"),
            Text("外側を一度展開し、中の zip を指定してください。", "unpack the outer one and name the zip inside"),
        )
    shown = "、".join(names[:NAMES_SHOWN]) + ("…" if len(names) > NAMES_SHOWN else "")
    return DataError(
        "zip-no-data",
        Text(f"zip の中に{ja}がありません（中身: {shown or 'なし'}）。", f"the zip holds no {en} (it holds: {shown or 'nothing'})"),
        Text("正しい zip か確かめてください。", "check that this is the right zip"),
    )


def only_table(path: Path, folder: Path) -> Path:
    """The one table in a zip, unpacked; asks when there are several."""
    return _only(path, folder, TABLE_ENDINGS, "表（CSV・Excel）", "table")


def only_raster(path: Path, folder: Path) -> Path:
    """The one GeoTIFF in a zip, unpacked; asks when there are several."""
    return _only(path, folder, RASTER_ENDINGS, "GeoTIFF", "GeoTIFF")


def _only(path: Path, folder: Path, endings: tuple[str, ...], ja: str, en: str) -> Path:
    with safety_archive.Archive(path) as archive:
        found = [member for member in archive.members if member.suffix in endings]
        if not found:
            raise nothing_inside(archive, ja, en)
        if len(found) > 1:
            listed = "、".join(member.name for member in found[:NAMES_SHOWN])
            raise DataError(
                "zip-several",
                Text(
                    f"zip の中に{ja}が {len(found)} 個あり、どれを使うか決められません（{listed}）。",
                    f"{len(found)} of them in the zip: which one is meant? ({listed})",
                ),
                Text("zip を展開し、使うファイルを指定してください。", "unpack it and name the file you mean"),
            )
        target = folder / f"{uuid.uuid4().hex}{found[0].suffix}"
        archive.unpack(found[0], target)
    return target
