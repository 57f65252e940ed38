"""The [ranking] table of study.toml: weights, gates, how the ranks are shaken, and the office's own criteria."""

from __future__ import annotations

from dataclasses import replace
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, ValidationInfo, field_validator, model_validator

from coverage.ranking import DEFAULT_WEIGHTS, EXTERNAL, STANDARD, Criterion, RankingSpec
from coverage.study.sources import STRICT, AsOf, Key
from geodata.errors import Text

MEASURED = {criterion.key for criterion in STANDARD} - {criterion.key for criterion in EXTERNAL}


class OwnCriterion(BaseModel):
    """A criterion whose amounts the office brings itself: a CSV with a zone and a value in each row.

    `key` may be one of the standard items that Kengai has no data for (AWAITED): what is not said here is then
    taken from there. An item of another name is said in full.
    """

    model_config = STRICT

    key: Key
    name: str = ""
    name_en: str = ""
    unit: str = ""
    scale: Literal["log", "linear", "steps"] | None = None
    full: Annotated[float, Field(gt=0)] | None = None
    steps: list[Annotated[list[float], Field(min_length=2, max_length=2)]] = []
    group: Literal["need", "safety", "use", "situation", "feasibility", "will"] | None = None
    weight: Annotated[float, Field(ge=0)] | None = None
    why: str = ""
    file: str
    value: str  # the column of the amounts
    source: str
    as_of: AsOf

    @model_validator(mode="after")
    def _is_whole(self) -> OwnCriterion:
        if self.key in MEASURED:
            raise ValueError(f"criterion-measured {self.key}")
        standard = any(criterion.key == self.key for criterion in EXTERNAL)
        said = {"name": self.name, "scale": self.scale, "group": self.group, "weight": self.weight is not None}
        if missing := [name for name, value in said.items() if not value and not standard]:
            raise ValueError(f"criterion-half {', '.join(missing)}")
        if self.scale == "steps" and [at for at, _ in self.steps] != sorted({at for at, _ in self.steps}):
            raise ValueError("criterion-steps steps")
        if (self.scale in ("log", "linear") and self.full is None) or (self.scale == "steps" and not self.steps):
            raise ValueError(f"criterion-half {'steps' if self.scale == 'steps' else 'full'}")
        if any(not 0 <= need <= 1 for _, need in self.steps):
            raise ValueError("criterion-steps steps")
        return self

    @property
    def criterion(self) -> Criterion:
        """What is measured and what it is worth, for coverage.ranking."""
        base = next((criterion for criterion in EXTERNAL if criterion.key == self.key), None)
        base = base or Criterion(self.key, self.name, self.name_en or self.name, "", "linear", 1.0, Text("", ""))
        said: dict[str, Any] = {
            "ja": self.name,
            "en": self.name_en or self.name,
            "unit": self.unit,
            "group": self.group,
            "weight": self.weight,
            "why": Text(self.why, self.why) if self.why else None,
            "scale": self.scale,
            "full": self.full,
            "steps": tuple((at, need) for at, need in self.steps),
        }
        return replace(base, **{name: value for name, value in said.items() if value not in (None, "", ())})


class Ranking(BaseModel):
    """Weights by criterion (any scale: they are brought to 100 together) and the least need to be ranked.

    `weights` holds the criteria of the study's own too. What belongs to feasibility stands beside the score
    unless it is written in `weights` on purpose.
    """

    model_config = STRICT

    criteria: list[OwnCriterion] = []
    weights: dict[str, Annotated[float, Field(ge=0)]] = Field(default=DEFAULT_WEIGHTS, validate_default=True)
    least_uncovered_population: Annotated[float, Field(ge=0)] = 1.0
    least_road_km: Annotated[float, Field(ge=0)] = 0.0
    draws: Annotated[int, Field(ge=0, le=100_000)] = 1000
    shake: Annotated[float, Field(ge=0, lt=1)] = 0.2
    seed: Annotated[int, Field(ge=0)] = 20260401
    top: Annotated[int, Field(ge=1)] = 20

    @field_validator("weights")
    @classmethod
    def _some_weight(cls, weights: dict[str, float], read: ValidationInfo) -> dict[str, float]:
        own = {spec.key: spec.criterion for spec in read.data.get("criteria", [])}
        if unknown := sorted(set(weights) - {criterion.key for criterion in STANDARD} - set(own)):
            raise ValueError(f"criterion-unknown {', '.join(unknown)}")
        brought = {key: float(c.weight) for key, c in own.items() if c.group != "feasibility"}
        weights = {**brought, **weights}
        if sum(weights.values()) <= 0:
            raise ValueError("weights-all-zero")
        if not isfinite(sum(weights.values())):
            raise ValueError("weights-too-large")
        return weights

    @model_validator(mode="after")
    def _each_criterion_once(self) -> Ranking:
        keys = [spec.key for spec in self.criteria]
        if doubled := sorted({key for key in keys if keys.count(key) > 1}):
            raise ValueError(f"criterion-twice {', '.join(doubled)}")
        return self

    def with_items(self, keys: set[str]) -> Ranking:
        """With the usual weights of further standard items, where the study wrote no weights of its own."""
        if "weights" in self.model_fields_set:
            return self
        more = {c.key: float(c.weight) for c in EXTERNAL if c.key in keys}
        return self.model_copy(update={"weights": {**more, **self.weights}})

    @property
    def all_criteria(self) -> tuple[Criterion, ...]:
        """Every criterion this study may weigh: the standard ones, with its own in their place or after them."""
        own = {spec.key: spec.criterion for spec in self.criteria}
        standard = tuple(own.pop(criterion.key, criterion) for criterion in STANDARD)
        return standard + tuple(own.values())

    @property
    def spec(self) -> RankingSpec:
        """What coverage.ranking.rank is told."""
        return RankingSpec(
            self.weights,
            self.least_uncovered_population,
            self.shake,
            self.draws,
            self.seed,
            self.all_criteria,
            self.top,
            self.least_road_km,
        )
