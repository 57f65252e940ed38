"""A figure asked back: what it means, its value, the rows and cells it is the sum of, the files they came from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from coverage import totals
from coverage.carrier_need import carrier_need
from coverage.explain.rows import Asked, RowsOf, rows_behind
from coverage.figures import FIGURES, Amount, Figure, add_up, figure, figure_of_column, in_part, nearest
from coverage.gaps import mark_column
from coverage.rules import RULES
from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from coverage.result import Result
    from geodata.report import IntakeReport

NEED = {
    "carrier_uncovered_households": "households",
    "carrier_shelters": "shelters",
    "carrier_public": "public",
    "carrier_roaming_population": "roaming",
}
WHAT = {
    "zone": Text("地区", "zone"),
    "carrier": Text("事業者", "carrier"),
    "generation": Text("世代", "generation"),
    "rule": Text("規則", "rule"),
}
MOST_COLUMNS = 6
OF_TWO_YEARS = Text(
    "2つの年度を比べる数です。値は kengai compare と、画面の経年比較にあります。",
    "a figure of two years: `kengai compare` and the page of years have its value",
)
NOT_KEPT = Text(
    "この数の元になる1件ごとの値は、調査結果に残していません。", "what this figure is made of, item by item, is not kept in the findings"
)
PER_ZONE = Text(
    "地区ごとの数です。合計はありません（--zone で地区を選んでください）。",
    "a figure of each zone; there is no total (choose one with --zone)",
)


@dataclass(frozen=True)
class Explained:
    """A figure with its value. amount: None for a sign or where there is no single value; text: the value as a word, "" for
    a number; rows: index by rows_of, `value` and what tells them apart; note: what the reader should know besides."""

    figure: Figure
    asked: Asked
    amount: Amount | None
    text: str
    rows_of: RowsOf
    rows: pd.DataFrame
    files: list[IntakeReport]
    note: Text


def explain(result: Result, key: str, asked: Asked) -> Explained:
    """The figure `key` (a key of the catalogue, its name, or a column of ranking.csv) of what was asked.

    Raises DataError: figure-unknown, zone-unknown, carrier-unknown, generation-unknown, rule-unknown (with the nearest);
    carrier-needed, part-needed; not-for-figure, where a zone, carrier, generation or rule would be passed over.
    """
    found, asked = _found(result, key, asked)
    amount, text = _value(result, found, asked)
    rows_of, rows = rows_behind(result, found, asked)
    note = Text("", "")
    if found.key.startswith("change_") or found.key == "zones_in_state":
        note = OF_TWO_YEARS
    elif amount is None and not text:
        note = PER_ZONE if found.of == "zone" and not asked.zone else Text("", "")
    elif not rows_of:
        note = NOT_KEPT
    return Explained(found, asked, amount, text, rows_of, rows, _files(result, found, asked), note)


def value_of(result: Result, key: str, asked: Asked) -> Amount | None:
    """The value of a figure as `explain` finds it; None for a sign, or where what was asked does not tell which is meant."""
    found = FIGURES[key]
    if any(not getattr(asked, part, "") for part in found.parts - {"generation", "rule"}):
        return None
    try:
        return _value(result, found, asked)[0]
    except KeyError:
        return None


def _found(result: Result, key: str, asked: Asked) -> tuple[Figure, Asked]:
    """The figure, and what is asked with all that its name or column says itself. Refused is what would not be answered."""
    of_column = None if key in FIGURES else figure_of_column(key)
    if of_column is not None and _there(result, of_column[1]):
        found, parts = of_column
        asked = replace(asked, **{part: getattr(asked, part) or word for part, word in parts.items()})
    else:
        found = figure(key)
    study, by_rule = result.study, found.key in totals.OF_RULE or found.key in totals.SHARES
    carriers = {carrier.key: Text(carrier.name, carrier.name) for carrier in study.carriers}
    if by_rule:
        carriers |= {"any_carrier": Text("いずれか1社", "any carrier"), "best_carrier": Text("最も広い1社", "best carrier")}
    of_carrier = "carrier" in found.parts or found.of == "letter"
    main = str(study.zones.generation)
    if of_carrier and not asked.carrier:
        raise _needed(
            found,
            "carrier-needed",
            f"--carrier で事業者を選んでください: {'、'.join(carriers)}",
            f"choose one with --carrier: {', '.join(carriers)}",
        )
    if missing := found.parts - {"carrier", "generation", "rule", "word"} - {name for name, word in vars(asked).items() if word}:
        names = "、".join(_columns(result, found)[:MOST_COLUMNS]) or "－"
        raise _needed(
            found, "part-needed", f"列の名前で尋ねてください: {names}", f"ask by the name of the column ({', '.join(missing)}): {names}"
        )
    for what, word, fits, known in (
        ("zone", asked.zone, found.of == "zone" and found.unit != "zones", _zone_names(result)),
        ("carrier", asked.carrier, of_carrier, carriers),
        (
            "generation",
            asked.generation,
            asked.generation == main or totals.by_generation(found),
            {each: Text(each, each) for each in study.generations},
        ),
        ("rule", asked.rule, by_rule and found.key != "area_coverage", {rule: Text(rule, rule) for rule in RULES}),
    ):
        if word:
            _known(what, word, known)
            if not fits:
                raise _not_for(found, what)
    return found, replace(asked, generation=asked.generation or main)


def _needed(found: Figure, code: str, ja: str, en: str) -> DataError:
    name = found.named()
    return DataError(
        code, Text(f"「{name.ja}」は、どれのことかを選ぶ数です", f"{found.key} ({name.en}) has to be told which"), Text(ja, en)
    )


def _not_for(found: Figure, what: str) -> DataError:
    """A figure that has no value of one zone, carrier, generation or rule: an answer would be another figure's."""
    name, see = found.named(), "、".join(found.see) or "－"
    return DataError(
        "not-for-figure",
        Text(f"「{name.ja}」に、{WHAT[what].ja}ごとの値はありません", f"{found.key} has no value by {WHAT[what].en}"),
        Text(f"--{what} を外してください。似ている数: {see}", f"leave --{what} away; figures like it: {see}"),
    )


def _columns(result: Result, found: Figure) -> list[str]:
    """The columns of zones and ranking that hold a figure, one a criterion, group or year."""
    columns = [*result.ranking.columns, *result.zones.columns]
    return [str(name) for name in columns if (of := figure_of_column(str(name))) is not None and of[0] is found]


def _zone_names(result: Result) -> dict[str, Text]:
    zones = result.zones
    names = zones["municipality"].astype(str) + " " + zones["name"].astype(str)
    return {str(zone): Text(name, name) for zone, name in names.items()}


def _there(result: Result, parts: dict[str, str]) -> bool:
    return parts.get("carrier", "") in {"", *result.study.carrier_keys} and parts.get("generation", "") in {"", *result.study.generations}


def _known(what: str, asked: str, known: dict[str, Text]) -> None:
    words = WHAT[what]
    if asked not in known:
        raise DataError(
            f"{what}-unknown",
            Text(f"{words.ja}「{asked[:60]}」は調査結果にありません", f"there is no {words.en} {asked[:60]} in the findings"),
            nearest(asked, known),
        )


def _value(result: Result, found: Figure, asked: Asked) -> tuple[Amount | None, str]:
    if asked.zone and found.of == "zone":
        return _of_zone(result, found, asked)
    if found.key in NEED:
        return add_up(carrier_need(result, asked.carrier, asked.generation)[NEED[found.key]]), ""
    try:
        return totals.total(result, found.key, asked.generation, asked.carrier, asked.rule), ""
    except KeyError:
        return None, ""


def _of_zone(result: Result, found: Figure, asked: Asked) -> tuple[Amount | None, str]:
    """The value of one zone; a figure of the whole study has none."""
    zone = asked.zone
    if found.key in NEED:
        return _amount(carrier_need(result, asked.carrier, asked.generation).at[zone, NEED[found.key]]), ""
    if found.key == "carrier_share_65plus":
        need = carrier_need(result, asked.carrier, asked.generation).loc[zone]
        return _amount(need["elderly"] / need["people"] if need["people"] > 0 else float("nan")), ""
    if found.key == "serving_carriers":
        marks = [result.zones.at[zone, mark_column(asked.generation, carrier)] for carrier in result.study.carrier_keys]
        return Amount(float(sum(mark in "○△" for mark in marks)), marks.count("－"), len(marks), "rows"), ""
    column = asked.column(found)
    for table in (result.ranking, result.zones):
        if column and column in table:
            value = table.at[zone, column]
            if isinstance(value, str):
                return None, value
            partly = bool(in_part(result.zones, column).get(zone, False))
            return _amount(float(value), partly), ""
    return (Amount(None, 1, 1, "rows") if column else None), ""


def _amount(value: float, partly: bool = False) -> Amount:
    return Amount(None if value != value else float(value), int(partly or value != value), 1, "rows")


def _files(result: Result, found: Figure, asked: Asked) -> list[IntakeReport]:
    """The reports of the files that such a figure comes from; of one carrier's figure its own areas only."""
    kinds = set(found.made_of)
    generation = asked.generation if found.rule or "generation" in found.parts else ""
    carrier = asked.carrier if asked.carrier in result.study.carrier_keys else ""
    files = {
        (report.path, report.sha256): report
        for report in result.reports
        if FILE_KINDS.get(report.kind, report.kind) in kinds
        and (not carrier or report.facts.get("carrier", carrier) == carrier)
        # 5G holds the parts of 5G (5G-sub6 …) too
        and (not generation or str(report.facts.get("generation", generation)).split("-")[0] == generation.split("-")[0])
    }
    return list(files.values())


# IntakeReport.kind of a source's own name → the kind of input it is
FILE_KINDS = {
    "estat_mesh": "population",
    "population_raster": "population",
    "n03": "boundary",
    "carrier_polygons": "coverage",
    "settlements": "settlement",
    "gsi_shelters": "facility",
}
