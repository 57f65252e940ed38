"""What is told of the inputs once they are laid on the study: who is not counted, and why. It asks nothing.

People are counted once or told as outside: read = counted + outside, to the person (Cells.outside).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from coverage.cells import Cells
from coverage.zones import facilities as zones_facilities
from geodata.errors import Text
from geodata.report import IntakeReport, Level

if TYPE_CHECKING:
    from coverage.input_tables import Inputs

REASONS = {
    "neighbour": Text("面積の半分以上が隣の県・市町村にあるメッシュ", "cells that lie mostly in a neighbour"),
    "other_prefecture": Text("ほかの都道府県のファイルにある、その県の人", "what the files of other prefectures hold of their own people"),
    "nowhere": Text("どの市町村の区域にもかからないメッシュ", "cells that touch no municipality"),
    "sliver": Text("調査区域の陸地がほとんど無いメッシュ", "cells with hardly any land of the study"),
    "beyond": Text("調査区域を囲む長方形の外のメッシュ", "cells beyond the rectangle around the study"),
}
NAMED = 20


def note_all(inputs: Inputs, cells: Cells) -> None:
    """Tell everything below in the reports of the files that it is about."""
    note_people_outside(inputs, cells)
    note_border_cells(inputs, cells)
    note_facilities_outside(inputs, cells)


def note_people_outside(inputs: Inputs, cells: Cells) -> None:
    """Which rows of the population are not counted, a line a reason with cells and people."""
    report = _report(inputs, "population")
    for reason, row in cells.outside[cells.outside["cells"] > 0].iterrows():
        name = REASONS[str(reason)]
        people = Text(f"{row['people']:,.0f}人", f"{row['people']:,.0f} people")
        if row["unknown"]:
            people = Text(f"{people.ja}と人数不明の{row['unknown']:,}個", f"{people.en} and {row['unknown']:,} unknown")
        report.note(
            _level(str(reason), float(row["people"]), inputs),
            f"people-{str(reason).replace('_', '-')}",
            Text(
                f"{name.ja}が{row['cells']:,}個（{people.ja}）あり、調査区域の人としては数えていません。",
                f"{row['cells']:,} {name.en} ({people.en}) are not counted as people of the study.",
            ),
            int(row["cells"]),
            row["first"],
        )


def _level(reason: str, people: float, inputs: Inputs) -> Level:
    """A file cut by prefecture holds nobody else's people: who falls between its municipalities is missed."""
    whole = any(len(code) == 2 for code in inputs.population.covers)
    return "warn" if people > 0 and (reason == "sliver" or (whole and reason in ("nowhere", "beyond"))) else "info"


def note_border_cells(inputs: Inputs, cells: Cells) -> None:
    """Which border cells were counted as the study's for want of a neighbour."""
    count = len(cells.doubtful)
    if not count:
        return
    people = float(cells.frame.loc[cells.doubtful, "population"].sum())
    _report(inputs, "boundary").note(
        "warn",
        "border-cells",
        Text(
            f"陸地の半分未満しか調査区域でないメッシュが{count:,}個（{people:,.0f}人）あり、残りが海か隣の県か分からないため、"
            "全員を調査区域の人として数えました。隣の県の境界を [boundaries] neighbours に足すと正しく分けられます。",
            f"{count:,} cells ({people:,.0f} people) are less than half land of the study; whether the rest is sea or a "
            "neighbour is not known, so all their people are counted here. Give the neighbours' boundaries in "
            "[boundaries] neighbours to decide.",
        ),
        count,
        cells.doubtful,
    )


def facilities_outside(inputs: Inputs, cells: Cells) -> pd.DataFrame:
    """FACILITIES that stand in no cell of the study: they are in no zone and in no figure."""
    table = inputs.sources.facilities
    return table[(zones_facilities.cells_of_facilities(table, cells.frame, inputs.grid) == "").to_numpy(bool)]


def note_facilities_outside(inputs: Inputs, cells: Cells) -> None:
    """How many places stand outside, with their names."""
    outside = facilities_outside(inputs, cells)
    if not len(outside):
        return
    _report(inputs, "facility").note(
        "info",
        "facilities-outside",
        Text(
            f"調査区域の外にある施設が{len(outside):,}か所あり、どの地区にも数えていません。",
            f"{len(outside):,} places lie outside the study and count in no zone.",
        ),
        len(outside),
        outside["name"].head(NAMED),
    )


def outside_facts(inputs: Inputs, cells: Cells) -> dict[str, Any]:
    """summary["outside"]: {"facilities": {category: count}, "settlements": count, "evidence": count} of what lies outside."""
    settlements = sum(report.excluded.get("settlement-outside", 0) for report in inputs.reports)
    evidence = inputs.evidence
    tests = 0
    if evidence is not None and len(evidence):
        tests = int((inputs.grid.rows_at(cells.frame, evidence.geometry.x, evidence.geometry.y) < 0).sum())
    categories = facilities_outside(inputs, cells)["category"].value_counts().sort_index()
    return {"facilities": {str(name): int(count) for name, count in categories.items()}, "settlements": settlements, "evidence": tests}


def _report(inputs: Inputs, kind: str) -> IntakeReport:
    return next(report for report in inputs.reports if report.kind == kind)
