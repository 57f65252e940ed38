"""What one carrier says it serves with one generation: polygons, or a list of mesh cells.

No such file is public in Japan. What comes in is traced areas, a carrier's GIS extract, mesh lists, and from
other countries levelled polygons (ARCEP `niveau`) and one-row-a-hexagon files. Presence means covered, so a
file that also holds areas *not* served, several carriers, or somebody else's network must say which rows count.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely

from geodata.errors import DataError, Text
from geodata.mesh import lists
from geodata.mesh import lists as mesh_list
from geodata.report import IntakeReport
from geodata.schema import CRS_GEOGRAPHIC, LAYERS, check
from geodata.tables import numbered, plain, points, shown, text_of

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

NAME = "carrier_polygons"
LICENCE = "事業者から提供を受けた資料（提供の条件による。公表の可否を確かめること）"
CREDIT = "事業者提供のサービスエリア"
REDISTRIBUTABLE = False
# plain column names: whose area, which generation, how good
FIELDS = {
    "carrier": {"carrier", "operator", "事業者", "事業者名", "キャリア", "brandname", "provider_id", "operateur"},
    "generation": {"generation", "technology", "techno", "方式", "世代", "通信方式"},
    "level": {"niveau", "level", "quality", "品質", "レベル", "電波強度", "minsignal", "environmnt"},
}
GENERATIONS, KINDS = LAYERS.columns["generation"].one_of, LAYERS.columns["kind"].one_of
FEW_VALUES = 20
PLAINLY_NOT_COVERED = {"圏外", "エリア外", "未提供", "非カバー", "×", "✕", "✖", "notcovered", "uncovered"}
_ELSEWHERE = {
    "satellite": re.compile(r"satellite|starlink|d2c|衛星", re.IGNORECASE),
    "roaming": re.compile(r"roaming|partner|ローミング|パートナー", re.IGNORECASE),
}
_WITHOUT = re.compile(r"除く|除外|含まない|なし|without|excl|(?<![a-z])no[_\-]", re.IGNORECASE)
Where = Mapping[str, Sequence[object]]


@dataclass(frozen=True)
class LayerFile:
    """What the study says of one carrier's file.

    `kind`: own, roaming or satellite. `as_of`: YYYY-MM-DD or "". `where` {field: [values]} keeps the rows
    whose field has one of the values (compared as text). `level`, `weak`: for mesh lists (geodata.mesh.lists). `crs`,
    `layer`, `near`: as for intake.
    """

    carrier: str
    generation: str
    kind: str = "own"
    as_of: str = ""
    crs: str | None = None
    layer: str | None = None
    near: tuple[float, float, float, float] | None = None
    where: Where | None = None
    level: object = None
    weak: lists.Weak | None = None


def read(path: Path | str, spec: LayerFile, *, target_crs: str = CRS_GEOGRAPHIC) -> tuple[GeoDataFrame, IntakeReport]:
    """LAYERS of one file, in `target_crs` (mesh lists: EPSG:6668), with the file's name as source.

    DataError where it is not clear what the file says is covered.
    """
    from geopandas import GeoDataFrame

    path = Path(path)
    try:
        _check_declared(spec.carrier, spec.generation, spec.kind, spec.as_of)
        _check_words(path.name, spec.kind, f"ファイル名 {path.name}", f"file name {path.name}")
        if points.is_table(path):
            geometry, report = _from_mesh_list(path, spec)
            frame_crs = CRS_GEOGRAPHIC
        else:
            geometry, report = _from_polygons(path, spec, target_crs)
            frame_crs = target_crs
    except DataError as error:
        raise error.at(path) from None
    report.kind = report.kind or NAME
    told = {name: getattr(spec, name) for name in ("carrier", "generation", "kind", "as_of")} | {"source": path.name}
    report.facts.update(told)
    frame = GeoDataFrame({name: [value] * len(geometry) for name, value in told.items()}, geometry=geometry, crs=frame_crs)
    return check(LAYERS, frame, path.name), report


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


def _check_words(words: str, kind: str, place_ja: str, place_en: str) -> None:
    """Refuse what calls itself satellite or roaming but was declared as something else."""
    for other, pattern in _ELSEWHERE.items():
        if kind != other and pattern.search(words) and not _WITHOUT.search(words):
            names = {"satellite": "衛星直接通信", "roaming": "ローミング（パートナー回線）", "own": "自社のエリア"}
            raise DataError(
                "layer-kind",
                Text(
                    f"{names[other]}のエリアのようですが、{names[kind]}として指定されています。",
                    f"this seems to be {other} coverage, but was declared as {kind}",
                ),
                Text(
                    f'{names[other]}なら設定に kind = "{other}" と書いてください。一部の行だけなら where で使う行を選んでください。',
                    f'declare kind = "{other}", or choose the rows with where',
                ),
                where=Text(place_ja, place_en),
            )


def _from_polygons(path: Path, spec: LayerFile, target_crs: str) -> tuple[np.ndarray, IntakeReport]:  # type: ignore[type-arg]
    from geodata import intake

    rows, report = intake.read_vector(
        path, geometry="polygon", crs=spec.crs, layer=spec.layer, target_crs=target_crs, near=spec.near, kind=NAME
    )
    chosen = numbered(rows)[chosen_rows(rows, spec.where, report)]
    check_classes(pd.DataFrame(chosen.drop(columns="geometry")), spec.kind, set(spec.where or {}), report)
    return chosen.geometry.to_numpy(), report


def _from_mesh_list(path: Path, spec: LayerFile) -> tuple[np.ndarray, IntakeReport]:  # type: ignore[type-arg]
    from geodata import intake
    from geodata.crs import position

    table, report = intake.read_table(path, sheet=spec.layer)
    table = numbered(table)
    table = table[chosen_rows(table, spec.where, report)]
    codes, size = mesh_list.covered_cells(table, spec.level, spec.weak, report)
    if not len(codes):
        raise DataError(
            "nothing-left",
            Text("エリア内のメッシュが1つもありません。", "not one cell is covered"),
            Text("正しいファイルか、判定の列が正しいか確かめてください。", "check the file and its column of answers"),
        )
    boxes = mesh_list.rectangles(codes, size)
    if spec.near is not None:
        position.check_near(shapely.bounds(boxes), spec.near, [f"メッシュの並び {k + 1}" for k in range(len(boxes))], report)
    return boxes, report


def chosen_rows(rows: pd.DataFrame, where: Where | None, report: IntakeReport) -> np.ndarray:  # type: ignore[type-arg]
    """bool[n]: rows that fit every field of `where`. Those left out are counted, as the study wished."""
    chosen = np.ones(len(rows), bool)
    for field, values in (where or {}).items():
        if field not in rows.columns:
            raise DataError(
                "where-field",
                Text(f"where で指定された列「{field}」がありません。", f'the field "{field}" named in where is missing'),
                Text("列名を確かめてください。", "check its name"),
                where=Text("列 " + shown(rows), "columns " + shown(rows)),
            )
        found = text_of(rows, field)
        chosen &= found.isin([str(value) for value in values]).to_numpy(bool)
        if not chosen.any():
            named = "、".join(sorted(found.unique())[:FEW_VALUES])
            raise DataError(
                "where-nothing",
                Text(f"where の条件（{field}）に合う行がありません。", f"no row fits where ({field})"),
                Text(f"この列にある値から選んでください: {named}", f"choose from the values there: {named}"),
                where=Text(f"列 {field}", f"column {field}"),
            )
    left_out = int((~chosen).sum())
    if left_out:
        report.excluded["not-chosen"] = report.excluded.get("not-chosen", 0) + left_out
        report.accepted -= left_out
        report.note(
            "info", "not-chosen", Text("設定 where で選ばれていない行を除きました。", "rows not chosen by where were left out"), left_out
        )
    return chosen


def check_classes(table: pd.DataFrame, kind: str, answered: Collection[str], report: IntakeReport) -> None:
    """Refuse rows that say they are not covered, of several carriers or generations; warn of several levels.

    `answered` are the fields whose values the study chose itself.
    """
    for name in (str(name) for name in table.columns):
        role = next((role for role, names in FIELDS.items() if plain(name) in names), "")
        values = sorted(set(text_of(table, name).unique()) - {""})
        if not values or (len(values) > FEW_VALUES and not role):
            continue
        _check_words("、".join(values), kind, f"列 {name}", f"column {name}")
        if name in answered:
            continue
        if no := _not_covered(name, values):
            raise _classes("rows-not-covered", name, no, "エリア外を表す行が含まれています", "some rows are areas that are not covered")
        if len(values) > 1 and role in {"carrier", "generation"}:
            ja, en = ("事業者", "carriers") if role == "carrier" else ("通信方式", "generations")
            raise _classes(f"several-{en}", name, values, f"複数の{ja}が混ざっています", f"several {en} in one file")
        if len(values) > 1 and role == "level":
            listed = "、".join(values[:FEW_VALUES])
            report.note(
                "warn",
                "levels-joined",
                Text(
                    f"列「{name}」の区分（{listed}）をすべてエリア内として読みました。選ぶときは where に書いてください。",
                    f'all classes of "{name}" ({listed}) are taken as covered; choose some with where',
                ),
            )


def _not_covered(name: str, values: Sequence[str]) -> list[str]:
    """The values that say "not covered": words for just that, or any "no" in a column of yes and no.

    A remark 「なし」 or an id 0 says nothing about coverage.
    """
    words = [value for value in values if not re.fullmatch(r"[0-9.]+|[xXnN]", value)]
    no = [value for value in words if mesh_list.means(value) == "no"]
    asked = plain(name) in mesh_list.ANSWER or any(mesh_list.means(value) == "yes" for value in words)
    return no if asked else [value for value in no if plain(value) in PLAINLY_NOT_COVERED]


def _classes(code: str, field: str, values: list[str], ja: str, en: str) -> DataError:
    listed = "、".join(values[:FEW_VALUES])
    return DataError(
        code,
        Text(f"{ja}（{listed}）。", f"{en} ({listed})."),
        Text(
            f'使う行を設定 where に書いてください（例: where = {{ "{field}" = ["…"] }}）。',
            f'choose the rows with where, e.g. where = {{ "{field}" = ["…"] }}',
        ),
        where=Text(f"列 {field}", f"column {field}"),
    )
