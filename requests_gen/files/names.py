"""File names that Windows, macOS and Linux all take, and that read as what they are."""

from __future__ import annotations

_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*' + "".join(map(chr, range(32))), "_"))
_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{name}{n}" for name in ("COM", "LPT") for n in range(1, 10))}
LONGEST_NAME = 60


def file_name(text: str) -> str:
    """`text` as part of a file name that Windows, macOS and Linux all take."""
    name = text.translate(_FORBIDDEN).strip(" .")[:LONGEST_NAME].strip(" .") or "_"
    return f"_{name}" if name.split(".")[0].upper() in _RESERVED else name
