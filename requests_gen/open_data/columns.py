"""What of the findings is made public: the columns, what they come from, and the page that explains them."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from coverage.disclosure_control import LEAST_HOUSEHOLDS, LEAST_PEOPLE, SIGN
from coverage.figures import figure
from coverage.inputs import AREA_SOURCES, FACILITY_SOURCES
from geodata.sources import designation_overrides, road_ledger, roads_n01, roads_n10, roads_n13
from requests_gen.results import columns
from requests_gen.wording import Caption, urgency

if TYPE_CHECKING:
    from coverage.result import Result

MODULES: dict[str, ModuleType] = {
    **FACILITY_SOURCES,
    **AREA_SOURCES,
    "overrides": designation_overrides,
    "n13": roads_n13,
    "n01": roads_n01,
    "n10": roads_n10,
    "ledger": road_ledger,
}
LICENCE = "クリエイティブ・コモンズ 表示 4.0 国際（CC BY 4.0）"


@dataclass(frozen=True)
class Public:
    """A column made public: `key` of the zones, heading, meaning, and the kinds of files it is taken from.

    least: the least count that is shown, 0 where it counts neither people nor households.
    """

    key: str
    heading: str
    meaning: str
    kinds: tuple[str, ...] = ()
    least: float = 0.0
    decimals: int = 0


def _public(key: str, kinds: tuple[str, ...] = (), least: float = 0.0, decimals: int = 0) -> Public:
    """A figure of the catalogue made public, under its own name."""
    found = figure(key)
    return Public(key, found.heading.ja, found.definition.ja, kinds, least, decimals)


COUNTS = (
    _public("population", (), LEAST_PEOPLE),
    _public("households", (), LEAST_HOUSEHOLDS),
    _public("population_65plus", (), LEAST_PEOPLE),
    _public("uncovered_population", (), LEAST_PEOPLE),
    _public("complete_population", (), LEAST_PEOPLE),
    _public("uncovered_households", (), LEAST_HOUSEHOLDS),
    _public("uncovered_65plus", (), LEAST_PEOPLE),
)
OTHERS = (
    _public("shelters", ("gsi_shelters", "own_places")),
    _public("public_facilities", ("schools_p29", "clinics_p04", "offices_p05", "own_places")),
    _public("uncovered_road_km", ("n13", "n01", "n10", "ledger"), 0.0, 1),
    Public("designated", "条件不利地域", "過=過疎 辺=辺地 離=離島 半=半島 山=振興山村 特=特定農山村 豪=豪雪", ("designated", "overrides")),
    Public("designated_until", "指定の期限", "指定のうち最も早く終わるものの最後の日", ("designated", "overrides")),
    _public("hazard", ("hazards",)),
    _public("nearest_coverage_km", (), 0.0, 1),
)
# (part, whole): a reader knows that the first is never more than the second
AT_MOST = (
    ("uncovered_population", "population"),
    ("complete_population", "uncovered_population"),
    ("population_65plus", "population"),
    ("uncovered_65plus", "population_65plus"),
    ("uncovered_65plus", "uncovered_population"),
    ("households", "population"),
    ("uncovered_households", "households"),
    ("uncovered_households", "uncovered_population"),
)


def closed_kinds(result: Result) -> set[str]:
    """The kinds of files of the study whose content may not be passed on."""
    closed = {kind for kind in urgency.source_kinds(result.study) if kind in MODULES and not MODULES[kind].REDISTRIBUTABLE}
    for areas in result.study.areas:
        if areas.kind == "own_areas":  # what is taken from the office's own areas is closed under whatever name it is shown
            closed |= areas.topics
    for spec in result.study.facilities:
        files = {name.replace("\\", "/") for name in spec.files}
        files |= {name.rpartition("/")[2] for name in files}
        if any(r.path in files and r.facts.get("redistributable") is False for r in result.reports):
            closed.add(str(spec.kind))
    return closed


def open_columns(result: Result) -> tuple[list[Public], list[Public]]:
    """(columns that may be made public, columns left out because of what they are taken from)."""
    given, closed = urgency.source_kinds(result.study), closed_kinds(result)
    own = {spec.key for spec in result.study.ranking.criteria}
    shown, left_out = [], []
    for column in OTHERS:
        kinds = given & set(column.kinds)
        if column.key in own or kinds & closed:
            left_out.append(column)
        elif kinds or not column.kinds:
            shown.append(column)
    return shown, left_out


def readme(result: Result, caption: Caption, shown: list[Public], left_out: list[Public], rounded: bool) -> str:
    """The text file that goes with the data."""
    study = result.study
    place = "代表点は大字など地区の中心に丸めました。" if rounded else "代表点は地区の中心を約1kmの区画の中心に丸めました。"
    own = [names.ja for key, names in columns.criterion_names(study).items() if key in {c.key for c in study.ranking.criteria}]
    without = [column.heading for column in left_out] + own
    lines = [
        f"{caption.title}　{caption.year}　公開用データ",
        *([caption.notice] if caption.notice else []),
        "",
        "■ ファイル",
        "・公開用_不感地区一覧.csv　1行1地区。自治体標準オープンデータセットの共通の列に合わせています（UTF-8、BOM付き）",
        "・公開用_不感地区.geojson　同じ内容を地図のソフトで開く形（点）",
        "・公開用_市町村別集計.csv　市町村ごとの合計と全体の合計",
        "",
        "■ 秘匿",
        f"・人口は{LEAST_PEOPLE:g}人未満（0人を除く）、世帯は{LEAST_HOUSEHOLDS:g}世帯未満（0世帯を除く）の値を「{SIGN}」としました。",
        f"・その値が合計などから逆算できないよう、ほかの値もあわせて「{SIGN}」としました（「{SIGN}」がすべて少人数とは限りません）。",
        "・「×」のある地区は、順位から人数が推し量られないよう、優先順位も「×」としました。行は地区IDの順です。",
        "・空欄は、不明（資料がないなど）です。0ではありません。",
        f"・{place}住宅の分かる図・写真は含みません。",
        "",
        "■ 判定と基準日",
        *(f"・{line}" for line in caption.lines),
        "・人数・世帯数は推計を四捨五入したもので、合計と合わないことがあります。",
        "",
        "■ 列",
        *(f"・{column.heading}　{column.meaning}" for column in (*COUNTS, *shown)),
        "",
        "■ 含まないもの",
        "・事業者ごとのエリア・不感状況・回答（事業者の承諾が必要なため）",
        *([f"・{'、'.join(without)}（もとの資料の利用条件により公表できない、または確かめられないため）"] if without else []),
        *([f"・使っていないデータ: {'、'.join(source.name.ja for source in urgency.not_used(study))}"] if urgency.not_used(study) else []),
        "",
        "■ 利用条件",
        f"・{LICENCE}。出典の各データの利用条件にも従ってください。",
        "",
        "■ 出典",
        *(f"・{line}" for line in caption.sources),
    ]
    return "\r\n".join(lines) + "\r\n"
