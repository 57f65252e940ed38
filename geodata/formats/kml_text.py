"""The text of a KML file in an encoding that XML parsers know."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

from geodata.errors import DataError, Text
from geodata.formats import xml_text

FROM_EARTH = Text(
    "Google Earth で「名前を付けて場所を保存」から KML として保存し直すか、GISソフトで GeoPackage に書き出してください。",
    "save it again as KML with Google Earth, or export as GeoPackage with GIS software",
)


def opened_as_utf8(path: Path) -> BinaryIO:
    """The file, re-coded to UTF-8 where its encoding is one that XML parsers do not know (Shift_JIS)."""
    stream = path.open("rb")
    encoding = xml_text.encoding_of(stream.read(512))
    stream.seek(0)
    if xml_text.is_native(encoding):
        return stream
    with stream:
        data = stream.read()
    try:
        return io.BytesIO(xml_text.as_utf8(data, encoding))
    except (UnicodeDecodeError, LookupError) as error:
        raise broken(f"文字コード {encoding} で読めません", f"not in its encoding, {encoding}") from error


def broken(ja: str, en: str) -> DataError:
    """The refusal for a file that is no KML."""
    return DataError("kml-broken", Text(f"KML として読めません（{ja}）。", f"this is not KML ({en})"), FROM_EARTH)
