"""Whose people a study counts, and who is told as outside or unknown: nobody twice, nobody lost, unknown never zero."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.cells import OUTSIDE, build_cells
from coverage.inputs import read_inputs
from coverage.questions import Context, population_extent
from coverage.rules import RULES
from coverage.run import run
from coverage.study import Study, read_study
from coverage.summary import _own_people, coverage_figures, group_numbers, summarise
from geodata import mesh
from geodata.errors import DataError
from geodata.progress import silent
from geodata.schema import Population
from tests import hand_world
from tests.mini_study import write_mini_study

LON, LAT = 45 / 3600, 30 / 3600  # a 1 km mesh, degrees
# four 1 km meshes each way around 136°E 34°N, where the first-order meshes 5035, 5036, 5135 and 5136 meet
GRID = mesh.mesh_grid(1000, (136 - 4 * LON, 34 - 4 * LAT, 136 + 4 * LON, 34 + 4 * LAT))
FIRSTS = ("5035", "5036", "5135", "5136")
CODES = mesh.codes_at(1000, *np.meshgrid(np.arange(8), np.arange(8)), GRID)  # [row from the south, column from the west]


def box(west: float, south: float, east: float, north: float) -> shapely.Geometry:
    """In cells of GRID."""
    return shapely.box(GRID.west + west * GRID.dx, GRID.south + south * GRID.dy, GRID.west + east * GRID.dx, GRID.south + north * GRID.dy)


def towns(shapes: dict[str, shapely.Geometry]) -> gpd.GeoDataFrame:
    index = pd.Index(shapes, name="municipality_id")
    return gpd.GeoDataFrame({"name": list(shapes)}, geometry=list(shapes.values()), index=index, crs=GRID.crs)


def table(people: dict[int, float]) -> pd.DataFrame:
    """POPULATION of {code: persons}."""
    index = pd.Index([str(code) for code in people], name="cell_id", dtype=object)
    return pd.DataFrame(
        {"population": list(people.values()), "households": np.nan, "population_65plus": np.nan, "age_basis": ""}, index=index
    )


def test_a_prefectures_own_cut_holds_only_its_own_people():
    """The border runs at 1.3: cell 1 is 0.3 of prefecture 30 and 0.7 of 29; its 100 people in 30's file are 30's."""
    people = {int(CODES[0, 0]): 50.0, int(CODES[0, 1]): 100.0}
    own = table(people)
    both = towns({"30201": box(0, 0, 1.3, 1), "29201": box(1.3, 0, 4, 1)})
    world = build_cells(Population(own, 1000, frozenset({"30"}), by_prefecture={"30": own}), both, frozenset({"30201"}), GRID)
    assert world.frame["population"].tolist() == [50, 100]
    assert world.frame["land_share"].tolist() == pytest.approx([1, 0.3])
    assert world.outside_split == pytest.approx(0)
    assert world.outside["people"].sum() == 0
    # the same table as a mesh cut: the cell goes whole to its largest owner, the neighbour
    by_mesh = build_cells(Population(own, 1000, frozenset({"5035"})), both, frozenset({"30201"}), GRID)
    assert by_mesh.frame["population"].tolist() == [50]
    assert by_mesh.outside.loc["neighbour", ["cells", "people"]].tolist() == [1, 100]
    assert by_mesh.outside_split == pytest.approx(70)


def test_with_both_prefectures_files_each_has_its_own_part():
    """The border cell holds 100 people in 30's file and 8 in 29's; the sum stands in the joined table."""
    code = int(CODES[0, 1])
    parts = {"30": table({code: 100.0}), "29": table({code: 8.0, int(CODES[0, 2]): 5.0})}
    joined = table({code: 108.0, int(CODES[0, 2]): 5.0})
    both = towns({"30201": box(0, 0, 1.3, 1), "29201": box(1.3, 0, 4, 1)})
    world = build_cells(Population(joined, 1000, frozenset({"29", "30"}), by_prefecture=parts), both, frozenset({"30201"}), GRID)
    assert world.frame.loc[str(code), "population"] == 100
    assert world.outside.loc["other_prefecture", ["cells", "people"]].tolist() == [2, 13]
    assert world.source_population == 113
    assert world.outside_population == 13


def test_a_study_of_two_prefectures_gives_each_municipality_its_own_prefectures_part():
    """30 has 0.3 of column 1 and 29 the rest of it: its 100 people of 30's file are 30201's, its 8 of 29's file 29201's."""
    code = int(CODES[0, 1])
    parts = {"30": table({int(CODES[0, 0]): 50.0, code: 100.0}), "29": table({code: 8.0, int(CODES[0, 2]): 5.0})}
    joined = table({int(CODES[0, 0]): 50.0, code: 108.0, int(CODES[0, 2]): 5.0})
    both = towns({"30201": box(0, 0, 1.3, 1), "29201": box(1.3, 0, 3, 1)})
    world = build_cells(Population(joined, 1000, frozenset({"29", "30"}), by_prefecture=parts), both, frozenset(both.index), GRID)
    assert world.frame["population"].sum() == 163
    assert world.beside.reset_index().to_numpy().tolist() == [[str(code), "30201", 100.0]]
    split = world.memberships.groupby("municipality_id")["population"].sum()
    assert split.to_dict() == pytest.approx({"29201": 13, "30201": 150})
    people = _own_people(world).groupby("municipality_id")["population"].sum()
    assert people.to_dict() == {"29201": 13, "30201": 150}


def test_a_municipality_that_owns_no_cell_keeps_its_people_all_the_same():
    """30201 is 0.3 of the only cell that it touches: 29201 has the cell, 30201 its 100 people."""
    code = int(CODES[0, 1])
    parts = {"30": table({code: 100.0}), "29": table({code: 8.0})}
    both = towns({"30201": box(1, 0, 1.3, 1), "29201": box(1.3, 0, 3, 1)})
    population = Population(table({code: 108.0}), 1000, frozenset({"29", "30"}), by_prefecture=parts)
    world = build_cells(population, both, frozenset(both.index), GRID)
    assert set(world.frame["municipality_id"]) == {"29201"}
    frame, study = world.frame.assign(zone_id=""), hand_study()
    keys = pd.MultiIndex.from_product([["alpha", "any"], ["4G"]])
    ones = pd.DataFrame(1.0, index=frame.index, columns=keys)
    gaps, none = pd.DataFrame({"not_spot_4G": "none"}, index=frame.index), pd.DataFrame({"gate": pd.Series(dtype=str)})
    land = pd.Series(1.0, index=frame.index)
    summary = summarise(study, replace(world, frame=frame), land, dict.fromkeys(RULES, ones), ones, gaps, none, none)
    told = {
        code: (row["population"], row["generations"]["4G"]["area"]["alpha"]["covered"]) for code, row in summary["municipalities"].items()
    }
    assert told == {"29201": (8, 8), "30201": (100, 100)}


def test_every_row_that_is_not_counted_has_its_reason():
    """Columns 0–2 are the study's, 3 the neighbour's, 4 nobody's (touched by 1e-8 of land), 5 nobody's, one row is far away."""
    edge = 4 + 1e-8
    places = towns({"24201": shapely.union(box(0, 0, 3, 1), box(edge - 1e-8, 0, edge, 1)), "29201": box(3, 0, 4, 1)})
    far = 53393599
    people = {int(CODES[0, k]): 10.0 + k for k in range(6)} | {far: 7.0}
    world = build_cells(Population(table(people), 1000, frozenset({"5035", "5036"})), places, frozenset({"24201"}), GRID)
    assert world.frame["population"].tolist() == [10, 11, 12]
    told = world.outside["people"].to_dict()
    assert told == {"neighbour": 13, "other_prefecture": 0, "nowhere": 15, "sliver": 14, "beyond": 7}
    assert world.outside.loc["beyond", "first"] == [str(far)]
    assert set(told) == set(OUTSIDE)


def test_a_mesh_file_that_is_missing_leaves_its_cells_unknown_and_is_named():
    places = towns({"24201": box(2, 2, 6, 4), "24202": box(2, 4, 6, 6)})
    world = build_cells(
        Population(table({int(CODES[2, 2]): 5.0}), 1000, frozenset({"5035", "5135"})), places, frozenset(places.index), GRID
    )
    assert world.unread["cells"].to_dict() == {"5036": 4, "5136": 4}
    assert world.unread["municipalities"].to_dict() == {"5036": ["24201"], "5136": ["24202"]}
    assert world.frame["population"].isna().sum() == 8
    assert world.frame.loc[str(CODES[2, 3]), "population"] == 0  # read, and without a row: nobody lives there


@settings(deadline=None, max_examples=12)
@given(
    people=st.lists(st.integers(0, 500), min_size=64, max_size=64),
    read=st.sets(st.sampled_from(FIRSTS), min_size=1),
    weights=st.lists(st.sampled_from([0.0, 0.25, 1.0, np.nan]), min_size=64, max_size=64),
    border=st.floats(2.1, 5.9),
    neighbour=st.booleans(),
)
def test_covered_uncovered_and_unknown_are_all_that_was_read_but_what_is_told_as_outside(people, read, weights, border, neighbour):
    """For any subset of the mesh files, overall and by municipality."""
    rows = {int(code): float(n) for code, n in zip(CODES.ravel(), people, strict=True) if str(code)[:4] in read}
    shapes = {"24201": box(1, 1, border, 7), "24202": box(border, 1, 7, 5)}
    shapes |= {"29201": box(border, 5, 8, 8)} if neighbour else {}
    own = frozenset({"24201", "24202"})
    world = build_cells(Population(table(rows), 1000, frozenset(read)), towns(shapes), own, GRID)
    frame = world.frame
    weight = pd.Series(dict(zip(CODES.ravel().astype(str), weights, strict=True))).reindex(frame.index)
    keys = pd.MultiIndex.from_tuples([("a", "4G"), ("any", "4G")])
    table_of = pd.DataFrame(np.column_stack([weight, weight]), index=frame.index, columns=keys)
    given_weights = dict.fromkeys(RULES, table_of)
    group, names = group_numbers(frame["municipality_id"])
    land = np.ones(len(frame))

    def three(number: np.ndarray, groups: int) -> list[dict]:
        found = coverage_figures(frame["population"].to_numpy(), land, number, groups, given_weights, table_of, ["a"], ["4G"])
        return [figures["4G"]["area"]["a"] for figures in found]

    whole = three(np.zeros(len(frame), np.int64), 1)[0]
    assert whole["covered"] + whole["uncovered"] + whole["unknown"] == pytest.approx(
        sum(rows.values()) - world.outside["people"].sum(), abs=1e-6
    )
    assert world.outside["people"].sum() == pytest.approx(world.outside_population, abs=1e-6)
    inside = frame["population"].groupby(frame["municipality_id"]).sum()
    for name, figures in zip(names, three(group, len(names)), strict=True):
        assert figures["covered"] + figures["uncovered"] + figures["unknown"] == pytest.approx(inside[name], abs=1e-6)
        unknown = frame.loc[frame["municipality_id"] == name, "population"].isna()
        assert (figures["population_coverage"] is None) or not unknown.any()
    # cells of files that were not read are unknown, all others known, and each missing file is named
    missing = ~frame.index.str[:4].isin(read)
    assert (frame["population"].isna().to_numpy() == missing).all()
    assert world.unread["cells"].sum() == missing.sum()
    assert not set(world.unread.index) & read


@pytest.mark.parametrize(("nodata", "people"), [("unknown", [3.0, np.nan]), ("nobody", [3.0, 0.0])])
def test_what_no_data_of_a_raster_means_is_the_studys_to_say(nodata: str, people: list[float], tmp_path: Path) -> None:
    with rasterio.open(
        tmp_path / "people.tif",
        "w",
        driver="GTiff",
        width=2,
        height=1,
        count=1,
        dtype="float32",
        nodata=-1,
        crs="EPSG:4326",
        transform=rasterio.Affine(0.01, 0, 30.0, 0, -0.01, -3.0),
    ) as out:
        out.write(np.array([[3.0, -1.0]], "float32"), 1)
    land = gpd.GeoDataFrame({"id": ["a"], "name": ["A"]}, geometry=[shapely.box(30.0, -3.01, 30.02, -3.0)], crs="EPSG:4326")
    land.to_file(tmp_path / "land.geojson", driver="GeoJSON")
    (tmp_path / "study.toml").write_text(
        '[study]\nname = "x"\nfiscal_year = 2026\nmetric_crs = "EPSG:32736"\n'
        f'[population]\nkind = "raster"\nfiles = ["people.tif"]\nnodata = "{nodata}"\n'
        '[boundaries]\nkind = "polygons"\nfiles = ["land.geojson"]\nid_field = "id"\nname_field = "name"\n'
        '[zones]\nunit = "contiguous"\n[[carriers]]\nkey = "a"\nname = "A"\n',
        encoding="utf-8",
    )
    inputs = read_inputs(read_study(tmp_path), silent)
    cells = build_cells(inputs.population, inputs.municipalities, inputs.in_study, inputs.grid).frame
    np.testing.assert_array_equal(cells.sort_values("i")["population"], people)


def test_where_nobody_lives_is_said_and_contradicted_by_the_files(tmp_path: Path) -> None:
    study = write_mini_study(tmp_path)
    text = (study / "study.toml").read_text(encoding="utf-8").replace("level = 500", 'level = 500\nuninhabited = ["5136"]')
    (study / "study.toml").write_text(text, encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_inputs(read_study(study), silent)
    assert caught.value.code == "uninhabited-lived-in"
    assert "uninhabited" in caught.value.remedy.ja


def hand_study() -> Study:
    """One carrier with 4G; its files are not read."""
    names = {"name": "x", "fiscal_year": 2026, "metric_crs": "EPSG:6674"}
    layer = {"carrier": "alpha", "generation": "4G", "files": ["a"], "as_of": "2026-03-31"}
    return Study.model_validate(
        {
            "study": names,
            "population": {"files": ["a"], "level": 1000},
            "boundaries": {"files": ["b"]},
            "zones": {"unit": "contiguous"},
            "carriers": [{"key": "alpha", "name": "A"}],
            "layers": [layer],
        }
    )


def asked_codes(study: Path) -> list[str]:
    """What the gate asks of the population of a mini study."""
    read = read_study(study)
    inputs = read_inputs(read, silent)
    cells = build_cells(inputs.population, inputs.municipalities, inputs.in_study, inputs.grid)
    return [question.code for question in population_extent.questions_of(Context(read, inputs, cells))]


def change(study: Path, old: str, new: str) -> Path:
    file = study / "study.toml"
    assert old in file.read_text(encoding="utf-8")
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return study


def test_the_cut_of_a_renamed_file_is_asked_where_it_matters_and_can_be_said(tmp_path: Path) -> None:
    """乙町 as another prefecture's: its border column holds half of 40 + 8 people. By name the file is 24's own cut."""
    study = write_mini_study(tmp_path)
    features = json.loads((study / "n03.geojson").read_text(encoding="utf-8"))
    own, other = features["features"]
    # the border moves into column 1: A has 0.4 of it
    own["geometry"] = json.loads(shapely.to_geojson(hand_world.box(0, 0, 1.4, 2)))
    other["geometry"] = json.loads(shapely.to_geojson(hand_world.box(1.4, 0, 4, 2)))
    other["properties"] |= {"N03_001": "奈良県", "N03_007": "29201"}
    for name, feature in (("n03.geojson", own), ("nara.geojson", other)):
        (study / name).write_text(json.dumps({**features, "features": [feature]}, ensure_ascii=False), encoding="utf-8")
    change(study, 'files = ["n03.geojson"]', 'files = ["n03.geojson"]\nneighbours = ["nara.geojson"]')
    assert asked_codes(study) == ["people-between"]  # 40 and 8 people of 24 in cells that lie wholly next door
    (study / "tblT001141H24.txt").rename(study / "people.txt")
    change(study, "tblT001141H24.txt", "people.txt")
    assert asked_codes(study) == ["population-cut"]
    assert asked_codes(change(study, "level = 500", 'level = 500\ncut = "mesh"')) == []
    change(study, 'cut = "mesh"', 'cut = "24"')
    inputs = read_inputs(read_study(study), silent)
    assert inputs.population.covers == {"24"}
    assert asked_codes(study) == ["people-between"]


def test_a_table_without_a_whole_municipality_is_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coverage.questions.population_extent.LEAST_TOWN_KM2", 0.7)  # 乙町 has three cells of 0.26 km²
    study = write_mini_study(tmp_path)
    assert asked_codes(study) == []
    table_of = study / "tblT001141H24.txt"
    lines = table_of.read_bytes().split(b"\r\n")
    there = {hand_world.cell(i, j).encode() for i in (0, 1) for j in (0, 1)}
    table_of.write_bytes(b"\r\n".join(line for line in lines if line.split(b",")[0] in {b"KEY_CODE", b"", *there}))
    assert asked_codes(study) == ["municipality-without-people"]


def test_a_prefecture_that_is_not_the_boundarys_stops(tmp_path: Path) -> None:
    study = change(write_mini_study(tmp_path), 'prefecture = "24"', 'prefecture = "13"')
    with pytest.raises(DataError) as caught:
        run(read_study(study))
    assert caught.value.code == "prefecture-differs"
    assert 'prefecture = "24"' in caught.value.remedy.ja
    assert asked_codes(change(study, 'prefecture = "13"', 'prefecture = "24"')) == []
