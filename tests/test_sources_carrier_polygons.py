"""Carriers' areas: polygons and mesh lists; whatever is not plainly this carrier's own coverage is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.mesh import lists as mesh_list
from geodata.mesh import standard as mesh
from geodata.sources import carrier_polygons

LAYER: dict[str, Any] = {"carrier": "docomo", "generation": "4G"}
SQUARE = shapely.box(136.0, 34.0, 136.1, 34.1)


def vector(folder: Path, features: list[tuple[dict[str, Any], Any]], name: str = "area.geojson") -> Path:
    listed = [{"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)} for properties, shape in features]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False), "utf-8")
    return path


def squares(*properties: dict[str, Any]) -> list[tuple[dict[str, Any], Any]]:
    return [(one, shapely.box(136.0 + k, 34.0, 136.1 + k, 34.1)) for k, one in enumerate(properties)]


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(DataError) as caught:
        carrier_polygons.read(path, carrier_polygons.LayerFile(**{**LAYER, **options}))
    assert caught.value.file == path.name
    return caught.value.code


class TestPolygons:
    def test_by_hand(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"id": 1}, {"id": 2}))
        frame, report = carrier_polygons.read(
            path, carrier_polygons.LayerFile(**LAYER, as_of="2026-03-31", near=(135.8, 33.7, 137.5, 35.3))
        )
        assert frame.drop(columns="geometry").iloc[1].to_dict() == {
            "carrier": "docomo",
            "generation": "4G",
            "kind": "own",
            "as_of": "2026-03-31",
            "source": "area.geojson",
        }
        assert shapely.area(frame.geometry.to_numpy()).sum() == pytest.approx(0.02)
        assert frame.crs == "EPSG:6668"
        assert (report.verdict, report.accepted, report.kind) == ("accept", 2, "carrier_polygons")

    @pytest.mark.parametrize(
        ("options", "slug"),
        [
            ({"carrier": " "}, "layer-carrier"),
            ({"generation": "LTE"}, "layer-generation"),
            ({"kind": "mine"}, "layer-kind"),
            ({"as_of": "令和8年3月"}, "layer-as_of"),
            ({"as_of": "2026-13-01"}, "layer-as_of"),
        ],
    )
    def test_what_the_study_says_must_make_sense(self, tmp_path: Path, options: dict[str, str], slug: str) -> None:
        assert refused(vector(tmp_path, squares({})), **options) == slug

    @pytest.mark.parametrize("name", ["au_starlink.geojson", "楽天_パートナー回線.geojson", "衛星エリア.geojson", "roaming4g.geojson"])
    def test_others_networks_are_not_own_coverage(self, tmp_path: Path, name: str) -> None:
        path = vector(tmp_path, squares({}), name)
        assert refused(path) == "layer-kind"
        kind = "satellite" if "star" in name or "衛星" in name else "roaming"
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, kind=kind))[0]["kind"].tolist() == [kind]

    def test_an_area_without_roaming_is_own(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({}), "楽天_ローミング除く.geojson")
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[1].verdict == "accept"

    def test_roaming_rows_inside_a_file(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"network": "own"}, {"network": "パートナー回線"}))
        assert refused(path) == "layer-kind"
        frame, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"network": ["own"]}))
        assert len(frame) == 1
        assert report.excluded == {"not-chosen": 1}
        assert report.records_in_file == report.accepted + 1

    @pytest.mark.parametrize("word", ["圏外", "エリア外", "不可", "×", "out", "not covered"])
    def test_rows_that_are_not_covered(self, tmp_path: Path, word: str) -> None:
        path = vector(tmp_path, squares({"area": "エリア内"}, {"area": word}))
        assert refused(path) == "rows-not-covered"
        assert len(carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"area": ["エリア内"]}))[0]) == 1

    def test_levelled_polygons_are_told_and_can_be_chosen(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"niveau": "TBC"}, {"niveau": "BC"}, {"niveau": "CL"}))
        frame, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))
        assert len(frame) == 3
        assert [notice.code for notice in report.notices] == ["levels-joined"]
        frame, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"niveau": ["TBC", "BC"]}))
        assert len(frame) == 2
        assert report.excluded == {"not-chosen": 1}

    def test_several_carriers_or_generations(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"brandname": "A"}, {"brandname": "B"}))
        assert refused(path) == "several-carriers"
        assert len(carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"brandname": ["A"]}))[0]) == 1
        assert refused(vector(tmp_path, squares({"technology": 400}, {"technology": 500}))) == "several-generations"

    def test_remarks_are_no_verdicts_and_an_answer_is_final(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"備考": "なし", "id": "0"}, {"備考": "", "id": "1"}))
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[1].verdict == "accept"
        path = vector(tmp_path, squares({"indoor": "yes"}, {"indoor": "no"}))
        assert refused(path) == "rows-not-covered"
        assert len(carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"indoor": ["yes", "no"]}))[0]) == 2

    def test_where_that_fits_nothing(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"niveau": "TBC"}))
        assert refused(path, where={"level": ["TBC"]}) == "where-field"
        assert refused(path, where={"niveau": ["X"]}) == "where-nothing"

    def test_numbers_and_names_are_no_verdicts(self, tmp_path: Path) -> None:
        rows = squares({"id": "0", "n": 0, "名称": "無"}, {"id": "1", "n": 1, "名称": "津"})
        path = vector(tmp_path, [({**p, "名称": f"地区{k}"}, g) for k, (p, g) in enumerate(rows)])
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[1].verdict == "accept"

    def test_points_and_lines_alone(self, tmp_path: Path) -> None:
        path = vector(tmp_path, [({}, shapely.Point(136.0, 34.0)), ({}, shapely.LineString([(136, 34), (136.1, 34.1)]))])
        assert refused(path) == "nothing-left"
        _, report = carrier_polygons.read(
            vector(tmp_path, [({}, shapely.Point(136.0, 34.0)), ({}, SQUARE)]), carrier_polygons.LayerFile(**LAYER)
        )
        assert sum(report.excluded.values()) == 1


class TestMeshLists:
    def table(self, folder: Path, text: str, name: str = "mesh.csv") -> Path:
        path = folder / name
        path.write_text(text, "utf-8")
        return path

    def test_by_hand(self, tmp_path: Path) -> None:
        """Three cells in a row and one above: two rectangles, four cells of 22.5″ × 15″."""
        codes = mesh.code_grid(mesh.mesh_grid(500, (136.0, 34.0, 136.025, 34.0 + 2 / 240)), 500)
        answers = {
            int(codes[0, 0]): "○",
            int(codes[0, 1]): "1",
            int(codes[0, 2]): "エリア内",
            int(codes[1, 1]): "YES",
            int(codes[1, 3]): "×",
            int(codes[0, 3]): "不明",
        }
        text = "メッシュコード,提供状況\n" + "".join(f"{code},{answer}\n" for code, answer in answers.items())
        frame, report = carrier_polygons.read(self.table(tmp_path, text), carrier_polygons.LayerFile(**LAYER, level=500))
        assert len(frame) == 2
        assert shapely.area(frame.geometry.to_numpy()).sum() == pytest.approx(4 / 160 / 240, rel=1e-9)
        assert [report.facts[name] for name in ("cells", "cells_covered", "cells_unknown")] == [6, 4, 1]
        assert [notice.code for notice in report.notices] == ["mesh-list-unknown"]
        assert report.records_in_file == report.accepted == 6

    def test_a_list_without_answers_means_presence(self, tmp_path: Path) -> None:
        frame, report = carrier_polygons.read(self.table(tmp_path, "code\n513600011\n513600012\n"), carrier_polygons.LayerFile(**LAYER))
        assert len(frame) == 1
        assert [notice.code for notice in report.notices] == ["mesh-list-presence"]
        assert report.facts["level"] == 500

    def test_weak_cells_are_asked_about(self, tmp_path: Path) -> None:
        path = self.table(tmp_path, "mesh,covered\n513600011,1\n513600013,△\n")
        assert refused(path) == "mesh-list-weak"
        areas = {
            weak: shapely.area(carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, weak=weak))[0].geometry.to_numpy()).sum()
            for weak in ("covered", "not_covered")
        }
        assert areas["covered"] == pytest.approx(2 * areas["not_covered"])

    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("mesh,covered\n5136000111,1\n", "mesh-level-ambiguous"),
            ("mesh,covered\n513600011,0.7\n", "mesh-list-answer"),
            ("mesh,covered\n513600011,たぶん\n", "mesh-list-answer"),
            ("mesh,covered\n513600011,1\n513600011,0\n", "mesh-duplicate"),
            ("mesh,covered\n513600011,0\n", "nothing-left"),
            ("地区,covered\n大杉,1\n", "column-missing"),
            ("mesh,covered\n5.136E+08,1\n", "mesh-code"),
            ("mesh,covered\n513600011,1\n51360002,1\n", "mesh-levels-mixed"),
        ],
    )
    def test_lists_that_cannot_be_used(self, tmp_path: Path, text: str, slug: str) -> None:
        assert refused(self.table(tmp_path, text)) == slug

    def test_cells_far_from_the_study(self, tmp_path: Path) -> None:
        path = self.table(tmp_path, "mesh,covered\n644142881,1\n")
        assert refused(path, near=(135.8, 33.7, 137.0, 35.3)) == "crs-contradiction"
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[1].verdict == "accept"

    def test_repeats_and_chosen_rows_are_counted(self, tmp_path: Path) -> None:
        text = "mesh,covered,方式\n513600011,1,4G\n513600011,1,4G\n513600012,1,5G\n"
        frame, report = carrier_polygons.read(
            self.table(tmp_path, text), carrier_polygons.LayerFile(**LAYER, level="H", where={"方式": ["4G"]})
        )
        assert len(frame) == 1
        assert report.excluded == {"not-chosen": 1, "duplicate-row": 1}
        assert report.records_in_file == report.accepted + 2 == 3

    @given(st.sets(st.tuples(st.integers(0, 12), st.integers(0, 6)), min_size=1), st.sampled_from([250, 500, 1000, 125, 100]))
    @settings(deadline=None, max_examples=60)
    def test_rectangles_are_exactly_the_cells(self, places: set[tuple[int, int]], level: int) -> None:
        grid = mesh.mesh_grid(level, (136.1, 34.1, 136.4, 34.3))
        i, j = (np.array(one) for one in zip(*places, strict=True))
        boxes = mesh_list.rectangles(mesh.codes_at(level, i, j, grid), level)
        assert shapely.area(boxes).sum() == pytest.approx(len(places) * grid.dx * grid.dy, rel=1e-6)
        assert shapely.area(shapely.union_all(boxes)) == pytest.approx(shapely.area(boxes).sum(), rel=1e-6)
        centres = shapely.points(*grid.centres(i, j))
        assert shapely.contains(shapely.union_all(boxes), centres).all()
