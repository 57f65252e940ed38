"""GeoJSON (RFC 7946 and the 2008 form), and GeoJSON text sequences.

Read by our own cursor and not by GDAL: GDAL turns "2020/01/02" into dates, takes {"crs": null} for WGS84
and drops elements that are no features without a word. Features that are just as the standard has them are
decoded by msgspec, which checks while it decodes; any other goes through Python's own decoder, which takes
what writers really write (NaN among the properties), and is then taken in or refused by name.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import msgspec
import numpy as np

from geodata.crs import Declared
from geodata.errors import DataError, Text
from geodata.formats.json_stream import JsonStream, encoding_of
from geodata.formats.raw import LayerEntry, RawLayer, Remark, ShapeBuilder, malformed, place, table_of
from geodata.safety import ceilings

WORD = Text("地物", "feature")
CRS84 = "OGC:CRS84"
SHAPES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
DEPTH = 20
Position = list[float]


class _Point(msgspec.Struct, tag_field="type", tag="Point"):
    coordinates: Position


class _MultiPoint(msgspec.Struct, tag_field="type", tag="MultiPoint"):
    coordinates: list[Position]


class _LineString(msgspec.Struct, tag_field="type", tag="LineString"):
    coordinates: list[Position]


class _MultiLineString(msgspec.Struct, tag_field="type", tag="MultiLineString"):
    coordinates: list[list[Position]]


class _Polygon(msgspec.Struct, tag_field="type", tag="Polygon"):
    coordinates: list[list[Position]]


class _MultiPolygon(msgspec.Struct, tag_field="type", tag="MultiPolygon"):
    coordinates: list[list[list[Position]]]


class _Feature(msgspec.Struct):
    """A feature with nothing odd about it."""

    type: Literal["Feature"]
    properties: dict[str, Any] | None = None
    geometry: _Point | _MultiPoint | _LineString | _MultiLineString | _Polygon | _MultiPolygon | None = None
    id: Any = msgspec.UNSET


_DECODER = msgspec.json.Decoder(_Feature)


def layers(path: Path) -> list[LayerEntry]:
    """The file's only layer, already read."""
    ceilings.check_count("バイト数", "bytes", path.stat().st_size, ceilings.limits().text_bytes)
    layer = _read(path)
    return [LayerEntry(layer.name, layer.records, lambda: layer)]


def _read(path: Path) -> RawLayer:
    encoding = encoding_of(path)
    features = _Features()
    with path.open("rb") as binary:
        stream = JsonStream(binary, encoding)
        top = _document(stream, features)
        while stream.peek():  # a text sequence: one feature after the other
            if top.get("type") != "Feature":
                raise stream.broken("終わりの後に余分な文字があります", "text after the end")
            _document(stream, features)
    remarks = features.builder.remarks()
    if encoding == "cp932":
        text = Text("UTF-8 ではなく Shift_JIS（CP932）の GeoJSON として読みました。", "read as CP932: GeoJSON should be UTF-8")
        remarks.append(Remark("warn", "encoding-not-utf8", text))
    return RawLayer(
        "",
        features.builder.shapes(),
        table_of(features.rows),
        declared_crs(top),
        features.builder.count,
        np.arange(1, features.builder.count + 1),
        WORD,
        remarks,
        {"encoding": "utf-8" if encoding == "utf-8-sig" else encoding},
    )


def _document(stream: JsonStream, features: _Features) -> dict[str, Any]:
    """Read one top-level object, adding its features; its other members are returned."""
    if stream.peek() != "{":
        raise stream.broken("GeoJSON は { で始まります", "GeoJSON begins with {")
    top: dict[str, Any] = {}
    seen_features = False
    for key in stream.members():
        if key in top or (key == "features" and seen_features):
            raise stream.broken(f"項目 {key} が2度あります", f"member {key} stands twice")
        if key == "features" and stream.peek() == "[":
            seen_features = True
            for _ in stream.items():
                features.read(stream)
        else:
            top[key] = stream.value()
            if key == "type" and str(top[key]) not in SHAPES | {"Feature", "FeatureCollection"}:
                raise not_geojson(top)
    kind = top.get("type")
    if kind == "Feature":
        features.add(top)
    elif kind in SHAPES:
        features.add({"type": "Feature", "properties": {}, "geometry": top})
    elif kind != "FeatureCollection" or not seen_features:
        raise not_geojson(top)
    return top


def not_geojson(top: dict[str, Any]) -> DataError:
    """The refusal for JSON that is something else, naming what it is."""
    kind = str(top.get("type", ""))
    known = {
        "Topology": ("TopoJSON", "TopoJSON"),
        "gdal_streamed_alg": ("GDAL の処理手順（他のファイルを読む指示）", "a GDAL pipeline (an order to read other files)"),
    }
    if "geometryType" in top or "rings" in top:
        known[kind] = ("ESRI JSON", "ESRI JSON")
    ja, en = known.get(kind, ("GeoJSON ではない JSON", "JSON that is not GeoJSON"))
    return DataError(
        "not-geojson",
        Text(f"拡張子は GeoJSON ですが、中身は{ja}です。", f"named GeoJSON, but this is {en}"),
        Text(
            "GISソフトで開き、GeoJSON か GeoPackage として書き出してください。", "open it in GIS software and export GeoJSON or GeoPackage"
        ),
    )


def declared_crs(top: dict[str, Any]) -> Declared:
    """What the crs member says: absent means WGS84 (RFC 7946), null means that nobody knows."""
    if "crs" not in top:
        return Declared("default", CRS84)
    member = top["crs"]
    if member is None:
        return Declared("unknown")
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") or properties.get("code") if isinstance(properties, dict) else None
    if not isinstance(name, (str, int)) or (isinstance(member, dict) and member.get("type") == "link"):
        raise DataError(
            "crs-unreadable",
            Text(f"crs の書き方が読めません: {json.dumps(member, ensure_ascii=False)[:80]}", "the crs member cannot be read"),
            Text(
                'GISソフトで座標系を確かめて GeoJSON を書き出し直すか、"crs" を消して study.toml に crs = "EPSG:…" と書いてください。',
                'export again, or delete "crs" and write crs = "EPSG:…" in study.toml',
            ),
        )
    return Declared("declared", f"EPSG:{name}" if isinstance(name, int) or name.isdigit() else name)


class _Features:
    """The shapes and members of all features read so far."""

    def __init__(self) -> None:
        self.builder = ShapeBuilder(WORD)
        self.rows: list[dict[str, Any]] = []
        self.cells = 0

    def read(self, stream: JsonStream) -> None:
        """Take in the next element of the features array."""
        text = stream.raw()
        try:
            feature = _DECODER.decode(text)
        except (msgspec.DecodeError, RecursionError):  # odd or broken: Python's decoder and `add` say which
            self.add(stream.decode(text))
            return
        index = self._next(feature.properties or {}, feature.id)
        if feature.geometry is not None:
            self._parts(index, str(feature.geometry.__struct_config__.tag), feature.geometry.coordinates)

    def add(self, feature: Any) -> None:
        """Take in one element of the features array, as Python's decoder gives it."""
        number = self.builder.count + 1
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise malformed(WORD, number, 'type が "Feature" ではありません', 'its type is not "Feature"')
        properties = feature.get("properties")
        if properties is not None and not isinstance(properties, dict):
            raise malformed(WORD, number, "properties が項目の組ではありません", "properties is no object")
        index = self._next(properties or {}, feature.get("id", msgspec.UNSET))
        geometry = feature.get("geometry")
        if geometry is not None:
            self._shape(index, geometry)

    def _next(self, row: dict[str, Any], identifier: Any) -> int:
        """Count one more feature with these members; its index."""
        index = self.builder.next()
        ceilings.check_count("地物数", "features", index + 1, ceilings.limits().features)
        self.cells += len(row)
        ceilings.check_count("属性の値の数", "attribute values", self.cells, ceilings.limits().attributes)
        if identifier is not msgspec.UNSET and "id" not in row:
            row["id"] = identifier
        self.rows.append(row)
        return index

    def _shape(self, index: int, geometry: Any) -> None:
        kind = geometry.get("type") if isinstance(geometry, dict) else None
        if not isinstance(kind, str) or kind not in SHAPES:
            raise malformed(WORD, index + 1, f"図形の種類 {kind} は使えません", f"no such shape: {kind}")
        if kind == "GeometryCollection":
            self.builder.made(index, self._collection(index, geometry, 0))
            return
        coordinates = geometry.get("coordinates")
        if not isinstance(coordinates, list):
            raise malformed(WORD, index + 1, "coordinates がありません", "coordinates are missing")
        _refuse_words(index, coordinates)
        try:
            self._parts(index, kind, coordinates)
        except TypeError as error:
            raise malformed(WORD, index + 1, "座標の入れ子の深さが違います", "positions are nested to the wrong depth") from error

    def _parts(self, index: int, kind: str, coordinates: list[Any]) -> None:
        builder = self.builder
        if kind == "Point":
            builder.point(index, builder.coordinates([coordinates] if coordinates else [], index))
        elif kind == "MultiPoint":
            for position in coordinates:
                builder.point(index, builder.coordinates([position], index))
        elif kind == "LineString":
            builder.line(index, builder.coordinates(coordinates, index))
        elif kind == "MultiLineString":
            for line in coordinates:
                builder.line(index, builder.coordinates(line, index))
        else:
            for polygon in [coordinates] if kind == "Polygon" else coordinates:
                builder.polygon(index, [builder.coordinates(ring, index) for ring in polygon])

    def _collection(self, index: int, geometry: dict[str, Any], depth: int) -> Any:
        import shapely

        members = geometry.get("geometries")
        if not isinstance(members, list) or depth > DEPTH:
            raise malformed(WORD, index + 1, "GeometryCollection の中身が読めません", "the collection cannot be read")
        inner = _Features()
        shapes = []
        for member in members:
            if isinstance(member, dict) and member.get("type") == "GeometryCollection":
                shapes.append(self._collection(index, member, depth + 1))
            else:
                inner.builder.next()
                try:
                    inner._shape(inner.builder.count - 1, member)
                except DataError as error:
                    error.where = place(WORD, index + 1)
                    raise
        self.builder.vertices += inner.builder.vertices
        shapes.extend(shape for shape in inner.builder.shapes() if shape is not None)
        return shapely.GeometryCollection(shapes)


def _refuse_words(index: int, coordinates: list[Any]) -> None:
    """Refuse positions written as text ("135.1") or as true and false: numpy would take them for numbers."""
    waiting: list[Any] = [coordinates]
    while waiting:
        found = waiting.pop()
        if isinstance(found, list):
            waiting.extend(reversed(found))
        elif isinstance(found, (str, bool, dict)):
            shown = json.dumps(found, ensure_ascii=False)[:40]
            raise DataError(
                "coordinates-not-numbers",
                Text(f"座標が数ではなく {shown} と書かれています。", f"a coordinate is {shown}, not a number"),
                Text(
                    '座標の前後の引用符（"）を除いて数にするか、GISソフトで開いて GeoJSON を書き出し直してください。',
                    "write coordinates as numbers without quotation marks, or export the GeoJSON again with GIS software",
                ),
                where=place(WORD, index + 1),
            )
