"""Whether places and people can lie where their files put them: shifts, names off by a row, elsewhere, rasters.

The world: four municipalities of 0.1 degrees in a square, their corner at 136.5 E 34.5 N, with a place every 0.005
degrees (460 m by 556 m), 1,600 in all, none nearer to a border than 0.0025 degrees.

        丙町 24441 | 丁村 24442
        甲市 24201 | 乙市 24202
"""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from coverage.questions import position
from coverage.questions.claims import Land
from coverage.questions.rasters import best_offset
from coverage.questions.row_order import contradictions
from coverage.questions.shift import best_shift, chance
from coverage.questions.whereabouts import rounded, stacked, whereabouts
from geodata.grid import Grid
from geodata.report import IntakeReport
from geodata.schema import Population
from geodata.sources import settlements

WEST, SOUTH, SIDE = 136.5, 34.5, 0.1
IDS = ("24201", "24202", "24441", "24442")
NAMES = ("甲市", "乙市", "架空郡丙町", "架空郡丁村")
M_EAST, M_NORTH = 111_320 * np.cos(np.radians(34.6)), 111_320.0
TO_TOKYO = Transformer.from_crs(6668, 4301, always_xy=True).transform


def municipalities() -> gpd.GeoDataFrame:
    boxes = [
        shapely.box(WEST + i * SIDE, SOUTH + j * SIDE, WEST + (i + 1) * SIDE, SOUTH + (j + 1) * SIDE)
        for j, i in ((0, 0), (0, 1), (1, 0), (1, 1))
    ]
    return gpd.GeoDataFrame({"name": NAMES}, index=pd.Index(IDS, name="municipality_id"), geometry=boxes, crs="EPSG:6668")


LAND = Land.of(municipalities())
_x, _y = np.meshgrid(np.arange(40), np.arange(40))
# sorted by municipality, as such lists are
_order = np.lexsort((_x.ravel(), _y.ravel(), (_x >= 20).ravel() + 2 * (_y >= 20).ravel()))
LON, LAT = WEST + 0.0025 + 0.005 * _x.ravel()[_order], SOUTH + 0.0025 + 0.005 * _y.ravel()[_order]
SAYS = np.array(IDS, object)[((_x >= 20).ravel() + 2 * (_y >= 20).ravel())[_order]]
ROWS = np.arange(2, 1602)
# 12 blocks of ten rows, by turns of three municipalities, well inside of each
BLOCKS = np.concatenate([np.flatnonzero(IDS[k % 3] == SAYS)[205:215] for k in range(12)])


class TestClaims:
    def test_names_as_people_write_them(self) -> None:
        said = pd.Series(["24201", "242021", "三重県甲市", "丙町", "架空郡丙町", "三重県架空郡丁村", "他市", "", None])
        assert LAND.ids_of(said).tolist() == ["24201", "24202", "24201", "24441", "24441", "24442", "", "", ""]

    def test_a_name_of_two_municipalities_is_nobodys(self) -> None:
        twice = municipalities().assign(name=["甲市", "乙市", "東郡丙町", "西郡丙町"])
        assert Land.of(twice).ids_of(pd.Series(["丙町", "甲市"])).tolist() == ["", "24201"]

    def test_metres_to_the_municipality_that_is_named(self) -> None:
        """0.01 degrees north of 甲市's border lies 1,113 m off it; 乙市's own place 0 m; no name: unknown."""
        off = LAND.metres_off(np.array([136.55, 136.65, 136.55]), np.array([34.61, 34.55, 34.55]), np.array(["24201", "24202", ""], object))
        assert off[:2] == pytest.approx([1113.2, 0.0])
        assert np.isnan(off[2])


class TestShift:
    def test_two_columns_east(self) -> None:
        """0.01 degrees east: two columns of 40 go next door at the middle border, two leave the land in the east."""
        found = best_shift(LON + 0.01, LAT, SAYS, LAND)
        assert found is not None
        assert (found.kind, found.before, found.after, found.corrected, found.broken, found.places) == ("moved", 160, 0, 160, 0, 1600)
        # any move west by 0.0075 to 0.0125 degrees puts all right: 687 to 1,145 m
        assert -1146 < found.east_m < -686
        assert abs(found.north_m) < 1

    def test_the_old_datum_is_known_by_its_name(self) -> None:
        found = best_shift(*TO_TOKYO(LON, LAT), SAYS, LAND)
        assert found is not None
        assert (found.kind, found.after) == ("tokyo", 0)
        assert np.hypot(found.east_m, found.north_m) == pytest.approx(450, abs=10)

    def test_taken_for_the_old_datum_without_being_in_it(self) -> None:
        lon, lat = TO_TOKYO(LON, LAT, direction="INVERSE")
        found = best_shift(lon, lat, SAYS, LAND)
        assert found is not None
        assert (found.kind, found.after) == ("tokyo_twice", 0)

    def test_places_lost_to_the_sea_only_are_no_shift(self) -> None:
        """One municipality whose coast is drawn 1 km too far inland: 80 places out, none of them next door."""
        one = Land.of(municipalities().iloc[:1].assign(geometry=shapely.box(WEST + 0.01, SOUTH, WEST + SIDE, SOUTH + SIDE)))
        mine = SAYS == "24201"
        right, _ = one.judge(LON[mine], LAT[mine], SAYS[mine])
        assert (~right).sum() == 40
        assert best_shift(LON[mine], LAT[mine], SAYS[mine], one) is None

    @given(st.floats(0, 2 * np.pi), st.floats(500, 2000))
    @settings(deadline=None, max_examples=12)
    def test_any_shift_of_500_m_to_2_km_is_asked_about(self, angle: float, metres: float) -> None:
        """Places scattered as real ones are: in rows and columns, half of the misfits can hang on a single metre."""
        x, y = np.random.default_rng(11).uniform(0, 2 * SIDE, (2, 1600))
        says = np.array(IDS, object)[(x >= SIDE).astype(int) + 2 * (y >= SIDE)]
        lon, lat = WEST + x + metres * np.cos(angle) / M_EAST, SOUTH + y + metres * np.sin(angle) / M_NORTH
        found = best_shift(lon, lat, says, LAND)
        assert found is not None
        # it points the other way
        assert found.east_m * np.cos(angle) + found.north_m * np.sin(angle) < 0

    @given(st.integers(0, 2**32 - 1), st.floats(0, 1000))
    @settings(deadline=None, max_examples=12)
    def test_places_that_err_each_their_own_way_are_never_called_shifted(self, seed: int, metres: float) -> None:
        angle = np.random.default_rng(seed).uniform(0, 2 * np.pi, len(LON))
        lon, lat = LON + metres * np.cos(angle) / M_EAST, LAT + metres * np.sin(angle) / M_NORTH
        assert best_shift(lon, lat, SAYS, LAND) is None

    def test_the_sign_test(self) -> None:
        """Three of three even tosses: 1/8; two of three or more: 4/8."""
        assert chance(3, 0) == 1 / 8
        assert chance(2, 1) == 4 / 8


class TestRows:
    def test_a_good_list_has_no_contradiction(self) -> None:
        found = contradictions(LON, LAT, SAYS, ROWS, LAND)
        assert (int(found.far.sum()), found.naming, found.slipped, found.many) == (0, 1600, 0, False)

    @pytest.mark.parametrize("way", [1, -1])
    def test_names_one_row_off_in_a_list_in_no_order(self, way: int) -> None:
        """Every second row is of another municipality: all contradict, and none with the names moved back."""
        few = np.array([0, 1599] * 10)
        found = contradictions(LON[few], LAT[few], np.roll(SAYS[few], way), np.arange(20), LAND)
        assert (int(found.far.sum()), found.left) == (20, 0)
        assert found.many

    @pytest.mark.parametrize("way", [1, -1])
    def test_names_one_row_off_in_a_sorted_list(self, way: int) -> None:
        """Only the rows at the 11 changes of municipality contradict, and the one that came round from the other end."""
        found = contradictions(LON[BLOCKS], LAT[BLOCKS], np.roll(SAYS[BLOCKS], way), np.arange(120), LAND)
        assert (int(found.far.sum()), found.left, found.slipped) == (12, 0, way)

    def test_the_order_is_that_of_the_file_not_of_the_table(self) -> None:
        mixed = np.random.default_rng(5).permutation(120)
        names = np.roll(SAYS[BLOCKS], 1)
        found = contradictions(LON[BLOCKS][mixed], LAT[BLOCKS][mixed], names[mixed], np.arange(120)[mixed], LAND)
        assert (int(found.far.sum()), found.slipped) == (12, 1)

    def test_single_slips_are_not_a_slipped_column(self) -> None:
        """Seven places in the middle of 甲市 say 丁村."""
        names = SAYS.copy()
        at = np.flatnonzero(SAYS == "24201")[205:400:30]
        names[at] = "24442"
        found = contradictions(LON, LAT, names, ROWS, LAND)
        assert np.flatnonzero(found.far).tolist() == at.tolist()
        assert (found.slipped, found.many) == (0, False)

    def test_a_point_just_over_the_border_is_none(self) -> None:
        """0.004 degrees (445 m) north of 甲市."""
        found = contradictions(np.array([136.55]), np.array([34.604]), np.array(["24201"], object), np.array([2]), LAND)
        assert not found.far.any()


class TestWhereabouts:
    def test_near_and_far(self) -> None:
        """In the study, 11 km east of it, 37 km east of it; far is over 20 km."""
        found = whereabouts(np.array([136.55, 136.82, 137.10]), np.array([34.55, 34.55, 34.55]), LAND)
        assert found.far.tolist() == [False, False, True]
        assert (found.nowhere, found.mostly, found.wider) == (False, False, False)

    def test_another_prefecture(self) -> None:
        assert whereabouts(LON + 3, LAT, LAND).nowhere

    def test_a_list_of_the_whole_country_is_no_wonder(self) -> None:
        found = whereabouts(np.array([130.0, 145.0, 136.55, 131.0, 141.0]), np.array([31.0, 44.0, 34.55, 33.0, 39.0]), LAND)
        assert (int(found.far.sum()), found.wider, found.mostly, found.nowhere) == (4, True, False, False)

    @given(st.integers(0, 2))
    @settings(deadline=None, max_examples=3)
    def test_rounded_coordinates(self, decimals: int) -> None:
        lon, lat = np.round(LON, decimals), np.round(LAT, decimals)
        assert rounded(lon, lat) == (1600, decimals)

    def test_three_decimals_and_a_few_even_ones_are_not_rounded(self) -> None:
        lon, lat = np.array([136.512, 136.547, 136.573, 136.58, 136.59]), np.array([34.511, 34.587, 34.553, 34.57, 34.512])
        assert rounded(lon, lat) == (0, 0)

    def test_many_names_on_one_point(self) -> None:
        """Twelve of 100 places on the town hall; nine are not many, nor are ten of 1,000 or one name twelve times."""
        lon, names = np.arange(100) * 0.001 + 136.5, pd.Series([f"地区{k}" for k in range(100)])
        lat = np.full(100, 34.55)
        crowded = np.where(np.arange(100) < 12, 136.55555, lon)
        assert stacked(crowded, lat, names) == (12, 1, 136.55555, 34.55)
        assert stacked(np.where(np.arange(100) < 9, 136.55555, lon), lat, names)[0] == 0
        assert stacked(crowded, lat, pd.Series(["集会所"] * 100))[0] == 0
        many = np.where(np.arange(1000) < 10, 136.55555, np.arange(1000) * 0.0001)
        assert stacked(many, np.full(1000, 34.55), pd.Series([f"{k}" for k in range(1000)]))[0] == 0


class TestRasters:
    """An island of 0.25 to 40.25 cells each way, so that people (one a cell) are in 41 × 41 cells that touch it."""

    ISLAND = np.array([shapely.box(10.25, 10.25, 50.25, 50.25)], object)

    def people(self, shift_i: int = 0) -> pd.DataFrame:
        i, j = np.meshgrid(np.arange(10, 51), np.arange(10, 51))
        return pd.DataFrame({"population": 1.0, "i": i.ravel() + shift_i, "j": j.ravel()})

    def grid(self, west: float = 0.0, south: float = 0.0) -> Grid:
        return Grid(west, south, 1.0, 1.0, 70, 70, "EPSG:6674")

    def test_a_good_raster_is_not_asked(self) -> None:
        assert best_offset(self.people(), self.grid(), self.ISLAND) is None

    def test_half_a_cell_east(self) -> None:
        """Column 50 then covers 50.5 to 51.5, beyond the island's 50.25: its 41 people live in the sea."""
        found = best_offset(self.people(), self.grid(0.5), self.ISLAND)
        assert found is not None
        assert (found.east, found.north, found.before, found.after) == (-0.5, 0.0, 41.0, 0.0)
        assert (found.corrected, found.broken, found.people) == (41, 0, 1681.0)

    def test_a_whole_cell_to_the_south_west(self) -> None:
        """The first row and column (10) then cover 9 to 10, short of 10.25: 41 + 41 - 1 people."""
        found = best_offset(self.people(), self.grid(-1, -1), self.ISLAND)
        assert found is not None
        assert (found.east, found.north, found.before, found.after) == (0.5, 0.5, 81.0, 0.0)

    def test_a_raster_that_goes_on_beyond_the_border_gives_no_sign(self) -> None:
        i, j = np.meshgrid(np.arange(70), np.arange(70))
        frame = pd.DataFrame({"population": 1.0, "i": i.ravel(), "j": j.ravel()})
        for west in (0.0, 0.5, 1.0):
            assert best_offset(frame, self.grid(west), self.ISLAND) is None

    @given(st.floats(0.05, 0.95), st.floats(0.05, 0.95), st.integers(25, 40), st.sampled_from([(1, 0), (-1, 0), (0, 1), (1, -1)]))
    @settings(deadline=None, max_examples=25)
    def test_true_rasters_never_ask_and_those_a_cell_off_always(self, x: float, y: float, side: int, way: tuple[int, int]) -> None:
        """People in every cell that holds land of a square island lying anyhow in the grid."""
        island = np.array([shapely.box(10 + x, 10 + y, 10 + x + side, 10 + y + side)], object)
        i, j = np.meshgrid(np.arange(10, int(np.ceil(10 + x + side))), np.arange(10, int(np.ceil(10 + y + side))))
        frame = pd.DataFrame({"population": 1.0, "i": i.ravel(), "j": j.ravel()})
        assert best_offset(frame, self.grid(), island) is None
        found = best_offset(frame, self.grid(*way), island)
        assert found is not None
        assert (np.sign(-found.east), np.sign(-found.north)) == way


def report(kind: str, path: str, sha256: str = "ab" * 32) -> IntakeReport:
    return IntakeReport(path, kind, sha256=sha256, records_in_file=1600, accepted=1600)


def towns(lon: np.ndarray, lat: np.ndarray, names: np.ndarray) -> gpd.GeoDataFrame:
    """As coverage.inputs hands settlements on: municipality_id filled by the name, sorted by id."""
    columns = {"name": [f"地区{k}" for k in range(len(lon))], "municipality_id": names, "municipality_given": names}
    index = pd.Index([f"{k:04d}" for k in range(len(lon))], name="settlement_id")
    more = {"from_file": "towns.csv", "row": np.arange(2, len(lon) + 2)}
    return gpd.GeoDataFrame(columns | more, index=index, geometry=shapely.points(lon, lat), crs="EPSG:6668")


def asked(reports: list[IntakeReport], **tables: gpd.GeoDataFrame | None) -> list:
    usual = {"settlements": None, "facilities": None, "evidence": None}
    return position.questions_of(
        **(usual | tables),
        municipalities=municipalities(),
        in_study=frozenset(IDS),
        population=Population(pd.DataFrame(), 500),
        grid=Grid(136.5, 34.5, 0.1, 0.1, 2, 2, "EPSG:6668"),
        reports=reports,
    )


class TestQuestions:
    def test_good_files_are_asked_nothing_and_told_nothing(self) -> None:
        listed = report("settlement", "data/towns.csv")
        assert asked([listed], settlements=towns(LON, LAT, SAYS)) == []
        assert listed.verdict == "accept"

    def test_the_old_datum_in_words(self) -> None:
        (one,) = asked([report("settlement", "data/towns.csv")], settlements=towns(*TO_TOKYO(LON, LAT), SAYS))
        assert (one.kind, one.file, one.id) == ("ask", "data/towns.csv", "places-shifted-abababab")
        assert "旧日本測地系のようです（約450mずれています）" in one.problem.ja
        assert "北西へ約45" in one.problem.ja

    def test_another_file_asks_again(self) -> None:
        table = towns(*TO_TOKYO(LON, LAT), SAYS)
        first, second = (asked([report("settlement", "data/towns.csv", sha)], settlements=table)[0].id for sha in ("1" * 64, "2" * 64))
        assert first != second

    def test_names_off_by_a_row_in_words(self) -> None:
        """The first row of each block of ten bears the name of the block before."""
        (one,) = asked([report("settlement", "towns.csv")], settlements=towns(LON[BLOCKS], LAT[BLOCKS], np.roll(SAYS[BLOCKS], 1)))
        assert one.id == "names-off-by-one-abababab"
        assert "1行下へずれている" in one.problem.ja
        assert "2、12、22" in one.problem.ja

    def test_single_contradictions_are_told_once_with_their_rows(self) -> None:
        names = SAYS.copy()
        names[210] = "24442"
        listed = report("settlement", "towns.csv")
        for _ in range(2):
            assert asked([listed], settlements=towns(LON, LAT, names)) == []
        (notice,) = listed.notices
        assert (notice.level, notice.count, notice.places) == ("warn", 1, ("212",))

    def test_all_elsewhere_stops_the_run_and_asks_no_more(self) -> None:
        (one,) = asked([report("facility", "halls.csv")], facilities=towns(np.round(LON + 3, 1), LAT, SAYS).assign(from_file="halls.csv"))
        assert one.kind == "stop"
        assert one.error.code.startswith("places-elsewhere")
        assert "[[facilities]]" in one.remedy.ja

    def test_settlements_that_all_went_out_stop_the_run(self) -> None:
        listed = IntakeReport("t.csv", "settlement", sha256="c" * 64, records_in_file=3, excluded={"settlement-outside": 3})
        (one,) = asked([listed], settlements=towns(LON[:0], LAT[:0], SAYS[:0]))
        assert (one.kind, one.id) == ("stop", "places-elsewhere-cccccccc")
        assert "3件" in one.problem.ja

    def test_field_tests_elsewhere_and_a_few_far_ones(self) -> None:
        tests = towns(LON[:50], LAT[:50], SAYS[:50]).assign(source="walk.csv").drop(columns=["from_file", "municipality_given"])
        listed = report("measurement", "walk.csv")
        assert asked([listed], evidence=tests) == []
        assert listed.notices == []
        away = tests.set_geometry(
            gpd.GeoSeries(shapely.points(LON[:50] + np.where(np.arange(50) < 2, 1.0, 0), LAT[:50]), tests.index, 6668)
        )
        assert asked([listed], evidence=away) == []
        assert [(one.code, one.count, one.places) for one in listed.notices] == [("places-far-away", 2, ("2", "3"))]
        (one,) = asked([listed], evidence=tests.set_geometry(gpd.GeoSeries(shapely.points(LON[:50] + 1, LAT[:50]), tests.index, 6668)))
        assert (one.kind, one.file) == ("stop", "walk.csv")

    def test_each_file_is_asked_for_itself(self) -> None:
        """Two lists of places, the second rounded to a kilometre."""
        good, coarse = towns(LON, LAT, SAYS), towns(np.round(LON, 2), np.round(LAT, 2), SAYS)
        both = pd.concat([good.assign(from_file="a.csv"), coarse.assign(from_file="b.csv").set_axis(coarse.index + "b")])
        (one,) = asked([report("facility", "a.csv", "a" * 64), report("facility", "b.csv", "b" * 64)], facilities=both)
        assert one.id == "places-rounded-bbbbbbbb"
        assert "小数第2位" in one.problem.ja

    def test_a_raster_off_its_grid(self) -> None:
        island = gpd.GeoDataFrame(
            {"name": ["島"]}, index=pd.Index(["46304"], name="municipality_id"), geometry=TestRasters.ISLAND, crs="EPSG:6674"
        )
        grid = TestRasters().grid(0.5)
        (one,) = position.questions_of(
            settlements=None,
            municipalities=island,
            in_study={"46304"},
            facilities=None,
            evidence=None,
            population=Population(TestRasters().people(), None, frozenset(), grid),
            grid=grid,
            reports=[report("population", "people.tif")],
        )
        assert (one.kind, one.id) == ("ask", "raster-off-grid-abababab")
        assert "西へ0.5区画" in one.problem.ja
        assert "41人から0人" in one.problem.ja

    def test_the_advice_for_the_old_datum_works(self, tmp_path: Path) -> None:
        """A vector file that names no CRS, read with crs = "EPSG:4301" as the remedy says, is asked nothing any more."""
        lon, lat = TO_TOKYO(LON[::2], LAT[::2])
        name = dict(zip(IDS, NAMES, strict=True))
        features = [
            {
                "type": "Feature",
                "properties": {"大字名": f"地区{k}", "市町村名": name[says]},
                "geometry": {"type": "Point", "coordinates": [x, y]},
            }
            for k, (x, y, says) in enumerate(zip(lon, lat, SAYS[::2], strict=True))
        ]
        path = tmp_path / "towns.geojson"
        path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
        for crs, codes in (("EPSG:6668", ["places-shifted"]), ("EPSG:4301", [])):
            table, reports = settlements.read(path, crs=crs)
            reports[0].kind = "settlement"
            assert [one.code for one in asked(reports, settlements=table)] == codes


@pytest.mark.parametrize(("name", "places", "far"), [("towns", 3107, 0), ("shelters", 1671, 3)])
def test_real_lists(shared_data: Path, name: str, places: int, far: int) -> None:
    """Mie's towns and shelters and its boundary simplified to 1 %: no false alarm, and an alarm when they are made wrong.

    Three shelters stand in the next town by agreement, as their addresses say. Both lists are sorted by municipality
    (29), so that few rows betray names that slipped by one: 28 of the towns.
    """
    from geodata.sources import gsi_shelters, n03

    land = Land.of(n03.read([shared_data / "boundaries/N03-21_24_210101_s0010.geojson"])[0])
    if name == "towns":
        table, _ = settlements.read(shared_data / "towns/mie_towns_geolonia_20240115.csv")
    else:
        table, _ = gsi_shelters.read(shared_data / "facilities/gsi_shelters_mie.geojson")
    lon, lat, rows = table.geometry.x.to_numpy(), table.geometry.y.to_numpy(), table["row"].to_numpy()
    says = land.ids_of(table["municipality_given" if name == "towns" else "municipality_name"])
    found = contradictions(lon, lat, says, rows, land)
    assert (found.naming, int(found.far.sum()), found.slipped) == (places, far, 0)
    assert best_shift(lon, lat, says, land) is None
    assert rounded(lon, lat) == (0, 0)
    assert not whereabouts(lon, lat, land).far.any()
    assert stacked(lon, lat, table["name"])[0] == 0
    shift = best_shift(*TO_TOKYO(lon, lat), says, land)
    assert shift is not None
    assert shift.kind == "tokyo"
    assert best_shift(lon + 300 / M_EAST, lat, says, land) is not None
    order = np.argsort(rows)
    slipped = np.empty_like(says)
    slipped[order] = np.roll(says[order], 1)
    assert contradictions(lon, lat, slipped, rows, land).slipped == 1
