"""JSON read piece by piece: one value at a time from a file of any size, with row numbers for errors.

The text goes past as UTF-8 bytes. Where a value ends is found without decoding it: numpy marks quotes and
brackets in each block, and a value ends where its bracket closes outside every string. So at most the value
being read and one block are held, and what would swell in memory is refused before it is decoded.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from geodata.errors import DataError, Text
from geodata.safety import ceilings

BLOCK = 1 << 20
FORGET_AFTER = 4 << 20
DIAGNOSED = 4 << 20  # of a value that does not end, this much is searched for the place where it is broken
SHALLOW = 2  # values are taken inside two brackets at most: ends deeper than that need no keeping
LONGEST_SCALAR = 10_000  # digits and letters of a number or a word; Python itself refuses above 4,300 digits
_SCALAR_END = re.compile(rb"[,\]}\s\x1e]")
_BLANK = re.compile(rb"[ \t\r\n\x1e]*")
_QUOTE = ord('"')
_STEP = np.zeros(256, np.int32)
_STEP[[ord("{"), ord("[")]] = 1
_STEP[[ord("}"), ord("]")]] = -1
_MARKS = _STEP != 0
_MARKS[_QUOTE] = True
_DECODER = json.JSONDecoder()


class JsonStream:
    """A cursor over JSON text. Only the part being read is kept."""

    def __init__(self, stream: BinaryIO, encoding: str) -> None:
        self._stream = stream
        self._decode = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("strict").decode
        self._buffer = bytearray()
        self._at = 0
        self._rows_before = 0
        self._ended = False
        self._depth = 0  # brackets the cursor itself stepped into
        self._read_depth = 0  # brackets open at the end of the buffer
        self._in_string = False
        self._escaping = False
        self._ends: list[tuple[int, int]] = []  # last first: where a bracket or string closes, and the depth it leaves

    def _more(self) -> bool:
        """Read on; False at the end of the file."""
        if self._ended:
            return False
        if self._at > FORGET_AFTER:
            self._rows_before += self._buffer.count(b"\n", 0, self._at)
            del self._buffer[: self._at]
            self._ends = [(at - self._at, depth) for at, depth in self._ends if at >= self._at]
            self._at = 0
        block = self._stream.read(BLOCK)
        self._ended = not block
        if self._decode is not None:
            block = self._decode(block, final=self._ended).encode()
        self._mark(block)
        self._buffer += block
        return not self._ended

    def _mark(self, block: bytes) -> None:
        """Note where strings and shallow brackets close in the next block."""
        start = len(self._buffer)
        if self._escaping and block:
            block, self._escaping = b"_" + block[1:], False
        if b"\\" in block:  # what is escaped ends no string
            block = block.replace(b"\\\\", b"__").replace(b'\\"', b"__")
            self._escaping = block.endswith(b"\\")
        codes = np.frombuffer(block, np.uint8)
        at = np.flatnonzero(_MARKS[codes])
        if not len(at):
            return
        codes = codes[at]
        quote = codes == _QUOTE
        inside = ((np.cumsum(quote) + self._in_string) & 1).astype(bool)  # after the character
        step = np.where(inside, 0, _STEP[codes])
        depth = np.cumsum(step) + self._read_depth
        self._in_string, self._read_depth = bool(inside[-1]), int(depth[-1])
        closes = ((step < 0) | (quote & ~inside)) & (depth <= SHALLOW)
        found = zip((at[closes][::-1] + start).tolist(), depth[closes][::-1].tolist(), strict=True)
        self._ends = [*found, *self._ends]

    def peek(self) -> str:
        """The next character that is not blank, or "" at the end."""
        while True:
            blank = _BLANK.match(self._buffer, self._at)
            self._at = blank.end() if blank else self._at
            if self._at < len(self._buffer):
                return chr(self._buffer[self._at])
            if not self._more():
                return ""

    def take(self, expected: str) -> None:
        """Step over one expected character."""
        self.peek()
        found = self._buffer[self._at : self._at + 4].decode("utf-8", "ignore")[:1]
        if found != expected:
            raise self.broken(
                f"「{expected}」があるはずの所に「{found or '終わり'}」があります", f"expected {expected}, found {found or 'the end'}"
            )
        self._depth += int(_STEP[ord(expected)])
        self._at += 1

    def value(self) -> Any:
        """The next whole value, as Python objects."""
        return self.decode(self.raw())

    def raw(self) -> bytes:
        """The next whole value as UTF-8 bytes: its brackets balance, no more is known of it."""
        ceilings.check_time()
        end = self._end_of_nest() if self.peek() in ("{", "[", '"') else self._end_of_scalar()
        text = bytes(memoryview(self._buffer)[self._at : end])
        _check_density(len(text), text.count(b"[") + text.count(b"{"), text.count(b","))
        self._at = end
        return text

    def decode(self, text: bytes) -> Any:
        """What `raw` gave last as Python objects. DataError if that is no JSON."""
        try:
            return json.loads(text)
        except json.JSONDecodeError as error:
            before = len(error.doc[: error.pos].encode())
            at = self._at - len(text) + before
            raise self.broken("JSON の書き方が正しくありません", error.msg, at) from error
        except (RecursionError, ValueError) as error:
            raise self._too_deep(self._at - len(text)) from error

    def _end_of_nest(self) -> int:
        """Where the object, array or string that begins here ends."""
        size = opened = separated = 0
        while True:
            while self._ends:
                at, depth = self._ends.pop()
                if at > self._at and depth <= self._depth:
                    return at + 1
            new = self._at + size
            opened += self._buffer.count(b"[", new) + self._buffer.count(b"{", new)
            separated += self._buffer.count(b",", new)
            size = len(self._buffer) - self._at
            try:
                _check_density(size, opened, separated)
            except DataError as too_big:
                raise self._unended(too_big) from None
            if not self._more():
                raise self._unended(None)
            ceilings.check_time()

    def _end_of_scalar(self) -> int:
        """Where the number or word that begins here ends."""
        while not (end := _SCALAR_END.search(self._buffer, self._at)):
            if len(self._buffer) - self._at > LONGEST_SCALAR:
                raise self._too_deep()
            if not self._more():
                return len(self._buffer)
        return end.start()

    def _unended(self, too_big: DataError | None) -> DataError:
        """The refusal for a value without an end: broken JSON near its beginning is named before its size."""
        text = self._buffer[self._at : self._at + DIAGNOSED].decode("utf-8", "ignore")
        whole = self._ended and len(self._buffer) - self._at <= DIAGNOSED
        try:
            _DECODER.raw_decode(text)
        except json.JSONDecodeError as error:
            if whole or (error.pos < len(text) - LONGEST_SCALAR and "Unterminated" not in error.msg):
                at = self._at + len(text[: error.pos].encode())
                return self.broken("JSON の書き方が正しくありません", error.msg, at)
        except (RecursionError, ValueError):
            return self._too_deep()
        return too_big or self.broken("値の途中で終わっています", "it ends inside a value", len(self._buffer))

    def _too_deep(self, at: int | None = None) -> DataError:
        return self.broken("入れ子が深すぎるか、数が長すぎます", "nested too deeply, or a number is too long", at)

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
        row = self._rows_before + self._buffer.count(b"\n", 0, self._at if at is None else at) + 1
        return DataError(
            "json-broken",
            Text(f"JSON として読めません（{ja}）。", f"this is not JSON ({en})"),
            Text(
                "ファイルが途中で切れていないか確かめ、元の GISソフトから GeoJSON を書き出し直してください。",
                "check that the file is complete, or export the GeoJSON again",
            ),
            where=Text(f"{row} 行目", f"line {row}"),
        )


def _check_density(size: int, opened: int, separated: int) -> None:
    """Refuse a value that would grow too far when decoded: nested lists take 20 times their text.

    `size` in bytes, `opened` brackets, `separated` commas of this one value.
    """
    limits = ceilings.limits()
    ceilings.check_count("1つの値のバイト数", "bytes in one value", size, limits.feature_text_bytes)
    ceilings.check_count("1つの図形の頂点数", "positions in one shape", opened, limits.feature_positions)
    ceilings.check_count("1つの値の中の項目数", "members of one value", separated, 4 * limits.feature_positions)


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
