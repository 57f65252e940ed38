"""What a row is: the tables that everything after reading trusts, checked once at the border."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from geodata.errors import DataError, Text

if TYPE_CHECKING:
    from geodata.grid import Grid

__all__ = [
    "AREAS",
    "AREA_KINDS",
    "CELLS",
    "DISADVANTAGED",
    "EVIDENCE",
    "EVIDENCE_KINDS",
    "FACILITIES",
    "FACILITY_CATEGORIES",
    "HAZARDS",
    "LAYERS",
    "MUNICIPALITIES",
    "POPULATION",
    "ROADS",
    "ROAD_CLASSES",
    "SETTLEMENTS",
    "SIGNALS",
    "WATER",
    "Column",
    "DataError",
    "Population",
    "Table",
    "check",
]

CRS_GEOGRAPHIC = "EPSG:6668"  # JGD2011, degrees: the CRS of Japanese meshes and of everything read for them
BAD_ROWS_NAMED = 5


@dataclass(frozen=True)
class Column:
    """One column: its kind, unit and range. `unknown` says whether NaN (or "") is allowed, meaning unknown."""

    kind: Literal["number", "text", "geometry"]
    meaning: str
    unit: str = ""
    low: float = -np.inf
    high: float = np.inf
    unknown: bool = False
    one_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """What one row is, the name of its index, and its required columns. More columns are allowed."""

    name: str
    row: str
    index: str | None
    columns: dict[str, Column] = field(hash=False)


PERSONS = Column("number", "people living here", "persons", 0, unknown=True)
HOUSEHOLDS = Column("number", "households living here", "households", 0, unknown=True)
ELDERLY = Column("number", "people aged 65 or more", "persons", 0, unknown=True)
# own: the cell's own figure; group: share of its disclosure group; "" when there is no age figure
AGE_BASIS = Column("text", "where population_65plus comes from", unknown=True, one_of=("own", "group", ""))
MUNICIPALITY_ID = Column("text", "five-digit code (JIS X 0401 + 0402); empty where it belongs to none", unknown=True)
GEOMETRY = Column("geometry", "in the grid's CRS")
NAME = Column("text", "as written in the source")

POPULATION = Table(
    "population",
    "a cell that the source gives people for",
    "cell_id",
    {"population": PERSONS, "households": HOUSEHOLDS, "population_65plus": ELDERLY, "age_basis": AGE_BASIS},
)
CELLS = Table(
    "cells",
    "a square of the population grid inside the study area, inhabited or not",
    "cell_id",
    {
        **POPULATION.columns,
        "i": Column("number", "column in the grid, from the west", low=0),
        "j": Column("number", "row in the grid, from the south", low=0),
        "land_share": Column("number", "share of the cell that is land of the study area", low=0, high=1),
        "municipality_id": MUNICIPALITY_ID,
    },
)
LAYER_SAYS = ("covered", "unknown")
LAYERS = Table(
    "layers",
    "a polygon a carrier says it serves, or of which nobody knows whether it does",
    None,
    {
        "carrier": Column("text", "key of the carrier in the study"),
        "generation": Column("text", "radio generation", one_of=("4G", "5G", "5G-sub6", "5G-mmWave", "5G-refarmed")),
        "kind": Column("text", "whose network", one_of=("own", "roaming", "satellite")),
        "as_of": Column("text", "date the area is true for, YYYY-MM-DD", unknown=True),
        "source": Column("text", "name of the file"),
        "says": Column("text", "whether the polygon is covered, or unknown", one_of=LAYER_SAYS),
        "geometry": GEOMETRY,
    },
)
MUNICIPALITIES = Table("municipalities", "a city, town or village", "municipality_id", {"name": NAME, "geometry": GEOMETRY})
SETTLEMENTS = Table(
    "settlements",
    "a named place where people live (大字, 町丁目, 集落): point or polygon",
    "settlement_id",
    {"name": NAME, "municipality_id": MUNICIPALITY_ID, "geometry": GEOMETRY},
)
FACILITY_CATEGORIES = ("shelter", "evacuation_site", "school", "clinic", "office", "hall", "station", "trail", "tourism", "worksite")
FACILITIES = Table(
    "facilities",
    "a place people go to",
    "facility_id",
    {"name": NAME, "category": Column("text", "what kind of place", one_of=FACILITY_CATEGORIES), "geometry": GEOMETRY},
)
ROAD_CLASSES = ("expressway", "national", "prefectural", "municipal", "other")
ROADS = Table(
    "roads",
    "a piece of road (line)",
    None,
    {
        "road_class": Column("text", "who keeps it", one_of=ROAD_CLASSES),
        "name": Column("text", "県道○号 or the like", unknown=True),
        # apart: from a list of emergency roads beside lists of classes, which may hold the same road
        "emergency": Column("text", "emergency transport road: yes, no, or unknown", unknown=True, one_of=("yes", "no", "apart", "")),
        "source": Column("text", "name of the file"),
        "geometry": GEOMETRY,
    },
)
DISADVANTAGED = ("depopulated", "remote", "island", "peninsula", "mountain", "farming", "snow")
HAZARDS = ("landslide", "landslide_special", "tsunami")
AREA_KINDS = (*DISADVANTAGED, *HAZARDS, "park_special", "park_ordinary", "did")
AREAS = Table(
    "areas",
    "a place that a law or a survey marks out (polygon)",
    None,
    {
        "kind": Column("text", "what it is marked as", one_of=AREA_KINDS),
        "name": Column("text", "as written in the source", unknown=True),
        "valid_from": Column("text", "first day, YYYY-MM-DD; empty: not said", unknown=True),
        "valid_to": Column("text", "last day, YYYY-MM-DD; empty: no end said", unknown=True),
        "source": Column("text", "name of the file"),
        "geometry": GEOMETRY,
    },
)
WATER = Table(
    "water",
    "a stretch of a river (line) or a lake (polygon)",
    None,
    {
        "kind": Column("text", "what it is", one_of=("river", "lake")),
        "name": Column("text", "as written in the source", unknown=True),
        "source": Column("text", "name of the file"),
        "geometry": GEOMETRY,
    },
)
EVIDENCE_KINDS = ("field_test", "municipal_report", "resident_report")
SIGNALS = ("none", "weak", "works")
EVIDENCE = Table(
    "evidence",
    "something measured or reported on the ground, of one carrier at one place",
    "evidence_id",
    {
        "carrier": Column("text", "key of the carrier in the study"),
        "generation": Column("text", "radio generation; empty where the record does not say", unknown=True, one_of=("4G", "5G", "")),
        "at": Column("text", "Japanese time YYYY-MM-DDThh:mm:ss+09:00, or YYYY-MM-DD; empty: not said", unknown=True),
        "rsrp_dbm": Column("number", "reference signal received power", "dBm", -156, -31, unknown=True),
        "call_ok": Column("text", "whether a call got through", unknown=True, one_of=("yes", "no", "")),
        "signal": Column("text", "what the record itself says of the signal", unknown=True, one_of=(*SIGNALS, "")),
        "indoors": Column("text", "whether inside a building", unknown=True, one_of=("yes", "no", "")),
        "kind": Column("text", "who says so", one_of=EVIDENCE_KINDS),
        "device": Column("text", "what measured, as written", unknown=True),
        "source": Column("text", "name of the file"),
        "row": Column("number", "line in the file", low=1),
        "photos": Column("number", "photos that were found with it", "pictures", 0),
        "photo_day": Column("text", "day the first photo was taken, YYYY-MM-DD", unknown=True),
        "photo_direction": Column("number", "where the first photo looks, clockwise from north", "degrees", 0, 360, unknown=True),
        "geometry": GEOMETRY,
    },
)


@dataclass(frozen=True)
class Population:
    """People by cell, and how far the source speaks.

    `frame` is a POPULATION table. A cell of the study that has no row counts 0 people where the source
    covers it, and unknown elsewhere: `covers` holds the first-order meshes (4 digits) or prefectures
    (2 digits) that were read, and is empty for a raster, which speaks for all of `grid` ("all": for its no-data too).
    `by_prefecture`: of files cut by prefecture, {prefecture: its own people} (POPULATION tables that add up to
    `frame`): a cell on the border holds only that prefecture's people there.
    """

    frame: pd.DataFrame
    level: int | None
    covers: frozenset[str] = frozenset()
    grid: Grid | None = None
    by_prefecture: dict[str, pd.DataFrame] = field(default_factory=dict, hash=False, compare=False)


def check(table: Table, frame: pd.DataFrame, file: str = "") -> pd.DataFrame:
    """`frame` itself when it fits `table`; else a DataError naming table, column and first bad rows."""
    if table.index is not None:
        if frame.index.name != table.index:
            raise _refusal(table, table.index, frame, None, "索引の名前が違います", "index has another name", file)
        if not frame.index.is_unique:
            bad = frame.index[frame.index.duplicated()]
            raise _refusal(table, table.index, frame, bad, "同じ値が2度あります", "value stands twice", file)
    for name, column in table.columns.items():
        if name not in frame.columns:
            raise _refusal(table, name, frame, None, "列がありません", "column is missing", file)
        _check_column(table, name, column, frame, file)
    return frame


def _check_column(table: Table, name: str, column: Column, frame: pd.DataFrame, file: str) -> None:
    values = frame[name]
    if column.kind == "number":
        if not pd.api.types.is_numeric_dtype(values):
            raise _refusal(table, name, frame, None, "数値の列ではありません", "is not a column of numbers", file)
        outside = (values < column.low) | (values > column.high) | np.isinf(values)
    elif column.kind == "text":
        outside = values.isna() | (values == "") if not column.unknown else pd.Series(False, index=frame.index)
        if column.one_of:
            outside |= ~(values.isin(column.one_of) | values.isna())
    else:
        outside = values.isna()
    missing = values.isna() if not column.unknown and column.kind == "number" else outside
    bad = frame.index[(outside | missing).to_numpy(bool)]
    if len(bad):
        raise _refusal(table, name, frame, bad, "範囲外または空の値があります", "holds values out of range or empty", file)


def _refusal(table: Table, column: str, frame: pd.DataFrame, bad: pd.Index | None, ja: str, en: str, file: str) -> DataError:
    rows = ", ".join(str(row) for row in bad[:BAD_ROWS_NAMED]) if bad is not None else ""
    where = Text(f"表 {table.name} 列 {column} 行 {rows}", f"table {table.name} column {column} rows {rows}")
    remedy = Text(
        f"1行は「{table.row}」です。列 {column} を直して読み込み直してください。",
        f"a row is {table.row}; mend column {column} and read again",
    )
    return DataError(f"table-{table.name}-{column}", Text(ja, en), remedy, file, where)
