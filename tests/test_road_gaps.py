"""Roads outside coverage: a world of six cells worked out by hand, and what must hold of any."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.share.edges import polygon_edges
from coverage.zones.roads import lacking_road_cells, road_lengths, road_needs
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
