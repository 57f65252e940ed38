"""Figures of the whole study and of its municipalities (summary.json)."""

from __future__ import annotations

from coverage.figures.figure import GAPS, PEOPLE, PLACES, Figure
from geodata.errors import Text

PEOPLE_COUNTED = (
    Figure(
        "study_population",
        Text("調査区域の人口", "people of the study"),
        Text(
            "調査区域のメッシュ（面積が最大の市町村のもの）に住む人。市町村ごとには、面積が最大のメッシュを丸ごと数える",
            "people of the study's cells; a cell belongs wholly to the municipality with most of its land",
        ),
        "people",
        "study",
        made_of=PEOPLE,
        see=("population", "study_population_by_area", "source_population"),
    ),
    Figure(
        "study_population_by_area",
        Text("調査区域の人口（面積按分）", "people of the study (by area)"),
        Text("メッシュの人を、市町村ごとの陸地の面積の割合で分けた人口", "people of each cell shared out by the land of each municipality"),
        "people",
        "study",
        made_of=PEOPLE,
        see=("study_population",),
    ),
    Figure(
        "source_population",
        Text("人口のファイルの合計", "people in the files"),
        Text(
            "人口のファイルに載っている全員。調査区域の人口＋数えていない人",
            "everybody in the files: those of the study and those not counted",
        ),
        "people",
        "source",
        made_of=("population",),
        see=("study_population", "outside_population"),
    ),
    Figure(
        "outside_population",
        Text("数えていない人（調査区域の外）", "people not counted (outside)"),
        Text("人口のファイルにあるが、調査区域のメッシュに入らない人", "people in the files who live in no cell of the study"),
        "people",
        "source",
        made_of=PEOPLE,
    ),
    Figure(
        "outside_population_by_area",
        Text("数えていない人（面積按分）", "people not counted (by area)"),
        Text("面積按分で、調査区域の外の陸地に割り当てられる人", "people whom sharing by area gives to land outside the study"),
        "people",
        "source",
        made_of=PEOPLE,
        see=("outside_population",),
    ),
    Figure(
        "study_unknown_cells",
        Text("人口不明のメッシュ", "cells of unknown people"),
        Text(
            "人口の分からないメッシュの数。そこの人はどの人数・割合にも入っていない",
            "cells whose people are not known and stand in no figure",
        ),
        "cells",
        "study",
        unknown="none",
        made_of=PEOPLE,
        see=("unknown_people_cells",),
    ),
    Figure(
        "study_cells",
        Text("調査区域のメッシュ", "cells of the study"),
        Text("調査区域のメッシュの数", "how many cells the study has"),
        "cells",
        "study",
        unknown="none",
        made_of=PEOPLE,
    ),
)
ZONES_COUNTED = (
    Figure(
        "zones_count",
        Text("不感のある地区", "zones with a gap"),
        Text(
            "どこかの会社のエリア外の区画があり、人が住む（または施設・道路がある）地区の数。順位を付けない地区を含む",
            "zones with a cell that some carrier leaves out and where somebody lives or a place or road is, ranked or not",
        ),
        "zones",
        "zone",
        "gaps",
        unknown="none",
        see=("zones_ranked", "no_carrier_zones"),
    ),
    Figure(
        "zones_ranked",
        Text("順位を付けた地区", "zones ranked"),
        Text(
            "不感のある地区のうち、[ranking] の基準（最少のエリア外人口・道路）を満たし、順位の付いた数",
            "of the zones with a gap, those that meet the least people or road of [ranking]",
        ),
        "zones",
        "zone",
        "gaps",
        unknown="none",
        see=("zones_count",),
    ),
    Figure(
        "zones_no_data",
        Text("データがなく順位を付けない地区", "zones without data"),
        Text("重みのある項目のデータが一つもなく、順位を付けなかった数", "zones of which no item that weighs is known"),
        "zones",
        "zone",
        unknown="none",
    ),
    Figure(
        "no_carrier_zones",
        Text("全社エリア外の人がいる地区", "zones where some have no carrier"),
        Text(
            "どの会社のエリアにも入らない人が0.5人以上いる地区の数。未公表の会社があれば不明",
            "zones with half a person or more whom no carrier serves; unknown where a carrier has not published",
        ),
        "zones",
        "zone",
        "gaps",
        unknown="whole",
        see=("zones_count",),
    ),
)
NO_CARRIER = (
    Figure(
        "no_carrier_population",
        Text("全社エリア外人口（調査区域全体）", "people no carrier serves (whole study)"),
        Text(
            "調査区域の全メッシュの人のうち、どの会社のエリアにも入らない人を、地区と順位の判定（初期値は面積按分）で数えたもの。"
            "地区に入らない区画の人も数える。未公表の会社があれば不明",
            "of everybody in the study, in a zone or not, those outside all carriers' areas, by the rule of the zones",
        ),
        "people",
        "study",
        "gaps",
        unknown="whole",
        made_of=GAPS,
        see=("complete_population", "no_carrier_official"),
    ),
    Figure(
        "published_no_carrier_population",
        Text("公表した全社のエリア外人口 {generation}（調査区域全体）", "outside all published {generation} (whole study)"),
        Text(
            "調査区域の全メッシュの人のうち、エリアを公表したどの会社にも入らない人。未公表の会社は数えないので、"
            "全社エリア外人口（調査区域全体）より少ないことはない",
            "of everybody in the study, those outside every published layer: never fewer than the people no carrier serves",
        ),
        "people",
        "study",
        "gaps",
        made_of=GAPS,
        see=("no_carrier_population", "published_uncovered_population"),
    ),
    Figure(
        "no_carrier_households",
        Text("全社エリア外世帯（調査区域全体）", "households no carrier serves (whole study)"),
        Text(
            "全社エリア外人口（調査区域全体）と同じ割合で区画ごとに数えた世帯", "households of each cell, in the same part as those people"
        ),
        "households",
        "study",
        "gaps",
        unknown="whole",
        made_of=GAPS,
        see=("uncovered_households",),
    ),
    Figure(
        "no_carrier_official",
        Text("全社エリア外人口（公表の判定）", "people no carrier serves (published rule)"),
        Text(
            "調査区域の人のうち、どの会社のエリアにも入らない人を、公表の判定（初期値は総務省方式。500mメッシュの半分以上がエリアなら"
            "全員をエリア内とする）で数えたもの。未公表の会社があれば不明",
            "of everybody in the study, those outside all carriers' areas by the published rule (the MIC half mesh unless changed)",
        ),
        "people",
        "study",
        "official",
        unknown="counted",
        made_of=GAPS,
        see=("complete_population", "no_carrier_population"),
    ),
    Figure(
        "carrier_uncovered_population_all",
        Text("エリア外人口 {carrier} {generation}（調査区域全体）", "uncovered by {carrier} {generation} (whole study)"),
        Text(
            "調査区域の全メッシュの人のうち、この会社のエリアに入らない人を、地区と順位の判定で数えたもの",
            "of everybody in the study, in a zone or not, those outside this carrier's layer, by the rule of the zones",
        ),
        "people",
        "study",
        "gaps",
        unknown="whole",
        made_of=GAPS,
        see=("carrier_uncovered_population", "uncovered_official"),
    ),
    *(
        Figure(
            f"not_spot_{key}",
            Text(f"{ja}メッシュの人 {{generation}}", f"people of cells that {en} {{generation}}"),
            Text(
                f"各社のエリアが半分以上（[rules] threshold）かどうかを1メッシュごとに見て、{ja}メッシュに住む人。人を割合で分けない",
                f"people living in cells that {en}, each carrier judged on the cell itself; people are not divided",
            ),
            "people",
            "study",
            unknown="counted",
            made_of=GAPS,
            see=("no_carrier_population",),
        )
        for key, ja, en in (
            ("none", "全社が届く", "all carriers cover"),
            ("partial", "一部の会社だけが届く", "some carriers cover"),
            ("complete", "どの会社も届かない", "no carrier covers"),
            ("unknown", "届くか不明の", "cannot be judged"),
        )
    ),
)
OFFICIAL = (
    Figure(
        "covered_official",
        Text("エリア内人口 {carrier} {generation}（{rule}）", "covered by {carrier} {generation} ({rule})"),
        Text("調査区域の人のうち、この規則でエリア内と数える人", "of everybody in the study, those covered by this rule"),
        "people",
        "study",
        "any",
        unknown="counted",
        made_of=GAPS,
        short=Text("エリア内人口", "covered"),
    ),
    Figure(
        "uncovered_official",
        Text("エリア外人口 {carrier} {generation}（{rule}）", "uncovered by {carrier} {generation} ({rule})"),
        Text(
            "調査区域の人のうち、この規則でエリア外と数える人。エリア内・エリア外・不明の合計が調査区域の人口",
            "of everybody in the study, those uncovered by this rule; covered, uncovered and unknown add up to the people of the study",
        ),
        "people",
        "study",
        "any",
        unknown="counted",
        made_of=GAPS,
        short=Text("エリア外人口", "uncovered"),
        see=("carrier_uncovered_population_all", "no_carrier_official"),
    ),
    Figure(
        "unknown_official",
        Text("エリアの不明な人口 {carrier} {generation}（{rule}）", "unknown for {carrier} {generation} ({rule})"),
        Text(
            "調査区域の人のうち、エリア内か外か分からない人（未公表など）",
            "of everybody in the study, those of whom nobody knows (not published and the like)",
        ),
        "people",
        "study",
        "any",
        unknown="none",
        made_of=GAPS,
        short=Text("不明な人口", "unknown"),
    ),
    Figure(
        "population_coverage",
        Text("人口カバー率 {carrier} {generation}（{rule}）", "population coverage {carrier} {generation} ({rule})"),
        Text(
            "エリア内人口÷調査区域の人口。一部でも不明なら空欄", "covered people ÷ people of the study; empty as soon as a part is unknown"
        ),
        "share",
        "study",
        "any",
        unknown="whole",
        made_of=GAPS,
        short=Text("人口カバー率", "population coverage"),
    ),
    Figure(
        "area_coverage",
        Text("面積カバー率 {carrier} {generation}", "area coverage {carrier} {generation}"),
        Text("エリアに入る陸地の割合", "covered land ÷ land of the study"),
        "share",
        "study",
        unknown="whole",
        made_of=GAPS,
        short=Text("面積カバー率", "area coverage"),
    ),
)
# the parts of a change between two years (coverage.change), then sums of them
SHORT_CHANGES = {"unknown": Text("不明な地区の分", "zones unknown"), "terms": Text("その他", "otherwise")}
CHANGES = tuple(
    Figure(
        f"change_{key}",
        Text(f"増減のうち {ja}", f"change by {en}"),
        Text(definition, note),
        "people",
        "study",
        "gaps",
        made_of=PLACES,
        short=SHORT_CHANGES.get(key, Text(ja, en)),
    )
    for key, ja, en, definition, note in (
        (
            "coverage_grew",
            "エリアの拡大",
            "areas grown",
            "人口を前回のままにして、エリアが広がった分",
            "people as they were, areas that grew",
        ),
        (
            "coverage_shrank",
            "エリアの縮小",
            "areas shrunk",
            "人口を前回のままにして、エリアが狭まった分",
            "people as they were, areas that shrank",
        ),
        ("population", "人口の動き", "people", "エリアを今回のままにして、人口が動いた分", "areas as they are, people who moved"),
        (
            "rule",
            "規則・しきい値の変更",
            "rule or threshold",
            "数え方が変わった分（実際の変化ではない）",
            "counted otherwise; not a real change",
        ),
        ("boundary", "境界・海岸線の変更", "boundaries", "市町村境界・海岸線・メッシュが変わった分", "other boundaries, coast or cells"),
        ("data", "データの有無の違い", "data given", "どちらかの年度にデータが無い分", "data missing in one of the years"),
        (
            "unknown",
            "どちらかの年度が不明な地区の分",
            "zones unknown in one of the years",
            "片方の年度で不明な地区が、もう片方の年度に持つ分（増減ではない）",
            "what a zone unknown in one year holds in the other; no change",
        ),
        (
            "zones",
            "地区に入った・外れた区画",
            "cells joining or leaving zones",
            "地区に数え始めた・数えなくなった区画の分",
            "cells that joined or left a zone",
        ),
        ("coverage", "エリアの変化", "by areas", "エリアの拡大とエリアの縮小の合計", "areas grown and areas shrunk, added up"),
        (
            "terms",
            "その他（条件の違いと、地区に入った・外れた区画）",
            "otherwise (other terms, cells joining or leaving zones)",
            "規則・境界・データの違いによる分と、地区に入った・外れた区画の分の合計",
            "by rule, boundaries, data, and cells that joined or left zones, added up",
        ),
        (
            "real",
            "実際の変化（エリアと人口）",
            "real change (areas, people)",
            "エリアの変化と人口の動きの合計。規則・境界・データの違いを除いた増減",
            "by areas and by people, added up: without changed rules, boundaries and data",
        ),
    )
)
STATES = (
    Figure(
        "zones_in_state",
        Text("経年の地区 {word}", "zones of the comparison: {word}"),
        Text(
            "2つの年度を比べて、この状態（新規・再発・増加・減少・変わらず・解消など）になった地区の数",
            "zones that are in this state (new, back, grown, shrunk, unchanged, resolved …) between two years",
        ),
        "zones",
        "zone",
        "gaps",
        unknown="counted",
    ),
)
STUDY_FIGURES = (*PEOPLE_COUNTED, *ZONES_COUNTED, *NO_CARRIER, *OFFICIAL, *CHANGES, *STATES)
