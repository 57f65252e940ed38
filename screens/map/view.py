"""What a visitor asked the map to show: a value that fits into the address bar, and the zones that answer it."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.gaps import ANY, mark_column, uncovered_column
from coverage.zones import tables
from geodata.errors import Text

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study

COMPLETE, PARTIAL, NO_5G, UNKNOWN = "complete", "partial", "no5g", "unknown"
CLASSES = {
    COMPLETE: Text("0社（届かない人がいる）", "no carrier for some"),
    PARTIAL: Text("一部の会社だけ", "some carriers only"),
    NO_5G: Text("5Gなし", "no 5G"),
    UNKNOWN: Text("不明", "unknown"),
}
SHOWABLE = {
    "population": Text("人口の分布", "population"),
    "no5g": Text("4Gは届くが5Gが届かない所", "4G but no 5G"),
    "facilities": Text("避難所など", "shelters"),
    "borders": Text("市町村の境界", "municipal borders"),
    "tiles": Text("背景地図（国土地理院。インターネット接続が必要）", "background by GSI (needs the internet)"),
}
SHOWN_FIRST = ("borders",)
LACKING = ("×", "△")
FOUR, FIVE = "4G", "5G"
BETWEEN = "."
KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
ALIKE = str.maketrans({"ゖ": "け", "ゕ": "か"})


@dataclass(frozen=True)
class View:
    """Filters and layers. Empty = all of them. `people` counts the zone's people; `text` is searched in names."""

    generation: str
    carriers: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    municipality: str = ""
    people: int = 0
    text: str = ""
    layers: tuple[tuple[str, str], ...] = ()
    show: tuple[str, ...] = SHOWN_FIRST


def view_of(query: Mapping[str, str], study: Study, towns: tuple[str, ...]) -> View:
    """The view that an address asks for. What does not fit the study (any more) is left out."""

    def several(key: str, allowed: tuple[str, ...], default: tuple[str, ...] = ()) -> tuple[str, ...]:
        if key not in query:
            return default
        asked = query[key].split(",")
        return tuple(name for name in allowed if name in asked)

    carriers, generations = tuple(study.carrier_keys), tuple(study.generations)
    layers = tuple(f"{carrier}{BETWEEN}{g}" for carrier in (*carriers, ANY) for g in generations)
    generation, people, town = query.get("gen", ""), query.get("people", ""), query.get("town", "")
    return View(
        generation=generation if generation in generations else str(study.zones.generation),
        carriers=several("lacking", carriers),
        classes=several("class", tuple(CLASSES)),
        municipality=town if town in towns else "",
        people=int(people) if people.isascii() and people.isdigit() and len(people) < 8 else 0,
        text=query.get("q", "")[:100],
        layers=tuple(_layer(name) for name in several("layers", layers)),
        show=several("show", tuple(SHOWABLE), SHOWN_FIRST),
    )


def _layer(name: str) -> tuple[str, str]:
    carrier, _, generation = name.partition(BETWEEN)
    return carrier, generation


def query_of(view: View, study: Study) -> dict[str, str]:
    """The address of a view; "" for what is as it is without an address."""
    return {
        "gen": "" if view.generation == study.zones.generation else view.generation,
        "lacking": ",".join(view.carriers),
        "class": ",".join(view.classes),
        "town": view.municipality,
        "people": str(view.people) if view.people else "",
        "q": view.text,
        "layers": ",".join(f"{carrier}{BETWEEN}{generation}" for carrier, generation in view.layers),
        "show": "" if view.show == SHOWN_FIRST else ",".join(view.show) or "none",
    }


def published(result: Result, generation: str) -> bool:
    """Whether every carrier has published its areas of `generation`."""
    shares = result.shares[[(carrier, generation) for carrier in result.study.carrier_keys]]
    return not bool(shares.isna().all().any())


def unpublished_in(view: View, result: Result) -> list[Text]:
    """Why the filters find nothing where a carrier has not published: unknown, which is not "none"."""
    names = {carrier.key: carrier.name for carrier in result.study.carriers}
    shares, g = result.shares, view.generation
    messages = [
        Text(
            f"{names[key]}は{g}のエリアを公表していません。届くかどうかは不明（－）で、「届かない」には入りません。",
            f"{names[key]} has not published its {g}: whether it serves a zone is unknown, not missing.",
        )
        for key in view.carriers
        if shares[(key, g)].isna().all()
    ]
    if NO_5G in view.classes and FIVE in result.study.generations and not published(result, FIVE):
        messages.append(
            Text(
                "5Gのエリアを公表していない会社があるため、「5Gなし」と言い切れる地区はありません（不明です）。",
                "A carrier has not published its 5G, so no zone can be said to have no 5G (it is unknown).",
            )
        )
    return messages


def zone_classes(result: Result, generation: str) -> pd.DataFrame:
    """Which classes each zone belongs to: bool, columns CLASSES, index as result.zones.

    complete: somebody is outside every carrier's area; partial: nobody is, though some carrier is missing;
    unknown: the people are not known or a carrier has not published. no5g is asked besides: 5G reaches hardly
    anybody (less than 5 % of the people) while 4G reaches more; no zone is in it where 5G is not published.
    """
    zones = result.zones
    outside = zones[uncovered_column(generation)].to_numpy(float)
    known = ~np.isnan(outside) & published(result, generation)
    return pd.DataFrame(
        {COMPLETE: known & (outside > 0), PARTIAL: known & ~(outside > 0), NO_5G: _without_5g(result), UNKNOWN: ~known}, index=zones.index
    )


def _without_5g(result: Result) -> np.ndarray:
    """bool[zones]."""
    if not {FOUR, FIVE} <= set(result.study.generations) or not published(result, FIVE):
        return np.zeros(len(result.zones), bool)
    people = result.zones["population"].to_numpy(float)
    four, five = (result.zones[uncovered_column(g)].to_numpy(float) for g in (FOUR, FIVE))
    return np.asarray((people > 0) & (five >= tables.MARK_COVERED * people) & (four < tables.MARK_COVERED * people))


def kinds(classes: pd.DataFrame, view: View) -> dict[str, str]:
    """How each zone is drawn: by its first class; as NO_5G where the view asks for that class alone."""
    drawn = np.select([classes[COMPLETE], classes[PARTIAL]], [COMPLETE, PARTIAL], UNKNOWN)
    if view.classes == (NO_5G,):
        drawn = np.where(classes[NO_5G], NO_5G, drawn)
    return dict(zip(classes.index.astype(str), drawn.tolist(), strict=True))


def folded(text: str) -> str:
    """`text` as it is compared: width, case, hiragana and katakana, small ヶ make no difference."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return plain.translate(KATAKANA).translate(ALIKE)


def search_text(rows: pd.DataFrame) -> pd.Series:
    """What `View.text` is searched in: zone, municipality and id, folded. Index as `rows` (zone_id)."""
    ids = pd.Series(rows.index.astype(str), index=rows.index)
    return (rows["municipality"].astype(str) + " " + rows["name"].astype(str) + " " + ids).map(folded)


def chosen(rows: pd.DataFrame, classes: pd.DataFrame, searched: pd.Series, view: View) -> list[str]:
    """zone_id of the zones in the view, in the order of `rows`.

    rows: requests_gen.results.columns.ranking_rows; classes: zone_classes; searched: search_text. With several carriers
    a zone must lack all of them (△ or ×); with several classes it may belong to any. Zones whose people are not
    known stay whatever the least number of people is.
    """
    keep = np.ones(len(rows), bool)
    for carrier in view.carriers:
        keep &= rows[mark_column(view.generation, carrier)].isin(LACKING).to_numpy()
    if view.classes:
        keep &= classes.reindex(rows.index)[list(view.classes)].any(axis=1).to_numpy()
    if view.municipality:
        keep &= (rows["municipality_id"].astype(str) == view.municipality).to_numpy()
    if view.people:
        keep &= ~(rows["population"].to_numpy(float) < view.people)
    for word in folded(view.text).split():
        keep &= searched.str.contains(word, regex=False).to_numpy()
    return [str(zone_id) for zone_id in rows.index[keep]]


def part_of(result: Result, ids: list[str]) -> Result:
    """The result with the zones `ids` alone in its ranking: what the sheets and files of a selection are made of."""
    return replace(result, ranking=result.ranking.loc[ids])
