"""Roads from the office's own files (道路台帳, 緊急輸送道路網, 国土数値情報 N01 …): the study names the fields.

Nobody's ledger looks like another's, and the codes of N01 differ between vintages: which value of which field
means which class is said in study.toml (`class_field`, `class_values`), never guessed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from geodata import road_rows
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


def read(
    paths: Path | str | Iterable[Path | str],
    *,
    class_field: str | None = None,
    class_values: Mapping[str, str] | None = None,
    road_class: str | None = None,
    name_field: str | None = None,
    emergency_field: str | None = None,
    emergency: bool | None = None,
    classes: Collection[str] = ROAD_CLASSES,
    crs: str | None = None,
    layer: str | None = None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """ROADS (EPSG:6668) of lines whose class stands in `class_field`, or that are all of one `road_class`.

    class_values: {value of the field: class}; emergency: whether all these roads are for emergency transport
    (None: see `emergency_field`, where 1, ○, はい … mean yes). DataError when a field is missing or a value is
    not explained, when a file holds no lines, or when it does not say its CRS.
    """
    from geodata import intake

    _fields_are_said(class_field, class_values, road_class)
    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    frames, reports = [], []
    for path in listed:
        rows, report = intake.read_vector(path, geometry="line", crs=crs, layer=layer, kind="road")
        try:
            if class_field is None:
                kept = pd.Series(road_class, index=rows.index, dtype=object)
            else:
                kept = road_rows.classes_of(road_rows.field_of(rows, class_field), class_values or {}, class_field)
            name = road_rows.field_of(rows, name_field) if name_field else pd.Series("", index=rows.index, dtype=object)
            said = road_rows.field_of(rows, emergency_field) if emergency_field else None
            told = road_rows.emergency_of(said, rows.index)
            if emergency is not None:
                told = pd.Series("yes" if emergency else "no", index=rows.index, dtype=object)
            frames.append(road_rows.road_table(rows, kept, name, told, classes, report))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    return pd.concat(frames, ignore_index=True), reports


def _fields_are_said(class_field: str | None, class_values: Mapping[str, str] | None, road_class: str | None) -> None:
    if (class_field is None) == (road_class is None) or (class_field is not None and not class_values):
        raise DataError(
            "road-class-not-said",
            Text("道路の種別をどこから読むかが決まっていません。", "nothing says what class the roads are"),
            Text(
                "[[roads]] に、種別の列 class_field と値の意味 class_values の組か、全部が同じ種別なら road_class を書いてください。",
                "give class_field with class_values, or road_class where all are of one class, in [[roads]]",
            ),
        )
