"""Weights and gate of a ranking: as shares of 100, as a short text for the address bar, compared in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from coverage.figures import figure
from coverage.ranking import Criterion
from geodata.errors import DataError, Text

FULL_SHARE = 100.0
HIGHEST_WEIGHT = 100.0  # of a slider
SHARE_DECIMALS = 1
SAME_SHARE = 1e-6  # shares nearer than this give the same order
MOST_TEXT = 4_000
LEAST, ROAD = "least", "road"
_PART = re.compile(r"([A-Za-z0-9_]{1,64})-(\d{1,9}(?:\.\d{1,9})?)")


@dataclass(frozen=True)
class Weighting:
    """What decides an order besides the zones: a weight for each criterion (any scale), and the gate.

    `pairs`: (criterion's key, weight > 0); criteria that are not named weigh nothing.
    A zone is ranked with at least `least` uncovered people, or (where road_km > 0) that much uncovered road.
    """

    pairs: tuple[tuple[str, float], ...]
    least: float
    road_km: float = 0.0

    @cached_property
    def weights(self) -> dict[str, float]:
        """{criterion: weight} without those that weigh nothing."""
        return dict(self.pairs)

    def shares(self, without: Collection[str] = ()) -> dict[str, float]:
        """{criterion: points of 100}. `without`: criteria nothing is known of; they weigh nothing and are left out."""
        counted = {key: weight for key, weight in self.pairs if key not in without}
        whole = sum(counted.values())
        return {key: FULL_SHARE * weight / whole for key, weight in counted.items()}

    def same_order(self, other: Weighting) -> bool:
        """Whether both must give the same ranking: same gate, same shares."""
        mine, theirs = self.shares(), other.shares()
        keys = set(mine) | set(theirs)
        near = all(abs(mine.get(key, 0.0) - theirs.get(key, 0.0)) < SAME_SHARE for key in keys)
        return near and (self.least, self.road_km) == (other.least, other.road_km)


def weighting(weights: Mapping[str, float], least: float, criteria: Sequence[Criterion], road_km: float = 0.0) -> Weighting:
    """The weighting of {criterion: weight}. Raises DataError for a criterion the study does not have."""
    keys = [criterion.key for criterion in criteria]
    if unexpected := sorted(set(weights) - set(keys)):
        raise _strangers(unexpected)
    return Weighting(tuple((key, float(weights[key])) for key in keys if weights.get(key, 0) > 0), float(least), float(road_km))


def slider_weights(chosen: Weighting, own: Weighting, criteria: Sequence[Criterion]) -> dict[str, float]:
    """{criterion: 0 to 100} as the sliders show it: weights that somebody moved stay as they were put.

    The study's own (`own`) may be written on any scale: where theirs are too large or too small to be moved by
    hand, and where a link's are too large, the sliders show shares.
    """
    weights = {criterion.key: chosen.weights.get(criterion.key, 0.0) for criterion in criteria}
    small = sum(weights.values()) < FULL_SHARE / 2 and chosen.same_order(own)
    if max(weights.values()) <= HIGHEST_WEIGHT and not small:
        return weights
    shares = chosen.shares()
    return {key: round(shares.get(key, 0.0), SHARE_DECIMALS) for key in weights}


def weighting_text(chosen: Weighting) -> str:
    """`chosen` for the address bar, e.g. "uncovered_population-30~shelters-15~least-1". Needs no escaping."""
    gates = [(LEAST, chosen.least)] + ([(ROAD, chosen.road_km)] if chosen.road_km else [])
    return "~".join(f"{key}-{_number(value)}" for key, value in (*chosen.pairs, *gates))


def read_weighting(text: str, criteria: Sequence[Criterion]) -> Weighting:
    """The weighting that weighting_text wrote. Raises DataError: a link must give the same ranking or none."""
    found = [_PART.fullmatch(part) for part in text[:MOST_TEXT].split("~")]
    values = {match[1]: float(match[2]) for match in found if match}
    if len(values) != len(found) or LEAST not in values:
        raise _broken_link()
    least, road_km = values.pop(LEAST), values.pop(ROAD, 0.0)
    chosen = weighting(values, least, criteria, road_km)
    if not chosen.pairs:
        raise _broken_link()
    return chosen


def weight_changes(old: Weighting, new: Weighting, names: Mapping[str, Text]) -> list[Text]:
    """What differs between two weightings, a sentence a difference; [] where nothing a reader would see does.

    names: {criterion: its name}, of both weightings.
    """
    before, after = old.shares(), new.shares()
    texts = []
    for key in dict.fromkeys([*before, *after]):
        was, now = points(before.get(key, 0.0)), points(after.get(key, 0.0))
        name = names.get(key, Text(key, key))
        if was != now:
            texts.append(Text(f"{name.ja}: {was}点 → {now}点", f"{name.en}: {was} → {now} points"))
    people = figure("uncovered_population").name
    if old.least != new.least:
        texts.append(
            Text(
                f"順位を付ける最少の{people.ja}: {old.least:g}人 → {new.least:g}人",
                f"least to be ranked, {people.en}: {old.least:g} → {new.least:g}",
            )
        )
    if old.road_km != new.road_km:
        texts.append(
            Text(
                f"順位を付ける最短の不感道路: {old.road_km:g}km → {new.road_km:g}km",
                f"least uncovered road to be ranked: {old.road_km:g} → {new.road_km:g} km",
            )
        )
    return texts


def criterion_names(criteria: Sequence[Criterion]) -> dict[str, Text]:
    """{criterion: its name}."""
    return {criterion.key: Text(criterion.ja, criterion.en) for criterion in criteria}


def points(share: float) -> str:
    """Points of 100 as people read them: 30, 14.3."""
    return f"{share:.{SHARE_DECIMALS}f}".removesuffix(".0")


def _number(value: float) -> str:
    return f"{value:.9f}".rstrip("0").rstrip(".")


def _strangers(keys: list[str]) -> DataError:
    return DataError(
        "weights-criterion-unknown",
        Text(
            f"この調査にない評価項目の重みが含まれています（{'、'.join(keys)}）",
            f"there are weights of criteria this study does not have ({', '.join(keys)})",
        ),
        Text(
            "同じ調査の画面で作ったリンクや重みを使ってください。いまはこの調査の重みで表示しています。",
            "take links and weights made for the same study; the study's own weights are shown now",
        ),
    )


def _broken_link() -> DataError:
    return DataError(
        "weights-link-broken",
        Text(
            "アドレスに書かれた重みを読み取れません（リンクが途中で切れていませんか）",
            "the weights in the address cannot be read (was the link cut?)",
        ),
        Text(
            "リンクをもう一度もらってください。いまはこの調査の重みで表示しています。",
            "ask for the link again; the study's own weights are shown now",
        ),
    )


# A few ready weightings: the study's own, and the same with one kind of need weighing more.

EMPHASIS_SHARE = 2 / 3  # of all points go to the groups that a preset stresses


@dataclass(frozen=True)
class Preset:
    """A named weighting: `groups` take two thirds of the points; none = all criteria alike, or the study's own."""

    key: str
    name: Text
    why: Text
    groups: tuple[str, ...] = ()


OWN = Preset("own", Text("この調査の既定", "the study's own"), Text("study.toml の重み", "the weights of study.toml"))
EQUAL = Preset(
    "equal",
    Text("すべて同じ重み", "all alike"),
    Text("この調査が重みを付けている項目を、どれも同じ重みにします", "every criterion the study weighs, alike"),
)
PRESETS = (
    OWN,
    Preset(
        "need",
        Text("人数を重く", "people first"),
        Text("困っている人と世帯の多さに3分の2の点を配ります", "two thirds of the points to how many people are left out"),
        ("need",),
    ),
    Preset(
        "safety",
        Text("防災を重く", "safety first"),
        Text("避難所など安全の項目に3分の2の点を配ります", "two thirds of the points to shelters and other safety"),
        ("safety",),
    ),
    Preset(
        "situation",
        Text("会社の少なさを重く", "fewest carriers first"),
        Text("使える会社が少ない地区ほど先にします（3分の2の点）", "two thirds of the points to how few carriers serve"),
        ("situation",),
    ),
    EQUAL,
)


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
            key: max(
                1.0,
                float(
                    round(HIGHEST_WEIGHT * (EMPHASIS_SHARE * share / heavy if key in stressed else (1 - EMPHASIS_SHARE) * share / light))
                ),
            )
            for key, share in shares.items()
        },
        own.least,
        criteria,
        own.road_km,
    )


def presets_for(own: Weighting, criteria: Sequence[Criterion]) -> list[Preset]:
    """The presets that mean something here: the study's own, and those that change it."""
    return [OWN, *(p for p in PRESETS[1:] if not preset_weighting(p, own, criteria).same_order(own))]
