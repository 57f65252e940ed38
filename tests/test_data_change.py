"""Files into a study and out again: nothing is lost, undoing gives the former study byte for byte."""

from __future__ import annotations

import json
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coverage.study.study import read_study
from geodata.errors import DataError
from geodata.report import IntakeReport
from requests_gen.files.names import safe_name
from requests_gen.intake.edits import apply, changes, plan, undo, valid_study
from requests_gen.intake.offered_files import offered, typed_path
from requests_gen.intake.study_status import inputs, layer_matrix, missing
from requests_gen.intake.study_toml import Entry, guessed_slot, with_entry
from requests_gen.workspace.new_study import start_empty, start_from
from tests.mini_study import STUDY, write_mini_study

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AREA = Entry("layers", carrier="alpha", generation="4G", as_of="2026-09-30")


def bytes_of(folder: Path) -> dict[str, bytes]:
    """Everything in a study but the inbox, the record of changes and study.toml.old."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.relative_to(folder).parts[0] not in ("inbox", ".kengai-changes.json", "study.toml.old")
    }


@pytest.fixture
def study(tmp_path: Path) -> Path:
    return write_mini_study(tmp_path / "s")


@pytest.fixture
def area(tmp_path: Path, study: Path) -> Path:
    """Another area of alpha's, outside the study."""
    path = tmp_path / "elsewhere" / "alpha_4g.geojson"
    path.parent.mkdir()
    path.write_bytes((study / "beta_4g.geojson").read_bytes())
    return path


def test_a_file_goes_in_and_out_without_a_trace(study, area):
    before = bytes_of(study)
    made = apply(plan(study, area, AREA, AT), AT)
    assert made.file == "data/alpha_4g.geojson"
    assert (study / made.file).read_bytes() == area.read_bytes()
    read = read_study(study)
    assert next(layer.files for layer in read.layers if layer.carrier == "alpha") == [made.file]
    assert (study / "study.toml.old").read_bytes() == before["study.toml"]
    undo(study, AT)
    assert bytes_of(study) == before
    assert (study / "inbox" / "alpha_4g.geojson").read_bytes() == area.read_bytes()  # uploads have no other home
    assert changes(study) == []


slots = st.sampled_from(
    [
        Entry("population", kind="estat_mesh", level=500),
        Entry("population", kind="estat_mesh", level=500, beside=True),
        Entry("boundaries"),
        Entry("settlements", crs="EPSG:6674"),
        Entry("facilities"),
        Entry("facilities", crs="EPSG:6668", beside=True),
        AREA,
        Entry("layers", carrier="beta", generation="5G-sub6", as_of="2026-01-01", crs="EPSG:6674", layer="区域 1"),
        Entry("layers", carrier="beta", generation="4G", as_of="2026-01-01", where={"級": ["A", '"b"\\', 3]}, beside=True),
        Entry("layers", carrier="alpha", generation="4G", as_of="2026-01-01", level=500, meaning={"weak": "covered", "least_share": 0.5}),
        Entry("layers", carrier="alpha", generation="4G", kind="roaming", as_of="2026-01-01", level=500),
    ]
)
names = st.text(st.characters(codec="utf-8", exclude_characters="/\\\x00"), min_size=1, max_size=30)


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=st.lists(st.tuples(slots, names), min_size=1, max_size=4), crlf=st.booleans())
def test_any_changes_undone_give_the_same_bytes(tmp_path_factory, entries, crlf):
    folder = write_mini_study(tmp_path_factory.mktemp("law") / "s")
    if crlf:
        (folder / "study.toml").write_bytes(b"\xef\xbb\xbf# \xe8\xaa\xbf\r\n" + STUDY.replace("\n", "\r\n").encode())
    before = bytes_of(folder)
    incoming = folder.parent / "in"
    incoming.mkdir()
    done = 0
    for number, (entry, name) in enumerate(entries):
        source = incoming / f"{safe_name(name)}.geojson"
        source.write_text(str(number))
        planned = plan(folder, source, entry, AT)
        assert planned.difference or planned.changes_nothing or planned.copies
        was = bytes_of(folder)
        apply(planned, AT)
        assert {k: v for k, v in bytes_of(folder).items() if k in was and k != "study.toml"} == {
            k: v for k, v in was.items() if k != "study.toml"
        }  # nothing that was there is overwritten
        done += 1
    for _ in range(done):
        undo(folder, AT)
    assert bytes_of(folder) == before


@settings(deadline=None, max_examples=60)
@given(entry=slots, comment=st.sampled_from(["", "# 覚え書き\n", "  \n# a\n\n"]), file=st.sampled_from(["data/a.zip", 'data/"ア" 1.gpkg']))
def test_only_the_entry_changes_and_comments_stay(entry, comment, file):
    text = comment + STUDY.replace("[[layers]]", "# エリア\n[[layers]]  # 各社\n")
    written = with_entry(text, entry, file)
    lost = [line for line in text.splitlines() if "#" in line and line not in written]
    assert not lost
    old, new = tomllib.loads(text), tomllib.loads(written)
    changed = {key for key in old | new if old.get(key) != new.get(key)}
    assert changed <= {entry.slot}
    assert file in json.dumps(new, ensure_ascii=False).replace('\\"', '"')


def test_former_answers_do_not_stay_with_another_file():
    text = STUDY.replace('files = ["alpha_4g.geojson"]', 'files = ["a.shp"]\ncrs = "EPSG:6674"\nwhere = { x = ["1"] }\nweak = "covered"')
    layer = tomllib.loads(with_entry(text, AREA, "data/new.geojson"))["layers"][0]
    assert layer == {"carrier": "alpha", "generation": "4G", "files": ["data/new.geojson"], "as_of": "2026-09-30"}


def test_a_file_takes_the_place_of_the_word_that_there_is_nothing():
    text = STUDY.replace('files = ["alpha_4g.geojson"]', "none = true")
    layer = tomllib.loads(with_entry(text, AREA, "data/new.geojson"))["layers"][0]
    assert layer == {"carrier": "alpha", "generation": "4G", "files": ["data/new.geojson"], "as_of": "2026-09-30"}


def test_an_entry_of_its_own_for_other_answers():
    text = STUDY + '[[facilities]]\nkind = "gsi_shelters"\nfiles = ["one.csv"]\n'
    both = tomllib.loads(with_entry(text, Entry("facilities", crs="EPSG:6674", beside=True), "two.csv"))["facilities"]
    assert [part["files"] for part in both] == [["one.csv"], ["two.csv"]]
    with pytest.raises(DataError, match="読み方"):
        with_entry(STUDY, Entry("population", kind="estat_mesh", level=250, beside=True), "x.txt")


def test_schools_do_not_take_the_place_of_shelters():
    text = STUDY + '[[facilities]]\nfiles = ["shelters.csv"]\n'
    for beside in (False, True):
        entry = Entry("facilities", kind="schools_p29", beside=beside)
        both = tomllib.loads(with_entry(text, entry, "data/P29.zip"))["facilities"]
        assert [part["files"] for part in both] == [["shelters.csv"], ["data/P29.zip"]]
        assert both[1]["kind"] == "schools_p29"


def test_the_same_file_again_changes_nothing(study, area):
    apply(plan(study, area, AREA, AT), AT)
    assert plan(study, area, AREA, AT).changes_nothing


def test_another_file_of_the_name_leaves_the_first_alone(study, area):
    apply(plan(study, area, AREA, AT), AT)
    first = (study / "data/alpha_4g.geojson").read_bytes()
    area.write_bytes(first + b" ")
    made = apply(plan(study, area, AREA, AT), AT)
    assert made.file == "data/alpha_4g-20261123.geojson"
    assert (study / "data/alpha_4g.geojson").read_bytes() == first


def test_a_shapefile_comes_with_its_parts(study, tmp_path):
    for ending in (".shp", ".DBF", ".prj", ".txt"):
        (tmp_path / f"区域{ending}").write_text(ending)
    planned = plan(study, tmp_path / "区域.shp", AREA, AT)
    assert [name for _, name in planned.copies] == ["data/区域.shp", "data/区域.DBF", "data/区域.prj"]


def test_two_people_at_once_the_second_is_told(study, area):
    planned = plan(study, area, AREA, AT)
    apply(plan(study, area, Entry("layers", carrier="beta", generation="4G", as_of="2026-09-30"), AT), AT)
    before = bytes_of(study)
    with pytest.raises(DataError, match="ほかの人") as told:
        apply(planned, AT)
    assert told.value.code == "study-changed"
    assert bytes_of(study) == before


def test_a_change_by_hand_is_not_undone_over(study, area):
    apply(plan(study, area, AREA, AT), AT)
    with (study / "study.toml").open("a", encoding="utf-8") as file:
        file.write("# by hand\n")
    with pytest.raises(DataError) as told:
        undo(study, AT)
    assert told.value.code == "study-changed"
    assert (study / "data/alpha_4g.geojson").exists()


def test_a_study_that_would_not_be_valid_is_refused(study, area):
    before = bytes_of(study)
    with pytest.raises(DataError):
        plan(study, area, Entry("layers", carrier="stranger", generation="4G", as_of="2026-09-30"), AT)
    with pytest.raises(DataError):
        plan(study, area, Entry("layers", carrier="alpha", generation="4G", as_of=""), AT)
    assert bytes_of(study) == before
    assert valid_study(STUDY, study).folder == study.resolve()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "C:\\a\\b.shp", "CON.csv", ".hidden", "", "a" * 300 + ".zip", "表\u202egpj.zip", "x/../y.zip"]
)
def test_names_stay_in_their_folder(tmp_path, name):
    safe = safe_name(name)
    assert 0 < len(safe) < 100
    assert not safe.startswith(".")
    assert (tmp_path / safe).resolve().parent == tmp_path.resolve()
    assert safe == safe_name(safe)


def test_paths_outside_are_for_the_own_machine_only(study, area, tmp_path):
    assert typed_path(f'"{area}"', study, anywhere=True) == area.resolve()
    (study / "link.geojson").symlink_to(area)
    for typed in (str(area), "../elsewhere/alpha_4g.geojson", "link.geojson"):
        with pytest.raises(DataError) as told:
            typed_path(typed, study, anywhere=False)
        assert told.value.code == "path-outside"
    assert study / "link.geojson" not in offered(study)
    with pytest.raises(DataError, match="見つかりません"):
        typed_path("nowhere.zip\0", study, anywhere=True)


def test_what_is_here_missing_and_unpublished(study):
    read = read_study(study)
    (study / "alpha_5g.geojson").unlink()
    last = [{"path": "n03.geojson", "verdict": "warn", "sha256": "old"}, {"path": "places.csv", "verdict": "accept", "sha256": ""}]
    found = inputs(read, last)
    assert [one.file for one in missing(found)] == ["alpha_5g.geojson"]
    by_name = {one.file: one for one in found}
    assert (by_name["n03.geojson"].verdict, by_name["n03.geojson"].changed) == ("warn", True)
    assert by_name["beta_4g.geojson"].changed is None
    assert layer_matrix(read, found) == {
        "架空アルファ": {"4G": "2026-03-31", "5G": "missing"},
        "架空ベータ": {"4G": "2026-03-31", "5G": "unpublished"},
    }


def test_the_kind_is_guessed_by_content_then_name():
    assert guessed_slot("x.zip", IntakeReport("x", kind="boundary")) == "boundaries"
    assert guessed_slot("N03-20240101_24.geojson", IntakeReport("x", format="GeoJSON")) == "boundaries"
    assert guessed_slot("x.shp", IntakeReport("x", format="Shapefile")) == "layers"
    assert guessed_slot("x.txt", IntakeReport("x", format="text table")) is None
    assert guessed_slot("x.csv", IntakeReport("x", kind="measurement")) is None


def test_a_new_year_takes_settings_and_no_data(study, tmp_path):
    (study / "zone_ids.csv").write_text("zone_id\n", encoding="utf-8")
    folder = start_from(study, tmp_path, 2027)
    read = read_study(folder)
    assert read.about.fiscal_year == 2027
    assert (folder / "zone_ids.csv").exists()
    assert len(missing(inputs(read, []))) == 6
    with pytest.raises(DataError) as told:
        start_empty(tmp_path, "24", 2027)
    assert told.value.code == "year-exists"
    assert read_study(start_empty(tmp_path, "24", 2028)).about.fiscal_year == 2028
