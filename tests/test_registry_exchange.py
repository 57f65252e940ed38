"""Laws: everything that goes out as JSON or XLSX comes back the same, history included; backups too."""

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geodata.errors import DataError
from requests_gen.registry.backup import backup, import_into, read_backup, restore
from requests_gen.registry.registry import open_registry
from requests_gen.registry.store import SourceFile
from requests_gen.registry.tables import TABLES
from tests.postgres_server import new_database, server_of_tests

AT = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
HARD = [
    "",
    " ",
    "=1+1",
    "+81",
    "-",
    "@SUM(A1)",
    "'",
    "\t",
    "\n",
    "\r\n",
    "a\rb",
    "_x0041_",
    "<r>x</r>",
    "#N/A",
    "TRUE",
    "1e5",
    "007",
    "\x1f",
    "\x7f",
    "\x85",
    "𠮷髙﨑",
    "é",
    "[1]",
    "{}",
    "null",
    "2026-11-20",
    " 前後 ",
]
texts = st.one_of(
    st.sampled_from(HARD), st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"), max_size=12)
)
wholes = st.one_of(st.integers(-(2**70), 2**70), st.sampled_from([0, 10**15, 10**15 - 1, 2**53 + 1]))
numbers = st.one_of(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from([0.1 + 0.2, -0.0, 3.0, 1e300, 5e-324]))
values = st.recursive(
    st.one_of(st.none(), st.booleans(), wholes, numbers, texts),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(texts, inner, max_size=2)),
    max_leaves=4,
)
names = st.sampled_from(["extra", "other", "_odd", "日本語", "number"])
rows = st.builds(
    lambda zone, declared, more: {"year": 2026, "zone_id": zone, "carrier": "a/b%", **declared, **more},
    texts,
    st.fixed_dictionaries({}, optional={"remarks": texts, "methods": st.lists(values, max_size=2)}),
    st.dictionaries(names, values, max_size=3),
)
batches = st.lists(st.lists(rows, max_size=4, unique_by=lambda row: row["zone_id"]), max_size=3)


LONG = ["長" * 40_000, "x" * 32_767, "x" * 32_768, "𠮷" * 16_384, "\n" * 300, "e\u0301_x000D_" * 9000]


def filled(folder, told):
    registry = open_registry(folder)
    for number, batch in enumerate(told):
        file = SourceFile(f"{number}.xlsx", str(number)) if number % 2 else None
        at = AT + timedelta(microseconds=number)
        registry.save_replies(batch, who="=担当", at=at, file=file, note="備考\n" * number)
    registry.save_evidence([{"evidence_id": "e", "longitude": 0.1 + 0.2, "latitude": 35.0}], who="x", at=AT)
    return registry


def check_nothing_is_lost(folder, empty, told):
    """Both exports of a registry filled with `told`, taken into copies of the registry `empty`."""
    for name in ("from", "json", "xlsx"):
        (folder / name).mkdir()
        shutil.copy(empty, folder / name / empty.name)
    registry = filled(folder / "from", told)
    registry.export_json(folder / "all.json")
    registry.export_xlsx(folder / "all.xlsx")
    for kind in ("json", "xlsx"):
        other = open_registry(folder / kind)
        getattr(other, f"import_{kind}")(folder / f"all.{kind}")
        assert other.fingerprint() == registry.fingerprint()
        assert other.history().equals(registry.history())
        assert other.replies().equals(registry.replies())


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    folder = tmp_path_factory.mktemp("empty")
    open_registry(folder).close()
    return folder / "kengai.sqlite"


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(told=batches)
def test_export_and_import_lose_nothing(empty, told):
    with TemporaryDirectory() as name:
        check_nothing_is_lost(Path(name), empty, told)


def test_nor_do_long_texts_and_what_was_imported_is_known(tmp_path, empty):
    told = [[], [{"year": 2026, "zone_id": str(at), "carrier": "a", "remarks": text, "more": text} for at, text in enumerate(LONG)]]
    check_nothing_is_lost(tmp_path, empty, told)
    again = open_registry(tmp_path / "xlsx").save_replies([], who="x", at=AT, file=SourceFile("x", "1"))
    assert again.already.who == "=担当"


def test_exports_are_the_same_bytes_and_say_what_is_invented(tmp_path):
    registry = filled(tmp_path, [[{"year": 2026, "zone_id": "24201-001", "carrier": "alpha", "answer": "A1"}]])
    for kind in ("json", "xlsx"):
        export = getattr(registry, f"export_{kind}")
        export(tmp_path / f"1.{kind}", "架空のエリアです")
        export(tmp_path / f"2.{kind}", "架空のエリアです")
        assert (tmp_path / f"1.{kind}").read_bytes() == (tmp_path / f"2.{kind}").read_bytes()
    assert json.loads((tmp_path / "1.json").read_text())["notice"] == "架空のエリアです"
    book = openpyxl.load_workbook(tmp_path / "1.xlsx")
    assert any("架空" in str(row[1]) for row in book["はじめに"].iter_rows(values_only=True))
    sheet = book["事業者の回答"]
    assert [cell.value for cell in sheet[1]][:4] == ["年度", "地区ID", "事業者", "回答区分"]
    assert [cell.value for cell in sheet[4]][:4] == [2026, "24201-001", "alpha", "A1"]
    with zipfile.ZipFile(tmp_path / "1.xlsx") as parts:
        assert not any(b"<f>" in parts.read(name) for name in parts.namelist())


def test_an_export_that_was_changed_is_refused(tmp_path):
    registry = filled(tmp_path, [[{"year": 2026, "zone_id": "24201-001", "carrier": "alpha", "answer": "A1"}]])
    registry.export_json(tmp_path / "a.json")
    registry.export_xlsx(tmp_path / "a.xlsx")
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    (tmp_path / "a.json").write_text(text.replace('"A1"', '"A2"'), encoding="utf-8")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    book["事業者の回答"]["D4"] = "A2"
    book.save(tmp_path / "a.xlsx")
    other = open_registry(tmp_path / "other")
    for kind in ("json", "xlsx"):
        with pytest.raises(DataError) as told:
            getattr(other, f"import_{kind}")(tmp_path / f"a.{kind}")
        assert told.value.code == "export-changed"
    assert other.history().empty


@pytest.mark.parametrize("kind", ["json", "xlsx"])
@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b"PK\x03\x04", b'{"format": "kengai-registry"}'])
def test_what_is_no_export_is_refused(tmp_path, kind, content):
    (tmp_path / f"a.{kind}").write_bytes(content)
    with open_registry(tmp_path) as registry, pytest.raises(DataError) as told:
        getattr(registry, f"import_{kind}")(tmp_path / f"a.{kind}")
    assert told.value.code == "not-an-export"


def test_kinds_that_this_version_does_not_know_go_along(tmp_path, monkeypatch):
    registry = filled(tmp_path, [[{"year": 2026, "zone_id": "24201-001", "carrier": "alpha", "answer": "A1"}]])
    monkeypatch.delitem(TABLES, "replies")
    registry.export_xlsx(tmp_path / "a.xlsx")
    other = open_registry(tmp_path / "other")
    other.import_xlsx(tmp_path / "a.xlsx")
    assert other.fingerprint() == registry.fingerprint()


def test_import_goes_only_into_an_empty_registry(tmp_path):
    registry = filled(tmp_path, [])
    registry.export_json(tmp_path / "a.json")
    before = registry.fingerprint()
    with pytest.raises(DataError) as told:
        registry.import_json(tmp_path / "a.json")
    assert told.value.code == "registry-not-empty"
    assert registry.fingerprint() == before


def test_a_backup_restores_to_the_same_and_keeps_what_was_there(tmp_path):
    registry = filled(tmp_path, [[{"year": 2026, "zone_id": "24201-001", "carrier": "alpha"}]])
    then = registry.fingerprint()
    made = backup(registry.database, None, AT, tmp_path)
    assert made == tmp_path / "backups" / "kengai-20261120-090000.sqlite"
    with pytest.raises(DataError, match="同じ名前"):
        backup(registry.database, made, AT, tmp_path)
    registry.add_note("24201-001", "後から", who="x", at=AT)
    now = registry.fingerprint()
    done = restore(made, tmp_path, AT, tmp_path)
    assert registry.fingerprint() == then == done.fingerprint  # the same open registry goes on
    assert open_registry(done.kept).fingerprint() == now
    registry.add_note("24201-001", "さらに", who="x", at=AT)
    with pytest.raises(sqlite3.IntegrityError), closing(sqlite3.connect(tmp_path / "kengai.sqlite")) as connection:
        connection.execute("DELETE FROM revisions")  # the locks stand again
    for kind in ("json", "xlsx"):
        getattr(open_registry(done.kept), f"export_{kind}")(tmp_path / f"all.{kind}")
        restore(tmp_path / f"all.{kind}", tmp_path, AT, tmp_path)
        assert registry.fingerprint() == now


def test_a_registry_on_a_server_is_backed_up_and_restored_too(tmp_path):
    url = new_database(server_of_tests(), "restored")
    registry = filled(tmp_path / "file", [[{"year": 2026, "zone_id": "24201-001", "carrier": "alpha"}]])
    made = backup(registry.database, tmp_path / "a.sqlite", AT, tmp_path)
    import_into(url, made)
    with open_registry(url) as served:
        assert served.fingerprint() == registry.fingerprint()
        assert served.history().equals(registry.history())
        served.add_note("24201-001", "サーバーで", who="x", at=AT)
        now = served.fingerprint()
        export = backup(served.database, None, AT, tmp_path)
        assert export.suffix == ".json"
        done = restore(made, url, AT, tmp_path)
        assert served.fingerprint() == registry.fingerprint() == done.fingerprint
        restore(done.kept, url, AT, tmp_path)
        assert served.fingerprint() == now
        with pytest.raises(sa.exc.DBAPIError, match="append-only"), served.database.writing() as connection:
            connection.execute(sa.text("TRUNCATE changes CASCADE"))
    restore(export, tmp_path / "file", AT, tmp_path)
    assert registry.fingerprint() == now


def test_a_damaged_registry_is_set_aside_by_a_restore(tmp_path):
    registry = filled(tmp_path, [])
    made = backup(registry.database, None, AT, tmp_path)
    place = tmp_path / "kengai.sqlite"
    place.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    with pytest.raises(DataError, match="restore"):
        open_registry(tmp_path)
    done = restore(made, tmp_path, AT, tmp_path)
    assert done.kept.read_bytes().startswith(b"SQLite format 3\0xxxx")
    assert open_registry(tmp_path).fingerprint() == done.fingerprint


def test_restore_refuses_what_is_no_backup_and_changes_nothing(tmp_path):
    registry = filled(tmp_path, [])
    before = registry.fingerprint()
    (tmp_path / "a.sqlite").write_bytes(b"no database")
    with closing(sqlite3.connect(tmp_path / "b.sqlite")) as connection:
        connection.execute("CREATE TABLE gpkg_contents (x)")
    for name in ("a.sqlite", "b.sqlite", "c.sqlite"):
        with pytest.raises(DataError):
            restore(tmp_path / name, tmp_path, AT, tmp_path)
    assert registry.fingerprint() == before
    assert not list(tmp_path.glob("*.old"))
    assert read_backup(tmp_path / "kengai.sqlite")[-1]["subject"] == "evidence"
