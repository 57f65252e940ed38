"""The columns of the ranking: their stable names and how they are shown. What a figure is called and means is in coverage.figures."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from coverage.figures import figure
from coverage.ranking import GROUPS
from geodata.areas import degrees, in_degrees
from geodata.errors import Text
from geodata.schema import ROAD_CLASSES
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


def _of(key: str, kind: Kind, width: float = 9, meaning: Text | None = None, short: bool = True, **parts: tuple[str, Text | str]) -> Column:
    """The column of a figure of the catalogue. parts: carrier, generation …, each (its key, what people call it)."""
    found = figure(key)
    column = found.column.format(**{part: word for part, (word, _) in parts.items()})
    return Column(column, found.named({part: name for part, (_, name) in parts.items()}, short), meaning or found.definition, kind, width)


# The columns on what else makes a zone urgent: places, roads, areas, grants, people to come.

# some are printed beside the needs where the study gives such data; the others stand further right, empty without data
URGENT = (
    _of("public_facilities", "whole", 8),
    _of("uncovered_road_km", "km", 8),
    _of("visitors", "whole", 8),
    _of("hazard", "whole", 8),
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
    _of("complete_road_km", "km", 9),
    _of("emergency_road_km", "km", 9),
    *(_of(f"road_km_{road_class}", "km", 9) for road_class in ROAD_CLASSES),
)
PLACES = {
    "schools_p29": (_of("schools", "whole"),),
    "clinics_p04": (_of("clinics", "whole"),),
    "offices_p05": (_of("offices", "whole"), _of("halls", "whole")),
    "stations_n02": (_of("stations", "whole"),),
}
PLACE_NAMES = {
    "schools_p29": Column("school_names", Text("学校の名前", "schools by name"), Text("", ""), "text", 24),
    "clinics_p04": Column("clinic_names", Text("医療機関の名前", "clinics by name"), Text("", ""), "text", 24),
    "offices_p05": Column("office_names", Text("役場・集会所の名前", "offices and halls by name"), Text("", ""), "text", 24),
    "own_places": Column("visited_names", Text("登山道・観光地などの名前", "visited places by name"), Text("", ""), "text", 24),
}
INSIDE = {"hazards": ("landslide", "landslide_special", "tsunami"), "parks": ("park_special", "park_ordinary"), "did": ("did",)}
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
        columns += [_of(f"in_{area}", "share") for area in areas if kind in kinds]
    columns += DESIGNATION if kinds & {"designated", "overrides"} else ()
    note = urgency.subsidy_note(study, urgency.subsidy_rules(study))
    columns.append(Column(SUBSIDY_KEY, Text("補助活用の可能性", "grant possible?"), note, "text", 12))
    if study.future_population is not None:
        columns += [_of("population_to_come", "people", year=(str(year), str(year))) for year in study.future_population.years]
    return columns + [column for kind, column in PLACE_NAMES.items() if kind in kinds]


def _road_columns(study: Study) -> list[Column]:
    return [_of("carrier_uncovered_road_km", "km", 9, carrier=(c.key, c.name)) for c in study.carriers]


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
    _of("rank", "whole", 6, short=False),
    Column(
        "zone_id",
        Text("地区ID", "zone id"),
        Text("市町村コード5桁と連番3桁。一度付けたら変わらない", "municipality code and number; never changes"),
        "text",
        11,
    ),
    Column("municipality", Text("市町村名", "municipality"), Text("", ""), "text", 11),
    Column("name", Text("地区名", "zone"), Text("大字・集落など", "settlement"), "text", 18),
    _of("score", "score", 8),
)
PLACE = (
    _of("rank_low", "whole", 8),
    _of("rank_high", "whole", 8),
    _of("rank_best", "whole", 9),
    _of("rank_worst", "whole", 9),
    _of("top_probability", "share", 8),
    _of("top_probability_any", "share", 8),
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
    _of("rank_without", "whole", 8),
    _of("feasibility", "amount", 9),
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
    _of("uncovered_population", "people"),
    _of("complete_population", "people"),
    _of("uncovered_households", "people"),
    _of("uncovered_65plus", "people"),
    _of("shelters", "whole"),
)
NEAREST = (_of("nearest_coverage_km", "km"),)
MORE = (
    _of("population", "people"),
    _of("households", "people"),
    _of("population_65plus", "people"),
    _of("share_65plus", "share"),
    _of("unknown_people_cells", "whole"),
    _of("unknown_households_cells", "whole"),
    _of("unknown_65plus_cells", "whole"),
    _of("carriers_missing", "amount"),
    _of("carriers_unknown", "whole"),
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
FIELD_TESTS = (_of("ground_tests", "whole", 8), _of("claimed_out", "whole", 9))


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
        _of(
            "score_part",
            "score",
            meaning=Text(
                f"{points[criterion.key]:.3g}点満点。{criterion.rule().ja}。{criterion.why.ja}",
                f"up to {points[criterion.key]:.3g} points: {criterion.rule().en}. {criterion.why.en}",
            ),
            criterion=(criterion.key, Text(criterion.ja, criterion.en)),
        )
        for criterion in used
    ]
    groups = [
        _of("score_group", "score", group=(key, name)) for key, name in GROUPS.items() if key in {criterion.group for criterion in used}
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
    return [
        _of("mark", "mark", 7, generation=(generation, generation), carrier=(carrier.key, carrier.name))
        for generation in study.generations
        for carrier in study.carriers
    ]


def _people_columns(study: Study) -> list[Column]:
    """People outside each layer and outside all layers of a generation."""
    columns = []
    for generation in study.generations:
        columns.append(_of("published_uncovered_population", "people", generation=(generation, generation)))
        columns += [
            _of("carrier_uncovered_population", "people", generation=(generation, generation), carrier=(carrier.key, carrier.name))
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
