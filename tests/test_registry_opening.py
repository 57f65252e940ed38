"""Opening: older registries are migrated and kept, newer ones and other files are refused and left as they are."""

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from geodata.errors import DataError
from requests_gen.registry import opening as registry_opening
from requests_gen.registry.connection import Database, server_engine
from requests_gen.registry.opening import VERSIONS, upgrade, upgrade_file, version_of
from requests_gen.registry.registry import open_registry
from requests_gen.registry.values import dumps
from tests.postgres_server import new_database, server_of_tests

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
REPLY = {"year": 2025, "zone_id": "24201-001", "carrier": "alpha", "answer": "B2", "remarks": "'検討' \"x\" 50%"}
CHANGE = ("2025-11-20T00:00:00.000000+00:00", "山田", "replies", "", "回答.xlsx", "ab")


def put_into_version_1(connection):
    """A change and its reply, as version 1 kept them: nothing says the year and the zone but the content."""
    connection.execute(
        sa.text("INSERT INTO changes (at, who, subject, note, file_name, file_sha256) VALUES (:0, :1, :2, :3, :4, :5)"),
        {str(at): value for at, value in enumerate(CHANGE)},
    )
    connection.execute(
        sa.text(
            "INSERT INTO revisions (change_id, kind, key, revision, content) "
            "VALUES (1, 'replies', '2025/24201-001/alpha', 1, :content), (1, 'campaigns', '2025', 1, :campaign)"
        ),
        {"content": dumps(REPLY), "campaign": dumps({"year": 2025})},
    )


def version_1(folder):
    place = folder / "kengai.sqlite"
    upgrade_file(place, "0001")
    with Database(registry_opening.file_engine(place), str(place), place).writing() as connection:
        put_into_version_1(connection)
    return place


def check_migrated(registry):
    assert registry.replies(2025)["remarks"].tolist() == [REPLY["remarks"]]
    assert registry.history("24201-001")["table"].tolist() == ["replies"]
    assert registry.save_replies([REPLY], who="x", at=AT).unchanged == 1
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), registry.database.writing() as connection:
        connection.execute(sa.text("DELETE FROM revisions"))


def test_every_migration_is_known():
    steps = registry_opening._script().walk_revisions()
    assert [step.revision for step in steps] == list(reversed(VERSIONS))


def test_an_older_registry_is_migrated_and_a_copy_kept(tmp_path):
    place = version_1(tmp_path)
    assert version_of(place) == "0001"
    with open_registry(tmp_path) as registry:
        check_migrated(registry)
    assert version_of(place) == VERSIONS[-1] == "0002"
    kept = tmp_path / "kengai.sqlite.0001.old"
    assert version_of(kept) == "0001"
    with closing(sqlite3.connect(kept)) as connection:
        assert connection.execute("SELECT count(*) FROM revisions").fetchone() == (2,)
    open_registry(tmp_path).close()
    assert [path.name for path in tmp_path.glob("*.old*")] == [kept.name]  # only when there was something to do


def test_a_migration_that_fails_leaves_the_older_one(tmp_path, monkeypatch):
    place = version_1(tmp_path)
    from requests_gen.registry.migrations import v0002_readable

    monkeypatch.setattr(registry_opening, "upgrade", _fails_at_the_end)
    with pytest.raises(RuntimeError, match="power cut"):
        open_registry(tmp_path)
    assert version_of(place) == v0002_readable.down_revision
    monkeypatch.undo()
    with open_registry(tmp_path) as registry:
        check_migrated(registry)
    assert (tmp_path / "kengai.sqlite.0001.old2").is_file()  # nor is the first copy overwritten


def _fails_at_the_end(connection, to="head"):
    upgrade(connection, to)
    raise RuntimeError("power cut")


def test_postgresql_is_migrated_too_and_the_old_tables_kept():
    server = server_of_tests()
    url = new_database(server, "older")
    engine = server_engine(sa.make_url(url))
    with engine.begin() as connection:
        upgrade(connection, "0001")
        put_into_version_1(connection)
    with open_registry(url) as registry:
        check_migrated(registry)
    with engine.connect() as connection:
        assert connection.execute(sa.text('SELECT count(*) FROM "revisions_0001_old"')).scalar_one() == 2
        connection.execute(sa.text("UPDATE kengai_version SET version_num = '9999'"))
        connection.commit()
    with pytest.raises(DataError) as told:
        open_registry(url)
    assert told.value.code == "registry-newer"
    engine.dispose()
    with pytest.raises(DataError) as told:
        open_registry(f"{server}/nowhere")
    assert told.value.code in {"registry-not-reached", "registry-unusable"}


def test_a_newer_registry_is_refused_and_left_alone(tmp_path):
    open_registry(tmp_path).close()
    place = tmp_path / "kengai.sqlite"
    with closing(sqlite3.connect(place)) as connection:
        connection.execute("UPDATE kengai_version SET version_num = '0099'")
        connection.commit()
    before = place.read_bytes()
    with pytest.raises(DataError, match="新しい Kengai") as told:
        open_registry(tmp_path)
    assert told.value.code == "registry-newer"
    assert place.read_bytes() == before


def other_database(path):
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE gpkg_contents (x)")
        connection.commit()


@pytest.mark.parametrize(
    "make",
    [
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(b"PK\x03\x04 a workbook"),
        lambda path: path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096),
        lambda path: path.mkdir(),
        other_database,
    ],
    ids=["empty", "workbook", "damaged", "folder", "other database"],
)
def test_what_is_no_registry_is_refused_and_left_alone(tmp_path, make):
    place = tmp_path / "kengai.sqlite"
    make(place)
    before = place.read_bytes() if place.is_file() else None
    with pytest.raises(DataError) as told:
        open_registry(tmp_path)
    assert told.value.code in {"not-a-registry", "registry-broken"}
    assert (place.read_bytes() if place.is_file() else None) == before
    assert [path.name for path in tmp_path.iterdir()] == [place.name]


@pytest.mark.parametrize("end", ["", "new/folder", "日本 語/100%#?.sqlite"])
def test_a_new_one_is_made_where_it_is_asked_for(tmp_path, end):
    with open_registry(tmp_path / end) as registry:
        registry.add_note("24201-001", "x", who="x", at=AT)
        made = registry.database.file
    assert open_registry(f"sqlite:///{made}" if "#" not in end else made).notes()["text"].tolist() == ["x"]
    assert [path.name for path in made.parent.iterdir()] == [made.name]


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("mysql://someone:geheim@host/x", "registry-url-unknown"),
        ("postgresql://someone:geheim@127.0.0.1:1/x", "registry-not-reached"),
        ("://", "registry-url-broken"),
    ],
)
def test_urls_that_do_not_work_are_told_without_the_password(url, code):
    with pytest.raises(DataError) as told:
        open_registry(url)
    assert told.value.code == code
    assert "geheim" not in str(told.value)


def test_a_missing_driver_is_told(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(DataError, match="psycopg") as told:
        open_registry("postgresql://someone@127.0.0.1/x")
    assert told.value.code == "registry-driver-missing"


def test_no_log_beside_the_registry_on_a_network_share(tmp_path, monkeypatch):
    open_registry(tmp_path).close()
    monkeypatch.setattr(registry_opening, "is_on_network", lambda path: True)
    with open_registry(tmp_path) as registry, registry.database.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
