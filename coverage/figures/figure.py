"""What a figure is: its key, its name, what it counts, and of whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from geodata.errors import Text

Unit = Literal["people", "households", "zones", "places", "km", "share", "points", "rank", "cells", "carriers", "letters", "cases", "yes"]
Rule = Literal["", "gaps", "official", "any"]
Part = Literal["zones", "cells", "people", "rows"]
UNITS: dict[Unit, Text] = {
    "people": Text("人", "people"),
    "households": Text("世帯", "households"),
    "zones": Text("地区", "zones"),
    "places": Text("か所", "places"),
    "km": Text("km", "km"),
    "share": Text("割合", "share"),
    "points": Text("点", "points"),
    "rank": Text("位", "rank"),
    "cells": Text("メッシュ", "cells"),
    "carriers": Text("社", "carriers"),
    "letters": Text("通", "letters"),
    "cases": Text("件", "cases"),
    "yes": Text("該当・非該当", "yes or no"),
}
RULE_WORDS: dict[Rule, Text] = {
    "": Text("エリアの判定によらない", "no rule"),
    "gaps": Text("地区と順位の判定（[rules] gaps。初期値は面積按分）", "the rule of the zones ([rules] gaps, by area unless changed)"),
    "official": Text(
        "公表の判定（[rules] official。初期値は総務省方式）",
        "the rule of published coverage ([rules] official, the MIC rule unless changed)",
    ),
    "any": Text("規則ごとに並べる", "by each of the rules"),
}
# of whom a figure speaks: its population of reference
OF: dict[str, Text] = {
    "zone": Text("地区の区画（エリア外のある区画）に住む人。計は全地区の合計", "who lives in the cells of a zone; a total is of all zones"),
    "study": Text("調査区域の全メッシュの人（地区に入らない区画を含む）", "everybody in the cells of the study, in a zone or not"),
    "source": Text("人口のファイルに載っている全員", "everybody in the files of population"),
    "letter": Text("その会社への要望書の別紙1に載せた地区", "the zones in annex 1 of the letter to that carrier"),
    "year": Text("台帳に記録された、その年度の要望と回答", "what the registry holds of the year"),
}
# what an unknown part does to a figure
UNKNOWN: dict[str, Text] = {
    "least": Text(
        "分かっている分の合計と、不明な分の数を並べる（合計は「少なくとも」）。全部不明なら不明",
        "the sum of what is known beside how many parts are not: a least; unknown where nothing is known",
    ),
    "whole": Text("一部でも不明なら全体を不明とする", "unknown as soon as a part is"),
    "counted": Text("不明な分は、それだけを数えた別の数になる", "what is unknown is counted apart"),
    "none": Text("不明はない", "nothing can be unknown"),
}
# kinds of input (IntakeReport.kind) that a figure comes from
Kind = Literal["population", "coverage", "boundary", "settlement", "facility", "road", "area", "measurement", "future"]
PEOPLE: tuple[Kind, ...] = ("population", "boundary")
GAPS: tuple[Kind, ...] = (*PEOPLE, "coverage", "measurement")
PLACES: tuple[Kind, ...] = (*GAPS, "settlement")


@dataclass(frozen=True)
class Figure:
    """One figure. Its key, name and short name belong to no other.

    name, short: as printed (short: in narrow headings); both may hold {carrier}, {generation} and the like. rule: by which
    rule people count as covered; of: OF, the population of reference; unknown: UNKNOWN; made_of: kinds of files it comes from;
    column: its column in the zones, "" where it is none; sums: whether amounts of its unit add up over zones (a distance does
    not); see: figures easily taken for this one.
    """

    key: str
    name: Text
    definition: Text
    unit: Unit
    of: str
    rule: Rule = ""
    unknown: str = "least"
    made_of: tuple[Kind, ...] = PLACES
    column: str = ""
    short: Text | None = None
    sums: bool = True
    see: tuple[str, ...] = ()

    @property
    def heading(self) -> Text:
        """The name where there is little room."""
        return self.short or self.name

    @property
    def words(self) -> dict[str, Text]:
        """unit, rule, of, unknown in words."""
        return {"unit": UNITS[self.unit], "rule": RULE_WORDS[self.rule], "of": OF[self.of], "unknown": UNKNOWN[self.unknown]}

    @property
    def parts(self) -> frozenset[str]:
        """What has to be said to know which one is meant: carrier, generation, criterion …"""
        return frozenset(part for _, part, _, _ in Formatter().parse(self.name.ja + self.column) if part)

    def named(self, parts: Mapping[str, Text | str] | None = None, short: bool = False) -> Text:
        """The name with its {parts}; a part that is not given goes by its own word."""
        given = parts or {}
        words = {part: given.get(part, PART_WORDS[part]) for part in self.parts}
        ja, en = ({part: word.in_(lang) if isinstance(word, Text) else word for part, word in words.items()} for lang in ("ja", "en"))
        text = self.heading if short else self.name
        return Text(text.ja.format(**ja), text.en.format(**en))


PART_WORDS = {
    "carrier": Text("各社", "a carrier"),
    "generation": Text("各世代", "a generation"),
    "rule": Text("規則", "a rule"),
    "criterion": Text("項目", "a criterion"),
    "group": Text("群", "a group"),
    "year": Text("年", "a year"),
    "word": Text("区分", "a class"),
}


@dataclass(frozen=True)
class Amount:
    """The value of a figure that may be known in part.

    known: the sum of what is known, None where nothing is; unknown: how many of its `parts`
    (zones, cells, people …: `of`) are not known, or not wholly.
    """

    known: float | None
    unknown: int = 0
    parts: int = 0
    of: Part = "zones"

    @property
    def value(self) -> float | None:
        """The whole, or None as soon as a part is unknown: a sum without it would look whole."""
        return None if self.unknown else self.known
