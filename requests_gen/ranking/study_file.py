"""The weights written into study.toml: comments and everything else stay. Made and undone like any change of the study."""

from __future__ import annotations

import codecs
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import tomlkit

from coverage.study import STUDY_FILE, read_study
from requests_gen.intake import edits
from requests_gen.ranking.rerank import study_weighting
from requests_gen.ranking.weightings import Weighting


def plan_weights(folder: Path, chosen: Weighting) -> edits.Plan:
    """What writing `chosen` into the study in `folder` would change; intake.edits.apply makes it. Nothing is written.

    The mark and the line ends of the file stay what they were. Raises DataError where the file is no study.
    """
    study = read_study(folder)
    before = (folder / STUDY_FILE).read_bytes()
    if study_weighting(study).same_order(chosen):
        return edits.Plan(folder, before, before, (), STUDY_FILE)
    text = before.decode("utf-8-sig")
    after = with_weights(text.replace("\r\n", "\n"), chosen, study.ranking.weights)
    edits.valid_study(after, folder)
    data = after.replace("\n", "\r\n") if "\r\n" in text else after
    mark = codecs.BOM_UTF8 if before.startswith(codecs.BOM_UTF8) else b""
    return edits.Plan(folder, before, mark + data.encode("utf-8"), (), STUDY_FILE)


def with_weights(text: str, chosen: Weighting, keys: Iterable[str]) -> str:
    """The text of a study file with `chosen` in [ranking] and [ranking.weights]; every other line is as before.

    keys: the criteria the study weighs so far. One that weighs nothing by now is written as 0.
    """
    document = tomlkit.parse(text)
    ranking = document.setdefault("ranking", tomlkit.table())
    _set(ranking, "least_uncovered_population", chosen.least)
    if chosen.road_km or "least_road_km" in ranking:
        _set(ranking, "least_road_km", chosen.road_km)
    weights = ranking.setdefault("weights", tomlkit.table())
    for key in dict.fromkeys([*keys, *chosen.weights]):
        _set(weights, key, chosen.weights.get(key, 0.0))
    return tomlkit.dumps(document)


def _set(table: Any, key: str, value: float) -> None:
    """Write a number, unless the same one stands there: its line then stays as somebody wrote it."""
    if key not in table or float(table[key]) != value:
        table[key] = float(f"{value:.9f}")
