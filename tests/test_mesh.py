"""Mesh codes: known places, every corner, every level there and back, and the traps of docs/definitions.md, Mesh codes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.grid import Grid
from geodata.mesh import standard as mesh

MAS = 3_600_000
NESTING = [
    (80000, 10000),
    (80000, 100),
    (10000, 5000),
    (10000, 2000),
    (10000, 125),
    (5000, 1000),
    (2000, 1000),
    (2000, 500),
    (1000, 500),
    (1000, 100),
    (500, 250),
    (500, 125),
    (500, 100),
    (250, 125),
]

levels = st.sampled_from(mesh.LEVELS)
# land of Japan and far around it, in whole mas
places = st.tuples(st.integers(122 * MAS, 154 * MAS), st.integers(20 * MAS, 46 * MAS))


def by_hand(lon_mas: int, lat_mas: int, level: int) -> str:
    """The code written digit by digit as the table of JIS X 0410 says: nothing shared with mesh.py."""
    pp, lat = divmod(lat_mas, 2_400_000)
    uu, lon = divmod(lon_mas - 100 * MAS, 3_600_000)
    q, lat = divmod(lat, 300_000)
    v, lon = divmod(lon, 450_000)
    second = f"{pp:02d}{uu:02d}{q}{v}"
    if level == 80000:
        return second[:4]
    if level == 10000:
        return second
    if level == 5000:
        return second + "1234"[lat // 150_000 * 2 + lon // 225_000]
    if level == 2000:
        return f"{second}{lat // 60_000 * 2}{lon // 90_000 * 2}5"
    r, lat = divmod(lat, 30_000)
    w, lon = divmod(lon, 45_000)
    code = f"{second}{r}{w}"
    if level == 100:
        return f"{code}{lat // 3_000}{lon // 4_500}"
    height, width = 15_000, 22_500
    while len(code) < {1000: 8, 500: 9, 250: 10, 125: 11}[level]:
        up, lat = divmod(lat, height)
        right, lon = divmod(lon, width)
        code += "1234"[up * 2 + right]
        height, width = height // 2, width // 2
    return code


def test_a_known_cell_of_tokyo() -> None:
    # its centre is 35.681250 N 139.771875 E
    lon, lat = mesh.decode([533946114], 500)
    width, height = mesh.cell_mas(500)
    assert lon[0] + width / 2 / MAS == pytest.approx(139.771875, abs=1e-12)
    assert lat[0] + height / 2 / MAS == pytest.approx(35.681250, abs=1e-12)
    assert mesh.encode([139.771875], [35.681250], 500).tolist() == [533946114]


@pytest.mark.parametrize(
    ("level", "code"),
    [
        (80000, 5136),
        (10000, 513677),
        (5000, 5136774),
        (2000, 513677885),
        (1000, 51367798),
        (500, 513677984),
        (250, 5136779843),
        (125, 51367798434),
        (100, 5136779896),
    ],
)
def test_one_place_at_every_level(level: int, code: int) -> None:
    # 34°39'57" N 136°58'59.062" E, worked out by hand from the table of JIS X 0410
    lon_mas, lat_mas = 136 * MAS + 3_539_062, 34 * MAS + 2_397_000
    assert by_hand(lon_mas, lat_mas, level) == str(code)
    assert mesh.encode([lon_mas / MAS], [lat_mas / MAS], level).tolist() == [code]


def test_every_south_western_corner_belongs_to_its_own_cell() -> None:
    """160 × 160 corners of 500 m cells: float floors send 64 % of such corners to a neighbour."""
    grid = mesh.mesh_grid(500, (136.0, 34.0, 137.0, 34.0 + 2 / 3))
    assert grid.shape == (160, 160)
    codes = mesh.code_grid(grid, 500).ravel()
    assert len(np.unique(codes)) == 25_600
    assert np.array_equal(mesh.encode(*mesh.decode(codes, 500), 500), codes)


@pytest.mark.parametrize("level", mesh.LEVELS)
def test_every_corner_of_a_10km_square_at_every_level(level: int) -> None:
    grid = mesh.mesh_grid(level, (136.5, 34.5, 136.625, 34.5 + 1 / 12))
    codes = mesh.code_grid(grid, level).ravel()
    assert len(np.unique(codes)) == codes.size
    assert np.array_equal(mesh.encode(*mesh.decode(codes, level), level), codes)


@given(places, levels)
@settings(deadline=None, max_examples=120)
def test_codes_are_those_of_the_standard(place: tuple[int, int], level: int) -> None:
    lon, lat = (np.array([mas]) for mas in place)
    assert str(mesh.encode_mas(lon, lat, level)[0]) == by_hand(*place, level)
    assert str(mesh.encode(lon / MAS, lat / MAS, level)[0]) == by_hand(*place, level)


@given(places, levels)
@settings(deadline=None, max_examples=120)
def test_a_point_lies_in_the_cell_it_encodes_to(place: tuple[int, int], level: int) -> None:
    lon, lat = (np.array([mas]) for mas in place)
    code = mesh.encode_mas(lon, lat, level)
    west, south = mesh.decode_mas(code, level)
    width, height = mesh.cell_mas(level)
    assert west <= lon < west + width
    assert south <= lat < south + height
    assert mesh.valid(code, level).all()
    assert mesh.encode_mas(west, south, level) == code


@given(places, st.sampled_from(NESTING))
@settings(deadline=None, max_examples=120)
def test_a_parent_holds_its_cells_whole(place: tuple[int, int], pair: tuple[int, int]) -> None:
    outer, inner = pair
    lon, lat = (np.array([mas]) for mas in place)
    code = mesh.encode_mas(lon, lat, inner)
    assert mesh.parent(code, inner, outer) == mesh.encode_mas(lon, lat, outer)


def test_parents_by_digits_and_levels_that_do_not_nest() -> None:
    assert mesh.parent([5136779732], 250, 500).tolist() == [513677973]
    assert mesh.parent([5136779785], 100, 500).tolist() == [513677974]
    for inner, outer in [(2000, 5000), (100, 250), (100, 125), (1000, 500)]:
        with pytest.raises(ValueError, match="do not fill"):
            mesh.parent(mesh.encode([136.9], [34.6], inner), inner, outer)


def test_neighbours_share_their_edge_to_the_last_bit() -> None:
    codes = mesh.code_grid(mesh.mesh_grid(125, (136.1, 34.1, 136.2, 34.2)), 125)
    _, _, east, _ = mesh.cell_bounds(codes[:, :-1].ravel(), 125)
    west, _, _, _ = mesh.cell_bounds(codes[:, 1:].ravel(), 125)
    assert np.array_equal(east, west)


class TestGrid:
    def test_snaps_outward_and_no_further(self) -> None:
        exact = mesh.mesh_grid(500, (136.0, 34.0, 136.0 + 3 / 160, 34.0 + 2 / 240))
        assert (exact.nx, exact.ny, exact.crs) == (3, 2, "EPSG:6668")
        grown = mesh.mesh_grid(500, (135.99999, 34.0, 136.0 + 3 / 160 + 1e-7, 34.0 + 2 / 240))
        assert (grown.nx, grown.ny) == (5, 2)
        assert mesh.mesh_grid(500, (136.1, 34.1, 136.1, 34.1)).shape == (1, 1)
        with pytest.raises(ValueError, match="bbox"):
            mesh.mesh_grid(500, (137.0, 34.0, 136.0, 35.0))

    @given(places, levels, st.integers(1, 20), st.integers(1, 40))
    @settings(deadline=None, max_examples=80)
    def test_grids_of_whole_cells_come_back_exactly(self, place: tuple[int, int], level: int, nx: int, ny: int) -> None:
        width, height = mesh.cell_mas(level)
        west, south = place[0] // width * width, place[1] // height * height
        assume(west + nx * width <= mesh.EAST_MAS and south + ny * height <= mesh.NORTH_MAS)  # codes end there
        bbox = (west / MAS, south / MAS, (west + nx * width) / MAS, (south + ny * height) / MAS)
        grid = mesh.mesh_grid(level, bbox)
        assert (grid.nx, grid.ny) == (nx, ny)
        assert mesh.encode_mas(np.array([west]), np.array([south]), level) == mesh.code_grid(grid, level)[0, 0]

    def test_position_undoes_code_grid_also_in_windows(self) -> None:
        whole = mesh.mesh_grid(250, (136.0, 34.0, 136.3, 34.3))
        grid = whole.window(17, 9, 20, 30)
        codes = mesh.code_grid(grid, 250)
        assert np.array_equal(codes, mesh.code_grid(whole, 250)[9:39, 17:37])
        i, j, inside = mesh.position(codes.ravel(), 250, grid)
        assert inside.all()
        assert np.array_equal(i, np.tile(np.arange(20), 30))
        assert np.array_equal(j, np.repeat(np.arange(30), 20))
        assert not mesh.position(mesh.encode([135.9], [33.9], 250), 250, grid)[2].any()

    def test_row_0_is_the_southernmost(self) -> None:
        codes = mesh.code_grid(mesh.mesh_grid(500, (136.0, 34.0, 136.0125, 34.0 + 1 / 120)), 500)
        assert codes.tolist() == [[513600001, 513600002], [513600003, 513600004]]

    def test_other_grids_are_refused(self) -> None:
        grid = mesh.mesh_grid(500, (136.0, 34.0, 136.1, 34.1))
        shifted = Grid(grid.west + 1e-5, grid.south, grid.dx, grid.dy, grid.nx, grid.ny, grid.crs)
        tokyo = Grid(grid.west, grid.south, grid.dx, grid.dy, grid.nx, grid.ny, "EPSG:4301")
        for wrong, level in [(grid, 250), (shifted, 500), (tokyo, 500)]:
            with pytest.raises(ValueError, match="not a grid"):
                mesh.code_grid(wrong, level)


class TestBadInput:
    @pytest.mark.parametrize(
        ("level", "code"),
        [
            (500, 513700000),
            (500, 513700005),
            (500, 513780001),
            (500, 513708001),
            (500, 51370000),
            (500, 5137000011),
            (500, -513700001),
            (250, 5137000015),
            (250, 5137000051),
            (2000, 513700105),
            (2000, 513700015),
            (2000, 513700004),
            (5000, 5137005),
            (10000, 513788),
            (80000, 999),
            (80000, 5199),
            (80000, 51370),
            (1000, 51378800),
            (100, 5137880000),
            (125, 51370000110),
        ],
    )
    def test_codes_that_cannot_be(self, level: int, code: int) -> None:
        good = int(mesh.encode([137.01], [34.01], level)[0])
        assert mesh.valid([good, code], level).tolist() == [True, False]
        with pytest.raises(DataError) as caught:
            mesh.decode([good, code], level)
        assert caught.value.code == "mesh-code"
        assert f"2行目: {code}" in str(caught.value)

    @pytest.mark.parametrize(("lon", "lat"), [(34.7, 136.5), (np.nan, 34.0), (136.0, np.inf), (181.0, 35.0)])
    def test_points_without_a_mesh(self, lon: float, lat: float) -> None:
        with pytest.raises(DataError) as caught:
            mesh.encode([136.5, lon], [34.7, lat], 500)
        assert caught.value.code == "mesh-outside"
        assert "1 件" in str(caught.value)


class TestLevels:
    @pytest.mark.parametrize(
        ("spelling", "level"),
        [
            (500, 500),
            ("500m", 500),
            ("５００ｍ", 500),
            ("H", 500),
            ("h", 500),
            (4, 500),
            ("4次", 500),
            ("1km", 1000),
            (3, 1000),
            ("S", 1000),
            ("Q", 250),
            (5, 250),
            ("E", 125),
            (6, 125),
            (1, 80000),
            (2, 10000),
            (100, 100),
            (np.int64(250), 250),
            ("80km", 80000),
        ],
    )
    def test_spellings(self, spelling: object, level: int) -> None:
        assert mesh.normal_level(spelling) == level

    @pytest.mark.parametrize("spelling", [0, 7, 300, "", "X", None, "half", -500, 1.5])
    def test_others_are_refused(self, spelling: object) -> None:
        with pytest.raises(DataError) as caught:
            mesh.normal_level(spelling)
        assert caught.value.code == "mesh-level"

    @pytest.mark.parametrize("level", [level for level in mesh.LEVELS if level not in (250, 100)])
    def test_digits_tell_the_level(self, level: int) -> None:
        codes = mesh.code_grid(mesh.mesh_grid(level, (136.0, 34.0, 136.2, 34.2)), level).ravel().astype(str)
        assert mesh.level_of(codes) == level

    @pytest.mark.parametrize("level", [250, 100])
    def test_ten_digits_never_do(self, level: int) -> None:
        # 250 m and 100 m codes have ten digits both
        for codes in (["5236047041"], mesh.encode([136.5, 136.6], [34.5, 34.6], level).astype(str)):
            with pytest.raises(DataError) as caught:
                mesh.level_of(codes)
            assert caught.value.code == "mesh-level-ambiguous"

    @pytest.mark.parametrize(
        ("codes", "slug"),
        [
            (["513677973", "51367797"], "mesh-levels-mixed"),
            (["513677973", "513677865"], "mesh-levels-mixed"),
            (["513677979"], "mesh-code"),
            (["abcd"], "mesh-code"),
            (["12345"], "mesh-code"),
            ([], "mesh-code"),
        ],
    )
    def test_levels_that_cannot_be_told(self, codes: list[str], slug: str) -> None:
        with pytest.raises(DataError) as caught:
            mesh.level_of(codes)
        assert caught.value.code == slug


def test_all_of_mie_at_125_m_in_one_call() -> None:
    """354,085 land cells of Mie at 125 m: one vectorised call, there and back."""
    grid = mesh.mesh_grid(125, (135.85, 33.72, 136.99, 35.26))
    codes = mesh.code_grid(grid, 125)
    assert codes.size > 354_085
    i, j, inside = mesh.position(codes.ravel(), 125, grid)
    assert inside.all()
    assert np.array_equal(j * grid.nx + i, np.arange(codes.size))
