"""What the point layers of 国土数値情報 have in common: columns by vintage, codes, and places with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.report import IntakeReport, Level
from geodata.schema import CRS_GEOGRAPHIC, FACILITIES, check
from geodata.tables import points, shown, text_of
from geodata.tables import text as tables_text

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

Vintage = Mapping[str, str]  # column here -> field in the file
BLANK = "空欄"
TROUBLE = {"no-name", "geometry-null", "geometry-empty", "geometry-kind", "geometry-collapsed", "other-layer"}


def vintage_of(rows: pd.DataFrame, vintages: Mapping[str, Vintage], product: str) -> str:
    """The vintage whose fields the file has all of; the first in order. DataError where none fits."""
    for name, fields in vintages.items():
        if set(fields.values()) <= set(rows.columns):
            return name
    spec = " / ".join("・".join(fields.values()) for fields in vintages.values())
    raise DataError(
        "column-missing",
        Text(f"{product}の列（{spec}）がありません。", f"the columns of {product} ({spec}) are missing"),
        Text(f"国土数値情報「{product}」の元のファイルを使ってください。", f"use the original file of {product}"),
        where=Text("列 " + shown(rows), "columns " + shown(rows)),
    )


def read_places(
    paths: Path | str | Iterable[Path | str],
    places_of: Callable[[pd.DataFrame, IntakeReport], pd.DataFrame],
    *,
    crs: str | None,
    layer: str | None,
) -> tuple[GeoDataFrame, list[IntakeReport]]:
    """FACILITIES (EPSG:6668) of files whose rows `places_of` turns into name, category and further columns.

    `places_of` gets the rows with their attributes and `geometry` as points, drops rows only with
    `leave_out`, and keeps the index. Places of the same name, category and point are one.
    """
    from geopandas import GeoDataFrame

    from geodata import intake

    listed = [Path(paths)] if isinstance(paths, str | Path) else [Path(one) for one in paths]
    tables: list[pd.DataFrame] = []
    reports: list[IntakeReport] = []
    for path in listed:
        # JGD2011 by specification; GeoJSON does not say so
        rows, report = intake.read_vector(path, geometry="any", crs=crs or CRS_GEOGRAPHIC, layer=layer, kind="facility")
        frame = pd.DataFrame(rows)
        frame["geometry"] = middles(rows.geometry.to_numpy())
        try:
            places = places_of(frame, report)
            if set(report.excluded) <= TROUBLE:  # places left out by a rule (closed schools) leave none, and that is an answer
                points.refuse_none_left(len(places), report)
            tables.append(places.assign(file=len(reports), row=places.index + 1))
        except DataError as error:
            raise error.at(path) from None
        reports.append(report)
    table = identified(pd.concat(tables, ignore_index=True), reports)
    return check(FACILITIES, GeoDataFrame(table, geometry="geometry", crs=CRS_GEOGRAPHIC)), reports


def middles(shapes: np.ndarray) -> np.ndarray:
    """A point in the middle of each shape: itself, halfway along a line, inside an area. object[n]."""
    shapes = np.asarray(shapes, object)
    out = np.asarray(shapely.point_on_surface(shapes), object)
    for k in np.flatnonzero(shapely.get_dimensions(shapes) == 1):
        line = shapely.line_merge(shapes[k])
        if line.geom_type == "LineString":
            out[k] = shapely.line_interpolate_point(line, 0.5, normalized=True)
    return out


def leave_out(frame: pd.DataFrame, bad: np.ndarray, code: str, text: Text, report: IntakeReport, *, level: Level = "warn") -> pd.DataFrame:
    """`frame` without the `bad` rows, counted and named in the report; level "info" for what needs nobody's attention."""
    count, places = int(bad.sum()), (frame.index[bad] + 1).tolist()
    if level == "warn":
        report.exclude(code, text, count, places)
    elif count:
        report.excluded[code] = report.excluded.get(code, 0) + count
        report.note(level, code, text, count, places)
    report.accepted -= count
    return frame[~bad]


def codes_of(rows: pd.DataFrame, field: str) -> pd.Series:
    """A column of codes as text, "" where blank: one blank among whole numbers makes 16001.0 of them all."""
    return text_of(rows, field).map(tables_text.code_text).str.replace(r"^([0-9]+)\.0+$", r"\1", regex=True)


def tell_codes(codes: pd.Series, known: Mapping[str, str], field: str, effect: Text, report: IntakeReport) -> pd.Series:
    """Which rows hold a code that is not in `known`: bool, index as `codes`. Every code goes into the facts with its count.

    field: the column in the file; effect: what is done with the rows of such codes, said in the warning that counts them.
    """
    counts = codes.value_counts().sort_index()
    report.facts.setdefault("codes", {})[field] = {code or BLANK: int(count) for code, count in counts.items()}
    unknown = ~codes.isin(list(known))
    if unknown.any():
        listed = "、".join(f"{code or BLANK} が {count:,} 件" for code, count in counts[~counts.index.isin(list(known))].items())
        text = Text(
            f"{field} に、知られていないコードがあります（{listed}）。{effect.ja}",
            f"{field} holds codes that are not known ({listed}). {effect.en}",
        )
        report.note("warn", "code-unknown", text, int(unknown.sum()), (codes.index[unknown] + 1).tolist())
    return unknown


def named(frame: pd.DataFrame, fields: Vintage, category: str | pd.Series, report: IntakeReport) -> pd.DataFrame:
    """The columns of `fields` as text, with category and geometry; rows without a name go out, counted."""
    out = pd.DataFrame({name: text_of(frame, field) for name, field in fields.items()}, index=frame.index)
    out["category"], out["geometry"] = category, frame["geometry"]
    nameless = (out["name"] == "").to_numpy(bool)
    return leave_out(out, nameless, "no-name", Text("名称の空の行を除きました。", "rows without a name were left out"), report)


def identified(places: pd.DataFrame, reports: Sequence[IntakeReport]) -> pd.DataFrame:
    """One row a place, with an id made from what it is: the same file gives the same ids in any order of rows.

    places: name, category, geometry (points), `file` (number of the report in `reports`), `row` (line or feature),
    further columns. `from_file` in the result is the file's name.
    """
    xy = shapely.get_coordinates(places["geometry"].to_numpy(object))
    files = np.array([Path(report.path).name for report in reports], object)
    places = places.assign(from_file=files[places["file"].to_numpy(int)], x=np.round(xy[:, 0], 7), y=np.round(xy[:, 1], 7)).fillna("")
    by = ["category", "name", "x", "y"]
    again = places.duplicated(by)
    for k, rows in places[again].groupby("file"):
        text = Text("同じ施設が重ねて載っている行を除きました。", "places listed twice were left out")
        reports[int(k)].exclude("duplicate-row", text, len(rows), rows["name"])
        reports[int(k)].accepted -= len(rows)
    places = places[~again].sort_values(by, kind="stable")
    first = places["category"] + "/" + places["name"]
    nth = places.groupby([places["category"], places["name"]]).cumcount() + 1
    ids = first.where(nth == 1, first + "#" + nth.astype(str))
    return places.drop(columns=["x", "y", "file"]).set_index(pd.Index(ids, name="facility_id"))
