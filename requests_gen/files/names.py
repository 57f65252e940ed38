"""File names that Windows, macOS and Linux all take, and that read as what they are."""

from __future__ import annotations

import re
import unicodedata

PART_LENGTH, NAME_LENGTH = 60, 80  # characters
MOST_BYTES = 180  # in UTF-8; a file system takes 255, and a copy under way has a longer name
ENDING_LENGTH = 12
# control characters, invisible ones (U+202E turns the rest around: 表gpj.exe), line separators, lone surrogates
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_FORBIDDEN = frozenset('\\/:*?"<>|')
_RESERVED = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[0-9¹²³]) *(\.|$)", re.IGNORECASE)


def file_name(text: str) -> str:
    """`text` as part of a file name; never empty, hidden or a way out. What may not stand in a name becomes _."""
    return _free(_cut(_clean(text), PART_LENGTH) or "_")


def safe_name(name: str) -> str:
    """The last part of the path or name that somebody gave a file, its ending kept; never empty, hidden or a way out."""
    clean = _clean(re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1])
    stem, dot, ending = clean.rpartition(".") if "." in clean else (clean, "", "")
    return _free(f"{_cut(stem, NAME_LENGTH) or 'file'}{dot}{ending[:ENDING_LENGTH]}".strip(" ."))


def _clean(text: str) -> str:
    signs = ("_" if sign in _FORBIDDEN or unicodedata.category(sign) in _INVISIBLE else sign for sign in text)
    return "".join(signs).strip(" .")


def _cut(text: str, length: int) -> str:
    return text[:length].encode()[:MOST_BYTES].decode(errors="ignore").strip(" .")


def _free(name: str) -> str:
    """`name`, where Windows does not keep it for a device."""
    return f"_{name}" if _RESERVED.match(name) else name
