"""Whether a carrier's area can be true here: one that covers everybody or nobody, and the frame of a map.

Only kinds that count as coverage ([rules] kinds) are asked: a satellite's area is the whole country by nature.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from coverage.questions.context import Context, names_of, sha256_of
from coverage.questions.question import Question
from geodata.errors import Text

if TYPE_CHECKING:
    import pandas as pd

    from coverage.study import Layer, Study
    from geodata.grid import FloatArray, Grid
    from geodata.report import IntakeReport

# of a prefecture's people 0.001 % are some ten: a real area leaves out more than the last few farms, and serves more
EVERYBODY = 0.99999
NOBODY = 1.0 - EVERYBODY
# part of its smallest surrounding rectangle that a frame fills: 1 but for the bending of projected lines
FRAME_FILLS = 0.995
FRAME_HOLDS = 0.99  # of the people, by the centres of their cells: a frame may cut off an island
FrameKey = tuple[str, str, str]  # path, carrier, generation
TABLES = ("text table", "XLSX")  # lists of meshes become rectangles by our own reading


@dataclass(frozen=True)
class Reach:
    """How much of the study's people one layer covers. share: 0..1 of those known; None where nobody is known."""

    carrier: str
    generation: str
    files: tuple[str, ...]
    share: float | None
    unknown_people: float  # in cells of which the layer does not say

    @property
    def as_dict(self) -> dict[str, Any]:
        """As it stands in summary.json."""
        return {
            "carrier": self.carrier,
            "generation": self.generation,
            "people_covered_share": self.share,
            "people_unknown": self.unknown_people,
        }


def reaches(study: Study, cells: pd.DataFrame, shares: pd.DataFrame) -> list[Reach]:
    """The reach of each (carrier, generation) that the study has an area of, in its order.

    cells: CELLS; shares: cells × (carrier, generation), 0..1, NaN unknown. People count by the covered share of land.
    """
    return [
        Reach(carrier, generation, tuple(name for layer in layers for name in layer.files), *_reach(cells, shares[carrier, generation]))
        for (carrier, generation), layers in counted_layers(study).items()
        if (carrier, generation) in shares.columns
    ]


def _reach(cells: pd.DataFrame, share: pd.Series) -> tuple[float | None, float]:
    people = cells["population"].fillna(0.0)
    known = people.where(share.notna(), 0.0)
    whole = float(known.sum())
    return (float((known * share.fillna(0.0)).sum()) / whole if whole > 0 else None), float(people.sum()) - whole


def counted_layers(study: Study) -> dict[tuple[str, str], list[Layer]]:
    """[[layers]] of the kinds that count, by carrier and generation."""
    found: dict[tuple[str, str], list[Layer]] = {}
    for layer in study.layers:
        if layer.kind in study.rules.kinds:
            found.setdefault((layer.carrier, str(layer.generation)), []).append(layer)
    return found


def questions_of(context: Context) -> list[Question]:
    """What the layers are asked, once there are shares."""
    if context.shares is None:
        return []
    names = {carrier.key: carrier.name for carrier in context.study.carriers}
    frames = dict(_frames(context))
    found: dict[str, list[tuple[str, Question]]] = {}
    for reach in reaches(context.study, context.cells.frame, context.shares):
        asked = _asked(context, reach, frames)
        if asked is not None:
            found.setdefault(asked.id, []).append((f"{names[reach.carrier]} {reach.generation}", asked))
    return [_joined(same) for same in found.values()]


def _asked(context: Context, reach: Reach, frames: dict[FrameKey, IntakeReport]) -> Question | None:
    reports = context.reports_for(reach.files)
    if reach.share is None or not reports:
        return None
    percent = f"{100 * reach.share:.4g}"
    decided = _decided(context, reach)
    keys = [(report.path, reach.carrier, reach.generation) for report in reports]
    if framed := [frames[key] for key in keys if key in frames]:
        return Question(
            "layer-map-frame",
            "ask",
            Text(
                f"調査の区域を丸ごと囲む長方形が1つあります（この世代のエリアは人の{percent}%を覆います）。地図の枠のようです。",
                f"the file holds one rectangle around the whole study (the layer covers {percent} % of the people): the frame of a map?",
            ),
            Text(
                "枠の図形を消して書き出し直すか、枠でない行を where で選んでください。",
                "export it again without the frame, or choose the other rows with where",
            ),
            names_of(framed),
            sha256_of(framed, *decided),
        )
    if reach.share >= EVERYBODY:
        return Question(
            "layer-covers-everybody",
            "ask",
            Text(
                f"このエリアは、この調査の人のほぼ全員（{percent}%）を覆っています。",
                f"this area covers practically everybody in the study ({percent} %)",
            ),
            Text(
                "地図の枠・県の形・圏外も含む範囲を渡していないか、元のデータを地図で確かめてください。",
                "check on a map that it is not a frame, the outline of the prefecture, or an area that includes what is not covered",
            ),
            names_of(reports),
            sha256_of(reports, *decided),
        )
    if reach.share < NOBODY:
        return Question(
            "layer-covers-nobody",
            "ask",
            Text(
                f"このエリアは、この調査の人を{'ほとんど' if reach.share > 0 else '1人も'}覆っていません（{percent}%）。",
                f"this area covers {'hardly anybody' if reach.share > 0 else 'nobody'} in the study ({percent} %)",
            ),
            Text(
                "別の地域のファイルでないか、座標系（crs）が正しいかを地図で確かめてください。この事業者のエリアが本当に無いなら、"
                "この [[layers]] の files を none = true に替えられます。",
                "check on a map that it is not another region's, and its crs; where the carrier truly serves nobody, "
                "none = true may stand in place of files",
            ),
            names_of(reports),
            sha256_of(reports, *decided),
        )
    return None


def _decided(context: Context, reach: Reach) -> list[str]:
    """What the study's own settings make of the files: another choice is another question."""
    deciding = {"where", "answer_field", "least_share", "least_dbm", "weak", "crs", "layer", "level"}
    told = [layer.model_dump(mode="json", include=deciding, exclude_defaults=True) for layer in _layers_of(context, reach)]
    return sorted(json.dumps(one, ensure_ascii=False, sort_keys=True) for one in told if one)


def _layers_of(context: Context, reach: Reach) -> list[Layer]:
    return counted_layers(context.study)[reach.carrier, reach.generation]


def _joined(same: list[tuple[str, Question]]) -> Question:
    """One question, with whose area it is about: one file given for two carriers or generations is asked once."""
    question, files = same[0][1], [name for _, asked in same for name in asked.file.split(", ")]
    problem = Text(
        f"{'、'.join(whose for whose, _ in same)}: {question.problem.ja}", f"{', '.join(whose for whose, _ in same)}: {question.problem.en}"
    )
    return replace(question, problem=problem, file=", ".join(dict.fromkeys(files)))


def _frames(context: Context) -> Iterator[tuple[FrameKey, IntakeReport]]:
    """((path, carrier, generation), report) of polygon files that hold one rectangle around practically everybody."""
    layers, cells, grid = context.inputs.layers, context.cells, context.inputs.grid
    x, y, people = _inhabited(cells.frame, grid)
    if not len(people):
        return
    for (carrier, generation), counted in counted_layers(context.study).items():
        mine = layers[(layers["carrier"] == carrier) & (layers["generation"] == generation)]
        for report in context.reports_for(name for layer in counted for name in layer.files):
            if report.format in TABLES:
                continue
            shapes = mine.loc[mine["source"] == PurePosixPath(report.path).name, "geometry"].to_numpy(object)
            if any(_frame(shape, x, y, people) for shape in _large(shapes, x, y)):
                yield (report.path, carrier, generation), report


def _large(shapes: np.ndarray, x: FloatArray, y: FloatArray) -> np.ndarray:
    """The shapes whose bounds are as large as half of where people live: no other can be a frame around them."""
    west, south, east, north = shapely.bounds(shapes).T.reshape(4, -1)
    return np.asarray(shapes[(east - west) * (north - south) >= 0.5 * np.ptp(x) * np.ptp(y)])


def _frame(shape: Any, x: FloatArray, y: FloatArray, people: FloatArray) -> bool:
    """Whether the shape's largest part fills the smallest rectangle around it, and holds practically everybody."""
    # by its outer ring: a frame out of which the served area was cut is a frame all the same
    part = max((shapely.Polygon(one.exterior) for one in shapely.get_parts(shape) if not one.is_empty), key=shapely.area)
    around = shapely.area(shapely.minimum_rotated_rectangle(part))
    if not around > 0 or shapely.area(part) < FRAME_FILLS * around:
        return False
    shapely.prepare(part)
    return bool(people[shapely.contains_xy(part, x, y)].sum() >= FRAME_HOLDS * people.sum())


def _inhabited(cells: pd.DataFrame, grid: Grid) -> tuple[FloatArray, FloatArray, FloatArray]:
    """(x, y of the centre, people) of the cells where somebody lives, in the grid's CRS."""
    here = cells[cells["population"] > 0]
    x, y = grid.centres(here["i"].to_numpy(), here["j"].to_numpy())
    return np.asarray(x, float), np.asarray(y, float), here["population"].to_numpy(float)
