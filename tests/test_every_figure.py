"""Every figure that the demo prints, on whatever page, sheet, paper or JSON, is held against the catalogue of figures."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from coverage import totals
from coverage.change.comparison import compare
from coverage.change.trends import trend
from coverage.explain import Asked, explain
from coverage.figures import FIGURES, Figure, figure_of_column
from coverage.ranking import GROUPS
from coverage.result import Result
from requests_gen.annual_report.files import report_of
from requests_gen.compare import change_facts
from requests_gen.letters.annexes import annex1, annex1_table, annex2
from requests_gen.progress import words as progress_words
from requests_gen.replies import codes
from requests_gen.results.columns import ranking_rows
from requests_gen.results.store import read_result
from requests_gen.wording import caption, captions
from requests_gen.workspace import StudyPlace, find_studies, read_letter_settings
from requests_gen.zone_maps import map_frames
from tests import printed_figures as walk
from tests.printed_figures import EXACT, MARKS, Seen, plain

pytestmark = pytest.mark.filterwarnings("ignore")  # of Streamlit's own modules

# numbers that are printed and are no figures, each with its reason
NO_FIGURES = {
    "件数": "rows of a file",
    "採用": "rows of a file",
    "除外": "rows of a file",
    "lon": "a coordinate",
    "lat": "a coordinate",
    "経度": "a coordinate",
    "緯度": "a coordinate",
    "全国地方公共団体コード": "a code",
    "市町村コード": "a code",
    "番号": "the number of a row",
    "要望年度(初回)": "a year",
}


@dataclasses.dataclass(frozen=True)
class World:
    """The demo with its years, and everything that is printed of it."""

    years: list[Result]
    place: StudyPlace
    seen: list[Seen]

    @property
    def result(self) -> Result:
        return self.years[-1]


@pytest.fixture(scope="module")
def world(demo_made: Path, tmp_path_factory: pytest.TempPathFactory) -> World:
    tmp = tmp_path_factory.mktemp("every_figure")
    home = Path(shutil.copytree(demo_made / "demo", tmp / "demo"))
    places = find_studies(home)
    years, place = [read_result(each.results) for each in places], places[-1]
    result, said = years[-1], caption(years[-1], "ja")
    settings = read_letter_settings(result.study)
    rows, frames = ranking_rows(result, said), map_frames(result)
    change, lines = compare(years[-2], result), trend(years, str(result.study.zones.generation))
    report, _ = report_of(place, date(2026, 12, 1))
    seen = [
        *walk.ranking_files(place.results),
        *walk.summary_json(place.results),
        *walk.open_data(result, tmp / "open"),
        *walk.comparison(change, result, tmp / "compare"),
        *walk.trend_page(lines, result.study.about.fiscal_year),
        *walk.annual(report, tmp / "annual_report.xlsx"),
        *walk.map_page(result, rows, said),
        *walk.map_html(place.results),
        *walk.priorities_page(result),
    ]
    for key in result.study.carrier_keys:
        zones = annex1.annex(result, key, settings.zones, None, annex1.edge_km(frames, key, "4G"))
        seen += walk.letter(result, settings, zones, said)
    return World(years, place, seen)


class Names:
    """From a label to the figure of the catalogue that it names, and to the carrier, generation … in it."""

    def __init__(self, result: Result) -> None:
        study = result.study
        carriers = {carrier.name: carrier.key for carrier in study.carriers} | {key: key for key in study.carrier_keys}
        words = {
            *(text.ja for said in (progress_words.NAMES, progress_words.OVERDUE, progress_words.OUTCOMES, progress_words.OWES) for text in said.values()),
            *(code.entry() for code in codes.ANSWERS),
            *(code.key for code in codes.ANSWERS),
        }
        self.parts: dict[str, dict[str, str]] = {
            "carrier": carriers | {text.ja: key for key, text in captions.UNIONS.items()},
            "generation": {each: each for each in study.generations},
            "rule": {text.ja: rule for rule, text in captions.RULE_SHORT.items()},
            "criterion": {c.ja: c.key for c in study.ranking.all_criteria},
            "group": {name.ja: key for key, name in GROUPS.items()},
            "year": {str(year): str(year) for year in range(2000, 2100)},
            "word": {word: word for word in words},
        }
        self.own = {plain(spec.ja): spec.key for spec in study.ranking.criteria}
        self.found: dict[str, tuple[str, dict[str, str]] | None] = {}
        self.templates = [(f.key, self._pattern(text.ja)) for f in FIGURES.values() for text in (f.name, f.heading) if f.parts]
        self.whole = {plain(text.ja): f.key for f in FIGURES.values() for text in (f.name, f.heading) if "{" not in text.ja}

    def _pattern(self, template: str) -> re.Pattern[str]:
        groups = {part: "|".join(sorted((re.escape(plain(word)) for word in words), key=len, reverse=True)) for part, words in self.parts.items()}
        return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda part: f"(?P<{part[1]}>{groups[part[1]]})", re.escape(plain(template))))

    def of(self, label: str) -> tuple[str, dict[str, str]] | None:
        """(key, {carrier: …}) of a printed label; None where the catalogue has no such name."""
        if label not in self.found:
            self.found[label] = self._of(label)
        return self.found[label]

    def _of(self, label: str) -> tuple[str, dict[str, str]] | None:
        of_column = figure_of_column(label)
        if of_column is not None:
            return of_column[0].key, of_column[1]
        if label in FIGURES:
            return label, {}
        words = plain(label)
        for said in (words, _without_unit(words), words.removeprefix("うち"), _without_unit(words.removeprefix("うち"))):
            if said in self.whole:
                return self.whole[said], {}
            for key, pattern in self.templates:
                if found := pattern.fullmatch(said):
                    return key, {part: _key(self.parts[part], word) for part, word in found.groupdict().items()}
        return None


def _without_unit(words: str) -> str:
    """Without the unit, or that it is an estimate, in brackets behind it."""
    return re.sub(rf"\(({'|'.join(walk.UNITS)})\)$", "", words)


def _key(words: Mapping[str, str], printed: str) -> str:
    return next(key for word, key in words.items() if plain(word) == printed)


@pytest.fixture(scope="module")
def names(world: World) -> Names:
    return Names(world.result)


def test_no_figure_is_printed_without_a_key(world: World, names: Names) -> None:
    lost = sorted({(seen.place, seen.words) for seen in world.seen if seen.words not in NO_FIGURES and names.of(seen.label) is None})
    assert not lost, "\n".join(map(str, lost))
