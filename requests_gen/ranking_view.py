"""The ranking as a screen shows it: one row a zone with its change, its parts, its range; the unranked ones apart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from coverage.criteria import Criterion
from geodata.errors import Text
from requests_gen.columns import GATES

CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳"
LEAST_LABELLED = 2.5  # points: a narrower part of a bar has no room for its sign
PLACE = ["name", "municipality", "municipality_id"]
UNSEEN = "\u200b"  # makes two bars of one name different, as a chart needs them


def ranked_rows(
    zones: pd.DataFrame, ranking: pd.DataFrame, own: pd.DataFrame, orders: pd.DataFrame
) -> pd.DataFrame:
    """The zones that compete, in order. Index zone_id.

    own: the study's own ranking; orders: order_table. Columns: those of `ranking`, name, municipality,
    municipality_id, own_rank (NaN where the study did not rank it), step (places gained, negative = lost, NaN),
    municipal_rank, difference, reason.
    """
    rows = ranking[ranking["gate"] == ""].join(zones[PLACE])
    rows["own_rank"] = own["rank"].reindex(rows.index)
    rows["step"] = rows["own_rank"] - rows["rank"]
    return rows.join(orders[["municipal_rank", "difference", "reason"]])


def unranked_rows(
    zones: pd.DataFrame, ranking: pd.DataFrame, own: pd.DataFrame, orders: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """The zones without a rank, with the reason in `why`. Index zone_id.

    Columns: score, name, municipality, municipality_id, uncovered_population, why, own_rank, municipal_rank.
    """
    rows = ranking.loc[ranking["gate"] != "", ["score", "gate"]].join(zones[[*PLACE, "uncovered_population"]])
    words = {key: text.in_(lang) for key, text in GATES.items()}
    rows["why"] = [words.get(gate, gate) for gate in rows["gate"]]
    rows["own_rank"] = own["rank"].reindex(rows.index)
    return rows.join(orders["municipal_rank"]).drop(columns="gate")


def step_words(steps: Sequence[float], lang: str) -> list[str]:
    """How far each zone moved against the study's own ranking: ↑3, ↓2, – for none, 新 for newly ranked."""
    new = "新" if lang == "ja" else "new"
    return [
        new if step != step else "–" if step == 0 else f"{'↑' if step > 0 else '↓'}{abs(step):.0f}"
        for step in steps
    ]


def span_words(lows: Sequence[float], highs: Sequence[float]) -> list[str]:
    """ "2～5" for each pair of ranks, "3" where both are the same, "" where there are none."""
    return [
        "" if low != low else f"{low:.0f}" if low == high else f"{low:.0f}～{high:.0f}"
        for low, high in zip(lows, highs, strict=True)
    ]


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
        for n, (rank, name, municipality) in enumerate(
            rows[["rank", "name", "municipality"]].itertuples(index=False, name=None)
        )
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
