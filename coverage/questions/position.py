"""Whether places and people can lie where their files put them: everything that is asked of positions, file by file.

questions = questions_of(settlements=…, municipalities=…, in_study=…, facilities=…, evidence=…, population=…, grid=…, reports=…)

What needs to be told but no answer (a few far places, single contradictions) is added to the reports.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import shapely

from coverage.questions import position_words as words
from coverage.questions.claims import Land, TextArray, plain_name
from coverage.questions.context import Context
from coverage.questions.question import Question
from coverage.questions.rasters import best_offset
from coverage.questions.row_order import TOLERANCE_M, contradictions
from coverage.questions.shift import best_shift
from coverage.questions.whereabouts import FAR_M, rounded, stacked, whereabouts
from geodata.errors import Text
from geodata.grid import FloatArray, Grid, IntArray
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, Population

if TYPE_CHECKING:
    import geopandas as gpd


@dataclass(frozen=True)
class Listed:
    """The places of one file. kind: "settlement", "facility" or "measurement"; reports: of that file; lon, lat: degrees
    (JGD2011) float64[n]; rows: lines or features int[n]; names, given: what it says of name and municipality, "" for none."""

    kind: str
    reports: list[IntakeReport]
    lon: FloatArray
    lat: FloatArray
    rows: IntArray
    names: pd.Series
    given: pd.Series

    def as_question(self, code: str, problem: Text, remedy: Text, *, stop: bool = False) -> Question:
        """A question about this file."""
        return Question(code, "stop" if stop else "ask", problem, remedy, _file(self.reports), _sha256(self.reports))

    def untold(self, code: str) -> list[IntakeReport]:
        """The report that a notice of this code goes to; none where it stands there already."""
        return [report for report in self.reports[:1] if all(notice.code != code for notice in report.notices)]


def asked_of(context: Context) -> list[Question]:
    """questions_of for what was read of the study."""
    return questions_of(
        settlements=context.inputs.settlements,
        municipalities=context.inputs.municipalities,
        in_study=context.inputs.in_study,
        facilities=context.inputs.sources.facilities,
        evidence=context.inputs.evidence,
        population=context.inputs.population,
        grid=context.inputs.grid,
        reports=context.inputs.reports,
    )


def questions_of(
    *,
    settlements: gpd.GeoDataFrame | None,
    municipalities: gpd.GeoDataFrame,
    in_study: Collection[str],
    facilities: gpd.GeoDataFrame | None,
    evidence: gpd.GeoDataFrame | None,
    population: Population,
    grid: Grid,
    reports: Sequence[IntakeReport],
) -> list[Question]:
    """Questions about where everything lies, in the order of the files. Tables as coverage.inputs reads them.

    Adds notices to `reports`, each at most once.
    """
    land = Land.of(municipalities)
    study = Land.of(municipalities[municipalities.index.isin(list(in_study))])
    found: list[Question] = []
    if settlements is not None and settlements.empty:
        found += _no_settlement_left(reports)
    for table, kind in ((settlements, "settlement"), (facilities, "facility"), (evidence, "measurement")):
        if table is not None and len(table):
            for one in _by_file(table, kind, reports):
                found += questions_of_list(one, land, study)
    return found + _raster(population, municipalities, grid, reports)


def questions_of_list(listed: Listed, land: Land, study: Land) -> list[Question]:
    """Questions about one file's places. land: all known municipalities; study: the study's own."""
    where = whereabouts(listed.lon, listed.lat, study)
    if where.nowhere:
        return [listed.as_question("places-elsewhere", *words.elsewhere(listed.kind, len(listed.lon), where.box), stop=True)]
    found = []
    far = int(where.far.sum())
    if where.mostly:
        found.append(listed.as_question("places-mostly-elsewhere", *words.mostly_elsewhere(listed.kind, far, len(listed.lon))))
    elif far and not where.wider:
        for report in listed.untold("places-far-away"):
            text = Text(
                f"調査区域から{FAR_M / 1000:g}kmより遠い所に{far:,}件あります（調査区域の数には入りません）。位置の誤りでないか確かめてください。",
                f"{far:,} places are further than {FAR_M / 1000:g} km from the study (they count in no zone): check their position",
            )
            report.note("warn", "places-far-away", text, far, listed.rows[where.far])
    round_ones, decimals = rounded(listed.lon, listed.lat)
    if round_ones:
        # rounding explains what the next questions would find
        return [*found, listed.as_question("places-rounded", *words.rounded(listed.kind, round_ones, len(listed.lon), decimals))]
    if listed.kind == "measurement":
        return found  # many tests at one point are as it should be, and they name no municipality
    says = land.ids_of(listed.given)
    if listed.kind == "settlement":
        _tell_unknown_towns(listed, says, study)
    found += _asked_of_names(listed, says, land)
    count, points, lon, lat = stacked(listed.lon, listed.lat, listed.names)
    if count:
        found.append(listed.as_question("places-on-one-point", *words.on_one_point(listed.kind, count, points, len(listed.lon), lon, lat)))
    return found


def _tell_unknown_towns(listed: Listed, says: TextArray, study: Land) -> None:
    """Settlements inside the study that name a municipality which is none of those known: the name or the place is wrong."""
    given = listed.given.fillna("").astype(str)
    named = given.str.fullmatch(r".+[市町村区]").to_numpy(bool) & (says == "")
    shared = {plain_name(name) for name in study.names}
    named &= ~given.map(plain_name).isin(shared).to_numpy(bool)
    inside = study.judge(listed.lon, listed.lat, np.full(len(given), "", object))[1]
    at = np.flatnonzero(named & inside)
    for report in listed.untold("place-of-unknown-town") if len(at) else []:
        text = Text(
            f"調査区域の中にあるのに、境界のファイルに無い市町村名（{given.iloc[at[0]]} など）の地区が{len(at):,}件あります。"
            "市町村名か位置を確かめてください。",
            f"{len(at):,} settlements lie inside the study but name a municipality that is none of it ({given.iloc[at[0]]} …)",
        )
        report.note("warn", "place-of-unknown-town", text, len(at), np.sort(listed.rows[at]))


def _asked_of_names(listed: Listed, says: TextArray, land: Land) -> list[Question]:
    """A shift of all places, names off by one row, or too many contradictions: the first that explains what is found."""
    shift = best_shift(listed.lon, listed.lat, says, land)
    against = contradictions(listed.lon, listed.lat, says, listed.rows, land)
    count = int(against.far.sum())
    first = np.sort(listed.rows[against.far])
    if against.slipped:
        return [listed.as_question("names-off-by-one", *words.off_by_one(listed.kind, count, against.left, against.slipped, first))]
    if shift is not None:
        return [listed.as_question("places-shifted", *words.shifted(listed.kind, shift))]
    if against.many:
        return [listed.as_question("names-contradict-place", *words.contradict(listed.kind, count, against.naming, first))]
    if count:
        at = np.flatnonzero(against.far)
        at = at[np.argsort(listed.rows[at], kind="stable")]
        # a shelter may stand in the next town by agreement: 3 of 1,671 in Mie do
        level: Literal["info", "warn"] = "warn" if listed.kind == "settlement" else "info"
        worst = f"{float(against.metres[at].max()) / 1000:,.1f}"
        text = Text(
            f"書かれた市町村から{TOLERANCE_M:g}mより離れた所にあるものが{count:,}件あります（最大{worst}km）。市町村名か位置の誤り、または協定などで"
            "隣の市町村に置かれた施設です。確かめてください。",
            f"{count:,} places lie further than {TOLERANCE_M:g} m from the municipality they name (up to {worst} km): a wrong name or position, "
            "or one kept next door by agreement",
        )
        for report in listed.untold("place-contradicts-name"):
            report.note(level, "place-contradicts-name", text, count, listed.rows[at])
    return []


def _no_settlement_left(reports: Sequence[IntakeReport]) -> list[Question]:
    """All settlements went out because they lie in no municipality: the list is of another place."""
    own = [report for report in reports if report.kind == "settlement" and report.excluded.get("settlement-outside")]
    count = sum(report.excluded["settlement-outside"] for report in own)
    if not own:
        return []
    return [Question("places-elsewhere", "stop", *words.elsewhere("settlement", count, None), _file(own), _sha256(own))]


def _raster(population: Population, municipalities: gpd.GeoDataFrame, grid: Grid, reports: Sequence[IntakeReport]) -> list[Question]:
    """A raster half a cell off. Meshes lie where their codes say."""
    if population.grid is None:
        return []
    shapes = municipalities.to_crs(grid.crs).geometry.to_numpy()
    offset = best_offset(population.frame, grid, shapes)
    if offset is None:
        return []
    own = [report for report in reports if report.kind == "population"][:1]
    return [Question("raster-off-grid", "ask", *words.off_grid(offset), _file(own), _sha256(own))]


def _by_file(table: gpd.GeoDataFrame, kind: str, reports: Sequence[IntakeReport]) -> Iterator[Listed]:
    """The table's places by the file they came from; a table that does not say is one list."""
    points = table.geometry
    if (shapely.get_type_id(points.to_numpy()) != 0).any():
        points = points.representative_point()
    if points.crs != CRS_GEOGRAPHIC:
        points = points.to_crs(CRS_GEOGRAPHIC)
    lon, lat = points.x.to_numpy(float), points.y.to_numpy(float)
    files = _text(table, "source" if kind == "measurement" else "from_file")
    rows = table["row"].fillna(0).to_numpy(np.int64) if "row" in table else np.arange(1, len(table) + 1)
    given = _text(table, "municipality_given")
    for column in ("municipality_id", "municipality_name"):
        # of settlements the id was filled by place, which would always agree
        if kind == "facility" or ("municipality_given" not in table and column == "municipality_name"):
            given = given.where(given != "", _text(table, column))
    names = _text(table, "name")
    for file in dict.fromkeys(files):
        at = np.flatnonzero(files == file)
        own = [one for one in reports if one.kind == kind and (not file or Path(one.path).name == file)]
        yield Listed(kind, own, lon[at], lat[at], rows[at], names.iloc[at], given.iloc[at])


def _text(table: pd.DataFrame, column: str) -> pd.Series:
    """A column as text on a plain index; "" for null values and where there is no such column."""
    if column not in table:
        return pd.Series("", index=range(len(table)), dtype=object)
    return table[column].astype(object).where(table[column].notna(), "").map(str).reset_index(drop=True)


def _file(reports: Sequence[IntakeReport]) -> str:
    return "、".join(report.path for report in reports)


def _sha256(reports: Sequence[IntakeReport]) -> str:
    """The file's own hash; of several, the hash of their hashes, so that any other file asks again."""
    if len(reports) == 1:
        return reports[0].sha256
    return hashlib.sha256("".join(report.sha256 for report in reports).encode()).hexdigest() if reports else ""
