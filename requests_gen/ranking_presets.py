"""A few ready weightings: the study's own, and the same with one kind of need weighing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from coverage.criteria import Criterion
from geodata.errors import Text
from requests_gen.ranking_weights import HIGHEST_WEIGHT, Weighting, weighting

EMPHASIS_SHARE = 2 / 3  # of all points go to the groups that a preset stresses


@dataclass(frozen=True)
class Preset:
    """A named weighting: `groups` take two thirds of the points; none = all criteria alike, or the study's own."""

    key: str
    name: Text
    why: Text
    groups: tuple[str, ...] = ()


OWN = Preset(
    "own", Text("この調査の既定", "the study's own"), Text("study.toml の重み", "the weights of study.toml")
)
EQUAL = Preset(
    "equal", Text("すべて同じ重み", "all alike"),
    Text("この調査が重みを付けている項目を、どれも同じ重みにします", "every criterion the study weighs, alike"),
)  # fmt: skip
PRESETS = (
    OWN,
    Preset("need", Text("人数を重く", "people first"),
           Text("困っている人と世帯の多さに3分の2の点を配ります", "two thirds of the points to how many people are left out"), ("need",)),
    Preset("safety", Text("防災を重く", "safety first"),
           Text("避難所など安全の項目に3分の2の点を配ります", "two thirds of the points to shelters and other safety"), ("safety",)),
    Preset("situation", Text("会社の少なさを重く", "fewest carriers first"),
           Text("使える会社が少ない地区ほど先にします（3分の2の点）", "two thirds of the points to how few carriers serve"), ("situation",)),
    EQUAL,
)  # fmt: skip


def preset_weighting(preset: Preset, own: Weighting, criteria: Sequence[Criterion]) -> Weighting:
    """The weighting of `preset` in a study whose own weighting is `own`; the gate stays the study's.

    Criteria the study leaves at 0 stay at 0. Inside a stressed group, and among the rest, the study's own
    proportions stay; shares are rounded to whole points, none to less than 1.
    """
    if preset == EQUAL:
        return weighting(dict.fromkeys(own.weights, HIGHEST_WEIGHT / 2), own.least, criteria, own.road_km)
    shares = own.shares()
    stressed = {c.key for c in criteria if c.group in preset.groups and c.key in shares}
    if not stressed or len(stressed) == len(shares):
        return own
    heavy = sum(shares[key] for key in stressed)
    light = sum(shares.values()) - heavy
    return weighting(
        {
            key: max(1.0, float(round(
                HIGHEST_WEIGHT * (EMPHASIS_SHARE * share / heavy if key in stressed
                                  else (1 - EMPHASIS_SHARE) * share / light))))
            for key, share in shares.items()
        },
        own.least,
        criteria,
        own.road_km,
    )  # fmt: skip


def presets_for(own: Weighting, criteria: Sequence[Criterion]) -> list[Preset]:
    """The presets that mean something here: the study's own, and those that change it."""
    return [OWN, *(p for p in PRESETS[1:] if not preset_weighting(p, own, criteria).same_order(own))]
