"""The value of every figure of a study: computed once a run, kept in summary.json, asked for by its key.

What a page, a paper or a sheet prints as a total is `total(result, key, …)` and nothing else, so that one figure has one
value. `Amount` says how much of it is not known.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.figures import FIGURES, Amount, Figure, add_up, zone_sum
from coverage.gaps import ANY, nobody_left_out, part_left_out, uncovered_column

if TYPE_CHECKING:
    from coverage.result import Result

KEPT = "figures"
ADDED = frozenset({"people", "households", "zones", "places", "km", "cells"})  # units whose amounts add up over zones
LEAST_PEOPLE = 0.5  # a place counts as one without any carrier from here on; less is an artefact of dividing by area
OF_PEOPLE = {
    "study_population": "total",
    "study_population_by_area": "total_area_split",
    "source_population": "source_total",
    "outside_population": "outside",
    "outside_population_by_area": "outside_area_split",
}
OF_RULE = {"covered_official": "covered", "uncovered_official": "uncovered", "unknown_official": "unknown"}
SHARES = ("population_coverage", "area_coverage")


def adds_up(figure: Figure) -> bool:
    """Whether the zones of a figure have a total: people do, a rank does not, and of years to come each is asked by itself."""
    return bool(figure.column) and figure.unit in ADDED and figure.sums and "{year}" not in figure.column


def total(result: Result, key: str, generation: str = "", carrier: str = "", rule: str = "") -> Amount:
    """The total of a figure over the study, as the run kept it.

    generation: by default the zones'; carrier: for figures of one carrier ("any_carrier" and "best_carrier" too where the
    summary knows them); rule: for figures by rule, by default the published one. KeyError for a figure that has no total,
    or for a carrier or generation that the study does not have.
    """
    where = (key, *_where(result, FIGURES[key], generation, carrier))
    if not rule:
        for kept in result.summary.get(KEPT, ()):
            if (kept["key"], kept["generation"], kept["carrier"]) == where:
                return Amount(kept["known"], kept["unknown"], kept["parts"], kept["of"])
    return _total(result, *where, rule)


def municipal(result: Result, municipality_id: str, key: str, generation: str, carrier: str, rule: str = "") -> Amount:
    """A figure by rule (covered, uncovered, unknown, coverage) of one municipality."""
    counted = result.summary["municipalities"][municipality_id]
    figures = counted["generations"][generation][rule or result.summary["rules"]["official"]][carrier]
    return _by_rule(figures, key, counted.get("unknown_cells", 0))


def kept_totals(result: Result) -> list[dict[str, Any]]:
    """The totals of all figures that have one, for summary.json: plain values, in the order of the catalogue."""
    return [
        {"key": key, "generation": generation, "carrier": carrier, **_plain(_total(result, key, generation, carrier))}
        for key, generation, carrier in _kept(result)
    ]


def _plain(amount: Amount) -> dict[str, Any]:
    return {"value": amount.value, "known": amount.known, "unknown": amount.unknown, "parts": amount.parts, "of": amount.of}


def _kept(result: Result) -> Iterator[tuple[str, str, str]]:
    for key, figure in FIGURES.items():
        if not (key in _OF_STUDY or adds_up(figure)) or (figure.column and not _columns_there(result, figure)):
            continue
        generations = result.study.generations if by_generation(figure) else [""]
        carriers = result.study.carrier_keys if "carrier" in figure.parts else [""]
        yield from ((key, generation, carrier) for generation in generations for carrier in carriers)


def _columns_there(result: Result, figure: Figure) -> bool:
    """Whether the zones have the column of a figure, whatever its carrier or generation."""
    return "{" in figure.column or figure.column in result.zones


def by_generation(figure: Figure) -> bool:
    """Whether a figure has a value in each generation; the others are of the generation that the zones are made for."""
    return "generation" in figure.parts or figure.key in {
        "no_carrier_population",
        "no_carrier_households",
        "no_carrier_zones",
        "no_carrier_official",
    }


def _where(result: Result, figure: Figure, generation: str, carrier: str) -> tuple[str, str]:
    main = str(result.study.zones.generation)
    return (generation or main) if by_generation(figure) else "", carrier if "carrier" in figure.parts else ""


def _total(result: Result, key: str, generation: str, carrier: str, rule: str = "") -> Amount:
    figure = FIGURES[key]
    if figure.column:
        if not adds_up(figure):
            raise KeyError(key)
        return zone_sum(result.zones, figure.column.format(generation=generation, carrier=carrier))
    if key in OF_RULE or key in SHARES:
        figures = result.summary["generations"][generation][rule or result.summary["rules"]["official"]][carrier]
        return _by_rule(figures, key, result.summary["population"].get("unknown_cells", 0))
    return _OF_STUDY[key](result, key, generation, carrier)


def _by_rule(figures: dict[str, Any], key: str, unknown_cells: int) -> Amount:
    """One figure of a carrier in the summary. Of its `unknown` people nobody knows whether they are covered; the people of
    `unknown_cells` cells are in none of its figures.
    """
    if key in SHARES:
        return Amount(figures[key], 0 if figures[key] is not None else 1, 1, "rows")
    known, people = float(figures[OF_RULE[key]]), sum(figures[part] for part in OF_RULE.values())
    open_ = round(figures["unknown"]) if key != "unknown_official" else 0
    # nobody known to be outside, and some unknown: not "at least 0", but unknown
    value = None if (open_ or unknown_cells) and known == 0 else known
    return Amount(value, unknown_cells, unknown_cells, "cells") if unknown_cells else Amount(value, open_, round(people), "people")


def _people(result: Result, key: str, generation: str, carrier: str) -> Amount:
    people = result.summary["population"]
    unknown = int(people.get("unknown_cells", 0)) if key.startswith("study") else 0
    return Amount(float(people[OF_PEOPLE[key]]), unknown, len(result.cells), "cells")


def _count(result: Result, key: str, generation: str, carrier: str) -> Amount:
    zones = result.summary["zones"]
    count = {
        "zones_count": zones["count"],
        "zones_ranked": zones["ranked"],
        "zones_no_data": zones.get("no_data", 0),
        "study_cells": result.summary["cells"],
        "study_unknown_cells": result.summary["population"].get("unknown_cells", 0),
    }[key]
    return Amount(float(count), 0, int(count), "cells" if "cells" in key else "zones")


def left_out(result: Result, generation: str, carrier: str = ANY) -> pd.Series:
    """People of each cell outside the area of `carrier`, or of all carriers; NaN unknown. Index cell_id.

    Of all carriers: unknown everywhere while one of them has published nothing in `generation`.
    """
    people = published_left_out(result, generation, carrier)
    if carrier == ANY and any(result.gaps[uncovered_column(generation, each)].isna().all() for each in result.study.carrier_keys):
        return people * float("nan")
    return people


def published_left_out(result: Result, generation: str, carrier: str = ANY) -> pd.Series:
    """left_out, of all carriers only of those that have published."""
    return nobody_left_out(result.gaps[uncovered_column(generation, carrier)], result.cells["population"])


def left_out_share(result: Result, generation: str) -> pd.Series:
    """The part of each cell's people whom no carrier serves, by which its households are counted too; NaN unknown."""
    return part_left_out(left_out(result, generation), result.cells["population"])


def _no_carrier(result: Result, key: str, generation: str, carrier: str) -> Amount:
    if key == "no_carrier_households":
        return add_up(result.cells["households"] * left_out_share(result, generation), of="cells")
    if key == "published_no_carrier_population":
        return add_up(published_left_out(result, generation), of="cells")
    return add_up(left_out(result, generation, carrier or ANY), of="cells")


def _no_carrier_zones(result: Result, key: str, generation: str, carrier: str) -> Amount:
    if left_out(result, generation).isna().all() and len(result.cells):
        return Amount(None, len(result.zones), len(result.zones))
    people = result.zones[uncovered_column(generation)]
    return Amount(float((people >= LEAST_PEOPLE).sum()), int(people.isna().sum()), len(people))


def _official(result: Result, key: str, generation: str, carrier: str) -> Amount:
    return _total(result, "uncovered_official", generation, "any_carrier")


def _not_spot(result: Result, key: str, generation: str, carrier: str) -> Amount:
    people = result.summary["not_spot"][generation][key.removeprefix("not_spot_")]
    return Amount(float(people), int(result.summary["population"].get("unknown_cells", 0)), len(result.cells), "cells")


_OF_STUDY = {
    **dict.fromkeys(OF_PEOPLE, _people),
    **dict.fromkeys(("study_unknown_cells", "study_cells", "zones_count", "zones_ranked", "zones_no_data"), _count),
    "no_carrier_zones": _no_carrier_zones,
    "no_carrier_population": _no_carrier,
    "published_no_carrier_population": _no_carrier,
    "no_carrier_households": _no_carrier,
    "carrier_uncovered_population_all": _no_carrier,
    "no_carrier_official": _official,
    **{f"not_spot_{name}": _not_spot for name in ("none", "partial", "complete", "unknown")},
}
