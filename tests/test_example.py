"""The committed files of the example: small, whole, open with plain libraries, and what build.py makes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from examples.mie.places import CENSUS
from tests import another_processor
from tests.waiting import CEILING_S

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "mie"
DATA = EXAMPLE / "data"
STORY = EXAMPLE / "story"
CENSUS_TABLE = DATA / "tblT001141H24.zip"
BOUNDARIES = DATA / "N03-20240101_24_fictitious.geojson"
LARGEST_FILE, LARGEST_FOLDER = 1_500_000, 4_000_000
CENTRE_4G = {"alpha": (0.996, 0.999), "bravo": (0.995, 0.999), "charlie": (0.993, 0.998), "delta": (0.98, 0.994)}
CENTRE_5G = {"alpha": (0.88, 0.93), "bravo": (0.84, 0.90), "charlie": (0.78, 0.86)}


@pytest.fixture(scope="module")
def census() -> pd.DataFrame:
    """The census table as text, columns named by code, the label row left out."""
    frame = pd.read_csv(io.BytesIO(census_text()), encoding="cp932", dtype=str, keep_default_na=False)
    return frame.iloc[1:].reset_index(drop=True)


@pytest.fixture(scope="module")
def municipalities() -> gpd.GeoDataFrame:
    return gpd.read_file(BOUNDARIES)


@pytest.fixture(scope="module")
def layers(tmp_path_factory: pytest.TempPathFactory) -> dict[tuple[str, str], gpd.GeoDataFrame]:
    """Every carrier's polygons as plain geopandas reads them."""
    found = {}
    for generation in ("4G", "5G"):
        short = generation.lower()
        folder = tmp_path_factory.mktemp(short)
        with zipfile.ZipFile(DATA / f"alpha_{short}.zip") as archive:
            for member in archive.infolist():
                (folder / f"alpha{member.filename[-4:]}").write_bytes(archive.read(member))
        found["alpha", generation] = gpd.read_file(folder / "alpha.shp", encoding="cp932")
        found["bravo", generation] = gpd.read_file(DATA / "bravo.gpkg", layer=f"area_{short}")
        found["charlie", generation] = gpd.read_file(DATA / f"charlie_{short}.kml")
    found["delta", "4G"] = gpd.read_file(DATA / "delta_4g.fgb")
    return found


def census_text() -> bytes:
    """The table in its zip, as e-Stat delivers it."""
    with zipfile.ZipFile(CENSUS_TABLE) as archive:
        assert archive.namelist() == ["tblT001141H24.txt"]
        return archive.read("tblT001141H24.txt")


def cell_corner(code: str) -> tuple[float, float]:
    """South-western corner (lon, lat) of a nine-digit mesh code, by the text of JIS X 0410."""
    quadrant = int(code[8]) - 1
    lat = int(code[:2]) / 1.5 + int(code[4]) / 12 + int(code[6]) / 120 + quadrant // 2 / 240
    lon = int(code[2:4]) + 100 + int(code[5]) / 8 + int(code[7]) / 80 + quadrant % 2 / 160
    return lon, lat


def rows_of(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_example_is_small() -> None:
    sizes = [path.stat().st_size for path in [*EXAMPLE.glob("*.*"), *DATA.iterdir(), *STORY.iterdir()]]
    assert max(sizes) <= LARGEST_FILE
    assert sum(sizes) <= LARGEST_FOLDER


def test_the_census_table_has_the_form_of_e_stat() -> None:
    data = census_text()
    assert data.count(b"\n") == data.count(b"\r\n")
    codes, labels, *rows = list(csv.reader(io.StringIO(data.decode("cp932"))))
    assert codes[:4] == ["KEY_CODE", "HTKSYORI", "HTKSAKI", "GASSAN"]
    assert codes[4:] == [f"T001141{number:03d}" for number in range(1, 51)]
    assert labels[:5] == ["", "", "", "", "　人口（総数）"]
    assert (labels[22], labels[37]) == ("　６５歳以上人口　総数", "　世帯総数")
    assert all(len(row) == 54 for row in rows)
    keys = [row[0] for row in rows]
    assert keys == sorted(set(keys))


def test_census_totals(census: pd.DataFrame) -> None:
    people = census["T001141001"].astype(int)
    assert people.sum() == 1_770_254
    assert (people > 0).all()
    assert census["T001141034"].astype(int).sum() == 741_200
    # details of small cells moved to a neighbour: every total is kept
    details = census[census["HTKSYORI"] != "2"]
    assert details["T001141019"].astype(int).sum() == 522_100
    ages = details["T001141004"].astype(int).sum() + details["T001141007"].astype(int).sum()
    assert ages == 1_770_254


def test_disclosure_groups_point_at_each_other(census: pd.DataFrame) -> None:
    table = census.set_index("KEY_CODE")
    hidden = table[table["HTKSYORI"] == "2"]
    assert len(hidden) > 300
    assert (hidden["T001141019"] == "*").all()
    assert not (table.loc[table["HTKSYORI"] != "2"].iloc[:, 3:] == "*").any(axis=None)
    given = {(source, target) for target, sources in table.loc[table["HTKSYORI"] == "1", "GASSAN"].items() for source in sources.split(";")}
    assert given == set(hidden["HTKSAKI"].items())
    assert any(";" in sources for sources in table["GASSAN"])


def test_municipal_totals_are_the_census(census: pd.DataFrame, municipalities: gpd.GeoDataFrame) -> None:
    """A cell belongs to the municipality with the largest part of it: shapely alone says the same."""
    corners = np.array([cell_corner(code) for code in census["KEY_CODE"]])
    boxes = shapely.box(*corners.T, corners[:, 0] + 1 / 160, corners[:, 1] + 1 / 240)
    parts = municipalities.geometry.to_numpy()
    part, cell = shapely.STRtree(boxes).query(parts, predicate="intersects")
    inside = shapely.contains_properly(parts[part], boxes[cell])
    area = np.where(inside, 1 / (160 * 240), 0.0)
    area[~inside] = shapely.area(shapely.intersection(boxes[cell[~inside]], parts[part[~inside]]))
    owners = pd.DataFrame({"cell": cell, "code": municipalities["N03_007"].to_numpy()[part], "area": area})
    owners = owners.groupby(["cell", "code"], as_index=False)["area"].sum()
    owners = owners.sort_values("area").drop_duplicates("cell", keep="last").set_index("cell")["code"]
    people = census["T001141001"].astype(int).groupby(owners.reindex(census.index)).sum()
    assert people.to_dict() == {code: total for code, (_, _, total) in CENSUS.items()}


def test_boundaries_partition_the_land(municipalities: gpd.GeoDataFrame) -> None:
    assert municipalities.crs.to_epsg() == 6668
    assert list(municipalities.columns[:6]) == ["N03_001", "N03_002", "N03_003", "N03_004", "N03_005", "N03_007"]
    assert municipalities.geometry.is_valid.all()
    named = municipalities.dropna(subset="N03_007")
    assert set(named["N03_007"]) == set(CENSUS)
    assert len(named) > 35
    nobody = municipalities[municipalities["N03_007"].isna()]
    assert list(nobody["N03_004"]) == ["所属未定地"]
    metric = municipalities.to_crs(6674)
    assert 5_000 < metric.area.sum() / 1e6 < 6_500
    assert metric.area.sum() == pytest.approx(metric.union_all().area, rel=1e-9)


def test_settlements_are_all_the_places() -> None:
    rows = rows_of("settlements_24.csv")
    assert len(rows) == 2_972
    assert {row["市区町村コード"] for row in rows} == set(CENSUS)
    assert all(row["大字町丁目名"] for row in rows)
    assert all(135.8 < float(row["経度"]) < 137.0 and 33.7 < float(row["緯度"]) < 35.3 for row in rows)


def test_shelters_are_fictitious_and_on_land(municipalities: gpd.GeoDataFrame) -> None:
    shelters, sites = rows_of("shelters_24_1.csv"), rows_of("shelters_24_2.csv")
    assert "崖崩れ、土石流及び地滑り" in sites[0]
    both = {row["共通ID"] for row in shelters} & {row["共通ID"] for row in sites}
    every = {row["共通ID"]: row for row in [*shelters, *sites]}
    assert len(every) == 400
    assert len(shelters) + len(sites) == 400 + len(both)
    assert len(both) > 100
    assert all(row["施設・場所名"].startswith("（架空）") for row in every.values())
    points = shapely.points([[float(row["経度"]), float(row["緯度"])] for row in every.values()])
    land = municipalities.union_all()
    # points are rounded to a decimetre, so one on the shore may stand a step off it
    assert shapely.distance(points, land).max() < 2e-6


@pytest.mark.parametrize(
    ("name", "starts"),
    [
        ("alpha_4g.zip", "エリア表示_架空モバイルA_"),
        ("alpha_5g.zip", "エリア表示_架空モバイルA_"),
        ("A33-26_24_fictitious.zip", "A33-26_24Polygon（架空）"),
    ],
)
def test_zip_names_are_shift_jis_without_a_flag(name: str, starts: str) -> None:
    with zipfile.ZipFile(DATA / name) as archive:
        members = archive.infolist()
    assert all(not member.flag_bits & 0x800 for member in members)
    names = [member.filename.encode("cp437").decode("cp932") for member in members]
    assert {Path(one).suffix for one in names} == {".shp", ".shx", ".dbf", ".prj"}
    assert all(one.startswith(starts) for one in names)


def test_roads_are_a_ledger_with_every_stretch_once() -> None:
    roads = gpd.read_file(DATA / "road_ledger_24.gpkg")
    assert roads.crs.to_epsg() == 6674
    assert set(roads["種別"]) == {"国道", "県道"}
    assert set(roads["緊急輸送道路"]) == {"0", "1"}
    assert roads["路線名"].str.startswith("（架空）").all()
    km = roads.length / 1000
    assert 300 < km.sum() < 800
    # roads meet and cross, yet none runs along another: the union is as long as the parts
    assert roads.union_all().length / 1000 == pytest.approx(km.sum(), rel=1e-3)


def test_places_of_use_have_the_columns_of_the_originals() -> None:
    schools, clinics, offices = (gpd.read_file(DATA / f"{name}_24_fictitious.geojson") for name in ("P29", "P04", "P05"))
    assert (schools["P29_007"] == "2").sum() == 3, "some schools are closed"
    assert set(clinics["P04_001"]) == {"1", "2", "3"}
    assert (offices["P05_002"] == "1").sum() == 29, "one main office a municipality"
    names = pd.concat([schools["P29_004"], clinics["P04_002"], offices["P05_003"]])
    assert names.str.startswith("（架空）").all()
    own = pd.read_csv(DATA / "own_places_24.csv", encoding="cp932", dtype=str)
    assert own["名称"].str.startswith("（架空）").all()
    assert set(own["種別"]) == {"登山道", "観光地", "農林作業地"}
    assert own["年間利用者数"].isna().any(), "how many come is not always known"


def test_designated_areas_lend_their_shapes_to_the_list(municipalities: gpd.GeoDataFrame) -> None:
    listed = pd.read_csv(EXAMPLE / "designated_areas_mie_2021.csv", dtype=str, keep_default_na=False)
    depopulated = gpd.read_file(DATA / "A17_24_fictitious.geojson")
    held = set(zip(depopulated["A17_002"], depopulated["A17_008"].fillna(""), strict=True))
    spec = set(zip(listed["市町村コード"], listed["旧市町村名"], strict=True))
    assert spec <= held
    land = municipalities.dropna(subset="N03_007").dissolve("N03_007").to_crs(6674)
    for code, parts in depopulated.to_crs(6674).groupby("A17_002"):
        inside = parts.union_all().intersection(land.geometry[code].buffer(300))
        assert inside.area == pytest.approx(parts.union_all().area, rel=1e-6)


def test_landslide_areas_hold_special_ones() -> None:
    with zipfile.ZipFile(DATA / "A33-26_24_fictitious.zip") as archive, tempfile.TemporaryDirectory() as folder:
        for member in archive.infolist():
            Path(folder, f"a33{member.filename[-4:]}").write_bytes(archive.read(member))
        areas = gpd.read_file(f"{folder}/a33.shp", encoding="cp932").to_crs(6674)
    assert set(areas["A33_002"]) == {"1", "2"}
    special = areas[areas["A33_002"] == "2"].set_index("A33_004").geometry
    ordinary = areas[areas["A33_002"] == "1"].set_index("A33_004").geometry.buffer(0.5)
    assert special.within(ordinary.reindex(special.index)).all()


def test_field_tests_say_what_they_are() -> None:
    tests = pd.read_csv(DATA / "field_tests_24.csv", encoding="cp932", dtype=str, keep_default_na=False)
    assert set(tests["備考"]) == {"架空の測定"}
    assert set(tests["圏外"]) == {"", "圏外"}
    assert ((tests["圏外"] == "圏外") == (tests["RSRP"] == "")).all()
    assert tests["日時"].str[:10].nunique() == 2


def test_future_population_is_of_all_inhabited_meshes(census: pd.DataFrame) -> None:
    with zipfile.ZipFile(DATA / "1km_mesh_2024_24_fictitious.zip") as archive:
        rows = json.loads(archive.read(archive.namelist()[0]))["features"]
    table = pd.DataFrame([row["properties"] for row in rows]).set_index("MESH_ID")
    assert set(table.index) == set(census["KEY_CODE"].str[:8])
    assert table["PTN_2020"].sum() == pytest.approx(1_770_254, rel=0.01)
    assert (table["PTN_2040"] < table["PTN_2020"]).all()
    assert (table["PTC_2040"] <= table["PTN_2040"]).all()


def test_layers_open_with_plain_libraries(layers: dict[tuple[str, str], gpd.GeoDataFrame]) -> None:
    crs = {key: layer.crs.to_epsg() for key, layer in layers.items()}
    assert crs == {
        ("alpha", "4G"): 6668,
        ("alpha", "5G"): 6668,
        ("bravo", "4G"): 6674,
        ("bravo", "5G"): 6674,
        ("charlie", "4G"): 4326,
        ("charlie", "5G"): 4326,
        ("delta", "4G"): 6668,
    }
    assert set(layers["alpha", "4G"]["事業者名"]) == {"架空モバイルA"}
    parts = {key: shapely.get_parts(layer.geometry.to_numpy()) for key, layer in layers.items()}
    assert sum(map(len, parts.values())) > 2_000
    assert sum(shapely.get_num_interior_rings(part).sum() for part in parts.values()) > 2_000
    for carrier in ("alpha", "bravo", "charlie", "delta"):
        assert (~shapely.is_valid(parts[carrier, "4G"])).any(), f"{carrier} has no broken ring"
    charlie = shapely.make_valid(parts["charlie", "4G"])
    assert shapely.area(charlie).sum() > 1.05 * shapely.union_all(charlie).area


def test_coverage_is_of_the_real_kind(census: pd.DataFrame, layers: dict[tuple[str, str], gpd.GeoDataFrame]) -> None:
    """By the cells' centres, which is coarse: carriers differ, and a few hundred people have none of them."""
    people = census["T001141001"].astype(int).to_numpy()
    corners = np.array([cell_corner(code) for code in census["KEY_CODE"]])
    centres = shapely.points(corners + np.array([1 / 320, 1 / 480]))
    inside = {}
    for key, layer in layers.items():
        polygons = shapely.make_valid(layer.to_crs(6668).geometry.to_numpy())
        inside[key] = np.zeros(len(people), bool)
        inside[key][shapely.STRtree(centres).query(polygons, predicate="contains")[1]] = True
    for generation, expected in (("4G", CENTRE_4G), ("5G", CENTRE_5G)):
        for carrier, (low, high) in expected.items():
            assert low < people[inside[carrier, generation]].sum() / people.sum() < high, (carrier, generation)
    missing = np.column_stack([~inside[carrier, "4G"] for carrier in CENTRE_4G])
    assert 100 < people[missing.all(axis=1)].sum() < 1_500
    assert len(np.unique(missing[missing.any(axis=1)], axis=0)) >= 8, "few combinations of missing carriers"


def test_files_say_that_they_are_fictitious() -> None:
    assert "架空" in json.loads(BOUNDARIES.read_text(encoding="utf-8"))["description"]
    for name in ("charlie_4g.kml", "charlie_5g.kml"):
        assert "架空" in (DATA / name).read_text(encoding="utf-8")[:600]
    for name in ("bravo.gpkg", "delta_4g.fgb"):
        assert "架空".encode() in (DATA / name).read_bytes()
    readme = (EXAMPLE / "README.md").read_text(encoding="utf-8")
    assert all(word in readme for word in ("架空", "Geolonia", "CC BY 4.0", "jp-prefecture", "build.py"))
    assert all(path.name in readme for path in (*DATA.iterdir(), *STORY.iterdir()))


BUILT_FROM = Path(__file__).parent / "golden" / "example_built_from.txt"
BUILT_WITH = ("numpy", "scipy", "pandas", "shapely", "pyproj", "rasterio", "pyogrio", "geopandas", "jp-prefecture")


def test_building_again_gives_the_same_bytes() -> None:
    """In another time zone, locale and folder, with another hash seed, on a processor that rounds otherwise."""
    try:
        version("jp-prefecture")
    except PackageNotFoundError:
        pytest.skip("jp-prefecture is not installed: the example cannot be built again")
    committed = {path.name: path.read_bytes() for path in DATA.iterdir()}
    if what_it_is_built_from() == BUILT_FROM.read_text(encoding="utf-8").split()[0] and "KENGAI_BUILD" not in os.environ:
        # building takes half a minute of both cores: neither the program, its libraries nor its files changed since it was done
        assert what_was_built(committed) == BUILT_FROM.read_text(encoding="utf-8").split()[1]
        return
    built = build_in_a_fresh_process("Asia/Tokyo", another_processor.__file__)
    if built["built_with.txt"] != committed["built_with.txt"]:
        # other libraries may round otherwise, yet they too must repeat themselves
        committed = build_in_a_fresh_process("UTC", EXAMPLE / "build.py")
    assert sorted(built) == sorted(committed)
    assert [name for name, data in built.items() if data != committed[name]] == []
    assert f"{what_it_is_built_from()} {what_was_built(committed)}\n" == BUILT_FROM.read_text(encoding="utf-8"), (
        f"built again and the same: write these two into {BUILT_FROM.name}: {what_it_is_built_from()} {what_was_built(committed)}"
    )


def what_it_is_built_from() -> str:
    """A fingerprint of the program that builds the example and of the libraries that decide its bytes."""
    digest = hashlib.sha256()
    for path in sorted(
        [*EXAMPLE.glob("*.py"), *EXAMPLE.glob("*.csv"), EXAMPLE.parents[1] / "geodata" / "atomic.py", Path(another_processor.__file__)]
    ):
        digest.update(path.name.encode() + path.read_bytes())
    digest.update(f"{sys.version_info[:3]} {shapely.geos_version_string}".encode())
    digest.update("\n".join(f"{name} {version(name)}" for name in BUILT_WITH).encode())
    return digest.hexdigest()


def what_was_built(files: dict[str, bytes]) -> str:
    """A fingerprint of the files, by name."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(name.encode() + hashlib.sha256(files[name]).digest())
    return digest.hexdigest()


def build_in_a_fresh_process(zone: str, program: Path | str) -> dict[str, bytes]:
    """Every file that the program writes, with its own hash seed, time zone, locale and working folder."""
    with tempfile.TemporaryDirectory() as folder:
        surroundings = {**os.environ, "PYTHONHASHSEED": str(len(zone)), "TZ": zone, "LC_ALL": "C"}
        command = [sys.executable, str(program), f"{folder}/data"]
        subprocess.run(command, env=surroundings, cwd=folder, stdout=subprocess.DEVNULL, check=True, timeout=CEILING_S)
        return {path.name: path.read_bytes() for path in Path(folder, "data").iterdir()}


def test_the_other_processor_moves_every_last_bit_and_nothing_else() -> None:
    values = np.array([0.0, 1.0, -1.0, np.inf, 0.1, -0.3, 7.5])
    moved = another_processor.last_bit_moved(values)
    assert list(moved[:4]) == list(values[:4])
    assert (np.abs(moved[4:] - values[4:]) == np.spacing(np.abs(values[4:]))).all()
    assert isinstance(another_processor.last_bit_moved(0.1), float)
