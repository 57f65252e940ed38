"""What a run writes: the same bytes every time, numbers as numbers, text as text, and what it all is said on it."""

from __future__ import annotations

import csv
import dataclasses
import hashlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from coverage.result import Result
from geodata.report import file_sha256
from requests_gen.files import workbook
from requests_gen.files.json_text import plain
from requests_gen.files.replace_folder import MANIFEST, manifest_outputs
from requests_gen.results.ranking_sheets import FORMULA_STARTS, number_text, unformula, write_ranking_xlsx
from requests_gen.runs.outputs import OUTPUTS, write_outputs
from requests_gen.wording import caption
from tests.waiting import CEILING_S
from tests.worlds import HOSTILE, world

ROOT = Path(__file__).resolve().parents[1]
RUN = """
import sys, time
sys.path.insert(0, {root!r})
time.time = lambda: 2e9
from tests.worlds import world
from requests_gen.runs.outputs import write_outputs
write_outputs(world(), {out!r})
"""


@pytest.fixture(scope="module")
def result() -> Result:
    return world()


@pytest.fixture(scope="module")
def out(result: Result, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "results"
    assert [path.relative_to(folder).as_posix() for path in write_outputs(result, folder)] == list(OUTPUTS)
    return folder


def names_in(folder: Path) -> set[str]:
    """Every file, in folders too, as the manifest names it."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def csv_rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


def test_same_findings_same_bytes(out: Path, tmp_path: Path) -> None:
    """Another folder, hash seed, locale, time zone and day: every file the same."""
    code = RUN.format(root=str(ROOT), out=str(tmp_path / "別の 場所" / "r"))
    strange = {"PYTHONHASHSEED": "77", "TZ": "America/Lima", "LC_ALL": "C", "PYTHONUTF8": "1"}
    subprocess.run([sys.executable, "-c", code], check=True, timeout=CEILING_S, env={**os.environ, **strange})
    other = tmp_path / "別の 場所" / "r"
    assert names_in(other) == set(OUTPUTS)
    unequal = [name for name in OUTPUTS if file_sha256(out / name) != file_sha256(other / name)]
    assert unequal == []


def test_our_sheets_hold_the_bytes_of_xlsxwriters_own(result: Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_ranking_xlsx(tmp_path / "ours.xlsx", result, caption(result, "ja"))
    monkeypatch.setattr(workbook, "_plain_sheet", lambda: None)  # XlsxWriter takes its own
    write_ranking_xlsx(tmp_path / "theirs.xlsx", result, caption(result, "ja"))
    assert (tmp_path / "ours.xlsx").read_bytes() == (tmp_path / "theirs.xlsx").read_bytes()


def test_manifest_names_every_other_file(out: Path, result: Result) -> None:
    listed = manifest_outputs(out)
    assert set(listed) == set(OUTPUTS) - {MANIFEST}
    assert all(hashlib.sha256((out / name).read_bytes()).hexdigest() == digest for name, digest in listed.items())
    manifest = json.loads((out / MANIFEST).read_text(encoding="utf-8"))
    assert {key: manifest[key] for key in result.provenance} == result.provenance
    assert str(out.parent) not in (out / MANIFEST).read_text(encoding="utf-8")


def test_fictitious_is_said_in_every_file(out: Path) -> None:
    for name in OUTPUTS:
        data = (out / name).read_bytes()
        if name.endswith(".xlsx"):
            data = b"".join(zipfile.ZipFile(out / name).read(part) for part in zipfile.ZipFile(out / name).namelist())
        if name.endswith(".parquet"):
            data = pq.read_schema(out / name).metadata[b"kengai"]
        assert "架空".encode() in data or (name == MANIFEST and b'"fictitious": true' in data), name


def test_real_areas_are_not_called_fictitious(tmp_path: Path) -> None:
    write_outputs(world(fictitious=False), tmp_path / "r")
    for name in ("summary.json", "zones.geojson", "map.html", "intake.html", "intake.json"):
        assert "架空のエリア" not in (tmp_path / "r" / name).read_text(encoding="utf-8"), name
    assert {row["注記"] for row in csv_rows(tmp_path / "r" / "ranking.csv")} == {""}


def test_csv_is_rfc4180_for_excel(out: Path, result: Result) -> None:
    data = (out / "ranking.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\r\n") == len(result.ranking) + 1
    assert data.replace(b"\r\n", b"").count(b"\n") == 0
    rows = csv_rows(out / "ranking.csv")
    assert [row["zone_id"] for row in rows] == list(result.ranking.index)
    assert {(row["rule"], row["generation"], row["as_of"], row["注記"]) for row in rows} == {("area", "4G", "2026-03-31", "架空")}


def test_csv_figures_are_the_findings(out: Path, result: Result) -> None:
    for row in csv_rows(out / "ranking.csv"):
        zone, place = result.zones.loc[row["zone_id"]], result.ranking.loc[row["zone_id"]]
        assert float(row["uncovered_population"]) == pytest.approx(zone["uncovered_population"], abs=1e-6)
        assert row["rank"] == ("" if np.isnan(place["rank"]) else str(int(place["rank"])))
        parts = [float(row[name]) for name in row if name.startswith("score_") and row[name]]
        assert sum(parts) == pytest.approx(float(row["score"]), abs=1e-5)
        assert row["mark_4G_a"] == zone["mark_4G_a"]


def test_unknown_stays_empty_and_never_becomes_zero(tmp_path: Path) -> None:
    """丙 published no 5G: its uncovered people are unknown in every file."""
    write_outputs(world(unpublished=("c",)), tmp_path / "r")
    assert {row["uncovered_population_5G_c"] for row in csv_rows(tmp_path / "r" / "ranking.csv")} == {""}
    assert {row["mark_5G_c"] for row in csv_rows(tmp_path / "r" / "ranking.csv")} == {"－"}
    whole = json.loads((tmp_path / "r" / "zones.geojson").read_text(encoding="utf-8"))
    assert {feature["properties"]["uncovered_population_5G_c"] for feature in whole["features"]} == {None}
    cells = pq.read_table(tmp_path / "r" / "cells.parquet")
    assert cells["share_5G_c"].null_count == len(cells)
    carriers = openpyxl.load_workbook(tmp_path / "r" / "ranking.xlsx")["事業者別集計"]
    unpublished = [row for row in carriers.iter_rows(min_row=5, values_only=True) if row[:2] == ("5G", "丙テレコム")]
    assert unpublished
    assert all(row[6] is None and row[5] > 0 for row in unpublished)


@given(st.text(max_size=8))
def test_no_text_is_a_formula(text: str) -> None:
    """Unless it is a plain number, written text never begins like a formula; at most one mark is added."""
    written = unformula(text)
    if written.startswith(FORMULA_STARTS):
        float(written)
    if text.isprintable():
        assert written in {text, "'" + text}


def test_formulas_and_numbers() -> None:
    assert unformula('=HYPERLINK("x")') == '\'=HYPERLINK("x")'
    assert unformula("＝SUM(A1)") == "'＝SUM(A1)"
    assert unformula("-5.2") == "-5.2"
    assert unformula("大字") == "大字"
    assert [number_text(value) for value in (3.0, 0.1, float("nan"), 1e-9, -2.5, 1234567.0)] == ["3", "0.1", "", "0", "-2.5", "1234567"]


def test_hostile_names_are_prefixed_in_csv_and_text_in_xlsx(out: Path) -> None:
    assert any(row["name"] == '\'=HYPERLINK("x")' for row in csv_rows(out / "ranking.csv"))
    book = openpyxl.load_workbook(out / "ranking.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert all(cell.hyperlink is None for cell in cells)
    named = {cell.value for cell in cells}
    assert {HOSTILE[0], HOSTILE[1], HOSTILE[2], HOSTILE[4]} <= named


def test_workbook_for_people(out: Path, result: Result) -> None:
    book = openpyxl.load_workbook(out / "ranking.xlsx")
    assert book.sheetnames == ["優先順位", "市町別集計", "事業者別集計", "読み込み結果", "説明"]
    sheet = book["優先順位"]
    assert [sheet.cell(4, column).value for column in range(1, 6)] == ["優先順位", "地区ID", "市町村名", "地区名", "評点"]
    assert sheet.freeze_panes == "E5"
    assert sheet.auto_filter.ref is not None
    assert sheet.auto_filter.ref.startswith("A4:")
    assert sheet.print_title_rows == "$4:$4"
    assert (sheet.page_setup.paperSize, sheet.page_setup.orientation) == (9, "landscape")
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert [sheet.cell(5 + n, 2).value for n in range(len(result.ranking))] == list(result.ranking.index)
    assert sheet.conditional_formatting
    for each in book:
        assert "架空" in str(each["A3"].value)
        assert "基準日: 2026-03-31" in str(each["A2"].value)
        assert "総務省方式" in str(each["A2"].value)


def test_workbook_tells_all_rules_and_both_unions(out: Path, result: Result) -> None:
    sheet = openpyxl.load_workbook(out / "ranking.xlsx")["事業者別集計"]
    rows = [row[:6] for row in sheet.iter_rows(min_row=5, values_only=True)]
    assert len(rows) == 2 * (3 + 2) * 4
    told = {(row[0], row[1], row[2]): row[3] for row in rows}
    figures = result.summary["generations"]["4G"]
    assert told[("4G", "いずれか1社", "面積按分")] == pytest.approx(figures["area"]["any_carrier"]["covered"])
    assert told[("4G", "最も広い1社", "総務省方式")] == pytest.approx(figures["mic_half"]["best_carrier"]["covered"])


def test_geojson_is_rfc7946(out: Path, result: Result) -> None:
    whole = json.loads((out / "zones.geojson").read_text(encoding="utf-8"))
    assert whole["type"] == "FeatureCollection"
    assert "crs" not in whole
    assert whole["fictitious"] is True
    assert whole["rules"]["gaps"] == "area"
    assert whole["as_of"]["5G"]["b"] == ["2026-03-31"]
    assert [feature["id"] for feature in whole["features"]] == list(result.ranking.index)
    for feature in whole["features"]:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        assert shape.is_valid
        assert shape.symmetric_difference(result.zones.geometry[feature["id"]]).area < 1e-7
        for polygon in shapely.get_parts(shape):
            assert shapely.is_ccw(polygon.exterior)
            assert not any(shapely.is_ccw(ring) for ring in polygon.interiors)
        xy = shapely.get_coordinates(shape)
        assert np.array_equal(xy, np.round(xy, 7))


def test_geopackage_opens_with_styles(out: Path, result: Result) -> None:
    path = out / "zones.gpkg"
    layers = dict(pyogrio.list_layers(path))
    assert set(layers) == {"zones", "cells", "municipalities", "layer_styles"}
    assert pyogrio.read_info(path, layer="zones")["crs"] == "EPSG:6668"
    zones = pyogrio.read_dataframe(path, layer="zones")
    assert list(zones["zone_id"]) == list(result.ranking.index)
    assert set(zones["注記"]) == {"架空"}
    assert pyogrio.read_info(path, layer="zones")["ogr_types"][1] == "OFTInteger"  # the rank
    cells = pyogrio.read_dataframe(path, layer="cells")
    assert len(cells) == (result.cells["zone_id"] != "").sum()
    assert shapely.area(cells.geometry.to_numpy()).sum() == pytest.approx(shapely.area(zones.geometry.to_numpy()).sum())
    styles = pyogrio.read_dataframe(path, layer="layer_styles")
    assert list(styles["f_table_name"]) == ["zones", "cells", "municipalities"]
    assert styles["useAsDefault"].all()
    from defusedxml.ElementTree import fromstring

    for qml in styles["styleQML"]:
        assert fromstring(qml).tag == "qgis"


def test_cells_are_all_there_flat(out: Path, result: Result) -> None:
    table = pq.read_table(out / "cells.parquet").to_pandas().set_index("cell_id")
    assert list(table.index) == list(result.cells.index)
    for carrier, generation in result.shares.columns:
        expected = result.shares[(carrier, generation)].to_numpy()
        assert np.array_equal(table[f"share_{generation}_{carrier}"].to_numpy(), expected, equal_nan=True)
    assert {"uncovered_population_4G_a", "not_spot_5G", "zone_id", "municipality_id"} <= set(table.columns)
    assert "geometry" not in table.columns


def test_summary_holds_numbers(out: Path, result: Result) -> None:
    summary = json.loads((out / "summary.json").read_text(encoding="utf-8"))
    assert summary["population"] == plain(result.summary["population"])
    assert isinstance(summary["generations"]["4G"]["mic_half"]["any_carrier"]["covered"], float)
    assert summary["as_of"]["4G"]["a"] == ["2026-03-31"]


def test_english(tmp_path: Path, result: Result) -> None:
    write_outputs(result, tmp_path / "r", lang="en")
    book = openpyxl.load_workbook(tmp_path / "r" / "ranking.xlsx")
    assert book.sheetnames[0] == "Ranking"
    assert book["Ranking"].cell(4, 5).value == "score"
    page = (tmp_path / "r" / "map.html").read_text(encoding="utf-8")
    assert '<html lang="en">' in page
    assert "Fictitious areas" in page
    assert "file by file" in (tmp_path / "r" / "intake.html").read_text(encoding="utf-8").lower()


def test_a_study_without_zones(tmp_path: Path) -> None:
    """Everything covered: no zone, and still every file."""
    full = world()
    empty = dataclasses.replace(full, zones=full.zones.iloc[:0], ranking=full.ranking.iloc[:0], cells=full.cells.assign(zone_id=""))
    write_outputs(empty, tmp_path / "r")
    assert csv_rows(tmp_path / "r" / "ranking.csv") == []
    assert json.loads((tmp_path / "r" / "zones.geojson").read_text(encoding="utf-8"))["features"] == []
    assert pyogrio.read_info(tmp_path / "r" / "zones.gpkg", layer="zones")["features"] == 0
