"""The registry in the year's work: a run takes its ids from it and gives them to it; letters and answers too."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest
from typer.testing import CliRunner

from geodata.errors import DataError
from geodata.zone_ids import read_zone_ids, zone_ids_csv
from kengai import app
from requests_gen.letters.last_year import CarrierHistory, History, ZoneReply, history_of, last_answers, record_letter_versions
from requests_gen.letters.versions import Entry
from requests_gen.registry.registry import open_registry
from tests.mini_study import STUDY, write_mini_study

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


def kengai(*parts):
    return CliRunner().invoke(app, [str(part) for part in parts])


def ids_of(study):
    return read_zone_ids(study / "zone_ids.csv")


def test_a_run_registers_its_ids_and_the_next_year_takes_them(tmp_path):
    """2026 gives ids; 2027, a study of its own beside it, keeps them though its list is empty."""
    first = write_mini_study(tmp_path / "2026")
    second = write_mini_study(tmp_path / "2027")
    (second / "study.toml").write_text(STUDY.replace("2026\nmetric", "2027\nmetric"), encoding="utf-8")
    assert kengai("run", first, "--quiet").exit_code == 0
    with open_registry(tmp_path) as registry:
        zones = registry.zones()
        assert zones.index.tolist() == sorted(ids_of(first)["zone_id"])
        # a zone of long ago that no list knows any more: its number is not given again
        gone = pd.DataFrame([["24201-004", "24201", "昔の大字", "昔の大字", "2001"]], columns=list(ids_of(first)))
        registry.register_zones(gone, 2001, who="x", at=AT)
    assert kengai("run", second, "--quiet").exit_code == 0
    now = ids_of(second).set_index("zone_id")
    assert now.loc[zones.index, "place_id"].tolist() == zones["place_id"].tolist()
    assert now.loc["24201-004", "name"] == "昔の大字"
    assert (first / "zone_ids.csv").read_bytes() != b""
    with open_registry(tmp_path) as registry:
        assert registry.zones()["who"].nunique() == 2
        assert len(registry.zones()) == len(zones) + 1  # nothing new was given


def test_a_run_stops_where_list_and_registry_differ(tmp_path):
    study = write_mini_study(tmp_path / "2026")
    assert kengai("run", study, "--quiet").exit_code == 0
    ids = ids_of(study)
    ids.loc[0, "place_id"] = "よその大字"
    (study / "zone_ids.csv").write_bytes(zone_ids_csv(ids))
    done = kengai("run", study, "--quiet")
    assert done.exit_code == 2
    assert "zone_ids.csv" in done.output
    assert "よその大字" in done.output


def test_a_run_that_lost_the_race_for_an_id_writes_nothing(tmp_path, monkeypatch):
    """Another run registers the number while this one is counting."""
    study = write_mini_study(tmp_path / "2026")
    import coverage.run

    analyse = coverage.run.run

    def slow(*args, **kwargs):
        result = analyse(*args, **kwargs)
        with open_registry(tmp_path) as registry:
            other = result.zone_ids.head(1).assign(place_id="別の大字", name="別の大字")
            registry.register_zones(other, 2026, who="別の人", at=AT)
        return result

    monkeypatch.setattr(coverage.run, "run", slow)
    done = kengai("run", study, "--quiet")
    assert done.exit_code == 2
    assert "もう一度実行" in done.output
    assert not (study / "results").exists()
    monkeypatch.undo()
    assert kengai("run", study, "--quiet").exit_code == 0  # as it was told


def test_a_dry_run_makes_no_registry(tmp_path):
    study = write_mini_study(tmp_path / "2026")
    assert kengai("run", study, "--quiet", "--dry-run").exit_code == 0
    assert not (tmp_path / "kengai.sqlite").exists()


def test_backup_restore_export_import_and_supersede_as_commands(tmp_path):
    study = write_mini_study(tmp_path / "w" / "2026")
    work = tmp_path / "w"
    assert kengai("run", study, "--quiet").exit_code == 0
    assert kengai("backup", "--workspace", work, "--out", tmp_path / "a.sqlite").exit_code == 0
    old, new = ids_of(study)["zone_id"].tolist()[:2]
    told = ("registry", "supersede", "--old", old, "--new", new, "--year", 2027, "--who", "山田", "--workspace", work)
    assert kengai(*told).exit_code == 0
    with open_registry(work) as registry:
        after = registry.fingerprint()
        assert registry.zones().loc[old, "superseded_by"] == [new]
    for kind in ("json", "xlsx"):
        file = tmp_path / f"all.{kind}"
        assert kengai("registry", "export", file, "--workspace", work).exit_code == 0
        assert kengai("registry", "export", file, "--workspace", work).exit_code == 2
        (tmp_path / kind).mkdir()
        assert kengai("registry", "import", file, "--workspace", tmp_path / kind).exit_code == 0
        assert open_registry(tmp_path / kind).fingerprint() == after
    assert "架空" in json.loads((tmp_path / "all.json").read_text(encoding="utf-8"))["notice"]
    done = kengai("restore", tmp_path / "a.sqlite", "--workspace", work)
    assert "前の台帳" in done.output
    with open_registry(work) as registry:
        assert registry.zones()["superseded_by"].isna().all()
    for command in (("backup",), ("registry", "export", tmp_path / "b.json")):
        refused = kengai(*command, "--workspace", tmp_path / "nowhere")
        assert (refused.exit_code, "台帳" in refused.output) == (2, True)
    assert not (tmp_path / "nowhere").exists()


REPLIES = [
    {"year": 2025, "zone_id": "24201-001", "carrier": "alpha", "answer": "B2"},
    {"year": 2025, "zone_id": "24201-002", "carrier": "alpha", "answer": "A1"},
    {"year": 2025, "zone_id": "24201-003", "carrier": "alpha", "answer": "A1"},
    {"year": 2025, "zone_id": "24201-004", "carrier": "alpha", "answer": "N"},
    {"year": 2025, "zone_id": "24201-001", "carrier": "beta", "answer": "要確認の文字"},
    {"year": 2024, "zone_id": "24201-001", "carrier": "alpha", "answer": "C1"},
]


def test_last_years_answers_come_from_the_registry(tmp_path):
    """alpha answered three zones of four; of the two it calls built, the office confirmed one."""
    with open_registry(tmp_path) as registry:
        assert history_of(registry, 2025) is None
        registry.save_replies(REPLIES, who="x", at=AT)
        resolved = {"year": 2025, "zone_id": "24201-002", "carrier": "alpha", "state": "resolved"}
        confirmed = {**resolved, "state": "confirmed"}
        registry.save_verdicts([confirmed, {**confirmed, "zone_id": "24201-003"}], who="x", at=AT)
        registry.save_verdicts([resolved], who="x", at=AT)
        letter = {"letter_id": "2023-alpha-1", "year": 2023, "carrier": "alpha", "state": "sent", "zones": ["24201-002"]}
        registry.record_letter(letter, who="x", at=AT)
        draft = {**letter, "letter_id": "2022-alpha-1", "year": 2022, "state": "draft"}
        registry.record_letter(draft, who="x", at=AT)
        history = history_of(registry, 2025)
    alpha = CarrierHistory(
        answered=3,
        opened=1,
        zones={
            "24201-001": ZoneReply(answer="B2 検討中", first_year=2024),
            "24201-002": ZoneReply(answer="A1 整備済（エリア内）", first_year=2023),
            "24201-003": ZoneReply(answer="A1 整備済（エリア内）", first_year=2025),
        },
    )
    beta = CarrierHistory(answered=1, zones={"24201-001": ZoneReply(answer="要確認の文字", first_year=2025)})
    assert history == History(fiscal_year=2025, carriers={"alpha": alpha, "beta": beta})


def test_answers_in_the_file_count_where_the_registry_has_none(tmp_path):
    study = write_mini_study(tmp_path / "2026")
    assert last_answers(study, 2026) is None
    (study / "last_year.json").write_text('{"fiscal_year": 2025}', encoding="utf-8")
    assert last_answers(study, 2026) == History(fiscal_year=2025)
    with open_registry(tmp_path) as registry:
        assert last_answers(study, 2026) == History(fiscal_year=2025)
        registry.save_replies(REPLIES, who="x", at=AT)
    assert last_answers(study, 2026).of("alpha").answered == 3


def test_the_shelf_is_recorded_once(tmp_path):
    entry = Entry("2026-alpha-1", "alpha", 1, "架空アルファ", "ready", "ab", {"要望書.pdf": "cd"}, "", {"zones": ["24201-001"]})
    with open_registry(tmp_path) as registry:
        assert record_letter_versions(registry, [entry], 2026, who="x", at=AT).added == 1
        assert record_letter_versions(registry, [entry], 2026, who="x", at=AT).unchanged == 1
        sent = Entry(**{**vars(entry), "state": "sent", "sent_on": "2026-11-20"})
        assert record_letter_versions(registry, [sent], 2026, who="x", at=AT).changed == 1
        assert registry.letters(2026)["zones"].tolist() == [["24201-001"]]
        assert registry.history("24201-001")["table"].tolist() == ["letters", "letters"]


def test_an_unknown_table_is_a_mistake_of_the_program(tmp_path):
    with open_registry(tmp_path) as registry, pytest.raises(KeyError):
        registry.save("zone", [], who="x", at=AT)
    with open_registry(tmp_path) as registry, pytest.raises(DataError, match="地区を選んで"):
        registry.supersede([], [], year=2026, who="x", at=AT)
