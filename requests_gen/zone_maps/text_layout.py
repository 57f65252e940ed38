"""Text on the maps: one embedded Japanese font, measured and checked before anything is drawn."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from geodata.errors import DataError, Text
from geodata.tables import text as tables_text
from requests_gen.files import font, print_checks

MM_PER_POINT = 25.4 / 72.0
LINE_HEIGHT = 1.32  # of the size of the letters
_MEASURED_PX = 256
# a variant of a character (葛󠄀) is drawn in its usual form
_VARIANT_MARKS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_TOKENS = re.compile(r"[!-~]+ ?|.", re.DOTALL)
_NEVER_FIRST = frozenset("、。，．・：；？！）］｝」』】〉》ーぁぃぅぇぉっゃゅょァィゥェォッャュョ々％%),.")


def checked(text: object, where: Text) -> str:
    """`text` in one line without control characters; a DataError naming `where` if the font lacks a character."""
    line = "".join(_printed(sign) for sign in _VARIANT_MARKS.sub("", tables_text.stripped(str(text)))).strip()
    lacking = print_checks.without_glyph(line, print_checks.SANS)
    if lacking:
        raise _no_glyph(lacking, line, where)
    return line


def _printed(sign: str) -> str:
    kind = unicodedata.category(sign)
    if kind in {"Zl", "Zp", "Zs", "Cc"}:
        return "　" if sign == "　" else " "
    return "" if kind == "Cf" else sign


def _no_glyph(lacking: list[str], line: str, where: Text) -> DataError:
    named = "、".join(f"「{sign}」（U+{ord(sign):04X}）" for sign in lacking[:5])
    return DataError(
        "glyph-missing",
        Text(f"地図の文字にない字があります: {named}", f"the font of the maps lacks {named}"),
        Text(
            "元のデータの名前を、常用の字（例: 異体字でない字）に直してから作り直してください。",
            "write the name with another character in the source, and make the papers again",
        ),
        where=Text(f"{where.ja}「{line[:60]}」", f"{where.en} “{line[:60]}”"),
    )


def width_mm(text: str, size_pt: float) -> float:
    """How wide one line of `text` is on paper."""
    return sum(map(_advance, text)) * size_pt * MM_PER_POINT


@lru_cache(maxsize=4096)
def _advance(sign: str) -> float:
    """How wide a character is, for letters of size 1. The basic layout does not kern, so a line is their sum."""
    return float(font(_MEASURED_PX).getlength(sign)) / _MEASURED_PX


def line_mm(size_pt: float) -> float:
    """From one line of text to the next."""
    return size_pt * MM_PER_POINT * LINE_HEIGHT


def wrapped(text: str, size_pt: float, room_mm: float, most: int = 99) -> list[str]:
    """`text` in lines of at most `room_mm`; Latin words stay whole where they can, 、 and ） never begin a line.

    What does not fit `most` lines is cut with an ellipsis.
    """
    lines = [""]
    for token in _pieces(text, size_pt, room_mm):
        if lines[-1] and width_mm(lines[-1] + token.rstrip(), size_pt) > room_mm:
            carried = _carried(lines[-1]) if token[0] in _NEVER_FIRST else ""
            lines[-1] = lines[-1][: len(lines[-1]) - len(carried)]
            lines.append(carried)
        lines[-1] += token
    lines = [line.strip() for line in lines if line.strip()] or [""]
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    while last and width_mm(last + "…", size_pt) > room_mm:
        last = last[:-1]
    return [*lines[: most - 1], last + "…"]


def _carried(line: str) -> str:
    """The end of `line` that moves to the next line with a sign that may not begin one; "" where all of it would."""
    cut = len(line) - 1
    while cut > 0 and (line[cut] in _NEVER_FIRST or line[cut].isspace()):
        cut -= 1
    return line[cut:] if cut > 0 else ""


def balanced(text: str, size_pt: float, room_mm: float, most: int) -> list[str]:
    """As wrapped(), in lines of about equal length: no last line of one character."""
    lines = wrapped(text, size_pt, room_mm, most)
    narrow = width_mm(text, size_pt) / len(lines) + size_pt * MM_PER_POINT
    if len(lines) == 1 or narrow >= room_mm:
        return lines
    even = wrapped(text, size_pt, narrow)
    return even if len(even) == len(lines) else lines


def _pieces(text: str, size_pt: float, room_mm: float) -> list[str]:
    """Pieces that are not broken: one Japanese character, or a Latin word that fits a line."""
    pieces: list[str] = []
    for token in _TOKENS.findall(text):
        pieces.extend([token] if width_mm(token.rstrip(), size_pt) <= room_mm else token)
    return pieces
