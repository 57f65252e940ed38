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
MAY_BE_EMPTY = frozenset({"draft", "notice", "blanks", "totals", "rest", "where", "close", "alt_where", "alt_close", "headings", "items"})


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
    for where, text in texts_in(data):
        for sign in without_glyph(text.replace("\n", ""), SERIF, SANS):
            raise _no_glyph(sign, text, where.strip(), paper)


SERIF, SANS = "serif", "sans"  # of the papers; maps are lettered in the second alone


def without_glyph(text: str, *fonts: str) -> list[str]:
    """The characters of one line that one of `fonts` (SERIF, SANS) cannot draw, in their order, each once."""
    lacking: dict[str, None] = {}
    for before, sign in zip(("", *text), text, strict=False):
        for name in fonts:
            plain, variants = _characters(name)
            if ord(sign) not in plain and (before, sign) not in variants:  # 異体字セレクタ: a variant the font draws
                lacking[sign] = None
    return list(lacking)


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
def _characters(font: str) -> tuple[frozenset[int], frozenset[tuple[str, str]]]:
    """Code points that a font has, and (base, selector) pairs that it draws as a variant."""
    from fontTools.ttLib import TTFont
    from pylopdf_fonts_jp import sans_path, serif_path

    with TTFont(serif_path() if font == SERIF else sans_path(), lazy=True) as opened:
        tables = [table for table in opened["cmap"].tables if table.format == VARIANTS]
        pairs = {(chr(base), chr(selector)) for t in tables for selector, rows in t.uvsDict.items() for base, _ in rows}
        return frozenset(opened.getBestCmap()), frozenset(pairs)


def without_control(value: Any) -> Any:
    """The same texts, lists and dicts without control characters (geodata.tables.text.CONTROL)."""
    if isinstance(value, str):
        return tables_text.stripped(value).replace("\r", " ").replace("\t", " ")
    if isinstance(value, dict):
        return {key: without_control(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_control(part) for part in value]
    return value
