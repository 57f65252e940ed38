"""What makes a zone urgent, in words: which data a study lacks, what a zone is designated as, what a grant may be."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from coverage.study import last_day
from coverage.subsidy import CAUTION, Answer, Possibility, SubsidyRules, possibility, read_rules
from coverage.zones import designations
from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from coverage.result import Result
    from coverage.study import Study

DESIGNATED_AS = {
    "depopulated": "過疎地域",
    "remote": "辺地",
    "island": "離島",
    "peninsula": "半島",
    "mountain": "振興山村",
    "farming": "特定農山村",
    "snow": "豪雪地帯",
}
# what the rules of the grant call the same areas
IN_RULES = {
    "depopulated": "depopulated",
    "remote": "remote_hamlet",
    "island": "island",
    "peninsula": "peninsula",
    "mountain": "mountain",
    "farming": "specified_agricultural",
    "snow": "heavy_snow",
}
SUBSIDY: dict[Answer, Text] = {
    "possible": Text("可能性あり", "possible"),
    "unlikely": Text("可能性は低い", "unlikely"),
    "unknown": Text("不明", "unknown"),
}
NO_DESIGNATION = Text("なし", "none")
NO_RULES = "subsidy-year-missing"


@dataclass(frozen=True)
class Source:
    """Data that a study may give. keys: kinds of files in study.toml; criteria: own items that speak of the same."""

    name: Text
    unknown: Text
    keys: tuple[str, ...]
    criteria: tuple[str, ...] = ()


SOURCES = (
    Source(Text("避難所・避難場所", "shelters"), Text("避難所等の数", "the number of shelters"), ("gsi_shelters",)),
    Source(Text("学校", "schools"), Text("学校の数", "the number of schools"), ("schools_p29",), ("public_facilities",)),
    Source(Text("医療機関", "clinics"), Text("医療機関の数", "the number of clinics"), ("clinics_p04",), ("public_facilities",)),
    Source(
        Text("役場・支所・集会所", "offices and halls"),
        Text("役場・支所・集会所の数", "the number of offices and halls"),
        ("offices_p05",),
        ("public_facilities",),
    ),
    Source(Text("駅", "stations"), Text("駅の数", "the number of stations"), ("stations_n02",)),
    Source(
        Text("登山道・観光地・農林の作業場（県・市町の一覧）", "trails, tourist places, work sites"),
        Text("住む人のほかに来る人・働く人", "who comes and works there"),
        ("own_places",),
        ("visitors",),
    ),
    Source(
        Text("道路", "roads"),
        Text("不感道路の延長（緊急輸送道路・県道以上）", "the length of uncovered road"),
        ("n13", "n01", "n10", "ledger"),
        ("uncovered_road_km",),
    ),
    Source(
        Text("条件不利地域の指定（過疎・辺地・離島・半島・山村・特定農山村）", "designations of disadvantaged areas"),
        Text("条件不利地域に当たるか、補助を使える可能性があるか", "whether a grant may be possible"),
        ("designated", "overrides"),
    ),
    Source(
        Text("土砂災害警戒区域など", "landslide areas"),
        Text("災害の危険がある地区か", "whether a zone is in danger"),
        ("hazards",),
        ("hazard",),
    ),
    Source(Text("自然公園の区域", "natural parks"), Text("自然公園の規制がある地区か", "whether building is restricted"), ("parks",)),
    Source(
        Text("人口集中地区（DID）", "densely inhabited districts"), Text("人口集中地区にある地区か", "whether a zone is urban"), ("did",)
    ),
    Source(Text("将来推計人口", "the population to come"), Text("これからの人口（参考）", "people to come, for reference"), ("future",)),
    Source(
        Text("市町の優先順位", "the municipalities' order"),
        Text("市町がどこを先にと言っているか", "what they put first"),
        (),
        ("municipal_order",),
    ),
)


def source_kinds(study: Study) -> set[str]:
    """The kinds of files on urgency that the study names."""
    return {kind for kind, _ in _given(study)}


def _given(study: Study) -> list[tuple[str, list[str]]]:
    """(kind, files) of every table of the study that speaks of urgency."""
    given = [(str(places.kind), places.files) for places in study.facilities]
    given += [(str(roads.kind), roads.files) for roads in study.roads]
    given += [(topic, areas.files) for areas in study.areas for topic in sorted({str(areas.kind)} | areas.topics)]
    if study.future_population is not None:
        given.append(("future", study.future_population.files))
    return given


def not_used(study: Study) -> list[Source]:
    """The data that the study does without. What they would tell is unknown, and counts as nothing else."""
    kinds, own = source_kinds(study), {spec.key for spec in study.ranking.criteria}
    return [s for s in SOURCES if not (kinds & set(s.keys) or own & set(s.criteria))]


def unknown_kinds(zones: pd.DataFrame) -> list[str]:
    """The kinds of designations that no file speaks of."""
    return [kind for kind in designations.SIGNS if f"in_{kind}" not in zones]


def designated_words(zones: pd.DataFrame, unknown: str, none: str) -> pd.Series:
    """過・半 of each zone; `none` where every kind was looked at and none holds, `unknown` where none of those given
    holds but others were not given. Index as `zones`."""
    without = none if not unknown_kinds(zones) else unknown
    if "designated" not in zones:
        return pd.Series(unknown, index=zones.index, dtype=object)
    words = [unknown if told != told or told is None else "・".join(told) or without for told in zones["designated"]]
    return pd.Series(words, index=zones.index, dtype=object)


def subsidy_rules(study: Study) -> SubsidyRules | None:
    """The rules of the grant in the study's fiscal year, None where nobody has written them down yet."""
    try:
        return read_rules(study.about.fiscal_year)
    except DataError as error:
        if error.code == NO_RULES:
            return None
        raise


def subsidy_of(result: Result, rules: SubsidyRules | None) -> dict[str, Possibility]:
    """What can be said of each zone, by zone_id; without rules nothing is known of any."""
    zones = result.zones
    if rules is None:
        missing = Text(
            f"{result.study.about.fiscal_year}年度の補助の決まりがありません", f"there are no rules for {result.study.about.fiscal_year}"
        )
        return {str(zone): Possibility("unknown", (), (missing,)) for zone in zones.index}
    day = last_day(result.study.about.fiscal_year)
    shares = {key: zones[f"in_{kind}"] for kind, key in IN_RULES.items() if f"in_{kind}" in zones and key in rules.areas}
    holds = zip(*([_holds(share) for share in shares[key].tolist()] for key in shares), strict=True)
    kinds = list(holds) if shares else [()] * len(zones)
    # few kinds of places among many
    answers = {kind: possibility(rules, dict(zip(shares, kind, strict=True)), day) for kind in set(kinds)}
    return {str(zone): answers[kind] for zone, kind in zip(zones.index, kinds, strict=True)}


def _holds(share: float) -> bool | None:
    return None if share != share else bool(share >= designations.HALF)


def subsidy_note(study: Study, rules: SubsidyRules | None) -> Text:
    """Whose rules, of which year, checked or not; and that the ministry decides."""
    if rules is None:
        year = study.about.fiscal_year
        return Text(f"{year}年度の決まりがまだないため不明。{CAUTION.ja}", f"no rules for {year} yet; {CAUTION.en}")
    checked = rules.status == "確認"
    ja = "確認" if checked else "未確認"
    return Text(
        f"{rules.name} {rules.fiscal_year}年度の決まり（{ja}、{rules.checked} 時点の公開資料）による。{CAUTION.ja}",
        f"by the rules of {rules.fiscal_year} ({'checked' if checked else 'not yet checked'}, {rules.checked}); {CAUTION.en}",
    )


def credits_of(result: Result, *kinds: str) -> str:
    """Whom to credit for the files of these kinds and which files they are, "" where the study has none."""
    names = [name for kind, files in _given(result.study) if kind in kinds for name in files]
    ours = {Path(name).as_posix() for name in names} | {Path(name).name for name in names}
    told: dict[str, list[str]] = {}
    for report in result.reports:
        if report.path in ours:
            credit = str(report.facts.get("credit", "")).removeprefix("出典：").strip()
            told.setdefault(credit, []).append(_file(report.path))
    return "、".join(f"{credit} {'・'.join(dict.fromkeys(files))}".strip() for credit, files in told.items())


def _file(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]
