"""Roads outside coverage: a world of six cells worked out by hand, and what must hold of any."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given as tried
from hypothesis import settings
from hypothesis import strategies as st

from coverage.share.edges import polygon_edges
from coverage.zones.roads import SOME, lacking_road_cells, road_lengths, road_needs
from geodata.areas import lengths_m
from geodata.grid import Grid

# 1 km cells in a plane: 3 columns, 2 rows
GRID = Grid(0.0, 0.0, 1000.0, 1000.0, 3, 2, "EPSG:6674")
CELLS = pd.DataFrame(
    {"i": [0, 1, 2, 0, 1], "j": [0, 0, 0, 1, 1]}, index=pd.Index(["a", "b", "c", "d", "e"], name="cell_id")
)  # the cell at (2, 1) is sea
ZONES = pd.Series(["z1", "z1", "z2", "", ""], index=CELLS.index)
ALL = frozenset({"expressway", "national", "prefectural", "municipal"})


def roads(*rows: tuple[str, str, list[tuple[float, float]]]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {"road_class": [row[0] for row in rows], "emergency": [row[1] for row in rows], "name": "", "source": "r"},
        geometry=[shapely.LineString(row[2]) for row in rows],
        crs=GRID.crs,
    )


WORLD = roads(
    ("prefectural", "yes", [(0, 500), (3000, 500)]),
    ("national", "no", [(500, 0), (500, 2000)]),
    ("municipal", "no", [(1100, 100), (1900, 100)]),
    ("prefectural", "no", [(2500, 1500), (2900, 1500)]),  # in the sea
)
ALPHA, BETA = shapely.box(0, 0, 1500, 2000), shapely.box(0, 0, 1000, 1000)


def layers(**carriers: list) -> dict:
    edges = {(name, "4G"): [polygon_edges(shapes, GRID)] if shapes else [] for name, shapes in carriers.items()}
    return edges | {("any", "4G"): [one for several in edges.values() for one in several]}


def needs(given=ALL, world=WORLD, **carriers) -> pd.DataFrame:
    lengths = road_lengths(world, CELLS, GRID, layers(**carriers), given)
    return road_needs(lengths, ZONES, pd.Index(["z1", "z2"]), list(carriers), "4G")


def test_roads_where_nobody_knows_are_unknown_and_no_zero():
    """beta does not know cell b: what it leaves out of z1 is unknown, of z2 it is 0.5 km, and alpha's figures stay."""
    unknown = {(name, "4G"): [polygon_edges([shapely.box(1000, 0, 2500, 1000)], GRID)] for name in ("beta", "any")}
    lengths = road_lengths(WORLD, CELLS, GRID, layers(alpha=[ALPHA], beta=[BETA]), ALL, unknown)
    table = road_needs(lengths, ZONES, pd.Index(["z1", "z2"]), ["alpha", "beta"], "4G")
    assert table.loc["z1", "uncovered_road_km_alpha"] == pytest.approx(0.5)
    assert table[["uncovered_road_km_beta", "complete_road_km"]].isna().all(axis=None)  # the road in c is unknown in part
    sure = road_lengths(WORLD, CELLS, GRID, layers(alpha=[ALPHA], beta=[BETA]), ALL, {("beta", "4G"): unknown["any", "4G"][:0]})
    assert road_needs(sure, ZONES, table.index, ["alpha", "beta"], "4G").loc["z2", "uncovered_road_km_beta"] == pytest.approx(1.0)


def test_what_different_carriers_leave_out_of_one_road_adds_up():
    """alpha reaches the western half of cell b, beta the eastern one: no metre of its road is served by both."""
    west, east = shapely.box(1000, 0, 1500, 1000), shapely.box(1500, 0, 2000, 1000)
    road = roads(("national", "yes", [(1000, 500), (2000, 500)]))
    table = needs(world=road, alpha=[west], beta=[east]).loc["z1"]
    assert table[["uncovered_road_km", "emergency_road_km", "road_km_national"]].tolist() == pytest.approx([1.0] * 3)
    assert table[["uncovered_road_km_alpha", "uncovered_road_km_beta", "complete_road_km"]].tolist() == pytest.approx([0.5, 0.5, 0.0])
    overlapping = needs(world=road, alpha=[shapely.box(1000, 0, 1700, 1000)], beta=[east, east], gamma=[]).loc["z1"]
    assert overlapping["uncovered_road_km"] == pytest.approx(0.8)  # gamma has not spoken; both serve 1500 to 1700
    # a cell counts for the road that one carrier leaves out in it, whatever the others do
    lengths = road_lengths(road, CELLS, GRID, layers(alpha=[west], beta=[east]), ALL)
    assert lacking_road_cells(lengths, ["alpha", "beta"], "4G", 0.5).tolist() == ["b"]
    assert lacking_road_cells(lengths, ["alpha", "beta"], "4G", 0.6).tolist() == []


@pytest.mark.parametrize(
    ("alpha", "beta", "beta_unknown", "want"),
    [
        pytest.param((1000, 1500), (1500, 2000), (1000, 1500), np.nan, id="whether beta serves the west, alpha cannot say"),
        pytest.param((1000, 1500), (1000, 1500), (1500, 2000), 0.5, id="alpha leaves out the unknown stretch in any case"),
        pytest.param((1000, 2000), (1000, 1500), (1500, 2000), np.nan, id="all hangs on beta"),
        pytest.param((1000, 1500), None, (1500, 2000), 1.0, id="beta surely reaches nothing of what alpha does"),
        pytest.param((1000, 1500), None, (1400, 2000), np.nan, id="beta may reach 0.1 km of what alpha does"),
        pytest.param((1000, 1500), (1000, 2000), (1000, 2000), 0.5, id="what is known to be served is not unknown"),
    ],
)
def test_an_unknown_stretch_matters_only_where_nobody_else_leaves_it_out(alpha, beta, beta_unknown, want):
    def box(span):
        return [polygon_edges([shapely.box(span[0], 0, span[1], 1000)], GRID)] if span else []

    road, own = roads(("national", "", [(1000, 500), (2000, 500)])), {("alpha", "4G"): box(alpha), ("beta", "4G"): box(beta)}
    both = {("any", "4G"): box(alpha) + box(beta)}
    lengths = road_lengths(road, CELLS, GRID, own | both, ALL, {("beta", "4G"): box(beta_unknown), ("any", "4G"): box(beta_unknown)})
    table = road_needs(lengths, ZONES, pd.Index(["z1", "z2"]), ["alpha", "beta"], "4G")
    assert table.loc["z1", "uncovered_road_km"] == pytest.approx(want, nan_ok=True)


@tried(seed=st.integers(0, 10**6))
@settings(deadline=None, max_examples=30)
def test_left_out_by_some_carrier_as_shapely_says(seed):
    """Outside the ground that all carriers' areas share; discs overlap, some of them are unknown."""
    random = np.random.default_rng(seed)

    def discs(most: int) -> list:
        some = [shapely.Point(*random.uniform((0, 0), (3000, 2000))).buffer(random.uniform(200, 1500), 4) for _ in range(most)]
        return [shapely.multipolygons(some)] if some else []

    names = ["alpha", "beta", "gamma", "delta"][: random.integers(1, 5)]
    sure = {name: discs(random.integers(1, 6)) for name in names}
    open_ = {name: discs(int(random.uniform() < 0.2)) for name in names}
    world = roads(*(("national", "", [tuple(p) for p in random.uniform((0, 0), (3000, 2000), (3, 2))]) for _ in range(4)))
    unknown = {(name, "4G"): [polygon_edges(shapes, GRID)] for name, shapes in open_.items() if shapes}
    lengths = road_lengths(world, CELLS, GRID, layers(**sure), ALL, unknown)
    common, at_most = (
        shapely.intersection_all([shapely.union_all(shapely.get_parts(sure[name] + more.get(name, []))) for name in names])
        for more in ({}, open_)
    )
    for (cell, *_), row in lengths.uncovered.iterrows():
        i, j = CELLS.loc[cell, ["i", "j"]] * 1000
        line = shapely.intersection(world.geometry.to_numpy(), shapely.box(i, j, i + 1000, j + 1000))
        least, most = (shapely.length(shapely.difference(line, area)).sum() / 1000 for area in (at_most, common))
        assert row[SOME, "4G"] == pytest.approx(most if most - least < 1e-9 else np.nan, abs=1e-9, nan_ok=True)
        own = row[[(name, "4G") for name in names]]
        assert not own.max() > row[SOME, "4G"] + 1e-9
        assert not own.sum(skipna=False) < row[SOME, "4G"] - 1e-9


def test_by_hand():
    table = needs(alpha=[ALPHA], beta=[BETA])
    # z1 = cells a, b: alpha leaves out 0.5 km of the prefectural road in b, beta all 1 km of it
    assert table.loc["z1", "uncovered_road_km_alpha"] == pytest.approx(0.5)
    assert table.loc["z1", "uncovered_road_km_beta"] == pytest.approx(1.0)
    assert table.loc["z1", "uncovered_road_km"] == pytest.approx(1.0)
    assert table.loc["z1", "complete_road_km"] == pytest.approx(0.5)
    assert table.loc["z1", "road_km_municipal"] == pytest.approx(0.8)
    assert table.loc["z1", "road_km_national"] == 0.0
    assert table.loc["z2", "emergency_road_km"] == pytest.approx(1.0)
    assert table.loc["z2", "uncovered_road_km"] == pytest.approx(1.0)


def test_nothing_is_lost():
    lengths = road_lengths(WORLD, CELLS, GRID, layers(alpha=[ALPHA], beta=[BETA]), ALL)
    assert lengths.km.sum() + lengths.outside_km == pytest.approx(3 + 2 + 0.8 + 0.4)
    assert lengths.outside_km == pytest.approx(0.4)
    assert (lengths.uncovered.to_numpy() <= lengths.km.to_numpy()[:, None] + 1e-12).all()


def test_who_has_not_spoken_is_unknown_not_zero():
    table = needs(alpha=[ALPHA], beta=[])
    assert table["uncovered_road_km_beta"].isna().all()
    assert table["complete_road_km"].isna().all()
    assert table.loc["z1", "uncovered_road_km"] == pytest.approx(0.5)
    assert needs(alpha=[], beta=[])["uncovered_road_km"].isna().all()


def test_a_class_nobody_gave_is_unknown():
    table = needs(given=frozenset({"prefectural"}), alpha=[ALPHA], beta=[BETA])
    assert table["uncovered_road_km"].isna().all()
    assert table["road_km_national"].isna().all()
    assert table.loc["z2", "road_km_prefectural"] == pytest.approx(1.0)


def test_given_and_none_is_zero():
    table = needs(world=roads(("prefectural", "no", [(2500, 1500), (2900, 1500)])), alpha=[ALPHA], beta=[BETA])
    assert (table["uncovered_road_km"] == 0.0).all()
    assert (table["complete_road_km"] == 0.0).all()


def test_without_any_word_of_emergency_roads_they_are_unknown():
    assert needs(world=roads(("prefectural", "", [(0, 500), (3000, 500)])), alpha=[ALPHA])["emergency_road_km"].isna().all()


def test_a_list_of_emergency_roads_beside_the_classes_adds_nothing_to_them():
    """The prefectural road of z1 and z2 stands once more in N10: as an emergency road it counts, as a road not again."""
    ledger = roads(("prefectural", "", [(0, 500), (3000, 500)]), ("national", "", [(500, 0), (500, 2000)]))
    n10 = roads(("other", "apart", [(0, 500), (1500, 500), (3000, 500)]))
    alone, both = needs(world=ledger, alpha=[BETA]), needs(world=pd.concat([ledger, n10], ignore_index=True), alpha=[BETA])
    assert alone["uncovered_road_km"].tolist() == pytest.approx([1.0, 1.0])
    assert both["uncovered_road_km"].tolist() == pytest.approx([1.0, 1.0])
    assert alone["emergency_road_km"].isna().all()
    assert both["emergency_road_km"].tolist() == pytest.approx([1.0, 1.0])
    only = needs(world=n10.assign(emergency="yes"), given=frozenset(), alpha=[BETA])
    assert only["emergency_road_km"].tolist() == pytest.approx([1.0, 1.0])
    assert only["uncovered_road_km"].isna().all()  # nothing is said of the other roads


def test_cells_that_only_a_road_needs():
    lengths = road_lengths(WORLD, CELLS, GRID, layers(alpha=[ALPHA], beta=[BETA]), ALL)
    assert lacking_road_cells(lengths, ["alpha", "beta"], "4G", 0.0).tolist() == ["b", "c", "d"]
    assert lacking_road_cells(lengths, ["alpha", "beta"], "4G", 0.9).tolist() == ["b", "c", "d"]
    assert lacking_road_cells(lengths, ["alpha"], "4G", 0.9).tolist() == ["c"]


def test_lengths_on_the_ellipsoid():
    """One minute of latitude at 34.5° N is 1,849 m, as GRS80 gives it."""
    one = lengths_m(np.array([136.0]), np.array([34.5]), np.array([136.0]), np.array([34.5 + 1 / 60]), "EPSG:6668")
    assert one == pytest.approx(1848.8, abs=0.5)


def test_an_unknown_class_is_refused():
    with pytest.raises(ValueError, match="lane"):
        road_lengths(WORLD, CELLS, GRID, layers(alpha=[ALPHA]), frozenset({"lane"}))
