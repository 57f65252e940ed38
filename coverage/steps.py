"""What a run says while it works: every step has its words here, and `run_steps` lists those of a study in order.

The first run's progress bar counts this list, so a step that is told must stand in it (held by tests).
"""

from __future__ import annotations

from coverage.gaps import ANY
from coverage.study import STUDY_FILE, Layer, Study
from geodata.errors import Text

POPULATION = Text("人口を読んでいます", "reading population")
BOUNDARIES = Text("市町村の境界を読んでいます", "reading municipal boundaries")
SETTLEMENTS = Text("地区（大字など）を読んでいます", "reading settlements")
FACILITIES = Text("避難所・学校などを読んでいます", "reading facilities")
ROADS = Text("道路を読んでいます", "reading roads")
AREAS = Text("指定地域・危険区域を読んでいます", "reading designated and hazardous areas")
WATER = Text("川・湖を読んでいます", "reading rivers and lakes")
FUTURE = Text("将来推計人口を読んでいます", "reading the population to come")
EVIDENCE = Text("現地測定・報告を読んでいます", "reading what was measured and reported on the ground")
TERRAIN = Text("標高を調べています", "looking at the terrain")
ZONES = Text("地区にまとめています", "putting zones together")
RANKING = Text("順位をつけています", "ranking")


def layer_step(layer: Layer) -> Text:
    """One file of a carrier's area, or the study's word that there is none."""
    return Text(f"エリアを読んでいます {layer.carrier} {layer.generation}", f"reading {layer.carrier} {layer.generation}")


def values_step(criterion: str) -> Text:
    """The office's own figures for a criterion (its key)."""
    return Text(f"評価項目の数を読んでいます {criterion}", f"reading the figures of {criterion}")


def shares_step(carrier: str, generation: str) -> Text:
    """One column of shares; carrier: a key, or ANY."""
    return Text(f"カバー率を計算しています {carrier} {generation}", f"measuring shares {carrier} {generation}")


def run_steps(study: Study) -> list[Text]:
    """Every step that coverage.run.run tells of `study`, in order."""
    return [
        POPULATION,
        BOUNDARIES,
        *([SETTLEMENTS] if study.settlements else []),
        *[FACILITIES] * len(study.facilities),
        *[ROADS] * len(study.roads),
        *[AREAS for spec in study.areas if spec.kind != "overrides"],
        *([FUTURE] if study.future_population else []),
        *[layer_step(layer) for layer in study.layers for _ in layer.files or [STUDY_FILE]],
        *[WATER] * len(study.water),
        *[values_step(spec.key) for spec in study.ranking.criteria],
        *([EVIDENCE] if study.evidence else []),
        *([TERRAIN] if study.terrain else []),
        *[shares_step(carrier, generation) for generation in study.generations for carrier in (*study.carrier_keys, ANY)],
        ZONES,
        RANKING,
    ]
