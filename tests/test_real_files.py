"""Real public files: counted again with plain pandas and geopandas, and put together as people put them together.

The recount uses nothing of the product: mesh codes are taken apart here, shares are shapely's intersections. The files
are not ours to keep, so these tests are left out where they are not (`shared_data`).
"""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.run import run
from coverage.study import read_study
from geodata.errors import DataError

MIE, NARA = "boundaries/N03-21_24_210101_s0010.geojson", "boundaries/N03-21_29_210101_s0010.geojson"
NORTH, KYUSHU = "population/tblT001100S5236.txt", "population/tblT001101H5130.txt"
TOWNS, SHELTERS = "towns/mie_towns_geolonia_20240115.csv", "facilities/gsi_shelters_mie.geojson"
HEAD = """[study]
name = "実データ"
prefecture = "24"
fiscal_year = 2026
metric_crs = "EPSG:6674"
fictitious = true
[[carriers]]
key = "alpha"
name = "アルファ通信（架空）"
[[carriers]]
key = "bravo"
name = "ブラボー通信（架空）"
[ranking]
draws = 20
"""


def layer_files(folder: Path, shared: Path) -> str:
    """alpha: 4 km around every third shelter, hundreds of circles that overlap; bravo: a box over the north-east."""
    points = gpd.read_file(shared / SHELTERS).geometry.iloc[::3]
    circles = [point.buffer(0.04, quad_segs=6) for point in points]
    for name, shapes in (("alpha", circles), ("bravo", [shapely.box(136.45, 34.6, 137.0, 35.2)])):
        gpd.GeoDataFrame({"n": range(len(shapes))}, geometry=shapes, crs=6668).to_file(folder / f"{name}.geojson", driver="GeoJSON")
    return "".join(
        f'[[layers]]\ncarrier = "{name}"\ngeneration = "4G"\nfiles = ["{name}.geojson"]\nas_of = "2026-03-31"\n'
        for name in ("alpha", "bravo")
    )


def files(shared: Path, *names: str) -> str:
    """TOML list of real files, named where they lie."""
    return json.dumps([str(shared / name) for name in names])


# the recount


def corner(codes: pd.Series) -> tuple[np.ndarray, np.ndarray]:
    """(west, south) of 1 km meshes in degrees, from the digits of their codes as JIS X 0410 has them."""
    digit = [codes.str[k].astype(int).to_numpy() for k in range(8)]
    lat = (digit[0] * 10 + digit[1]) * 2400 + digit[4] * 300 + digit[6] * 30  # arc seconds
    lon = (100 + digit[2] * 10 + digit[3]) * 3600 + digit[5] * 450 + digit[7] * 45
    return lon / 3600, lat / 3600


def census(shared: Path) -> pd.DataFrame:
    rows = pd.read_csv(shared / NORTH, encoding="cp932", skiprows=[1], dtype=str)
    west, south = corner(rows["KEY_CODE"])
    return pd.DataFrame({"people": rows["T001100001"].astype(float).to_numpy(), "west": west, "south": south}, index=rows["KEY_CODE"])


def towns_of(shared: Path, *names: str) -> gpd.GeoSeries:
    parts = pd.concat([gpd.read_file(shared / name) for name in names])
    parts = parts[parts["N03_007"].notna()]
    return parts.set_geometry(parts.geometry.make_valid(method="structure")).dissolve("N03_007").geometry


def test_the_census_with_two_prefectures_recounted(shared_data: Path, tmp_path: Path) -> None:
    """People read, inside, by municipality, and covered by each carrier and by any, by area: to 1e-9 of all."""
    layers = layer_files(tmp_path, shared_data)
    (tmp_path / "study.toml").write_text(
        HEAD
        + layers
        + f"[population]\nfiles = {files(shared_data, NORTH)}\nlevel = 1000\n"
        + f"[boundaries]\nfiles = {files(shared_data, MIE)}\nneighbours = {files(shared_data, NARA)}\n"
        + '[zones]\nunit = "contiguous"\n',
        encoding="utf-8",
    )
    result = run(read_study(tmp_path))

    rows = census(shared_data)
    west, south = rows["west"].to_numpy(), rows["south"].to_numpy()
    cells = shapely.box(west, south, west + 45 / 3600, south + 30 / 3600)
    mie, both = towns_of(shared_data, MIE), towns_of(shared_data, MIE, NARA)
    cell, town = shapely.STRtree(both.to_numpy()).query(cells, predicate="intersects")
    area = shapely.area(shapely.intersection(cells[cell], both.to_numpy()[town]))
    pairs = pd.DataFrame({"cell": cell, "town": both.index.to_numpy()[town], "area": area})
    largest = pairs.sort_values(["cell", "area", "town"], ascending=[True, False, True]).drop_duplicates("cell").set_index("cell")["town"]
    inside = largest[largest.isin(mie.index)]
    people = rows["people"].to_numpy()
    by_town = pd.Series(people[inside.index], index=inside.to_numpy()).groupby(level=0).sum()

    summary = result.summary
    assert summary["population"]["source_total"] == people.sum() == 6_185_530
    assert summary["population"]["total"] == people[inside.index].sum()
    told = {code: row["population"] for code, row in summary["municipalities"].items() if row["population"] is not None}
    assert told == by_town.to_dict()
    assert summary["population"]["outside"] == people.sum() - people[inside.index].sum()
    split = pairs.assign(part=pairs["area"] / pairs.groupby("cell")["area"].transform("sum") * people[pairs["cell"]])
    mine = split[split["town"].isin(mie.index)].groupby("town")["part"].sum()
    for code, expected in mine.items():
        assert summary["municipalities"][code]["population_area_split"] == pytest.approx(expected, abs=1e-9 * people.sum())

    land = shapely.union_all(mie.to_numpy())
    at = inside.index.to_numpy()
    own_land = shapely.intersection(cells[at], land)
    drawn = {name: gpd.read_file(tmp_path / f"{name}.geojson").union_all() for name in ("alpha", "bravo")}
    drawn["any_carrier"] = shapely.union_all(list(drawn.values()))
    share = {name: shapely.area(shapely.intersection(own_land, shape)) / shapely.area(own_land) for name, shape in drawn.items()}
    for name, covered in share.items():
        figures = summary["generations"]["4G"]["area"][name]
        assert figures["covered"] == pytest.approx((people[at] * covered).sum(), abs=1e-9 * people.sum())
        assert figures["covered"] + figures["uncovered"] + figures["unknown"] == pytest.approx(people[at].sum(), abs=1e-6)
        near = np.abs(covered - 0.5) < 1e-9  # a tie may fall either way in the last bit
        assert not near.any()
        assert summary["generations"]["4G"]["mic_half"][name]["covered"] == people[at][covered >= 0.5].sum()
        for code, row in summary["municipalities"].items():
            here = (inside == code).to_numpy()
            expected = (people[at] * covered)[here].sum()
            assert row["generations"]["4G"]["area"][name]["covered"] == pytest.approx(expected, abs=1e-9 * people.sum())


# what people put together


POPULATIONS = {"north": (NORTH, 1000), "kyushu": (KYUSHU, 500), "both": (None, 1000)}
BOUNDARIES = {"mie": (MIE, ""), "nara": (NARA, ""), "mie+nara": (MIE, NARA)}
EXTRAS = ("towns", "shelters", "elsewhere schools", "did", "n01", "landslides of okinawa", "future nara", "stations")


def study_text(shared: Path, folder: Path, population: str, boundary: str, extras: tuple[str, ...]) -> str:
    name, level = POPULATIONS[population]
    tables = files(shared, *([NORTH, KYUSHU] if name is None else [name]))
    own, other = BOUNDARIES[boundary]
    text = HEAD.replace('prefecture = "24"', f'prefecture = "{29 if own == NARA else 24}"') + layer_files(folder, shared)
    text += f"[population]\nfiles = {tables}\nlevel = {level}\n[boundaries]\nfiles = {files(shared, own)}\n"
    text += f"neighbours = {files(shared, other)}\n" if other else ""
    text += f'[zones]\nunit = "{"settlement" if "towns" in extras else "contiguous"}"\n'
    text += f"[settlements]\nfiles = {files(shared, TOWNS)}\n" if "towns" in extras else ""
    places = {
        "shelters": ("gsi_shelters", SHELTERS),
        "elsewhere schools": ("schools_p29", "ksj/P29-21_27.geojson"),
        "stations": ("stations_n02", "ksj/N02-20_Station.geojson"),
    }
    for extra in extras:
        if extra in places:
            text += f'[[facilities]]\nkind = "{places[extra][0]}"\nfiles = {files(shared, places[extra][1])}\n'
    if "landslides of okinawa" in extras:
        text += f'[[areas]]\nkind = "hazards"\nfiles = {files(shared, "ksj/A33-20_47Polygon.shp")}\n'
    if "future nara" in extras:
        text += f"[future_population]\nlevel = 1000\nfiles = {files(shared, 'ksj/1km_mesh_2018_29.shp')}\n"
    return text


# each pair of choices comes together at least once
COMBINATIONS = [
    ("north", "mie", ()),
    ("north", "mie", ("towns", "shelters")),
    ("north", "mie+nara", ("towns", "stations", "landslides of okinawa")),
    ("north", "mie+nara", ("shelters", "elsewhere schools", "future nara")),
    ("north", "nara", ("shelters", "stations")),
    ("north", "nara", ("towns", "future nara")),
    ("kyushu", "mie", ("shelters",)),
    ("kyushu", "nara", ("towns", "elsewhere schools")),
    ("both", "mie", ("towns",)),
    ("both", "nara", ()),
]


@pytest.mark.parametrize(("population", "boundary", "extras"), COMBINATIONS)
def test_what_people_put_together_runs_or_is_refused_with_a_remedy(
    population: str, boundary: str, extras: tuple[str, ...], shared_data: Path, tmp_path: Path
) -> None:
    (tmp_path / "study.toml").write_text(study_text(shared_data, tmp_path, population, boundary, extras), encoding="utf-8")
    if population != "north" or "elsewhere schools" in extras:
        with pytest.raises(DataError) as caught:
            run(read_study(tmp_path))
        error = caught.value
        assert all((error.code, error.problem.ja, error.remedy.ja, error.problem.en, error.remedy.en))
        return
    result = run(read_study(tmp_path))
    summary = result.summary
    people = summary["population"]
    rows = people["outside_rows"].values()
    assert people["total"] + sum(row["people"] for row in rows) == pytest.approx(people["source_total"], abs=1e-6)
    for figures in summary["generations"]["4G"]["area"].values():
        assert figures["covered"] + figures["uncovered"] + figures["unknown"] == pytest.approx(people["total"], abs=1e-6)
    unknown = result.cells["population"].isna()
    assert people["unknown_cells"] == unknown.sum() == sum(part["cells"] for part in people["unread"].values())
    for code, row in summary["municipalities"].items():
        known = result.cells.loc[(result.cells["municipality_id"] == code) & ~unknown, "population"]
        assert row["population"] == (known.sum() if len(known) else None)
    # a cell of unknown people that somebody leaves out is in a zone
    left_out = (result.shares.xs("4G", axis=1, level="generation")[["alpha", "bravo"]] < 0.9).any(axis=1)
    assert (result.cells.loc[unknown & left_out, "zone_id"] != "").all()


def test_the_combinations_hold_each_pair(shared_data: Path) -> None:
    tried = {pair for population, boundary, extras in COMBINATIONS for pair in itertools.product([population], [boundary, *extras])}
    assert {("north", extra) for extra in EXTRAS if extra not in ("did", "n01")} <= tried
