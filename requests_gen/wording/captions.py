"""What stands under every figure: the study, the rule, the dates, the sources, and whether areas are invented."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from coverage.rules import RULES
from geodata.errors import Text
from requests_gen.wording.numbers_and_eras import fiscal_era
from requests_gen.wording.questions import unconfirmed

if TYPE_CHECKING:
    from coverage.result import Result

FICTITIOUS = Text(
    "架空のエリアです。実在の携帯電話会社のサービスエリアではありません。",
    "Fictitious areas: these are not the service areas of any real carrier.",
)
FICTITIOUS_SHORT = Text("架空", "fictitious")
RULE_NAMES = {
    "mic_half": Text(
        "総務省方式（500mメッシュの陸地の半分以上がエリアなら全員を数える）",
        "MIC rule (everybody in a 500 m mesh counts where at least half its land is covered)",
    ),
    "area": Text("面積按分（エリア内の面積の割合で人を数える）", "by area (people in proportion to the covered land)"),
    "any_touch": Text("一部でもエリアなら全員を数える", "everybody counts where any of the cell is covered"),
    "centroid": Text("メッシュの中心がエリアなら全員を数える", "everybody counts where the cell's centre is covered"),
}
RULE_SHORT = {
    "mic_half": Text("総務省方式", "MIC half mesh"),
    "area": Text("面積按分", "by area"),
    "any_touch": Text("一部でも", "any touch"),
    "centroid": Text("中心点", "centroid"),
}
UNIONS = {
    "any": Text("いずれか1社", "any carrier"),
    "any_carrier": Text("いずれか1社", "any carrier"),
    "best_carrier": Text("最も広い1社", "best carrier"),
}
if set(RULE_NAMES) != set(RULES) or set(RULE_SHORT) != set(RULES):
    raise ValueError("every rule needs its words")


@dataclass(frozen=True)
class Caption:
    """Sentences in one language. `notice` is empty where the areas are real."""

    lang: str
    title: str
    year: str
    rule: str
    rule_key: str
    official: str
    official_key: str
    generation: str
    as_of: str
    as_of_key: str
    notice: str
    short_notice: str
    credits: list[str]
    notes: str
    carriers: dict[str, str]
    unknown_people: str = ""
    unknown_people_short: str = ""
    unconfirmed: str = ""  # that questions about the data are open (requests_gen.wording.questions); "" where none is

    @property
    def brief(self) -> str:
        """Dates and rules in one short line."""
        gaps, official = (RULE_SHORT[self.rule_key].in_(self.lang), RULE_SHORT[self.official_key].in_(self.lang))
        rules = Text(
            f"地区と順位: {self.generation}・{gaps} ／ 人口カバー率: {official}",
            f"zones and ranking: {self.generation}, {gaps} / population coverage: {official}",
        )
        return " ／ ".join(part for part in (self.as_of, rules.in_(self.lang), self.unknown_people_short) if part)

    @property
    def sources(self) -> list[str]:
        """Credits of the inputs, and what the study says about itself."""
        return [line for line in (*self.credits, self.notes) if line]

    @property
    def lines(self) -> list[str]:
        """Rule, official rule and dates, and whose people are unknown, one sentence each; then what is not confirmed yet."""
        return [line for line in (self.rule, self.official, self.as_of, self.unknown_people, self.unconfirmed) if line]


def caption(result: Result, lang: str) -> Caption:
    """The words under the figures of `result` in `lang`."""
    study = result.study
    gaps, official = study.rules.gaps, study.rules.official
    generation = str(study.zones.generation)
    dates = layer_dates(result)
    span = " ～ ".join(dict.fromkeys([dates[0], dates[-1]])) if dates else ""
    fictitious = study.about.fictitious
    replaced = _replaced(result)
    return Caption(
        lang=lang,
        title=study.about.name,
        year=fiscal_year(study.about.fiscal_year).in_(lang),
        rule=Text(
            f"地区と順位の判定: {generation}、{RULE_NAMES[gaps].ja}{replaced.ja}",
            f"Zones and ranking: {generation}, {RULE_NAMES[gaps].en}{replaced.en}",
        ).in_(lang),
        rule_key=gaps,
        official=Text(f"人口カバー率の判定: {RULE_NAMES[official].ja}", f"Population coverage: {RULE_NAMES[official].en}").in_(lang),
        official_key=official,
        generation=generation,
        as_of=Text(f"エリアの基準日: {span or '不明'}", f"Areas as of: {span or 'unknown'}").in_(lang),
        as_of_key="/".join(dict.fromkeys([dates[0], dates[-1]])) if dates else "",
        notice=FICTITIOUS.in_(lang) if fictitious else "",
        short_notice=FICTITIOUS_SHORT.in_(lang) if fictitious else "",
        credits=source_credits(result),
        notes=study.about.notes,
        carriers={carrier.key: carrier.name for carrier in study.carriers},
        unknown_people=unknown_people(result.summary).in_(lang),
        unknown_people_short=_unknown_people_short(result.summary).in_(lang),
        unconfirmed=unconfirmed(result.summary).in_(lang),
    )


def unknown_people(summary: dict[str, Any]) -> Text:
    """That the people of some cells are unknown and in no total, and what is missing; "" where all are known."""
    people = summary.get("population", {})
    count, parts = int(people.get("unknown_cells", 0)), list(people.get("unread", {}))
    if not count:
        return Text("", "")
    missing = (
        Text(f"人口のファイルが無い {'・'.join(parts)} の区画", f"no population file for {', '.join(parts)}")
        if parts
        else Text("人口の資料に値が無い", "the source gives no value")
    )
    return Text(
        f"人口の分からないメッシュが{count:,}個あり（{missing.ja}）、そこの人はどの人数・割合にも入っていない",
        f"The people of {count:,} cells are unknown ({missing.en}) and in no figure",
    )


def _unknown_people_short(summary: dict[str, Any]) -> Text:
    count = int(summary.get("population", {}).get("unknown_cells", 0))
    return Text(f"人口不明のメッシュ {count:,}", f"{count:,} cells of unknown people") if count else Text("", "")


def _replaced(result: Result) -> Text:
    """That field tests took the place of the carriers' areas in some cells; "" where they did not."""
    count = int(result.summary.get("evidence", {}).get("cells_replaced", 0))
    if not count:
        return Text("", "")
    return Text(
        f"。ただし{count:,}個のメッシュは、エリア図でなく現地測定の結果による",
        f"; in {count:,} cells by field tests instead of the carriers' areas",
    )


def fiscal_year(year: int) -> Text:
    """A fiscal year as offices write it."""
    return Text(f"{fiscal_era(year)}年度（{year}年度）", f"fiscal year {year}")


def layer_dates(result: Result) -> list[str]:
    """The dates the layers are true for, earliest first."""
    return sorted({str(date) for date in result.layers["as_of"].unique() if date})


def dates_by_layer(result: Result) -> dict[str, dict[str, list[str]]]:
    """{generation: {carrier: dates}} of the layers that were read."""
    rows = result.layers[["generation", "carrier", "as_of"]].astype(str).drop_duplicates()
    out: dict[str, dict[str, list[str]]] = {}
    for generation, carrier, as_of in sorted(rows.itertuples(index=False, name=None)):
        out.setdefault(generation, {}).setdefault(carrier, []).append(as_of)
    return out


def source_credits(result: Result) -> list[str]:
    """Credits of all inputs, each once, in the order they were read."""
    # heights are read and reported, and no map or paper shows them
    told = (str(report.facts.get("credit", "")) for report in result.reports if report.kind != "terrain")
    return list(dict.fromkeys(credit for credit in told if credit))


def carrier_label(key: str, names: dict[str, str], lang: str) -> str:
    """What people call a carrier or a union of carriers."""
    return UNIONS[key].in_(lang) if key in UNIONS else names.get(key, key)
