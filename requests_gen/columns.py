"""The columns of the ranking: their stable names, what people call them, what they mean, how they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from coverage.ranking import CRITERIA
from geodata.errors import Text
from requests_gen.captions import Caption

if TYPE_CHECKING:
    from coverage.run import Result
    from coverage.study import Study

Kind = Literal["text", "mark", "whole", "people", "amount", "score", "share", "km", "degree"]

NOTE = "注記"
PRINTED_TO = "nearest_coverage_km"
GATES = {
    "": Text("", ""),
    "small": Text("人数が基準未満", "fewer people than the least"),
    "unknown": Text("人数が不明", "people not known"),
}
CRITERION_NAMES = {criterion.key: Text(criterion.ja, criterion.en) for criterion in CRITERIA}


@dataclass(frozen=True)
class Column:
    """One column: `key` in files for programs, `heading` in sheets for people, `width` in characters."""

    key: str
    heading: Text
    meaning: Text
    kind: Kind
    width: float = 9


FIRST = (
    Column("rank", Text("優先順位", "rank"),
           Text("1が最も優先。同点は同じ順位。空欄は順位を付けない地区", "1 is most urgent; equal scores share a rank; empty: not ranked"), "whole", 6),
    Column("zone_id", Text("地区ID", "zone id"),
           Text("市町村コード5桁と連番3桁。一度付けたら変わらない", "municipality code and number; never changes"), "text", 11),
    Column("municipality", Text("市町村名", "municipality"), Text("", ""), "text", 11),
    Column("name", Text("地区名", "zone"), Text("大字・集落など", "settlement"), "text", 18),
    Column("score", Text("評点", "score"),
           Text("0〜100。「評点 …」の列の合計", "0 to 100; the sum of its parts"), "score", 8),
)  # fmt: skip
PLACE = (
    Column("rank_low", Text("順位の幅（上）", "rank range, best"),
           Text("重みを動かしたときの順位の幅（5%点）", "5th percentile of the rank when the weights move"), "whole", 8),
    Column("rank_high", Text("順位の幅（下）", "rank range, worst"),
           Text("同じく95%点。幅が広いほど順位は重みしだい", "95th percentile; the wider, the more the weights decide"), "whole", 8),
    Column("tied", Text("同点", "tied"), Text("はい: 同じ評点の地区がある", "yes: another zone has the same score"), "text", 6),
    Column("gate", Text("順位を付けない理由", "why not ranked"), Text("", ""), "text", 14),
    Column("unknown_criteria", Text("不明な項目", "unknown criteria"),
           Text("この項目を除いて評点を出した", "the score does without these"), "text", 14),
)  # fmt: skip
NEEDS = (
    Column("uncovered_population", Text("エリア外人口", "uncovered people"),
           Text("区画ごとに、最も多くの人を外している会社のエリア外の人の合計", "in each cell, the people left out by the carrier that leaves out most"), "people"),
    Column("complete_population", Text("全社エリア外人口", "no carrier"),
           Text("どの会社のエリアにも入らない人。未公表の会社があれば不明（空欄）", "people outside all carriers' areas; empty where a carrier has not published"), "people"),
    Column("uncovered_households", Text("エリア外世帯", "uncovered households"),
           Text("エリア外人口と同じ割合で数えた世帯", "households, taken like uncovered people"), "people"),
    Column("uncovered_65plus", Text("エリア外の65歳以上", "uncovered aged 65+"),
           Text("エリア外人口と同じ割合で数えた65歳以上の人", "people aged 65+, taken like uncovered people"), "people"),
    Column("shelters", Text("避難所等", "shelters"), Text("地区の区画にある避難所などの数", "shelters standing in the zone's cells"), "whole"),
    Column("nearest_coverage_km", Text("最寄りエリアまでkm", "km to coverage"),
           Text("いずれか1社が半分以上届く最寄りの区画までの直線距離", "to the nearest cell that some carrier covers by half"), "km"),
)  # fmt: skip
MORE = (
    Column("population", Text("地区の人口", "people"),
           Text("地区（エリア外のある区画）に住む人の推計", "people living in the zone's cells, estimated"), "people"),
    Column("households", Text("世帯", "households"), Text("地区の世帯の推計", "households, estimated"), "people"),
    Column("population_65plus", Text("65歳以上", "aged 65+"), Text("地区の65歳以上の人の推計", "people aged 65 or more, estimated"), "people"),
    Column("share_65plus", Text("65歳以上の割合", "share 65+"), Text("65歳以上÷人口", "aged 65+ ÷ people"), "share"),
    Column("carriers_missing", Text("不足する事業者数", "carriers missing"),
           Text("×を1、△を0.5として数えた事業者の数", "carriers marked × (1) or △ (0.5)"), "amount"),
    Column("carriers_unknown", Text("不明な事業者数", "carriers unknown"), Text("－の事業者の数", "carriers marked －"), "whole"),
)  # fmt: skip
LAST = (
    Column("municipality_id", Text("市町村コード", "municipality code"), Text("全国地方公共団体コード5桁", "five digits"), "text", 10),
    Column("lon", Text("経度", "longitude"), Text("地区に住む人の重心", "the middle of the zone's people, degrees"), "degree", 11),
    Column("lat", Text("緯度", "latitude"), Text("同上", "as above"), "degree", 11),
    Column("rule", Text("判定の規則", "rule"), Text("エリア外の人の数え方", "how uncovered people are counted"), "text", 10),
    Column("generation", Text("判定の世代", "generation"), Text("地区と順位を決めた世代", "the generation that decides"), "text", 8),
    Column("as_of", Text("エリアの基準日", "areas as of"), Text("", ""), "text", 22),
    Column(NOTE, Text("注記", "note"), Text("架空のエリアのときは、その旨", "says so where areas are fictitious"), "text", 12),
)  # fmt: skip


def ranking_columns(study: Study) -> list[Column]:
    """All columns of the ranking of `study`: what fits a printed page first (to PRINTED_TO), then the rest."""
    return [
        *FIRST,
        *_mark_columns(study),
        *NEEDS,
        *_part_columns(study),
        *PLACE,
        *MORE,
        *_people_columns(study),
        *LAST,
    ]


def whole_columns(study: Study) -> set[str]:
    """The columns that hold whole numbers, unknown ones aside."""
    return {column.key for column in ranking_columns(study) if column.kind == "whole"}


def _part_columns(study: Study) -> list[Column]:
    """Parts of the score, each with the points it can earn."""
    weights = {key: weight for key, weight in study.ranking.weights.items() if weight > 0}
    points = {key: 100 * weight / sum(weights.values()) for key, weight in weights.items()}
    return [
        Column(
            f"score_{criterion.key}",
            Text(f"評点 {criterion.ja}", f"score: {criterion.en}"),
            Text(
                f"{points[criterion.key]:g}点満点。{criterion.full:g}{criterion.unit}以上で満点",
                f"up to {points[criterion.key]:g} points, all of them from {criterion.full:g} on",
            ),
            "score",
        )
        for criterion in CRITERIA
        if criterion.key in weights
    ]


def _mark_columns(study: Study) -> list[Column]:
    meaning = Text(
        "○ 利用できる（95%以上）  △ 一部  × 利用できない（5%以下）  － 不明",
        "○ served (95 % or more)  △ in part  × not (5 % or less)  － unknown",
    )
    return [
        Column(
            f"mark_{generation}_{carrier.key}",
            Text(f"{carrier.name} {generation}", f"{carrier.name} {generation}"),
            meaning,
            "mark",
            7,
        )
        for generation in study.generations
        for carrier in study.carriers
    ]


def _people_columns(study: Study) -> list[Column]:
    """People outside each layer and outside all layers of a generation."""
    columns = []
    for generation in study.generations:
        columns.append(
            Column(
                f"uncovered_population_{generation}",
                Text(f"公表した全社のエリア外 {generation}", f"outside all published {generation}"),
                Text("エリアを公表したどの会社にも入らない人", "people outside every published layer"),
                "people",
            )
        )
        columns += [
            Column(
                f"uncovered_population_{generation}_{carrier.key}",
                Text(
                    f"エリア外人口 {carrier.name} {generation}", f"uncovered by {carrier.name} {generation}"
                ),
                Text(
                    "この会社のエリアに入らない人。空欄は未公表",
                    "people outside this layer; empty: not published",
                ),
                "people",
            )
            for carrier in study.carriers
        ]
    return columns


def ranking_rows(result: Result, caption: Caption) -> pd.DataFrame:
    """The ranking with what is known of its zones, one row a zone in order of rank; index zone_id.

    Columns: the keys of ranking_columns but zone_id. Numbers are numbers, words are in the caption's language.
    """
    zones = pd.DataFrame(result.zones.drop(columns="geometry"))
    ranking = result.ranking
    rows = ranking.join(zones.reindex(ranking.index))
    lon, lat = degrees(rows["x"].to_numpy(float), rows["y"].to_numpy(float), result.grid.crs)
    words = {key: text.in_(caption.lang) for key, text in GATES.items()}
    yes_no = ("はい", "") if caption.lang == "ja" else ("yes", "")
    rows = rows.assign(
        lon=lon, lat=lat,
        tied=np.where(rows["tied"], *yes_no),
        gate=rows["gate"].map(words),
        unknown_criteria=[_criterion_words(value, caption.lang) for value in rows["unknown_criteria"]],
        rule=caption.rule_key, generation=caption.generation, as_of=caption.as_of_key,
    )  # fmt: skip
    rows[NOTE] = caption.short_notice
    return rows[[column.key for column in ranking_columns(result.study) if column.key != "zone_id"]]


def _criterion_words(keys: str, lang: str) -> str:
    separator = "・" if lang == "ja" else ", "
    return separator.join(CRITERION_NAMES[key].in_(lang) for key in keys.split(",") if key)


def in_degrees(crs: str) -> bool:
    """Whether coordinates in `crs` are degrees that a map can take: JGD2011 and WGS84 lie within a metre."""
    return crs in {"EPSG:6668", "EPSG:4326"}


def degrees(x: np.ndarray, y: np.ndarray, crs: str) -> tuple[np.ndarray, np.ndarray]:
    """Longitude and latitude (WGS84) of points in `crs`. float64[n] each."""
    if in_degrees(crs) or not len(x):
        return x, y
    from pyproj import Transformer

    lon, lat = Transformer.from_crs(crs, "EPSG:4326", always_xy=True).transform(x, y)
    return np.asarray(lon), np.asarray(lat)
