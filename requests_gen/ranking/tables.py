"""The ranking as a screen shows it: one row a zone with its change, its parts, its range; the unranked ones apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coverage.ranking import Criterion
from geodata.errors import Text
from requests_gen.ranking.weightings import points
from requests_gen.results import columns
from requests_gen.wording import amounts

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
LEAST_LABELLED = 2.5  # points: a narrower part of a bar has no room for its sign
PLACE = ["name", "municipality", "municipality_id"]
UNSEEN = "\u200b"  # makes two bars of one name different, as a chart needs them


def ranked_rows(zones: pd.DataFrame, ranking: pd.DataFrame, own: pd.DataFrame, orders: pd.DataFrame) -> pd.DataFrame:
    """The zones that compete, in order. Index zone_id.

    own: the study's own ranking; orders: order_table. Columns: those of `ranking`, name, municipality,
    municipality_id, own_rank (NaN where the study did not rank it), step (places gained, negative = lost, NaN),
    municipal_rank, difference, reason.
    """
    rows = ranking[ranking["gate"] == ""].join(zones[PLACE])
    rows["own_rank"] = own["rank"].reindex(rows.index)
    rows["step"] = rows["own_rank"] - rows["rank"]
    return rows.join(orders[["municipal_rank", "difference", "reason"]])


def unranked_rows(zones: pd.DataFrame, ranking: pd.DataFrame, own: pd.DataFrame, orders: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The zones without a rank, with the reason in `why`. Index zone_id.

    Columns: score, name, municipality, municipality_id, uncovered_population, why, own_rank, municipal_rank.
    """
    rows = ranking.loc[ranking["gate"] != "", ["score", "gate"]].join(zones[[*PLACE, "uncovered_population"]])
    words = {key: text.in_(lang) for key, text in columns.GATES.items()}
    rows["why"] = [words.get(gate, gate) for gate in rows["gate"]]
    rows["own_rank"] = own["rank"].reindex(rows.index)
    return rows.join(orders["municipal_rank"]).drop(columns="gate")


def step_words(steps: Sequence[float], lang: str) -> list[str]:
    """How far each zone moved against the study's own ranking: ↑3, ↓2, – for none, 新 for newly ranked."""
    new = "新" if lang == "ja" else "new"
    return [new if step != step else "–" if step == 0 else f"{'↑' if step > 0 else '↓'}{abs(step):.0f}" for step in steps]


def span_words(lows: Sequence[float], highs: Sequence[float]) -> list[str]:
    """ "2～5" for each pair of ranks, "3" where both are the same, "" where there are none."""
    return ["" if low != low else f"{low:.0f}" if low == high else f"{low:.0f}～{high:.0f}" for low, high in zip(lows, highs, strict=True)]


def named(keys: str, names: Mapping[str, Text], lang: str) -> str:
    """Criteria by name, from keys with commas between."""
    words = [names[key].in_(lang) if key in names else key for key in keys.split(",") if key]
    return ("・" if lang == "ja" else ", ").join(words)


def signs(criteria: Sequence[Criterion]) -> dict[str, str]:
    """{criterion: ① …}: how its part of a bar is told without colour. The same whatever the weights are."""
    return {c.key: CIRCLED[n] if n < len(CIRCLED) else str(n + 1) for n, c in enumerate(criteria)}


def weighed(rows: pd.DataFrame, criteria: Sequence[Criterion]) -> list[Criterion]:
    """The criteria that take part in `rows`, in their order."""
    return [c for c in criteria if f"score_{c.key}" in rows.columns and rows[f"score_{c.key}"].notna().any()]


def bar_labels(rows: pd.DataFrame) -> list[str]:
    """What stands beside a bar: rank, name, municipality; no two alike, whatever the names are."""
    return [
        f"{rank:.0f}  {name}（{municipality}）" + UNSEEN * n
        for n, (rank, name, municipality) in enumerate(rows[["rank", "name", "municipality"]].itertuples(index=False, name=None))
    ]


def part_rows(rows: pd.DataFrame, criteria: Sequence[Criterion], lang: str) -> pd.DataFrame:
    """The parts of every row for stacked bars: zone, part (sign and name), place, points, sign.

    Unknown parts have no row: they earn nothing and draw nothing. `sign` is "" where the part is too narrow.
    """
    shown, sign = weighed(rows, criteria), signs(criteria)
    values = rows[[f"score_{c.key}" for c in shown]].to_numpy(float)
    count = len(rows)
    table = pd.DataFrame(
        {
            "zone": np.repeat(bar_labels(rows), len(shown)),
            "part": [f"{sign[c.key]} {Text(c.ja, c.en).in_(lang)}" for c in shown] * count,
            "place": list(range(len(shown))) * count,
            "points": np.round(values.ravel(), 2),
            "sign": [sign[c.key] for c in shown] * count,
        }
    )
    table["sign"] = table["sign"].where(table["points"] >= LEAST_LABELLED, "")
    return table[table["points"].notna()].reset_index(drop=True)


def range_rows(rows: pd.DataFrame) -> pd.DataFrame:
    """zone (as in part_rows), rank, rank_low, rank_high, span ("2～5"), often ("97%"); rows without a range stay out."""
    table = rows[["rank", "rank_low", "rank_high"]].assign(
        zone=bar_labels(rows),
        span=span_words(rows["rank_low"].tolist(), rows["rank_high"].tolist()),
        often=["" if share != share else f"{100 * share:.0f}%" for share in rows["top_probability"]],
    )
    return table[table["rank_low"].notna()].reset_index(drop=True)


# Why a zone stands where it stands, in sentences: its points, what is unknown, what decides, how firm it is.

SURE = 0.995  # shown as "always" in the draws


def why_here(
    row: pd.Series, zone: pd.Series, criteria: Sequence[Criterion], top: int, perturbation: float, names: Mapping[str, Text]
) -> list[Text]:
    """The sentences for one ranked zone. row: of ranked_rows; zone: its row of the zones table; names of criteria.

    top: how many places top_probability speaks of; perturbation: by how much weights were moved (0.2 = ±20 %).
    """
    texts = [_place(row), _points(row, zone, criteria), _unknown(row, names), _decides(row, names)]
    texts += [_firm(row, top, perturbation)]
    return [text for text in texts if text.ja]


def _place(row: pd.Series) -> Text:
    tied = Text("。同じ点の地区がほかにもあります", "; other zones have the same score") if row["tied"] else Text("", "")
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
    out = Text("内訳は、" + "、".join(ja), "Points: " + ", ".join(en)) if earned else Text("どの項目も0点", "No points")
    if nothing:
        out = Text(out.ja + "。" + "、".join(c.ja for c in nothing) + "は0点", out.en + "; none for " + ", ".join(c.en for c in nothing))
    return Text(out.ja + "です。", out.en + ".")


def _unknown(row: pd.Series, names: Mapping[str, Text]) -> Text:
    keys = [key for key in str(row["unknown_criteria"]).split(",") if key]
    if not keys:
        return Text("", "")
    ja = "・".join(names[key].ja if key in names else key for key in keys)
    en = ", ".join(names[key].en if key in names else key for key in keys)
    head = Text(
        f"{ja}は不明です。0とはせず、分かっている項目だけで採点しました", f"Unknown: {en}; not taken as 0, the score rests on what is known"
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


def _firm(row: pd.Series, top: int, perturbation: float) -> Text:
    low, high, often = row["rank_low"], row["rank_high"], row.get("top_probability", float("nan"))
    if low != low:
        return Text("", "")
    by = f"{100 * perturbation:.0f}"
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
    """How much there is of a criterion in a zone, with its unit: 67人, 1人未満, 2か所, 不明."""
    value = float(zone[criterion.key]) if criterion.key in zone.index else float("nan")
    if value != value:
        return Text("不明", "unknown")
    unit = {"人": "people", "世帯": "households"}.get(criterion.unit)
    if unit:
        return Text(amounts.counted(value, unit), amounts.counted(value, unit, "en"))
    whole = abs(value - round(value)) < 0.05 or value >= 10
    said = f"{value:,.0f}" if whole else f"{value:,.1f}"
    return Text(f"{said}{criterion.unit}", said)
