"""The text of a KML file in an encoding that XML parsers know."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import BinaryIO

from geodata.errors import DataError, Text

_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
# XML parsers know these by themselves
_NATIVE = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"}
FROM_EARTH = Text(
    "Google Earth で「名前を付けて場所を保存」から KML として保存し直すか、GISソフトで GeoPackage に書き出してください。",
    "save it again as KML with Google Earth, or export as GeoPackage with GIS software",
)


def opened_as_utf8(path: Path) -> BinaryIO:
    """The file, re-coded to UTF-8 where its encoding is one that XML parsers do not know (Shift_JIS)."""
    stream = path.open("rb")
    found = _ENCODING.match(stream.read(512))
    stream.seek(0)
    encoding = found[1].decode("ascii").casefold() if found else "utf-8"
    if encoding in _NATIVE:
        return stream
    with stream:
        data = stream.read()
    try:
        text = data.decode("cp932" if encoding in {"shift_jis", "sjis", "windows-31j", "x-sjis"} else encoding)
    except (UnicodeDecodeError, LookupError) as error:
        raise broken(f"文字コード {encoding} で読めません", f"not in its encoding, {encoding}") from error
    return io.BytesIO(re.sub(r"<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).encode("utf-8"))


def broken(ja: str, en: str) -> DataError:
    """The refusal for a file that is no KML."""
    return DataError("kml-broken", Text(f"KML として読めません（{ja}）。", f"this is not KML ({en})"), FROM_EARTH)
