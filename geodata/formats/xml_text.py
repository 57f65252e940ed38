"""The bytes of an XML file in an encoding that XML parsers know."""

from __future__ import annotations

import re

_ENCODING = re.compile(rb"""^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
# XML parsers know these by themselves
_NATIVE = {"utf-8", "utf8", "utf-16", "us-ascii", "ascii", "iso-8859-1"}
_SHIFT_JIS = {"shift_jis", "sjis", "windows-31j", "x-sjis", "cp932"}


def encoding_of(head: bytes) -> str:
    """The encoding that the XML declaration in the first bytes names, in small letters; "utf-8" where it names none."""
    found = _ENCODING.match(head)
    return found[1].decode("ascii").casefold() if found else "utf-8"


def is_native(encoding: str) -> bool:
    """Whether XML parsers read this encoding by themselves."""
    return encoding in _NATIVE


def as_utf8(data: bytes, encoding: str) -> bytes:
    """`data` in UTF-8, without the declaration that says otherwise. UnicodeDecodeError or LookupError where it is not so written."""
    text = data.decode("cp932" if encoding in _SHIFT_JIS else encoding)
    return re.sub(r"<\?xml.*?\?>", "", text, count=1, flags=re.DOTALL).encode("utf-8")
