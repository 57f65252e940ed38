"""JSON read piece by piece: one value at a time from a file of any size, with row numbers for errors."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from geodata.errors import DataError, Text
from geodata.safety import ceilings

BLOCK = 1 << 20
FORGET_AFTER = 4 << 20
_BROKEN_FOR_SURE = 1 << 20  # an error this far from the end of what was read is not a cut value
_DECODER = json.JSONDecoder()


class JsonStream:
    """A cursor over JSON text. Only the part being read is kept."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decode = codecs.getincrementaldecoder(encoding)("strict").decode
        self._text = ""
        self._at = 0
        self._rows_before = 0
        self._ended = False

    def _more(self, size: int = BLOCK) -> bool:
        """Read on; False at the end of the file."""
        if self._ended:
            return False
        if self._at > FORGET_AFTER:
            self._rows_before += self._text.count("\n", 0, self._at)
            self._text, self._at = self._text[self._at :], 0
        block = self._stream.read(size)
        self._ended = not block
        self._text += self._decode(block, final=self._ended)
        return not self._ended

    def peek(self) -> str:
        """The next character that is not blank, or "" at the end."""
        while True:
            while self._at < len(self._text):
                character = self._text[self._at]
                if character not in " \t\r\n\x1e":
                    return character
                self._at += 1
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over one expected character."""
        if self.peek() != expected:
            raise self.broken(
                f"「{expected}」があるはずの所に「{self.peek() or '終わり'}」があります",
                f"expected {expected}, found {self.peek() or 'the end'}",
            )
        self._at += 1

    def value(self) -> Any:
        """The next whole value, as Python objects."""
        ceilings.check_time()
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            except json.JSONDecodeError as error:
                sure = error.pos < len(self._text) - _BROKEN_FOR_SURE and "Unterminated" not in error.msg
                if sure or self._ended:
                    raise self.broken("JSON の書き方が正しくありません", error.msg, error.pos) from error
            except (RecursionError, ValueError) as error:  # nested 1,000 deep; a number of 5,000 digits
                raise self.broken("入れ子が深すぎるか、数が長すぎます", "nested too deeply, or a number is too long") from error
            self._read_to_balance()

    def _read_to_balance(self) -> None:
        """Read on until as many braces closed as opened: a longer value is not parsed in vain again and again."""
        opened = self._text.count("{", self._at) - self._text.count("}", self._at)
        size = BLOCK
        while True:
            seen = len(self._text) - self._at
            if not self._more(size):
                return self._check_density()
            opened += self._text.count("{", self._at + seen) - self._text.count("}", self._at + seen)
            ceilings.check_time()
            ceilings.check_count("1つの値の文字数", "characters in one value", seen, ceilings.limits().feature_text_bytes)
            if opened <= 0:
                return self._check_density()
            size = min(2 * size, 16 * BLOCK)

    def _check_density(self) -> None:
        """Refuse what would grow too far when parsed: nested lists take 20 times their text."""
        ceilings.check_count(
            "1つの図形の頂点数", "positions in one shape", self._text.count("[", self._at), ceilings.limits().feature_positions
        )
        ceilings.check_count(
            "1つの値の中の項目数",
            "members of one value",
            self._text.count(",", self._at),
            4 * ceilings.limits().feature_positions,
        )

    def items(self) -> Iterator[None]:
        """Step through the elements of an array; the caller reads each with `value`."""
        self.take("[")
        if self.peek() == "]":
            self.take("]")
            return
        while True:
            yield
            if self.peek() == "]":
                self.take("]")
                return
            self.take(",")

    def members(self) -> Iterator[str]:
        """Step through the keys of an object; the caller reads each value."""
        self.take("{")
        if self.peek() == "}":
            self.take("}")
            return
        while True:
            if self.peek() != '"':
                raise self.broken("項目名（文字列）がありません", "a member name is missing")
            key = self.value()
            self.take(":")
            yield key
            if self.peek() == "}":
                self.take("}")
                return
            self.take(",")

    def broken(self, ja: str, en: str, at: int | None = None) -> DataError:
        """The refusal for text that is not JSON, naming the row."""
        row = self._rows_before + self._text.count("\n", 0, self._at if at is None else at) + 1
        return DataError(
            "json-broken",
            Text(f"JSON として読めません（{ja}）。", f"this is not JSON ({en})"),
            Text(
                "ファイルが途中で切れていないか確かめ、元の GISソフトから GeoJSON を書き出し直してください。",
                "check that the file is complete, or export the GeoJSON again",
            ),
            where=Text(f"{row} 行目", f"line {row}"),
        )


def encoding_of(path: Path) -> str:
    """Codec of a text file found by strict trial over all of it: BOM, UTF-8, CP932. DataError if neither."""
    with path.open("rb") as stream:
        head = stream.read(4)
    marked = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    found = next((name for mark, name in marked.items() if head.startswith(mark)), "")
    for name in [found] if found else ["utf-8", "cp932"]:
        decoder = codecs.getincrementaldecoder(name)("strict")
        try:
            with path.open("rb") as stream:
                while block := stream.read(BLOCK):
                    decoder.decode(block)
                decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            continue
        return name
    from geodata.tables import text

    text.decode(path.read_bytes())  # raises with byte and row
    return "cp932"
