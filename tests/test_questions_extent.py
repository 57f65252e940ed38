"""Lists of roads, areas and shelters that do not speak of this place: asked, and never a silent zero."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import shapely

from coverage.run import run
from coverage.study import read_study
from geodata.errors import DataError
from geodata.sources.roads_n13 import meshes_of
from tests.hand_world import box
from tests.mini_study import write_mini_study

FAR = shapely.affinity.translate(box(0, 0, 1, 1), -1.0, 0.5)


def geojson(path: Path, features: list[tuple[dict, shapely.Geometry]]) -> str:
    listed = [{"type": "Feature", "properties": row, "geometry": json.loads(shapely.to_geojson(shape))} for row, shape in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False), encoding="utf-8")
    return path.name


def with_table(folder: Path, text: str) -> Path:
    study = write_mini_study(folder)
    file = study / "study.toml"
    file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
    return study


def road(shape: shapely.Geometry) -> tuple[dict, shapely.Geometry]:
    return {"N13_003": "2"}, shapely.LineString(shapely.get_coordinates(shape)[:2])


def test_roads_of_another_region_stop_and_a_neighbours_file_beside_our_own_does_not(tmp_path: Path) -> None:
    study = with_table(tmp_path, '[[roads]]\nkind = "n13"\nfiles = ["far.geojson"]\n')
    geojson(study / "far.geojson", [road(FAR)])
    with pytest.raises(DataError) as caught:
        run(read_study(study))
    assert caught.value.code == "roads-elsewhere"
    # on both sides of the study, and none in it
    geojson(study / "far.geojson", [road(FAR), road(shapely.affinity.translate(FAR, 2.0, -1.0))])
    with pytest.raises(DataError, match="道路"):
        run(read_study(study))
    geojson(study / "here.geojson", [road(box(0, 0, 2, 1))])
    file = study / "study.toml"
    file.write_text(file.read_text(encoding="utf-8").replace('["far.geojson"]', '["here.geojson", "far.geojson"]'), encoding="utf-8")
    result = run(read_study(study))
    assert result.summary["questions"] == []
    assert (result.zones["uncovered_road_km"].fillna(-1) >= 0).all()


def test_zones_where_no_mesh_of_n13_was_read_have_roads_unknown(tmp_path: Path) -> None:
    study = with_table(tmp_path, '[[roads]]\nkind = "n13"\nfiles = ["N13-24_5236_roads.geojson"]\n')
    geojson(study / "N13-24_5236_roads.geojson", [road(box(0, 0, 2, 1))])
    result = run(read_study(study))
    assert [one["code"] for one in result.summary["questions"]] == ["roads-missing"]
    assert "5136" in result.summary["questions"][0]["problem"]["ja"]
    assert result.zones["uncovered_road_km"].isna().all()


@pytest.mark.parametrize(
    ("files", "meshes"),
    [
        (["data/N13-24_5236_GML/N13-24_5236.geojson", "N13-24_5136.shp"], {"5236", "5136"}),
        (["N13-24_5236.geojson", "roads.geojson"], None),
        ([], None),
    ],
)
def test_what_files_of_n13_are_cut_by_stands_in_their_names(files: list[str], meshes: set[str] | None) -> None:
    assert meshes_of(files) == meshes


def test_areas_of_another_region_are_asked(tmp_path: Path) -> None:
    study = with_table(tmp_path, '[[areas]]\nkind = "hazards"\nfiles = ["a33.geojson"]\n')
    row = {"A33_001": "1", "A33_002": "1", "A33_005": "甲"}
    geojson(study / "a33.geojson", [(row, FAR)])
    assert [one["code"] for one in run(read_study(study)).summary["questions"]] == ["areas-elsewhere"]
    geojson(study / "a33.geojson", [(row, FAR), (row, box(0, 0, 1, 1))])
    assert run(read_study(study)).summary["questions"] == []


def test_a_town_without_a_shelter_beside_one_with_is_asked(tmp_path: Path) -> None:
    """甲市 has one in its cell (0, 1); 乙町 has none until its own is listed."""
    study = with_table(tmp_path, '[[facilities]]\nkind = "gsi_shelters"\nfiles = ["shelters.csv"]\n')
    head = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,地震,緯度,経度\n"
    spots = [("甲市", "西小学校", box(0, 1, 1, 2)), ("乙町", "北集会所", box(2, 1, 3, 2))]
    rows = [f"{n},{n},三重県{town},{name},,1,{s.centroid.y!r},{s.centroid.x!r}\n" for n, (town, name, s) in enumerate(spots, 1)]
    (study / "shelters.csv").write_text(head + rows[0], encoding="utf-8")
    (asked,) = run(read_study(study)).summary["questions"]
    assert asked["code"] == "shelters-town-missing"
    assert "乙町" in asked["problem"]["ja"]
    (study / "shelters.csv").write_text(head + "".join(rows), encoding="utf-8")
    result = run(read_study(study))
    assert result.summary["questions"] == []
    assert np.nansum(result.zones["shelters"]) >= 1
