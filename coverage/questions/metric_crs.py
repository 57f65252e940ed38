"""Whether the study's metric_crs is made for the place of the study.

One made for elsewhere ends the run (geodata.crs.metric). A neighbouring 平面直角座標系 measures well enough, but nobody
takes it on purpose: most often the whole line came from another prefecture's study.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from coverage.questions.context import Context
from coverage.questions.question import Question
from coverage.study import STUDY_FILE, Study
from geodata.crs import metric
from geodata.errors import DataError, Text
from geodata.prefectures import PREFECTURES, plane_zones
from geodata.prefectures import metric_crs as main_zone
from geodata.schema import CRS_GEOGRAPHIC

if TYPE_CHECKING:
    import geopandas as gpd

NUMERALS = ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "XIII", "XIV", "XV", "XVI", "XVII", "XVIII", "XIX"]


def asked_of(context: Context) -> list[Question]:
    """questions_of for the study's own municipalities."""
    own = context.inputs.municipalities[context.inputs.municipalities.index.isin(context.inputs.in_study)]
    return questions_of(context.study, own.to_crs(CRS_GEOGRAPHIC))


def questions_of(study: Study, municipalities_in_degrees: gpd.GeoDataFrame) -> list[Question]:
    """At most one question. municipalities_in_degrees: MUNICIPALITIES of the study itself (no neighbours), in JGD2011.

    "stop": no CRS in metres, or one that does not hold the study. "ask": a zone that is not the prefecture's. A study
    that names no prefecture, UTM and the grids of other countries are not asked.
    """
    about = study.about
    try:
        metric.check_place(about.metric_crs, municipalities_in_degrees.geometry.to_numpy(), about.prefecture)
    except DataError as error:
        return [_question(study, error.code, "stop", error.problem, error.remedy)]
    zone = metric.plane_zone(about.metric_crs)
    if zone is None or about.prefecture not in PREFECTURES or zone in (right := plane_zones(about.prefecture)):
        return []
    name, own = PREFECTURES[about.prefecture], "・".join(NUMERALS[each - 1] for each in right)
    problem = Text(
        f"metric_crs の {about.metric_crs} は平面直角座標系の{NUMERALS[zone - 1]}系です。{name}は{own}系です。",
        f"metric_crs {about.metric_crs} is zone {NUMERALS[zone - 1]} of the plane rectangular CS; prefecture {about.prefecture} is zone {own}",
    )
    usual = main_zone(about.prefecture)
    remedy = Text(
        f'study.toml の [study] の行を metric_crs = "{usual}" に直してください。', f'write metric_crs = "{usual}" in [study] of study.toml'
    )
    return [_question(study, "metric-crs-zone", "ask", problem, remedy)]


def _question(study: Study, code: str, kind: str, problem: Text, remedy: Text) -> Question:
    digest = sha256(f"{study.about.metric_crs} {study.about.prefecture}".encode()).hexdigest()
    return Question(code, "stop" if kind == "stop" else "ask", problem, remedy, STUDY_FILE, digest)
