"""The whole run and the command line, from files to files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from coverage.carrier_need import carrier_need
from coverage.inputs.study_files import _tell_old
from coverage.matrix import layers_by_column
from coverage.rules import RULES
from coverage.run import run
from coverage.study.study import read_study
from geodata.report import IntakeReport
from kengai import app
from requests_gen.results.store import read_result, write_result
from requests_gen.zone_maps.frames import map_frames
from screens.map_component.content_files import make_map_files
from tests.hand_world import cell
from tests.mini_study import STUDY, write_mini_study
from tests.waiting import CEILING_S

ROOT = Path(__file__).resolve().parents[1]
OUTPUTS = {
    "summary.json",
    "ranking.csv",
    "ranking.xlsx",
    "zones.gpkg",
    "zones.geojson",
    "cells.parquet",
    "map.html",
    "intake.json",
    "intake.html",
    "findings",
    "manifest.json",
}
cli = CliRunner()


def hashes(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_figure_of_the_hand_made_world(tmp_path):
    """83 people. alpha 4G by area: 10 + 20 + 40/2 = 50; by half: 70. beta: 10. 5G: alpha 10, beta unknown."""
    summary = run(read_study(write_mini_study(tmp_path))).summary
    assert summary["population"]["total"] == summary["population"]["source_total"] == 83
    four = summary["generations"]["4G"]
    assert four["area"]["alpha"]["covered"] == pytest.approx(50)
    assert four["mic_half"]["alpha"]["covered"] == pytest.approx(70)
    assert four["any_touch"]["alpha"]["covered"] == pytest.approx(70)
    assert four["area"]["beta"] == pytest.approx(
        {"covered": 10, "uncovered": 73, "unknown": 0, "population_coverage": 10 / 83, "area_coverage": 1 / 7}, abs=1e-3
    )
    assert four["area"]["any_carrier"]["uncovered"] == pytest.approx(33)
    assert four["area"]["best_carrier"]["carrier"] == "alpha"
    five = summary["generations"]["5G"]["area"]
    assert five["beta"] == {"covered": 0, "uncovered": 0, "unknown": 83, "population_coverage": None, "area_coverage": None}
    assert five["any_carrier"]["covered"] == pytest.approx(10)
    assert five["any_carrier"]["unknown"] == pytest.approx(73)
    assert five["any_carrier"]["uncovered"] == 0
    assert five["any_carrier"]["published_uncovered"] == pytest.approx(73)
    assert summary["not_spot"]["4G"] == {"none": 10, "partial": 60, "complete": 13, "unknown": 0}
    assert summary["zones"]["count"] == 3


BETA = 'carrier = "beta"\ngeneration = "4G"\nfiles = ["beta_4g.geojson"]'


def with_beta(folder: Path, lines: str) -> Path:
    """The hand-made study with other words for beta's 4G."""
    write_mini_study(folder)
    (folder / "study.toml").write_text(STUDY.replace(BETA, f'carrier = "beta"\ngeneration = "4G"\n{lines}'), encoding="utf-8")
    return folder


def test_a_true_zero_is_said_by_the_study(tmp_path):
    """beta has nothing here: 83 people uncovered, none unknown; the word of the study stands where its file would."""
    result = run(read_study(with_beta(tmp_path, "none = true")))
    beta = result.summary["generations"]["4G"]["mic_half"]["beta"]
    assert (beta["covered"], beta["uncovered"], beta["unknown"]) == (0, 83, 0)
    (told,) = [one for one in result.provenance["inputs"] if one["path"] == "study.toml"]
    assert (told["kind"], told["as_of"], told["credit"]) == ("coverage", "2026-03-31", "")
    assert [notice.code for r in result.reports if r.path == "study.toml" for notice in r.notices] == ["layer-none"]
    write_result(result, tmp_path / "results")
    again = read_result(tmp_path / "results")
    assert again.layers.geometry.is_empty.tolist() == [False, True, False]
    assert map_frames(again).coverage["beta", "4G"].distance_m(0, 0) != 0  # no area to be near to: NaN
    files = make_map_files(again, "ja")
    assert files.coverage(("beta", "4G")) is not None
    assert carrier_need(again, "beta", "4G")["people"].sum() == 83


def test_a_zero_that_was_said_long_ago_is_told(tmp_path):
    layer = read_study(with_beta(tmp_path, "none = true")).layers[1]
    for year, told in ((2026, []), (2027, ["layer-none-old"])):  # as of 2026-03-31
        report = IntakeReport("study.toml")
        _tell_old(layer, year, report)
        assert [notice.code for notice in report.notices] == told


def test_unknown_cells_of_a_list_are_unknown_in_every_figure(tmp_path):
    """beta: (0, 1) yes; (0, 0) with 5 people and (1, 1) with 20 不明; the rest no. alpha leaves (0, 0) out, not (1, 1)."""
    said = {(0, 1): "○", (1, 1): "不明", (2, 1): "×", (0, 0): "不明", (1, 0): "×", (2, 0): "×"}
    folder = with_beta(tmp_path, 'files = ["beta.csv"]')
    (folder / "beta.csv").write_text("メッシュコード,4G\n" + "".join(f"{cell(*at)},{word}\n" for at, word in said.items()), "utf-8")
    result = run(read_study(folder))
    for rule in RULES:
        for carrier in ("alpha", "beta", "any_carrier"):
            figures = result.summary["generations"]["4G"][rule][carrier]
            assert figures["covered"] + figures["uncovered"] + figures["unknown"] == pytest.approx(83)
        assert result.summary["generations"]["4G"][rule]["beta"]["unknown"] == 25
        assert result.summary["generations"]["4G"][rule]["any_carrier"]["unknown"] == 5
    east = result.zones.index[result.zones["name"] == "東"][0]  # of the cell (0, 0)
    assert result.zones.loc[east, "mark_4G_beta"] == "－"
    assert np.isnan(carrier_need(result, "beta", "4G").loc[east, ["people", "households", "elderly"]].astype(float)).all()
    assert carrier_need(result, "alpha", "4G").loc[east, "people"] == 5
    assert carrier_need(result, "beta", "4G")["people"].sum() == 48
    (report,) = [report for report in result.reports if report.path == "beta.csv"]
    assert [(notice.code, notice.count) for notice in report.notices] == [("mesh-list-unknown", 2)]
    write_result(result, folder / "results")
    kept = read_result(folder / "results")
    pd.testing.assert_frame_equal(kept.shares, result.shares)
    rows = layers_by_column(kept.layers, ["beta"], ["4G"], ["own"])["beta", "4G"]
    assert (len(rows.rows), sum(len(at) for at in rows.unknown)) == (1, 2)
    old = replace(kept, layers=kept.layers[kept.layers["says"] == "covered"].drop(columns="says"))  # as kept before
    write_result(old, folder / "old")
    mine = layers_by_column(read_result(folder / "old").layers, ["beta"], ["4G"], ["own"])["beta", "4G"]
    assert (len(mine.rows), mine.unknown) == (1, [])


def test_people_are_conserved_everywhere(tmp_path):
    summary = run(read_study(write_mini_study(tmp_path))).summary
    total = summary["population"]["total"]
    for generation, by_rule in summary["generations"].items():
        for rule, by_carrier in by_rule.items():
            for carrier, figures in by_carrier.items():
                parts = figures["covered"] + figures["uncovered"] + figures["unknown"]
                assert parts == pytest.approx(total), (generation, rule, carrier)
                if carrier == "best_carrier":
                    continue  # the best carrier of the whole need not be the best of each municipality
                of_parts = [m["generations"][generation][rule][carrier] for m in summary["municipalities"].values()]
                for name in ("covered", "uncovered", "unknown"):
                    assert sum(part[name] for part in of_parts) == pytest.approx(figures[name])


def test_renaming_carriers_renames_the_answer_and_nothing_else(tmp_path):
    first = run(read_study(write_mini_study(tmp_path / "a")))
    other = write_mini_study(tmp_path / "b")
    (other / "study.toml").write_text(STUDY.replace('"alpha"', '"zulu"'), encoding="utf-8")
    second = run(read_study(other))
    renamed = json.loads(json.dumps(first.summary).replace("alpha", "zulu"))
    assert renamed == json.loads(json.dumps(second.summary))
    assert first.ranking.equals(second.ranking)


def test_the_command_writes_every_file_and_the_zone_ids(tmp_path):
    study = write_mini_study(tmp_path / "s")
    done = cli.invoke(app, ["run", str(study), "--quiet"])
    assert done.exit_code == 0, done.output
    assert {path.name for path in (study / "results").iterdir()} == OUTPUTS
    assert "架空のエリア" in done.output
    ids = pd.read_csv(study / "zone_ids.csv", dtype=str, encoding="utf-8-sig")
    assert ids["zone_id"].tolist() == ["24201-001", "24201-002", "24202-001"]
    ranking = pd.read_csv(study / "results" / "ranking.csv", dtype=str, encoding="utf-8-sig")
    assert len(ranking) == 3


def test_a_dry_run_writes_nothing(tmp_path):
    study = write_mini_study(tmp_path / "s")
    before = sorted(path.name for path in study.iterdir())
    done = cli.invoke(app, ["run", str(study), "--dry-run", "--quiet"])
    assert done.exit_code == 0
    assert "83人" in done.output
    assert sorted(path.name for path in study.iterdir()) == before


def test_the_same_study_gives_the_same_bytes_anywhere(tmp_path):
    """Another folder, hash seed, time zone, locale: every file equal to the last bit, also on the second run."""
    results = []
    for number, seed in enumerate(("1", "977")):
        study = write_mini_study(tmp_path / f"place {number}" / "調査")
        env = os.environ | {"PYTHONHASHSEED": seed, "TZ": ("UTC", "Asia/Tokyo")[number], "LC_ALL": ("C", "C.UTF-8")[number]}
        done = subprocess.run(
            [sys.executable, str(ROOT / "kengai.py"), "run", str(study), "--quiet"],
            env=env,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
            timeout=CEILING_S,
        )
        assert done.returncode == 0, done.stderr
        results.append(hashes(study / "results"))
    again = CliRunner().invoke(app, ["run", str(study), "--quiet"])
    assert again.exit_code == 0, again.output
    results.append(hashes(study / "results"))
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize(
    ("file", "content", "expected"),
    [
        ("n03.geojson", b"{ not json", "n03.geojson"),
        ("alpha_4g.geojson", None, "alpha_4g.geojson"),
        ("tblT001141H24.txt", "KEY_CODE,人口\r\n5.03E+07,3\r\n".encode("cp932"), "2行目"),
        ("places.csv", "大字名,緯度,経度\n".encode(), "places.csv"),
    ],
)
def test_a_failed_run_leaves_everything_as_it_was(tmp_path, file, content, expected):
    study = write_mini_study(tmp_path / "s")
    assert cli.invoke(app, ["run", str(study), "--quiet"]).exit_code == 0
    results, ids = hashes(study / "results"), (study / "zone_ids.csv").read_bytes()
    (study / file).unlink() if content is None else (study / file).write_bytes(content)
    failed = cli.invoke(app, ["run", str(study), "--quiet"])
    assert failed.exit_code == 2
    assert expected in failed.output
    assert "直し方" in failed.output
    assert "Traceback" not in failed.output
    assert hashes(study / "results") == results
    assert (study / "zone_ids.csv").read_bytes() == ids


def test_ids_stay_when_an_area_grows(tmp_path):
    """beta comes to all of municipality A: its zones shrink or go, the ids of the rest stay, none is reused."""
    study = write_mini_study(tmp_path / "s")
    cli.invoke(app, ["run", str(study), "--quiet"])
    before = pd.read_csv(study / "zone_ids.csv", dtype=str, encoding="utf-8-sig")
    grown = (study / "alpha_4g.geojson").read_bytes()
    (study / "beta_4g.geojson").write_bytes(grown)
    assert cli.invoke(app, ["run", str(study), "--quiet"]).exit_code == 0
    after = pd.read_csv(study / "zone_ids.csv", dtype=str, encoding="utf-8-sig")
    assert after.equals(before)
    ranking = pd.read_csv(study / "results" / "ranking.csv", dtype=str, encoding="utf-8-sig")
    assert len(ranking) == 2


def test_check_prints_facts_and_exit_codes(tmp_path):
    study = write_mini_study(tmp_path)
    (tmp_path / "broken.geojson").write_text("{", encoding="utf-8")
    table, boundary = str(study / "tblT001141H24.txt"), str(study / "n03.geojson")
    good = cli.invoke(app, ["check", table, boundary, "--json"])
    facts = json.loads(good.output)
    assert good.exit_code == 0
    assert [entry["kind"] for entry in facts] == ["population", "boundary"]
    assert facts[0]["facts"]["population_total"] == 83
    assert facts[0]["facts"]["rows"] == 6
    assert facts[1]["facts"]["crs"] == "EPSG:6668"
    bad = cli.invoke(app, ["check", table, str(tmp_path / "broken.geojson"), "--json"])
    assert bad.exit_code == 2
    assert [entry["verdict"] for entry in json.loads(bad.output)] == ["accept", "refuse"]
    published = cli.invoke(app, ["check", str(tmp_path / "broken.geojson")])
    assert "受け入れ不可" in published.output
    assert "直し方" in published.output


def test_new_makes_a_study_that_reads_and_never_overwrites(tmp_path):
    made = cli.invoke(app, ["new", str(tmp_path / "w"), "--prefecture", "32"])
    assert made.exit_code == 0
    study = read_study(tmp_path / "w")
    assert study.about.prefecture == "32"
    assert study.about.metric_crs == "EPSG:6671"  # Shimane is measured in zone III
    (tmp_path / "w" / "study.toml").write_text("mine", encoding="utf-8")
    again = cli.invoke(app, ["new", str(tmp_path / "w"), "--prefecture", "32"])
    assert again.exit_code == 2
    assert (tmp_path / "w" / "study.toml").read_text(encoding="utf-8") == "mine"
    assert cli.invoke(app, ["new", str(tmp_path / "x"), "--prefecture", "99"]).exit_code == 2


def test_a_bug_is_told_in_words_and_kept_in_a_log(tmp_path):
    code = """
import sys
sys.argv = ["kengai", "run", "x"]
import kengai, coverage.study as study
study.read_study = lambda path: 1 / 0
kengai.main()
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=CEILING_S,
        env=os.environ | {"TMPDIR": str(tmp_path)},
    )
    assert done.returncode == 70
    assert "Traceback" not in done.stderr
    assert "ZeroDivisionError" in next(tmp_path.glob("kengai-*.log")).read_text(encoding="utf-8")


def test_letters_ask_for_their_settings_and_for_a_day_that_is_one(tmp_path):
    study = write_mini_study(tmp_path / "s")
    none = cli.invoke(app, ["letters", str(study), "--quiet"])
    assert none.exit_code == 2
    assert "letters.toml" in none.output
    assert not (study / "letters").exists()
    odd = cli.invoke(app, ["letters", str(study), "--mark-sent", "alpha", "--sent-on", "20.11.2026"])
    assert odd.exit_code == 2
    assert "2026-11-20" in odd.output


def test_the_answer_to_several_layers_reaches_every_reader(tmp_path):
    """A zip as 国土数値情報 gives it, one Shapefile in UTF-8/ and one in Shift-JIS/: asked for, then answered."""
    import zipfile

    import geopandas as gpd

    study = write_mini_study(tmp_path / "s")
    boundary = gpd.read_file(study / "n03.geojson")
    with zipfile.ZipFile(study / "n03.zip", "w") as archive:
        for folder, encoding in (("UTF-8", "utf-8"), ("Shift-JIS", "cp932")):
            (tmp_path / folder).mkdir()
            boundary.to_file(tmp_path / folder / "N03.shp", encoding=encoding)
            for part in sorted((tmp_path / folder).iterdir()):
                archive.write(part, f"{folder}/{part.name}")
    asked = STUDY.replace("n03.geojson", "n03.zip")
    (study / "study.toml").write_text(asked, encoding="utf-8")
    refused = cli.invoke(app, ["run", str(study), "--quiet"])
    assert refused.exit_code == 2
    assert 'layer = "UTF-8/N03.shp"' in refused.output
    answered = asked.replace('["n03.zip"]', '["n03.zip"]\nlayer = "Shift-JIS/N03.shp"')
    (study / "study.toml").write_text(answered, encoding="utf-8")
    done = cli.invoke(app, ["run", str(study), "--quiet"])
    assert done.exit_code == 0, done.output
    assert "83人" in done.output


def test_a_key_that_would_do_nothing_is_refused(tmp_path):
    study = write_mini_study(tmp_path / "s")
    (study / "study.toml").write_text(STUDY.replace("level = 500", 'level = 500\nlayer = "x"'), encoding="utf-8")
    refused = cli.invoke(app, ["run", str(study), "--quiet"])
    assert refused.exit_code == 2
    assert "population.layer" in refused.output


def test_a_zone_made_for_elsewhere_is_refused_once_the_place_is_known(tmp_path):
    """Zone I is a CRS in metres, but Nagasaki's."""
    file = write_mini_study(tmp_path) / "study.toml"
    file.write_text(STUDY.replace("EPSG:6674", "EPSG:6669"), encoding="utf-8")
    told = cli.invoke(app, ["run", str(tmp_path), "-q"])
    assert told.exit_code == 2
    assert "別の地域の座標系" in told.output
    assert 'metric_crs = "EPSG:6674"' in told.output
    assert not (tmp_path / "results").exists()


def test_zones_without_data_for_what_weighs_are_told_with_that_reason(tmp_path):
    """Only shelters weigh, and there is no list of them: the people are known."""
    file = write_mini_study(tmp_path) / "study.toml"
    file.write_text(STUDY.replace("draws = 50", "draws = 5\nweights = { shelters = 10 }"), encoding="utf-8")
    told = cli.invoke(app, ["run", str(tmp_path), "-q"])
    assert told.exit_code == 0
    ranking = pd.read_csv(tmp_path / "results" / "ranking.csv", dtype=str)
    assert ranking["uncovered_population"].notna().all()
    assert ranking["gate"].unique().tolist() == ["重みのある項目にデータがありません"]
    assert f"順位を付けていない地区が {len(ranking)} あります" in told.output
