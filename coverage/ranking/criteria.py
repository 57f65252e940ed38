"""Criteria: what is measured, in which unit, how an amount becomes need, its usual weight, and why.

The usual weights add up to 100 over all groups (docs/score.md: a proposal, no law). What Kengai
measures is in CRITERIA and FEASIBILITY; EXTERNAL is what it has no data for: such an item is weighed once a
study brings its own numbers (`[[ranking.criteria]]`), and until then it is named as missing, never as zero.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from coverage.figures import figure
from geodata.errors import Text
from geodata.grid import FloatArray

Group = Literal["need", "safety", "use", "situation", "feasibility", "will"]
Scale = Literal["log", "linear", "steps"]
BoolArray = npt.NDArray[np.bool_]

GROUPS: dict[str, Text] = {
    "need": Text("需要", "need"),
    "safety": Text("安全", "safety"),
    "use": Text("利用", "use"),
    "situation": Text("状況", "situation"),
    "feasibility": Text("実現性", "feasibility"),
    "will": Text("市町の意思", "the municipality's will"),
}


@dataclass(frozen=True)
class Criterion:
    """What is measured (column `key` of the zones), in which unit, and the amount that earns the whole weight.

    `log`: log(1 + x) / log(1 + full), so that the step from 5 to 10 people weighs like that from 50 to 100;
    `linear`: x / full; both are capped at 1. `steps`: (from this amount on, need) in ascending amounts, 0 below
    the first. Nothing is taken from the data, so a zone's score does not depend on which other zones there are.
    `weight`: usual points of 100. `more`: column with how much the amount may exceed what is counted.
    """

    key: str
    ja: str
    en: str
    unit: str
    scale: Scale
    full: float
    why: Text
    group: Group = "need"
    weight: float = 0.0
    steps: tuple[tuple[float, float], ...] = ()
    more: str = ""

    def need(self, amount: pd.Series) -> pd.Series:
        """0 (no need) to 1 (the whole weight), NaN where the amount is unknown. Same index."""
        amount = amount.astype(float)
        if self.scale == "steps":
            return self._stepped(amount)
        clipped = amount.clip(0.0, self.full)
        return np.log1p(clipped) / np.log1p(self.full) if self.scale == "log" else clipped / self.full

    def _stepped(self, amount: pd.Series) -> pd.Series:
        at, needs = np.array(self.steps, float).T
        found = np.concatenate([[0.0], needs])[np.searchsorted(at, amount.to_numpy(), side="right")]
        return pd.Series(found, index=amount.index, name=amount.name).where(amount.notna())

    def bounds(self, zones: pd.DataFrame) -> pd.DataFrame:
        """known, low, high need of each zone, 0..1, index as `zones`; `known` is NaN where it is unknown.

        An unknown amount may be anything from no need to full need. Where only a part is counted (`more`), the
        need is at least that of what is counted; nothing counted and something uncounted is unknown.
        """
        column = zones[self.key] if self.key in zones else pd.Series(np.nan, index=zones.index)
        amount = pd.Series(column).astype(float)
        uncounted = zones[self.more].fillna(0.0) if self.more in zones else pd.Series(0.0, index=zones.index)
        amount = amount.where((amount > 0) | (uncounted <= 0))
        known = self.need(amount)
        high = np.maximum(known, self.need(amount + uncounted))
        return pd.DataFrame({"known": known, "low": known.fillna(0.0), "high": high.fillna(1.0)})

    def rule(self) -> Text:
        """How an amount earns points, in a few words."""
        unit = self.unit
        if self.scale == "steps":
            ja = "、".join(f"{at:g}{unit}から{100 * need:.0f}%" for at, need in self.steps)
            en = ", ".join(f"from {at:g}: {100 * need:.0f} %" for at, need in self.steps)
            return Text(ja, en)
        shape = Text("対数", "on a log scale") if self.scale == "log" else Text("比例", "in proportion")
        return Text(f"{self.full:g}{unit}以上で満点（{shape.ja}）", f"all of them from {self.full:g} on, {shape.en}")


def named(key: str) -> tuple[str, str, str]:
    """(key, Japanese, English name) of a criterion that is a figure of the catalogue."""
    name = figure(key).heading
    return key, name.ja, name.en


CRITERIA = (
    Criterion(
        *named("uncovered_population"),
        "人",
        "log",
        1000,
        Text("どこか1社でも使えない人。だれが困っているかの大きさ", "people whom at least one carrier leaves out"),
        "need",
        10,
    ),
    Criterion(
        *named("complete_population"),
        "人",
        "log",
        500,
        Text("1社も使えず、119番もかけられない人", "nobody serves them: no call for help either"),
        "need",
        10,
    ),
    Criterion(
        *named("uncovered_households"),
        "世帯",
        "log",
        500,
        Text("契約の単位。人数だけでは一人暮らしの多い地区が小さく見える", "what a contract is counted in"),
        "need",
        5,
    ),
    Criterion(
        *named("uncovered_65plus"), "人", "log", 500, Text("ほかに助けを呼ぶ手だてが少ない人", "fewer other ways to reach help"), "need", 5
    ),
    Criterion(
        *named("shelters"), "か所", "linear", 5, Text("災害のときにみなが集まる場所", "where everyone goes when it matters"), "safety", 15
    ),
    Criterion(
        *named("carriers_missing"),
        "者",
        "steps",
        4,
        Text("4社のうち使えない会社の数。0社しか使えないとき満点、1社で6割、2社で2割", "how far from a free choice of carrier"),
        "situation",
        10,
        ((1.5, 0.1), (2, 0.2), (2.5, 0.4), (3, 0.6), (3.5, 0.8), (4, 1.0)),
        "carriers_unknown",
    ),
)
FEASIBILITY = (
    Criterion(
        *named("nearest_coverage_km"),
        "km",
        "steps",
        0,
        Text("近いほど既にある局や回線から延ばしやすい", "the nearer, the easier to reach from what stands"),
        "feasibility",
        5,
        ((0, 1.0), (1, 0.75), (2, 0.5), (5, 0.25), (10, 0.0)),
    ),
)
EXTERNAL = (
    Criterion(
        *named("hazard"),
        "",
        "linear",
        1,
        Text("災害で道が切れると電話だけが頼り（該当1、非該当0）", "cut off, only the telephone is left (1 yes, 0 no)"),
        "safety",
        10,
    ),
    Criterion(
        *named("uncovered_road_km"),
        "km",
        "linear",
        10,
        Text("事故や災害のときに通報できない道路", "roads from which no one can call for help"),
        "safety",
        15,
    ),
    Criterion(*named("public_facilities"), "か所", "linear", 5, Text("日々人が集まる場所", "where people meet every day"), "use", 5),
    Criterion(
        *named("visitors"),
        "",
        "linear",
        1,
        Text("住む人のほかに来る人・働く人（該当1、非該当0）", "those who come and work there (1 yes, 0 no)"),
        "use",
        5,
    ),
    Criterion(
        "municipal_order",
        "市町の優先順位",
        "the municipality's order",
        "位",
        "steps",
        1,
        Text("地元がどこを先にと言っているか", "what the municipality puts first"),
        "will",
        5,
        ((1, 1.0), (2, 0.8), (3, 0.6), (4, 0.4), (5, 0.2), (6, 0.0)),
    ),
)
STANDARD = CRITERIA + EXTERNAL + FEASIBILITY
DEFAULT_WEIGHTS = {criterion.key: float(criterion.weight) for criterion in CRITERIA}


@dataclass(frozen=True)
class Needs:
    """What zones need of each weighed criterion, and what a criterion weighs.

    known float64[zones, criteria] 0..1, NaN unknown; low, high: the least and most it may be. weight
    float64[criteria] sums to 1 over the criteria that anything is known of (`available`) and is 0 elsewhere.
    """

    criteria: tuple[Criterion, ...]
    index: pd.Index
    known: FloatArray
    low: FloatArray
    high: FloatArray
    weight: FloatArray
    available: BoolArray

    def parts(self) -> FloatArray:
        """float64[zones, criteria] of 0..1 that sum to the score; NaN where unknown, the known scaled up to 1."""
        weighed = np.where(np.isnan(self.known), 0.0, self.weight)
        total = weighed.sum(axis=1, keepdims=True)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(np.isnan(self.known) | (total <= 0), np.nan, self.known * weighed / total)

    def of(self, rows: BoolArray) -> Needs:
        """The needs of some zones, with the same criteria and weights."""
        return Needs(self.criteria, self.index[rows], self.known[rows], self.low[rows], self.high[rows], self.weight, self.available)


def needs_of(zones: pd.DataFrame, weights: Mapping[str, float], criteria: Iterable[Criterion]) -> Needs:
    """The needs of `zones` in the criteria that weigh something, in the order of `criteria`.

    A criterion without a column in `zones`, or that nothing is known of, is not available: it weighs nothing.
    Raises ValueError for a weight of a criterion that is not among `criteria`.
    """
    criteria = tuple(criteria)
    if unexpected := sorted(set(weights) - {criterion.key for criterion in criteria}):
        raise ValueError(f"weights of unknown criteria: {', '.join(unexpected)}")
    used = tuple(criterion for criterion in criteria if weights.get(criterion.key, 0.0) > 0)
    bounds = [criterion.bounds(zones) for criterion in used]

    def column(name: str) -> FloatArray:
        stacked = np.array([found[name].to_numpy(float) for found in bounds], float)
        return stacked.reshape(len(used), len(zones)).T

    known = column("known")
    there = [c.key in zones for c in used]
    available: BoolArray = np.array(there if zones.empty else ~np.isnan(known).all(axis=0), bool)
    weight = np.where(available, [weights[criterion.key] for criterion in used], 0.0)
    total = weight.sum()
    return Needs(
        used,
        zones.index,
        known,
        np.where(available, column("low"), 0.0),
        np.where(available, column("high"), 0.0),
        weight / total if total > 0 else weight,
        available,
    )


def not_available(zones: pd.DataFrame, weights: Mapping[str, float], criteria: Iterable[Criterion]) -> list[str]:
    """Keys of the items that the ranking of `zones` had to do without altogether.

    Those that weigh something and have no data, and the standard items (EXTERNAL) that nobody brought data for.
    """
    needs = needs_of(zones, weights, criteria)
    without = [c.key for c, there in zip(needs.criteria, needs.available, strict=True) if not there]
    return without + [c.key for c in EXTERNAL if weights.get(c.key, 0.0) <= 0]


def feasibility(zones: pd.DataFrame, criteria: Iterable[Criterion]) -> pd.Series:
    """0 (hard) to 100 (easy): the mean of the criteria of that group by their usual weights, over what is known.

    Shown beside the score and no part of it: need and what is easy to build are different questions.
    NaN where nothing is known. Index as `zones`.
    """
    group = [c for c in criteria if c.group == "feasibility" and c.weight > 0 and c.key in zones]
    needs = needs_of(zones, {c.key: c.weight for c in group}, group)
    parts = pd.DataFrame(needs.parts(), index=zones.index)
    return (parts.sum(axis=1, min_count=1) * 100.0).rename("feasibility")
