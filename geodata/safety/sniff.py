"""What a file is by its first bytes, whatever it is called. Nothing is handed to a reader before this."""

from __future__ import annotations

import re
from pathlib import Path

from geodata.errors import DataError, Text

HEAD = 4096

MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (b"SQLite format 3\x00", "gpkg"),
    (b"\x00\x00\x27\x0a", "shp"),
    (b"fgb\x03fgb", "fgb"),
    (b"PAR1", "parquet"),
    (b"II*\x00", "tif"),
    (b"MM\x00*", "tif"),
    (b"II+\x00", "tif"),
    (b"MM\x00+", "tif"),
)
# what it is, in Japanese and English, and how to get something readable
NEEDS_ZIP = ("zip や 7z を展開し、中のファイルを指定してください。", "unpack it and name the file inside")
TO_XLSX = ("Excel で開き、「Excel ブック（.xlsx）」か CSV で保存し直してください。", "save it as .xlsx or CSV with Excel")
FROM_GIS = ("GISソフトで開き、GeoPackage か GeoJSON で書き出してください。", "export it as GeoPackage or GeoJSON with GIS software")
AS_DATA = ("画像や文書ではなく、元の GISデータか表（CSV）を入手してください。", "get the GIS data or the table (CSV) behind it")
AGAIN = ("ファイルを入手し直してください。", "get the file again")
REFUSED = (
    (b"\xd0\xcf\x11\xe0", "古い形式の Excel（.xls）か、パスワード付きの Excel", "an old .xls or a protected Excel file", TO_XLSX),
    (b"%PDF", "PDF", "a PDF", AS_DATA),
    (b"\x89PNG", "画像（PNG）", "a PNG picture", AS_DATA),
    (b"\xff\xd8\xff", "画像（JPEG）", "a JPEG picture", AS_DATA),
    (b"GIF8", "画像（GIF）", "a GIF picture", AS_DATA),
    (b"7z\xbc\xaf", "7z 圧縮ファイル", "a 7z archive", NEEDS_ZIP),
    (b"Rar!", "RAR 圧縮ファイル", "a RAR archive", NEEDS_ZIP),
    (b"\x1f\x8b", "gzip 圧縮ファイル", "a gzip archive", NEEDS_ZIP),
    (b"MZ", "実行ファイル（自己解凍形式など）", "a program (a self-extracting archive?)", NEEDS_ZIP),
    (b"\x7fELF", "実行ファイル", "a program", AGAIN),
)
XML_REFUSED = (
    ("VRTDataset", "GDAL の仮想ファイル（VRT。他のファイルを読む指示）", "a GDAL virtual file (an order to read other files)", FROM_GIS),
    (
        "OGRVRTDataSource",
        "GDAL の仮想ファイル（VRT。他のファイルを読む指示）",
        "a GDAL virtual file (an order to read other files)",
        FROM_GIS,
    ),
    ("html", "ウェブページ（HTML。ダウンロードの失敗など）", "a web page (a failed download?)", AGAIN),
    ("FeatureCollection", "GML", "GML", FROM_GIS),
    ("Dataset", "GML", "GML", FROM_GIS),
    ("gpx", "GPX", "GPX", FROM_GIS),
    ("svg", "画像（SVG）", "an SVG picture", AS_DATA),
)
COMPANION = {".dbf", ".shx", ".prj", ".cpg", ".sbn", ".sbx"}
ENDINGS = {
    "zip": {".zip", ".kmz", ".xlsx", ".xlsm"},
    "gpkg": {".gpkg"},
    "shp": {".shp"},
    "fgb": {".fgb"},
    "parquet": {".parquet", ".geoparquet", ".pq"},
    "tif": {".tif", ".tiff"},
    "json": {".geojson", ".json", ".geojsonl", ".geojsons", ".ndjson"},
    "kml": {".kml"},
    "text": {".csv", ".tsv", ".txt"},
}
# 基盤地図情報: a Dataset that holds one DEM; its other datasets (roads, shores) are ordinary GML
_FGD_DEM = re.compile(r"FGD_GMLSchema.*<(?:[A-Za-z_][\w.-]*:)?DEM[\s>]", re.DOTALL)
_ROOT = re.compile(r"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)")


def format_of(path: Path, name: str = "") -> str:
    """One of zip, gpkg, shp, fgb, parquet, tif, json, kml, dem, text. DataError for what cannot be read.

    `name` is the file's true name where `path` is a private copy.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    ending = Path(name or path.name).suffix.casefold()
    for magic, found in MAGIC:
        if head.startswith(magic):
            if found == "shp" and ending == ".shx":
                break
            return found
    if ending in COMPANION:
        raise _refused(
            "Shapefile の付属ファイル",
            "a companion of a shapefile",
            (".shp か、全部を入れた zip を指定してください。", "name the .shp, or a zip of all its files"),
        )
    for magic, ja, en, remedy in REFUSED:
        if head.startswith(magic):
            raise _refused(ja, en, remedy)
    return _text_format(head)


def is_dem(head: bytes) -> bool:
    """Whether the first bytes are those of a 基盤地図情報 DEM."""
    try:
        return _text_format(head) == "dem"
    except DataError:
        return False


def _text_format(head: bytes) -> str:
    text = _loose_text(head).lstrip("\ufeff \t\r\n\x1e")
    if text.startswith(("{", "[")):
        return "json"
    if text.startswith("<"):
        return _xml_format(text)
    return "text"


def _loose_text(head: bytes) -> str:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return head.decode("utf-16", "replace")
    return head.decode("utf-8", "replace")


def _xml_format(text: str) -> str:
    bare = re.sub(r"<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>\[]*(\[.*?\])?\s*>", "", text, flags=re.DOTALL)
    root = _ROOT.search(bare)
    name = root[1] if root else ""
    if name == "kml":
        return "kml"
    if name == "Dataset" and _FGD_DEM.search(bare):
        return "dem"
    for known, ja, en, remedy in XML_REFUSED:
        if name.casefold() == known.casefold():
            raise _refused(ja, en, remedy)
    raise _refused(f"読めない XML（{name or '不明'}）", f"XML of an unknown kind ({name or '?'})", FROM_GIS)


def _refused(ja: str, en: str, remedy: tuple[str, str]) -> DataError:
    return DataError(
        "format-unknown", Text(f"中身は{ja}で、このままでは読めません。", f"this is {en} and cannot be read as it is"), Text(*remedy)
    )


def ending_differs(path: Path, found: str) -> bool:
    """Whether the name's ending promises another format than the bytes."""
    ending = path.suffix.casefold()
    known = set().union(*ENDINGS.values())
    return ending in known and ending not in ENDINGS.get(found, set())
