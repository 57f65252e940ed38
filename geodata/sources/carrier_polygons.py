"""What one carrier says it serves with one generation: polygons, or a list of mesh cells.

No such file is public in Japan. What comes in is traced areas, a carrier's GIS extract, mesh lists, and from
other countries levelled polygons (ARCEP `niveau`) and one-row-a-hexagon files. Presence means covered, so a
file that also holds areas *not* served, several carriers, or somebody else's network must say which rows count.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata import carrier_rows
from geodata.carrier_rows import check_classes, check_words, refuse_foreign, role
from geodata.crs import position
from geodata.errors import DataError, Text
from geodata.intake import choice
from geodata.mesh import lists as mesh_list
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, LAYERS, check
from geodata.tables import numbered, points

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "carrier_polygons"
LICENCE = "事業者から提供を受けた資料（提供の条件による。公表の可否を確かめること）"
CREDIT = "事業者提供のサービスエリア"
REDISTRIBUTABLE = False
FIELDS = carrier_rows.FIELDS
GENERATIONS, KINDS = LAYERS.columns["generation"].one_of, LAYERS.columns["kind"].one_of
OF_A_LAYER = ("carrier", "generation", "kind", "as_of")
NONE_REMEDY = Text(
    "この事業者・世代のエリアがここに1つも無いのが正しければ、[[layers]] の files を消して none = true と as_of を書いてください（0 と数えます）。",
    "where this carrier truly has none here, write none = true and as_of in place of files in [[layers]] (it then counts as 0)",
)


@dataclass(frozen=True)
class LayerFile:
    """What the study says of one carrier's file.

    `kind`: own, roaming or satellite. `as_of`: YYYY-MM-DD or "". `where` keeps the rows that fit
    (geodata.intake.choice). `level`, `weak`, `answer_field`, `least_share`, `least_dbm`: for mesh lists
    (geodata.mesh.lists.Meaning). `crs`, `layer`, `near`: as for intake.
    """

    carrier: str
    generation: str
    kind: str = "own"
    as_of: str = ""
    crs: str | None = None
    layer: str | None = None
    near: tuple[float, float, float, float] | None = None
    where: choice.Where | None = None
    level: object = None
    weak: mesh_list.Weak | None = None
    answer_field: str | None = None
    least_share: float | None = None
    least_dbm: float | None = None


def read(path: Path | str, spec: LayerFile, *, target_crs: str = CRS_GEOGRAPHIC) -> tuple[GeoDataFrame, IntakeReport]:
    """LAYERS of one file, in `target_crs` (mesh lists: EPSG:6668), with the file's name as source.

    Cells that a list calls unknown are rows that say so. DataError where it is not clear what the file says is covered.
    """
    path = Path(path)
    unknown = np.array([], object)
    try:
        _check_declared(spec.carrier, spec.generation, spec.kind, spec.as_of)
        check_words(path.name, spec.kind, f"ファイル名 {path.name}", f"file name {path.name}")
        if points.is_table(path):
            covered, unknown, report = _from_mesh_list(path, spec)
            frame_crs = CRS_GEOGRAPHIC
        else:
            covered, unknown, report = _from_polygons(path, spec, target_crs)
            frame_crs = target_crs
    except DataError as error:
        raise _with_none(error).at(path) from None
    report.kind = report.kind or NAME
    return _layers(covered, unknown, spec, path.name, frame_crs), _told(report, spec, path.name)


def none_here(spec: LayerFile, source: str) -> tuple[GeoDataFrame, IntakeReport]:
    """LAYERS of a carrier that serves nothing here, as the study itself says: one row without any area.

    source: the name of the file that says so.
    """
    _check_declared(spec.carrier, spec.generation, spec.kind, spec.as_of)
    report = IntakeReport(source, NAME, "study.toml")
    text = Text(
        f"設定 none = true により、{spec.carrier} {spec.generation} のエリアは1つも無い（0）としました（{spec.as_of} 時点）。",
        f"none = true: {spec.carrier} {spec.generation} covers nothing here, as of {spec.as_of}",
    )
    report.note("info", "layer-none", text)
    return _layers(np.array([], object), np.array([], object), spec, source, CRS_GEOGRAPHIC), _told(report, spec, source)


def _told(report: IntakeReport, spec: LayerFile, source: str) -> IntakeReport:
    report.facts.update({name: getattr(spec, name) for name in OF_A_LAYER}, source=source)
    return report


def _layers(covered: np.ndarray, unknown: np.ndarray, spec: LayerFile, source: str, crs: str) -> GeoDataFrame:  # type: ignore[type-arg]
    """LAYERS of polygons that are covered, and of such of which nobody knows."""
    from geopandas import GeoDataFrame

    if not len(covered):
        covered = np.array([shapely.Polygon()], object)  # published, and nothing in it: a share of 0 and not unknown
    told = {name: [getattr(spec, name)] * (len(covered) + len(unknown)) for name in OF_A_LAYER}
    told |= {"source": [source] * (len(covered) + len(unknown)), "says": ["covered"] * len(covered) + ["unknown"] * len(unknown)}
    return check(LAYERS, GeoDataFrame(told, geometry=np.concatenate([covered, unknown]), crs=crs), source)


def _with_none(error: DataError) -> DataError:
    """A refusal of a file without any area here also says how a true zero is said."""
    if error.code != "no-records" and error.remedy != position.ELSEWHERE_REMEDY:
        return error
    return replace(error, remedy=Text(f"{error.remedy.ja}{NONE_REMEDY.ja}", f"{error.remedy.en}; {NONE_REMEDY.en}"))


def _check_declared(carrier: str, generation: str, kind: str, as_of: str) -> None:
    """What the study says about the file must be sayable."""
    if not carrier.strip():
        raise _declared("carrier", carrier, "事業者の略号（設定ファイルの事業者の名前）", "the key of a carrier of the study")
    if generation not in GENERATIONS:
        raise _declared("generation", generation, "・".join(GENERATIONS), ", ".join(GENERATIONS))
    if kind not in KINDS:
        raise _declared("kind", kind, "own（自社）・roaming（ローミング）・satellite（衛星）", ", ".join(KINDS))
    if as_of:
        try:
            datetime.date.fromisoformat(as_of)
        except ValueError:
            raise _declared("as_of", as_of, "2026-03-31 の形の日付", "a date like 2026-03-31") from None


def _declared(name: str, value: str, ja: str, en: str) -> DataError:
    return DataError(
        f"layer-{name}",
        Text(f"エリアの設定 {name} の値「{value}」が使えません。", f"{name} = {value!r} cannot be used for a layer"),
        Text(f"{ja} を書いてください。", f"write {en}"),
    )


def _from_polygons(path: Path, spec: LayerFile, target_crs: str) -> tuple[np.ndarray, np.ndarray, IntakeReport]:  # type: ignore[type-arg]
    """(covered, unknown, report)."""
    from geodata import intake

    rows, report = intake.read_vector(
        path, geometry="polygon", crs=spec.crs, layer=spec.layer, target_crs=target_crs, near=spec.near, kind=NAME
    )
    rows = numbered(rows)
    attributes = pd.DataFrame(rows.drop(columns="geometry"))
    refuse_foreign([path.name, str(report.facts.get("layer", ""))], attributes)
    chosen = choice.chosen_rows(attributes, spec.where, report)
    told = attributes[chosen]
    settled = set(spec.where or {})
    whose = {name for name in map(str, told.columns) if role(name)}
    said = mesh_list.Meaning(spec.generation, spec.carrier, spec.answer_field, spec.weak, spec.least_share, spec.least_dbm, settled | whose)
    check_classes(told, spec.kind, settled | {spec.answer_field or ""}, report)
    answers = mesh_list.shapes_answers(told, said, report)
    shapes = rows.geometry.to_numpy()[chosen]
    left_out = answers == "no"
    text = Text("エリア外を表す行を除きました。", "rows that say they are not covered were left out")
    report.exclude("rows-not-covered", text, int(left_out.sum()), told.index[left_out])
    report.accepted -= int(left_out.sum())
    if left_out.all() and len(shapes):
        raise _nothing_left(str(report.facts["answer_field"]), report)
    return shapes[answers == "yes"], shapes[answers == "unknown"], report


def _nothing_left(column: str, report: IntakeReport) -> DataError:
    # below a threshold is not nothing: a zero may be said only where the file itself knows of no area
    none = NONE_REMEDY if all(notice.code != "mesh-list-threshold" for notice in report.notices) else Text("", "")
    return DataError(
        "nothing-left",
        Text("エリア内の行が1つもありません。", "not one row is covered"),
        Text(
            f"正しいファイルか、判定の列と境目（least_share・least_dbm）が正しいか確かめてください。{none.ja}",
            f"check the file, its column of answers and the threshold; {none.en}",
        ),
        where=Text(f"列 {column}", f"column {column}") if column else None,
    )


def _from_mesh_list(path: Path, spec: LayerFile) -> tuple[np.ndarray, np.ndarray, IntakeReport]:  # type: ignore[type-arg]
    """(covered, unknown, report): rectangles of the cells."""
    from geodata import intake

    table, report = intake.read_table(path, sheet=spec.layer)
    table = numbered(table)
    refuse_foreign([path.name], table)
    settled = set(spec.where or {})
    table = table[choice.chosen_rows(table, spec.where, report)]
    whose = {name for name in map(str, table.columns) if role(name) in {"carrier", "generation"}}
    said = mesh_list.Meaning(
        spec.generation, spec.carrier, spec.answer_field, spec.weak, spec.least_share, spec.least_dbm, settled | whose, spec.level
    )
    listed = mesh_list.listed_cells(table, said, report)
    told = table[[name for name in map(str, table.columns) if name in whose or mesh_list.describes(name)]]
    check_classes(told, spec.kind, settled | {listed.answer}, report)
    if not len(listed.covered) and not len(listed.unknown):
        raise _nothing_left(listed.answer, report)
    covered, unknown = (mesh_list.rectangles(codes, listed.level) for codes in (listed.covered, listed.unknown))
    boxes = np.concatenate([covered, unknown])
    if spec.near is not None:
        position.check_near(shapely.bounds(boxes), spec.near, [f"メッシュの並び {k + 1}" for k in range(len(boxes))], report)
    return covered, unknown, report
