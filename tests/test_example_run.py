"""The embedded example, from its files to its figures, held against GEOS and against itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import shapely

from coverage.carrier_need import zone_facilities
from coverage.result import Result
from coverage.steps import run_steps
from coverage.zones.facilities import SHELTERING, facilities_by_cell
from requests_gen.runs.background import expected_steps
from requests_gen.web_map.data import facility_rows
from requests_gen.zone_maps.frames import map_frames
from screens.map.card import facilities_by_zone


@pytest.fixture
def result(example_result: Result) -> Result:
    return example_result


def test_shares_are_those_of_geos(result):
    """Every 16th cell of every layer, clean and messy: union and intersection by GEOS, the slow and certain way.

    (All cells take GEOS two minutes; they were held against it once, with the same outcome.)
    """
    grid, cells = result.grid, result.cells.iloc[::16]
    i, j = cells["i"].to_numpy(), cells["j"].to_numpy()
    west, south = grid.west + i * grid.dx, grid.south + j * grid.dy
    boxes = shapely.box(west, south, west + grid.dx, south + grid.dy)
    tree = shapely.STRtree(boxes)

    def area_in_cells(shape: shapely.Geometry) -> np.ndarray:
        parts = shapely.get_parts(shape)
        part, box = tree.query(parts, predicate="intersects")
        shapely.prepare(parts)
        area = shapely.area(boxes[box])
        # of a box wholly inside GEOS need not cut a polygon of thousands of corners to find the box itself
        cut = ~shapely.contains(parts[part], boxes[box])
        area[cut] = shapely.area(shapely.intersection(parts[part[cut]], boxes[box[cut]]))
        return np.bincount(box, area, len(boxes))

    land = shapely.union_all(result.municipalities.geometry.to_numpy())
    land_area = area_in_cells(land)
    # a share of a sliver of land magnifies float noise: compare areas, in cells
    cell_area = grid.dx * grid.dy
    np.testing.assert_allclose(land_area / cell_area, cells["land_share"], atol=1e-9)
    for (carrier, generation), share in result.shares.iloc[::16].items():
        chosen = (result.layers["generation"] == generation) & (result.layers["carrier"].isin([carrier]) | (carrier == "any"))
        polygons = result.layers.loc[chosen, "geometry"].to_numpy()
        if not len(polygons):
            assert share.isna().all(), (carrier, generation)
            continue
        union = shapely.union_all(shapely.make_valid(polygons, method="structure"))
        exact = area_in_cells(shapely.intersection(union, land))
        np.testing.assert_allclose(share * land_area / cell_area, exact / cell_area, atol=1e-8, err_msg=f"{carrier} {generation}")


def test_figures_of_the_example(result):
    """Whole people under the official rule, as worked out by GEOS too (the test above)."""
    summary = result.summary
    assert summary["population"]["total"] == 1_770_254
    assert len(summary["municipalities"]) == 29
    covered = {c: f["covered"] for c, f in summary["generations"]["4G"]["mic_half"].items()}
    assert covered == {
        "alpha": 1_766_171,
        "bravo": 1_765_574,
        "charlie": 1_763_972,
        "delta": 1_752_973,
        "any_carrier": 1_769_371,
        "best_carrier": 1_766_171,
    }
    five = summary["generations"]["5G"]["mic_half"]
    assert five["delta"]["unknown"] == 1_770_254
    assert (five["any_carrier"]["covered"], five["any_carrier"]["uncovered"]) == (1_659_706, 0)
    assert summary["zones"]["count"] == len(result.zones) == len(result.ranking)


def test_official_census_totals_by_municipality(result):
    """Some of the 29, as published: Tsu, Yokkaichi, Kumano, Odai."""
    people = {code: m["population"] for code, m in result.summary["municipalities"].items()}
    assert (people["24201"], people["24202"], people["24212"], people["24443"]) == (274_537, 305_424, 15_965, 8_668)


def test_zones_partition_the_gap_cells(result):
    inside = result.cells[result.cells["zone_id"] != ""]
    assert set(inside["zone_id"]) == set(result.zones.index)
    assert inside["population"].sum() == pytest.approx(result.zones["population"].sum())
    counted = shapely.area(result.zones.geometry.to_numpy()).sum() / (result.grid.dx * result.grid.dy)
    assert counted == pytest.approx(len(inside))


def test_every_file_is_accounted_for(result):
    for report in result.reports:
        assert report.verdict in {"accept", "warn"}, report.path
        assert report.records_in_file == report.accepted + sum(report.excluded.values()), report.path
        assert not Path(report.path).is_absolute()


def test_every_item_has_data_but_the_municipalities_order(result):
    """The order comes from the registry; everything else the standard score knows is in the example's files."""
    assert result.summary["zones"]["not_available"] == ["municipal_order"]
    zones = result.zones
    for column in ("hazard", "uncovered_road_km", "public_facilities", "visitors", "shelters"):
        assert zones[column].notna().all(), column
        assert 0 < (zones[column] > 0).sum() < len(zones), column


def test_places_without_people_become_zones_for_their_roads(result):
    empty = result.zones[result.zones["population"] == 0]
    assert 10 <= len(empty) <= 25
    assert (empty["uncovered_road_km"] >= 0.1).all()
    assert result.ranking["rank"].reindex(empty.index).isna().all()


def test_designations_are_those_of_the_list(result):
    """By name: 大台町 is designated as a whole, 美杉村 of 津市 until the end of the fiscal year."""
    zones = result.zones
    assert zones.loc[zones["municipality_id"] == "24443", "designated"].str.startswith("過").all()
    misugi = zones[zones["name"].str.startswith("美杉町")]
    assert len(misugi) > 3
    assert set(misugi["designated_until"]) == {"2027-03-31"}
    assert not zones.loc[zones["municipality_id"] == "24207", "designated"].str.contains("過").any()


def test_the_ground_agrees_here_and_contradicts_there(result):
    found = set(result.verdicts["verdict"])
    assert {"claimed_confirmed", "claimed_out", "unclaimed_out", "mixed"} <= found


def test_every_count_list_and_map_of_places_agrees(result):
    """1,043 rows of nine lists are 873 places; zones, letters, cards, map.html and the close-ups all mean those."""
    assert (len(result.facilities), len(result.places)) == (1043, 873)
    assert len(facility_rows(result)) == len(map_frames(result).facilities) == 873
    in_zones = zone_facilities(result)
    sheltering = in_zones[in_zones["category"].isin(SHELTERING)].groupby("zone_id").size()
    counted = result.zones["shelters"]
    assert counted.sum() > 0
    assert sheltering.reindex(counted.index, fill_value=0).tolist() == counted.tolist()
    assert facilities_by_cell(result.facilities, result.cells, result.grid).equals(
        facilities_by_cell(result.places, result.cells, result.grid)
    )
    assert sum(map(len, facilities_by_zone(result).values())) == len(in_zones)


def test_the_steps_told_are_those_the_progress_bar_counts(example_run):
    result, steps = example_run
    assert run_steps(result.study) == steps
    assert expected_steps(result.study) == len(steps) + 1  # and the writing
