"""The hand-made world of hand_world.py, from polygons to ranked zones, with every figure worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely

from coverage.cells import build_cells, land_area_m2, municipality_shares
from coverage.gaps import gap_table
from coverage.matrix import layers_by_column, share_matrix
from coverage.rules import Threshold
from coverage.zones.settlements import assign_contiguous, assign_settlements, settlements_with_municipality
from coverage.zones.tables import assign_ids, gap_cells, mark, zone_of_cells, zone_shapes, zone_table
from geodata import zone_ids
from geodata.errors import DataError
from tests.hand_world import CARRIERS, GRID, NAMES, box, cell, cells, layers, municipalities, population, settlements, shares


def test_cells_hold_the_people_of_the_source_and_nobody_where_it_has_no_row():
    frame = cells()
    assert len(frame) == 7
    assert frame["population"].sum() == 83
    assert frame.loc[cell(3, 1), "population"] == 0
    assert frame["municipality_id"].value_counts().to_dict() == {"24201": 4, "24202": 3}
    assert frame["land_share"].to_numpy() == pytest.approx(1.0)


def test_a_cell_outside_what_was_read_is_unknown():
    mesh_code = cell(0, 0)[:4]
    known = build_cells(population(frozenset({mesh_code})), municipalities(), frozenset(NAMES.index), GRID)
    other = build_cells(population(frozenset({"9999"})), municipalities(), frozenset(NAMES.index), GRID)
    assert known.frame.loc[cell(3, 1), "population"] == 0
    assert np.isnan(other.frame.loc[cell(3, 1), "population"])


def test_a_border_cell_goes_to_the_larger_area_and_the_split_conserves_people():
    """The border moves to 0.4 of column 2: A gets 0.4 of 40 and of 8 by area, B keeps the cells."""
    moved = municipalities()
    moved.geometry = [box(0, 0, 2.4, 2), shapely.union(box(2.4, 0, 3, 2), box(3, 1, 4, 2))]
    world = build_cells(population(), moved, frozenset(NAMES.index), GRID)
    official = world.frame.groupby("municipality_id")["population"].sum()
    split = world.memberships.groupby("municipality_id")["population"].sum()
    assert official.to_dict() == {"24201": 35.0, "24202": 48.0}
    assert split.to_dict() == pytest.approx({"24201": 35 + 0.4 * 48, "24202": 0.6 * 48})
    assert official.sum() == pytest.approx(split.sum())


def test_people_of_a_neighbour_are_outside_under_both_ways():
    """B is a neighbour. The border cells (2, ·) are 0.4 of A: officially none of it, by area 0.4."""
    moved = municipalities()
    moved.geometry = [box(0, 0, 2.4, 2), shapely.union(box(2.4, 0, 3, 2), box(3, 1, 4, 2))]
    world = build_cells(population(), moved, frozenset({"24201"}), GRID)
    assert world.frame["population"].sum() == 35
    assert world.outside_population == pytest.approx(48)
    assert world.outside_split == pytest.approx(0.6 * 48)
    own = world.memberships.loc[world.memberships["in_study"], "population"].sum()
    assert own + world.outside_split == pytest.approx(world.source_population)


def test_a_border_cell_whose_rest_nobody_knows_is_told():
    """Only the western 0.4 of column 1 is land of the study; mesh-cut people there may be the neighbour's."""
    part = municipalities().iloc[:1].set_geometry([box(0, 0, 1.4, 2)])
    by_mesh = population(frozenset({cell(0, 0)[:4]}))
    world = build_cells(by_mesh, part, frozenset({"24201"}), GRID)
    assert world.doubtful.tolist() == [cell(1, 1)]
    assert build_cells(population(), part, frozenset({"24201"}), GRID).doubtful.tolist() == []
    neighbour = municipalities().set_geometry([box(0, 0, 1.4, 2), box(1.4, 0, 4, 2)])
    assert build_cells(by_mesh, neighbour, frozenset({"24201"}), GRID).doubtful.tolist() == []


def test_an_exact_tie_on_a_border_goes_to_the_lower_code():
    moved = municipalities()
    moved.geometry = [box(0, 0, 2.5, 2), shapely.union(box(2.5, 0, 3, 2), box(3, 1, 4, 2))]
    assert build_cells(population(), moved, frozenset(NAMES.index), GRID).frame.loc[cell(2, 1), "municipality_id"] == "24201"


def test_municipality_shares_ignore_what_lies_outside_the_grid():
    far = municipalities()
    far.geometry = [box(-5, -5, 1, 1), box(10, 10, 12, 12)]
    table = municipality_shares(far, GRID)
    assert table.to_dict("records") == [{"flat": 0, "municipality_id": "24201", "share": pytest.approx(1.0)}]


def test_shares_of_every_layer():
    """Satellites do not count; 5G takes the sub-6 layer in; beta has published no 5G."""
    table = shares()
    row1 = [cell(i, 1) for i in range(4)]
    assert table.loc[row1, ("alpha", "4G")].to_numpy() == pytest.approx([1, 1, 0.5, 0])
    assert table.loc[row1, ("beta", "4G")].to_numpy() == pytest.approx([1, 0, 0, 0])
    assert table.loc[row1, ("any", "4G")].to_numpy() == pytest.approx([1, 1, 0.5, 0])
    assert table[("beta", "5G")].isna().all()
    assert table.loc[row1, ("any", "5G")].to_numpy() == pytest.approx([1, 0, 0, 0])


def test_share_of_the_land_not_of_the_sea():
    """Land is the western half of column 0; a layer covers the western quarter: half of the land, a quarter of the cell."""
    coast = municipalities()
    coast.geometry = [box(0, 0, 0.5, 2), box(3, 1, 4, 2)]
    frame = build_cells(population(), coast, frozenset(NAMES.index), GRID).frame
    layer = layers().iloc[:1].set_geometry([box(-1, 0, 0.25, 2)])
    columns = layers_by_column(layer, ["alpha"], ["4G"], ["own"])
    land = coast.geometry.to_numpy()
    on_land = share_matrix(frame, land, layer, columns, GRID).shares.iloc[:, 0]
    whole = share_matrix(frame, land, layer, columns, GRID, full_mesh=True).shares.iloc[:, 0]
    assert on_land[cell(0, 0)] == pytest.approx(0.5)
    assert whole[cell(0, 0)] == pytest.approx(0.25)


def test_the_centre_rule_looks_at_the_centre():
    layer = layers().iloc[:2].set_geometry([box(0, 1, 0.6, 2), box(0, 1, 0.4, 2)])
    columns = layers_by_column(layer, CARRIERS, ["4G"], ["own"])
    centre = share_matrix(cells(), municipalities().geometry.to_numpy(), layer, columns, GRID).centre_covered
    assert centre.loc[cell(0, 1)].to_dict() == {("alpha", "4G"): 1, ("beta", "4G"): 0, ("any", "4G"): 1}


def zones() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    frame, share = cells(), shares()
    gaps = gap_table(frame, share, share, CARRIERS, "4G", Threshold())
    gap = gap_cells(frame, share.xs("4G", axis=1, level=1), pd.Series(dtype=int), CARRIERS, 0.1)
    places = assign_settlements(frame, settlements(), NAMES, GRID, "EPSG:6674")
    ids = assign_ids(places.table.loc[sorted(set(places.of_cell[gap]))], pd.DataFrame(columns=zone_ids.COLUMNS, dtype=str), 2026)
    frame = frame.assign(zone_id=zone_of_cells(gap, places.of_cell, frame["municipality_id"], ids))
    return frame, zone_table(frame, gaps, ids, NAMES, CARRIERS, ["4G"], "4G", share), ids


def test_zones_are_places_and_their_people_by_hand():
    """Gap cells: (1,1) 20 beta; (2,1) 40 both; (0,0) 5 both; (2,0) 8 both. (0,1) is served; the others are empty.

    A cell of 500 m is wider than high: from (0,0), 東 in (0,1) is 462 m away and 西 in (1,0) 577 m. From (1,1),
    東 in (0,1) is 577 m away and 西 in (1,0) 462 m.
    """
    frame, table, _ = zones()
    assert (frame["zone_id"] != "").sum() == 4
    by_name = table.reset_index().set_index("name")
    assert by_name["population"].to_dict() == {"東": 5, "西": 20, "南": 48}
    assert by_name["uncovered_population_4G_alpha"].to_dict() == pytest.approx({"東": 5, "西": 0, "南": 8 + 20})
    assert by_name["uncovered_population_4G_beta"].to_dict() == pytest.approx({"東": 5, "西": 20, "南": 48})
    assert by_name["complete_population"].to_dict() == pytest.approx({"東": 5, "西": 0, "南": 28})
    assert by_name["mark_4G_alpha"].to_dict() == {"東": "×", "西": "○", "南": "△"}
    assert by_name["carriers_missing"].to_dict() == pytest.approx({"東": 2, "西": 1, "南": 1.5})
    assert by_name["municipality"].to_dict() == {"東": "甲市", "西": "甲市", "南": "乙町"}


def test_zone_shapes_are_their_cells():
    frame, _, ids = zones()
    south = ids.set_index("name")["zone_id"]["南"]
    assert zone_shapes(frame, GRID)[south].equals(box(2, 0, 3, 2))


def test_ids_stay_when_coverage_moves():
    _, _, ids = zones()
    later = pd.DataFrame(
        {"municipality_id": ["24201", "24202", "24202"], "name": ["西", "南", "北"]},
        index=pd.Index(["甲市|西", "乙町|南", "乙町|北"], name="place_id"),
    )
    grown = assign_ids(later, ids, 2027)
    pd.testing.assert_frame_equal(grown.iloc[: len(ids)], ids)
    new = grown.iloc[len(ids) :]
    assert new[["zone_id", "place_id", "first_year"]].to_numpy().tolist() == [["24202-002", "乙町|北", "2027"]]
    pd.testing.assert_frame_equal(assign_ids(later, grown, 2028), grown)


def test_the_thousandth_zone_is_refused():
    many = pd.DataFrame({"municipality_id": "24201", "name": "x"}, index=pd.Index([f"{n:04d}" for n in range(1000)], name="place_id"))
    with pytest.raises(DataError, match="999"):
        assign_ids(many, pd.DataFrame(columns=zone_ids.COLUMNS, dtype=str), 2026)


def test_settlement_polygons_take_the_cells_inside_them():
    areas = settlements()
    areas.geometry = [box(0, 0, 1, 2), box(1, 0, 2, 2), box(2, 0, 4, 2)]
    places = assign_settlements(cells(), areas, NAMES, GRID, "EPSG:6674")
    assert places.of_cell[cell(0, 0)] == "甲市|東"
    assert places.of_cell[cell(1, 1)] == "甲市|西"


def test_a_municipality_without_settlements_is_one_place():
    places = assign_settlements(cells(), settlements().iloc[:2], NAMES, GRID, "EPSG:6674")
    assert places.of_cell[cell(2, 1)] == "24202|"
    assert places.table.loc["24202|", "name"] == "乙町"


def test_contiguous_zones_touch_by_corner_but_not_over_a_border():
    frame = cells()
    gap = pd.Series(False, index=frame.index)
    gap[[cell(0, 0), cell(1, 1), cell(2, 0)]] = True
    places = assign_contiguous(frame, gap, NAMES, GRID)
    assert places.of_cell[cell(0, 0)] == places.of_cell[cell(1, 1)] == f"24201|{cell(1, 1)}"
    assert places.of_cell[cell(2, 0)] == f"24202|{cell(2, 0)}"


def test_settlements_find_their_municipality_by_id_name_or_place():
    table = settlements().assign(municipality_name=["", "多気郡甲市", ""])
    named = municipalities().assign(name=["多気郡甲市", "乙町"])
    table["municipality_id"] = ["", "", "24202"]
    assert settlements_with_municipality(table, named).tolist() == ["24201", "24201", "24202"]
    table["municipality_name"] = ["甲市", "", ""]
    assert settlements_with_municipality(table, named).tolist() == ["24201", "24201", "24202"]


def test_marks():
    served = mark(pd.Series([100.0, 100, 100, 0, np.nan]), pd.Series([5.0, 50, 95, 0, 1]))
    assert served.tolist() == ["○", "△", "×", "－", "－"]


def test_land_area_follows_the_row():
    area = land_area_m2(cells(), np.array([100.0, 200.0]))
    assert area[cell(0, 0)] == pytest.approx(100)
    assert area[cell(0, 1)] == pytest.approx(200)
