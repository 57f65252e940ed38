"""GeoJSON by msgspec: any size in little memory, and nothing read otherwise than Python's own decoder reads it."""

from __future__ import annotations

import json
import math
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from geodata.formats import geojson, json_stream
from geodata.safety.ceilings import MB, Limits, limited
from tests.hostile import SQUARE, write
from tests.hostile import geojson as write_geojson

MODEST = settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
PLACE = [136.5, 34.6]


def feature(coordinates: Any = PLACE, **properties: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": {"type": "Point", "coordinates": coordinates}}


def text_of(*features: dict[str, Any]) -> str:
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)


def refusal(path: Path) -> DataError:
    with pytest.raises(DataError) as refused:
        geojson.layers(path)
    return refused.value


def read(path: Path) -> tuple[Any, Any, Any]:
    """All that was read (repr: NaN is like NaN), or the refusal's code and place."""
    try:
        layer = geojson.layers(path)[0].read()
    except DataError as error:
        return error.code, str(error.where), str(error)
    return shapely.to_wkt(layer.geometries).tolist(), repr(layer.attributes.to_dict("list")), repr(layer.crs)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | st.text(max_size=6) | st.sampled_from(['\\"', "}{][,"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=4,
)
POSITIONS = st.lists(st.integers(-5, 5) | st.floats(-200, 200) | st.just(math.nan) | st.just(1e300), min_size=2, max_size=3)
SHAPES = st.one_of(
    st.none(),
    st.builds(lambda xy: {"type": "Point", "coordinates": xy}, POSITIONS),
    st.builds(lambda line: {"coordinates": line, "type": "LineString"}, st.lists(POSITIONS, max_size=3)),
    st.builds(lambda ring: {"type": "Polygon", "coordinates": [ring]}, st.lists(POSITIONS, max_size=5)),
    st.builds(lambda kind, any_: {"type": kind, "coordinates": any_}, st.sampled_from(["Point", "MultiPoint", "Curve"]), VALUES),
)
FEATURES = st.fixed_dictionaries(
    {"type": st.just("Feature"), "properties": st.none() | st.dictionaries(st.text(max_size=3), VALUES, max_size=3)},
    optional={"geometry": SHAPES, "id": VALUES, "bbox": VALUES, "x": VALUES},
)


@MODEST
@given(st.lists(FEATURES, max_size=4), st.booleans(), st.sampled_from([None, 1]), st.integers(1, 90))
def test_the_quick_way_reads_what_the_careful_way_reads(
    tmp_path: Path, features: list[Any], escaped: bool, indent: int | None, block: int
) -> None:
    """NaN, Infinity, lone surrogates, integers of 80 bits, odd nesting: same table, shapes or refusal."""
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=escaped, indent=indent)
    path = write(tmp_path / "a.geojson", text.encode("utf-8", "replace"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "BLOCK", block)
        quick = read(path)
        patch.setattr(geojson._Features, "read", lambda self, stream: self.add(stream.value()))
        assert quick == read(path)


def test_many_features_are_not_one_large_value(tmp_path: Path) -> None:
    """A file 8 times the limits of one feature is read, and the text is not held (it was: 8 MB, and refused)."""
    ring = [[round(136 + 0.01 * math.cos(k / 50 * math.pi), 12), round(34 + 0.01 * math.sin(k / 50 * math.pi), 12)] for k in range(100)]
    one = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}}
    path = write(tmp_path / "a.geojson", text_of(*[one] * 2600))
    size = path.stat().st_size
    assert size > 8 * MB
    with limited(Limits(feature_text_bytes=MB, feature_positions=26_000)):
        shapes = geojson.layers(path)[0].read().geometries
    assert shapely.get_num_coordinates(shapes).tolist() == [101] * 2600
    with path.open("rb") as binary:
        stream = json_stream.JsonStream(binary, "utf-8")
        tracemalloc.start()
        stream.take("{")
        assert [stream.value(), stream.take(":"), stream.value(), stream.take(","), stream.value()][::2] == [
            "type",
            "FeatureCollection",
            "features",
        ]
        stream.take(":")
        assert sum(len(stream.raw()) for _ in stream.items()) > size - 3 * 2600
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert held < json_stream.FORGET_AFTER + 20 * json_stream.BLOCK < 3 * size


@pytest.mark.parametrize(("found", "limits"), [("positions", {"feature_positions": 50}), ("bytes", {"feature_text_bytes": 500})])
def test_one_feature_too_large_is_refused_before_it_is_decoded(tmp_path: Path, found: str, limits: dict[str, int]) -> None:
    path = write(tmp_path / "a.geojson", text_of(feature(), feature([PLACE] * 100)))
    with limited(Limits(**limits)), pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_stream, "BLOCK", 300)
        error = refusal(path)
    assert (error.code, found in error.problem.en) == ("too-big", True)


@pytest.mark.parametrize(
    ("coordinates", "shown"),
    [(["135.1", 34], '"135.1"'), ([True, 34], "true"), ([{"x": 1}, 2], '{"x": 1}'), (["百三十五", "34"], '"百三十五"')],
)
def test_coordinates_that_are_no_numbers_are_refused_by_name(tmp_path: Path, coordinates: Any, shown: str) -> None:
    """numpy would make 135.1 of "135.1" and 1.0 of true without a word."""
    error = refusal(write(tmp_path / "a.geojson", text_of(feature(), feature(coordinates))))
    assert error.code == "coordinates-not-numbers"
    assert (str(error.where), shown in error.problem.ja, "引用符" in error.remedy.ja) == ("地物 2", True, True)


@pytest.mark.parametrize("number", ["NaN", "1e999", "-Infinity", "9" * 400, "1e9"])
def test_coordinates_beyond_the_earth_are_named(tmp_path: Path, number: str) -> None:
    text = text_of(feature(), feature()).replace("136.5, 34.6]", f"{number}, 34.6]", 2).replace(f"{number}, ", "136.5, ", 1)
    error = refusal(write(tmp_path / "a.geojson", text))
    assert (error.code, str(error.where)) == ("coordinates-not-finite", "地物 2")


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_property_that_is_no_number_loses_no_feature(tmp_path: Path, number: str) -> None:
    """Python writes NaN for an unknown value: the feature is read, the value stays NaN or infinite."""
    path = write(tmp_path / "a.geojson", text_of(feature(n=1.5), feature(n=7)).replace("7}", number + "}"))
    values = geojson.layers(path)[0].read().attributes["n"]
    assert values[0] == 1.5
    assert not np.isfinite(values[1])


def test_long_codes_keep_every_digit(tmp_path: Path) -> None:
    """An identifier of 22 digits as a number is no float."""
    path = write(tmp_path / "a.geojson", text_of(feature(code=1234567890123456789012)))
    assert geojson.layers(path)[0].read().attributes["code"].tolist() == ["1234567890123456789012"]


def test_members_twice(tmp_path: Path) -> None:
    """Refused where one of two feature lists would be lost; inside a feature the last one counts, as everywhere."""
    twice = write(tmp_path / "a.geojson", text_of(feature())[:-1] + ', "features": []}')
    assert refusal(twice).code == "json-broken"
    inner = write(tmp_path / "b.geojson", text_of(feature(a=1)).replace('{"a": 1}', '{"a": 1, "a": 2}'))
    assert geojson.layers(inner)[0].read().attributes["a"].tolist() == [2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp932"])
def test_encodings(tmp_path: Path, encoding: str) -> None:
    """In CP932 the second byte of 表 and ソ is a backslash, of ボ a bracket."""
    path = write(tmp_path / "a.geojson", text_of(feature(名="表ソボ"), feature(名='"}')).encode(encoding))
    assert geojson.layers(path)[0].read().attributes["名"].tolist() == ["表ソボ", '"}']


@pytest.mark.parametrize(
    ("cut", "row"), [(lambda text: text[:-60], 5), (lambda text: text.replace('"n": 1', '"n: 1'), 4), (lambda text: text + "]", 6)]
)
def test_broken_text_is_named_by_its_row(tmp_path: Path, cut: Any, row: int) -> None:
    """Half a file, a lost quotation mark (the rest of the file turns inside out), something after the end."""
    lines = ",\n".join(json.dumps(feature(n=n)) for n in range(3))
    error = refusal(write(tmp_path / "a.geojson", cut('{"type": "FeatureCollection",\n"features": [\n' + lines + "]}\n")))
    assert (error.code, str(error.where)) == ("json-broken", f"{row} 行目")


def test_a_lost_quotation_mark_in_a_large_file_is_not_called_too_big(tmp_path: Path) -> None:
    text = text_of(*[feature(名="津") for _ in range(30_000)]).replace('"名"', '"名', 1)
    with limited(Limits(feature_positions=1000)):
        assert refusal(write(tmp_path / "a.geojson", text)).code == "json-broken"


def test_types_that_are_no_words(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "a.geojson", '{"type": ["Feature"]}')).code == "not-geojson"
    odd = text_of(feature()).replace('"Point"', '{"a": 1}')
    assert refusal(write(tmp_path / "b.geojson", odd)).code == "geometry-malformed"


def test_collections_keep_the_number_of_their_feature(tmp_path: Path) -> None:
    inner = {"type": "Point", "coordinates": ["1", 2]}
    path = write_geojson(tmp_path, SQUARE, {"type": "GeometryCollection", "geometries": [inner]})
    error = refusal(path)
    assert (error.code, str(error.where)) == ("coordinates-not-numbers", "地物 2")
