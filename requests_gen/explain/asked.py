"""One door for every figure: of the findings, of the letters, of the registry."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from coverage.explain import Asked, Explained, explain
from coverage.figures import FIGURES, figure

if TYPE_CHECKING:
    from coverage.result import Result
    from requests_gen.workspace import StudyPlace


def explained(result: Result, place: StudyPlace, key: str, asked: Asked, day: date) -> Explained:
    """The figure `key` of the findings `result`; of a letter from `place.letters`, of the year from its registry on `day`.

    Raises DataError as coverage.explain.explain does.
    """
    from requests_gen.explain import papers  # the letters' typesetting comes with it: not before somebody asks

    if key not in FIGURES or FIGURES[key].of not in {"letter", "year"}:
        answer = explain(result, key, asked)
        if answer.figure.of not in {"letter", "year"}:
            return answer
        key, asked = answer.figure.key, answer.asked
    found = figure(key)
    if found.of == "letter":
        checked = explain(result, key, asked)  # asks for a carrier, and whether there is such a one
        return papers.of_letter(result, found, checked.asked, place.letters)
    return papers.of_year(place.folder, found, asked, day)
