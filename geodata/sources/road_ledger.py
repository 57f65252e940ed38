"""Roads from the office's own files (道路台帳, 緊急輸送道路網, 国土数値情報 N01 …): the study names the fields.

Nobody's ledger looks like another's, and the codes of N01 differ between vintages: which value of which field
means which class is said in study.toml (`class_field`, `class_values`), never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import road_rows
from geodata.codes import note_counts, whole_names
from geodata.errors import DataError, Text
from geodata.report import IntakeReport
from geodata.schema import ROAD_CLASSES

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "road_ledger"
LICENCE = "提供元の条件による"
CREDIT = "道路管理者提供資料を加工して作成"
REDISTRIBUTABLE = False  # whose data it is, and what its owner allows, is not ours to say
FIELDS = {"(class_field)": "road_class", "(name_field)": "name", "(emergency_field)": "emergency"}


@dataclass(frozen=True)
class RoadFile:
    """What the study says of a ledger: a class for all its lines (`road_class`), or the field that holds it.

    class_values: {value of `class_field`: class}; emergency: whether all these roads are for emergency transport
    (None: see `emergency_field`, where 1, ○, はい … mean yes and 0, ×, いいえ … no; emergency_values says what the
    others mean, "yes" or "no"). `crs`, `layer`: as for intake.
    """

    class_field: str | None = None
    class_values: Mapping[str, str] | None = None
    road_class: str | None = None
    name_field: str | None = None
    emergency_field: str | None = None
    emergency_values: Mapping[str, str] | None = None
    emergency: bool | None = None
    crs: str | None = None
    layer: str | None = None


def read(
    paths: Path | str | Iterable[Path | str], spec: RoadFile, *, classes: Collection[str] = ROAD_CLASSES
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """ROADS (EPSG:6668) of the lines of `classes`, in files that are all as `spec` says.

    DataError when a field is missing or a value is not explained, when a file holds no lines, or when it does
    not say its CRS.
    """
    _fields_are_said(spec)
    return road_rows.read_roads(paths, lambda rows, report: _part(rows, report, spec), classes, crs=spec.crs, layer=spec.layer)


def _part(rows: GeoDataFrame, report: IntakeReport, spec: RoadFile) -> road_rows.RoadPart:
    if spec.class_field is None:
        kept = pd.Series(spec.road_class, index=rows.index, dtype=object)
    else:
        values = road_rows.field_of(rows, spec.class_field)
        note_counts(report, spec.class_field, values)
        kept = road_rows.classes_of(values, spec.class_values or {}, spec.class_field)
    name = pd.Series("", index=rows.index, dtype=object)
    if spec.name_field:
        name = whole_names(road_rows.field_of(rows, spec.name_field), spec.name_field, report)
    told = road_rows.emergency_of(None, rows.index)
    if spec.emergency is not None:
        told = pd.Series("yes" if spec.emergency else "no", index=rows.index, dtype=object)
    elif spec.emergency_field:
        values = road_rows.field_of(rows, spec.emergency_field)
        note_counts(report, spec.emergency_field, values)
        told = road_rows.emergency_of(values, rows.index, spec.emergency_field, spec.emergency_values)
    return road_rows.RoadPart(rows, kept, name, told, report)


def _fields_are_said(spec: RoadFile) -> None:
    by_field = spec.class_field is not None
    if by_field == (spec.road_class is not None) or (by_field and not spec.class_values):
        raise DataError(
            "road-class-not-said",
            Text("道路の種別をどこから読むかが決まっていません。", "nothing says what class the roads are"),
            Text(
                "[[roads]] に、種別の列 class_field と値の意味 class_values の組か、全部が同じ種別なら road_class を書いてください。",
                "give class_field with class_values, or road_class where all are of one class, in [[roads]]",
            ),
        )
