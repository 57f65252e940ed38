"""kengai replies and kengai progress: what they print, what they keep, how they end."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from kengai import app
from requests_gen.registry.registry import open_registry
from tests.reply_world import IDS, WRITTEN, answered, file_of, registry_in


@pytest.fixture
def workspace(tmp_path):
    registry_in(tmp_path).close()
    return tmp_path


def kengai(workspace, *words, code=0):
    done = CliRunner().invoke(app, [*map(str, words), "--workspace", str(workspace)])
    assert done.exit_code == code, (done.output, done.exception)
    return done.output


def test_import_looks_keeps_and_says_what_it_did(workspace):
    file = file_of(workspace, answered(WRITTEN | {IDS[0]: {"answer": "検討します"}}))
    told = kengai(workspace, "replies", "import", file, "--dry-run")
    assert "読んだ行 10、受け入れ 9、要確認 1、変更なし 0、回答なし・対象外 0（試し読み" in told
    assert "6行目 24201-001 検討します: 回答区分が一覧の記号ではありません" in told
    with open_registry(workspace) as registry:
        assert registry.replies().empty
    facts = json.loads(kengai(workspace, "replies", "import", file, "--who", "山田", "--json"))
    assert {name: facts[name] for name in ("read", "accepted", "doubts", "unchanged", "left_out", "saved")} == {
        "read": 10,
        "accepted": 9,
        "doubts": 1,
        "unchanged": 0,
        "left_out": 0,
        "saved": True,
    }
    again = kengai(workspace, "replies", "import", file, "--lang", "en")
    assert "accepted 0" in again
    assert "imported this file on" in again
    with open_registry(workspace) as registry:
        assert set(registry.replies()["who"]) == {"山田"}


def test_doubts_are_listed_and_settled(workspace):
    kengai(workspace, "replies", "import", file_of(workspace, answered({IDS[0]: {"answer": "検討します"}})))
    (waiting,) = json.loads(kengai(workspace, "replies", "doubts", "--json"))
    assert waiting["suggestion"]["answer"] == "B2"
    assert waiting["written"]["[1]回答区分"] == "検討します"
    assert "読み取りの案: B2 検討中" in kengai(workspace, "replies", "doubts")
    settle = ("replies", "settle", waiting["doubt_id"])
    assert "予定時期が読めません" in kengai(workspace, *settle, "--planned", "来年", code=2)
    kengai(workspace, *settle, "--answer", "a2", "--planned", "R9上期", "--reason", "電話")
    assert "要確認はありません" in kengai(workspace, "replies", "doubts")
    with open_registry(workspace) as registry:
        row = registry.replies().iloc[0]
    assert (row["answer"], row["planned"]) == ("A2", "令和9年度上期")


def test_one_file_that_is_refused_keeps_no_other_out(workspace):
    bad = file_of(workspace, b"a,b\r\n1,2\r\n", "ちがう表.csv")
    told = kengai(workspace, "replies", "import", bad, file_of(workspace, answered()), code=2)
    assert "受け入れ 10" in told
    assert "回答の表が見つかりません" in told
    assert "ちがう表.csv" in told


def test_closing_and_progress(workspace):
    kengai(workspace, "replies", "import", file_of(workspace, answered()))
    assert "無回答と記録: 8件" in kengai(workspace, "replies", "close", "--year", "2026", "--carrier", "beta")
    rows = json.loads(kengai(workspace, "progress", "--json", "--on", "2027-10-01"))
    assert len(rows) == 18
    found = {(row["zone_id"], row["carrier"]): row for row in rows}
    promised = found[IDS[1], "alpha"]
    assert (promised["state"], promised["code"], promised["due"], promised["overdue"]) == ("answered", "A2", "2027-09-30", ["promise"])
    assert found[IDS[0], "alpha"]["state"] == "reported_built"
    assert (found[IDS[11], "beta"]["state"], found[IDS[11], "beta"]["code"]) == ("requested", "N")
    told = kengai(workspace, "progress", "--on", "2027-10-01")
    assert "約束（alpha）2件: 期限を過ぎて未整備 2" in told
    assert "事業者: 整備" in told


def test_without_a_registry_nothing_is_made(tmp_path):
    for words in (["replies", "doubts"], ["progress"], ["replies", "close", "--year", "2026"]):
        assert "台帳（kengai.sqlite）がありません" in kengai(tmp_path, *words, code=2)
    assert list(tmp_path.iterdir()) == []
