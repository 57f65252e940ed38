"""Areas in the office's own columns: landslide areas of the prefecture, depths of a tsunami, districts of e-Stat.

Nobody's columns look like another's: what is marked out is said in study.toml, for all areas of a file (`area_kind`) or
by the values of a column (`class_field`, `class_values`), and never guessed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata.area_rows import area_table, days_of
from geodata.codes import by_table, listed, note_counts
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import AREA_KINDS
from geodata.tables import shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "own_areas"
LICENCE = "提供元の条件による"
CREDIT = "県・市町提供資料を加工して作成"
REDISTRIBUTABLE = False  # whose data it is, and what its owner allows, is not ours to say
FIELDS = {"(class_field)": "kind", "(name_field)": "name", "(from_field)": "valid_from", "(to_field)": "valid_to"}
UNUSED = "none"


@dataclass(frozen=True)
class AreaColumns:
    """What the study says of such a file: one kind for all (`area_kind`), or {value of `class_field`: kind}.

    A value that means "none" is left out. The other fields may be None: no name, no days.
    """

    area_kind: str | None = None
    class_field: str | None = None
    class_values: Mapping[str, str] | None = None
    name_field: str | None = None
    municipality_field: str | None = None
    from_field: str | None = None
    to_field: str | None = None


def read(
    paths: Path | str | Iterable[Path | str], spec: AreaColumns, *, crs: str | None = None, layer: str | None = None
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """AREAS (EPSG:6668) of files that are all as `spec` says; further column municipality_id, as written.

    DataError when a field is missing, a value is not explained, or the file does not say its CRS.
    """
    from geodata import intake

    given = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in given:
        rows, report = intake.read_vector(path, geometry="polygon", crs=crs, layer=layer, kind="area")
        try:
            tables.append(_areas(rows, report, spec))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(tables, ignore_index=True), reports


def _areas(rows: GeoDataFrame, report: IntakeReport, spec: AreaColumns) -> GeoDataFrame:
    def column(name: str | None) -> pd.Series:
        if name is not None and name not in rows.columns:
            raise DataError(
                "column-missing",
                Text(f"列「{name}」がありません。", f"there is no column {name}"),
                Text("study.toml の [[areas]] に書いた列の名前を確かめてください。", "look at the names of columns in [[areas]]"),
                where=Text("列 " + shown(rows), "columns " + shown(rows)),
            )
        return text_of(rows, name)

    kind = pd.Series(spec.area_kind or "", index=rows.index, dtype=object)
    if spec.class_field is not None:
        values = column(spec.class_field)
        note_counts(report, spec.class_field, values)
        kind = _kinds(values, spec.class_values or {}, spec.class_field).replace(UNUSED, "")
    days = [days_of(column(name), report, name) if name else "" for name in (spec.from_field, spec.to_field)]
    return area_table(rows, kind, column(spec.name_field), report, *days, municipality_id=column(spec.municipality_field).str[:5])


def _kinds(values: pd.Series, meaning: Mapping[str, str], field: str) -> pd.Series:
    found = by_table(values, meaning)
    if found.isna().any():
        unexplained = values[found.isna()]
        example = ", ".join(f'"{value}" = "none"' for value in sorted(set(unexplained))[:3])
        raise DataError(
            "area-class-unexplained",
            Text(
                f"列「{field}」に、何の区域か決まっていない値があります: {listed(unexplained)}",
                f"column {field} holds values without a kind of area: {listed(unexplained)}",
            ),
            Text(
                f"study.toml の [[areas]] に class_values = {{ {example} }} のように値ごとの区域（{'、'.join(AREA_KINDS)}、使わないなら none）を"
                "書いてください。",
                f"say of each value in [[areas]] which area it is: class_values = {{ {example} }} ({', '.join(AREA_KINDS)}, or none)",
            ),
        )
    return found
