"""Designated areas, hazards, parks and DID: small files of the documented shapes, and what they mean for zones."""

from __future__ import annotations

import re
import tomllib
import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.inputs import read_files
from coverage.study import sources
from coverage.zones.designations import area_shares, designations, hazard, on_day, overridden, zone_shares
from geodata.area_rows import day_of
from geodata.errors import DataError
from geodata.grid import Grid
from geodata.sources import designated_areas, designation_overrides, did, hazard_areas, natural_parks, water
from requests_gen.intake.check import check_files

MIE_LIST = Path(__file__).resolve().parents[1] / "examples" / "mie" / "designated_areas_mie_2021.csv"
BOX = shapely.box(136, 34, 136.1, 34.1)


def file(folder, columns: dict, shapes=None, name="a.geojson"):
    many = len(next(iter(columns.values())))
    gpd.GeoDataFrame(columns, geometry=shapes or [BOX] * many, crs="EPSG:6668").to_file(folder / name)
    return folder / name


def adds_up(report) -> bool:
    return report.records_in_file == report.accepted + sum(report.excluded.values())


A17 = {
    "A17_001": ["1", "2", "2"],
    "A17_002": ["24209", "24204", "24204"],
    "A17_003": ["三重県"] * 3,
    "A17_006": ["尾鷲市", "松阪市", "松阪市"],
    "A17_007": [""] * 3,
    "A17_008": ["", "飯南町", "飯南町"],
    "A17_009": ["1", "3", "3"],
}


def test_depopulated_areas_of_a17(tmp_path):
    table, (report,) = designated_areas.read(file(tmp_path, A17))
    assert table["kind"].tolist() == ["depopulated"] * 3
    assert table["name"].tolist() == ["尾鷲市", "松阪市（飯南町）", "松阪市（飯南町）"]
    assert adds_up(report)


@pytest.mark.parametrize(
    ("columns", "kind", "name", "since"),
    [
        (
            {"A18_002": ["24209"], "A18_006": ["尾鷲市"], "A18_009": ["紀伊地域"], "A18_010": ["S60.12.17"]},
            "peninsula",
            "紀伊地域",
            "1985-12-17",
        ),
        (
            {"A19_002": ["24211"], "A19_006": ["鳥羽市"], "A19_007": ["志摩諸島"], "A19_010": ["昭和32年8月14日"]},
            "island",
            "志摩諸島",
            "1957-08-14",
        ),
        ({"A22_002": ["20201"], "A22_006": ["某市"], "A22_007": ["1"]}, "snow", "某市", ""),
        (
            {"A24_002": ["24443"], "A24_006": ["大台町"], "A24_007": ["宮川村"], "A24_008": ["19700101"]},
            "mountain",
            "大台町（宮川村）",
            "1970-01-01",
        ),
        ({"A25_002": ["24443"], "A25_006": ["大台町"]}, "farming", "大台町", ""),
    ],
)
def test_the_other_designations(tmp_path, columns, kind, name, since):
    table, _ = designated_areas.read(file(tmp_path, columns))
    assert table.loc[0, ["kind", "name", "valid_from"]].tolist() == [kind, name, since]


def test_a_file_of_something_else(tmp_path):
    with pytest.raises(DataError, match="A17"):
        designated_areas.read(file(tmp_path, {"N03_001": ["三重県"]}))


def test_landslide_areas(tmp_path):
    columns = {"A33_001": ["1", "2", "1"], "A33_002": ["1", "2", "4"], "A33_005": ["甲", "乙", "丙"]}
    table, (report,) = hazard_areas.read(file(tmp_path, columns))
    assert table["kind"].tolist() == ["landslide", "landslide_special", "landslide_special"]
    assert "landslide-to-come" in {notice.code for notice in report.notices}
    with pytest.raises(DataError, match="9"):
        hazard_areas.read(file(tmp_path, {"A33_001": ["1"], "A33_002": ["9"]}, name="b.geojson"))


def test_tsunami_and_parks_and_did(tmp_path):
    table, _ = hazard_areas.read(file(tmp_path, {"A40_001": ["三重県"], "A40_003": ["2m以上 ～ 5m未満"]}))
    assert table.loc[0, ["kind", "detail"]].tolist() == ["tsunami", "2m以上 ～ 5m未満"]
    parks = file(tmp_path, {"A10_003": ["1", "1"], "A10_004": ["11", "20"], "A10_005": ["伊勢志摩"] * 2}, name="p.geojson")
    assert natural_parks.read(parks, special_values=["11"])[0]["kind"].tolist() == ["park_special", "park_ordinary"]
    untold, (report,) = natural_parks.read(parks)
    assert set(untold["kind"]) == {"park_ordinary"}
    assert "park-zone-not-said" in {notice.code for notice in report.notices}
    assert did.read(file(tmp_path, {"A16_002": ["24201"], "A16_003": ["津市"]}, name="d.geojson"))[0]["kind"].tolist() == ["did"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2021-04-01", "2021-04-01"),
        ("２０２１／４／１", "2021-04-01"),
        ("令和3年4月1日", "2021-04-01"),
        ("R3.4.1", "2021-04-01"),
        ("令和元年5月1日", "2019-05-01"),
        ("20270331", "2027-03-31"),
        ("昭和64年1月7日", "1989-01-07"),
        ("", ""),
        ("－", ""),
    ],
)
def test_days(written, day):
    assert day_of(written) == day


@pytest.mark.parametrize("written", ["きのう", "2021-13-01", "3/4", "令和3年"])
def test_what_is_no_day(written):
    with pytest.raises(ValueError, match=r".+"):
        day_of(written)


# ---- vintages and codes ----


def codes(report) -> set[str]:
    return {notice.code for notice in report.notices}


def test_each_vintage_is_told_by_its_columns(tmp_path):
    new = {
        "A22_002": ["21203"] * 2,
        "A22_006": ["高山市"] * 2,
        "A22_007": ["高山市"] * 2,
        "A22_008": ["", "旧上宝村"],
        "A22_009": ["1", "02"],
    }
    table, (report,) = designated_areas.read(file(tmp_path, new))
    assert table["detail"].tolist() == ["1", "2"]
    assert report.facts["vintage"] == "2016"
    assert report.facts["codes"] == {"A22_009": {"1 豪雪地帯": 1, "2 特別豪雪地帯": 1}}
    old = {"A22_002": ["20201"] * 2, "A22_006": ["某市"] * 2, "A22_007": ["2", "5"]}
    table, (report,) = designated_areas.read(file(tmp_path, old, name="old.geojson"))
    # a code without a meaning designates nothing
    assert table["detail"].tolist() == ["2"]
    assert report.excluded == {"kind-not-wanted": 1}
    assert "designation-code-unknown" in {notice.code for notice in report.notices}
    assert "「A22_007」" in next(notice.text.ja for notice in report.notices if notice.code == "code-unknown")
    assert "5（1件）" in next(notice.text.ja for notice in report.notices if notice.code == "code-unknown")
    # of the older A18, 008 is a code and no former municipality; of some A19, 010 is a code and no day
    table, (report,) = designated_areas.read(
        file(tmp_path, {"A18_002": ["24209"], "A18_006": ["尾鷲市"], "A18_008": ["1"]}, name="c.geojson")
    )
    assert table[["former", "name"]].to_numpy().tolist() == [["", "尾鷲市"]]
    table, (report,) = designated_areas.read(
        file(tmp_path, {"A19_002": ["24211"], "A19_006": ["鳥羽市"], "A19_007": ["志摩諸島"], "A19_010": ["1"]}, name="d.geojson")
    )
    assert table["valid_from"].tolist() == [""]
    assert "day-unreadable" not in codes(report)
    assert report.facts["codes"]["A19_010"] == {"1": 1}


def test_a_code_of_no_list_is_told_and_a_layout_of_no_vintage_refused(tmp_path):
    _, (report,) = designated_areas.read(file(tmp_path, A17))
    assert report.facts["codes"]["A17_009"] == {"1 過疎市町村": 1, "3 過疎地域とみなされる区域": 2}
    assert "code-unknown" not in codes(report)
    _, (report,) = designated_areas.read(file(tmp_path, {**A17, "A17_009": ["1", "7", "7"]}))
    assert {notice.code: notice.count for notice in report.notices}["code-unknown"] == 2
    with pytest.raises(DataError, match=r"A24_002、A24_006、A24_030") as error:
        designated_areas.read(file(tmp_path, {"A24_002": ["1"], "A24_006": ["某町"], "A24_030": ["x"]}, name="b.geojson"))
    assert "A24_008" in error.value.in_("ja")  # what would be a known vintage
    assert "own_areas" in error.value.in_("ja")


def test_depths_without_a_number_are_told(tmp_path):
    _, (report,) = hazard_areas.read(file(tmp_path, {"A40_003": ["0.3m未満", "不明", ""]}))
    assert report.facts["codes"]["A40_003"] == {"0.3m未満": 1, "不明": 1, "（空）": 1}
    assert {notice.code: notice.count for notice in report.notices}["tsunami-depth-unknown"] == 2


def test_special_values_that_do_not_occur_are_told(tmp_path):
    parks = file(tmp_path, {"A10_004": [1.0, 2.0], "A10_005": ["伊勢志摩"] * 2})
    table, (report,) = natural_parks.read(parks, special_values=["1", "99"])
    assert table["kind"].tolist() == ["park_special", "park_ordinary"]
    assert "99" in next(notice.text.ja for notice in report.notices if notice.code == "park-zone-absent")


# ---- areas in other columns ----


def test_areas_in_the_offices_own_columns(tmp_path):
    columns = {"区分": ["Y", "R", "解除"], "箇所": ["甲", "乙\ufffd", "丙"], "告示": ["H26.4.1", "", ""], "市町": ["24201"] * 3}
    path = file(tmp_path, columns, name="k.gpkg")
    spec = {"kind": "own_areas", "files": ["k.gpkg"], "name_field": "箇所", "from_field": "告示", "municipality_field": "市町"}
    meaning = {"Y": "landslide", "R": "landslide_special"}
    with pytest.raises(DataError, match="解除（1件）") as error:
        read_files(sources.AreaFiles(**spec, class_field="区分", class_values=meaning), [path])
    advised = tomllib.loads(re.search(r"class_values = \{.*?\}", error.value.in_("ja"))[0])["class_values"]
    answered = sources.AreaFiles(**spec, class_field="区分", class_values={**meaning, **advised})
    table, (report,) = read_files(answered, [path])
    assert table[["kind", "name", "valid_from"]].to_numpy().tolist() == [["landslide", "甲", "2014-04-01"], ["landslide_special", "", ""]]
    assert report.excluded == {"kind-not-wanted": 1}
    assert adds_up(report)
    assert answered.topics == {"hazards"}
    flooded, _ = read_files(sources.AreaFiles(kind="own_areas", files=["k.gpkg"], area_kind="tsunami"), [path])
    assert flooded["kind"].tolist() == ["tsunami"] * 3
    with pytest.raises(ValueError, match="area-class-missing"):
        sources.AreaFiles(kind="own_areas", files=["k.gpkg"])


def test_the_advice_on_an_unknown_landslide_class_works(tmp_path):
    path = file(tmp_path, {"A33_001": ["1", "1", "1"], "A33_002": ["1", "2", "9"]})
    with pytest.raises(DataError, match="9（1件）") as error:
        hazard_areas.read(path)
    text = error.value.in_("ja")
    values = tomllib.loads(re.search(r"class_values = \{.*?\}", text)[0])["class_values"]
    field = tomllib.loads(re.search(r'class_field = "\w+"', text)[0])["class_field"]
    spec = sources.AreaFiles(kind="own_areas", files=["a"], class_field=field, class_values={**values, "9": "none"})
    assert read_files(spec, [path])[0]["kind"].tolist() == ["landslide", "landslide_special"]


def test_districts_as_estat_gives_them(tmp_path):
    columns = {"KEN": [24, 24], "CITY": [201, 7], "CITYNAME": ["津市", "某"], "CLASS": [1, 1], "JINKO": [92535, 5], "MENSEKI": [21.4, 1.0]}
    table, (report,) = read_files(sources.AreaFiles(kind="did", files=["d"]), [file(tmp_path, columns, name="d.gpkg")])
    assert table[["kind", "name", "municipality_id"]].to_numpy().tolist() == [["did", "津市", "24201"], ["did", "某", "24007"]]
    assert report.facts["population_total"] == 92540
    assert "e-Stat" in report.facts["credit"]
    assert check_files([tmp_path / "d.gpkg"])[0].kind == "area"


def test_a_zip_of_areas_lines_and_points_is_judged_by_its_reader(tmp_path):
    row = {"A33_001": [1], "A33_002": [2], "A33_005": ["甲"]}
    shapes = {"Polygon": BOX, "Line": shapely.LineString([(136, 34), (136.1, 34.1)]), "Point": shapely.Point(136, 34)}
    for name, shape in shapes.items():
        file(tmp_path, row, [shape], f"A33-25_24{name}.shp")
    with zipfile.ZipFile(tmp_path / "A33-25_24.zip", "w") as packed:
        for part in sorted(tmp_path.glob("A33-25_24*.[sdp]*")):
            if part.suffix in (".shp", ".shx", ".dbf", ".prj"):
                packed.write(part, part.name)
    (seen,) = check_files([tmp_path / "A33-25_24.zip"])
    _, (read,) = hazard_areas.read(tmp_path / "A33-25_24.zip")
    assert (seen.kind, seen.verdict, seen.excluded) == ("area", read.verdict, read.excluded)
    assert seen.facts["areas_by_kind"] == {"landslide_special": 1}
    assert seen.excluded == {"other-layer": 2}


# ---- rivers and lakes ----


def test_rivers_and_lakes(tmp_path):
    line = shapely.LineString([(136, 34), (136.1, 34.1)])
    river = {"W05_001": ["8404"] * 3, "W05_003": ["1", "3", "9"], "W05_004": ["宮川", "名称不明", "大内山川"]}
    rivers = file(tmp_path, river, [line] * 3, "W05-08_24-g_Stream.shp")
    table, (report,) = read_files(sources.WaterFiles(files=["w"]), [rivers])
    assert table[["kind", "name"]].to_numpy().tolist() == [["river", "宮川"], ["river", ""], ["river", "大内山川"]]
    assert report.facts["codes"]["W05_003"] == {"1 1級直轄区間": 1, "3 2級河川区間": 1, "9": 1}
    assert "code-unknown" in codes(report)
    lakes = file(tmp_path, {"W09_001": ["君ヶ野湖"]}, name="W09-05-g_Lake.shp")
    assert water.read(lakes, kind="w09")[0]["kind"].tolist() == ["lake"]
    with pytest.raises(DataError, match="w09"):
        water.read(file(tmp_path, {"W09_001": ["x"]}, [line], "l.geojson"))
    assert [report.kind for report in check_files([rivers, lakes], "water")] == ["water", "water"]


# ---- real files ----


def test_real_landslide_areas_and_districts(shared_data):
    areas_47, districts_24 = shared_data / "ksj" / "A33-20_47Polygon.shp", shared_data / "ksj" / "2010_did_ddsw_24.zip"
    if not (areas_47.is_file() and districts_24.is_file()):
        pytest.skip("A33-20_47 and the DID of Mie are not in ../shared/data/ksj")
    plain = gpd.read_file(areas_47, encoding="cp932", ignore_geometry=True)
    table, (report,) = hazard_areas.read(areas_47)
    assert table["kind"].value_counts().to_dict() == {"landslide": 1193, "landslide_special": 215}
    assert sum(report.facts["codes"]["A33_001"].values()) == len(plain) == report.accepted == 1408
    assert [count for _, count in sorted(report.facts["codes"]["A33_001"].items())] == plain["A33_001"].value_counts().sort_index().tolist()
    assert report.verdict == "accept"
    table, (report,) = did.read(districts_24)
    assert (len(table), table["municipality_id"].nunique(), report.facts["population_total"]) == (27, 13, 782035)
    assert report.verdict == "accept"


# ---- the office's own list: acceptance case 11 of the domain ----


def towns() -> gpd.GeoDataFrame:
    names = {
        "24201": "津市",
        "24204": "松阪市",
        "24209": "尾鷲市",
        "24211": "鳥羽市",
        "24212": "熊野市",
        "24215": "志摩市",
        "24216": "伊賀市",
        "24443": "大台町",
        "24471": "大紀町",
        "24472": "南伊勢町",
        "24543": "紀北町",
    }
    shapes = [shapely.box(136 + k, 34, 137 + k, 35) for k in range(len(names))]
    return gpd.GeoDataFrame(
        {"name": list(names.values())}, geometry=shapes, crs="EPSG:6668", index=pd.Index(list(names), name="municipality_id")
    )


def former(*named: tuple[str, str, float]) -> gpd.GeoDataFrame:
    """Areas of A17 of 2017: (code, former municipality, west edge)."""
    rows = [
        {
            "kind": "depopulated",
            "name": name,
            "valid_from": "",
            "valid_to": "",
            "source": "A17",
            "municipality_id": code,
            "municipality": "",
            "former": name,
        }
        for code, name, _ in named
    ]
    shapes = [shapely.box(west, 34, west + 0.5, 34.5) for *_, west in named]
    return gpd.GeoDataFrame(rows, geometry=shapes, crs="EPSG:6668")


def test_the_list_of_mie_reads_whole():
    table, (report,) = designation_overrides.read(MIE_LIST)
    assert len(table) == report.accepted == 15
    assert table["municipality_id"].nunique() == 11
    mine = table[table["former"] == "美杉村"].iloc[0]
    assert mine["valid_to"] == "2027-03-31"
    assert (table.loc[table["former"] != "美杉村", "valid_to"] == "2031-03-31").all()


def test_with_the_list_what_a17_missed_is_in_and_what_it_ends_is_out():
    listed, _ = designation_overrides.read(MIE_LIST)
    old = former(
        ("24204", "飯南町", 137.0),
        ("24215", "浜島町", 141.0),
        ("24216", "島ヶ原村", 142.0),
        ("24201", "美杉村", 136.0),
        ("24999", "もう指定の無い村", 150.0),
    )
    areas, without = overridden(old, listed, towns(), {"depopulated"})
    assert "もう指定の無い村" not in set(areas["former"])
    assert set(without["former"]) == {"飯高町", "大王町", "志摩町", "磯部町"}  # no shape of theirs was given: told
    assert len(areas) == 15 - 4
    this_year, after = on_day(areas, date(2026, 10, 1)), on_day(areas, date(2027, 4, 1))
    assert "美杉村" in set(this_year["former"])
    assert "美杉村" not in set(after["former"])
    assert {"島ヶ原村", "浜島町"} <= set(after["former"])
    assert on_day(areas, date(2031, 4, 1)).empty


def test_a_list_of_other_kinds_leaves_a17_alone():
    listed = pd.DataFrame(
        [
            {
                "municipality_id": "24209",
                "municipality": "尾鷲市",
                "former": "",
                "kind": "remote",
                "valid_from": "",
                "valid_to": "",
                "basis": "",
                "source": "l.csv",
            }
        ]
    )
    areas, _ = overridden(former(("24204", "飯南町", 137.0)), listed, towns(), set())
    assert areas["kind"].tolist() == ["depopulated", "remote"]
    assert areas.geometry.iloc[1].equals(towns().loc["24209", "geometry"])


def test_a_kind_of_designation_nobody_knows(tmp_path):
    (tmp_path / "l.csv").write_text("市町村コード,種別\n24209,不思議\n", encoding="utf-8")
    with pytest.raises(DataError, match="不思議"):
        designation_overrides.read(tmp_path / "l.csv")


# ---- zones: four cells of 1 km, worked out by hand ----

GRID = Grid(0.0, 0.0, 1000.0, 1000.0, 4, 1, "EPSG:6674")
CELLS = pd.DataFrame(
    {"i": [0, 1, 2, 3], "j": 0, "population": [90.0, 10.0, 0.0, np.nan], "land_share": 1.0, "zone_id": ["z1", "z1", "z2", "z2"]},
    index=pd.Index(list("abcd"), name="cell_id"),
)
ZONES = pd.Index(["z1", "z2"], name="zone_id")


def areas(*rows: tuple[str, float, float, str]) -> gpd.GeoDataFrame:
    """(kind, west, east, valid_to) over the whole row of cells."""
    return gpd.GeoDataFrame(
        {
            "kind": [r[0] for r in rows],
            "name": [f"{r[0]}{k}" for k, r in enumerate(rows)],
            "valid_from": "",
            "valid_to": [r[3] for r in rows],
            "source": "s",
        },
        geometry=[shapely.box(r[1], 0, r[2], 1000) for r in rows],
        crs=GRID.crs,
    )


def test_shares_of_zones_by_hand():
    found = areas(
        ("landslide", 0, 100, ""), ("landslide", 50, 100, ""), ("landslide", 2000, 2500, ""), ("depopulated", 0, 2000, "2027-03-31")
    )
    shares = zone_shares(area_shares(found, CELLS, GRID, {"landslide", "depopulated", "tsunami"}), CELLS, ZONES)
    assert shares.loc["z1", "in_landslide"] == pytest.approx(0.09)  # a tenth of 90 of 100 people
    assert shares.loc["z2", "in_landslide"] == pytest.approx(0.25)  # nobody known there: half of one of two cells
    assert shares.loc["z1", "in_depopulated"] == 1.0
    assert shares["in_tsunami"].tolist() == [0.0, 0.0]
    assert hazard(shares).tolist() == [0.0, 1.0]
    points = np.array([[500.0, 500.0], [2500.0, 500.0]])
    told = designations(shares, found, points)
    assert told["designated"].tolist() == ["過", ""]
    assert told["designated_until"].tolist() == ["2027-03-31", ""]
    assert told.loc["z1", "designated_as"] == "depopulated3"


def test_what_was_not_given_is_unknown():
    shares = zone_shares(area_shares(areas(), CELLS, GRID, set()), CELLS, ZONES)
    assert hazard(shares).isna().all()
    assert designations(shares, areas(), np.zeros((2, 2)))["designated"].isna().all()


def test_special_areas_inside_ordinary_ones_are_not_counted_twice():
    found = areas(("landslide", 0, 80, ""), ("landslide_special", 0, 80, ""))
    shares = zone_shares(area_shares(found, CELLS, GRID, {"landslide", "landslide_special"}), CELLS, ZONES)
    assert hazard(shares)["z1"] == 0.0  # 0.072, not 0.144
