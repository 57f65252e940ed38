"""The columns of the ranking: their stable names, what people call them, what they mean, how they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from coverage.criteria import GROUPS
from geodata.errors import Text
from requests_gen.captions import Caption
from requests_gen.column import Column
from requests_gen.evidence_words import ground_counts
from requests_gen.urgency_columns import detail_columns, urgent_columns
from requests_gen.urgency_words import (
    NO_DESIGNATION,
    SUBSIDY,
    designated_words,
    subsidy_of,
    subsidy_rules,
)

if TYPE_CHECKING:
    from coverage.run import Result
    from coverage.study import Study

__all__ = [
    "FIRST", "GATES", "NEEDS", "NOTE", "PLACE", "PRINTED_TO", "Column", "criterion_names", "degrees", "in_degrees",
    "ranking_columns", "ranking_rows", "whole_columns",
]  # fmt: skip

NOTE = "注記"
PRINTED_TO = "nearest_coverage_km"
GATES = {
    "": Text("", ""),
    "small": Text("人数が基準未満", "fewer people than the least"),
    "unknown": Text("人数が不明", "people not known"),
}


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
    Column("rank_best", Text("不明が分かった場合の順位（上）", "rank at best"),
           Text("不明な項目がこの地区にいちばん有利だったときの順位", "if all that is unknown spoke for this zone"), "whole", 9),
    Column("rank_worst", Text("不明が分かった場合の順位（下）", "rank at worst"),
           Text("不明な項目がいちばん不利だったときの順位", "if all that is unknown spoke against it"), "whole", 9),
    Column("top_probability", Text("上位に入る割合", "within the top"),
           Text("重みを動かした試行のうち、上位（[ranking] top、初期値20位）に入った割合", "how often it is within the top when the weights move"), "share", 8),
    Column("top_probability_any", Text("上位に入る割合（重み自由）", "within the top, any weights"),
           Text("項目の重みをまったく自由に変えた試行で、上位に入った割合", "the same with any weights at all"), "share", 8),
    Column("always_top", Text("つねに上位", "always in the top"),
           Text("どの重みでも: 重みをどう変えても上位と証明できる地区。±の範囲で: 重みを study.toml の割合だけ動かしても上位",
                "any: proven for all weights; shaken: for weights moved as the study says"), "text", 12),
    Column("decides", Text("順位を決めた項目", "what decides"),
           Text("除くと順位が最も動く項目", "the criterion whose removal moves the rank most"), "text", 14),
    Column("rank_without", Text("その項目を除いた順位", "rank without it"),
           Text("同じ重みの割合で、その項目だけを除いたときの順位", "with the other weights in proportion"), "whole", 8),
    Column("feasibility", Text("実現性（評点に含まない）", "feasibility (no part of the score)"),
           Text("0〜100。最寄りエリアまでの距離など。必要の大きさとは別に見る", "0 to 100, from the distance to coverage and the like"), "amount", 9),
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
    Column("shelters", Text("避難所等", "shelters"),
           Text("地区の区画にある避難所などの数。空欄は一覧がなく不明", "shelters standing in the zone's cells; empty: no list was given"), "whole"),
)  # fmt: skip
NEAREST = (
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


GROUND = (
    Column("ground_tests", Text("現地測定の回数", "field tests"),
           Text("判定に使った現地の記録の数。0は測っていない", "records of the ground that decide; 0: nobody has measured"), "whole", 8),
    Column("claimed_out", Text("図と食い違う世代・社数", "claimed, measured out"),
           Text("エリア図では圏内だが、現地測定ではつながらなかった事業者×世代の数。詳しくは docs/study.md の [evidence]",
                "carriers and generations inside on the map that were not served on the ground"), "whole", 9),
)  # fmt: skip


def ranking_columns(study: Study) -> list[Column]:
    """All columns of the ranking of `study`: what fits a printed page first (to PRINTED_TO), then the rest."""
    return [
        *FIRST,
        *_mark_columns(study),
        *NEEDS,
        *urgent_columns(study, printed=True),
        *NEAREST,
        *_part_columns(study),
        *PLACE,
        *MORE,
        *urgent_columns(study, printed=False),
        *detail_columns(study),
        *(GROUND if study.evidence is not None else ()),
        *_own_columns(study),
        *_people_columns(study),
        *LAST,
    ]


def whole_columns(study: Study) -> set[str]:
    """The columns that hold whole numbers, unknown ones aside."""
    return {column.key for column in ranking_columns(study) if column.kind == "whole"}


def criterion_names(study: Study) -> dict[str, Text]:
    """What people call each criterion this study may weigh."""
    return {criterion.key: Text(criterion.ja, criterion.en) for criterion in study.ranking.all_criteria}


def _part_columns(study: Study) -> list[Column]:
    """Parts of the score, each with the points it can earn and why it is asked; then their sums by group."""
    weights = {key: weight for key, weight in study.ranking.weights.items() if weight > 0}
    points = {key: 100 * weight / sum(weights.values()) for key, weight in weights.items()}
    used = [criterion for criterion in study.ranking.all_criteria if criterion.key in weights]
    parts = [
        Column(
            f"score_{criterion.key}",
            Text(f"評点 {criterion.ja}", f"score: {criterion.en}"),
            Text(
                f"{points[criterion.key]:.3g}点満点。{criterion.rule().ja}。{criterion.why.ja}",
                f"up to {points[criterion.key]:.3g} points: {criterion.rule().en}. {criterion.why.en}",
            ),
            "score",
        )
        for criterion in used
    ]
    groups = [
        Column(
            f"group_{key}",
            Text(f"群の計 {name.ja}", f"group: {name.en}"),
            Text("この群の評点の合計", "sum of the scores of this group"),
            "score",
        )
        for key, name in GROUPS.items()
        if key in {criterion.group for criterion in used}
    ]
    return [*parts, *groups]


def _own_columns(study: Study) -> list[Column]:
    """The amounts of the criteria that the study brings itself, each with its source and date."""
    named = {criterion.key: criterion for criterion in study.ranking.all_criteria}
    return [
        Column(
            wanted.key,
            Text(named[wanted.key].ja, named[wanted.key].en),
            Text(f"出典 {wanted.source}（{wanted.as_of}）", f"source: {wanted.source} ({wanted.as_of})"),
            "amount",
        )
        for wanted in study.ranking.criteria
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
    names = criterion_names(result.study)
    grants = subsidy_of(result, subsidy_rules(result.study))
    yes_no = ("はい", "") if caption.lang == "ja" else ("yes", "")
    rows = rows.assign(
        lon=lon, lat=lat,
        tied=np.where(rows["tied"], *yes_no),
        gate=rows["gate"].map(words),
        **{
            name: [_criterion_words(value, names, caption.lang) for value in rows[name]]
            for name in ("unknown_criteria", "decides")
        },
        always_top=_always_words(rows, caption.lang),
        designated=designated_words(rows, "", NO_DESIGNATION.in_(caption.lang)),
        subsidy=[SUBSIDY[grants[str(zone)].answer].in_(caption.lang) for zone in rows.index],
        **ground_counts(result, rows.index),
        rule=caption.rule_key, generation=caption.generation, as_of=caption.as_of_key,
    )  # fmt: skip
    rows[NOTE] = caption.short_notice
    columns = [column for column in ranking_columns(result.study) if column.key != "zone_id"]
    rows = rows.reindex(columns=[column.key for column in columns])  # what no file speaks of is empty
    texts = [column.key for column in columns if column.kind == "text"]
    return rows.assign(**{key: rows[key].astype(object).where(rows[key].notna(), "") for key in texts})


def _criterion_words(keys: str, names: dict[str, Text], lang: str) -> str:
    separator = "・" if lang == "ja" else ", "
    return separator.join(names[key].in_(lang) for key in keys.split(",") if key)


def _always_words(rows: pd.DataFrame, lang: str) -> np.ndarray:
    """How surely each zone stays in the top: whatever the weights, within the study's shake, or not shown."""
    said = (Text("どの重みでも", "any weights"), Text("±の範囲で", "shaken weights"))
    return np.select(
        [rows["always_top"], rows["always_top_shaken"]], [text.in_(lang) for text in said], ""
    ).astype(object)


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
