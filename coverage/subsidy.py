"""携帯電話等エリア整備事業: whether a grant may be possible, and what it would come to. Never more than 可能性.

The rules change every fiscal year and stand in data/subsidy_<year>.toml with their source and the day they were
checked. What is decided by the ministry cannot be decided here: the answers are "possible", "unlikely", "unknown".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, Field, field_validator

from coverage.study import sources as study_sources
from coverage.study import toml_file
from geodata.errors import DataError, Text

RULES = Path(__file__).with_name("data")
Who = Literal["municipality", "carrier", "sharing"]
Answer = Literal["possible", "unlikely", "unknown"]
ANSWERS: dict[Answer, Text] = {
    "possible": Text("補助事業の対象となる可能性があります", "a grant may be possible"),
    "unlikely": Text("補助事業の対象となる可能性は低いと見られます", "a grant seems unlikely"),
    "unknown": Text("補助事業の対象となるかは分かりません", "whether a grant is possible is not known"),
}
CAUTION = Text(
    "補助の可否は国の審査で決まります。この表示は指定地域の一覧などから見た可能性です。",
    "the ministry decides; this only says what lists of designated areas suggest",
)


class _Part(BaseModel):
    model_config = study_sources.STRICT


class Source(_Part):
    """Where the rules were read, and when."""

    title: str
    publisher: str
    checked: study_sources.AsOf


class Rate(_Part):
    """The state's share of the cost from this many carriers on, as an exact fraction."""

    participants: Annotated[int, Field(ge=1)]
    rate: str

    @field_validator("rate")
    @classmethod
    def _is_a_fraction(cls, rate: str) -> str:
        if not re.fullmatch(r"[1-9]\d?/[1-9]\d?", rate) or Fraction(rate) > 1:
            raise ValueError(f"subsidy-rate {rate}")
        return rate


class Work(_Part):
    """What is built or paid for, by whom, at which rates."""

    key: study_sources.Key
    name: str
    who: Annotated[list[Who], Field(min_length=1)]
    fiscal_strength_at_most: float | None = None
    rates: Annotated[list[Rate], Field(min_length=1)]
    island_rate: str | None = None


class SubsidyRules(_Part):
    """The rules of one fiscal year."""

    fiscal_year: int
    name: str
    office: str
    status: Literal["確認", "未確認"]
    checked: study_sources.AsOf
    rounding_yen: Annotated[int, Field(ge=1)]
    sources: Annotated[list[Source], Field(min_length=1)]
    areas: dict[study_sources.Key, str]
    works: Annotated[list[Work], Field(min_length=1)]

    def work(self, key: str) -> Work:
        """The work of that key. KeyError when the year's rules know none."""
        found = {work.key: work for work in self.works}
        return found[key]


def read_rules(fiscal_year: int, folder: Path = RULES) -> SubsidyRules:
    """The rules of a fiscal year. DataError where there are none yet: last year's are never taken silently."""
    file = folder / f"subsidy_{fiscal_year}.toml"
    if not file.is_file():
        years = sorted(found.stem.removeprefix("subsidy_") for found in folder.glob("subsidy_*.toml"))
        raise DataError(
            "subsidy-year-missing",
            Text(
                f"{fiscal_year}年度の補助の決まりがありません（あるのは {'、'.join(years)}）",
                f"there are no subsidy rules for {fiscal_year} (only {', '.join(years)})",
            ),
            Text(
                f"国の公募要領を確かめて {file.name} を作ってください。前の年度の決まりは使いません。",
                f"read the year's rules and make {file.name}; those of another year are not taken",
            ),
            file.name,
        )
    missing = Text("ファイルを確かめてください。", "check the file")
    return toml_file.read_settings(file, SubsidyRules, "docs/study.md", missing)[0]


@dataclass(frozen=True)
class Possibility:
    """What can be said of a place: `answer`, for which designations, why; and always CAUTION with it."""

    answer: Answer
    areas: tuple[str, ...]
    reasons: tuple[Text, ...]

    @property
    def words(self) -> Text:
        """The answer in words, never as a certainty."""
        return ANSWERS[self.answer]


def possibility(
    rules: SubsidyRules, areas: Mapping[str, bool | None], on: date, valid: Mapping[str, tuple[date | None, date | None]] | None = None
) -> Possibility:
    """Whether a place may fall under the rules on the day `on`.

    areas: {key of rules.areas: designated or not, None or left out = not known}; valid: (first, last) day of a
    designation, where it has such days. One designation is enough for "possible"; "unlikely" needs a known no
    for every kind of area, since a place outside 過疎 may still be 半島 or 山村.
    """
    if unexpected := sorted(set(areas) - set(rules.areas)):
        raise ValueError(f"areas the rules do not know: {', '.join(unexpected)}")
    reasons: list[Text] = []
    hit: list[str] = []
    for key, name in rules.areas.items():
        if not areas.get(key):
            continue
        first, last = (valid or {}).get(key, (None, None))
        if (first and on < first) or (last and on > last):
            reasons.append(Text(f"{name}の指定は期間外です", f"the designation {key} is not in force that day"))
            continue
        hit.append(key)
        until = Text(f"（{last.isoformat()} まで）", f" (until {last.isoformat()})") if last else Text("", "")
        reasons.append(Text(f"{name}に当たります{until.ja}", f"is designated as {key}{until.en}"))
    unknown = [name for key, name in rules.areas.items() if areas.get(key) is None]
    if not hit and unknown:
        reasons.append(Text(f"{'・'.join(unknown)}に当たるか分かりません", f"not known for {len(unknown)} kinds of areas"))
    if rules.status != "確認":
        reasons.append(
            Text(
                f"{rules.fiscal_year}年度の公募要領では未確認です（{rules.checked} 時点の公開資料による）",
                f"not yet checked against the rules of {rules.fiscal_year} (as of {rules.checked})",
            )
        )
    answer: Answer = "possible" if hit else "unknown" if unknown else "unlikely"
    return Possibility(answer, tuple(hit), tuple(reasons))


def state_rate(
    rules: SubsidyRules, work: str, participants: int, *, by: Who, fiscal_strength: float | None = None, island: bool = False
) -> Fraction | None:
    """The state's share of the cost of `work` if it is granted, or None where the rules give none.

    participants: carriers that take part; by: who builds; fiscal_strength: 財政力指数 of the municipality, None
    unknown. A condition that cannot be checked gives None.
    """
    if participants < 1:
        raise ValueError("at least one carrier takes part")
    spec = rules.work(work)
    if by not in spec.who:
        return None
    least = spec.fiscal_strength_at_most
    if by != "municipality" and least is not None and (fiscal_strength is None or fiscal_strength > least):
        return None
    if island and spec.island_rate:
        return Fraction(spec.island_rate)
    fitting = [rate for rate in spec.rates if rate.participants <= participants]
    return Fraction(max(fitting, key=lambda rate: rate.participants).rate) if fitting else None


def grant_yen(cost_yen: int, rate: Fraction, rounding_yen: int) -> int:
    """The grant for a cost: its share, cut down to whole `rounding_yen` (1,000 yen), in exact arithmetic."""
    if cost_yen < 0:
        raise ValueError("a cost below 0")
    return cost_yen * rate.numerator // rate.denominator // rounding_yen * rounding_yen


def total_grant_yen(costs_yen: Iterable[int], rate: Fraction, rounding_yen: int) -> int:
    """The grants of several places together: each is cut down on its own."""
    return sum(grant_yen(cost, rate, rounding_yen) for cost in costs_yen)
