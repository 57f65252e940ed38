"""A last check of the texts that are about to be printed, for what must never be in a letter.

These checks share no code with what makes the papers: they read the printed text back and count again.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from geodata.errors import DataError, Text
from requests_gen.letters.annexes.annex1_table import AnnexTable
from requests_gen.letters.last_year import History

# the 2 of 別紙2　地区別個票 is a name and no count
COUNTED = re.compile(r"(?<!別紙)(?<!\d)(?<!\d[,.])(\d[\d,]*)\s*(人|世帯|地区|か所)")
SHORTEST_SECRET = 6  # shorter answers ("A2", 検討中) are words that anybody uses
Figures = dict[str, set[int]]


def counted(text: str) -> list[tuple[int, str]]:
    """(number, unit) of every count in a text, full- or half-width."""
    plain = unicodedata.normalize("NFKC", text)
    return [(int(number.replace(",", "")), unit) for number, unit in COUNTED.findall(plain)]


def sums_of(table: AnnexTable) -> dict[str, int | None]:
    """Counts and sums of annex 1, read from its printed cells: 8以上 is 8. A cell that says 不明 is in no sum; None where all do."""
    names = [unicodedata.normalize("NFKC", heading.text).replace("\n", "") for heading in table.headings]
    column = {name: [unicodedata.normalize("NFKC", row[at].text) for row in table.cells] for at, name in enumerate(names)}
    return {
        "地区": len(set(column["地区ID"])),
        "0社": sum(text == "0社" for text in column["提供事業者数"]),
        "人": _sum(column["貴社エリア外人口(推計)"]),
        "世帯": _sum(column["貴社エリア外世帯(推計)"]),
        "か所": _sum(column["貴社エリア外の避難所等(か所)"]),
    }


def _sum(printed: list[str]) -> int | None:
    counts = [text.replace(",", "").removesuffix("以上") for text in printed]
    known = [int(text) for text in counts if text.isdigit()]
    return sum(known) if known or not printed else None


def check_figures(texts: list[str], table: AnnexTable, own_texts: list[str], answers: list[int], paper: str) -> None:
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


def _figure(paper: str, figure: str, unit: str, allowed: Figures) -> DataError:
    right = "・".join(f"{value:,}{unit}" for value in sorted(allowed.get(unit, set()))) or "なし"
    return DataError(
        "letter-figure",
        Text(
            f"{paper}の数「{figure}」が、別紙1の合計（{right}）と合いません",
            f"the figure {figure} in {paper} is not a sum of annex 1 ({right})",
        ),
        Text(
            "ひな形に数を直接書いているときは、差し込み（{{ }}）に替えてください。団体の説明の数は letters.toml の [texts] に書けます。",
            "use placeholders for figures in the template; numbers of your own text belong into [texts] of letters.toml",
        ),
        paper,
    )


def check_no_secret(texts: list[str], history: History | None, carrier: str) -> None:
    """Refuse a paper that holds another carrier's answer. None is given to it; this is a second safeguard."""
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
                Text("他社の回答がこの社あての文書に入っています", "another carrier's answer stands in this paper"),
                Text("文書は作りませんでした。開発者に知らせてください。", "nothing was made; please report this"),
            )


def _replies(history: History, carrier: str) -> list[Any]:
    own = history.of(carrier)
    return list(own.zones.values()) if own else []
