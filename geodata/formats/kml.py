"""KML and the doc.kml of a KMZ: placemarks by folder, and nothing that is not a placemark.

Read by our own code: GDAL turns a ground overlay (a picture laid on the map) into a rectangle of "coverage"
and follows network links. XML declarations that could read other files are refused by defusedxml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.formats.kml_text import FROM_EARTH, broken, opened_as_utf8
from geodata.formats.raw import LINES, POINTS, POLYGONS, LayerEntry, RawLayer, Remark, ShapeBuilder, malformed, table_of
from geodata.safety import ceilings

WORD = Text("プレースマーク", "placemark")
CRS84 = "OGC:CRS84"
DEPTH = 30
PIECE = 1 << 20
FOLDERS = {"Folder", "Document"}
_BLANK = re.compile(r"\s")
NOT_AREAS = {
    "GroundOverlay": Text("画像の貼り付け（GroundOverlay）", "ground overlays (pictures)"),
    "NetworkLink": Text("外部へのリンク（NetworkLink）", "network links"),
    "PhotoOverlay": Text("写真（PhotoOverlay）", "photo overlays"),
    "ScreenOverlay": Text("画面の飾り（ScreenOverlay）", "screen overlays"),
}


class _Folder:
    """What one folder holds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.builder = ShapeBuilder(WORD)
        self.rows: list[dict[str, Any]] = []
        self.kinds: set[str] = set()
        self.cells = 0


def layers(path: Path) -> list[LayerEntry]:
    """One layer for each folder that holds placemarks of its own. All are read at once."""
    ceilings.check_count("バイト数", "bytes", path.stat().st_size, ceilings.limits().text_bytes)
    with opened_as_utf8(path) as stream:
        folders, overlays = _parsed(stream)
    held = [folder for folder in folders if folder.rows]
    remarks = [_overlay_remark(kind, count) for kind, count in overlays.items()]
    if not held:
        if overlays:
            raise _only_overlays(list(overlays))
        held = folders[:1]
    names = _distinct([folder.name for folder in held])
    if len(held) == 1:
        names = [held[0].name]
    made = [_layer(folder, name) for folder, name in zip(held, names, strict=True)]
    made[0].remarks += remarks
    made[0].records += sum(overlays.values())
    return [
        LayerEntry(raw.name, raw.records, lambda raw=raw: raw, frozenset(folder.kinds))  # type: ignore[misc]
        for raw, folder in zip(made, held, strict=True)
    ]


def _layer(folder: _Folder, name: str) -> RawLayer:
    count = len(folder.rows)
    return RawLayer(
        name,
        folder.builder.shapes(),
        table_of(folder.rows),
        Declared("default", CRS84),
        count,
        np.arange(1, count + 1),
        WORD,
        folder.builder.remarks(),
    )


def _distinct(names: list[str]) -> list[str]:
    given: list[str] = []
    for name in names:
        free, number = name or "(名前なし)", 2
        while free in given:
            free, number = f"{name} {number}", number + 1
        given.append(free)
    return given


def _overlay_remark(kind: str, count: int) -> Remark:
    what = NOT_AREAS[kind]
    text = Text(f"{what.ja} {count:,} 件はエリアの図形ではないため除きました。", f"{count:,} {what.en} are no shapes and were left out")
    return Remark("warn", f"kml-{kind.lower()}", text, count, excluded=True)


def _only_overlays(kinds: list[str]) -> DataError:
    listed = "、".join(NOT_AREAS[kind].ja for kind in kinds)
    return DataError(
        "kml-no-shapes",
        Text(
            f"図形がなく、{listed}だけの KML です。面積は計算できません。",
            f"no shapes, only {', '.join(NOT_AREAS[kind].en for kind in kinds)}",
        ),
        Text(
            "エリアを多角形（ポリゴン）にした KML か GISデータを入手してください。リンク先のデータは別に保存したものを指定します。",
            "get the areas as polygons; for a link, save what it points to and name that file",
        ),
    )


def _parsed(stream: BinaryIO) -> tuple[list[_Folder], dict[str, int]]:
    """(folders in order, overlays and links counted)."""
    from defusedxml.common import DefusedXmlException

    reading = _Reading()
    try:
        for event, element in _events(stream):
            reading.take(event, element)
    except DefusedXmlException as error:
        raise DataError(
            "xml-unsafe",
            Text(
                "外部のファイルを読み込む宣言（DOCTYPE・ENTITY）が入っています。",
                "it declares a DOCTYPE or entities, which can read other files",
            ),
            FROM_EARTH,
        ) from error
    except DataError:
        raise
    except SyntaxError as error:  # ElementTree.ParseError
        row = getattr(error, "position", (0, 0))[0]
        raise broken(f"{row} 行目の書き方が壊れています", f"line {row} is malformed") from error
    except (ValueError, RecursionError) as error:
        raise broken("書き方が壊れています", "malformed") from error
    return reading.folders, reading.overlays


def _events(stream: BinaryIO) -> Iterator[tuple[str, Any]]:
    from defusedxml.ElementTree import iterparse

    yield from iterparse(stream, events=("start", "end"), forbid_dtd=True)


def _tag(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


class _Reading:
    """Walks through the elements, keeping the folder it is in and forgetting what has been read."""

    def __init__(self) -> None:
        self.folders = [_Folder("")]
        self.overlays: dict[str, int] = {}
        self._path: list[_Folder] = [self.folders[0]]
        self._inside = 0  # depth inside a placemark or overlay: its parts are read when it ends
        self._open: list[str] = []

    def take(self, event: str, element: Any) -> None:
        tag = _tag(element)
        if event == "start":
            self._open.append(tag)
            ceilings.check_count("入れ子の深さ", "levels of nesting", len(self._open), 200)
            if tag == "Placemark" or tag in NOT_AREAS:
                self._inside += 1
            elif tag in FOLDERS and not self._inside:
                self.folders.append(_Folder(""))
                self._path.append(self.folders[-1])
            return
        self._open.pop()
        if tag == "Placemark" or tag in NOT_AREAS:
            self._inside -= 1
            if not self._inside:
                if tag == "Placemark":
                    _add_placemark(self._path[-1], element)
                else:
                    self.overlays[tag] = self.overlays.get(tag, 0) + 1
                element.clear()
        elif not self._inside:
            if tag == "name" and self._open and self._open[-1] in FOLDERS:
                self._path[-1].name = (element.text or "").strip()
            elif tag in FOLDERS:
                self._path.pop()
                element.clear()


def _add_placemark(folder: _Folder, element: Any) -> None:
    ceilings.check_time()
    index = folder.builder.next()
    ceilings.check_count("地物数", "features", index + 1, ceilings.limits().features)
    row: dict[str, Any] = {}
    for child in element:
        tag = _tag(child)
        if tag in ("name", "description"):
            row[tag] = (child.text or "").strip()
        elif tag == "ExtendedData":
            row |= _extended(child)
        else:
            _add_shape(folder, child, tag, index, 0)
    folder.rows.append(row)
    folder.cells += len(row)
    ceilings.check_count("属性の値の数", "attribute values", folder.cells, ceilings.limits().attributes)


def _extended(element: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element.iter():
        if _tag(child) == "Data":
            value = next((part.text for part in child if _tag(part) == "value"), None)
            found[child.get("name") or "値"] = value or ""
        elif _tag(child) == "SimpleData":
            found[child.get("name") or "値"] = child.text or ""
    return found


def _add_shape(folder: _Folder, element: Any, tag: str, index: int, depth: int) -> None:
    builder = folder.builder
    if tag in ("MultiGeometry", "MultiTrack"):
        if depth > DEPTH:
            raise malformed(WORD, index + 1, "入れ子が深すぎます", "nested too deeply")
        for child in element:
            _add_shape(folder, child, _tag(child), index, depth + 1)
    elif tag == "Point":
        folder.kinds.add(POINTS)
        builder.point(index, _positions(element, builder, index))
    elif tag in ("LineString", "LinearRing"):
        folder.kinds.add(LINES)
        builder.line(index, _positions(element, builder, index))
    elif tag == "Polygon":
        folder.kinds.add(POLYGONS)
        outer = [ring for part in element if _tag(part) == "outerBoundaryIs" for ring in part]
        inner = [ring for part in element if _tag(part) == "innerBoundaryIs" for ring in part]
        if len(outer) != 1:
            raise malformed(WORD, index + 1, "外周が1つではありません", "a polygon needs one outer boundary")
        builder.polygon(index, [_positions(ring, builder, index) for ring in [*outer, *inner]])


def _positions(element: Any, builder: ShapeBuilder, index: int) -> npt.NDArray[np.float64]:
    """[n, 2] longitude, latitude from "lon,lat[,height] lon,lat …", a piece at a time."""
    text = next((child.text for child in element if _tag(child) == "coordinates"), None) or ""
    found = [builder.coordinates(_numbers(piece, index), index) for piece in _pieces(text)]
    return np.concatenate(found) if found else np.empty((0, 2))


def _pieces(text: str) -> Iterator[list[str]]:
    """Tuples of `text`, those of PIECE characters at once (and the rest of the last one)."""
    at = 0
    while at < len(text):
        end = _BLANK.search(text, at + PIECE)
        stop = end.start() if end else len(text)
        if tuples := text[at:stop].split():
            yield tuples
        at = stop


def _numbers(tuples: list[str], index: int) -> npt.NDArray[np.float64]:
    """[n, 2 or 3]; [n, 2] where some tuples have a height and some do not."""
    try:
        values = np.array(",".join(tuples).split(","), np.float64)
        each = tuples[0].count(",") + 1
        if values.size == each * len(tuples) and each in (2, 3) and all(t.count(",") == each - 1 for t in tuples):
            return values.reshape(len(tuples), each)
        return np.array([position.split(",")[:2] for position in tuples], np.float64)
    except ValueError as error:
        raise malformed(WORD, index + 1, "座標（coordinates）が数ではありません", "coordinates are not numbers") from error
