"""Checks of texts before they are printed: nothing empty, and a glyph for every character."""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from geodata.errors import DataError, Text
from geodata.tables import text as tables_text

VARIANTS = 14  # the format of the font's table of 異体字


def check_no_hole(data: Mapping[str, Any], paper: str) -> None:
    """Refuse a paper with an empty text where something must stand. `draft`, `notice` and the like may be empty."""
    for where, text in texts_in(data, leave_out=MAY_BE_EMPTY):
        if not text.strip() or text in {"None", "nan", "NaN"}:
            raise DataError(
                "letter-hole",
                Text(f"{paper}の「{where}」が空です", f"{where} of {paper} is empty"),
                Text("letters.toml のその項目に書き込んでください。", "fill it in in letters.toml"),
                paper,
            )


# a paragraph under an item has no number, a column without a sum no total
MAY_BE_EMPTY = frozenset(
    {"draft", "notice", "blanks", "totals", "rest", "where", "close", "alt_where", "alt_close", "headings", "items"}
)


def texts_in(value: Any, where: str = "", leave_out: frozenset[str] = frozenset()) -> Iterator[tuple[str, str]]:
    """(where, text) of every text in nested dicts and lists, the keys `leave_out` aside."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        named = f"地区 {value['zone_id']} " if "zone_id" in value else ""
        for key, part in value.items():
            if key not in leave_out:
                yield from texts_in(part, f"{where}{named}{NAMES.get(key, key)} ", leave_out)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value, start=1):
            yield from texts_in(part, f"{where}{number} ", leave_out)


NAMES = {
    "addressee": "宛先",
    "sender": "差出人",
    "title": "件名",
    "body": "本文",
    "items": "記",
    "contact": "事務担当",
    "number": "文書番号",
    "date": "日付",
    "cells": "表の行",
    "place": "地区",
    "facilities": "施設・交通",
    "carrier_name": "事業者名",
    "dangers": "災害・地形",
    "building": "整備の条件",
    "grant": "補助制度",
    "notes": "注",
    "situation": "不感の状況",
    "history": "要望の経緯",
    "zones": "地区の表",
    "author": "差出人",
    "headings": "見出し",
    "text": "",
    "towns": "市町別",
}


def check_glyphs(data: Mapping[str, Any], paper: str) -> None:
    """Refuse, by name and place, a character that the fonts of the papers do not have."""
    known = _characters()
    for where, text in texts_in(data):
        for number, sign in enumerate(text):
            code = ord(sign)
            if code == ord("\n") or code in known[0]:
                continue
            if number and (ord(text[number - 1]), code) in known[1]:
                continue  # a variant (異体字セレクタ) that the font draws
            raise _no_glyph(sign, text, where.strip(), paper)


def _no_glyph(sign: str, text: str, where: str, paper: str) -> DataError:
    name = unicodedata.name(sign, "外字")
    shown = text if len(text) <= 40 else text[:40] + "…"
    return DataError(
        "glyph-missing",
        Text(
            f"印刷できない文字「{sign}」（U+{ord(sign):04X} {name}）が「{shown}」にあります",
            f"no font has {sign!r} (U+{ord(sign):04X} {name}) in {shown!r}",
        ),
        Text(
            "元のデータか letters.toml で、その字を常用の字体に替えるか、かな書きにしてください。",
            "write it with another character in the data or in letters.toml",
        ),
        paper,
        Text(where, where),
    )


@functools.cache
def _characters() -> tuple[frozenset[int], frozenset[tuple[int, int]]]:
    """Code points that both fonts have, and (base, selector) pairs that both draw as a variant."""
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_jp import sans_path, serif_path

    plain, variants = [], []
    for path in (serif_path(), sans_path()):
        with TTFont(path, lazy=True) as font:
            plain.append(frozenset(font.getBestCmap()))
            tables = [table for table in font["cmap"].tables if table.format == VARIANTS]
            pairs = [(base, selector) for t in tables for selector, rows in t.uvsDict.items() for base, _ in rows]
            variants.append(frozenset(pairs))
    return plain[0] & plain[1], variants[0] & variants[1]


def without_control(value: Any) -> Any:
    """The same texts, lists and dicts without control characters (geodata.tables.text.CONTROL)."""
    if isinstance(value, str):
        return tables_text.CONTROL.sub("", value).replace("\r", " ").replace("\t", " ")
    if isinstance(value, dict):
        return {key: without_control(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_control(part) for part in value]
    return value
