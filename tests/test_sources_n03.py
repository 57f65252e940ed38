"""Municipalities: both schemas give the same names and codes, parts are gathered, nothing is lost in silence."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from geodata.errors import DataError
from geodata.municipality_codes import check_digit
from geodata.sources import n03

# (new schema 2024-) prefecture, county, municipality, ward, code, west edge of a unit square at 34°N
Record = tuple[str, str | None, str, str | None, str | None, float]
RECORDS: list[Record] = [
    ("三重県", None, "津市", None, "24201", 136.0),
    ("三重県", "北牟婁郡", "紀北町", None, "24543", 137.0),
    ("愛知県", None, "名古屋市", "千種区", "23101", 138.0),
    ("三重県", None, "津市", None, "24201", 139.0),
]


def square(west: float, south: float = 34.0, size: float = 0.5) -> dict[str, Any]:
    return shapely.geometry.mapping(shapely.box(west, south, west + size, south + size))


def write(path: Path, features: list[tuple[dict[str, Any], dict[str, Any] | None]]) -> Path:
    listed = [{"type": "Feature", "properties": p, "geometry": g} for p, g in features]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": listed}, ensure_ascii=False), "utf-8")
    return path


def new(record: Record) -> dict[str, Any]:
    prefecture, county, municipality, ward, code, _ = record
    return {"N03_001": prefecture, "N03_002": None, "N03_003": county, "N03_004": municipality, "N03_005": ward, "N03_007": code}


def old(record: Record) -> dict[str, Any]:
    prefecture, county, municipality, ward, code, _ = record
    upper, lower = (municipality, ward) if ward else (county, municipality)
    return {"N03_001": prefecture, "N03_002": None, "N03_003": upper, "N03_004": lower, "N03_007": code}


@pytest.mark.parametrize("schema", [new, old])
def test_both_schemas_by_hand(tmp_path: Path, schema: Any) -> None:
    path = write(tmp_path / "n03.geojson", [(schema(r), square(r[5])) for r in RECORDS])
    frame, (report,) = n03.read(path)
    assert frame.index.tolist() == ["23101", "24201", "24543"]
    assert frame["name"].tolist() == ["名古屋市千種区", "津市", "北牟婁郡紀北町"]
    assert frame["short_name"].tolist() == ["名古屋市千種区", "津市", "紀北町"]
    assert frame["county"].tolist() == ["", "", "北牟婁郡"]
    assert frame["prefecture"].tolist() == ["愛知県", "三重県", "三重県"]
    assert shapely.get_num_geometries(frame.geometry["24201"]) == 2
    assert frame.geometry["24201"].area == pytest.approx(0.5)
    assert frame.crs == "EPSG:6668"
    assert report.verdict == "accept"
    assert (report.records_in_file, report.accepted, report.facts["municipalities"]) == (4, 4, 3)


def test_touching_and_overlapping_parts_count_once(tmp_path: Path) -> None:
    parts = [square(136.0), square(136.5), square(136.25)]
    path = write(tmp_path / "n03.geojson", [(new(RECORDS[0]), part) for part in parts])
    frame, _ = n03.read(path)
    assert frame.geometry.iloc[0].area == pytest.approx(0.5)
    assert frame.geometry.iloc[0].is_valid


def test_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    features = [(new(r), square(r[5])) for r in RECORDS]
    first, _ = n03.read(write(tmp_path / "a.geojson", features))
    second, _ = n03.read(write(tmp_path / "b.geojson", features[::-1]))
    assert first.index.equals(second.index)
    assert first["name"].equals(second["name"])
    assert first.geometry.geom_equals(second.geometry).all()


def test_land_of_no_municipality_is_told_with_its_area(tmp_path: Path) -> None:
    nobody = ("三重県", None, "所属未定地", None, None, 140.0)
    features = [(new(r), square(r[5])) for r in [*RECORDS, nobody]]
    frame, (report,) = n03.read(write(tmp_path / "n03.geojson", features))
    assert len(frame) == 3
    assert report.excluded == {"unassigned-land": 1}
    assert report.records_in_file == report.accepted + 1
    assert report.facts["unassigned_km2"] == pytest.approx(2533, rel=0.01)  # 0.5° × 0.5° at 34.25°N
    assert report.notices[0].places == ("所属未定地",)
    with pytest.raises(DataError) as caught:
        n03.read(write(tmp_path / "only.geojson", [(new(nobody), square(140.0))]))
    assert caught.value.code == "no-municipalities"


@pytest.mark.parametrize(("code", "expected"), [("242012", "24201"), ("24201", "24201"), ("011002", "01100"), ("1100", "01100")])
def test_spellings_of_codes(tmp_path: Path, code: str, expected: str) -> None:
    record = (*RECORDS[0][:4], code, 136.0)
    frame, (report,) = n03.read(write(tmp_path / "n03.geojson", [(new(record), square(136.0))]))
    assert frame.index.tolist() == [expected]
    assert report.verdict == ("warn" if len(code) == 4 else "accept")


@pytest.mark.parametrize("code", ["242013", "津市", "242", "24 201", "2420123"])
def test_wrong_codes_are_refused(tmp_path: Path, code: str) -> None:
    record = (*RECORDS[0][:4], code, 136.0)
    with pytest.raises(DataError) as caught:
        n03.read(write(tmp_path / "n03.geojson", [(new(record), square(136.0))]))
    assert caught.value.code == "municipality-code"
    assert caught.value.file == "n03.geojson"
    assert code in str(caught.value)


def test_check_digits_of_mie() -> None:
    # as the list of 全国地方公共団体コード gives them
    for code in ("242012", "242021", "242039", "242047", "242055", "242071", "243035", "244724", "245615", "240001"):
        assert check_digit(code[:5]) == code[5]


def test_other_polygons_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        n03.read(write(tmp_path / "x.geojson", [({"name": "津市"}, square(136.0))]))
    assert caught.value.code == "column-missing"
    assert "N03_007" in str(caught.value)


def test_a_municipality_in_two_files_is_told(tmp_path: Path) -> None:
    first = write(tmp_path / "a.geojson", [(new(RECORDS[0]), square(136.0))])
    second = write(tmp_path / "b.geojson", [(new(RECORDS[0]), square(136.25))])
    frame, reports = n03.read([first, second])
    assert frame.geometry.iloc[0].area == pytest.approx(0.375)
    assert [notice.code for notice in reports[1].notices] == ["municipality-in-two-files"]


def test_mie_and_nara(shared_data: Path) -> None:
    folder = shared_data / "boundaries"
    frame, (report,) = n03.read(folder / "N03-21_24_210101_s0010.geojson")
    assert len(frame) == 29
    assert frame.loc["24443", ["name", "short_name"]].tolist() == ["多気郡大台町", "大台町"]
    assert frame.to_crs("EPSG:6674").area.sum() / 1e6 == pytest.approx(5771.6, abs=0.05)
    assert shapely.get_num_coordinates(frame.geometry).sum() == 8032
    assert shapely.get_num_geometries(frame.geometry).sum() == 60
    assert report.verdict == "accept"
    both, _ = n03.read(sorted(folder.glob("N03*.geojson")))
    assert len(both) == 68
    assert set(both["prefecture"]) == {"三重県", "奈良県"}
