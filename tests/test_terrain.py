"""Heights of the ground: tiny tiles whose answers are known, what is damaged or missing, and the surface they make."""

import json
import pickle
import zipfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from affine import Affine
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage.inputs import read_inputs
from coverage.inputs.terrain_files import read_terrain
from coverage.steps import TERRAIN, run_steps
from coverage.study import read_study
from geodata import intake
from geodata.dem import is_fgd, read_fgd, read_geotiff, values_of
from geodata.dem.fgd import parse
from geodata.errors import DataError
from geodata.grid import Grid
from geodata.progress import silent
from geodata.report import IntakeReport
from geodata.sources import dem_fgd
from geodata.terrain import Terrain, Tile, disagreements, extent, unknown_share
from requests_gen.intake.check import check_files
from tests.hand_world import GRID, municipalities
from tests.hostile import raster
from tests.mini_study import write_mini_study

WEST, SOUTH = 136 + 4 / 8 + 7 / 80, 51 / 1.5 + 4 / 12 + 4 / 120  # of the 3次メッシュ 51364447
NOTHING = "データなし,-9999."


def fgd(
    records: Sequence[str],
    *,
    start: tuple[int, int] = (0, 0),
    size: tuple[int, int] = (3, 2),
    mesh: str = "51364447",
    type_: str = "5mメッシュ（標高）",
    srs: str = "fguuid:jgd2011.bl",
    encoding: str = "UTF-8",
    corner: tuple[float, float] | None = None,
    day: str = "2016-10-01",
) -> bytes:
    """One tile as 国土地理院 writes it; `records` begin at the cell `start` (x, y from the north-west)."""
    level = {8: (1 / 80, 1 / 120), 6: (1 / 8, 1 / 12)}[len(mesh)]
    south, west = corner or corner_of(mesh)
    text = f"""<?xml version="1.0" encoding="{encoding}"?>
<Dataset xmlns:gml="http://www.opengis.net/gml/3.2" xmlns="http://fgd.gsi.go.jp/spec/2008/FGD_GMLSchema">
<DEM gml:id="DEM001"><lfSpanFr><gml:timePosition>{day}</gml:timePosition></lfSpanFr>
<devDate><gml:timePosition>{day}</gml:timePosition></devDate><type>{type_}</type><mesh>{mesh}</mesh>
<coverage><gml:boundedBy><gml:Envelope srsName="{srs}"><gml:lowerCorner>{south:.9f} {west:.9f}</gml:lowerCorner>
<gml:upperCorner>{south + level[1]:.9f} {west + level[0]:.9f}</gml:upperCorner></gml:Envelope></gml:boundedBy>
<gml:gridDomain><gml:Grid><gml:limits><gml:GridEnvelope><gml:low>0 0</gml:low><gml:high>{size[0] - 1} {size[1] - 1}</gml:high>
</gml:GridEnvelope></gml:limits><gml:axisLabels>x y</gml:axisLabels></gml:Grid></gml:gridDomain>
<gml:rangeSet><gml:DataBlock>
<gml:tupleList>
""" + "".join(f"{record}\n" for record in records)
    text += f"""</gml:tupleList>
</gml:DataBlock></gml:rangeSet><gml:coverageFunction><gml:GridFunction><gml:sequenceRule order="+x-y">Linear</gml:sequenceRule>
<gml:startPoint>{start[0]} {start[1]}</gml:startPoint></gml:GridFunction></gml:coverageFunction></coverage></DEM></Dataset>
"""
    return text.encode({"Shift_JIS": "cp932"}.get(encoding, encoding))


def corner_of(mesh: str) -> tuple[float, float]:
    """(south, west) of a 2次 or 3次メッシュ, by the rule of its digits."""
    south, west = int(mesh[:2]) / 1.5 + int(mesh[4]) / 12, 100 + int(mesh[2:4]) + int(mesh[5]) / 8
    return (south + int(mesh[6]) / 120, west + int(mesh[7]) / 80) if len(mesh) == 8 else (south, west)


def saved(folder: Path, data: bytes, name: str = "FG-GML-5136-44-47-DEM5A-20161001.xml") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def ground(*heights: float) -> list[str]:
    return [f"地表面,{height}" for height in heights]


def terrain_of(*paths: Path, **answers: str) -> Terrain:
    return Terrain(dem_fgd.read(paths, **answers)[0], values_of)


def at(i: float, j: float) -> tuple[float, float]:
    """Degrees of a place i cells from the west and j from the south of the small tile."""
    south, west = corner_of("51364447")
    return west + i / 240, south + j / 240


def test_the_first_value_is_the_north_western_cell(tmp_path):
    """[11 12 13] over [21 22 23]; a cell holds its western and southern edge."""
    terrain = terrain_of(saved(tmp_path, fgd(ground(11, 12, 13, 21, 22, 23))))
    places = [at(0.5, 1.5), at(2.5, 1.5), at(0.5, 0.5), at(2.9, 0.1), at(1, 0), at(0, 1), at(3, 0), at(0, 2), at(-0.1, 0.5)]
    found = terrain.heights(*np.array(places).T)
    np.testing.assert_array_equal(found, [11, 13, 21, 23, 22, 11, np.nan, np.nan, np.nan])
    np.testing.assert_array_equal(terrain.resolution(*np.array(places).T)[[0, -1]], [460, np.nan])  # 1/240 degree is not 5 m
    assert terrain.tiles[0].vertical == "JGD2011"


def test_what_is_not_given_is_unknown(tmp_path):
    """startPoint 1 0 and three values: the first and the last two cells are nobody's, one is データなし."""
    file = saved(tmp_path, fgd(["地表面,5.0", NOTHING, "内水面,3."], start=(1, 0)))
    tiles, report = read_fgd(file)
    np.testing.assert_array_equal(values_of(tiles[0]), [[3, np.nan, np.nan], [np.nan, 5, np.nan]])  # from the south
    assert (report.records_in_file, report.accepted) == (6, 2)
    assert report.excluded == {"terrain-no-data": 1, "terrain-not-given": 3}
    assert report.facts["cells_by_kind"] == {"データなし": 1, "内水面": 1, "地表面": 1}
    assert report.verdict == "accept"


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda nx: st.integers(1, 4).flatmap(
            lambda ny: st.tuples(
                st.just((nx, ny)),
                st.lists(st.one_of(st.none(), st.integers(-1000, 400_000)), min_size=nx * ny, max_size=nx * ny),
                st.integers(0, nx * ny - 1),
                st.integers(0, nx * ny),
                st.sampled_from(["UTF-8", "Shift_JIS"]),
                st.sampled_from(["\n", "\r\n", " "]),
            )
        )
    )
)
def test_reading_gives_back_what_was_written(world):
    """Whatever the start and the length of the list: cells given have their value, all others are NaN."""
    (nx, ny), centimetres, begin, count, encoding, gap = world
    given_cells = centimetres[begin : begin + count]
    records = [NOTHING if v is None else f"その他,{v / 100:.2f}" for v in given_cells]
    data = fgd(records, start=(begin % nx, begin // nx), size=(nx, ny), encoding=encoding)
    if gap == "\r\n":
        data = data.replace(b"\n", b"\r\n")
    elif gap == " ":
        data = data.replace(b".\n", b". ").replace(b"0\n", b"0 ")
    found = parse(data, IntakeReport("x"))
    wanted = np.full(nx * ny, np.nan)
    wanted[begin : begin + len(given_cells)] = [np.nan if v is None else v / 100 for v in given_cells]
    np.testing.assert_array_equal(found.values[::-1].ravel(), wanted.astype(np.float32))
    assert np.isnan(found.values).sum() == sum(found.unknown.values())


FULL = fgd(ground(1, 2, 3, 4, 5, 6))


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (fgd([*ground(1, 2), "地表面,高い"]), "terrain-value", "13 行目"),
        (fgd([*ground(1, 2), "地表面"]), "terrain-value", "13 行目"),
        (fgd([*ground(1, 2), "地表面,1,2"]), "terrain-value", "13 行目"),
        (fgd([*ground(1, 2), "地表面,nan"]), "terrain-value", "13 行目"),
        (fgd([*ground(1, 2), "地表面,"]), "terrain-value", "13 行目"),
        (fgd([*ground(1), "地表面,12345.6"]), "terrain-value", "12 行目"),
        (fgd(ground(1, 2, 3, 4, 5, 6, 7)), "terrain-broken", "7 個"),
        (fgd(ground(1, 2), start=(2, 1)), "terrain-broken", "収まりません"),
        (fgd(ground(1), start=(3, 0)), "terrain-broken", "startPoint"),
        (FULL.replace(b"0 0</gml:startPoint>", b"0 nan</gml:startPoint>"), "terrain-broken", "startPoint"),
        (FULL.replace(b"2 1</gml:high>", b"2 1e999</gml:high>"), "terrain-broken", "high"),
        (FULL.replace(b"+x-y", b"+x+y"), "terrain-broken", "並び順"),
        (FULL.replace(b"0 0</gml:low>", b"1 0</gml:low>"), "terrain-broken", "マスの番号"),
        (fgd(ground(1), corner=corner_of("51364448")), "terrain-broken", "51364447"),
        (fgd(ground(1), corner=corner_of("51364447")[::-1]), "terrain-broken", "緯度と経度"),
        (FULL.replace(b"</gml:tupleList>", b"</gml:tupleList><gml:tupleList/>"), "terrain-broken", "1つではありません"),
        (FULL[:-200], "terrain-broken", "途中で切れ"),
        (FULL.replace(b"<DEM", b"<!DOCTYPE x><DEM"), "terrain-broken", "壊れて"),
        (FULL.replace(b"<Dataset", b'<!DOCTYPE x [<!ENTITY a "b">]><Dataset'), "xml-unsafe", "DOCTYPE"),
        (fgd(ground(1), srs="fguuid:mars.bl"), "terrain-srs-unknown", "mars"),
    ],
)
def test_a_damaged_tile_is_refused_by_its_place(tmp_path, data, code, word):
    file = saved(tmp_path, data)
    with pytest.raises(DataError) as refused:
        read_fgd(file)
    assert refused.value.code == code
    assert word in refused.value.in_("ja")
    assert file.name in refused.value.in_("ja")


def test_an_unknown_datum_can_be_answered(tmp_path):
    file = saved(tmp_path, fgd(ground(1), srs="fguuid:jgd9999.bl"))
    tiles, report = read_fgd(file, crs="EPSG:6668", vertical="JGD2024")
    assert (tiles[0].vertical, report.verdict, report.notices[0].code) == ("JGD2024", "warn", "crs-from-study")
    assert values_of(tiles[0])[1, 0] == 1
    with pytest.raises(DataError) as refused:
        read_fgd(file, crs="EPSG:4301")
    assert refused.value.code == "crs-tokyo-raster"


def test_a_kind_nobody_knows_is_told_with_its_count(tmp_path):
    file = saved(tmp_path, fgd([*ground(1), "火山灰,2.0", "火山灰,3.0"]))
    tiles, report = read_fgd(file)
    assert tiles[0].known == 1
    (notice,) = [n for n in report.notices if n.level == "warn"]
    assert (notice.code, notice.count) == ("terrain-kind-unknown", 2)
    assert "火山灰" in notice.text.ja


@pytest.mark.parametrize(
    ("sea", "wanted"), [(None, [np.nan, -0.3, np.nan, 4]), ("zero", [0, -0.3, np.nan, 4]), ("nodata", [np.nan, np.nan, np.nan, 4])]
)
def test_sea_is_what_the_study_says(tmp_path, sea, wanted):
    """海水面 without a height, with one, データなし, ground: only the first is 0 m, and only where the study says so."""
    records = ["海水面,-9999.", "海水面,-0.3", NOTHING, "地表面,4"]
    found = parse(fgd(records, size=(2, 2)), IntakeReport("x"), sea=sea).values[::-1].ravel()
    np.testing.assert_array_equal(found, np.array(wanted, np.float32))


def test_the_finest_tile_that_knows_a_place_answers(tmp_path):
    """5A knows the west half, 5B behind it the whole row in the north, 10B everything: 1 2 / 1 3 by columns."""
    a = fgd([*ground(1), NOTHING, *ground(1), NOTHING], size=(2, 2))
    b = fgd([*ground(2, 2), NOTHING, NOTHING], size=(2, 2), type_="5mメッシュ（数値地形）")
    c = fgd(ground(*[3] * 4), size=(2, 2), mesh="513644", type_="10mメッシュ（標高）")
    with zipfile.ZipFile(tmp_path / "tiles.zip", "w") as out:
        out.writestr("FG-GML-5136-44-47-DEM5B-20170202.xml", b)
        out.writestr("FG-GML-5136-44-47-DEM5A-20161001.xml", a)
        out.writestr("fmdid15-3101.xml", "<metadata/>")
        out.writestr("readme.txt", "お読みください")
    coarse = saved(tmp_path, c, "FG-GML-5136-44-DEM10B-20161001.xml")
    tiles, reports = dem_fgd.read([coarse, tmp_path / "tiles.zip"])
    assert [report.facts["tiles"] for report in reports] == [1, 2]
    assert reports[1].facts["other_members"] == 2
    x, y = np.array([at(i, j) for j in (1.5, 0.5) for i in (0.5, 2)]).T
    for order in (tiles, tiles[::-1]):
        terrain = Terrain(order, values_of)
        np.testing.assert_array_equal(terrain.heights(x, y), [1, 2, 1, 3])
    again = pickle.loads(pickle.dumps(terrain))
    window = again.window((*at(0, 0), *at(3, 2)), (1 / 160, 1 / 240))
    np.testing.assert_array_equal(window.heights, [[1, 3], [1, 2]])  # row 0 is the southernmost
    assert window.resolution_m[0, 1] > window.resolution_m[0, 0]
    assert window.grid.shape == (2, 2)


def test_of_two_editions_the_newer_is_used_and_told(tmp_path):
    old = saved(tmp_path, fgd(ground(1, 1)), "FG-GML-5136-44-47-DEM5A-20161001.xml")
    new = saved(tmp_path, fgd(ground(2), day="2020-01-01"), "FG-GML-5136-44-47-DEM5A-20200101.xml")
    tiles, reports = dem_fgd.read([old, new])
    assert [tile.path for tile in tiles] == [new]
    assert [report.excluded.get("terrain-tile-twice", 0) for report in reports] == [2, 0]
    assert all(report.records_in_file == report.accepted + sum(report.excluded.values()) for report in reports)


def flat_tile(west: float, south: float, height: float, nx: int = 4, ny: int = 4, step: float = 0.25, rank: int = 0) -> Tile:
    grid = Grid(west, south, step, step, nx, ny, "EPSG:6668")
    return Tile("fgd", Path(f"{height}"), "", grid, grid.bounds, False, step, "JGD2011", rank, "", nx * ny)


def constant(tile: Tile) -> np.ndarray:
    return np.full(tile.grid.shape, float(tile.path.name), np.float32)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8), st.sampled_from([0, 1e-13, -1e-13, 1e-7, -1e-7])), min_size=1, max_size=20))
def test_no_seam_between_tiles(places):
    """Four tiles side by side: every place inside has a height, on a line that of the tile east or north of it."""
    tiles = [flat_tile(136 + i, 34 + j, 10 * i + j) for i in (0, 1) for j in (0, 1)]
    terrain = Terrain(tiles, constant)
    x, y = np.array([(136 + i / 4 + hair, 34 + j / 4 + hair) for i, j, hair in places]).T
    column, row = np.floor((x - 136) * 4 + 1e-9) // 4, np.floor((y - 34) * 4 + 1e-9) // 4
    inside = (column >= 0) & (column < 2) & (row >= 0) & (row < 2)
    np.testing.assert_array_equal(terrain.heights(x, y), np.where(inside, 10 * column + row, np.nan))


def test_between_centres_a_slope_stays_a_slope_across_tiles():
    """Heights that grow by 1 a cell eastward and 10 northward, in two tiles: the plane itself; NaN beside the unknown."""
    tiles = [flat_tile(136, 34, 0), flat_tile(137, 34, 4)]

    def slope(tile: Tile) -> np.ndarray:
        j, i = np.indices(tile.grid.shape)
        return (i + 10 * j + float(tile.path.name)).astype(np.float32)

    terrain = Terrain(tiles, slope)
    x, y = np.array([136.3, 136.99, 137.01, 137.8]), np.array([34.2, 34.5, 34.6, 34.8])
    plane = (x - 136) * 4 - 0.5 + 10 * ((y - 34) * 4 - 0.5)
    np.testing.assert_allclose(terrain.heights(x, y, between="bilinear"), plane, atol=1e-6)
    assert np.isnan(terrain.heights([136.05], [34.5], between="bilinear"))[0], "no cell west of it"
    assert not np.isnan(terrain.heights([136.05], [34.5]))[0]


def test_tiles_are_opened_once_and_the_oldest_forgotten():
    opened: list[str] = []

    def read(tile: Tile) -> np.ndarray:
        opened.append(tile.path.name)
        return constant(tile)

    terrain = Terrain([flat_tile(136 + i, 34, i) for i in range(3)], read, cache_bytes=2 * 64)
    assert opened == []
    terrain.heights([136.5, 136.6, 137.5], [34.5] * 3)
    terrain.heights([137.5, 136.5], [34.5] * 2)
    assert opened == ["0", "1"]
    terrain.heights([138.5], [34.5])  # no room for three: one goes
    terrain.heights([136.5, 137.5], [34.5] * 2)
    assert len(opened) == 4 or len(opened) == 5
    assert len(terrain.heights([], [])) == 0
    assert np.isnan(Terrain([], constant).heights([136.5], [np.nan]))[0]


HEIGHTS = np.array([[5, 6, 7], [8, 9, 10]], np.int16)
PLACE = Affine(1 / 240, 0, WEST, 0, -1 / 240, SOUTH + 2 / 240)


def dem(folder: Path, values: np.ndarray = HEIGHTS, name: str = "N34E136.tif", **rest: object) -> Path:
    return raster(folder, values, name=name, **{"transform": PLACE, **rest})


def test_a_geotiff_and_what_it_does_not_say(tmp_path):
    file = dem(tmp_path, np.array([[5, -32768, 7], [8, 9, 10]], np.int16))
    tiles, report = read_geotiff(file)
    np.testing.assert_array_equal(values_of(tiles[0]), [[8, 9, 10], [5, np.nan, 7]])
    assert {n.code for n in report.notices if n.level == "warn"} == {"nodata-undeclared", "terrain-vertical-unknown"}
    answered = read_geotiff(file, vertical="EGM96")
    assert answered[0][0].vertical == "EGM96"
    assert "terrain-vertical-unknown" not in {n.code for n in answered[1].notices}
    assert read_geotiff(dem(tmp_path, name="AW3D30_N034E136_DSM.tif"))[0][0].vertical == "EGM96"
    compound = read_geotiff(dem(tmp_path, name="both.tif", crs="EPSG:6697"), vertical="EGM96")
    assert (compound[0][0].vertical, [n.code for n in compound[1].notices]) == ("JGD2011", ["terrain-vertical-own"])


@pytest.mark.parametrize(("sea", "known", "code"), [(None, 6, "terrain-zero"), ("zero", 6, None), ("nodata", 4, None)])
def test_zeros_are_asked_about(tmp_path, sea, known, code):
    file = dem(tmp_path, np.array([[0, 0, 7], [8, 9, 10]], np.int16), nodata=-32768)
    tiles, report = read_geotiff(file, vertical="EGM96", sea=sea)
    assert (tiles[0].known, report.accepted) == (known, known)
    assert report.records_in_file == report.accepted + sum(report.excluded.values())
    assert [n.code for n in report.notices if n.level == "warn"] == ([code] if code else [])
    assert np.isnan(Terrain(tiles, values_of).heights([WEST + 1e-4], [SOUTH + 1.5 / 240]))[0] == (sea == "nodata")


@pytest.mark.parametrize(
    ("made", "code"),
    [
        ({"values": HEIGHTS.astype(np.uint8)}, "terrain-8bit"),
        ({"values": HEIGHTS.astype(np.int32) * 10_000}, "terrain-not-metres"),
        ({"values": (HEIGHTS - 12).astype(np.uint16)}, "terrain-not-metres"),  # below 0 in a type that cannot: 65529
        ({"name": "jpn_ppp_2020.tif"}, "terrain-people"),
        ({"tags": {"TITLE": "人口（人）"}}, "terrain-people"),
        ({"crs": None}, "crs-missing"),
        ({"crs": "EPSG:4301"}, "crs-tokyo-raster"),
    ],
)
def test_what_is_no_height_is_refused(tmp_path, made, code):
    with pytest.raises(DataError) as refused:
        read_geotiff(dem(tmp_path, **made))
    assert refused.value.code == code


def test_heights_given_as_people_are_told(tmp_path):
    for made in ({"name": "NASADEM_HGT_n34e136.tif"}, {"tags": {"TITLE": "標高"}}, {"crs": "EPSG:6697"}):
        with pytest.raises(DataError) as refused:
            intake.read_raster(dem(tmp_path, **made))
        assert refused.value.code == "raster-heights"
    file = saved(tmp_path, FULL)
    with zipfile.ZipFile(tmp_path / "dem.zip", "w") as out:
        out.write(file, file.name)
    for path in (file, tmp_path / "dem.zip"):
        for read in (intake.read_raster, intake.read_table, intake.read_vector):
            with pytest.raises(DataError) as refused:
                read(path)
            assert refused.value.code == "heights-not-here"
            assert "[terrain]" in refused.value.in_("ja")


def test_a_projected_raster_answers_in_degrees(tmp_path):
    """30 m cells of UTM 53N: row and column of a place as pyproj puts it there."""
    values = np.arange(12, dtype=np.int16).reshape(3, 4) + 100
    file = dem(tmp_path, values, crs="EPSG:6690", transform=Affine(30, 0, 560_000, 0, -30, 3_820_090))
    tiles, _ = read_geotiff(file, vertical="JGD2011")
    assert tiles[0].resolution_m == 30
    from pyproj import Transformer

    x, y = np.array([560_015.0, 560_105, 560_119, 560_121]), np.array([3_820_075.0, 3_820_015, 3_820_001, 3_820_015])
    lon, lat = Transformer.from_crs("EPSG:6690", "EPSG:6668", always_xy=True).transform(x, y)
    np.testing.assert_array_equal(Terrain(tiles, values_of).heights(lon, lat), [100, 111, 111, np.nan])


def test_two_sources_that_contradict_are_told(tmp_path):
    """The GeoTIFF lies 37 m above the tile it covers, as an ellipsoid does above the geoid."""
    fine = terrain_of(saved(tmp_path, fgd(ground(*[5] * 6)))).tiles[0]
    for height, wanted in ((5 + 37, [-37]), (5 + 9, [])):
        file = dem(tmp_path, np.full((2, 3), height, np.float32))
        (coarse,), _ = read_geotiff(file, vertical="EGM96")
        found = disagreements(Terrain([fine, coarse], values_of), 10)
        assert [round(one.median_m) for one in found] == wanted


def test_extent_is_area_by_the_finest_tile():
    """Two squares of one degree side by side, half of the first also finer; a third of the area asked for has none."""
    import shapely

    tiles = [flat_tile(136, 34, 1), flat_tile(137, 34, 1), flat_tile(136, 34, 1, nx=4, ny=8, step=0.125)]
    found = extent(tiles, shapely.box(136, 34, 139, 35), "EPSG:6933")  # an equal-area CRS
    assert found.by_resolution[0.125] / found.area_m2 == pytest.approx(1 / 6)
    assert found.by_resolution[0.25] / found.area_m2 == pytest.approx(1 / 2)
    assert found.missing_m2 / found.area_m2 == pytest.approx(1 / 3)
    assert len(found.missing) == 8 * 12  # 2次メッシュ of one degree by one
    assert found.missing[0] == "513800"


def test_unknown_share_is_of_places_that_no_tile_knows():
    """Two squares: a hole of one cell of 16 in the coarse, under it a fine tile that fills half of it; a third without any."""
    import shapely

    hole = Tile(**{**flat_tile(136, 34, 1).__dict__, "known": 15})
    fine = flat_tile(136, 34, 2, nx=1, ny=2, step=0.125)

    def read(tile: Tile) -> np.ndarray:
        values = constant(tile)
        values[0, 0] = np.nan if tile is hole else values[0, 0]
        return values

    share, places = unknown_share(Terrain([hole, flat_tile(137, 34, 1), fine], read), shapely.box(136, 34, 139, 35))
    assert share == pytest.approx(1 / 3 / 16 / 2, abs=2e-3)
    assert places == pytest.approx(10_000, rel=0.05)


def with_terrain(folder: Path, files: Sequence[Path], more: str = "") -> Path:
    study = write_mini_study(folder)
    text = (study / "study.toml").read_text(encoding="utf-8")
    names = json.dumps([file.name for file in files])
    (study / "study.toml").write_text(f"{text}[terrain]\nfiles = {names}\n{more}", encoding="utf-8")
    for file in files:
        (study / file.name).write_bytes(file.read_bytes())
    return study


BOX = (GRID.west, GRID.south, GRID.west + 4 * GRID.dx, GRID.south + 2 * GRID.dy)  # of the hand-made towns
THIRD = Affine((BOX[2] - BOX[0]) / 3, 0, BOX[0], 0, -(BOX[3] - BOX[1]) / 2, BOX[3])  # HEIGHTS over all of them


def test_a_study_reads_its_terrain_and_says_what_is_missing(tmp_path):
    """Columns 0 to 2 of 4 have heights; of the 7 cells of land column 3 has one: a seventh is unknown, not flat."""
    three = Affine(GRID.dx, 0, BOX[0], 0, -GRID.dy, BOX[3])
    file = dem(tmp_path, name="west.tif", transform=three)
    study = read_study(with_terrain(tmp_path / "study", [file], 'vertical = "EGM96"\ncredit = "県"\n'))
    inputs = read_inputs(study, silent)
    assert TERRAIN in run_steps(study)
    assert inputs.terrain is not None
    (report,) = [one for one in inputs.reports if one.kind == "terrain"]
    assert (report.path, report.facts["credit"]) == ("west.tif", "県")
    (notice,) = [n for n in report.notices if n.level == "warn"]
    assert (notice.code, notice.places) == ("terrain-missing", ("513600",))
    assert report.facts["area_without_terrain"] == pytest.approx(1 / 7, abs=1e-3)
    x, y = GRID.centres(np.array([0, 2, 3]), np.array([0, 1, 1]))
    np.testing.assert_array_equal(inputs.terrain.heights(x, y), [8, 7, np.nan])


def told(folder: Path, *files: Path) -> set[str]:
    """Codes of what is told of a study's terrain beside the good news."""
    reports: list[IntakeReport] = []
    read_terrain(read_study(with_terrain(folder, files)), municipalities(), reports, silent)
    return {notice.code for report in reports for notice in report.notices if notice.level == "warn"}


def test_a_study_refuses_terrain_of_elsewhere_and_mixed_surfaces(tmp_path):
    far = saved(tmp_path, fgd(ground(1), mesh="39267600"))
    with pytest.raises(DataError) as refused:
        told(tmp_path / "far", far)
    assert refused.value.code == "terrain-elsewhere"
    assert "東経" in refused.value.problem.ja
    assert "crs" in refused.value.remedy.ja
    one = dem(tmp_path, name="SRTM_a.tif", transform=THIRD)
    other = dem(tmp_path, name="b.tif", transform=THIRD, crs="EPSG:4979")
    with pytest.raises(DataError) as refused:
        told(tmp_path / "mixed", one, other)
    assert refused.value.code == "terrain-datum-mixed"
    assert told(tmp_path / "beside", one, far) == {"terrain-file-elsewhere"}
    values = np.array([[5, -32768, 7], [8, 9, 10]], np.int16)
    assert told(tmp_path / "hole", dem(tmp_path, values, name="SRTM_d.tif", transform=THIRD, nodata=-32768)) == {"terrain-holes"}
    silent_one = dem(tmp_path, name="c.tif", transform=THIRD)
    assert told(tmp_path / "unsaid", one, silent_one) == {"terrain-vertical-unknown", "terrain-datum-mixed"}


def test_check_tells_heights_by_what_they_are(tmp_path):
    file = saved(tmp_path, FULL, "tile.dat")
    assert is_fgd(file)
    tif = dem(tmp_path, name="AW3D30_N034E136_DSM.tif", nodata=-9999)
    for path in (file, tif):
        (report,) = check_files([path])
        assert (report.kind, report.verdict, report.accepted) == ("terrain", "accept", 6), report.notices
    for path in (file, tif):
        assert check_files([path], "population")[0].verdict == "refuse"
    (plain,) = check_files([dem(tmp_path, name="plain.tif", values=HEIGHTS)], "terrain")
    assert [n.code for n in plain.notices if n.level == "warn"] == ["terrain-vertical-unknown"]


def test_real_tiles(shared_data: Path) -> None:
    """What is known of the public files in ../shared/data/dem and counted there by other means."""
    if not (shared_data / "dem").is_dir():
        pytest.skip("../shared/data/dem is not here")
    files = sorted((shared_data / "dem").iterdir())
    tiles, reports = dem_fgd.read(files)
    told = {report.path.rpartition("/")[2]: report for report in reports}
    assert all(r.verdict == "accept" and r.records_in_file == r.accepted + sum(r.excluded.values()) for r in reports)
    eight, ten, five = (told[name] for name in sorted(told))
    assert (eight.facts["tiles"], eight.records_in_file, eight.accepted) == (8, 8 * 33_750, 134_630)
    assert ten.facts["cells_by_kind"] == {"その他": 297, "データなし": 36_777}
    assert (ten.records_in_file, ten.accepted, ten.excluded["terrain-not-given"]) == (843_750, 297, 843_750 - 37_074)
    assert five.facts["cells_by_kind"] == {"内水面": 302, "地表面": 33_448}
    assert (five.facts["heights_m"], five.facts["resolution_m"]) == ([120.0, 608.39], [5.0])
    assert five.excluded == {"terrain-no-height": 302}, "its 内水面 have no height"
    terrain = Terrain(tiles, values_of)
    # the north-west cell stands first in the list, the south-east one last
    first, last = terrain.heights([138.5 + 1e-6, 138.5125 - 1e-6], [35.258333333 - 1e-6, 35.25 + 1e-6])
    assert (first, last) == (pytest.approx(145.30, abs=1e-4), pytest.approx(261.59, abs=1e-4))
    # startPoint 743 639 of DEM10B: その他,1.20
    x, y = 126.75 + (743 + 0.5) * 0.125 / 1125, 26.583333333333333 + (750 - 639 - 0.5) / 12 / 750
    np.testing.assert_allclose(terrain.heights([x, x - 0.125 / 1125], [y, y]), [1.2, np.nan], atol=1e-6)
    step = (1 / 80 / 225, 1 / 120 / 150)
    window = terrain.window((124.075, 24 + 37 / 120, 124.1125, 24 + 40 / 120), step)
    assert window.heights.shape == (450, 675)
    assert np.isfinite(window.heights).sum() == eight.accepted


def test_a_real_geotiff(shared_data: Path) -> None:
    (tile,), report = read_geotiff(shared_data / "raster/nasadem_n18w072_clip.tif")
    assert (tile.grid.shape, tile.vertical, tile.known) == ((111, 430), "EGM96", 47_190)
    assert report.verdict == "accept"
    assert (report.facts["heights_m"], report.facts["zero_cells"]) == ([46.0, 2241.0], 0)
    with pytest.raises(DataError) as refused:
        read_geotiff(shared_data / "raster/bdi_ppp_worldpop.tif")
    assert refused.value.code == "terrain-people"
