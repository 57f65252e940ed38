"""The reading process: same answers as here, and a crash, a hang or a glutton costs one file only."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from geodata.errors import DataError
from geodata.intake import reading as intake
from geodata.safety.ceilings import GB, Limits, deadline, limited
from geodata.safety.child_process import reading_process, run
from tests.hostile import write
from tests.hostile_geometry import star_that_explodes
from tests.hostile_good import good_fgb, good_parquet, good_raster_float_nan
from tests.hostile_tables import raster_cut

ON_LINUX = pytest.mark.skipif(sys.platform != "linux", reason="forks and memory limits are Linux's")


def crash() -> None:
    os._exit(11)


def hang() -> None:
    time.sleep(600)


def devour() -> int:
    return len(bytearray(4 * GB))


def process_id() -> int:
    return os.getpid()


@pytest.mark.parametrize("fork", [pytest.param(True, marks=ON_LINUX), False])
def test_the_child_reads_what_is_read_here(tmp_path: Path, fork: bool) -> None:
    paths = [good_fgb(tmp_path), good_parquet(tmp_path)]
    raster = good_raster_float_nan(tmp_path)
    here = [intake.read_vector(path)[0] for path in paths]
    band = intake.read_raster(raster)[0]
    with reading_process(fork=fork):
        for path, expected in zip(paths, here, strict=True):
            assert intake.read_vector(path)[0].equals(expected)
        again = intake.read_raster(raster)[0]
        assert np.array_equal(again.values, band.values, equal_nan=True)
        with pytest.raises(DataError) as refused:
            intake.read_raster(raster_cut(tmp_path))
    assert refused.value.code == "raster-broken"
    assert refused.value.file == "b.tif"


@ON_LINUX
def test_one_child_for_all_files_and_none_without_need() -> None:
    with reading_process(fork=True):
        first, second = run(process_id), run(process_id)
    assert first == second != os.getpid()
    assert run(process_id) == os.getpid()


@ON_LINUX
@pytest.mark.parametrize(("misdeed", "code"), [(crash, "reader-died"), (hang, "too-slow"), (devour, "reader-died")])
def test_misdeeds_cost_one_file(misdeed: Any, code: str) -> None:
    """After a crash, a hang or 4 GB asked for, the next question is answered by a new child."""
    with limited(Limits(seconds=0.3)), reading_process(fork=True):
        with pytest.raises(DataError) as refused:
            run(misdeed)
        assert refused.value.code == code
        assert run(process_id) != os.getpid()


def test_bugs_stay_bugs() -> None:
    with reading_process(fork=None), pytest.raises(ZeroDivisionError):
        run(divmod, 1, 0)


def test_time_runs_out_in_this_process_too(tmp_path: Path) -> None:
    """Readers of our own look at the clock themselves."""
    path = write(tmp_path / "a.csv", "a,b\n" + "1,2\n" * 30_000)
    with limited(Limits(seconds=-1.0)), pytest.raises(DataError) as refused:
        intake.read_table(path)
    assert refused.value.code == "too-slow"


def test_an_inner_clock_never_outlasts_the_outer() -> None:
    from geodata.safety.ceilings import check_time

    with limited(Limits(seconds=-1.0)), deadline(0), limited(Limits()), deadline(0), pytest.raises(DataError):
        check_time()


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"features": 0}, "too-big"),
        ({"vertices": 100}, "too-big"),
        ({"crossings": 10**9, "text_bytes": 10}, "too-big"),
        ({"file_bytes": 10}, "too-big"),
        ({"crossings": 1000}, "too-tangled"),
    ],
)
def test_layers_over_a_limit_are_refused(tmp_path: Path, limit: dict[str, Any], code: str) -> None:
    path = star_that_explodes(tmp_path)
    with limited(Limits(**limit)), pytest.raises(DataError) as refused:
        intake.read_vector(path)
    assert refused.value.code == code
