"""Places and future people in zones: worlds by hand; the traps of the future population's files."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.zones.facilities import (
    cells_of_facilities,
    drop_duplicate_places,
    facilities_by_cell,
    facility_counts,
    facility_names,
    future_people,
)
from geodata.errors import DataError
from geodata.grid import Grid
from geodata.sources import future_population

GRID = Grid(0.0, 0.0, 1.0, 1.0, 3, 1, "EPSG:6674")
CELLS = pd.DataFrame(
    {"i": [0, 1, 2], "j": 0, "population": [30.0, 10.0, 0.0], "zone_id": ["z1", "z1", "z2"]},
    index=pd.Index(["51360001", "51360002", "51360003"], name="cell_id"),
)
ZONES = pd.Index(["z1", "z2"], name="zone_id")


def facilities(*rows: tuple[str, str, float]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"name": [r[0] for r in rows], "category": [r[1] for r in rows]},
        geometry=[shapely.Point(r[2], 0.5) for r in rows],
        crs=GRID.crs,
        index=pd.Index([r[0] for r in rows], name="facility_id"),
    )


def counted(places, given):
    cell = cells_of_facilities(places, CELLS, GRID)
    zone = cell.map(CELLS["zone_id"]).fillna("")
    return facility_counts(places, zone, ZONES, given), zone


def test_counts_by_hand():
    places = facilities(
        ("小学校", "school", 0.5), ("診療所", "clinic", 1.5), ("集会所", "hall", 2.5), ("登山口", "trail", 2.5), ("よそ", "school", 9.0)
    )
    table, zone = counted(places, {"school", "clinic", "hall", "trail"})
    assert table["schools"].tolist() == [1.0, 0.0]
    assert table["public_facilities"].tolist() == [2.0, 1.0]
    assert table["visitors"].tolist() == [0.0, 1.0]
    assert table["offices"].isna().all()
    assert zone["よそ"] == ""
    assert facility_names(places, zone, ("school", "clinic")) == {"z1": ["小学校", "診療所"]}


@pytest.mark.parametrize("backwards", [False, True])
def test_a_place_in_two_files_is_one_and_stands_as_a_shelter(backwards):
    """体育館 is in both lists of one role; a school that is a shelter has two roles; another point is another place."""
    rows = [
        ("体育館", "evacuation_site", 0.5),
        ("体育館", "shelter", 0.5),
        ("体育館", "evacuation_site", 1.5),
        ("小学校", "school", 0.5),
        ("小学校", "shelter", 0.5),
        ("小学校", "school", 0.5),
    ]
    places = facilities(*(rows[::-1] if backwards else rows))
    once = drop_duplicate_places(places)
    found = sorted(zip(once["name"], once["category"], once.geometry.x, strict=True))
    assert found == [("体育館", "evacuation_site", 1.5), ("体育館", "shelter", 0.5), ("小学校", "school", 0.5), ("小学校", "shelter", 0.5)]
    assert facilities_by_cell(places, CELLS, GRID).to_dict() == {"51360001": 3, "51360002": 1}
    assert drop_duplicate_places(once).equals(once)
    assert not len(drop_duplicate_places(places.iloc[:0]))


def test_no_list_is_unknown_and_an_empty_one_is_none():
    table, _ = counted(facilities(("避難所", "shelter", 0.5)), {"shelter"})
    assert table[["schools", "public_facilities", "visitors"]].isna().all().all()
    table, _ = counted(facilities(("避難所", "shelter", 0.5)), {"shelter", "school", "tourism"})
    assert table[["schools", "public_facilities", "visitors"]].to_numpy().tolist() == [[0.0] * 3] * 2


def test_future_people_of_the_same_meshes():
    future = pd.DataFrame({"population_2040": [12.5, 4.0]}, index=pd.Index(["51360001", "51360002"], name="cell_id"))
    assert future_people(future, CELLS, None, ZONES)["population_2040"].tolist() == [16.5, 0.0]


def test_a_larger_mesh_is_shared_by_those_who_live_there_now():
    future = pd.DataFrame({"population_2040": [20.0]}, index=pd.Index(["513600"], name="cell_id"))
    block = pd.Series("513600", index=CELLS.index)
    assert future_people(future, CELLS, block, ZONES)["population_2040"].tolist() == [20.0, 0.0]
    nobody = CELLS.assign(population=0.0)
    found = future_people(future, nobody, block, ZONES)["population_2040"]
    assert found.tolist() == pytest.approx([40 / 3, 20 / 3])


def test_a_blank_figure_is_unknown():
    future = pd.DataFrame({"population_2040": [np.nan, 4.0]}, index=pd.Index(["51360001", "51360002"], name="cell_id"))
    assert np.isnan(future_people(future, CELLS, None, ZONES).loc["z1", "population_2040"])


# ---- the files ----

MESHES = {
    "MESH_ID": ["513600011", "513600012", "523600011"],
    "SHICODE": ["24443_24471", "24443", "29201"],
    "PTN_2020": [10.25, 4.0, 99.0],
    "PTN_2030": [8.5, 3.0, 90.0],
    "PTC_2030": [6.0, 2.0, 30.0],
    "RTC_2030": [0.7, 0.66, 0.33],
    "PTN_2055": [1.0, 1.0, 1.0],
}


def file(folder, columns=None, name="500m_mesh_2024_24.geojson"):
    columns = columns or MESHES
    boxes = [shapely.box(136 + k, 34, 136.1 + k, 34.1) for k in range(len(columns["MESH_ID"]))]
    gpd.GeoDataFrame(columns, geometry=boxes, crs="EPSG:6668").to_file(folder / name)
    return folder / name


def test_a_mesh_in_two_municipalities_counts_once(tmp_path):
    table, (report,) = future_population.read(file(tmp_path), prefecture="24", years=(2030,))
    assert table.index.tolist() == ["513600011", "513600012"]
    assert table["population_2030"].sum() == 11.5
    assert table["population_65plus_2030"].sum() / table["population_2030"].sum() == pytest.approx(8 / 11.5)
    assert report.excluded == {"other-prefecture": 1}
    assert report.records_in_file == report.accepted + 1
    assert not [name for name in table.columns if name.startswith("RT")]


def test_years_beyond_the_estimate_say_so(tmp_path):
    _, (report,) = future_population.read(file(tmp_path), years=(2055,))
    assert "years-carried-on" in {notice.code for notice in report.notices}


def test_a_year_that_is_not_held_is_unknown(tmp_path):
    table, _ = future_population.read(file(tmp_path), years=(2045,))
    assert table["population_2045"].isna().all()


def test_two_vintages_are_not_mixed(tmp_path):
    other = {**MESHES, "PTN_2030": [8.5, 3.5, 90.0]}
    with pytest.raises(DataError, match="513600012"):
        future_population.read([file(tmp_path), file(tmp_path, other, "b.geojson")])
    table, (_, again) = future_population.read([file(tmp_path), file(tmp_path, MESHES, "c.geojson")])
    assert len(table) == 3
    assert again.excluded == {"mesh-twice": 3}


def test_another_file_is_refused(tmp_path):
    with pytest.raises(DataError, match="PTN_2030"):
        future_population.read(file(tmp_path, {"MESH_ID": ["1"], "SHICODE": ["24201"]}))


def test_ages_that_are_withheld_are_not_zero(tmp_path):
    """1 (10 people) holds the ages of 2 (5 people): 9 of the 15 are aged, so 6 and 3. The holder of 4 is not here."""
    columns = {
        "MESH_ID": ["513600011", "513600012", "513600013", "513600014"],
        "SHICODE": ["24443"] * 4,
        "PTN_2030": [10.0, 5.0, 4.0, 2.0],
        "PTC_2030": [9.0, 0.0, 1.0, 0.0],
        "HITOKU2030": ["@", "*", None, "*"],
        "GASSAN2030": [None, 513600011, None, 513609999],
    }
    table, (report,) = future_population.read(file(tmp_path, columns), years=(2030,))
    aged = table["population_65plus_2030"]
    assert aged.iloc[:3].tolist() == pytest.approx([6.0, 3.0, 1.0])
    assert np.isnan(aged.iloc[3])
    assert table["population_2030"].sum() == 21.0
    assert "aged-by-group" in {notice.code for notice in report.notices}
    assert set(table["municipality_ids"]) == {"24443"}


def test_the_real_edition_of_2018_recounted(shared_data):
    path = shared_data / "ksj" / "1km_mesh_2018_29.shp"
    if not path.is_file():
        pytest.skip("1km_mesh_2018_29 is not in ../shared/data/ksj")
    plain = gpd.read_file(path, ignore_geometry=True)
    table, (report,) = future_population.read(path, prefecture="29", years=(2030, 2045))
    assert report.accepted == len(plain) == len(table) == 1609
    for year in (2020, 2030, 2045):
        assert table[f"population_{year}"].sum() == pytest.approx(plain[f"PTN_{year}"].sum(), rel=1e-12)
        assert table[f"population_65plus_{year}"].sum() == pytest.approx(plain[f"PTC_{year}"].sum(), rel=1e-12)
        assert (table[f"population_65plus_{year}"].fillna(0) <= table[f"population_{year}"] + 1e-9).all()
        withheld = plain.loc[plain[f"HITOKU{year}"] == "*", "MESH_ID"].astype(str)
        zero = table.loc[withheld, f"population_65plus_{year}"] == 0
        assert not zero.all() or zero.empty
