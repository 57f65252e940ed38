"""Shelters of 国土地理院: both lists, CSV and GeoJSON, ids that hold, and no place at (0, 0)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from geodata.errors import DataError
from geodata.sources import gsi_shelters

SHELTERS = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,指定緊急避難場所との住所同一,その他市町村長が必要と認める事項,受入対象者,緯度,経度,備考\n"
SITES = "NO,共通ID,都道府県名及び市町村名,施設・場所名,住所,洪水,崖崩れ、土石流及び地滑り,高潮,地震,津波,大規模な火事,内水氾濫,火山現象,指定避難所との住所同一,緯度,経度,備考\n"


def csv(folder: Path, text: str, name: str = "24201.csv", encoding: str = "utf-8-sig") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def shelter(number: str, common: str, name: str, lat: str = "34.7", lon: str = "136.5") -> str:
    return f"{number},{common},三重県津市,{name},津市1番地,1,,高齢者,{lat},{lon},=1+1\n"


def site(number: str, common: str, name: str, lat: str = "34.7", lon: str = "136.5") -> str:
    return f"{number},{common},三重県津市,{name},津市1番地,1,1,,1,,,,,1,{lat},{lon},\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_shelters_by_hand(tmp_path: Path, encoding: str) -> None:
    path = csv(tmp_path, SHELTERS + shelter("1", "E1", "中央市民館") + shelter("2", "E2", "001", "34.8"), encoding=encoding)
    frame, (report,) = gsi_shelters.read(path)
    assert frame.index.tolist() == ["E1", "E2"]
    assert frame["name"].tolist() == ["中央市民館", "001"]
    assert set(frame["category"]) == {"shelter"}
    assert frame.loc["E1", ["address", "municipality_name", "same_address", "receives"]].tolist() == [
        "津市1番地",
        "三重県津市",
        "1",
        "高齢者",
    ]
    assert frame.geometry["E2"].coords[0] == (136.5, 34.8)
    assert frame.crs == "EPSG:6668"
    assert report.verdict == "accept"


def test_evacuation_sites_keep_their_hazards(tmp_path: Path) -> None:
    frame, _ = gsi_shelters.read(csv(tmp_path, SITES + site("1", "E1", "津高校")))
    assert frame["category"].tolist() == ["evacuation_site"]
    assert frame.loc["E1", ["洪水", "崖崩れ、土石流及び地滑り", "高潮", "地震"]].tolist() == ["1", "1", "", "1"]


def test_a_place_that_is_both_stands_twice(tmp_path: Path) -> None:
    first = csv(tmp_path, SITES + site("1", "E1", "津高校"), "b.csv")
    second = csv(tmp_path, SHELTERS + shelter("1", "E1", "津高校"), "a.csv")
    for paths in ([first, second], [second, first]):
        frame, reports = gsi_shelters.read(paths)
        assert frame["category"].to_dict() == {"E1": "shelter", "E1/evacuation_site": "evacuation_site"}
        assert [report.verdict for report in reports] == ["accept", "accept"]


def test_ids_are_made_and_repeats_told(tmp_path: Path) -> None:
    rows = (
        shelter("7", "", "無番")
        + shelter("", "", "無番2")
        + shelter("8", "E1", "乙", "34.9")
        + shelter("9", "E1", "甲")
        + shelter("9", "E1", "甲")
    )
    frame, (report,) = gsi_shelters.read(csv(tmp_path, SHELTERS + rows))
    assert frame["name"].to_dict() == {"E1": "乙", "E1#2": "甲", "NO7": "無番", "三重県津市/無番2": "無番2"}
    assert report.excluded == {"duplicate-row": 1}
    assert [n.code for n in report.notices] == ["no-common-id", "duplicate-row", "id-shared"]
    assert report.records_in_file == report.accepted + 1 == 5


def test_ids_do_not_depend_on_the_order_of_rows(tmp_path: Path) -> None:
    rows = [shelter("8", "E1", "乙"), shelter("9", "E1", "甲"), shelter("3", "E2", "丙")]
    first, _ = gsi_shelters.read(csv(tmp_path, SHELTERS + "".join(rows)))
    second, _ = gsi_shelters.read(csv(tmp_path, SHELTERS + "".join(rows[::-1]), "b.csv"))
    assert first["name"].equals(second["name"])


def test_every_row_left_out_has_a_reason(tmp_path: Path) -> None:
    rows = shelter("1", "E1", "甲") + shelter("2", "E2", "乙", "0", "0") + shelter("3", "E3", "丙", "", "") + shelter("4", "E4", "")
    frame, (report,) = gsi_shelters.read(csv(tmp_path, SHELTERS + rows))
    assert frame.index.tolist() == ["E1"]
    assert report.excluded == {"zero-coordinates": 1, "no-coordinates": 1, "no-name": 1}
    assert report.records_in_file == report.accepted + 3


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    cases = [
        ("施設・場所名,緯度,経度\n甲,34.7,136.5\n", "shelter-kind"),
        ("名前,緯度,経度\n甲,34.7,136.5\n", "column-missing"),
        (SHELTERS + shelter("1", "E1", "甲", "136.5", "34.7"), "coordinates-swapped"),
        (SHELTERS + shelter("1", "E1", "甲", "0", "0"), "no-usable-row"),
    ]
    for text, slug in cases:
        with pytest.raises(DataError) as caught:
            gsi_shelters.read(csv(tmp_path, text))
        assert caught.value.code == slug
    frame, _ = gsi_shelters.read(csv(tmp_path, cases[0][0]), category="shelter")
    assert frame["category"].tolist() == ["shelter"]


def test_geojson_gives_the_same(tmp_path: Path) -> None:
    names = SHELTERS.strip().split(",")
    values = shelter("1", "E1", "甲").strip().split(",")
    properties = {k: v for k, v in zip(names, values, strict=True) if k not in ("緯度", "経度")}
    feature = {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": [136.5, 34.7]}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")
    from_json, _ = gsi_shelters.read(path)
    from_csv, _ = gsi_shelters.read(csv(tmp_path, SHELTERS + shelter("1", "E1", "甲")))
    whence = ["from_file", "row"]
    assert from_json[whence].to_numpy().tolist() == [["a.geojson", 1]]
    assert from_csv[whence].to_numpy().tolist() == [["24201.csv", 2]]
    assert from_json.drop(columns=["geometry", *whence]).equals(from_csv.drop(columns=["geometry", *whence]))
    assert from_json.geometry.geom_equals_exact(from_csv.geometry, 1e-9).all()


def test_shelters_of_mie(shared_data: Path) -> None:
    frame, (report,) = gsi_shelters.read(shared_data / "facilities" / "gsi_shelters_mie.geojson")
    assert len(frame) == 1671
    assert frame.index.is_unique
    assert frame["municipality_name"].nunique() == 29
    assert set(frame["category"]) == {"shelter"}
    assert report.verdict == "accept"


def test_the_national_file_names_municipalities_by_code(tmp_path: Path) -> None:
    text = "NO,市町村コード,施設・場所名,住所,受入対象者,緯度,経度\n1,242012,甲,津市1番地,高齢者,34.7,136.5\n"
    table, _ = gsi_shelters.read(csv(tmp_path, text))
    assert table["municipality_id"].tolist() == ["242012"]
