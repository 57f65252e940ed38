"""The columns on what else makes a zone urgent: places, roads, areas, grants, people to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from geodata.errors import Text
from requests_gen.column import Column
from requests_gen.urgency_words import source_kinds, subsidy_note, subsidy_rules

if TYPE_CHECKING:
    from coverage.study import Study

# some are printed beside the needs where the study gives such data; the others stand further right, empty without data
URGENT = (
    Column("public_facilities", Text("学校・医療等", "schools, clinics …"),
           Text("地区の区画にある学校・医療機関・役場支所・集会所の数（一覧のあるもの）。空欄は一覧がなく不明",
                "schools, clinics, offices and halls in the zone's cells, of the kinds given; empty: not known"), "whole", 8),
    Column("uncovered_road_km", Text("不感道路km", "uncovered road km"),
           Text("緊急輸送道路・県道以上のうち、1社でもエリア外の延長。道路そのものの長さで測る。空欄は不明",
                "of emergency roads and 県道 or greater, what at least one carrier leaves out, along the road; empty: not known"), "km", 8),
    Column("visitors", Text("登山道・観光等", "visited"),
           Text("1: 登山道・観光地・農林の作業場がある、0: 一覧にない。空欄は一覧がなく不明",
                "1: a trail, tourist place or work site lies there, 0: none in the list; empty: no list"), "whole", 8),
    Column("hazard", Text("土砂災害の区域", "landslide area"),
           Text("1: 住民の1割以上が土砂災害警戒区域に住む、0: それ未満。空欄は資料がなく不明",
                "1: a tenth of its people or more live in landslide areas, 0: fewer; empty: not known"), "whole", 8),
    Column("designated", Text("条件不利地域", "disadvantaged"),
           Text("過=過疎 辺=辺地 離=離島 半=半島 山=振興山村 特=特定農山村 豪=豪雪。住民の半分以上が入るもの。空欄は不明（指定の資料がそろっていない）",
                "what at least half its people live in; empty: not known, or not all kinds were given"), "text", 10),
)  # fmt: skip
ROADS = (
    Column("complete_road_km", Text("どの社もエリア外の道路km", "road no carrier serves, km"),
           Text("緊急輸送道路・県道以上のうち、どの会社のエリアにも入らない延長。未公表の会社があれば不明（空欄）",
                "of the same roads, what no carrier covers; empty where a carrier has not published"), "km", 9),
    Column("emergency_road_km", Text("緊急輸送道路km", "emergency road km"),
           Text("緊急輸送道路のうち1社でもエリア外の延長。空欄は緊急輸送道路の別が不明",
                "of emergency roads, what at least one carrier leaves out; empty: not told which they are"), "km", 9),
    *(
        Column(f"road_km_{key}", Text(f"{ja}km", f"{en} km"),
               Text(f"{ja}のうち1社でもエリア外の延長。空欄は資料がなく不明", f"{en}: what at least one carrier leaves out; empty: not known"), "km", 9)
        for key, ja, en in (
            ("expressway", "高速道路", "expressway"), ("national", "国道", "national road"), ("prefectural", "都道府県道", "prefectural road"),
            ("municipal", "市町村道等", "municipal road"), ("other", "その他の道路", "other road"),
        )
    ),
)  # fmt: skip
PLACES = {
    "schools_p29": (Column("schools", Text("学校", "schools"), Text("地区の区画にある学校の数", "schools in the zone's cells"), "whole"),),
    "clinics_p04": (Column("clinics", Text("医療機関", "clinics"), Text("同じく医療機関の数", "clinics likewise"), "whole"),),
    "offices_p05": (
        Column("offices", Text("役場・支所", "offices"), Text("同じく役場・支所などの数", "offices likewise"), "whole"),
        Column("halls", Text("集会所", "halls"), Text("同じく公的集会施設の数", "public halls likewise"), "whole"),
    ),
    "stations_n02": (Column("stations", Text("駅", "stations"), Text("同じく駅の数", "stations likewise"), "whole"),),
}  # fmt: skip
PLACE_NAMES = {
    "schools_p29": Column("school_names", Text("学校の名前", "schools by name"), Text("", ""), "text", 24),
    "clinics_p04": Column("clinic_names", Text("医療機関の名前", "clinics by name"), Text("", ""), "text", 24),
    "offices_p05": Column("office_names", Text("役場・集会所の名前", "offices and halls by name"), Text("", ""), "text", 24),
    "own_places": Column("visited_names", Text("登山道・観光地などの名前", "visited places by name"), Text("", ""), "text", 24),
}  # fmt: skip
INSIDE = {
    "hazards": (("landslide", "土砂災害警戒区域", "landslide areas"), ("landslide_special", "土砂災害特別警戒区域", "special landslide areas"),
                ("tsunami", "津波浸水想定", "expected tsunami flooding")),
    "parks": (("park_special", "自然公園（特別地域）", "special park areas"), ("park_ordinary", "自然公園（普通地域）", "ordinary park areas")),
    "did": (("did", "人口集中地区", "densely inhabited districts"),),
}  # fmt: skip
DESIGNATION = (
    Column("designated_until", Text("指定の期限", "designated until"),
           Text("条件不利地域の指定のうち最も早く終わるものの最後の日。空欄は期限の記載なし、または不明",
                "the first end said of any designation; empty: no end said, or not known"), "text", 12),
    Column("designated_as", Text("指定の名称", "designated as"), Text("", ""), "text", 20),
)  # fmt: skip
SUBSIDY_KEY = "subsidy"


def urgent_columns(study: Study, printed: bool) -> list[Column]:
    """The columns of URGENT that are printed beside the needs, or the others. What the study brings itself stands
    among its own columns."""
    kinds, own = source_kinds(study), {wanted.key for wanted in study.ranking.criteria}
    on_paper = {
        "public_facilities": bool(kinds & {"schools_p29", "clinics_p04", "offices_p05"}),
        "uncovered_road_km": bool(study.roads),
        "designated": bool(kinds & {"designated", "overrides"}),
    }  # the others would make the print too small
    return [
        column for column in URGENT if on_paper.get(column.key, False) == printed and column.key not in own
    ]


def detail_columns(study: Study) -> list[Column]:
    """More of roads, places and areas, as far as the study gives them; then what a grant may be."""
    kinds = source_kinds(study)
    columns = [column for kind, group in PLACES.items() if kind in kinds for column in group]
    if study.roads:
        columns += [*ROADS, *_road_columns(study)]
    for kind, areas in INSIDE.items():
        columns += [_inside_column(*area) for area in areas if kind in kinds]
    columns += DESIGNATION if kinds & {"designated", "overrides"} else ()
    note = subsidy_note(study, subsidy_rules(study))
    columns.append(Column(SUBSIDY_KEY, Text("補助活用の可能性", "grant possible?"), note, "text", 12))
    if study.future_population is not None:
        columns += [
            Column(f"population_{year}", Text(f"将来推計人口 {year}", f"people in {year}"),
                   Text("参考。国の推計の区画の値を地区に割り振ったもの。空欄は不明", "for reference, shared out from the estimate's meshes"), "people")
            for year in study.future_population.years
        ]  # fmt: skip
    return columns + [column for kind, column in PLACE_NAMES.items() if kind in kinds]


def _road_columns(study: Study) -> list[Column]:
    meaning = Text(
        "この会社のエリアに入らない緊急輸送道路・県道以上の延長。空欄は未公表または不明",
        "emergency roads and 県道 or greater outside this layer; empty: not published or not known",
    )
    return [
        Column(f"uncovered_road_km_{carrier.key}", Text(f"不感道路km {carrier.name}", f"road without {carrier.name}, km"), meaning, "km", 9)
        for carrier in study.carriers
    ]  # fmt: skip


def _inside_column(kind: str, ja: str, en: str) -> Column:
    return Column(
        f"in_{kind}", Text(f"{ja}に住む割合", f"within {en}"),
        Text(f"地区の住民のうち{ja}の中に住む割合（人のいない地区は面積）。空欄は不明", f"share of its people within {en}; empty: not known"), "share",
    )  # fmt: skip
