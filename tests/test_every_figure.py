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

import pytest

from coverage import totals
from coverage.change import Change
from coverage.change.comparison import compare
from coverage.change.trends import trend
from coverage.explain import Asked, explain
from coverage.figures import FIGURES, Figure, figure_of_column
from coverage.ranking import GROUPS
from coverage.result import Result
from requests_gen.annual_report.files import report_of
from requests_gen.annual_report.words import PROMISES
from requests_gen.compare import change_facts
from requests_gen.explain import as_dict
from requests_gen.letters.annexes import annex1, annex1_table, annex2
from requests_gen.letters.annexes.annex1 import FIGURE_NAMES
from requests_gen.progress import words as progress_words
from requests_gen.replies import codes
from requests_gen.results.columns import ranking_rows
from requests_gen.results.store import read_result
from requests_gen.wording import caption, captions
from requests_gen.workspace import StudyPlace, find_studies, read_letter_settings
from requests_gen.zone_maps import map_frames
from tests import printed_figures as walk
from tests.printed_figures import EXACT, Seen, plain

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


WITHOUT = "※エリア図の無い会社を除く"
LETTER_ROWS = {
    "letter_people": "carrier_uncovered_population",
    "letter_households": "carrier_uncovered_households",
    "letter_shelters": "carrier_shelters",
    "letter_public": "carrier_public",
    "letter_road_km": "carrier_uncovered_road_km",
}


@dataclasses.dataclass(frozen=True)
class World:
    """The demo with its years, and everything that is printed of it."""

    years: list[Result]
    place: StudyPlace
    change: Change
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
    return World(years, place, change, seen)


class Names:
    """From a label to the figure of the catalogue that it names, and to the carrier, generation … in it."""

    def __init__(self, result: Result) -> None:
        study = result.study
        carriers = {carrier.name: carrier.key for carrier in study.carriers} | {key: key for key in study.carrier_keys}
        words = {
            *(
                text.ja
                for said in (progress_words.NAMES, progress_words.OVERDUE, progress_words.OUTCOMES, progress_words.OWES)
                for text in said.values()
            ),
            *(code.entry() for code in codes.ANSWERS),
            *(code.key for code in codes.ANSWERS),
            *PROMISES.values(),
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
        self.found: dict[tuple[str, frozenset[str]], tuple[str, dict[str, str]] | None] = {}
        texts = [(f, text.ja) for f in FIGURES.values() for text in dict.fromkeys((f.name, f.heading))]
        self.whole = {plain(text): f.key for f, text in texts if "{" not in text}
        # (figure, parts that stand beside the label and not in it, pattern)
        self.templates = [
            (f.key, frozenset(beside), self._pattern(base)) for f, text in texts if "{" in text for beside, base in _bases(text)
        ]

    def _pattern(self, template: str) -> re.Pattern[str]:
        groups = {
            part: "|".join(sorted((re.escape(plain(word)) for word in words), key=len, reverse=True)) for part, words in self.parts.items()
        }
        return re.compile(re.sub(r"\\\{(\w+)\\\}", lambda part: f"(?P<{part[1]}>{groups[part[1]]})", re.escape(plain(template))))

    def of(self, seen: Seen) -> tuple[str, dict[str, str]] | None:
        """(key, {carrier: …}) of a printed label; None where the catalogue has no such name."""
        asked = seen.label, frozenset(seen.about)
        if asked not in self.found:
            self.found[asked] = self._of(*asked)
        found = self.found[asked]
        # what a letter calls its sum is, in a row of its annex, the figure of that zone
        return (LETTER_ROWS[found[0]], found[1]) if found and "zone" in seen.about and found[0] in LETTER_ROWS else found

    def _of(self, label: str, about: frozenset[str]) -> tuple[str, dict[str, str]] | None:
        of_column = figure_of_column(label)
        if of_column is not None:
            return of_column[0].key, of_column[1]
        if label in FIGURES:
            return label, {}
        whole, _, without = plain(label).partition(plain(WITHOUT))
        left_out = {"without": "unpublished"} if without or whole != plain(label) else {}
        for words in _readings(whole):
            if words in self.whole:
                return self.whole[words], left_out
            for key, beside, pattern in self.templates:
                if beside <= about and (found := pattern.fullmatch(words)):
                    return key, {part: _key(self.parts[part], word) for part, word in found.groupdict().items()} | left_out
        return None


def _bases(template: str) -> list[tuple[set[str], str]]:
    """A name as it is, and without the carrier, generation … that its column or its paper says; a letter says 貴社."""
    bases: list[tuple[set[str], str]] = [(set(), template)]
    for part in ("carrier", "generation", "word"):
        bases += [
            (beside | {part}, text.replace(f" {{{part}}}", "").replace(f"{{{part}}} ", ""))
            for beside, text in bases
            if f"{{{part}}}" in text
        ]
    bases = [(beside, text) for beside, text in bases if text.strip() and not any(f"{{{part}}}" in text for part in beside)]
    own = [(beside | {"carrier"}, text.replace("{carrier}", "貴社")) for beside, text in bases if "{carrier}の" in text]
    return [*bases, *own, *((beside, f"貴社{text}") for beside, text in bases if "carrier" in beside)]


def _readings(words: str) -> list[str]:
    """A label, and the same without うち, the unit, (推計), (参考) or (貴社) beside the name."""
    bare = words.removeprefix("うち")
    unit = re.sub(rf"\(({'|'.join(walk.BESIDE_NAMES)})\)$", "", words)
    return [words, unit, words.replace("(km)", "km"), f"{words}km", bare, re.sub(r"年\(参考\)$", "", words)]


def _key(words: Mapping[str, str], printed: str) -> str:
    return next(key for word, key in words.items() if plain(word) == printed)


@pytest.fixture(scope="module")
def names(world: World) -> Names:
    return Names(world.result)


def test_no_figure_is_printed_without_a_key(world: World, names: Names) -> None:
    lost = sorted({(seen.place, seen.words) for seen in world.seen if seen.words not in NO_FIGURES and names.of(seen) is None})
    assert not lost, "\n".join(map(str, lost))


def agree(one: Seen, other: Seen) -> bool:
    """Whether two printed values can be of one number: equal where both are rounded alike, else as near as rounding leaves them."""
    if isinstance(one.value, str) or isinstance(other.value, str):
        return one.value == other.value
    apart = abs(one.value - other.value)
    if one.step == other.step != walk.BESIDE_A_SUM:
        return apart <= EXACT
    return apart <= one.step + other.step + EXACT


def differing(groups: Mapping[object, list[Seen]]) -> list[str]:
    """The pairs of each group that cannot be one number."""
    told = []
    for group, seen in groups.items():
        kinds = {(each.value, each.step, each.place, each.words): each for each in seen}
        each = sorted(kinds.values(), key=lambda s: (s.step, str(s.value)))
        told += [
            f"{group}: {a.place}「{a.words}」{a.value} / {b.place}「{b.words}」{b.value}"
            for at, a in enumerate(each)
            for b in each[at + 1 :]
            if not agree(a, b)
        ]
    return told


def about(seen: Seen, names: Names, result: Result) -> tuple[tuple[str, str], ...]:
    """Whom a figure is about, in keys: what stands around it, and what its label says."""
    found = names.of(seen)
    told = {part: names.parts.get(part, {}).get(word, word) for part, word in seen.about.items()}
    told |= found[1] if found else {}
    # what goes without saying
    if told.get("year") == str(result.study.about.fiscal_year):
        del told["year"]
    if told.get("generation") == result.study.zones.generation:
        del told["generation"]
    return tuple(sorted(told.items()))


def test_the_same_words_never_stand_for_two_numbers(world: World, names: Names) -> None:
    groups: dict[object, list[Seen]] = defaultdict(list)
    for seen in world.seen:
        if seen.words not in NO_FIGURES:
            groups[seen.words, about(seen, names, world.result)].append(seen)
    told = differing(groups)
    assert not told, "\n".join(told[:40])


def test_a_figure_has_one_value_under_whatever_words(world: World, names: Names) -> None:
    groups: dict[object, list[Seen]] = defaultdict(list)
    for seen in world.seen:
        found = names.of(seen)
        if found is not None:
            groups[found[0], about(seen, names, world.result)].append(seen)
    told = differing(groups)
    assert not told, "\n".join(told[:40])


def test_a_page_that_names_its_key_prints_the_name_of_that_figure(world: World, names: Names) -> None:
    for seen in world.seen:
        if seen.key:
            found = names.of(seen)
            assert found is not None
            assert found[0] == seen.key, seen


def test_keys_in_json_are_keys_of_the_catalogue(world: World) -> None:
    summary = json.loads((world.place.results / "summary.json").read_text(encoding="utf-8"))["figures"]
    facts = change_facts(world.change, world.result)["figures"]
    keys = [each["key"] for each in (*summary, *facts)]
    keys += [*annex1_table.FIGURE_KEYS.values(), *annex2.FIGURE_KEYS, *(f"letter_{name}" for name in FIGURE_NAMES)]
    keys += ["letter_rest_zones", "letter_rest_people"]
    assert len(keys) > 100
    assert [key for key in keys if key not in FIGURES] == []


def test_a_councillors_three_numbers_have_three_names(world: World, names: Names) -> None:
    """1社も届かない人: 874 in the zones, 875 in the whole study, 883 by the published rule; each the same on all its pages."""
    printed: dict[str, dict[str, set[float]]] = defaultdict(lambda: defaultdict(set))
    for seen in world.seen:
        found = names.of(seen)
        if found and not isinstance(seen.value, str) and seen.step == walk.WHOLE_NUMBER and not about(seen, names, world.result):
            printed[found[0]][seen.place].add(seen.value)
    expected = {"complete_population": 874, "no_carrier_population": 875, "uncovered_population": 20370}
    for key, value in expected.items():
        assert len(printed[key]) >= 3, printed[key]
        assert all(values == {value} for values in printed[key].values()), printed[key]
        assert round(totals.total(world.result, key).known or 0) == value
    official = totals.total(world.result, "no_carrier_official")
    assert (official.value, official.unknown) == (883, 0)
    (sheet,) = {
        seen.value
        for seen in world.seen
        if seen.place == "ranking.xlsx 事業者別集計"
        and plain("エリア外人口") == seen.words
        and about(seen, names, world.result) == (("carrier", "any_carrier"), ("rule", "mic_half"))
    }
    assert sheet == 883
    said = {FIGURES[key].name.ja for key in ("complete_population", "no_carrier_population", "no_carrier_official")}
    assert len(said) == 3
    for key in ("complete_population", "no_carrier_population"):
        assert "no_carrier_official" in FIGURES[key].see
    assert set(FIGURES["no_carrier_official"].see) >= {"complete_population", "no_carrier_population"}


def asked_of(figure: Figure, result: Result) -> list[Asked]:
    study = result.study
    generations = study.generations if "generation" in figure.parts else [""]
    carriers = study.carrier_keys if "carrier" in figure.parts else [""]
    return [Asked(generation=generation, carrier=carrier) for generation in generations for carrier in carriers]


def test_every_total_is_what_explain_says_and_its_rows_add_up(world: World) -> None:
    result = world.result
    told = 0
    for key, figure in FIGURES.items():
        if figure.of in {"letter", "year"}:
            continue
        for asked in asked_of(figure, result):
            try:
                total = totals.total(result, key, asked.generation or str(result.study.zones.generation), asked.carrier)
            except KeyError:
                continue
            found = explain(result, key, asked)
            assert found.amount == total, key
            data = as_dict(found, result, "ja")
            assert data["value"] == total.value
            assert data["known"] == total.known
            told += 1
            if not found.rows.empty and totals.adds_up(figure) and found.rows_of in {"zones", "cells"}:
                rows = found.rows["value"].astype(float)
                assert rows.sum() == pytest.approx(total.known or 0.0, abs=1e-6), key
    assert told > 50
