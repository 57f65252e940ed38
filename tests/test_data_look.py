"""A look at a file: as the run would read it, with an honest picture."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import shapely
from PIL import Image

from coverage.run import run
from coverage.study.study import read_study
from geodata.prefectures import PREFECTURES
from requests_gen.intake.crs_choices import crs_choices
from requests_gen.intake.picture import FEATURES_DRAWN, VERTICES_UNCHANGED, picture_of
from requests_gen.intake.preview import first_look, layer_names, preview_of, raw_numbers
from requests_gen.intake.study_toml import Entry
from tests.mini_study import write_mini_study

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
    found = preview_of(study / file, entry, (), MIE)
    assert found.report.verdict == verdicts[file]
    assert found.picture is not None
    assert orange(found.picture.png).any()


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
