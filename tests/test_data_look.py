"""A look at a file: as the run would read it, with an honest picture."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image
from streamlit.testing.v1 import AppTest

from coverage.run import run
from coverage.study.study import read_study
from geodata.errors import DataError
from geodata.prefectures import PREFECTURES
from requests_gen.intake import preview
from requests_gen.intake.check import check_files
from requests_gen.intake.crs_choices import crs_choices
from requests_gen.intake.picture import FEATURES_DRAWN, VERTICES_UNCHANGED, picture_of
from requests_gen.intake.preview import first_look, layer_names, preview_of, raw_numbers, settings_of
from requests_gen.intake.study_toml import Entry
from tests.hand_world import cell
from tests.mini_study import write_mini_study
from tests.waiting import CEILING_S

AREA = Entry("layers", carrier="alpha", generation="4G")
MIE = (135.5, 33.5, 137.5, 35.5)


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    return write_mini_study(tmp_path_factory.mktemp("look") / "s")


@pytest.fixture(scope="module")
def verdicts(study) -> dict[str, str]:
    """What the run says of each file."""
    return {report.path: report.verdict for report in run(read_study(study)).reports}


def metres(path: Path, crs: object) -> Path:
    """An area near Tsu in metres of zone VI, whose file says `crs`."""
    ring = [[40000, -140000], [50000, -140000], [50000, -130000], [40000, -140000]]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": [feature]}))
    return path


def orange(png: bytes) -> np.ndarray:
    """bool[rows, columns]: where the picture shows a feature."""
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)
    return (pixels[:, :, 0] - pixels[:, :, 2]) > 60


@pytest.mark.parametrize(
    ("file", "entry", "kind"),
    [
        ("alpha_4g.geojson", AREA, "coverage"),
        ("tblT001141H24.txt", Entry("population", kind="estat_mesh", level=500), "population"),
        ("n03.geojson", Entry("boundaries"), "boundary"),
        ("places.csv", Entry("settlements"), "settlement"),
    ],
)
def test_every_kind_is_read_as_the_run_reads_it(study, verdicts, file, entry, kind):
    assert first_look(study / file).kind == kind
    in_run = next(report for report in run(read_study(study)).reports if report.path == file)
    found = preview_of(study / file, entry, (), MIE, (study / "study.toml").read_text(encoding="utf-8"))
    (checked,) = check_files([study / file], kind)
    for seen in (found.report, checked, *check_files([study / file], level=entry.level)):
        assert (seen.verdict, seen.kind, seen.accepted) == (in_run.verdict, kind, in_run.accepted)
        assert [notice.code for notice in seen.notices] == [notice.code for notice in in_run.notices]
    assert found.picture is not None
    assert orange(found.picture.png).any()


def test_the_settings_of_the_study_hold_for_the_look_too(study):
    """A boundary file without N03's fields is read by the fields that study.toml names; without them it is refused."""
    file = study / "towns.geojson"
    feature = json.loads((study / "n03.geojson").read_text(encoding="utf-8"))
    for number, one in enumerate(feature["features"]):
        one["properties"] = {"ID": f"t{number}", "LABEL": f"Town {number}"}
    file.write_text(json.dumps(feature), encoding="utf-8")
    text = '[boundaries]\nkind = "polygons"\nid_field = "ID"\nname_field = "LABEL"\nfiles = ["old.geojson"]\n'
    assert preview_of(file, Entry("boundaries"), (), MIE, text).report.verdict == "accept"
    assert preview_of(file, Entry("boundaries"), (), MIE).report.verdict == "refuse"
    places = study / "named.csv"
    places.write_text("よび名,市町村名,緯度,経度\n里,甲市,34.5,136.5\n", encoding="utf-8")
    named = '[settlements]\nfiles = ["old.csv"]\nname_field = "よび名"\n'
    assert preview_of(places, Entry("settlements"), (), MIE, named).report.accepted == 1
    assert preview_of(places, Entry("settlements"), (), MIE).report.verdict == "refuse"


def test_the_page_asks_what_the_answers_of_a_list_mean(study, monkeypatch):
    """Without an answer the question stands open; the answers go into study.toml, and the run reads the list by them."""
    file = study / "list.csv"
    file.write_text(f"メッシュコード,謎\n{cell(0, 1)},○\n{cell(1, 1)},△\n{cell(2, 1)},×\n", encoding="utf-8")
    # no child process here: other tests hold that the page reads in one
    monkeypatch.setattr(preview, "preview_of", lambda path, *rest: preview._look(str(path), *rest))
    page = AppTest.from_function(_asking, default_timeout=CEILING_S, args=(str(study), str(file))).run()
    assert page.text[0].value == "open"
    page = page.selectbox[0].set_value("謎").run()
    assert page.text[0].value == "open"  # △ is asked about next
    page = page.radio[0].set_value("covered").run()
    answers = {"answer_field": "謎", "weak": "covered"}
    assert page.text[0].value == str(answers)
    spec = replace(AREA, meaning=answers, as_of="2026-09-30")
    assert settings_of(spec, (study / "study.toml").read_text(encoding="utf-8")).weak == "covered"
    assert preview._look(str(file), spec, (), None, "").report.facts["cells_covered"] == 2


def _asking(folder: str, file: str) -> None:
    from pathlib import Path
    from types import SimpleNamespace

    import streamlit as st

    from requests_gen.intake import study_toml
    from screens.data.questions import _meaning
    from screens.shared.opened import Opened

    opened = Opened(SimpleNamespace(folder=Path(folder), results=Path(folder)), "", "ja")
    entry = _meaning(opened, Path(file), study_toml.Entry("layers", carrier="alpha", generation="4G"))
    st.text("open" if entry is None else str(entry.meaning))


@pytest.mark.parametrize(
    ("kind", "text", "verdict"),
    [
        ("facility", "名称,緯度,経度\n集会所,34.5,136.5\n", "refuse"),  # no list that a run knows
        ("facility", "名称,種別,緯度,経度\n集会所,集会所,34.5,136.5\n", "accept"),
        ("facility", "名称,種別,緯度,経度\n謎,謎,34.5,136.5\n", "refuse"),
        ("measurement", "緯度,経度,RSRP\n34.5,136.5,-100\n", "refuse"),  # of whom, and when?
        ("measurement", "日時,緯度,経度,事業者,方式,RSRP\n2026-05-01 10:00,34.5,136.5,架空,4G,-100\n", "accept"),
        ("measurement", "日付,緯度,経度,事業者,世代,状況\n2026-05-01,34.5,136.5,架空、別の架空,4G,圏外\n", "accept"),
        ("population", "KEY_CODE,人口\n5136-4747-1,10\n", "warn"),  # mended as in a run, and told
        ("population", "KEY_CODE,人口\n5136474711,10\n", "refuse"),  # 250 m or 100 m: nothing tells
        ("coverage", "メッシュコード,エリア\n513647471,1\n", "accept"),
        ("coverage", "メッシュコード,エリア\n513647471,たぶん\n", "refuse"),
        ("area", "市町村コード,種別\n24201,過疎\n", "accept"),
        ("area", "市町村コード,種別\n24201,ゆたか\n", "refuse"),
    ],
)
def test_check_refuses_what_a_run_refuses(tmp_path, kind, text, verdict):
    file = tmp_path / "a.csv"
    file.write_text(text, encoding="utf-8")
    (report,) = check_files([file], kind)
    assert (report.kind, report.verdict) == (kind, verdict), [notice.text.ja for notice in report.notices]
    assert report.path == str(file)
    assert not {"carrier", "generation", "as_of"} & set(report.facts), "a file alone does not say these"


def test_a_file_of_no_known_kind_is_only_looked_at_and_a_kind_that_does_not_exist_is_refused(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("a,b\n1,2\n", encoding="utf-8")
    assert [report.verdict for report in check_files([file])] == ["accept"]
    with pytest.raises(DataError) as refused:
        check_files([file], "sunshine")
    assert refused.value.code == "check-kind"
    assert "measurement" in refused.value.remedy.ja


def test_a_table_that_names_its_level_needs_no_answer(tmp_path):
    """Ten digits are 250 m or 100 m; e-Stat's own table of 250 m meshes says which."""
    file = tmp_path / "tblT001142Q5136.txt"
    file.write_text("KEY_CODE,人口総数\n5136474711,10\n5136474712,20\n", encoding="utf-8")
    (report,) = check_files([file], "population")
    assert (report.verdict, report.facts["level"], report.facts["population_total"]) == ("accept", 250, 30.0)


def test_without_a_crs_the_choice_is_shown_where_it_falls(tmp_path):
    file = metres(tmp_path / "a.geojson", None)
    assert preview_of(file, AREA, (), MIE).report.notices[0].code == "crs-missing"
    assert raw_numbers(file) == (40000, -140000, 50000, -130000)
    right = preview_of(file, Entry("layers", carrier="a", generation="4G", crs="EPSG:6674"), (), MIE)
    assert right.report.verdict == "warn"
    assert right.picture is not None
    assert MIE[0] < right.picture.bounds[0] < MIE[2]
    zone_1 = preview_of(file, Entry("layers", carrier="a", generation="4G", crs="EPSG:6669"), (), MIE)
    assert zone_1.report.verdict == "refuse"
    assert zone_1.picture is not None, "the person shall see that it is the wrong place"
    assert zone_1.picture.bounds[0] < MIE[0]


@pytest.mark.parametrize("content", [b"", b"\x00" * 50, b"{", b"PK\x03\x04broken", b"<!DOCTYPE x [<!ENTITY a 'b'>]><kml/>"])
def test_hostile_files_are_refused_in_words(tmp_path, content):
    file = tmp_path / "bad.geojson"
    file.write_bytes(content)
    for report in (first_look(file), preview_of(file, AREA).report):
        assert report.verdict == "refuse"
        assert "直し方" in report.notices[-1].text.ja
        assert str(tmp_path) not in report.notices[-1].text.ja
    assert layer_names(file) == []
    assert raw_numbers(file) is None


def test_the_picture_is_bounded_and_says_so():
    x = np.linspace(136, 136.5, FEATURES_DRAWN + 5)
    many = picture_of(shapely.box(x, 34, x + 0.001, 34.001))
    assert (many.features, many.drawn) == (FEATURES_DRAWN + 5, FEATURES_DRAWN)
    assert f"{FEATURES_DRAWN:,}" in many.remark.ja
    piled = picture_of(np.repeat(shapely.box(136, 34, 136.5, 34.5), 5000))
    assert piled.drawn < piled.features == 5000
    turn = np.linspace(0, 2 * np.pi, VERTICES_UNCHANGED + 2)
    circle = shapely.Polygon(np.column_stack([136.5 + 0.3 * np.cos(turn), 34.5 + 0.3 * np.sin(turn)]))
    assert picture_of(np.array([circle])).simplified
    assert picture_of(np.array([shapely.Point(136, 34)])).remark.ja == ""


def test_holes_stay_holes_and_small_areas_are_seen():
    outer, hole = shapely.box(136, 34, 137, 35), shapely.box(136.4, 34.4, 136.6, 34.6)
    shown = orange(picture_of(np.array([outer - hole])).png)
    middle = np.array(shown.shape) // 2
    assert not shown[middle[0] - 10 : middle[0] + 10, middle[1] - 10 : middle[1] + 10].any()
    assert shown.mean() > 0.2
    land = (shapely.to_wkb(outer),)
    assert orange(picture_of(np.array([shapely.Point(136.5, 34.5)]), land).png).any()


def test_choices_of_crs_fit_every_prefecture():
    from pyproj import CRS

    for prefecture in PREFECTURES:
        codes = [choice.code for choice in crs_choices(prefecture, "EPSG:6674")]
        assert len(codes) == len(set(codes)) == 7
        plane = next(code for code in codes if code.startswith("EPSG:66") and code != "EPSG:6668")
        zone = CRS(plane).name.split()[-1]
        assert [CRS(code).name.split()[-1] for code in codes if CRS(code).is_projected and code != "EPSG:3857"] == [zone] * 3
