"""A ranking that is frozen for the year: what is kept of it, how versions differ, and what keeps it from being frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from coverage.ranking import Criterion
from geodata.errors import DataError, Text
from requests_gen.ranking.municipal_orders import difference_words, unexplained
from requests_gen.ranking.weightings import Weighting, weight_changes, weighting

if TYPE_CHECKING:
    from coverage.result import Result
    from requests_gen.registry import Registry, store

NAMED = 10
LEAST, ROAD = "least_uncovered_population", "least_road_km"
AMOUNTS = ("uncovered_population", "complete_population", "uncovered_households", "uncovered_65plus", "shelters")
PLACE = ("municipality_id", "municipality", "name")
THEIRS = ("municipal_rank", "difference", "reason")


def frozen_rows(zones: pd.DataFrame, ranking: pd.DataFrame, orders: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """What is kept of a ranking: all zones in its order, unranked ones too. Index zone_id.

    The place, the whole ranking table, the amounts the score rests on, the municipality's order with the reason.
    """
    amounts = [name for name in dict.fromkeys([*AMOUNTS, *(c.key for c in criteria)]) if name in zones]
    rows = zones.loc[ranking.index, [*PLACE, *amounts]].join(ranking)
    rows = pd.DataFrame(rows.join(orders[list(THEIRS)]))
    # numbers with unknown ones are floats, as everywhere
    rows["municipal_rank"] = rows["municipal_rank"].astype(float)
    return rows.rename_axis("zone_id")


@dataclass(frozen=True)
class Chosen:
    """A ranking as a person looks at it: the order, what the municipalities say of it, and what decided it."""

    ranking: pd.DataFrame
    orders: pd.DataFrame
    weighting: Weighting
    criteria: Sequence[Criterion]


def freeze(registry: Registry, result: Result, chosen: Chosen, *, who: str, at: datetime, stamp: str, note: str = "") -> int:
    """Keep the ranking for good as the year's next version, and answer its number.

    stamp: SHA-256 of the findings' manifest. Raises DataError naming the zones whose order differs from the
    municipality's without a reason, and "ranking-frozen-already" where the newest version is the very same.
    """
    from requests_gen.registry import store

    if not (missing := unexplained(chosen.orders)).empty:
        raise _unexplained(missing)
    study = result.study
    zones = pd.DataFrame(result.zones.drop(columns="geometry"))
    rows = frozen_rows(zones, chosen.ranking, chosen.orders, chosen.criteria)
    year = study.about.fiscal_year
    gates = {
        LEAST: chosen.weighting.least,
        ROAD: chosen.weighting.road_km,
        "shake": study.ranking.shake,
        "draws": study.ranking.draws,
        "seed": study.ranking.seed,
        "top": study.ranking.top,
    }
    frozen = store.FrozenRanking(chosen.weighting.weights, gates, rows, note.strip(), stamp)
    held = registry.frozen_rankings(year)
    if len(held) and _is_same(held.iloc[-1], registry.frozen_ranking(year), frozen):
        raise DataError(
            "ranking-frozen-already",
            Text(
                f"いまの順位は、確定済みの第{held.iloc[-1]['version']}版と同じです",
                f"this ranking is the same as version {held.iloc[-1]['version']}",
            ),
            Text("変えたところがないので、新しい版は作りません。", "nothing changed: no new version is made"),
        )
    return registry.freeze_ranking(year, frozen, who=who, at=at)


def _is_same(head: Mapping[str, Any] | pd.Series, held: pd.DataFrame, frozen: store.FrozenRanking) -> bool:
    if dict(head["weights"]) != dict(frozen.weights) or dict(head["gates"]) != dict(frozen.gates):
        return False
    rows = frozen.rows
    return bool(held.index.equals(rows.index) and list(held.columns) == list(rows.columns) and held.equals(rows))


def _unexplained(missing: pd.DataFrame) -> DataError:
    named = [(zone_id, row["municipality"], row["name"], difference_words(row)) for zone_id, row in missing.head(NAMED).iterrows()]
    more = len(missing) - len(named)
    return DataError(
        "order-reason-missing",
        Text(
            f"市町の順と違うのに理由が書かれていない地区が{len(missing)}あります",
            f"{len(missing)} zones differ from the municipality's order without a reason",
        ),
        Text("「市町の順位」で理由を書いて保存してから、確定してください。", "give the reasons under Municipal order, save, then freeze"),
        where=Text(
            " ／ ".join(f"{m} {name}（{zone}）: {text.ja}" for zone, m, name, text in named) + (f" ／ ほか{more}" if more else ""),
            " / ".join(f"{m} {name} ({zone}): {text.en}" for zone, m, name, text in named) + (f" / {more} more" if more else ""),
        ),
    )


def frozen_weighting(head: Mapping[str, Any] | pd.Series) -> Weighting:
    """The weighting of a frozen ranking, criteria of that time included. head: a row of Registry.frozen_rankings."""
    return Weighting(
        tuple((str(key), float(value)) for key, value in head["weights"].items()),
        float(head["gates"][LEAST]),
        float(head["gates"].get(ROAD, 0.0)),
    )


def version_changes(old: pd.DataFrame, new: pd.DataFrame, before: Weighting, after: Weighting, names: Mapping[str, Text]) -> list[Text]:
    """What changed from one ranking to another, a sentence a kind of change. old, new: as frozen_rows gives them."""
    texts = weight_changes(before, after, names)
    steps = rank_changes(old, new)
    moved = int((steps["change"] == MOVED).sum())
    counts = {change: int((steps["change"] == change).sum()) for change in (CAME, WENT, ADDED, GONE)}
    if moved:
        texts.append(Text(f"順位が変わった地区: {moved}", f"zones whose rank changed: {moved}"))
    for change, count in counts.items():
        if count:
            texts.append(Text(f"{CHANGES[change].ja}: {count}", f"{CHANGES[change].en}: {count}"))
    reasons = old["reason"].reindex(new.index).fillna("") != new["reason"].fillna("")
    if int(reasons.sum()):
        texts.append(
            Text(
                f"市町の順との違いの理由を書き足した・直した地区: {reasons.sum()}",
                f"zones whose reason was written or changed: {reasons.sum()}",
            )
        )
    return texts or [Text("順位・重み・理由とも同じ", "same ranks, weights and reasons")]


STAYED, MOVED, CAME, WENT, ADDED, GONE = "stayed", "moved", "came", "went", "added", "gone"
CHANGES = {
    STAYED: Text("同じ", "same"),
    MOVED: Text("順位が変わった", "moved"),
    CAME: Text("新しく順位が付いた地区", "newly ranked"),
    WENT: Text("順位が付かなくなった地区", "no longer ranked"),
    ADDED: Text("新しい地区", "new zone"),
    GONE: Text("なくなった地区", "zone gone"),
}


def rank_changes(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Every zone of either ranking, in the order of `new`, those only in `old` last. Index zone_id.

    Columns: municipality, name, old_rank, new_rank, step (places gained, NaN unless both), change (CHANGES).
    """
    index = new.index.append(old.index.difference(new.index, sort=False)).rename("zone_id")
    table = pd.DataFrame(
        {name: new[name].reindex(index).where(index.isin(new.index), old[name].reindex(index)) for name in ("municipality", "name")}
    )
    table["old_rank"], table["new_rank"] = old["rank"].reindex(index), new["rank"].reindex(index)
    table["step"] = table["old_rank"] - table["new_rank"]
    was, now = table["old_rank"].notna(), table["new_rank"].notna()
    table["change"] = np.select(
        [~index.isin(new.index), ~index.isin(old.index), was & ~now, ~was & now, table["step"].fillna(0) != 0],
        [GONE, ADDED, WENT, CAME, MOVED],
        STAYED,
    )
    return table


def known_weighting(frozen: Weighting, criteria: Sequence[Criterion]) -> Weighting:
    """`frozen` for the sliders of today. Raises DataError where it weighs criteria the study no longer has."""
    return weighting(frozen.weights, frozen.least, criteria, frozen.road_km)
