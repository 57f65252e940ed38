"""The registry on both databases: what is saved is there, with who and when, and nothing is ever lost."""

import json
import pickle
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa

from geodata.errors import DataError
from requests_gen.registry.conflict import Conflict
from requests_gen.registry.registry import open_registry
from requests_gen.registry.store import FrozenRanking, SourceFile
from requests_gen.registry.tables import HEADINGS, TABLES
from requests_gen.registry.zones import live_zones
from tests.postgres_server import new_database, server_of_tests

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)
ZONES = pd.DataFrame(
    {
        "zone_id": ["24201-001", "24201-002", "24543-001"],
        "municipality_id": ["24201", "24201", "24543"],
        "place_id": ["甲", "乙", "丙"],
        "name": ["甲", "乙", "丙"],
        "first_year": ["2025", "2026", "2026"],
    }
)
REPLY = {"year": 2026, "zone_id": "24201-001", "carrier": "alpha", "answer": "A2", "reasons": ["1", "4"]}


def as_another_program(registry):
    """A connection that knows nothing of us."""
    database = registry.database
    engine = sa.create_engine(sa.URL.create("sqlite", database=str(database.file))) if database.file else database.engine
    return engine.connect()


@pytest.fixture(params=["sqlite", "postgresql"])
def registry(request, tmp_path):
    place = tmp_path if request.param == "sqlite" else new_database(server_of_tests(), tmp_path.name)
    with open_registry(place) as opened:
        yield opened


def test_zone_ids_are_given_once(registry):
    assert registry.register_zones(ZONES, 2026, who="山田", at=AT).added == 3
    again = registry.register_zones(ZONES.iloc[::-1], 2027, who="山田", at=LATER)
    assert (again.added, again.unchanged) == (0, 3)
    zones = registry.zones()
    assert zones.index.tolist() == ZONES["zone_id"].tolist()
    assert zones["first_year"].tolist() == [2025, 2026, 2026]
    assert zones["at"].eq(pd.Timestamp(AT)).all()


@pytest.mark.parametrize("change", [{"place_id": "別"}, {"zone_id": "24201-009"}])
def test_an_id_or_a_place_with_another_partner_is_told(registry, change):
    registry.register_zones(ZONES, 2026, who="山田", at=AT)
    with pytest.raises(DataError) as told:
        registry.register_zones(ZONES.head(1).assign(**change), 2027, who="山田", at=LATER)
    assert told.value.code == "zone-id-taken"
    assert "24201-001" in str(told.value)
    assert len(registry.zones()) == 3


def test_merges_and_splits_are_recorded(registry):
    registry.register_zones(ZONES, 2026, who="山田", at=AT)
    registry.supersede(["24201-001"], ["24201-002"], year=2027, who="山田", at=LATER, reason="大字の統合")
    registry.supersede(["24201-002"], ["24201-002", "24543-001"], year=2028, who="山田", at=LATER)
    zones = registry.zones()
    assert zones.loc["24201-001", "superseded_by"] == ["24201-002"]
    assert zones.loc["24201-001", "superseded_in"] == 2027
    assert zones.loc["24201-002", "supersedes"] == ["24201-001"]
    assert zones.loc["24201-002", "superseded_by"] is None  # it goes on living beside what was split off
    assert zones.loc["24543-001", "supersedes"] == ["24201-002"]
    assert live_zones(zones, "24201-001") == ("24201-002",)
    with pytest.raises(DataError, match="24201-777"):
        registry.supersede(["24201-777"], ["24201-001"], year=2028, who="山田", at=LATER)


def test_a_frozen_ranking_comes_back_as_it_was(registry):
    rows = pd.DataFrame(
        {
            "rank": [1, 2, 3],
            "score": [81.25, 0.1 + 0.2, np.nan],
            "gate": [True, False, True],
            "name": ["=甲()", None, "𠮷野"],
            "low": pd.array([1, None, 3], dtype="Int64"),
            "nothing": [np.nan] * 3,
        },
        index=pd.Index(["24543-001", "24201-002", "24201-001"], name="zone_id"),
    )
    weights = {"uncovered_population": 30.0}
    first = registry.freeze_ranking(2026, FrozenRanking(weights, {"roads": True}, rows), who="山田", at=AT)
    second = registry.freeze_ranking(2026, FrozenRanking(weights, {}, rows.head(1), note="一部", result_sha256="ab"), who="佐藤", at=LATER)
    other = registry.freeze_ranking(2027, FrozenRanking(weights, {}, rows.head(0)), who="佐藤", at=LATER)
    assert (first, second, other) == (1, 2, 1)
    pd.testing.assert_frame_equal(registry.frozen_ranking(2026, 1), rows)
    pd.testing.assert_frame_equal(registry.frozen_ranking(2026), rows.head(1))
    pd.testing.assert_frame_equal(registry.frozen_ranking(2027), rows.head(0))
    listed = registry.frozen_rankings(2026)
    assert listed[["version", "who", "note", "result_sha256"]].values.tolist() == [[1, "山田", "", ""], [2, "佐藤", "一部", "ab"]]
    assert listed.loc[0, "weights"] == weights
    with pytest.raises(DataError) as told:
        registry.frozen_ranking(2026, 3)
    assert told.value.code == "ranking-not-frozen"


def test_the_second_of_two_people_is_shown_both(registry):
    """Both read "not there yet"; the first saves 1, the second 2: nothing is lost, and the second decides."""
    registry.set_municipal_order(2026, "24201-001", 1, "通学路", who="佐藤", at=AT, expected_revision=0)
    with pytest.raises(Conflict) as told:
        registry.set_municipal_order(2026, "24201-001", 2, "診療所", who="鈴木", at=LATER, expected_revision=0)
    conflict = told.value
    assert isinstance(conflict, DataError)
    assert (conflict.theirs["municipal_rank"], conflict.mine["municipal_rank"]) == (1, 2)
    assert all(word in str(conflict) for word in ("通学路", "診療所", "佐藤"))
    assert pickle.loads(pickle.dumps(conflict)).mine == conflict.mine
    # two who say the same agree: saying it again is no conflict, and no new revision
    assert registry.set_municipal_order(2026, "24201-001", 1, "通学路", who="鈴木", at=LATER, expected_revision=0) == 1
    order = registry.municipal_order(2026)
    assert order.loc["24201-001", ["municipal_rank", "reason", "who", "revision"]].tolist() == [1, "通学路", "佐藤", 1]
    assert registry.set_municipal_order(2026, "24201-001", 2, "診療所", who="鈴木", at=LATER, expected_revision=1) == 2
    taken_back = registry.set_municipal_order(2026, "24201-001", None, "", who="鈴木", at=LATER, expected_revision=2)
    assert taken_back == 3
    assert registry.municipal_order(2026)["municipal_rank"].isna().tolist() == [True]
    history = registry.history("24201-001")
    assert history[["who", "revision"]].values.tolist() == [["佐藤", 1], ["鈴木", 2], ["鈴木", 3]]
    assert history.loc[1, "was"] == {"municipal_rank": 1, "reason": "通学路"}
    assert history.loc[1, "now"] == {"municipal_rank": 2, "reason": "診療所"}
    assert history.loc[2, "now"] == {"municipal_rank": None, "reason": ""}


def test_rows_read_and_edited_are_saved_against_their_revision(registry):
    registry.save_survey_answers(
        [{"year": 2026, "municipality_id": "24201", "zone_id": zone, "wish": "高"} for zone in ("24201-001", "24201-002")],
        who="津市",
        at=AT,
    )
    mine, theirs = registry.survey_answers(2026), registry.survey_answers(2026)
    theirs.loc[0, "wish"] = "低"
    assert registry.save_survey_answers(theirs, who="佐藤", at=LATER).changed == 1
    mine.loc[:, "wish"] = "中"
    with pytest.raises(Conflict) as told:
        registry.save_survey_answers(mine, who="鈴木", at=LATER)
    assert [clash.key for clash in told.value.clashes] == ["2026/24201/24201-001"]
    assert registry.survey_answers(2026)["wish"].tolist() == ["低", "高"]  # not half of the batch either


def test_the_same_file_twice_changes_nothing(registry):
    file = SourceFile("回答.xlsx", "ab" * 32)
    assert registry.save_replies([REPLY], who="田中", at=AT, file=file).added == 1
    changed = registry.save_replies([{**REPLY, "answer": "A1"}], who="田中", at=LATER)
    assert changed.changed == 1
    before = registry.fingerprint()
    again = registry.save_replies([REPLY], who="別人", at=LATER, file=SourceFile("写し.xlsx", "ab" * 32))
    assert (again.already.who, again.already.at, again.already.name) == ("田中", AT, "回答.xlsx")
    assert registry.fingerprint() == before
    assert registry.replies(2026)["answer"].tolist() == ["A1"]
    # the same file may hold evidence too
    assert registry.save_evidence([{"evidence_id": "e1"}], who="田中", at=LATER, file=file).added == 1


def test_a_batch_is_saved_wholly_or_not_at_all(registry):
    good = [{**REPLY, "zone_id": f"24201-{number:03d}"} for number in range(50)]
    for bad, error in (({**REPLY, "zone_id": None}, ValueError), ({**REPLY, "year": "2026"}, TypeError)):
        with pytest.raises(error):
            registry.save_replies([*good, bad], who="田中", at=AT)
    with pytest.raises(ValueError, match="stand twice"):
        registry.save_replies([*good, good[0]], who="田中", at=AT)
    with pytest.raises(DataError, match="書き表せない"):
        registry.save_replies([*good, {**REPLY, "remarks": "\ud842"}], who="田中", at=AT)
    assert registry.replies().empty
    assert registry.history().empty


def test_who_and_when_are_always_known(registry):
    with pytest.raises(DataError) as told:
        registry.save_replies([REPLY], who="　", at=AT)
    assert told.value.code == "who-missing"
    with pytest.raises(ValueError, match="time zone"):
        registry.save_replies([REPLY], who="田中", at=datetime(2026, 4, 1))  # noqa: DTZ001
    tokyo = datetime(2026, 4, 1, 8, 30, tzinfo=timezone(timedelta(hours=9)))
    registry.save_replies([REPLY], who="田中", at=tokyo)
    assert registry.replies()["at"].tolist() == [pd.Timestamp("2026-03-31T23:30Z")]


def test_unknown_is_unknown_and_kinds_are_kept(registry):
    row = {
        "evidence_id": "e1",
        "longitude": np.float64(136.5),
        "latitude": None,
        "year": np.int64(2026),
        "kind": "測定",
        "measured_on": AT.date(),
        "rsrp": [-101.5, None],
        "steps": {"一": 1},
        "seen": np.bool_(True),
        "empty": "",
    }
    registry.save_evidence(pd.DataFrame([row]), who="田中", at=AT)
    kept = registry.evidence().iloc[0]
    assert (kept["longitude"], kept["year"], kept["measured_on"]) == (136.5, 2026, "2026-11-20")
    assert np.isnan(kept["latitude"])
    assert kept["carrier"] is None
    assert (kept["rsrp"], kept["steps"], kept["seen"], kept["empty"]) == ([-101.5, None], {"一": 1}, True, "")
    assert registry.save_evidence(pd.DataFrame([row]), who="田中", at=LATER).unchanged == 1


def test_notes_campaigns_letters_and_verdicts(registry):
    texts = ["=HYPERLINK(1)", "<img onerror=x>", "二行\n目"]
    ids = [registry.add_note("24201-001", text, who="山田", at=AT) for text in texts]
    registry.add_note("24201-002", "別の地区", who="山田", at=AT)
    notes = registry.notes("24201-001")
    assert notes["note_id"].tolist() == ids
    assert notes["text"].tolist() == texts
    registry.save("notes", [{**notes.loc[0, ["note_id", "zone_id", "text", "revision"]], "withdrawn": True}], who="山田", at=LATER)
    assert registry.notes("24201-001")["withdrawn"].tolist() == [True, False, False]
    registry.start_campaign(2026, who="山田", at=AT, survey_deadline=AT.date(), carriers=["alpha"])
    assert registry.start_campaign(2026, who="山田", at=AT, survey_deadline=AT.date(), carriers=["alpha"]).unchanged == 1
    assert registry.campaigns()["survey_deadline"].tolist() == ["2026-11-20"]
    letter = {"letter_id": "2026-alpha-1", "year": 2026, "carrier": "alpha", "state": "ready", "zones": ["24201-002"]}
    registry.record_letter(letter, who="山田", at=AT)
    registry.record_letter({**letter, "state": "sent", "sent_on": "2026-11-20"}, who="山田", at=LATER)
    assert registry.letters(2026)["state"].tolist() == ["sent"]
    assert registry.letters(2027).empty
    told = registry.history("24201-002")
    assert told[told["table"] == "letters"]["now"].tolist()[1] == {"sent_on": "2026-11-20", "state": "sent"}
    registry.save_verdicts([{**REPLY, "state": "resolved", "evidence_ids": ["e1"]}], who="山田", at=LATER)
    assert registry.verdicts(2026)["evidence_ids"].tolist() == [["e1"]]


def test_other_programs_read_tables_and_cannot_change_history(registry):
    registry.save_replies([REPLY], who="田中", at=AT)
    registry.save_replies([{**REPLY, "answer": "C1", "remarks": "再考"}], who="田中", at=LATER)
    registry.save_evidence([{"evidence_id": "e1", "longitude": 136.5}], who="田中", at=AT)
    with as_another_program(registry) as connection:
        reply = connection.execute(sa.text("SELECT year, answer, reasons, saved_by, saved_revision FROM replies")).all()
        assert [tuple(row) for row in reply] == [(2026, "C1", reply[0].reasons, "田中", 2)]
        assert json.loads(reply[0].reasons) == ["1", "4"]
        assert connection.execute(sa.text("SELECT longitude FROM evidence")).scalar_one() == 136.5
        for name, table in TABLES.items():
            columns = connection.execute(sa.text(f'SELECT * FROM "{name}" WHERE 1 = 0')).keys()
            assert set(table.fields) <= set(columns), f"{name}: a new field needs a new migration"
    for statement in ("UPDATE revisions SET content = '{}'", "DELETE FROM revisions", "DELETE FROM changes"):
        before = registry.fingerprint()
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry.database.writing() as connection:
            connection.execute(sa.text(statement))
        assert registry.fingerprint() == before


def test_every_field_has_a_name_for_people():
    assert {name for table in TABLES.values() for name in table.fields} - set(HEADINGS) == set()


def test_sqlite_is_set_up_for_many(tmp_path):
    with open_registry(tmp_path) as registry, registry.database.reading() as connection:
        told = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "trusted_schema", "synchronous", "busy_timeout")
        }
    assert told == {"journal_mode": "wal", "foreign_keys": 1, "trusted_schema": 0, "synchronous": 2, "busy_timeout": 10_000}
    with closing(sqlite3.connect(tmp_path / "kengai.sqlite")) as connection:
        strict = dict(connection.execute("SELECT name, strict FROM pragma_table_list WHERE type = 'table'").fetchall())
    assert (strict["changes"], strict["revisions"]) == (1, 1)
