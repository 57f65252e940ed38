"""Why a zone stands where it stands, in sentences: its points, what is unknown, what decides, how firm it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from coverage.criteria import Criterion
from geodata.errors import Text
from requests_gen.ranking_weights import points

SURE = 0.995  # shown as "always" in the draws


def why_here(
    row: pd.Series, zone: pd.Series, criteria: Sequence[Criterion], top: int, shake: float, names: Mapping[str, Text]
) -> list[Text]:  # fmt: skip
    """The sentences for one ranked zone. row: of ranked_rows; zone: its row of the zones table; names of criteria.

    top: how many places top_probability speaks of; shake: by how much weights were moved (0.2 = ±20 %).
    """
    told = [_place(row), _points(row, zone, criteria), _unknown(row, names), _decides(row, names)]
    told += [_firm(row, top, shake)]
    return [text for text in told if text.ja]


def _place(row: pd.Series) -> Text:
    tied = (
        Text("。同じ点の地区がほかにもあります", "; other zones have the same score")
        if row["tied"]
        else Text("", "")
    )
    return Text(
        f"{row['rank']:.0f}位、評点 {row['score']:.1f}点（100点満点）{tied.ja}。",
        f"Rank {row['rank']:.0f}, score {row['score']:.1f} of 100{tied.en}.",
    )


def _points(row: pd.Series, zone: pd.Series, criteria: Sequence[Criterion]) -> Text:
    """Which part gave how many points, the largest first."""
    parts = [(float(row[f"score_{c.key}"]), c) for c in criteria if f"score_{c.key}" in row.index]
    earned = sorted(((value, c) for value, c in parts if value > 0), key=lambda part: -part[0])
    nothing = [c for value, c in parts if value == 0]
    ja = [f"{c.ja}（{amount(zone, c).ja}）で{points(value)}点" for value, c in earned]
    en = [f"{c.en} ({amount(zone, c).en}) {points(value)}" for value, c in earned]
    out = (
        Text("内訳は、" + "、".join(ja), "Points: " + ", ".join(en))
        if earned
        else Text("どの項目も0点", "No points")
    )
    if nothing:
        out = Text(
            out.ja + "。" + "、".join(c.ja for c in nothing) + "は0点",
            out.en + "; none for " + ", ".join(c.en for c in nothing),
        )
    return Text(out.ja + "です。", out.en + ".")


def _unknown(row: pd.Series, names: Mapping[str, Text]) -> Text:
    keys = [key for key in str(row["unknown_criteria"]).split(",") if key]
    if not keys:
        return Text("", "")
    ja = "・".join(names[key].ja if key in names else key for key in keys)
    en = ", ".join(names[key].en if key in names else key for key in keys)
    head = Text(
        f"{ja}は不明です。0とはせず、分かっている項目だけで採点しました",
        f"Unknown: {en}; not taken as 0, the score rests on what is known",
    )
    best, worst = row.get("rank_best", float("nan")), row.get("rank_worst", float("nan"))
    if best != best or worst != worst:
        return Text(head.ja + "。", head.en + ".")
    return Text(
        f"{head.ja}。不明な値しだいで、最も高くて{best:.0f}位、最も低くて{worst:.0f}位になりえます。",
        f"{head.en}. Depending on it the rank may be {best:.0f} at best and {worst:.0f} at worst.",
    )


def _decides(row: pd.Series, names: Mapping[str, Text]) -> Text:
    key, without = str(row.get("decides", "") or ""), row.get("rank_without", float("nan"))
    if key not in names:
        return Text("", "")
    if without != without:
        return Text(f"この順位を最も左右しているのは{names[key].ja}です。", f"{names[key].en} decides most.")
    return Text(
        f"この順位を最も左右しているのは{names[key].ja}です（この項目を除くと{without:.0f}位）。",
        f"{names[key].en} decides most: without it the rank would be {without:.0f}.",
    )


def _firm(row: pd.Series, top: int, shake: float) -> Text:
    low, high, often = row["rank_low"], row["rank_high"], row.get("top_probability", float("nan"))
    if low != low:
        return Text("", "")
    by = f"{100 * shake:.0f}"
    span = f"{low:.0f}" if low == high else f"{low:.0f}～{high:.0f}"
    ja = f"重みをどれも±{by}%の範囲で動かしても、ほぼ{span}位です（100回のうち90回）"
    en = f"With every weight moved by up to ±{by} % the rank is {span} in 90 of 100 draws"
    if often == often:
        ja += f"。上位{top}に入るのは{_percent(often, 'ja')}"
        en += f"; it is among the first {top} {_percent(often, 'en')}"
    return Text(ja + "。", en + ".")


def _percent(often: float, lang: str) -> str:
    if often >= SURE:
        return "ほぼ必ず" if lang == "ja" else "nearly always"
    if often <= 1 - SURE:
        return "ほとんどありません" if lang == "ja" else "hardly ever"
    return f"100回に{100 * often:.0f}回ほど" if lang == "ja" else f"in {100 * often:.0f} of 100"


def amount(zone: pd.Series, criterion: Criterion) -> Text:
    """How much there is of a criterion in a zone, with its unit: 67人, 0.4人, 2か所, 不明."""
    value = float(zone[criterion.key]) if criterion.key in zone.index else float("nan")
    if value != value:
        return Text("不明", "unknown")
    whole = abs(value - round(value)) < 0.05 or value >= 10
    said = f"{value:,.0f}" if whole else f"{value:,.1f}"
    return Text(f"{said}{criterion.unit}", said)
