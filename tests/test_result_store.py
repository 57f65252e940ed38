"""The findings come back whole: every table, name, dtype, unknown and shape, without the input files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from coverage.result import Result
from coverage.run import run
from coverage.study.study import read_study
from geodata.errors import DataError, Text
from requests_gen.letters.make import write_letters
from requests_gen.results.store import FILES, FORMAT, STORE, TABLES, holds_result, read_result, write_result
from requests_gen.results.store_tables import read_table, table_bytes
from requests_gen.runs.outputs import write_outputs
from tests.letter_world import settings_of
from tests.mini_study import write_mini_study
from tests.worlds import world


@pytest.fixture(scope="module")
def study_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_mini_study(tmp_path_factory.mktemp("県") / "study")


@pytest.fixture(scope="module")
def result(study_folder: Path) -> Result:
    return run(read_study(study_folder))


@pytest.fixture
def kept(result: Result, study_folder: Path, tmp_path: Path) -> Path:
    """Findings of the hand-made study, beside a copy of it."""
    shutil.copytree(study_folder, tmp_path / "study")
    write_result(result, tmp_path / "results")
    return tmp_path / "results"


def assert_same_table(one: pd.DataFrame, other: pd.DataFrame) -> None:
    assert type(one) is type(other)
    if isinstance(one, gpd.GeoDataFrame):
        assert one.crs == other.crs
        assert one.geometry.name == other.geometry.name
        assert shapely.to_wkb(one.geometry.values).tolist() == shapely.to_wkb(other.geometry.values).tolist()
    assert_frame_equal(
        pd.DataFrame(one), pd.DataFrame(other), check_exact=True, check_index_type="exact", check_column_type="exact", check_flags=True
    )
    assert list(one.columns.names) == list(other.columns.names)
    assert one.index.name == other.index.name


def assert_same_result(one: Result, other: Result) -> None:
    for field in dataclasses.fields(Result):
        mine, theirs = getattr(one, field.name), getattr(other, field.name)
        if isinstance(mine, pd.DataFrame):
            assert_same_table(mine, theirs)
        elif field.name == "study":
            assert mine.model_dump() == theirs.model_dump()
            assert mine.text == theirs.text
        else:
            assert mine == theirs, field.name


def hashes(folder: Path) -> dict[str, str]:
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return {path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_everything_of_a_run_comes_back(result: Result, kept: Path) -> None:
    back = read_result(kept)
    assert_same_result(result, back)
    assert back.study.folder == kept.parent / "study"
    assert isinstance(back.reports[0].notices, list)
    assert set(hashes(kept)) == set(FILES)


def test_every_field_of_a_result_is_kept(result: Result, kept: Path) -> None:
    """A field added to Result must be kept too; read_result would otherwise fail to make one."""
    assert {field.name for field in dataclasses.fields(Result)} == {*TABLES, "study", "grid", "summary", "reports", "provenance"}


def test_a_world_with_silent_carriers_and_hostile_names(tmp_path: Path) -> None:
    """NaN stays NaN, names that try to be markup stay text, facts keep lists and tuples apart."""
    made = world(unpublished=("c",))
    made.reports[0].facts.update({"box": (1.0, 2), "none": None, "unknown": float("inf"), "deep": [{"a": (1,)}]})
    made.reports[0].note("refuse", "x", Text("日", "en"), 3, ["1", 2])
    write_result(made, tmp_path / "r")
    back = read_result(tmp_path / "r")
    assert_same_result(made, back)
    assert back.shares[("c", "5G")].isna().all()


def test_a_study_without_zones_and_layers(tmp_path: Path) -> None:
    made = world()
    empty = dataclasses.replace(
        made,
        zones=made.zones.iloc[:0],
        ranking=made.ranking.iloc[:0],
        layers=made.layers.iloc[:0],
        facilities=made.facilities.iloc[:0],
        cells=made.cells.assign(zone_id=""),
    )
    write_result(empty, tmp_path / "r")
    assert_same_result(empty, read_result(tmp_path / "r"))


def test_unknown_numbers_of_the_summary_stay_unknown(tmp_path: Path) -> None:
    made = world()
    made.summary["land_km2"] = float("nan")
    made.summary["cells"] = np.int64(3)
    write_result(made, tmp_path / "r")
    summary = read_result(tmp_path / "r").summary
    assert np.isnan(summary["land_km2"])
    assert summary["cells"] == 3


def test_same_findings_same_bytes_and_no_folder_of_this_machine(result: Result, kept: Path, tmp_path: Path) -> None:
    write_result(read_result(kept), tmp_path / "別の場所" / "results")
    assert hashes(kept) == hashes(tmp_path / "別の場所" / "results")
    told = b"".join(path.read_bytes() for path in kept.rglob("*") if path.is_file())
    assert str(result.study.folder).encode() not in told


def test_a_changed_study_changes_no_old_findings(result: Result, kept: Path) -> None:
    file = kept.parent / "study" / "study.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("2026\n", "2027\n"), encoding="utf-8")
    back = read_result(kept)
    assert back.study.about.fiscal_year == 2026
    assert back.study.text == result.study.text
    assert back.study.folder == kept.parent / "study"


def test_the_study_of_the_same_text_is_the_one(result: Result, kept: Path) -> None:
    """With a study around the results and one beside them, the unchanged one is theirs."""
    (kept.parent / "study.toml").write_text("# another\n", encoding="utf-8")
    assert read_result(kept).study.folder == kept.parent / "study"
    (kept.parent / "study.toml").write_text(result.study.text, encoding="utf-8")
    assert read_result(kept).study.folder == kept.parent
    assert read_result(kept, kept.parent / "elsewhere").study.folder == kept.parent / "elsewhere"


def test_letters_from_the_store_are_the_letters_of_the_run(result: Result, kept: Path, tmp_path: Path) -> None:
    """Byte for byte, with the input files gone."""
    spec = settings_of(tmp_path, study_folder=result.study.folder)
    write_letters(result, spec, tmp_path / "of_run")
    for file in (kept.parent / "study").iterdir():
        file.unlink()
    write_letters(read_result(kept), spec, tmp_path / "of_store")
    assert hashes(tmp_path / "of_run") == hashes(tmp_path / "of_store")
    assert len(hashes(tmp_path / "of_run")) > 8


def test_results_from_the_store_are_the_results_of_the_run(result: Result, kept: Path, tmp_path: Path) -> None:
    write_outputs(result, tmp_path / "of_run")
    write_outputs(read_result(kept), tmp_path / "of_store")
    assert hashes(tmp_path / "of_run") == hashes(tmp_path / "of_store")


@pytest.mark.parametrize("name", FILES)
def test_damage_is_told(kept: Path, name: str) -> None:
    """One changed byte, a missing file and a file of another run are told, never read."""
    file = kept / name
    whole = file.read_bytes()
    for damaged in (whole[:-30] + b"?" + whole[-29:], whole[: len(whole) // 2], b""):
        file.write_bytes(damaged)
        with pytest.raises(DataError) as caught:
            read_result(kept)
        assert caught.value.code == "findings-damaged"
        assert file.name in str(caught.value)
    file.unlink()
    with pytest.raises(DataError, match=r"findings|結果"):
        read_result(kept)


def test_results_of_an_earlier_and_of_another_version(kept: Path) -> None:
    store = kept / "findings" / STORE
    told = json.loads(store.read_text(encoding="utf-8"))
    store.write_text(json.dumps({**told, "format": FORMAT + 1}), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_result(kept)
    assert caught.value.code == "findings-other-version"
    assert holds_result(kept)
    store.unlink()
    assert not holds_result(kept)
    with pytest.raises(DataError) as caught:
        read_result(kept)
    assert caught.value.code == "findings-missing"
    assert "もう一度" in caught.value.remedy.ja


def test_results_of_an_earlier_version_are_made_again_if_nothing_changed(result: Result, study_folder: Path, tmp_path: Path) -> None:
    """Else they are refused: figures of another study must not stand under that run's name."""
    study = shutil.copytree(study_folder, tmp_path / "study")
    write_outputs(run(read_study(study)), tmp_path / "results")
    shutil.rmtree(tmp_path / "results" / "findings")
    assert_same_result(result, read_result(tmp_path / "results"))
    layer = study / "beta_4g.geojson"
    layer.write_bytes((study / "alpha_4g.geojson").read_bytes())
    with pytest.raises(DataError, match="もう一度"):
        read_result(tmp_path / "results")
    (study / "study.toml").write_text(result.study.text + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="もう一度"):
        read_result(tmp_path / "results")


def test_findings_that_cannot_be_kept_are_a_bug(tmp_path: Path) -> None:
    made = world()
    for broken in (
        dataclasses.replace(made, cells=made.cells.set_index(["i", "j"])),
        dataclasses.replace(made, gaps=made.gaps.assign(odd=[object()] * len(made.gaps))),
        dataclasses.replace(made, summary={**made.summary, "years": {2026: 1}}),
        dataclasses.replace(made, summary={**made.summary, "path": tmp_path}),
    ):
        with pytest.raises(TypeError):
            write_result(broken, tmp_path / "r")


def test_layers_open_in_a_gis(result: Result, kept: Path) -> None:
    """A GeoParquet file that says its CRS and that its areas are invented."""
    layers = gpd.read_parquet(kept / "findings" / "layers.parquet")
    assert layers.crs == result.grid.crs
    assert layers.geometry.geom_equals_exact(result.layers.geometry, 0).all()
    assert "架空のエリア" in pq.read_schema(kept / "findings" / "layers.parquet").metadata[b"kengai"].decode()


NAMES = st.one_of(st.just("__index__"), st.text(max_size=4).filter(lambda text: text.isprintable()))
CELLS: dict[str, st.SearchStrategy[Any]] = {
    "float64": st.floats(),
    "int64": st.integers(-(2**62), 2**62),
    "bool": st.booleans(),
    "str": st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), st.just(np.nan)),
    "object": st.one_of(st.text(st.characters(exclude_categories=["Cs"]), max_size=5), st.just(np.nan)),
}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_table_comes_back(data: st.DataObject) -> None:
    rows = data.draw(st.integers(0, 4))
    names = data.draw(st.lists(NAMES, min_size=1, max_size=4, unique=True))
    frame = pd.DataFrame(index=pd.RangeIndex(rows))
    for name in names:
        kind = data.draw(st.sampled_from(sorted(CELLS)))
        values = data.draw(st.lists(CELLS[kind], min_size=rows, max_size=rows))
        frame[name] = pd.Series(values, dtype=kind, index=frame.index)
    if data.draw(st.booleans()):
        labels = data.draw(st.lists(NAMES, min_size=rows, max_size=rows))
        frame.index = pd.Index(labels, name=data.draw(st.sampled_from(["cell_id", None])), dtype="str")
    written, shape = table_bytes(frame, {})
    back = read_table(bytes(written), json.loads(json.dumps(shape)))
    assert_same_table(frame, back)


SHAPES = (
    shapely.box(0, 0, 1, 1),
    shapely.Point(135.1, 34.7),
    shapely.Polygon(),
    None,
    shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    shapely.Point(1, 2, 3),
)


@pytest.mark.parametrize("crs", ["EPSG:6668", None, "+proj=tmerc +lat_0=36 +lon_0=136.2 +ellps=GRS80 +units=m"])
def test_shapes_and_their_crs_come_back(crs: str | None) -> None:
    frame = gpd.GeoDataFrame({"n": range(len(SHAPES))}, geometry=list(SHAPES), crs=crs).rename_geometry("area")
    written, shape = table_bytes(frame, {})
    assert_same_table(frame, read_table(bytes(written), json.loads(json.dumps(shape))))
