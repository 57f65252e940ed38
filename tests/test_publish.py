"""Open data: what is masked stays unknown to whoever reads all published files together, and nothing closed gets out."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog
from typer.testing import CliRunner

from coverage.disclosure_control import SIGN
from coverage.run import run
from coverage.study.study import read_study
from geodata.errors import DataError
from kengai import app
from requests_gen.open_data.columns import AT_MOST, COUNTS
from requests_gen.open_data.publish import FILES, POINTS, README, TABLE, TOTALS, settlement_places, write_open_data
from tests.urgent_study import write_urgent_study
from tests.worlds import HOSTILE

KEYS = {column.heading: column.key for column in COUNTS}
HEADINGS = {column.key: column.heading for column in COUNTS}


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    return write_urgent_study(tmp_path_factory.mktemp("open"))


@pytest.fixture(scope="module")
def result(study):
    return run(read_study(study))


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def figures(folder: Path) -> dict[tuple[str, str], str]:
    """{(line, column): what is published}, each line a zone, a municipality or the whole, from every file."""
    told: dict[tuple[str, str], set[str]] = {}
    for row in rows_of(folder / TABLE):
        for heading, key in KEYS.items():
            told.setdefault((row["ID"], key), set()).add(row[heading])
    for row in rows_of(folder / TOTALS):
        for heading, key in KEYS.items():
            told.setdefault((row["全国地方公共団体コード"] or "all", key), set()).add(row[heading])
    for feature in json.loads((folder / POINTS).read_text(encoding="utf-8"))["features"]:
        for heading, key in KEYS.items():
            value, hidden = feature["properties"][heading], heading in feature["properties"]["秘匿"]
            assert not (hidden and value is not None)
            told[feature["id"], key].add(SIGN if hidden else "" if value is None else str(value))
    assert all(len(said) == 1 for said in told.values()), "the files contradict each other"
    return {at: said.pop() for at, said in told.items()}


def could_be(told: dict[tuple[str, str], str], owner: dict[str, str], spec: tuple[str, str]) -> tuple[float, float]:
    """Least and most that a masked figure can be, for a reader of all files who knows how they hang together."""
    at = {figure: n for n, figure in enumerate(told)}
    bounds = [(0.0, None) if said in (SIGN, "") else (max(float(said) - 0.5, 0.0), float(said) + 0.5) for said in told.values()]
    equal, order = [], []
    keys = [key for key in KEYS.values() if told["all", key] != ""]
    lines = {line for line, _ in told}
    for key in keys:
        for line in sorted(lines - set(owner)):
            inside = [zone for zone in owner if line == "all" or owner[zone] == line]
            row = np.zeros(len(at))
            row[[at[zone, key] for zone in inside]] = 1.0
            row[at[line, key]] -= 1.0
            equal.append(row)
    for low, high in AT_MOST:
        for line in sorted(lines):
            if low in keys and high in keys:
                row = np.zeros(len(at))
                row[at[line, low]], row[at[line, high]] = 1.0, -1.0
                order.append(row)
    goal = np.zeros(len(at))
    goal[at[spec]] = 1.0
    ends = []
    for sign in (1.0, -1.0):
        # whole numbers are printed: each is right to a half, and sums of them too
        done = linprog(
            sign * goal,
            A_eq=np.array(equal),
            b_eq=np.zeros(len(equal)),
            A_ub=np.array(order),
            b_ub=np.ones(len(order)),
            bounds=bounds,
            method="highs",
        )
        assert done.status in (0, 3)
        ends.append(sign * done.fun if done.status == 0 else -sign * np.inf)
    return ends[0], ends[1]


def check_masked(result, folder: Path) -> int:
    """Assert that no small figure can be found; how many there are."""
    told = figures(folder)
    owner = {row["ID"]: row["全国地方公共団体コード"] for row in rows_of(folder / TABLE)}
    small = 0
    for column in COUNTS:
        for zone, value in result.zones[column.key].items():
            if 0 < round(value, 6) < column.least:
                small += 1
                assert told[zone, column.key] == SIGN
                low, high = could_be(told, owner, (zone, column.key))
                assert low <= 1e-6, (zone, column.key, low)
                assert high >= column.least - 1e-6, (zone, column.key, high)
    return small


def with_people(result, people: list[int]):
    """The same zones with other people, everybody outside every carrier's area."""
    zones = result.zones.copy()
    amount = np.array(people, float)
    for name, part in (
        ("population", 1.0),
        ("uncovered_population", 1.0),
        ("complete_population", 0.5),
        ("households", 0.4),
        ("uncovered_households", 0.4),
        ("population_65plus", 0.5),
        ("uncovered_65plus", 0.5),
    ):
        zones[name] = np.floor(amount * part)
    return dataclasses.replace(result, zones=gpd.GeoDataFrame(zones, geometry="geometry", crs=result.zones.crs))


def test_masked_figures_cannot_be_found_from_all_files_together(result, tmp_path):
    write_open_data(result, tmp_path / "o")
    assert check_masked(result, tmp_path / "o") >= 3


@settings(deadline=None, max_examples=8)
@given(people=st.lists(st.one_of(st.integers(0, 30), st.integers(31, 400)), min_size=4, max_size=4))
def test_whoever_lives_where_nothing_small_can_be_found(result, tmp_path_factory, people):
    folder = tmp_path_factory.mktemp("law") / "o"
    made = with_people(result, people)
    try:
        write_open_data(made, folder)
    except ValueError:
        assert sum(people) < 40  # so few that nothing can hide them: nothing is published
        return
    check_masked(made, folder)


def test_the_reader_of_the_test_finds_what_is_masked_alone(result, tmp_path):
    """One masked figure and every total: the check above must be able to fail."""
    made = with_people(result, [100, 7, 200, 300])
    write_open_data(made, tmp_path / "o")
    told = figures(tmp_path / "o")
    owner = {row["ID"]: row["全国地方公共団体コード"] for row in rows_of(tmp_path / "o" / TABLE)}
    for (line, key), said in list(told.items()):
        if said == SIGN and (line, key) != ("24201-002", "population"):
            mine = made.zones[key]
            told[line, key] = f"{mine.get(line, mine[[z for z in owner if line == 'all' or owner[z] == line]].sum()):.0f}"
    low, high = could_be(told, owner, ("24201-002", "population"))
    assert 5.5 <= low <= 7 <= high <= 8.5


def test_zones_with_masked_figures_have_no_rank_and_stand_by_their_id(result, tmp_path):
    write_open_data(result, tmp_path / "o")
    rows = rows_of(tmp_path / "o" / TABLE)
    assert [row["ID"] for row in rows] == sorted(row["ID"] for row in rows)
    for row in rows:
        assert (row["優先順位"] == SIGN) == any(row[heading] == SIGN for heading in KEYS)
    assert {row["ID"]: row["優先順位"] for row in rows}["24202-002"] == "4"


def test_nothing_is_in_it_that_may_not_be_passed_on(result, tmp_path):
    write_open_data(result, tmp_path / "o")
    head = set(rows_of(tmp_path / "o" / TABLE)[0])
    assert {"学校・医療等", "条件不利地域", "避難所等"} <= head
    assert not head & {"不感道路延長km", "土砂災害の区域"}  # the ledger's and A33's terms
    everything = "".join((tmp_path / "o" / name).read_text(encoding="utf-8") for name in (TABLE, POINTS, TOTALS))
    for carrier in result.study.carriers:
        assert carrier.name not in everything
        assert carrier.key not in everything
    assert "mark" not in everything
    assert "南小学校" not in everything
    said = (tmp_path / "o" / README).read_text(encoding="utf-8-sig")
    assert "不感道路km（1社でも）、土砂災害の区域" in said
    assert "使っていないデータ: 役場・支所・集会所" in said


def test_standard_columns_codes_and_encoding(result, tmp_path):
    write_open_data(result, tmp_path / "o")
    data = (tmp_path / "o" / TABLE).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.replace(b"\r\n", b"").count(b"\n") == 0
    rows = rows_of(tmp_path / "o" / TABLE)
    assert list(rows[0])[:4] == ["全国地方公共団体コード", "ID", "地方公共団体名", "名称"]
    assert {row["全国地方公共団体コード"] for row in rows} == {"242012", "242021"}
    assert {row["エリアの基準日"] for row in rows} == {"2026-03-31"}
    assert {row["備考"] for row in rows} == {"架空"}
    assert all(name.startswith("公開用") for name in FILES[:4])


def test_unknown_is_empty_and_never_zero(result, tmp_path):
    zones = result.zones.copy()
    zones.loc["24201-001", "complete_population"] = np.nan
    made = dataclasses.replace(result, zones=zones)
    write_open_data(made, tmp_path / "o")
    told = figures(tmp_path / "o")
    assert told["24201-001", "complete_population"] == ""
    assert told["242012", "complete_population"] == ""
    assert told["all", "complete_population"] == ""


def test_points_are_the_settlement_or_the_middle_of_a_mesh_of_a_kilometre(study, result, tmp_path):
    places = settlement_places(read_study(study))
    write_open_data(result, tmp_path / "near", places=places)
    write_open_data(result, tmp_path / "far")
    near, far = (
        {row["ID"]: (float(row["経度"]), float(row["緯度"])) for row in rows_of(tmp_path / name / TABLE)} for name in ("near", "far")
    )
    assert near["24202-001"] == pytest.approx((136.0156, 34.0021), abs=1e-4)  # 南, not the middle of its people
    assert far["24202-001"] == pytest.approx((136.01875, 34.004167), abs=1e-4)
    for zone, (lon, lat) in far.items():
        assert (lon / (45 / 3600)) % 1 == pytest.approx(0.5, abs=0.02), zone
        assert (lat / (30 / 3600)) % 1 == pytest.approx(0.5, abs=0.02), zone


def test_the_same_findings_give_the_same_bytes(result, tmp_path):
    write_open_data(result, tmp_path / "a")
    write_open_data(result, tmp_path / "b")
    assert all((tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes() for name in FILES)


def test_names_are_text(result, tmp_path):
    zones = result.zones.copy()
    zones["name"] = HOSTILE[:1] + HOSTILE[2:5]
    write_open_data(dataclasses.replace(result, zones=zones), tmp_path / "o")
    names = [row["名称"] for row in rows_of(tmp_path / "o" / TABLE)]
    assert "'" + HOSTILE[4] in names


def test_the_old_is_kept_and_strangers_are_refused(result, tmp_path):
    write_open_data(result, tmp_path / "o")
    write_open_data(result, tmp_path / "o")
    assert (tmp_path / "o.old" / TABLE).is_file()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "memo.txt").write_text("x", encoding="utf-8")
    with pytest.raises(DataError) as error:
        write_open_data(result, tmp_path / "mine")
    assert error.value.code == "output-holds-other-files"
    assert [path.name for path in (tmp_path / "mine").iterdir()] == ["memo.txt"]


def test_the_command(study, tmp_path):
    runner = CliRunner()
    refused = runner.invoke(app, ["publish", str(study), "--out", str(tmp_path / "o")])
    assert (refused.exit_code, "kengai run" in refused.output) == (2, True)
    assert runner.invoke(app, ["run", str(study), "--quiet"]).exit_code == 0
    done = runner.invoke(app, ["publish", str(study), "--out", str(tmp_path / "o"), "--quiet"])
    assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "o").iterdir()) == sorted(FILES)
