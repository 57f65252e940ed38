"""TOML as people write it: read, or the line and the slip told in their words.

The commonest slip is a path copied from Explorer. In double quotes a backslash begins an escape: most stop the reading,
but "C:\\temp\\new" reads well, with a tab and a line break in it, and names no file.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from geodata.errors import DataError, Text

PATH_KEYS = frozenset({"files", "neighbours", "file", "ids", "field_tests", "site_reports", "photos"})
NO_LINE = 0
_LINE = re.compile(r"\(at line (\d+), column \d+\)")
_LITERAL = re.compile(r"'[^']*'")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_ESCAPED = {"\t": "t", "\n": "n", "\r": "r", "\b": "b", "\f": "f"}
_BACKSLASH = ("Unescaped '\\'", "Invalid hex value", "Escaped character is not", "Illegal character '\\n'")
# what tomllib's messages begin with, in the reader's words
_SLIPS = {
    "Illegal character '\\n'": "引用符（\"）が閉じていません",
    "Expected '='": "項目名のあとに半角の = がありません",
    "Invalid value": "= の右の書き方が違います（文字は半角の引用符 \" で囲みます）",
    "Invalid statement": "行の書き出しが違います（全角の記号？）",
    "Unclosed array": "かっこ [ ] が閉じていません",
    "Expected ']'": "見出しのかっこ [ ] が閉じていません",
    "Expected newline": "行の終わりに余分な文字があります",
}  # fmt: skip
_TWICE = ("Cannot declare", "Cannot overwrite", "Cannot mutate", "Cannot redefine")
PATH_REMEDY = Text(
    "フォルダの区切りの ¥（バックスラッシュ）を / に替えるか、引用符 \" を ' に替えてください"
    "（例: \"C:/data/people.txt\" または 'C:\\data\\people.txt'）。",
    "write / for every backslash, or take ' for the quotes: \"C:/data/people.txt\" or 'C:\\data\\people.txt'",
)


def parsed(text: str, file: str) -> dict[str, Any]:
    """What the TOML `text` says. DataError naming `file`, the line and the mend."""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _slip(str(error), text, file) from error
    for key, path in _paths(values):
        if _CONTROL.search(path):
            raise _spoilt_path(key, path, text, file)
    return values


def _paths(values: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """(key, text) of every file or folder that the settings name."""
    if isinstance(values, dict):
        for name, value in values.items():
            yield from _paths(value, name)
    elif isinstance(values, list):
        for value in values:
            yield from _paths(value, key)
    elif isinstance(values, str) and key in PATH_KEYS:
        yield key, values


def _spoilt_path(key: str, path: str, text: str, file: str) -> DataError:
    written = _CONTROL.sub(lambda sign: "\\" + _ESCAPED.get(sign[0], "u"), path)
    lines = text.split("\n")
    line = next((n for n, one in enumerate(lines, start=1) if written in one or path in one), NO_LINE)
    return DataError(
        "settings-backslash",
        Text(
            f"{key} のファイル名「{written}」の {'・'.join(_letters(path))} が、タブや改行などの記号として読まれます"
            "（¥ はバックスラッシュ \\）。",
            f'in {key}, "{written}" is read with a tab, a line break or the like in it (escapes: {", ".join(_letters(path))})',
        ),
        PATH_REMEDY,
        file,
        _where(line),
    )


def _letters(path: str) -> list[str]:
    return list(dict.fromkeys("\\" + _ESCAPED.get(sign, "u") for sign in _CONTROL.findall(path)))


def _slip(message: str, text: str, file: str) -> DataError:
    found = _LINE.search(message)
    line = int(found[1]) if found else NO_LINE
    lines = text.split("\n")
    written = lines[line - 1].strip() if 0 < line <= len(lines) else ""
    if message.startswith(_BACKSLASH) and "\\" in _LITERAL.sub("", written):
        return DataError(
            "settings-backslash",
            Text(
                f'引用符 " の中に ¥（バックスラッシュ \\）があり、ファイルの場所として読めません: {written[:80]}',
                f'a backslash within "…" cannot be read as part of a path: {written[:80]}',
            ),
            PATH_REMEDY,
            file,
            _where(line),
        )
    if message.startswith(_TWICE):
        return DataError(
            "settings-twice",
            Text(f"同じ項目か見出しが2度書かれています。{written[:80]}", f"a key or heading stands there twice: {written[:80]}"),
            Text(
                "どちらかを消すか、1つの見出しの下にまとめてください（2つ以上あってよいのは [[layers]] のような二重かっこの見出しだけです）。",
                "drop one of them, or put both under one heading (only headings in [[ ]] may be repeated)",
            ),
            file,
            _where(line),
        )
    slip = next((ja for begin, ja in _SLIPS.items() if message.startswith(begin)), message)
    return DataError(
        "settings-not-toml",
        Text(f"TOMLとして読めません（{slip}）。{written[:80]}", f"is not valid TOML ({message}). {written[:80]}"),
        Text("その行の引用符・かっこ・= を確かめてください。", "check the quotes, brackets and = on that line"),
        file,
        _where(line),
    )


def _where(line: int) -> Text | None:
    return Text(f"{line}行目", f"line {line}") if line else None
