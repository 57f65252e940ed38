"""Settlements: lists and polygons of places get ids that last, and every row left out has a reason."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from geodata.errors import DataError
from geodata.sources import settlements

HEADER = "muni,town,koaza,lat,lng\n"


def table(folder: Path, rows: str, header: str = HEADER, name: str = "towns.csv") -> Path:
    path = folder / name
    path.write_text(header + rows, "utf-8")
    return path


def vector(folder: Path, features: list[tuple[dict[str, Any], Any]], name: str = "towns.geojson") -> Path:
    listed = [{"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(shape)} for properties, shape in features]
    path = folder / name
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False), "utf-8")
    return path


class TestPoints:
    def test_a_list_by_hand(self, tmp_path: Path) -> None:
        path = table(tmp_path, "津市,大杉,,34.5,136.5\n紀北町,海山,上里,34.1,136.2\n津市,NA,,34.6,136.4\n")
        frame, (report,) = settlements.read(path)
        assert frame.index.tolist() == ["津市/NA", "津市/大杉", "紀北町/海山上里"]
        assert frame["name"].tolist() == ["NA", "大杉", "海山上里"]
        assert frame["municipality_name"].tolist() == ["津市", "津市", "紀北町"]
        assert (frame["municipality_id"] == "").all()
        assert frame.geometry["津市/大杉"].coords[0] == (136.5, 34.5)
        assert frame.crs == "EPSG:6668"
        assert report.verdict == "accept"

    def test_ids_last_when_rows_change_their_order(self, tmp_path: Path) -> None:
        """Three places called 中 in one city: numbered from south to north, whatever the file's order."""
        rows = ["津市,中,,34.7,136.5\n", "津市,中,,34.5,136.5\n", "津市,中,,34.5,136.4\n", "伊勢市,中,,34.4,136.7\n"]
        first, _ = settlements.read(table(tmp_path, "".join(rows)))
        second, _ = settlements.read(table(tmp_path, "".join(rows[::-1]), name="b.csv"))
        assert first.index.tolist() == ["伊勢市/中", "津市/中", "津市/中#2", "津市/中#3"]
        assert first.geometry["津市/中"].coords[0] == (136.4, 34.5)
        assert first.geometry["津市/中#3"].coords[0] == (136.5, 34.7)
        assert first.index.equals(second.index)
        assert first.geometry.geom_equals(second.geometry).all()

    def test_the_same_place_twice_counts_once(self, tmp_path: Path) -> None:
        path = table(tmp_path, "津市,中,,34.5,136.5\n津市,中,,34.5,136.5\n")
        frame, (report,) = settlements.read(path)
        assert len(frame) == 1
        assert (report.records_in_file, report.accepted, report.excluded) == (2, 1, {"duplicate-row": 1})

    def test_every_row_left_out_has_a_reason(self, tmp_path: Path) -> None:
        rows = "津市,甲,,34.5,136.5\n津市,乙,,,\n津市,丙,,0,0\n津市,,,34.5,136.5\n津市,丁,,３４．６,136.5\n津市,戊,,北緯34度,136.5\n津市,己,,34.5,999\n"
        frame, (report,) = settlements.read(table(tmp_path, rows))
        assert frame["name"].tolist() == ["丁", "甲"]
        assert frame.geometry["津市/丁"].y == 34.6
        assert report.excluded == {
            "no-coordinates": 1,
            "zero-coordinates": 1,
            "no-name": 1,
            "bad-coordinates": 1,
            "impossible-coordinates": 1,
        }
        assert report.records_in_file == report.accepted + sum(report.excluded.values())
        assert next(n for n in report.notices if n.code == "zero-coordinates").places == ("4",)

    @pytest.mark.parametrize("header", ["集落名,緯度,経度", "地区名,北緯,東経", "name,Latitude,Longitude", "大字名,lat,lon"])
    def test_names_of_columns(self, tmp_path: Path, header: str) -> None:
        frame, _ = settlements.read(table(tmp_path, "大杉,34.2,136.1\n", header + "\n"))
        assert frame.index.tolist() == ["大杉"]
        assert frame.geometry.iloc[0].coords[0] == (136.1, 34.2)

    def test_columns_named_by_the_study(self, tmp_path: Path) -> None:
        path = table(tmp_path, "大杉谷,大台,34.2,136.1\n", "呼び名,役場,lat,lon\n")
        frame, _ = settlements.read(path, name_field="呼び名", municipality_field="役場")
        assert frame.index.tolist() == ["大台/大杉谷"]
        for wrong in ({"name_field": "名前"}, {"name_field": "呼び名", "municipality_field": "町"}):
            with pytest.raises(DataError) as caught:
                settlements.read(path, **wrong)
            assert caught.value.code == "column-missing"

    @pytest.mark.parametrize(
        ("header", "row", "slug"),
        [
            ("呼び名,lat,lon", "大杉,34,136", "column-missing"),
            ("集落名,x座標,y座標", "大杉,1,2", "coordinates-missing"),
            ("集落名,日本測地系緯度,日本測地系経度", "大杉,34,136", "coordinates-datum"),
            ("集落名,緯度,経度", "大杉,136.1,34.2", "coordinates-swapped"),
            ("集落名,緯度,経度", "大杉,,", "no-usable-row"),
        ],
    )
    def test_lists_that_cannot_be_used(self, tmp_path: Path, header: str, row: str, slug: str) -> None:
        with pytest.raises(DataError) as caught:
            settlements.read(table(tmp_path, row + "\n", header + "\n"))
        assert caught.value.code == slug
        assert "towns.csv" in caught.value.file

    def test_codes_of_municipalities(self, tmp_path: Path) -> None:
        path = table(tmp_path, "242012,津市,中,34.5,136.5\n,津市,下,34.6,136.5\n", "市区町村コード,市町,地区名,緯度,経度\n")
        frame, _ = settlements.read(path)
        assert frame["municipality_id"].to_dict() == {"津市/中": "24201", "津市/下": ""}


class TestPolygons:
    def test_pieces_of_one_name_become_one(self, tmp_path: Path) -> None:
        path = vector(
            tmp_path,
            [
                ({"市町村名": "津市", "大字名": "中"}, shapely.box(136.0, 34.0, 136.1, 34.1)),
                ({"市町村名": "津市", "大字名": "中"}, shapely.box(136.1, 34.0, 136.2, 34.1)),
                ({"市町村名": "津市", "大字名": "中"}, shapely.box(136.5, 34.0, 136.6, 34.1)),
                ({"市町村名": "伊勢市", "大字名": "中"}, shapely.box(137.0, 34.0, 137.1, 34.1)),
            ],
        )
        frame, (report,) = settlements.read(path)
        assert frame.index.tolist() == ["伊勢市/中", "津市/中"]
        assert shapely.get_num_geometries(frame.geometry["津市/中"]) == 2
        assert frame.geometry["津市/中"].area == pytest.approx(0.03)
        assert report.verdict == "accept"

    def test_census_areas_get_their_key_rebuilt(self, tmp_path: Path) -> None:
        """KEY_CODE of r2ka is not unique; water areas are no settlements."""

        def area(key: str, name: str, s_area: str, hcode: str = "8101") -> dict[str, str]:
            return {
                "KEY_CODE": key,
                "PREF": "24",
                "CITY": "201",
                "S_AREA": s_area,
                "PREF_NAME": "三重県",
                "CITY_NAME": "津市",
                "S_NAME": name,
                "HCODE": hcode,
            }

        path = vector(
            tmp_path,
            [
                (area("2420100101", "丸之内", "000101"), shapely.box(136.0, 34.0, 136.1, 34.1)),
                (area("2420100101", "丸之内", "000101"), shapely.box(136.3, 34.0, 136.4, 34.1)),
                (area("2420100101", "本町", "000102"), shapely.box(136.1, 34.0, 136.2, 34.1)),
                (area("2420100199", "", "000199"), shapely.box(136.5, 34.0, 136.6, 34.1)),
                (area("2420100199", "伊勢湾", "000198", "8154"), shapely.box(136.7, 34.0, 136.8, 34.1)),
            ],
        )
        frame, (report,) = settlements.read(path)
        assert frame.index.tolist() == ["24201000101", "24201000102"]
        assert frame["municipality_id"].tolist() == ["24201", "24201"]
        assert frame["municipality_name"].tolist() == ["津市", "津市"]
        assert shapely.get_num_geometries(frame.geometry.iloc[0]) == 2
        assert report.excluded == {"water": 1, "no-name": 1}
        assert report.records_in_file == report.accepted + 2

    def test_lines_are_no_places(self, tmp_path: Path) -> None:
        path = vector(
            tmp_path,
            [({"name": "中"}, shapely.box(136.0, 34.0, 136.1, 34.1)), ({"name": "道"}, shapely.LineString([(136.0, 34.0), (136.1, 34.1)]))],
        )
        frame, (report,) = settlements.read(path)
        assert frame["name"].tolist() == ["中"]
        assert sum(report.excluded.values()) == 1

    def test_points_and_polygons_together(self, tmp_path: Path) -> None:
        areas = vector(tmp_path, [({"市町": "津市", "集落": "中"}, shapely.box(136.0, 34.0, 136.1, 34.1))])
        listed = table(tmp_path, "津市,中,34.9,136.9\n津市,下,34.8,136.8\n", "市町,集落,緯度,経度\n")
        frame, _ = settlements.read([listed, areas])
        assert frame.geometry.geom_type.to_dict() == {"津市/下": "Point", "津市/中": "Polygon", "津市/中#2": "Point"}


def test_towns_of_mie(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "towns" / "mie_towns_geolonia_20240115.csv"
    frame, (report,) = settlements.read(path)
    assert len(frame) == 3107
    assert report.excluded == {"no-coordinates": 1}
    assert report.records_in_file == 3108
    assert frame["municipality_name"].nunique() == 29
    assert not frame["name"].eq("").any()
    header, *rows = path.read_text("utf-8").splitlines()
    again, _ = settlements.read(table(tmp_path, "\n".join(rows[::-1]) + "\n", header + "\n"))
    assert again.index.equals(frame.index)
    assert again.geometry.geom_equals(frame.geometry).all()
