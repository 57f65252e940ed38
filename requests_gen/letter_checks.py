"""What must be impossible in a letter, looked for once more in what is about to be printed.

These checks share no code with what makes the papers: they read the printed text back and count again.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from geodata.errors import DataError, Text
from geodata.text import CONTROL
from requests_gen.annex_tables import AnnexTable
from requests_gen.letter_history import History

# the 2 of 別紙2　地区別個票 counts nothing
COUNTED = re.compile(r"(?<!別紙)(?<!\d)(?<!\d[,.])(\d[\d,]*)\s*(人|世帯|地区|か所)")
VARIANTS = 14  # the format of the font's table of 異体字
SHORTEST_SECRET = 6  # shorter answers ("A2", 検討中) are words that anybody uses

Figures = dict[str, set[int]]


def counted(text: str) -> list[tuple[int, str]]:
    """(number, unit) of every count in a text, full- or half-width."""
    plain = unicodedata.normalize("NFKC", text)
    return [(int(number.replace(",", "")), unit) for number, unit in COUNTED.findall(plain)]


def sums_of(table: AnnexTable) -> dict[str, int | None]:
    """Counts and sums of annex 1, read from its printed cells. None where a cell says 不明."""
    names = [unicodedata.normalize("NFKC", heading.text).replace("\n", "") for heading in table.headings]
    column = {
        name: [unicodedata.normalize("NFKC", row[at].text) for row in table.cells]
        for at, name in enumerate(names)
    }
    return {
        "地区": len(set(column["地区ID"])),
        "0社": sum(text == "0社" for text in column["提供事業者数"]),
        "人": _sum(column["エリア外人口(推計)"]),
        "世帯": _sum(column["エリア外世帯(推計)"]),
        "か所": _sum(column["避難所等(か所)"]),
    }


def _sum(printed: list[str]) -> int | None:
    numbers = [text.replace(",", "") for text in printed]
    return sum(int(text) for text in numbers) if all(text.isdigit() for text in numbers) else None


def check_figures(
    texts: list[str], table: AnnexTable, own_texts: list[str], answers: list[int], paper: str
) -> None:
    """Refuse a paper that counts anything which annex 1 does not.

    texts: what the paper says; own_texts: sentences and names of the settings, whose counts are the office's
    own; answers: last year's counts of zones.
    """
    sums = sums_of(table)
    allowed: Figures = {"地区": set(answers)}
    for unit, name in (("地区", "地区"), ("地区", "0社"), ("人", "人"), ("世帯", "世帯"), ("か所", "か所")):
        if (value := sums[name]) is not None:
            allowed.setdefault(unit, set()).add(value)
    for text in own_texts:
        for number, unit in counted(text):
            allowed.setdefault(unit, set()).add(number)
    found = [pair for text in texts for pair in counted(text)]
    for number, unit in found:
        if number not in allowed.get(unit, set()):
            raise _figure(paper, f"{number:,}{unit}", unit, allowed)
    for unit in ("地区", "人", "世帯", "か所"):
        if sums[unit] and (sums[unit], unit) not in found:
            raise _figure(paper, f"（{unit}の数なし）", unit, allowed)


def _figure(paper: str, said: str, unit: str, allowed: Figures) -> DataError:
    right = "・".join(f"{value:,}{unit}" for value in sorted(allowed.get(unit, set()))) or "なし"
    return DataError(
        "letter-figure",
        Text(
            f"{paper}の数「{said}」が、別紙1の合計（{right}）と合いません",
            f"the figure {said} in {paper} is not a sum of annex 1 ({right})",
        ),
        Text(
            "ひな形に数を直接書いているときは、差し込み（{{ }}）に替えてください。団体の説明の数は letters.toml の [texts] に書けます。",
            "use placeholders for figures in the template; numbers of your own text belong into [texts] of letters.toml",
        ),
        paper,
    )


def check_no_secret(texts: list[str], history: History | None, carrier: str) -> None:
    """Refuse a paper in which another carrier's answer stands. Its answers never get here; this looks anyway."""
    if history is None:
        return
    own = {reply.answer for reply in _replies(history, carrier)}
    others = {
        reply.answer
        for key in history.carriers
        if key != carrier
        for reply in _replies(history, key)
        if len(reply.answer) >= SHORTEST_SECRET
    } - own
    for answer in sorted(others):
        if any(answer in text for text in texts):
            raise DataError(
                "letter-secret",
                Text(
                    "他社の回答がこの社あての文書に入っています",
                    "another carrier's answer stands in this paper",
                ),
                Text(
                    "文書は作りませんでした。開発者に知らせてください。",
                    "nothing was made; please report this",
                ),
            )


def _replies(history: History, carrier: str) -> list[Any]:
    own = history.of(carrier)
    return list(own.zones.values()) if own else []


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
    {
        "draft",
        "notice",
        "blanks",
        "totals",
        "rest",
        "where",
        "close",
        "alt_where",
        "alt_close",
        "headings",
        "items",
    }
)


def texts_in(
    value: Any, where: str = "", leave_out: frozenset[str] = frozenset()
) -> Iterator[tuple[str, str]]:
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
    "addressee": "宛先", "sender": "差出人", "title": "件名", "body": "本文", "items": "記", "contact": "事務担当",
    "number": "文書番号", "date": "日付", "cells": "表の行", "place": "地区", "facilities": "施設・交通", "carrier_name": "事業者名",
    "dangers": "災害・地形", "building": "整備の条件", "grant": "補助制度",
    "notes": "注", "situation": "不感の状況", "history": "要望の経緯", "zones": "地区の表", "author": "差出人",
    "headings": "見出し", "text": "", "towns": "市町別",
}  # fmt: skip


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
            pairs = [
                (base, selector) for t in tables for selector, rows in t.uvsDict.items() for base, _ in rows
            ]
            variants.append(frozenset(pairs))
    return plain[0] & plain[1], variants[0] & variants[1]


def without_control(value: Any) -> Any:
    """The same texts, lists and dicts without control characters (geodata.text.CONTROL)."""
    if isinstance(value, str):
        return CONTROL.sub("", value).replace("\r", " ").replace("\t", " ")
    if isinstance(value, dict):
        return {key: without_control(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [without_control(part) for part in value]
    return value
