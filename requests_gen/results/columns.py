"""The columns of the ranking: their stable names, what people call them, what they mean, how they are shown."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from coverage.gaps import mark_column, uncovered_column
from coverage.ranking import GROUPS
from geodata.areas import degrees, in_degrees
from geodata.errors import Text
from requests_gen.files import plain
from requests_gen.wording import Caption, evidence, urgency

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study

# One column of the ranking.

Kind = Literal["text", "mark", "whole", "people", "amount", "score", "share", "km", "degree"]


@dataclass(frozen=True)
class Column:
    """One column: `key` in files for programs, `heading` in sheets for people, `width` in characters."""

    key: str
    heading: Text
    meaning: Text
    kind: Kind
    width: float = 9


# The columns on what else makes a zone urgent: places, roads, areas, grants, people to come.

# some are printed beside the needs where the study gives such data; the others stand further right, empty without data
URGENT = (
    Column(
        "public_facilities",
        Text("学校・医療等", "schools, clinics …"),
        Text(
            "地区の区画にある学校・医療機関・役場支所・集会所の数（一覧のあるもの）。空欄は一覧がなく不明",
            "schools, clinics, offices and halls in the zone's cells, of the kinds given; empty: not known",
        ),
        "whole",
        8,
    ),
    Column(
        "uncovered_road_km",
        Text("不感道路km", "uncovered road km"),
        Text(
            "緊急輸送道路・県道以上のうち、1社でもエリア外の延長（重なる区間は1回）。道路そのものの長さで測る。空欄は不明",
            "of emergency roads and 県道 or greater, what at least one carrier leaves out, each stretch once, along the road; empty: not known",
        ),
        "km",
        8,
    ),
    Column(
        "visitors",
        Text("登山道・観光等", "visited"),
        Text(
            "1: 登山道・観光地・農林の作業場がある、0: 一覧にない。空欄は一覧がなく不明",
            "1: a trail, tourist place or work site lies there, 0: none in the list; empty: no list",
        ),
        "whole",
        8,
    ),
    Column(
        "hazard",
        Text("土砂災害の区域", "landslide area"),
        Text(
            "1: 住民の1割以上が土砂災害警戒区域に住む、0: それ未満。空欄は資料がなく不明",
            "1: a tenth of its people or more live in landslide areas, 0: fewer; empty: not known",
        ),
        "whole",
        8,
    ),
    Column(
        "designated",
        Text("条件不利地域", "disadvantaged"),
        Text(
            "過=過疎 辺=辺地 離=離島 半=半島 山=振興山村 特=特定農山村 豪=豪雪。住民の半分以上が入るもの。空欄は不明（指定の資料がそろっていない）",
            "what at least half its people live in; empty: not known, or not all kinds were given",
        ),
        "text",
        10,
    ),
)
ROADS = (
    Column(
        "complete_road_km",
        Text("どの社もエリア外の道路km", "road no carrier serves, km"),
        Text(
            "緊急輸送道路・県道以上のうち、どの会社のエリアにも入らない延長。未公表の会社があれば不明（空欄）",
            "of the same roads, what no carrier covers; empty where a carrier has not published",
        ),
        "km",
        9,
    ),
    Column(
        "emergency_road_km",
        Text("緊急輸送道路km", "emergency road km"),
        Text(
            "緊急輸送道路のうち1社でもエリア外の延長。空欄は緊急輸送道路の別が不明",
            "of emergency roads, what at least one carrier leaves out; empty: not told which they are",
        ),
        "km",
        9,
    ),
    *(
        Column(
            f"road_km_{key}",
            Text(f"{ja}km", f"{en} km"),
            Text(f"{ja}のうち1社でもエリア外の延長。空欄は資料がなく不明", f"{en}: what at least one carrier leaves out; empty: not known"),
            "km",
            9,
        )
        for key, ja, en in (
            ("expressway", "高速道路", "expressway"),
            ("national", "国道", "national road"),
            ("prefectural", "都道府県道", "prefectural road"),
            ("municipal", "市町村道等", "municipal road"),
            ("other", "その他の道路", "other road"),
        )
    ),
)
PLACES = {
    "schools_p29": (Column("schools", Text("学校", "schools"), Text("地区の区画にある学校の数", "schools in the zone's cells"), "whole"),),
    "clinics_p04": (Column("clinics", Text("医療機関", "clinics"), Text("同じく医療機関の数", "clinics likewise"), "whole"),),
    "offices_p05": (
        Column("offices", Text("役場・支所", "offices"), Text("同じく役場・支所などの数", "offices likewise"), "whole"),
        Column("halls", Text("集会所", "halls"), Text("同じく公的集会施設の数", "public halls likewise"), "whole"),
    ),
    "stations_n02": (Column("stations", Text("駅", "stations"), Text("同じく駅の数", "stations likewise"), "whole"),),
}
PLACE_NAMES = {
    "schools_p29": Column("school_names", Text("学校の名前", "schools by name"), Text("", ""), "text", 24),
    "clinics_p04": Column("clinic_names", Text("医療機関の名前", "clinics by name"), Text("", ""), "text", 24),
    "offices_p05": Column("office_names", Text("役場・集会所の名前", "offices and halls by name"), Text("", ""), "text", 24),
    "own_places": Column("visited_names", Text("登山道・観光地などの名前", "visited places by name"), Text("", ""), "text", 24),
}
INSIDE = {
    "hazards": (
        ("landslide", "土砂災害警戒区域", "landslide areas"),
        ("landslide_special", "土砂災害特別警戒区域", "special landslide areas"),
        ("tsunami", "津波浸水想定", "expected tsunami flooding"),
    ),
    "parks": (
        ("park_special", "自然公園（特別地域）", "special park areas"),
        ("park_ordinary", "自然公園（普通地域）", "ordinary park areas"),
    ),
    "did": (("did", "人口集中地区", "densely inhabited districts"),),
}
DESIGNATION = (
    Column(
        "designated_until",
        Text("指定の期限", "designated until"),
        Text(
            "条件不利地域の指定のうち最も早く終わるものの最後の日。空欄は期限の記載なし、または不明",
            "the first end said of any designation; empty: no end said, or not known",
        ),
        "text",
        12,
    ),
    Column("designated_as", Text("指定の名称", "designated as"), Text("", ""), "text", 20),
)
SUBSIDY_KEY = "subsidy"


def urgent_columns(study: Study, printed: bool) -> list[Column]:
    """The columns of URGENT that are printed beside the needs, or the others. What the study brings itself stands
    among its own columns."""
    kinds, own = urgency.source_kinds(study), {spec.key for spec in study.ranking.criteria}
    on_paper = {
        "public_facilities": bool(kinds & {"schools_p29", "clinics_p04", "offices_p05"}),
        "uncovered_road_km": bool(study.roads),
        "designated": bool(kinds & {"designated", "overrides"}),
    }  # the others would make the print too small
    return [column for column in URGENT if on_paper.get(column.key, False) == printed and column.key not in own]


def detail_columns(study: Study) -> list[Column]:
    """More of roads, places and areas, as far as the study gives them; then what a grant may be."""
    kinds = urgency.source_kinds(study)
    columns = [column for kind, group in PLACES.items() if kind in kinds for column in group]
    if study.roads:
        columns += [*ROADS, *_road_columns(study)]
    for kind, areas in INSIDE.items():
        columns += [_inside_column(*area) for area in areas if kind in kinds]
    columns += DESIGNATION if kinds & {"designated", "overrides"} else ()
    note = urgency.subsidy_note(study, urgency.subsidy_rules(study))
    columns.append(Column(SUBSIDY_KEY, Text("補助活用の可能性", "grant possible?"), note, "text", 12))
    if study.future_population is not None:
        columns += [
            Column(
                f"population_{year}",
                Text(f"将来推計人口 {year}", f"people in {year}"),
                Text("参考。国の推計の区画の値を地区に割り振ったもの。空欄は不明", "for reference, shared out from the estimate's meshes"),
                "people",
            )
            for year in study.future_population.years
        ]
    return columns + [column for kind, column in PLACE_NAMES.items() if kind in kinds]


def _road_columns(study: Study) -> list[Column]:
    meaning = Text(
        "この会社のエリアに入らない緊急輸送道路・県道以上の延長。空欄は未公表または不明",
        "emergency roads and 県道 or greater outside this layer; empty: not published or not known",
    )
    return [
        Column(f"uncovered_road_km_{carrier.key}", Text(f"不感道路km {carrier.name}", f"road without {carrier.name}, km"), meaning, "km", 9)
        for carrier in study.carriers
    ]


def _inside_column(kind: str, ja: str, en: str) -> Column:
    return Column(
        f"in_{kind}",
        Text(f"{ja}に住む割合", f"within {en}"),
        Text(
            f"地区の住民のうち{ja}の中に住む割合（人のいない地区は面積）。空欄は不明", f"share of its people within {en}; empty: not known"
        ),
        "share",
    )


__all__ = [
    "FIRST",
    "GATES",
    "NEEDS",
    "NOTE",
    "PLACE",
    "PRINTED_TO",
    "Column",
    "criterion_names",
    "degrees",
    "in_degrees",
    "integer_columns",
    "ranking_columns",
    "ranking_rows",
    "records",
]
NOTE = "注記"
PRINTED_TO = "nearest_coverage_km"
GATES = {
    "": Text("", ""),
    "small": Text("人数が基準未満", "fewer people than the least"),
    "unknown": Text("人数が不明", "people not known"),
    "unknown_road": Text("不感道路の長さが不明", "uncovered road not known"),
    "no_data": Text("重みのある項目にデータがありません", "no data for any item that weighs"),
}
FIRST = (
    Column(
        "rank",
        Text("優先順位", "rank"),
        Text("1が最も優先。同点は同じ順位。空欄は順位を付けない地区", "1 is most urgent; equal scores share a rank; empty: not ranked"),
        "whole",
        6,
    ),
    Column(
        "zone_id",
        Text("地区ID", "zone id"),
        Text("市町村コード5桁と連番3桁。一度付けたら変わらない", "municipality code and number; never changes"),
        "text",
        11,
    ),
    Column("municipality", Text("市町村名", "municipality"), Text("", ""), "text", 11),
    Column("name", Text("地区名", "zone"), Text("大字・集落など", "settlement"), "text", 18),
    Column("score", Text("評点", "score"), Text("0〜100。「評点 …」の列の合計", "0 to 100; the sum of its parts"), "score", 8),
)
PLACE = (
    Column(
        "rank_low",
        Text("順位の幅（上）", "rank range, best"),
        Text("重みを動かしたときの順位の幅（5%点）", "5th percentile of the rank when the weights move"),
        "whole",
        8,
    ),
    Column(
        "rank_high",
        Text("順位の幅（下）", "rank range, worst"),
        Text("同じく95%点。幅が広いほど順位は重みしだい", "95th percentile; the wider, the more the weights decide"),
        "whole",
        8,
    ),
    Column(
        "rank_best",
        Text("不明が分かった場合の順位（上）", "rank at best"),
        Text("不明な項目がこの地区にいちばん有利だったときの順位", "if all that is unknown spoke for this zone"),
        "whole",
        9,
    ),
    Column(
        "rank_worst",
        Text("不明が分かった場合の順位（下）", "rank at worst"),
        Text("不明な項目がいちばん不利だったときの順位", "if all that is unknown spoke against it"),
        "whole",
        9,
    ),
    Column(
        "top_probability",
        Text("上位に入る割合", "within the top"),
        Text(
            "重みを動かした試行のうち、上位（[ranking] top、初期値20位）に入った割合",
            "how often it is within the top when the weights move",
        ),
        "share",
        8,
    ),
    Column(
        "top_probability_any",
        Text("上位に入る割合（重み自由）", "within the top, any weights"),
        Text("項目の重みをまったく自由に変えた試行で、上位に入った割合", "the same with any weights at all"),
        "share",
        8,
    ),
    Column(
        "always_top",
        Text("つねに上位", "always in the top"),
        Text(
            "どの重みでも: 重みをどう変えても上位と証明できる地区。±の範囲で: 重みを study.toml の割合だけ動かしても上位",
            "any: proven for all weights; shaken: for weights moved as the study says",
        ),
        "text",
        12,
    ),
    Column(
        "decides",
        Text("順位を決めた項目", "what decides"),
        Text("除くと順位が最も動く項目", "the criterion whose removal moves the rank most"),
        "text",
        14,
    ),
    Column(
        "rank_without",
        Text("その項目を除いた順位", "rank without it"),
        Text("同じ重みの割合で、その項目だけを除いたときの順位", "with the other weights in proportion"),
        "whole",
        8,
    ),
    Column(
        "feasibility",
        Text("実現性（評点に含まない）", "feasibility (no part of the score)"),
        Text("0〜100。最寄りエリアまでの距離など。必要の大きさとは別に見る", "0 to 100, from the distance to coverage and the like"),
        "amount",
        9,
    ),
    Column("tied", Text("同点", "tied"), Text("はい: 同じ評点の地区がある", "yes: another zone has the same score"), "text", 6),
    Column("gate", Text("順位を付けない理由", "why not ranked"), Text("", ""), "text", 14),
    Column(
        "unknown_criteria",
        Text("不明な項目", "unknown criteria"),
        Text("この項目を除いて評点を出した", "the score does without these"),
        "text",
        14,
    ),
)
NEEDS = (
    Column(
        "uncovered_population",
        Text("エリア外人口", "uncovered people"),
        Text(
            "区画ごとに、最も多くの人を外している会社のエリア外の人の合計",
            "in each cell, the people left out by the carrier that leaves out most",
        ),
        "people",
    ),
    Column(
        "complete_population",
        Text("全社エリア外人口", "no carrier"),
        Text(
            "どの会社のエリアにも入らない人。未公表の会社があれば不明（空欄）",
            "people outside all carriers' areas; empty where a carrier has not published",
        ),
        "people",
    ),
    Column(
        "uncovered_households",
        Text("エリア外世帯", "uncovered households"),
        Text("エリア外人口と同じ割合で数えた世帯", "households, taken like uncovered people"),
        "people",
    ),
    Column(
        "uncovered_65plus",
        Text("エリア外の65歳以上", "uncovered aged 65+"),
        Text("エリア外人口と同じ割合で数えた65歳以上の人", "people aged 65+, taken like uncovered people"),
        "people",
    ),
    Column(
        "shelters",
        Text("避難所等", "shelters"),
        Text("地区の区画にある避難所などの数。空欄は一覧がなく不明", "shelters standing in the zone's cells; empty: no list was given"),
        "whole",
    ),
)
NEAREST = (
    Column(
        "nearest_coverage_km",
        Text("最寄りエリアまでkm", "km to coverage"),
        Text("いずれか1社が半分以上届く最寄りの区画までの直線距離", "to the nearest cell that some carrier covers by half"),
        "km",
    ),
)
MORE = (
    Column(
        "population",
        Text("地区の人口", "people"),
        Text("地区（エリア外のある区画）に住む人の推計", "people living in the zone's cells, estimated"),
        "people",
    ),
    Column("households", Text("世帯", "households"), Text("地区の世帯の推計", "households, estimated"), "people"),
    Column(
        "population_65plus", Text("65歳以上", "aged 65+"), Text("地区の65歳以上の人の推計", "people aged 65 or more, estimated"), "people"
    ),
    Column("share_65plus", Text("65歳以上の割合", "share 65+"), Text("65歳以上÷人口", "aged 65+ ÷ people"), "share"),
    Column(
        "unknown_people_cells",
        Text("人口不明のメッシュ", "cells of unknown people"),
        Text(
            "地区の区画のうち人口の分からないものの数。1以上のとき、人数はどれも「分かっている分」で、実際はこれより多いことがある",
            "the zone's cells whose people are not known; with 1 or more every count of people is a least",
        ),
        "whole",
    ),
    Column(
        "carriers_missing",
        Text("不足する事業者数", "carriers missing"),
        Text("×を1、△を0.5として数えた事業者の数", "carriers marked × (1) or △ (0.5)"),
        "amount",
    ),
    Column("carriers_unknown", Text("不明な事業者数", "carriers unknown"), Text("－の事業者の数", "carriers marked －"), "whole"),
)
LAST = (
    Column("municipality_id", Text("市町村コード", "municipality code"), Text("全国地方公共団体コード5桁", "five digits"), "text", 10),
    Column("lon", Text("経度", "longitude"), Text("地区に住む人の重心", "the middle of the zone's people, degrees"), "degree", 11),
    Column("lat", Text("緯度", "latitude"), Text("同上", "as above"), "degree", 11),
    Column("rule", Text("判定の規則", "rule"), Text("エリア外の人の数え方", "how uncovered people are counted"), "text", 10),
    Column("generation", Text("判定の世代", "generation"), Text("地区と順位を決めた世代", "the generation that decides"), "text", 8),
    Column("as_of", Text("エリアの基準日", "areas as of"), Text("", ""), "text", 22),
    Column(NOTE, Text("注記", "note"), Text("架空のエリアのときは、その旨", "says so where areas are fictitious"), "text", 12),
)
FIELD_TESTS = (
    Column(
        "ground_tests",
        Text("現地測定の回数", "field tests"),
        Text("判定に使った現地の記録の数。0は測っていない", "records of the ground that decide; 0: nobody has measured"),
        "whole",
        8,
    ),
    Column(
        "claimed_out",
        Text("図と食い違う世代・社数", "claimed, measured out"),
        Text(
            "エリア図では圏内だが、現地測定ではつながらなかった事業者×世代の数。詳しくは docs/study.md の [evidence]",
            "carriers and generations inside on the map that were not served on the ground",
        ),
        "whole",
        9,
    ),
)


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
        *(FIELD_TESTS if study.evidence is not None else ()),
        *_own_columns(study),
        *_people_columns(study),
        *LAST,
    ]


def integer_columns(study: Study) -> set[str]:
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
            spec.key,
            Text(named[spec.key].ja, named[spec.key].en),
            Text(f"出典 {spec.source}（{spec.as_of}）", f"source: {spec.source} ({spec.as_of})"),
            "amount",
        )
        for spec in study.ranking.criteria
    ]


def _mark_columns(study: Study) -> list[Column]:
    meaning = Text(
        "○ 利用できる（95%以上）  △ 一部  × 利用できない（5%以下）  － 不明",
        "○ served (95 % or more)  △ in part  × not (5 % or less)  － unknown",
    )
    return [
        Column(
            mark_column(generation, carrier.key), Text(f"{carrier.name} {generation}", f"{carrier.name} {generation}"), meaning, "mark", 7
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
                uncovered_column(generation),
                Text(f"公表した全社のエリア外 {generation}", f"outside all published {generation}"),
                Text("エリアを公表したどの会社にも入らない人", "people outside every published layer"),
                "people",
            )
        )
        columns += [
            Column(
                uncovered_column(generation, carrier.key),
                Text(f"エリア外人口 {carrier.name} {generation}", f"uncovered by {carrier.name} {generation}"),
                Text("この会社のエリアに入らない人。空欄は未公表", "people outside this layer; empty: not published"),
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
    grants = urgency.subsidy_of(result, urgency.subsidy_rules(result.study))
    yes_no = ("はい", "") if caption.lang == "ja" else ("yes", "")
    rows = rows.assign(
        lon=lon,
        lat=lat,
        tied=np.where(rows["tied"], *yes_no),
        gate=rows["gate"].map(words),
        **{name: [_criterion_words(value, names, caption.lang) for value in rows[name]] for name in ("unknown_criteria", "decides")},
        always_top=_always_words(rows, caption.lang),
        designated=urgency.designated_words(rows, "", urgency.NO_DESIGNATION.in_(caption.lang)),
        subsidy=[urgency.SUBSIDY[grants[str(zone)].answer].in_(caption.lang) for zone in rows.index],
        **evidence.field_test_counts(result, rows.index),
        rule=caption.rule_key,
        generation=caption.generation,
        as_of=caption.as_of_key,
    )
    rows[NOTE] = caption.short_notice
    columns = [column for column in ranking_columns(result.study) if column.key != "zone_id"]
    rows = rows.reindex(columns=[column.key for column in columns])  # what no file speaks of is empty
    texts = [column.key for column in columns if column.kind == "text"]
    return rows.assign(**{key: rows[key].astype(object).where(rows[key].notna(), "") for key in texts})


def records(rows: pd.DataFrame, whole: Collection[str] = ()) -> list[dict[str, Any]]:
    """The rows as dicts of plain values for JSON, unknown numbers as None. whole: columns whose numbers become integers."""
    names = list(rows.columns)
    by_column = [_plain_values(rows[name], name in whole) for name in names]
    return [dict(zip(names, values, strict=True)) for values in zip(*by_column, strict=True)]


def _plain_values(values: pd.Series, whole: bool) -> list[Any]:
    if whole:
        return [int(value) if value == value else None for value in values.tolist()]
    if values.dtype != np.float64:
        return [plain(value) for value in values.tolist()]
    numbers = values.to_numpy()
    return [value if known else None for value, known in zip(numbers.tolist(), np.isfinite(numbers).tolist(), strict=True)]


def _criterion_words(keys: str, names: dict[str, Text], lang: str) -> str:
    separator = "・" if lang == "ja" else ", "
    return separator.join(names[key].in_(lang) for key in keys.split(",") if key)


def _always_words(rows: pd.DataFrame, lang: str) -> np.ndarray:
    """How surely each zone stays in the top: whatever the weights, within the study's perturbation, or not shown."""
    said = (Text("どの重みでも", "any weights"), Text("±の範囲で", "shaken weights"))
    return np.select([rows["always_top"], rows["always_top_shaken"]], [text.in_(lang) for text in said], "").astype(object)
