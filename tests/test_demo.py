"""The example's three years: areas taken back, the story in the registry, the same bytes every time."""

from __future__ import annotations

import shutil
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import shapely

from coverage.change.comparison import compare
from coverage.result import Result
from coverage.study.study import read_study
from geodata.errors import DataError
from geodata.zone_ids import zone_ids_csv
from requests_gen.demo.demo import make_demo
from requests_gen.demo.years import AreaChange, disc, earlier_years, former, read_changes
from requests_gen.progress.progress import deadlines_of, rows, states
from requests_gen.registry.registry import Registry, open_registry
from requests_gen.replies.codes import ANSWER_BY_KEY
from requests_gen.results.store import read_result
from requests_gen.workspace.new_study import copy_example
from requests_gen.workspace.places import find_studies
from tests.demo_made import AT, Made, StoppedError, Watch, digests, read_demo
from tests.mini_study import write_mini_study

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "mie"
METRIC = "EPSG:6674"
TINY = 1e-9  # degrees: a tenth of a millimetre


@pytest.fixture(scope="module")
def made(demo_made: Path) -> Made:
    """The whole demo, without letters, and what stood there after its years."""
    return read_demo(demo_made)


@pytest.fixture(scope="module")
def demo(made: Made) -> Path:
    return made.out


@pytest.fixture(scope="module")
def years(demo: Path) -> dict[int, Result]:
    found = [read_result(place.results) for place in find_studies(demo)]
    return {result.study.about.fiscal_year: result for result in found}


def test_the_workspace_has_three_years_with_this_year_last(demo: Path, years: dict[int, Result]) -> None:
    places = find_studies(demo)
    assert [place.folder.name for place in places] == ["2024", "2025", "study"]
    assert sorted(years) == [2024, 2025, 2026]
    assert {place.workspace for place in places} == {demo.resolve()}
    assert (places[-1].results, places[-1].letters) == (demo.resolve() / "results", demo.resolve() / "letters")
    assert all(result.study.about.fictitious for result in years.values())
    assert all(result.summary["population"]["total"] == 1_770_254 for result in years.values())


def test_areas_differ_only_in_the_discs(years: dict[int, Result]) -> None:
    """The polygons of a year and of the next: those that differ, differ in the discs between, and in all of them."""
    changes = read_changes(EXAMPLE / "story")
    for year in (2024, 2025):
        for carrier, generation in sorted({(c.carrier, c.generation) for c in changes}):
            old, new = (_polygons(years[y], carrier, generation) for y in (year, year + 1))
            gone, come = _union(old - new), _union(new - old)
            between = [c for c in changes if (c.year, c.carrier, c.generation) == (year + 1, carrier, generation)]
            built, given_up = (shapely.union_all([disc(c, METRIC) for c in between if c.built is one]) for one in (True, False))
            assert come.difference(gone).difference(built.buffer(TINY)).area < TINY
            assert gone.difference(come).difference(given_up.buffer(TINY)).area < TINY
            # nothing that was built stood there before
            assert gone.intersection(built.buffer(-TINY)).area < TINY
            assert bool(between) == bool(old ^ new)


def _polygons(result: Result, carrier: str, generation: str) -> set[bytes]:
    layers = result.layers
    mine = layers[(layers["carrier"] == carrier) & (layers["generation"] == generation)]
    return set(shapely.to_wkb(shapely.normalize(mine.geometry.to_numpy())))


def _union(polygons: set[bytes]) -> shapely.Geometry:
    return shapely.union_all(shapely.from_wkb(sorted(polygons)))


def test_every_kind_of_change_is_in_the_story(years: dict[int, Result]) -> None:
    early, late = compare(years[2024], years[2025]), compare(years[2025], years[2026])
    found = set(early.zones["state"]) | set(late.zones["state"])
    assert {"new", "came_back", "grown", "shrunk", "resolved", "unchanged"} <= found
    came_back = late.zones[late.zones["state"] == "came_back"]["name"]
    assert list(came_back) == ["美杉町杉平"]
    assert early.zones["state"].isin(["terms", "unclear"]).any(), "2024 had no roads: that is no change on the ground"


def test_the_story_has_every_answer_state_and_debt(demo: Path) -> None:
    with open_registry(demo) as registry:
        stands = rows(states(registry, deadlines_of(demo)), registry.zones())
        replies = registry.replies()
        review_items = registry.read("reply_doubts")
    assert set(replies["answer"]) == set(ANSWER_BY_KEY)
    assert {code for codes in replies["reasons"].dropna() for code in codes} == set("12345678")
    counted = Counter(row["state"] for row in stands)
    assert set(counted) == {"new", "requested", "answered", "reported_built", "confirmed", "resolved", "asked_again"}
    assert {kind for row in stands for kind in row["overdue"]} == {"reply", "promise"}
    assert deadlines_of(demo) == {2024: "2025-01-29", 2025: "2026-01-29", 2026: "2027-01-29"}
    assert len(review_items) == 1, "one reply waits for a person"
    assert all(row["remark"] == "" for row in stands), "what is resolved was confirmed first"


def test_rankings_are_frozen_and_this_years_letters_are_still_to_be_sent(demo: Path) -> None:
    with open_registry(demo) as registry:
        frozen, letters = registry.frozen_rankings(), registry.letters()
        orders = registry.municipal_order(2026)
        _every_letter_names_known_zones(registry)
    assert list(frozen["year"]) == [2024, 2025, 2026]
    assert set(letters["year"]) == {2024, 2025}
    assert (letters["state"] == "sent").all()
    assert orders["municipal_rank"].notna().all()
    assert (orders["reason"] != "").any()


def _every_letter_names_known_zones(registry: Registry) -> None:
    known = set(registry.zones().index)
    assert {zone for zones in registry.letters()["zones"] for zone in zones} <= known


def test_zone_ids_stay_the_same_over_the_years(years: dict[int, Result]) -> None:
    lists = [years[year].zone_ids.set_index("zone_id")["name"] for year in (2024, 2025, 2026)]
    for old, new in pairwise(lists):
        assert set(old.index) <= set(new.index)
        assert (new.reindex(old.index) == old).all()


def test_the_earlier_years_are_the_same_every_time(made: Made, tmp_path: Path) -> None:
    """Gone on with after the first year, as after a power cut: that one is kept, the second is the same byte for byte."""
    again = shutil.copytree(made.first_year, tmp_path / "demo")
    before = {path: path.stat().st_mtime_ns for path in again.rglob("2024/results/*")}
    watch = Watch(again)
    with pytest.raises(StoppedError):
        make_demo(EXAMPLE, again, watch, who="試験", at=AT)
    assert watch.earlier_years == made.earlier_years
    assert {name.split("/")[0] for name in made.earlier_years} >= {"2024", "2025", "kengai.sqlite"}
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_once_made_it_is_kept_and_this_year_made_again_is_the_same(demo: Path, tmp_path: Path) -> None:
    again = shutil.copytree(demo, tmp_path / "demo")
    before = {path: path.stat().st_mtime_ns for path in again.rglob("20*/results/*")}
    make_demo(EXAMPLE, again, who="試験", at=datetime(2027, 1, 5, tzinfo=UTC))
    first, kept = digests(demo), digests(again)
    assert {name: kept[name] for name in first} == first
    assert {path: path.stat().st_mtime_ns for path in before} == before


def small_example(folder: Path) -> Path:
    """The hand-made world as an example without a story."""
    study = (write_mini_study(folder / "data") / "study.toml").rename(folder / "study.toml")
    text = study.read_text(encoding="utf-8")
    study.write_text(text.replace('files = ["', 'files = ["data/'), encoding="utf-8")
    shutil.copy(EXAMPLE / "letters.toml", folder)
    return folder


def test_a_demo_of_an_older_program_keeps_its_ids(tmp_path: Path) -> None:
    """This year was run alone before: its list of ids is there, with a number that none would get now, and no registry."""
    example, out = small_example(tmp_path / "example"), tmp_path / "demo"
    _, found = make_demo(example, tmp_path / "new", who="試験", at=AT)
    assert "24201-009" not in set(found.zone_ids["zone_id"])
    listed = found.zone_ids[found.zone_ids["zone_id"] == "24201-002"].assign(zone_id="24201-009")
    assert len(listed) == 1
    study = copy_example(example, out)
    (study / "zone_ids.csv").write_bytes(zone_ids_csv(listed))
    make_demo(example, out, who="試験", at=AT)
    with open_registry(out) as registry:
        known = registry.zones()["name"]
    assert (known.reindex(listed["zone_id"]) == listed.set_index("zone_id")["name"]).all()
    assert len(known) == len(found.zone_ids)
    assert "24201-002" not in known.index


def test_an_example_without_a_story_has_this_year_alone(tmp_path: Path) -> None:
    example = small_example(tmp_path / "example")
    place, result = make_demo(example, tmp_path / "demo", who="試験", at=AT)
    assert place.folder.name == "study"
    assert [one.folder.name for one in find_studies(tmp_path / "demo")] == ["study"]
    assert result.study == read_study(place.folder)


def test_going_back_undoes_the_last_change_first() -> None:
    """Given up in 2026 what was built in 2025: there in 2025, not in 2024, not in 2026."""
    there = {"carrier": "a", "generation": "4G", "longitude": 136.5, "latitude": 34.5, "radius_m": 500.0, "place": ""}
    changes = [AreaChange(year=2025, built=True, **there), AreaChange(year=2026, built=False, **there)]
    far = np.array([shapely.box(135.0, 34.0, 135.1, 34.1)], dtype=object)
    of_2025 = former(far, [changes[1]], METRIC)
    assert shapely.contains_xy(shapely.union_all(of_2025), 136.5, 34.5)
    east = 136.5 + np.array([480, 520]) / 91_800  # metres of a degree of longitude there
    assert list(shapely.contains_xy(shapely.union_all(of_2025), east, 34.5)) == [True, False]
    of_2024 = former(far, changes[::-1], METRIC)
    assert list(of_2024) == list(far)
    assert earlier_years(changes, 2026) == [2024, 2025]


def test_a_broken_list_is_told(tmp_path: Path) -> None:
    (tmp_path / "built_since.csv").write_text(
        "年度,事業者,世代,経度,緯度,半径m,変化,場所\n2025,alpha,4G,136,34,500,撤去,x\n", encoding="utf-8"
    )
    with pytest.raises(DataError) as told:
        read_changes(tmp_path)
    assert told.value.code == "demo-change-unreadable"
    assert "2行目" in told.value.in_("ja")


def test_the_story_never_gets_into_a_shared_registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KENGAI_REGISTRY", f"sqlite:///{tmp_path / 'office.sqlite'}")
    with pytest.raises(DataError) as told:
        make_demo(EXAMPLE, tmp_path / "demo", who="試験", at=AT)
    assert told.value.code == "demo-shared-registry"
    assert not list(tmp_path.iterdir())
