"""The maps of a zone's sheet: what they show, that it is legible in grey, and that equal facts are equal bytes."""

from __future__ import annotations

import dataclasses
import io
import itertools
import os
import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageColor

from coverage.result import Result
from geodata.errors import DataError, Text
from requests_gen.zone_maps import maps as zone_maps
from requests_gen.zone_maps.close_up import close_scene, column, kinds_of_cells
from requests_gen.zone_maps.drawing import png_of
from requests_gen.zone_maps.frames import MapFrames, border_lines, map_frames
from requests_gen.zone_maps.location import where_scene
from requests_gen.zone_maps.map_elements import LabelPlacer, nice_length
from requests_gen.zone_maps.maps import draw_zone_maps, maps_for
from requests_gen.zone_maps.scene import CELL_KINDS, CLOSE_MM, DPI, STYLES, UNITS_A_MM, WHERE_MM, WORDS, Scene, View, scene_key
from requests_gen.zone_maps.text_layout import _NEVER_FIRST, balanced, checked, width_mm, wrapped
from tests.waiting import CEILING_S
from tests.worlds import HOSTILE, world

ROOT = Path(__file__).resolve().parents[1]
HERE = Text("ここ", "here")


@pytest.fixture(scope="module")
def result() -> Result:
    return world(unpublished=("c",))


@pytest.fixture(scope="module")
def frames(result: Result) -> MapFrames:
    return map_frames(result)


def first(frames: MapFrames) -> str:
    return str(frames.zones.index[0])


def words(scene: Scene) -> list[str]:
    return [each.text for each in scene.words]


def chunks(png: bytes) -> list[tuple[str, bytes]]:
    found, at = [], 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        found.append((png[at + 4 : at + 8].decode(), png[at + 8 : at + 8 + size]))
        at += size + 12
    return found


def test_pictures_have_their_size_on_paper_and_no_date_or_name_inside(frames: MapFrames) -> None:
    maps = draw_zone_maps(frames, first(frames), "a", "4G")
    for png, (wide, high) in ((maps.where_png, WHERE_MM), (maps.close_png, CLOSE_MM)):
        inside = dict(chunks(png))
        assert set(inside) == {"IHDR", "PLTE", "pHYs", "IDAT", "IEND"}
        assert inside["pHYs"] == struct.pack(">IIB", 7874, 7874, 1)  # 200 dpi in pixels a metre
        size = Image.open(io.BytesIO(png)).size
        assert size == pytest.approx((wide / 25.4 * DPI, high / 25.4 * DPI), abs=1)
        assert len(png) < 80_000


def test_same_facts_same_bytes_in_another_process(result: Result, frames: MapFrames) -> None:
    zone = first(frames)
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n"
        "from tests.worlds import world\nfrom requests_gen.zone_maps.maps import draw_zone_maps, map_frames\n"
        f"m = draw_zone_maps(map_frames(world(unpublished=('c',))), {zone!r}, 'a', '4G')\n"
        "import hashlib; print(m.key, hashlib.sha256(m.where_png + m.close_png).hexdigest())\n"
    )
    strange = {**os.environ, "PYTHONHASHSEED": "5", "TZ": "America/Lima", "LC_ALL": "C", "PYTHONUTF8": "1"}
    told = subprocess.run([sys.executable, "-c", code], check=True, timeout=CEILING_S, env=strange, capture_output=True, text=True)
    maps = draw_zone_maps(frames, zone, "a", "4G")
    import hashlib

    assert told.stdout.split() == [maps.key, hashlib.sha256(maps.where_png + maps.close_png).hexdigest()]


def test_where_is_the_same_for_every_carrier(frames: MapFrames) -> None:
    zone = first(frames)
    maps = maps_for(frames, [(zone, "a"), (zone, "b")])
    assert maps[zone, "a"].where_png == maps[zone, "b"].where_png
    assert maps[zone, "a"].close_png != maps[zone, "b"].close_png
    assert maps[zone, "a"].key != maps[zone, "b"].key


def test_kept_pictures_are_not_drawn_again(frames: MapFrames, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    zones = [str(zone) for zone in frames.zones.index[:3]]
    spec = [(zone, carrier) for zone in zones for carrier in ("a", "b")]
    told: list[Text] = []
    fresh = maps_for(frames, spec, tmp_path, progress=told.append)
    assert len(list(tmp_path.iterdir())) == 3 + 6
    assert "9/9枚" in told[-1].ja
    drawn: list[Scene] = []
    monkeypatch.setattr(zone_maps, "png_of", lambda scene: drawn.append(scene) or png_of(scene))
    assert maps_for(frames, spec, tmp_path) == fresh
    assert not drawn
    broken = sorted(tmp_path.iterdir())[4]
    broken.write_bytes(broken.read_bytes()[:-5])
    assert maps_for(frames, spec, tmp_path) == fresh
    assert len(drawn) == 1


def test_only_what_shows_makes_a_new_picture(result: Result, frames: MapFrames) -> None:
    """People who move change no map; a carrier's edge in the picture changes its maps and nobody else's."""
    zone = first(frames)

    def keys(changed: Result) -> list[str]:
        other = map_frames(changed)
        return [scene_key(where_scene(other, zone))] + [scene_key(close_scene(other, zone, c, "4G")[0]) for c in "ab"]

    same = keys(result)
    people = result.cells.assign(population=result.cells["population"] * 2, households=1.0)
    assert keys(dataclasses.replace(result, cells=people)) == same
    layers = result.layers.copy()
    mine = ((layers["carrier"] == "a") & (layers["generation"] == "4G")).to_numpy()
    middle = shapely.centroid(result.zones.geometry.iloc[0]).buffer(0.004)
    layers.loc[mine, "geometry"] = middle
    moved = keys(dataclasses.replace(result, layers=layers))
    assert [a == b for a, b in zip(moved, same, strict=True)] == [True, False, True]


def test_many_processes_draw_the_same(frames: MapFrames, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone_maps, "FEW", 2)
    spec = [(str(zone), "a") for zone in frames.zones.index[:4]]
    assert maps_for(frames, spec, workers=2) == maps_for(frames, spec, workers=1)


def test_user_text_is_drawn_as_it_is(result: Result) -> None:
    name = r"$\frac{1}{0$ <b>%(x)s"
    names = result.zones.assign(name=name)
    other = map_frames(dataclasses.replace(result, zones=names))
    zone = first(other)
    scene, _ = close_scene(other, zone, "a", "4G")
    assert "".join(words(scene)).count(r"\frac{1}{0$") >= 1
    assert png_of(scene)
    for hostile in HOSTILE:
        assert checked(hostile, HERE)


@pytest.mark.parametrize("column", ["name", "municipality"])
def test_a_character_the_font_lacks_is_named_with_its_place(result: Result, column: str) -> None:
    other = map_frames(dataclasses.replace(result, zones=result.zones.assign(**{column: "大字🗾"})))
    with pytest.raises(DataError) as refused:
        maps_for(other, [(first(other), "a")])
    assert refused.value.code == "glyph-missing"
    assert "🗾" in refused.value.problem.ja
    assert "U+1F5FE" in refused.value.problem.ja
    assert first(other) in str(refused.value.where)


def test_characters_of_japanese_names_are_all_there() -> None:
    assert checked("髙﨑𠮷野①㎢々〆ヶ－～∥", HERE) == "髙﨑𠮷野①㎢々〆ヶ－～∥"
    assert checked("葛\U000e0100城\u2028町\x07\u202e", HERE) == "葛城 町"
    for text in WORDS.values():
        assert checked(text.ja.replace("\n", ""), HERE)
        assert checked(text.en.replace("\n", ""), HERE)


def test_every_kind_of_cell_by_hand(frames: MapFrames) -> None:
    """Six cells: nothing published; half a cell is enough; who else serves decides the rest."""
    shares = frames.shares.iloc[:6].copy()
    gaps = frames.gaps.iloc[:6].copy()
    shares["a", "4G"] = [np.nan, 0.2, 0.2, 0.2, 0.5, 0.95]
    gaps["not_spot_4G"] = ["unknown", "complete", "partial", "unknown", "partial", "none"]
    by_hand = dataclasses.replace(frames, shares=shares, gaps=gaps)
    kinds = kinds_of_cells(by_hand, np.arange(6), "a", "4G").tolist()
    assert kinds == ["unknown", "none_serve", "lacking", "lacking_unknown", "partly", "covered"]


def test_a_silent_carrier_is_unknown_and_never_outside(frames: MapFrames) -> None:
    zone = first(frames)
    scene, seen = close_scene(frames, zone, "c", "5G")
    assert set(seen.cells) == {"unknown"}
    looks = {shape.style for shape in scene.shapes}
    assert "unknown" in looks
    assert not looks & {"none_serve", "lacking", "covered", "edge"}
    maps = draw_zone_maps(frames, zone, "c", "5G")
    assert "未公表のため不明" in maps.alt_text
    assert "基準日: 不明" in maps.alt_text
    with pytest.raises(ValueError, match="no x 4G"):
        close_scene(frames, zone, "x", "4G")


def test_alt_text_counts_the_cells_of_the_zone(result: Result, frames: MapFrames) -> None:
    for zone in frames.zones.index[:4]:
        _, seen = close_scene(frames, str(zone), "a", "4G")
        assert sum(seen.cells.values()) == (result.cells["zone_id"] == zone).sum()
        assert f"{sum(seen.cells.values())}個のうち" in draw_zone_maps(frames, str(zone), "a", "4G").alt_text


@pytest.mark.parametrize("fictitious", [True, False])
def test_invented_areas_are_marked_on_both_maps_and_in_words(fictitious: bool) -> None:
    other = map_frames(world(fictitious=fictitious))
    zone = first(other)
    scene, _ = close_scene(other, zone, "a", "4G")
    assert ("架空のエリア" in words(scene)) == fictitious
    assert ("架空のエリア" in words(where_scene(other, zone))) == fictitious
    assert ("架空" in draw_zone_maps(other, zone, "a", "4G").alt_text) == fictitious


def test_the_picture_shows_area_and_gap_where_they_are(result: Result) -> None:
    """The carrier's area covers the west half of the zone's view: blue there, hatched or pale in the east."""
    layers = result.layers.copy()
    middle = result.zones.geometry.iloc[0].centroid
    mine = ((layers["carrier"] == "a") & (layers["generation"] == "4G")).to_numpy()
    layers.loc[mine, "geometry"] = shapely.box(middle.x - 1, middle.y - 1, middle.x, middle.y + 1)
    shares = result.shares.copy()
    west = result.grid.centres(result.cells["i"].to_numpy(), result.cells["j"].to_numpy())[0] < middle.x
    shares["a", "4G"] = west.astype(float)
    gaps = result.gaps.assign(not_spot_4G="partial")
    made = map_frames(dataclasses.replace(result, layers=layers, shares=shares, gaps=gaps))
    image = np.asarray(Image.open(io.BytesIO(draw_zone_maps(made, first(made), "a", "4G").close_png)).convert("RGB")).astype(int)
    blue = np.abs(image - ImageColor.getrgb(STYLES["covered"].fill)).sum(axis=2) < 12
    yellow = np.abs(image - ImageColor.getrgb(STYLES["lacking"].fill)).sum(axis=2) < 12
    on_map = slice(0, int(78 / 25.4 * DPI))
    columns_blue, columns_yellow = (np.flatnonzero(mask[:, on_map].sum(axis=0) > 20) for mask in (blue, yellow))
    assert columns_blue.max() <= columns_yellow.min() + 40  # no wider than the cell the edge runs through
    assert len(columns_blue) > 100
    assert len(columns_yellow) > 50


def test_classes_stay_apart_in_a_black_and_white_copy() -> None:
    """Every two kinds of cell differ in their hatch, and inks are dark enough to copy."""
    for a, b in itertools.combinations(CELL_KINDS, 2):
        assert STYLES[a].hatch != STYLES[b].hatch
    lines = [STYLES[look] for look in ("edge", "zone", "other_zone", "border", "outline")]
    assert len({(look.width_pt, look.dashes) for look in lines}) == len(lines)
    for kind in CELL_KINDS:
        red, green, blue = ImageColor.getrgb(STYLES[kind].hatch_ink)
        assert 0.299 * red + 0.587 * green + 0.114 * blue < 128


def test_both_directions_have_the_same_scale() -> None:
    view = View((1000.0, 2000.0), 60.0, (0.4, 8.0, 78.5, 84.6))
    square = view.paper(np.array([[1000.0, 2000.0], [1600.0, 2000.0], [1000.0, 2600.0]]))
    assert square[1] - square[0] == pytest.approx([10.0, 0.0])
    assert square[2] - square[0] == pytest.approx([0.0, 10.0])
    assert view.metres(square) == pytest.approx(np.array([[1000.0, 2000.0], [1600.0, 2000.0], [1000.0, 2600.0]]))


def test_the_zone_lies_wholly_inside_the_frame(frames: MapFrames) -> None:
    for zone in frames.zones.index[:6]:
        scene, _ = close_scene(frames, str(zone), "b", "4G")
        outline = next(shape for shape in scene.shapes if shape.style == "zone" and shape.inside_frame)
        mm = outline.points / UNITS_A_MM
        west, south, east, north = scene.frame
        assert mm[:, 0].min() > west
        assert mm[:, 0].max() < east
        assert mm[:, 1].min() > south
        assert mm[:, 1].max() < north


def test_shared_borders_stand_once() -> None:
    """Three squares in a row, the third not ours: one inner border, and our outline goes round the two.

    +---+---+...+
    | A | B : C :
    +---+---+...+
    """
    squares = np.array([shapely.box(n, 0, n + 1, 1) for n in range(3)], dtype=object)
    borders, outline = border_lines(squares, np.array([True, True, False]))
    assert [line.wkt for line in borders] == ["LINESTRING (1 0, 1 1)"]
    assert shapely.length(outline).sum() == pytest.approx(9.0)  # 8 around the three, 1 between B and C
    assert shapely.intersects(outline, shapely.LineString([(1.9, 0.5), (2.1, 0.5)])).sum() == 1


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_fullest_column_ends_above_the_footer(lang: str) -> None:
    """Every class and sign at once, two-line names: nothing runs into the source lines."""
    scene = Scene(CLOSE_MM, (0.4, 9.0, 78.5, 84.6))
    kinds = [(kind, kind) for kind in ("covered", "none_serve", "lacking", "partly")]
    signs = ["dot", "shelter", "evacuation_site", "facility", "zone", "other_zone", "border", "outline"]
    head = [("北牟婁郡紀北町" * 3, 6.0), ("大字長い名前の地区" * 3, 8.0), ("24543-001", 6.0), ("長い名前の事業者株式会社　4G", 7.0)]
    column(scene, head, [*kinds, *((sign, sign) for sign in signs)], ["あ" * 30, "い" * 30, "う" * 30], lang)
    assert len(scene.words) > 20
    assert min(each.y for each in scene.words) / UNITS_A_MM > 9.0


def test_a_study_without_metres_is_refused(result: Result) -> None:
    about = result.study.about.model_copy(update={"metric_crs": "EPSG:6668"})
    with pytest.raises(DataError) as refused:
        map_frames(dataclasses.replace(result, study=result.study.model_copy(update={"about": about})))
    assert refused.value.code == "metric-crs-not-metres"


boxes = st.tuples(st.floats(0, 78), st.floats(0, 78), st.floats(0.5, 25), st.floats(0.5, 6))


@given(st.lists(boxes, max_size=25))
@settings(deadline=None, max_examples=50)
def test_labels_never_lie_on_each_other_or_outside(spec: list[tuple[float, float, float, float]]) -> None:
    room = LabelPlacer((0.0, 0.0, 78.0, 78.0))
    for x, y, wide, high in spec:
        found = room.beside(x, y, wide, high, 1.0)
        if found is not None:
            room.take(found[0])
    for west, south, east, north in room.taken:
        assert 0 <= west < east <= 78
        assert 0 <= south < north <= 78
    for a, b in itertools.combinations(room.taken, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]


letters = st.text(st.sampled_from("津市美杉町八知、。）ーABC 123-（「"), min_size=1, max_size=60)


@given(letters, st.floats(8, 60))
@example("。「。）", 8.0)  # the sign before the forbidden one may not begin a line either
@settings(deadline=None, max_examples=100)
def test_wrapping_loses_nothing_and_fits(text: str, room_mm: float) -> None:
    # a run of such signs longer than a line can neither fit nor hang, and none follows a space in a name
    assume(not any((a in _NEVER_FIRST or a == " ") and b in _NEVER_FIRST for a, b in itertools.pairwise(text)))
    for lines in (wrapped(text, 6.0, room_mm), balanced(text, 6.0, room_mm, 99)):
        assert "".join("".join(lines).split()) == "".join(text.split())
        one = width_mm("、", 6.0)
        assert all(width_mm(line, 6.0) <= room_mm + one for line in lines)
        assert all(a[-1] in _NEVER_FIRST or b[0] not in _NEVER_FIRST for a, b in itertools.pairwise(lines) if a and b)


def test_too_long_a_text_ends_with_an_ellipsis() -> None:
    lines = wrapped("あ" * 100, 6.0, 20.0, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(width_mm(line, 6.0) <= 20.0 for line in lines)


@given(st.floats(1.0, 1e7))
@settings(deadline=None, max_examples=60)
def test_scale_bars_are_round(most: float) -> None:
    length = nice_length(most)
    assert most / 2.5000001 <= length <= most
    assert f"{length:.6e}"[0] in "125"


def test_islands_far_away_have_a_map_of_their_own(result: Result) -> None:
    """A municipality 300 km to the south is not squeezed into the same picture, and the map says so."""
    towns = result.municipalities.copy()
    towns.loc["24201", "geometry"] = shapely.box(136.0, 31.0, 136.02, 31.02)
    far = map_frames(dataclasses.replace(result, municipalities=towns))
    zone = str(far.zones.index[far.zones["municipality_id"] != "24201"][0])
    assert any("離れた島は省略" in line for line in words(where_scene(far, zone)))
    assert not any("離れた島は省略" in line for line in words(where_scene(map_frames(result), zone)))


def test_scene_is_plain_data_that_can_be_sent(frames: MapFrames) -> None:
    import pickle

    scene: Any = where_scene(frames, first(frames))
    assert scene_key(pickle.loads(pickle.dumps(scene))) == scene_key(scene)
