"""The survey of the embedded example: 29 municipalities out and back, with the findings, the maps and the commands."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from typer.testing import CliRunner

from kengai import app
from requests_gen.registry.registry import open_registry
from requests_gen.survey import accept_place, candidates, import_survey, survey_facts, write_surveys
from requests_gen.survey.form import HEADER_ROW, PLACES, ZONES
from requests_gen.survey.maps import MAP_MM, survey_map
from requests_gen.workspace.letters_toml import read_letter_settings
from requests_gen.zone_maps.maps import map_frames
from tests.letter_world import world
from tests.mini_study import write_mini_study

AT = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


def settled_before(result, year: int) -> list[dict]:
    """An answer for every zone and a new place in every municipality, all different."""
    rows = [
        {
            "year": year,
            "municipality_id": zone_id[:5],
            "zone_id": zone_id,
            "name": name,
            "kind": "zone",
            "confirmed": "直した",
            "people": n,
            "households": n // 3,
            "land": "あり",
            "power": "延長が必要",
            "fibre": "なし",
            "consent": "見込みあり",
            "municipal_rank": int(zone_id[-3:]),
            "reason": f"理由{n}",
            "remarks": f"備考{n}",
        }
        for n, (zone_id, name) in enumerate(result.zones["name"].items(), start=1000)
    ]
    places = [
        {
            "year": year,
            "municipality_id": code,
            "zone_id": f"{code}-新2",
            "name": "里",
            "kind": "place",
            "state": "new",
            "where": "峠の西",
            "carriers": ["*"],
            "people": 7,
        }
        for code in result.summary["municipalities"]
    ]
    return rows + places


def test_every_municipality_of_the_example_out_and_back(example_result, tmp_path):
    example = example_result
    year = example.study.about.fiscal_year
    with open_registry(tmp_path / "before") as registry:
        registry.register_zones(example.zone_ids, year, who="x", at=AT)
        registry.save_survey_answers(settled_before(example, year), who="x", at=AT)
        settings = read_letter_settings(example.study)
        done = write_surveys(example, registry, tmp_path / "out", settings=settings, deadline=AT.date(), with_maps=False)
        spec, places = survey_facts(registry, year), candidates(registry, year)
    assert (len(done.files), done.zones, done.notices) == (29, len(example.zones), ())
    assert sum(path.stat().st_size for path in done.files) < 1_000_000
    with open_registry(tmp_path / "after") as registry:
        registry.register_zones(example.zone_ids, year, who="x", at=AT)
        for path in done.files:
            brought = import_survey(path, registry, None, who="山田", at=AT, settled=True)
            assert len(brought.of("accepted")) == len(brought.rows)
        facts = survey_facts(registry, year)
        again = candidates(registry, year)
        orders = registry.municipal_order(year)["municipal_rank"]
    assert facts.index.equals(spec.index)
    asked = ["people", "households", "municipal_rank", "land", "power", "fibre", "consent", "reason", "remarks", "confirmed", "name"]
    assert facts[asked].equals(spec[asked])
    assert again[["name", "where", "carriers", "people", "state"]].equals(places[["name", "where", "carriers", "people", "state"]])
    assert orders.equals(spec["municipal_rank"].rename("municipal_rank"))


def test_last_years_answers_stand_in_the_cells_unconfirmed(tmp_path):
    result = world()
    year = result.study.about.fiscal_year
    with open_registry(tmp_path) as registry:
        registry.register_zones(result.zone_ids, year, who="x", at=AT)
        registry.save_survey_answers(settled_before(result, year - 1), who="x", at=AT)
        done = write_surveys(result, registry, tmp_path / "out")
    (path,) = [file for file in done.files if "24201" in file.name]
    book = openpyxl.load_workbook(path)
    head = {str(each.value).lstrip("★"): each.column for each in book[ZONES][HEADER_ROW + 1]}
    row = [each.value for each in book[ZONES][HEADER_ROW + 2]]
    assert row[head["前の回答"] - 1] == "令和7年度"
    assert (row[head["人口"] - 1], row[head["確認"] - 1]) == (1000, None)
    assert row[head["県の推計人口"] - 1] == round(result.zones.loc["24201-001", "population"])
    assert [str(cell.value) for cell in book[PLACES][HEADER_ROW + 3]][3:5] == ["新2", "里"]
    assert len(done.notices) == 2  # no deadline, no contact
    zones = int((result.zones["municipality_id"] == "24201").sum())
    assert len(book["地図"]._images) == zones


def test_the_map_is_small_and_the_same_every_time():
    frames = map_frames(world())
    png, words = survey_map(frames, "24202-001")
    assert png == survey_map(frames, "24202-001")[0]
    assert len(png) < 40_000
    from PIL import Image

    assert Image.open(io.BytesIO(png)).size == (round(MAP_MM[0] * 200 / 25.4), round(MAP_MM[1] * 200 / 25.4))
    assert "南" in words
    assert "架空" in words


def test_a_filled_form_is_never_overwritten(tmp_path):
    result = world()
    done = write_surveys(result, None, tmp_path, with_maps=False)
    write_surveys(result, None, tmp_path, with_maps=False)
    done.files[0].write_bytes(b"filled in by hand")
    with pytest.raises(ValueError, match="記入済み"):
        write_surveys(result, None, tmp_path, with_maps=False)
    assert done.files[0].read_bytes() == b"filled in by hand"


def test_an_accepted_place_is_asked_about_with_the_other_zones(tmp_path):
    """Its number is given in the registry; no findings show it; the form asks about it and takes the answer back."""
    result = world()
    year = result.study.about.fiscal_year
    with open_registry(tmp_path) as registry:
        registry.register_zones(result.zone_ids, year, who="x", at=AT)
        registry.save_survey_answers([row for row in settled_before(result, year) if row["kind"] == "place"], who="x", at=AT)
        given = accept_place(registry, year, "24201-新2", who="山田", at=AT)
        done = write_surveys(result, registry, tmp_path / "out", with_maps=False)
        (path,) = [file for file in done.files if "24201" in file.name]
        book = openpyxl.load_workbook(path)
        rows = {row[3].value: row for row in book[ZONES].iter_rows(min_row=HEADER_ROW + 2)}
        head = [str(each.value).lstrip("★") for each in book[ZONES][HEADER_ROW + 1]]
        assert [rows[given][head.index(name)].value for name in ("地区名", "県の推計人口", "人口")] == ["里", "不明", 7]
        rows[given][head.index("人口")].value = 9
        book.save(path)
        import_survey(path, registry, result, who="山田", at=AT)
        assert survey_facts(registry, year).loc[given, "people"] == 9


def kengai(*parts):
    return CliRunner().invoke(app, [str(part) for part in parts])


def test_the_commands(tmp_path):
    """Run, export, fill in, import: differences to our order want a reason; a place in a zone is told; then again."""
    study = write_mini_study(tmp_path / "2026")
    assert kengai("run", study, "--quiet").exit_code == 0
    made = kengai("survey", "export", study, "--no-maps", "--deadline", "2026-06-30", "-q")
    assert made.exit_code == 0, made.output
    path = next((study / "survey").glob("*24201*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book[ZONES]
    assert "令和8年6月30日" in str(sheet["A2"].value)
    head = {str(each.value).lstrip("★"): each.column for each in sheet[HEADER_ROW + 1]}
    rows = range(HEADER_ROW + 2, HEADER_ROW + 4)
    ours = [int(sheet.cell(row, head["県の順番（案）"]).value) for row in rows]
    for row, order in zip(rows, ours, strict=True):
        sheet.cell(row, head["市町の優先順位"]).value = 3 - order
    with open_registry(tmp_path) as registry:
        zone = registry.zones().index[0]
        assert registry.campaigns()["survey_deadline"].tolist() == ["2026-06-30"]
    back = tmp_path / "返信.xlsx"
    book.save(back)
    done = kengai("survey", "import", back, "--workspace", tmp_path, "--who", "山田", "--dry-run")
    assert done.exit_code == 0, done.output
    assert "県の順と違うのに理由のない地区（2件" in done.output
    done = kengai("survey", "import", back, tmp_path / "2026" / "study.toml", "--workspace", tmp_path, "--report", tmp_path / "r.xlsx")
    assert done.exit_code == 2
    assert "study.toml" in done.output
    assert (tmp_path / "r.xlsx").is_file()
    with open_registry(tmp_path) as registry:
        assert registry.municipal_order(2026)["municipal_rank"].notna().sum() == 2
        assert zone in survey_facts(registry, 2026).index
    assert "取り込み済み" in kengai("survey", "import", back, "--workspace", tmp_path).output
    assert kengai("survey", "places", "--year", 2026, "--workspace", tmp_path).exit_code == 0
    assert kengai("survey", "export", study, "--municipality", "99999", "-q").exit_code == 2


def test_a_place_inside_a_zone_or_outside_the_municipality_is_told(tmp_path):
    result = world()
    year = result.study.about.fiscal_year
    with open_registry(tmp_path) as registry:
        registry.register_zones(result.zone_ids, year, who="x", at=AT)
        done = write_surveys(result, registry, tmp_path / "out", with_maps=False)
        (path,) = [file for file in done.files if "24201" in file.name]
        book = openpyxl.load_workbook(path)
        head = {str(each.value).lstrip("★"): each.column for each in book[PLACES][HEADER_ROW + 1]}
        zone = result.zones.loc["24201-001"]
        for row, where in enumerate((f"{zone['y']:.6f}, {zone['x']:.6f}", "43.06, 141.35"), HEADER_ROW + 2):
            book[PLACES].cell(row, head["場所の名前"]).value = f"里{row}"
            book[PLACES].cell(row, head["およその場所"]).value = where
        book.save(path)
        brought = import_survey(path, registry, result, who="山田", at=AT + timedelta(days=1))
        review_items = [row.review_items[0].ja for row in brought.rows if row.review_items]
        assert "24201-001 の中" in review_items[0]
        assert "市町の外" in review_items[1]
        assert candidates(registry, year)["latitude"].notna().tolist() == [True, False]
