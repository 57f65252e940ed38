"""Carriers' areas: polygons and mesh lists; whatever is not plainly this carrier's own coverage is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.intake.choice import Choice
from geodata.mesh import lists as mesh_list
from geodata.mesh import standard as mesh
from geodata.mesh.lists import ANSWER
from geodata.report import IntakeReport
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
            "says": "covered",
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

    def test_two_companies_in_one_cell_are_two(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"operator": "A社;B社"}, {"operator": "B社、Ｃ社"}, {"operator": "A社C社"}))
        assert refused(path) == "several-carriers"
        assert refused(vector(tmp_path, squares({"operator": "A社、B社"}), "one.geojson")) == "several-carriers"
        for name, rows in (("A社", 1), ("b社", 2), ("C社", 1)):
            where = {"operator": Choice(contains=[name])}
            frame, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where=where))
            assert len(frame) == rows == report.accepted
        assert refused(path, where={"operator": Choice(contains=["社"])}) == "where-nothing"
        both = vector(tmp_path, squares({"technology": "4G/LTE"}), "lte.geojson")
        assert carrier_polygons.read(both, carrier_polygons.LayerFile(**LAYER))[1].verdict == "accept"

    def test_where_compares_numbers_as_numbers(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"minsignal": -9}, {"minsignal": -85}, {"minsignal": -110}))
        for choice, rows in ((Choice(at_least=-85), 2), (Choice(at_most=-85), 2), (Choice(at_least=-100, at_most=-50), 1)):
            assert len(carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"minsignal": choice}))[0]) == rows
        path = vector(tmp_path, squares({"level": "3"}, {"level": "強"}))
        with pytest.raises(DataError) as caught:
            carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, where={"level": Choice(at_least=3)}))
        assert caught.value.code == "where-number"
        assert "2行目「強」" in str(caught.value.where)

    @pytest.mark.parametrize(
        ("properties", "name", "table"),
        [
            ({"A33_001": "1", "A33_002": "2"}, "x.geojson", "hazards"),
            ({"N03_001": "三重県", "N03_007": "24201"}, "x.geojson", "[boundaries]"),
            ({"KEN": "24", "CITY": "201", "JINKO": 5, "MENSEKI": 1.0}, "x.geojson", "did"),
            ({"KEY_CODE": "24201", "S_NAME": "大杉"}, "x.geojson", "[settlements]"),
            ({"quadkey": "133", "avg_d_kbps": 4}, "x.geojson", "外して"),
            ({"MESH_ID": "5136", "PTN_2020": 3.0}, "x.geojson", "[future_population]"),
            ({"区分": "土石流"}, "x.geojson", "hazards"),
            ({"浸水深": "0.3m以上 ～ 1m未満"}, "x.geojson", "hazards"),
            ({"n": 1}, "A16-20_24_DID.geojson", "did"),
            ({"n": 1}, "津波浸水想定.geojson", "hazards"),
        ],
    )
    def test_a_file_that_is_something_else_is_no_layer(self, tmp_path: Path, properties: dict[str, Any], name: str, table: str) -> None:
        path = vector(tmp_path, squares(properties), name)
        with pytest.raises(DataError) as caught:
            carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))
        assert caught.value.code == "layer-foreign"
        assert table in caught.value.remedy.ja
        # what the advice says of a true area
        vector(tmp_path, squares({**properties, "事業者": "A社"}), name)
        assert len(carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[0]) == 1

    def test_no_real_public_file_passes_for_a_carriers_area(self, shared_data: Path) -> None:
        areas = ["ksj/A33-20_47Polygon.shp", "ksj/2010_did_ddsw_24.zip", "boundaries/N03-21_29_210101_s0010.geojson"]
        for name in [*areas, "population/tblT001101H5130.txt"]:
            assert refused(shared_data / name, level=500) == "layer-foreign"

    def test_an_empty_file_and_one_from_elsewhere_say_how_a_zero_is_said(self, tmp_path: Path) -> None:
        near = (135.8, 33.7, 137.5, 35.3)
        elsewhere = vector(tmp_path, [({}, shapely.box(139, 36, 140, 37))], "tokyo.geojson")
        for path, slug in ((vector(tmp_path, [], "none.geojson"), "no-records"), (elsewhere, "crs-contradiction")):
            with pytest.raises(DataError) as caught:
                carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, near=near))
            assert caught.value.code == slug
            assert "none = true" in caught.value.remedy.ja
        frame, report = carrier_polygons.none_here(carrier_polygons.LayerFile(**LAYER, as_of="2026-03-31"), "study.toml")
        assert frame[["source", "says"]].to_numpy().tolist() == [["study.toml", "covered"]]
        assert frame.geometry.is_empty.all()
        assert [notice.code for notice in report.notices] == ["layer-none"]

    def test_numbers_and_names_are_no_verdicts(self, tmp_path: Path) -> None:
        rows = squares({"id": "0", "n": 0, "名称": "無"}, {"id": "1", "n": 1, "名称": "津"})
        path = vector(tmp_path, [({**p, "名称": f"地区{k}"}, g) for k, (p, g) in enumerate(rows)])
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[1].verdict == "accept"

    @pytest.mark.parametrize(
        ("name", "cells", "slug"),
        [
            ("4G", [1, 0], "rows-not-covered"),
            ("LTE", ["1", "0"], "rows-not-covered"),
            ("エリア", ["圏内", "不明"], "rows-not-covered"),
            ("カバー率", [100, 12], "rows-not-covered"),
            ("RSRP", [-80, -140], "rows-not-covered"),
            ("状態", ["提供中", "計画"], "rows-not-covered"),
            ("Name", ["圏内", "圏外エリア"], "rows-not-covered"),
            ("圏外", ["○", "○"], "mesh-list-column"),
            ("5G", [1, 0], "mesh-list-column"),
        ],
    )
    def test_polygons_with_a_column_of_answers_are_asked_about(self, tmp_path: Path, name: str, cells: list[Any], slug: str) -> None:
        assert refused(vector(tmp_path, squares(*({name: cell} for cell in cells)))) == slug

    @pytest.mark.parametrize(
        "properties",
        [
            ({"AREA": 12.5, "id": 1}, {"AREA": 3.25, "id": 2}),
            ({"4G": 1}, {"4G": 1}),
            ({"mindown": 5, "minup": 1, "technology": 400}, {"mindown": 7, "minup": 1, "technology": 400}),
            ({"value": 3}, {"value": 4}),
        ],
    )
    def test_attributes_that_are_no_answers_ask_nothing(self, tmp_path: Path, properties: tuple[dict[str, Any], ...]) -> None:
        frame, _ = carrier_polygons.read(vector(tmp_path, squares(*properties)), carrier_polygons.LayerFile(**LAYER))
        assert frame["says"].tolist() == ["covered", "covered"]

    def test_the_column_that_the_study_names_is_read(self, tmp_path: Path) -> None:
        path = vector(tmp_path, squares({"4G": 1}, {"4G": 0}, {"4G": "不明"}))
        frame, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, answer_field="4G"))
        assert frame["says"].tolist() == ["covered", "unknown"]
        assert report.excluded == {"rows-not-covered": 1}
        assert report.records_in_file == report.accepted + 1

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
        assert frame["says"].tolist() == ["covered", "covered", "unknown"]
        area = shapely.area(frame.geometry.to_numpy())
        assert area[:2].sum() == pytest.approx(4 / 160 / 240, rel=1e-9)
        assert area[2] == pytest.approx(1 / 160 / 240, rel=1e-9)
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
            ("mesh,covered\n513600011,0.7\n", "mesh-list-number"),
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

    @pytest.mark.parametrize(
        ("header", "more"),
        [
            ("4G", {}),
            ("ＬＴＥ", {}),
            ("4Gエリア", {}),
            ("エリア_4G", {}),
            ("圏内外", {}),
            ("docomo", {}),
            ("docomo 4G", {}),
            ("ドコモのエリア", {"answer_field": "ドコモのエリア"}),
        ],
    )
    def test_the_column_of_answers_is_found(self, tmp_path: Path, header: str, more: dict[str, Any]) -> None:
        text = f"メッシュコード,市町村名,備考,{header}\n513600011,津市,,○\n513600013,津市,山,×\n"
        _, report = carrier_polygons.read(self.table(tmp_path, text), carrier_polygons.LayerFile(**LAYER, **more))
        assert (report.facts["cells_covered"], report.facts["answer_field"], report.verdict) == (1, header, "accept")

    @pytest.mark.parametrize(
        "header",
        ["架空ベータ", "kddi_4G", "フラグ2", "レベル", "valid", "結果コード", "メッシュ区分", "4G,LTE", "エリア,判定", "5G", "エリア,5G"],
    )
    def test_a_column_that_may_be_the_answer_is_asked_about(self, tmp_path: Path, header: str) -> None:
        """Never: every listed cell is covered. Both answers that the advice names work."""
        text = f"メッシュコード,{header}\n513600011{',1' * len(header.split(','))}\n513600013{',0' * len(header.split(','))}\n"
        path = self.table(tmp_path, text)
        assert refused(path) == "mesh-list-column"
        for field, cells in ((header.split(",")[0], 1), ("", 2)):
            _, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, answer_field=field))
            assert report.facts["cells_covered"] == cells
        assert refused(path, answer_field="4g ") == "answer-field"

    def test_the_study_says_which_of_two_generations(self, tmp_path: Path) -> None:
        path = self.table(tmp_path, "mesh,4G,5G\n513600011,○,×\n513600012,○,○\n513600013,×,○\n513600014,×,不明\n")
        found = {
            generation: carrier_polygons.read(path, carrier_polygons.LayerFile("docomo", generation))[1].facts
            for generation in ("4G", "5G")
        }
        assert [(found[g]["cells_covered"], found[g]["cells_unknown"]) for g in found] == [(2, 0), (2, 1)]
        assert refused(path, generation="5G-sub6") == "mesh-list-column"

    @pytest.mark.parametrize(
        ("text", "slug", "answer", "covered"),
        [
            ("mesh,カバー率(%)\n513600011,80\n513600012,50\n513600013,49.9\n", "mesh-list-share", {"least_share": 0.5}, 2),
            ("mesh,カバー率\n513600011,0.8\n513600012,0\n", "mesh-list-share", {"least_share": 0.8}, 1),
            ("mesh,カバー率\n513600011,８０％\n513600012,不明\n", "mesh-list-share", {"least_share": 0.9}, 0),
            ("mesh,RSRP\n513600011,-95\n513600012,−111 dBm\n513600013,圏外\n", "mesh-list-dbm", {"least_dbm": -110.0}, 1),
            ("mesh,4G\n513600011,-95\n513600012,-120\n", "mesh-list-number", {"least_dbm": -110.0}, 1),
            ("mesh,エリア\n513600011,3\n513600012,1\n", "mesh-list-number", {"where": {"エリア": Choice(at_least=2)}}, 1),
            ("mesh,エリア\n513600011,○\n513600012,△\n", "mesh-list-weak", {"weak": "covered"}, 2),
            ("mesh,エリア,事業者\n513600011,1,A社\n513600012,1,B社\n", "several-carriers", {"where": {"事業者": ["A社"]}}, 1),
            ("mesh,エリア,方式\n513600011,1,4G\n513600012,1,5G\n", "several-generations", {"where": {"方式": ["4G"]}}, 1),
            ("mesh,備考\n513600011,\n513600012,圏外\n", "rows-not-covered", {"where": {"備考": [""]}}, 1),
        ],
    )
    def test_what_must_be_said_is_asked_and_the_answer_works(
        self, tmp_path: Path, text: str, slug: str, answer: dict[str, Any], covered: int
    ) -> None:
        path = self.table(tmp_path, text)
        with pytest.raises(DataError) as caught:
            carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))
        assert caught.value.code == slug
        assert next(iter(answer)) in caught.value.remedy.ja
        assert caught.value.where is not None
        _, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, **answer))
        assert report.facts["cells_covered"] == covered
        assert report.records_in_file == report.accepted + sum(report.excluded.values())

    @pytest.mark.parametrize(
        ("text", "slug"),
        [
            ("mesh,RSRP\n513600011,-95\n513600012,-999\n", "mesh-list-range"),
            ("mesh,カバー率\n513600011,-1\n", "mesh-list-range"),
            ("mesh,カバー率(%)\n513600011,0.8\n", "mesh-list-share-unit"),
        ],
    )
    def test_numbers_that_cannot_be(self, tmp_path: Path, text: str, slug: str) -> None:
        assert refused(self.table(tmp_path, text), least_share=0.5, least_dbm=-110.0) == slug

    @pytest.mark.parametrize("cells", [["75%", "0.9", "0.1"], ["100", "0.9", "0.8"]])
    def test_shares_in_two_units_are_asked_about(self, tmp_path: Path, cells: list[str]) -> None:
        path = self.table(tmp_path, "メッシュコード,カバー率\n" + "".join(f"51366401{k + 1},{cell}\n" for k, cell in enumerate(cells)))
        assert refused(path, least_share=0.5) == "mesh-list-share-unit"

    def test_a_ratio_a_hair_above_one_is_one(self, tmp_path: Path) -> None:
        path = self.table(tmp_path, "メッシュコード,カバー率\n513664011,1.0000001\n513664012,0.6\n513664013,0.4\n")
        frame, report = carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER, least_share=0.5))
        assert report.facts["cells_covered"] == 2
        assert shapely.area(frame.geometry.to_numpy()).sum() == pytest.approx(2 * 0.00625 * 15 / 3600)

    def test_marks_and_decimals_are_answers_and_no_service_is_not_one(self, tmp_path: Path) -> None:
        path = self.table(tmp_path, "メッシュコード,4G\n513664011,●\n513664012,0.00\n513664013,不明\n")
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[0]["says"].tolist() == ["covered", "unknown"]
        assert refused(self.table(tmp_path, "メッシュコード,圏外\n513664011,1\n513664012,0\n")) == "mesh-list-column"

    def test_a_share_of_all_or_nothing_needs_no_threshold(self, tmp_path: Path) -> None:
        path = self.table(tmp_path, "mesh,カバー率(%)\n513600011,100\n513600012,0\n")
        assert carrier_polygons.read(path, carrier_polygons.LayerFile(**LAYER))[1].facts["cells_covered"] == 1

    def test_a_list_with_plain_descriptions_is_a_list_of_covered_cells(self, tmp_path: Path) -> None:
        text = "番号,メッシュコード,市町村名,緯度,経度,人口,世帯数,備考\n1,513600011,津市,34.0,136.0,5,2,なし\n"
        _, report = carrier_polygons.read(self.table(tmp_path, text), carrier_polygons.LayerFile(**LAYER))
        assert [notice.code for notice in report.notices] == ["mesh-list-presence"]

    @given(
        st.sampled_from([*sorted(ANSWER), "4G", "カバー率", "rsrp", "謎の列", "判定結果A"]),
        st.lists(st.sampled_from("○×△1?"), min_size=2, max_size=2),
    )
    @settings(deadline=None, max_examples=40)
    def test_no_list_with_such_a_column_is_all_covered_unless_it_says_so(self, header: str, cells: list[str]) -> None:
        table = pd.DataFrame({"mesh": ["513600011", "513600013"], header: cells}, index=[2, 3])
        try:
            listed = mesh_list.listed_cells(table, mesh_list.Meaning(), IntakeReport("x"))
        except DataError:
            return
        assert len(listed.covered) == sum(mesh_list.means(cell) == "yes" for cell in cells)
        assert len(listed.unknown) == sum(mesh_list.means(cell) == "unknown" for cell in cells)

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
